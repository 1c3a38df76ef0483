"""Departments' ledgers (台账) of the sample: names, addresses and sizes, no coordinates.

Civil affairs keeps the places for the elderly, education the kindergartens. What ties
them to the ground is the address: a door number of a street, or the compound they stand
in. `doors` is the office's layer of door numbers (门牌) for these streets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from greenmap.sample.city import City
from greenmap.sample.communities import (
    DISTRICT,
    EAST,
    NORTH,
    SOUTH,
    WEST,
    Community,
    community_of,
)
from greenmap.sample.facilities import Facility
from greenmap.sample.plan import Point
from greenmap.sample.tables import Rows

EVERY_M, ASIDE_M, INSIDE_M = 24.0, 9.0, 3.0
_KINDS = {"elderly_service_station": "养老服务站", "elderly_day_care": "老年人日间照料中心"}


@dataclass(frozen=True, slots=True)
class Door:
    """A door number of a street, or of a compound's lanes."""

    street: str
    number: int
    at: Point

    @property
    def address(self) -> str:
        """Street and number as a plate shows them."""
        return f"{self.street}{self.number}号"


def civil_affairs(city: City) -> Rows:
    """Return the ledger of places for the elderly (民政): beds, floor area, register number.

    Parameters
    ----------
    city : City
        As made.

    Returns
    -------
    rows
        A title, the heading, one row a place, the total.
    """
    rows: Rows = [
        ("虚构区养老服务设施台账（虚构数据，仅供演示）",),
        ("序号", "机构名称", "机构类别", "所属街道", "所属社区", "详细地址", "床位数",
         "建筑面积（㎡）", "登记号"),
    ]  # fmt: skip
    beds = floor = 0
    for n, (f, address) in enumerate(_open(city, _KINDS), start=1):
        here = community_of(f.at)
        has, size = 4 + n * 7 % 27, 120 + n * 37 % 480
        beds, floor = beds + has, floor + size
        rows.append((n, f.name, _KINDS[f.category], here.subdistrict, _said(here, n), address, has,
                     size, f"99养登字{n:04d}号"))
    return [*rows, (None, "合计", None, None, None, None, beds, floor, None)]


def education(city: City) -> Rows:
    """Return the ledger of kindergartens (教育): classes, school places, site, 普惠性.

    Parameters
    ----------
    city : City
        As made.

    Returns
    -------
    rows
        A title, the heading, one row a kindergarten, the total.
    """
    rows: Rows = [
        ("虚构区幼儿园名录（虚构数据，仅供演示）",),
        ("序号", "园所名称", "所属社区", "园所地址", "班数", "学位数", "占地面积（㎡）",
         "建筑面积（㎡）", "是否普惠"),
    ]  # fmt: skip
    total = [0, 0, 0, 0]
    for n, (f, address) in enumerate(_open(city, {"kindergarten": ""}), start=1):
        classes = 3 + n * 7 % 10
        sizes = [classes, classes * 28, 900 + classes * 210, 700 + classes * 190]
        total = [a + b for a, b in zip(total, sizes, strict=True)]
        said = _said(community_of(f.at), n)
        rows.append((n, f.name, said, address, *sizes, "否" if n % 4 == 0 else "是"))
    return [*rows, (None, "合计", None, None, *total, None)]


def doors(city: City) -> Rows:
    """Return the layer of door numbers (门牌): named streets, lanes of compounds.

    Parameters
    ----------
    city : City
        As made.

    Returns
    -------
    rows
        The heading first; WGS 84.
    """
    rows: Rows = [("门牌地址", "所属社区", "经度", "纬度")]
    made = all_doors(city)
    where = city.ground.lonlat([door.at for door in made]).tolist()
    for door, (lon, lat) in zip(made, where, strict=True):
        name = community_of(door.at).name
        rows.append((f"{DISTRICT}{door.address}", name, f"{lon:.7f}", f"{lat:.7f}"))
    return rows


def all_doors(city: City) -> list[Door]:
    """Return a door every 24 m on both sides of each named street and compound's lane.

    Parameters
    ----------
    city : City
        As made.

    Returns
    -------
    list of Door
        Streets in their order, odd numbers on the left.
    """
    made: list[Door] = []
    last: dict[str, int] = {}
    for street in city.streets:
        name = street.inside or street.tags.get("name")
        if not name or street.gate or {"bridge", "tunnel"} & set(street.tags):
            continue
        aside = INSIDE_M if street.inside else ASIDE_M
        shape = shapely.LineString(street.points)
        first = last.get(name, 0)
        for k in range(int(shape.length // EVERY_M)):
            made += _pair(name, first + 2 * k, shape, (k + 0.5) * EVERY_M, aside)
        last[name] = first + 2 * int(shape.length // EVERY_M)
    west, south, east, north = WEST, SOUTH, EAST, NORTH
    return [d for d in made if west <= d.at[0] < east and south <= d.at[1] < north]


def _pair(name: str, before: int, shape: shapely.LineString, middle: float, aside: float
          ) -> Iterator[Door]:
    """The two doors that face each other at one place of a street."""
    (x0, y0), (x1, y1) = shapely.get_coordinates(shape.interpolate([middle - 1, middle + 1]))
    run = max(float(np.hypot(x1 - x0, y1 - y0)), 1e-9)
    for number, side in ((before + 1, aside / run), (before + 2, -aside / run)):
        x, y = (x0 + x1) / 2 - side * (y1 - y0), (y0 + y1) / 2 + side * (x1 - x0)
        yield Door(name, number, (round(float(x), 1), round(float(y), 1)))


def _open(city: City, kinds: Mapping[str, str]) -> Iterator[tuple[Facility, str]]:
    """The open facilities of some categories, each with its address."""
    wanted = [f for f in city.facilities if f.category in kinds and f.status == "open"]
    return zip(wanted, addresses(city, [f.at for f in wanted]), strict=True)


def addresses(city: City, places: Sequence[Point]) -> list[str]:
    """Return the address of each place: the nearest door, in a compound one of its own.

    Parameters
    ----------
    city : City
        As made.
    places : sequence of (x, y)
        Plan metres.

    Returns
    -------
    list of str
    """
    made = all_doors(city)
    walled = {c.name: c.rect for c in city.compounds}
    rects = shapely.box(*np.array(list(walled.values())).T)
    at = shapely.points([door.at for door in made])
    found = []
    for place in shapely.points(list(places)):
        inside = {name for name, r in zip(walled, rects, strict=True) if r.contains_properly(place)}
        free = [d.street in inside if inside else d.street not in walled for d in made]
        away = np.where(free, shapely.distance(at, place), np.inf)
        door = made[int(away.argmin())]
        found.append(door.address if inside else f"{DISTRICT}{door.address}")
    return found


def _said(community: Community, number: int) -> str:
    """A community's name as a clerk writes it: whole, with 居委会, or short."""
    return (community.name, f"{community.name}居委会", community.short)[number % 3]
