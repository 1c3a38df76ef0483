"""Where the facilities stand: everyone served, but for the planted gaps.

For each clause places are put down one by one where they serve most of those not
yet served, among sites along the streets, until every community is well above
what the study asks, both on the plain network and with walls, gates and slope.
Sites that would fill a planted gap are left free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from greenmap.model.profile import load_profile
from greenmap.model.standard import Clause, load_standard
from greenmap.sample.communities import COMMUNITIES, community_of
from greenmap.sample.people import AGES, Home
from greenmap.sample.plan import Floats, Point
from greenmap.sample.planted import DECOYS, GAPS, NOT_ATTACHED, Gap

STANDARD = "fifteen-minute-generic"
TARGET = 0.985  # share served, of each community, that ends the search
SPARE_PLAIN, SPARE_FULL = 0.96, 0.94  # of the limit, so that no answer hangs on a metre
# What is wanted this near may stand inside a compound, as it often does.
DOORSTEP_M = 360.0
Bools = npt.NDArray[np.bool_]

WORDS = {
    "kindergarten": "幼儿园", "primary_school": "小学", "junior_secondary_school": "初级中学",
    "community_health_station": "社区卫生服务站", "nursery": "托育中心",
    "elderly_service_station": "养老服务站", "elderly_day_care": "日间照料中心",
    "convenience_store": "便利店", "wet_market": "菜市场", "pharmacy": "大药房",
    "restaurant": "饭店", "laundry": "洗衣店", "hairdresser": "理发店", "supermarket": "超市",
    "repair_shop": "维修点", "bus_stop": "公交站", "park": "公园", "pocket_park": "口袋公园",
    "car_parking": "停车场",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facility:
    """A place as the facility tables list it."""

    category: str
    at: Point
    name: str
    status: str
    area_m2: int | None


@dataclass(frozen=True, slots=True)
class Sites:
    """Where a place may stand, and how far it is from every home."""

    at: tuple[Point, ...]
    pins: int  # the first so many are the planted gaps' own
    inside: Bools  # inside a compound
    straight: Floats  # (homes, sites)
    plain: Floats
    full: Floats


def limit_m(clause: Clause) -> float:
    """Return a clause's limit in metres on the flat."""
    return clause.limit if clause.unit == "m" else load_profile(clause.profile).metres_in(clause.limit)


def pins() -> list[tuple[Gap, Point]]:
    """Return the planted gaps' own places in a fixed order."""
    return [(gap, at) for gap in GAPS for at in gap.pins]


def in_core(gap: Gap, homes: Sequence[Home]) -> Bools:
    """Return which homes a planted gap keeps from the place."""
    west, south, east, north = gap.core
    return np.array(
        [
            h.community.key == gap.community
            and west <= h.building.at[0] <= east
            and south <= h.building.at[1] <= north
            and (not gap.compounds or h.building.compound in gap.compounds)
            and h.building.kind != "farm"
            for h in homes
        ]
    )


def weights(clause: Clause, homes: Sequence[Home]) -> npt.NDArray[np.int64]:
    """Return the people of a clause's group in every home."""
    if clause.people == "all":
        return np.array([h.people for h in homes], dtype=np.int64)
    return np.array([h.ages[AGES.index(clause.people)] for h in homes], dtype=np.int64)


def place(homes: Sequence[Home], sites: Sites) -> list[Facility]:
    """Return every facility of the district, by category in the order of the checklist."""
    clauses = {c.id: c for c in load_standard(STANDARD).clauses}
    # parks first, for they count as pocket parks too; then the nearest limits, which have least choice
    order = sorted(clauses.values(), key=lambda c: (c.categories[0] != "park", limit_m(c)))
    free = np.ones(len(sites.at), dtype=bool)
    free[: sites.pins] = False
    chosen: dict[str, list[int]] = {}
    for clause in order:
        own = [k for k, (gap, _) in enumerate(pins()) if clauses[gap.clause].categories == clause.categories]
        sure = [] if any(GAPS_STATE[pins()[k][0].clause] for k in own) else own
        start = sure + [k for c in clause.categories[1:] for k in chosen.get(c, [])]
        usable = free & _allowed(clause, clauses, homes, sites)
        picked = _greedy(_demand(clause, homes, sites), start, usable)
        free[picked] = False
        chosen[clause.categories[0]] = sorted(own) + picked
    return [
        f for clause in clauses.values() for f in _named(clause.categories[0], chosen, sites)
    ] + [Facility(d.category, d.at, d.name, d.status, d.area_m2) for d in DECOYS]


GAPS_STATE = {gap.clause: gap.cause == "place_not_sure" for gap in GAPS}


def _allowed(
    clause: Clause, clauses: dict[str, Clause], homes: Sequence[Home], sites: Sites
) -> Bools:
    """Return the sites where a place of the clause's first category would fill no planted gap."""
    category = clause.categories[0]
    good = ~sites.inside | (limit_m(clause) <= DOORSTEP_M)
    for gap in GAPS:
        other = clauses[gap.clause]
        if category not in other.categories:
            continue
        core, limit = in_core(gap, homes), limit_m(other)
        if gap.cause == "none_near":
            # a faster walker must not reach one either: 72 to 54 m/min
            near = sites.straight[core] <= limit * (1.4 if other.profile == "elderly" else 1.06)
        elif gap.visible_in == "A":
            near = sites.plain[core] <= limit * 1.15
        else:
            near = sites.full[core] <= limit * 1.1
        good &= ~near.any(axis=0)
    return good


@dataclass(frozen=True, slots=True)
class _Demand:
    """Who has to be served by which sites: homes twice, plain and full."""

    served: Bools  # (2 homes, sites)
    weight: npt.NDArray[np.int64]
    group: npt.NDArray[np.intp]  # community, twice over


def _demand(clause: Clause, homes: Sequence[Home], sites: Sites) -> _Demand:
    limit = limit_m(clause)
    weight = np.tile(weights(clause, homes), 2)
    count = len(homes)
    lost = ~np.isfinite(sites.plain).any(axis=1)
    weight[np.tile(lost, 2)] = 0
    for gap in GAPS:
        if gap.clause == clause.id:
            core = in_core(gap, homes)
            weight[count:][core] = 0
            if gap.visible_in == "A":
                weight[:count][core] = 0
    number = {c.key: k for k, c in enumerate(COMMUNITIES)}
    group = np.array([number[h.community.key] for h in homes])
    served = np.vstack([sites.plain <= limit * SPARE_PLAIN, sites.full <= limit * SPARE_FULL])
    return _Demand(served, weight, np.concatenate([group, group + len(COMMUNITIES)]))


def _greedy(demand: _Demand, start: list[int], usable: Bools) -> list[int]:
    """Return sites, each serving most people not yet served, until all groups are content."""
    left = demand.weight.copy()
    whole = np.bincount(demand.group, weights=left, minlength=2 * len(COMMUNITIES))
    gain = left @ demand.served.astype(np.int64)
    picked: list[int] = []

    def settle(rows: npt.NDArray[np.intp]) -> None:
        rows = rows[left[rows] > 0]
        np.subtract(gain, left[rows] @ demand.served[rows].astype(np.int64), out=gain)
        left[rows] = 0

    def serve(site: int) -> None:
        settle(np.flatnonzero(demand.served[:, site]))
        open_ = np.bincount(demand.group, weights=left, minlength=len(whole))
        content = open_ <= (1 - TARGET) * whole
        settle(np.flatnonzero(content[demand.group]))

    for site in start:
        serve(site)
    while True:
        best = int(np.argmax(np.where(usable, gain, 0)))
        if not usable[best] or gain[best] <= 0:
            return picked
        picked.append(best)
        serve(best)


def _named(category: str, chosen: dict[str, list[int]], sites: Sites) -> list[Facility]:
    made, seen = [], dict.fromkeys((c.short for c in COMMUNITIES), 0)
    for k in chosen[category]:
        short = community_of(sites.at[k]).short
        seen[short] += 1
        name = f"虚构{short}{WORDS[category]}" + (f"（{seen[short]}）" if seen[short] > 1 else "")
        unsure = k < sites.pins and pins()[k][0].cause == "place_not_sure"
        area = None if unsure else _area(category, len(made))
        made.append(Facility(category, sites.at[k], name, "open", area))
    return made


def _area(category: str, number: int) -> int | None:
    """Return the site area of a park, metres squared; other places have none on record."""
    if category == "park":
        return 5600 + number * 1730 % 9000
    if category == "pocket_park":
        return 2100 + number * 370 % 2600
    return None
