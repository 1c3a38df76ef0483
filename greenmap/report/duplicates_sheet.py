"""Duplicates sheet: places that several sources list, which were merged and which to look at."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from greenmap import i18n
from greenmap.model.category import load_categories
from greenmap.model.study import Assessment

COLUMNS = ("decision", "category", "kept_id", "kept_name", "kept_source", "other_id", "other_name",
           "other_source", "apart_m", "similarity", "filled")


def list_duplicates(result: Assessment, lang: str) -> pd.DataFrame:
    """List places taken for one, and places a person should look at.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`; empty where nothing was found.
    """
    known, rows = load_categories(), []
    for found in result.study.amenities.attrs.get("duplicates", ()):
        one = asdict(found)
        kind = known[one["category"]]
        rows.append({
            **one, "kept_id": one["kept"], "other_id": one["other"], "apart_m": one["metres"],
            "category": kind.zh if lang == "zh" else kind.en,
            "decision": i18n.text(f"report.duplicate_{one['decision']}", lang),
            "filled": i18n.text("report.within_list", lang).join(
                i18n.text(f"report.col_{name}", lang) for name in one["filled"])})
    return pd.DataFrame(rows, columns=list(COLUMNS))
