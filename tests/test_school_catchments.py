"""Catchments (学区) in a study file: read, laid on its schools, listed; what is wrong is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely

import greenmap as gm
from greenmap.errors import InputFaults
from greenmap.measure.capacity import school_places

SMALL = Path(__file__).parent / "data/studies/small"
CLAUSE = 'clause = "primary-500m"'
HOMES = """编号,lon,lat,人口,age_6_12,小区
h1,118.8712,28.9602,100,12,甲园
h2,118.8725,28.9602,50,15,乙园
"""


def study_file(tmp_path, *lines, homes=HOMES, places=""):
    """The small study with two compounds of 12 and 15 children, and a second school of 10 desks."""
    folder = tmp_path / "study"
    if not folder.exists():
        shutil.copytree(SMALL, folder)
    (folder / "homes.csv").write_text(homes, "utf-8")
    (folder / "facilities.csv").write_text(
        "id,name,category,lon,lat,capacity\nk1,河畔幼儿园,kindergarten,118.8715,28.9598,\n"
        "p1,河畔小学,primary_school,118.8755,28.9602,20\n"
        f"p2,东小,primary_school,118.8715,28.9602,10\n{places}", "utf-8")
    file = folder / "catchments.toml"
    text = (folder / "study.toml").read_text("utf-8")
    file.write_text("\n".join([text, "[[catchments]]", *lines]), "utf-8")
    return file


def table(tmp_path, text, name="xuequ.csv"):
    (tmp_path / name).write_text(text, "utf-8")
    return f'path = "../{name}"'


def areas(tmp_path, *ends, name="xuequ.gpkg"):
    """河畔小学 west of a meridian, 东小 east of another."""
    shapes = [shapely.box(118, 28, ends[0], 30), shapely.box(ends[1], 28, 120, 30)]
    gpd.GeoDataFrame({"学校": ["河畔小学", "东小"]}, geometry=shapes, crs=4326).to_file(
        tmp_path / name)
    return f'path = "../{name}"'


def test_compounds_belong_to_the_school_named(tmp_path):
    # 12 children of 甲园 and 15 of 乙园: 20 desks for 12, 10 desks for 15
    said = table(tmp_path, "小区,学校\n甲园,河畔小学\n乙园,p2\n丙园,p2\n")
    study = gm.read_study(study_file(tmp_path, CLAUSE, said))
    result = gm.assess(study, with_isochrones=False)
    found = school_places(result, "primary-500m", catchments=study.catchments["primary-500m"])
    found = found.set_index("name")
    assert found["children"].to_dict() == {"河畔小学": 12.0, "东小": 15.0}
    assert found["missing"].to_dict() == {"河畔小学": 0.0, "东小": 5.0}
    record = study.inputs[-1]
    assert (record["role"], record["rows"], record["rows_unmatched"]) == ("catchments", 3, ["丙园"])
    book = gm.write_report(result, tmp_path / "gaps.xlsx", lang="zh")
    sheet = openpyxl.load_workbook(book)["学区学位"]
    cells = [[cell for cell in row if cell is not None] for row in sheet.values]
    assert any("东小" in row and {15, 10, 5} <= set(row) for row in cells)


def test_areas_and_counts_under_ten(tmp_path):
    few = HOMES.replace(",12,", ",3,")
    said = areas(tmp_path, 118.8718, 118.8730)  # h1 in the west, h2 in neither
    study = gm.read_study(study_file(tmp_path, CLAUSE, said, homes=few))
    result = gm.assess(study, with_isochrones=False)
    from greenmap.report.schools_sheet import list_schools

    listed = list_schools(result, "zh").set_index("name")
    assert listed["children"].to_dict() == {
        "河畔小学": "<10", "东小": 0.0, "（没有对口学校）": 15.0}
    assert listed.loc["河畔小学", "places_missing"] is None


GOOD = "小区,学校\n甲园,河畔小学\n"


@pytest.mark.parametrize(("clause", "text", "changes", "key"), [
    (CLAUSE, "小区,对方\n甲园,河畔小学\n", {}, "read.catchment_columns"),
    (CLAUSE, "学校,备注\n河畔小学,好\n", {}, "read.catchment_columns"),
    (CLAUSE, "小区,学校\n甲园,河畔小学\n,东小\n", {}, "read.catchment_blank"),
    (CLAUSE, "小区,学校\n甲园,河畔小学\n甲园,东小\n", {}, "read.catchment_twice"),
    (CLAUSE, "小区,学校\n甲园,西小\n", {}, "study.catchment_no_school"),
    (CLAUSE, "小区,学校\n甲园,东小\n",
     {"places": "p3,东小,primary_school,118.8745,28.9602,10\n"}, "study.catchment_two_schools"),
    ('clause = "pharmacy-500m"', GOOD, {}, "study.catchment_clause"),
    ("as_of = 2024", GOOD, {}, "study.catchment_clause"),
    (CLAUSE, GOOD, {"homes": HOMES.replace("小区", "备注")}, "study.catchment_no_compound"),
])
def test_each_way_to_be_wrong_is_named(tmp_path, clause, text, changes, key):
    with pytest.raises(InputFaults) as error:
        gm.read_study(study_file(tmp_path, clause, table(tmp_path, text), **changes))
    assert [fault.key for fault in error.value.faults] == [key]
    assert all(fault.text(lang) for fault in error.value.faults for lang in ("zh", "en"))


def test_areas_that_overlap_and_a_clause_named_twice(tmp_path):
    said = areas(tmp_path, 118.8720, 118.8700)  # h1 lies in both
    with pytest.raises(InputFaults) as error:
        gm.read_study(study_file(tmp_path, CLAUSE, said))
    assert [fault.key for fault in error.value.faults] == ["study.catchment_overlap"]
    one = table(tmp_path, GOOD)
    with pytest.raises(InputFaults) as error:
        gm.read_study(study_file(tmp_path, CLAUSE, one, "[[catchments]]", CLAUSE, one))
    assert [fault.key for fault in error.value.faults] == ["study.catchment_same"]
