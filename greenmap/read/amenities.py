"""Amenities: facilities with their category, from tables of any office or map service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from greenmap.errors import Faults
from greenmap.model.schema import check_table
from greenmap.read.closed import close_by_name
from greenmap.read.coordinates import (
    points_in_wgs84,
    shapes_in_wgs84,
    without_coordinates,
)
from greenmap.read.ids import row_ids
from greenmap.read.kinds import (
    check_categories,
    check_collected,
    classify_rows,
    expand,
    tell_unclassified,
    words_of,
)
from greenmap.read.map_service import map_service
from greenmap.read.polygons import geodesic_areas
from greenmap.read.tables import RawTable, read_table
from greenmap.read.values import typed_columns

_KINDS = ("category", "type_code", "type_path", "type_1")


def read_amenities(
    path: str | Path,
    *,
    datum: str = "wgs84",
    collected: str | Sequence[str] = (),
    category: str | None = None,
    mapping: Mapping[str, str] | str | Path | None = None,
    layer: str | None = None,
    encoding: str | None = None,
    crs: str | None = None,
    id: str | None = None,
    name: str | None = None,
    columns: Mapping[str, str] | None = None,
    as_of: str | None = None,
) -> gpd.GeoDataFrame:
    r"""Read facilities.

    A row's category is, in this order: `category`; what `mapping` says of
    its type; the category its own column names; its Amap code or type path.
    A row in two categories (a nine-year school) becomes two rows of one
    place. Rows of no category are kept with category None and counted.

    Parameters
    ----------
    path : path
        csv, xlsx, gpkg, shp, geojson, kml or parquet.
    datum : {"wgs84", "gcj02", "bd09"}
        What the coordinates were made in: Amap and Tencent gcj02, Baidu bd09.
    collected : str or sequence of str
        Categories this source claims to be complete in, or ``"all"``.
    category : str, optional
        Category of every row.
    mapping : mapping or path, optional
        The file's words to categories; a path is a table whose first two
        columns are word and category.
    layer, encoding, crs, id, name, columns, as_of
        As for :func:`read_communities`.

    Returns
    -------
    GeoDataFrame
        Points in EPSG:4326, index ``amenity_id``; columns category,
        place_id, status, name, source … ``attrs``: ``source``,
        ``collected``, ``unclassified`` (tuples type, count),
        ``closed_by_name`` (tuples id, name), ``map_service``, ``id_rule``,
        ``left_out``, ``dropped_columns``.

    Raises
    ------
    InputFaults
        Everything wrong with the rows, told once.
    MissingFileError, UnreadableFileError, EncodingError, CrsError, DatumError, TableError

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "poi.csv")
    ...     _ = file.write_text("name,category,lon,lat\nA,药店,101.7,26.58\n", "utf-8")
    ...     read_amenities(file, datum="gcj02", collected="all")["category"].tolist()
    ['pharmacy']
    """
    faults = Faults()
    claimed = check_collected(collected, faults)
    words = words_of(mapping, faults)
    check_categories([category] if category else [], faults)
    given = dict(columns or {})
    given |= {k: v for k, v in (("amenity_id", id), ("name", name)) if v is not None}
    raw = read_table(
        path, "amenities", faults=faults,
        layer=layer, encoding=encoding, crs=crs, datum=datum, columns=given,
    )  # fmt: skip
    if category is None and not set(_KINDS) & set(raw.frame.columns):
        have = ", ".join(str(column) for column in raw.frame.columns)
        faults.add("read.no_category", file=raw.file, have=have)
    points = points_in_wgs84(raw, faults)
    ids, rule = row_ids(raw, "amenity_id", faults=faults)
    frame = without_coordinates(typed_columns(raw, "amenities", faults), raw)
    faults.raise_if_any()
    assert points is not None
    found, unclassified = classify_rows(frame, category, words)
    frame, closed = _without_closed(_complete(frame, ids, raw), said="status" in frame.columns)
    table = expand(gpd.GeoDataFrame(frame, geometry=points.to_numpy(), crs="EPSG:4326"), found)
    table.attrs = raw.record(len(frame), as_of=as_of) | {
        "id_rule": rule,
        "collected": claimed,
        "unclassified": unclassified,
        "closed_by_name": closed,
        "map_service": map_service(raw.frame.set_index(ids), raw.source),
    }
    tell_unclassified(unclassified, raw.file)
    check_table(table, "amenities", source=raw.file, faults=faults)
    faults.raise_if_any()
    return table


def _without_closed(
    frame: pd.DataFrame, *, said: bool
) -> tuple[pd.DataFrame, tuple[tuple[str, str], ...]]:
    """Close what its name says is closed; a status of the file's own comes first."""
    if said or "name" not in frame.columns:
        return frame, ()
    status, closed = close_by_name(frame["status"], frame["name"])
    return frame.assign(status=status), closed


def _complete(frame: pd.DataFrame, ids: pd.Index[Any], raw: RawTable) -> pd.DataFrame:
    """Columns every amenity has, where the file is silent."""
    frame = frame.set_index(ids)
    own = pd.Series(ids, index=ids, dtype=object)
    place = frame["place_id"].astype(object) if "place_id" in frame.columns else own
    none = pd.Series(None, index=ids, dtype=object)
    source = frame["source"].astype(object) if "source" in frame.columns else none
    frame = frame.assign(
        place_id=place.where(place.notna(), own),
        status=frame["status"] if "status" in frame.columns else "open",
        source=source.where(source.notna(), raw.file),
    )
    if raw.geometry is not None and "area_m2" not in frame.columns:
        shapes = shapes_in_wgs84(raw, Faults())
        if shapes is not None and shapes.geom_type.isin(["Polygon", "MultiPolygon"]).any():
            area = geodesic_areas(shapes)
            frame = frame.assign(area_m2=np.where(area > 0, area, np.nan))
    return frame
