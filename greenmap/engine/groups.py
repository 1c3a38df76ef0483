"""Tables by groups of categories, so that what is held at a time stays within a memory.

Categories are searched apart and no table depends on another, so the bytes are the same
whatever the groups.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from greenmap.engine.counting import counts_and_nearest
from greenmap.engine.csr import Array, Csr
from greenmap.engine.search import Sources

_NODE, _ARC = 200, 40


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


def only(sources: Sources, first: int, last: int) -> tuple[Sources, Array]:
    """Keep the categories from `first` to `last`, and the places of these.

    Parameters
    ----------
    sources : Sources
        Places.
    first, last : int
        Categories, `last` not included.

    Returns
    -------
    sources : Sources
        The same order; categories are counted from 0.
    number : array of int64
        Number each place had.

    Examples
    --------
    >>> sources = Sources([0, 1, 2], [7, 8], [0, 0], [0, 1, 2], [0, 1])
    >>> kept, number = only(sources, 1, 2)
    >>> kept.node.tolist(), kept.category.tolist(), number.tolist()
    ([8], [0], [1])
    """
    wanted = (sources.category >= first) & (sources.category < last)
    place = np.repeat(np.arange(sources.n_places), np.diff(sources.category_start))[wanted]
    number, categories = np.unique(place, return_counts=True)
    doors = np.diff(sources.entrance_start)
    kept = np.zeros(sources.n_places, bool)
    kept[number] = True
    entrance = np.repeat(kept, doors)
    return Sources(
        np.append(0, np.cumsum(doors[number])), sources.node[entrance], sources.ticks[entrance],
        np.append(0, np.cumsum(categories)), sources.category[wanted] - first,
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
        As there.

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
    shape = take.size, categories
    ticks, place = np.empty(shape, np.uint32), np.empty(shape, np.int32)
    within = np.empty((*shape, bands.size), np.uint16)
    for first in range(0, categories, step):
        some = slice(first, min(first + step, categories))
        part, number = only(sources, some.start, some.stop)
        found = counts_and_nearest(
            reverse, part, categories=some.stop - first, rows=rows, n_rows=n_rows, bands=bands,
            limit=limit, threads=threads,
        )  # fmt: skip
        ticks[:, some], within[:, some] = found[0][take], found[2][take]
        place[:, some] = np.append(number, -1).astype(np.int32)[found[1]][take]
    return ticks, place, within
