from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from greenmap.engine.batch import empty_lanes
from greenmap.engine.counting import counts_and_nearest
from greenmap.engine.csr import build_csr, zeros
from greenmap.engine.lanes import LANES
from greenmap.engine.search import Sources, distances

FAR = 0xFFFFFFFF


def tables(graph, node, category, bands, threads=1):
    """Places of one entrance each, no leg; a row for every node."""
    at = np.arange(len(node) + 1)
    sources = Sources(at, np.array(node), np.zeros(len(node), np.int64), at, np.array(category))
    n, kinds = graph.n_nodes, max(category) + 1
    return counts_and_nearest(
        graph, sources, categories=kinds, rows=np.arange(n), n_rows=n, bands=bands,
        limit=bands[-1], threads=threads,
    )  # fmt: skip


def one_by_one(graph, node, category, bands):
    """The same, a search for each place."""
    walk = np.array([distances(graph, [at], [0], limit=bands[-1]) for at in node])
    kinds = range(max(category) + 1)
    of = [[p for p, c in enumerate(category) if c == kind] for kind in kinds]
    ticks = np.array([walk[places].min(axis=0, initial=FAR) for places in of]).T
    place = np.full(ticks.shape, -1)
    for c, places in enumerate(of):
        for p in reversed(places):
            place[(walk[p] == ticks[:, c]) & (walk[p] < FAR), c] = p
    within = [[(walk[places] <= band).sum(axis=0) for band in bands] for places in of]
    return ticks, place, np.array(within).transpose(2, 0, 1)


@given(st.data())
def test_batches_find_what_single_searches_find(data):
    # Over two batches of places on directed graphs, some nodes with more than four arcs in,
    # some with many places, costs from nothing to more than the limit.
    n = data.draw(st.integers(1, 30))
    random = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    arcs = data.draw(st.integers(0, 6 * n))
    tail, head = random.integers(0, n, (2, arcs))
    top = data.draw(st.sampled_from([3, 40, 2**31, FAR]))
    graph = build_csr(n, tail, head, random.integers(0, top, arcs))
    places = data.draw(st.integers(1, 40))
    node = random.integers(0, n, places).tolist()
    category = random.integers(0, 3, places).tolist()
    limit = data.draw(st.sampled_from([0, 1, 60, 2**31, FAR - 1]))
    bands = sorted({limit // 3, limit // 2, limit})
    expected = one_by_one(graph, node, category, bands)
    for threads in (1, 3):
        found = tables(graph, node, category, bands, threads)
        for one, other in zip(found, expected, strict=True):
            assert one.tolist() == other.tolist()


def test_a_walk_just_at_the_limit_is_reached_and_one_beyond_is_not_in_every_lane():
    # A star: node 0 in the middle, 20 places round it at 100 ticks each, so 200 apart.
    # A batch is 16 of them: the other four are in the next.
    round_it = np.arange(1, 21)
    tail, head = np.r_[np.zeros(20, int), round_it], np.r_[round_it, np.zeros(20, int)]
    graph = build_csr(21, tail, head, np.full(40, 100))
    ticks, place, within = tables(graph, round_it.tolist(), [0] * 20, [99, 199, 200])
    assert within[0, 0].tolist() == [0, 20, 20]
    assert within[1:, 0].tolist() == [[1, 1, 20]] * 20
    assert ticks[:, 0].tolist() == [100] + [0] * 20
    assert place[:, 0].tolist() == [0, *range(20)]
    assert round_it.size > LANES


def test_lanes_and_tables_lie_on_lines_of_the_cache():
    assert all(empty_lanes(rows).ctypes.data % 64 == 0 for rows in range(1, 6))
    one, other = zeros(((3, 5), np.uint16), ((2,), np.uint64))
    assert one.shape == (3, 5) and other.dtype == np.uint64
    assert (other.ctypes.data - one.ctypes.data) % 64 == 0 and not one.any() and not other.any()
