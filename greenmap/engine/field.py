"""The ground around reached streets: how long the walk is from every point of a grid.

Isochrones are drawn on this field. A point off the street takes the least of: the walk along
the streets to a street point, plus the straight way from there, over the street points within
a given distance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from greenmap.engine.csr import Array, read_only
from greenmap.engine.kernel import kernel
from greenmap.engine.streets import Streets, walk_at_ends


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


@dataclass(frozen=True, slots=True)
class Field:
    """What a grid's points are from the streets.

    Parameters
    ----------
    grid : Grid
        The points.
    ticks : array of float32 (height, width)
        Least walk; ``inf`` = no reached street near enough.
    off_m : array of float32 (height, width)
        Distance to the nearest street that is reached, as the crow flies.
    """

    grid: Grid
    ticks: Array
    off_m: Array


class Stretch(NamedTuple):
    """A straight bit of a piece, half a cell long at most.

    Parameters
    ----------
    x, y, dx, dy : float, metres
        Its beginning, and from there to its end.
    f, df : float
        The same as fractions of the piece.
    at_low, at_high : float
        Walk at the piece's ends, ticks.
    up, down : float
        Ticks along the whole piece.
    """

    x: float
    y: float
    dx: float
    dy: float
    f: float
    df: float
    at_low: float
    at_high: float
    up: float
    down: float


@kernel
def stamp(
    on: Stretch, grid: Grid, reach_m: float, ticks_per_m: float, ticks: Array, off_m: Array
) -> None:
    """Lower the field around a stretch: each point takes the walk by the nearest point on it."""
    x0, y0, cell, width, height = grid
    left = max(0, int(np.ceil((min(on.x, on.x + on.dx) - reach_m - x0) / cell)))
    right = min(width - 1, int(np.floor((max(on.x, on.x + on.dx) + reach_m - x0) / cell)))
    below = max(0, int(np.ceil((min(on.y, on.y + on.dy) - reach_m - y0) / cell)))
    above = min(height - 1, int(np.floor((max(on.y, on.y + on.dy) + reach_m - y0) / cell)))
    square = on.dx * on.dx + on.dy * on.dy
    for row in range(below, above + 1):
        py = y0 + row * cell - on.y
        for column in range(left, right + 1):
            px = x0 + column * cell - on.x
            g = (px * on.dx + py * on.dy) / square if square > 0 else 0.0
            g = min(max(g, 0.0), 1.0)
            off = (px - g * on.dx) ** 2 + (py - g * on.dy) ** 2
            if off <= reach_m * reach_m:
                off = np.sqrt(off)
                f = on.f + g * on.df
                walk = min(on.at_low + f * on.up, on.at_high + (1 - f) * on.down)
                ticks[row, column] = min(ticks[row, column], np.float32(walk + off * ticks_per_m))
                off_m[row, column] = min(off_m[row, column], np.float32(off))


@kernel
def stamp_pieces(
    ends: tuple[Array, ...],
    part: tuple[Array, ...],
    shape: tuple[Array, ...],
    grid: Grid,
    reach_m: float,
    ticks_per_m: float,
    ticks: Array,
    off_m: Array,
) -> None:
    """Stamp every reached piece, stretch by stretch along its line."""
    at_low, at_high, up, down = ends
    edge, low, high = part
    start, xy = shape
    for p in range(edge.size):
        if at_low[p] == np.inf and at_high[p] == np.inf:
            continue
        first, last = start[edge[p]], start[edge[p] + 1] - 1
        length = 0.0
        for i in range(first, last):
            length += np.hypot(xy[i + 1, 0] - xy[i, 0], xy[i + 1, 1] - xy[i, 1])
        begin, end = low[p] * length, high[p] * length
        per_m = 1.0 / (end - begin) if end > begin else 0.0
        done = 0.0
        for i in range(first, last):
            dx, dy = xy[i + 1, 0] - xy[i, 0], xy[i + 1, 1] - xy[i, 1]
            long = np.hypot(dx, dy)
            a, b = max(begin - done, 0.0), min(end - done, long)
            if a <= b:
                steps = max(1, int(np.ceil((b - a) / (0.5 * grid.cell_m))))
                step = (b - a) / steps
                unit = 1.0 / long if long > 0 else 0.0
                for k in range(steps):
                    g = (a + k * step) * unit
                    f = (done + a + k * step - begin) * per_m
                    on = Stretch(
                        xy[i, 0] + g * dx, xy[i, 1] + g * dy, step * unit * dx, step * unit * dy,
                        f, step * per_m, at_low[p], at_high[p], up[p], down[p],
                    )  # fmt: skip
                    stamp(on, grid, reach_m, ticks_per_m, ticks, off_m)
            done += long


def walk_field(
    node_ticks: npt.ArrayLike,
    streets: Streets,
    *,
    grid: Grid,
    reach_m: float,
    ticks_per_m: float,
    towards: bool = False,
) -> Field:
    """Spread the walk along the streets over the ground beside them.

    Parameters
    ----------
    node_ticks : array of uint32 (n,)
        Walk at each node, 0xFFFFFFFF = not reached.
    streets : Streets
        Pieces that may be walked.
    grid : Grid
        Where to say it.
    reach_m : float
        How far from a street the field is made; some cells more than what is
        to be drawn, so that a contour can be drawn between points.
    ticks_per_m : float
        Cost of a metre off the street.
    towards : bool
        `node_ticks` are walks from the nodes to the places, found in the
        reverse graph; otherwise from the sources to the nodes.

    Returns
    -------
    Field
        Distances are exact. Walks up to the search's limit are exact on the
        streets; off them they are the least by points half a cell apart and
        the nearest ones. Beyond the limit walks are too long, or ``inf``.

    Raises
    ------
    NetworkError
        Streets with nodes that have no walk.
    """
    ends = tuple(read_only(end, np.float64) for end in walk_at_ends(node_ticks, streets, towards))
    ticks = np.full((grid.height, grid.width), np.inf, np.float32)
    off_m = ticks.copy()
    stamp_pieces(
        ends, (streets.edge, streets.low, streets.high), (streets.shape_start, streets.shape_xy),
        Grid(float(grid.x0), float(grid.y0), float(grid.cell_m), grid.width, grid.height),
        float(reach_m), float(ticks_per_m), ticks, off_m,
    )  # fmt: skip
    ticks.flags.writeable = off_m.flags.writeable = False
    return Field(grid, ticks, off_m)
