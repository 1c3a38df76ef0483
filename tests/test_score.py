"""Scores by hand: what isn't known is a range, vetoes cap, the next star's fewest items."""

from __future__ import annotations

import dataclasses

import assessment_world as world
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import greenmap as gm
from greenmap.cli import main
from greenmap.errors import InputError, InputFaults
from greenmap.measure.score import _fewest, _Given
from greenmap.model.score_sheet import ScoreClass, ScoreItem, ScoreSheet, Star, load_score_sheet
from greenmap.report.score_book import stars_text

A, B, C = "510402001001", "510402001002", "510402002001"


def sheet(*items, stars=((1, 5), (2, 8), (3, 10)), **more):
    return ScoreSheet("own", "自拟", "Own", "示例", "example", "proposal",
                      standard="fifteen-minute-generic", classes=(ScoreClass("x", "类", "Class"),),
                      items=items, stars=tuple(Star(*s) for s in stars), **more)


def item(id_, points, **more):
    return ScoreItem(id_, id_, id_, "x", points, **more)


def answered(*rows):
    table = pd.DataFrame(rows, columns=["unit_id", "item_id", "value", "date"]).assign(
        role="community", source="a.xlsx")
    return world.assessment(dataclasses.replace(world.study(), survey=table))


# kindergarten-300m over 甲: 20 covered, 5 not -> 0.8, not met at 0.9; 丙: met; 乙: 4 not covered
KIND = item("kind", 4.0, clause="kindergarten-300m")
OWN = sheet(KIND, item("lanes", 4.0, answer="yes_no"),
            item("ramps", 2.0, answer="number", steps=((0.5, 1.0), (0.8, 2.0))))


def test_what_is_not_known_is_a_range_and_never_zero():
    table = gm.score(world.assessment(), OWN).table
    # 甲: kindergarten 0, the survey's 6 open; 丙: 4 sure, 6 open
    assert table.loc[A, ["points_low", "points_high", "of", "not_known"]].tolist() == [0, 6, 10, 2]
    assert table.loc[C, ["points_low", "points_high"]].tolist() == [4, 10]
    assert table.loc[C, ["stars_low", "stars_high"]].tolist() == [0, 3]


def test_survey_and_walks_add_up():
    result = answered((C, "lanes", True, "2026-11-01"), (C, "ramps", 0.6, "2026-11-01"))
    found = gm.score(result, OWN)
    # 4 + 4 + 1 of 10: two stars; the third needs 10, so the ramps' other point
    assert found.table.loc[C, ["points_low", "points_high", "stars_low", "stars_high"]
                           ].tolist() == [9, 9, 2, 2]
    assert found.table.loc[C, ["next_star", "points_short"]].tolist() == [3, 1]
    assert found.table.loc[C, "next_do"] == ("ramps",)
    assert found.items.loc[(C, "ramps"), ["state", "said", "date"]].tolist() == [
        "part", "0.6", "2026-11-01"]


def test_the_newest_answer_counts():
    result = answered((C, "lanes", True, "2026-11-02"), (C, "lanes", False, "2026-11-01"))
    assert gm.score(result, OWN).items.loc[(C, "lanes"), "low"] == 4


def test_steps_by_the_share_covered():
    steps = sheet(item("kind", 4.0, clause="kindergarten-300m", steps=((0.8, 2.0), (0.9, 4.0))),
                  item("lanes", 6.0, answer="yes_no"))
    found = gm.score(world.assessment(), steps).items
    assert found.loc[(A, "kind"), ["low", "high", "state"]].tolist() == [2, 2, "part"]
    assert found.loc[(C, "kind"), ["low", "state"]].tolist() == [4, "full"]


def test_a_veto_caps_the_stars_and_an_open_one_the_least():
    veto = sheet(KIND, item("lanes", 6.0, answer="yes_no", veto=True), veto_stars=1,
                 stars=((1, 4), (2, 6), (3, 10)))
    failed = gm.score(answered((C, "lanes", False, "2026-11-01")), veto).table.loc[C]
    assert (failed["stars_high"], failed["veto_failed"]) == (1, ("lanes",))
    assert failed["next_do"] == ("lanes",)
    open_ = gm.score(world.assessment(), veto).table.loc[C]
    assert (open_["stars_low"], open_["stars_high"], open_["veto_open"]) == (1, 3, ("lanes",))
    assert open_["next_check"] == ("lanes",)


def test_what_does_not_apply_scales_the_thresholds():
    result = world.assessment()
    coverage = result.coverage.copy()
    coverage.loc[(C, "kindergarten-300m"), "state"] = "not_applicable"
    found = gm.score(dataclasses.replace(result, coverage=coverage), OWN).table.loc[C]
    # 6 points apply: one star takes 5/10 of them
    assert (found["of"], found["points_high"], found["stars_high"]) == (6, 6, 3)
    assert found["points_short"] == pytest.approx(3.0)


def test_a_study_that_does_not_judge_leaves_the_range_open():
    found = gm.score(world.assessment(world.study(share=None)), OWN).items
    assert found.loc[(C, "kind"), ["low", "high", "state"]].tolist() == [0, 4, "not_known"]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=7), st.integers(1, 30))
def test_no_fewer_items_bring_the_next_star(gains, short):
    from itertools import combinations

    rows = {f"i{n}": _Given(g, 0.0, g, "none", "survey", "", "") for n, g in enumerate(gains)}
    chosen = _fewest(rows, short, [])
    if sum(gains) >= short:
        assert sum(rows[i].points for i in chosen) >= short
        assert not any(sum(few) >= short for few in combinations(gains, len(chosen) - 1))


@given(st.lists(st.booleans(), min_size=3, max_size=3))
def test_an_answer_narrows_the_range(known):
    rows = [(C, key, value, "2026-11-01") for key, value, there in
            zip(("lanes", "ramps"), (True, 0.9), known, strict=False) if there]
    wide = gm.score(world.assessment(), OWN).table.loc[C]
    narrow = gm.score(answered(*rows), OWN).table.loc[C]
    assert wide["points_low"] <= narrow["points_low"] <= narrow["points_high"]
    assert narrow["points_high"] <= wide["points_high"]


SHEET = """[sheet]
id = "own"
zh = "自拟"
en = "Own"
source_zh = "源"
source_en = "source"
confidence = "proposal"
standard = "fifteen-minute-generic"
[[class]]
id = "x"
zh = "类"
en = "Class"
[[item]]
id = "a"
zh = "甲"
en = "A"
group = "x"
points = 6
clause = "kindergarten-300m"
[[item]]
id = "b"
zh = "乙"
en = "B"
group = "x"
points = 4
answer = "number"
steps = [[0.5, 2], [0.8, 4]]
[[star]]
stars = 1
least = 5
[[star]]
stars = 2
least = 10
"""


@pytest.mark.parametrize(("old", "new", "key"), [
    ('group = "x"\npoints = 6', 'group = "y"\npoints = 6', "score.unknown_class"),
    ("points = 6", "points = 0", "score.points"),
    ('clause = "kindergarten-300m"', "", "score.one_basis"),
    ('answer = "number"', 'answer = "number"\nclause = "x"', "score.one_basis"),
    ('answer = "number"', 'answer = "maybe"', "record.wrong_word"),
    ("steps = [[0.5, 2], [0.8, 4]]", "", "score.steps_missing"),
    ("[0.8, 4]", "[0.8, 3]", "score.steps"), ("[0.5, 2]", "[0.9, 2]", "score.steps"),
    ("[0.5, 2]", "0.5", "score.steps"),
    ("least = 10", "least = 11", "score.stars"), ("least = 10", "least = 3", "score.stars"),
    ('id = "b"', 'id = "a"', "record.id_twice"),
    ('standard = "fifteen-minute-generic"', "", "score.no_standard"),
    ('source_en = "source"', "", "record.missing_field"),
    ("points = 6", 'points = "six"', "record.wrong_type"),
    ("[[star]]\nstars = 1\nleast = 5\n[[star]]\nstars = 2\nleast = 10\n", "", "score.empty")])
def test_a_sheet_of_your_own_is_checked(tmp_path, old, new, key):
    path = tmp_path / "own.toml"
    path.write_text(SHEET, "utf-8")
    assert load_score_sheet(path).total == 10
    path.write_text(SHEET.replace(old, new, 1), "utf-8")
    with pytest.raises(InputFaults) as error:
        load_score_sheet(path)
    assert key in [fault.key for fault in error.value.faults]
    for fault in error.value.faults:
        assert fault.text("zh") != fault.text("en")


def test_a_sheet_of_another_standard_is_refused():
    with pytest.raises(InputFaults) as error:
        gm.score(world.assessment(), "three-classes-five-stars")
    [fault] = error.value.faults  # the hand-sized world has three of its clauses
    assert fault.key == "score.clauses_missing"
    with pytest.raises(InputError, match="three-classes"):
        load_score_sheet("no-such")


def test_the_example_says_it_is_one_and_fits_its_standard():
    example = load_score_sheet("three-classes-five-stars")
    clauses = {c.id for c in gm.load_standard(example.standard).clauses}
    assert example.example and example.total == 100
    assert {i.clause for i in example.items if i.clause} <= clauses
    assert {i.group for i in example.items} == {c.id for c in example.classes}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_workbook(tmp_path, lang):
    result = world.assessment()
    found = gm.score(result, dataclasses.replace(OWN, example=True))
    path = gm.write_score(found, result, tmp_path / "a.xlsx", lang=lang)
    book = openpyxl.load_workbook(path)
    first = book.worksheets[0]
    assert any(("示例评分表" if lang == "zh" else "example sheet") in str(row[0].value)
               for row in first.iter_rows(max_row=3))
    texts = [cell.value for page in book for row in page.iter_rows() for cell in row]
    assert stars_text(0, 3, lang) in texts
    assert world.TRICK in texts
    assert all(c.data_type != "f" for page in book for row in page.iter_rows() for c in row)
    again = gm.write_score(found, result, tmp_path / "b.xlsx", lang=lang)
    assert again.read_bytes() == path.read_bytes()


def test_the_command_line_scores_the_sample(tmp_path):
    study = gm.write_sample(tmp_path) / "study.toml"
    out = CliRunner().invoke(main, ["score", str(study), "--lang", "zh"])
    assert out.exit_code == 0, out.output
    assert "★" in out.output and (tmp_path / "score.xlsx").is_file()
