"""Where the facilities stand: everyone served, but for the planted gaps.

For each clause places are put down one by one where they serve most of those not
yet served, among sites along the streets, until every community is well above
what the study asks, both on the plain network and with walls, gates and slope.
Sites that would fill a planted gap are left free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from greenmap.model.profile import load_profile
from greenmap.model.standard import Clause, load_standard
from greenmap.sample.communities import COMMUNITIES, community_of
from greenmap.sample.cover import Demand, choose
from greenmap.sample.people import AGES, Home
from greenmap.sample.plan import Floats, Point
from greenmap.sample.planted import DECOYS, GAPS, UNSURE, Gap
from greenmap.sample.walking import Bools

STANDARD = "fifteen-minute-generic"
SPARE_PLAIN, SPARE_FULL = 0.96, 0.94  # of the limit, so that no answer hangs on a metre
# How far a planted gap is kept clear, in limits. A faster walker must not reach a
# place the elderly are said not to have near either: 72 against 54 m/min.
CLEAR = {"none_near": 1.06, "none_near_elderly": 1.4, "plain": 1.15, "full": 1.1}
DOORSTEP_M = 360.0  # what is wanted this near may stand inside a compound, as it often does

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

    at: tuple[Point, ...]  # the planted gaps' own places first, see `pins`
    inside: Bools  # inside a compound
    straight: Floats  # (homes, sites) metres
    plain: Floats
    full: Floats


def limit_m(clause: Clause) -> float:
    """Return a clause's limit in metres on the flat.

    Parameters
    ----------
    clause : Clause
        In metres or minutes.

    Returns
    -------
    float
    """
    if clause.unit == "m":
        return clause.limit
    return load_profile(clause.profile).metres_in(clause.limit)


def pins() -> list[tuple[Gap, Point]]:
    """Return the planted gaps' own places in a fixed order.

    Returns
    -------
    list of (Gap, plan point)
    """
    return [(gap, at) for gap in GAPS for at in gap.pins]


def in_core(gap: Gap, homes: Sequence[Home]) -> Bools:
    """Return which homes a planted gap keeps from the place.

    Parameters
    ----------
    gap : Gap
        As planted.
    homes : sequence of Home
        All homes.

    Returns
    -------
    (homes,) bool array
    """
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
    """Return the people of a clause's group in every home.

    Parameters
    ----------
    clause : Clause
        Says whose homes count.
    homes : sequence of Home
        All homes.

    Returns
    -------
    (homes,) int array
    """
    if clause.people == "all":
        return np.array([h.people for h in homes], dtype=np.int64)
    return np.array([h.ages[AGES.index(clause.people)] for h in homes], dtype=np.int64)


def place(homes: Sequence[Home], sites: Sites) -> list[Facility]:
    """Return every facility of the district.

    Parameters
    ----------
    homes : sequence of Home
        Who is to be served.
    sites : Sites
        Where places may stand.

    Returns
    -------
    list of Facility
        By category in the order of the checklist; the decoys last.
    """
    clauses = {c.id: c for c in load_standard(STANDARD).clauses}
    gaps = [(gap, clauses[gap.clause], in_core(gap, homes)) for gap in GAPS]
    free = np.arange(len(sites.at)) >= len(pins())
    chosen: dict[str, list[int]] = {}
    # Parks first, for they count as pocket parks too; then by limit: the nearest has least choice.
    for clause in sorted(clauses.values(), key=lambda c: (c.categories[0] != "park", limit_m(c))):
        own = [k for k, (gap, _) in enumerate(pins()) if gap.clause == clause.id]
        serving = [k for k in own if pins()[k][0].cause != UNSURE]
        serving += [k for other in clause.categories[1:] for k in chosen[other]]
        usable = free & _clear(clause, gaps, sites)
        picked = choose(_demand(clause, gaps, homes, sites), start=serving, usable=usable)
        free[picked] = False
        chosen[clause.categories[0]] = own + picked
    named = [f for c in clauses.values() for f in _named(c.categories[0], chosen, sites)]
    return named + [Facility(d.category, d.at, d.name, d.status, d.area_m2) for d in DECOYS]


def _clear(clause: Clause, gaps: Sequence[tuple[Gap, Clause, Bools]], sites: Sites) -> Bools:
    """Return the sites where a place of the clause's first category would fill no planted gap."""
    good = ~sites.inside | (limit_m(clause) <= DOORSTEP_M)
    for gap, other, core in gaps:
        if clause.categories[0] not in other.categories:
            continue
        if gap.cause == "none_near":
            rule, far = gap.cause, sites.straight[core]
            rule += "_elderly" if other.profile == "elderly" else ""
        else:
            rule = gap.visible_in
            far = (sites.plain if rule == "plain" else sites.full)[core]
        good &= (far > limit_m(other) * CLEAR[rule]).all(axis=0)
    return good


def _demand(
    clause: Clause, gaps: Sequence[tuple[Gap, Clause, Bools]], homes: Sequence[Home], sites: Sites
) -> Demand:
    """Return who is to be served: every home twice, on the plain network and on the full."""
    weight = np.tile(weights(clause, homes), (2, 1))
    weight[:, ~np.isfinite(sites.plain).any(axis=1)] = 0
    for gap, other, core in gaps:
        if other is clause:
            weight[0 if gap.visible_in == "plain" else 1 :, core] = 0
    number = {c.key: k for k, c in enumerate(COMMUNITIES)}
    group = np.array([number[h.community.key] for h in homes])
    limit = limit_m(clause)
    served = np.vstack([sites.plain <= limit * SPARE_PLAIN, sites.full <= limit * SPARE_FULL])
    return Demand(served, weight.ravel(), np.concatenate([group, group + len(COMMUNITIES)]))


def _named(category: str, chosen: Mapping[str, Sequence[int]], sites: Sites) -> list[Facility]:
    made: list[Facility] = []
    seen = dict.fromkeys((c.short for c in COMMUNITIES), 0)
    unsure = {k for k, (gap, _) in enumerate(pins()) if gap.cause == UNSURE}
    for k in chosen[category]:
        short = community_of(sites.at[k]).short
        seen[short] += 1
        name = f"虚构{short}{WORDS[category]}" + (f"（{seen[short]}）" if seen[short] > 1 else "")
        area = None if k in unsure else _area(category, len(made))
        made.append(Facility(category, sites.at[k], name, "open", area))
    return made


def _area(category: str, number: int) -> int | None:
    """Return the site area of a park, square metres; other places have none on record."""
    if category == "park":
        return 5600 + number * 1730 % 9000
    if category == "pocket_park":
        return 2100 + number * 370 % 2600
    return None
