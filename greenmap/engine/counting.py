"""How many places of each category are within each band of walking, and which is nearest.

One bounded search per place, from all its entrances at once, in the reverse graph: so a
place counts once whatever its entrances. Places are taken in the order they lie in, so each
thread fills a stretch of an array of its own; the arrays are added up at the end, and sums
and minima of whole numbers don't depend on who did which place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from greenmap.engine.csr import Array, Csr, read_only, whole
from greenmap.engine.kernel import kernel
from greenmap.engine.search import Sources, check_sources, nearest_on, source_nodes
from greenmap.engine.settle import Queue, make_queue, settle
from greenmap.engine.skeleton import Hung, Skeleton, build_skeleton
from greenmap.errors import NetworkError
from greenmap.units import UNREACHED

MOST = 0xFFFF
_CHUNK = 32
_BLOCK = 256
_ROOM = 1 << 16


class Work(NamedTuple):
    """What is searched from and what is counted: s searches, c search × category.

    Parameters
    ----------
    node, ticks : array of uint32 (k,)
        Entrances, at nodes of the skeleton.
    entrance_start, category_start : array of int64 (s + 1,)
        First entrance, and first category, of each search.
    category : array of int64 (c,)
        Categories of each search.
    places : array of uint16 (c,)
        How many places of that category it stands for.
    place : array of uint32 (c,)
        The lowest of their numbers.
    bands : array of uint32 (B,)
        Rising limits in ticks.
    """

    node: Array
    ticks: Array
    entrance_start: Array
    category_start: Array
    category: Array
    places: Array
    place: Array
    bands: Array


class Found(NamedTuple):
    """What one thread has found, by category and slot.

    Parameters
    ----------
    places : array of uint16 (C, slots, B)
        Places whose walk ends in each band, not those before it.
    nearest : array of uint64 (C, slots)
        ``~(ticks << 32 | place)``: the greatest is nearest, 0 = none. No slots at all if it
        isn't wanted.
    span : array of int64 (2,)
        First slot touched, and the one after the last.
    """

    places: Array
    nearest: Array
    span: Array


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
def note(walks: Array, listed: np.int64, work: Work, s: int, found: Found) -> None:
    """Note the walks listed to all places of a search."""
    bands, last = work.bands, np.uint64(work.bands.size - 1)
    half, wanted = np.uint64(32), found.nearest.size > 0
    for c in range(work.category_start[s], work.category_start[s + 1]):
        places, count = found.places[work.category[c]], work.places[c]
        nearest, lowest = found.nearest[work.category[c]], np.uint64(work.place[c])
        for w in range(np.uint64(listed)):
            slot, walk = np.uint64(walks[w, 0]), np.uint64(walks[w, 1])
            band = np.uint64(0)
            for b in range(last):
                band += np.uint64(bands[b] < walk)
            places[slot, band] += count
            if wanted:
                nearest[slot] = max(nearest[slot], ~(walk << half | lowest))


@kernel
def count_places(
    graph: tuple[Array, Array], queue: Queue, label: Array, hung: Hung, work: Work, first: int,
    last: int, walks: Array, found: Found,
) -> int:  # fmt: skip
    """Search from each entrance set and note its places wherever they are within the limit.

    Returns the first search that was not done for want of room in the queue, else `last`.
    """
    for s in range(first, last):
        doors = work.entrance_start[s], work.entrance_start[s + 1]
        low = np.uint64(0)
        reached = settle(graph, queue, low, label, work.node, work.ticks, doors[0], doors[1])
        if reached < 0:
            return s
        listed = gather(hung, label, queue.touched, reached, queue.limit, walks, found.span)
        note(walks, listed, work, s, found)
    return last


@kernel
def add_up(
    row: Array, found: Found, first: int, last: int, within: Array, ticks: Array, place: Array
) -> None:
    """Add what one thread found in some slots to the tables of all rows.

    By blocks of slots, so that the rows they belong to stay at hand for all categories.
    """
    places, nearest, span = found
    half, low = np.uint64(32), np.uint64(UNREACHED)
    top = np.uint64(min(last, span[1]))
    for block in range(np.uint64(max(first, span[0])), top, np.uint64(_BLOCK)):
        end = min(block + np.uint64(_BLOCK), top)
        for c in range(np.uint64(within.shape[1])):
            for i in range(block, end):
                within_band = np.uint16(0)
                for b in range(np.uint64(within.shape[2])):
                    within_band += places[c, i, b]
                    within[row[i], c, b] += within_band
            if nearest.size:
                for i in range(block, end):
                    r = np.uint64(row[i])
                    before = np.uint64(ticks[r, c]) << half | np.uint64(place[r, c]) & low
                    label = min(~nearest[c, i], before)
                    ticks[r, c], place[r, c] = label >> half, label & low


def _merge(sources: Sources, number: Array, categories: int) -> tuple[Array, ...]:
    """Lay out the searches in the order of their nodes; places at one door are one search.

    Returns the first seven arrays of :class:`Work`.
    """
    doors = np.diff(sources.entrance_start)
    somewhere = np.flatnonzero(doors)
    door = sources.entrance_start[somewhere]
    at, leg = number[sources.node[door]], sources.ticks[door]
    # Places with several doors aren't compared: each is a search of its own.
    alone = np.where(doors[somewhere] > 1, somewhere + 1, 0)
    order = np.lexsort((alone, leg, at))
    fresh = np.ones(order.size, dtype=bool)
    fresh[1:] = np.any([np.diff(key[order]) != 0 for key in (at, leg, alone)], axis=0)
    search = np.full(sources.n_places, -1)
    search[somewhere[order]] = np.cumsum(fresh) - 1
    one = somewhere[order[fresh]]
    start = np.concatenate([[0], np.cumsum(doors[one])])
    shift = np.repeat(sources.entrance_start[one] - start[:-1], doors[one])
    entrance = np.arange(start[-1]) + shift
    belongs = np.repeat(np.arange(sources.n_places), np.diff(sources.category_start))
    width = max(categories, 1)
    of, category = np.divmod(np.unique(belongs * width + sources.category), width)
    pair, first, places = np.unique(
        (search[of] * width + category)[search[of] >= 0], return_index=True, return_counts=True
    )
    lowest = of[search[of] >= 0][first]
    category_start = np.searchsorted(pair, np.arange(one.size + 1) * width)
    node = number[sources.node[entrance]]
    return node, sources.ticks[entrance], start, category_start, pair % width, places, lowest


def check_bands(bands: npt.ArrayLike) -> Array:
    """Refuse bands that don't rise.

    Parameters
    ----------
    bands : array of int (B,)
        Upper limits in ticks.

    Returns
    -------
    array of uint32 (B,)

    Raises
    ------
    NetworkError
        No bands, or bands out of order.

    Examples
    --------
    >>> check_bands([300_000, 900_000]).tolist()
    [300000, 900000]
    """
    checked = whole(bands, UNREACHED, "bands")
    if checked.size == 0 or (checked[1:] <= checked[:-1]).any():
        raise NetworkError("engine.bands_order", found=checked.tolist())
    return read_only(checked, np.uint32)


def counts(
    reverse: Csr,
    sources: Sources,
    *,
    categories: int,
    rows: npt.ArrayLike,
    n_rows: int,
    bands: npt.ArrayLike,
    threads: int = 1,
) -> Array:
    """Count the places of each category within each band, for each row.

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
        Number of rows, r. A row without a node counts nothing.
    bands : array of int (B,)
        Rising limits in ticks; the limit itself counts as reached.
    threads : int
        Places searched at a time; changes no result.

    Returns
    -------
    array of uint16 (r, C, B)
        Places within each limit; a band includes those before it.

    Raises
    ------
    NetworkError
        Sources, rows or bands that don't fit, or over 65,535 places of one category.

    Examples
    --------
    A line of three nodes, 5 ticks apart; one place at each end.

    >>> from greenmap.engine.csr import build_csr
    >>> line = build_csr(3, [0, 1, 1, 2], [1, 0, 2, 1], [5, 5, 5, 5])
    >>> ends = Sources([0, 1, 2], [0, 2], [0, 0], [0, 1, 2], [0, 0])
    >>> counts(line, ends, categories=1, rows=[0, 1, 2], n_rows=3, bands=[5, 10]).tolist()
    [[[1, 2]], [[2, 2]], [[1, 2]]]
    """
    rows, limits = np.asarray(rows), check_bands(bands)
    check_sources(reverse, sources, rows, n_rows, categories)
    skeleton = build_skeleton(reverse, keep=source_nodes(reverse, sources), rows=rows)
    return _count(skeleton, sources, (n_rows, categories), limits, threads, near=False)[2]


def counts_and_nearest(
    reverse: Csr,
    sources: Sources,
    *,
    categories: int,
    rows: npt.ArrayLike,
    n_rows: int,
    bands: npt.ArrayLike,
    limit: int,
    threads: int = 1,
) -> tuple[Array, Array, Array]:
    """Find the nearest place of each category and count those within each band.

    Parameters
    ----------
    reverse, sources, categories, rows, n_rows, bands, threads
        As in :func:`counts`.
    limit : int
        Farthest that the nearest place may be, ticks; searching no farther than
        the last band costs next to nothing more than counting.

    Returns
    -------
    ticks, place : array
        As from :func:`greenmap.engine.search.nearest`.
    within : array of uint16 (r, C, B)
        As from :func:`counts`.

    Raises
    ------
    NetworkError
        As both of them.

    Examples
    --------
    >>> from greenmap.engine.csr import build_csr
    >>> line = build_csr(3, [0, 1, 1, 2], [1, 0, 2, 1], [5, 5, 5, 5])
    >>> ends = Sources([0, 1, 2], [0, 2], [0, 0], [0, 1, 2], [0, 0])
    >>> tables = counts_and_nearest(
    ...     line, ends, categories=1, rows=[0, 1, 2], n_rows=3, bands=[5, 10], limit=10)
    >>> [table.ravel().tolist() for table in tables]
    [[0, 5, 0], [0, 0, 1], [1, 2, 2, 2, 1, 2]]
    """
    rows, limits = np.asarray(rows), check_bands(bands)
    whole([limit], UNREACHED, "limit")
    check_sources(reverse, sources, rows, n_rows, categories)
    skeleton = build_skeleton(reverse, keep=source_nodes(reverse, sources), rows=rows)
    at_once = limit <= int(limits[-1])
    shape = n_rows, categories
    ticks, place, within = _count(skeleton, sources, shape, limits, threads, near=at_once)
    if not at_once:
        return *nearest_on(skeleton, sources, categories, n_rows, limit, threads), within
    beyond = ticks > limit
    ticks[beyond], place[beyond] = UNREACHED, -1
    return ticks, place, within


def _count(
    skeleton: Skeleton, sources: Sources, shape: tuple[int, int], bands: Array, threads: int,
    *, near: bool,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Search from all places; nearest ticks and places are empty unless they are wanted."""
    (n_rows, categories), threads = shape, max(1, threads)
    merged = _merge(sources, skeleton.number, categories)
    total = np.bincount(merged[4], weights=merged[5], minlength=categories)
    if categories and total.max() > MOST:
        most = int(total.argmax())
        found = int(total[most])
        raise NetworkError("engine.too_many_places", category=most, found=found, top=MOST)
    types = "u4", "u4", "i8", "i8", "i8", "u2", "u4", "u4"
    arrays = zip((*merged, bands), types, strict=True)
    work = Work(*(read_only(array, dtype) for array, dtype in arrays))
    within = np.zeros((n_rows, categories, bands.size), np.uint16)
    ticks = np.full((n_rows if near else 0, categories), UNREACHED, np.uint32)
    place = np.full(ticks.shape, -1, np.int32)
    slots = skeleton.hung.row.size
    cut = np.linspace(0, slots, threads + 1).astype(np.int64)
    with ThreadPoolExecutor(threads) as pool:
        lots = _share_out(work.entrance_start.size - 1, threads)
        parts = list(
            pool.map(lambda lot: _count_chunks(skeleton, work, lot, categories, near), lots)
        )

        def collect(t: int) -> None:
            for part in parts:
                add_up(skeleton.hung.row, part, cut[t], cut[t + 1], within, ticks, place)

        list(pool.map(collect, range(threads)))
    return ticks, place, within


def _share_out(searches: int, threads: int) -> list[Iterator[int]]:
    """Give each thread its chunks: two threads share a stretch, and meet where they meet."""
    starts = range(0, searches, _CHUNK)
    cut = [len(starts) * min(2 * p, threads) // threads for p in range(threads // 2 + 2)]
    stretches = [deque(starts[a:b]) for a, b in zip(cut[:-1], cut[1:], strict=True)]

    def take(thread: int) -> Iterator[int]:
        mine = stretches[thread // 2]
        while True:
            try:
                yield mine.pop() if thread % 2 else mine.popleft()
            except IndexError:
                return

    return [take(thread) for thread in range(threads)]


def _count_chunks(
    skeleton: Skeleton, work: Work, chunks: Iterator[int], categories: int, near: bool
) -> Found:
    """Take chunks of searches until there are none; each thread fills arrays of its own."""
    graph, slots = skeleton.graph, skeleton.hung.row.size
    found = Found(
        np.zeros((categories, slots, work.bands.size), np.uint16),
        np.zeros((categories, slots if near else 0), np.uint64),
        np.array([slots, 0]),
    )
    walks = np.empty((slots + 1, 2), np.uint32)
    label = np.full(graph.n_nodes, UNREACHED, np.uint32)
    searches, limit, room = work.entrance_start.size - 1, int(work.bands[-1]), _ROOM
    queue = make_queue(graph, limit, room=room)
    for first in chunks:
        last = min(first + _CHUNK, searches)
        while first < last:
            first = count_places(
                graph.arrays, queue, label, skeleton.hung, work, first, last, walks, found
            )
            if first < last:
                room *= 2
                queue = make_queue(graph, limit, room=room)
    return found
