"""What each table holds: ``schemas/*.toml`` read once, and a checker that tells all faults."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from greenmap.errors import Faults

_FOLDER = Path(__file__).parents[1] / "schemas"
_BRACKETS = re.compile(r"\([^()]*\)$")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        Name inside greenmap.
    type : {"text", "number"}
        What its cells are.
    unit : str
        Unit of a number, "" where there is none.
    required : bool
        Whether a checked table must have it.
    min : float, optional
        Smallest value allowed.
    values : dict of str to tuple of str
        Allowed words, each with other ways to write it; empty: any text.
    aliases : tuple of str
        Headings under which it is known, `name` first.
    """

    name: str
    type: str
    unit: str = ""
    required: bool = False
    min: float | None = None
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """One kind of table.

    Parameters
    ----------
    name : str
        ``communities``, ``homes``, ``amenities`` or ``coordinates``.
    index : str
        Name of the index.
    index_aliases : tuple of str
        Headings under which the ids are known.
    geometry : tuple of str
        Geometry types allowed.
    columns : tuple of Column
        In the order they are shown.
    """

    name: str
    index: str
    index_aliases: tuple[str, ...]
    geometry: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Return one column by name."""
        return next(column for column in self.columns if column.name == name)


@cache
def load_schema(name: str) -> Schema:
    """Return the schema of a table.

    Parameters
    ----------
    name : {"communities", "homes", "amenities", "coordinates"}
        Which table.

    Returns
    -------
    Schema

    Examples
    --------
    >>> load_schema("homes").index, load_schema("homes").column("people").unit
    ('home_id', 'person')
    """
    raw: dict[str, Any] = tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
    columns = tuple(
        Column(
            key,
            row["type"],
            row.get("unit", ""),
            row.get("required", False),
            row.get("min"),
            {word: tuple(others) for word, others in row.get("values", {}).items()},
            (key, *row["aliases"]),
        )
        for key, row in raw["column"].items()
    )
    return Schema(name, raw["index"], tuple(raw["aliases"]), tuple(raw["geometry"]), columns)


def normal(heading: str, *, brackets: bool = True) -> str:
    """Return a heading in the form in which headings are compared.

    Parameters
    ----------
    heading : str
        As it stands in the file.
    brackets : bool
        Keep what stands in brackets at the end.

    Returns
    -------
    str

    Examples
    --------
    >>> normal(" 经度（GCJ-02） ", brackets=False), normal("Home ID")
    ('经度', 'home_id')
    """
    text = unicodedata.normalize("NFKC", heading).strip().lower()
    if not brackets:
        text = _BRACKETS.sub("", text).strip() or text
    return re.sub(r"[\s_\-—–]+", "_", text)


@cache
def aliases(name: str) -> dict[str, str]:
    """Return the headings a table's columns are known under.

    Parameters
    ----------
    name : str
        As for :func:`load_schema`.

    Returns
    -------
    dict
        Heading, as :func:`normal` writes it, to column name; the index too.

    Examples
    --------
    >>> aliases("homes")["常住人口"], aliases("homes")["60岁以上"]
    ('people', 'elderly_60')
    """
    schema = load_schema(name)
    known: dict[str, str] = {}
    for column in schema.columns:
        for alias in column.aliases:
            known.setdefault(normal(alias), column.name)
    for alias in schema.index_aliases:
        known.setdefault(normal(alias), schema.index)
    return known


def first_few(ids: Sequence[Any], limit: int = 5) -> str:
    """Return the first ids of a list as text, with the count if there are more.

    Examples
    --------
    >>> first_few(["a", "b", "c"], 2)
    'a, b … (3)'
    """
    shown = ", ".join(str(value) for value in ids[:limit])
    return shown if len(ids) <= limit else f"{shown} … ({len(ids)})"


def check_table(table: gpd.GeoDataFrame, name: str, *, source: str, faults: Faults) -> None:
    """Hold a table against its schema and note every fault.

    Parameters
    ----------
    table : GeoDataFrame
        Table to check; it isn't changed.
    name : {"communities", "homes", "amenities"}
        Which schema.
    source : str
        File or variable name for the messages.
    faults : Faults
        Where faults are noted.

    Examples
    --------
    >>> import geopandas as gpd
    >>> faults = Faults()
    >>> check_table(gpd.GeoDataFrame(geometry=[], crs=4326), "homes", source="x", faults=faults)
    >>> [fault.key for fault in faults][0]
    'model.table_empty'
    """
    schema = load_schema(name)
    if not isinstance(table, gpd.GeoDataFrame):
        faults.add("model.not_a_table", source=source, found=type(table).__name__)
        return
    if table.empty:
        faults.add("model.table_empty", source=source)
        return
    _check_index(table, schema, source, faults)
    _check_geometry(table, schema, source, faults)
    missing = [c.name for c in schema.columns if c.required and c.name not in table.columns]
    if missing:
        have = ", ".join(str(column) for column in table.columns)
        faults.add("model.columns_missing", source=source, columns=", ".join(missing), have=have)
    for column in schema.columns:
        if column.name in table.columns:
            _check_column(table[column.name], column, source, faults)


def _check_index(table: gpd.GeoDataFrame, schema: Schema, source: str, faults: Faults) -> None:
    ids = table.index
    if ids.name != schema.index:
        faults.add("model.index_name", source=source, expected=schema.index, found=ids.name)
    wrong = [value for value in ids if not isinstance(value, str) or not value]
    if wrong:
        faults.add("model.index_text", source=source, ids=first_few(wrong))
    twice = list(ids[ids.duplicated()].unique())
    if twice:
        faults.add("model.index_twice", source=source, ids=first_few(twice))


def _check_geometry(table: gpd.GeoDataFrame, schema: Schema, source: str, faults: Faults) -> None:
    if table.crs is None:
        faults.add("model.crs_missing", source=source, numbers="", offered="-")
    shapes = table.geometry
    void = shapes.isna() | shapes.is_empty
    other = ~void & ~shapes.geom_type.isin(schema.geometry)
    if void.any():
        faults.add("model.geometry_empty", source=source, ids=first_few(list(table.index[void])))
    if other.any():
        faults.add(
            "model.geometry_type",
            source=source,
            expected="/".join(schema.geometry),
            found="/".join(sorted(set(shapes.geom_type[other]))),
            ids=first_few(list(table.index[other])),
        )


def _check_column(values: pd.Series[Any], column: Column, source: str, faults: Faults) -> None:
    present = values.dropna()
    if column.type == "text":
        if column.values:
            wrong = present[~present.isin(list(column.values))]
            if len(wrong):
                faults.add(
                    "model.value_unknown",
                    source=source,
                    column=column.name,
                    found=first_few(sorted(set(map(str, wrong)))),
                    known=", ".join(column.values),
                    ids=first_few(list(wrong.index)),
                )
        return
    numbers = pd.to_numeric(present, errors="coerce")
    bad = numbers[~(numbers.abs() < float("inf"))]
    if len(bad):
        faults.add(
            "model.not_a_number", source=source, column=column.name, ids=first_few(list(bad.index))
        )
    if column.min is not None and (low := numbers[numbers < column.min]).size:
        faults.add(
            "model.too_small",
            source=source,
            column=column.name,
            min=column.min,
            ids=first_few(list(low.index)),
        )
