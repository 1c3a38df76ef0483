"""Small group: age groups so few that a count would point at persons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from greenmap.model.release import is_public
from greenmap.model.standard import Standard

if TYPE_CHECKING:
    from greenmap.model.study import Assessment

FEWEST_SHOWN = 10
"""An age group of fewer people in a unit reads "<10" in what is handed on."""

FEW, COMPLEMENT, PART = "few", "complement", "part"


def small_groups(coverage: pd.DataFrame, *, units: pd.DataFrame, standard: Standard,
                 everyone: bool = False) -> pd.Series:
    """Mark the counts that may not be printed.

    Only clauses that count an age group are touched. Where one unit alone
    would be hidden below its parent, its smallest neighbour is hidden too, or
    the parent's sum would give it away.

    Parameters
    ----------
    coverage : DataFrame
        Index (``unit_id``, ``clause_id``); ``people``, ``people_basis``.
    units : DataFrame
        Index ``unit_id``; ``level``, ``parent_id``.
    standard : Standard
        Says whom a clause counts.
    everyone : bool
        Touch every clause, and mark as ``part`` where those covered, not known
        or lacking are too few: for what leaves the office.

    Returns
    -------
    Series of str
        On the coverage's index: ``"few"``, ``"complement"``, ``"part"`` or empty.
    """
    groups = {clause.id for clause in standard.clauses if everyone or clause.people != "all"}
    bases = ["measured", "spread", "estimated", *(["all_residents"] if everyone else [])]
    by_age = (coverage.index.get_level_values("clause_id").isin(groups)
              & coverage["people_basis"].isin(bases))
    people = coverage["people"].astype(float)
    marks = pd.Series("", index=coverage.index, dtype=object)
    if everyone:
        marks[by_age & _small_part(coverage)] = PART
    marks[by_age & (people > 0) & (people < FEWEST_SHOWN)] = FEW
    if not (marks == FEW).any():
        return marks
    unit = coverage.index.get_level_values("unit_id")
    family = pd.DataFrame({"parent": units["parent_id"].reindex(unit).to_numpy(),
                           "clause": coverage.index.get_level_values("clause_id"),
                           "people": people.to_numpy(), "unit": unit}, index=coverage.index)
    for _, rows in family[by_age].groupby(["parent", "clause"]):
        if (marks[rows.index] == FEW).sum() != 1:
            continue
        shown = rows[(marks[rows.index] == "") & (rows["people"] > 0)]
        if len(shown):
            marks[shown.sort_values(["people", "unit"]).index[0]] = COMPLEMENT
    return marks


def groups_hidden(result: Assessment) -> pd.Series:
    """Mark the counts of an assessment that may not be printed, by its study's release.

    Parameters
    ----------
    result : Assessment

    Returns
    -------
    Series of str
        See :func:`small_groups`.
    """
    return small_groups(result.coverage, units=result.units, standard=result.study.standard,
                        everyone=is_public(result.study))


def _small_part(coverage: pd.DataFrame) -> pd.Series:
    """Whether those covered, not known or lacking are a few, so that a share would give them."""
    covered, unknown = coverage["people_covered"], coverage["people_unknown"]
    rest = coverage["people"] - covered - unknown
    few = pd.Series(False, index=coverage.index)
    for part in (covered, unknown, rest, covered + unknown, rest + unknown):
        few |= (part.round(6) > 0) & (part < FEWEST_SHOWN)
    return few
