from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from greenmap.engine.csr import build_csr
from greenmap.engine.search import distances
from greenmap.engine.skeleton import build_skeleton
from greenmap.units import UNREACHED


def both_ways(n, edges):
    a, b, ticks = np.array(edges).T
    return build_csr(n, np.r_[a, b], np.r_[b, a], np.r_[ticks, ticks])


def skeleton(graph, keep):
    n = graph.n_nodes
    return build_skeleton(graph, keep=np.isin(np.arange(n), keep), rows=np.arange(n))


def hung(found):
    """row: {(end, ticks from there)}, ends as nodes of the whole graph."""
    ends = {}
    for first, (a, b) in enumerate(zip(found.hung.start, found.hung.start[1:], strict=False)):
        for slot in range(a, b):
            second, one, two = found.hung.slot[slot].tolist()
            ends[int(found.hung.row[slot])] = {
                (int(found.node[first]), one), (int(found.node[second]), two)
            }  # fmt: skip
    return ends


def test_a_chain_between_two_kept_nodes_is_one_arc_and_its_nodes_hang_from_both_ends():
    # 0 -2- 1 -3- 2 -5- 3, ends kept
    found = skeleton(both_ways(4, [(0, 1, 2), (1, 2, 3), (2, 3, 5)]), [0, 3])
    assert sorted(found.node.tolist()) == [0, 3]
    assert found.graph.cost.tolist() == [10, 10]
    assert hung(found) == {0: {(0, 0)}, 1: {(0, 2), (3, 8)}, 2: {(0, 5), (3, 5)}, 3: {(3, 0)}}


def test_dead_ends_hang_and_make_a_chain_of_the_junction_they_leave():
    # 0 -2- 1 -3- 2, and from 1 a dead end 1 -4- 3 -1- 4: once it is off, 1 lies on a chain
    found = skeleton(both_ways(5, [(0, 1, 2), (1, 2, 3), (1, 3, 4), (3, 4, 1)]), [0, 2])
    assert sorted(found.node.tolist()) == [0, 2]
    assert hung(found)[4] == {(0, 2 + 4 + 1), (2, 3 + 4 + 1)}


def test_a_one_way_chain_hangs_from_where_one_may_come():
    # 0 -> 1 -> 2 only
    found = skeleton(build_csr(3, [0, 1], [1, 2], [4, 5]), [0, 2])
    assert hung(found)[1] == {(0, 4), (2, UNREACHED)}
    assert found.graph.cost.tolist() == [9]


def test_a_ring_hangs_on_its_only_kept_node_and_one_without_any_is_left_out():
    ring = [(0, 1, 2), (1, 2, 2), (2, 3, 2), (3, 0, 5)]
    found = skeleton(both_ways(4, ring), [0])
    assert found.graph.cost.size == 0
    assert hung(found)[2] == {(0, 4), (0, 7)}
    assert skeleton(both_ways(4, ring), []).node.size == 0


@given(st.data())
def test_searching_the_skeleton_and_hanging_the_rest_is_searching_the_whole(data):
    n = data.draw(st.integers(1, 12))
    node = st.integers(0, n - 1)
    arcs = data.draw(st.lists(st.tuples(node, node, st.integers(0, 5)), max_size=20))
    if data.draw(st.booleans()):  # streets, so that chains and dead ends are common
        arcs = arcs + [(b, a, ticks) for a, b, ticks in arcs]
    graph = build_csr(n, *np.array(arcs, np.int64).reshape(-1, 3).T)
    keep = sorted(data.draw(st.sets(node, min_size=1, max_size=3)))
    limit = data.draw(st.integers(0, 20))
    found = skeleton(graph, keep)
    walk = distances(found.graph, found.number[keep], np.zeros(len(keep), int), limit=limit)
    at = dict(zip(found.node.tolist(), walk.tolist(), strict=True))
    whole = distances(graph, keep, np.zeros(len(keep), int), limit=limit).tolist()
    for row, ends in hung(found).items():
        least = min(at[end] + ticks for end, ticks in ends)
        assert whole[row] == (least if least <= limit else UNREACHED)
    assert all(whole[row] == UNREACHED for row in set(range(n)) - set(hung(found)))
