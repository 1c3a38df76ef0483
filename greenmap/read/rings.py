"""Boundaries written as text, "lng,lat;lng,lat;…", as map services hand them out."""

from __future__ import annotations

import re
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap.errors import Faults
from greenmap.model.schema import first_few
from greenmap.read.tables import RawTable
from greenmap.read.values import plain

_PLACE = r"-?\d{1,3}(?:\.\d+)?\s*,\s*-?\d{1,3}(?:\.\d+)?"
_RINGS = re.compile(rf"{_PLACE}(?:\s*[;|]\s*{_PLACE}){{2,}}\s*[;|]?")


def with_rings(raw: RawTable, faults: Faults) -> RawTable:
    """Give a flat table the shapes one of its columns holds as text.

    That column is the one with most cells of three places or more. Places
    are parted by ``;``, several outlines of one row by ``|``; a ring left
    open is closed.

    Parameters
    ----------
    raw : RawTable
        A flat table.
    faults : Faults
        Takes rows whose text is no ring.

    Returns
    -------
    RawTable
        With shapes and without that column; as given if there is none.
    """
    counts = {heading: int(_is_ring(raw.frame[heading]).sum()) for heading in raw.frame.columns}
    best = max(counts, key=lambda heading: counts[heading], default=None)
    if best is None or not counts[best]:
        return raw
    cells = raw.frame[best]
    wrong = ~_is_ring(cells).to_numpy(bool)
    if wrong.any():
        faults.add("read.ring_unreadable", file=raw.file, column=str(best),
                   rows=first_few(raw.rows[wrong].tolist()))  # fmt: skip
    shapes = [None if bad else _areas(plain(cell)) for cell, bad in zip(cells, wrong, strict=True)]
    crs = raw.source["crs"] or "EPSG:4326"
    return RawTable(raw.frame.drop(columns=best), raw.rows, gpd.GeoSeries(shapes, crs=crs),
                    raw.source, raw.left_out, raw.dropped)  # fmt: skip


def _is_ring(cells: pd.Series[Any]) -> pd.Series[bool]:
    return cells.map(lambda cell: isinstance(cell, str) and bool(_RINGS.fullmatch(plain(cell))))


def _areas(text: str) -> shapely.Geometry:
    rings = []
    for ring in text.split("|"):
        at = np.array([part.split(",") for part in ring.split(";") if part.strip()], float)
        if len(at) > 2:
            rings.append(shapely.Polygon(at))
    return rings[0] if len(rings) == 1 else shapely.MultiPolygon(rings)
