"""Edit tables: links of the street network that the planner adds or removes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap.errors import Faults
from greenmap.model.crs import WGS84
from greenmap.model.datum import to_wgs84
from greenmap.model.schema import first_few
from greenmap.read.coordinates import shapes_in_wgs84
from greenmap.read.ids import row_ids
from greenmap.read.road_class import road_class, road_classes
from greenmap.read.tables import RawTable, read_table
from greenmap.read.values import typed_columns

_CORNERS = ("from_lon", "from_lat", "to_lon", "to_lat")


def read_edits(
    path: str | Path,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    crs: str | None = None,
    datum: str = "wgs84",
    columns: Mapping[str, str] | None = None,
    as_of: str | None = None,
) -> gpd.GeoDataFrame:
    r"""Read a table of links to add and to remove.

    Parameters
    ----------
    path : path
        csv or xlsx with the columns 修改 (新增, 删除), 起点经度, 起点纬度, 终点经度, 终点纬度;
        or a layer of lines with the column 修改.
    layer, encoding, crs, datum, columns : optional
        As for :func:`greenmap.read.communities.read_communities`.
    as_of : str, optional
        Date of the data, for the record.

    Returns
    -------
    GeoDataFrame
        Lines in EPSG:4326, index ``edit_id``, sorted: removals first, then by id; columns
        action (add, remove), highway (OSM value), level (1 a footbridge …), name, note.

    Raises
    ------
    InputFaults
        No action, no coordinates, a class nobody knows, a line without length: told at once.
    MissingFileError, UnreadableFileError, EncodingError, CrsError, TableError

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "links.csv")
    ...     _ = file.write_text("编号,修改,起点经度,起点纬度,终点经度,终点纬度\n"
    ...                         "甲,新增,101.7,26.58,101.701,26.58\n", "utf-8")
    ...     read_edits(file)["action"].loc["甲"]
    'add'
    """
    faults = Faults()
    raw = read_table(path, "edits", faults=faults, layer=layer, encoding=encoding, crs=crs,
                     datum=datum, columns=columns)  # fmt: skip
    ids, _ = row_ids(raw, "edit_id", faults=faults)
    frame = typed_columns(raw, "edits", faults)
    action = _actions(frame, raw, faults)
    shapes = _lines(frame, raw, faults)
    highway = _highways(frame, raw, faults)
    faults.raise_if_any()
    assert shapes is not None
    none = np.full(len(frame), None, object)
    made = {"action": action, "highway": highway, "level": _levels(frame)}
    made |= {key: frame[key].to_numpy(object) if key in frame else none for key in ("name", "note")}
    table = gpd.GeoDataFrame(made, index=ids, geometry=shapes, crs=WGS84)
    order = np.lexsort((table.index.to_numpy(str), table["action"].to_numpy(str) != "remove"))
    table = table.iloc[order]
    table.attrs = raw.record(len(table), as_of=as_of)
    return table


def _actions(frame: pd.DataFrame, raw: RawTable, faults: Faults) -> Any:
    if "action" not in frame:
        have = ", ".join(map(str, raw.frame.columns))
        faults.add("edits.no_action", file=raw.file, have=have)
        return np.full(len(frame), None, object)
    blank = frame["action"].isna().to_numpy()
    said = raw.frame["action"].notna().to_numpy()  # a word that isn't known was told before
    if (blank & ~said).any():
        rows = first_few(raw.rows[blank & ~said].tolist())
        faults.add("edits.action_blank", file=raw.file, rows=rows)
    return frame["action"].to_numpy(object)


def _lines(frame: pd.DataFrame, raw: RawTable, faults: Faults) -> Any:
    if raw.geometry is not None:
        shapes = shapes_in_wgs84(raw, faults)
        if shapes is None:
            return None
        line = shapes.geom_type.isin(["LineString", "MultiLineString"]).to_numpy()
        lines = shapely.line_merge(shapes.to_numpy())
        sound = line & (shapely.get_type_id(lines) == 1) & (shapely.length(lines) > 0)
    else:
        lacking = [name for name in _CORNERS if name not in frame]
        if lacking:
            have = ", ".join(map(str, raw.frame.columns))
            faults.add("edits.no_coordinates", file=raw.file, have=have)
            return None
        at = [frame[name].to_numpy(float) for name in _CORNERS]
        a, b = (np.column_stack(to_wgs84(*ends, datum=raw.source["datum"]))
                for ends in (at[:2], at[2:]))  # fmt: skip
        sound = np.isfinite(a).all(axis=1) & np.isfinite(b).all(axis=1) & (a != b).any(axis=1)
        sound &= (np.abs(np.column_stack([a, b])) <= [180, 90, 180, 90]).all(axis=1)
        lines = shapely.linestrings(np.stack([np.nan_to_num(a), np.nan_to_num(b)], axis=1))
    if not sound.all():
        rows = first_few(raw.rows[~sound].tolist())
        faults.add("edits.no_line", file=raw.file, rows=rows)
    return lines


def _levels(frame: pd.DataFrame) -> Any:
    level = np.zeros(len(frame), np.int64)
    if "class" in frame:
        known = road_classes()
        of = {word: known[name].level for word in frame["class"].dropna().unique()
              if (name := road_class(word)) is not None}  # fmt: skip
        level = frame["class"].map(of).fillna(0).to_numpy(np.int64)
    return level


def _highways(frame: pd.DataFrame, raw: RawTable, faults: Faults) -> Any:
    """OSM value of each link; a footpath where nothing is said."""
    highway = np.full(len(frame), "footway", object)
    if "class" not in frame:
        return highway
    known = road_classes()
    words = {word: road_class(word) for word in frame["class"].dropna().unique()}
    lost = sorted(word for word, name in words.items() if name is None)
    if lost:
        rows = first_few(raw.rows[frame["class"].isin(lost).to_numpy()].tolist())
        faults.add("edits.class_unknown", file=raw.file, rows=rows, found=first_few(lost),
                   known=", ".join(list(known)[:20]))  # fmt: skip
    said = frame["class"].map({w: known[n].highway for w, n in words.items() if n is not None})
    there = said.notna().to_numpy()
    highway[there] = said.to_numpy(object)[there]
    return highway
