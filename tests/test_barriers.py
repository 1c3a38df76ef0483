"""Walls, gates and compounds from the planner's files, and in a study."""

import re
import tomllib

import geopandas as gpd
import pytest
import shapely

from greenmap.errors import InputFaults
from greenmap.measure.assess import assess
from greenmap.network.gates import count_hurdles
from greenmap.read.barriers import read_barriers, read_compounds, read_gates
from greenmap.sample import write_sample
from greenmap.studies.check import check_study
from greenmap.studies.study_file import read_study

LINE = shapely.LineString([(101.7, 26.5), (101.71, 26.5)])
RING = shapely.box(101.7, 26.5, 101.71, 26.51)


def written(folder, name, shapes, **columns):
    file = folder / f"{name}.geojson"
    gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326").to_file(file, engine="pyogrio")
    return file


def test_walls_with_their_kinds(tmp_path):
    file = written(tmp_path, "walls", [LINE, RING, LINE], 编号=["a", "b", "c"],
                   类型=["栅栏", None, "铁路"])  # fmt: skip
    table = read_barriers(file)
    assert table.index.tolist() == ["a", "b", "c"]
    assert table["kind"].fillna("").tolist() == ["fence", "", "rail"]


def test_a_wall_that_is_a_point_and_a_word_nobody_knows_are_told_together(tmp_path):
    file = written(tmp_path, "walls", [LINE, LINE], 类型=["墙", "篱笆桩"])
    with pytest.raises(InputFaults) as caught:
        read_barriers(file)
    assert [fault.key for fault in caught.value.faults] == ["read.word_unknown"]
    file = written(tmp_path, "dots", [LINE, shapely.Point(101.7, 26.5)], 类型=["墙", "墙"])
    with pytest.raises(InputFaults) as caught:
        read_barriers(file)
    (fault,) = caught.value.faults
    assert (fault.key, fault.facts["ids"]) == ("model.geometry_type", "2")


def test_gates_whose_access_is_blank_are_unknown(tmp_path):
    (tmp_path / "gates.csv").write_text(
        "大门编号,通行权限,台阶数,lon,lat\nD1,门禁,,101.7,26.5\nD2,,3,101.7,26.5\n", "utf-8"
    )
    table = read_gates(tmp_path / "gates.csv")
    assert table["access"].to_dict() == {"D1": "residents", "D2": "unknown"}
    assert table["steps"].dropna().to_dict() == {"D2": 3.0}
    assert set(table["source"]) == {"surveyed"}


def test_compounds_are_areas(tmp_path):
    found = read_compounds(written(tmp_path, "areas", [RING], 小区名称=["甲苑"]))
    assert found["name"].tolist() == ["甲苑"]
    with pytest.raises(InputFaults) as caught:
        read_compounds(written(tmp_path, "lines", [LINE], 小区名称=["甲苑"]))
    assert caught.value.faults[0].key == "read.not_polygons"


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return write_sample(tmp_path_factory.mktemp("sample")) / "study.toml"


def changed(study, extra):
    file = study.with_name("changed.toml")
    own = r"(?ms)^\[(barriers|gates|compounds)\].*?(?=^\[|\Z)"  # what the sample's study has of it
    file.write_text(re.sub(own, "", study.read_text("utf-8")) + extra, "utf-8")
    return file


def test_a_study_takes_walls_from_its_street_file(sample):
    plain, network = (read_study(changed(sample, extra)) for extra in (
        "", "\n[barriers]\nosm = true\n"))  # fmt: skip
    assert plain.network.barriers is None
    cut = network.network
    # 38 gates are drawn, each where a path meets the wall: 27 open, 9 residents', 2 locked
    assert {k: n for k, n in count_hurdles(cut).items() if n} == {2: 2, 3: 9, 4: 27}
    roles = [one["role"] for one in network.inputs]
    assert roles.count("barriers") == 1
    assert [one["role"] for one in plain.inputs] == [r for r in roles if r != "barriers"]


def test_walls_and_gates_open_the_gaps_that_only_they_cause(sample):
    gaps = []
    for extra in ("", "\n[barriers]\nosm = true\n"):
        state = assess(read_study(changed(sample, extra))).coverage["state"]
        gaps.append(set(state.index[state == "not_met"]))
    truth = tomllib.loads((sample.parent / "truth.toml").read_text("utf-8"))["gap"]
    planted = {
        (gap["community_id"], gap["clause"]) for gap in truth if gap["cause"] in ("wall", "gate")
    }
    assert len(planted) == 2
    assert gaps[1] - gaps[0] == planted
    assert gaps[0] <= gaps[1]


def test_a_compound_without_gates_is_named(sample):
    plot = shapely.box(118.801, 28.901, 118.802, 28.902)
    written(sample.parent, "plots", [plot], 名称=["无门苑"])
    told = check_study(changed(sample, '\n[compounds]\npath = "plots.geojson"\n'), lang="en")
    (found,) = [fault for fault in told.warnings if fault.key == "study.warn_no_gates"]
    assert found.facts == {"count": 1, "names": "无门苑"}


def test_check_counts_walls_and_gates_and_names_a_gate_off_the_wall(sample):
    told = check_study(changed(sample, "\n[compounds]\nosm = true\n"), lang="en").text()
    assert "gates: 0 surveyed, 38 mapped, 0 assumed" in told
    (sample.parent / "gates.csv").write_text("gate_id,lon,lat\nD1,118.8,28.9\n", "utf-8")
    found = check_study(
        changed(sample, '\n[compounds]\nosm = true\n[gates]\npath = "gates.csv"\n'), lang="en"
    )
    assert [fault.key for fault in found.faults] == ["network.gate_off_wall"]
    found = check_study(changed(sample, "\n[barriers]\n"), lang="en")
    assert [fault.key for fault in found.faults] == ["study.one_source"]
