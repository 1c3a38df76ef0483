"""Shortest walks: to the nearest place of each category, and from a few sources to all nodes.

Of equal walks the one to the lower place number counts: it is handed on along all shortest walks
when they are known. Categories are searched apart, so neither the order of work nor the number of
threads can show in a result.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from greenmap.engine.csr import Array, Csr, read_only, whole
from greenmap.engine.kernel import kernel
from greenmap.engine.settle import make_queue, settle
from greenmap.engine.skeleton import Hung, Skeleton, build_skeleton
from greenmap.engine.threads import side_by_side
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


def pack(ticks: Array, place: Array) -> Array:
    """Return ``ticks << 32 | place``, uint64."""
    return ticks.astype(np.uint64) << np.uint64(32) | place.astype(np.uint64)


@kernel
def hand_on(
    graph: tuple[Array, Array], touched: Array, reached: int, ticks: Array, place: Array
) -> None:
    """Give each node the lowest place number that comes along a shortest walk to it.

    Who hands on to a node first was touched before it, so all is done when no number given
    before falls.
    """
    start, arcs = graph
    one, fell = np.uint64(1), True
    while fell:
        fell = False
        for t in range(np.uint64(reached)):
            at = np.uint64(touched[t])
            here, number = np.uint64(ticks[at]), place[at]
            for arc in range(np.uint64(start[at]), np.uint64(start[at + one])):
                to = np.uint64(arcs[arc, 0])
                before, there = place[to], here + arcs[arc, 1]
                lower = (there == ticks[to]) & (number < before)
                place[to] = number if lower else before
                fell |= lower & (before != UNREACHED)


def search_once(graph: Csr, node: Array, ticks: Array, limit: int) -> tuple[Array, Array]:
    """Return the least ticks from some sources to each node, and the nodes reached.

    Parameters
    ----------
    graph : Csr
        n nodes.
    node, ticks : array of int (k,)
        Where sources stand, and what each has cost already.
    limit : int
        Ticks.

    Returns
    -------
    ticks : array of uint32 (n,)
        0xFFFFFFFF = not reached.
    touched : array of uint32
        Those that are.
    """
    label = np.full(graph.n_nodes, UNREACHED, np.uint32)
    source, given = read_only(node, np.uint32), read_only(ticks, np.uint32)
    room = 2 * graph.n_nodes + source.size + 2
    while True:
        queue = make_queue(graph, limit, room=room)
        reached = settle(graph.arrays, queue, label, source, given, 0, source.size)
        if reached >= 0:
            return label, queue.touched[:reached]
        room *= 2


def nearest_source(
    graph: Csr, node: Array, ticks: Array, place: Array, limit: int
) -> tuple[Array, Array]:
    """Return the walk to each node from the nearest of some sources, and its number.

    Parameters
    ----------
    graph, node, ticks, limit
        As in :func:`search_once`.
    place : array of int (k,)
        Number of each source; of equally near ones the lowest counts.

    Returns
    -------
    ticks, place : array of uint32 (n,)
        0xFFFFFFFF = none.
    """
    least, touched = search_once(graph, node, ticks, limit)
    lowest = np.full(graph.n_nodes, UNREACHED, np.uint32)
    best = least[node] == ticks
    np.minimum.at(lowest, node[best], place[best].astype(np.uint32))
    hand_on(graph.arrays, touched, touched.size, least, lowest)
    return least, lowest


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

    Examples
    --------
    A line of three nodes, 5 ticks apart; one place at each end.

    >>> from greenmap.engine.csr import build_csr
    >>> line = build_csr(3, [0, 1, 1, 2], [1, 0, 2, 1], [5, 5, 5, 5])
    >>> ends = Sources([0, 1, 2], [0, 2], [0, 0], [0, 1, 2], [0, 0])
    >>> ticks, place = nearest(line, ends, categories=1, rows=[0, 1, 2], n_rows=3, limit=5)
    >>> ticks[:, 0].tolist(), place[:, 0].tolist()
    ([0, 5, 0], [0, 0, 1])
    """
    rows = np.asarray(rows)
    check_sources(reverse, sources, rows, n_rows, categories)
    skeleton = build_skeleton(reverse, keep=source_nodes(reverse, sources), rows=rows)
    return nearest_on(skeleton, sources, categories, n_rows, limit, threads)


def source_nodes(graph: Csr, sources: Sources) -> Array:
    """Mark the nodes of a graph that are searched from.

    Parameters
    ----------
    graph : Csr
        n nodes.
    sources : Sources
        Places.

    Returns
    -------
    array of bool (n,)
    """
    marked = np.zeros(graph.n_nodes, dtype=bool)
    marked[sources.node] = True
    return marked


@kernel
def hang_labels(
    hung: Hung, least: Array, number: Array, limit: np.uint64, category: int, ticks: Array,
    place: Array,
) -> None:  # fmt: skip
    """Give each row the lesser walk of the two ends of its chain, if it is within the limit."""
    row, start, slot, _, _ = hung
    for first in range(start.size - 1):
        for i in range(start[first], start[first + 1]):
            second = slot[i, 0]
            there = np.uint64(least[first]) + slot[i, 1]
            back = np.uint64(least[second]) + slot[i, 2]
            walk = min(there, back)
            if walk <= limit:
                best = number[first] if there == walk else np.uint32(UNREACHED)
                best = min(best, number[second]) if back == walk else best
                ticks[row[i], category] = walk
                place[row[i], category] = best


def nearest_on(
    skeleton: Skeleton, sources: Sources, categories: int, n_rows: int, limit: int, threads: int
) -> tuple[Array, Array]:
    """Find the nearest place of each category for each row that hangs on a skeleton.

    Parameters
    ----------
    skeleton : Skeleton
        Of the reverse graph, all source nodes kept.
    sources, categories, n_rows, limit, threads
        As in :func:`nearest`.

    Returns
    -------
    ticks, place : array
        As from :func:`nearest`.
    """
    place_of = np.repeat(np.arange(sources.n_places), np.diff(sources.entrance_start))
    belongs = np.repeat(np.arange(sources.n_places), np.diff(sources.category_start))
    node = skeleton.number[sources.node]
    ticks = np.full((n_rows, categories), UNREACHED, np.uint32)
    place = np.full((n_rows, categories), -1, np.int32)

    def search(category: int) -> None:
        wanted = np.zeros(sources.n_places, dtype=bool)
        wanted[belongs[sources.category == category]] = True
        of = wanted[place_of]
        found = nearest_source(skeleton.graph, node[of], sources.ticks[of], place_of[of], limit)
        hang_labels(skeleton.hung, *found, np.uint64(limit), category, ticks, place)

    side_by_side(search, range(categories), threads=threads)
    return ticks, place


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
    return search_once(graph, node, ticks, limit)[0]
