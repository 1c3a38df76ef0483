"""Shortest walks: to the nearest place of each category, and from a few sources to all nodes.

One bounded label-correcting search with coarse buckets does the work: a node may be handled
again when its label falls, so the answer is exact whatever the buckets' width and also with
arcs of zero length. A label is ``ticks << 32 | place``: the least label is the shortest walk,
and of equal walks the one to the lower place number. Labels only fall and have one least
value each, so neither the order of work nor the number of threads can show in a result.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from greenmap.engine.csr import Array, Csr, read_only, whole
from greenmap.engine.kernel import kernel
from greenmap.errors import NetworkError
from greenmap.units import UNREACHED


@dataclass(frozen=True, slots=True)
class Sources:
    """Places by number, each with its entrances and the categories it belongs to.

    Parameters
    ----------
    entrance_start : array of int64 (p + 1,)
        First entrance of each place; a place may have none.
    node : array of uint32 (k,)
        Node of each entrance.
    ticks : array of uint32 (k,)
        Walk between the node and the entrance itself.
    category_start : array of int64 (p + 1,)
        First category of each place.
    category : array of int32 (c,)
        Categories by number.
    """

    entrance_start: Array
    node: Array
    ticks: Array
    category_start: Array
    category: Array

    def __post_init__(self) -> None:
        types = {"node": np.uint32, "ticks": np.uint32, "category": np.int32}
        for name in self.__slots__:
            values = whole(getattr(self, name), UNREACHED, f"sources.{name}")
            object.__setattr__(self, name, read_only(values, types.get(name, np.int64)))

    @property
    def n_places(self) -> int:
        """Number of places."""
        return int(self.entrance_start.size) - 1


class Queue(NamedTuple):
    """Room for the entries of one search: a linked list per bucket of ticks.

    Parameters
    ----------
    limit : uint64
        Largest ticks that count as reached.
    shift : uint64
        A bucket is ``1 << shift`` ticks wide.
    bucket, follow : array of uint32
        First entry of each bucket, and the next one of each entry; 0 = none.
    node : array of uint32
        Node of each entry.
    key : array
        Its label when it was entered; a lower one since makes the entry void.
    touched : array of uint32 (n + 1,)
        The nodes reached, in the order first reached.
    """

    limit: np.uint64
    shift: np.uint64
    bucket: Array
    follow: Array
    node: Array
    key: Array
    touched: Array


def make_queue(graph: Csr, limit: int, *, room: int, label: npt.DTypeLike) -> Queue:
    """Make the queue for searches of up to `room` entries.

    Parameters
    ----------
    graph : Csr
        To be searched.
    limit : int
        Ticks, at most 0xFFFFFFFE.
    room : int
        Entries; :func:`settle` says when it needs more.
    label : dtype
        Of the labels.

    Returns
    -------
    Queue

    Raises
    ------
    NetworkError
        The limit is not a number of ticks.
    """
    whole([limit], UNREACHED, "limit")
    mean = int(graph.cost.mean()) if graph.cost.size else 0
    # A quarter to a half of the mean arc was fastest; 65,536 buckets are plenty.
    shift = max(mean.bit_length() - 2, limit.bit_length() - 16, 0)
    return Queue(
        np.uint64(limit),
        np.uint64(shift),
        np.zeros((limit >> shift) + 1, np.uint32),
        np.empty(room, np.uint32),
        np.empty(room, np.uint32),
        np.empty(room, label),
        np.empty(graph.n_nodes + 1, np.uint32),
    )


@kernel
def settle(
    graph: tuple[Array, Array, Array],
    queue: Queue,
    low: np.uint64,
    label: Array,
    source: Array,
    source_label: Array,
    first: int,
    last: int,
) -> int | np.int64:
    """Lower all labels within the limit; return how many nodes were reached, -1 = no room.

    `label` holds ones in all bits before and the least labels after; ticks are the bits from
    `low` up. Sources are those from `first` to `last`. Without room all is put back.
    """
    start, target, cost = graph
    limit, shift, bucket, follow, node, key, touched = queue
    if last - first >= follow.size:
        return -1
    one = np.uint64(1)
    empty = ~np.uint64(0) >> (np.uint64(32) - low)
    used = one
    reached = np.uint64(0)
    for s in range(first, last):
        there = np.uint64(source_label[s])
        before = np.uint64(label[source[s]])
        if there >> low <= limit and there < before:
            touched[reached] = source[s]
            reached += np.uint64(before == empty)
            label[source[s]] = there
            h = (there >> low) >> shift
            node[used] = source[s]
            key[used] = there
            follow[used] = bucket[h]
            bucket[h] = used
            used += one
    for b in range(np.uint64(bucket.size)):
        while bucket[b] != 0:
            entry = bucket[b]
            bucket[b] = follow[entry]
            at = node[entry]
            here = np.uint64(label[at])
            if key[entry] != here:
                continue
            left = limit - (here >> low)
            arc = np.uint64(start[at])
            end = np.uint64(start[np.uint64(at) + one])
            if used + (end - arc) > np.uint64(follow.size):
                bucket[:] = 0
                label[touched[:reached]] = empty
                return -1
            while arc < end:
                step = np.uint64(cost[arc])
                to = target[arc]
                arc += one
                there = here + (step << low)
                before = np.uint64(label[to])
                if step <= left and there < before:
                    touched[reached] = to
                    reached += np.uint64(before == empty)
                    label[to] = there
                    h = (there >> low) >> shift
                    node[used] = to
                    key[used] = there
                    follow[used] = bucket[h]
                    bucket[h] = used
                    used += one
    return np.int64(reached)


def _labels(graph: Csr, node: Array, ticks: Array, place: Array, limit: int) -> Array:
    """Return ``ticks << 32 | place`` of the nearest source for each node, ones = none."""
    label = np.full(graph.n_nodes, ~np.uint64(0))
    source = read_only(node, np.uint32)
    packed = ticks.astype(np.uint64) << np.uint64(32) | place.astype(np.uint64)
    given = read_only(packed, np.uint64)
    room = 2 * graph.n_nodes + source.size + 2
    while True:
        queue = make_queue(graph, limit, room=room, label=np.uint64)
        if settle(graph.arrays, queue, np.uint64(32), label, source, given, 0, source.size) >= 0:
            return label
        room *= 2


def check_sources(graph: Csr, sources: Sources, rows: Array, n_rows: int, categories: int) -> None:
    """Refuse sources and rows that don't belong to the graph.

    Parameters
    ----------
    graph : Csr
        To be searched.
    sources : Sources
        Places.
    rows : array of int (n,)
        Output row of each node, -1 = none.
    n_rows, categories : int
        Size of the output.

    Raises
    ------
    NetworkError
        A node, row or category that isn't there, or two nodes for one row.
    """
    whole(sources.node, graph.n_nodes, "sources.node")
    whole(sources.category, categories, "sources.category")
    whole(rows[rows >= 0], n_rows, "rows")
    if rows.size != graph.n_nodes:
        raise NetworkError("engine.rows_size", expected=graph.n_nodes, found=rows.size)
    if n_rows and np.bincount(rows[rows >= 0].astype(np.int64), minlength=n_rows).max() > 1:
        raise NetworkError("engine.rows_twice")


def nearest(
    reverse: Csr,
    sources: Sources,
    *,
    categories: int,
    rows: npt.ArrayLike,
    n_rows: int,
    limit: int,
    threads: int = 1,
) -> tuple[Array, Array]:
    """Find the nearest place of each category for each row.

    Parameters
    ----------
    reverse : Csr
        The reverse graph: arcs from where one arrives to where one comes from.
    sources : Sources
        Places with entrances and categories.
    categories : int
        Number of categories, C.
    rows : array of int (n,)
        Output row of each node, -1 = none.
    n_rows : int
        Number of rows, r. A row without a node stays unreached.
    limit : int
        Ticks; the limit itself counts as reached.
    threads : int
        Categories searched at a time; changes no result.

    Returns
    -------
    ticks : array of uint32 (r, C)
        Walk to the nearest place, 0xFFFFFFFF = not reached.
    place : array of int32 (r, C)
        Its number, -1 = not reached; of equally near places the lowest.

    Raises
    ------
    NetworkError
        Sources, rows or a limit that don't fit the graph.
    """
    rows = np.asarray(rows)
    check_sources(reverse, sources, rows, n_rows, categories)
    place_of = np.repeat(np.arange(sources.n_places), np.diff(sources.entrance_start))
    belongs = np.repeat(np.arange(sources.n_places), np.diff(sources.category_start))
    node_of = np.flatnonzero(rows >= 0)
    label = np.full((categories, n_rows), ~np.uint64(0))

    def search(category: int) -> None:
        wanted = np.zeros(sources.n_places, dtype=bool)
        wanted[belongs[sources.category == category]] = True
        of = wanted[place_of]
        found = _labels(reverse, sources.node[of], sources.ticks[of], place_of[of], limit)
        label[category, rows[node_of]] = found[node_of]

    with ThreadPoolExecutor(max(1, threads)) as pool:
        list(pool.map(search, range(categories)))
    ticks, place = (label >> np.uint64(32)).T, label.astype(np.uint32).view(np.int32).T
    return np.ascontiguousarray(ticks, dtype=np.uint32), np.ascontiguousarray(place)


def distances(
    graph: Csr, sources_node: npt.ArrayLike, sources_ticks: npt.ArrayLike, *, limit: int
) -> Array:
    """Return the shortest walk from the nearest of some sources to every node.

    Parameters
    ----------
    graph : Csr
        Forward for walks from the sources, reverse for walks to them.
    sources_node, sources_ticks : array of int (k,)
        Where the walks start, and what each has cost already.
    limit : int
        Ticks; the limit itself counts as reached.

    Returns
    -------
    array of uint32 (n,)
        Ticks, 0xFFFFFFFF = not reached.

    Raises
    ------
    NetworkError
        Sources or a limit that don't fit the graph.

    Examples
    --------
    >>> from greenmap.engine.csr import build_csr
    >>> graph = build_csr(3, [0, 1], [1, 2], [5, 5])
    >>> distances(graph, [0], [0], limit=5).tolist()
    [0, 5, 4294967295]
    """
    node = whole(sources_node, graph.n_nodes, "sources_node")
    ticks = whole(sources_ticks, UNREACHED + 1, "sources_ticks")
    label = _labels(graph, node, ticks, np.zeros(node.size, np.int64), limit)
    return (label >> np.uint64(32)).astype(np.uint32)
