"""Coordinates of a table, brought to WGS 84: declared datum and CRS first, then everything else."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj.exceptions import ProjError

from greenmap import i18n
from greenmap.errors import CrsError, Faults, InputError
from greenmap.model.crs import (
    WGS84,
    check_crs,
    known_crs,
    offered_crs,
    old_datum,
    prefixed_crs,
)
from greenmap.model.datum import to_wgs84
from greenmap.model.schema import first_few, load_schema
from greenmap.read.headings import match_columns
from greenmap.read.local_grid import NAME as LOCAL_GRID
from greenmap.read.local_grid import read_local_grid
from greenmap.read.source import is_control_file
from greenmap.read.survey_axes import easting_first, zone_of
from greenmap.read.tables import RawTable
from greenmap.read.values import parse_numbers, plain

F8 = npt.NDArray[np.float64]
_LOG = logging.getLogger("greenmap.read")
_ANGLE = re.compile(
    r"(?P<before>[NSEWnsew]|[东西]经|[南北]纬)?(?P<d>-?\d{1,3}(\.\d+)?)[°度]"
    r"((?P<m>\d{1,2}(\.\d+)?)['’′分]((?P<s>\d{1,2}(\.\d+)?)(\"|”|″|''|′′|秒))?)?"
    r"(?P<after>[NSEWnsew])?"
)
_MARKS = {"gcj02": r"gcj|火星|高德|amap", "bd09": r"bd_?-?09|百度|baidu", "wgs84": r"wgs"}


def shapes_in_wgs84(raw: RawTable, faults: Faults) -> gpd.GeoSeries | None:
    """Return a layer's shapes in WGS 84, two-dimensional.

    Parameters
    ----------
    raw : RawTable
        Of a layer with shapes.
    faults : Faults
        Takes a missing or false CRS.

    Returns
    -------
    GeoSeries or None
        None if the CRS can't be used.
    """
    assert raw.geometry is not None
    geometry = raw.geometry
    if is_control_file(raw.source["crs"]):
        return _from_local_grid(geometry.to_numpy(), raw, faults)
    if geometry.crs is None and (crs := prefixed_crs(geometry.total_bounds)) is not None:
        geometry = geometry.set_crs(crs)
        raw.source["crs_rule"] = "zone_prefix"
        _LOG.warning(i18n.text("read.crs_from_prefix", file=raw.file, crs=crs))
    try:
        check_crs(geometry, raw.file)
    except CrsError as error:
        faults.take(error)
        return None
    raw.source["crs"] = geometry.crs.to_string()
    _tell_old_datum(geometry.crs, raw)
    try:
        shapes = shapely.force_2d(geometry.to_crs(WGS84).to_numpy())
    except ProjError as error:
        faults.add("read.crs_unusable", file=raw.file, crs=raw.source["crs"], detail=str(error))
        return None
    datum = raw.source["datum"]
    if datum != "wgs84":
        shapes = shapely.transform(shapes, _shift(datum))
    return gpd.GeoSeries(shapes, crs=WGS84)


def _shift(datum: str) -> Callable[[F8], F8]:
    def shift(lonlat: F8) -> F8:
        return np.column_stack(to_wgs84(lonlat[:, 0], lonlat[:, 1], datum=datum))

    return shift


def points_in_wgs84(raw: RawTable, faults: Faults) -> gpd.GeoSeries | None:
    """Return one point a row in WGS 84, or note what is wrong.

    Points of a layer are taken as they are; for an area a point inside it.
    Flat tables have lon and lat, or one column ``"lng,lat"``.

    Parameters
    ----------
    raw : RawTable
        Any table.
    faults : Faults
        Takes rows without usable coordinates.

    Returns
    -------
    GeoSeries or None
        None if anything was noted.
    """
    before = len(faults)
    points = _flat_points(raw, faults) if raw.geometry is None else _layer_points(raw, faults)
    return points if len(faults) == before else None


def _layer_points(raw: RawTable, faults: Faults) -> gpd.GeoSeries | None:
    shapes = shapes_in_wgs84(raw, faults)
    if shapes is None:
        return None
    kind = shapes.geom_type
    void = (shapes.isna() | shapes.is_empty).to_numpy()
    area = kind.isin(["Polygon", "MultiPolygon"]).to_numpy()
    other = ~void & ~area & ~kind.isin(["Point", "MultiPoint"]).to_numpy()
    other |= (kind == "MultiPoint").to_numpy() & (shapely.get_num_geometries(shapes) != 1)
    if void.any():
        faults.add("read.no_geometry", file=raw.file, rows=first_few(raw.rows[void].tolist()))
    if other.any():
        faults.add(
            "read.not_points",
            file=raw.file,
            found="/".join(sorted(set(kind[other]))),
            rows=first_few(raw.rows[other].tolist()),
        )
    if void.any() or other.any():
        return None
    points = shapely.centroid(shapes.to_numpy())
    points[area] = shapely.point_on_surface(shapes.to_numpy()[area])
    _check_range(shapely.get_x(points), shapely.get_y(points), raw, faults)
    return gpd.GeoSeries(points, crs=WGS84)


def _flat_points(raw: RawTable, faults: Faults) -> gpd.GeoSeries | None:
    cells = coordinate_columns(raw, faults)
    if cells is None:
        return None
    lon, lat = (_axis(values, raw, faults) for values in cells)
    moved = _from_metres(lon, lat, raw, faults)
    if moved is None:
        return None
    lon, lat = moved
    _check_range(lon, lat, raw, faults)
    lon, lat = to_wgs84(lon, lat, datum=raw.source["datum"])
    return gpd.GeoSeries(shapely.points(lon, lat), crs=WGS84)


def _from_metres(x: F8, y: F8, raw: RawTable, faults: Faults) -> tuple[F8, F8] | None:
    """Degrees of a flat table's columns: as they stand, or from the system they are in."""
    crs = raw.source["crs"]
    if is_control_file(crs):
        points = _from_local_grid(shapely.points(x, y), raw, faults)
        return None if points is None else (points.x.to_numpy(), points.y.to_numpy())
    metres = np.mean((np.abs(x) > 360) & (np.abs(y) > 360)) > 0.5
    turned = False
    if metres:
        x, y, turned = easting_first(x, y)
    if crs is None and metres and (crs := zone_of(x, y)) is not None:
        raw.source["crs_rule"] = "zone_prefix"
        _LOG.warning(i18n.text("read.crs_from_prefix", file=raw.file, crs=crs))
    try:
        crs = known_crs(crs, source=raw.file) if crs else WGS84
    except CrsError as error:
        faults.take(error)
        return None
    raw.source["crs"] = crs
    if crs == WGS84:
        if metres:
            bounds = [np.nanmin(x), np.nanmin(y), np.nanmax(x), np.nanmax(y)]
            faults.add("read.coords_metres", file=raw.file, found=f"{x[0]:g}, {y[0]:g}",
                       offered=offered_crs(bounds), bounds=tuple(bounds))
        return None if metres else (x, y)
    if turned:
        raw.source["axes"] = "x_north"
        _LOG.warning(i18n.text("read.x_is_north", file=raw.file))
    there = gpd.GeoSeries(shapely.points(x, y), crs=crs)
    _tell_old_datum(there.crs, raw)
    there = there.to_crs(WGS84)
    return there.x.to_numpy(), there.y.to_numpy()


def _from_local_grid(shapes: Any, raw: RawTable, faults: Faults) -> gpd.GeoSeries | None:
    """Shapes of a city's own grid; its figures go nowhere but into the shapes."""
    try:
        grid = read_local_grid(raw.source["crs"])
    except InputError as error:
        faults.take(error)
        return None
    finally:
        raw.source["crs"] = LOCAL_GRID
    raw.source["control_points"] = grid.points
    raw.source["residual_m"] = None if np.isnan(grid.residual_m) else round(grid.residual_m, 3)
    _LOG.warning(i18n.text("local_grid.used" if grid.points > 2 else "local_grid.unchecked",
                           file=raw.file, points=grid.points,
                           residual=f"{grid.residual_m:.3f}"))
    return grid.to_wgs84(shapes)


def _tell_old_datum(crs: Any, raw: RawTable) -> None:
    """Xi'an 80 and Beijing 54 can't be turned into WGS 84 exactly with what is public."""
    name = old_datum(crs)
    if name:
        raw.source["old_datum"] = name
        _LOG.warning(i18n.text(f"read.old_datum_{name}", file=raw.file, crs=raw.source["crs"]))


def coordinate_columns(
    raw: RawTable, faults: Faults
) -> tuple[pd.Series[Any], pd.Series[Any]] | None:
    """Find the two columns of a flat table that hold its coordinates.

    Parameters
    ----------
    raw : RawTable
        A flat table.
    faults : Faults
        Takes: no such columns; a heading that names another datum.

    Returns
    -------
    x, y : Series
        Cells as they stand.
    """
    frame = raw.frame
    headings = [str(heading) for heading in frame.columns]
    found = match_columns(headings, load_schema("coordinates"), {}, file=raw.file, faults=faults)
    place = {ours: heading for heading, ours in found.items()}
    for heading in place.values():
        _check_heading(heading, raw, faults)
    if "lon" in place and "lat" in place:
        return frame[place["lon"]], frame[place["lat"]]
    if "location" in place:
        pair = (
            frame[place["location"]]
            .astype(object)
            .map(lambda cell: plain(cell).split(",") if isinstance(cell, str) else [None, None])
        )
        two = pair.map(lambda parts: parts if len(parts) == 2 else [",".join(parts), None])
        return two.str[0], two.str[1]
    faults.add("read.no_coordinates", file=raw.file, have=", ".join(headings))
    return None


def without_coordinates(frame: pd.DataFrame, raw: RawTable) -> pd.DataFrame:
    """Leave out a flat table's columns of coordinates: the points hold them, in WGS 84.

    Parameters
    ----------
    frame : DataFrame
        Columns made of `raw`.
    raw : RawTable
        As read.

    Returns
    -------
    DataFrame
        The same for a layer with shapes.
    """
    if raw.geometry is not None:
        return frame
    headings = [str(heading) for heading in frame.columns]
    schema = load_schema("coordinates")
    used = match_columns(headings, schema, {}, file=raw.file, faults=Faults())
    return frame.drop(columns=list(used))


def _check_heading(heading: str, raw: RawTable, faults: Faults) -> None:
    """Refuse "经度(GCJ-02)" read as WGS 84: the file itself says otherwise."""
    declared = raw.source["datum"]
    named = [d for d, marks in _MARKS.items() if re.search(marks, plain(heading).lower())]
    if len(named) == 1 and named[0] != declared:
        faults.add(
            "read.datum_heading",
            file=raw.file,
            heading=heading,
            named=named[0],
            declared=declared,
        )


def _axis(values: pd.Series[Any], raw: RawTable, faults: Faults) -> F8:
    numbers, unreadable = parse_numbers(values)
    if unreadable.any():
        numbers, unreadable = parse_numbers(values.map(_degrees))
    blank = np.isnan(numbers) & ~unreadable
    if blank.any():
        faults.add(
            "read.coords_blank",
            file=raw.file,
            column=str(values.name),
            rows=first_few(raw.rows[blank].tolist()),
        )
    if unreadable.any():
        faults.add(
            "read.coords_unreadable",
            file=raw.file,
            column=str(values.name),
            rows=first_few(raw.rows[unreadable].tolist()),
            found=first_few([repr(str(cell)) for cell in values[unreadable]]),
        )
    return numbers


def _degrees(cell: Any) -> Any:
    """A cell such as 101°43′21.39″E or 101.72°E as decimal degrees, or as it stands."""
    found = _ANGLE.fullmatch(plain(cell).replace(" ", "")) if isinstance(cell, str) else None
    if found is None:
        return cell
    whole, minutes, seconds = (float(found[part] or 0) for part in "dms")
    if not found["d"] or minutes >= 60 or seconds >= 60 or (found["m"] and whole % 1):
        return cell
    size = abs(whole) + minutes / 60 + seconds / 3600
    south = (found["before"] or found["after"] or "").upper() in ("S", "W", "南纬", "西经")
    return -size if south or found["d"].startswith("-") else size


def _check_range(lon: F8, lat: F8, raw: RawTable, faults: Faults) -> None:
    swapped = (np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
    zero = (lon == 0) & (lat == 0)
    outside = ~swapped & ((np.abs(lon) > 180) | (np.abs(lat) > 90))
    for key, wrong in (
        ("read.coords_swapped", swapped),
        ("read.coords_zero", zero),
        ("read.coords_outside", outside),
    ):
        if wrong.any():
            faults.add(
                key,
                file=raw.file,
                rows=first_few(raw.rows[wrong].tolist()),
                found=f"{lon[wrong][0]:g}, {lat[wrong][0]:g}",
            )
