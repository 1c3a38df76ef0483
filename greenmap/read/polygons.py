"""Boundaries made sound: repaired where only one repair is possible, else refused by row."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod, proj_version_str

from greenmap.errors import Faults
from greenmap.kept import kept, source_digest
from greenmap.model.schema import first_few

FEWEST = 1000
"""Areas of fewer shapes are measured faster than it is worth to keep."""

_SAME_AREA = 0.01  # a repair that moves more of the area than this is a choice, not a repair
_POLYGON, _MULTIPOLYGON = 3, 6


def sound_polygons(
    shapes: gpd.GeoSeries, *, rows: npt.NDArray[Any], file: str, faults: Faults
) -> tuple[gpd.GeoSeries, npt.NDArray[np.bool_]]:
    """Return valid polygons, and which of them were repaired.

    Parameters
    ----------
    shapes : GeoSeries, shape (n,)
        WGS 84.
    rows : array of int or str, shape (n,)
        Row numbers, or numbers with names, for the messages.
    file : str
        Name for the messages.
    faults : Faults
        Takes: no geometry, not an area, no extent, off the earth, invalid in
        a way that leaves more than one reading.

    Returns
    -------
    polygons : GeoSeries
    repaired : array of bool, shape (n,)
    """
    cells = shapes.to_numpy().copy()
    void = shapely.is_missing(cells) | shapely.is_empty(cells)
    kind = shapely.get_type_id(cells)
    other = ~void & ~np.isin(kind, (_POLYGON, _MULTIPOLYGON))
    bounds = shapely.bounds(cells)
    off = ~void & ((np.abs(bounds[:, [1, 3]]) > 90) | (np.abs(bounds[:, [0, 2]]) > 180)).any(axis=1)
    broken = ~void & ~other & ~off & ~shapely.is_valid(cells)
    area = shapely.area(cells)
    mended = shapely.make_valid(cells[broken], method="structure", keep_collapsed=False)
    fits = np.isin(shapely.get_type_id(mended), (_POLYGON, _MULTIPOLYGON))
    fits &= np.abs(shapely.area(mended) - area[broken]) <= _SAME_AREA * area[broken]
    void_if_mended = shapely.is_empty(mended)
    fits &= area[broken] > 0
    repaired, hopeless = np.zeros(len(cells), bool), np.zeros(len(cells), bool)
    repaired[np.flatnonzero(broken)[fits]] = True
    hopeless[np.flatnonzero(broken)[~fits & ~void_if_mended]] = True
    cells[repaired] = mended[fits]
    flat = ~void & ~other & ~off & ~hopeless & (area == 0)
    for key, wrong in (
        ("read.no_geometry", void),
        ("read.boundary_off_earth", off),
        ("read.boundary_broken", hopeless),
        ("read.boundary_no_area", flat),
    ):
        if wrong.any():
            faults.add(key, file=file, rows=first_few(rows[wrong].tolist()))
    if (other := other & ~off).any():
        found = "/".join(sorted(set(shapes.geom_type[other])))
        faults.add(
            "read.not_polygons", file=file, found=found, rows=first_few(rows[other].tolist())
        )
    return gpd.GeoSeries(cells, crs=shapes.crs), repaired


def geodesic_areas(shapes: Any) -> npt.NDArray[np.float64]:
    """Return the areas of lon/lat polygons on the ellipsoid.

    Parameters
    ----------
    shapes : array-like of geometry, shape (n,)
        WGS 84; what isn't an area has none, a line that ends where it began neither.

    Returns
    -------
    array of float64, shape (n,)
        Square metres.

    Examples
    --------
    >>> round(geodesic_areas([shapely.box(0, 0, 0.001, 0.001)])[0])
    12309
    """
    given = np.asarray(shapes, dtype=object)
    if len(given) < FEWEST:
        return _areas(given)
    content = np.where(shapely.is_missing(given), b"-", shapely.to_wkb(given))
    key = (source_digest("read"), proj_version_str.encode(), b"".join(content.tolist()))
    return kept("areas", key, lambda: _areas(given), pack=lambda areas: {"area_m2": areas},
                unpack=lambda arrays: arrays["area_m2"])


def _areas(given: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    parts, row = given, np.arange(len(given))
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():  # collections nest
        parts, whole = shapely.get_parts(parts, return_index=True)
        row = row[whole]
    polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings, part = shapely.get_rings(parts[polygon], return_index=True)
    hole = np.append(False, part[1:] == part[:-1])  # each outline comes before its holes
    found = np.zeros(len(given))
    np.add.at(found, row[polygon][part], np.where(hole, -1.0, 1.0) * _ring_areas(rings))
    return found


def _ring_areas(rings: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Area within each ring, whichever way it runs: files don't agree on that."""
    (lon, lat), ring = (part.T for part in shapely.get_coordinates(rings, return_index=True))
    ends = np.searchsorted(ring, np.arange(len(rings) + 1)).tolist()
    measure = Geod(ellps="WGS84").polygon_area_perimeter
    return np.abs([measure(lon[a:b], lat[a:b])[0] for a, b in pairwise(ends)])


def overlapping(polygons: gpd.GeoSeries, *, least_share: float = 0.01) -> pd.DataFrame:
    """List pairs of boundaries that overlap.

    Parameters
    ----------
    polygons : GeoSeries
        Valid, WGS 84.
    least_share : float
        Smallest overlap listed, as a share of the smaller of the two; below
        it are slivers of two drawings of one line.

    Returns
    -------
    DataFrame
        Columns a, b (ids), area_m2; in the order of the rows.
    """
    shapes = polygons.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    first, second = first[first < second], second[first < second]
    shared = shapely.intersection(shapes[first], shapes[second])
    least = least_share * np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
    much = shapely.area(shared) > least
    ids = polygons.index.to_numpy()
    return pd.DataFrame(
        {
            "a": ids[first[much]],
            "b": ids[second[much]],
            "area_m2": np.round(geodesic_areas(shared[much]), 1),
        }
    )
