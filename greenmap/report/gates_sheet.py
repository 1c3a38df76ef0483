"""Gates sheet: per community what is known of its gates, and who depends on a guess."""

from __future__ import annotations

import pandas as pd

from greenmap.model.study import Assessment

COLUMNS = {"surveyed": "gates_surveyed", "mapped": "gates_mapped", "assumed": "gates_assumed",
           "unknown": "gates_unknown", "compounds": "compounds",
           "compounds_ungated": "compounds_ungated", "people": "people",
           "people_assumed": "people_assumed", "share_assumed": "share_assumed"}
"""Columns of the table of gates, and the headings they stand under."""


def list_gates(result: Assessment, lang: str) -> pd.DataFrame:
    """List the communities with the gates known, assumed and unknown.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        ``community_id``, ``community_name`` and the values of :data:`COLUMNS`, by id.
    """
    table = result.gates.rename(columns=COLUMNS)
    table.insert(0, "community_name", result.study.communities["name"].reindex(table.index))
    return table.rename_axis("community_id").reset_index()
