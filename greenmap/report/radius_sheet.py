"""Radius sheet: the radius figure (口径一) beside the walked one (口径二)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from greenmap import i18n
from greenmap.model.small_group import groups_hidden
from greenmap.model.study import Assessment
from greenmap.report.listing import word, words

COLUMNS = ("level", "unit_id", "unit_name", "clause_id", "clause", "radius_m", "people",
           "radius_share", "land_share", "walked_share", "between_people", "between_unknown",
           "between_causes")
HOMES = ("home_id", "community_id", "clause_id", "straight_m", "radius_m", "value", "walk_unit",
         "reason", "people")


def list_radius(result: Assessment, lang: str) -> pd.DataFrame:
    """List both figures, unit by unit.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`, communities first; groups too small to print
        have no numbers.
    """
    if result.radius is None or result.radius.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    clauses = {c.id: c for c in result.study.standard.clauses}
    table = result.radius.reset_index()
    hidden = groups_hidden(result).reindex(
        pd.MultiIndex.from_frame(table[["unit_id", "clause_id"]])).fillna("").to_numpy()
    table["between_causes"] = [causes(row, lang) for row in table.to_dict("records")]
    table["clause"] = [clauses[c].text(lang) for c in table["clause_id"]]
    table["level"] = [word(f"level_{level}", lang) for level in table["level"]]
    whole = table["unit_id"] == "study"
    table["unit_name"] = table["unit_name"].mask(whole, result.study.name or word("level_study",
                                                                                  lang))
    numbers = ["people", "radius_share", "walked_share", "between_people", "between_unknown"]
    table.loc[hidden != "", numbers] = float("nan")
    table.loc[hidden != "", "between_causes"] = ""
    return table[list(COLUMNS)]


def causes(row: Mapping[Any, Any], lang: str) -> str:
    """Say the largest causes of the difference, with their people."""
    told = []
    for n in (1, 2, 3):
        cause, people = str(row[f"cause_{n}"] or ""), row[f"people_{n}"]
        if cause:
            many = f" {float(people):,.0f}" if people == people else ""
            told.append(word(f"reason_{cause}", lang) + many)
    return i18n.text("report.between", lang).join(told)


def list_radius_homes(result: Assessment, lang: str) -> pd.DataFrame:
    """List the homes that lie within a radius and aren't covered on foot.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`HOMES`; for the office only.
    """
    if result.radius_homes is None:
        return pd.DataFrame(columns=list(HOMES))
    table = result.radius_homes.rename(columns={"walk": "value"})
    table["value"] = table["value"].where(table["value"] < float("inf"))
    table["walk_unit"] = words(table["walk_unit"], "unit", lang)
    table["reason"] = words(table["reason"], "reason", lang)
    return table[list(HOMES)]
