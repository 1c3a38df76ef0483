"""The command line: language, exit codes, consoles that can't show every sign."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote

import click
import pytest
from click.testing import CliRunner

from greenmap import i18n, settings
from greenmap.cli import main
from greenmap.console import BAD_INPUT, DONE, GAPS_FOUND, INTERRUPTED, OUR_BUG, progress_bar

STUDIES = Path(__file__).parent / "data" / "studies"
VERBS = ("init", "sample", "demo", "check", "build", "assess", "map", "report", "standards",
         "survey", "score", "track")


def run(*args: str, code: int = DONE) -> str:
    result = CliRunner().invoke(main, list(args))
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_tells_what_it_does_in_both_languages(verb, lang):
    said = run("--lang", lang, verb, "--help").replace("\n", "").replace(" ", "")
    assert i18n.text(f"cli.help_{verb}", lang).replace(" ", "") in said
    assert i18n.text("cli.option_lang", lang).replace(" ", "") in said


def test_the_language_may_stand_before_or_after_the_verb():
    before = run("--lang", "zh", "standards", "list")
    after = run("standards", "list", "--lang", "zh")
    assert before == after
    assert "通用核对表" in before


def test_comforts_end_with_the_run():
    kept = settings.current()
    run("--lang", "zh", "--threads", "1", "standards", "list")
    assert settings.current() == kept


def test_a_standard_is_shown_clause_by_clause():
    said = run("standards", "show", "fifteen-minute-generic", "--lang", "zh")
    assert "通用核对表·非规范依据" in said
    assert "幼儿园步行300米" in said


def test_bad_input_ends_with_2_and_no_traceback():
    said = run("check", "no/such/study.toml", "--lang", "en", code=BAD_INPUT)
    assert "greenmap init" in said
    assert "Traceback" not in said
    assert "no-such" in run("standards", "show", "no-such", code=BAD_INPUT)
    run("no-such-verb", code=BAD_INPUT)


def test_our_own_fault_ends_with_3_and_asks_to_report(monkeypatch):
    import greenmap

    def broken(*_: object) -> None:
        raise KeyError("lost")

    monkeypatch.setattr(greenmap, "check_study", broken, raising=False)
    said = run("check", str(STUDIES / "small" / "study.toml"), "--lang", "en", code=OUR_BUG)
    assert "report" in said
    assert "KeyError" in said
    loud = CliRunner().invoke(main, ["check", "study.toml", "--debug"])
    assert isinstance(loud.exception, KeyError)


@pytest.mark.parametrize("page", ["cp1252", "gbk"])
def test_a_console_that_lacks_signs_prints_question_marks(page):
    out = subprocess.run(
        [sys.executable, "-m", "greenmap", "standards", "list", "--lang", "zh"],
        capture_output=True, env={**os.environ, "PYTHONIOENCODING": page, "PYTHONUTF8": "0"})
    assert out.returncode == DONE, out.stderr
    assert ("通用核对表" in out.stdout.decode(page)) == (page == "gbk")


@pytest.mark.parametrize(("command", "limit_s"), [
    (["-c", "import greenmap"], 0.5), (["-m", "greenmap", "--help"], 0.6)])  # fmt: skip
def test_the_start_is_quick(command, limit_s):
    taken = []
    for _ in range(5):  # the least tells what it takes, the others how busy the machine is
        began = time.perf_counter()
        subprocess.run([sys.executable, *command], capture_output=True, check=True)
        taken.append(time.perf_counter() - began)
    assert min(taken) <= limit_s


@pytest.fixture(scope="module")
def assessed(tmp_path_factory):
    """A study assessed once; tests read what was written."""
    folder = tmp_path_factory.mktemp("assessed")
    study = shutil.copytree(STUDIES / "small", folder / "河畔 资料") / "study.toml"
    said = run("assess", str(study), "--out", str(folder / "out"), "--lang", "zh")
    return study, folder / "out", said


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes()
            for p in folder.rglob("*") if p.is_file()}


def test_assess_writes_everything_and_says_where(assessed):
    _, out, said = assessed
    assert set(files(out)) == {
        "index.html", "communities/330803001001_甲社区.html",
        "communities/330803001002_乙社区.html", "communities/330803001003_丙社区.html",
        "gaps.xlsx", "coverage.csv", "gaps.csv", "checks.csv", "results.gpkg", "manifest.json",
        "内部/reach.csv", "内部/homes.gpkg", "内部/snaps.gpkg", "内部/radius_homes.csv"}
    assert str(out / "index.html") in said
    # 乙's 80 people: the kindergarten is said to be complete and lies over 300 m away.
    assert "短板 1 项" in said
    assert "330803001002:kindergarten-300m" in (out / "gaps.csv").read_text("utf-8-sig")


def test_a_community_without_streets_still_has_its_page_and_rows(assessed):
    _, out, _ = assessed
    rows = [line for line in (out / "coverage.csv").read_text("utf-8-sig").splitlines()
            if "丙社区" in line]
    assert len(rows) == 19
    assert all("待核实" in row for row in rows)


def test_the_city_map_links_to_every_community(assessed):
    _, out, _ = assessed
    page = unquote((out / "index.html").read_text("utf-8"))
    for code in ("330803001001_甲社区", "330803001002_乙社区", "330803001003_丙社区"):
        assert f"communities/{code}.html" in page


def test_made_up_data_are_marked_on_every_page(assessed):
    _, out, _ = assessed
    for page in out.rglob("*.html"):
        assert "虚构" in page.read_text("utf-8")


def test_equal_files_whatever_the_threads(assessed, tmp_path):
    study, out, _ = assessed
    run("assess", str(study), "--out", str(tmp_path / "again"), "--threads", "2", "--quiet")
    first, second = files(out), files(tmp_path / "again")
    same = {name for name in first if not name.endswith(".gpkg")}  # their headers hold a date
    assert {name for name in same if first[name] != second.get(name)} == set()


def test_gaps_end_with_1_only_when_asked(assessed, tmp_path):
    study, _, _ = assessed
    run("assess", str(study), "--out", str(tmp_path / "out"), "--fail-on-gap", "--quiet",
        code=GAPS_FOUND)


def test_a_file_that_can_not_be_replaced_leaves_all_as_it_was(assessed, tmp_path):
    study, out, _ = assessed
    mine = Path(shutil.copytree(out, tmp_path / "out"))
    (mine / "gaps.xlsx").unlink()
    (mine / "gaps.xlsx").mkdir()
    (mine / "gaps.xlsx" / "notes.txt").write_text("mine", "utf-8")
    before = files(mine)
    said = run("assess", str(study), "--out", str(mine), "--lang", "zh", code=BAD_INPUT)
    assert "gaps.xlsx" in said
    assert files(mine) == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_bad_study_writes_nothing(tmp_path):
    bad = STUDIES / "bad" / "missing_everywhere.toml"
    said = run("assess", str(bad), "--out", str(tmp_path / "out"), "--lang", "en", code=BAD_INPUT)
    assert "4" in said
    assert not (tmp_path / "out").exists()


def test_map_and_report_write_one_file_each(assessed, tmp_path):
    study, out, _ = assessed
    run("map", str(study), "--out", str(tmp_path / "city.html"), "--quiet")
    run("report", str(study), "--out", str(tmp_path / "清单.xlsx"), "--quiet")
    assert (tmp_path / "清单.xlsx").read_bytes() == (out / "gaps.xlsx").read_bytes()
    assert "乙社区" in (tmp_path / "city.html").read_text("utf-8")


def test_a_built_network_serves_a_study(tmp_path):
    study = shutil.copytree(STUDIES / "small", tmp_path / "s") / "study.toml"
    said = run("build", str(study.with_name("streets.osm")), "--out",
               str(study.with_name("network.npz")), "--lang", "en")
    assert "7 junctions, 6 streets" in said
    text = study.read_text("utf-8").replace('path = "streets.osm"', 'path = "network.npz"')
    study.write_text(text.replace("[[amenities]]\nosm = true\n", ""), "utf-8")
    assert "network.npz" in run("check", str(study), "--lang", "en")
    run("build", code=BAD_INPUT)


@pytest.mark.parametrize(("script", "args", "made"), [
    ("coverage_maps.py", ["{study}", "{out}"], "communities/330803001002_乙社区.html"),
    ("gap_lists.py", ["{study}", "--folder", "{out}"], "01_河畔 资料.xlsx")])
def test_the_scripts_run(assessed, tmp_path, script, args, made):
    study, _, _ = assessed
    root = STUDIES.parents[2]
    given = [arg.format(study=study, out=tmp_path) for arg in args]
    subprocess.run([sys.executable, "-W", "error", root / "scripts" / script, *given],
                   check=True, cwd=root, env={**os.environ, "PYTHONPATH": str(root)})
    assert (tmp_path / made).is_file()


def test_the_sample_is_sound_and_the_demo_says_where_everything_lies(tmp_path):
    said = run("demo", "--out", str(tmp_path / "demo"), "--lang", "zh")
    for name in ("index.html", "gaps.xlsx", "communities"):
        assert str(tmp_path / "demo" / "results" / name) in said
    assert "可以运行" in run("check", str(tmp_path / "demo" / "sample" / "study.toml"),
                           "--lang", "zh")


def test_init_says_what_to_do_next(tmp_path):
    said = run("init", str(tmp_path), "--lang", "zh")
    assert f"greenmap check {tmp_path / 'study.toml'}" in said
    run("init", str(tmp_path), code=BAD_INPUT)


def test_progress_is_one_bar_per_kind_of_work_and_silent_when_asked(capsys):
    with click.Context(main):
        show = progress_bar()
        show(0, 2, "one")
        show(2, 2, "one")
    assert "one" in capsys.readouterr().err
    with click.Context(main) as context:
        context.meta["greenmap.quiet"] = True
        progress_bar()(0, 2, "two")
    assert capsys.readouterr().err == ""


def test_a_run_that_is_stopped_doesn_t_look_like_gaps(monkeypatch):
    import greenmap

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(greenmap, "check_study", stopped)
    run("check", "study.toml", code=INTERRUPTED)
