"""A study without homes, or without boundaries: people come from a table by community."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from click.testing import CliRunner

import greenmap as gm
from greenmap.cli import main
from greenmap.errors import InputFaults
from greenmap.report.people_sheet import list_people

SMALL = Path(__file__).parent / "data" / "studies" / "small"
TABLE = "社区名称,常住人口,60岁及以上\n甲居委会,150,40\n乙居委会,81,20\n丙社区,0,0\n合计,231,60\n"


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "河畔 资料"
    shutil.copytree(SMALL, place)
    (place / "homes.csv").unlink()
    (place / "2023年常住人口.csv").write_text(TABLE, "utf-8")
    text = (place / "study.toml").read_text("utf-8")
    text = text.replace('[homes]\npath = "homes.csv"\ndatum = "wgs84"',
                        '[people]\npath = "2023年常住人口.csv"')
    (place / "study.toml").write_text(text, "utf-8")
    return place


def edit(folder, old, new):
    file = folder / "study.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def by_community(study):
    return study.homes.groupby("community_id")[["people", "elderly_60"]].sum().to_dict("list")


def test_without_homes_people_stand_along_the_streets_and_none_is_lost(folder):
    study = gm.read_study(folder / "study.toml")
    assert by_community(study) == {"people": [150, 81], "elderly_60": [40, 20]}
    assert set(study.homes["people_rule"]) == {"streets"}
    report = gm.check_study(folder / "study.toml", lang="zh").text()
    assert "231 人" in report and "实测 0%" in report and "较粗" in report
    (source,) = [one for one in study.inputs if one["role"] == "people"]
    assert (source["count"], source["year"], source["totals"]) == ("resident", "2023", 1)


def test_an_assessment_says_that_people_were_shared_out(folder):
    result = gm.assess(gm.read_study(folder / "study.toml"), with_isochrones=False)
    assert set(result.coverage["people_basis"]) <= {"spread", "all_residents"}
    rows = result.coverage.xs("study", level="unit_id")
    assert rows.loc[rows["people_basis"] == "spread", "people"].isin([231, 60]).all()


def test_compounds_hold_people_without_being_walls(folder):
    areas = gpd.read_file(folder / "communities.geojson")
    areas = areas.set_geometry(areas.geometry.to_crs("EPSG:4549").buffer(-60).to_crs(4326))
    areas.assign(小区名称=["一院", "二院", "三院"], 户数=[50, 20, 9])[
        ["小区名称", "户数", "geometry"]].to_file(folder / "小区.geojson")
    edit(folder, "[people]", '[compounds]\npath = "小区.geojson"\nwalls = false\n\n[people]')
    study = gm.read_study(folder / "study.toml")
    assert by_community(study)["people"] == [150, 81, 0]
    assert set(study.homes["people_rule"]) == {"households"}
    assert study.network.barriers is None
    edit(folder, "walls = false", "walls = true")
    assert gm.read_study(folder / "study.toml").network.barriers is not None


def test_without_boundaries_communities_are_those_the_homes_name(folder):
    study = gathered(folder)
    assert by_community(study)["people"] == [0, 81, 150]  # 丙, 乙, 甲 by their signs
    assert set(study.communities["outline"]) == {"hull"}
    assert "示意范围" in gm.check_study(folder / "study.toml", lang="zh").text()


def test_a_community_without_a_row_is_told_both_ways(folder):
    (folder / "2023年常住人口.csv").write_text(TABLE.replace("丙社区", "丁社区"), "utf-8")
    with pytest.raises(InputFaults) as caught:
        gm.read_study(folder / "study.toml")
    (fault,) = caught.value.faults
    assert fault.key == "people.unmatched"
    assert "丁社区" in str(caught.value) and "丙社区" in str(caught.value)
    edit(folder, "[people]", "[people]\naccept = true")
    study = gm.read_study(folder / "study.toml")
    assert study.homes["people"].sum() == 231
    report = gm.check_study(folder / "study.toml", lang="en").text()
    assert "丁社区" in report and "not counted" in report


@pytest.mark.parametrize(("old", "new", "key"), [
    ("[people]", '[people]\ncount = "both"', "study.bad_counting"),
    ("[people]", "[people]\nyear = 23", "study.bad_year"),
    ("[people]", '[people]\njoin = "id"', "study.bad_join"),
    ('path = "communities.geojson"', 'from = "roads"', "study.bad_origin"),
    ('path = "communities.geojson"', 'from = "compounds"', "people.hull_source"),
    ("[people]", '[people]\ncount = "registered"', "people.count_other"),
    ("[people]", "[people]\nvacancy = 1.0", "people.bad_figure"),
])
def test_words_of_the_study_file_are_checked(folder, old, new, key):
    edit(folder, old, new)
    with pytest.raises(InputFaults) as caught:
        gm.read_study(folder / "study.toml")
    assert key in [fault.key for fault in caught.value.faults]


def gathered(folder):
    """The small study without boundaries: homes name their community."""
    shutil.copy(SMALL / "homes.csv", folder)
    lines = (folder / "homes.csv").read_text("utf-8").splitlines()
    said = ["所属社区", "甲社区", "甲", "乙社区", "丙社区", "乙"]
    (folder / "homes.csv").write_text(
        "\n".join(f"{a},{b}" for a, b in zip(lines, said, strict=True)) + "\n", "utf-8")
    edit(folder, "[people]", '[homes]\npath = "homes.csv"\ndatum = "wgs84"\n\n[people]')
    edit(folder, 'path = "communities.geojson"', 'from = "homes"')
    return gm.read_study(folder / "study.toml")


def test_hulls_are_drawn_as_hulls_and_nothing_is_counted_by_them(folder, tmp_path):
    study = gathered(folder)
    clause = replace(study.standard.clauses[0], id="one", kind="present", limit=math.nan,
                     min_count=1)
    study = replace(study, standard=replace(study.standard, clauses=(clause,)), collected=("all",))
    result = gm.assess(study, with_isochrones=False)
    rows = result.coverage[result.coverage["level"] == "community"]
    # kindergartens stand inside the hulls, but nobody knows in whose community
    assert set(rows["state"]) <= {"not_known", "not_applicable"}
    assert "no_outline" in set(rows["reason"])
    page = gm.draw_coverage(result, lang="zh").html
    assert "示意范围·非行政界线" in page
    assert '"dashes":"2 6"' in page.replace('": "', '":"')


def test_the_workbook_and_the_page_say_how_many_were_measured(folder, tmp_path):
    result = gm.assess(gm.read_study(folder / "study.toml"), with_isochrones=False)
    table = list_people(result, "zh")
    assert table["people"].tolist() == [150, 81]
    assert table["share_measured"].tolist() == [0, 0]
    assert set(table["people_rules"]) == {"沿街道"}
    gm.write_report(result, tmp_path / "a.xlsx", lang="zh")
    assert "人口" in openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames
    page = gm.draw_community(result, "330803001001", lang="zh").html
    assert "其余按沿街道分摊" in page


def test_assess_prints_the_share_measured(folder):
    run = CliRunner().invoke(main, ["--lang", "zh", "assess", str(folder / "study.toml")])
    assert run.exit_code == 0, run.output
    assert "2 个社区共 231 人，实测 0%" in run.output
