"""Catchments (学区): which school the children of an area, compound or community belong to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from greenmap.errors import Faults
from greenmap.model.schema import first_few
from greenmap.read.coordinates import shapes_in_wgs84
from greenmap.read.polygons import sound_polygons
from greenmap.read.tables import RawTable, read_table
from greenmap.read.values import typed_columns

BY = ("compound", "community_id")


def read_catchments(path: str | Path, *, as_of: str | None = None, **about: Any) -> pd.DataFrame:
    r"""Read catchments of schools.

    Parameters
    ----------
    path : path
        A layer of polygons with the column 学校, or a table (csv, xlsx) of 学校 and 小区 or
        社区编码; a school stands by its name or its ``place_id``.
    as_of : str, optional
        Date of the data, for the record.
    **about
        layer, encoding, crs, datum, columns: as for
        :func:`greenmap.read.communities.read_communities`.

    Returns
    -------
    DataFrame
        ``school``, and ``geometry`` (EPSG:4326; then a GeoDataFrame), ``compound`` or
        ``community_id``.

    Raises
    ------
    InputFaults
        No column of schools or of what belongs to them, blanks, one compound with two schools.
    MissingFileError, UnreadableFileError, EncodingError, CrsError, TableError

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "xuequ.csv")
    ...     _ = file.write_text("小区,学校\n甲园,一小\n", "utf-8")
    ...     read_catchments(file).iloc[0].to_dict()
    {'school': '一小', 'compound': '甲园'}
    """
    faults = Faults()
    raw = read_table(path, "catchments", faults=faults, **about)
    frame = typed_columns(raw, "catchments", faults)
    by = "geometry" if raw.geometry is not None else next((c for c in BY if c in frame), "")
    if "school" not in frame or not by:
        faults.add("read.catchment_columns", file=raw.file)
    faults.raise_if_any()
    _check_blanks(frame, by, raw, faults)
    kept = ["school"] if by == "geometry" else ["school", by]
    table: pd.DataFrame = frame[kept].reset_index(drop=True)
    if raw.geometry is not None:
        shapes = shapes_in_wgs84(raw, faults)
        if shapes is not None:
            shapes, _ = sound_polygons(shapes, rows=raw.rows, file=raw.file, faults=faults)
            table = gpd.GeoDataFrame(table, geometry=shapes.to_numpy(), crs="EPSG:4326")
    faults.raise_if_any()
    record: dict[Any, Any] = raw.record(len(table), as_of=as_of)
    table.attrs = record
    return table


def _check_blanks(frame: pd.DataFrame, by: str, raw: RawTable, faults: Faults) -> None:
    wanted = ["school"] if by == "geometry" else ["school", by]
    blank = frame[wanted].isna().any(axis=1).to_numpy(bool)
    if blank.any():
        rows = [str(row) for row, bad in zip(raw.rows, blank, strict=True) if bad]
        faults.add("read.catchment_blank", file=raw.file, rows=first_few(rows))
    if by != "geometry":
        schools = frame.groupby(by)["school"].nunique()
        if double := sorted(map(str, schools.index[schools > 1])):
            faults.add("read.catchment_twice", file=raw.file, names=first_few(double))
