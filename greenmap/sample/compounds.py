"""Where people live: gated compounds, open rows, the old quarter, the hill and the farm.

A parcel's dwellings are laid out as rows of slabs with lanes between them, which
is how most Chinese housing of 1980-2010 stands. A gated compound (小区) has a
wall all round and one to three gates; its lanes start at the gates.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from greenmap.sample.lines import Line, Mark, line, rectangle
from greenmap.sample.plan import HILL, Point, Rect
from greenmap.sample.streets import parcels

SETBACK_M = 16.0  # wall to the middle of the street
ROW_M = 34.0
DEPTH_M = 12.0
ACCESS = {
    "open": {"access": "yes"},
    "residents": {"access": "private"},
    "locked": {"access": "no", "locked": "yes"},
}


@dataclass(frozen=True, slots=True)
class Building:
    """A dwelling house as drawn: its middle, its size, who lives there."""

    at: Point
    length_m: float
    depth_m: float
    floors: int
    kind: str  # slab, courtyard, hill, farm: how people are dealt out
    compound: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate in a compound's wall and the place on the street it opens to."""

    at: Point
    street: Point
    access: str  # open, residents, locked


@dataclass(frozen=True, slots=True)
class Compound:
    """A gated compound; ``mapped`` says whether its inner lanes are in the street file."""

    name: str
    rect: Rect
    gates: tuple[Gate, ...]
    mapped: bool = True


@dataclass(slots=True)
class Quarter:
    """What is built on the plan, collected part by part."""

    lines: list[Line] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    buildings: list[Building] = field(default_factory=list)
    compounds: list[Compound] = field(default_factory=list)


# name: superblock, parcel (from the south-west, by rows), part of the parcel
# (fractions west, south, east, north), floors, gates by side, residents-only lanes.
GATED: tuple[tuple[str, str, int, Rect, int, dict[str, str], bool], ...] = (
    ("站前新村", "NB", 2, (0, 0, 1, 1), 6, {"S": "open", "W": "residents"}, False),
    ("春晖苑", "NB", 0, (0, 0, 0.5, 0.5), 6, {"W": "residents", "S": "residents"}, True),
    ("书香里", "NB", 0, (0, 0.5, 0.5, 1), 6, {"N": "open"}, False),
    ("翠湖雅居", "NB", 0, (0.5, 0, 1, 1), 7, {"E": "open", "S": "residents"}, False),
    ("东苑一期", "NC", 0, (0, 0, 1, 1), 7, {"N": "open", "S": "open", "E": "residents"}, False),
    ("东苑二期", "NC", 2, (0, 0, 1, 1), 7, {"S": "open", "W": "open", "N": "locked"}, False),
    ("玉兰花园", "NC", 3, (0, 0, 1, 1), 18, {"S": "open", "W": "open", "N": "residents"}, False),
    ("纺织宿舍", "MA", 0, (0, 0, 1, 1), 6, {"S": "open", "W": "open"}, False),
    ("机械厂家属院", "MA", 1, (0, 0, 1, 1), 6, {"S": "open", "E": "open"}, False),
    ("金柳小区", "MB", 2, (0, 0, 1, 1), 6, {"W": "open", "S": "open"}, False),
    ("望江苑", "MB", 3, (0, 0, 1, 1), 7, {"W": "open"}, False),
    ("芦花新城", "MC", 0, (0, 0, 1, 1), 6, {"S": "open", "N": "open"}, False),
    ("东岸名邸", "MC", 3, (0, 0, 1, 1), 7, {"W": "open", "S": "open"}, False),
    ("锦园小区", "SB", 0, (0, 0, 1, 1), 8, {"N": "locked", "S": "open"}, False),
    ("桥东花苑", "SC", 2, (0, 0, 1, 1), 6, {"N": "open", "E": "open"}, False),
)
OPEN_ROWS = (
    ("NB", 1), ("NB", 3), ("NC", 1), ("MA", 3), ("MB", 0), ("MB", 1),
    ("MC", 1), ("MC", 2), ("SA", 1), ("SB", 1), ("SB", 2), ("SB", 3), ("SC", 0), ("SC", 3),
)  # fmt: skip
OLD_QUARTER = (("SA", 0), ("SA", 2), ("SA", 3))
FIVE = ("和安一院", "和安二院", "和安三院", "和安四院", "和安五院")
FARM_ROW: Point = (699.0, -652.0)


def build(dice: random.Random) -> Quarter:
    """Return everything people live in, drawn on the plan."""
    made = Quarter()
    for name, block, number, part, floors, gates, private in GATED:
        _gated(made, dice, name, _part(parcels(block)[number], part), floors, gates, private)
    for block, number in OPEN_ROWS:
        _open_rows(made, dice, parcels(block)[number])
    for block, number in OLD_QUARTER:
        _lanes(made, dice, parcels(block)[number])
    _five(made, dice, parcels("MA")[2])
    _hill(made, dice)
    for k in range(21):
        at = (FARM_ROW[0] + 10.0 * (k % 7 - 3), FARM_ROW[1] + 9.0 * (k // 7 - 1))
        made.buildings.append(Building(at, 9, 7, 2, "farm"))
    return made


def _part(parcel: Rect, part: Rect) -> Rect:
    """Return part of a parcel, set back from its streets, 3 m apart from its neighbours."""
    x0, y0, x1, y1 = parcel
    w, h = x1 - x0, y1 - y0
    return (
        x0 + (w * part[0] + 3 if part[0] else SETBACK_M),
        y0 + (h * part[1] + 3 if part[1] else SETBACK_M),
        x0 + (w * part[2] - 3 if part[2] < 1 else w - SETBACK_M),
        y0 + (h * part[3] - 3 if part[3] < 1 else h - SETBACK_M),
    )


def _rows(rect: Rect) -> tuple[list[float], list[float]]:
    """Return the middles of the rows of slabs and of the lanes, one lane to two rows."""
    south, north = rect[1] + 16, rect[3] - 14
    count = int((north - south) // ROW_M) + 1
    spare = (north - south - (count - 1) * ROW_M) / 2
    rows = [south + spare + ROW_M * k for k in range(count)]
    lanes = [row + ROW_M / 2 for row in rows[0 : count - 1 : 2]]
    return rows, lanes + ([rows[-1] - ROW_M / 2] if count % 2 and count > 1 else [])


def _row(
    dice: random.Random, west: float, east: float, y: float, floors: int, name: str = ""
) -> Iterator[Building]:
    """Yield a row's slabs (from 11 floors up: towers) from west to east, now and then a green."""
    tower = floors >= 11
    x = west
    while east - x >= 26:
        length = min(round((24 if tower else 34) + (3 if tower else 16) * dice.random(), 1), east - x)
        at = (round(x + length / 2, 1), round(y + 3 * (dice.random() - 0.5), 1))
        if dice.random() > 0.08:
            yield Building(at, length, 17 if tower else DEPTH_M, floors, "slab", name)
        x += length + (24 if tower else 8)


def _gated(
    made: Quarter,
    dice: random.Random,
    name: str,
    rect: Rect,
    floors: int,
    sides: dict[str, str],
    private: bool,
) -> None:
    west, south, east, north = rect
    rows, lanes = _rows(rect)
    spine, cross = (west + east) / 2, lanes[len(lanes) // 2]
    tags = {"access": "private"} if private else {}
    gates = tuple(_gate(rect, side, access, spine, cross) for side, access in sides.items())
    ends = [gate.at[1] for gate in gates if gate.at[0] == spine]
    column = [*lanes, *ends]
    if max(column) > min(column):
        path = [(spine, min(column)), (spine, max(column))]
        made.lines.append(line(path, inside=name, highway="service", service="driveway", **tags))
    for y in lanes:
        left = west if any(g.at == (west, cross) for g in gates) and y == cross else west + 16
        right = east if any(g.at == (east, cross) for g in gates) and y == cross else east - 16
        made.lines.append(line([(left, y), (right, y)], inside=name, highway="footway", **tags))
    for y in rows:
        for ends_x in ((west + 9, spine - 7), (spine + 7, east - 9)):
            made.buildings.extend(_row(dice, *ends_x, y, floors, name))
    _enclose(made, Compound(name, rect, gates))


def _gate(rect: Rect, side: str, access: str, spine: float, cross: float) -> Gate:
    west, south, east, north = rect
    at, out = {
        "N": ((spine, north), (0, SETBACK_M)),
        "S": ((spine, south), (0, -SETBACK_M)),
        "E": ((east, cross), (SETBACK_M, 0)),
        "W": ((west, cross), (-SETBACK_M, 0)),
    }[side]
    return Gate(at, (at[0] + out[0], at[1] + out[1]), access)


def _enclose(made: Quarter, compound: Compound, *, wall: bool = True) -> None:
    """Draw a compound's ground, wall, gates and the short paths from the street to the gates."""
    ring = rectangle(*compound.rect)
    for gate in compound.gates:
        where = next(k for k in range(len(ring) - 1) if _on(gate.at, ring[k], ring[k + 1]))
        side = sorted([ring[where], ring[where + 1], gate.at])
        step = side if ring[where] < ring[where + 1] else side[::-1]
        ring[where : where + 2] = step
    made.lines.append(line(ring, landuse="residential", residential="gated", name=compound.name))
    if wall:
        made.lines.append(line(ring, barrier="wall", height="2.2"))
    for gate in compound.gates:
        made.marks.append(Mark(gate.at, {"barrier": "gate", **ACCESS[gate.access]}))
        path = [gate.street, gate.at]
        made.lines.append(line(path, gate=gate.access, inside=compound.name, highway="footway"))
    made.compounds.append(compound)


def _on(p: Point, a: Point, b: Point) -> bool:
    low, high = sorted([a, b])
    return low[0] <= p[0] <= high[0] and low[1] <= p[1] <= high[1]


def _open_rows(made: Quarter, dice: random.Random, parcel: Rect) -> None:
    west, south, east, north = parcel
    rows, lanes = _rows((west, south + 10, east, north - 10))
    for y in lanes:
        made.lines.append(line([(west, y), (east, y)], inside="open", highway="service"))
    for y in rows:
        made.buildings.extend(_row(dice, west + 22, east - 22, y, 6))


def _lanes(made: Quarter, dice: random.Random, parcel: Rect) -> None:
    """Draw a part of the old quarter: crooked lanes, low houses on both sides."""
    west, south, east, north = parcel

    def crook() -> float:
        return round((dice.random() - 0.5) * 14, 1)

    for k in (1, 2, 3):
        x, y = west + (east - west) * k / 4, south + (north - south) * k / 4
        a, b = crook(), crook()
        up = [(x + a, south), (x + b, (south + north) / 2 + a), (x - a, north)]
        across = [(west, y - b), ((west + east) / 2 + b, y + a), (east, y + b)]
        for path in (up, across):
            made.lines.append(line(path, inside="lane", highway="living_street"))
        for j in range(1, 12):
            at = west + (east - west) * j / 12
            if abs((at - west) / (east - west) * 4 % 1 - 0.5) > 0.3:
                continue  # keep the crossings free
            for side in (-1, 1):
                house = (at + crook() / 4, y + side * (14 + 5 * dice.random()) + crook() / 4)
                size = (9 + 6 * dice.random(), 8 + 3 * dice.random())
                made.buildings.append(Building(house, *size, 2 + int(dice.random() * 2), "courtyard"))


def _five(made: Quarter, dice: random.Random, parcel: Rect) -> None:
    """Draw five small compounds in a row, gates to the south, eleven walls between them.

    Each has a wall of its own on either side of a blind alley: eight walls; three
    of the four alleys are closed by one more. Nobody has mapped the lanes inside.
    """
    west, south, east, north = (
        parcel[0] + SETBACK_M, parcel[1] + 14, parcel[2] - SETBACK_M, parcel[3] - 14,
    )  # fmt: skip
    alley = 4.0
    width = (east - west - 4 * alley) / 5
    for k, name in enumerate(FIVE):
        x0 = round(west + k * (width + alley), 2)
        x1 = round(x0 + width, 2)
        middle = round((x0 + x1) / 2, 2)
        gate = Gate((middle, south), (middle, parcel[1]), ("open", "residents")[k % 2])
        _enclose(made, Compound(name, (x0, south, x1, north), (gate,), mapped=False), wall=False)
        front = [(x0, south), gate.at, (x1, south)]
        for path in (front, [(x0, north), (x1, north)]):
            made.lines.append(line(path, barrier="fence", height="1.8"))
        for x, note in ((x0, "west" if k == 0 else "between"), (x1, "east" if k == 4 else "between")):
            made.lines.append(line([(x, south), (x, north)], barrier="wall", height="2.2", note=note))
        if k < 3:
            path = [(x1, south + 30), (round(x1 + alley, 2), south + 30)]
            made.lines.append(line(path, barrier="wall", height="2.2", note="between"))
        for y in (north - 18, north - 40):
            made.buildings.append(Building((middle, y), width - 7, 11, 7, "slab", name))


def _hill(made: Quarter, dice: random.Random) -> None:
    """Draw the houses at the foot of the ramp, on the terrace, and the slabs north and south."""
    x, y = HILL
    for k in range(-3, 4):
        for side in (-785.0, -755.0):
            at = (side, y + 17.0 * k + (9 if k >= 0 else -9))
            made.buildings.append(Building(at, 13, 10, 3, "hill"))
    for k in range(-4, 5):
        for side in (-455.0, -425.0):
            made.buildings.append(Building((side, y + 16.0 * k + 8), 13, 10, 3, "hill"))
    for low, high in ((-822.0, -600.0), (-570.0, -350.0)):
        for row in (292.0, 326.0, 714.0, 754.0):
            for slab in _row(dice, low, high, row, 6):
                streets = (-770.0, -480.0, -500.0)
                if all(abs(slab.at[0] - x) > slab.length_m / 2 + 8 for x in streets):
                    made.buildings.append(slab)
