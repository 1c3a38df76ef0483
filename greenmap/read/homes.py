"""Homes: where people live and how many, from a table or a layer."""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.errors import Faults
from greenmap.model.outline import is_hull
from greenmap.model.schema import check_table, first_few
from greenmap.read.coordinates import (
    points_in_wgs84,
    shapes_in_wgs84,
    without_coordinates,
)
from greenmap.read.gathered import members
from greenmap.read.ids import row_ids
from greenmap.read.places import community_of
from greenmap.read.polygons import geodesic_areas
from greenmap.read.tables import RawTable, read_table
from greenmap.read.values import parse_numbers, typed_columns

GROUPS = (
    "age_0_3", "age_3_6", "age_6_12", "age_12_15", "elderly_60", "elderly_65", "elderly_80",
)  # fmt: skip
"""Columns of people by age; 60+ and 65+ are never read for each other."""


def read_homes(
    path: str | Path,
    *,
    communities: gpd.GeoDataFrame | None = None,
    layer: str | None = None,
    encoding: str | None = None,
    crs: str | None = None,
    datum: str = "wgs84",
    id: str | None = None,
    name: str | None = None,
    columns: Mapping[str, str] | None = None,
    as_of: str | None = None,
) -> gpd.GeoDataFrame:
    r"""Read homes.

    A row of a layer of areas (buildings, grid cells) becomes a point inside
    it. The community is the one the table names, if `communities` has it;
    otherwise the one the point lies in.

    Parameters
    ----------
    path : path
        csv, xlsx, gpkg, shp, geojson, kml or parquet.
    communities : GeoDataFrame, optional
        From :func:`read_communities`; without it ``community_id`` is only
        what the table says.
    layer, encoding, crs, datum, id, name, columns, as_of
        As for :func:`read_communities`.

    Returns
    -------
    GeoDataFrame
        Points in EPSG:4326 in the file's order, index ``home_id``; columns
        ``people`` (persons, NaN where not known), ``community_id`` (None
        outside all), ``people_source``, age groups and others where the
        file has them. ``attrs``: ``source``, ``id_rule``,
        ``community_rule`` (how many by which way), ``left_out``,
        ``people_left_out``, ``dropped_columns``.

    Raises
    ------
    InputFaults
        Everything wrong with the rows, told once.
    MissingFileError, UnreadableFileError, EncodingError, CrsError, TableError

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "homes.csv")
    ...     _ = file.write_text("编号,人口,经度,纬度\nA1,36,101.7,26.58\n", "utf-8")
    ...     read_homes(file)["people"].to_dict()
    {'A1': 36.0}
    """
    faults = Faults()
    given = dict(columns or {})
    given |= {k: v for k, v in (("home_id", id), ("name", name)) if v is not None}
    raw = read_table(
        path, "homes", faults=faults,
        layer=layer, encoding=encoding, crs=crs, datum=datum, columns=given,
    )  # fmt: skip
    points = points_in_wgs84(raw, faults)
    ids, rule = row_ids(raw, "home_id", faults=faults)
    frame = without_coordinates(typed_columns(raw, "homes", faults), raw)
    frame = _people(frame, raw, faults)
    faults.raise_if_any()
    table = gpd.GeoDataFrame(
        _floor_area(frame, raw).set_index(ids), geometry=_array(points), crs="EPSG:4326"
    )
    table, how = with_community(table, communities)
    table.attrs = raw.record(len(table), as_of=as_of) | {
        "id_rule": rule,
        "community_rule": how,
        "people_left_out": _people_gone(raw),
    }
    check_table(table, "homes", source=raw.file, faults=faults)
    faults.raise_if_any()
    return table


def _people_gone(raw: RawTable) -> dict[str, float]:
    """People of the rows that were not taken, by cause."""
    sums: dict[str, float] = {}
    for cause, part in raw.gone:
        if "people" in part.columns:
            people, _ = parse_numbers(part["people"])
            sums[cause] = sums.get(cause, 0.0) + fsum(np.nan_to_num(people))
    return sums


def _array(points: gpd.GeoSeries | None) -> npt.NDArray[np.object_]:
    assert points is not None  # else a fault was noted and raised
    return np.asarray(points.to_numpy())


def _people(frame: pd.DataFrame, raw: RawTable, faults: Faults) -> pd.DataFrame:
    """People must not be nought everywhere, and no group larger than all."""
    if "people" not in frame.columns:
        return frame.assign(people=np.nan, people_source=None)
    people = frame["people"]
    if people.notna().any() and (people.dropna() == 0).all():
        faults.add("read.nobody", file=raw.file, rows=len(people))
    for group in GROUPS:
        if group in frame.columns:
            more = (frame[group] > people).to_numpy()
            if more.any():
                faults.add(
                    "read.group_larger",
                    file=raw.file,
                    column=group,
                    rows=first_few(raw.rows[more].tolist()),
                )
    source = frame.get("people_source", pd.Series("measured", index=frame.index))
    measured = source.astype(object).where(source.notna(), "measured")
    return frame.assign(people_source=measured.where(people.notna(), None))


def _floor_area(frame: pd.DataFrame, raw: RawTable) -> pd.DataFrame:
    """Outlines of buildings with storeys give a floor area where none is stated."""
    if raw.geometry is None or "floors" not in frame.columns or "floor_area_m2" in frame.columns:
        return frame
    shapes = shapes_in_wgs84(raw, Faults())
    if shapes is None or not shapes.geom_type.isin(["Polygon", "MultiPolygon"]).all():
        return frame
    return frame.assign(floor_area_m2=geodesic_areas(shapes) * frame["floors"])


def with_community(
    homes: gpd.GeoDataFrame, communities: gpd.GeoDataFrame | None
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Put every home in its community.

    Parameters
    ----------
    homes : GeoDataFrame
        Points; a column ``community_id`` counts where `communities` has it.
    communities : GeoDataFrame, optional
        Polygons, index ``community_id``. Where they are only hulls a home
        belongs to the one its row names, by code or name.

    Returns
    -------
    homes : GeoDataFrame
        New table with ``community_id``.
    how : dict
        Homes by ``stated``, ``by_place`` and ``outside``.
    """
    none = pd.Series(None, index=homes.index, dtype=object)
    stated = homes["community_id"].astype(object) if "community_id" in homes.columns else none
    if communities is not None and is_hull(communities):
        found = members(homes, communities)
        known = found.notna()
    elif communities is None:
        found = stated.where(stated.notna(), None)
        known = found.notna()
    else:
        known = stated.isin(communities.index)
        found = stated.where(known, community_of(homes.geometry, communities))
    how = {
        "stated": int(known.sum()),
        "by_place": int((found.notna() & ~known).sum()),
        "outside": int(found.isna().sum()),
    }
    return homes.assign(community_id=found.where(found.notna(), None)), how
