"""Ledger rows with the disorder clerks make, from the sample's facilities: seeded, truth known."""

import random

import geopandas as gpd
import pandas as pd
import shapely

from greenmap.sample import ledgers
from greenmap.sample.city import make_city
from greenmap.sample.communities import COMMUNITIES, boundary, community_of

KINDS = ("kindergarten", "primary_school", "community_health_station", "nursery",
         "elderly_service_station", "elderly_day_care", "pharmacy", "wet_market", "supermarket",
         "convenience_store", "hairdresser", "laundry", "restaurant", "repair_shop",
         "junior_secondary_school")
WIDE = str.maketrans("0123456789()", "０１２３４５６７８９（）")
NUMERALS = "零一二三四五六七八九十"
SLIPS = {"望": "旺", "园": "圆", "安": "按", "和": "合", "站": "占", "柳": "流", "芦": "卢",
         "苑": "院", "纺": "仿", "井": "景", "药": "药", "幼": "右", "店": "点"}
SHORTER = (("社区卫生服务站", "卫生站"), ("养老服务站", "养老服务中心"),
           ("日间照料中心", "日照中心"),
           ("大药房", "药店"), ("社区卫生服务站", "卫生服务站"), ("日间照料中心", "日间照料站"),
           ("托育中心", "托育园"), ("初级中学", "初中"), ("菜市场", "农贸市场"))


def communities(city):
    shapes = [shapely.Polygon(city.ground.lonlat(boundary(c))) for c in COMMUNITIES]
    table = {"name": [c.name for c in COMMUNITIES], "subdistrict": [c.subdistrict
             for c in COMMUNITIES], "district": "虚构区", "city": "虚构市"}
    return gpd.GeoDataFrame(table, geometry=shapes, crs=4326,
                            index=pd.Index([c.code for c in COMMUNITIES], name="community_id"))


def chinese(number):
    if number <= 10:
        return NUMERALS[number]
    tens, ones = divmod(number, 10)
    if number < 100:
        return ("" if tens == 1 else NUMERALS[tens]) + "十" + (NUMERALS[ones] if ones else "")
    return str(number)


def messy_name(name, dice):
    """(name, how): what a clerk makes of it; a name wholly new in one row of twenty."""
    how = []
    if dice.random() < 0.05:
        word = dice.choice("金银彩瑞福") + dice.choice("苗芽星果桥")
        return f"虚构{word}{name[4:].split('（')[0]}", ["renamed"]
    if dice.random() < 0.5:
        name, how = name.removeprefix("虚构"), [*how, "prefix"]
        name = dice.choice(("", "虚构区", "虚构市", "虚构市虚构区")) + name
    if dice.random() < 0.25:
        for long, short in SHORTER:
            if long in name and dice.random() < 0.6:
                name, how = name.replace(long, short), [*how, "shorter"]
                break
    if "（" in name and dice.random() < 0.06:  # the number forgotten
        name, how = name.split("（")[0], [*how, "forgotten"]
    if "（" in name and dice.random() < 0.5:
        number = int(name.split("（")[1].rstrip("）"))
        shown = dice.choice((f"({number})", f"（{chinese(number)}）", f"{number}",
                             f"（{number}）".translate(WIDE)))
        name, how = name.split("（")[0] + shown, [*how, "numeral"]
    if dice.random() < 0.08:
        sign = dice.choice([s for s in name if s in SLIPS] or ["构"])
        name, how = name.replace(sign, SLIPS.get(sign, "够"), 1), [*how, "slip"]
    if dice.random() < 0.15:
        spot = dice.randrange(1, len(name))
        name, how = name[:spot] + dice.choice((" ", "　", "·")) + name[spot:], [*how, "blank"]
    return name, how


def messy_address(address, here, compounds, dice):
    if dice.random() < 0.2:
        return None
    address = address.removeprefix("虚构区")
    front = dice.choice(("", "虚构区", "虚构市虚构区", here.subdistrict, f"{here.name}",
                         f"虚构市虚构区{here.subdistrict}{here.name}"))
    if dice.random() < 0.3:
        address = address.translate(WIDE)
    elif dice.random() < 0.2:
        digits = "".join(s for s in address if s.isdigit())
        address = address.replace(digits, chinese(int(digits)))
    if address.startswith(compounds) and dice.random() < 0.3:
        address = address.replace("号", dice.choice(("号底商", "号一楼", "号（小区内）")))
    if dice.random() < 0.06:  # the street only
        address = address.rstrip("号楼栋幢底商0123456789０１２３４５６７８９一二三四五六七八九十百")
    elif dice.random() < 0.05:
        address += dice.choice(("旁", "对面", "附近"))
    return front + address


def messy_community(here, dice):
    chance = dice.random()
    if chance < 0.08:
        return None
    if chance < 0.11:  # the wrong one
        return dice.choice([c for c in COMMUNITIES if c is not here]).name
    forms = (here.name, f"{here.name}居委会", here.short, f"{here.short}社区居民委员会",
             f"{here.subdistrict}{here.name}", here.code, f" {here.short}社区 ")
    return dice.choice(forms)


def world(seed=0, rows=300, on_map=0.8):
    """Ledger rows, the map, the doors, the compounds, and each row's true place.

    One facility in five is not on the map: a row of it that is laid on another place is wrong.
    """
    dice = random.Random(seed)
    city = make_city(0)
    places = [f for f in city.facilities if f.category in KINDS and f.status == "open"]
    where = ledgers.addresses(city, [f.at for f in places])
    lonlat = city.ground.lonlat([f.at for f in places])
    known = [dice.random() < on_map for _ in places]
    map_rows = [(f"F{n:03d}", f.name, f.category, address if dice.random() < 0.5 else None, *at)
                for n, (f, address, at, on) in enumerate(zip(places, where, lonlat, known,
                                                             strict=True)) if on]
    table = pd.DataFrame(map_rows, columns=["id", "name", "category", "address", "x", "y"])
    amenities = gpd.GeoDataFrame(
        table[["name", "category", "address"]].assign(status="open", source="map"), crs=4326,
        geometry=gpd.points_from_xy(table["x"], table["y"]))
    amenities.index = pd.Index(table["id"], name="amenity_id")
    amenities["place_id"] = amenities.index
    picked = sorted(dice.sample(range(len(places)), rows))
    walled = tuple(c.name for c in city.compounds)
    ledger, truth = [], {}
    for number, n in enumerate(picked):
        f, here = places[n], community_of(places[n].at)
        name, how = messy_name(f.name, dice)
        ledger.append((name, f.category, messy_community(here, dice),
                       messy_address(where[n], here, walled, dice)))
        truth[number] = (f"F{n:03d}" if known[n] else None, tuple(lonlat[n]), how)
    rows = pd.DataFrame(ledger, columns=["机构名称", "设施类别", "所属社区", "详细地址"])
    plates = ledgers.doors(city)[1:]
    half = [p for p in plates if dice.random() < 0.6]  # no layer of doors is whole
    doors = gpd.GeoDataFrame({"address": [p[0] for p in half]}, crs=4326,
                             geometry=gpd.points_from_xy([float(p[2]) for p in half],
                                                         [float(p[3]) for p in half]))
    homes = [h for h in city.homes if h.building.compound]
    at = city.ground.lonlat([h.building.at for h in homes])
    compounds = gpd.GeoDataFrame({"name": [h.building.compound for h in homes]}, crs=4326,
                                 geometry=gpd.points_from_xy(at[:, 0], at[:, 1]))
    return rows, amenities, communities(city), doors, compounds, truth
