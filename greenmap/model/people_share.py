"""Share of people measured, per community; the rest is estimated, with the rules that did it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

COLUMNS = ("people", "people_measured", "share_measured", "people_places", "people_held",
           "people_factor", "people_rules")


def people_shares(homes: pd.DataFrame) -> pd.DataFrame:
    """List per community how many of its people were counted where they are.

    Parameters
    ----------
    homes : DataFrame
        ``community_id``, ``people``; ``people_measure`` and ``people_rule`` where people were
        shared out; ``attrs["spread"]`` with what places hold, and the factor to the total.

    Returns
    -------
    DataFrame
        Index ``community_id``, sorted; :data:`COLUMNS`: persons, persons measured, their share,
        places, persons these hold before scaling, factor, rules (tuple). No rows where nothing
        was shared out.

    Examples
    --------
    >>> homes = pd.DataFrame({"community_id": ["1", "1"], "people": [3.0, 1.0],
    ...     "people_measure": ["measured", "estimated"], "people_rule": ["counted", "streets"]})
    >>> people_shares(homes).loc["1", ["people", "people_measured", "share_measured"]].tolist()
    [4.0, 3.0, 0.75]
    """
    if "people_measure" not in homes.columns:
        return pd.DataFrame(columns=list(COLUMNS), index=pd.Index([], name="community_id"))
    told: dict[str, dict[str, Any]] = {
        line["community_id"]: line for line in homes.attrs.get("spread", ())}
    rows = {}
    for key, mine in homes.sort_index().groupby("community_id", sort=True):
        people = mine["people"].sum(min_count=1)
        measured = mine["people"][mine["people_measure"] == "measured"].sum()
        line = told.get(str(key), {})
        rows[str(key)] = {
            "people": people, "people_measured": measured,
            "share_measured": measured / people if people > 0 else np.nan,
            "people_places": len(mine), "people_held": line.get("held", np.nan),
            "people_factor": np.nan if line.get("factor") is None else line["factor"],
            "people_rules": tuple(sorted(set(mine["people_rule"].dropna())))}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS)
                                  ).rename_axis("community_id")
