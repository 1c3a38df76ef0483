"""Sensitivity sheet: answers that change with the pace, or with where gates stand."""

from __future__ import annotations

import pandas as pd

from greenmap import i18n
from greenmap.model.study import Assessment
from greenmap.report.listing import words

_WORDS = ("level",)


def list_sensitivity(result: Assessment, lang: str) -> pd.DataFrame:
    """List the units and clauses whose answer changes.

    Parameters
    ----------
    result : Assessment
        Its ``sensitivity`` filled, see :func:`greenmap.measure.sensitivity.sensitivity`.
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        ``level``, ``unit_id``, ``unit_name``, ``clause_id``, ``clause``, then state and share
        as they are and in each variant. No rows where it wasn't asked for.
    """
    table = result.sensitivity
    if table is None:
        return pd.DataFrame()
    out = table.reset_index()
    clauses = {clause.id: clause.text(lang) for clause in result.study.standard.clauses}
    out.insert(2, "clause", [clauses[one] for one in out["clause_id"]])
    out["level"] = words(out["level"], "level", lang)
    whole = i18n.text("term.level_study", lang)
    out["unit_name"] = out["unit_name"].where(out["unit_name"].astype(str) != "", whole)
    for name in out.columns:
        if str(name).startswith("state"):
            out[name] = words(out[name], "state", lang)
    first = ["level", "unit_id", "unit_name", "clause_id", "clause"]
    return out[[*first, *(name for name in out if name not in first)]]
