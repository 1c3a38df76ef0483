"""Roll: the homes in the order of their ids, their units and what they say by number.

Whatever is summed over homes is summed in this order, so that the rows' order can't move the last
bit of a sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.model.study import HomeAnswers, Study
from greenmap.model.unit import COMPOUND, compounds_of, parents_of

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Who lives in which unit of one level.

    Parameters
    ----------
    ids : (n,) array of str
        Units where homes are, sorted.
    home : (m,) array of int
        Rows of the homes inside a unit, in the order of the homes' ids.
    unit : (m,) array of int
        Unit of each, into `ids`.
    """

    ids: Texts
    home: Numbers
    unit: Numbers

    def among(self, ids: Texts) -> Members:
        """Return the same homes with their units numbered by another list of ids."""
        unit = pd.Index(ids).get_indexer(pd.Index(self.ids))[self.unit]
        inside = unit >= 0
        return Members(ids, self.home[inside], unit[inside].astype(np.int64))

    def homes(self) -> dict[str, Numbers]:
        """Return the rows of each unit's homes, in the order of the homes' ids."""
        order = np.argsort(self.unit, kind="stable")
        cuts = np.searchsorted(self.unit[order], np.arange(1, len(self.ids)))
        return dict(zip(self.ids, np.split(self.home[order], cuts), strict=False))


class Reasons(NamedTuple):
    """Reasons by number.

    Parameters
    ----------
    names : (n,) array of str
        Sorted.
    code : array of int16
        Into `names`.
    """

    names: Texts
    code: npt.NDArray[np.int16]


def in_order(homes: pd.DataFrame) -> Numbers:
    """Return the rows of the homes in the order of their ids."""
    order: Numbers = np.argsort(homes.index.to_numpy(dtype=object).astype(str), kind="stable")
    return order


def call_roll(study: Study, *, compounds: bool = False) -> dict[str, Members]:
    """List, per level, the homes of every unit.

    Parameters
    ----------
    study : Study
    compounds : bool
        Whether to list the compounds too, where homes name them.

    Returns
    -------
    dict of str to Members
        By level, from the smallest.
    """
    order, roll = in_order(study.homes), {}
    own = compounds_of(study.homes) if compounds else None
    if own is not None:
        roll[COMPOUND] = _members(order, *pd.factorize(own.to_numpy(dtype=object), sort=True))
    community, ids = pd.factorize(study.homes["community_id"].to_numpy(dtype=object))
    for level, parent in parents_of(study.communities).items():
        above, names = pd.factorize(parent.reindex(ids).to_numpy(dtype=object), sort=True)
        roll[level] = _members(order, np.append(above, -1)[community], names)
    return roll


def _members(order: Numbers, unit: Numbers, ids: npt.ArrayLike) -> Members:
    inside = order[unit[order] >= 0]
    return Members(np.asarray(ids, dtype=object), inside, unit[inside].astype(np.int64))


def number_reasons(answers: HomeAnswers) -> Reasons:
    """Number the reasons of all answers: one code per home and clause."""
    code, names = pd.factorize(answers.reason.ravel(), sort=True)
    return Reasons(np.asarray(names, dtype=object),
                   code.reshape(answers.reason.shape).astype(np.int16))


def sum_by_unit(members: Members, values: Floats) -> Floats:
    """Add up what each home holds, unit by unit.

    Parameters
    ----------
    members : Members
        n units.
    values : (h, c) array of float
        Homes in the order of their table.

    Returns
    -------
    (n, c) array of float
    """
    sums = pd.DataFrame(values[members.home]).groupby(members.unit, sort=True).sum()
    return sums.to_numpy(np.float64)


def sum_by_reason(members: Members, people: Floats, reasons: Reasons
                  ) -> dict[str, dict[str, float]]:
    """Add up people per unit and reason.

    Parameters
    ----------
    members : Members
        n units.
    people : (h,) array of float
        Whom to count in each home; nobody where 0.
    reasons : Reasons
        Of each home.

    Returns
    -------
    dict of str to dict of str to float
        By unit, reasons sorted; only where somebody is counted.
    """
    counted = people[members.home] > 0
    home, width = members.home[counted], len(reasons.names)
    sums = pd.Series(people[home]).groupby(members.unit[counted] * width + reasons.code[home],
                                           sort=True).sum()
    found: dict[str, dict[str, float]] = {}
    for key, n in zip(sums.index.tolist(), sums.tolist(), strict=True):
        found.setdefault(members.ids[key // width], {})[reasons.names[key % width]] = n
    return found
