"""The city whole: everything drawn, joined, settled and furnished, before any file is written."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import shapely

from greenmap.sample import compounds, facilities, streets, walking
from greenmap.sample.communities import EAST, NORTH, SOUTH, WEST
from greenmap.sample.facilities import Facility, Sites
from greenmap.sample.lines import Line, Mark, bend, join
from greenmap.sample.people import Home, settle
from greenmap.sample.plan import RAIL_Y, Floats, Ground, Point, make_ground

SPACING_M, ASIDE_M = 24.0, 9.0


@dataclass(frozen=True, slots=True)
class City:
    """The district as drawn, on its ground."""

    ground: Ground
    streets: tuple[Line, ...]
    other: tuple[Line, ...]  # walls, land, water, rail
    marks: tuple[Mark, ...]
    homes: tuple[Home, ...]
    facilities: tuple[Facility, ...]
    compounds: tuple[compounds.Compound, ...]
    plain: Floats
    full: Floats


def make_city(seed: int) -> City:
    """Return the city of a seed."""
    dice = random.Random(seed)
    ground = make_ground(dice)
    built = compounds.build(dice)
    drawn = [
        *streets.city_streets(), *streets.hill_paths(), *streets.country_roads(dice),
        *streets.island_paths(), *(s for s in built.lines if "highway" in s.tags),
    ]  # fmt: skip
    joined = [bend(s) for s in join(drawn)]
    homes = settle(built.buildings, dice)
    network = walking.lay_out(joined, ground)
    sites = _sites(joined, network, homes, built.compounds, ground)
    placed = facilities.place(homes, sites)
    return City(
        ground,
        tuple(joined),
        tuple(bend(s) for s in [*streets.water_and_rail(), *built.lines] if "highway" not in s.tags),
        tuple(built.marks),
        tuple(homes),
        tuple(placed),
        tuple(built.compounds),
        sites.plain,
        sites.full,
    )


def _sites(
    drawn: list[Line], network: walking.Streets, homes: list[Home],
    gated: list[compounds.Compound], ground: Ground,
) -> Sites:  # fmt: skip
    where = [at for _, at in facilities.pins()]
    pinned = len(where)
    inside = [False] * pinned
    walled = {compound.name for compound in gated}
    for street in drawn:
        new = _beside(street)
        where += new
        inside += [street.inside in walled] * len(new)
    local = ground.local(where)
    dwelling = ground.local([h.building.at for h in homes])
    plain = walking.attach(network, dwelling)
    own = [h.building.compound for h in homes]
    full = walking.through_gates(network, dwelling, own, gated, ground, plain)
    there = walking.attach(network, local, public_only=True)
    away = dwelling[:, None, :] - local[None, :, :]
    return Sites(
        tuple(where),
        pinned,
        np.array(inside),
        np.hypot(away[..., 0], away[..., 1]),
        walking.distances(network.plain, plain, there),
        walking.distances(network.full, full, there),
    )


def _beside(street: Line) -> list[Point]:
    """Return places every 24 m along a street, a shop's depth to one side and the other."""
    if street.gate or {"bridge", "tunnel", "access"} & set(street.tags) or street.tags["highway"] in ("steps", "track"):
        return []
    shape = shapely.LineString(street.points)
    made: list[Point] = []
    for k in range(int(shape.length // SPACING_M)):
        at = (k + 0.5) * SPACING_M
        a, b = shapely.get_coordinates(shape.interpolate([at - 1, at + 1]))
        along = (b - a) / max(float(np.hypot(*(b - a))), 1e-9)
        side = ASIDE_M if k % 2 else -ASIDE_M
        if street.inside:
            side /= 3
        x, y = (a + b) / 2 + side * np.array([-along[1], along[0]])
        if WEST < x < EAST and SOUTH < y < NORTH and abs(y - RAIL_Y) > 15:
            made.append((round(float(x), 1), round(float(y), 1)))
    return made
