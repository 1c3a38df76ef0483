"""Ground near reached streets, and outlines on a grid."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import shapely.ops
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from greenmap.engine.csr import build_csr
from greenmap.engine.ground import fronts_of, grid_around, reached_ground, walked_ground
from greenmap.engine.outline import trace_outline
from greenmap.engine.rounds import Rounds, reach_sets
from greenmap.engine.streets import Streets, streets_of_arcs
from greenmap.measure.isochrones import polygons_of
from greenmap.units import UNREACHED

NOT = UNREACHED


def street(forward=100, backward=100, shape=((0, 0), (100, 0))):
    """One street from node 0 to node 1, 100 m along x and a tick a metre unless told."""
    one = (np.array([value]) for value in (0, 1, forward, backward, 0, 0.0, 1.0))
    return Streets(*one, np.array([0, len(shape)]), np.array(shape, float))


def ground(label, streets, limit, *, towards=False, cell_m=5.0):
    """The area within 25 m of what is reached."""
    label = np.array(label, np.uint32)
    fronts = fronts_of(streets, len(label), towards=towards)
    nodes = np.flatnonzero(label != NOT)
    grid = grid_around(nodes, fronts, cell_m=cell_m, width_m=40)
    off = reached_ground(label, np.uint64(limit), nodes, fronts.arrays, grid, 25.0)
    return polygons_of(off, 25.0 / cell_m, (grid.x0, grid.y0), cell_m)


def near(area, x0, x1):
    """Compare with the buffer of a straight part of the street."""
    truth = shapely.buffer(shapely.LineString([(x0, 0), (x1, 0)]), 25)
    return area.intersection(truth).area / area.union(truth).area


@pytest.mark.parametrize(
    ("label", "limit", "parts"),
    [
        ([0, NOT], 40, [(0, 40)]),
        ([NOT, 15], 40, [(75, 100)]),
        ([0, NOT], 100, [(0, 100)]),
        ([0, 20], 60, [(0, 100)]),  # 60 from one end and 40 from the other meet
        ([40, NOT], 40, [(0, 0)]),  # reached on the last tick: a point
    ],
)
def test_streets_are_cut_where_the_limit_is_reached(label, limit, parts):
    assert near(ground(label, street(), limit), *parts[0]) > 0.985


def test_directions_are_obeyed():
    one_way = street(backward=NOT)  # nobody walks from 1 to 0
    assert ground([NOT, 0], one_way, 40).is_empty
    assert near(ground([NOT, 0], one_way, 40, towards=True), 60, 100) > 0.985


def test_a_street_without_cost_is_reached_whole():
    assert near(ground([5, NOT], street(0, 0), 5), 0, 100) > 0.985


def test_bends_and_streets_of_no_length():
    bent = street(shape=((0, 0), (50, 0), (50, 50)))
    truth = shapely.buffer(shapely.LineString([(0, 0), (50, 0), (50, 20)]), 25)
    area = ground([0, NOT], bent, 70)
    assert area.intersection(truth).area / area.union(truth).area > 0.985
    assert near(ground([0, NOT], street(shape=((7, 0), (7, 0))), 50), 7, 7) > 0.98


def test_the_walk_is_that_of_the_nearest_point_and_goes_on_beyond_an_end():
    # On the street it grows by a tick a metre, beside it too; beyond an end it goes on growing.
    label = np.array([0, 30], np.uint32)
    fronts = fronts_of(street(), 2, towards=False)
    grid = grid_around([0, 1], fronts, cell_m=10.0, width_m=40)
    off, walk = walked_ground(label, [0, 1], fronts, grid, 25.0, ticks_per_m=1.0)
    row, column = round(-grid.y0 / 10), round(-grid.x0 / 10)
    along = walk[row, column : column + 11].tolist()
    assert along == pytest.approx([0, 10, 20, 30, 40, 50, 60, 60, 50, 40, 30], abs=0.001)
    beside = walk[row + 2, column + 4], off[row + 2, column + 4]
    assert beside == pytest.approx((40, 2), abs=0.001)
    assert walk[row, [column - 2, column + 12]].tolist() == pytest.approx([20, 50], abs=0.001)


def test_nothing_reached_and_bounds_elsewhere_leave_nothing_to_draw():
    fronts = fronts_of(street(), 2, towards=False)
    assert grid_around([], fronts, cell_m=5.0, width_m=40) is None
    assert grid_around([0], fronts, cell_m=5.0, width_m=40, bounds=(500, 500, 600, 600)) is None


values = arrays(np.float32, st.tuples(st.integers(3, 9), st.integers(3, 9)),
                elements=st.sampled_from([0, 0.5, 1, 1.5, 2, 1e4]))  # fmt: skip


def closed(value):
    value[0], value[-1], value[:, 0], value[:, -1] = (1e4,) * 4
    return value


@settings(max_examples=200, deadline=None)
@given(values)
def test_outlines_are_valid_hold_the_points_inside_and_nest(value):
    value = closed(value)
    low, high = (polygons_of(value, level, (0, 0), 1.0) for level in (0.75, 1.5))
    for level, area in ((0.75, low), (1.5, high)):
        assert area.is_valid
        y, x = np.nonzero(value <= level)
        assert shapely.contains_xy(area, x, y).all()
        y, x = np.nonzero(value > level)
        assert not shapely.contains_xy(area, x, y).any()
        points, start, _ = trace_outline(value, level)
        rings = shapely.linearrings(points, indices=np.repeat(np.arange(len(start) - 1),
                                                              np.diff(start)))  # fmt: skip
        assert area.area == pytest.approx(shapely.build_area(shapely.multilinestrings(rings)).area)
    assert low.difference(high).area < 1e-9


def test_an_outline_longer_than_its_room_is_traced_anew():
    value = np.full((131, 131), 2, np.float32)
    value[1:-1:2, 1:-1:2] = 0  # 65 x 65 separate points: 4,225 rings
    assert len(polygons_of(value, 1.0, (0, 0), 1.0).geoms) == 65 * 65


def test_rounds_are_single_searches():
    random = np.random.default_rng(5)
    tail, head = random.integers(0, 60, (2, 150))
    graph = build_csr(60, tail, head, random.integers(0, 9, 150))
    rounds = Rounds(graph, 20)
    for node in range(60):
        reached = rounds.search([node], [0])
        fresh = Rounds(graph, 20)
        fresh.search([node], [0])
        assert rounds.label.tolist() == fresh.label.tolist()
        assert sorted(reached.tolist()) == np.flatnonzero(rounds.label != NOT).tolist()


def test_reach_sets_are_single_searches(monkeypatch):
    monkeypatch.setattr("greenmap.engine.rounds._ROOM", 1 << 8)  # too little for one of them
    random = np.random.default_rng(6)
    tail, head = random.integers(0, 200, (2, 900))
    graph = build_csr(200, tail, head, random.integers(0, 9, 900))
    start, node, ticks = reach_sets(graph, np.arange(200), limit=25)
    rounds = Rounds(graph, 25)
    for k in range(200):
        reached = rounds.search([k], [0])
        mine = slice(start[k], start[k + 1])
        assert sorted(node[mine].tolist()) == sorted(reached.tolist())
        assert ticks[mine].tolist() == rounds.label[node[mine]].tolist()


def test_reach_sets_are_the_same_on_any_number_of_threads_and_in_any_order():
    random = np.random.default_rng(7)
    tail, head = random.integers(0, 200, (2, 900))
    graph = build_csr(200, tail, head, random.integers(0, 9, 900))
    nodes = random.integers(0, 200, 1500)  # enough for five threads
    start, *lists = reach_sets(graph, nodes, limit=12)
    for threads in (2, 5):
        again = reach_sets(graph, nodes, limit=12, threads=threads)
        assert [each.tobytes() for each in again] == [x.tobytes() for x in (start, *lists)]
    order = random.permutation(nodes.size)
    other_start, *others = reach_sets(graph, nodes[order], limit=12, threads=5)
    for k, at in enumerate(order):
        one, two = slice(start[at], start[at + 1]), slice(other_start[k], other_start[k + 1])
        for mine, theirs in zip(lists, others, strict=True):
            assert mine[one].tolist() == theirs[two].tolist()


def test_no_reach_sets_of_no_nodes():
    graph = build_csr(2, [0], [1], [5])
    assert [each.tolist() for each in reach_sets(graph, [], limit=5)] == [[0], [], []]


def test_arcs_of_both_directions_become_one_piece():
    # Line 0: 0 -> 1 (5), 1 -> 0 (7), and a dearer 0 -> 1 (9). Line 1: only 2 -> 1, against it.
    # The last arc is a leg without a line.
    tail, head, ticks = np.array([[1, 0, 0, 2, 3], [0, 1, 1, 1, 0], [7, 9, 5, 4, 2]])
    edge = np.array([0, 0, 0, 1, -1])
    low, high = np.array([[1.0, 0.25, 0.25, 1, 0], [0.25, 1, 1, 0, 0]])
    shapes = {"shape_start": np.array([0, 2, 4]), "shape_xy": np.zeros((4, 2))}
    for order in (np.arange(5), np.arange(5)[::-1]):
        pieces = streets_of_arcs(
            tail[order], head[order], ticks[order],
            edge=edge[order], low=low[order], high=high[order], **shapes,
        )  # fmt: skip
        assert pieces.edge.tolist() == [0, 1]
        assert pieces.tail.tolist() == [0, 1]
        assert pieces.head.tolist() == [1, 2]
        assert pieces.forward.tolist() == [5, NOT]
        assert pieces.backward.tolist() == [7, 4]
        assert pieces.low.tolist() == [0.25, 0]
        assert pieces.high.tolist() == [1, 1]
