"""Areas: the ground around what is reached from each of many sources, as outlines.

Search, grid and outline of a source follow each other in one kernel, so threads don't wait for
each other in between.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from greenmap.engine.csr import Array, Csr, read_only, whole
from greenmap.engine.ground import (
    EVERYWHERE,
    Fronts,
    Grid,
    box_of,
    lay_grid,
    reached_ground,
)
from greenmap.engine.kernel import kernel
from greenmap.engine.outline import Whole, label_parts, trace
from greenmap.engine.settle import Queue, make_queue, settle
from greenmap.units import UNREACHED

_POINTS, _RINGS = 1 << 16, 1 << 12


class Outlines(NamedTuple):
    """Closed rings around areas, area by area.

    Parameters
    ----------
    points : array of float64 (k, 2), metres
        The inside is on the left.
    size : array of int64 (r,)
        Points of each ring.
    part : array of int64 (r,)
        Connected part of its area each ring bounds; the ring that goes against the clock is
        its outer one.
    rings : array of int64 (a,)
        Rings of each area.
    """

    points: Array
    size: Array
    part: Array
    rings: Array


@kernel
def add_outline(
    value: Array, level: np.float32, grid: Grid, outlines: Outlines, done: Array
) -> Whole:
    """Write the rings on a grid after those that are done; return how many, -1 = no room."""
    points, size, part, _ = outlines
    used, drawn = done
    of, parent = np.empty(value.shape, np.int32), np.empty(value.size // 2 + 1, np.int32)
    seen, start = np.zeros(value.shape, np.uint8), np.zeros(size.size - drawn + 1, np.int64)
    label_parts(value, level, of, parent)
    rings = trace(value, level, of, parent, seen, points[used:], start, part[drawn:])
    if rings < 0:
        return rings
    for ring in range(rings):
        size[drawn + ring] = start[ring + 1] - start[ring]
    for p in range(used, used + start[rings]):
        points[p, 0] = points[p, 0] * grid.cell_m + grid.x0
        points[p, 1] = points[p, 1] * grid.cell_m + grid.y0
    done[0], done[1] = used + start[rings], drawn + rings
    return rings


@kernel
def trace_areas(
    graph: tuple[Array, Array], queue: Queue, label: Array, node: Array, ticks: Array,
    limits: Array, fronts: tuple[Array, ...], cell_m: float, reach_m: float, first: int,
    done: Array, outlines: Outlines,
) -> int:  # fmt: skip
    """Draw the areas of source after source; return the first there is no room for.

    `done` holds the points and rings written. If it is the queue that has no room, the source
    is returned as -1 - source.
    """
    for s in range(first, node.size):
        found: int | np.int64 = 0
        if node[s] != UNREACHED:
            found = settle(graph, queue, label, node, ticks, s, s + 1)
        if found < 0:
            return -1 - s
        nodes = np.sort(queue.touched[:found])
        grid = lay_grid(box_of(nodes, fronts), cell_m, reach_m + 1.5 * cell_m, EVERYWHERE)
        rings: Whole = 0
        points_before, rings_before = done[0], done[1]
        for k in range(limits.size):
            if grid.width and rings >= 0:
                value = reached_ground(label, limits[k], nodes, fronts, grid, reach_m)
                rings = add_outline(value, np.float32(reach_m / cell_m), grid, outlines, done)
            outlines.rings[s * limits.size + k] = rings
        label[nodes] = UNREACHED
        if rings < 0:
            done[0], done[1] = points_before, rings_before
            return s
    return int(node.size)


def outlines_around(
    graph: Csr, node: npt.ArrayLike, ticks: npt.ArrayLike, fronts: Fronts, *,
    limits: npt.ArrayLike, cell_m: float, reach_m: float,
) -> Outlines:  # fmt: skip
    """Outline the ground near the streets reached from each source, cut at each limit.

    Parameters
    ----------
    graph : Csr
        Forward for walks from the sources, reverse for walks to them.
    node : array of int (k,)
        Where the sources stand, 0xFFFFFFFF = nowhere.
    ticks : array of int (k,)
        What each walk has cost already.
    fronts : Fronts
        The streets of the graph.
    limits : array of int (l,)
        Ticks, rising.
    cell_m, reach_m : float, metres
        Distance between the points of the grid; how far off a street ground counts.

    Returns
    -------
    Outlines
        k * l areas: each source's by limit.

    Raises
    ------
    NetworkError
        A limit that is no number of ticks.
    """
    node, ticks = read_only(node, np.uint32), read_only(ticks, np.uint32)
    limits = read_only(whole(limits, UNREACHED, "limit"), np.uint64)
    whole(node[node != UNREACHED], graph.n_nodes, "sources_node")
    label, done = np.full(graph.n_nodes, UNREACHED, np.uint32), np.zeros(2, np.int64)
    made = Outlines(np.empty((_POINTS, 2)), np.empty(_RINGS, np.int64),
                    np.empty(_RINGS, np.int64), np.zeros(node.size * limits.size, np.int64))
    room, at = 2 * graph.n_nodes + 2, 0
    queue = make_queue(graph, int(limits[-1]), room=room)
    while at < node.size:
        at = trace_areas(graph.arrays, queue, label, node, ticks, limits, fronts.arrays,
                         float(cell_m), float(reach_m), at, done, made)  # fmt: skip
        if at < 0:
            at, room = -1 - at, 2 * room
            queue = make_queue(graph, int(limits[-1]), room=room)
        elif at < node.size:
            points, size, part = (np.concatenate([one, np.empty_like(one)]) for one in made[:3])
            made = Outlines(points, size, part, made.rings)
    return Outlines(made.points[: done[0]], made.size[: done[1]], made.part[: done[1]],
                    made.rings)  # fmt: skip
