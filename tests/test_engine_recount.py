"""Searches kept to a corridor, and from which points a street's walks are searched."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from greenmap.engine.corridor import Ball, enter, make_buckets, search, sweep
from greenmap.engine.csr import build_csr
from greenmap.engine.recount import Points, split


def ball(ceiling):
    """Give room for one search below a ceiling."""
    array = np.array(ceiling, np.uint32)
    return Ball(array.copy(), array, np.empty(array.size + 1, np.uint32))


def line(n, ticks, ceiling, limit):
    """Search a line of nodes from node 0, below a ceiling; return labels, and them swept."""
    graph = build_csr(n, [*range(n - 1), *range(1, n)], [*range(1, n), *range(n - 1)], ticks * 2)
    buckets, room = make_buckets(n, limit, graph.mean_ticks), ball(ceiling)
    source = np.zeros(1, np.uint32)
    reached = enter(buckets, room, source, source, 0, 1, np.uint64(0))
    reached = search(graph.arrays, buckets, room, reached)
    found = room.label.tolist()
    sweep(room, reached)
    assert (buckets.ring == np.arange(len(buckets.ring))[:, None]).all()
    return found, room.label.tolist()


def test_a_search_goes_as_far_as_the_limit_and_leaves_no_trace():
    # 0 -3- 1 -4- 2 -0- 3 -1- 4: the limit of 7 counts, 8 is beyond.
    found, swept = line(5, [3, 4, 0, 1], [8] * 5, 7)
    assert found == [0, 3, 7, 7, 8] and swept == [8] * 5


def test_a_search_keeps_to_its_corridor():
    # Node 2 is wanted below 7 only, so nothing behind it is reached either.
    found, swept = line(5, [3, 4, 0, 1], [8, 8, 7, 8, 8], 7)
    assert found == [0, 3, 7, 8, 8] and swept == [8, 8, 7, 8, 8]


def points(walks, nodes):
    """Points by rising walk to end 0 of a street, each with one entrance at a node."""
    size, order = len(walks), np.arange(len(walks))
    walk = np.full((2, size), 999, np.uint32)
    walk[0] = sorted(walks)
    return Points(order, order + 1, np.array(nodes, np.uint32), np.zeros(size, np.uint32),
                  walk, np.zeros((2, size), np.int64), order)  # fmt: skip


walks = st.lists(st.integers(0, 9), min_size=1, max_size=7)


@given(walks, walks, st.integers(0, 20), st.data())
def test_rows_and_places_to_search_from_are_the_fewest_that_meet_each_pair(one, two, limit, data):
    rows = points(one, range(len(one)))
    shared = data.draw(st.lists(st.integers(0, 2), min_size=len(two), max_size=len(two)))
    places = points(two, sorted(shared))  # those at one node are searched from once
    rows = rows._replace(walk=rows.walk[::-1].copy())  # the rows are next to the other end
    n, m = split(rows, places, np.array([len(one), len(two)]), 0, np.uint64(1), np.uint64(limit))
    left = rows.walk[1].astype(int), places.walk[0].astype(int)

    def met(n, m):
        return all(i < n or j < m or a + 1 + b > limit
                   for i, a in enumerate(left[0]) for j, b in enumerate(left[1]))  # fmt: skip

    def searches(n, m):
        return n + len(set(places.node[:m].tolist()))

    assert met(n, m)
    every = [(i, j) for i in range(len(one) + 1) for j in range(len(two) + 1) if met(i, j)]
    assert searches(n, m) == min(searches(*each) for each in every)
