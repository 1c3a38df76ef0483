"""Sharing out whole persons by weight, to the last one; age groups stay inside their people."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WITHIN = {"elderly_65": "elderly_60", "elderly_80": "elderly_65"}
"""Groups that lie inside another group."""


def largest_remainder(total: int, weights: npt.NDArray[Any]) -> Ints:
    """Share out whole persons by weight; the sum is the total, to the person.

    Everyone's share is rounded down; those left go to the largest remainders,
    of equals to the first. With whole-number weights no share exceeds its
    weight while the total doesn't exceed theirs.

    Parameters
    ----------
    total : int
        Persons, 0 or more.
    weights : array (n,)
        0 or more, finite; all 0 counts as all equal. n > 0.

    Returns
    -------
    array (n,) of int

    Notes
    -----
    Hamilton's method of apportionment (Balinski & Young 1982, Fair Representation).

    Examples
    --------
    >>> largest_remainder(10, np.array([1.0, 1.0, 1.0])).tolist()
    [4, 3, 3]
    """
    if not weights.any():
        weights = np.ones(len(weights), np.int64)
    if np.issubdtype(weights.dtype, np.integer):
        whole = weights.astype(object) * int(total)  # exact, however large
        sum_of = int(weights.sum())
        share = np.array([int(w // sum_of) for w in whole], np.int64)
        rest = np.array([float(w % sum_of) for w in whole])
    else:
        quota = total * (weights / weights.sum())
        share = np.floor(quota).astype(np.int64)
        rest = quota - share
    left = total - int(share.sum())
    if left < 0:  # rounding of the quotas: taken back where least was left
        share[np.lexsort((np.arange(len(rest)), rest))[:-left]] -= 1
    elif left:
        share[np.lexsort((np.arange(len(rest)), -rest))[:left]] += 1
    return share


def share_groups(totals: dict[str, int], weights: npt.NDArray[Any]) -> pd.DataFrame:
    """Share out people and their age groups over places.

    Parameters
    ----------
    totals : dict
        ``people`` and age groups, persons; none larger than the people, nor
        than the group it lies within.
    weights : array (n,)
        How many each place may hold.

    Returns
    -------
    DataFrame
        A column per total, n rows, whole persons; in every row no group is
        larger than the people, nor than the group it lies within.

    Examples
    --------
    >>> share_groups({"people": 7, "elderly_60": 3}, np.array([2.0, 1.0])).to_dict("list")
    {'people': [5, 2], 'elderly_60': [2, 1]}
    """
    made = {"people": largest_remainder(totals["people"], np.asarray(weights, float))}
    for group in sorted(totals.keys() - {"people"}):  # 60 stands before 65 before 80
        outer = group
        while outer not in made:
            outer = WITHIN.get(outer, "people")
        made[group] = largest_remainder(totals[group], made[outer])
    return pd.DataFrame(made)
