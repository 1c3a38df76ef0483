from __future__ import annotations

import numpy as np
import pytest

from greenmap.engine.csr import build_csr
from greenmap.engine.search import Sources, distances, nearest
from greenmap.engine.settle import make_queue, settle
from greenmap.errors import NetworkError
from greenmap.units import UNREACHED, to_ticks


def line(ticks):
    """0 - 1 - 2 - …, walkable both ways."""
    n = len(ticks)
    a, b = np.arange(n), np.arange(1, n + 1)
    return build_csr(n + 1, np.r_[a, b], np.r_[b, a], np.r_[ticks, ticks])


def grid(side, ticks):
    """`side` x `side` nodes, row by row, every street of the same length both ways."""
    number = np.arange(side * side).reshape(side, side)
    a = np.r_[number[:, :-1].ravel(), number[:-1].ravel()]
    b = np.r_[number[:, 1:].ravel(), number[1:].ravel()]
    return build_csr(side**2, np.r_[a, b], np.r_[b, a], np.full(2 * a.size, ticks))


def places(*entrances, category=None):
    """One place per argument, each a list of (node, leg); category 0 unless told."""
    flat = [entrance for place in entrances for entrance in place]
    start = np.cumsum([0, *map(len, entrances)])
    node, ticks = np.array(flat, np.int64).reshape(-1, 2).T
    numbers = [[0]] * len(entrances) if category is None else category
    return Sources(
        start, node, ticks, np.cumsum([0, *map(len, numbers)]),
        np.array([c for of in numbers for c in of], np.int64),
    )  # fmt: skip


def find(graph, sources, limit, categories=1, threads=1):
    n = graph.n_nodes
    return nearest(
        graph, sources, categories=categories, rows=np.arange(n), n_rows=n, limit=limit,
        threads=threads,
    )  # fmt: skip


def test_on_a_line_the_nearest_place_wins_and_a_tie_goes_to_the_lower_number():
    # 0 -10- 1 -10- 2 -10- 3 -10- 4; place 0 stands at 4, place 1 at 0: node 2 is 20 from both.
    ticks, place = find(line([10] * 4), places([(4, 0)], [(0, 0)]), 100)
    assert ticks[:, 0].tolist() == [0, 10, 20, 10, 0]
    assert place[:, 0].tolist() == [1, 1, 0, 0, 0]


def test_a_tie_along_a_street_of_no_length_still_goes_to_the_lower_number():
    # Places 1 at node 0 and 0 at node 2, all arcs 0 long: both are at 0 from everywhere.
    ticks, place = find(line([0, 0]), places([(2, 0)], [(0, 0)]), 100)
    assert ticks[:, 0].tolist() == [0, 0, 0]
    assert place[:, 0].tolist() == [0, 0, 0]


def test_the_limit_itself_is_reached_and_one_tick_more_is_not():
    # 15 min = 900,000 ticks: node 1 lies there exactly, node 2 one tick beyond.
    limit = to_ticks(15, "min")
    ticks, place = find(line([limit, 1]), places([(0, 0)]), limit)
    assert ticks[:, 0].tolist() == [0, 900_000, UNREACHED]
    assert place[:, 0].tolist() == [0, 0, -1]


def test_the_leg_to_the_entrance_counts():
    # The nearer entrance has a leg of 25, the farther one none: node 0 is 30 off through it.
    ticks, _ = find(line([10, 10, 10]), places([(0, 35), (3, 0)]), 100)
    assert ticks[:, 0].tolist() == [30, 20, 10, 0]
    # A leg beyond the limit reaches nothing, not even its own node.
    assert find(line([10]), places([(0, 101)]), 100)[0][:, 0].tolist() == [UNREACHED] * 2


def test_on_a_grid_walks_are_city_blocks():
    # 5 x 5, 7 ticks a block, the place in the middle: 7 * (|row - 2| + |column - 2|).
    ticks, _ = find(grid(5, 7), places([(12, 0)]), 100)
    row, column = np.divmod(np.arange(25), 5)
    assert ticks[:, 0].tolist() == (7 * (abs(row - 2) + abs(column - 2))).tolist()


def test_the_graph_is_directed():
    # One may walk 0 -> 1 only. In the reverse graph the place at 1 is reached by 0; the one at
    # 0 is reached by nobody else.
    reverse = build_csr(2, [1], [0], [10])
    assert find(reverse, places([(1, 0)]), 100)[0][:, 0].tolist() == [10, 0]
    assert find(reverse, places([(0, 0)]), 100)[0][:, 0].tolist() == [0, UNREACHED]


def test_each_category_has_its_own_nearest_place():
    # Place 0 (categories 0 and 1) at node 0, place 1 (category 1) at node 2, category 2 is empty.
    sources = places([(0, 0)], [(2, 0)], category=[[0, 1], [1]])
    ticks, place = find(line([10, 10]), sources, 100, categories=3)
    assert ticks.tolist() == [[0, 0, UNREACHED], [10, 10, UNREACHED], [20, 0, UNREACHED]]
    assert place.tolist() == [[0, 0, -1], [0, 0, -1], [0, 1, -1]]


def test_rows_are_where_they_are_told_and_one_without_a_node_stays_unreached():
    ticks, place = nearest(
        line([10, 10]), places([(0, 0)]), categories=1, rows=[2, -1, 0], n_rows=3, limit=100
    )
    assert ticks[:, 0].tolist() == [20, UNREACHED, 0]
    assert place[:, 0].tolist() == [0, -1, 0]


def test_no_places_no_rows_no_categories():
    graph = line([10])
    assert find(graph, places(), 100)[0].tolist() == [[UNREACHED], [UNREACHED]]
    assert find(graph, places([]), 100)[0].tolist() == [[UNREACHED], [UNREACHED]]
    assert find(graph, places(category=[]), 100, categories=0)[0].shape == (2, 0)
    none = nearest(graph, places([(0, 0)]), categories=1, rows=[-1, -1], n_rows=0, limit=9)
    assert none[0].shape == none[1].shape == (0, 1)


def test_costs_near_the_top_of_32_bits_do_not_wrap_round():
    top = UNREACHED - 1
    graph = line([top - 1, 1, 1])
    label = distances(graph, [0], [0], limit=top)
    assert label.tolist() == [0, top - 1, top, UNREACHED]


def test_distances_start_from_what_each_source_has_cost():
    # Sources at 0 (cost 50) and 3 (cost 0): 30 from node 3 is less than 50.
    assert distances(line([10] * 3), [0, 3], [50, 0], limit=100).tolist() == [30, 20, 10, 0]
    assert distances(line([10] * 3), [0, 3], [5, 0], limit=9).tolist() == [5, UNREACHED] + [
        UNREACHED, 0,
    ]  # fmt: skip


@pytest.mark.parametrize("limit", [0, 1, 70_000, UNREACHED - 1])
def test_any_limit_may_be_searched(limit):
    label = distances(line([1, 69_999]), [0], [0], limit=limit)
    assert label.tolist() == [d if d <= limit else UNREACHED for d in (0, 1, 70_000)]


def test_a_search_without_room_says_so_and_puts_everything_back():
    graph = grid(5, 7)
    label = np.full(25, UNREACHED, np.uint32)
    source, ticks = np.array([0, 24], np.uint32), np.zeros(2, np.uint32)
    for array in (source, ticks):
        array.flags.writeable = False
    for room in range(1, 60):
        queue = make_queue(graph, 100, room=room)
        done = settle(graph.arrays, queue, label, source, ticks, 0, 2)
        if done >= 0:
            break
        assert (label == UNREACHED).all()
    assert 2 < room < 59
    assert done == 25
    assert label.tolist() == distances(graph, [0, 24], [0, 0], limit=100).tolist()


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"limit": UNREACHED}, "engine.out_of_range"),
        ({"limit": -1}, "engine.out_of_range"),
        ({"categories": 0}, "engine.out_of_range"),
        ({"n_rows": 1}, "engine.out_of_range"),
        ({"rows": [0]}, "engine.rows_size"),
        ({"rows": [0, 0]}, "engine.rows_twice"),
        ({"sources": places([(2, 0)])}, "engine.out_of_range"),
    ],
)
def test_what_does_not_fit_the_graph_is_refused(change, key):
    given = {"sources": places([(0, 0)]), "categories": 1, "rows": [0, 1], "n_rows": 2, "limit": 9}
    given |= change
    with pytest.raises(NetworkError) as refusal:
        nearest(line([10]), given.pop("sources"), **given)
    assert refusal.value.key == key
    assert refusal.value.text("zh") != refusal.value.text("en")
