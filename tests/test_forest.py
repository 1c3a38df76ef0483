"""Forest: from every node the next step to the nearest place, and what the whole way tells."""

import dataclasses

import numpy as np
import pytest
from worlds_assessment import network

from greenmap.measure.forest import Forest, Ways
from greenmap.network.compose import WalkGraph
from greenmap.units import UNREACHED

# Seven nodes; an arc each, both ways, over edges 0 to 5 of the street of 100 m pieces:
#
#   0 --5-- 1 --0-- 2 --0-- 3 --0-- 4 --7-- 5      6 stands alone; a place is at 5
#
# Ticks to the place: 12 at node 0, 7 at nodes 1 to 4, 0 at node 5.
COST = (5, 0, 0, 0, 7)
LABEL = np.array([12, 7, 7, 7, 7, 0, UNREACHED])
STOP = np.array([-1, -1, -1, -1, -1, 1, -1])


def ways(streets=None, order=None):
    tail, head = np.r_[np.arange(5), np.arange(1, 6)], np.r_[np.arange(1, 6), np.arange(5)]
    order = np.arange(10) if order is None else np.array(order)
    ends = np.r_[np.zeros(5), np.ones(5)], np.r_[np.ones(5), np.zeros(5)]
    none, at = np.zeros(0), np.zeros(7)
    graph = WalkGraph(
        tail=tail.astype(np.uint32)[order], head=head.astype(np.uint32)[order],
        ticks=np.r_[COST, COST].astype(np.uint32)[order], n_nodes=7,
        home_node=none.astype(np.int64), entrance_node=none.astype(np.int64),
        entrance_ticks=none.astype(np.uint32),
        arc_edge=np.r_[np.arange(5), np.arange(5)].astype(np.int32)[order],
        arc_from=ends[0][order], arc_to=ends[1][order], node_x=at, node_y=at)
    return Ways(streets or network(), graph)


@pytest.mark.parametrize("order", [None, range(9, -1, -1)])
def test_arcs_that_cost_nothing_lead_on_and_never_in_circles(order):
    wood = Forest(ways(order=order), LABEL, STOP, 2)
    assert wood.onward.tolist() == [1, 2, 3, 4, 5, 7 + 1, -1]  # place 1 is number 7 + 1
    assert wood.reached(np.array([0, 4, 5, 6, -1])).tolist() == [True, True, True, False, False]


def test_walks_share_their_ways_and_add_up_from_the_end():
    wood = Forest(ways(), LABEL, STOP, 2)
    trace = wood.trace(np.array([3, 5, 1, 0, 3]))
    # the first walk brings 5, 4, 3, outward; the third 2 and 1; the fourth 0
    assert trace.node.tolist() == [5, 4, 3, 2, 1, 0]
    assert trace.onward.tolist() == [8, 5, 4, 3, 2, 1]
    assert trace.metres.tolist() == [200, 0, 400, 500, 200]
    assert trace.end.tolist() == [1] * 5
    assert (trace.wait, trace.climb, trace.gates) == (None, None, [()] * 5)
    assert not wood.trace(np.zeros(0, np.int64)).node.size


def test_a_walk_tells_its_waits_climbs_and_gates():
    class Gates:
        gate_id = np.array(["north", "south"], object)

    m = 13
    hurdle, number = np.zeros(m, np.uint8), np.full(m, -1, np.int32)
    hurdle[[1, 3, 4]] = 3, 1, 4  # a residents' gate, a wall, an open gate
    number[[1, 3, 4]] = 1, 0, 0
    streets = dataclasses.replace(
        network(), wait_s=np.arange(m) * 10.0, height_start=np.arange(m + 1) * 2,
        height_m=np.repeat(np.arange(m), 2) + np.tile([0.0, 1.5], m), hurdle=hurdle,
        hurdle_id=number, barriers=Gates())
    trace = Forest(ways(streets), LABEL, STOP, 2).trace(np.array([0, 2, 5]))
    assert trace.wait.tolist() == [100, 90, 0]  # 0 + 10 + 20 + 30 + 40
    assert trace.climb.tolist() == [7.5, 4.5, 0]  # each piece rises by 1.5 m
    assert trace.gates == [("south", "north"), ("north",), ()]
