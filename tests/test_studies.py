"""Study files: every way to be wrong is named, all at once, with what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

import greenmap as gm
from greenmap.errors import Faults, InputFaults, MissingFileError
from greenmap.studies import read_study
from greenmap.studies.study_text import SECTIONS, read_study_text

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
    "time": ["study.bad_time"],
    "big_roads": ["study.bad_big_roads"],
    "assumed_in_per_cent": ["study.bad_part"],
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

READ_FAULTS = {
    "no_standard": ["study.no_standard"],
    "unknown_standard": ["standard.unknown"],
    "unknown_profile": ["standard.profile_unknown"],
    "crs_degrees": ["study.crs_not_metres"],
    "crs_unknown": ["study.crs_unknown"],
    "unknown_category": ["read.category_unknown"],
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


@pytest.mark.parametrize("name", sorted(READ_FAULTS))
def test_what_only_shows_when_files_are_read_is_told_too(name):
    with pytest.raises(InputFaults) as told:
        read_study(STUDIES / "bad" / f"{name}.toml")
    assert [f.key for f in told.value.faults] == READ_FAULTS[name]


@pytest.mark.parametrize("name", sorted(TEXT_FAULTS))
def test_a_bad_study_file_is_never_read_into_a_study(name):
    with pytest.raises(InputFaults):
        read_study(STUDIES / "bad" / f"{name}.toml")


def test_every_bad_file_is_tried():
    names = {path.stem for path in (STUDIES / "bad").glob("*.toml")}
    assert names == {*TEXT_FAULTS, *READ_FAULTS, "missing_everywhere"}


def test_a_fault_in_one_file_hides_none_in_another(tmp_path):
    for name in ("communities.geojson", "streets.osm", "study.toml"):
        shutil.copy(SMALL.parent / name, tmp_path)
    (tmp_path / "homes.csv").write_text("编号,lon,lat,人口\nh1,118.8712,28.9602,-3\n", "utf-8")
    (tmp_path / "facilities.csv").write_text("id,name,lon,lat\nk1,园,118.87,28.96\n", "utf-8")
    with pytest.raises(InputFaults) as told:
        read_study(tmp_path / "study.toml")
    files = {f.facts["file"] for f in told.value.faults}
    assert files == {"homes.csv", "facilities.csv"}


def test_a_map_services_table_needs_its_datum_said(tmp_path):
    for path in SMALL.parent.iterdir():
        shutil.copy(path, tmp_path)
    (tmp_path / "poi.csv").write_text(
        "id,name,type,typecode,location\nB1,一心堂,医疗保健服务;医药保健销售店;药房,090601,"
        '"118.8730,28.9605"\n', "utf-8")
    study = tmp_path / "study.toml"
    text = study.read_text("utf-8").replace("osm = true", 'path = "poi.csv"')
    study.write_text(text, "utf-8")
    with pytest.raises(InputFaults) as told:
        read_study(study)
    assert [f.key for f in told.value.faults] == ["study.datum_needed"]
    study.write_text(text.replace('"poi.csv"', '"poi.csv"\ndatum = "gcj02"'), "utf-8")
    assert "B1" in read_study(study).amenities.index


def test_a_study_holds_what_the_file_says_in_one_metre_system():
    study = read_study(SMALL)
    assert study.crs == "EPSG:4549"  # 118.87 E lies in the 3-degree zone of 120 E
    assert {study.homes.crs.to_string(), study.communities.crs.to_string(),
            study.amenities.crs.to_string()} == {"EPSG:4549"}
    assert (study.share, study.bands, study.lang, study.fictional) == (0.9, (5, 10, 15), "zh", True)
    assert set(study.profiles) == {"adult", "elderly", "metres"}
    assert study.collected == ("kindergarten", "primary_school")
    assert study.homes["community_id"].tolist() == [
        "330803001001", "330803001001", "330803001002", "330803001003", "330803001002"]
    roles = [(one["role"], one["path"], one["rows"], one["as_of"]) for one in study.inputs]
    assert roles == [("communities", "communities.geojson", 3, "2024-05"),
                     ("amenities", "facilities.csv", 3, "2024-05"),
                     ("amenities", "streets.osm", 1, "2024-05"),
                     ("homes", "homes.csv", 5, "2024-05"),
                     ("network", "streets.osm", 6, "2024-05")]


def test_homes_from_buildings_share_the_people_of_the_communities_only(tmp_path):
    for path in SMALL.parent.iterdir():
        shutil.copy(path, tmp_path)
    study = tmp_path / "study.toml"
    text = study.read_text("utf-8").replace(
        'path = "homes.csv"\ndatum = "wgs84"', "osm_buildings = true\npeople_total = 600")
    study.write_text(text, "utf-8")
    # Two houses of one size in 甲 and 乙; with 乙 taken away, 甲's house has all the people.
    assert read_study(study).homes["people"].round(6).tolist() == [300, 300]
    areas = tmp_path / "communities.geojson"
    kept = [line for line in areas.read_text("utf-8").splitlines() if "乙社区" not in line]
    areas.write_text("\n".join(kept), "utf-8")
    alone = read_study(study)
    assert alone.homes["people"].round(6).tolist() == [600]
    assert alone.inputs[-2]["outside"] == 1


def test_paths_of_this_machine_stay_out_of_the_record(tmp_path):
    study = tmp_path / "study.toml"
    folder = SMALL.parent.resolve().as_posix()
    study.write_text(SMALL.read_text("utf-8").replace('path = "', f'path = "{folder}/'), "utf-8")
    assert folder not in str(read_study(study).inputs)


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


def small_copy(folder: Path, *changes: tuple[str, str]) -> Path:
    for path in SMALL.parent.iterdir():
        shutil.copy(path, folder)
    study = folder / "study.toml"
    text = study.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    study.write_text(text, "utf-8")
    return study


def test_nodes_and_edges_stand_in_for_a_street_file(tmp_path):
    (tmp_path / "nodes.csv").write_text(
        "node,lon,lat\n1,118.8712,28.96\n2,118.8755,28.96\n", "utf-8")
    (tmp_path / "edges.csv").write_text("u,v,length_m\n1,2,420\n", "utf-8")
    study = small_copy(tmp_path, ("[[amenities]]\nosm = true\n", ""), (
        'path = "streets.osm"', 'nodes = "nodes.csv"\nedges = "edges.csv"'))
    (tmp_path / "homes.csv").write_text(
        "编号,lon,lat,人口,node\nh1,118.8712,28.9602,100,1\n", "utf-8")
    (tmp_path / "facilities.csv").write_text(
        "id,name,category,lon,lat,node\np1,小学,primary_school,118.8755,28.9602,2\n", "utf-8")
    found = gm.assess(read_study(study), with_isochrones=False)
    # Given nodes: nothing is attached, so the walk is the edge's 420 m and no more.
    assert found.reaches["metres"].to_frame("primary_school").loc["h1", "value"] == 420


def test_osm_sources_need_an_osm_street_file(tmp_path):
    (tmp_path / "nodes.csv").write_text("node,lon,lat\n1,118.87,28.96\n2,118.88,28.96\n", "utf-8")
    (tmp_path / "edges.csv").write_text("u,v\n1,2\n", "utf-8")
    study = small_copy(
        tmp_path, ('path = "streets.osm"', 'nodes = "nodes.csv"\nedges = "edges.csv"'),
        ('path = "homes.csv"\ndatum = "wgs84"', "osm_buildings = true"))
    with pytest.raises(InputFaults) as told:
        read_study(study)
    assert [(f.key, f.facts["section"]) for f in told.value.faults] == [
        ("study.osm_needs_file", "[[amenities]] 2"), ("study.osm_needs_file", "[homes]")]


def test_columns_mapping_standard_and_profile_of_ones_own(tmp_path):
    study = small_copy(
        tmp_path, ('path = "homes.csv"', 'path = "homes.csv"\ncolumns = { people = "JZRK" }'),
        ('path = "facilities.csv"', 'path = "facilities.csv"\nmapping = "words.csv"'),
        ('"fifteen-minute-generic"', '"mine.toml"'), ('"elderly"]', '"slow.toml"]'))
    homes = tmp_path / "homes.csv"
    homes.write_text(homes.read_text("utf-8").replace("人口", "JZRK"), "utf-8")
    (tmp_path / "words.csv").write_text("word,category\n不知道,pharmacy\n", "utf-8")
    (tmp_path / "mine.toml").write_text(
        '[standard]\nid = "mine"\nzh = "我"\nen = "mine"\n[[clause]]\nid = "a"\n'
        'category = "pharmacy"\nlimit_m = 300\nzh = "a"\nen = "a"\nsource_zh = "b"\n'
        'source_en = "b"\nconfidence = "proposal"\n', "utf-8")
    (tmp_path / "slow.toml").write_text(
        'id = "slow"\nzh = "慢"\nen = "slow"\nspeed_m_per_min = 30\n', "utf-8")
    found = read_study(study)
    assert found.homes["people"].sum() == 270
    assert found.amenities.loc["x1", "category"] == "pharmacy"
    assert (found.standard.id, sorted(found.profiles)) == ("mine", ["adult", "metres", "slow"])


VALUES = st.one_of(
    st.booleans(), st.integers(-3, 200), st.floats(), st.text(max_size=8), st.just("x" * 400),
    st.lists(st.one_of(st.floats(), st.text(max_size=4), st.booleans()), max_size=3),
    st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(), max_size=2))


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value)
    return str(value).lower()


@given(st.lists(st.tuples(
    st.sampled_from([(part, key) for part, keys in SECTIONS.items() for key in keys]), VALUES),
    max_size=8, unique_by=lambda pair: pair[0]))
def test_whatever_stands_in_a_study_file_ends_in_faults_never_in_a_crash(pairs):
    text = "".join(
        f"[{part}]\n" + "".join(f"{key} = {toml(v)}\n" for (p, key), v in pairs if p == part)
        for part in SECTIONS)
    with TemporaryDirectory() as folder:
        study = Path(folder) / "study.toml"
        study.write_text(text, "utf-8")
        with pytest.raises(InputFaults) as told:  # nothing is in the folder: no study
            read_study(study)
        assert told.value.text("zh") and told.value.text("en")


@given(st.binary(max_size=60))
def test_bytes_that_are_no_study_file_end_in_faults(data):
    with TemporaryDirectory() as folder:
        study = Path(folder) / "study.toml"
        study.write_bytes(data)
        assert len(faults_of(study)) > 0
