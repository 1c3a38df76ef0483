"""Gated compounds (小区): a wall all round, one to three gates, lanes that start at the gates."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from greenmap.sample.buildings import Building, row_of_houses, rows_and_lanes
from greenmap.sample.lines import Line, Mark, line, rectangle
from greenmap.sample.plan import Point, Rect
from greenmap.sample.streets import parcels

SETBACK_M = 16.0  # wall to the middle of the street
WALL = {"barrier": "wall", "height": "2.2"}
ACCESS = {
    "open": {"access": "yes"},
    "residents": {"access": "private"},
    "locked": {"access": "no", "locked": "yes"},
}
Sides = dict[str, str]

# name: superblock, parcel (from the south-west, by rows), part of the parcel
# (fractions west, south, east, north), floors, gates by side, residents-only lanes.
GATED: tuple[tuple[str, str, int, Rect, int, Sides, bool], ...] = (
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
    ("望江苑", "MB", 3, (0, 0, 1, 1), 7, {"E": "open", "W": "residents"}, False),
    ("芦花新城", "MC", 0, (0, 0, 1, 1), 6, {"S": "open", "N": "open"}, False),
    ("东岸名邸", "MC", 3, (0, 0, 1, 1), 7, {"W": "open", "S": "open", "N": "open"}, False),
    ("锦园小区", "SB", 0, (0, 0, 1, 1), 8, {"N": "locked", "S": "open"}, False),
    ("桥东花苑", "SC", 2, (0, 0, 1, 1), 6, {"N": "open", "E": "open"}, False),
)
FIVE = ("和安一院", "和安二院", "和安三院", "和安四院", "和安五院")
ALLEY_M = 4.0


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


def build_compounds(made: Quarter, dice: random.Random) -> None:
    """Draw all gated compounds but the five small ones.

    Parameters
    ----------
    made : Quarter
        What is built so far; added to.
    dice : random.Random
        Deals the houses.
    """
    for name, block, number, part, floors, sides, private in GATED:
        rect = _within(parcels(block)[number], part)
        rows, lanes = rows_and_lanes(rect)
        spine = (rect[0] + rect[2]) / 2
        gates = tuple(
            _gate(rect, side, access, (spine, lanes[len(lanes) // 2]))
            for side, access in sides.items()
        )
        compound = Compound(name, rect, gates)
        made.lines += _lanes(compound, lanes, spine, {"access": "private"} if private else {})
        for y in rows:
            for ends in ((rect[0] + 9, spine - 7), (spine + 7, rect[2] - 9)):
                made.buildings += row_of_houses(dice, *ends, y=y, floors=floors, compound=name)
        made.lines.append(line(_ring(compound), **WALL))
        _open_gates(made, compound)


def build_five(made: Quarter) -> None:
    """Draw five small compounds in a row, gates to the south, eleven walls between them.

    Each has a wall of its own on either side of a blind alley: eight walls; three
    of the four alleys are closed by one more. Nobody has mapped the lanes inside.

    Parameters
    ----------
    made : Quarter
        What is built so far; added to.
    """
    parcel = parcels("MA")[2]
    south, north = parcel[1] + 14, parcel[3] - 14
    width = (parcel[2] - parcel[0] - 2 * SETBACK_M - 4 * ALLEY_M) / 5
    for k, name in enumerate(FIVE):
        west = round(parcel[0] + SETBACK_M + k * (width + ALLEY_M), 2)
        east, middle = round(west + width, 2), round(west + width / 2, 2)
        gate = Gate((middle, south), (middle, parcel[1]), ("open", "residents")[k % 2])
        _open_gates(made, Compound(name, (west, south, east, north), (gate,), mapped=False))
        for path in ([(west, south), gate.at, (east, south)], [(west, north), (east, north)]):
            made.lines.append(line(path, barrier="fence", height="1.8"))
        for x, outer in ((west, k == 0), (east, k == 4)):
            note = "end" if outer else "between"
            made.lines.append(line([(x, south), (x, north)], note=note, **WALL))
        if k < 3:
            closing = [(east, south + 30), (round(east + ALLEY_M, 2), south + 30)]
            made.lines.append(line(closing, note="between", **WALL))
        for y in (north - 18, north - 40):
            made.buildings.append(Building((middle, y), width - 7, 11, 7, "slab", name))


def _within(parcel: Rect, part: Rect) -> Rect:
    """Return part of a parcel, set back from its streets, 3 m from the wall next door."""
    west, south, east, north = parcel
    w, h = east - west, north - south
    return (
        west + (w * part[0] + 3 if part[0] else SETBACK_M),
        south + (h * part[1] + 3 if part[1] else SETBACK_M),
        west + (w * part[2] - 3 if part[2] < 1 else w - SETBACK_M),
        south + (h * part[3] - 3 if part[3] < 1 else h - SETBACK_M),
    )


def _gate(rect: Rect, side: str, access: str, inner: Point) -> Gate:
    """Return the gate of a side, where the compound's spine or middle lane meets the wall."""
    west, south, east, north = rect
    at, out = {
        "N": ((inner[0], north), (0, SETBACK_M)),
        "S": ((inner[0], south), (0, -SETBACK_M)),
        "E": ((east, inner[1]), (SETBACK_M, 0)),
        "W": ((west, inner[1]), (-SETBACK_M, 0)),
    }[side]
    return Gate(at, (at[0] + out[0], at[1] + out[1]), access)


def _lanes(compound: Compound, lanes: list[float], spine: float, tags: Sides) -> list[Line]:
    """Return the lanes between the rows and the spine that joins them to the gates."""
    west, _, east, _ = compound.rect
    at = {gate.at for gate in compound.gates}
    ends = [*lanes, *(y for x, y in at if x == spine)]
    path = [(spine, min(ends)), (spine, max(ends))]
    made = [line(path, inside=compound.name, highway="service", service="driveway", **tags)]
    for y in lanes:
        left = west if (west, y) in at else west + 16
        right = east if (east, y) in at else east - 16
        made.append(line([(left, y), (right, y)], inside=compound.name, highway="footway", **tags))
    return [drawn for drawn in made if drawn.points[0] != drawn.points[-1]]


def _open_gates(made: Quarter, compound: Compound) -> None:
    """Draw a compound's ground, its gates and the short ways from the street to them."""
    tags = {"landuse": "residential", "residential": "gated", "name": compound.name}
    made.lines.append(line(_ring(compound), **tags))
    for gate in compound.gates:
        made.marks.append(Mark(gate.at, {"barrier": "gate", **ACCESS[gate.access]}))
        way = [gate.street, gate.at]
        made.lines.append(line(way, gate=gate.access, inside=compound.name, highway="footway"))
    made.compounds.append(compound)


def _ring(compound: Compound) -> list[Point]:
    """Return the compound's outline with its gates on it."""
    corners = rectangle(*compound.rect)
    made = corners[:1]
    for a, b in zip(corners, corners[1:], strict=False):
        low, high = sorted([a, b])
        on = [
            gate.at
            for gate in compound.gates
            if low[0] <= gate.at[0] <= high[0] and low[1] <= gate.at[1] <= high[1]
        ]
        made += [*sorted(on, reverse=a > b), b]
    return made
