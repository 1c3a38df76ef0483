"""Stored networks: equal bytes, checked when read, never trusted when damaged."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from greenmap import settings
from greenmap.errors import InputError, MissingFileError, NetworkError, UnreadableFileError
from greenmap.network.open import read_network
from greenmap.network.store import load_network, save_network
from greenmap.network.tables import network_from_tables

WORLDS = Path(__file__).parent / "worlds"


def same(one, other):
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        assert np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b, field.name


def test_what_is_read_equals_what_was_kept_and_bytes_repeat(tmp_path):
    network = read_network(WORLDS / "compound.osm", cache=False)
    one, two = (save_network(network, tmp_path / name) for name in ("a.npz", "b.npz"))
    assert one.read_bytes() == two.read_bytes()
    same(load_network(one), network)
    same(read_network(one), network)
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_text_node_ids_are_kept(tmp_path):
    nodes = pd.DataFrame({"node": ["甲", "乙"], "lon": [101.70, 101.71], "lat": [26.5, 26.5]})
    edges = pd.DataFrame({"u": ["甲"], "v": ["乙"]})
    network = network_from_tables(nodes, edges)
    loaded = load_network(save_network(network, tmp_path / "n.npz"))
    assert loaded.node_id.tolist() == ["乙", "甲"]  # sorted by code point
    assert loaded.digest == network.digest


def test_damaged_or_foreign_files_are_refused(tmp_path):
    path = save_network(read_network(WORLDS / "line.osm", cache=False), tmp_path / "n.npz")
    raw = path.read_bytes()
    for k, broken in enumerate([raw[:-200], b"", b"PK", raw.replace(b"EPSG:4543", b"EPSG:4542")]):
        bad = tmp_path / f"bad{k}.npz"
        bad.write_bytes(broken)
        with pytest.raises(NetworkError) as caught:
            load_network(bad)
        assert caught.value.key == "network.store_damaged"
    with pytest.raises(MissingFileError):
        load_network(tmp_path / "none.npz")


def test_pickled_content_is_never_loaded(tmp_path):
    np.savez(tmp_path / "n.npz", about=np.array([{"format": 1}], object))
    with pytest.raises(NetworkError):
        load_network(tmp_path / "n.npz")


def test_the_cache_is_used_and_a_broken_one_is_made_anew(tmp_path):
    with settings.use(cache_dir=tmp_path / "cache"):
        first = read_network(WORLDS / "grid.osm")
        (kept,) = (tmp_path / "cache" / "networks").iterdir()
        same(read_network(WORLDS / "grid.osm"), first)
        kept.write_bytes(kept.read_bytes()[:-100])
        same(read_network(WORLDS / "grid.osm"), first)
        same(load_network(kept), first)  # healed
        other = read_network(WORLDS / "grid.osm", crs="EPSG:32648")
        assert other.crs == "EPSG:32648"


def test_wherever_a_byte_is_wrong_the_network_is_made_anew(tmp_path):
    chance = np.random.default_rng(1)
    with settings.use(cache_dir=tmp_path / "cache"):
        first = read_network(WORLDS / "line.osm")
        (kept,) = (tmp_path / "cache" / "networks").iterdir()
        raw = np.frombuffer(kept.read_bytes(), np.uint8)
        for at in chance.integers(0, raw.size, 60).tolist():
            broken = raw.copy()
            broken[at] ^= 1 << chance.integers(0, 8)
            kept.write_bytes(broken.tobytes())
            same(read_network(WORLDS / "line.osm"), first)


def test_a_foreign_file_in_the_cache_is_made_anew(tmp_path):
    with settings.use(cache_dir=tmp_path / "cache"):
        first = read_network(WORLDS / "line.osm")
        (kept,) = (tmp_path / "cache" / "networks").iterdir()
        np.savez(kept, other=np.arange(3))
        same(read_network(WORLDS / "line.osm"), first)
        kept.unlink()
        kept.mkdir()  # it can't be kept, nor read
        same(read_network(WORLDS / "line.osm"), first)


def test_a_changed_file_of_the_same_name_is_read_anew(tmp_path):
    street = tmp_path / "streets.osm"
    with settings.use(cache_dir=tmp_path / "cache"):
        street.write_bytes((WORLDS / "line.osm").read_bytes())
        assert read_network(street).n_nodes == 4
        street.write_bytes((WORLDS / "grid.osm").read_bytes())
        assert read_network(street).n_nodes == 25


def test_without_a_cache_folder_the_network_is_just_built(tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with settings.use(cache_dir=tmp_path / "cache"):
        assert read_network(WORLDS / "line.osm").n_edges == 3


def test_progress_is_told(tmp_path):
    told = []
    with settings.use(progress=lambda *step: told.append(step), lang="en"):
        read_network(WORLDS / "line.osm", cache=False)
    assert [step[:2] for step in told] == [(0, 2), (1, 2), (2, 2)]
    assert told[0][2] == "Reading streets line.osm"


def test_exactly_one_source_is_asked_for(tmp_path):
    for about in ({}, {"path": "x.osm", "place": "x"}):
        with pytest.raises(InputError) as caught:
            read_network(**about)
        assert caught.value.key == "network.need_one_source"
    with pytest.raises(MissingFileError):
        read_network(tmp_path / "none.osm")
    (tmp_path / "g.graphml").write_text("<graphml>", "utf-8")
    with pytest.raises(UnreadableFileError, match=r"g\.graphml"):
        read_network(tmp_path / "g.graphml")
