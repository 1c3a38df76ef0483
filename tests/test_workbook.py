"""Workbook: every number on the sheets is the table's; texts stay texts."""

import zipfile

import assessment_world as world
import numpy as np
import openpyxl
import pytest

from greenmap.report.write import write_report

SHEETS = {"zh": ["总览", "覆盖率", "覆盖率明细", "短板清单", "待核实", "设施", "接入路网",
                 "数据来源"],
          "en": ["Overview", "Coverage", "Coverage detail", "Gaps", "To check", "Facilities",
                 "Joining the streets", "Sources"]}


@pytest.fixture(scope="module")
def result():
    return world.assessment()


@pytest.fixture(scope="module")
def path(result, tmp_path_factory):
    return write_report(result, tmp_path_factory.mktemp("book") / "短板 清单.xlsx")


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


def rows_of(sheet, head_row=3):
    """Rows below a heading, up to the first empty one, as dictionaries."""
    head = [cell.value for cell in sheet[head_row]]
    rows = []
    for cells in sheet.iter_rows(min_row=head_row + 1, max_col=len(head)):
        if all(cell.value is None for cell in cells):
            break
        rows.append({name: cell for name, cell in zip(head, cells, strict=True) if name})
    return rows


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sheets_in_the_readers_language(result, tmp_path, lang):
    made = openpyxl.load_workbook(write_report(result, tmp_path / "a.xlsx", lang=lang))
    assert made.sheetnames == SHEETS[lang]


def test_no_cell_is_a_formula(book):
    texts = [cell for sheet in book for row in sheet.iter_rows() for cell in row
             if isinstance(cell.value, str)]
    assert all(cell.data_type == "s" for cell in texts)
    assert any(cell.value == world.TRICK for cell in texts)
    assert any(cell.value == "=s1" for cell in texts)


def test_detail_is_the_coverage_table(result, book):
    rows = rows_of(book["覆盖率明细"])
    assert len(rows) == len(result.coverage)
    for row in rows:
        truth = result.coverage.loc[(row["单元编号"].value, row["指标编号"].value)]
        if isinstance(row["计入人数"].value, str):
            continue
        for name, column in (("计入人数", "people"), ("可达人数", "people_covered"),
                             ("待核实人数", "people_unknown"), ("现状值", "share"),
                             ("标准值", "required")):
            assert row[name].value == pytest.approx(truth[column], rel=1e-14), (name, truth)
        walk = row["步行90%分位值"].value
        if np.isinf(truth["walk_p90"]):
            assert walk == "> 3000"
        else:
            assert walk == truth["walk_p90"]


def test_matrix_shows_share_and_state_of_every_unit(result, book):
    sheet = book["覆盖率"]
    clauses = {c.text("zh"): c.id for c in result.study.standard.clauses}
    column = {n: clauses[cell.value.split("\n")[0]]
              for n, cell in enumerate(sheet[3]) if n >= 3}
    seen = 0
    for cells in sheet.iter_rows(min_row=4):
        if cells[0].value != "社区":
            continue
        for n, clause in column.items():
            truth = result.coverage.loc[(cells[1].value, clause)]
            said = {"met": "达标", "not_met": "不达标", "not_known": "待核实"}[truth["state"]]
            seen += 1
            if cells[n].data_type == "n":
                assert cells[n].value == pytest.approx(truth["share"], rel=1e-14)
                assert said in cells[n].number_format  # legible without the colour
                least = truth["people_unknown"] > 0  # homes not known may turn out covered
                assert ("≥" in cells[n].number_format) == least
            else:
                assert cells[n].value == "不达标 (<10)"
    assert seen == 9


def test_gaps_carry_the_offices_columns(result, book):
    rows = rows_of(book["短板清单"])
    assert len(rows) == len(result.gaps)
    offices = {"序号", "问题编号", "区", "街道", "社区", "指标", "依据文号条款", "标准值",
               "现状值", "缺口", "单位", "涉及人数", "原因", "各原因人数", "判定",
               "数据来源", "数据日期", "备注"}
    assert offices <= set(rows[0])
    for row in rows:
        truth = result.gaps.loc[row["问题编号"].value]
        assert row["序号"].value == truth["rank"]
        if row["涉及人数"].value not in ("<10", "隐去"):
            assert row["涉及人数"].value == truth["people_missing"]
            assert row["缺口"].value == pytest.approx(truth["required"] - truth["share"])


def test_checks_leave_room_for_the_answer(result, book):
    rows = rows_of(book["待核实"])
    assert [row["核实编号"].value for row in rows] == result.checks.index.tolist()
    assert all(row["核实结果"].value is None or row["核实结果"].value == "" for row in rows)


def test_overview_counts(result, book):
    facts = {row[0].value: row[1].value for row in book["总览"].iter_rows() if row[0].value}
    assert (facts["居住点"], facts["人口"], facts["人口不明的居住点"]) == (7, 417, 1)
    assert (facts["未接入路网的居住点"], facts["未接入路网的设施"]) == (1, 1)
    assert (facts["不在任何社区内的居住点"], facts["未分类的设施"]) == (1, 1)
    assert facts["要求比例"] == "90%（本研究自定）"


def test_overview_puts_the_shares_side_by_side(result, book):
    communities = result.coverage[result.coverage["level"] == "community"]
    said = {"达标": "met", "不达标": "not_met", "待核实": "not_known"}
    found = {row[1].value: [cell.value for cell in row[2:6]] for row in book["总览"].iter_rows()
             if row[0].value == "社区" and row[1].value in said}
    assert set(found) == set(said)
    for word, counts in found.items():
        assert counts == [(communities[name] == said[word]).sum()
                          for name in ("state", "state_80", "state_90", "state_100")]


def test_profiles_say_how_far_fifteen_minutes_are(book):
    rows = {row[0].value: [cell.value for cell in row] for row in book["总览"].iter_rows()}
    assert rows["成年人"][2:4] == [72, 1080]
    assert rows["只计距离"][2:4] == [None, None]


def test_sources_tell_what_was_left_out(tmp_path):
    study = world.study()
    study.homes.attrs["left_out"] = ((12, "exact_repeat"),)
    study.homes.attrs["source"] = {"name": "居住点.csv"}
    study.communities.attrs["repaired"] = ("510402001001",)
    path = write_report(world.assessment(study), tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(path)["数据来源"]
    rows = [[cell.value for cell in row][:3] for row in sheet.iter_rows()]
    assert ["居住点.csv", 12, "与另一行完全相同"] in rows
    assert ["社区 · 修复的图形", "510402001001", None] in rows


def test_marks_stand_on_every_sheet(book):
    for sheet in book:
        for mark in ("虚构数据", "通用核对表·非规范依据", "内部工作用图·未经审核·不得公开"):
            assert mark in sheet["A2"].value
            assert mark in sheet.oddFooter.left.text
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToHeight == 0


def test_lists_are_frozen_and_filtered(book):
    for name in ("覆盖率", "覆盖率明细", "短板清单", "待核实", "设施"):
        assert book[name].freeze_panes.endswith("4")
        assert book[name].auto_filter.ref.startswith("A3:")


def test_codes_are_text(book):
    [first, *_] = rows_of(book["覆盖率明细"])
    assert first["单元编号"].value == "510402001001"
    assert first["单元编号"].number_format == "@"


def test_the_date_inside_is_fixed(path):
    with zipfile.ZipFile(path) as packed:
        core = packed.read("docProps/core.xml").decode()
        assert {info.date_time[0] for info in packed.infolist()} == {1980}
    assert core.count("2000-01-01T00:00:00Z") == 2


def test_an_empty_list_says_so(tmp_path):
    path = write_report(world.assessment(world.study(share=None)), tmp_path / "a.xlsx")
    assert openpyxl.load_workbook(path)["短板清单"]["A4"].value == "没有判为不达标的指标。"
