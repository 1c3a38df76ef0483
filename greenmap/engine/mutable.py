"""Rows of arcs that can be changed where they lie, for graphs that are edited one street at a time.

Here and there a row ends in a free slot, an arc to the node itself that nobody may walk. A new
arc takes the next free slot, and the rows between move up by one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from greenmap.engine.csr import Array, Csr, read_only
from greenmap.engine.kernel import kernel
from greenmap.units import UNREACHED

_EVERY, _PER_SPARE = 8, 4


class MutableCsr(NamedTuple):
    """A graph whose arcs may be changed.

    Parameters
    ----------
    start : array of uint32 (n + 1,)
        First slot of each node.
    arc : array of uint32 (m, 2)
        Node an arc leads to, and its ticks.
    locked : tuple of array
        The same two, read-only, as searches take them.
    """

    start: Array
    arc: Array
    locked: tuple[Array, Array]


def loosen(graph: Csr, spare: int) -> MutableCsr:
    """Copy a graph with free slots between its arcs and nodes to spare after its own.

    Parameters
    ----------
    graph : Csr
        To be copied.
    spare : int
        Nodes without arcs to add.

    Returns
    -------
    MutableCsr

    Examples
    --------
    >>> graph = loosen(Csr([0, 1, 1], [[1, 5]]), 1)
    >>> graph.start.tolist(), graph.arc[0].tolist()
    ([0, 1, 1, 5], [1, 5])
    """
    n = graph.n_nodes
    free = np.full(n + spare, _PER_SPARE, np.int64)
    free[:n] = np.arange(n) % _EVERY == _EVERY - 1
    own = np.zeros(n + spare, np.int64)
    own[:n] = np.diff(graph.start.astype(np.int64))
    start = np.concatenate([[0], np.cumsum(own + free)]).astype(np.uint32)
    arc = np.empty((int(start[-1]), 2), np.uint32)
    arc[:, 0] = np.repeat(np.arange(n + spare), own + free)
    arc[:, 1] = UNREACHED
    shift = np.repeat(start[:-1].astype(np.int64) - np.cumsum(own) + own, own)
    arc[np.arange(graph.arc.shape[0]) + shift] = graph.arc
    return MutableCsr(start, arc, (read_only(start, np.uint32), read_only(arc, np.uint32)))


def tails(start: Array) -> Array:
    """Return the node each arc leaves, from the first arcs of all nodes."""
    return np.repeat(np.arange(start.size - 1), np.diff(start.astype(np.int64)).astype(np.int64))


def tighten(graph: MutableCsr, nodes: int) -> Csr:
    """Return the first nodes of a graph and the arcs that may be walked, without free slots.

    Parameters
    ----------
    graph : MutableCsr
        To be copied.
    nodes : int
        How many of its nodes.

    Returns
    -------
    Csr
    """
    tail = tails(graph.start)
    real = graph.arc[:, 1] != UNREACHED
    size = np.bincount(tail[real], minlength=nodes)[:nodes]
    return Csr(np.concatenate([[0], np.cumsum(size)]).astype(np.uint32), graph.arc[real])


@kernel
def arc_slot(start: Array, arc: Array, tail: int, head: int) -> int | np.int64:
    """Return the slot of an arc, -1 = there is none."""
    for slot in range(np.int64(start[tail]), np.int64(start[tail + 1])):
        if arc[slot, 0] == head:
            return slot
    return np.int64(-1)


@kernel
def put_arc(start: Array, arc: Array, tail: int, head: int, ticks: int) -> bool:
    """Set an arc's ticks, or add it; False = there is no free slot left."""
    slot = arc_slot(start, arc, tail, head)
    if slot < 0:
        row = tail
        while row < start.size - 1:
            slot = np.int64(start[row + 1]) - 1
            if slot >= start[row] and arc[slot, 0] == row:
                break
            row += 1
        if row == start.size - 1:
            return False
        end = np.int64(start[tail + 1])
        if row > tail:
            for other in range(slot, end, -1):
                arc[other, 0], arc[other, 1] = arc[other - 1, 0], arc[other - 1, 1]
            for other in range(tail + 1, row + 1):
                start[other] += np.uint32(1)
            slot = end
        arc[slot, 0] = head
    arc[slot, 1] = ticks
    return True
