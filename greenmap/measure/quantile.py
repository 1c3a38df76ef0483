"""Quantile of walks, weighted by people, per unit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def weighted_quantile(value: npt.ArrayLike, weight: npt.ArrayLike, group: npt.ArrayLike,
                      n_groups: int, q: float) -> Floats:
    """Return the least value that at least a share `q` of each group's weight does not exceed.

    Parameters
    ----------
    value : (h,) array of float
        ``inf`` (not reached) sorts last; missing values are left out.
    weight : (h,) array of float
        At least 0.
    group : (h,) array of int
        0 … `n_groups` - 1.
    n_groups : int
        Number of groups.
    q : float
        0 … 1.

    Returns
    -------
    (n_groups,) array of float
        Missing for a group without weight.

    Examples
    --------
    >>> weighted_quantile([1, 2, 9, np.inf], [1, 1, 1, 1], [0, 0, 0, 1], 3, 0.5)
    array([ 2., inf, nan])
    """
    found: Floats = weighted_quantiles(value, weight, group, n_groups, (q,))[0]
    return found


def weighted_quantiles(value: npt.ArrayLike, weight: npt.ArrayLike, group: npt.ArrayLike,
                       n_groups: int, shares: Sequence[float]) -> Floats:
    """Return several quantiles, each as :func:`weighted_quantile` does.

    Parameters
    ----------
    value, weight, group, n_groups
        As there.
    shares : (s,) sequence of float
        0 … 1.

    Returns
    -------
    (s, n_groups) array of float
    """
    walk, people, owner = np.asarray(value, float), np.asarray(weight, float), np.asarray(group)
    kept = np.flatnonzero(~np.isnan(walk) & (people > 0))
    order = kept[np.lexsort((walk[kept], owner[kept]))]
    walk, people, owner = walk[order], people[order], owner[order].astype(np.int64)
    result = np.full((len(shares), n_groups), np.nan)
    # A hair's breadth below: 0.9 of ten is nine, whatever the last bit says.
    asked = np.asarray(shares, float)
    for g, start, end in _runs(owner):
        below = np.cumsum(people[start:end])
        result[:, g] = walk[start + np.searchsorted(below, asked * below[-1] * (1 - 1e-12))]
    return result


def _runs(group: npt.NDArray[np.int64]) -> list[tuple[int, int, int]]:
    if not group.size:
        return []
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    ends = np.append(starts[1:], group.size)
    return [(int(group[s]), int(s), int(e)) for s, e in zip(starts, ends, strict=True)]
