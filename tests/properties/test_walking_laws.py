"""Laws of walking that hold on every graph, and equality with two independent oracles."""

from __future__ import annotations

from dataclasses import dataclass, replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from greenmap.engine.counting import counts, counts_and_nearest
from greenmap.engine.csr import build_csr
from greenmap.engine.rounds import reach_sets
from greenmap.engine.search import Sources, distances, nearest
from greenmap.network.open import read_network
from greenmap.units import UNREACHED

CATEGORIES = 3
quick = settings(max_examples=150, deadline=None)


@dataclass(frozen=True)
class World:
    """A small town: arcs (from, to, ticks) and places ([(node, leg), …], [category, …])."""

    n: int
    arcs: tuple
    places: tuple
    rows: tuple
    bands: tuple

    @property
    def limit(self):
        return self.bands[-1]


@st.composite
def worlds(draw):
    """Small numbers, so that ties, zero lengths, islands and limits exactly hit are common."""
    n = draw(st.integers(1, 9))
    node = st.integers(0, n - 1)
    arcs = draw(st.lists(st.tuples(node, node, st.integers(0, 6)), max_size=24))
    if draw(st.booleans()):  # streets walkable both ways
        arcs += [(head, tail, ticks) for tail, head, ticks in arcs]
    entrances = st.lists(st.tuples(node, st.integers(0, 3)), max_size=3)
    category = st.lists(st.integers(0, CATEGORIES - 1), max_size=3)
    places = draw(st.lists(st.tuples(entrances, category), max_size=5))
    kept = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    order = draw(st.permutations(range(sum(kept))))
    rows = np.full(n, -1)
    rows[np.flatnonzero(kept)] = order
    bands = draw(st.sets(st.integers(0, 15), min_size=1, max_size=3))
    return World(n, tuple(arcs), tuple(places), tuple(rows.tolist()), tuple(sorted(bands)))


def sources_of(places):
    doors = [door for entrances, _ in places for door in entrances]
    node, leg = np.array(doors, np.int64).reshape(-1, 2).T
    return Sources(
        np.cumsum([0, *(len(entrances) for entrances, _ in places)]), node, leg,
        np.cumsum([0, *(len(category) for _, category in places)]),
        np.array([c for _, category in places for c in category], np.int64),
    )  # fmt: skip


def walk(world, threads=1, limit=None):
    """Ticks and place per row and category, and counts, of a world."""
    tail, head, ticks = np.array(world.arcs, np.int64).reshape(-1, 3).T
    reverse = build_csr(world.n, head, tail, ticks)
    given = {
        "categories": CATEGORIES, "rows": world.rows, "n_rows": max(world.rows) + 1,
        "threads": threads,
    }  # fmt: skip
    sources = sources_of(world.places)
    limit = world.limit if limit is None else limit
    ticks, place = nearest(reverse, sources, limit=limit, **given)
    apart = ticks, place, counts(reverse, sources, bands=world.bands, **given)
    at_once = counts_and_nearest(reverse, sources, bands=world.bands, limit=limit, **given)
    assert same(apart, at_once)
    return apart


def networkx_walks(world):
    """Walk from each node to each place, inf where there is none."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(world.n))
    for tail, head, ticks in world.arcs:
        graph.add_edge(head, tail, weight=ticks)
    for number, (entrances, _) in enumerate(world.places):
        graph.add_node(("place", number))
        for node, leg in entrances:
            graph.add_edge(("place", number), node, weight=leg)
    walks = np.full((world.n, len(world.places)), np.inf)
    for number in range(len(world.places)):
        found = nx.single_source_dijkstra_path_length(graph, ("place", number))
        for node in range(world.n):
            walks[node, number] = found.get(node, np.inf)
    return walks


def scipy_walks(world):
    """The same by matrix; scipy adds parallel arcs up, so the cheapest are chosen here."""
    cheapest = {}
    for tail, head, ticks in world.arcs:
        cheapest[head, tail] = min(ticks, cheapest.get((head, tail), ticks))
    for number, (entrances, _) in enumerate(world.places):
        for node, leg in entrances:
            key = (world.n + number, node)
            cheapest[key] = min(leg, cheapest.get(key, leg))
    size = world.n + len(world.places)
    ends = np.array(list(cheapest), np.int64).reshape(-1, 2).T
    weight = np.array(list(cheapest.values()), float)
    matrix = coo_matrix((weight, tuple(ends)), shape=(size, size)).tocsr()
    if not world.places:
        return np.empty((world.n, 0))
    return dijkstra(matrix, indices=range(world.n, size))[:, : world.n].T


def expected(world, walks):
    """What the three tables must hold, by plain loops over every place."""
    n_rows = max(world.rows) + 1
    ticks = np.full((n_rows, CATEGORIES), UNREACHED, np.uint32)
    place = np.full((n_rows, CATEGORIES), -1, np.int32)
    within = np.zeros((n_rows, CATEGORIES, len(world.bands)), np.uint16)
    for node, row in enumerate(world.rows):
        for number, (_, category) in enumerate(world.places):
            for c in set(category) if row >= 0 else ():
                there = walks[node, number]
                if there <= world.limit and there < ticks[row, c]:
                    ticks[row, c], place[row, c] = there, number
                for b, band in enumerate(world.bands):
                    within[row, c, b] += there <= band
    return ticks, place, within


def same(one, other):
    pairs = zip(one, other, strict=True)
    return all(a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in pairs)


@quick
@given(worlds())
@pytest.mark.parametrize("oracle", [networkx_walks, scipy_walks])
def test_walks_are_those_of_the_oracle(oracle, world):
    assert same(walk(world), expected(world, oracle(world)))


@quick
@given(worlds())
def test_the_number_of_threads_changes_no_byte(world):
    one = walk(world)
    assert same(one, walk(world, threads=2))
    assert same(one, walk(world, threads=5))


@quick
@given(worlds(), st.randoms())
def test_the_order_of_arcs_and_entrances_changes_no_byte(world, random):
    arcs = random.sample(world.arcs, len(world.arcs))
    places = tuple((random.sample(e, len(e)), random.sample(c, len(c))) for e, c in world.places)
    assert same(walk(world), walk(replace(world, arcs=tuple(arcs), places=places)))


def never_longer(before, after):
    return (after[0] <= before[0]).all() and (after[2] >= before[2]).all()


@quick
@given(worlds(), st.data())
def test_adding_a_place_an_arc_or_an_entrance_never_lengthens_a_walk(world, data):
    node = st.integers(0, world.n - 1)
    before = walk(world)
    arc = data.draw(st.tuples(node, node, st.integers(0, 6)))
    assert never_longer(before, walk(replace(world, arcs=(*world.arcs, arc))))
    door = data.draw(st.tuples(node, st.integers(0, 3)))
    new = ([door], list(range(CATEGORIES)))
    assert never_longer(before, walk(replace(world, places=(*world.places, new))))
    if world.places:
        (entrances, category), *rest = world.places
        wider = (([*entrances, door], category), *rest)
        assert never_longer(before, walk(replace(world, places=wider)))


@quick
@given(worlds(), st.integers(1, 10))
def test_more_time_never_shrinks_what_is_reached(world, more):
    ticks, place, within = walk(world)
    later_ticks, later_place, _ = walk(world, limit=world.limit + more)
    reached = ticks != UNREACHED
    assert (later_ticks[reached] == ticks[reached]).all()
    assert (later_place[reached] == place[reached]).all()
    assert (later_ticks[~reached] > world.limit).all()
    assert (np.diff(within.astype(int), axis=2) >= 0).all()


@quick
@given(worlds(), st.data())
def test_splitting_an_arc_changes_no_walk(world, data):
    if not world.arcs:
        return
    at = data.draw(st.integers(0, len(world.arcs) - 1))
    tail, head, ticks = world.arcs[at]
    first = data.draw(st.integers(0, ticks))
    halves = ((tail, world.n, first), (world.n, head, ticks - first))
    arcs = (*world.arcs[:at], *halves, *world.arcs[at + 1 :])
    split = replace(world, n=world.n + 1, arcs=arcs, rows=(*world.rows, -1))
    assert same(walk(world), walk(split))


@quick
@given(worlds(), st.integers(0, 8), st.integers(0, 8))
def test_there_is_as_far_as_back_in_the_reverse_graph(world, a, b):
    a, b = a % world.n, b % world.n
    tail, head, ticks = np.array(world.arcs, np.int64).reshape(-1, 3).T
    there = distances(build_csr(world.n, tail, head, ticks), [a], [0], limit=world.limit)
    back = distances(build_csr(world.n, head, tail, ticks), [b], [0], limit=world.limit)
    assert there[b] == back[a]


def off_by_s(length_m, m_per_min):
    """Seconds by which a walk along a street of such edges is off."""
    exact = np.asarray(length_m) / m_per_min * 60_000
    tail = np.arange(exact.size)
    graph = build_csr(exact.size + 1, tail, tail + 1, np.rint(exact).astype(np.int64))
    return abs(distances(graph, [0], [0], limit=2**31)[-1] - exact.sum()) / 1000


@pytest.mark.parametrize("m_per_min", [80.0, 70.3, 53.9])
def test_a_quarter_of_an_hour_over_10_m_edges_is_off_by_a_fiftieth_of_a_second(m_per_min):
    # Each edge is rounded once to 1 ms, so a walk of k edges is off by about 0.29 ms * sqrt(k):
    # 3 ms for 120 edges. 300 streets of edges between 8 and 12 m.
    random = np.random.default_rng(20)
    edges = round(15 * m_per_min / 10)
    off = [off_by_s(random.uniform(8, 12, edges), m_per_min) for _ in range(300)]
    assert 0.001 < np.mean(off) < 0.003 and max(off) <= 0.02


def test_edges_of_equal_length_may_be_off_by_half_a_millisecond_each_and_no_more():
    # 10 m are 7,500 ms at 80 m/min: nothing to round. At 72 m/min they are 8,333.3: 108 edges,
    # each a third of a millisecond short. 10.00066 m at 80 m/min are 7,500.495: 120 edges, each
    # almost half a millisecond short, which is the worst there is.
    assert off_by_s([10.0] * 120, 80.0) == 0
    assert off_by_s([10.0] * 108, 72.0) == pytest.approx(0.036, abs=1e-6)
    assert off_by_s([10.00066] * 120, 80.0) == pytest.approx(120 * 0.000495, abs=1e-6)


@pytest.mark.parametrize("file", ["panzhihua_2022.osm", "helsinki_centre_2019.osm.pbf"])
def test_on_real_streets_no_walk_of_a_quarter_of_an_hour_is_off_by_a_fiftieth(shared_data, file):
    # Costs in floating point, searched by scipy. Edges there are 26 and 14 m long on average.
    network = read_network(shared_data / "osm" / file)
    ends = np.append(network.tail, network.head), np.append(network.head, network.tail)
    exact = np.tile(network.length_m / 80 * 60_000, 2)
    graph = build_csr(network.n_nodes, *ends, np.rint(exact).astype(np.int64))
    shortest = np.lexsort((exact, *ends))
    _, first = np.unique(np.stack(ends)[:, shortest], axis=1, return_index=True)
    kept = shortest[first]
    matrix = coo_matrix((np.maximum(exact[kept], 1e-6), (ends[0][kept], ends[1][kept])),
                        shape=(network.n_nodes, network.n_nodes)).tocsr()  # fmt: skip
    origins = np.random.default_rng(1).choice(network.n_nodes, 40, replace=False)
    start, node, ticks = reach_sets(graph, origins, limit=900_000)
    walks = dijkstra(matrix, indices=origins, limit=900_100)
    truth = walks[np.repeat(np.arange(40), np.diff(start)), node]
    assert node.size > 10_000 and np.abs(ticks - truth).max() <= 20
    assert (np.isfinite(walks) & (walks <= 899_980)).sum() <= node.size
