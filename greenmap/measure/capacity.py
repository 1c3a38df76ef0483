"""Capacity: places, beds and desks shared among all who can walk there.

E2SFCA, the enhanced two-step floating catchment area (Luo and Qi 2009, doi
10.1016/j.healthplace.2009.06.002): each place's capacity is divided by the people who can reach it,
the nearer counting more; each home adds up what it can reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.errors import StudyError
from greenmap.measure.people import count_people
from greenmap.measure.reach import Attachments, attach_all
from greenmap.measure.walks_within import walk_pairs
from greenmap.model.study import Assessment, Study

if TYPE_CHECKING:
    from greenmap.model.profile import Profile

WEIGHTS = (1.0, 0.68, 0.22)
"""Weights of three bands, near to far: Luo and Qi's first set, a choice and no law."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Crowding:
    """How capacity and people meet.

    Parameters
    ----------
    places : DataFrame
        Index ``place_id``: ``name``, ``capacity``, ``people`` (weighted, who can
        walk there), ``per_place`` (people per unit of capacity; ``inf`` where
        there is none).
    homes : DataFrame
        Index ``home_id``: ``people``, ``access`` (capacity per person;
        0 where nothing is reached, missing where the home is off the streets).
    left_out : tuple of str
        Places whose capacity isn't known; they serve nobody here.
    """

    places: pd.DataFrame
    homes: pd.DataFrame
    left_out: tuple[str, ...]


def e2sfca(home: npt.ArrayLike, place: npt.ArrayLike, walk: npt.ArrayLike, *,
           demand: npt.ArrayLike, supply: npt.ArrayLike, bands: tuple[float, ...],
           weights: tuple[float, ...] = WEIGHTS) -> tuple[Floats, Floats]:
    """Share capacity among those who can walk there.

    Parameters
    ----------
    home, place : (k,) array of int
        Pairs.
    walk : (k,) array of float
        The walk of each pair.
    demand : (h,) array of float
        People per home.
    supply : (p,) array of float
        Capacity per place.
    bands : tuple of float
        Limits, rising, in the walks' unit; each limit counts as inside.
    weights : tuple of float
        One per band.

    Returns
    -------
    access : (h,) array of float
        Capacity per person.
    people : (p,) array of float
        Weighted people of each place.

    Examples
    --------
    Ten people 3 minutes and ten people 8 minutes away share ten beds.

    >>> access, people = e2sfca([0, 1], [0, 0], [3, 8], demand=[10, 10], supply=[10],
    ...                         bands=(5, 10), weights=(1.0, 0.5))
    >>> people.tolist(), (access * 15).round(9).tolist()
    ([15.0], [10.0, 5.0])
    """
    home, place = np.asarray(home, np.int64), np.asarray(place, np.int64)
    demand, supply = np.asarray(demand, float), np.asarray(supply, float)
    near = np.searchsorted(np.asarray(bands, float), np.asarray(walk, float), side="left")
    weight = np.append(np.asarray(weights, float), 0.0)[near]
    people = np.bincount(place, weights=weight * demand[home], minlength=supply.size)
    ratio = np.divide(supply, people, out=np.zeros(supply.size), where=people > 0)
    access = np.bincount(home, weights=weight * ratio[place], minlength=demand.size)
    return access.astype(np.float64), people.astype(np.float64)


def crowding(study: Study, category: str, *, group: str = "all", profile: str = "adult",
             bands: tuple[float, ...] = (5.0, 10.0, 15.0), weights: tuple[float, ...] = WEIGHTS,
             attachments: Attachments | None = None) -> Crowding:
    """Measure how crowded the places of a category are, where their capacity is known.

    Parameters
    ----------
    study : Study
        Its amenities carry ``capacity``.
    category : str
        One of the amenities' categories.
    group : str
        Whom the places are for, see :data:`greenmap.model.clause.PEOPLE`.
    profile : str
        Who walks; one in minutes.
    bands, weights : tuple of float
        Minutes, and how much people within each count.
    attachments : Attachments, optional
        From :func:`greenmap.attach_all`.

    Returns
    -------
    Crowding

    Raises
    ------
    StudyError
        No open place of the category has a known capacity; bands and weights
        that don't fit each other.
    """
    if len(bands) != len(weights) or list(bands) != sorted(bands):
        raise StudyError("measure.bands_weights", bands=str(bands), weights=str(weights))
    table = study.amenities
    serves = (table["category"] == category).to_numpy(bool)
    if "status" in table:
        serves = serves & (table["status"] == "open").to_numpy(bool, na_value=False)
    known = _capacity(table, serves)
    if not known.notna().any():
        raise StudyError("measure.no_capacity", category=category)
    rows = serves & table["place_id"].astype(str).isin(known.index[known.notna()]).to_numpy()
    put = attachments or attach_all(study.network, study.homes, table)
    home, place, walk, ids = walk_pairs(
        study.network, table, rows, put, profile=study.profiles.get(profile) or _load(profile),
        limit=max(bands))
    people, _ = count_people(study.homes, study.communities, group)
    supply = known.reindex(ids).to_numpy(float)
    access, near = e2sfca(home, place, walk, demand=people, supply=supply, bands=bands,
                          weights=weights)
    access[~put.homes.attached] = np.nan
    full = np.divide(near, supply, out=np.full(len(ids), np.inf), where=supply > 0)
    names = table["name"].groupby(table["place_id"].astype(str)).first() if "name" in table \
        else pd.Series(dtype=object)
    return Crowding(
        pd.DataFrame({"name": names.reindex(ids).to_numpy(object), "capacity": supply,
                      "people": near, "per_place": full}, index=pd.Index(ids, name="place_id")),
        pd.DataFrame({"people": people, "access": access}, index=study.homes.index),
        tuple(sorted(known.index[known.isna()])))


def crowd_places(study: Study, attachments: Attachments | None = None) -> pd.DataFrame | None:
    """Measure crowding of every category the standard asks for whose capacities are known.

    Parameters
    ----------
    study : Study
    attachments : Attachments, optional

    Returns
    -------
    DataFrame or None
        Index (``category``, ``place_id``): ``group`` (whom the clause counts),
        ``name``, ``capacity``, ``people``, ``per_place``; None where no capacity
        is known.
    """
    table, parts = study.amenities, {}
    if "capacity" not in table or table["capacity"].isna().all():
        return None
    asked = {k: c.people for c in reversed(study.standard.clauses) for k in c.categories}
    for category in sorted(asked):
        rows = (table["category"] == category).to_numpy(bool)
        if "status" in table:
            rows = rows & (table["status"] == "open").to_numpy(bool, na_value=False)
        if not _capacity(table, rows).notna().any():
            continue
        found = crowding(study, category, group=asked[category], attachments=attachments).places
        found.insert(0, "group", asked[category])
        parts[category] = found
    return pd.concat(parts, names=["category"]) if parts else None


def school_places(result: Assessment, clause_id: str, *, catchments: pd.DataFrame | None = None
                  ) -> pd.DataFrame:
    """Hold school places against the children who belong to each school.

    Parameters
    ----------
    result : Assessment
    clause_id : str
        A walking clause for schools, such as ``primary-500m``; it counts the
        children.
    catchments : DataFrame, optional
        学区: a GeoDataFrame of polygons with ``place_id``, or a table of
        ``compound`` (or ``community_id``) and ``place_id``. Without it each
        home belongs to the nearest school on foot (``assign = nearest``).

    Returns
    -------
    DataFrame
        Index ``place_id``, and "" for children of no school: ``name``,
        ``children``, ``capacity``, ``missing`` (children beyond the places;
        missing where the capacity isn't known), ``assign``.
    """
    study, k = result.study, result.answers.clause_id.index(clause_id)
    clause = study.standard.clause(clause_id)
    weight = result.answers.weight[:, k]
    if catchments is None:
        table_ = result.reaches[clause.profile]
        nearest = table_.place[:, table_.column(clause.target)]
        owner = np.append(table_.place_id, np.array([None], dtype=object))[nearest]
    else:
        owner = _catchment(study.homes, catchments)
    order = np.argsort(result.answers.home_id.astype(str), kind="stable")
    school = pd.Series(owner, dtype=object).fillna("").astype(str).to_numpy()[order]
    children = pd.Series(weight[order]).groupby(school, sort=True).sum()
    serves = study.amenities["category"].isin(clause.categories).to_numpy(bool)
    capacity = _capacity(study.amenities, serves)
    ids = sorted({*children.index, *capacity.index})
    table = pd.DataFrame({"children": children.reindex(ids).fillna(0.0),
                          "capacity": capacity.reindex(ids)}, index=pd.Index(ids, name="place_id"))
    short = (table["children"] - table["capacity"]).clip(lower=0.0)
    table["missing"] = short.mask(table.index == "", table["children"])
    names = study.amenities["name"].groupby(study.amenities["place_id"].astype(str)).first() \
        if "name" in study.amenities else pd.Series(dtype=object)
    table.insert(0, "name", names.reindex(ids).to_numpy(object))
    return table.assign(assign="nearest" if catchments is None else "catchment")


def catchment_places(result: Assessment) -> pd.DataFrame | None:
    """Hold school places against children, by every catchment the study names.

    Parameters
    ----------
    result : Assessment

    Returns
    -------
    DataFrame or None
        Index (``clause_id``, ``place_id``), see :func:`school_places`; None
        where the study names no catchments.
    """
    parts = {clause_id: school_places(result, clause_id, catchments=table)
             for clause_id, table in sorted(result.study.catchments.items())}
    return pd.concat(parts, names=["clause_id"]) if parts else None


def _catchment(homes: gpd.GeoDataFrame, catchments: pd.DataFrame) -> npt.NDArray[np.object_]:
    if isinstance(catchments, gpd.GeoDataFrame):
        areas = catchments.to_crs(homes.crs).sort_values("place_id", kind="stable")
        found = gpd.sjoin(homes[["geometry"]], areas[["place_id", "geometry"]], how="left",
                          predicate="intersects")
        found = found.sort_values("place_id", kind="stable")["place_id"]
        own: npt.NDArray[np.object_] = found[~found.index.duplicated()].reindex(
            homes.index).to_numpy(object)
        return own
    column = "compound" if "compound" in catchments else "community_id"
    school = catchments.drop_duplicates(column).set_index(column)["place_id"]
    named: npt.NDArray[np.object_] = homes[column].map(school).to_numpy(object)
    return named


def _capacity(table: pd.DataFrame, rows: npt.NDArray[np.bool_]) -> pd.Series:
    """Capacity per place: the largest any of its entrances carries."""
    chosen = table[rows]
    if "capacity" not in table:
        return pd.Series(np.nan, index=sorted(set(chosen["place_id"].astype(str))))
    values = pd.to_numeric(chosen["capacity"]).astype("float64")
    return values.groupby(chosen["place_id"].astype(str).to_numpy()).max()


def _load(profile: str) -> Profile:
    from greenmap.model.profile import load_profile

    return load_profile(profile)
