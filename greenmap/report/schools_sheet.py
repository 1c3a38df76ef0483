"""Schools sheet: the children of each catchment (学区) and the places of its school."""

from __future__ import annotations

import pandas as pd

from greenmap import i18n
from greenmap.measure.capacity import school_places
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
    parts = []
    few = i18n.text("report.few", lang)
    for clause_id, catchments in sorted(result.study.catchments.items()):
        clause = result.study.standard.clause(clause_id)
        table = school_places(result, clause_id, catchments=catchments).reset_index()
        lone = table["place_id"] == ""
        table = table[~lone | (table["children"] > 0)].assign(
            clause_id=clause_id, clause=clause.text(lang),
            group=word(f"people_{clause.people}", lang))
        table["name"] = table["name"].astype(object).mask(lone, i18n.text("report.no_school", lang))
        small = (table["children"] > 0) & (table["children"] < FEWEST_SHOWN)
        table["places_missing"] = table["missing"].astype(object).mask(small, None)
        table["children"] = table["children"].astype(object).mask(small, few)
        parts.append(table[list(SCHOOLS)])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(SCHOOLS))
