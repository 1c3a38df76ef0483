"""Tables by groups of categories, so that what is held at a time stays within a memory.

Categories are searched apart and no table depends on another, so the bytes are the same
whatever the groups. Places of a category that are too many to be counted at once, as in a
province, are counted in portions.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from greenmap.engine.counting import MOST, counts_and_nearest
from greenmap.engine.csr import Array, Csr
from greenmap.engine.search import Sources
from greenmap.errors import NetworkError
from greenmap.units import UNREACHED

_NODE, _ARC = 200, 40
"""Bytes held per node and arc besides the tables: rounded up from what ``docs/memory.md`` adds up;
peaks measured at 4 and 10 million nodes lie below."""


def group_size(
    graph: Csr, *, categories: int, rows: int, bands: int, threads: int, memory_gb: float
) -> int:
    """Return how many categories may be searched at a time.

    Parameters
    ----------
    graph : Csr
        To be searched.
    categories, rows, bands, threads : int
        Size of the tables; rows are those of the result.
    memory_gb : float
        For the graph, the searches and the result, 10^9 bytes.

    Returns
    -------
    int
        At least 1, at most all.

    Examples
    --------
    Each of three categories takes 14 bytes a row in the result and, while it is searched,
    14 more and 14 for the one thread.

    >>> from greenmap.engine.csr import build_csr
    >>> street = build_csr(2, [0, 1], [1, 0], [5, 5])
    >>> size = dict(categories=3, rows=10**6, bands=3, threads=1)
    >>> [group_size(street, **size, memory_gb=gb) for gb in (0.05, 0.1, 1.0)]
    [1, 2, 3]
    """
    cell = rows * (8 + 2 * bands)
    held = _NODE * graph.n_nodes + _ARC * graph.arc.shape[0] + cell * categories
    at_a_time = (memory_gb * 1e9 - held) / max(cell * (1 + threads), 1)
    return int(min(max(at_a_time, 1), max(categories, 1)))


def portions(sources: Sources, categories: int, most: int) -> tuple[Array, Array, Array]:
    """Share the places of each category out to portions of as many as a search can count.

    Parameters
    ----------
    sources : Sources
        Places.
    categories : int
        Number of categories.
    most : int
        Places in a portion.

    Returns
    -------
    category : array of int64 (c,)
        Category of each portion; those of a category follow each other.
    place, portion : array of int64
        Which places are in which portion; lower numbers in earlier ones.

    Examples
    --------
    >>> sources = Sources([0, 1, 2, 3], [4, 5, 6], [0, 0, 0], [0, 1, 2, 3], [1, 1, 1])
    >>> [array.tolist() for array in portions(sources, 2, most=2)]
    [[0, 1, 1], [0, 1, 2], [1, 1, 2]]
    """
    belongs = np.repeat(np.arange(sources.n_places), np.diff(sources.category_start))
    pairs = np.unique(sources.category.astype(np.int64) * sources.n_places + belongs)
    category, place = np.divmod(pairs, max(sources.n_places, 1))
    size = np.bincount(category, minlength=categories)
    needed = np.maximum(-(-size // most), 1)
    rank = np.arange(pairs.size) - (np.cumsum(size) - size)[category]
    portion = (np.cumsum(needed) - needed)[category] + rank // most
    return np.repeat(np.arange(categories), needed), place, portion


def only(sources: Sources, place: Array, category: Array) -> tuple[Sources, Array]:
    """Keep some places in some categories.

    Parameters
    ----------
    sources : Sources
        Places.
    place, category : array of int (c,)
        Pairs wanted; the categories may be others than before.

    Returns
    -------
    sources : Sources
        In the same order.
    number : array of int64
        Number each place had.

    Examples
    --------
    >>> sources = Sources([0, 1, 2], [7, 8], [0, 0], [0, 1, 2], [0, 1])
    >>> kept, number = only(sources, np.array([1]), np.array([0]))
    >>> kept.node.tolist(), kept.category.tolist(), number.tolist()
    ([8], [0], [1])
    """
    order = np.argsort(place, kind="stable")
    number, categories = np.unique(place, return_counts=True)
    doors = np.diff(sources.entrance_start)
    kept = np.zeros(sources.n_places, bool)
    kept[number] = True
    entrance = np.repeat(kept, doors)
    return Sources(
        np.append(0, np.cumsum(doors[number])), sources.node[entrance], sources.ticks[entrance],
        np.append(0, np.cumsum(categories)), category[order],
    ), number  # fmt: skip


def tables_by_groups(
    reverse: Csr, sources: Sources, *, categories: int, rows: npt.ArrayLike, n_rows: int,
    take: Array, bands: Array, limit: int, threads: int = 1, memory_gb: float = 8.0,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Find the nearest place of each category and count those within each band.

    Parameters
    ----------
    reverse, sources, categories, rows, n_rows, bands, limit, threads
        As in :func:`greenmap.engine.counting.counts_and_nearest`.
    take : array of int (h,)
        Row of the search for each row of the result.
    memory_gb : float
        What may be held, see :func:`group_size`; changes no result.

    Returns
    -------
    ticks, place, within : array
        As from :func:`greenmap.engine.counting.counts_and_nearest`, with h rows.

    Raises
    ------
    NetworkError
        As there, but only over 65,535 places of one category within the last band of one row.

    Examples
    --------
    >>> from greenmap.engine.csr import build_csr
    >>> line = build_csr(3, [0, 1, 1, 2], [1, 0, 2, 1], [5, 5, 5, 5])
    >>> ends = Sources([0, 1, 2], [0, 2], [0, 0], [0, 1, 2], [0, 1])
    >>> tables = tables_by_groups(
    ...     line, ends, categories=2, rows=[0, 1, 2], n_rows=3, take=np.arange(3),
    ...     bands=np.array([5]), limit=10, memory_gb=0.0)
    >>> [table.tolist() for table in tables[:2]]
    [[[0, 10], [5, 5], [10, 0]], [[0, 1], [0, 1], [0, 1]]]
    """
    step = group_size(reverse, categories=categories, rows=max(take.size, n_rows),
                      bands=bands.size, threads=threads, memory_gb=memory_gb)  # fmt: skip
    category, at, portion = portions(sources, categories, MOST)
    if categories == category.size <= step:  # all in one go, no category in portions
        tables = counts_and_nearest(
            reverse, sources, categories=categories, rows=rows, n_rows=n_rows, bands=bands,
            limit=limit, threads=threads,
        )  # fmt: skip
        return tables[0][take], tables[1][take], tables[2][take]
    shape = take.size, categories
    ticks, place = np.full(shape, UNREACHED, np.uint32), np.full(shape, -1, np.int32)
    within = np.zeros((*shape, bands.size), np.uint16)
    for first in range(0, category.size, step):
        some = category[first : first + step]
        wanted = (portion >= first) & (portion < first + step)
        part, number = only(sources, at[wanted], portion[wanted] - first)
        found = counts_and_nearest(
            reverse, part, categories=some.size, rows=rows, n_rows=n_rows, bands=bands,
            limit=limit, threads=threads,
        )  # fmt: skip
        number = np.append(number, -1).astype(np.int32)
        for k, c in enumerate(some.tolist()):
            walk = found[0][take, k]
            nearer = walk < ticks[:, c]  # of a category's portions the first has the lower numbers
            ticks[nearer, c] = walk[nearer]
            place[nearer, c] = number[found[1][take, k]][nearer]
            more = found[2][take, k]
            before = within[:, c].copy()
            within[:, c] += more
            if (within[:, c] < before).any():
                most = int((before.astype(np.int64) + more).max())
                raise NetworkError("engine.too_many_places", category=c, found=most, top=MOST)
    return ticks, place, within
