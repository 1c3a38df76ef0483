"""Snap sheet: how homes and places join the streets, and which streets stand apart."""

from __future__ import annotations

import pandas as pd

from greenmap import i18n
from greenmap.model.schema import first_few
from greenmap.model.study import Assessment
from greenmap.report.listing import words

_ROLES = {"home": "role_homes", "amenity": "role_amenities"}


def list_snaps(result: Assessment, lang: str) -> pd.DataFrame:
    """List how many homes and facility entrances join the streets, how far off they are, why not.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        ``snap_role``, ``snap_status``, ``snap_count``, ``snap_share`` of the role,
        ``snap_median_m``, ``snap_longest_m``, ``snap_first``: ids of those farthest off.
    """
    rows = []
    for role, word in _ROLES.items():
        if role not in result.snaps.index.get_level_values(0):
            continue
        table = result.snaps.loc[role]
        status = table["status"].astype(str)
        if "assumed" in table:
            status = status.mask(table["assumed"].astype(bool), "assumed")
        for name in sorted(status.unique()):
            part = table[status == name].sort_index().sort_values(
                "leg_m", ascending=False, kind="stable")
            rows.append({
                "snap_role": i18n.text(f"report.{word}", lang), "snap_status": name,
                "snap_count": len(part), "snap_share": len(part) / len(table),
                "snap_median_m": part["leg_m"].median(), "snap_longest_m": part["leg_m"].max(),
                "snap_first": first_few(part.index.tolist())})
    columns = ["snap_role", "snap_status", "snap_count", "snap_share", "snap_median_m",
               "snap_longest_m", "snap_first"]
    out = pd.DataFrame(rows, columns=columns)
    joined = i18n.text("report.snap_joined", lang)
    told = words(out["snap_status"], "snap", lang, part="report")
    out["snap_status"] = [text or joined for text in told]
    return out


def list_islands(result: Assessment, lang: str) -> pd.DataFrame:
    """List the streets that don't hang together with the rest.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        ``component``, ``junctions``, ``length_m``, ``homes`` and ``people`` that stand beside,
        ``places``, ``island``: whether they were joined to the next street of the rest.
    """
    if result.islands is None or not len(result.islands):
        return pd.DataFrame()
    table = pd.DataFrame(result.islands.drop(columns="geometry")).reset_index()
    table = table.sort_values(["homes", "length_m", "component"], ascending=[False, False, True])
    yes, no = (i18n.text(f"report.{word}", lang) for word in ("yes", "no"))
    table["island"] = [yes if one else no for one in table["island"]]
    return table[["component", "junctions", "length_m", "homes", "people", "places", "island"]]
