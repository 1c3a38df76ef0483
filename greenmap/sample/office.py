"""The sample as an office holds it: a messy folder without OSM, homes or a study file.

Boundaries, centrelines, compounds and buildings as shapefiles in GBK and CGCS2000, people
as a statistics table with lines of totals, gates and facilities as workbooks, two ledgers
without coordinates; beside them a copy, an older version and a temporary file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from shutil import copyfile

import numpy as np

from greenmap.i18n import text
from greenmap.read.dwellings import Figures
from greenmap.report.plain_book import write_plain_book
from greenmap.sample import ledgers, relief, tables
from greenmap.sample.buildings import Building
from greenmap.sample.city import City
from greenmap.sample.communities import CITY, COMMUNITIES, DISTRICT, Community, boundary
from greenmap.sample.layers import SHAPE_CRS
from greenmap.sample.lines import rectangle
from greenmap.sample.people import AGES
from greenmap.sample.plan import Point
from greenmap.sample.tables import Rows

IN_LEDGERS = ("kindergarten", "elderly_service_station", "elderly_day_care")
"""Categories that only the ledgers list, without coordinates."""

CLASSES = {
    "secondary": "次干路", "tertiary": "支路", "residential": "街巷", "living_street": "街巷",
    "service": "小区路", "footway": "步行道", "path": "小路", "steps": "台阶",
    "unclassified": "乡村道路", "track": "村道",
}  # fmt: skip
RENAMED = {"SA": "虚构石井社区"}
"""A community that the population table lists under its old name, without a code."""

_PASS = {"open": "开放", "residents": "门禁", "locked": "锁闭"}
_AGES_ZH = ("0-3岁", "3-6岁", "6-12岁", "12-15岁", "60岁及以上", "65岁及以上", "80岁及以上")
YEAR = 2022


def write_office(city: City, bounds: relief.Bounds, folder: Path, *, boundaries: bool) -> None:
    """Write the office folder.

    Parameters
    ----------
    city : City
        As made.
    bounds : west, south, east, north
        Of the streets, degrees.
    folder : Path
        Where to write; it is there.
    boundaries : bool
        Whether the office has the communities' boundaries.
    """
    from greenmap.read.raster import write_raster

    for inner in ("人口", "设施台账", "道路 与 小区", "高程"):
        (folder / inner).mkdir()
    if boundaries:
        _write_boundaries(city, folder / "社区界线")
    _write_people(city, folder / "人口")
    _write_streets(city, folder / "道路 与 小区")
    _write_facilities(city, folder / "设施台账")
    values, (west, south, east, north) = relief.heights(city, bounds)
    write_raster(folder / "高程" / "dem.tif", values, west=west, south=south, east=east,
                 north=north, nodata=relief.NODATA)
    words = text("sample.office", "zh") + "\n" + text("sample.office", "en")
    (folder / "说明（虚构数据）.txt").write_bytes(words.encode("utf-8"))


def _layer(records: Sequence[Mapping[str, object]], shapes: Sequence[object], path: Path) -> None:
    """Write a shapefile as an office would: GBK, CGCS2000, Chinese columns."""
    import geopandas as gpd

    table = gpd.GeoDataFrame(list(records), geometry=list(shapes), crs="EPSG:4326")
    table.to_crs(SHAPE_CRS).to_file(path, encoding="GBK")


def _ring(city: City, points: Sequence[Point]) -> object:
    import shapely

    return shapely.Polygon(city.ground.lonlat(points))


def _write_boundaries(city: City, folder: Path) -> None:
    """The boundaries of today, and in a folder of its own those from before one was split."""
    (folder / "旧").mkdir(parents=True)
    shapes = [_ring(city, boundary(c)) for c in COMMUNITIES]
    rows = [{"社区编码": c.code, "社区名称": c.name, "街道": c.subdistrict, "区": DISTRICT,
             "市": CITY} for c in COMMUNITIES]
    _layer(rows, shapes, folder / "社区界线.shp")
    _layer(rows[1:], shapes[1:], folder / "旧" / "社区界线.shp")


def _write_people(city: City, folder: Path) -> None:
    """People by community and age: titles, totals, an old name, a lock file of a spreadsheet."""
    rows: Rows = [(f"虚构区{YEAR}年常住人口统计表（虚构数据，仅供演示）",),
                  ("街道", "社区编码", "社区名称", "常住人口", *_AGES_ZH)]
    whole = np.zeros(1 + len(AGES), int)
    for street in dict.fromkeys(c.subdistrict for c in COMMUNITIES):
        part = np.zeros(1 + len(AGES), int)
        for n, c in enumerate(c for c in COMMUNITIES if c.subdistrict == street):
            counts = _counts(city, c)
            part += counts
            said, code = (RENAMED[c.key], None) if c.key in RENAMED else (f"{c.name}居委会", c.code)
            rows.append((street if n == 0 else None, code, said, *counts.tolist()))
        rows.append((None, None, "小计", *part.tolist()))
        whole += part
    rows.append(("合计", None, None, *whole.tolist()))
    file = folder / f"{YEAR}年常住人口（分社区、分年龄）.xlsx"
    write_plain_book(file, {"人口": rows})
    (folder / f"~${file.name}").write_bytes(b"\x00" * 165)
    new = {c.key: c.name for c in COMMUNITIES}
    renamed: Rows = [("原名称", "现名称"), *((old, new[key]) for key, old in RENAMED.items())]
    write_plain_book(folder / "社区更名对照.xlsx", {"更名": renamed})


def _counts(city: City, community: Community) -> np.ndarray:
    mine = [(h.people, *h.ages) for h in city.homes if h.community is community]
    counts: np.ndarray = np.array(mine, int).sum(axis=0)
    return counts


def _write_streets(city: City, folder: Path) -> None:
    """Centrelines, compounds with households, buildings with storeys, gates."""
    import shapely

    lines = [shapely.LineString(city.ground.lonlat(s.points)) for s in city.streets]
    rows = [{"道路名称": s.tags.get("name", ""), "道路等级": CLASSES[s.tags["highway"]],
             "层级": 1 if "bridge" in s.tags else -1 if "tunnel" in s.tags else 0,
             "通行": "内部" if s.tags.get("access") == "private" else "公共"}
            for s in city.streets]
    _layer(rows, lines, folder / "道路中心线.shp")
    size = Figures().household_size
    areas, outlines, where = [], [], {}
    for compound in city.compounds:
        mine = [h for h in city.homes if h.building.compound == compound.name]
        where[compound.name] = mine[0].community.name
        areas.append({"小区名称": compound.name, "所属社区": mine[0].community.name,
                      "户数": round(sum(h.people for h in mine) / size)})
        outlines.append(_ring(city, rectangle(*compound.rect)))
    _layer(areas, outlines, folder / "小区范围.shp")
    _layer([{"楼栋编号": h.home_id, "层数": h.building.floors, "用途": "住宅",
             "所属小区": h.building.compound, "所属社区": h.community.name} for h in city.homes],
           [_ring(city, _outline(h.building)) for h in city.homes], folder / "楼栋.shp")
    gates = [(c.name, g) for c in city.compounds for g in c.gates]
    at = city.ground.lonlat([g.at for _, g in gates]).tolist()
    listed: Rows = [("大门编号", "小区名称", "通行", "经度", "纬度")]
    listed += [(f"D{n:03d}", name, _PASS[gate.access], lon, lat) for n, ((name, gate), (lon, lat))
               in enumerate(zip(gates, at, strict=True), start=1)]
    write_plain_book(folder / "小区大门.xlsx", {"大门": listed})


def _outline(house: Building) -> list[Point]:
    (x, y), half, deep = house.at, house.length_m / 2, house.depth_m / 2
    return rectangle(x - half, y - deep, x + half, y + deep)


def _write_facilities(city: City, folder: Path) -> None:
    """Facilities with coordinates; two ledgers without; door numbers; a copy of the first."""
    listed = replace(city, facilities=tuple(f for f in city.facilities
                                            if f.category not in IN_LEDGERS))
    file = folder / "公共服务设施.xlsx"
    tables.write_xlsx(tables.chinese(listed), file)
    copyfile(file, folder / "公共服务设施 - 副本.xlsx")
    for name, rows in (("民政-养老服务设施台账", ledgers.civil_affairs(city)),
                       ("教育-幼儿园名录", ledgers.education(city))):
        write_plain_book(folder / f"{name}.xlsx", {"台账": rows})
    tables.write_csv(ledgers.doors(city), folder / "门牌.csv", encoding="gb18030", end="\r\n")
