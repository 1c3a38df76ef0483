"""Study files: every way to be wrong is named, all at once, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from greenmap.errors import Faults, MissingFileError
from greenmap.studies.study_text import read_study_text

STUDIES = Path(__file__).parent / "data" / "studies"
SMALL = STUDIES / "small" / "study.toml"

TEXT_FAULTS = {
    "backslash": ["study.backslash"],
    # "\t" would become a tab without a word; taken as a path, small/tstreets.osm isn't there.
    "backslash_tab": ["study.backslash", "study.file_missing_near"],
    "backslash_at_end": ["study.backslash"],
    "tab_in_path": ["study.control_character"],
    "full_width": ["study.full_width"],
    "broken": ["study.broken"],
    "gbk": ["study.not_utf8"],
    "unknown_key": ["study.unknown_key"],
    "unknown_section": ["study.unknown_section", "study.no_section"],
    "share_in_per_cent": ["study.bad_share"],
    "share_false": ["study.bad_share"],
    "bands": ["study.bad_bands"],
    "lang": ["study.bad_lang"],
    "datum": ["study.bad_datum"],
    "collected": ["study.bad_collected"],
    "two_sources": ["study.one_source"],
    "no_source": ["study.one_source"],
    "half_source": ["study.source_half"],
    "missing_file": ["study.file_missing_near"],
    "not_a_section": ["study.not_a_section"],
    "empty": ["study.no_section"] * 5,
}


def faults_of(path: Path) -> Faults:
    faults = Faults()
    read_study_text(path, faults)
    return faults


def test_a_sound_study_file_has_no_fault_and_keeps_every_key():
    faults = Faults()
    text = read_study_text(SMALL, faults)
    assert [f.text("en") for f in faults] == []
    assert text is not None
    assert text.study["bands"] == (5, 10, 15)
    assert [sorted(a) for a in text.amenities] == [["collected", "datum", "path"], ["osm"]]
    assert text.file(text.homes["path"]).is_file()


@pytest.mark.parametrize("name", sorted(TEXT_FAULTS))
def test_each_bad_study_file_is_told_by_its_own_message(name):
    faults = faults_of(STUDIES / "bad" / f"{name}.toml")
    assert [f.key for f in faults] == TEXT_FAULTS[name]
    for fault in faults:
        for lang in ("zh", "en"):
            assert f"{name}.toml" in fault.text(lang)


def test_missing_files_of_all_sections_are_told_at_once():
    faults = faults_of(STUDIES / "bad" / "missing_everywhere.toml")
    told = "\n".join(f.text("zh") for f in faults)
    assert len(faults) == 4
    assert all(name in told for name in ("cats.csv", "dogs.csv", "roads.osm", "社区.shp"))


def test_a_backslash_names_line_and_the_path_to_write():
    told = next(iter(faults_of(STUDIES / "bad" / "backslash.toml"))).text("en")
    assert "line 16" in told
    assert '"../small/facilities.csv"' in told


def test_backslashes_in_single_quotes_or_doubled_are_read_as_slashes(tmp_path):
    for written in (r"'sub\a.geojson'", r'"sub\\a.geojson"'):
        (tmp_path / "sub").mkdir(exist_ok=True)
        (tmp_path / "sub" / "a.geojson").write_text("{}", "utf-8")
        study = tmp_path / "study.toml"
        study.write_text(f"[communities]\npath = {written}\n", "utf-8")
        faults = Faults()
        text = read_study_text(study, faults)
        assert {f.key for f in faults} == {"study.no_section"}
        assert text is not None
        assert text.communities["path"] == "sub/a.geojson"


def test_windows_line_ends_and_byte_order_mark_are_no_fault(tmp_path):
    study = STUDIES / "small" / "study.toml"
    copy = tmp_path / "study.toml"
    copy.write_bytes(b"\xef\xbb\xbf" + study.read_bytes().replace(b"\n", b"\r\n"))
    assert {f.key for f in faults_of(copy)} == {"study.file_missing"}


def test_no_study_file_says_how_to_make_one(tmp_path):
    with pytest.raises(MissingFileError, match="greenmap init"):
        read_study_text(tmp_path / "study.toml", Faults())
