"""What was attached or walled before is taken again only where nothing it rests on changed."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

import greenmap as gm
from greenmap import settings
from greenmap.model.attachment import Attachment
from greenmap.network import kept
from greenmap.network.attach import attach
from greenmap.network.digest import content_digest
from greenmap.network.walls import with_barriers


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return gm.read_study(gm.write_sample(tmp_path_factory.mktemp("sample")) / "study.toml")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "FEWEST", 1)
    with settings.use(cache_dir=tmp_path):
        yield tmp_path


def same(one, other):
    for field in fields(Attachment):
        a, b = getattr(one, field.name), getattr(other, field.name)
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


def test_what_is_taken_again_equals_what_is_made(study, cache, monkeypatch):
    fresh = attach(study.network, study.homes)
    same(kept.attach_kept(study.network, study.homes), fresh)
    monkeypatch.setattr(kept, "attach", None)  # from now on nothing can be made
    same(kept.attach_kept(study.network, study.homes), fresh)
    renamed = study.homes.set_axis([f"x{n}" for n in range(len(study.homes))])
    assert kept.attach_kept(study.network, renamed).ids[0] == "x0"


def test_any_change_is_another_question(study, cache):
    net, homes = study.network, study.homes
    moved = homes.set_geometry(homes.translate(1e-9).where(homes.index == homes.index[0],
                                                            homes.geometry))
    some = np.ones(net.n_edges, bool)
    some[3] = False
    for network, points, options in (
            (net, homes, {}), (net, moved, {}), (net, homes.iloc[::-1], {}),
            (net, homes, {"limit_m": 99.0}), (net, homes, {"public_only": True}),
            (net, homes, {"edges": some}), (replace(net, barriers=None), homes, {}),
            (replace(net, shape_xy=net.shape_xy + 1e-7), homes, {})):
        before = len(list(cache.rglob("*.npz")))
        found = kept.attach_kept(network, points, **options)
        assert len(list(cache.rglob("*.npz"))) == before + 1, options
        same(found, attach(network, points, **options))


def test_few_points_are_not_kept(study, cache, monkeypatch):
    monkeypatch.setattr(kept, "FEWEST", len(study.homes) + 1)
    kept.attach_kept(study.network, study.homes)
    assert not list(cache.rglob("*.npz"))


def test_a_walled_network_is_found_again_and_a_damaged_one_made_anew(study, cache):
    bare = gm.read_network(_streets(study, cache), cache=False)
    barriers = study.network.barriers
    fresh = with_barriers(bare, barriers)
    for damage in (False, False, True, False):
        again = kept.with_barriers_kept(bare, barriers)
        assert content_digest(again) == content_digest(fresh) == again.digest
        for name in ("tail", "head", "length_m", "shape_xy", "hurdle", "hurdle_id"):
            np.testing.assert_array_equal(getattr(again, name), getattr(fresh, name))
        file, = cache.rglob("walled/*.npz")
        if damage:
            file.write_bytes(file.read_bytes()[:-200])
    assert again.notes == fresh.notes and again.edit_log is None


def _streets(study, folder):
    return gm.write_sample(folder / "sample") / study.network.source
