"""Completeness sheet: per community and category what is known, and what is usual."""

from __future__ import annotations

import pandas as pd

from greenmap import i18n
from greenmap.model.category import load_categories
from greenmap.model.completeness_rule import usual_people
from greenmap.model.study import Assessment

COLUMNS = ("community_id", "community_name", "category", "completeness_known", "expected",
           "window_known", "window_expected", "collected", "completeness_basis", "source",
           "data_date", "people_per_facility", "usual_source", "confidence")


def list_completeness(result: Assessment, lang: str) -> pd.DataFrame:
    """List where absence may be believed, and why.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`, by community and category; empty where everything
        is declared complete and no rule was asked for.
    """
    table = result.completeness
    if table is None or (table["basis"] == "declared").all():
        return pd.DataFrame(columns=list(COLUMNS))
    study, known = result.study, load_categories()
    own = {} if study.completeness is None else study.completeness.people_per_facility
    out = table.sort_index().reset_index()
    keys = out["category"]
    usual = [None if key in own else usual_people().get(key) for key in keys]
    out["people_per_facility"] = [own.get(key, float("nan") if one is None else one.low)
                                  for key, one in zip(keys, usual, strict=True)]
    out["usual_source"] = [i18n.text("report.usual_own", lang) if key in own
                           else "" if one is None else one.source(lang)
                           for key, one in zip(keys, usual, strict=True)]
    out["confidence"] = ["" if one is None else i18n.text(f"term.confidence_{one.confidence}", lang)
                         for one in usual]
    out["category"] = [known[key].zh if lang == "zh" else known[key].en for key in keys]
    out["community_name"] = study.communities["name"].reindex(out["community_id"]).to_numpy()
    out["collected"] = [i18n.text("report.yes" if ok else "report.no", lang)
                        for ok in out["collected"]]
    out["completeness_basis"] = [i18n.text(f"report.completeness_{basis}", lang)
                                 for basis in out["basis"]]
    out = out.rename(columns={"known": "completeness_known", "sources": "source",
                              "as_of": "data_date"})
    return out[list(COLUMNS)]
