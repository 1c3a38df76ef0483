"""Groups sheet: how far each age group walks; where the worst-off tenth live; crowding."""

from __future__ import annotations

from typing import Any

import pandas as pd

from greenmap import i18n
from greenmap.model.category import load_categories
from greenmap.model.small_group import FEWEST_SHOWN
from greenmap.model.study import Assessment
from greenmap.report.listing import walks, word

GROUPS = ("level", "unit_id", "unit_name", "clause_id", "clause", "group", "people", "share",
          "walk_median", "walk_p90", "walk_unit", "gini", "share_reached", "people_basis")
WORST = ("clause_id", "clause", "group", "level", "unit_name", "community_name", "people",
         "people_worst", "walk_from", "walk_unit")
CROWDING = ("category", "place_id", "name", "group", "capacity", "people_served", "per_place")


def list_groups(result: Assessment, lang: str) -> pd.DataFrame:
    """List walks by age group; groups under ten people have no figures.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`GROUPS`; empty where homes carry no age groups.
    """
    table = result.groups
    if table is None or set(table.index.get_level_values("group")) <= {"all"}:
        return pd.DataFrame(columns=list(GROUPS))
    table = table.reset_index()
    hidden = _hidden(table)
    out = table.assign(
        clause=[result.study.standard.clause(c).text(lang) for c in table["clause_id"]],
        gini=table["gini"].round(3), walk_median=walks(result, table, "walk_median", lang),
        walk_p90=walks(result, table, "walk_p90", lang))
    whole = out["unit_id"] == "study"
    name = result.study.name or word("level_study", lang)
    out["unit_name"] = out["unit_name"].mask(whole, name)
    for column, prefix in (("level", "level"), ("group", "people"), ("walk_unit", "unit"),
                           ("people_basis", "basis")):
        out[column] = [word(f"{prefix}_{value}", lang) for value in out[column]]
    few = i18n.text("report.few", lang)
    out["people"] = out["people"].astype(object).mask(hidden, few)
    for column in ("share", "walk_median", "walk_p90", "gini", "share_reached"):
        out[column] = out[column].astype(object).mask(hidden, None)
    return out[list(GROUPS)]


def _hidden(table: pd.DataFrame) -> pd.Series:
    """Groups under ten; and a second one where the sum would give a lone one away."""
    by_age = table["group"] != "all"
    hidden = by_age & (table["people"] < FEWEST_SHOWN)
    inner = table["level"] == "community"
    for _, rows in table[inner & by_age].groupby(["clause_id", "group"]):
        alone = hidden[rows.index].sum() == 1
        shown = rows[~hidden[rows.index]].sort_values(["people", "unit_id"], kind="stable")
        if alone and len(shown):
            hidden[shown.index[0]] = True
    return hidden


def list_worst(result: Assessment, lang: str) -> pd.DataFrame:
    """List where the tenth who walk farthest live.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`WORST`; counts under ten read "<10".
    """
    table = result.worst
    if table is None or table.empty:
        return pd.DataFrame(columns=list(WORST))
    table = table.reset_index()
    clauses = [result.study.standard.clause(c) for c in table["clause_id"]]
    names = result.study.communities["name"]
    few = i18n.text("report.few", lang)
    out = table.assign(
        clause=[c.text(lang) for c in clauses],
        group=[word(f"people_{c.people}", lang) for c in clauses],
        level=[word(f"level_{level}", lang) for level in table["level"]],
        community_name=[names.get(p, "") for p in table["parent_id"]],
        walk_from=walks(result, table, "walk_from", lang),
        walk_unit=[word(f"unit_{unit}", lang) for unit in table["walk_unit"]])
    for column in ("people", "people_worst"):
        out[column] = out[column].astype(object).mask(table[column] < FEWEST_SHOWN, few)
    return out[list(WORST)]


def list_crowding(result: Assessment, lang: str) -> pd.DataFrame:
    """List the places whose capacity is known, with the people who can walk there.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`CROWDING`; empty where no capacity is known.
    """
    table = result.crowding
    if table is None or table.empty:
        return pd.DataFrame(columns=list(CROWDING))
    out = table.reset_index().rename(columns={"people": "people_served"})
    known = load_categories()
    out["category"] = [known[c].zh if lang == "zh" else known[c].en for c in out["category"]]
    out["group"] = [word(f"people_{group}", lang) for group in out["group"]]
    full: list[Any] = [None if value == float("inf") else value for value in out["per_place"]]
    out["per_place"] = full
    return out[list(CROWDING)]
