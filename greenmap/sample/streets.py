"""The street grid: arterials, inner streets, the hill's paths, country roads, water and rail."""

from __future__ import annotations

import random

from greenmap.sample.lines import Line, line, rectangle
from greenmap.sample.plan import (
    BRIDGES_Y,
    EDGE_M,
    FAR_M,
    HILL,
    RAIL_Y,
    TERRACE,
    UNDERPASS_X,
    Point,
    Rect,
    X,
    Y,
    river_x,
)

NORTH_SOUTH = ("西环路", "人民路", "滨河西路", "滨河东路", "东环路")
WEST_EAST = ("南环路", "建设路", "铁南路", "铁北路", "北环路")

# Inner streets of each superblock: the x of its north-south one, the y of its
# west-east ones. Superblocks are named by row (N, M, S) and column (A, B, C).
INNER: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "NB": ((-90.0,), (520.0,)),
    "NC": ((575.0,), (520.0,)),
    "MA": ((-560.0,), (-35.0, 100.0)),
    "MB": ((-75.0,), (-30.0,)),
    "MC": ((535.0,), (-10.0,)),
    "SA": ((-595.0,), (-530.0,)),
    "SB": ((-100.0,), (-525.0,)),
    "SC": ((555.0,), (-525.0,)),
}
INNER_NAMES = {
    "NB": ("站前巷", "团结路"), "NC": ("玉兰路", "团结东路"), "MA": ("和安路", "和南街", "和北街"),
    "MB": ("柳荫路", "望江街"), "MC": ("东岸路", "芦花街"), "SA": ("古井街", "石桥街"),
    "SB": ("槐树路", "桥南路"), "SC": ("圩上路", "桥东路"),
}  # fmt: skip
_COLUMNS = {"A": (X[0], X[1]), "B": (X[1], X[2]), "C": (X[3], X[4])}
_ROWS = {"S": (Y[0], Y[1]), "M": (Y[1], Y[2]), "N": (Y[3], Y[4])}


def superblock(name: str) -> Rect:
    """Return a superblock's rectangle between its arterials.

    Examples
    --------
    >>> superblock("NC")
    (270.0, 270.0, 840.0, 780.0)
    """
    (south, north), (west, east) = _ROWS[name[0]], _COLUMNS[name[1]]
    return west, south, east, north


def parcels(name: str) -> list[Rect]:
    """Return a superblock's parcels between its inner streets, from the south-west, by rows."""
    west, south, east, north = superblock(name)
    xs, ys = (west, *INNER[name][0], east), (south, *INNER[name][1], north)
    return [
        (x0, y0, x1, y1)
        for y0, y1 in zip(ys, ys[1:], strict=False)
        for x0, x1 in zip(xs, xs[1:], strict=False)
    ]


def city_streets() -> list[Line]:
    """Return the district's arterials, bridges, underpass and inner streets."""
    made = [*_arterials(), *_crossings()]
    for name, (xs, ys) in INNER.items():
        west, south, east, north = superblock(name)
        names = INNER_NAMES[name]
        made += [line([(x, south), (x, north)], highway="residential", name=names[0]) for x in xs]
        for y, street in zip(ys, names[1:], strict=True):
            kind = "tertiary" if y in BRIDGES_Y else "residential"
            made.append(line([(west, y), (east, y)], highway=kind, name=street))
    return made


def _arterials() -> list[Line]:
    made = []
    for x, name in zip(X, NORTH_SOUTH, strict=True):
        kind = "tertiary" if name.startswith("滨河") else "secondary"
        for ends in ((Y[0], Y[2]), (Y[3], Y[4])):
            made.append(line([(x, ends[0]), (x, ends[1])], highway=kind, name=name))
    for y, name in zip(Y, WEST_EAST, strict=True):
        kind = "tertiary" if name.startswith("铁") else "secondary"
        for ends in ((X[0], X[2]), (X[3], X[4])):
            made.append(line([(ends[0], y), (ends[1], y)], highway=kind, name=name))
    return made


def _crossings() -> list[Line]:
    bridge = dict(highway="tertiary", bridge="yes", layer="1")
    made = [
        line([(X[2], y), (X[3], y)], name=name, **bridge)
        for y, name in zip(BRIDGES_Y, ("桥南路大桥", "团结桥"), strict=True)
    ]
    under = [(UNDERPASS_X, Y[2]), (UNDERPASS_X, Y[3])]
    made.append(
        line(under, highway="secondary", name="人民路下穿道", tunnel="yes", layer="-1", sidewalk="both")
    )
    return made


def hill_paths() -> list[Line]:
    """Return the streets of the hill: foot lanes, the ramp, the steps, the terrace."""
    x, y = HILL
    west, south, east, north = superblock("NA")
    foot, lane = -770.0, -440.0
    ramp = [(foot, y), (-730.0, y + 5), (-690.0, y - 6), (-650.0, y + 4), (x - 20, y)]
    return [
        line([(foot, south), (foot, north)], highway="residential", name="岭脚巷"),
        line(ramp, highway="service", name="岭上坡道", surface="concrete"),
        line([(x - 20, y), (x + 20, y)], highway="footway", name="岭顶小路"),
        line([(x + 20, y), (x + 120, y)], highway="steps", name="百步梯", step_count="78"),
        line([(x + 120, y), (lane, y)], highway="footway"),
        line([(lane, TERRACE[1]), (lane, TERRACE[3])], highway="residential", name="岭东台地"),
        line([(lane, TERRACE[1]), (east, TERRACE[1])], highway="residential", name="台地南路"),
        line([(lane, TERRACE[3]), (east, TERRACE[3])], highway="residential", name="台地北路"),
        line([(west, 350.0), (-480.0, 350.0)], highway="residential", name="岭南街"),
        line([(-480.0, 350.0), (-480.0, south)], highway="residential", name="岭南巷"),
        line([(west, 690.0), (-500.0, 690.0)], highway="residential", name="岭北街"),
        line([(-500.0, 690.0), (-500.0, north)], highway="residential", name="岭北巷"),
    ]


def country_roads(dice: random.Random) -> list[Line]:
    """Return the belt of country roads round the district; none crosses river or railway."""
    shift = lambda at: round(at + (dice.random() - 0.5) * 110, 1)  # noqa: E731
    rings_x = [shift(at) for at in (-2150, -1480, 1490, 2130)]
    rings_y = [shift(at) for at in (-2090, -1430, 1440, 2080)]
    road = dict(highway="unclassified")
    made = []
    for x in (*rings_x, X[0], X[2], X[3], X[4], X[1]):
        inner = x in X
        for ends in ((-FAR_M, Y[0] if inner else Y[2]), (Y[4] if inner else Y[3], FAR_M)):
            made.append(line([(x, ends[0]), (x, ends[1])], **road))
    for y in (*rings_y, *Y):
        inner = y in Y
        for ends in ((-FAR_M, X[0] if inner else X[2]), (X[4] if inner else X[3], FAR_M)):
            made.append(line([(ends[0], y), (ends[1], y)], **road))
    return made + _farm_tracks(dice, [*rings_y, Y[0], Y[4]])


def _farm_tracks(dice: random.Random, roads: list[float]) -> list[Line]:
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


def island_paths() -> list[Line]:
    """Return a loop of path round a fish pond that touches no street: an island."""
    return [line(rectangle(1180, -1130, 1300, -1050), highway="path", name="鱼塘小路")]


def water_and_rail() -> list[Line]:
    """Return the river, the railway with its bridge, the pond and the riverside parks."""
    ys = [float(y) for y in range(-2460, 2461, 60)]
    bank: list[Point] = [(river_x(y) - 30, y) for y in ys]
    bank += [(river_x(y) + 30, y) for y in reversed(ys)]
    rail = dict(railway="rail", name="虚构铁路", gauge="1435")
    return [
        line([(river_x(y), y) for y in reversed(ys)], waterway="river", name="清渠河（虚构）"),
        line([*bank, bank[0]], natural="water", water="river", name="清渠河（虚构）"),
        line([(-FAR_M, RAIL_Y), (X[2] + 10, RAIL_Y)], **rail),
        line([(X[2] + 10, RAIL_Y), (X[3] - 10, RAIL_Y)], bridge="yes", layer="1", **rail),
        line([(X[3] - 10, RAIL_Y), (FAR_M, RAIL_Y)], **rail),
        line(rectangle(1200, -1110, 1280, -1070), natural="water", water="pond"),
        line(rectangle(590, -760, 815, -545), landuse="farmland", name="柳圩田"),
    ]
