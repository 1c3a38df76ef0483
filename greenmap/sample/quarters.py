"""Where people live outside the gates: open rows, the old quarter, the hill, the farm row."""

from __future__ import annotations

import random

from greenmap.sample.buildings import Building, row_of_houses, rows_and_lanes
from greenmap.sample.compounds import Quarter, build_compounds, build_five
from greenmap.sample.lines import line
from greenmap.sample.plan import HILL, Point, Rect
from greenmap.sample.streets import FOOT_LANE_X, SIDE_LANES_X, parcels

OPEN_ROWS = (
    ("NB", 1), ("NB", 3), ("NC", 1), ("MA", 3), ("MB", 0), ("MB", 1), ("MC", 1), ("MC", 2),
    ("SA", 1), ("SB", 1), ("SB", 2), ("SB", 3), ("SC", 0), ("SC", 3),
)  # fmt: skip
OLD_QUARTER = (("SA", 0), ("SA", 2), ("SA", 3))
FARM_ROW: Point = (699.0, -652.0)  # in the fields, more than 100 m from any street


def build(dice: random.Random) -> Quarter:
    """Return everything people live in, drawn on the plan.

    Parameters
    ----------
    dice : random.Random
        Deals the houses.

    Returns
    -------
    Quarter
    """
    made = Quarter()
    build_compounds(made, dice)
    for block, number in OPEN_ROWS:
        _open_rows(made, dice, parcels(block)[number])
    for block, number in OLD_QUARTER:
        _old_lanes(made, dice, parcels(block)[number])
    build_five(made)
    _hill(made, dice)
    for k in range(21):
        at = (FARM_ROW[0] + 10.0 * (k % 7 - 3), FARM_ROW[1] + 9.0 * (k // 7 - 1))
        made.buildings.append(Building(at, 9, 7, 2, "farm"))
    return made


def _open_rows(made: Quarter, dice: random.Random, parcel: Rect) -> None:
    west, south, east, north = parcel
    rows, lanes = rows_and_lanes((west, south + 10, east, north - 10))
    made.lines += [line([(west, y), (east, y)], inside="open", highway="service") for y in lanes]
    for y in rows:
        made.buildings += row_of_houses(dice, west + 22, east - 22, y=y, floors=6)


def _old_lanes(made: Quarter, dice: random.Random, parcel: Rect) -> None:
    """Draw a part of the old quarter: crooked lanes, low houses on both sides."""
    west, south, east, north = parcel
    middle = ((west + east) / 2, (south + north) / 2)
    for k in (1, 2, 3):
        x, y = west + (east - west) * k / 4, south + (north - south) * k / 4
        a, b = _crook(dice), _crook(dice)
        up = [(x + a, south), (x + b, middle[1] + a), (x - a, north)]
        across = [(west, y - b), (middle[0] + b, y + a), (east, y + b)]
        for path in (up, across):
            made.lines.append(line(path, inside="lane", highway="living_street"))
        for j in range(1, 12):
            if abs(j / 3 % 1 - 0.5) > 0.3:
                continue  # keep the crossings free
            for side in (-1, 1):
                at = west + (east - west) * j / 12 + _crook(dice) / 4
                off = side * (14 + 5 * dice.random()) + _crook(dice) / 4
                size = (9 + 6 * dice.random(), 8 + 3 * dice.random(), 2 + int(2 * dice.random()))
                made.buildings.append(Building((at, y + off), *size, "courtyard"))


def _crook(dice: random.Random) -> float:
    return round((dice.random() - 0.5) * 14, 1)


def _hill(made: Quarter, dice: random.Random) -> None:
    """Draw the houses at the foot of the ramp, on the terrace, and the slabs north and south."""
    y = HILL[1]
    for k in range(-3, 4):
        for side in (-15.0, 15.0):
            at = (FOOT_LANE_X + side, y + 17.0 * k + (9 if k >= 0 else -9))
            made.buildings.append(Building(at, 13, 10, 3, "hill"))
    for k in range(-4, 5):
        for x in (-455.0, -425.0):
            made.buildings.append(Building((x, y + 16.0 * k + 8), 13, 10, 3, "hill"))
    streets = (FOOT_LANE_X, *SIDE_LANES_X)
    for ends in ((-822.0, -600.0), (-570.0, -350.0)):
        for row in (292.0, 326.0, 714.0, 754.0):
            for slab in row_of_houses(dice, *ends, y=row, floors=6):
                if all(abs(slab.at[0] - x) > slab.length_m / 2 + 8 for x in streets):
                    made.buildings.append(slab)
