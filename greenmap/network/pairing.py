"""Two rows for one street: edges listed in both directions become one two-way edge.

OSMnx lists a street once for each direction. Joined to one edge, a home stands on both
directions at once; left apart, it would only be able to walk one of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from greenmap.model.walk_network import F8, I8, Bool


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Which rows stay, and what each stands for.

    Parameters
    ----------
    row : array (m,) int64
        The row kept of each street.
    mate : array (m,) int64
        Its opposite row, -1 if there is none.
    """

    row: I8
    mate: I8


def pair_rows(tail: I8, head: I8, way: I8, length_m: F8, reversed_: Bool) -> Pairs:
    """Find for each row the row that goes the other way along the same street.

    Parameters
    ----------
    tail, head : array (r,) int64
        Node positions.
    way : array (r,) int64
        Way ids; rows of different ways are never paired.
    length_m : array (r,), metres
        Lengths may differ by 5 cm; NaN equals NaN.
    reversed_ : array (r,) bool
        Row runs against its way; of a pair the other one is kept.

    Returns
    -------
    Pairs
        In the order of the rows kept.

    Examples
    --------
    >>> rows = [np.array(x) for x in ([0, 1, 1], [1, 0, 2], [5, 5, 6])]
    >>> found = pair_rows(*rows, np.array([9.0, 9.0, 4.0]), np.zeros(3, bool))
    >>> found.row.tolist(), found.mate.tolist()
    ([0, 2], [1, -1])
    """
    mate = np.full(len(tail), -1, np.int64)
    up = np.where(tail == head, ~reversed_, tail < head)
    for shift in (0.0, 0.05):  # the second grid catches lengths parted by the first
        left = np.flatnonzero(mate < 0)
        rows = pd.DataFrame(
            {
                "low": np.minimum(tail, head)[left],
                "high": np.maximum(tail, head)[left],
                "way": way[left],
                "decimetre": np.floor((np.nan_to_num(length_m[left], nan=-1.0) + shift) * 10),
                "up": up[left],
                "length": length_m[left],
                "row": left,
            }
        ).sort_values(["length", "row"], kind="stable")
        key = ["low", "high", "way", "decimetre"]
        rows["nth"] = rows.groupby([*key, "up"]).cumcount()
        both = rows[rows["up"]].merge(rows[~rows["up"]], on=[*key, "nth"], suffixes=("", "_down"))
        a, b = both["row"].to_numpy(), both["row_down"].to_numpy()
        mate[a], mate[b] = b, a
    # keep the row that runs with its way; of two alike the one towards the higher node
    other = np.where(mate < 0, 0, mate)
    second = (mate >= 0) & np.where(reversed_ == reversed_[other], ~up, reversed_)
    row = np.flatnonzero(~second)
    return Pairs(row, mate[row])
