"""What a check shows: every source's facts, the people's account, points on the streets."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from greenmap.model.check_view import CheckPoints, CheckView
from greenmap.model.crs import to_study
from greenmap.network.attach import attach
from greenmap.studies.accounts import account_people, account_rows
from greenmap.studies.sources import Sources

MOST_POINTS = 5000
"""Of one table on the map; of a larger one every so many are shown."""

ATTACHED = ("edge", "node")
_FACTS = ("role", "name", "path", "layer", "encoding", "crs", "crs_rule", "datum", "as_of",
          "map_service", "dropped_columns", "digest")


def make_view(sources: Sources) -> CheckView | None:
    """Put together what a check shows.

    Parameters
    ----------
    sources : Sources

    Returns
    -------
    CheckView or None
        None where the study file itself can't be read.
    """
    if sources.text is None:
        return None
    said = sources.text.study
    return CheckView(
        name=said.get("name", sources.text.path.resolve().parent.name), files=_files(sources),
        people=account_people(sources.homes), points=tuple(_points(sources)),
        communities=sources.communities, network=sources.network,
        fictional=said.get("fictional", False))


def _files(sources: Sources) -> tuple[dict[str, Any], ...]:
    tables = [("communities", sources.communities), ("homes", sources.homes),
              *(("amenities", table) for table in sources.amenities)]
    known = {(role, table.attrs.get("source", {}).get("name")): table
             for role, table in tables if table is not None}
    files = []
    for one in sources.inputs:
        table = known.get((one["role"], one["name"]))
        rows_in, used, left = account_rows(one, table)
        evidence = None if table is None else table.attrs.get("datum_evidence")
        files.append({
            **{key: one.get(key) for key in _FACTS}, "rows_in": rows_in, "rows_used": used,
            "left_out": left, "datum_check": None if evidence is None else {
                "verdict": evidence.verdict, "best": evidence.best, "points": evidence.points,
                "offset_m": round(evidence.offset_m), "ground": evidence.ground,
                "scores": {key: round(score, 1) for key, score in evidence.scores.items()}}})
    return tuple(files)


def _points(sources: Sources) -> list[CheckPoints]:
    tables = [("homes", sources.homes, False),
              *(("amenities", table, True) for table in sources.amenities)]
    found = []
    for role, table, public in tables:
        if table is None or not len(table):
            continue
        chosen = _some(table)
        shown = table.iloc[chosen]
        off = np.zeros(len(shown), bool)
        if sources.network is not None:
            put = attach(sources.network, to_study(shown, sources.network.crs), public_only=public)
            off = ~np.isin(put.status.astype(str), ATTACHED)
        points = gpd.GeoSeries(shapely.centroid(shown.geometry.to_numpy()), crs=shown.crs)
        found.append(CheckPoints(role, str(table.attrs.get("source", {}).get("name", "")),
                                 points.to_crs("EPSG:4326"), off, len(table)))
    return found


def _some(table: gpd.GeoDataFrame) -> npt.NDArray[np.int64]:
    """Positions of at most so many rows, spread over the ids, whatever their order."""
    order = np.argsort(table.index.to_numpy(str), kind="stable")
    taken = np.linspace(0, len(order) - 1, min(len(order), MOST_POINTS)).round().astype(np.int64)
    return order[taken]
