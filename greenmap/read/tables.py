"""Any table file as one plain table with our column names: where every door begins."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj.exceptions import CRSError

from greenmap.errors import Faults, TableError, UnreadableFileError
from greenmap.model.datum import check_datum
from greenmap.model.notes import Notes
from greenmap.model.schema import Schema, first_few, load_schema, normal
from greenmap.read.encoding import find_encoding
from greenmap.read.headings import (
    Cells,
    heading_row,
    known_headings,
    match_columns,
    rename,
    two_lines,
    unique_headings,
)
from greenmap.read.personal import drop_personal
from greenmap.read.secrecy import refuse_secret_columns, refuse_secret_titles
from greenmap.read.source import (
    DELIMITED,
    PARQUET,
    WORKBOOKS,
    digest,
    existing_file,
    is_control_file,
)

_TOTALS = frozenset(("合计", "总计", "小计", "共计", "总和", "total", "subtotal", "grandtotal"))


@dataclass(frozen=True, slots=True)
class RawTable:
    """A file's rows before anything is judged.

    Parameters
    ----------
    frame : DataFrame, n rows
        All columns but the geometry, in the file's order.
    rows : array of int, shape (n,)
        Row numbers as the user sees them: the line of a sheet, the number
        of a feature.
    geometry : GeoSeries, optional
        Shapes of a layer; None for a flat table.
    source : dict
        name, rows_in, encoding, layer, digest …
    left_out : tuple of (int, str)
        Rows not taken: (row, cause).
    dropped : tuple of str
        Headings of personal columns.
    gone : tuple of (str, DataFrame)
        Cause and cells of the rows not taken, for sums.
    """

    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    geometry: gpd.GeoSeries | None
    source: dict[str, Any]
    left_out: tuple[tuple[int, str], ...] = ()
    dropped: tuple[str, ...] = ()
    gone: tuple[tuple[str, pd.DataFrame], ...] = ()

    @property
    def file(self) -> str:
        """Name of the file, for messages."""
        return str(self.source["name"])

    def keep(self, kept: npt.NDArray[np.bool_], cause: str) -> RawTable:
        """Return the table without some rows, which are listed with their cause."""
        if kept.all():
            return self
        geometry = None if self.geometry is None else self.geometry[kept].reset_index(drop=True)
        return replace(
            self,
            frame=self.frame[kept].reset_index(drop=True),
            rows=self.rows[kept],
            geometry=geometry,
            left_out=self.left_out + tuple((int(row), cause) for row in self.rows[~kept]),
            gone=(*self.gone, (cause, self.frame[~kept])),
        )

    def record(self, rows_out: int, *, as_of: str | None) -> dict[str, Any]:
        """Return what a door says about the file: source, rows left out, columns dropped."""
        return {
            "source": self.source | {"rows_out": rows_out, "as_of": as_of},
            "left_out": Notes(self.left_out),
            "dropped_columns": self.dropped,
        }


def read_table(
    path: str | Path,
    schema_name: str,
    *,
    faults: Faults,
    layer: str | None = None,
    encoding: str | None = None,
    crs: str | None = None,
    datum: str = "wgs84",
    columns: Mapping[str, str] | None = None,
    whole: bool = False,
    merged: bool = False,
    prepare: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
) -> RawTable:
    """Read a file and give its columns our names.

    Personal columns are dropped; lines of totals are left out of flat
    tables, exact repeats of rows that carry an id out of any table.

    Parameters
    ----------
    path : path
        csv, xlsx, gpkg, shp, geojson, kml or parquet.
    schema_name : str
        Which table it should become.
    faults : Faults
        Takes what is wrong with the headings.
    layer : str, optional
        Layer or sheet.
    encoding : str, optional
        Of csv and shp; found where not given.
    crs : str, optional
        Stands in for the file's own; a csv or xlsx of control points for a
        city's own grid.
    datum : {"wgs84", "gcj02", "bd09"}
        What the coordinates were made in.
    columns : mapping of str to str, optional
        Our column to the file's heading.
    whole : bool
        Keep lines of totals, and read what stands above the headings into
        ``source["title"]``; headings may take two lines.
    merged : bool
        See :func:`greenmap.read.workbook.read_sheet`.
    prepare : callable, optional
        What is done to the rows before personal columns are looked for.

    Returns
    -------
    RawTable

    Raises
    ------
    MissingFileError, UnreadableFileError, EncodingError, CrsError, TableError
    """
    check_datum(datum)
    schema, given = load_schema(schema_name), dict(columns or {})
    file = existing_file(path)
    ending = file.suffix.lower()
    if ending in DELIMITED or ending in WORKBOOKS:
        raw = _flat(file, layer, encoding, known_headings(schema, given), whole=whole,
                    merged=merged)
    elif ending in PARQUET:
        raw = _parquet(file)
    else:
        from greenmap.read.layers import read_layer

        frame, geometry, facts = read_layer(file, layer=layer, encoding=encoding)
        raw = RawTable(frame, np.arange(1, len(frame) + 1), geometry, facts)
    refuse_secret_columns(raw.frame, file=file.name)
    rows_in = len(raw.frame) + len(raw.left_out)
    facts = {"name": file.name, "rows_in": rows_in, "rows_out": 0}
    facts |= {"encoding": None, "layer": layer} | raw.source
    facts |= {"crs": crs, "datum": datum, "digest": digest(file), "as_of": None}
    raw = replace(raw, source=facts)
    if not len(raw.frame):
        raise TableError("read.no_rows", file=file.name, layer=facts["layer"] or "-")
    if raw.geometry is not None:
        raw = replace(raw, geometry=_declared_crs(raw.geometry, crs, file.name))
    if prepare is not None:
        raw = replace(raw, frame=prepare(raw.frame))
    return _named(raw, schema, given, faults)


def _named(raw: RawTable, schema: Schema, given: dict[str, str], faults: Faults) -> RawTable:
    """Drop what is personal, then totals and repeats, then give our names."""
    frame, dropped = drop_personal(raw.frame, file=raw.file)
    raw = replace(raw, frame=frame, dropped=dropped)
    for column, heading in list(given.items()):
        if heading in dropped:
            faults.add("read.column_personal", file=raw.file, column=column, heading=heading)
            del given[column]
    headings = [str(heading) for heading in raw.frame.columns]
    matched = match_columns(headings, schema, given, file=raw.file, faults=faults)
    ids = [h for h in headings if matched.get(h) == schema.index or normal(h) == "osm_id"]
    if ids and raw.frame[ids[0]].duplicated().any():
        raw = raw.keep(~_repeated(raw), "exact_repeat")
    if not len(raw.frame):
        raise TableError("read.no_rows", file=raw.file, layer=raw.source["layer"] or "-")
    gone = tuple((cause, rename(part, matched)) for cause, part in raw.gone)
    return replace(raw, frame=rename(raw.frame, matched), gone=gone)


def _repeated(raw: RawTable) -> npt.NDArray[np.bool_]:
    if raw.geometry is None:
        return raw.frame.duplicated().to_numpy()
    return raw.frame.astype(str).assign(_shape=raw.geometry.to_wkb()).duplicated().to_numpy()


def _declared_crs(geometry: gpd.GeoSeries, crs: str | None, file: str) -> gpd.GeoSeries:
    if crs is None or is_control_file(crs):
        return geometry
    from greenmap.model.crs import known_crs

    return geometry.set_crs(known_crs(crs, source=file), allow_override=True)


def _flat(
    file: Path, layer: str | None, encoding: str | None, known: frozenset[str], *, whole: bool,
    merged: bool,
) -> RawTable:
    if file.suffix.lower() in WORKBOOKS:
        from greenmap.read.workbook import read_sheet

        rows, sheet = read_sheet(file, sheet=layer, known=known, merged=merged)
        facts: dict[str, Any] = {"layer": sheet}
    else:
        rows, found = _delimited(file, encoding, known)
        facts = {"encoding": found}
    top, _ = heading_row(rows, known)
    refuse_secret_titles((cell for row in rows[:max(top, 0)] for cell in row), file=file.name,
                         where="title")
    refuse_secret_titles([facts.get("layer")], file=file.name, where="sheet")
    if top < 0:
        raise TableError("read.no_headings", file=file.name)
    if whole:
        facts["title"] = " ".join(cell for row in rows[:top] for cell in row if cell)
        rows, top = two_lines(rows, top)
    width = max((k + 1 for k, cell in enumerate(rows[top]) if cell), default=0)
    wide = [k + 1 for k, row in enumerate(rows) if k > top and any(row[width:])]
    if wide:
        raise TableError("read.too_wide", file=file.name, width=width, rows=first_few(wide))
    body = [(k + 1, row) for k, row in enumerate(rows) if k > top and any(row)]
    frame = pd.DataFrame(
        [r if len(r) == width else r[:width] + [None] * (width - len(r)) for _, r in body],
        columns=unique_headings(rows[top][:width] + [None] * (width - len(rows[top]))),
        dtype=object,
    )
    raw = RawTable(frame, np.array([k for k, _ in body], np.int64), None, facts)
    if whole:
        return raw
    total = [is_total(next(filter(None, row))) for _, row in body]
    return raw.keep(~np.array(total, bool), "total_row")


def is_total(cell: str) -> bool:
    """Whether a cell says "合　计", "Total:" and the like.

    Examples
    --------
    >>> is_total("合　计"), is_total("合江社区")
    (True, False)
    """
    return cell[0] in "合总小共tTsSgG" and "".join(cell.split()).lower().rstrip(":：") in _TOTALS


def _delimited(file: Path, encoding: str | None, known: frozenset[str]) -> tuple[list[Cells], str]:
    """Read comma, semicolon or tab separated text; the best headings decide which."""
    data = file.read_bytes()
    found = find_encoding(data, source=file.name, given=encoding)
    lines = list(StringIO(data.decode(found).lstrip("\ufeff"), newline=""))
    best, most = ",", (-1, -1)
    for mark in (",", ";", "\t"):
        head = _parse(lines[:40], mark, file.name)
        top, hits = heading_row(head, known)
        score = (hits, len(head[top]) if head else 0)
        if score > most:
            best, most = mark, score
    return _parse(lines, best, file.name), found


def _parse(lines: list[str], mark: str, file: str) -> list[Cells]:
    try:
        return [[c.strip() or None for c in row] for row in csv.reader(lines, delimiter=mark)]
    except csv.Error as error:
        raise UnreadableFileError("read.bad_csv", file=file, detail=str(error)) from error


def _parquet(file: Path) -> RawTable:
    try:
        import pyarrow
    except ImportError:
        raise UnreadableFileError("read.needs_parquet", file=file.name) from None
    try:
        try:
            table: Any = gpd.read_parquet(file)
        except ValueError:  # no geometry column: a flat table
            table = pd.read_parquet(file)
    except (pyarrow.ArrowException, CRSError, OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableFileError("read.unreadable", file=file.name, detail=str(error)) from error
    table = table.reset_index(drop=isinstance(table.index, pd.RangeIndex))
    rows = np.arange(1, len(table) + 1)
    if isinstance(table, gpd.GeoDataFrame):
        frame = pd.DataFrame(table.drop(columns=table.geometry.name))
        return RawTable(frame, rows, table.geometry, {})
    return RawTable(table, rows, None, {})
