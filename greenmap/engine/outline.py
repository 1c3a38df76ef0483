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

_CLEAR, _MOST = 0.01, 3.0


@kernel
def root_of(parent: Array, of: int) -> int:
    """Return the first of those joined, and shorten the way to it."""
    while parent[of] != of:
        parent[of] = parent[parent[of]]
        of = parent[of]
    return of


@kernel
def joins(value: Array, row: int, column: int, level: np.float32) -> bool:
    """Say whether the two inner ones of four points join in the middle."""
    total, most = np.float32(0), np.float32(_MOST)
    for dr in range(2):
        for dc in range(2):
            total += min(value[row + dr, column + dc] - level, most)
    return bool(total <= 0)


@kernel
def label_parts(value: Array, level: np.float32, part: Array, parent: Array) -> None:
    """Number the points inside by the connected part they belong to; outside is -1."""
    height, width = value.shape
    used = 0
    for row in range(height):
        for column in range(width):
            part[row, column] = -1
            if value[row, column] > level:
                continue
            mine = -1
            if column and part[row, column - 1] >= 0:
                mine = part[row, column - 1]
            for side in range(-1, 2):
                if row == 0 or not 0 <= column + side < width or part[row - 1, column + side] < 0:
                    continue
                theirs = part[row - 1, column + side]
                if mine == theirs:
                    continue
                if side and not joins(value, row - 1, column + min(side, 0), level):
                    continue
                if mine < 0:
                    mine = theirs
                else:
                    one, two = root_of(parent, mine), root_of(parent, theirs)
                    parent[max(one, two)] = min(one, two)
            if mine < 0:
                mine = used
                parent[used] = used
                used += 1
            part[row, column] = mine


@kernel
def crossing(
    value: Array, row: int, column: int, side: int, level: np.float32, point: Array
) -> None:
    """Set `point` to where the outline crosses a side of a cell, in cells from the first point."""
    dr, dc = (side == 2), (side == 1)  # the corner a side begins at, going its own way
    horizontal = side == 0 or side == 2
    one = value[row + dr, column + dc]
    other = value[row + (dr if horizontal else 1), column + (1 if horizontal else dc)]
    at = (level - one) / (other - one)
    at = min(max(at, np.float32(_CLEAR)), np.float32(1 - _CLEAR))
    point[0] = column + (at if horizontal else dc)
    point[1] = row + (dr if horizontal else at)


@kernel
def leave_by(code: int, side: int, joined: bool) -> int:
    """Return the side by which an outline leaves a cell that it enters by another.

    Bits of the code are the corners inside: 1 below left, then against the clock. Sides
    likewise, 0 below. The inside is on the left.
    """
    if code == 5:
        return (1 if side == 0 else 3) if joined else (3 if side == 0 else 1)
    if code == 10:
        return (0 if side == 3 else 2) if joined else (0 if side == 1 else 2)
    for step in range(1, 4):
        to = (side + step) % 4
        if not code >> to & 1 and code >> (to + 1) % 4 & 1:
            return to
    return -1


@kernel
def code_of(part: Array, row: int, column: int) -> int:
    """Return which corners of a cell are inside."""
    code = (part[row, column] >= 0) | (part[row, column + 1] >= 0) << 1
    return int(code | (part[row + 1, column + 1] >= 0) << 2 | (part[row + 1, column] >= 0) << 3)


@kernel
def trace(
    value: Array, level: np.float32, part: Array, parent: Array, seen: Array, points: Array,
    ring_start: Array, ring_part: Array,
) -> int:  # fmt: skip
    """Trace all outlines, closed, inside on the left; return how many, -1 = no room."""
    height, width = value.shape
    used = rings = 0
    for row in range(height - 1):
        code = code_of(part, row, 0)
        for column in range(width - 1):
            if column:  # two corners are those of the cell before
                code = code >> 1 & 1 | code << 1 & 8
                code |= (part[row, column + 1] >= 0) << 1 | (part[row + 1, column + 1] >= 0) << 2
            if code == 0 or code == 15:
                continue
            for side in range(4):
                begins = code >> side & 1 and not code >> (side + 1) % 4 & 1
                if not begins or seen[row, column] >> side & 1:
                    continue
                if rings + 1 >= ring_start.size:
                    return -1
                corner = row + (side == 2 or side == 3) * 1, column + (side == 1 or side == 2) * 1
                ring_part[rings] = root_of(parent, part[corner[0], corner[1]])
                first, r, c, s = used, row, column, side
                while not seen[r, c] >> s & 1:
                    if used + 2 > points.shape[0]:
                        return -1
                    seen[r, c] |= np.uint8(1 << s)
                    crossing(value, r, c, s, level, points[used])
                    used += 1
                    code = code_of(part, r, c)
                    s = leave_by(code, s, (code == 5 or code == 10) and joins(value, r, c, level))
                    r, c = r + (s == 2) - (s == 0), c + (s == 1) - (s == 3)
                    s = (s + 2) % 4
                points[used] = points[first]
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
