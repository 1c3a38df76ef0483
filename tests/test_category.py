"""Which category an OSM object or an Amap row is."""

import re
import tomllib
from pathlib import Path

import pytest

import greenmap
from greenmap.model.category import (
    category_by_label,
    classify_amap,
    classify_osm,
    load_categories,
)

RAW = tomllib.loads(
    (Path(greenmap.__file__).parent / "categories.toml").read_text("utf-8")
)["category"]


def test_every_entry_is_whole():
    assert len(load_categories()) == len(RAW)
    for entry in RAW:
        assert entry["zh"] and entry["en"] and entry["group"]
        assert entry["kind"] in ("point", "area", "line", "attribute")
        for row in (*entry["osm"], *entry.get("amap", ())):
            assert row["rank"] in ("primary", "fallback", "weak")
            assert row["confidence"] in ("wiki", "heuristic", "verified", "memory")
            for key in ("name", "name_not"):
                re.compile(row.get(key, ""))
        for row in entry.get("amap", ()):
            assert re.fullmatch(r"\d{6}", row["code"])
            assert row["path"].count(";") == 2


def test_one_amap_code_has_one_path():
    paths = {}
    for entry in RAW:
        for row in entry.get("amap", ()):
            assert paths.setdefault(row["code"], row["path"]) == row["path"]


@pytest.mark.parametrize(
    ("tags", "categories"),
    [
        ({"amenity": "kindergarten", "name": "向阳幼儿园"}, ("kindergarten",)),
        # a nursery by its name: the kindergarten rule excludes it, the nursery's fallback takes it
        ({"amenity": "kindergarten", "name": "小树苗托育园"}, ("nursery",)),
        ({"amenity": "school", "name": "第一小学"}, ("primary_school",)),
        ({"amenity": "school", "name": "九年一贯制学校"},
         ("primary_school", "junior_secondary_school")),
        ({"amenity": "school", "isced:level": "1;2"},
         ("primary_school", "junior_secondary_school")),
        # a primary rule of another category silences the fallback: a community health centre
        ({"amenity": "clinic", "name": "炳草岗社区卫生服务中心"},
         ("community_health_centre", "clinic")),
        ({"amenity": "toilets"}, ("public_toilet",)),
        ({"amenity": "toilets", "access": "customers"}, ()),
        ({"amenity": "charging_station"}, ("ev_charging",)),
        ({"amenity": "charging_station", "bicycle": "yes"}, ("ebike_charging",)),
        ({"amenity": "clinic;pharmacy"}, ("pharmacy",)),
        ({"shop": "chemist"}, ()),  # weak: for a person to check
        ({"landuse": "residential", "name": "凤凰小区"}, ()),  # not a place one walks to
        ({"highway": "footway"}, ()),
        ({}, ()),
    ],
)  # fmt: skip
def test_osm_objects(tags, categories):
    assert classify_osm(tags) == categories


SCHOOL = "科教文化服务;学校;"


@pytest.mark.parametrize(
    ("code", "path", "name", "categories"),
    [
        ("060200", "", "好又多", ("convenience_store",)),
        ("141203", SCHOOL + "小学", "实验小学", ("primary_school",)),
        ("141203", SCHOOL + "小学", "九年一贯制学校",
         ("primary_school", "junior_secondary_school")),
        ("090102", "医疗保健服务;综合医院;卫生院", "东华社区卫生服务中心",
         ("community_health_centre",)),
        ("090102", "医疗保健服务;综合医院;卫生院", "东华社区卫生服务站",
         ("community_health_station",)),
        # two types of one place
        ("120304|140800", "商务住宅;住宅区;社区中心|科教文化服务;文化宫;文化宫", "文化活动中心",
         ("cultural_centre", "community_service_station")),
        # finer codes without a rule take their middle class's primary rule, nothing else
        ("160105", "金融保险服务;银行;中国工商银行", "工商银行", ("bank",)),
        ("060411", "购物服务;超级市场;屈臣氏", "屈臣氏", ()),
        ("200304", "公共设施;公共厕所;婴儿换洗间", "母婴室", ()),
        ("160105", "别的大类;别的中类;x", "x", ()),
        ("150900", "交通设施服务;停车场;停车场", "停车场", ()),
        # no code: the path, whole or down to the middle class
        ("", "医疗保健服务;医药保健销售店;药房", "x", ("pharmacy",)),
        ("", "餐饮服务;中餐厅", "x", ("restaurant",)),
        ("", "", "药店", ()),
    ],
)  # fmt: skip
def test_amap_rows(code, path, name, categories):
    assert classify_amap(code, path, name) == categories


def test_labels_lead_back_to_ids():
    labels = category_by_label()
    for key, category in load_categories().items():
        assert labels[key] == key
        assert labels[category.zh] == key
    assert labels["药店"] == "pharmacy"
    assert labels["社区医院"] == "community_health_centre"


def test_sizes_of_grounds_do_not_overlap():
    known = load_categories()
    sizes = [known[f"sports_ground_{size}"].site_m2 for size in ("small", "medium", "large")]
    assert [a[1] == b[0] for a, b in zip(sizes, sizes[1:], strict=False)] == [True, True]
