"""The ground around reached streets, on a grid: how far off it is, and how long the walk takes.

Isochrones are drawn on it. A point takes the least walk of the straight bits of street near it:
that of the nearest point on a bit, and as far as it lies beyond its end, that way as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from greenmap.engine.csr import Array, read_only
from greenmap.engine.kernel import kernel
from greenmap.engine.scalar import greater, lesser
from greenmap.engine.streets import Streets
from greenmap.units import UNREACHED

_FAR = 1e4
_SHORT = 8.0  # cells
EVERYWHERE = (-np.inf, -np.inf, np.inf, np.inf)


class Grid(NamedTuple):
    """A grid of points ``(x0 + column * cell_m, y0 + row * cell_m)``.

    Parameters
    ----------
    x0, y0 : float, metres
        First point.
    cell_m : float
        Distance between points.
    width, height : int
        Columns and rows.
    """

    x0: float
    y0: float
    cell_m: float
    width: int
    height: int


class Ground(NamedTuple):
    """What is stamped on the points of a grid.

    Parameters
    ----------
    square : array of float32 (height, width)
        Squared distance to the nearest street, in cells.
    walk : array of float32 (height, width) or (0, 0)
        Least walk, ticks.
    ticks_per_m : float
        Cost of a metre off the street.
    """

    square: Array
    walk: Array
    ticks_per_m: float


@dataclass(frozen=True, slots=True)
class Fronts:
    """Pieces of streets by the nodes they are entered from; f fronts, two to a piece.

    Parameters
    ----------
    start : array of uint32 (n + 1,)
        First front of each node.
    way : array of uint32 (f, 5)
        Node at the other end of the piece; ticks from here to there and from there to here,
        0xFFFFFFFF = not walked so; first and last point of the line the piece lies on. Side
        by side, for they are wanted together.
    part : array of float64 (f, 2)
        Fractions of that line: here, and at the other end.
    shape_xy : array of float64 (k, 2), metres
        Points of the lines.
    """

    start: Array
    way: Array
    part: Array
    shape_xy: Array

    @property
    def arrays(self) -> tuple[Array, ...]:
        """All of them, as kernels take them."""
        return self.start, self.way, self.part, self.shape_xy


def fronts_of(streets: Streets, n_nodes: int, *, towards: bool) -> Fronts:
    """Sort pieces by the nodes at their ends.

    Parameters
    ----------
    streets : Streets
        p pieces.
    n_nodes : int
        Number of nodes.
    towards : bool
        Walks lead to the sources, and were found in the reverse graph.

    Returns
    -------
    Fronts
    """
    node = np.concatenate([streets.tail, streets.head])
    order = np.argsort(node, kind="stable")
    there, back = streets.forward, streets.backward
    if towards:
        there, back = back, there
    begin, end = streets.shape_start[streets.edge], streets.shape_start[streets.edge + 1] - 1
    ends = (streets.head, streets.tail), (there, back), (back, there), (begin, begin), (end, end)
    part = np.stack([np.append(streets.low, streets.high), np.append(streets.high, streets.low)], 1)
    size = np.bincount(node, minlength=n_nodes)
    return Fronts(
        read_only(np.concatenate([[0], np.cumsum(size)]), np.uint32),
        read_only(np.stack([np.append(*both)[order] for both in ends], axis=1), np.uint32),
        read_only(part[order], np.float64), streets.shape_xy,
    )  # fmt: skip


@kernel
def reached_part(
    label: Array, limit: np.uint64, way: Array, part: Array, node: int, front: int
) -> tuple[float, float]:
    """Return what is reached of a piece from one end, as rising fractions; nothing: (1, 0).

    A piece that is reached as a whole belongs to the end it is walked from, and if it can be
    walked from both, to the lower node.
    """
    here, there = np.uint64(label[node]), np.uint64(label[way[front, 0]])
    out, back = np.uint64(way[front, 1]), np.uint64(way[front, 2])
    low, high = part[front, 0], part[front, 1]
    if out == UNREACHED or here > limit:
        return 1.0, 0.0
    all_from_there = there <= limit and back != UNREACHED and there + back <= limit
    if here + out <= limit:
        if all_from_there and way[front, 0] < node:
            return 1.0, 0.0
        return lesser(low, high), greater(low, high)
    if all_from_there:
        return 1.0, 0.0
    end = low + (high - low) * (np.float64(limit - here) / np.float64(out))
    return lesser(low, end), greater(low, end)


@kernel
def stamp_piece(
    xy: Array, first: np.int64, last: np.int64, low: float, high: float,
    walks: tuple[float, ...], grid: Grid, reach_m: float, ground: Ground,
) -> None:  # fmt: skip
    """Stamp part of a line, bit by bit.

    `walks` are, in ticks: the walk at its end of the lower fraction, that to the other end by
    this one; the walk at the other end, and that to this end by the other one.
    """
    length = 0.0
    for i in range(first, last):
        length += np.hypot(xy[i + 1, 0] - xy[i, 0], xy[i + 1, 1] - xy[i, 1])
    begin, end, done = low * length, high * length, 0.0
    per_m = 1.0 / (end - begin) if end > begin else 0.0
    from_low, on_low, from_high, on_high = walks
    for i in range(first, last):
        dx, dy = xy[i + 1, 0] - xy[i, 0], xy[i + 1, 1] - xy[i, 1]
        long = length if last == first + 1 else np.hypot(dx, dy)
        a, b = greater(begin - done, 0.0), lesser(end - done, long)
        if a <= b:
            unit = 1.0 / long if long > 0 else 0.0
            f, g = (done + a - begin) * per_m, (done + b - begin) * per_m
            bit = (
                xy[i, 0] + a * unit * dx, xy[i, 1] + a * unit * dy, (b - a) * unit * dx,
                (b - a) * unit * dy, from_low + f * on_low, (g - f) * on_low,
                from_high + (1 - f) * on_high, (f - g) * on_high,
            )  # fmt: skip
            stamp_bit(bit, grid, reach_m, ground)
        done += long


@kernel
def stamp_bit(bit: tuple[float, ...], grid: Grid, reach_m: float, ground: Ground) -> None:
    """Stamp a straight bit of street: the points near it take the walk by its nearest point.

    Without walks, farther points of the box around a short bit may get their distance as well.
    """
    x, y, dx, dy, w0, dw, v0, dv = bit
    x0, y0, cell, width, height = grid
    px, py, qx, qy = (x - x0) / cell, (y - y0) / cell, dx / cell, dy / cell
    reach = reach_m / cell
    below = greater(1, math.ceil(lesser(py, py + qy) - reach))
    above = lesser(height - 2, math.floor(greater(py, py + qy) + reach))
    west, east = lesser(px, px + qx) - reach, greater(px, px + qx) + reach
    first, last = greater(1, math.ceil(west)), lesser(width - 2, math.floor(east))
    long = qx * qx + qy * qy
    square, walks = ground.square, ground.walk.size > 0
    narrow = qy != 0 and (walks or long > _SHORT * _SHORT)
    per = np.float32(1.0 / long) if long > 0 else np.float32(0.0)
    sx, sy, none = np.float32(qx), np.float32(qy), np.float32(0)
    a0, da, b0, db = np.float32(w0), np.float32(dw), np.float32(v0), np.float32(dv)
    lean = qx / qy if narrow else 0.0
    wide = reach * (np.sqrt(long) / abs(qy)) if narrow else 0.0
    beyond = np.float32(ground.ticks_per_m * cell * np.sqrt(long))
    for row in range(below, above + 1):
        if narrow:  # only where the row crosses the strip around the bit
            at = px + (row - py) * lean
            left, right = greater(west, at - wide), lesser(east, at + wide)
            first, last = greater(1, math.ceil(left)), lesser(width - 2, math.floor(right))
        v, left32 = np.float32(row - py), np.float32(px)
        if walks:
            for column in range(first, last + 1):
                u = np.float32(column) - left32
                along = (u * sx + v * sy) * per
                g = lesser(greater(along, none), np.float32(1))
                off_x, off_y = u - g * sx, v - g * sy
                off = off_x * off_x + off_y * off_y
                square[row, column] = lesser(square[row, column], off)
                walk = lesser(a0 + g * da, b0 + g * db) + abs(along - g) * beyond
                ground.walk[row, column] = lesser(ground.walk[row, column], walk)
        else:  # apart, for a short loop takes eight points at a time
            for column in range(first, last + 1):
                u = np.float32(column) - left32
                g = lesser(greater((u * sx + v * sy) * per, none), np.float32(1))
                off_x, off_y = u - g * sx, v - g * sy
                off = off_x * off_x + off_y * off_y
                square[row, column] = lesser(square[row, column], off)


@kernel
def stamp_reached(
    label: Array, limit: np.uint64, nodes: Array, fronts: tuple[Array, ...], grid: Grid,
    reach_m: float, ground: Ground,
) -> None:  # fmt: skip
    """Stamp the parts that are reached of all pieces at some nodes."""
    start, way, part, xy = fronts
    nought = (0.0, 0.0, 0.0, 0.0)
    for node in nodes:
        for front in range(start[node], start[node + np.uint32(1)]):
            low, high = reached_part(label, limit, way, part, node, front)
            if low <= high:
                first, last = np.int64(way[front, 3]), np.int64(way[front, 4])
                stamp_piece(xy, first, last, low, high, nought, grid, reach_m, ground)


@kernel
def ways_in(
    label: Array, way: Array, node: int, front: int
) -> tuple[float, float, float, float]:
    """Return the walk at both ends of a piece, each with the ticks along it from there."""
    out, back = way[front, 1], way[front, 2]
    here = np.float64(label[node]) if label[node] != UNREACHED and out != UNREACHED else np.inf
    far = label[way[front, 0]]
    there = np.float64(far) if far != UNREACHED and back != UNREACHED else np.inf
    return here, np.float64(out), there, np.float64(back)


@kernel
def stamp_walks(
    label: Array, nodes: Array, fronts: tuple[Array, ...], grid: Grid, reach_m: float,
    ground: Ground,
) -> None:  # fmt: skip
    """Stamp all pieces at some nodes, with the walk along them."""
    start, way, part, xy = fronts
    for node in nodes:
        for front in range(start[node], start[node + np.uint32(1)]):
            if label[way[front, 0]] != UNREACHED and way[front, 0] < node:
                continue  # it is stamped from there
            here, out, there, back = ways_in(label, way, node, front)
            if here == np.inf and there == np.inf:
                continue
            first, last = np.int64(way[front, 3]), np.int64(way[front, 4])
            low, high = part[front, 0], part[front, 1]
            walks = (here, out, there, back) if low <= high else (there, back, here, out)
            stamp_piece(
                xy, first, last, lesser(low, high), greater(low, high), walks, grid, reach_m, ground
            )


@kernel
def box_of(nodes: Array, fronts: tuple[Array, ...]) -> tuple[float, ...]:
    """Return the box of all lines that touch some nodes."""
    start, way, _, xy = fronts
    west = south = np.inf
    east = north = -np.inf
    for node in nodes:
        for front in range(start[node], start[node + np.uint32(1)]):
            for i in range(np.int64(way[front, 3]), np.int64(way[front, 4]) + 1):
                west, east = lesser(west, xy[i, 0]), greater(east, xy[i, 0])
                south, north = lesser(south, xy[i, 1]), greater(north, xy[i, 1])
    return west, south, east, north


@kernel
def reached_ground(
    label: Array, limit: np.uint64, nodes: Array, fronts: tuple[Array, ...], grid: Grid,
    width_m: float,
) -> Array:  # fmt: skip
    """Return how far each point is from the reached parts of the streets, cut at the limit.

    Parameters
    ----------
    label : array of uint32 (n,)
        Walk at each node, 0xFFFFFFFF = not reached.
    limit : uint64
        Ticks; the limit itself counts as reached.
    nodes : array of uint32
        The nodes reached.
    fronts : tuple of arrays
        Pieces of street, of :class:`Fronts`.
    grid : Grid
        The points; those at its edge are outside.
    width_m : float
        How far from a street the distances are wanted.

    Returns
    -------
    array of float32 (height, width), cells
        Distances up to `width_m` and a cell more; what is farther is at least that far.
    """
    square = np.full((grid.height, grid.width), np.float32(_FAR * _FAR))
    ground = Ground(square, np.empty((0, 0), np.float32), 0.0)
    # Outlines look at points inside, up to `width_m`, and at their neighbours.
    stamp_reached(label, limit, nodes, fronts, grid, width_m + 1.01 * grid.cell_m, ground)
    return np.sqrt(square)


def walked_ground(
    label: Array, nodes: Array, fronts: Fronts, grid: Grid, width_m: float, *, ticks_per_m: float
) -> tuple[Array, Array]:
    """Return how far each point is from the streets reached, and how long the walk takes.

    Parameters
    ----------
    label, nodes, fronts, grid, width_m
        As for :func:`reached_ground`; nodes are those of the longest limit.
    ticks_per_m : float
        Cost of a metre off the street.

    Returns
    -------
    off, walk : array of float32 (height, width)
        Cells, and ticks by the nearest point of a street.
    """
    shape = grid.height, grid.width
    ground = Ground(np.full(shape, _FAR * _FAR, np.float32), np.full(shape, np.inf, np.float32),
                    float(ticks_per_m))  # fmt: skip
    given = read_only(label, np.uint32), read_only(nodes, np.uint32)
    stamp_walks(*given, fronts.arrays, grid, width_m + 1.5 * grid.cell_m, ground)
    return np.sqrt(ground.square), ground.walk


@kernel
def lay_grid(
    box: tuple[float, ...], cell_m: float, width_m: float, bounds: tuple[float, ...]
) -> Grid:
    """Lay a grid around a box, inside some bounds; 0 points wide if nothing is left."""
    west, south = greater(box[0] - width_m, bounds[0]), greater(box[1] - width_m, bounds[1])
    east, north = lesser(box[2] + width_m, bounds[2]), lesser(box[3] + width_m, bounds[3])
    if not (west <= east and south <= north):
        return Grid(0.0, 0.0, cell_m, 0, 0)
    left, below = math.floor(west / cell_m) - 1, math.floor(south / cell_m) - 1
    right, above = math.ceil(east / cell_m) + 1, math.ceil(north / cell_m) + 1
    return Grid(left * cell_m, below * cell_m, cell_m, right - left + 1, above - below + 1)


def grid_around(
    nodes: Array, fronts: Fronts, *, cell_m: float, width_m: float,
    bounds: tuple[float, float, float, float] | None = None,
) -> Grid | None:  # fmt: skip
    """Lay a grid around the streets at some nodes, its lines at whole multiples of the cell.

    Parameters
    ----------
    nodes : array of uint32
        Nodes.
    fronts : Fronts
        Pieces of street.
    cell_m, width_m : float, metres
        Distance between points; how far from the streets the grid is to reach.
    bounds : (west, south, east, north), optional
        Only inside, and one cell around.

    Returns
    -------
    Grid or None
        None if there is nothing inside.
    """
    box = box_of(read_only(nodes, np.uint32), fronts.arrays)
    grid = lay_grid(box, float(cell_m), float(width_m), bounds or EVERYWHERE)
    return grid if grid.width else None
