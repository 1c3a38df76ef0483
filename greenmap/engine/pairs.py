"""All walks between rows and places within a limit, as sparse arrays.

For what needs more than counts: capacity shared among those who can walk there, siting.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from greenmap.engine.csr import Array, Csr, read_only
from greenmap.engine.kernel import kernel
from greenmap.engine.search import Sources, check_sources, source_nodes
from greenmap.engine.settle import Queue, make_queue, settle
from greenmap.engine.skeleton import Hung, Skeleton, build_skeleton
from greenmap.engine.threads import side_by_side
from greenmap.units import UNREACHED

_ROOM = 1 << 16


@kernel
def gather(
    hung: Hung, label: Array, touched: Array, reached: int | np.int64, limit: np.uint64,
    walks: Array, span: Array,
) -> np.int64:  # fmt: skip
    """List slot and walk of all that hangs on the nodes reached; return how many.

    What hangs between two nodes is looked at from the first, or from the second if that one
    alone is reached.
    """
    _, start, slot, end_start, end_slot = hung
    one, low, high, listed = np.uint64(1), span[0], span[1], np.uint64(0)
    for t in range(np.uint64(reached)):
        at = np.uint64(touched[t])
        here = np.uint64(label[at])
        first, last = np.uint64(start[at]), np.uint64(start[at + one])
        low, high = min(low, np.int64(first)), max(high, np.int64(last))
        for i in range(first, last):
            walk = min(here + slot[i, 1], np.uint64(label[slot[i, 0]]) + slot[i, 2])
            walks[listed, 0], walks[listed, 1] = i, walk
            listed += np.uint64(walk <= limit)
        for e in range(np.uint64(end_start[at]), np.uint64(end_start[at + one])):
            walk, other = here + end_slot[e, 2], np.int64(end_slot[e, 0])
            low, high = min(low, other), max(high, other + 1)
            walks[listed, 0], walks[listed, 1] = other, walk
            listed += np.uint64(walk <= limit and label[end_slot[e, 1]] == UNREACHED)
    for t in range(np.uint64(reached)):
        label[touched[t]] = UNREACHED
    span[0], span[1] = low, high
    return np.int64(listed)


@kernel
def list_walks(
    graph: tuple[Array, Array], queue: Queue, label: Array, hung: Hung,
    entrances: tuple[Array, Array, Array], first: int, last: int, walks: Array, out: Array,
    end: Array,
) -> int:  # fmt: skip
    """List ``row << 32 | ticks`` per place, by row; return the first place there's no room for.

    The list of place p goes from ``end[p]`` to ``end[p + 1]``.
    """
    start, node, ticks = entrances
    row, span = hung.row, np.zeros(2, np.int64)
    for p in range(first, last):
        reached = settle(graph, queue, label, node, ticks, start[p], start[p + 1])
        if reached < 0:
            return p
        listed = gather(hung, label, queue.touched, reached, queue.limit, walks, span)
        begin = end[p]
        if begin + listed > out.size:
            return p
        for w in range(listed):
            out[begin + w] = np.uint64(row[walks[w, 0]]) << np.uint64(32) | np.uint64(walks[w, 1])
        end[p + 1] = begin + listed
        out[begin : begin + listed].sort()
    return last


def pairs(
    reverse: Csr,
    sources: Sources,
    *,
    rows: npt.ArrayLike,
    n_rows: int,
    limit: int,
    threads: int = 1,
) -> tuple[Array, Array, Array]:
    """List every row and place that are within a limit of each other.

    Parameters
    ----------
    reverse : Csr
        The reverse graph: arcs from where one arrives to where one comes from.
    sources : Sources
        Places with entrances; their categories play no part.
    rows : array of int (n,)
        Row of each node, -1 = none.
    n_rows : int
        Number of rows.
    limit : int
        Ticks; the limit itself counts as reached.
    threads : int
        Places searched at a time; changes no result.

    Returns
    -------
    start : array of int64 (p + 1,)
        First pair of each place.
    row : array of uint32 (k,)
        Rows within the limit, rising within each place.
    ticks : array of uint32 (k,)
        The walk from the row to the place.

    Raises
    ------
    NetworkError
        Sources, rows or a limit that don't fit the graph.

    Examples
    --------
    A line of three nodes, 5 ticks apart; one place at each end.

    >>> from greenmap.engine.csr import build_csr
    >>> line = build_csr(3, [0, 1, 1, 2], [1, 0, 2, 1], [5, 5, 5, 5])
    >>> ends = Sources([0, 1, 2], [0, 2], [0, 0], [0, 0, 0], [])
    >>> [list.tolist() for list in pairs(line, ends, rows=[0, 1, 2], n_rows=3, limit=5)]
    [[0, 2, 4], [0, 1, 1, 2], [0, 5, 5, 0]]
    """
    rows = np.asarray(rows)
    categories = int(sources.category.max(initial=-1)) + 1
    check_sources(reverse, sources, rows, n_rows, categories)
    skeleton = build_skeleton(reverse, keep=source_nodes(reverse, sources), rows=rows)
    places, threads = sources.n_places, max(1, threads)
    cut = [places * part // (4 * threads) for part in range(4 * threads + 1)]
    lots = zip(cut[:-1], cut[1:], strict=True)
    parts = side_by_side(
        lambda lot: _list_lot(skeleton, sources, lot, limit), lots, threads=threads
    )
    found = np.concatenate([packed for packed, _ in parts])
    size = np.concatenate([[0], *(np.diff(end) for _, end in parts)])
    row, ticks = (found >> np.uint64(32)).astype(np.uint32), found.astype(np.uint32)
    return np.cumsum(size), row, ticks


def _list_lot(
    skeleton: Skeleton, sources: Sources, lot: tuple[int, int], limit: int
) -> tuple[Array, Array]:
    """List the pairs of some places, with more room as often as there isn't enough."""
    first, last = lot
    graph, hung = skeleton.graph, skeleton.hung
    doors = slice(sources.entrance_start[first], sources.entrance_start[last])
    start = read_only(sources.entrance_start[first : last + 1] - doors.start, np.int64)
    node = read_only(skeleton.number[sources.node[doors]], np.uint32)
    entrances = start, node, read_only(sources.ticks[doors], np.uint32)
    label = np.full(graph.n_nodes, UNREACHED, np.uint32)
    walks = np.empty((hung.row.size + 1, 2), np.uint32)
    out, end = np.empty(_ROOM, np.uint64), np.zeros(last - first + 1, np.int64)
    room, done = _ROOM, 0
    queue = make_queue(graph, limit, room=room)
    while True:
        done = list_walks(
            graph.arrays, queue, label, hung, entrances, done, last - first, walks, out, end
        )
        if done == last - first:
            return out[: end[-1]], end
        room *= 2
        queue = make_queue(graph, limit, room=room)
        out = np.concatenate([out, np.empty_like(out)])
