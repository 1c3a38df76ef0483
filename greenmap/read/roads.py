"""Road centrelines (道路中心线): the office's own lines, with class, level and who may walk.

Nothing is joined here: how lines become a network is decided on the network's floor.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap.errors import Faults, TableError
from greenmap.model.schema import first_few, load_schema
from greenmap.read.coordinates import shapes_in_wgs84
from greenmap.read.road_class import (
    is_yes,
    level_of_name,
    levels_of_cells,
    road_class,
    road_classes,
)
from greenmap.read.tables import RawTable, read_table
from greenmap.read.values import as_text, word_column

LEVELS = ("auto", "column", "names", "none")
"""Where levels come from: the column where filled and else names; one of them; nowhere."""

_ROAD_LAYER = re.compile("中心线|中线|道路线|路网|道路|road|street|center|centre|axis", re.I)
_NOT_ROAD = re.compile("注记|文字|标注|图框|框|边线|红线|text|anno|frame|title|dim", re.I)
_FRAME_CORNERS = 5


def read_roads(
    path: str | Path,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    crs: str | None = None,
    datum: str = "wgs84",
    columns: Mapping[str, str] | None = None,
    classes: Mapping[str, str] | None = None,
    levels: str = "auto",
    as_of: str | None = None,
) -> gpd.GeoDataFrame:
    """Read road centrelines.

    Parameters
    ----------
    path : path
        shp, gdb, gpkg, dxf, geojson, kml or parquet with lines.
    layer : str, optional
        Layer; of a drawing the CAD layer.
    encoding, crs, datum : str, optional
        As for :func:`greenmap.read.communities.read_communities`.
    columns : mapping of str to str, optional
        Our column (class, name, level, bridge, tunnel, foot, access) to the file's heading.
    classes : mapping of str to str, optional
        A word of the class column to a class of ``roads.toml`` or a word it knows.
    levels : {"auto", "column", "names", "none"}
        Where it is read what passes above what: ``"auto"`` the columns level, bridge and tunnel
        where filled, else the class, else the end of the name (桥, 高架, 立交, 隧道, 下穿 …).
    as_of : str, optional
        Date of the data, for the record.

    Returns
    -------
    GeoDataFrame
        Lines in EPSG:4326, one row a feature, index ``road_id`` (its number in the file);
        columns class (of ``roads.toml``, None unknown), said (the word), name, highway, foot,
        access, level (int). ``attrs``: ``classes_unknown``, ``levels_by`` and ``left_out``.

    Raises
    ------
    InputFaults
        No CRS, no lines, words that can't be read: all told once.
    MissingFileError, UnreadableFileError, EncodingError, CrsError, TableError
    """
    faults = Faults()
    _check_words(classes, levels, Path(path).name, faults)
    raw = read_table(path, "roads", faults=faults, layer=layer, encoding=encoding, crs=crs,
                     datum=datum, columns=columns)  # fmt: skip
    if raw.geometry is None:
        raise TableError("read.roads_flat", file=raw.file)
    raw = _lines_only(raw)
    shapes = shapes_in_wgs84(raw, faults)
    frame = _facts(raw, classes, faults)
    level, levels_by = _levels(raw, frame, levels, faults)
    faults.raise_if_any()
    assert shapes is not None
    kept = frame.assign(level=level)
    index = pd.Index([str(row) for row in raw.rows], name="road_id")
    table = gpd.GeoDataFrame(kept.set_index(index), geometry=shapes.to_numpy(), crs="EPSG:4326")
    unknown = Counter(frame["said"][frame["class"].isna()].dropna())
    table.attrs = raw.record(len(table), as_of=as_of) | {
        "classes_unknown": tuple(sorted(unknown.items(), key=lambda one: (-one[1], one[0]))),
        "levels_by": levels_by,
    }
    return table


def _check_words(
    classes: Mapping[str, str] | None, levels: str, file: str, faults: Faults
) -> None:
    own = (classes or {}).items()
    lost = [f"{word} = {name}" for word, name in own if road_class(name) is None]
    if lost:
        known = ", ".join(list(road_classes())[:20])
        faults.add("read.road_class_unknown", file=file, found=first_few(lost), known=known)
    if levels not in LEVELS:
        faults.add("read.road_levels", file=file, found=levels, known=", ".join(LEVELS))


def _lines_only(raw: RawTable) -> RawTable:
    """Leave out what is no road: notes, points, areas, frames, other layers of a drawing."""
    assert raw.geometry is not None
    if "cad_layer" in raw.frame and raw.source["layer"] is None:
        names = raw.frame["cad_layer"].fillna("").astype(str)
        unique = {n: bool(_ROAD_LAYER.search(n)) and not _NOT_ROAD.search(n) for n in set(names)}
        if any(unique.values()):
            raw = raw.keep(names.map(unique).to_numpy(bool), "other_cad_layer")
    kind = raw.geometry.geom_type  # type: ignore[union-attr]
    void = (raw.geometry.isna() | raw.geometry.is_empty).to_numpy()  # type: ignore[union-attr]
    raw = raw.keep(~void, "no_shape")
    kind = kind[~void]
    line = kind.isin(["LineString", "MultiLineString"]).to_numpy()
    if not line.any():
        found = "/".join(sorted(set(kind))) or "-"
        raise TableError("read.roads_no_lines", file=raw.file, found=found,
                         rows=first_few(raw.rows.tolist()))  # fmt: skip
    raw = raw.keep(line, "not_a_line")
    if "cad_layer" in raw.frame:
        raw = raw.keep(~_frames(raw), "frame")
    return raw


def _frames(raw: RawTable) -> Any:
    """Closed figures of four corners: frames and title blocks of a drawing."""
    shapes = raw.geometry.to_numpy()  # type: ignore[union-attr]
    closed = shapely.is_closed(shapes)
    return closed & (shapely.get_num_coordinates(shapes) == _FRAME_CORNERS)


def _facts(raw: RawTable, classes: Mapping[str, str] | None, faults: Faults) -> pd.DataFrame:
    """Class, name and who may walk, one row a feature."""
    frame, schema = raw.frame, load_schema("roads")
    none = pd.Series(np.full(len(frame), None, object))
    said = as_text(frame["class"]) if "class" in frame else none
    name = as_text(frame["name"]) if "name" in frame else none
    of = {word: road_class(word, classes) for word in said.dropna().unique()}
    ours = said.map(of).astype(object).where(said.notna(), None)
    known = road_classes()
    walks = {
        column: word_column(frame[column], schema.column(column), rows=raw.rows, file=raw.file,
                            faults=faults) if column in frame else none
        for column in ("foot", "access")
    }  # fmt: skip
    by_class = ours.map({key: one.foot for key, one in known.items()})
    foot = walks["foot"].where(walks["foot"].notna(), by_class)
    highway = ours.map({key: one.highway for key, one in known.items()}).fillna("unclassified")
    made = {"class": ours, "said": said, "name": name, "highway": highway, "foot": foot,
            "access": walks["access"]}  # fmt: skip
    columns = {key: [None if cell != cell else cell for cell in column]
               for key, column in made.items()}  # fmt: skip
    return pd.DataFrame(columns, dtype=object)


def _levels(
    raw: RawTable, facts: pd.DataFrame, levels: str, faults: Faults
) -> tuple[Any, dict[str, int]]:
    """Level of each road, and how many rows each way of knowing it raised or sank."""
    count = len(facts)
    level, by = np.zeros(count, np.int64), np.full(count, "", object)
    if levels == "none":
        return level, {}
    if levels in ("auto", "names"):
        said = facts["name"]
        of_name = {name: level_of_name(name) for name in said.dropna().unique()}
        named = said.map(of_name).fillna(0).to_numpy(np.int64)
        known = road_classes()
        classed = facts["class"].map({key: one.level for key, one in known.items()}).fillna(0)
        for own, why in ((named, "name"), (classed.to_numpy(np.int64), "class")):
            level = np.where(own != 0, own, level)
            by[own != 0] = why
    if levels in ("auto", "column"):
        level, by = _from_columns(raw, level, by, levels, faults)
    counts = Counter(by[(level != 0) & (by != "")].tolist())
    return level, dict(sorted(counts.items()))


def _from_columns(
    raw: RawTable, level: Any, by: Any, levels: str, faults: Faults
) -> tuple[Any, Any]:
    frame = raw.frame
    own = [name for name in ("level", "bridge", "tunnel") if name in frame]
    if not own and levels == "column":
        have = ", ".join(map(str, frame.columns))
        faults.add("read.road_no_levels", file=raw.file, have=have)
    for column, sign in (("bridge", 1), ("tunnel", -1)):
        if column in own:
            yes = is_yes(frame[column])
            level, by = np.where(yes, sign, level), np.where(yes, "column", by)
    if "level" in own:
        stated, bad = levels_of_cells(frame["level"])
        if bad.any():
            faults.add("read.road_level", file=raw.file, rows=first_few(raw.rows[bad].tolist()),
                       found=first_few(sorted(set(map(str, frame["level"][bad])))))  # fmt: skip
        there = np.isfinite(stated)
        off = stated[there] != 0
        if off.sum() > 20 and off.mean() > 0.5:
            faults.add("read.road_level_odd", file=raw.file, count=int(off.sum()),
                       rows=int(there.sum()))  # fmt: skip
        raised = there & ((stated != 0) | (by != "column"))
        level = np.where(raised, np.nan_to_num(stated), level).astype(np.int64)
        by = np.where(raised, "column", by)
    return level, by
