"""Items sheet: every item of a standard for every unit it is judged at, and how it was answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from greenmap import i18n
from greenmap.model.clause import Clause
from greenmap.model.clause_text import asks, confidence_text, measured_text
from greenmap.model.small_group import groups_hidden
from greenmap.model.study import Assessment
from greenmap.model.unit import judged_level
from greenmap.report.listing import word

COLUMNS = ("unit_id", "unit_name", "level", "item", "clause_id", "clause", "way", "asks",
           "measured", "state", "reason", "source_text", "confidence")


def list_items(result: Assessment, lang: str) -> pd.DataFrame:
    """List every item of the standard for every unit it is judged at.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`; ``way`` tells walked, counted, measured, asked
        on the spot, and figures nobody confirmed apart. Empty for a standard
        that only asks for walks.
    """
    clauses = result.study.standard.clauses
    if all(clause.kind == "reach" and not clause.item for clause in clauses):
        return pd.DataFrame(columns=list(COLUMNS))
    levels = set(result.coverage["level"])
    hidden = groups_hidden(result)
    rows: list[dict[str, object]] = []
    for clause in clauses:
        level = judged_level(clause.unit_of_audit, levels) or "study"
        found = result.coverage[(result.coverage["level"] == level)
                                & (result.coverage.index.get_level_values("clause_id")
                                   == clause.id)]
        rows += [_row(clause, unit, line, result, str(hidden.loc[[(unit, clause.id)]].iloc[0]),
                      lang)
                 for unit, line in zip(found.index.get_level_values("unit_id").astype(str),
                                       found.to_dict("records"), strict=True)]
    table = pd.DataFrame(rows, columns=[*COLUMNS, "rank"])
    return table.sort_values(["unit_id", "rank"], kind="stable", ignore_index=True)[list(COLUMNS)]


def way(clause: Clause, result: Assessment) -> str:
    """Return how a clause is answered: ``walked``, ``present`` … or ``not_confirmed``."""
    if clause.unconfirmed(result.study.include):
        return "not_confirmed"
    return "walked" if clause.kind == "reach" else clause.kind


def _row(clause: Clause, unit: str, found: Mapping[Any, Any], result: Assessment, hidden: str,
         lang: str) -> dict[str, object]:
    ids = [c.id for c in result.study.standard.clauses]
    if clause.kind == "reach":
        share = found["share"]
        open_ = bool(clause.unconfirmed(result.study.include))  # no figure to be covered by
        told = "" if share != share or hidden or open_ else f"{share:.1%}"
    else:
        told = measured_text(clause, float(found["value"]), lang)
    reason = str(found["reason"] or "")
    return {
        "unit_id": unit, "unit_name": found["unit_name"] if unit != "study" else result.study.name,
        "level": word(f"level_{found['level']}", lang), "item": clause.item,
        "clause_id": clause.id, "clause": clause.text(lang),
        "way": i18n.text(f"clause.way_{way(clause, result)}", lang), "asks": asks(clause, lang),
        "measured": told, "state": word(f"state_{found['state']}", lang),
        "reason": word(f"reason_{reason}", lang) if reason else "",
        "source_text": clause.source(lang), "confidence": confidence_text(clause, lang),
        "rank": ids.index(clause.id)}
