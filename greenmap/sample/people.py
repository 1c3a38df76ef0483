"""Who lives in the buildings: people by age, dealt out by the seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from greenmap.sample.buildings import Building
from greenmap.sample.communities import Community, community_of

AGES = ("age_0_3", "age_3_6", "age_6_12", "age_12_15", "elderly_60", "elderly_65", "elderly_80")
# Shares of residents by kind of housing; 65+ and 80+ are shares of those over 60.
SHARES = {
    "slab": (0.026, 0.032, 0.066, 0.031, 0.18),
    "courtyard": (0.018, 0.022, 0.045, 0.022, 0.31),
    "hill": (0.02, 0.025, 0.05, 0.025, 0.42),
    "farm": (0.0, 0.0, 0.0, 0.0, 0.74),
}
OVER_65, OVER_80 = 0.67, 0.13
FLOOR_M2 = {"slab": 38.0, "courtyard": 22.0, "hill": 18.0, "farm": 10.0}  # per person


@dataclass(frozen=True, slots=True)
class Home:
    """A dwelling house with its residents."""

    home_id: str
    building: Building
    community: Community
    people: int
    ages: tuple[int, ...]  # in the order of AGES
    floor_area_m2: int


def settle(buildings: Sequence[Building], dice: random.Random) -> list[Home]:
    """Return the homes, one per building.

    Parameters
    ----------
    buildings : sequence of Building
        As drawn.
    dice : random.Random
        Deals the people.

    Returns
    -------
    list of Home
        In the order of the buildings, numbered from H0001.
    """
    homes = []
    for number, building in enumerate(buildings, start=1):
        area = building.length_m * building.depth_m * building.floors
        people = max(3, round(area / FLOOR_M2[building.kind] * (0.85 + 0.3 * dice.random())))
        young_and_old = [_share(people, share, dice) for share in SHARES[building.kind]]
        over_60 = young_and_old[-1]
        over_65 = min(over_60, _share(over_60, OVER_65, dice))
        ages = (*young_and_old, over_65, min(over_65, _share(over_60, OVER_80, dice)))
        where = community_of(building.at)
        homes.append(Home(f"H{number:04d}", building, where, people, ages, round(area)))
    return homes


def _share(people: int, share: float, dice: random.Random) -> int:
    """Return a share of people as a whole number, rounded up or down by the dice."""
    expected = people * share
    return int(expected) + (dice.random() < expected % 1)
