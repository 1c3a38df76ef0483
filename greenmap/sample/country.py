"""Round the district: country roads, farm tracks, the river, the railway, a pond."""

from __future__ import annotations

import random

from greenmap.sample.lines import Line, line, rectangle
from greenmap.sample.plan import EDGE_M, FAR_M, RAIL_Y, Point, X, Y, river_x

POND_PATH = "鱼塘小路"
RIVER = "清渠河（虚构）"


def country_roads(dice: random.Random) -> list[Line]:
    """Return the belt of country roads; none crosses the river or the railway.

    Parameters
    ----------
    dice : random.Random
        Shifts the roads, deals the tracks.

    Returns
    -------
    list of Line
    """
    rings_x = [round(at + (dice.random() - 0.5) * 110, 1) for at in (-2150, -1480, 1490, 2130)]
    rings_y = [round(at + (dice.random() - 0.5) * 110, 1) for at in (-2090, -1430, 1440, 2080)]
    paths: list[list[Point]] = []
    for x in rings_x:
        paths += [[(x, -FAR_M), (x, Y[2])], [(x, Y[3]), (x, FAR_M)]]
    for y in rings_y:
        paths += [[(-FAR_M, y), (X[2], y)], [(X[3], y), (FAR_M, y)]]
    for x in X:  # the arterials go on into the country
        paths += [[(x, -FAR_M), (x, Y[0])], [(x, Y[4]), (x, FAR_M)]]
    for y in Y:
        paths += [[(-FAR_M, y), (X[0], y)], [(X[4], y), (FAR_M, y)]]
    roads = [line(path, highway="unclassified") for path in paths]
    return roads + _farm_tracks(dice, [*rings_y, Y[0], Y[4]])


def _farm_tracks(dice: random.Random, roads: list[float]) -> list[Line]:
    """Return short tracks that end in the fields."""
    made = []
    for y in roads:
        for side in (-1, 1):
            x = side * (700 + 1400 * dice.random())
            if abs(y) < 1000 and abs(x) < X[4] + EDGE_M:
                continue
            out = 1 if y > 0 else -1
            end = (x + 90 * (dice.random() - 0.5), y + out * (120 + 160 * dice.random()))
            made.append(line([(x, y), end], highway="track"))
    return made


def pond_path() -> Line:
    """Return a loop of path round a fish pond that touches no street: an island.

    Returns
    -------
    Line
    """
    return line(rectangle(1180, -1130, 1300, -1050), highway="path", name=POND_PATH)


def water_and_rail() -> list[Line]:
    """Return the river, the railway with its bridge, the pond and the farm's field.

    Returns
    -------
    list of Line
    """
    ys = [float(y) for y in range(-2460, 2461, 60)]
    bank: list[Point] = [(river_x(y) - 30, y) for y in ys]
    bank += [(river_x(y) + 30, y) for y in reversed(ys)]
    rail = {"railway": "rail", "name": "虚构铁路", "gauge": "1435"}
    west, east = X[2] + 10, X[3] - 10
    return [
        line([(river_x(y), y) for y in reversed(ys)], waterway="river", name=RIVER),
        line([*bank, bank[0]], natural="water", water="river", name=RIVER),
        line([(-FAR_M, RAIL_Y), (west, RAIL_Y)], **rail),
        line([(west, RAIL_Y), (east, RAIL_Y)], bridge="yes", layer="1", **rail),
        line([(east, RAIL_Y), (FAR_M, RAIL_Y)], **rail),
        line(rectangle(1200, -1110, 1280, -1070), natural="water", water="pond"),
        line(rectangle(590, -760, 815, -545), landuse="farmland", name="柳圩田"),
    ]
