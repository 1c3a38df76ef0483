"""The command line: language, exit codes, consoles that can't show every sign."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from greenmap import i18n, settings
from greenmap.cli import main
from greenmap.console import BAD_INPUT, DONE, OUR_BUG

STUDIES = Path(__file__).parent / "data" / "studies"
VERBS = ("init", "sample", "demo", "check", "build", "assess", "map", "report", "standards")


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


def test_help_comes_quickly():
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "greenmap", "--help"], capture_output=True, check=True)
    assert time.perf_counter() - began <= 0.6
