"""Duplicates: one place that several sources list, told by distance and name, counted once.

Sources have an order; a place of a later one that an earlier one lists too is merged into it.
Its row stays in the table with status ``merged``, so nothing vanishes and nothing counts twice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from greenmap.model.category import load_categories

MERGED = "merged"
"""Status of a row whose place another source lists as well."""

ALIKE, SIMILAR = 90.0, 75.0
"""Similarity of names, 0 to 100: of one name with and without a town before it, and of one kind."""

ALIKE_M, AREA_M, SIMILAR_M, UNNAMED_M, REPEAT_M = 150.0, 300.0, 50.0, 15.0, 5.0
"""Metres two places may be apart: alike names; alike names of areas (parks); similar names; one
without a name, for a person to look at; the same name in one table. All are greenmap's proposals:
map services put a place at its gate, its middle or its house number."""

FILLED = ("name", "capacity", "area_m2", "floor_m2")
"""What a merged row may lend to the one that is kept, where that is blank."""

_ORDINALS = str.maketrans("一二三四五六七八九", "123456789")
_NUMBERS = re.compile(r"[0-9a-z]+|[十百]")
_SIDES = re.compile("[东西南北上下左右新老]")
_REMARK = re.compile(r"[(\[【][^)\]】]*(?:营业|搬迁|关闭|停业|停办)[^)\]】]*[)\]】]")
_LEGAL = re.compile(r"(股份)?有限(责任)?公司|集团")


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two places taken for one, or close to it.

    Parameters
    ----------
    kept, other : str
        Places (``place_id``); the second is the one merged, or to be looked at.
    category : str
        What both are.
    kept_name, other_name, kept_source, other_source : str
    metres : float
        Between the nearest entrances of both.
    similarity : float or None
        Of the names, 0 to 100; None where one has none.
    decision : {"merged", "repeat", "review"}
        Of two sources; within one; not merged, for a person to look at.
    filled : tuple of str
        Columns the kept place took from the other.
    """

    kept: str
    other: str
    category: str
    kept_name: str
    other_name: str
    kept_source: str
    other_source: str
    metres: float
    similarity: float | None
    decision: str
    filled: tuple[str, ...] = ()


def merge_duplicates(table: gpd.GeoDataFrame, order: Sequence[int]
                     ) -> tuple[gpd.GeoDataFrame, tuple[Duplicate, ...]]:
    """Merge places that several sources list.

    Two places are one if they share a category, come from two sources, and
    their names are :data:`ALIKE` within :data:`ALIKE_M` (areas:
    :data:`AREA_M`) or :data:`SIMILAR` within :data:`SIMILAR_M`; the best
    pairs first, each place once per source. In one source only the same name
    within :data:`REPEAT_M`. Names that differ in a number or a side of the
    town (第一小学, 第二小学; 东街, 西街) are never one.

    Parameters
    ----------
    table : (n,) GeoDataFrame
        Amenities, WGS 84; ``place_id``, ``category``, optional ``name``,
        ``status``, ``source``.
    order : (n,) sequence of int
        Rank of each row's source, 1 first; equal only within one source.

    Returns
    -------
    table : GeoDataFrame
        A new one, same rows; ``status`` is ``merged`` and ``merged_into`` the
        place kept, where merged. No new column if nothing was.
    found : tuple of Duplicate
        Sorted by place.
    """
    rows = _rows(table, order)
    into: dict[tuple[str, str], str] = {}
    found: list[Duplicate] = []
    taken: set[tuple[str, str, int]] = set()
    for *_, decision, one, other in sorted(_pairs(rows), key=lambda pair: pair[:-2]):
        kind, place, again = rows["category"][one], rows["place"][one], rows["place"][other]
        slot = (place, kind, int(rows["order"][other]))
        if (again, kind) in into or (place, kind) in into or (
                slot in taken and decision == "merged"):
            continue
        found.append(_duplicate(rows, one, other, decision))
        if decision != "review":
            into[again, kind] = place
            taken.add(slot)
    if not into:
        return table, tuple(_sorted(found))
    return _marked(table, into, found)


def similarity(one: Any, other: Any) -> float:
    """Say how alike two names are, 0 to 100; missing where one is blank.

    Examples
    --------
    >>> similarity("攀枝花市第三中学", "第三中学"), similarity("第一小学", "第二小学")
    (95.0, 0.0)
    """
    from rapidfuzz.fuzz import ratio

    a, b = sorted((_plain(one), _plain(other)), key=lambda name: (len(name), name))
    if not a:
        return float("nan")
    if a == b:
        return 100.0
    for marks in (_NUMBERS, _SIDES):
        if sorted(marks.findall(a)) != sorted(marks.findall(b)):
            return 0.0
    if len(a) >= 3 and b.endswith(a):  # the town's name before it
        return 95.0
    return float(ratio(a, b))


def _plain(name: Any) -> str:
    if not isinstance(name, str):
        return ""
    text = unicodedata.normalize("NFKC", name).lower().translate(_ORDINALS)
    text = _LEGAL.sub("", _REMARK.sub("", text))
    return "".join(c for c in text if unicodedata.category(c)[0] in "LN")


def _rows(table: gpd.GeoDataFrame, order: Sequence[int]) -> dict[str, npt.NDArray[Any]]:
    """The table's columns as arrays; x and y in metres round the middle."""
    points = shapely.centroid(table.geometry.to_numpy())
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    middle = np.nanmedian(lat) if np.isfinite(lat).any() else 0.0

    def column(name: str) -> npt.NDArray[np.object_]:
        blank = pd.Series(None, index=table.index, dtype=object)
        values: npt.NDArray[np.object_] = table.get(name, blank).to_numpy(object)
        return values

    return {"place": np.array([str(key) for key in table["place_id"].tolist()], object),
            "category": column("category"), "name": column("name"), "source": column("source"),
            "order": np.asarray(order, np.int64),
            # 111,195 m a degree of a sphere of 6,371 km: the error is under 0.7 %, 2 m of 300
            "x": lon * np.cos(np.radians(middle)) * 111_195, "y": lat * 111_195}


def _pairs(rows: dict[str, npt.NDArray[Any]]) -> Iterator[tuple[Any, ...]]:
    """Pairs of rows that may be one place: a key to sort by, decision and positions at its end."""
    place, order = rows["place"], rows["order"]
    for one, other, metres in zip(*_near(rows), strict=True):
        alike = similarity(rows["name"][one], rows["name"][other])
        decision = _decide(rows, one, other, metres, alike)
        if decision:
            # what is to be merged first; into the highest rank; the likest, then the nearest
            yield (decision == "review", order[one], -np.nan_to_num(alike), round(metres, 2),
                   place[one], place[other], decision, one, other)


def _near(rows: dict[str, npt.NDArray[Any]]) -> tuple[Any, Any, Any]:
    """Rows of one category and two places, near enough to be asked; the higher rank first."""
    x, y, place, order = rows["x"], rows["y"], rows["place"], rows["order"]
    at = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & ~pd.isna(rows["category"]))
    points = shapely.points(x[at], y[at])
    reach = np.where(_is_area(rows["category"][at]), AREA_M, ALIKE_M)
    if len(np.unique(order)) < 2:
        reach = np.full(len(at), REPEAT_M)
    found = shapely.STRtree(points).query(points, predicate="dwithin", distance=reach)
    one, other = at[found[0]], at[found[1]]
    kind, spot = pd.factorize(rows["category"])[0], pd.factorize(place, sort=True)[0]
    first = (order[one] < order[other]) | ((order[one] == order[other]) & (spot[one] < spot[other]))
    asked = (kind[one] == kind[other]) & (spot[one] != spot[other]) & first
    one, other = one[asked], other[asked]
    return one.tolist(), other.tolist(), np.hypot(x[one] - x[other], y[one] - y[other]).tolist()


def _is_area(categories: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    areas = [key for key, category in load_categories().items() if category.kind == "area"]
    return np.isin(categories.astype(str), areas)


def _decide(rows: dict[str, npt.NDArray[Any]], one: int, other: int, metres: float, alike: float
            ) -> str:
    if rows["order"][one] == rows["order"][other]:
        return "repeat" if alike == 100 and metres <= REPEAT_M else ""
    wide = bool(_is_area(rows["category"][[one]])[0])
    if alike >= ALIKE and metres <= (AREA_M if wide else ALIKE_M):
        return "merged"
    if alike >= SIMILAR and metres <= SIMILAR_M:
        return "merged"
    unsure = alike >= SIMILAR and metres <= ALIKE_M
    return "review" if unsure or (np.isnan(alike) and metres <= UNNAMED_M) else ""


def _duplicate(rows: dict[str, npt.NDArray[Any]], one: int, other: int, decision: str
               ) -> Duplicate:
    metres = np.hypot(rows["x"][one] - rows["x"][other], rows["y"][one] - rows["y"][other])
    alike = similarity(rows["name"][one], rows["name"][other])

    def text(name: str, row: int) -> str:
        value = rows[name][row]
        return "" if pd.isna(value) else str(value)

    return Duplicate(
        kept=rows["place"][one], other=rows["place"][other], category=rows["category"][one],
        kept_name=text("name", one), other_name=text("name", other),
        kept_source=text("source", one), other_source=text("source", other),
        metres=round(float(metres), 1),
        similarity=None if np.isnan(alike) else round(alike, 1), decision=decision)


def _marked(table: gpd.GeoDataFrame, into: dict[tuple[str, str], str], found: list[Duplicate]
            ) -> tuple[gpd.GeoDataFrame, tuple[Duplicate, ...]]:
    """Set merged rows aside and lend what the kept ones lack."""
    pairs = list(zip(table["place_id"].astype(str).tolist(), table["category"].tolist(),
                     strict=True))
    goal = pd.Series([into.get(pair) for pair in pairs], index=table.index, dtype=object)
    gone = goal.notna()
    status = table["status"] if "status" in table else pd.Series("open", index=table.index)
    new = table.assign(status=status.where(~gone, MERGED), merged_into=goal.where(gone, None))
    lent: dict[tuple[str, str], dict[str, None]] = {}
    by_id = table.assign(_to=goal, _kind=table["category"]).sort_index()
    for name in (name for name in FILLED if name in table):
        gifts = by_id[by_id["_to"].notna() & by_id[name].notna()]
        first = gifts.groupby(["_to", "_kind"])[name].first().to_dict()
        values = new[name].tolist()
        for row in np.flatnonzero(new[name].isna() & ~gone):
            if (pair := pairs[row]) in first:
                values[row] = first[pair]
                lent.setdefault(pair, {})[name] = None
        new[name] = values
    told = [d if d.decision == "review" else
            replace(d, filled=tuple(lent.get((d.kept, d.category), ()))) for d in found]
    return new, tuple(_sorted(told))


def _sorted(found: list[Duplicate]) -> list[Duplicate]:
    return sorted(found, key=lambda d: (d.decision, d.kept, d.other))
