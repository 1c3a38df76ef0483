"""Dwellings: places where people live, and how many each may hold, with the rule that says so."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from greenmap.errors import Faults
from greenmap.model.crs import study_crs

Floats = npt.NDArray[np.float64]

LATTICE_M = 40.0
"""How far apart people stand inside a compound whose buildings aren't known."""

RULES = ("counted", "households", "floor_area", "floor_area_median", "compound_area", "streets")
"""What says how many live in a place, the surest first."""

BELONGING = ("community_id", "community")
"""Columns by which a row names its community."""

_DWELLING = ("住", "宅", "宿舍", "公寓", "民居", "residential", "apartment", "dormitory", "house")


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures between floor area or households and people; they cancel out where one rule serves.

    Parameters
    ----------
    household_size : float
        Persons per household. 2.62: census of 2020, whole country.
    area_per_person_m2 : float
        Floor area per person. 36.52: census of 2020, cities (城市家庭户人均住房建筑面积).
    housing_share : float
        Part of the floor area that is housing, 0…1.
    vacancy : float
        Part of the dwellings nobody lives in, 0…1.
    """

    household_size: float = 2.62
    area_per_person_m2: float = 36.52
    housing_share: float = 1.0
    vacancy: float = 0.0

    def __post_init__(self) -> None:
        faults = Faults()
        for one in fields(self):
            value = getattr(self, one.name)
            share = one.name in ("housing_share", "vacancy")
            good = 0 <= value < 1 if one.name == "vacancy" else 0 < value <= (1 if share else 1e6)
            if not good:
                faults.add("people.bad_figure", name=one.name, found=value,
                           expected="0 ≤ x < 1" if one.name == "vacancy" else
                           "0 < x ≤ 1" if share else "> 0")
        faults.raise_if_any()


def hold(table: pd.DataFrame, figures: Figures) -> tuple[Floats, npt.NDArray[np.object_]]:
    """Say how many each row may hold, by the surest of its columns.

    Parameters
    ----------
    table : DataFrame, n rows
        Optional ``people``, ``households``, ``floor_area_m2``, ``floors`` (storeys of equal
        houses), ``levels_source``.
    figures : Figures

    Returns
    -------
    capacity : array (n,)
        Persons, NaN where nothing says.
    rule : array (n,) of str or None
        Of :data:`RULES`.

    Examples
    --------
    >>> hold(pd.DataFrame({"households": [10.0], "floor_area_m2": [900.0]}), Figures())[1].tolist()
    ['households']
    """
    capacity = np.full(len(table), np.nan)
    rule = np.full(len(table), None, dtype=object)
    lived_in = 1 - figures.vacancy
    per_m2 = figures.housing_share * lived_in / figures.area_per_person_m2
    for column, name, factor in (
        ("people", "counted", 1.0), ("households", "households", figures.household_size * lived_in),
        ("floor_area_m2", "floor_area", per_m2),
    ):  # fmt: skip
        if column in table.columns:
            value = pd.to_numeric(table[column]).to_numpy(float, na_value=np.nan)
            new = np.isnan(capacity) & ~np.isnan(value)
            capacity[new], rule[new] = factor * value[new], name
    if "levels_source" in table.columns:
        guessed = (rule == "floor_area") & (table["levels_source"] == "median").to_numpy()
        rule[guessed] = "floor_area_median"
    return capacity, rule


def lived_in(homes: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Say which buildings are dwellings by their use; a blank use counts as one.

    Examples
    --------
    >>> lived_in(pd.DataFrame({"use": ["住宅", "商住", "学校", None]})).tolist()
    [True, True, False, True]
    """
    if "use" not in homes.columns:
        return np.ones(len(homes), bool)
    return np.array([not isinstance(use, str) or any(word in use.lower() for word in _DWELLING)
                     for use in homes["use"]], bool)


def places_of(
    homes: gpd.GeoDataFrame | None, compounds: gpd.GeoDataFrame | None, figures: Figures
) -> gpd.GeoDataFrame:  # fmt: skip
    """Put buildings and compounds together as places with what each may hold.

    A compound's households or people are dealt to the buildings inside it by
    floor area; a compound without buildings becomes points 40 m apart.

    Parameters
    ----------
    homes : GeoDataFrame, optional
        Points, from :func:`greenmap.read.homes.read_homes`.
    compounds : GeoDataFrame, optional
        Polygons, from :func:`greenmap.read.barriers.read_compounds`.
    figures : Figures

    Returns
    -------
    GeoDataFrame
        Points in EPSG:4326, index ``home_id``; the homes' columns, and
        ``capacity``, ``people_rule``, ``whole`` (a count of that very place),
        ``compound_id``; ``community_id`` and ``community`` as the rows name them, a
        building's own before its compound's.
    """
    parts = []
    outlines = None if compounds is None else compounds.to_crs("EPSG:4326")
    inside = np.array([], np.int64)
    if homes is not None and len(homes):
        part = homes.to_crs("EPSG:4326")
        part = part[lived_in(part)]
        capacity, rule = hold(part, figures)
        part = part.assign(capacity=capacity, people_rule=rule,
                           whole=(rule == "counted") & ~_estimated(part))
        if outlines is not None:
            inside = _compound_of(part, outlines)
            part = _dealt(part, outlines, inside, figures)
        parts.append(part)
    if outlines is not None:
        bare = np.setdiff1d(np.arange(len(outlines)), inside)
        parts.append(_lattice(outlines.iloc[bare], _compound_capacity(outlines, figures, bare)))
    kept = [part for part in parts if len(part)]
    if not kept:
        return gpd.GeoDataFrame({"capacity": [], "people_rule": [], "whole": []},
                                geometry=[], crs="EPSG:4326")
    for part in kept:
        part.attrs = {}
    both = pd.concat([part.dropna(axis=1, how="all") for part in kept])
    missing = {c: None for c in ("compound_id", "compound") if c not in both.columns}
    both = both.assign(**missing)
    both.index = pd.Index(_apart(both.index), name="home_id")
    return gpd.GeoDataFrame(both, crs="EPSG:4326")


def _apart(ids: pd.Index[Any]) -> list[str]:
    """A compound may bear the id of a building: the later one gets a mark."""
    seen: set[str] = set()
    made = []
    for key in map(str, ids):
        while key in seen:
            key += "'"
        seen.add(key)
        made.append(key)
    return made


def _estimated(homes: pd.DataFrame) -> npt.NDArray[np.bool_]:
    if "people_source" not in homes.columns:
        return np.zeros(len(homes), bool)
    return np.array([source == "estimated" for source in homes["people_source"]], bool)


def _compound_of(homes: gpd.GeoDataFrame, outlines: gpd.GeoDataFrame) -> npt.NDArray[np.int64]:
    """Position of the compound each home lies in, or names; -1 for none."""
    point, area = shapely.STRtree(outlines.geometry.to_numpy()).query(
        homes.geometry.to_numpy(), predicate="intersects")
    found = np.full(len(homes), len(outlines))
    np.minimum.at(found, point, area)
    found[found == len(outlines)] = -1
    if "compound" in homes.columns and "name" in outlines.columns:
        once = outlines["name"].dropna().drop_duplicates(keep=False)
        where = {name: outlines.index.get_loc(key) for key, name in once.items()}
        named = homes["compound"].map(where).to_numpy(float, na_value=np.nan)
        found = np.where((found < 0) & ~np.isnan(named), np.nan_to_num(named), found)
    return found.astype(np.int64)


def _dealt(homes: gpd.GeoDataFrame, outlines: gpd.GeoDataFrame, inside: npt.NDArray[np.int64],
           figures: Figures) -> gpd.GeoDataFrame:
    """Deal a compound's own people or households to its buildings."""
    capacity, rule = hold(outlines[[c for c in ("people", "households") if c in outlines]], figures)
    mine = homes["capacity"].to_numpy(float).copy()
    rules, whole = homes["people_rule"].to_numpy(object).copy(), homes["whole"].to_numpy(bool)
    for k in np.unique(inside[inside >= 0]):
        here = inside == k
        if rule[k] is None or rules[here].tolist() == ["counted"] * int(here.sum()):
            continue
        weight = np.nan_to_num(mine[here])
        weight = weight if weight.sum() > 0 else np.ones(len(weight))
        mine[here], rules[here] = capacity[k] * weight / weight.sum(), rule[k]
        whole = whole & ~here
    ids = pd.Series([*map(str, outlines.index), None], dtype=object).to_numpy()[inside]
    made = homes.assign(capacity=mine, people_rule=rules, whole=whole, compound_id=ids)
    for column in ("compound", *BELONGING):
        theirs = outlines.get("name" if column == "compound" else column)
        if theirs is not None:
            lent = pd.Series([*theirs, None], dtype=object).to_numpy()[inside]
            own = homes.get(column, pd.Series([None] * len(homes), dtype=object)).to_numpy(object)
            made[column] = np.where(pd.isna(own), lent, own)
    return made


def _compound_capacity(outlines: gpd.GeoDataFrame, figures: Figures, which: npt.NDArray[np.int64]
                       ) -> tuple[Floats, npt.NDArray[np.object_]]:
    """What compounds hold; where nothing says, by ground area as the known ones do on average."""
    from greenmap.read.polygons import geodesic_areas

    capacity, rule = hold(outlines, figures)
    ground = geodesic_areas(outlines.geometry.to_numpy())
    known = ~np.isnan(capacity)
    # nothing known at all: as much floor as ground
    density = (capacity[known].sum() / ground[known].sum() if known.any()
               else 1 / figures.area_per_person_m2)
    capacity[~known], rule[~known] = density * ground[~known], "compound_area"
    return capacity[which], rule[which]


def _lattice(outlines: gpd.GeoDataFrame, held: tuple[Floats, npt.NDArray[np.object_]]
             ) -> gpd.GeoDataFrame:
    """Points inside compounds, of equal weight in each."""
    if not len(outlines):
        return gpd.GeoDataFrame(geometry=[], crs="EPSG:4326")
    west, south, east, north = outlines.total_bounds
    crs = study_crs([west, east], [south, north])
    names = outlines.get("name", pd.Series([None] * len(outlines), index=outlines.index))
    rows: dict[str, dict[str, Any]] = {}
    points: list[Any] = []
    for k, (key, shape) in enumerate(outlines.geometry.to_crs(crs).items()):
        inside = lattice_points(shape)
        for n, point in enumerate(inside, start=1):
            own = str(key) if len(inside) == 1 else f"{key}-{n}"
            rows[own] = {"compound_id": str(key), "compound": names.iloc[k],
                         "capacity": held[0][k] / len(inside), "people_rule": held[1][k],
                         "whole": len(inside) == 1 and held[1][k] == "counted",
                         **{c: outlines[c].iloc[k] for c in BELONGING if c in outlines.columns}}
            points.append(point)
    table = pd.DataFrame.from_dict(rows, orient="index")
    made = gpd.GeoDataFrame(table, geometry=points, crs=crs)
    return made.to_crs("EPSG:4326")


def lattice_points(shape: Any) -> list[Any]:
    """Return points inside an area, 40 m apart, on a grid of its own CRS.

    Parameters
    ----------
    shape : Polygon
        Metres.

    Returns
    -------
    list of Point
        At least one; west to east, south to north.

    Examples
    --------
    >>> [point.wkt for point in lattice_points(shapely.box(0, 0, 50, 30))]
    ['POINT (20 20)']
    """
    west, south, east, north = shape.bounds
    half = LATTICE_M / 2
    x = np.arange(np.floor(west / LATTICE_M) * LATTICE_M + half, east, LATTICE_M)
    y = np.arange(np.floor(south / LATTICE_M) * LATTICE_M + half, north, LATTICE_M)
    grid = shapely.points(np.tile(x, len(y)), np.repeat(y, len(x)))
    found = list(grid[shapely.intersects(shape, grid)]) if len(grid) else []
    return found or [shapely.point_on_surface(shape)]
