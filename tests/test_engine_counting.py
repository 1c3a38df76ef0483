from __future__ import annotations

import numpy as np
import pytest

from greenmap.engine import counting
from greenmap.engine.counting import counts
from greenmap.engine.csr import build_csr
from greenmap.engine.search import Sources, distances
from greenmap.errors import NetworkError


def line(n, ticks):
    a, b = np.arange(n - 1), np.arange(1, n)
    return build_csr(n, np.r_[a, b], np.r_[b, a], np.full(2 * (n - 1), ticks))


def single(nodes, category=None):
    """Places of one entrance, without a leg."""
    at = np.arange(len(nodes) + 1)
    of = np.zeros(len(nodes), np.int64) if category is None else category
    return Sources(at, np.array(nodes), np.zeros(len(nodes), np.int64), at, np.array(of))


def count(graph, sources, bands, categories=1, threads=1):
    n = graph.n_nodes
    return counts(
        graph, sources, categories=categories, rows=np.arange(n), n_rows=n, bands=bands,
        threads=threads,
    )  # fmt: skip


def test_bands_are_cumulative_and_hold_their_own_limit():
    # 0 -10- 1 -10- 2 -10- 3, one place at 0 and one at 2; bands 10 and 20.
    # Node 3: the place at 2 is 10 off, the one at 0 is 30 off: 1 and 1.
    within = count(line(4, 10), single([0, 2]), [10, 20])
    assert within.dtype == np.uint16
    assert within[:, 0].tolist() == [[1, 2], [2, 2], [1, 2], [1, 1]]


def test_a_place_counts_once_whatever_its_entrances():
    # Three entrances of one place, two at the same node: still one place everywhere.
    sources = Sources(
        np.array([0, 3]), np.array([0, 3, 3]), np.array([0, 5, 0]), np.array([0, 1]), np.array([0])
    )
    assert count(line(4, 10), sources, [100])[:, 0, 0].tolist() == [1, 1, 1, 1]


def test_a_category_named_twice_for_a_place_counts_once():
    at = np.array([0, 1])
    sources = Sources(at, np.array([0]), np.array([0]), np.array([0, 2]), np.array([1, 1]))
    assert count(line(2, 10), sources, [10], categories=2).tolist() == [[[0], [1]]] * 2


def test_places_at_the_same_door_are_all_counted():
    # Two places of category 0 and one of category 1 share node 1; one of category 1 is at 0.
    within = count(line(2, 10), single([1, 1, 1, 0], [0, 0, 1, 1]), [0, 10], categories=2)
    assert within[0].tolist() == [[0, 2], [1, 2]]
    assert within[1].tolist() == [[2, 2], [1, 2]]


def test_a_place_without_entrances_is_nowhere():
    sources = Sources(
        np.array([0, 0, 1]), np.array([1]), np.array([0]), np.array([0, 1, 2]), np.array([0, 0])
    )
    assert count(line(2, 10), sources, [10])[:, 0, 0].tolist() == [1, 1]
    assert count(line(2, 10), single([]), [10])[:, 0, 0].tolist() == [0, 0]


def test_only_nodes_with_a_row_are_counted():
    within = counts(line(3, 10), single([0]), categories=1, rows=[-1, 1, -1], n_rows=2, bands=[10])
    assert within[:, 0, 0].tolist() == [0, 1]


def test_many_places_are_counted_alike_by_any_number_of_threads():
    # 400 places (over a dozen chunks of work) at random nodes of a random town of 300 nodes;
    # the truth is one `distances` per place.
    random = np.random.default_rng(11)
    tail, head = random.integers(0, 300, (2, 900))
    reverse = build_csr(300, head, tail, random.integers(0, 60, 900))
    nodes, category = random.integers(0, 300, 400), random.integers(0, 4, 400)
    truth = np.zeros((300, 4, 2), np.uint16)
    for node, of in zip(nodes, category, strict=True):
        walk = distances(reverse, [node], [0], limit=150)
        truth[:, of] += (walk[:, None] <= np.array([70, 150])).astype(np.uint16)
    for threads in (1, 2, 5):
        within = count(reverse, single(nodes, category), [70, 150], categories=4, threads=threads)
        assert within.tobytes() == truth.tobytes()
    assert 0 < truth.mean() < 100


def test_the_queue_grows_when_it_must(monkeypatch):
    graph, sources = line(50, 10), single(list(range(0, 50, 3)))
    expected = count(graph, sources, [100, 300])
    monkeypatch.setattr(counting, "_ROOM", 1)
    assert np.array_equal(count(graph, sources, [100, 300]), expected)
    # From node 25: 15 18 21 24 27 30 33 are within 10 arcs, all 17 places within 30.
    assert expected[25, 0].tolist() == [7, 17]


def test_counts_hold_65535_places_and_refuse_one_more():
    assert count(line(2, 10), single([0] * 65_535), [10]).tolist() == [[[65_535]]] * 2
    with pytest.raises(NetworkError) as refusal:
        count(line(2, 10), single([0] * 65_536), [10])
    assert refusal.value.key == "engine.too_many_places"
    assert "65535" in refusal.value.text("en")
    assert "65536" in refusal.value.text("zh")


@pytest.mark.parametrize("bands", [[], [10, 10], [20, 10]])
def test_bands_must_rise(bands):
    with pytest.raises(NetworkError) as refusal:
        count(line(2, 10), single([0]), np.array(bands, np.int64))
    assert refusal.value.key == "engine.bands_order"
