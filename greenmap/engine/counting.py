"""How many places of each category are within each band of walking, and which is nearest.

One bounded search per place, from all its entrances at once, in the reverse graph: so a
place counts once whatever its entrances. Places are taken in the order they lie in, sixteen at
a time, so each thread fills a stretch of an array of its own; the arrays are added up at the
end, and sums and minima of whole numbers don't depend on who did which place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from greenmap.engine.batch import empty_lanes, make_batch
from greenmap.engine.csr import Array, Csr, read_only, whole, zeros
from greenmap.engine.lanes import LANES
from greenmap.engine.search import Sources, check_sources, nearest_on, source_nodes
from greenmap.engine.settle import make_queue
from greenmap.engine.skeleton import Skeleton, build_skeleton
from greenmap.engine.tally import Found, Work, add_up, count_places, put_rows
from greenmap.engine.threads import side_by_side
from greenmap.errors import NetworkError
from greenmap.units import UNREACHED

MOST = 0xFFFF
_CHUNK = 4 * LANES
_ROOM = 1 << 16


def _merge(sources: Sources, number: Array, categories: int) -> tuple[Array, ...]:
    """Lay out the searches in the order of their nodes, one for each door and category.

    Returns the first six arrays of :class:`Work`.
    """
    belongs = np.repeat(np.arange(sources.n_places), np.diff(sources.category_start))
    width = max(categories, 1)
    pair = belongs * width + sources.category
    of, category = np.divmod(pair if (pair[1:] > pair[:-1]).all() else np.unique(pair), width)
    doors = np.diff(sources.entrance_start)[of]
    of, category, doors = of[doors > 0], category[doors > 0], doors[doors > 0]
    door = sources.entrance_start[of]
    at = number[sources.node[door]].astype(np.uint64) << np.uint64(32) | sources.ticks[door]
    # Places with several doors aren't compared: each is a search of its own.
    kind = np.where(doors > 1, of + 1, 0) * width + category
    order = np.lexsort((kind, at))
    fresh = np.ones(order.size, dtype=bool)
    fresh[1:] = (np.diff(at[order]) != 0) | (np.diff(kind[order]) != 0)
    places = np.diff(np.append(np.flatnonzero(fresh), order.size))
    one = order[fresh]
    start = np.concatenate([[0], np.cumsum(doors[one])])
    entrance = np.arange(start[-1]) + np.repeat(door[one] - start[:-1], doors[one])
    node = number[sources.node[entrance]]
    return node, sources.ticks[entrance], start, category[one], places, of[one]


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
    if limit < limits[-1]:
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
    total = np.bincount(merged[3], weights=merged[4], minlength=categories)
    if categories and total.max() > MOST:
        most = int(total.argmax())
        found = int(total[most])
        raise NetworkError("engine.too_many_places", category=most, found=found, top=MOST)
    types = "u4", "u4", "i8", "i8", "u2", "u4", "u4"
    arrays = zip((*merged, bands), types, strict=True)
    work = Work(*(read_only(array, dtype) for array, dtype in arrays))
    cells, near_cells = (n_rows, categories), (n_rows if near else 0, categories)
    within, ticks, place = zeros(
        ((*cells, bands.size), np.uint16), (near_cells, np.uint32), (near_cells, np.int32)
    )
    slots = skeleton.hung.row.size
    if slots < n_rows:  # all others are put there
        ticks[:], place[:] = UNREACHED, -1
    cut = np.linspace(0, slots, threads + 1).astype(np.int64)
    lots = _share_out(work.entrance_start.size - 1, threads)
    parts = side_by_side(
        lambda lot: _count_chunks(skeleton, work, lot, categories, near), lots, threads=threads
    )

    def collect(t: int) -> None:
        ends = np.clip([cut[t : t + 2], *(part.span for part in parts)], cut[t], cut[t + 1])
        for first, last in pairwise(np.unique(ends)):
            here = [part for part in parts if part.span[0] <= first and last <= part.span[1]]
            whole, *others = here or parts[:1]  # nobody has been there: zeros
            for other in others:
                add_up(whole, other, first, last)
            put_rows(skeleton.hung.row, whole, first, last, within, ticks, place)

    side_by_side(collect, range(threads), threads=threads)
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
    cells, near_cells = (slots, categories), (slots if near else 0, categories)
    places, nearest = zeros(((*cells, work.bands.size), np.uint16), (near_cells, np.uint64))
    found = Found(places, nearest, np.array([slots, 0]))
    batch = make_batch(skeleton)
    listed, walks = np.empty(slots + 1, np.uint32), empty_lanes(slots + 1)
    searches, limit, room = work.entrance_start.size - 1, int(work.bands[-1]), _ROOM
    queue = make_queue(graph, limit, room=room)
    for first in chunks:
        last = min(first + _CHUNK, searches)
        while first < last:
            first = count_places(
                graph.arrays, skeleton.into.arrays, queue, batch, skeleton.hung, work, first, last,
                listed, walks, found,
            )  # fmt: skip
            if first < last:
                room *= 2
                queue = make_queue(graph, limit, room=room)
    return found
