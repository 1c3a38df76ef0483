"""A street file is gone through once for several questions, and answers them alike."""

from __future__ import annotations

import pytest

import greenmap as gm
from greenmap import settings
from greenmap.read import osm_file
from greenmap.read.osm_file import read_once, read_osm_buildings, read_osm_features


@pytest.fixture(scope="module")
def street_file(tmp_path_factory):
    folder = gm.write_sample(tmp_path_factory.mktemp("sample"))
    return next(folder.glob("*.osm*"))


def test_answers_are_those_of_single_readings(street_file, monkeypatch, tmp_path):
    keys = ("landuse", "building", "barrier=gate")
    alone = [read_osm_features(street_file, keys=(key,)) for key in keys]
    readings = []
    real = osm_file._objects
    monkeypatch.setattr(osm_file, "_objects",
                        lambda path, keys: readings.append(keys) or real(path, keys))
    with settings.use(cache_dir=tmp_path), read_once(*keys):
        together = [read_osm_features(street_file, keys=(key,)) for key in keys]
        buildings = read_osm_buildings(street_file)
    assert readings == [["barrier", "building", "landuse"]]
    for one, other in zip(alone, together, strict=True):
        assert one.equals(other) and one.attrs == other.attrs
    assert len(buildings) > 10
    with settings.use(cache_dir=tmp_path), read_once(*keys):  # another day: from the cache
        again = [read_osm_features(street_file, keys=(key,)) for key in keys]
    assert len(readings) == 1
    for one, other in zip(alone, again, strict=True):
        assert one.equals(other) and one.attrs == other.attrs


def test_a_damaged_cache_is_made_anew(street_file, tmp_path):
    with settings.use(cache_dir=tmp_path):
        for _ in range(2):
            with read_once("building"):
                found = read_osm_features(street_file, keys=("building",))
            file, = tmp_path.rglob("*.npz")
            file.write_bytes(file.read_bytes()[:-500])
    assert found.equals(read_osm_features(street_file, keys=("building",)))


def test_what_was_not_announced_and_a_changed_file_are_read_anew(street_file, tmp_path):
    copy = tmp_path / street_file.name
    copy.write_bytes(street_file.read_bytes())
    with read_once("building"):
        before = len(read_osm_features(copy, keys=("building",)))
        assert len(read_osm_features(copy, keys=("barrier",)))
        copy.write_text(copy.read_text("utf-8").replace('k="building"', 'k="was_building"'),
                        "utf-8")
        assert before and not len(read_osm_features(copy, keys=("building",)))
    assert not osm_file._asked
