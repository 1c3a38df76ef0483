"""The walking graph as three arrays: where each node's arcs start, whither, at what cost."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from greenmap.engine.kernel import kernel
from greenmap.engine.scalar import lesser
from greenmap.errors import NetworkError
from greenmap.units import UNREACHED

Array = npt.NDArray[Any]


def read_only(values: npt.ArrayLike, dtype: npt.DTypeLike) -> Array:
    """Return a contiguous view that can't be written; the caller's own array stays free.

    Kernels are compiled once per type of argument and a locked array is another type, so
    every array a kernel only reads goes through here.

    Parameters
    ----------
    values : array
        Any shape.
    dtype : dtype
        Wanted.

    Returns
    -------
    array

    Examples
    --------
    >>> read_only([1, 2], np.uint32).flags.writeable
    False
    """
    view = np.ascontiguousarray(values, dtype=dtype).view()
    view.flags.writeable = False
    return view


def zeros(*wanted: tuple[tuple[int, ...], npt.DTypeLike]) -> list[Array]:
    """Make several arrays of zeros that lie in one piece of memory.

    A piece of some megabytes is given out in large pages, which takes the system a tenth of
    the time.

    Parameters
    ----------
    *wanted : (shape, dtype)
        Of each array.

    Returns
    -------
    list of array

    Examples
    --------
    >>> a, b = zeros(((2,), np.uint16), ((1, 2), np.uint64))
    >>> a.tolist(), b.tolist()
    ([0, 0], [[0, 0]])
    """
    sizes = [math.prod(shape) * np.dtype(dtype).itemsize for shape, dtype in wanted]
    ends = np.cumsum([0] + [size + -size % 64 for size in sizes])
    piece = np.zeros(ends[-1], np.uint8)
    return [
        piece[start : start + size].view(dtype).reshape(shape)
        for start, size, (shape, dtype) in zip(ends[:-1], sizes, wanted, strict=True)
    ]


def whole(values: npt.ArrayLike, below: int, what: str) -> Array:
    """Return whole numbers from 0 up to `below` (not included), or refuse.

    Parameters
    ----------
    values : array of int
        To check, before they are narrowed to 32 bits.
    below : int
        First number that is too large.
    what : str
        Name of the numbers, for the message.

    Returns
    -------
    array of int

    Raises
    ------
    NetworkError
        ``engine.not_whole`` or ``engine.out_of_range``.

    Examples
    --------
    >>> whole([0, 2], 3, "tail").tolist()
    [0, 2]
    """
    array = np.asarray(values)
    if array.size == 0:
        return array.astype(np.int64)
    if array.dtype.kind not in "iu":
        raise NetworkError("engine.not_whole", what=what, found=str(array.dtype))
    low, high = int(array.min()), int(array.max())
    if low < 0 or high >= below:
        found = low if low < 0 else high
        where = int(np.flatnonzero(array.ravel() == found)[0])
        raise NetworkError("engine.out_of_range", what=what, top=below - 1, found=found, at=where)
    return array


@dataclass(frozen=True, slots=True)
class Csr:
    """A directed graph in compressed rows, arcs sorted by tail, then head.

    Parameters
    ----------
    start : array of uint32 (n + 1,)
        First arc of each node.
    arc : array of uint32 (m, 2)
        Node an arc leads to, and its ticks, zero allowed. Side by side, for a
        search wants both.
    mean_ticks : int
        Mean of the ticks, found when the graph is made.
    neighbours : tuple of array, optional
        Who is whose neighbour, and the nodes in an order in which they are near each other;
        kept here by :mod:`greenmap.engine.skeleton` when it was first asked for.
    """

    start: Array
    arc: Array
    mean_ticks: int = field(init=False)
    neighbours: tuple[Array, Array, Array] | None = field(
        init=False, default=None, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        for name in ("start", "arc"):
            object.__setattr__(self, name, read_only(getattr(self, name), np.uint32))
        mean = int(self.arc[:, 1].mean()) if self.arc.size else 0
        object.__setattr__(self, "mean_ticks", mean)

    @property
    def arrays(self) -> tuple[Array, Array]:
        """Start and arc, as kernels take them."""
        return self.start, self.arc

    @property
    def target(self) -> Array:
        """Node each arc leads to, uint32 (m,)."""
        return self.arc[:, 0]

    @property
    def cost(self) -> Array:
        """Ticks of each arc, uint32 (m,)."""
        return self.arc[:, 1]

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return int(self.start.size) - 1


@kernel
def sort_arcs(
    tail: Array, head: Array, ticks: Array, into: Array, start: Array, by_head: Array, arc: Array
) -> np.uint64:
    """Sort arcs by tail and head, both by counting; keep the cheapest of parallel ones.

    Returns how many are kept; `into`, `start` are zeros for n nodes and 1 and 2 more, `by_head`
    and `arc` have room for all arcs.
    """
    one, n = np.uint64(1), into.size - 1
    for a in range(tail.size):
        if ticks[a] != UNREACHED and tail[a] != head[a]:
            into[np.uint64(head[a]) + one] += np.uint32(1)
            start[np.uint64(tail[a]) + np.uint64(2)] += np.uint32(1)
    for v in range(n):
        into[v + 1] += into[v]
        start[v + 2] += start[v + 1]
    good = into[n]
    for a in range(tail.size):
        if ticks[a] != UNREACHED and tail[a] != head[a]:
            at = into[head[a]]
            by_head[at] = a
            into[head[a]] = at + np.uint32(1)
    for i in range(good):
        a = by_head[i]
        place = np.uint64(tail[a]) + one
        arc[start[place], 0], arc[start[place], 1] = head[a], ticks[a]
        start[place] += np.uint32(1)
    kept, given = np.uint64(0), np.uint64(0)
    for v in range(n):
        row, end = kept, np.uint64(start[v + 1])
        start[v] = row
        while given < end:
            if kept > row and arc[kept - one, 0] == arc[given, 0]:
                arc[kept - one, 1] = lesser(arc[kept - one, 1], arc[given, 1])
            else:
                arc[kept, 0], arc[kept, 1] = arc[given, 0], arc[given, 1]
                kept += one
            given += one
    start[n] = kept
    return kept


def build_csr(n_nodes: int, tail: npt.ArrayLike, head: npt.ArrayLike, ticks: npt.ArrayLike) -> Csr:
    """Put directed arcs into rows by tail node.

    For the reverse graph give `head` and `tail` in each other's place. Arcs in any order
    give the same graph. Blocked arcs and loops are dropped, and of parallel arcs the
    cheapest is kept.

    Parameters
    ----------
    n_nodes : int
        Number of nodes.
    tail, head : array of int (m,)
        Nodes an arc leaves and enters.
    ticks : array of int (m,)
        Cost in ticks; 0xFFFFFFFF = may not be walked.

    Returns
    -------
    Csr

    Raises
    ------
    NetworkError
        A node that isn't there, or a cost below zero or above 32 bits.

    Examples
    --------
    >>> graph = build_csr(3, [0, 0, 1], [1, 1, 2], [7, 5, 2])
    >>> graph.start.tolist(), graph.target.tolist(), graph.cost.tolist()
    ([0, 1, 2, 2], [1, 2], [5, 2])
    """
    whole([n_nodes], UNREACHED, "n_nodes")
    arcs = whole(tail, n_nodes, "tail"), whole(head, n_nodes, "head")
    cost = whole(ticks, UNREACHED + 1, "ticks")
    whole([cost.size], UNREACHED, "arcs")
    sizes = [array.size for array in (*arcs, cost)]
    if len(set(sizes)) > 1:
        raise NetworkError("engine.arcs_size", found=sizes)
    into, start = np.zeros(n_nodes + 1, np.uint32), np.zeros(n_nodes + 2, np.uint32)
    by_head, arc = np.empty(cost.size, np.uint32), np.empty((cost.size, 2), np.uint32)
    left, entered, narrow = (read_only(array, np.uint32) for array in (*arcs, cost))
    kept = sort_arcs(left, entered, narrow, into, start, by_head, arc)
    return Csr(start[:-1], arc[:kept])
