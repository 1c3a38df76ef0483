"""Small group: age groups so few that a count would point at persons."""

from __future__ import annotations

import pandas as pd

from greenmap.model.standard import Standard

FEWEST_SHOWN = 10
"""An age group of fewer people in a unit reads "<10" in what is handed on."""

FEW, COMPLEMENT = "few", "complement"


def small_groups(coverage: pd.DataFrame, *, units: pd.DataFrame, standard: Standard) -> pd.Series:
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

    Returns
    -------
    Series of str
        On the coverage's index: ``"few"``, ``"complement"`` or empty.
    """
    groups = {clause.id for clause in standard.clauses if clause.people != "all"}
    by_age = (coverage.index.get_level_values("clause_id").isin(groups)
              & coverage["people_basis"].isin(["measured", "estimated"]))
    people = coverage["people"].astype(float)
    marks = pd.Series("", index=coverage.index, dtype=object)
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
