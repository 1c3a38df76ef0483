"""Roles of files: what a table or layer may serve as, told from headings, shapes and its name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from greenmap.model.category import category_by_label
from greenmap.model.schema import aliases, normal
from greenmap.read.ages import read_band

_KINDS = {"category", "type_code", "type_path", "type_1"}
_BUILDING = {"floors", "floor_area_m2", "building_id", "people"}
_COUNTED = {"resident", "registered", "people", "men"}
_LEDGER = re.compile("地址|坐落|床位|学位|托位|班数|登记号|许可证|备案|普惠|核定|建筑面积|address")
_TITLED = re.compile("名称|机构|园所|学校|单位|name", re.I)
# Names decide only where headings leave it open.
_NAMED = {
    "aliases": re.compile("更名|改名|曾用名|旧名|对照|alias", re.I),
    "gates": re.compile("大门|出入口|门禁|gate", re.I),
    "doors": re.compile("门牌|门址|地址库|door", re.I),
    "homes": re.compile("居住|住宅|楼栋|房屋|人口|建筑|home|building|residen|dwelling", re.I),
    "compounds": re.compile("小区|院落|compound", re.I),
    "communities": re.compile("社区|边界|界线|网格|communit|boundar|catchment", re.I),
    "amenities": re.compile("设施|兴趣点|台账|poi|ameniti|facilit", re.I),
}
_ROADS = re.compile("道路|中心线|路网|街道|road|street|centre?line", re.I)
_WALLS = re.compile("围墙|围栏|barrier|wall|fence", re.I)
_HEIGHTS = re.compile("dem|dsm|高程|地形|elev|srtm|aster|terrain", re.I)
_POPULATION = re.compile("人口|pop", re.I)


def ours(headings: Sequence[str], table: str) -> set[str]:
    """Return which of a table's columns some headings are.

    Examples
    --------
    >>> sorted(ours(["社区名称", "常住人口"], "people"))
    ['name', 'resident']
    """
    known = aliases(table)
    forms = [normal(heading, brackets=keep) for heading in headings for keep in (True, False)]
    return {known[form] for form in forms if form in known}


def named_category(name: str) -> str:
    """Return the category whose name stands in a file's, the longest; "" where none or two do.

    Examples
    --------
    >>> named_category("教育-幼儿园名录"), named_category("台账")
    ('kindergarten', '')
    """
    found = {label: key for label, key in category_by_label().items()
             if len(label) > 1 and label in name}
    best = {found[label] for label in found if not any(label in o and label != o for o in found)}
    return best.pop() if len(best) == 1 else ""


def raster_role(name: str) -> str:
    """Say what a raster is for, by its name.

    Examples
    --------
    >>> raster_role("人口2020"), raster_role("DEM_30m"), raster_role("影像")
    ('raster', 'terrain', 'unused')
    """
    if _POPULATION.search(name):
        return "raster"
    return "terrain" if _HEIGHTS.search(name) else "unused"


def table_role(headings: Sequence[str], named: str) -> str:
    """Say what a flat table may serve as.

    Examples
    --------
    >>> table_role(["社区名称", "常住人口", "60岁以上"], "a"), table_role(["园所名称", "地址"], "b")
    ('people', 'ledger')
    """
    place = ours(headings, "coordinates")
    if {"lon", "lat"} <= place or "location" in place:
        return place_role(headings, "table", named)
    if "old" in ours(headings, "aliases"):
        return "aliases"
    listed = any(_LEDGER.search(h) for h in headings) and any(_TITLED.search(h) for h in headings)
    counted = ours(headings, "people")
    ages = any(read_band(h) for h in headings)
    if not listed and (counted & _COUNTED or ages) and counted & {"name", "code"}:
        return "people"
    return "ledger" if listed else "unused"


def place_role(headings: Sequence[str], kind: str, named: str) -> str:
    """Say what a table with coordinates, or a layer, may serve as.

    Headings count first, then the name of the file or layer, then the kind of shape.

    Parameters
    ----------
    headings : sequence of str
        Of the file.
    kind : {"table", "points", "lines", "polygons", "unused"}
        What it holds.
    named : str
        Name of the file or layer.

    Returns
    -------
    str
    """
    if kind == "unused":
        return "unused"
    if kind == "lines":
        return ("barriers" if _WALLS.search(named) else
                "roads" if _ROADS.search(named) or any(_ROADS.search(h) for h in headings)
                else "unused")
    if kind != "polygons":
        if "access" in ours(headings, "gates") or _NAMED["gates"].search(named):
            return "gates"
        if _NAMED["doors"].search(named) or any(_NAMED["doors"].search(h) for h in headings):
            return "doors"
        if ours(headings, "amenities") & _KINDS:
            return "amenities"
        if ours(headings, "homes") & _BUILDING:
            return "homes"
    by_name = next((role for role, words in _NAMED.items() if words.search(named)), None)
    if kind != "polygons":
        return "unused" if by_name in (None, "communities", "compounds", "aliases") else by_name
    if ours(headings, "homes") & (_BUILDING - {"people", "floor_area_m2"}):
        return "homes"
    if by_name in ("communities", "compounds", "homes", "amenities"):
        return by_name
    return "compounds" if "households" in ours(headings, "compounds") else "communities"
