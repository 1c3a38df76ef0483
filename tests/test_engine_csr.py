from __future__ import annotations

import numpy as np
import pytest

from greenmap.engine.csr import build_csr
from greenmap.errors import NetworkError
from greenmap.units import UNREACHED


def test_arcs_are_sorted_whatever_their_order():
    # Node 0 has arcs to 1 and 2, node 1 none, node 2 one to 0.
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        tail, head, ticks = (np.array(a)[order] for a in ([0, 0, 2], [1, 2, 0], [4, 5, 6]))
        graph = build_csr(3, tail, head, ticks)
        assert graph.start.tolist() == [0, 2, 2, 3]
        assert graph.target.tolist() == [1, 2, 0]
        assert graph.cost.tolist() == [4, 5, 6]


def test_blocked_arcs_and_loops_are_dropped_and_the_cheapest_parallel_arc_stays():
    graph = build_csr(2, [0, 0, 0, 1, 1], [1, 1, 0, 1, 0], [9, 3, 1, 0, UNREACHED])
    assert graph.start.tolist() == [0, 1, 1]
    assert graph.cost.tolist() == [3]


def test_a_graph_without_arcs_or_nodes_is_a_graph():
    assert build_csr(0, [], [], []).n_nodes == 0
    assert build_csr(2, [], [], []).start.tolist() == [0, 0, 0]


def test_its_arrays_cannot_be_written_and_the_callers_stay_free():
    ticks = np.array([1], np.uint32)
    graph = build_csr(2, np.array([0]), np.array([1]), ticks)
    with pytest.raises(ValueError, match="read-only"):
        graph.cost[0] = 2
    ticks[0] = 2
    assert graph.cost.tolist() == [1]


@pytest.mark.parametrize(
    ("tail", "head", "ticks", "key"),
    [
        ([0], [2], [1], "engine.out_of_range"),
        ([-1], [1], [1], "engine.out_of_range"),
        ([0], [1], [UNREACHED + 1], "engine.out_of_range"),
        ([0], [1], [-5], "engine.out_of_range"),
        ([0], [1], [1.5], "engine.not_whole"),
    ],
)
def test_what_does_not_fit_32_bits_is_refused(tail, head, ticks, key):
    with pytest.raises(NetworkError) as refusal:
        build_csr(2, tail, head, ticks)
    assert refusal.value.key == key
    for lang in ("zh", "en"):
        assert str(refusal.value.facts["found"]) in refusal.value.text(lang)
