"""Links added and removed by the planner: each row with what it did, or why it did nothing."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import greenmap as gm
from greenmap.errors import InputError
from greenmap.network.attach import attach
from greenmap.network.edits import apply_edits
from greenmap.read.edits import read_edits

CRS = "EPSG:4543"
X, Y = 500000.0, 2940000.0


def at(points):
    return [(X + a, Y + b) for a, b in points]


def streets():
    """Two streets east, 100 m apart, that only meet at x = 400."""
    rows = [[(0, 0), (400, 0)], [(0, 100), (400, 100)], [(400, 0), (400, 100)]]
    table = gpd.GeoDataFrame({"highway": ["tertiary"] * 3, "level": 0},
                             geometry=[shapely.LineString(at(row)) for row in rows], crs=CRS)
    return gm.network_from_roads(table, crs=CRS)


def written(tmp_path, *rows, name="links.gpkg", **columns):
    actions, lines = zip(*rows, strict=True)
    table = gpd.GeoDataFrame({"修改": actions, **columns},
                             geometry=[shapely.LineString(at(line)) for line in lines], crs=CRS)
    table.to_file(tmp_path / name, engine="pyogrio")
    return tmp_path / name


def edited(tmp_path, *rows, name="links.gpkg", **columns):
    return apply_edits(streets(), read_edits(written(tmp_path, *rows, name=name, **columns)))


def walk(network, *, home=(0, 0), place=(0, 100)):
    homes = gpd.GeoDataFrame({"people": [1.0], "community_id": ["c"]}, crs=CRS,
                             geometry=[shapely.Point(at([home])[0])])
    places = gpd.GeoDataFrame({"category": ["pharmacy"], "status": ["open"], "place_id": ["p"]},
                              geometry=[shapely.Point(at([place])[0])], crs=CRS)
    homes.index = homes.index.astype(str).rename("home_id")
    places.index = places.index.astype(str).rename("amenity_id")
    return gm.reach(network, homes, places, profile="metres").to_frame()["value"].iloc[0]


def test_a_link_between_two_streets(tmp_path):
    # before: 400 + 100 + 400 m round the end; with a lane at x = 50: 50 + 100 + 50
    assert walk(streets()) == pytest.approx(900, abs=1)
    network = edited(tmp_path, ("新增", [(50, 0), (50, 100)]))
    assert walk(network) == pytest.approx(200, abs=0.5)
    row = network.edit_log.iloc[0]
    assert (row["action"], row["done"], row["reason"], row["streets"]) == ("add", True, "added", 2)
    assert row["metres"] == pytest.approx(100, abs=0.1)


def test_ends_reach_the_street_near_them(tmp_path):
    # drawn 15 m short at either end: two straight pieces of 15 m are added
    network = edited(tmp_path, ("新增", [(50, 15), (50, 85)]))
    assert walk(network) == pytest.approx(200, abs=0.5)
    assert network.edit_log["metres"].iloc[0] == pytest.approx(100, abs=0.1)


def test_a_link_joins_every_street_it_crosses_but_a_footbridge_none(tmp_path):
    lane = edited(tmp_path, ("新增", [(50, -60), (50, 100)]))
    # crosses the first street: three nodes on it, one open end at (50, -60)
    assert lane.edit_log["reason"].tolist() == ["added_one_end"]
    assert walk(lane) == pytest.approx(200, abs=0.5)
    bridge = edited(tmp_path, ("新增", [(50, -60), (50, 100)]), 道路等级=["人行天桥"])
    assert walk(bridge) == pytest.approx(900, abs=1)


def test_a_removed_street_is_walked_by_nobody(tmp_path):
    # the street at x = 400 goes: the two streets part
    network = edited(tmp_path, ("删除", [(401, 2), (401, 99)]))
    assert not np.isfinite(walk(network))
    assert network.edit_log["reason"].tolist() == ["removed"]
    assert network.component.max() == 1
    assert network.n_edges == streets().n_edges  # three quarters and more: removed whole


def test_a_part_of_a_street_is_removed(tmp_path):
    # 100 m of the first street go, from 100 to 200; the rest stays
    network = edited(tmp_path, ("删除", [(100, 3), (200, 3)]))
    closed = ~(network.forward | network.backward)
    assert network.length_m[closed].sum() == pytest.approx(100, abs=0.2)


def test_what_cannot_be_done_says_why(tmp_path):
    network = edited(tmp_path, ("删除", [(100, 300), (200, 300)]), ("删除", [(200, -9), (200, 9)]),
                     ("新增", [(0, 500), (100, 500)]), 编号=["甲", "乙", "丙"])
    log = network.edit_log
    assert log["reason"].to_dict() == {"甲": "nothing_along", "乙": "other_direction",
                                       "丙": "no_street_near"}
    assert not log["done"].any()
    assert network.digest == streets().digest


def test_attachments_stay_and_only_the_unattached_join_a_link(tmp_path):
    network = edited(tmp_path, ("新增", [(50, 0), (50, 100)]), ("新增", [(0, 0), (-300, 0)]))
    # the first stands 10 m from the new lane but 40 m from a street: it keeps the street; the
    # second has no street within 100 m and joins the link west
    homes = gpd.GeoDataFrame(geometry=gpd.points_from_xy([X + 60, X - 250], [Y + 40, Y + 5]),
                             crs=CRS, index=["a", "b"])
    before, after = attach(streets(), homes), attach(network, homes)
    assert before.leg_m[0] == after.leg_m[0] == pytest.approx(40, abs=0.1)
    assert before.attached.tolist() == [True, False]
    assert after.attached.tolist() == [True, True]
    assert after.leg_m[1] == pytest.approx(5, abs=0.1)


spot = st.tuples(st.integers(-50, 450), st.integers(-50, 150))


@settings(max_examples=20)
@given(st.lists(st.tuples(spot, spot).filter(lambda s: s[0] != s[1]), min_size=1, max_size=3))
def test_adding_never_lengthens_a_walk(lines):
    edits = gpd.GeoDataFrame(
        {"action": "add", "highway": "footway", "level": 0, "name": None, "note": None},
        index=[f"e{k}" for k in range(len(lines))],
        geometry=[shapely.LineString(at(line)) for line in lines], crs=CRS)
    network = apply_edits(streets(), edits)
    for home in ((0, 0), (130, 20), (390, 90)):
        # each added node may round a length once: a millimetre or two
        assert walk(network, home=home) <= walk(streets(), home=home) + 0.05


def test_a_table_of_coordinates(tmp_path):
    back = gpd.GeoSeries(gpd.points_from_xy([X + 50, X + 50], [Y, Y + 100]), crs=CRS).to_crs(4326)
    file = tmp_path / "路网修改.csv"
    file.write_text("编号,修改,起点经度,起点纬度,终点经度,终点纬度,道路等级,备注\n"
                    f"1,打通,{back.x[0]},{back.y[0]},{back.x[1]},{back.y[1]},步行道,现场查看\n",
                    "gb18030")
    edits = read_edits(file)
    assert edits.loc["1", ["action", "highway", "note"]].tolist() == ["add", "footway", "现场查看"]
    assert walk(apply_edits(streets(), edits)) == pytest.approx(200, abs=0.5)


def test_removals_come_first_whatever_the_order(tmp_path):
    one = edited(tmp_path, ("新增", [(50, 0), (50, 100)]), ("删除", [(401, 2), (401, 99)]),
                 编号=["a", "b"])
    two = edited(tmp_path, ("删除", [(401, 2), (401, 99)]), ("新增", [(50, 0), (50, 100)]),
                 编号=["b", "a"], name="other.gpkg")
    assert one.digest == two.digest
    assert one.edit_log.index.tolist() == two.edit_log.index.tolist() == ["b", "a"]


def faults(file, **about):
    with pytest.raises(InputError) as caught:
        read_edits(file, **about)
    return [fault.key for fault in getattr(caught.value, "faults", ())] or [caught.value.key]


def test_bad_tables_are_told_at_once(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("修改,起点经度,起点纬度,终点经度,终点纬度,等级\n"
                    "也许,102,26.5,102.1,26.5,步行道\n,102,26.5,102.1,26.5,步行道\n"
                    "新增,102,,102.1,26.5,神仙路\n", "utf-8")
    assert faults(file) == ["read.word_unknown", "edits.action_blank", "edits.no_line",
                            "edits.class_unknown"]
    file.write_text("起点经度,起点纬度\n102,26.5\n", "utf-8")
    assert faults(file) == ["edits.no_action", "edits.no_coordinates"]


def test_a_study_applies_its_edits(tmp_path):
    study = gm.write_sample(tmp_path) / "study.toml"
    network = gm.read_network(tmp_path / "streets.osm")
    edge = int(np.argmax(network.length_m))
    ends = [network.tail[edge], network.head[edge]]
    (lon, lon2), (lat, lat2) = network.lon[ends], network.lat[ends]
    (tmp_path / "路网修改.csv").write_text(
        "编号,修改,起点经度,起点纬度,终点经度,终点纬度\n"
        f"甲,删除,{lon},{lat},{lon2},{lat2}\n乙,新增,1.0,1.0,1.001,1.0\n", "utf-8")
    study.write_text(study.read_text("utf-8") + '\n[edits]\npath = "路网修改.csv"\n', "utf-8")
    report = gm.check_study(study, lang="zh")
    assert report.ok, report.text()
    assert "路网修改 路网修改.csv：2 条，做到 1 条" in report.text()
    assert "修改 乙 未做" in report.text()
    made = gm.read_study(study)
    assert made.network.edit_log["done"].to_dict() == {"甲": True, "乙": False}
    assert [one["role"] for one in made.inputs].count("edits") == 1
