"""People sheet: per community how many people were measured, how many estimated, and how."""

from __future__ import annotations

import pandas as pd

from greenmap import i18n
from greenmap.model.people_share import people_shares
from greenmap.model.study import Assessment


def list_people(result: Assessment, lang: str) -> pd.DataFrame:
    """List the communities with their people measured and estimated.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        ``community_id``, ``community_name`` and the columns of
        :data:`greenmap.model.people_share.COLUMNS`, by id; rules in words. No rows where no
        people were shared out.
    """
    table = people_shares(result.study.homes)
    known, between = i18n.table("people", lang), i18n.text("people.between", lang)
    table["people_rules"] = [between.join(known[f"rule_{rule}"] for rule in rules)
                             for rules in table["people_rules"]]
    table.insert(0, "community_name", result.study.communities["name"].reindex(table.index))
    return table.rename_axis("community_id").reset_index()
