"""Walls, gates and compounds from the planner's own files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from greenmap.errors import Faults
from greenmap.model.schema import check_table
from greenmap.read.coordinates import points_in_wgs84, shapes_in_wgs84, without_coordinates
from greenmap.read.ids import row_ids
from greenmap.read.polygons import sound_polygons
from greenmap.read.tables import RawTable, read_table
from greenmap.read.values import typed_columns


def read_barriers(path: str | Path, *, as_of: str | None = None, **about: Any) -> gpd.GeoDataFrame:
    """Read walls and other barriers.

    Parameters
    ----------
    path : path
        gpkg, shp, geojson, kml or parquet with lines or areas.
    as_of : str, optional
        Date of the data, for the record.
    **about
        layer, encoding, crs, datum, id, name, columns: as for
        :func:`greenmap.read.communities.read_communities`.

    Returns
    -------
    GeoDataFrame
        Lines and areas in EPSG:4326, index ``barrier_id``; column kind (wall, fence, hedge,
        retaining_wall, city_wall, rail, water; blank counts as wall).

    Raises
    ------
    InputFaults
        Everything wrong with the rows, told once; a point is no wall.
    MissingFileError, UnreadableFileError, EncodingError, CrsError, TableError
    """
    faults = Faults()
    raw = _raw(path, "barriers", "barrier_id", faults, about)
    shapes = shapes_in_wgs84(raw, faults) if raw.geometry is not None else None
    return _table(raw, shapes, "barriers", "barrier_id", faults, as_of)


def read_gates(path: str | Path, *, as_of: str | None = None, **about: Any) -> gpd.GeoDataFrame:
    r"""Read surveyed gates.

    Parameters
    ----------
    path : path
        Points of any kind of file :func:`greenmap.read.amenities.read_amenities` reads.
    as_of, **about
        As for :func:`read_barriers`.

    Returns
    -------
    GeoDataFrame
        Points in EPSG:4326, index ``gate_id``; columns access (all, residents, closed, unknown),
        source (``"surveyed"``), and hours, steps, name, compound where given.

    Raises
    ------
    InputFaults
        Everything wrong with the rows, told once.
    MissingFileError, UnreadableFileError, EncodingError, CrsError, TableError

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "gates.csv")
    ...     _ = file.write_text("大门编号,通行,lon,lat\nD1,刷卡,101.7,26.58\n", "utf-8")
    ...     read_gates(file)[["access", "source"]].loc["D1"].tolist()
    ['residents', 'surveyed']
    """
    faults = Faults()
    raw = _raw(path, "gates", "gate_id", faults, about)
    table = _table(raw, points_in_wgs84(raw, faults), "gates", "gate_id", faults, as_of)
    known = table["access"] if "access" in table.columns else None
    access = np.full(len(table), None) if known is None else known.to_numpy(object)
    blank = [not isinstance(word, str) for word in access]
    made = table.assign(access=np.where(blank, "unknown", access), source="surveyed")
    made.attrs = table.attrs
    return made


def read_compounds(path: str | Path, *, as_of: str | None = None, **about: Any) -> gpd.GeoDataFrame:
    """Read compounds (小区) enclosed by a wall.

    Parameters
    ----------
    path : path
        gpkg, shp, geojson, kml or parquet with polygons.
    as_of, **about
        As for :func:`read_barriers`.

    Returns
    -------
    GeoDataFrame
        Polygons in EPSG:4326, index ``compound_id``; column name where given.

    Raises
    ------
    InputFaults
        Everything wrong with the rows, told once.
    MissingFileError, UnreadableFileError, EncodingError, CrsError, TableError
    """
    faults = Faults()
    raw = _raw(path, "compounds", "compound_id", faults, about)
    shapes = shapes_in_wgs84(raw, faults) if raw.geometry is not None else None
    if shapes is not None:
        shapes, _ = sound_polygons(shapes, rows=raw.rows, file=raw.file, faults=faults)
    return _table(raw, shapes, "compounds", "compound_id", faults, as_of)


def _raw(
    path: str | Path, schema: str, index: str, faults: Faults, about: Mapping[str, Any]
) -> RawTable:
    """Read the table; `id` and `name` name headings as at the other doors."""
    given = dict(about)
    columns = dict(given.pop("columns", None) or {})
    for column, key in ((index, "id"), ("name", "name")):
        if given.get(key) is not None:
            columns[column] = given[key]
        given.pop(key, None)
    return read_table(path, schema, faults=faults, columns=columns, **given)


def _table(
    raw: RawTable, shapes: gpd.GeoSeries | None, schema: str, index: str, faults: Faults,
    as_of: str | None,
) -> gpd.GeoDataFrame:  # fmt: skip
    ids, rule = row_ids(raw, index, faults=faults)
    frame = without_coordinates(typed_columns(raw, schema, faults), raw)
    if shapes is None and not len(faults):
        faults.add("read.boundaries_flat", file=raw.file)
    faults.raise_if_any()
    assert shapes is not None
    table = gpd.GeoDataFrame(frame.set_index(ids), geometry=shapes.to_numpy(), crs="EPSG:4326")
    table.attrs = raw.record(len(table), as_of=as_of) | {"id_rule": rule}
    check_table(table, schema, source=raw.file, faults=faults)
    faults.raise_if_any()
    return table
