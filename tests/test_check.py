"""check: reads everything, changes nothing, tells all at once with the remedy."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from greenmap import i18n
from greenmap.studies import check_study

STUDIES = Path(__file__).parent / "data" / "studies"


@pytest.fixture
def small(tmp_path):
    for path in (STUDIES / "small").iterdir():
        shutil.copy(path, tmp_path)
    return tmp_path / "study.toml"


def keys(lines):
    return [line.key.removeprefix("study.") for line in lines]


def warning(report, key):
    return next(line for line in report.warnings if line.key == f"study.{key}")


def test_a_sound_study_is_ready_and_its_weak_spots_are_named(small):
    report = check_study(small, lang="en")
    assert report.ok
    assert not report.faults
    assert not report.questions
    # h5 has no people; h4 stands 1.8 km off the only street, in a community without one.
    assert warning(report, "warn_no_people").facts["ids"] == "h5"
    assert warning(report, "warn_off_street_too_far").facts["ids"] == "h4"
    assert warning(report, "warn_no_streets").facts["names"] == "丙社区"
    assert warning(report, "warn_unclassified").facts["rows"] == 1
    # The standard asks for 19 categories; two are said to be complete.
    assert warning(report, "warn_not_collected").facts["count"] == 17


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_the_report_says_in_words_what_was_read(small, lang):
    said = check_study(small, lang=lang).text()
    for fact in ("communities.geojson", "utf-8", "EPSG:4549", "wgs84", "270", "2024-05"):
        assert fact in said
    assert i18n.text("study.verdict_ok", lang) in said


def test_check_changes_nothing(small):
    def state():
        return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in small.parent.iterdir()}

    before = state()
    check_study(small)
    assert state() == before


def test_faults_come_with_what_could_be_read(small):
    (small.parent / "homes.csv").write_text("编号,lon,lat,人口\nh1,118.8712,28.9602,-3\n", "utf-8")
    report = check_study(small)
    assert not report.ok
    assert [f.key for f in report.faults] == ["read.too_small"]
    assert "found_network" in keys(report.found)
    assert "warn_no_streets" in keys(report.warnings)


def test_people_communities_and_boundaries_are_weighed(small):
    homes = small.parent / "homes.csv"
    homes.write_text("编号,lon,lat,人口\nh1,118.8712,28.9602,10\nh2,118.8725,28.9602,0\n"
                     "h9,118.8900,28.9602,5\n", "utf-8")
    areas = small.parent / "communities.geojson"
    # 乙's western side moves 97 m into 甲, 443 m high.
    lines = [line.replace("118.873,", "118.872,") if "乙社区" in line else line
             for line in areas.read_text("utf-8").splitlines()]
    areas.write_text("\n".join(lines), "utf-8")
    report = check_study(small, lang="en")
    assert warning(report, "warn_outside").facts["ids"] == "h9"
    assert warning(report, "warn_nobody").facts["names"] == "乙社区, 丙社区"
    pairs = warning(report, "warn_overlaps").facts["pairs"]
    assert pairs.startswith("甲社区 × 乙社区 43")


def test_personal_columns_and_totals_are_named(small):
    (small.parent / "homes.csv").write_text(
        "编号,户主姓名,lon,lat,人口\nh1,王小明,118.8712,28.9602,10\n合计,,,,10\n", "utf-8")
    report = check_study(small, lang="zh")
    assert warning(report, "warn_personal").facts["columns"] == "户主姓名"
    assert "合计行 1" in warning(report, "warn_left_out").text("zh")
    assert "王小明" not in report.text()


def test_no_share_and_no_datum_are_told_but_stop_nothing(small):
    text = small.read_text("utf-8").replace("share = 0.9\n", "").replace('datum = "wgs84"\n', "")
    small.write_text(text, "utf-8")
    report = check_study(small)
    assert report.ok
    assert keys(report.warnings)[:3] == ["warn_no_share", "warn_datum", "warn_datum"]


def test_a_file_that_is_no_toml_is_told_alone(small):
    small.write_text("[study\n", "utf-8")
    report = check_study(small)
    assert keys(report.faults) == ["broken"]
    assert not report.found
