"""What must not come in: secret sources, personal cells; whose points may not be handed on."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from openpyxl import Workbook

from greenmap.errors import InputFaults, SecretSourceError
from greenmap.read.amenities import read_amenities
from greenmap.read.communities import read_communities
from greenmap.read.homes import read_homes
from greenmap.read.map_service import map_service
from greenmap.read.osm_places import amenities_from_osm
from greenmap.read.personal import drop_personal

HEAD = "编号,名称,类别,经度,纬度"
ROW = "P1,滨河药店,pharmacy,101.72,26.58"


def table(folder, *lines, name="poi.csv"):
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text("\n".join(lines), "utf-8")
    return file


@pytest.mark.parametrize(("name", "mark"), [
    ("涉密_社区设施.csv", "涉密"), ("社区设施（秘密）.csv", "秘密"), ("机密设施.csv", "机密"),
])  # fmt: skip
def test_a_secret_file_name_stops(tmp_path, name, mark):
    with pytest.raises(SecretSourceError) as stopped:
        read_amenities(table(tmp_path, HEAD, ROW, name=name))
    assert (stopped.value.key, stopped.value.facts["mark"]) == ("read.secret_name", mark)


def test_a_secret_folder_stops(tmp_path):
    with pytest.raises(SecretSourceError, match="涉密"):
        read_amenities(table(tmp_path / "涉密资料", HEAD, ROW))


@pytest.mark.parametrize("name", ["非涉密设施.csv", "脱密后设施.csv", "不涉密.csv", "解密.csv"])
def test_what_is_not_secret_is_read(tmp_path, name):
    assert len(read_amenities(table(tmp_path, HEAD, ROW, name=name))) == 1


@pytest.mark.parametrize("title", ["秘密★10年", "设施台账【机密】", "绝密", "本表涉密,注意保管",
                                   "密级:秘密"])
def test_a_secret_title_stops(tmp_path, title):
    with pytest.raises(SecretSourceError) as stopped:
        read_amenities(table(tmp_path, title, HEAD, ROW))
    assert stopped.value.key == "read.secret_title"
    assert "滨河药店" not in str(stopped.value)


@pytest.mark.parametrize("title", ["设施台账(非涉密)", "秘密花园小区设施", "密级:公开"])
def test_a_title_that_is_none_is_read(tmp_path, title):
    assert len(read_amenities(table(tmp_path, title, HEAD, ROW))) == 1


def test_a_secret_sheet_stops(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.title = "设施(秘密)"
    for line in (HEAD, ROW):
        sheet.append(line.split(","))
    book.save(tmp_path / "poi.xlsx")
    with pytest.raises(SecretSourceError) as stopped:
        read_amenities(tmp_path / "poi.xlsx")
    assert stopped.value.key == "read.secret_sheet"


def test_a_column_of_grades_stops(tmp_path):
    lines = (f"{HEAD},密级", f"{ROW},公开", "P2,某设施,pharmacy,101.72,26.58,机密")
    with pytest.raises(SecretSourceError) as stopped:
        read_amenities(table(tmp_path, *lines))
    facts = stopped.value.facts
    assert (stopped.value.key, facts["column"], facts["count"]) == ("read.secret_column", "密级", 1)
    assert "某设施" not in str(stopped.value)
    assert len(read_amenities(table(tmp_path, lines[0], lines[1]))) == 1


def test_secret_metadata_stop(tmp_path):
    areas = gpd.GeoDataFrame({"name": ["甲社区"]}, geometry=[shapely.box(101.7, 26.5, 101.8, 26.6)],
                             crs=4326)
    areas.to_file(tmp_path / "areas.gpkg", layer="社区", metadata={"密级": "秘密★长期"})
    with pytest.raises(SecretSourceError) as stopped:
        read_communities(tmp_path / "areas.gpkg")
    assert stopped.value.key == "read.secret_metadata"
    areas.to_file(tmp_path / "other.shp", encoding="utf-8")
    assert len(read_communities(tmp_path / "other.shp")) == 1
    (tmp_path / "other.shp.xml").write_text("<md><grade>机密级</grade></md>", "utf-8")
    with pytest.raises(SecretSourceError):
        read_communities(tmp_path / "other.shp")


def test_a_study_of_a_secret_source_does_not_run(tmp_path):
    import shutil
    from pathlib import Path

    from greenmap.studies import check_study, read_study

    for path in (Path(__file__).parent / "data" / "studies" / "small").iterdir():
        shutil.copy(path, tmp_path)
    (tmp_path / "facilities.csv").rename(tmp_path / "秘密facilities.csv")
    study = tmp_path / "study.toml"
    text = study.read_text("utf-8").replace("facilities.csv", "秘密facilities.csv")
    study.write_text(text, "utf-8")
    assert "read.secret_name" in [fault.key for fault in check_study(study).faults]
    with pytest.raises(InputFaults):
        read_study(study)
    for old in ("streets.osm",):  # a street file isn't a table; its name counts as well
        (tmp_path / old).rename(tmp_path / f"涉密{old}")
    study.write_text(text.replace("秘密facilities.csv", "facilities.csv")
                     .replace("streets.osm", "涉密streets.osm"), "utf-8")
    (tmp_path / "秘密facilities.csv").rename(tmp_path / "facilities.csv")
    assert "read.secret_name" in [fault.key for fault in check_study(study).faults]


# 11010519491231002X is the specimen of GB 11643-1999: its check digit is right
@pytest.mark.parametrize(("heading", "cell", "dropped"), [
    ("tel", "0812-3338888", True), ("联系电话", "x", True), ("户主姓名", "王", True),
    ("身份证号", "1", True), ("门牌室号", "3-2-301", True), ("房号", "301", True),
    ("备注", "电话13812345678", True), ("备注", "0812-3338888", True),
    ("备注", "11010519491231002X", True), ("备注", "110105194912310021", False),
    ("备注", "3栋2单元301", True), ("地址", "滨河路12号", False), ("户数", "120", False),
    ("人口数", "36", False), ("建筑面积", "13812345678", True), ("名称", "138药店", False),
])  # fmt: skip
def test_personal_columns_and_cells_are_dropped_by_column(heading, cell, dropped, caplog):
    frame, gone = drop_personal(pd.DataFrame({"id": ["A"], heading: [cell]}), file="a.csv")
    assert (heading in gone) is dropped
    assert (heading not in frame.columns) is dropped
    if dropped:
        assert heading in caplog.text and (cell not in caplog.text or len(cell) < 4)


def test_homes_by_flat_are_read_without_the_flat(tmp_path):
    file = table(tmp_path, "编号,户主,房号,人口,经度,纬度", "H1,王小明,3-301,3,101.72,26.58",
                 name="homes.csv")
    homes = read_homes(file)
    assert homes["people"].tolist() == [3] and not {"户主", "房号"} & set(homes.columns)
    assert homes.attrs["dropped_columns"] == ("户主", "房号")


@pytest.mark.parametrize(("columns", "source", "service"), [
    ({"typecode": ["1"], "pname": ["x"]}, {}, "amap"),
    ({"typecode": ["1"]}, {}, ""),  # one heading may be anybody's
    ({"name": ["x"]}, {"datum": "gcj02"}, "amap"), ({"name": ["x"]}, {"datum": "bd09"}, "baidu"),
    ({"name": ["x"]}, {"name": "高德POI.xlsx"}, "amap"),
    ({"name": ["x"], "source": ["百度地图"]}, {}, "baidu"),
    ({"name": ["x"]}, {"name": "民政台账.xlsx", "datum": "wgs84"}, ""),
])  # fmt: skip
def test_whose_points_these_are(columns, source, service):
    assert map_service(pd.DataFrame(columns), source) == service


def test_ids_tell_the_service():
    assert map_service(pd.DataFrame(index=["B0FFH12345", "B0FFH12346#2"]), {}) == "amap"
    assert map_service(pd.DataFrame(index=["a" * 24]), {}) == "baidu"
    assert map_service(pd.DataFrame(index=["way/1", "B0FFH12345", "node/3"]), {}) == ""


def test_shared_tables_are_recognised(shared_data):
    for name, datum, service in (
            ("panzhihua_poi_amap_style_gcj02_gbk.csv", "gcj02", "amap"),
            ("beijing_haidian_poi_amap_style_gcj02.csv", "wgs84", "amap"),
            ("beijing_haidian_poi_baidu_style_bd09_utf8bom.csv", "bd09", "baidu")):
        read = read_amenities(shared_data / "poi" / name, datum=datum)
        assert read.attrs["map_service"] == service


def features(*tags):
    return gpd.GeoDataFrame({"osm_id": [f"node/{n}" for n in range(len(tags))], "tags": list(tags)},
                            geometry=gpd.points_from_xy([101.7] * len(tags), [26.58] * len(tags)),
                            crs=4326)


def test_what_the_map_calls_disused_is_dropped_and_listed():
    read = amenities_from_osm(features(
        {"shop": "supermarket", "name": "大润发"},
        {"disused:shop": "supermarket", "name": "老超市"},
        {"abandoned:amenity": "kindergarten"},
        {"amenity": "pharmacy", "disused": "yes", "name": "旧药店"},
        {"amenity": "pharmacy", "name": "滨河药店(已搬迁)"},
        {"disused:amenity": "bench"},
        {"disused:shop": "supermarket", "amenity": "bank", "name": "工商银行"},
    ))
    assert read["status"].to_dict() == {"node/0": "open", "node/3": "closed", "node/4": "closed",
                                        "node/6": "open"}
    assert read.attrs["closed_by_name"] == (
        ("node/3", "旧药店"), ("node/4", "滨河药店(已搬迁)"), ("node/1", "老超市"),
        ("node/2", "abandoned:amenity=kindergarten"))
    assert read.attrs["unclassified"] == (("-", 1),)  # the bench
