"""The walking graph as three arrays: where each node's arcs start, whither, at what cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

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
    target : array of uint32 (m,)
        Node an arc leads to.
    cost : array of uint32 (m,)
        Ticks of an arc, zero allowed.
    """

    start: Array
    target: Array
    cost: Array

    def __post_init__(self) -> None:
        for name in ("start", "target", "cost"):
            object.__setattr__(self, name, read_only(getattr(self, name), np.uint32))

    @property
    def arrays(self) -> tuple[Array, Array, Array]:
        """Start, target and cost, as kernels take them."""
        return self.start, self.target, self.cost

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return int(self.start.size) - 1


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
    walkable = (cost != UNREACHED) & (arcs[0] != arcs[1])
    start_of, end_of, cost = arcs[0][walkable], arcs[1][walkable], cost[walkable]
    order = np.lexsort((cost, end_of, start_of))
    start_of, end_of, cost = start_of[order], end_of[order], cost[order]
    first = np.ones(cost.size, dtype=bool)
    first[1:] = (start_of[1:] != start_of[:-1]) | (end_of[1:] != end_of[:-1])
    degree = np.bincount(start_of[first].astype(np.int64), minlength=n_nodes)
    return Csr(np.concatenate([[0], np.cumsum(degree)]), end_of[first], cost[first])
