"""Field survey: what goes out, what comes back, and each way a workbook can be wrong."""

from __future__ import annotations

import dataclasses
import datetime

import assessment_world as world
import hypothesis
import numpy as np
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import strategies as st

import greenmap as gm
from greenmap import i18n, settings
from greenmap.cli import main
from greenmap.errors import InputError, InputFaults
from greenmap.model.clause import Clause
from greenmap.model.survey import SHEETS
from greenmap.studies.survey import survey_gates, with_facilities, with_ledger

CODES = ("510402001001", "510402001002", "510402002001")


def asked(id_: str, **more: object) -> Clause:
    return Clause(**{"id": id_, "kind": "survey", "categories": (), "limit": 0.0, "unit": "min",
                     "profile": "metres", "people": "all", "zh": f"项目{id_}", "en": f"Item {id_}",
                     "source_zh": "示例", "source_en": "example", "confidence": "verified",
                     **more})


@pytest.fixture(scope="module")
def result():
    study = world.study()
    clauses = (*study.standard.clauses, asked("rules"),
               asked("share", answer="number", value=0.3, value_unit="ratio"),
               asked("office", unit_of_audit="subdistrict"))
    standard = dataclasses.replace(study.standard, clauses=clauses)
    plain = world.assessment(study)
    return dataclasses.replace(plain, study=dataclasses.replace(study, standard=standard))


@pytest.fixture
def made(result, tmp_path):
    return gm.write_survey(result, tmp_path / "调查 表.xlsx", lang="zh")


def sheet_of(book, key):
    """The sheet, its columns by key, and the number of its first row."""
    for page in book.worksheets:
        for row in page.iter_rows(min_row=1, max_row=12):
            if any(cell.value == f"greenmap:{key}" for cell in row):
                return page, {c.value: c.column_letter for c in row if c.value}, row[0].row + 2
    raise AssertionError(key)


def rows_of(book, key):
    page, columns, first = sheet_of(book, key)
    for n in range(first, page.max_row + 1):
        yield n, {name: page[f"{letter}{n}"] for name, letter in columns.items()
                  if name in SHEETS[key]}


def fill(path, *, items=(), facilities=(), new=(), gates=(), cover=(), after=None):
    """Fill cells: items {(unit, item): {column: value}}, facilities by place, new row by row."""
    book = openpyxl.load_workbook(path)
    for key, said, ids in (("items", dict(items), ("unit_id", "item_id")),
                           ("facilities", dict(facilities), ("place_id",)),
                           ("gates", dict(gates), ("gate_id",)),
                           ("cover", dict(cover), ("field",))):
        if not said:
            continue
        for _, row in rows_of(book, key):
            found = tuple(row[name].value for name in ids)
            for column, value in said.get(found if len(ids) > 1 else found[0], {}).items():
                row[column].value = value
    for (_, row), said in zip(rows_of(book, "new"), new, strict=False):
        for column, value in said.items():
            row[column].value = value
    if after is not None:
        after(book)
    book.save(path)
    return path


DEFAULT = {"date": {"entry": datetime.date(2026, 11, 20)}, "role": {"entry": "社区工作人员"}}
RULES = {(CODES[0], "rules"): {"answer": "是"}}


def told(error: pytest.ExceptionInfo[InputError]) -> dict[str, str]:
    faults = error.value.faults if isinstance(error.value, InputFaults) else [error.value]
    for fault in faults:
        assert fault.text("zh") != fault.text("en")
    return {fault.key.split(".")[1]: fault.text("zh") for fault in faults}


def refused(path, result) -> dict[str, str]:
    with pytest.raises(InputError) as error:
        gm.read_survey(path, result.study)
    return told(error)


def test_what_is_asked(result, made):
    book = openpyxl.load_workbook(made)
    assert book.sheetnames == ["填表说明", "调查项目", "已知设施", "新增设施"]
    rows = [(r["unit_id"].value, r["item_id"].value) for _, r in rows_of(book, "items")]
    # two items a community; one each of the two subdistricts
    assert rows == [*((c, i) for c in CODES for i in ("rules", "share")),
                    ("subdistrict/东区/东街", "office"), ("subdistrict/东区/西街", "office")]
    kinds = {r["item_id"].value: r["asked"].value for _, r in rows_of(book, "items")}
    assert kinds == {"rules": "是", "share": ">= 0.3", "office": "是"}


def test_cells_check_what_is_filled_in(made):
    page, columns, first = sheet_of(openpyxl.load_workbook(made), "items")
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    answer = columns["answer"]
    yes_no = next(r for where, r in rules.items() if where.split(":")[0] == f"{answer}{first}")
    assert yes_no.type == "list" and yes_no.formula1 == '"是,否,不清楚"'
    share = next(r for where, r in rules.items() if where.startswith(f"{answer}{first + 1}"))
    assert (share.type, share.operator) == ("decimal", "greaterThanOrEqual")
    assert page.protection.sheet
    assert not page[f"{answer}{first}"].protection.locked
    assert page[f"{columns['item']}{first}"].protection.locked
    for name in ("unit_id", "item_id", "kind", "check"):
        number = openpyxl.utils.column_index_from_string(columns[name])
        assert any(d.hidden and d.min <= number <= d.max for d in page.column_dimensions.values())


def test_no_text_is_a_formula_and_equal_studies_make_equal_bytes(result, made, tmp_path):
    again = gm.write_survey(result, tmp_path / "again.xlsx", lang="zh")
    assert again.read_bytes() == made.read_bytes()
    book = openpyxl.load_workbook(made)
    assert all(cell.data_type != "f" for page in book for row in page.iter_rows() for cell in row)


def test_one_community_gets_its_own_rows_only(result, tmp_path):
    path = gm.write_survey(result, tmp_path / "a.xlsx", communities=[CODES[1]])
    rows = [r["unit_id"].value for _, r in rows_of(openpyxl.load_workbook(path), "items")]
    assert set(rows) == {CODES[1]}
    with pytest.raises(InputFaults) as error:
        gm.write_survey(result, tmp_path / "b.xlsx", communities=["99"])
    assert "unknown_community" in told(error)


def test_answers_come_back_with_date_and_role(result, made):
    fill(made, cover=DEFAULT, items={
        (CODES[0], "rules"): {"answer": "是"}, (CODES[1], "rules"): {"answer": "否"},
        (CODES[2], "rules"): {"answer": "不清楚"},
        (CODES[0], "share"): {"answer": 0.45, "date": "2026-11-21", "role": "物业人员"}})
    survey = gm.read_survey(made, result.study)
    answers = survey.answers.set_index(["unit_id", "item_id"])
    assert answers["value"].to_dict() == {(CODES[0], "rules"): True, (CODES[1], "rules"): False,
                                          (CODES[0], "share"): 0.45}
    assert answers.loc[(CODES[0], "share"), ["date", "role", "source"]].tolist() == [
        "2026-11-21", "property", made.name]
    assert answers.loc[(CODES[0], "rules"), "date"] == "2026-11-20"
    assert len(survey.log) == 4  # "not sure" was checked too


def test_the_workbook_may_be_filled_in_either_language(result, tmp_path):
    path = gm.write_survey(result, tmp_path / "a.xlsx", lang="en")
    fill(path, cover={"date": {"entry": "2026-11-20"}, "role": {"entry": "property management"}},
         items={(CODES[0], "rules"): {"answer": "Yes"}})
    assert gm.read_survey(path, result.study).answers["value"].tolist() == [True]


def test_rows_may_be_sorted(result, made):
    def reverse(book):
        page, columns, first = sheet_of(book, "items")
        cells = [[cell.value for cell in row] for row in page.iter_rows(min_row=first)]
        for row, values in zip(page.iter_rows(min_row=first), reversed(cells), strict=True):
            for cell, value in zip(row, values, strict=True):
                cell.value = value
    fill(made, cover=DEFAULT, items=RULES, after=reverse)
    answers = gm.read_survey(made, result.study).answers
    assert answers[["unit_id", "item_id"]].values.tolist() == [[CODES[0], "rules"]]


def test_names_and_phones_stay_in_the_workbook(result, made):
    fill(made, items={(CODES[0], "rules"): {"answer": "是", "remark": "张某 13800138000"}},
         cover={**DEFAULT, "surveyor": {"entry": "张某"}, "phone": {"entry": "13800138000"}})
    survey = gm.read_survey(made, result.study)
    everything = "".join(table.to_csv() for table in (survey.answers, survey.log, survey.found,
                                                      survey.facilities, survey.conflicts))
    assert "张某" not in everything and "13800138000" not in everything


def test_facilities_are_corrected_and_conflicts_told(result, made):
    fill(made, cover=DEFAULT, facilities={
        "k1": {"status": "停用或已不存在", "floor_m2": 800}, "p1": {"area_m2": 5200}})
    survey = gm.read_survey(made, result.study)
    # k1 was known to be open; of its floor and of p1's size nothing was known
    assert survey.conflicts[["subject", "field", "was", "found"]].values.tolist() == [
        ["k1", "status", "open", "closed"]]
    before = result.study.amenities
    after = with_facilities(before, survey)
    assert after.loc["k1", ["status", "floor_m2"]].tolist() == ["closed", 800.0]
    assert after.loc["p1", "area_m2"] == 5200
    untouched = [i for i in before.index if i not in ("k1", "p1")]
    assert after.loc[untouched, list(before.columns)].equals(before.loc[untouched])
    assert "floor_m2" not in before


def test_new_facilities_with_and_without_coordinates(result, made):
    place = {"community": f"甲社区 [{CODES[0]}]", "category": "幼儿园", "name": "新幼儿园"}
    lon, lat = result.study.communities.to_crs(4326).geometry.iloc[0].centroid.coords[0]
    fill(made, cover=DEFAULT, new=[place | {"lon": lon, "lat": lat, "capacity": 180},
                                   place | {"name": "托班", "floor_m2": 90}])
    survey = gm.read_survey(made, result.study)
    table = with_facilities(result.study.amenities, survey)
    assert table.loc["survey:1", ["category", "name", "capacity"]].tolist() == [
        "kindergarten", "新幼儿园", 180.0]
    assert result.study.communities.geometry.iloc[0].contains(table.geometry["survey:1"])
    ledger = with_ledger(None, survey)
    assert ledger[["name", "community_id", "floor_m2", "match"]].values.tolist() == [
        ["托班", CODES[0], 90.0, "none"]]
    dataclasses.replace(result.study, ledger=ledger)  # the study takes it


@pytest.mark.parametrize(("said", "key"), [
    ({"items": {(CODES[0], "rules"): {"answer": "大概有"}}}, "bad_choice"),
    ({"items": {(CODES[0], "share"): {"answer": "约30%"}}}, "bad_number"),
    ({"items": {(CODES[0], "share"): {"answer": -1}}}, "bad_number"),
    ({"items": {(CODES[0], "rules"): {"answer": "是", "date": "上周"}}}, "bad_date"),
    ({"items": {(CODES[0], "rules"): {"answer": "是", "date": "2026"}}}, "bad_date"),
    ({"items": {(CODES[0], "rules"): {"answer": "是", "role": "路人"}}}, "bad_choice"),
    ({"items": {(CODES[0], "rules"): {"answer": "问张某13800138000"}}}, "personal"),
    ({"facilities": {"k1": {"status": "还行"}}}, "bad_choice"),
    ({"facilities": {"k1": {"floor_m2": "八百"}}}, "bad_number"),
    ({"new": [{"community": "甲", "category": "幼儿园", "name": "新"}]}, "bad_choice"),
    ({"new": [{"category": "幼儿园", "name": "新"}]}, "new_incomplete"),
    ({"new": [{"community": f"甲社区 [{CODES[0]}]", "category": "幼儿园", "name": "新",
               "lon": 101.7}]}, "bad_degrees"),
    ({"new": [{"community": f"甲社区 [{CODES[0]}]", "category": "幼儿园", "name": "新",
               "lon": 101.7, "lat": 120}]}, "bad_degrees"),
    ({"new": [{"community": f"甲社区 [{CODES[0]}]", "category": "幼儿园", "name": "新",
               "lon": 26.6, "lat": 10.7}]}, "far_away"),
    ({"new": [{"community": f"甲社区 [{CODES[0]}]", "category": "幼儿园",
               "name": "园长 13800138000"}]}, "personal")])
def test_a_wrong_cell_is_named_by_sheet_and_address(result, made, said, key):
    fill(made, cover=DEFAULT, **said)
    faults = refused(made, result)
    assert list(faults) == [key]
    sheet = {"items": "调查项目", "facilities": "已知设施", "new": "新增设施"}[next(iter(said))]
    assert f"工作表“{sheet}”" in faults[key]
    assert made.name in faults[key]
    assert "13800138000" not in faults[key]


def test_the_address_is_the_cells(result, made):
    book = openpyxl.load_workbook(made)
    _, columns, first = sheet_of(book, "items")
    fill(made, cover=DEFAULT, items={(CODES[0], "share"): {"answer": "约30%"},
                                     (CODES[1], "share"): {"answer": "很多"}})
    said = refused(made, result)["bad_number"]
    letter = columns["answer"]  # the second and the fourth row
    assert f"{letter}{first + 1} “约30%”, {letter}{first + 3} “很多”" in said


@pytest.mark.parametrize(("field", "key"), [("date", "no_date"), ("role", "no_role")])
def test_an_answer_without_date_or_role(result, made, field, key):
    fill(made, cover={k: v for k, v in DEFAULT.items() if k != field}, items=RULES)
    assert list(refused(made, result)) == [key]


@pytest.mark.parametrize("column", ["unit_id", "item_id", "kind", "check", "unit", "item"])
def test_an_edited_id_or_name(result, made, column):
    def edit(book):
        _, row = next(rows_of(book, "items"))
        row[column].value = CODES[2] if column == "unit_id" else "x"
    fill(made, cover=DEFAULT, items=RULES, after=edit)
    assert list(refused(made, result)) == ["id_edited"]


def test_the_survey_of_another_study(result, made):
    fill(made, cover=DEFAULT, items=RULES)
    study = result.study
    other = dataclasses.replace(study, communities=study.communities.iloc[:2])
    with pytest.raises(InputFaults) as error:
        gm.read_survey(made, other)
    assert list(told(error)) == ["other_study"]


def test_the_survey_of_an_older_form(result, made):
    fill(made, cover=DEFAULT, items=RULES, after=lambda book: [
        row["entry"].__setattr__("value", "greenmap.survey/0")
        for _, row in rows_of(book, "cover") if row["field"].value == "format"])
    assert list(refused(made, result)) == ["other_form"]


def test_an_item_the_standard_no_longer_has(result, made):
    fill(made, cover=DEFAULT, items=RULES)
    standard = result.study.standard
    less = dataclasses.replace(standard, clauses=tuple(
        c for c in standard.clauses if c.id != "rules"))
    with pytest.raises(InputFaults) as error:
        gm.read_survey(made, dataclasses.replace(result.study, standard=less))
    assert list(told(error)) == ["item_gone"]


def test_a_facility_the_study_no_longer_has(result, made):
    fill(made, cover=DEFAULT, facilities={"k1": {"status": "在用"}})
    less = result.study.amenities.drop(index="k1")
    with pytest.raises(InputFaults) as error:
        gm.read_survey(made, dataclasses.replace(result.study, amenities=less))
    assert list(told(error)) == ["place_gone"]


def test_a_column_taken_out(result, made):
    def drop(book):
        page, columns, _ = sheet_of(book, "items")
        page.delete_cols(openpyxl.utils.column_index_from_string(columns["date"]))
    fill(made, cover=DEFAULT, items=RULES, after=drop)
    assert "no_column" in refused(made, result)


def test_what_is_no_survey_at_all(result, tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "别的表"
    book.save(tmp_path / "a.xlsx")
    assert list(refused(tmp_path / "a.xlsx", result)) == ["not_a_survey"]
    (tmp_path / "b.xlsx").write_bytes(b"PK no workbook")
    assert list(refused(tmp_path / "b.xlsx", result)) == ["not_a_workbook"]
    (tmp_path / "empty").mkdir()
    assert list(refused(tmp_path / "empty", result)) == ["folder_empty"]


def test_nothing_filled_in(result, made):
    assert list(refused(made, result)) == ["none_filled"]


def test_all_faults_are_told_at_once_and_nothing_is_half_read(result, made):
    fill(made, cover=DEFAULT, items={(CODES[0], "rules"): {"answer": "大概有"},
                                     (CODES[1], "rules"): {"answer": "是"},
                                     (CODES[0], "share"): {"answer": "多"}},
         facilities={"k1": {"capacity": "很多"}})
    assert set(refused(made, result)) == {"bad_choice", "bad_number"}


def test_two_workbooks_the_newer_answer_holds_and_the_other_is_told(result, tmp_path):
    folder = tmp_path / "回收"
    folder.mkdir()
    for name, answer, day in (("a.xlsx", "是", "2026-11-01"), ("b.xlsx", "否", "2026-11-02")):
        fill(gm.write_survey(result, folder / name, lang="zh"), cover=DEFAULT,
             items={(CODES[0], "rules"): {"answer": answer, "date": day}})
    survey = gm.read_survey(folder, result.study)
    assert survey.answers["value"].tolist() == [False]
    assert survey.conflicts[["was", "found", "taken"]].values.tolist() == [["yes", "no", "newest"]]
    fill(folder / "a.xlsx", items={(CODES[0], "rules"): {"date": "2026-11-02"}})
    assert list(refused(folder, result)) == ["answered_twice"]


def test_a_score_sheets_items_are_asked_and_scored(result, tmp_path):
    sheet = gm.load_score_sheet("three-classes-five-stars")
    wanted = [item.id for item in sheet.items if item.answer]
    path = gm.write_survey(result, tmp_path / "a.xlsx", communities=[CODES[0]], sheets=[sheet],
                           lang="zh")
    rows = [r["item_id"].value for _, r in rows_of(openpyxl.load_workbook(path), "items")]
    assert rows == ["rules", "share", *wanted]
    fill(path, cover=DEFAULT, items={(CODES[0], "ramps"): {"answer": 0.6}})
    assert gm.read_survey(path, result.study).answers[["item_id", "value"]].values.tolist() == [
        ["ramps", 0.6]]


def test_a_filled_workbook_is_never_written_over(result, made):
    fill(made, cover=DEFAULT, items=RULES)
    with pytest.raises(InputError) as error:
        gm.write_survey(result, made)
    assert list(told(error)) == ["exists"]
    assert len(gm.read_survey(made, result.study).answers) == 1


def test_a_sheet_formatted_to_its_last_row_is_read(result, made):
    fill(made, cover=DEFAULT, items=RULES, after=lambda book: sheet_of(book, "items")[0].cell(
        200_000, 3).__setattr__("number_format", "0"))
    assert len(gm.read_survey(made, result.study).answers) == 1


# gates ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = gm.write_sample(tmp_path_factory.mktemp("sample"))
    text = (folder / "study.toml").read_text("utf-8")
    (folder / "study.toml").write_text(
        text.replace("fifteen-minute-generic", "green-community-2020"), "utf-8")
    return folder


def test_round_trip_of_the_sample_by_command_line(sample):
    study, book = sample / "study.toml", sample / "调查.xlsx"
    out = CliRunner().invoke(main, ["survey", "make", str(study), "--out", str(book),
                                    "--lang", "zh"])
    assert out.exit_code == 0, out.output
    pages = openpyxl.load_workbook(book)
    gates = [{k: c.value for k, c in row.items()} for _, row in rows_of(pages, "gates")]
    plain = gm.read_study(study)
    barriers = plain.network.barriers
    assert {g["gate_id"] for g in gates} <= set(barriers.gate_id)
    mapped = next(g for g in gates if g["known_source"] == "mapped"
                  and g["known_access"].startswith("居民"))
    fill(book, cover=DEFAULT, gates={mapped["gate_id"]: {"access": "关闭"}},
         items={("990101001001", "item1"): {"answer": "是"}})
    read = CliRunner().invoke(main, ["survey", "read", str(book), "--study", str(study), "--out",
                                     str(sample / "读取"), "--lang", "zh"])
    assert read.exit_code == 0, read.output
    assert "冲突 1 处" in read.output and mapped["gate_id"] in read.output
    assert (sample / "读取" / "survey_log.csv").is_file()
    with study.open("a", encoding="utf-8") as file:
        file.write('\n[survey]\npath = "调查.xlsx"\n')
    after = gm.read_study(study)
    assert after.survey[["unit_id", "item_id", "value"]].values.tolist() == [
        ["990101001001", "item1", True]]
    now = after.network.barriers
    assert len(now.gate_id) == len(barriers.gate_id)
    where = {str(g): n for n, g in enumerate(now.gate_id)}
    n = where[mapped["gate_id"]]
    assert (now.gate_access[n], now.gate_source[n]) == ("closed", "surveyed")
    others = {str(g): a for g, a in zip(barriers.gate_id, barriers.gate_access, strict=True)
              if g != mapped["gate_id"]}
    assert {g: now.gate_access[where[g]] for g in others} == others
    assert [one["role"] for one in after.inputs][-1] == "survey"
    report = gm.check_study(study)
    assert report.ok


def test_assumed_gates_nobody_checked_stay_beside_the_one_that_was():
    gates = pd.DataFrame({"lon": [1.0, 2.0], "lat": [1.0, 2.0], "access": ["all", None],
                          "steps": [np.nan, np.nan]}, index=pd.Index(["w?1", "w?2"],
                                                                     name="gate_id"))
    survey = gm.read_survey.__globals__["Survey"](
        answers=pd.DataFrame(), facilities=pd.DataFrame(), found=pd.DataFrame(), gates=gates,
        log=pd.DataFrame(), conflicts=pd.DataFrame())
    [table] = survey_gates(survey)
    assert table[["access", "source"]].values.tolist() == [["all", "surveyed"],
                                                           ["unknown", "assumed"]]


def test_a_study_that_names_a_faulty_survey_tells_its_cells(sample, tmp_path):
    study = sample / "faulty.toml"
    text = (sample / "study.toml").read_text("utf-8").split("[survey]")[0]
    study.write_text(text + '\n[survey]\npath = "说明.txt"\n', "utf-8")
    with settings.use(lang="zh"):
        report = gm.check_study(study)
    assert not report.ok
    assert any(".xlsx" in fault.text("zh") for fault in report.faults)


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_help_of_both_verbs(lang):
    for verb in ("make", "read"):
        out = CliRunner().invoke(main, ["--lang", lang, "survey", verb, "--help"])
        assert i18n.text(f"cli.help_{verb}", lang)[:8] in out.output.replace("\n", "")


_ANYTHING = st.one_of(
    st.text(st.characters(min_codepoint=32, max_codepoint=0x9FFF, exclude_categories=("Cs",)),
            max_size=12), st.integers(-10, 10**12), st.floats(allow_nan=False),
    st.booleans(), st.datetimes(datetime.datetime(1950, 1, 1), datetime.datetime(2090, 1, 1)),
    st.sampled_from(["=1/0", "#N/A", "是", "2026-11-20", "社区工作人员", "１２"]))


@hypothesis.settings(max_examples=15, suppress_health_check=list(hypothesis.HealthCheck),
                     phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate))
@hypothesis.given(st.lists(st.tuples(st.sampled_from(["cover", "items", "facilities", "new"]),
                                     st.integers(0, 5), st.integers(0, 16), _ANYTHING),
                           min_size=1, max_size=6))
def test_whatever_is_written_into_cells_is_read_or_refused_by_name(result, tmp_path, cells):
    path = tmp_path / "任意.xlsx"
    path.unlink(missing_ok=True)
    fill(gm.write_survey(result, path, lang="zh"), cover=DEFAULT, items=RULES)
    book = openpyxl.load_workbook(path)
    for key, row, column, value in cells:
        page, _, first = sheet_of(book, key)
        page.cell(first + row, column + 1).value = value
    book.save(path)
    try:
        survey = gm.read_survey(path, result.study)
    except InputError as error:
        assert error.text("zh") and error.text("en")
    else:
        assert set(survey.answers["unit_id"]) <= set(result.units.index)
