from __future__ import annotations

import numpy as np
import pytest

from greenmap.engine import groups
from greenmap.engine.counting import counts_and_nearest
from greenmap.engine.csr import build_csr
from greenmap.engine.groups import group_size, tables_by_groups
from greenmap.engine.search import Sources
from greenmap.errors import NetworkError

CATEGORIES, NODES = 5, 60


@pytest.fixture(scope="module")
def town():
    """Random one-way streets; places with up to 3 entrances, in up to 3 categories."""
    draw = np.random.default_rng(3)
    graph = build_csr(NODES, *draw.integers(0, NODES, (2, 150)), draw.integers(0, 40, 150))
    doors, kinds = draw.integers(0, 4, 40), draw.integers(1, 4, 40)
    sources = Sources(
        np.append(0, np.cumsum(doors)), draw.integers(0, NODES, doors.sum()),
        draw.integers(0, 9, doors.sum()), np.append(0, np.cumsum(kinds)),
        np.concatenate([draw.choice(CATEGORIES, k, replace=False) for k in kinds]),
    )  # fmt: skip
    return graph, sources


@pytest.mark.parametrize("most", [1, 3, 65_535])
@pytest.mark.parametrize("memory_gb", [0.0, 0.0000275, 8.0])
def test_neither_groups_nor_portions_change_a_byte(town, memory_gb, most, monkeypatch):
    rows = np.arange(NODES)
    given = {"categories": CATEGORIES, "rows": rows, "n_rows": NODES, "bands": np.array([30, 60])}
    whole = counts_and_nearest(*town, **given, limit=90)
    take = np.append(rows[::-1], 0)
    monkeypatch.setattr(groups, "MOST", most)
    parts = tables_by_groups(*town, **given, take=take, limit=90, memory_gb=memory_gb)
    for one, other in zip(whole, parts, strict=True):
        assert one.dtype == other.dtype
        assert np.array_equal(one[take], other)


def test_each_group_size_above_is_another(town):
    sizes = [group_size(town[0], categories=CATEGORIES, rows=NODES + 1, bands=2, threads=1,
                        memory_gb=gb) for gb in (0.0, 0.0000275, 8.0)]  # fmt: skip
    assert sizes[0] == 1 < sizes[1] < sizes[2] == CATEGORIES


def test_no_category_and_no_place(town):
    rows = np.arange(NODES)
    nothing = Sources([0], [], [], [0], [])
    for categories in (0, 2):
        ticks, place, within = tables_by_groups(
            town[0], nothing, categories=categories, rows=rows, n_rows=NODES, take=rows,
            bands=np.array([30]), limit=90,
        )  # fmt: skip
        assert ticks.shape == place.shape == within.shape[:2] == (NODES, categories)
        assert (place == -1).all() and not within.any()


def test_more_places_than_a_count_holds_are_refused_only_if_they_are_near_one_row():
    # Two nodes 5 ticks apart, 65,535 places at one and 1 at the other.
    pair, at = build_csr(2, [0, 1], [1, 0], [5, 5]), np.arange(65_537)
    node = np.append(np.zeros(65_535, int), 1)
    sources = Sources(at, node, np.zeros(65_536, int), at, np.zeros(65_536, int))
    given = {"categories": 1, "rows": [0, 1], "n_rows": 2, "take": np.arange(2), "limit": 5}
    _, _, within = tables_by_groups(pair, sources, **given, bands=np.array([4]))
    assert within.ravel().tolist() == [65_535, 1]
    with pytest.raises(NetworkError) as refusal:
        tables_by_groups(pair, sources, **given, bands=np.array([5]))
    assert refusal.value.key == "engine.too_many_places"
    assert "65536" in refusal.value.text("en")
