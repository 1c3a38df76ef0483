"""Targets and progress: rates, rounding up, conflicts, and each way to be wrong."""

from __future__ import annotations

from fractions import Fraction

import assessment_world as world
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import greenmap as gm
from greenmap import i18n
from greenmap.cli import main
from greenmap.draw.page import external
from greenmap.errors import Faults, InputError, InputFaults
from greenmap.model.programme import load_programme, programme_ids
from greenmap.read.status import COLUMNS
from greenmap.studies.programme import read_programme
from greenmap.studies.study_text import read_study_text


def listed(done: int = 41, total: int = 66, *, early: int = 0, date: str = "2022-12-31"):
    """A list of made-up communities; the first `early` carried the title a year before."""
    rows = []
    for n in range(1, total + 1):
        since = "" if n > done else "2021-12-31" if n <= early else date
        rows.append((f"{n:02d}", f"社区{n}", None, "甲区" if n % 2 else "乙区", None, 1000.0 + n,
                     float(n % 5), "done" if n <= done else "not_done", since))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def row_of(track, target):
    return track.table.set_index("target_id").loc[target]


def told(error: pytest.ExceptionInfo[InputError]) -> list[str]:
    """Keys of the faults; each has its sentence in both languages."""
    faults = error.value.faults if isinstance(error.value, InputFaults) else [error.value]
    for fault in faults:
        assert fault.text("zh") != fault.text("en")
    return [fault.key for fault in faults]


@pytest.mark.parametrize("name", programme_ids())
def test_every_example_loads_and_says_where_it_is_from(name):
    programme = load_programme(name)
    assert programme.example
    for target in programme.targets:
        for text in (target.sentence_zh, target.sentence_en, target.source_zh, target.source_en):
            assert text.strip()


def test_hegang_41_of_66():
    # 41 / 66 = 62.12 %; 0.6 x 66 = 39.6, so 40 are needed
    row = row_of(gm.track(None, "hegang"), "hegang-2022")
    assert (row["done"], row["total"], row["needed"], row["more"]) == (41, 66, 40, 0)
    assert f"{row['rate']:.1%}" == "62.1%"
    assert row["state"] == "met"


def test_hegang_with_a_list_ranks_the_25_left():
    track = gm.track(listed(), "hegang")
    assert row_of(track, "hegang-2022")["state"] == "met"
    assert len(track.left) == 25
    # fewest gaps first (65, 60, 55, 50, 45 have none), most residents first among them
    assert track.left["community_id"].tolist()[:6] == ["65", "60", "55", "50", "45", "66"]
    assert track.left["rank_in_district"].tolist()[:4] == [1, 1, 2, 2]


def test_quzhou_shows_both_figures_and_goes_by_the_one_chosen():
    track = gm.track(listed(), "quzhou", only=["quzhou-2022-aims", "quzhou-2022-steps"])
    aims, steps = row_of(track, "quzhou-2022-aims"), row_of(track, "quzhou-2022-steps")
    assert (aims["state"], steps["state"]) == ("met", "not_met")
    # ceil(0.7 x 66) = ceil(46.2) = 47: six more than 41, the sixth of those left brings it
    assert (steps["needed"], steps["more"]) == (47, 6)
    assert track.left["enough_for"].tolist().index("quzhou-2022-steps") == 5
    assert {aims["choice"], steps["choice"]} == {"open"}
    chosen = gm.track(listed(), "quzhou", only=["quzhou-2022-aims", "quzhou-2022-steps"],
                      choose=["quzhou-2022-steps"])
    assert chosen.table["choice"].tolist() == ["not_chosen", "chosen"]


def test_quzhou_without_a_status_shows_the_targets():
    track = gm.track(None, "quzhou")
    assert track.table["value"].tolist() == [0.4, 0.6, 0.7]
    assert set(track.table["state"]) == {"not_known"}


def test_handan_has_no_denominator():
    row = row_of(gm.track(None, "handan"), "handan-2021")
    assert row["done"] == 172
    assert pd.isna(row["rate"]) and pd.isna(row["needed"])
    assert (row["state"], row["reason"]) == ("not_known", "no_total")


def test_hebei_is_counted_city_by_city():
    # by the end of 2020: 石家庄市 5 of 20, 定州市 2 of 4, 邯郸市 4 of 10
    rows = [(f"{c}{n}", f"{c}{n}", c, None, None, None, None,
             "done" if n < d else "not_done", "2020" if n < d else "")
            for c, d, total in (("石家庄市", 5, 20), ("定州市", 2, 4), ("邯郸市", 4, 10))
            for n in range(total)]
    status = pd.DataFrame(rows, columns=list(COLUMNS)).replace({"date": {"2020": "2020-12-31"}})
    track = gm.track(status, "hebei")
    at = track.table.set_index(["target_id", "city"])["state"]
    assert at["hebei-2020-cities", "石家庄市"] == "met"
    assert at["hebei-2020-cities", "邯郸市"] == "not_met"
    assert at["hebei-2020-dingzhou-xinji", "定州市"] == "met"
    assert ("hebei-2020-cities", "定州市") not in at
    # the province: 11 of 34; not due yet, ceil(0.6 x 34) = 21
    province = track.table.set_index("target_id").loc["hebei-2022"]
    assert (province["state"], province["done"], province["needed"], province["more"]) == (
        "not_due", 11, 21, 10)


def test_a_title_counts_from_its_date_on():
    track = gm.track(listed(early=20), "quzhou", only=["quzhou-2021"])
    row = row_of(track, "quzhou-2021")
    # 20 of 66 by 2021, 27 needed; by now it has 41, so nothing more is needed
    assert (row["done"], row["needed"], row["more"], row["state"]) == (20, 27, 0, "not_met")
    assert track.history[["date", "done"]].values.tolist() == [["2021-12-31", 20],
                                                               ["2022-12-31", 41]]


def test_a_title_may_be_lost():
    again = listed(2, 3)
    lost = again.iloc[[0]].assign(status="not_done", date="2023-12-31")
    status = pd.concat([again, lost], ignore_index=True)
    track = gm.track(status, "hegang", as_of="2023")
    assert row_of(track, "hegang-2022")["done"] == 2
    assert track.history["done"].tolist() == [2, 1]


def test_status_not_known_leaves_the_target_open_only_if_it_can_change_it():
    # 10 communities, 6 needed: 5 done and one not known is open; 4 and one not known can't
    for done, state in ((5, "not_known"), (4, "not_met")):
        status = listed(done, 10)
        status.loc[9, "status"] = "unknown"
        assert row_of(gm.track(status, "hegang"), "hegang-2022")["state"] == state


def test_an_assessment_counts_what_is_not_known_as_a_gap_until_checked():
    result = world.assessment()
    status = pd.DataFrame([(c, None, None, None, None, None, None, "not_done", "")
                           for c in result.study.communities.index], columns=list(COLUMNS))
    left = gm.track(status, "hegang", as_of="2022", assessment=result).left
    states = result.coverage[result.coverage["level"] == "community"]["state"].unstack()
    worst = states.isin(["not_met", "not_known"]).sum(axis=1)
    assert left["gaps"].add(left["not_known"]).tolist() == sorted(worst)
    assert set(left["community_id"]) == set(result.study.communities.index)


@given(st.integers(1, 1000), st.integers(1, 400))
def test_needed_is_the_fewest_that_reach_the_share(per_mille, total):
    target = load_programme("hegang").targets[0]
    share = per_mille / 1000
    needed = type(target)(**{name: getattr(target, name) for name in target.__slots__}
                          | {"value": share}).needed(total)
    assert Fraction(needed, total) >= Fraction(per_mille, 1000)
    assert Fraction(needed - 1, total) < Fraction(per_mille, 1000)


@given(st.permutations(range(12)))
def test_the_order_of_rows_changes_nothing(order):
    status = listed(5, 12)
    shuffled = status.iloc[list(order)].reset_index(drop=True)
    one, two = gm.track(status, "hegang"), gm.track(shuffled, "hegang")
    assert one.table.equals(two.table)
    assert one.left.equals(two.left)


CSV = "社区编号,社区名称,创建状态,达标年份\n{}"


def write(folder, *rows, head=CSV):
    path = folder / "台账.csv"
    path.write_text(head.format("\n".join(rows)) + "\n", "utf-8")
    return path


def test_a_list_is_read(tmp_path):
    table = gm.read_status(write(tmp_path, "01,甲,已创建,2021", "02,乙,创建中,", "03,丙,,"))
    assert table["status"].tolist() == ["done", "under_way", "unknown"]
    assert table["date"].tolist() == ["2021-12-31", "", ""]


def test_names_stand_in_for_codes(tmp_path):
    known = pd.DataFrame({"name": ["甲", "乙"]}, index=pd.Index(["01", "02"]))
    file = write(tmp_path, "乙,已创建,2021", head="社区名称,创建状态,达标年份\n{}")
    assert gm.read_status(file, communities=known)["community_id"].tolist() == ["02"]


@pytest.mark.parametrize(("rows", "key"), [
    (["99,某,已创建,2021"], "programme.unknown_community"),
    (["01,甲,已创建,"], "programme.done_without_date"),
    (["01,甲,已创建,去年"], "programme.row_date"),
    (["01,甲,已创建,2021", "01,甲,未创建,2021"], "programme.status_twice"),
    ([",甲,已创建,2021", "02,乙,未创建,"], "programme.row_without_community"),
    (["01,甲,差不多,2021"], "read.word_unknown")])
def test_a_list_that_is_wrong_is_refused_by_row(tmp_path, rows, key):
    known = pd.DataFrame({"name": ["甲", "乙"]}, index=pd.Index(["01", "02"]))
    with pytest.raises(InputFaults) as error:
        gm.read_status(write(tmp_path, *rows), communities=known)
    assert key in told(error)


def test_all_faults_of_a_list_are_told_at_once(tmp_path):
    known = pd.DataFrame({"name": ["甲", "乙"]}, index=pd.Index(["01", "02"]))
    with pytest.raises(InputFaults) as error:
        gm.read_status(write(tmp_path, "99,某,已创建,2021", "01,甲,已创建,"), communities=known)
    assert told(error) == ["programme.unknown_community", "programme.done_without_date"]


@pytest.mark.parametrize(("head", "key"), [
    ("社区编号,社区名称\n{}", "programme.no_status_column"),
    ("创建状态,达标年份\n{}", "programme.no_id_column")])
def test_a_list_without_a_needed_column(tmp_path, head, key):
    with pytest.raises(InputFaults) as error:
        gm.read_status(write(tmp_path, "已创建,2021", head=head))
    assert told(error) == [key]


@pytest.mark.parametrize(("said", "key"), [
    ({"targets": "quzhou"}, "programme.past_without_status"),
    ({"targets": "hegang", "as_of": "soon"}, "programme.as_of"),
    ({"targets": "hegang", "only": ["x"]}, "programme.unknown_target"),
    ({"targets": "quzhou", "only": ["quzhou-2022-aims"],
      "choose": ["quzhou-2022-aims", "quzhou-2022-steps"]}, "programme.chose_both")])
def test_a_call_that_cannot_be_answered(said, key):
    with pytest.raises(InputFaults) as error:
        gm.track(listed(), **said)
    assert key in told(error)


def test_a_target_of_the_past_without_any_status():
    with pytest.raises(InputFaults) as error:
        gm.track(None, "quzhou", as_of="2023")
    assert told(error) == ["programme.past_without_status"] * 3


def test_status_of_a_community_the_study_does_not_have():
    with pytest.raises(InputFaults) as error:
        gm.track(listed(1, 2), "hegang", assessment=world.assessment())
    assert told(error) == ["programme.status_of_unknown"]


TARGET = """[programme]
id = "own"
zh = "本市"
en = "Ours"
[[target]]
id = "a"
jurisdiction_zh = "本市"
jurisdiction_en = "Ours"
by = "2025"
metric = "share"
value = 0.5
sentence_zh = "句"
sentence_en = "sentence"
source_zh = "源"
source_en = "source"
confidence = "verified"
"""


@pytest.mark.parametrize(("old", "new", "key"), [
    ('by = "2025"', 'by = "soon"', "programme.date"),
    ("value = 0.5", "value = 50", "programme.value_share"),
    ('metric = "share"', 'metric = "count"', "programme.value_count"),
    ('metric = "share"', 'metric = "rate"', "record.wrong_word"),
    ('confidence = "verified"', 'confidence = "sure"', "record.wrong_word"),
    ('source_zh = "源"', "", "record.missing_field"),
    ("value = 0.5", 'value = "half"', "record.wrong_type"),
    ("value = 0.5", "value = 0.5\nstretch = 0.7", "record.unknown_field"),
    ('zh = "本市"\nen', 'en', "record.missing_field"),
    ("[[target]]", "[[targets]]", "record.unknown_field")])
def test_targets_of_your_own_are_checked(tmp_path, old, new, key):
    path = tmp_path / "own.toml"
    path.write_text(TARGET, "utf-8")
    assert load_programme(path).targets[0].by == "2025-12-31"
    path.write_text(TARGET.replace(old, new, 1), "utf-8")
    with pytest.raises(InputFaults) as error:
        load_programme(path)
    assert key in told(error)


def test_targets_that_are_not_there_or_not_toml(tmp_path):
    with pytest.raises(InputError, match="hegang"):
        load_programme("no-such")
    path = tmp_path / "own.toml"
    path.write_text("[programme\n", "utf-8")
    with pytest.raises(InputError) as error:
        load_programme(path)
    assert error.value.key == "record.not_toml"


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_everything_is_written_and_the_page_stands_alone(tmp_path, lang):
    track = gm.track(listed().assign(name="=1+1"), "quzhou",
                     only=["quzhou-2022-aims", "quzhou-2022-steps"])
    for folder in ("one", "two"):
        gm.write_track(track, tmp_path / folder, lang=lang, fictional=True)
    files = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert files == ["left.csv", "targets.csv", "track.html", "track.png", "track.xlsx"]
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    page = (tmp_path / "one" / "track.html").read_text("utf-8")
    assert not external(page)
    for target in track.programme.targets[1:]:
        assert (target.sentence_zh if lang == "zh" else target.sentence_en) in page
    assert i18n.text("term.fictional", lang) in page
    book = openpyxl.load_workbook(tmp_path / "one" / "track.xlsx")
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows()
               for cell in row)
    assert "'=1+1" in (tmp_path / "one" / "left.csv").read_text("utf-8-sig")


def test_the_command_line_tracks(tmp_path):
    rows = [f"{n:02d},社区{n},{'已创建' if n <= 41 else '未创建'},{2022 if n <= 41 else ''}"
            for n in range(1, 67)]
    out = CliRunner().invoke(main, ["track", "hegang", "--status", str(write(tmp_path, *rows)),
                                    "--out", str(tmp_path / "out"), "--lang", "zh"])
    assert out.exit_code == 0, out.output
    assert "62.1%" in out.output and "需 40" in out.output
    assert (tmp_path / "out" / "track.xlsx").is_file()
    bad = CliRunner().invoke(main, ["track", "no-such"])
    assert bad.exit_code == 2


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = gm.write_sample(tmp_path_factory.mktemp("sample"))
    study = gm.read_study(folder / "study.toml")
    rows = [f"{code},{name},{'已创建' if n < 5 else '创建中'},{2022 if n < 5 else ''}"
            for n, (code, name) in enumerate(study.communities["name"].items())]
    write(folder, *rows)
    return folder


def programmed(folder, keys):
    path = folder / "programme.toml"
    text = (folder / "study.toml").read_text("utf-8")
    path.write_text(f"{text}\n[programme]\n{keys}\n", "utf-8")
    return path


def test_a_study_names_its_targets_and_its_choice(sample, tmp_path):
    study = programmed(sample, """targets = "quzhou"
status = "台账.csv"
only = ["quzhou-2022-aims", "quzhou-2022-steps"]
choose = ["quzhou-2022-steps"]""")
    out = CliRunner().invoke(main, ["track", str(study), "--out", str(tmp_path / "out"),
                                    "--lang", "zh"])
    assert out.exit_code == 0, out.output
    # 5 of 11: 60 % needs 7, 70 % needs 8
    assert "需 7，还需 2" in out.output and "需 8，还需 3" in out.output
    assert "研究选定" in out.output and "研究未选" in out.output
    assert "虚构数据" in (tmp_path / "out" / "track.html").read_text("utf-8")


@pytest.mark.parametrize(("keys", "key"), [
    ('targets = "quzhou"\nstatus = "台账.csv"', "programme.past_without_status"),
    ('targets = "no-such"', "record.unknown_file"),
    ('targets = "quzhou"\nchoose = ["x"]', "programme.unknown_target"),
    ('status = "台账.csv"', "study.one_source"),
    ('targets = "quzhou"\nstatus = "没有.csv"', "study.file_missing_near"),
    ('targets = "quzhou"\nchosen = ["x"]', "study.unknown_key")])
def test_a_study_with_a_faulty_programme(sample, keys, key):
    faults = Faults()
    text = read_study_text(programmed(sample, keys), faults)
    if key.startswith("study."):
        assert [fault.key for fault in faults] == [key]
        return
    with pytest.raises(InputError) as error:
        read_programme(text, None)
    assert key in told(error)


def test_check_tells_of_a_faulty_programme(sample):
    report = gm.check_study(programmed(sample, 'targets = "no-such"'))
    assert [fault.key for fault in report.faults] == ["record.unknown_file"]


def test_a_study_without_a_programme_cannot_be_tracked(sample):
    out = CliRunner().invoke(main, ["track", str(sample / "study.toml"), "--lang", "en"])
    assert out.exit_code == 2
    assert "[programme]" in out.output
