"""Communities: boundaries of 社区 or 小区, checked and ready to be judged."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.errors import Faults
from greenmap.model.schema import check_table, first_few
from greenmap.read.coordinates import shapes_in_wgs84
from greenmap.read.ids import row_ids
from greenmap.read.map_service import map_service
from greenmap.read.polygons import overlapping, sound_polygons
from greenmap.read.rings import with_rings
from greenmap.read.tables import RawTable, read_table
from greenmap.read.values import typed_columns


def read_communities(
    path: str | Path,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    crs: str | None = None,
    datum: str = "wgs84",
    id: str | None = None,
    name: str | None = None,
    columns: Mapping[str, str] | None = None,
    as_of: str | None = None,
) -> gpd.GeoDataFrame:
    """Read the boundaries of communities.

    Parameters
    ----------
    path : path
        gpkg, shp, geojson, topojson, kml, kmz or parquet with polygons; csv
        or xlsx with a column of rings as text, ``lng,lat;lng,lat;…``.
    layer : str, optional
        Which layer, where there are several.
    encoding : str, optional
        Of a shapefile's text; found where not given.
    crs : str, optional
        Stands in for the file's own; needed where it has none.
    datum : {"wgs84", "gcj02", "bd09"}
        What the boundaries were drawn in.
    id, name : str, optional
        Headings of the code and the name; found where not given.
    columns : mapping of str to str, optional
        Our column to the file's heading, for any other.
    as_of : str, optional
        Date of the data, for the record.

    Returns
    -------
    GeoDataFrame
        Polygons in EPSG:4326 in the file's order, index ``community_id``
        (text), columns ``name`` … ``attrs``: ``source``, ``id_rule``,
        ``repaired`` (ids), ``name_twice`` (names), ``overlaps`` (tuples id, id, m²), ``left_out``
        (row, cause), ``dropped_columns``.

    Raises
    ------
    InputFaults
        Everything wrong with the rows, told once.
    MissingFileError, UnreadableFileError, EncodingError, CrsError, TableError

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> square = "[[[101.7,26.5],[101.8,26.5],[101.8,26.6],[101.7,26.5]]]"
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "communities.geojson")
    ...     _ = file.write_text('{"type":"FeatureCollection","features":[{"type":"Feature",'
    ...         '"properties":{"编码":"510402001001","名称":"甲社区"},"geometry":'
    ...         '{"type":"Polygon","coordinates":' + square + "}}]}", "utf-8")
    ...     read_communities(file)["name"].to_dict()
    {'510402001001': '甲社区'}
    """
    faults = Faults()
    given = dict(columns or {}) | _said(community_id=id, name=name)
    raw = read_table(
        path, "communities", faults=faults,
        layer=layer, encoding=encoding, crs=crs, datum=datum, columns=given,
    )  # fmt: skip
    if raw.geometry is None:
        raw = with_rings(raw, faults)
    if raw.geometry is None:
        faults.add("read.boundaries_flat", file=raw.file)
        faults.raise_if_any()
    shapes = shapes_in_wgs84(raw, faults)
    ids, rule = row_ids(raw, "community_id", faults=faults, use_name=True)
    frame = _typed(raw, faults)
    if shapes is None:
        faults.raise_if_any()
        raise AssertionError  # shapes are None only where a fault was noted
    labels = _labels(raw, frame)
    shapes, repaired = sound_polygons(shapes, rows=labels, file=raw.file, faults=faults)
    faults.raise_if_any()
    table = gpd.GeoDataFrame(frame.set_index(ids), geometry=shapes.to_numpy(), crs=shapes.crs)
    table.attrs = raw.record(len(table), as_of=as_of) | {
        "id_rule": rule,
        "map_service": map_service(raw.frame.set_index(ids), raw.source),
        "repaired": tuple(ids[repaired]),
        "name_twice": tuple(sorted(set(table["name"][table["name"].duplicated()]))),
        "overlaps": tuple(overlapping(table.geometry).itertuples(index=False, name=None)),
    }
    check_table(table, "communities", source=raw.file, faults=faults)
    faults.raise_if_any()
    return table


def _said(**columns: str | None) -> dict[str, str]:
    return {column: heading for column, heading in columns.items() if heading is not None}


def _labels(raw: RawTable, frame: pd.DataFrame) -> npt.NDArray[np.object_]:
    """How a row is named in messages: by its number and, where it has one, its name."""
    names = frame["name"] if "name" in frame.columns else pd.Series(None, index=frame.index)
    told = [str(row) if pd.isna(name) else f"{row} ({name})"
            for row, name in zip(raw.rows, names, strict=True)]  # fmt: skip
    return np.array(told, object)


def _typed(raw: RawTable, faults: Faults) -> pd.DataFrame:
    """Columns with their types; a community must have a name."""
    frame = typed_columns(raw, "communities", faults)
    if "name" not in frame.columns:
        have = ", ".join(str(column) for column in frame.columns)
        faults.add("read.no_name", file=raw.file, have=have)
        return frame
    blank = frame["name"].isna().to_numpy()
    if blank.any():
        faults.add("read.name_blank", file=raw.file, rows=first_few(raw.rows[blank].tolist()))
    return frame
