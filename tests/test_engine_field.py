from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenmap.engine.field import Grid, walk_field
from greenmap.engine.streets import Streets, reached_pieces, streets_of_arcs
from greenmap.errors import NetworkError
from greenmap.units import UNREACHED

NOT = UNREACHED


def street(forward=100, backward=100, low=0.0, high=1.0, shape=((0, 0), (100, 0))):
    """One street from node 0 to node 1, 100 m along x unless told."""
    one = (np.array([value]) for value in (0, 1, forward, backward, 0, low, high))
    return Streets(*one, np.array([0, len(shape)]), np.array(shape, float))


# 10 m points from (-50, -50) to (150, 50): the street lies on row 5, from column 5 to 15.
GRID = Grid(-50.0, -50.0, 10.0, 21, 11)


def on_street(node_ticks, streets, towards=False, reach_m=20.0):
    field = walk_field(
        node_ticks, streets, grid=GRID, reach_m=reach_m, ticks_per_m=10, towards=towards
    )
    return field.ticks[5, 5:16].tolist()


def test_along_a_street_the_walk_grows_from_the_end_it_is_entered_at():
    # 1 tick a metre; off the street a metre costs 10, so nobody cuts along the street.
    assert on_street([0, NOT], street()) == [10.0 * k for k in range(11)]
    assert on_street([NOT, 7], street()) == [107.0 - 10 * k for k in range(11)]


def test_walks_from_both_ends_meet():
    # From the tail x, from the head 20 + (100 - x): they meet at x = 60.
    assert on_street([0, 20], street()) == [0, 10, 20, 30, 40, 50, 60, 50, 40, 30, 20]


def test_a_blocked_direction_is_not_walked():
    # Only from tail to head: what is entered at the head leads nowhere.
    one_way = street(backward=NOT)
    assert on_street([0, 20], one_way) == [10.0 * k for k in range(11)]
    assert np.isinf(on_street([NOT, 20], one_way)).all()
    # Towards places it is the other way round: at x one walks on to the head, 100 - x.
    assert on_street([0, 20], one_way, towards=True) == [120.0 - 10 * k for k in range(11)]
    assert np.isinf(on_street([0, NOT], one_way, towards=True)).all()


def test_directions_may_cost_differently():
    # Uphill 200 from tail to head, down 50. Place at the head: from x it is 2 * (100 - x).
    slope = street(forward=200, backward=50)
    assert on_street([NOT, 0], slope, towards=True) == [200.0 - 20 * k for k in range(11)]
    assert on_street([NOT, 0], slope) == [50.0 - 5 * k for k in range(11)]


def test_off_the_street_the_straight_way_is_added_up_to_the_reach():
    field = walk_field([0, NOT], street(), grid=GRID, reach_m=20.0, ticks_per_m=10)
    # Above x = 0 at 10 and 20 m: 10 * 10 and 10 * 20; 30 m is beyond the reach.
    assert field.ticks[5:9, 5].tolist() == [0, 100, 200, np.inf]
    assert field.off_m[5:9, 5].tolist() == [0, 10, 20, np.inf]
    # Beyond the end of the street, sideways and down: 14.14 m from the corner (0, 0).
    assert field.off_m[4, 4] == pytest.approx(200**0.5)
    assert field.ticks[4, 4] == pytest.approx(10 * 200**0.5)


def test_a_line_with_corners_is_followed():
    # 60 m east, then 40 m north; node 1 at (60, 40): 100 ticks along the line.
    bent = street(shape=((0, 0), (60, 0), (60, 0), (60, 40)))
    field = walk_field([0, NOT], bent, grid=GRID, reach_m=5.0, ticks_per_m=10)
    assert field.ticks[5, 5:12].tolist() == [0, 10, 20, 30, 40, 50, 60]
    assert field.ticks[5:10, 11].tolist() == [60, 70, 80, 90, 100]
    assert np.isinf(field.ticks[9, 5])


def test_a_piece_covers_its_part_of_the_line_only():
    # From 0.3 to 0.5 of the line, 20 ticks; entered at its tail.
    assert on_street([0, NOT], street(20, 20, 0.3, 0.5), reach_m=1.0) == [
        *[np.inf] * 3, 0, 10, 20, *[np.inf] * 5,
    ]  # fmt: skip


def test_a_street_of_no_length_is_a_point():
    point = street(5, 5, shape=((30, 0), (30, 0)))
    assert on_street([3, NOT], point, reach_m=1.0)[3] == 3
    assert np.isfinite(on_street([3, NOT], point, reach_m=1.0)).sum() == 1


def test_streets_nobody_reaches_and_streets_off_the_grid_leave_it_empty():
    assert np.isinf(on_street([NOT, NOT], street())).all()
    far = street(shape=((9000, 0), (9100, 0)))
    assert np.isinf(on_street([0, 0], far)).all()


def test_the_field_is_near_the_one_of_all_street_points():
    # Against plain numpy with a point every 10 cm, which is at most 5 cm off. A stretch of 5 m is
    # tried by its nearest point, so at one tick a metre the walk is at most 5 ticks too long.
    random = np.random.default_rng(5)
    shape = random.uniform(0, 80, (6, 2))
    leg = np.hypot(*np.diff(shape, axis=0).T)
    along = np.concatenate([np.arange(0, leg.sum(), 0.1), [leg.sum()]])
    cut = np.concatenate([[0], np.cumsum(leg)])
    xy = np.stack([np.interp(along, cut, shape[:, axis]) for axis in (0, 1)], axis=1)
    ticks = round(leg.sum())
    walk = np.minimum(12 + along / leg.sum() * ticks, 30 + (1 - along / leg.sum()) * ticks)
    field = walk_field(
        [12, 30], street(ticks, ticks, shape=shape), grid=GRID, reach_m=30.0, ticks_per_m=1
    )
    compared = 0
    for row in range(GRID.height):
        for column in range(GRID.width):
            off = np.hypot(*(xy - (GRID.x0 + 10 * column, GRID.y0 + 10 * row)).T)
            if off.min() > 30.1:
                assert np.isinf(field.ticks[row, column])
            elif off.min() < 29:
                compared += 1
                assert off.min() - 0.051 <= field.off_m[row, column] <= off.min() + 0.001
                best = np.min((walk + off)[off <= 30])
                assert best - 0.11 <= field.ticks[row, column] <= best + 5
    assert compared > 50


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


def test_no_arcs_make_no_streets():
    none = np.empty(0, np.int64)
    pieces = streets_of_arcs(
        none, none, none, edge=none, low=none, high=none, shape_start=np.array([0]),
        shape_xy=np.empty((0, 2)),
    )  # fmt: skip
    assert [part.size for part in reached_pieces([0], pieces, limit=9)] == [0, 0, 0]
    assert np.isinf(on_street([0], pieces)).all()


def cut(node_ticks, streets, limit, towards=False):
    edge, low, high = reached_pieces(node_ticks, streets, limit=limit, towards=towards)
    return list(zip(edge.tolist(), low.tolist(), high.tolist(), strict=True))


def test_pieces_are_cut_where_the_limit_is_reached():
    assert cut([0, NOT], street(), 40) == [(0, 0.0, 0.4)]
    assert cut([NOT, 15], street(), 40) == [(0, 0.75, 1.0)]
    assert cut([0, 15], street(), 40) == [(0, 0.0, 0.4), (0, 0.75, 1.0)]
    assert cut([0, NOT], street(), 100) == [(0, 0.0, 1.0)]
    # From both ends: 0.6 and 1 - 0.4 meet, and are one from then on.
    assert cut([0, 20], street(), 60) == [(0, 0.0, 1.0)]
    # A node reached on the last tick is a point, not a piece.
    assert cut([40, NOT], street(), 40) == []


def test_pieces_obey_directions():
    one_way = street(backward=NOT)
    assert cut([NOT, 0], one_way, 40) == []
    assert cut([NOT, 0], one_way, 40, towards=True) == [(0, 0.6, 1.0)]


def test_streets_without_cost_are_reached_whole():
    assert cut([5, NOT], street(0, 0), 5) == [(0, 0.0, 1.0)]
    assert cut([6, NOT], street(0, 0), 5) == []


def test_streets_that_meet_are_not_joined_across_lines():
    # Line 0 and line 1 are both reached whole: two pieces, for the lines differ.
    pair = Streets(
        np.array([0, 1]), np.array([1, 2]), np.array([9, 9]), np.array([9, 9]), np.array([0, 1]),
        np.zeros(2), np.ones(2), np.array([0, 2, 4]), np.zeros((4, 2)),
    )  # fmt: skip
    assert cut([0, 9, 18], pair, 18) == [(0, 0.0, 1.0), (1, 0.0, 1.0)]


def test_streets_without_their_nodes_are_refused():
    with pytest.raises(NetworkError) as refusal:
        reached_pieces([0], street(), limit=9)
    assert refusal.value.key == "engine.rows_size"


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(1, 99), max_size=4, unique=True),
    st.integers(0, 120), st.integers(0, 120), st.integers(0, 150), st.integers(0, 30),
)  # fmt: skip
def test_splitting_a_street_changes_no_reached_piece(at, tail, head, limit, more):
    """100 ticks long, split at whole ticks; the new nodes' walks are those along the street."""
    whole = cut([tail, head], street(), limit)
    splits = sorted(at)
    walks = [min(tail + x, head + 100 - x) for x in (0, *splits, 100)]
    ends = np.array([0, *splits, 100])
    order = np.arange(len(ends) - 1)
    pieces = Streets(
        order, order + 1, np.diff(ends), np.diff(ends), 0 * order, ends[:-1] / 100,
        ends[1:] / 100, np.array([0, 2]), np.array([[0.0, 0.0], [100.0, 0.0]]),
    )  # fmt: skip
    parts = cut(walks, pieces, limit)
    assert [part[0] for part in parts] == [part[0] for part in whole]
    assert np.allclose([p[1:] for p in parts], [p[1:] for p in whole], atol=1e-12)
    longer = sum(b - a for _, a, b in cut(walks, pieces, limit + more))
    assert longer >= sum(b - a for _, a, b in parts) - 1e-12
