"""Facilities, homes, idle rooms and communities as the text tables an office would hold."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from greenmap.model.category import load_categories
from greenmap.model.datum import wgs84_to_gcj02
from greenmap.sample.city import City
from greenmap.sample.communities import CITY, COMMUNITIES, DISTRICT, boundary, community_of
from greenmap.sample.facilities import Facility
from greenmap.sample.people import AGES
from greenmap.sample.planted import IDLE_ROOMS

Rows = list[Sequence[object]]

# Amap's type code and path for each category; parks and pocket parks share one.
AMAP = {
    "kindergarten": ("141204", "科教文化服务;学校;幼儿园"),
    "primary_school": ("141203", "科教文化服务;学校;小学"),
    "junior_secondary_school": ("141202", "科教文化服务;学校;中学"),
    "community_health_station": ("090102", "医疗保健服务;综合医院;卫生院"),
    "nursery": ("141204", "科教文化服务;学校;幼儿园"),
    "elderly_service_station": ("070000", "生活服务;生活服务场所;生活服务场所"),
    "elderly_day_care": ("070000", "生活服务;生活服务场所;生活服务场所"),
    "convenience_store": ("060200", "购物服务;便民商店/便利店;便民商店/便利店"),
    "wet_market": ("060705", "购物服务;综合市场;蔬菜市场"),
    "pharmacy": ("090601", "医疗保健服务;医药保健销售店;药房"),
    "restaurant": ("050100", "餐饮服务;中餐厅;中餐厅"),
    "laundry": ("071500", "生活服务;洗衣店;洗衣店"),
    "hairdresser": ("071100", "生活服务;美容美发店;美容美发店"),
    "supermarket": ("060400", "购物服务;超级市场;超市"),
    "repair_shop": ("071200", "生活服务;维修站点;维修站点"),
    "bus_stop": ("150702", "交通设施服务;公交车站;普通公交站"),
    "park": ("110101", "风景名胜;公园广场;公园"),
    "pocket_park": ("110101", "风景名胜;公园广场;公园"),
    "car_parking": ("150904", "交通设施服务;停车场;公共停车场"),
}
STATUS_ZH = {"open": "开放", "planned": "规划", "closed": "停用"}


def amenity_ids(facilities: Sequence[Facility]) -> list[str]:
    """Return the facilities' ids, in their order.

    Parameters
    ----------
    facilities : sequence of Facility
        Of the city.

    Returns
    -------
    list of str
        F0001 and on.
    """
    return [f"F{number:04d}" for number in range(1, len(facilities) + 1)]


def amenities(city: City) -> Rows:
    """Return the facility table with its heading: canonical columns, WGS 84.

    Parameters
    ----------
    city : City
        As made.

    Returns
    -------
    rows
        The heading first.
    """
    rows: Rows = [("amenity_id", "name", "category", "status", "area_m2", "lon", "lat")]
    where = city.ground.lonlat([f.at for f in city.facilities]).tolist()
    ids = amenity_ids(city.facilities)
    for key, f, (lon, lat) in zip(ids, city.facilities, where, strict=True):
        area = "" if f.area_m2 is None else f.area_m2
        rows.append((key, f.name, f.category, f.status, area, f"{lon:.7f}", f"{lat:.7f}"))
    return rows


def amap(city: City) -> Rows:
    """Return the open facilities as a map service would export them: codes, GCJ-02.

    Parameters
    ----------
    city : City
        As made.

    Returns
    -------
    rows
        The heading first.
    """
    rows: Rows = [
        ("id", "name", "type", "typecode", "address", "location", "pname", "cityname", "adname",
         "tel")
    ]  # fmt: skip
    degrees = city.ground.lonlat([f.at for f in city.facilities])
    lon, lat = wgs84_to_gcj02(degrees[:, 0], degrees[:, 1])
    for number, (f, x, y) in enumerate(zip(city.facilities, lon, lat, strict=True), start=1):
        if f.status != "open":
            continue
        code, path = AMAP[f.category]
        address = f"{community_of(f.at).subdistrict}{number}号"
        rows.append(
            (f"B0FICT{number:05d}", f.name, path, code, address, f"{x:.6f},{y:.6f}",
             "虚构省", CITY, DISTRICT, "000-00000000")
        )  # fmt: skip
    return rows


def chinese(city: City) -> Rows:
    """Return the facility table with Chinese headings under a title, as a department keeps it.

    Parameters
    ----------
    city : City
        As made.

    Returns
    -------
    rows
        A title, the heading, then the facilities.
    """
    categories = load_categories()
    rows: Rows = [
        ("虚构区公共服务设施台账（虚构数据，仅供演示）",),
        ("设施编号", "设施名称", "设施类别", "状态", "用地面积", "经度", "纬度"),
    ]
    for key, name, category, status, area, lon, lat in amenities(city)[1:]:
        size = None if area == "" else area
        words = (categories[str(category)].zh, STATUS_ZH[str(status)])
        rows.append((key, name, *words, size, float(str(lon)), float(str(lat))))
    return rows


def homes(city: City, building: Mapping[str, int]) -> Rows:
    """Return the homes, one per building, with their residents by age.

    Parameters
    ----------
    city : City
        As made.
    building : mapping
        home_id to its building's way number.

    Returns
    -------
    rows
        The heading first.
    """
    rows: Rows = [
        ("home_id", "people", *AGES, "floors", "floor_area_m2", "compound", "community_id",
         "building_id", "people_source", "lon", "lat")
    ]  # fmt: skip
    where = city.ground.lonlat([h.building.at for h in city.homes]).tolist()
    for h, (lon, lat) in zip(city.homes, where, strict=True):
        rows.append(
            (h.home_id, h.people, *h.ages, h.building.floors, h.floor_area_m2,
             h.building.compound, h.community.code, f"w{building[h.home_id]}", "measured",
             f"{lon:.7f}", f"{lat:.7f}")
        )  # fmt: skip
    return rows


def idle_rooms(city: City) -> Rows:
    """Return the idle rooms (闲置用房): how large, and what may go there.

    Parameters
    ----------
    city : City
        As made.

    Returns
    -------
    rows
        The heading first.
    """
    rows: Rows = [("room_id", "name", "area_m2", "may_hold", "community_id", "lon", "lat")]
    where = city.ground.lonlat([room.at for room in IDLE_ROOMS]).tolist()
    for number, (room, (lon, lat)) in enumerate(zip(IDLE_ROOMS, where, strict=True), start=1):
        what = (room.name, room.area_m2, ";".join(room.may_hold), community_of(room.at).code)
        rows.append((f"R{number:02d}", *what, f"{lon:.7f}", f"{lat:.7f}"))
    return rows


def communities_geojson(city: City) -> str:
    """Return the communities as GeoJSON, one line each.

    Parameters
    ----------
    city : City
        As made.

    Returns
    -------
    str
    """
    lines = []
    for record, ring in community_rows(city):
        shape = {"type": "Polygon", "coordinates": [ring]}
        feature = {"type": "Feature", "properties": record, "geometry": shape}
        lines.append(json.dumps(feature, ensure_ascii=False))
    name = json.dumps("虚构区社区（虚构数据 fictional）", ensure_ascii=False)
    body = ",\n".join(lines)
    return f'{{"type": "FeatureCollection", "name": {name}, "features": [\n{body}\n]}}\n'


def community_rows(city: City) -> Iterable[tuple[dict[str, object], list[list[float]]]]:
    """Yield each community's record and outline.

    Parameters
    ----------
    city : City
        As made.

    Yields
    ------
    record, ring
        Columns by name; closed ring of longitude, latitude.
    """
    for c in COMMUNITIES:
        people = sum(h.people for h in city.homes if h.community is c)
        record: dict[str, object] = {
            "community_id": c.code, "name": c.name, "subdistrict": c.subdistrict,
            "district": DISTRICT, "city": CITY, "built_year": c.built_year, "people": people,
        }  # fmt: skip
        yield record, city.ground.lonlat(boundary(c)).tolist()


def write_csv(rows: Rows, path: Path, *, encoding: str = "utf-8-sig", end: str = "\n") -> None:
    """Write rows as csv, the same bytes each time.

    Parameters
    ----------
    rows : rows
        What to write.
    path : Path
        The file.
    encoding, end : str
        Text encoding and line ending.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


def write_xlsx(rows: Rows, path: Path) -> None:
    """Write rows to a workbook with a fixed date: the same bytes each time.

    Parameters
    ----------
    rows : rows
        A title first, then the heading.
    path : Path
        A file ending in .xlsx.
    """
    from datetime import datetime
    from re import sub
    from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "设施台账"
    for row in rows:
        sheet.append(row)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(rows[1]))
    book.properties.created = datetime(2022, 3, 1)
    raw = io.BytesIO()
    book.save(raw)
    with ZipFile(raw) as made, ZipFile(path, "w", ZIP_DEFLATED) as fixed:
        for name in made.namelist():  # openpyxl stamps the clock on every part
            body = made.read(name)
            if name == "docProps/core.xml":
                body = sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2022-03-01T00:00:00Z", body)
            fixed.writestr(ZipInfo(name, (2022, 3, 1, 0, 0, 0)), body, ZIP_DEFLATED)
