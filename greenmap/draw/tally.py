"""Tally: how a community stands over all clauses, for the colour it gets and the table beside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from greenmap.draw.palette import share_class
from greenmap.model.release import is_public
from greenmap.model.small_group import FEWEST_SHOWN
from greenmap.model.study import STATES, Assessment

UNKNOWN_PAINT, NOT_APPLICABLE_PAINT = 5, 6
"""Paints after the five share classes."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one community's clauses, by state.

    Parameters
    ----------
    counts : dict of str to int
        Every state of :data:`greenmap.model.study.STATES`.
    mean_share : float
        Mean coverage of its clauses; missing where none has any.
    """

    counts: dict[str, int]
    mean_share: float

    @property
    def judged(self) -> int:
        """Clauses met or not met."""
        return self.counts["met"] + self.counts["not_met"]

    @property
    def share(self) -> float:
        """Share of judged clauses met; the mean coverage where nothing may be judged."""
        if self.judged:
            return self.counts["met"] / self.judged
        return float("nan") if self.counts["not_known"] else self.mean_share

    @property
    def paint(self) -> int:
        """Class of the colour: a share's, or not known, or not applicable.

        More clauses not known than judged: a colour would say more than is known.
        """
        if self.counts["not_known"] > self.judged:
            return UNKNOWN_PAINT
        return NOT_APPLICABLE_PAINT if pd.isna(self.share) else share_class(self.share)


def community_rows(result: Assessment) -> pd.DataFrame:
    """Return the communities' rows of the coverage."""
    return result.coverage[result.coverage["level"] == "community"]


def tallies(result: Assessment) -> dict[str, Tally]:
    """Count every community's clauses by state.

    Parameters
    ----------
    result : Assessment

    Returns
    -------
    dict
        By community id, sorted.
    """
    rows = community_rows(result)
    by_unit = rows.groupby(level="unit_id", sort=True)
    counts = pd.crosstab(rows.index.get_level_values("unit_id"), rows["state"])
    counts = counts.reindex(columns=list(STATES), fill_value=0)
    shares = by_unit["share"].mean()
    return {str(unit): Tally({state: int(n) for state, n in counts.loc[unit].items()},
                             float(shares[unit])) for unit in shares.index}


def clause_paint(state: str, share: float) -> int:
    """Return the class of one clause's colour in one community.

    Examples
    --------
    >>> clause_paint("met", 0.95), clause_paint("not_known", 0.2)
    (4, 5)
    """
    if state == "not_known":
        return UNKNOWN_PAINT
    return NOT_APPLICABLE_PAINT if pd.isna(share) else share_class(share)


@lru_cache(maxsize=1)
def people_by_community(result: Assessment) -> pd.Series:
    """Sum the homes' people per community; missing where no home's people are known."""
    homes = result.study.homes
    if "people" not in homes:
        return pd.Series(dtype=float)
    sums: pd.Series = homes.sort_index().groupby("community_id")["people"].sum(min_count=1)
    return sums


def people_shown(result: Assessment) -> pd.Series:
    """Return the communities' people as they may be printed.

    In a public release a single community of fewer than ten hides the next
    smallest with it: the sum of all would give it away.
    """
    people = people_by_community(result)
    if not is_public(result.study):
        return people
    few = (people > 0) & (people < FEWEST_SHOWN)
    if few.sum() == 1:
        rest = people[~few & (people > 0)]
        if len(rest):
            people = people.mask(people.index == rest.sort_index().idxmin())
    return people
