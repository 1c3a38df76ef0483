"""The gaps planted in the district, each with its cause, and the decoys laid beside them.

A gap is one community and one clause of the generic checklist. Its *core* is the
part of the community whose homes are kept from such a place; everybody else is
served. ``visible_in`` says when an audit can see it: "plain" on the streets as
they are drawn, "full" only once walls, gates, slope and steps are honoured.
"""

from __future__ import annotations

from dataclasses import dataclass

from greenmap.sample.compounds import FIVE
from greenmap.sample.plan import HILL, Point, Rect


@dataclass(frozen=True, slots=True)
class Gap:
    """A planted gap: where, in what, why, and the places that seem to fill it."""

    community: str
    clause: str
    cause: str
    visible_in: str
    core: Rect
    pins: tuple[Point, ...] = ()
    state: str = "not_met"
    compounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decoy:
    """A place that must not count: shut, only planned, too small."""

    category: str
    at: Point
    name: str
    status: str = "open"
    area_m2: int | None = None


UNSURE = "place_not_sure"  # parks whose size nobody recorded
GAPS = (
    Gap("NC", "market-8min", "none_near", "plain", (420, 500, 840, 780)),
    Gap("NC", "elderly-day-care-5min", "none_near", "plain", (560, 400, 840, 780)),
    Gap("SA", "pocket-park-300m", "none_near", "plain", (-840, -780, -640, -480)),
    Gap("SA", "car-parking-150m", "none_near", "plain", (-825, -765, -480, -420)),
    Gap("SC", "kindergarten-300m", "none_near", "plain", (285, -780, 840, -545)),
    Gap("MB", "health-station-500m", "river", "plain", (-75, -30, 150, 230), ((279.0, 165.0),)),
    Gap("MC", "primary-500m", "rail", "plain", (270, 60, 840, 230), ((545.0, 281.0),)),
    Gap(
        "MC", "pocket-park-300m", UNSURE, "plain", (640, 50, 840, 230),
        ((547.0, 50.0), (690.0, 112.0), (640.0, 221.0), (780.0, -19.0)), state="not_known",
    ),
    Gap(
        "NA1", "elderly-station-5min", "slope", "full", (-800, 440, -740, 600),
        ((HILL[0] - 12, HILL[1] + 6),),
    ),
    Gap("NA2", "elderly-station-5min", "steps", "full", (-470, 440, -410, 600)),
    Gap(
        "MA1", "kindergarten-300m", "wall", "full", (-840, -35, -546, 100), ((-700.0, 110.0),),
        compounds=FIVE,
    ),
    Gap(
        "SB", "convenience-5min", "gate", "full", (-330, -780, -100, -525), ((-232.0, -515.0),),
        compounds=("锦园小区",),
    ),
)  # fmt: skip
# Clauses of the elderly that can't be answered for 柳圩: many of its old people live
# in the farm row, more than 100 m from any street.
NOT_ATTACHED = (
    "SC",
    ("health-station-500m", "elderly-station-5min", "elderly-day-care-5min", "pharmacy-8min",
     "pocket-park-300m"),
)  # fmt: skip
DECOYS = (
    Decoy("kindergarten", (543.0, -640.0), "虚构柳圩幼儿园（已停办）", status="closed"),
    Decoy("wet_market", (567.0, 640.0), "虚构东苑菜市场（规划）", status="planned"),
    Decoy("park", (-740.0, -540.0), "虚构古井小公园", area_m2=1500),
)
ESTATE = "望江苑"


@dataclass(frozen=True, slots=True)
class IdleRoom:
    """An idle room (闲置用房) near a gap, and what may go there."""

    name: str
    at: Point
    area_m2: int
    may_hold: tuple[str, ...]


IDLE_ROOMS = (
    IdleRoom("虚构东苑旧锅炉房", (700.0, 532.0), 620, ("wet_market", "elderly_day_care")),
    IdleRoom("虚构东苑物业用房", (590.0, 640.0), 180, ("elderly_day_care", "nursery")),
    IdleRoom("虚构古井旧粮站", (-700.0, -518.0), 900, ("car_parking", "pocket_park")),
    IdleRoom("虚构古井街旧仓库", (-583.0, -640.0), 450, ("car_parking", "repair_shop")),
    IdleRoom("虚构柳圩村办旧址", (543.0, -690.0), 520, ("kindergarten", "nursery")),
    IdleRoom("虚构柳圩供销社", (400.0, -537.0), 260, ("kindergarten", "convenience_store")),
    IdleRoom("虚构望江苑会所", (-87.0, 120.0), 300, ("community_health_station",)),
    IdleRoom("虚构芦花旧厂房", (620.0, 2.0), 1500, ("primary_school", "nursery")),
    IdleRoom("虚构岭脚旧礼堂", (-758.0, 430.0), 320, ("elderly_service_station",)),
    IdleRoom("虚构岭东台地平房", (-452.0, 428.0), 140, ("elderly_service_station",)),
    IdleRoom("虚构和安二院车库", (-640.0, -47.0), 400, ("kindergarten", "nursery")),
    IdleRoom("虚构锦园门面房", (-190.0, -793.0), 90, ("convenience_store", "pharmacy")),
)
