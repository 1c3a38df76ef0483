"""Points: where walks pass, to the centimetre, corners of the streets included."""

import dataclasses

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.ops import substring
from worlds_assessment import network

from greenmap.measure.forest import Trace
from greenmap.measure.points import Points, rounded
from greenmap.network.compose import WalkGraph


@given(st.lists(st.floats(-5e6, 5e6) | st.integers(-10**9, 10**9).map(lambda n: n / 1000)),
       st.integers(1, 2))
def test_numbers_are_rounded_as_python_does(values, decimals):
    found = rounded(np.array(values, float), decimals)
    assert found.tolist() == [round(value, decimals) for value in values]


def graph(edge, start, end):
    n, none = len(edge), np.zeros(0, np.int64)
    x = np.arange(2.0 * n)  # arc i leads from node 2i to node 2i + 1
    return WalkGraph(
        tail=np.arange(0, 2 * n, 2, np.uint32), head=np.arange(1, 2 * n, 2, np.uint32),
        ticks=np.ones(n, np.uint32), n_nodes=2 * n, home_node=none, entrance_node=none,
        entrance_ticks=none.astype(np.uint32), arc_edge=np.array(edge, np.int32),
        arc_from=np.array(start, float), arc_to=np.array(end, float), node_x=x, node_y=-x)


def lines(streets, walked):
    """The points of each arc of a graph, as they are told."""
    n = walked.tail.size
    points = Points(streets, walked, np.zeros((0, 2)))
    trace = Trace(walked.tail.astype(int), walked.head.astype(int), np.arange(n), np.zeros(0, int),
                  np.zeros(0), None, None, [])
    at, leads = points.lines(walked, trace)
    return [points.xy[line].tolist() for line in np.split(at, np.flatnonzero(~leads) + 1)[:-1]]


@given(st.integers(0, 10_000))
def test_corners_are_those_of_the_part_that_is_walked(seed):
    dice = np.random.default_rng(seed)
    count = dice.integers(2, 7, 13)
    start = np.append(0, np.cumsum(count))
    streets = dataclasses.replace(network(), shape_start=start,
                                  shape_xy=np.round(dice.random((start[-1], 2)) * 100, 2))
    edge = dice.integers(0, 13, 30)
    ends = np.where(dice.random((2, 30)) < 0.3, dice.integers(0, 2, (2, 30)), dice.random((2, 30)))
    walked = graph(edge, *ends)
    for arc, line in enumerate(lines(streets, walked)):
        street = shapely.LineString(streets.shape_xy[start[edge[arc]]:start[edge[arc] + 1]])
        part = substring(street, *ends[:, arc], normalized=True)
        tail, head = 2.0 * arc, 2.0 * arc + 1
        assert line == [[tail, -tail], *map(list, part.coords[1:-1]), [head, -head]]


def test_places_a_centimetre_apart_are_two_and_nearer_ones_are_one():
    walked = graph([0], [0], [1])
    near = np.array([[0.0, 0.004], [0.0, -0.01], [1.0, -1.0], [np.nan, np.nan]])
    points = Points(network(), walked, near)
    assert len(set(points.number.tolist())) == 4
    assert points.number[2] == points.number[0] != points.number[3]
    assert points.number[4] == points.number[1]
