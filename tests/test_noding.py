"""Lines to a graph: hand-sized drawings, each answer derived beside it."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from greenmap.network.noding import node_lines


def noded(*lines, level=None, join_m=1.0):
    shapes = np.array([shapely.LineString(line) for line in lines], object)
    levels = np.zeros(len(lines), np.int64) if level is None else np.array(level)
    return node_lines(shapes, levels, join_m=join_m)


def degrees(graph):
    count = len(graph.x)
    return (np.bincount(graph.tail, minlength=count)
            + np.bincount(graph.head, minlength=count)).tolist()


def lengths(graph):
    owner = np.repeat(np.arange(len(graph.tail)), np.diff(graph.shape_start))
    return shapely.length(shapely.linestrings(graph.shape, indices=owner))


def test_a_crossing_splits_both_lines():
    graph = noded([(0, 0), (100, 0)], [(40, -30), (40, 50)])
    assert (len(graph.x), len(graph.tail), graph.crossings) == (5, 4, 1)
    assert sorted(lengths(graph).round(6)) == [30, 40, 50, 60]


def test_a_bridge_passes_over():
    graph = noded([(0, 0), (100, 0)], [(40, -30), (40, 50)], level=[0, 1])
    assert (len(graph.x), len(graph.tail), graph.crossings) == (4, 2, 0)


def test_a_bridge_meets_the_streets_it_ends_at():
    # street - bridge - street in a row, over a river road: only the river road stays apart
    graph = noded([(0, 0), (40, 0)], [(40, 0), (60, 0)], [(60, 0), (100, 0)],
                  [(50, -30), (50, 30)], level=[0, 1, 0, 0])
    assert sorted(degrees(graph)) == [1, 1, 1, 1, 2, 2]


def test_a_ramp_comes_down_where_it_ends():
    # the ramp's far end meets nothing else, so it joins the street; its other end is open
    graph = noded([(0, 0), (100, 0)], [(40, 30), (40, 0)], level=[0, 1])
    assert sorted(degrees(graph)) == [1, 1, 1, 3]


def test_a_bridge_over_the_end_of_a_street_does_not_meet_it():
    # the street ends under the bridge at (50, 0) where another street begins: it meets that one
    graph = noded([(0, 0), (100, 0)], [(50, -30), (50, 0)], [(50, 0), (50, 30)], level=[1, 0, 0])
    assert sorted(degrees(graph)) == [1, 1, 1, 1, 2]


def test_ends_within_a_metre_are_joined_and_told():
    graph = noded([(0, 0), (50, 0)], [(50.8, 0), (100, 0)])
    assert sorted(degrees(graph)) == [1, 1, 2]
    assert graph.gap_m == pytest.approx([0.8, 0.8])
    assert not graph.gap_to_line.any()
    # the joint lies in the middle of the gap: nothing of the way is lost
    assert lengths(graph).sum() == pytest.approx(100)


def test_the_limit_itself_is_joined():
    assert len(noded([(0, 0), (50, 0)], [(51, 0), (100, 0)]).x) == 3
    assert len(noded([(0, 0), (50, 0)], [(51.01, 0), (100, 0)]).x) == 4


def test_an_end_short_of_a_street_is_joined_to_it():
    graph = noded([(0, 0), (100, 0)], [(40, 30), (40, 0.7)])
    assert sorted(degrees(graph)) == [1, 1, 1, 3]
    assert graph.gap_to_line.tolist() == [True]
    assert graph.y.min() == 0  # the street stays where it is, the end moves


def test_an_end_beyond_a_street_stays():
    # drawn 0.6 m too far: the crossing joins them, the stub remains
    graph = noded([(0, 0), (100, 0)], [(40, 30), (40, -0.6)])
    assert sorted(degrees(graph)) == [1, 1, 1, 1, 4]
    assert len(graph.gap_m) == 0


def test_a_curve_in_short_pieces_keeps_its_length():
    # 60 pieces of 0.5 m; each end has four others within a metre
    points = [(0.5 * k, 0.0) for k in range(61)]
    graph = noded(*([a, b] for a, b in zip(points, points[1:], strict=False)))
    assert lengths(graph).sum() == pytest.approx(30)
    assert sorted(degrees(graph)) == [1, 1] + [2] * 59


def test_partly_repeated_lines_are_one_street():
    # the second runs along the first from 20 to 60 and turns off: 4 places, no new crossing
    graph = noded([(0, 0), (100, 0)], [(20, 0), (60, 0), (60, 30)])
    assert len(graph.x) == 5
    assert sorted(degrees(graph)) == [1, 1, 1, 3, 4]


def test_a_shared_vertex_is_a_crossing():
    graph = noded([(0, 0), (50, 0), (100, 0)], [(50, -20), (50, 0), (80, 20)])
    assert sorted(degrees(graph)) == [1, 1, 1, 1, 4]


def test_vertices_between_nodes_are_kept():
    graph = noded([(0, 0), (50, 0), (50, 40)], [(30, -10), (30, 10)])
    assert sorted(lengths(graph).round(6)) == [10, 10, 30, 60]


def test_nothing_is_joined_at_zero():
    assert len(noded([(0, 0), (50, 0)], [(50.1, 0), (100, 0)], join_m=0.0).x) == 4


steps = st.lists(
    st.tuples(*(st.integers(0, 12) for _ in range(4))).filter(lambda s: s[:2] != s[2:]),
    min_size=2, max_size=9, unique=True,
)


@given(steps, st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(segments, shuffled):
    lines = [[(10.0 * a, 10.0 * b), (10.0 * c, 10.0 * d)] for a, b, c, d in segments]
    mixed = list(lines)
    shuffled.shuffle(mixed)
    one, two = noded(*lines), noded(*mixed)
    assert np.allclose(one.x, two.x)
    assert sorted(lengths(one).round(6)) == sorted(lengths(two).round(6))


@given(steps)
def test_no_way_is_lost_and_every_end_has_a_node(segments):
    lines = [[(10.0 * a, 10.0 * b), (10.0 * c, 10.0 * d)] for a, b, c, d in segments]
    graph = noded(*lines, join_m=0.0)
    drawn = sum(shapely.LineString(line).length for line in lines)
    assert lengths(graph).sum() == pytest.approx(drawn, abs=1e-2)
    assert (graph.end_node >= 0).all()
