"""Tables: what is in the csv files is what was found, safe to open, the same every time."""

import csv
import dataclasses
import tempfile
from pathlib import Path

import assessment_world as world
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenmap.errors import OutputError
from greenmap.report.listing import list_checks, list_coverage, list_facilities, list_gaps
from greenmap.report.tables import cell, neutral, write_csv, write_reach
from greenmap.report.write import write_report, write_tables


def rows_of(path):
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel needs the mark to see UTF-8"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@given(st.text(min_size=1))
def test_no_text_starts_a_formula(text):
    made = neutral(text)
    assert made in (text, f"'{text}")
    assert made[0] not in "=@\t\r\n"
    assert made[0] not in "+-" or float(made) == float(text)  # a plain number keeps its sign


@pytest.mark.parametrize("text", ["-12", "+3.5", "510402001001", "滨河社区", "a=b", ""])
def test_harmless_text_stays(text):
    assert neutral(text) == text


@given(st.lists(st.lists(st.one_of(st.text(), st.sampled_from([',', '"', "\r", 'a"b', "1\n2"])),
                         min_size=2, max_size=2), min_size=1))
def test_any_text_is_read_back_as_it_was(rows):
    """Quotes, commas and line breaks stay within their cell; what is led by "'" tells so."""
    table = pd.DataFrame(rows, columns=["name", "note"])
    with tempfile.TemporaryDirectory() as folder:
        write_csv(table, Path(folder) / "t.csv", lang="en")
        read = rows_of(Path(folder) / "t.csv")[1:]
    assert read == [[neutral(text) for text in row] for row in rows]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_its_six_decimals_without_noughts_at_the_end(value):
    assert float(cell(value)) == round(value, 6)
    assert cell(value) != "-0"
    assert "." not in cell(value) or cell(value)[-1] in "123456789"


def test_reach_holds_every_home_and_clause(tmp_path):
    result = world.assessment()
    [path] = write_reach(result, tmp_path, lang="zh")
    head, *rows = rows_of(path)
    assert head == ["居住点编号", "社区编号", "指标编号", "步行值", "超出搜索范围", "单位", "限值",
                    "是否可达", "原因", "设施编号"]
    assert [tuple(row[:3]) for row in rows] == [
        (home, world.HOMES[home][0] or "", clause) for home in sorted(world.HOMES)
        for clause in world.CLAUSES]
    by_key = {(row[0], row[2]): row[3:] for row in rows}
    # beyond the search: no number, and a cell that says how far was searched
    assert by_key["h1", "park-500m"] == ["", "> 3000", "米", "500", "否", "附近没有", ""]
    # not attached: neither
    assert by_key["h4", "park-500m"] == ["", "", "米", "500", "待核实", "居住点未接入路网", ""]
    assert by_key["h1", "convenience-5min"][:2] == ["0.333333", ""]
    assert by_key["h5", "convenience-5min"] == ["22.25", "", "分钟", "5", "否", "附近没有", "s1"]
    assert by_key["h7", "convenience-5min"][-1] == "'=s1"


def test_reach_is_split_by_district(tmp_path):
    study = world.study()
    study = world.study(communities=study.communities.assign(district=["东区", "东区", "西/区"]))
    # 3 clauses: 6 rows a file hold 2 homes; 东区 has 4 homes, 西/区 2, outside 1
    paths = write_reach(world.assessment(study), tmp_path, lang="en", max_rows=6)
    counts = {path.name: len(rows_of(path)) - 1 for path in paths}
    assert counts == {"reach_-.csv": 3, "reach_东区.csv": 6, "reach_东区_2.csv": 6,
                      "reach_西_区.csv": 6}
    ids = [row[0] for path in paths for row in rows_of(path)[1:]]
    assert sorted(ids) == sorted(home for home in world.HOMES for _ in world.CLAUSES)


def test_coverage_csv_is_the_coverage_table(tmp_path):
    result = world.assessment()
    write_csv(list_coverage(result, "zh"), tmp_path / "c.csv", lang="zh")
    head, *rows = rows_of(tmp_path / "c.csv")
    assert len(rows) == len(result.coverage)
    for row in rows:
        cell = dict(zip(head, row, strict=True))
        truth = result.coverage.loc[(cell["单元编号"], cell["指标编号"])]
        if cell["计入人数"] not in ("<10", "隐去"):
            assert float(cell["计入人数"]) == truth["people"]
            assert float(cell["可达人数"]) == truth["people_covered"]
        if cell["现状值"]:
            assert float(cell["现状值"]) == pytest.approx(truth["share"], abs=5e-7)
        walk = cell["步行90%分位值"]
        assert walk.startswith(">") == np.isinf(truth["walk_p90"])


def test_codes_keep_all_twelve_digits(tmp_path):
    write_csv(list_coverage(world.assessment(), "zh"), tmp_path / "c.csv", lang="zh")
    assert rows_of(tmp_path / "c.csv")[1][1] == "510402001001"


def test_age_groups_under_ten_are_not_printed():
    """乙 has 4 children of 3-6; with 甲 beside it and 29 above both, 甲 is hidden as well."""
    table = list_coverage(world.assessment(), "zh").set_index(["unit_id", "clause_id"])
    small = table.loc[("510402001002", "kindergarten-300m")]
    beside = table.loc[("510402001001", "kindergarten-300m")]
    alone = table.loc[("510402002001", "kindergarten-300m")]
    assert small["people"] == "<10"
    assert small[["share", "people_covered", "people_unknown"]].isna().all()
    assert (beside["people"], beside["people_covered"]) == ("隐去", "隐去")
    assert (alone["people"], alone["people_covered"]) == (30, 30)
    assert table.loc[("510402001002", "park-500m"), "people"] == 70  # all residents: no age


def test_a_group_nobody_counted_is_not_named_as_if_it_were():
    """No age column: the clause counts all residents, and says so where it names the group."""
    result = world.assessment()
    coverage = result.coverage.assign(people_basis="all_residents")
    table = list_coverage(dataclasses.replace(result, coverage=coverage), "en")
    assert table["group"].iloc[0] == "all residents (no data on aged 3-6)"
    assert (table["people"] != "<10").all()  # four of all residents, not four of an age


def test_gaps_tell_no_small_group_either():
    gaps = list_gaps(world.assessment(), "zh").set_index("gap_id")
    small = gaps.loc["510402001002:kindergarten-300m"]
    assert (small["people_missing"], small["people"]) == ("<10", "<10")
    assert small["people_by_cause"] == ""
    shown = gaps.loc["510402001001:park-500m"]
    assert (shown["people_missing"], shown["people_by_cause"]) == (140, "附近没有 140")


def test_gaps_and_checks_are_all_there_by_rank():
    result = world.assessment()
    gaps, checks = list_gaps(result, "en"), list_checks(result, "en")
    assert gaps["rank"].tolist() == list(range(1, len(result.gaps) + 1))
    assert set(gaps["gap_id"]) == set(result.gaps.index)
    assert set(checks["check_id"]) == set(result.checks.index)
    assert (checks["todo"] != "").all()
    assert gaps["subdistrict"].tolist()[0] == "西街"


def test_every_facility_is_listed_with_its_fate():
    table = list_facilities(world.assessment(), "zh").set_index("amenity_id")
    assert set(table.index) == set(world.amenities().index)
    assert table.loc["u1", ["category", "attached", "why_not"]].tolist() == [
        "未分类", "否", "在路网数据范围之外"]
    assert table.loc["p1", "status"] == "不明"


def test_without_a_share_nothing_is_judged():
    table = list_coverage(world.assessment(world.study(share=None)), "en")
    assert set(table["state"]) == {"measured only"}
    assert table["required"].isna().all()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_two_runs_write_equal_bytes_whatever_the_order_of_rows(tmp_path, lang):
    study = world.study()
    turned = dataclasses.replace(study, homes=study.homes.iloc[::-1],
                                 amenities=study.amenities.iloc[::-1])
    for name, asked in (("one", study), ("two", turned)):
        (tmp_path / name).mkdir()
        write_tables(world.assessment(asked), tmp_path / name, lang=lang)
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.*"))
    inside = {"zh": "内部", "en": "internal"}[lang]
    assert [f.as_posix() for f in files] == sorted([
        "checks.csv", "coverage.csv", "gaps.csv", "gaps.xlsx", "manifest.json", "results.gpkg",
        f"{inside}/homes.gpkg", f"{inside}/reach.csv", f"{inside}/snaps.gpkg"])
    for file in files:
        one, two = ((tmp_path / name / file).read_bytes() for name in ("one", "two"))
        assert one == two, file


def test_a_report_of_an_unknown_kind_is_refused(tmp_path):
    with pytest.raises(OutputError) as caught:
        write_report(world.assessment(), tmp_path / "report.pdf")
    assert ".pdf" in caught.value.text("en")
    assert ".xlsx" in caught.value.text("en")
    with pytest.raises(OutputError, match="nowhere"):
        write_report(world.assessment(), tmp_path / "nowhere" / "report.xlsx")


def test_a_report_that_cannot_be_replaced_leaves_nothing(tmp_path):
    (tmp_path / "gaps.xlsx").mkdir()
    with pytest.raises(OutputError, match=r"gaps\.xlsx"):
        write_report(world.assessment(), tmp_path / "gaps.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["gaps.xlsx"]
