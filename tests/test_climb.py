"""Climb: metres uphill along parts of streets."""

import dataclasses

import numpy as np
from worlds_assessment import network

from greenmap.measure.climb import arc_climbs_m
from greenmap.network.compose import WalkGraph

# Edge 0 goes 0, 6, 4 (up by 6, down by 2), edge 1 goes 1, ?, 2, 5: its first two stretches aren't
# known; edges 2 to 12 are level.
HEIGHTS = np.r_[0.0, 6, 4, 1, np.nan, 2, 5, np.zeros(22)]
STARTS = np.r_[0, 3, 7 + 2 * np.arange(12)]


def climbs(*parts):
    edge, start, end = (np.array(column) for column in zip(*parts, strict=True))
    n, none = edge.size, np.zeros(0, np.int64)
    graph = WalkGraph(
        tail=np.zeros(n, np.uint32), head=np.ones(n, np.uint32), ticks=np.ones(n, np.uint32),
        n_nodes=2, home_node=none, entrance_node=none, entrance_ticks=none.astype(np.uint32),
        arc_edge=edge.astype(np.int32), arc_from=start.astype(float), arc_to=end.astype(float),
        node_x=np.zeros(2), node_y=np.zeros(2))
    streets = dataclasses.replace(network(), height_start=STARTS, height_m=HEIGHTS)
    return arc_climbs_m(streets, graph, np.arange(n)).tolist()


def test_a_whole_street_up_and_down():
    assert climbs((0, 0, 1), (0, 1, 0), (2, 0, 1)) == [6, 2, 0]


def test_parts_of_a_street_climb_as_much_as_lies_between():
    assert climbs((0, 0, 0.25), (0, 0.25, 0.75), (0, 0.75, 0.25), (0, 0.5, 1), (0, 1, 0.5)) == [
        3, 3, 1, 0, 2]
    assert climbs((0, 0.5, 0.5), (0, 0, 0)) == [0, 0]


def test_stretches_of_unknown_height_count_as_level():
    assert climbs((1, 0, 1), (1, 1, 0), (1, 0, 0.5)) == [3, 0, 0]


def test_as_many_together_as_one_by_one():
    dice = np.random.default_rng(5)
    parts = [(edge, *dice.random(2)) for edge in dice.integers(0, 3, 50)]
    assert climbs(*parts) == [climbs(part)[0] for part in parts]


def test_ends_that_fall_on_a_height_count_it_once():
    # a third and two thirds aren't exact: 2 / 3 * 3 is 2, 1 / 3 + 1 / 3 too
    third = 1 * (1 / 3), 2 * (1 / 3)
    assert climbs((1, third[1], 1), (1, *third), (1, 1, third[1])) == [3, 0, 0]
