"""Homes from people by community: shared out over compounds, buildings or, last, streets."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from greenmap.errors import TableError
from greenmap.model.outline import is_hull
from greenmap.model.schema import first_few
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.street_places import street_places
from greenmap.read.ages import GROUPS
from greenmap.read.dwellings import Figures, places_of
from greenmap.read.gathered import members
from greenmap.read.places import community_of
from greenmap.read.sharing import share_groups

EXACT = 1e-9
"""A factor this near 1 leaves a place's own count as it stands."""

_COLUMNS = ("people", *GROUPS, "community_id", "compound_id", "compound", "floors",
            "floor_area_m2", "building_id", "people_measure", "people_rule")


def spread_people(
    people: pd.DataFrame,
    *,
    communities: gpd.GeoDataFrame,
    homes: gpd.GeoDataFrame | None = None,
    compounds: gpd.GeoDataFrame | None = None,
    network: WalkNetwork | None = None,
    figures: Figures | None = None,
) -> gpd.GeoDataFrame:
    """Share out every community's people over the places they live in.

    In each community people go to its buildings and compounds, by their own
    count, else households × people per household, else floor area × housing
    share × (1 − vacancy) / area per person; where there are none of either, to
    points along the streets inside the boundary. Whole persons are dealt by
    largest remainder, so every total is kept exactly, of each age group too.

    Parameters
    ----------
    people : DataFrame
        From :func:`greenmap.read.population.read_people`: index
        ``community_id``, ``people`` and age groups, whole persons.
    communities : GeoDataFrame
        Polygons, index ``community_id``. With a column ``outline`` that says
        ``hull`` nobody is counted by their place, only by the community a row
        names.
    homes : GeoDataFrame, optional
        Buildings or homes, see :func:`greenmap.read_homes`.
    compounds : GeoDataFrame, optional
        Outlines of 小区, see :func:`greenmap.read.barriers.read_compounds`.
    network : WalkNetwork, optional
        Streets, the last resort.
    figures : Figures, optional
        Persons per household and the like.

    Returns
    -------
    GeoDataFrame
        Homes in EPSG:4326, index ``home_id``, sorted; ``people`` and age groups
        (NaN in communities without a row), ``community_id``, ``compound_id``,
        ``people_measure`` ("measured" where the place's own count stands
        unchanged, else "estimated") and ``people_rule`` (of
        :data:`greenmap.read.dwellings.RULES`). ``attrs["spread"]``: a dict per
        community: ``community_id``, ``name``, ``people``, ``held`` (before
        scaling), ``factor``, ``homes``, ``measured`` (persons), ``rules``;
        ``attrs["outside_ids"]``: places in no community, with nobody in them.

    Raises
    ------
    TableError
        A community with people has no place to put them.
    """
    places = _owned(places_of(homes, compounds, figures or Figures()), communities)
    parts, told, nowhere = [], [], []
    for key in sorted(map(str, communities.index)):
        mine = places[(places["community_id"] == key).to_numpy()].sort_index()
        row = people[people.index == key]
        total = row.iloc[0] if len(row) else None
        if not len(mine) and network is not None and not is_hull(communities):
            mine = _on_streets(network, communities, key)
        if not len(mine):
            if total is not None and total["people"] > 0:
                nowhere.append(f"{communities.at[key, 'name']} ({key})")
            continue
        part, line = _dealt(mine, total)
        parts.append(part)
        told.append({"community_id": key, "name": str(communities.at[key, "name"]), **line})
    if nowhere:
        raise TableError("people.nowhere", count=len(nowhere), names=first_few(nowhere))
    if not parts:
        raise TableError("people.no_people_table")
    made = pd.concat(parts)
    kept = [c for c in _COLUMNS if c in made.columns and not made[c].isna().all()]
    kept = [c for c in _COLUMNS if c in kept or c in ("people", "people_measure", "people_rule")]
    made = gpd.GeoDataFrame(made[[*kept, "geometry"]], crs="EPSG:4326")
    made.index = pd.Index(made.index, name="home_id", dtype=object)
    outside = sorted(map(str, places.index[places["community_id"].isna()]))
    made.attrs = {"spread": tuple(told), "outside": len(outside), "outside_ids": tuple(outside)}
    return made


def _owned(places: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Say whose every place is: by the code or name its row says, else by where it lies."""
    owner = members(places, communities)
    if len(places) and not is_hull(communities):
        where = community_of(places.geometry, communities)
        owner = where.where(where.notna(), owner)
    return places.assign(community_id=owner.where(owner.notna(), None))


def _on_streets(network: WalkNetwork, communities: gpd.GeoDataFrame, key: str
                ) -> gpd.GeoDataFrame:
    area = communities.geometry.to_crs(network.crs).loc[key]
    made = street_places(network, area).to_crs("EPSG:4326")
    return made.assign(people_rule="streets", whole=False, community_id=key).set_axis(
        pd.Index([f"{key}-s{n}" for n in range(1, len(made) + 1)]))


def _dealt(mine: gpd.GeoDataFrame, total: pd.Series[Any] | None
           ) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """One community's places with their people."""
    held = mine["capacity"].to_numpy(float)
    # a place nothing is known of counts as an average one of its community
    known = held[~np.isnan(held)]
    held = np.where(np.isnan(held), known.mean() if len(known) else 1.0, held)
    rule = mine["people_rule"].where(mine["people_rule"].notna(), "average")
    line = {"people": None, "held": round(float(held.sum()), 1), "factor": None,
            "homes": len(mine), "measured": 0, "rules": tuple(sorted(set(rule)))}
    own = [c for c in ("people", *GROUPS) if c in mine.columns]
    bare = mine.drop(columns=own)
    if total is None:
        return bare.assign(people=np.nan, people_measure=None, people_rule=None), line
    said = {group: int(total[group]) for group in ("people", *GROUPS) if group in total.index}
    shared = share_groups(said, held).set_index(mine.index).astype(float)
    by_people = rule.isin(["counted", "households", "floor_area", "floor_area_median"]).any()
    factor = float(said["people"] / held.sum()) if by_people and held.sum() > 0 else None
    exact = factor is not None and abs(factor - 1) < EXACT
    measured = mine["whole"].to_numpy(bool) & exact
    made = bare.assign(**{column: shared[column] for column in said},
                       people_measure=np.where(measured, "measured", "estimated"),
                       people_rule=rule)
    line |= {"people": said["people"], "factor": None if factor is None else round(factor, 3),
             "measured": int(shared["people"][measured].sum())}
    return made, line
