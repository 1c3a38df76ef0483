"""Outlines: the line on a grid where values equal a level.

Marching squares (W. E. Lorensen and H. E. Cline, *SIGGRAPH* 1987, in the plane). Of four points of
which two opposite ones are inside, the mean says whether these two join. So what is inside at
one level is inside at every higher one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from greenmap.engine.csr import Array
from greenmap.engine.kernel import kernel
from greenmap.engine.scalar import greater, lesser

_CLEAR, _MOST = 0.01, 3.0
_LEAVE = np.array([-1, 3, 0, 3, 1, -1, 0, 3, 2, 2, -1, 2, 1, 1, 0, -1], np.int8)
"""By the corners inside, the side an outline leaves a cell by, where there is only one."""
Whole = int | np.int64


@kernel
def root_of(parent: Array, of: Whole) -> Whole:
    """Return the first of those joined, and shorten the way to it."""
    while parent[of] != of:
        parent[of] = parent[parent[of]]
        of = parent[of]
    return of


@kernel
def joins(value: Array, row: Whole, column: Whole, level: np.float32) -> bool:
    """Say whether the two inner ones of four points join in the middle."""
    total, most = np.float32(0), np.float32(_MOST)
    for dr in range(2):
        for dc in range(2):
            total += lesser(value[row + dr, column + dc] - level, most)
    return bool(total <= 0)


@kernel
def unite(parent: Array, one: Whole, two: Whole) -> None:
    """Make one part of two; the lower number stays."""
    one, two = root_of(parent, one), root_of(parent, two)
    parent[greater(one, two)] = lesser(one, two)


@kernel
def label_parts(value: Array, level: np.float32, part: Array, parent: Array) -> None:
    """Number the points inside by the connected part they belong to; outside is -1."""
    height, width = value.shape
    used, none = np.int64(0), np.int64(-1)
    for row in range(height):
        left = none
        for column in range(width):
            if value[row, column] > level:
                part[row, column] = left = none
                continue
            below = np.int64(part[row - 1, column]) if row else none
            mine = below if below >= 0 else left
            if below >= 0 and left >= 0 and left != below:
                unite(parent, left, below)
            if below < 0 and row:  # else corners below are parts already known from beside
                for side in (-1, 1):
                    if not 0 <= column + side < width or part[row - 1, column + side] < 0:
                        continue
                    if not joins(value, row - 1, column - (side < 0), level):
                        continue
                    corner = np.int64(part[row - 1, column + side])
                    if mine < 0:
                        mine = corner
                    elif mine != corner:
                        unite(parent, mine, corner)
            if mine < 0:
                mine = used
                parent[used] = used
                used += 1
            part[row, column] = left = mine


@kernel
def crossing(
    value: Array, row: Whole, column: Whole, side: Whole, level: np.float32, points: Array,
    to: Whole,
) -> None:  # fmt: skip
    """Set a point to where the outline crosses a side of a cell, in cells from the first point."""
    along, up = 1 - (side & 1), side & 1
    row, column = row + (side == 2), column + (side == 1)  # the corner a side begins at
    one, other = value[row, column], value[row + up, column + along]
    at = (level - one) / (other - one)
    at = lesser(greater(at, np.float32(_CLEAR)), np.float32(1 - _CLEAR))
    points[to, 0], points[to, 1] = column + at * along, row + at * up


@kernel
def leave_by(code: Whole, side: Whole, joined: bool) -> int:
    """Return the side by which an outline leaves a cell that it enters by another.

    Bits of the code are the corners inside: 1 below left, then against the clock. Sides
    likewise, 0 below. The inside is on the left.
    """
    if code == 5:
        return (1 if side == 0 else 3) if joined else (3 if side == 0 else 1)
    if code == 10:
        return (0 if side == 3 else 2) if joined else (0 if side == 1 else 2)
    return int(_LEAVE[code])


@kernel
def code_of(part: Array, row: Whole, column: Whole) -> int:
    """Return which corners of a cell are inside."""
    code = (part[row, column] >= 0) | (part[row, column + 1] >= 0) << 1
    return int(code | (part[row + 1, column + 1] >= 0) << 2 | (part[row + 1, column] >= 0) << 3)


@kernel
def trace(
    value: Array, level: np.float32, part: Array, parent: Array, seen: Array, points: Array,
    ring_start: Array, ring_part: Array,
) -> Whole:  # fmt: skip
    """Trace all outlines, closed, inside on the left; return how many, -1 = no room."""
    height, width = value.shape
    used = rings = west = np.int64(0)
    for row in range(height - 1):
        code = code_of(part, row, west)
        for column in range(width - 1):
            if column:  # two corners are those of the cell before
                code = code >> 1 & 1 | code << 1 & 8
                code |= (part[row, column + 1] >= 0) << 1 | (part[row + 1, column + 1] >= 0) << 2
            if code == 0 or code == 15:
                continue
            begins = code & ~(code >> 1 | (code & 1) << 3)  # sides an outline comes in by
            if begins & ~seen[row, column] == 0:
                continue
            for side in range(4):
                if not (begins & ~seen[row, column]) >> side & 1:
                    continue
                if rings + 1 >= ring_start.size:
                    return -1
                corner = row + (side == 2 or side == 3) * 1, column + (side == 1 or side == 2) * 1
                ring_part[rings] = root_of(parent, np.int64(part[corner[0], corner[1]]))
                first, r, c, s = used, row, column, side
                while not seen[r, c] >> s & 1:
                    if used + 2 > points.shape[0]:
                        return -1
                    seen[r, c] |= np.uint8(1 << s)
                    crossing(value, r, c, s, level, points, used)
                    used += 1
                    code = code_of(part, r, c)
                    s = leave_by(code, s, (code == 5 or code == 10) and joins(value, r, c, level))
                    r, c = r + (s == 2) - (s == 0), c + (s == 1) - (s == 3)
                    s = (s + 2) % 4
                points[used, 0], points[used, 1] = points[first, 0], points[first, 1]
                used += 1
                rings += 1
                ring_start[rings] = used
                code = code_of(part, row, column)
    return rings


def trace_outline(value: npt.NDArray[np.float32], level: float) -> tuple[Array, Array, Array]:
    """Trace the line where values equal `level`, between the points of a grid.

    Parameters
    ----------
    value : array of float32 (height, width)
        Up to `level` is inside; the outermost points must lie outside.
    level : float
        In the values' unit.

    Returns
    -------
    points : array of float64 (k, 2)
        Column and row, as fractions; closed rings, inside on the left.
    start : array of int64 (r + 1,)
        First point of each ring.
    part : array of int64 (r,)
        Connected part each ring bounds; the ring that goes against the clock is its outer one.

    Examples
    --------
    One point inside and the others as far out: a square on its tip.

    >>> value = np.full((3, 3), 2, np.float32)
    >>> value[1, 1] = 0
    >>> points, start, part = trace_outline(value, 1.0)
    >>> points.tolist(), start.tolist()
    ([[0.5, 1.0], [1.0, 0.5], [1.5, 1.0], [1.0, 1.5], [0.5, 1.0]], [0, 5])
    """
    part, parent = np.empty(value.shape, np.int32), np.empty(value.size // 2 + 1, np.int32)
    label_parts(value, np.float32(level), part, parent)
    room = 4 * (value.shape[0] + value.shape[1]) + 4096
    while True:
        points, start = np.empty((room, 2)), np.zeros(room // 4, np.int64)
        of, seen = np.empty(room // 4, np.int64), np.zeros(value.shape, np.uint8)
        rings = trace(value, np.float32(level), part, parent, seen, points, start, of)
        if rings >= 0:
            return points[: start[rings]], start[: rings + 1], of[:rings]
        room *= 4
