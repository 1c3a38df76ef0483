"""Where a ledger's rows may lie: places of the map, doors of an address layer, compounds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd
import shapely
from rapidfuzz import fuzz, process

from greenmap.measure.ledger_score import Likeness, compare_addresses, compare_names
from greenmap.model.address import Address, compound_core, read_address
from greenmap.model.category import load_categories
from greenmap.model.place_name import PlaceName, read_name

EDGE_M = 100.0
"""A place this near a community counts as in it: boundaries are drawn by hand."""
SPREAD_M = 50.0
"""One door may stand twice in the layer, this far apart."""
_LOOK_AT = 6


@dataclass(frozen=True, slots=True)
class Row:
    """A ledger's row, taken apart."""

    ledger_id: str
    category: str | None
    name: PlaceName
    address: Address | None
    community_id: str | None


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a row may lie.

    Parameters
    ----------
    kind : {"map", "door", "compound"}
        A place of the map, a door, somewhere in a compound.
    key, label : str
        ``place_id`` of the map's place, else the words of the address.
    at : Point
        Study CRS.
    like : Likeness
    within_m : float
        How far from `at` it may truly lie, metres.
    category : str, optional
        Of the map's place.
    """

    kind: str
    key: str
    label: str
    at: shapely.Point
    like: Likeness
    within_m: float = 0.0
    category: str | None = None


class Place(NamedTuple):
    """A place of the map in one category."""

    place_id: str
    category: str | None
    name: str
    parsed: PlaceName | None
    address: Address | None
    open: bool
    at: Any


@dataclass(frozen=True, slots=True)
class Pool:
    """What a ledger is held against, looked up by name, address and category.

    Parameters
    ----------
    places : list of Place
        One per place and category.
    doors : dict
        Key of an address to its points.
    compounds : dict
        Core of a compound's name to (name, point, radius).
    areas : dict
        community_id to its polygon.
    by_category : dict
        Category to positions in `places`, and the names there.
    by_name, by_core, by_door : dict
        Name; category with core of a name; category with key of an address: to positions.
    """

    places: list[Place]
    doors: dict[tuple[str, str, str], list[tuple[str, shapely.Point]]]
    compounds: dict[str, list[tuple[str, shapely.Point, float]]]
    areas: dict[str, Any]
    by_category: dict[str | None, tuple[list[int], list[str]]] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    by_core: dict[tuple[str | None, str], list[int]] = field(default_factory=dict)
    by_door: dict[tuple[str | None, str, str, str], list[int]] = field(default_factory=dict)


def make_pool(
    amenities: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, *,
    doors: gpd.GeoDataFrame | None, compounds: gpd.GeoDataFrame | None,
    seats: tuple[str, ...], small_seats: tuple[str, ...],
) -> Pool:
    """Prepare what a ledger is held against; all tables in one metre system.

    Parameters
    ----------
    amenities, communities, doors, compounds : GeoDataFrame
        See :func:`greenmap.measure.match_ledger.match_ledger`.
    seats, small_seats : tuple of str
        Names that may stand before names, and before addresses.

    Returns
    -------
    Pool
    """
    table = amenities[amenities.geometry.notna() & ~amenities.geometry.is_empty]
    table = table.sort_index(kind="stable").drop_duplicates(["place_id", "category"])
    names = table["name"] if "name" in table else pd.Series(None, index=table.index, dtype=object)
    said = (table["address"] if "address" in table
            else pd.Series(None, index=table.index, dtype=object))
    status = table["status"] if "status" in table else pd.Series("open", index=table.index)
    places = [
        Place(str(place), category if isinstance(category, str) else None,
              name if isinstance(name, str) else "",
              read_name(name, seats) if isinstance(name, str) else None,
              read_address(address, small_seats) if isinstance(address, str) else None,
              state != "closed", at)
        for place, category, name, address, state, at in zip(
            table["place_id"], table["category"], names, said, status, table.geometry, strict=True)
    ]
    areas = {str(key): area for key, area in communities.geometry.items()}
    for area in areas.values():
        shapely.prepare(area)
    pool = Pool(places, _doors(doors, small_seats), _compounds(compounds), areas)
    for position, (_, kind, _, parsed, address, _, _) in enumerate(places):
        if parsed is not None:
            positions, wholes = pool.by_category.setdefault(kind, ([], []))
            positions.append(position)
            wholes.append(parsed.whole)
            pool.by_name.setdefault(parsed.whole, []).append(position)
            pool.by_core.setdefault((kind, parsed.core), []).append(position)
        if parsed is not None and address is not None and address.exact:
            pool.by_door.setdefault((kind, *_key(address)), []).append(position)
    return pool


def _key(address: Address) -> tuple[str, str, str]:
    return compound_core(address.road), address.number, address.building


def _doors(doors: gpd.GeoDataFrame | None, seats: tuple[str, ...]
           ) -> dict[tuple[str, str, str], list[tuple[str, shapely.Point]]]:
    found: dict[tuple[str, str, str], list[tuple[str, shapely.Point]]] = {}
    if doors is None:
        return found
    for text, at in sorted(zip(doors["address"], doors.geometry, strict=True),
                           key=lambda pair: (str(pair[0]), pair[1].x, pair[1].y)):
        read = read_address(str(text), seats)
        if read.exact:
            found.setdefault(_key(read), []).append((str(text), at))
    return found


def _compounds(compounds: gpd.GeoDataFrame | None
               ) -> dict[str, list[tuple[str, shapely.Point, float]]]:
    """Compounds by name; points of one name (its homes) make one compound."""
    found: dict[str, list[tuple[str, shapely.Point, float]]] = {}
    if compounds is None:
        return found
    named = compounds[compounds["name"].notna()]
    for name, shapes in sorted(named.geometry.groupby(named["name"].astype(str))):
        whole = shapely.union_all(shapes.to_numpy())
        middle = shapely.centroid(shapely.convex_hull(whole))
        radius = float(shapely.hausdorff_distance(middle, whole))
        found.setdefault(compound_core(str(name)), []).append((str(name), middle, radius))
    return found


def map_spots(row: Row, pool: Pool) -> list[Spot]:
    """Return the places of the map a row may mean, best first.

    Parameters
    ----------
    row : Row
    pool : Pool

    Returns
    -------
    list of Spot
        Places of the row's category whose name or address is like its own;
        of its group and of no category only those of the very same name.
    """
    own, wholes = pool.by_category.get(row.category, ([], []))
    near = {own[k] for _, _, k in process.extract(row.name.whole, wholes, scorer=fuzz.ratio,
                                                  limit=_LOOK_AT)}
    if row.name.core:
        near.update(pool.by_core.get((row.category, row.name.core), []))
    if row.address is not None and row.address.exact:
        near.update(pool.by_door.get((row.category, *_key(row.address)), []))
    near |= {k for k in pool.by_name.get(row.name.whole, [])
             if _related(row.category, pool.places[k].category)}
    spots = [_map_spot(row, pool, k) for k in sorted(near)]
    return sorted(spots, key=lambda s: (-s.like.score, s.category != row.category, s.key))


def _related(one: str | None, other: str | None) -> bool:
    known = load_categories()
    return other is None or (one in known and known[str(one)].group == known[other].group)


def _map_spot(row: Row, pool: Pool, position: int) -> Spot:
    place = pool.places[position]
    assert place.parsed is not None  # only places with a name are looked up
    level, ratio, against = compare_names(row.name, place.parsed)
    if not place.open and not against:
        against = "closed"
    like = Likeness(level, ratio, compare_addresses(row.address, place.address),
                    in_community(row.community_id, place.at, pool), against)
    return Spot("map", place.place_id, place.name, place.at, like, category=place.category)


def in_community(community_id: str | None, at: shapely.Point, pool: Pool) -> float:
    """Return 1 where a point is in the community or `EDGE_M` from it, 0 elsewhere.

    Parameters
    ----------
    community_id : str, optional
    at : Point
    pool : Pool

    Returns
    -------
    float
        Missing where the community isn't known.
    """
    if community_id is None or community_id not in pool.areas:
        return float("nan")
    return float(shapely.dwithin(pool.areas[community_id], at, EDGE_M))


def door_spots(row: Row, pool: Pool) -> list[Spot]:
    """Return the doors of a row's address: one, or several that lie apart.

    Parameters
    ----------
    row : Row
    pool : Pool

    Returns
    -------
    list of Spot
        The community said decides between streets of one name.
    """
    if row.address is None or not row.address.exact:
        return []
    road, number, building = _key(row.address)
    found = pool.doors.get((road, number, building)) or (
        pool.doors.get((road, number, ""), []) if number else [])
    spots = [Spot("door", text, text, at,
                  Likeness(0, 0.0, 1.0, in_community(row.community_id, at, pool)))
             for text, at in found]
    here = [spot for spot in spots if spot.like.community == 1]
    return _apart(here or spots)


def _apart(spots: Iterable[Spot]) -> list[Spot]:
    kept: list[Spot] = []
    for spot in spots:
        if all(spot.at.distance(other.at) > SPREAD_M for other in kept):
            kept.append(spot)
    return kept


def compound_spots(row: Row, pool: Pool) -> list[Spot]:
    """Return the compounds a row's address, or failing that its name, names.

    Parameters
    ----------
    row : Row
    pool : Pool

    Returns
    -------
    list of Spot
        ``within_m`` is how far the compound's farthest home is.
    """
    keys = [compound_core(row.address.road)] if row.address and not row.address.vague else []
    keys += [row.name.core] if len(row.name.core) > 2 else []
    for key in keys:
        if found := pool.compounds.get(key):
            return [Spot("compound", name, name, at,
                         Likeness(0, 0.0, 0.5, in_community(row.community_id, at, pool)), radius)
                    for name, at, radius in found]
    return []
