"""How many places of each category are within each band of walking.

One bounded search per place, from all its entrances at once, in the reverse graph: so a
place counts once whatever its entrances. Each thread adds into an array of its own and the
arrays are summed; sums of whole numbers don't depend on who did which place.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from greenmap.engine.csr import Array, Csr, read_only, whole
from greenmap.engine.kernel import kernel
from greenmap.engine.search import Sources, check_sources
from greenmap.engine.settle import Queue, make_queue, settle
from greenmap.errors import NetworkError
from greenmap.units import UNREACHED

MOST = 0xFFFF
_CHUNK = 32
_ROOM = 1 << 16


class Work(NamedTuple):
    """What is searched from and what is counted.

    Parameters
    ----------
    node, ticks : array of uint32 (k,)
        Entrances.
    entrance_start, category_start : array of int64 (s + 1,)
        First entrance, and first category, of each search.
    category : array of int64 (c,)
        Categories of each search.
    places : array of uint16 (c,)
        How many places of that category it stands for.
    rows : array of int32 (n,)
        Output row of each node, -1 = none.
    bands : array of uint32 (B,)
        Rising limits in ticks.
    """

    node: Array
    ticks: Array
    entrance_start: Array
    category_start: Array
    category: Array
    places: Array
    rows: Array
    bands: Array


@kernel
def count_places(
    graph: tuple[Array, Array, Array],
    queue: Queue,
    label: Array,
    work: Work,
    first: int,
    last: int,
    found: Array,
) -> int:
    """Search from each entrance set and add its places to every band that holds a row.

    Returns the first search that was not done for want of room in the queue, else `last`.
    """
    node, ticks, entrance_start, category_start, category, places, rows, bands = work
    for s in range(first, last):
        low = np.uint64(0)
        doors = entrance_start[s], entrance_start[s + 1]
        reached = settle(graph, queue, low, label, node, ticks, doors[0], doors[1])
        if reached < 0:
            return s
        for t in range(reached):
            at = queue.touched[t]
            walk = label[at]
            label[at] = UNREACHED
            row = rows[at]
            if row >= 0:
                band = 0
                while bands[band] < walk:
                    band += 1
                for c in range(category_start[s], category_start[s + 1]):
                    for wider in range(band, bands.size):
                        found[row, category[c], wider] += places[c]
    return last


def _merge(sources: Sources, categories: int) -> tuple[Array, ...]:
    """Put places with the same entrances together: one search serves them all.

    Returns the first six arrays of :class:`Work`.
    """
    place_of = np.repeat(np.arange(sources.n_places), np.diff(sources.entrance_start))
    order = np.lexsort((sources.ticks, sources.node, place_of))
    doors = sources.node[order].astype(np.uint64) << np.uint64(32) | sources.ticks[order]
    raw, cut = doors.tobytes(), (sources.entrance_start * doors.itemsize).tolist()
    seen: dict[bytes, int] = {}
    search = [seen.setdefault(raw[a:b], len(seen)) for a, b in zip(cut[:-1], cut[1:], strict=True)]
    kept = np.frombuffer(b"".join(seen), np.uint64)
    start = np.cumsum([0, *(len(key) // doors.itemsize for key in seen)])
    belongs = np.repeat(np.arange(sources.n_places), np.diff(sources.category_start))
    width = max(categories, 1)
    of, category = np.divmod(np.unique(belongs * width + sources.category), width)
    pair = np.asarray(search, np.int64)[of] * width + category
    pair, places = np.unique(pair, return_counts=True)
    category_start = np.searchsorted(pair, np.arange(len(seen) + 1) * width)
    node, ticks = kept >> np.uint64(32), kept & np.uint64(UNREACHED)
    return node, ticks, start, category_start, pair % width, places


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
    merged = _merge(sources, categories)
    total = np.bincount(merged[4], weights=merged[5], minlength=categories)
    if categories and total.max() > MOST:
        most = int(total.argmax())
        found = int(total[most])
        raise NetworkError("engine.too_many_places", category=most, found=found, top=MOST)
    types = np.uint32, np.uint32, np.int64, np.int64, np.int64, np.uint16, np.int32, np.uint32
    arrays = zip((*merged, rows, limits), types, strict=True)
    work = Work(*(read_only(array, dtype) for array, dtype in arrays))
    chunks = iter(range(0, work.entrance_start.size - 1, _CHUNK))

    def add(_: int) -> Array:
        return _count_chunks(reverse, work, chunks, np.zeros(shape, np.uint16))

    shape, threads = (n_rows, categories, limits.size), max(1, threads)
    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(add, range(threads)))
    for part in parts[1:]:
        parts[0] += part
    return parts[0]


def _count_chunks(reverse: Csr, work: Work, chunks: Iterator[int], found: Array) -> Array:
    """Take chunks of searches until there are none; each thread fills an array of its own."""
    label = np.full(reverse.n_nodes, UNREACHED, np.uint32)
    searches, limit, room = work.entrance_start.size - 1, int(work.bands[-1]), _ROOM
    queue = make_queue(reverse, limit, room=room, label=np.uint32)
    for first in chunks:
        last = min(first + _CHUNK, searches)
        while first < last:
            first = count_places(reverse.arrays, queue, label, work, first, last, found)
            if first < last:
                room *= 2
                queue = make_queue(reverse, limit, room=room, label=np.uint32)
    return found
