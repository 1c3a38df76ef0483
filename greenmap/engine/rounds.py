"""Many bounded searches in one graph, one after the other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from greenmap.engine.csr import Array, Csr, read_only, whole
from greenmap.engine.kernel import kernel
from greenmap.engine.settle import Queue, make_queue, settle
from greenmap.engine.threads import side_by_side
from greenmap.units import UNREACHED

_LOT = 32  # searches, at least, for a thread to be worth waking
_ROOM = 1 << 16

class Rounds:
    """Many bounded searches in one graph, each with the same labels and queue.

    Parameters
    ----------
    graph : Csr
        Forward for walks from the sources, reverse for walks to them.
    limit : int
        Ticks; the limit itself counts as reached.

    Attributes
    ----------
    label : array of uint32 (n,)
        Ticks of the last search, 0xFFFFFFFF = not reached.

    Examples
    --------
    >>> from greenmap.engine.csr import build_csr
    >>> rounds = Rounds(build_csr(3, [0, 1], [1, 2], [5, 5]), 5)
    >>> rounds.search([0], [0]).tolist(), rounds.label.tolist()
    ([0, 1], [0, 5, 4294967295])
    >>> rounds.search([2], [1]).tolist(), rounds.label.tolist()
    ([2], [4294967295, 4294967295, 1])
    """

    def __init__(self, graph: Csr, limit: int) -> None:
        self._graph, self._limit, self._room = graph, limit, 2 * graph.n_nodes + 2
        self._queue = make_queue(graph, limit, room=self._room)
        self.label = np.full(graph.n_nodes, UNREACHED, np.uint32)
        self._reached = np.empty(0, np.uint32)

    def search(self, node: npt.ArrayLike, ticks: npt.ArrayLike) -> Array:
        """Search from some sources.

        Parameters
        ----------
        node, ticks : array of int (k,)
            Where the walks start, and what each has cost already.

        Returns
        -------
        array of uint32
            The nodes reached, rising.

        Raises
        ------
        NetworkError
            A source that isn't in the graph.
        """
        self.label[self._reached] = UNREACHED
        source = read_only(whole(node, self._graph.n_nodes, "sources_node"), np.uint32)
        given = read_only(whole(ticks, UNREACHED + 1, "sources_ticks"), np.uint32)
        graph = self._graph.arrays
        while True:
            found = settle(graph, self._queue, self.label, source, given, 0, source.size)
            if found >= 0:
                self._reached = np.sort(self._queue.touched[:found])
                return self._reached
            self._room = 2 * self._room + source.size
            self._queue = make_queue(self._graph, self._limit, room=self._room)


@kernel
def list_reached(
    graph: tuple[Array, Array], queue: Queue, label: Array, source: Array, ticks: Array,
    first: int, out: Array, end: Array,
) -> int:  # fmt: skip
    """List nodes and walks per source; return the first source there is no room for.

    If it is the queue that has no room, the source is returned as -1 - source.
    """
    for s in range(first, source.size):
        reached = settle(graph, queue, label, source, ticks, s, s + 1)
        if reached < 0:
            return -1 - s
        begin = end[s]
        short = begin + reached > out.shape[0]
        for t in range(np.uint64(reached)):
            node = queue.touched[t]
            if not short:
                out[begin + np.int64(t), 0], out[begin + np.int64(t), 1] = node, label[node]
            label[node] = UNREACHED
        if short:
            return s
        end[s + 1] = begin + reached
    return int(source.size)


@kernel
def put_back(out: Array, end: Array, order: Array, start: Array, node: Array, ticks: Array) -> None:
    """Copy list after list to where the list of the source it belongs to starts."""
    for s in range(order.size):
        shift = start[order[s]] - end[s]
        for k in range(end[s], end[s + 1]):
            node[k + shift], ticks[k + shift] = out[k, 0], out[k, 1]


def reach_sets(
    graph: Csr, nodes: npt.ArrayLike, *, limit: int, threads: int = 1
) -> tuple[Array, Array, Array]:
    """List, for each of many nodes, all that is within a limit of it.

    Parameters
    ----------
    graph : Csr
        Forward for walks from the nodes, reverse for walks to them.
    nodes : array of int (k,)
        Where the walks start.
    limit : int
        Ticks; the limit itself counts as reached.
    threads : int
        Searches at a time, where there are enough of them; changes no result.

    Returns
    -------
    start : array of int64 (k + 1,)
        Where each list begins.
    node, ticks : array of uint32
        What is reached, in no particular order, and the walk.

    Raises
    ------
    NetworkError
        A node that isn't in the graph.

    Examples
    --------
    >>> from greenmap.engine.csr import build_csr
    >>> graph = build_csr(3, [0, 1], [1, 2], [5, 5])
    >>> [each.tolist() for each in reach_sets(graph, [0, 2], limit=5)]
    [[0, 2, 3], [0, 1, 2], [0, 5, 0]]
    """
    given = whole(nodes, graph.n_nodes, "nodes").ravel()
    order = np.argsort(given, kind="stable")  # who is near is searched next: memory is still warm
    lots = max(1, min(threads, given.size // _LOT))
    of = [order[lot::lots].copy() for lot in range(lots)]  # each has its share of dense streets
    parts = side_by_side(lambda mine: _list_lot(graph, given[mine], limit), of, threads=lots)
    start = np.zeros(given.size + 1, np.int64)
    for mine, (_, end) in zip(of, parts, strict=True):
        start[mine + 1] = np.diff(end)
    np.cumsum(start, out=start)
    node, ticks = np.empty(start[-1], np.uint32), np.empty(start[-1], np.uint32)
    for mine, part in zip(of, parts, strict=True):
        put_back(*part, mine, start, node, ticks)
    return start, node, ticks


def _list_lot(graph: Csr, nodes: Array, limit: int) -> tuple[Array, Array]:
    """List what is reached from some nodes, with more room as often as there isn't enough."""
    source, ticks = read_only(nodes, np.uint32), read_only(np.zeros(nodes.size), np.uint32)
    label = np.full(graph.n_nodes, UNREACHED, np.uint32)
    out, end = np.empty((_ROOM, 2), np.uint32), np.zeros(source.size + 1, np.int64)
    room, done = _ROOM, 0
    queue = make_queue(graph, limit, room=room)
    while done < source.size:
        done = list_reached(graph.arrays, queue, label, source, ticks, done, out, end)
        if done < 0:
            done, room = -1 - done, 2 * room
            queue = make_queue(graph, limit, room=room)
        elif done < source.size:
            out = np.concatenate([out, np.empty_like(out)])
    return out, end
