"""Streets, homes and entrances as one directed graph, against networkx as the slow oracle."""

from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from shapely import Point

from greenmap.engine.csr import build_csr
from greenmap.engine.search import distances
from greenmap.model.profile import Profile
from greenmap.network.attach import attach
from greenmap.network.compose import compose
from greenmap.network.islands import islands, mainland_edges
from greenmap.network.open import read_network
from greenmap.network.price import price

WORLDS = Path(__file__).parent / "worlds"
METRES = Profile("m", "m", "m", speed_m_per_min=None)
NETWORKS = {
    name: read_network(WORLDS / f"{name}.osm", cache=False)
    for name in ("line", "grid", "river", "compound")
}


def points(*lonlat, **columns):
    where = [Point(*at) for at in lonlat]
    index = [str(k) for k in range(len(lonlat))]
    return gpd.GeoDataFrame(columns, index=index, geometry=where, crs="EPSG:4326")


def composed(name, homes, places, profile=METRES, **about):
    network = NETWORKS[name]
    joined = attach(network, homes, limit_m=500)
    doors = attach(network, places, limit_m=500, **about)
    return compose(network, price(network, profile), profile, joined, doors), joined, doors


def walks(graph):
    """Metres from each home to each entrance; inf where there is no walk."""
    arcs = nx.MultiDiGraph()
    arcs.add_nodes_from(range(graph.n_nodes))
    arcs.add_weighted_edges_from(
        zip(graph.tail.tolist(), graph.head.tolist(), graph.ticks.tolist(), strict=True)
    )
    table = np.full((len(graph.home_node), len(graph.entrance_node)), np.inf)
    for h, start in enumerate(graph.home_node.tolist()):
        far = nx.single_source_dijkstra_path_length(arcs, start) if start >= 0 else {}
        for e, door in enumerate(graph.entrance_node.tolist()):
            if door in far:
                table[h, e] = (far[door] + int(graph.entrance_ticks[e])) / 1000
    return table


def test_home_and_place_on_one_edge_walk_the_part_between_and_both_legs():
    # edge 2-3 runs from 101.701 to 101.703; home and place stand north of it
    graph, joined, doors = composed(
        "line", points((101.7015, 26.5001)), points((101.7025, 26.5002))
    )
    length = NETWORKS["line"].length_m[1]
    between = (doors.fraction[0] - joined.fraction[0]) * length
    assert between == pytest.approx(length / 2, rel=1e-3)
    expected = between + joined.leg_m[0] + doors.leg_m[0]
    assert walks(graph)[0, 0] == pytest.approx(expected, abs=0.002)  # each part rounded to 1 mm


def test_over_the_river_one_walks_round_by_the_bridge():
    home, school = (101.700, 26.500), (101.700, 26.502)
    graph, *_ = composed("river", points(home), points(school))
    river = NETWORKS["river"]
    bank, bridge = river.length_m[:2].sum(), river.length_m[4]
    assert walks(graph)[0, 0] == pytest.approx(2 * bank + bridge, abs=0.1)


def test_strangers_do_not_cross_a_compound_residents_get_out_both_ways():
    # homes at the south gate (2), in the middle of the lane (7); places at both gates
    homes = points((101.702, 26.5), (101.702, 26.501))
    places = points((101.702, 26.5), (101.702, 26.502))
    graph, *_ = composed("compound", homes, places, public_only=True)
    ring = NETWORKS["compound"]
    lane = ring.length_m[ring.private]
    round_by_street = ring.length_m[~ring.private].sum() / 2
    expected = [[0, round_by_street], [lane[0], lane[1]]]
    assert walks(graph) == pytest.approx(np.array(expected), abs=0.1)
    assert round_by_street > 2.5 * lane.sum()  # the short cut would have shown


def test_a_home_on_steps_it_cannot_use_reaches_nothing():
    wheels = Profile("x", "x", "x", speed_m_per_min=60.0, steps="blocked")
    homes, places = points((101.7035, 26.5001)), points((101.7005, 26.5001))
    assert np.isfinite(walks(composed("line", homes, places)[0])).all()
    assert np.isinf(walks(composed("line", homes, places, wheels)[0])).all()


def test_who_is_not_attached_has_no_node():
    graph, *_ = composed("line", points((101.8, 26.5)), points((101.7, 26.5), (101.8, 26.5)))
    assert graph.home_node.tolist() == [-1]
    assert (graph.entrance_node >= 0).tolist() == [True, False]


def test_given_nodes_add_nothing():
    line = NETWORKS["line"]
    joined = attach(line, points((0, 0), (0, 0), node=[1, 3]))
    graph = compose(line, price(line, METRES), METRES, joined, joined)
    assert graph.n_nodes == line.n_nodes
    assert graph.home_node.tolist() == [0, 2]
    assert graph.entrance_ticks.tolist() == [0, 0]


def test_arcs_say_which_part_of_which_edge_they_are():
    graph, joined, _ = composed("line", points((101.7015, 26.5001)), points((101.7025, 26.5002)))
    street = graph.arc_edge >= 0
    assert (~street).sum() == 1  # the home's leg
    part = np.abs(graph.arc_to - graph.arc_from)[street]
    # both directions of every edge are covered exactly once
    assert np.bincount(graph.arc_edge[street], weights=part) == pytest.approx([2, 2, 2])
    line = NETWORKS["line"]
    inner = graph.arc_edge[street] == 1
    start = graph.node_x[graph.tail[street][inner]]
    expected = line.x[1] + (line.x[2] - line.x[1]) * graph.arc_from[street][inner]
    assert start == pytest.approx(expected, abs=1e-3)
    assert len(graph.node_x) == graph.n_nodes == line.n_nodes + 3


SPOT = st.tuples(st.integers(0, 60), st.integers(-10, 60)).map(
    lambda at: (101.7 + at[0] / 1e4, 26.5 + at[1] / 1e4)
)


@how(max_examples=40, deadline=None)
@given(st.lists(SPOT, min_size=1, max_size=5), st.lists(SPOT, min_size=1, max_size=3),
       st.lists(SPOT, max_size=6), st.sampled_from(["grid", "compound", "river"]))
def test_splitting_edges_changes_no_walk(homes, places, others, name):
    alone, *_ = composed(name, points(*homes), points(*places))
    crowded, *_ = composed(name, points(*homes, *others), points(*places))
    assert np.array_equal(walks(alone), walks(crowded)[: len(homes)])


def town_with(joined):
    """The streets of the grid, cut wherever somebody joins an edge; names of nodes, of joints."""
    grid, town = NETWORKS["grid"], nx.MultiGraph()
    edge = np.concatenate([each.edge for each in joined])
    at = np.concatenate([each.fraction for each in joined])
    for e, (tail, head) in enumerate(zip(grid.tail.tolist(), grid.head.tolist(), strict=True)):
        cuts = sorted({0.0, 1.0, *at[edge == e].tolist()})
        name = [tail, *((e, cut) for cut in cuts[1:-1]), head]
        mm = np.rint(np.array(cuts) * np.rint(grid.length_m[e] * 1000)).astype(int)
        for k, length in enumerate(np.diff(mm).tolist()):
            town.add_edge(name[k], name[k + 1], weight=length)
    ends = {0.0: grid.tail, 1.0: grid.head}
    return town, [[ends[f][e] if f in ends else (e, f)
                   for e, f in zip(each.edge.tolist(), each.fraction.tolist(), strict=True)]
                  for each in joined]  # fmt: skip


@how(max_examples=40, deadline=None)
@given(st.lists(SPOT, min_size=1, max_size=5), st.lists(SPOT, min_size=1, max_size=5))
def test_walks_of_who_stands_on_edges_are_those_of_networkx(homes, places):
    graph, *joined = composed("grid", points(*homes), points(*places))
    town, (starts, doors) = town_with(joined)
    legs = [np.rint(each.leg_m * 1000).astype(int) for each in joined]
    reverse = build_csr(graph.n_nodes, graph.head, graph.tail, graph.ticks)
    for d, door in enumerate(doors):
        far = nx.single_source_dijkstra_path_length(town, door)
        truth = [far[start] + legs[0][h] + legs[1][d] for h, start in enumerate(starts)]
        found = distances(reverse, [graph.entrance_node[d]], [graph.entrance_ticks[d]],
                          limit=10**9)  # fmt: skip
        assert found[graph.home_node].tolist() == truth


@how(max_examples=40, deadline=None)
@given(st.lists(SPOT, min_size=2, max_size=5), st.lists(SPOT, min_size=1, max_size=3))
def test_the_order_of_homes_does_not_matter(homes, places):
    one, *_ = composed("grid", points(*homes), points(*places))
    other, *_ = composed("grid", points(*homes[::-1]), points(*places))
    assert np.array_equal(walks(one), walks(other)[::-1])
    for name in ("tail", "head", "arc_edge", "arc_from", "arc_to"):
        streets = one.arc_edge >= 0
        assert np.array_equal(getattr(one, name)[streets], getattr(other, name)[streets])


def test_islands_are_parts_without_residents_or_small_and_without_places():
    river = NETWORKS["river"]
    town = attach(river, points((101.700, 26.5), (101.7, 26.502)))
    lone = attach(river, points((101.7105, 26.505)))
    nobody = attach(river, points())
    table = islands(river, town, town)
    assert table["nodes"].tolist() == [6, 2]
    assert table["junctions"].tolist() == [2, 2]
    assert table["homes"].tolist() == [2, 0]
    assert table["island"].tolist() == [False, True]  # both banks are one part; nobody beyond
    assert mainland_edges(river, table).tolist() == [True] * 5 + [False]
    again = attach(river, points((101.7105, 26.505)), edges=mainland_edges(river, table))
    assert again.status.tolist() == ["too_far"]  # not on the stub beside it
    # the largest part is land whoever lives there; the stub holds a home, but no place
    assert islands(river, lone, nobody)["island"].tolist() == [False, True]
    assert islands(river, lone, lone)["island"].tolist() == [False, False]
