"""Dwelling houses as drawn, and rows of them: slabs, or towers from eleven floors up."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from greenmap.sample.plan import Point, Rect

ROW_M, DEPTH_M = 34.0, 12.0


@dataclass(frozen=True, slots=True)
class Building:
    """A dwelling house: its middle on the plan, its size, and who it is for."""

    at: Point
    length_m: float
    depth_m: float
    floors: int
    kind: str  # slab, courtyard, hill, farm: how people are dealt out
    compound: str = ""


def rows_and_lanes(rect: Rect) -> tuple[list[float], list[float]]:
    """Lay rows of houses in a rectangle, one lane between each two.

    Parameters
    ----------
    rect : west, south, east, north
        Plan metres.

    Returns
    -------
    tuple of two lists of float
        The y of the rows and the y of the lanes, from the south.

    Examples
    --------
    >>> rows_and_lanes((0, 0, 100, 132))
    ([16.0, 50.0, 84.0, 118.0], [33.0, 101.0])
    """
    south, north = rect[1] + 16, rect[3] - 14
    count = int((north - south) // ROW_M) + 1
    spare = (north - south - (count - 1) * ROW_M) / 2
    rows = [south + spare + ROW_M * k for k in range(count)]
    lanes = [row + ROW_M / 2 for row in rows[0 : count - 1 : 2]]
    return rows, lanes + ([rows[-1] - ROW_M / 2] if count % 2 and count > 1 else [])


def row_of_houses(
    dice: random.Random, west: float, east: float, *, y: float, floors: int, compound: str = ""
) -> Iterator[Building]:
    """Yield a row's houses from west to east; now and then a place is left green.

    Parameters
    ----------
    dice : random.Random
        Deals lengths and greens.
    west, east, y : float
        Plan metres.
    floors : int
        From eleven up the houses are towers, else slabs.
    compound : str
        The compound they belong to, if any.

    Yields
    ------
    Building
    """
    tower = floors >= 11
    shortest, varies, gap = (24, 3, 24) if tower else (34, 16, 8)
    x = west
    while east - x >= 26:
        length = min(round(shortest + varies * dice.random(), 1), east - x)
        at = (round(x + length / 2, 1), round(y + 3 * (dice.random() - 0.5), 1))
        if dice.random() > 0.08:
            depth = 17 if tower else DEPTH_M
            yield Building(at, length, depth, floors, "slab", compound)
        x += length + gap
