"""Edits sheet: every link the planner added or removed, and what came of it."""

from __future__ import annotations

import pandas as pd

from greenmap import i18n
from greenmap.model.study import Assessment

COLUMNS = ("edit_id", "edit_action", "edit_done", "edit_result", "edit_metres", "name", "note")
"""Columns of the table."""


def list_edits(result: Assessment, lang: str) -> pd.DataFrame:
    """List the edits of the street network.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`; no rows where the study has no edits.
    """
    log = result.study.network.edit_log
    if log is None:
        return pd.DataFrame(columns=list(COLUMNS))

    def word(key: str, **facts: object) -> str:
        return i18n.text(f"edits.{key}", lang, **facts)

    return pd.DataFrame({
        "edit_id": log.index.to_numpy(object),
        "edit_action": [word(f"action_{action}") for action in log["action"]],
        "edit_done": [word("yes" if done else "no") for done in log["done"]],
        "edit_result": [word(f"reason_{reason}", streets=streets)
                        for reason, streets in zip(log["reason"], log["streets"], strict=True)],
        "edit_metres": log["metres"].to_numpy(float),
        "name": log["name"].to_numpy(object), "note": log["note"].to_numpy(object),
    })
