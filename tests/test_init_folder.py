"""init in a messy folder: every kind of file found, copies set aside, few questions, answers."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely
from click.testing import CliRunner

import greenmap as gm
from greenmap import i18n
from greenmap.cli import main
from greenmap.errors import InputFaults, OutputError
from greenmap.studies import begin_study, init_study
from greenmap.studies.answers import fill_in, read_settings
from greenmap.studies.folder_scan import Candidate, scan_folder
from greenmap.studies.versions import without_versions

SMALL = Path(__file__).parent / "data" / "studies" / "small"
PEOPLE = "社区名称,总人口,60岁及以上\n甲居委会,150,40\n乙居委会,81,20\n丙社区,0,0\n合计,231,60\n"


@pytest.fixture
def folder(tmp_path):
    """Chinese names and spaces, copies, an old version, temporary files; no homes."""
    place = tmp_path / "河畔 资料"
    for inner in ("边界/旧", "人口", "小区", "路"):
        (place / inner).mkdir(parents=True)
    shutil.copy(SMALL / "communities.geojson", place / "边界" / "社区 界线.geojson")
    old = (SMALL / "communities.geojson").read_text("utf-8").replace("丙社区", "丁社区")
    (place / "边界/旧/社区 界线.geojson").write_text(old, "utf-8")
    (place / "人口/2022年常住人口.csv").write_text(PEOPLE, "utf-8")
    (place / "人口/2020年常住人口.csv").write_text(PEOPLE.replace("150", "151").replace(
        "231", "232"), "utf-8")
    (place / "人口/~$2022年常住人口.xlsx").write_bytes(b"lock")
    (place / "人口/2022年常住人口 副本.csv").write_text(PEOPLE, "utf-8")
    shutil.copy(SMALL / "streets.osm", place / "路" / "streets.osm")
    (place / "设施.csv").write_bytes((SMALL / "facilities.csv").read_bytes())
    (place / "幼儿园台账.csv").write_text("园所名称,所属社区,地址\n甲幼儿园,甲社区,河畔路1号\n",
                                          "utf-8")
    (place / "大门.csv").write_text("名称,通行,lon,lat\n东门,开放,118.87,28.96\n", "utf-8")
    (place / "更名对照.csv").write_text("原名称,现名称\n旧甲社区,甲社区\n", "utf-8")
    areas = gpd.read_file(SMALL / "communities.geojson").head(2)
    areas = areas.set_geometry(areas.geometry.to_crs("EPSG:4549").buffer(-60).to_crs(4326))
    areas.assign(小区名称=["一院", "二院"], 户数=[50, 20], 所属社区=["甲社区", "乙社区"])[
        ["小区名称", "户数", "所属社区", "geometry"]].to_file(place / "小区/小区范围.geojson")
    line = shapely.LineString([(118.871, 28.9595), (118.875, 28.9595)])
    gpd.GeoDataFrame({"名称": ["滨河路"]}, geometry=[line], crs=4326).to_file(
        place / "路/道路中心线.geojson")
    return place


def test_every_file_finds_its_use_and_copies_are_set_aside(folder):
    found = {one.path: one for one in without_versions(scan_folder(folder))}
    assert {path: one.role for path, one in found.items()} == {
        "边界/社区 界线.geojson": "communities", "边界/旧/社区 界线.geojson": "unused",
        "人口/2022年常住人口.csv": "people", "人口/2020年常住人口.csv": "unused",
        "人口/2022年常住人口 副本.csv": "unused", "小区/小区范围.geojson": "compounds",
        "路/streets.osm": "network", "路/道路中心线.geojson": "roads", "设施.csv": "amenities",
        "幼儿园台账.csv": "ledger", "大门.csv": "gates", "更名对照.csv": "aliases"}
    assert found["边界/旧/社区 界线.geojson"].reason == "older"
    assert found["人口/2022年常住人口 副本.csv"].reason == "duplicate"
    assert found["人口/2020年常住人口.csv"].other == "人口/2022年常住人口.csv"
    assert {"count", "year", "elderly_60"} <= found["人口/2022年常住人口.csv"].has
    assert "community" in found["小区/小区范围.geojson"].has


def test_at_most_five_questions_and_everything_in_its_section(folder):
    begun = begin_study(folder, lang="zh")
    said = tomllib.loads(begun.path.read_text("utf-8"))
    assert said["people"] == {"path": "人口/2022年常住人口.csv", "aliases": "更名对照.csv"}
    assert said["compounds"] == {"path": "小区/小区范围.geojson"}  # walls, for gates are known
    assert said["gates"] == {"path": "大门.csv"}
    assert said["roads"] == {"path": "路/道路中心线.geojson"}
    assert said["ledgers"] == [{"path": "幼儿园台账.csv", "category": "kindergarten"}]
    assert said["homes"] == {"osm_buildings": True}
    assert [one.id for one in begun.questions] == [
        "study.standard", "study.share", "study.collected", "study.datum"]
    keys = {cost.key for cost in begun.costs}
    assert {"init.cost_no_terrain", "init.cost_no_doors", "init.cost_some_ages"} <= keys
    assert "init.cost_no_ages" not in keys and "init.cost_no_boundaries" not in keys


def test_a_terrain_raster_in_the_folder_is_offered_with_the_gates(folder):
    (folder / "地形").mkdir()
    (folder / "地形" / "高程 DEM 30m.tif").write_bytes(b"II*\0")
    begun = begin_study(folder, lang="zh")
    said = tomllib.loads(begun.path.read_text("utf-8"))
    assert said["terrain"] == {"dem": "地形/高程 DEM 30m.tif"}
    assert said["gates"] == {"path": "大门.csv"}
    assert "init.cost_no_terrain" not in {cost.key for cost in begun.costs}


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_what_is_missing_is_told_with_its_cost(folder, lang):
    (folder / "人口/2022年常住人口.csv").write_text("社区名称,常住人口\n甲,1\n", "utf-8")
    for other in ("2020年常住人口.csv", "2022年常住人口 副本.csv"):
        (folder / "人口" / other).unlink()
    begun = begin_study(folder, lang=lang)
    words = {"zh": "按全体居民计算", "en": "count all residents"}[lang]
    assert words in begun.text(lang) and words in begun.path.read_text("utf-8")


def test_without_boundaries_the_compounds_make_the_communities(folder):
    shutil.rmtree(folder / "边界")
    begun = begin_study(folder)
    said = tomllib.loads(begun.path.read_text("utf-8"))
    assert said["communities"] == {"from": "compounds"}
    assert "init.cost_no_boundaries" in {cost.key for cost in begun.costs}


def test_a_people_table_that_says_neither_count_nor_year_is_asked(folder):
    for file in (folder / "人口").glob("20*"):
        file.unlink()
    (folder / "人口/人口.csv").write_text(PEOPLE, "utf-8")
    begun = begin_study(folder)
    assert {"people.count", "people.year"} <= {one.id for one in begun.questions}
    study = init_study(folder, answers={
        "count": "户籍人口", "year": "2021年", "standard": "fifteen-minute-generic",
        "share": "90%", "datum": "GPS", "collected": "幼儿园、小学"})
    said = tomllib.loads(study.read_text("utf-8"))
    assert (said["people"]["count"], said["people"]["year"]) == ("registered", 2021)
    assert said["study"]["collected"] == ["kindergarten", "primary_school"]
    assert (said["study"]["share"], said["study"]["datum"]) == (0.9, "wgs84")


def test_the_sheet_is_written_filled_in_and_read_back(folder):
    study = init_study(folder, lang="zh")
    sheet = folder / "项目设置.xlsx"
    again = sheet.read_bytes()
    book = openpyxl.load_workbook(sheet)
    page = book.active
    answers = {"study.standard": "fifteen-minute-generic", "study.share": 0.9,
               "study.collected": "全部", "study.datum": "天地图"}
    for row in page.iter_rows(min_row=2):
        row[3].value = answers[row[0].value]
    book.save(sheet)
    assert read_settings(sheet) == {k: str(v) for k, v in answers.items()}
    assert init_study(folder, lang="zh") == study
    said = tomllib.loads(study.read_text("utf-8"))["study"]
    assert (said["standard"], said["share"], said["collected"], said["datum"]) == (
        "fifteen-minute-generic", 0.9, "all", "wgs84")
    with pytest.raises(OutputError):  # nothing is left to fill in
        init_study(folder)
    study.unlink()
    sheet.unlink()
    init_study(folder, lang="zh")
    assert sheet.read_bytes() == again  # no clock in it


def test_answers_that_mean_nothing_are_named(folder):
    with pytest.raises(InputFaults) as caught:
        init_study(folder, answers={"share": "most", "colour": "red", "standard": "none"})
    assert [fault.key for fault in caught.value.faults] == [
        "init.answer_unread", "init.answer_unread", "init.answer_unknown"]
    assert not (folder / "study.toml").exists()


@pytest.mark.parametrize(("key", "answer", "found"), [
    ("share", "85％", "share = 0.85"), ("share", 1, "share = 1"), ("datum", "高德", "gcj02"),
    ("datum", "百度地图", "bd09"), ("count", "常住", "resident"), ("collected", "all", '"all"'),
    ("collected", "kindergarten,药店", '["kindergarten", "pharmacy"]'),
    ("path", "a\\b.csv", 'path = "a/b.csv"'), ("path", "人口.tif", 'raster = "人口.tif"')])
def test_answers_as_people_give_them(key, answer, found):
    assert found in fill_in(f'[study]\n# {key} = "？"\n', {key: answer}, file="study.toml")


def test_scripts_answer_on_the_command_line(folder):
    run = CliRunner().invoke(main, ["--lang", "zh", "init", str(folder), "--answer", "share=0.8",
                                    "--answer", "standard=fifteen-minute-generic"])
    assert run.exit_code == 0, run.output
    assert "study.collected" in run.output and "高程" in run.output
    assert tomllib.loads((folder / "study.toml").read_text("utf-8"))["study"]["share"] == 0.8


def test_two_files_for_one_use_are_asked_about_and_not_chosen():
    found = [Candidate("东区.shp", "communities"), Candidate("西区.shp", "communities")]
    assert without_versions(found) == tuple(found)


def test_the_study_datum_serves_flat_tables_that_say_none(folder):
    init_study(folder, answers={"datum": "gcj02", "standard": "fifteen-minute-generic",
                                "share": 0.9, "collected": "all"})
    report = gm.check_study(folder / "study.toml", lang="en")
    assert "datum gcj02" in report.text()
    assert not report.questions


@pytest.mark.parametrize("name", ["notes.json", "damaged.gpkg", "damaged.shp", "damaged.xlsx",
                                  "damaged.parquet", "damaged.kml"])
def test_a_file_that_can_not_be_read_is_said_and_does_not_stop_init(folder, name):
    (folder / name).write_text('{"a": 1}', "utf-8")
    begun = begin_study(folder)
    (one,) = [file for file in begun.files if file.path == name]
    assert (one.role, one.reason) == ("unused", "unreadable")
