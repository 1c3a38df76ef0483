"""init: a study file begun for a messy folder; what can't be known is asked, never guessed."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import geopandas as gpd
import pytest

from greenmap import i18n
from greenmap.errors import MissingFileError, OutputError
from greenmap.studies import check_study, init_study, read_study
from greenmap.studies.folder_scan import Candidate, candidates, scan_folder
from greenmap.studies.study_draft import draft

SMALL = Path(__file__).parent / "data" / "studies" / "small"


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "河畔 资料"
    place.mkdir()
    for name in ("communities.geojson", "homes.csv", "facilities.csv", "streets.osm"):
        shutil.copy(SMALL / name, place)
    return place


def open_questions(study):
    return [(q.facts["section"], q.facts["key"]) for q in check_study(study).questions]


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_a_plain_folder_gives_a_file_that_parses_with_each_file_in_its_place(folder, lang):
    study = init_study(folder, lang=lang)
    said = tomllib.loads(study.read_text("utf-8"))
    assert said["study"]["name"] == "河畔 资料"
    assert said["study"]["lang"] == lang
    assert said["communities"] == {"path": "communities.geojson"}
    assert said["homes"] == {"path": "homes.csv"}
    assert said["network"] == {"path": "streets.osm"}
    assert said["amenities"] == [{"path": "facilities.csv"}, {"osm": True}]


def test_standard_share_and_datum_are_asked_and_never_given(folder):
    study = init_study(folder, lang="zh")
    said = tomllib.loads(study.read_text("utf-8"))
    assert not {"standard", "share", "as_of"} & set(said["study"])
    assert open_questions(study) == [
        ("[study]", "standard"), ("[study]", "share"), ("[study]", "datum"),
        ("[study]", "as_of"), ("[[amenities]] 1", "collected")]
    report = check_study(study)
    assert not report.ok  # a study without a standard can't be assessed
    assert not report.faults  # and the question says so, once


def test_answering_the_questions_makes_a_study(folder):
    study = init_study(folder, lang="en")
    text = study.read_text("utf-8")
    for asked, answer in (("standard", '"fifteen-minute-generic"'), ("share", "0.9"),
                          ("as_of", '"2024-05"'), ("datum", '"wgs84"'),
                          ("collected", '["kindergarten"]')):
        text = text.replace(f'# {asked} = "？"', f"{asked} = {answer}")
    study.write_text(text, "utf-8")
    assert open_questions(study) == []
    assert read_study(study).share == 0.9


def test_an_answer_written_below_its_question_counts(folder):
    study = init_study(folder)
    text = study.read_text("utf-8").replace('# share = "？"\n', '# share = "？"\nshare = 0.8\n')
    study.write_text(text, "utf-8")
    assert ("[study]", "share") not in open_questions(study)


def test_two_files_for_one_place_are_asked_about(folder):
    text = (folder / "communities.geojson").read_text("utf-8")
    (folder / "网格.geojson").write_text(text.replace("甲社区", "甲网格"), "utf-8")
    study = init_study(folder)
    assert tomllib.loads(study.read_text("utf-8"))["communities"] == {}
    assert ("[communities]", "path") in open_questions(study)
    assert 'path = "网格.geojson"' in study.read_text("utf-8")


def test_a_study_file_that_is_there_is_left_alone(folder):
    (folder / "study.toml").write_text("mine", "utf-8")
    with pytest.raises(OutputError, match=r"study\.toml"):
        init_study(folder)
    assert (folder / "study.toml").read_text("utf-8") == "mine"


def test_no_folder_is_told(tmp_path):
    with pytest.raises(MissingFileError, match="nowhere"):
        init_study(tmp_path / "nowhere")


def test_an_empty_folder_is_all_questions(tmp_path):
    study = init_study(tmp_path)
    assert tomllib.loads(study.read_text("utf-8"))["study"]
    asked = open_questions(study)
    assert {("[communities]", "path"), ("[homes]", "path"), ("[network]", "path"),
            ("[[amenities]] 1", "path")} <= set(asked)
    assert not check_study(study).faults


def test_streets_alone_stand_in_for_homes_and_facilities(folder):
    (folder / "homes.csv").unlink()
    (folder / "facilities.csv").unlink()
    study = init_study(folder)
    said = tomllib.loads(study.read_text("utf-8"))
    assert said["homes"] == {"osm_buildings": True}
    assert said["amenities"] == [{"osm": True}]
    assert ("[homes]", "people_total") in open_questions(study)


def roles(folder):
    return {(one.path, one.layer): one.role for one in scan_folder(folder)}


def test_files_are_told_apart_by_headings_shape_and_name(folder):
    (folder / "台账.csv").write_bytes("名称,设施类别,经度,纬度\n甲,药店,118.8,28.9\n".encode("gbk"))
    (folder / "名单.csv").write_text("名称,电话\n甲,1\n", "utf-8")
    (folder / "空.csv").write_text("", "utf-8")
    (folder / "dem.tif").write_bytes(b"II*\0")
    (folder / "人口.tif").write_bytes(b"II*\0")
    (folder / "总图.dwg").write_bytes(b"AC10")
    (folder / ".hidden.csv").write_text("a,b\n", "utf-8")
    (folder / "图层").mkdir()
    areas = gpd.read_file(folder / "communities.geojson")
    areas.to_file(folder / "图层" / "底图.gpkg", layer="社区", driver="GPKG")
    blocks = areas[["geometry"]].assign(层数=6)
    blocks.to_file(folder / "图层" / "底图.gpkg", layer="a1", driver="GPKG")
    assert roles(folder) == {
        ("communities.geojson", None): "communities", ("facilities.csv", None): "amenities",
        ("homes.csv", None): "homes", ("streets.osm", None): "network",
        ("台账.csv", None): "amenities", ("名单.csv", None): "unused", ("空.csv", None): "unused",
        ("dem.tif", None): "terrain", ("人口.tif", None): "raster", ("总图.dwg", None): "unused",
        ("图层/底图.gpkg", "社区"): "communities", ("图层/底图.gpkg", "a1"): "homes",
    }


def test_results_of_an_earlier_run_are_passed_over(folder):
    (folder / "results").mkdir()
    (folder / "results" / "manifest.json").write_text("{}", "utf-8")
    shutil.copy(folder / "homes.csv", folder / "results" / "coverage.csv")
    assert not [path for path, _ in roles(folder) if path.startswith("results")]


@pytest.mark.parametrize("name", ['a\n"b.csv', "a\\b.csv", "\udcb9.csv"])
def test_file_names_that_toml_can_not_hold_do_not_break_the_file(name):
    found = [*candidates(Path(name), name), Candidate("homes.csv", "homes")]
    text = draft(found, name="甲", lang="zh")
    assert tomllib.loads(text)["homes"] == {"path": "homes.csv"}
    assert text.encode("utf-8")


def test_a_shapefile_without_prj_and_cpg_is_recognised_and_its_crs_asked(shared_data, tmp_path):
    for path in (shared_data / "awkward" / "shp_cgcs2000_no_prj_gbk").iterdir():
        shutil.copy(path, tmp_path)
    study = init_study(tmp_path)
    assert tomllib.loads(study.read_text("utf-8"))["communities"] == {"path": "compounds.shp"}
    assert ("[communities]", "crs") in open_questions(study)
