"""Roads sheet: where centrelines were joined, and where their owner should look."""

from __future__ import annotations

import pandas as pd

from greenmap import i18n
from greenmap.model.study import Assessment

COLUMNS = ("repair_id", "road_finding", "distance_m", "road", "road_name", "other_road",
           "other_road_name", "lon", "lat")
"""Columns of the table."""


def list_roads(result: Assessment, lang: str) -> pd.DataFrame:
    """List near-misses, joined ends, repeats and open ends of the study's centrelines.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`; no rows where the study has no centrelines.
    """
    found = result.study.network.repairs
    if found is None or not len(found):
        return pd.DataFrame(columns=list(COLUMNS))
    place = found.geometry.to_crs("EPSG:4326")
    return pd.DataFrame({
        "repair_id": found.index.to_numpy(object),
        "road_finding": [i18n.text(f"report.road_{kind}", lang) for kind in found["kind"]],
        "distance_m": found["distance_m"].to_numpy(float),
        "road": found["road"].to_numpy(object), "road_name": found["road_name"].to_numpy(object),
        "other_road": found["other"].to_numpy(object),
        "other_road_name": found["other_name"].to_numpy(object),
        "lon": place.x.round(6).to_numpy(), "lat": place.y.round(6).to_numpy(),
    })
