"""Standards that ship: each loads, is complete in two languages and names its sources."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from greenmap.cli import main
from greenmap.errors import InputFaults, StandardError
from greenmap.model.clause import CONFIDENCES
from greenmap.model.clause_text import asks, confidence_text
from greenmap.model.confirmation import Confirmation, confirm
from greenmap.model.standard import load_standard, standard_ids
from greenmap.model.standard_diff import diff_standards
from greenmap.studies.confirmations import CONFIRMED_FILE, confirm_figure, read_confirmations

HAN = re.compile(r"[\u4e00-\u9fff]")
ONLY_LEVELS = {"city-beijing", "city-jinan"}  # their tables were not found


@pytest.mark.parametrize("key", standard_ids())
def test_a_standard_is_complete_in_both_languages(key):
    standard = load_standard(key)
    assert standard.id == key
    assert bool(standard.clauses) != (key in ONLY_LEVELS)
    assert HAN.search(standard.zh) and not HAN.search(standard.en)
    assert standard.year and standard.issuer_zh and standard.issuer_en
    assert standard.disclaimer_zh and standard.disclaimer_en
    assert len(standard.notes_zh) == len(standard.notes_en)
    told = [*standard.clauses, *standard.tiers]
    for one in told:
        assert HAN.search(one.zh) and one.en and not HAN.search(one.en), one.id
        assert one.source_zh and one.source_en and one.confidence in CONFIDENCES
        assert bool(one.note_zh) == bool(one.note_en), one.id
        assert not HAN.search(one.note_en)
    for note in standard.notes_en:
        assert not HAN.search(note) or key == "complete-community-2020"
    for group in standard.groups:
        assert HAN.search(group.zh) and not HAN.search(group.en)


def test_what_no_one_confirmed_is_not_scored_by_itself():
    kindergarten = load_standard("gb50180-2018").clause("t5.kindergarten")
    assert kindergarten.unconfirmed() == ()  # 300 m corroborated; its usual areas are only told
    station = load_standard("gb50180-2018").clause("t5.community_service_station")
    assert station.unconfirmed() == ("limit",)  # 600 m2 corroborated, 300 m not
    assert station.unconfirmed(("memory",)) == ()


def test_the_twenty_and_the_sixteen_items_are_all_there():
    complete = load_standard("complete-community-2020")
    items = {re.match(r"\d+", clause.item)[0] for clause in complete.clauses}
    assert items == {str(n) for n in range(1, 21)}
    green = load_standard("green-community-2020")
    assert [clause.item for clause in green.clauses] == [str(n) for n in range(1, 17)]
    assert len(green.groups) == 5 and len(complete.groups) == 6


def write(folder, text):
    path = folder / "local.toml"
    path.write_text(text, encoding="utf-8")
    return path


HEAD = '[standard]\nid = "x"\nzh = "测"\nen = "x"\n'
CLAUSE = ('[[clause]]\nid = "a"\nzh = "药店"\nen = "a"\nsource_zh = "无"\nsource_en = "none"\n'
          'confidence = "verified"\n')
BAD = {
    "unknown category": ('category = "shop"\nlimit_m = 300\n', "standard.clause_category"),
    "both limits": ('category = "pharmacy"\nlimit_m = 300\nlimit_min = 5\n',
                    "standard.clause_one_limit"),
    "no limit": ('category = "pharmacy"\n', "standard.clause_one_limit"),
    "limit in words": ('category = "pharmacy"\nlimit_m = "300"\n', "standard.clause_number"),
    "unknown field": ('category = "pharmacy"\nlimit_m = 300\nlimt = 1\n',
                      "standard.clause_unknown_field"),
    "unknown kind": ('kind = "near"\n', "standard.clause_word"),
    "unknown figure": ('category = "pharmacy"\nlimit_m = 300\nconfidence_of = { x = "memory" }\n',
                       "standard.clause_word"),
    "unknown level": ('category = "pharmacy"\nlimit_m = 300\ntier = "t5"\n',
                      "standard.clause_word"),
    "range": ('kind = "present"\ncategory = "pharmacy"\npeople_per_facility = [9, 1]\n',
              "standard.clause_pair"),
    "of another kind": ('kind = "survey"\nlimit_m = 300\n', "standard.clause_not_for_kind"),
    "area of nothing": ('kind = "area"\n', "standard.clause_missing_field"),
    "between one": ('kind = "survey"\nanswer = "number"\nvalue_unit = "m"\nop = "between"\n'
                    'value = 1\n', "standard.clause_between"),
}


@pytest.mark.parametrize("said", BAD)
def test_a_clause_that_breaks_the_grammar_is_named(tmp_path, said):
    text, key = BAD[said]
    with pytest.raises(InputFaults) as error:
        load_standard(write(tmp_path, HEAD + CLAUSE + text))
    assert key in [fault.key for fault in error.value.faults]
    assert "local.toml" in str(error.value)


def test_missing_source_and_confidence_are_told_together(tmp_path):
    bare = '[[clause]]\nid = "a"\nzh = "药店"\nen = "a"\ncategory = "pharmacy"\nlimit_m = 300\n'
    with pytest.raises(InputFaults) as error:
        load_standard(write(tmp_path, HEAD + bare))
    assert "confidence, source_en, source_zh" in str(error.value)


SOURCE = 'source_zh = "本市规定"\nsource_en = "local rule"\nconfidence = "verified"\n'


def test_a_local_edition_changes_one_clause_and_keeps_the_rest(tmp_path):
    # The standard's 300 m for kindergartens becomes 500 m; its usual areas stay unconfirmed.
    local = load_standard(write(tmp_path, HEAD + 'extends = "gb50180-2018"\ndrop = ["t15.gym"]\n'
                                '[[clause]]\nid = "t5.kindergarten"\nlimit_m = 500\n' + SOURCE))
    base = load_standard("gb50180-2018")
    changed = local.clause("t5.kindergarten")
    assert changed.limit == 500 and changed.source_en == "local rule"
    assert changed.confidence == "verified" and changed.sureness("usual_floor_m2") == "memory"
    assert {c.id for c in base.clauses} - {c.id for c in local.clauses} == {"t15.gym"}
    same = [c for c in local.clauses if c.id != "t5.kindergarten"]
    assert same == [c for c in base.clauses if c.id not in ("t5.kindergarten", "t15.gym")]
    assert local.extends == "gb50180-2018" and local.tiers == base.tiers


EXTENDS = HEAD + 'extends = "gb50180-2018"\n'
BAD_LOCAL = {
    "clause that isn't there": ('[[clause]]\nid = "t5.zoo"\nlimit_m = 500\n' + SOURCE,
                                "standard.override_unknown"),
    "no source": ('[[clause]]\nid = "t5.kindergarten"\nlimit_m = 500\n',
                  "standard.override_source"),
    "not new": ('[[clause]]\nid = "t5.kindergarten"\nnew = true\nzh = "园"\nen = "k"\n'
                'category = "kindergarten"\nlimit_m = 500\n' + SOURCE,
                "standard.override_not_new"),
}


@pytest.mark.parametrize("said", BAD_LOCAL)
def test_a_local_edition_that_goes_wrong_is_named(tmp_path, said):
    text, key = BAD_LOCAL[said]
    with pytest.raises(InputFaults) as error:
        load_standard(write(tmp_path, EXTENDS + text))
    assert [fault.key for fault in error.value.faults] == [key]


def test_a_dropped_clause_must_exist_and_so_must_the_base(tmp_path):
    with pytest.raises(InputFaults) as error:
        load_standard(write(tmp_path, EXTENDS + 'drop = ["zoo"]\n'))
    assert error.value.faults[0].key == "standard.override_unknown"
    with pytest.raises(InputFaults) as error:
        load_standard(write(tmp_path, HEAD + 'extends = "gb1"\n' + CLAUSE
                            + 'category = "pharmacy"\nlimit_m = 300\n'))
    assert error.value.faults[0].key == "standard.extends_unknown"


def test_a_clause_is_asked_for_by_its_id():
    with pytest.raises(StandardError):
        load_standard("gb50180-2018").clause("zoo")


def test_the_page_of_standards_is_current():
    root = Path(__file__).parents[1]
    spec = importlib.util.spec_from_file_location("page", root / "scripts" / "standards_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (root / "docs" / "standards.md").read_text("utf-8") == module.page()


def test_what_is_asked_is_said_in_both_languages():
    for key in standard_ids():
        for clause in load_standard(key).clauses:
            assert not HAN.search(asks(clause, "en")) and HAN.search(asks(clause, "zh")) or (
                clause.kind == "survey" and clause.value is not None), clause.id


READ = Confirmation("gb50180-2018", "t5.cultural_station", "limit", 450.0, "C.0.2", "李四",
                    "2026-03-01")


def test_a_confirmed_figure_is_scored_with_the_printed_value():
    clause = confirm(load_standard("gb50180-2018"), [READ]).clause("t5.cultural_station")
    assert (clause.limit, clause.unconfirmed()) == (450.0, ())
    assert confidence_text(clause, "zh") == "用户已核 (李四 · C.0.2 · 2026-03-01)"


@pytest.mark.parametrize(("changes", "key"), [
    ({"clause": "zoo"}, "standard.confirm_clause"),
    ({"figure": "value"}, "standard.confirm_figure"),
    ({"value": (1.0, 2.0)}, "standard.confirm_value"),
    ({"page": " "}, "standard.confirm_empty"), ({"who": ""}, "standard.confirm_empty"),
    ({"date": "1.3.2026"}, "standard.confirm_date")])
def test_a_confirmation_that_goes_wrong_is_named(changes, key):
    with pytest.raises(InputFaults) as error:
        confirm(load_standard("gb50180-2018"), [dataclasses.replace(READ, **changes)])
    assert [fault.key for fault in error.value.faults] == [key]


def study_file(tmp_path):
    file = tmp_path / "study.toml"
    file.write_text('[study]\nstandard = "gb50180-2018"\n', encoding="utf-8")
    return file


def test_confirmations_are_kept_beside_the_study_once(tmp_path):
    file = study_file(tmp_path)
    for value in (450.0, 500.0):  # the second reading takes the place of the first
        confirm_figure(file, "t5.cultural_station", value=(value,), page='"C"\n.0.2', who="李四",
                       date="2026-03-01")
    (kept,) = read_confirmations(tmp_path)
    assert kept == dataclasses.replace(READ, value=500.0, page='"C"\n.0.2')
    confirm_figure(file, "t15.police_station.per_person", value=(25000.0, 50000.0), page="B",
                   who="a", date="2026-03-01", figure="people_per_facility")
    assert len(read_confirmations(tmp_path)) == 2


def test_which_figure_must_be_clear_and_nothing_wrong_is_kept(tmp_path):
    file = study_file(tmp_path)
    about = {"value": (1.0,), "page": "C", "who": "a", "date": "2026-03-01"}
    with pytest.raises(StandardError) as error:
        confirm_figure(file, "t15.police_station.per_person", **about)
    assert error.value.key == "standard.confirm_which"
    with pytest.raises(InputFaults):
        confirm_figure(file, "t5.cultural_station", **(about | {"date": "soon"}))
    with pytest.raises(StandardError):
        confirm_figure(tmp_path / "none.toml", "t5.cultural_station", **about)
    assert read_confirmations(tmp_path) == ()
    (tmp_path / CONFIRMED_FILE).write_text("[[confirmation]]\nclause = 1\n", "utf-8")
    with pytest.raises(InputFaults):
        read_confirmations(tmp_path)


def test_standards_are_listed_shown_compared_and_confirmed_on_the_command_line(tmp_path):
    local = write(tmp_path, EXTENDS + '[[clause]]\nid = "t5.kindergarten"\nlimit_m = 500\n'
                  + SOURCE)
    run = CliRunner().invoke
    assert "gb50180-2018" in run(main, ["standards", "list", "--lang", "en"]).output
    shown = run(main, ["standards", "show", str(local), "--lang", "en"])
    assert "t5.kindergarten  limit: 300 → 500" in shown.output
    told = run(main, ["standards", "diff", str(local), "--lang", "en"])
    assert "t5.kindergarten  limit: 300 → 500" in told.output
    assert run(main, ["standards", "diff", "gb50180-2018"]).exit_code == 2
    kept = run(main, ["standards", "confirm", "t5.cultural_station", "--study",
                      str(study_file(tmp_path)), "--value", "500", "--page", "C.0.2", "--who",
                      "李四", "--date", "2026-03-01", "--lang", "en"])
    assert kept.exit_code == 0 and (tmp_path / CONFIRMED_FILE).is_file()


def test_two_standards_differ_where_they_do(tmp_path):
    first, second = load_standard("gb50180-2018"), load_standard("green-community-2020")
    table = diff_standards(first, second)
    assert len(table) == len(first.clauses) + len(second.clauses)
