"""The city whole: everything drawn, joined, settled and furnished, before any file is written."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from greenmap.sample import country, facilities, quarters, streets, walking
from greenmap.sample.communities import EAST, NORTH, SOUTH, WEST
from greenmap.sample.compounds import Compound, Quarter
from greenmap.sample.facilities import Facility, Sites
from greenmap.sample.lines import Line, Mark, bend, join
from greenmap.sample.people import Home, settle
from greenmap.sample.plan import RAIL_Y, Ground, Point, make_ground

SPACING_M, ASIDE_M, INSIDE_M = 24.0, 9.0, 3.0


@dataclass(frozen=True, slots=True)
class City:
    """The district as drawn, and the ground it lies on."""

    ground: Ground
    streets: tuple[Line, ...]
    other: tuple[Line, ...]  # walls, land, water, rail
    marks: tuple[Mark, ...]
    homes: tuple[Home, ...]
    facilities: tuple[Facility, ...]
    compounds: tuple[Compound, ...]


def make_city(seed: int) -> City:
    """Return the city of a seed.

    Parameters
    ----------
    seed : int
        Bends the ground, deals houses and people.

    Returns
    -------
    City
    """
    dice = random.Random(seed)
    ground = make_ground(dice)
    built = quarters.build(dice)
    drawn = [
        *streets.city_streets(), *streets.hill_paths(), *country.country_roads(dice),
        country.pond_path(), *(s for s in built.lines if "highway" in s.tags),
    ]  # fmt: skip
    joined = [bend(s) for s in join(drawn)]
    other = [*country.water_and_rail(), *(s for s in built.lines if "highway" not in s.tags)]
    homes = settle(built.buildings, dice)
    placed = facilities.place(homes, _sites(joined, homes, built, ground))
    return City(
        ground,
        tuple(joined),
        tuple(bend(s) for s in other),
        tuple(built.marks),
        tuple(homes),
        tuple(placed),
        tuple(built.compounds),
    )


def _sites(drawn: Sequence[Line], homes: Sequence[Home], built: Quarter, ground: Ground) -> Sites:
    """Return where places may stand and how far every home has to walk there."""
    network = walking.lay_out(drawn, ground)
    walled = {compound.name for compound in built.compounds}
    found = [(at, False) for _, at in facilities.pins()]
    found += [(at, street.inside in walled) for street in drawn for at in _beside(street)]
    near = walking.attach(network, ground.local([at for at, _ in found]), public_only=True)
    found = [f for f, edge in zip(found, near.edge, strict=True) if not network.to_gate[edge]]
    where = ground.local([at for at, _ in found])
    there = walking.attach(network, where, public_only=True)
    dwelling = ground.local([h.building.at for h in homes])
    plain = walking.attach(network, dwelling)
    full = walking.through_gates(
        plain, [h.building.compound for h in homes], dwelling,
        streets=network, compounds=built.compounds, ground=ground,
    )  # fmt: skip
    away = dwelling[:, None, :] - where[None, :, :]
    return Sites(
        tuple(at for at, _ in found),
        np.array([inside for _, inside in found]),
        np.hypot(away[..., 0], away[..., 1]),
        walking.distances(network.plain, plain, there),
        walking.distances(network.full, full, there),
    )


def _beside(street: Line) -> list[Point]:
    """Return places every 24 m along a street, a shop's depth to one side and the other."""
    kind = street.tags["highway"]
    if street.gate or {"bridge", "tunnel", "access"} & set(street.tags) or kind == "steps":
        return []
    shape = shapely.LineString(street.points)
    made: list[Point] = []
    for k in range(int(shape.length // SPACING_M)):
        middle = (k + 0.5) * SPACING_M
        (x0, y0), (x1, y1) = shapely.get_coordinates(shape.interpolate([middle - 1, middle + 1]))
        run = max(float(np.hypot(x1 - x0, y1 - y0)), 1e-9)
        side = (INSIDE_M if street.inside else ASIDE_M) * (1 if k % 2 else -1) / run
        x, y = (x0 + x1) / 2 - side * (y1 - y0), (y0 + y1) / 2 + side * (x1 - x0)
        if WEST < x < EAST and SOUTH < y < NORTH and abs(y - RAIL_Y) > 15:
            made.append((round(float(x), 1), round(float(y), 1)))
    return made
