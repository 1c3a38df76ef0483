"""Schools sheet: the children of each catchment (学区) and the places of its school."""

from __future__ import annotations

import pandas as pd

from greenmap import i18n
from greenmap.model.small_group import FEWEST_SHOWN
from greenmap.model.study import Assessment
from greenmap.report.listing import word

SCHOOLS = ("clause_id", "clause", "place_id", "name", "group", "children", "capacity",
           "places_missing")


def list_schools(result: Assessment, lang: str) -> pd.DataFrame:
    """List schools with the children who belong to them.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`SCHOOLS`; children of no school stand in a row of their
        own. Counts under ten read "<10", and what would tell them is left out.
    """
    if result.schools is None:
        return pd.DataFrame(columns=list(SCHOOLS))
    table = result.schools.reset_index()
    lone = table["place_id"] == ""
    table = table[~lone | (table["children"] > 0)]
    clauses = [result.study.standard.clause(c) for c in table["clause_id"]]
    nobody = i18n.text("report.no_school", lang)
    small = (table["children"] > 0) & (table["children"] < FEWEST_SHOWN)
    out = table.assign(
        clause=[clause.text(lang) for clause in clauses],
        group=[word(f"people_{clause.people}", lang) for clause in clauses],
        name=table["name"].astype(object).mask(table["place_id"] == "", nobody),
        places_missing=table["missing"].astype(object).mask(small, None),
        children=table["children"].astype(object).mask(small, i18n.text("report.few", lang)))
    return out[list(SCHOOLS)].reset_index(drop=True)
