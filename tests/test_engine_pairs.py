from __future__ import annotations

import numpy as np
import pytest

from greenmap.engine import pairs as module
from greenmap.engine.counting import counts
from greenmap.engine.csr import build_csr
from greenmap.engine.pairs import pairs
from greenmap.engine.search import Sources, distances


def town(seed=5, nodes=200, places=60):
    """Random streets, and places of one to three entrances with legs."""
    random = np.random.default_rng(seed)
    tail, head = random.integers(0, nodes, (2, 500))
    reverse = build_csr(nodes, head, tail, random.integers(0, 60, 500))
    doors = random.integers(0, 4, places)
    total = int(doors.sum())
    at = np.arange(places + 1)
    return reverse, Sources(
        np.cumsum([0, *doors]), random.integers(0, nodes, total), random.integers(0, 20, total),
        at, np.zeros(places, int),
    )  # fmt: skip


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("room", [1, 1 << 16])
def test_pairs_are_the_walks_of_one_search_per_place(monkeypatch, threads, room):
    monkeypatch.setattr(module, "_ROOM", room)
    reverse, sources = town()
    rows = np.where(np.arange(200) % 3, np.arange(200), -1)
    start, row, ticks = pairs(reverse, sources, rows=rows, n_rows=200, limit=120, threads=threads)
    for p in range(sources.n_places):
        doors = slice(sources.entrance_start[p], sources.entrance_start[p + 1])
        walk = distances(reverse, sources.node[doors], sources.ticks[doors], limit=120)
        expected = np.flatnonzero((walk <= 120) & (rows >= 0))
        own = slice(start[p], start[p + 1])
        assert row[own].tolist() == expected.tolist()
        assert ticks[own].tolist() == walk[expected].tolist()
    assert start[-1] == row.size > 1000


def test_they_add_up_to_the_counts():
    reverse, sources = town()
    start, row, _ = pairs(reverse, sources, rows=np.arange(200), n_rows=200, limit=90)
    within = counts(reverse, sources, categories=1, rows=np.arange(200), n_rows=200, bands=[90])
    assert np.bincount(row, minlength=200).tolist() == within[:, 0, 0].tolist()
    assert start.tolist() == sorted(start.tolist())


def test_without_places_there_are_no_pairs():
    none = Sources([0], [], [], [0], [])
    found = pairs(build_csr(2, [0], [1], [1]), none, rows=[0, 1], n_rows=2, limit=9)
    assert [array.tolist() for array in found] == [[0], [], []]
