"""Walks within a limit: by hand on the line, against networkx in a town, and against reach."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from measure_world import LAT, LON, STEP, at_nodes, homes_at, line_network, places_at

from greenmap import settings, walks_within
from greenmap.measure.reach import attach_all, reach
from greenmap.model.profile import load_profile
from greenmap.network.tables import network_from_tables


def test_every_place_within_the_limit_is_listed_once_with_its_nearest_entrance():
    # Homes at 0, 5, 5; clinic with entrances at 3 and 8, shop at 9. 100 m a street.
    homes, places = homes_at([0, 5, 5]), places_at([3, 8, 9])
    places["place_id"] = ["clinic", "clinic", "shop"]
    found = walks_within(line_network(), homes, places, limit_min=400, profile="metres")
    assert found.values.tolist() == [
        ["home0", "clinic", 300.0],
        ["home1", "clinic", 200.0], ["home1", "shop", 400.0],  # the limit itself counts
        ["home2", "clinic", 200.0], ["home2", "shop", 400.0],
    ]  # fmt: skip
    assert found.columns.tolist() == ["home_id", "place_id", "walk_m"]
    less = walks_within(line_network(), homes, places, limit_min=399.999, profile="metres")
    assert less["place_id"].tolist() == ["clinic"] * 3


def test_who_is_off_the_streets_is_told_with_the_reason():
    # home1 and the second shop lie some 5 km from the line: no walk, and not merely a long one.
    homes, places = homes_at([0, 5]), places_at([1, 2])
    homes["node"], places["node"] = [0, None], [1, None]
    homes.geometry = homes.geometry.where([True, False], homes.geometry.translate(yoff=0.05))
    places.geometry = places.geometry.where([True, False], places.geometry.translate(yoff=0.05))
    found = walks_within(line_network(), homes, places, limit_min=1000, profile="metres")
    assert found.values.tolist() == [["home0", "amenity0", 100.0]]
    assert found.attrs["left_out"] == (("home", "home1", "too_far"),
                                       ("amenity", "amenity1", "too_far"))  # fmt: skip
    everybody = walks_within(line_network(), homes_at([0]), limit_min=1)
    assert everybody.attrs["left_out"] == ()


def test_without_places_the_nodes_of_the_streets_are_listed():
    # 72 m/min: 3 min are 216 m, so two streets each way; at the end of the line there is one way.
    found = walks_within(line_network(), homes_at([0, 5]), limit_min=3)
    assert found["home_id"].tolist() == ["home0"] * 3 + ["home1"] * 5
    assert found["node"].tolist() == [0, 1, 2, 5, 4, 6, 3, 7]
    minutes = [0, 100 / 72, 200 / 72]
    assert found["walk_min"].tolist() == pytest.approx(minutes + [0] + sorted(minutes[1:] * 2),
                                                       abs=2e-5)  # fmt: skip


def test_one_way_streets_lead_from_the_home_to_the_place():
    nodes = pd.DataFrame({"node": range(3), "lon": LON + STEP * np.arange(3), "lat": LAT})
    edges = pd.DataFrame({"u": [0, 1], "v": [1, 2], "length_m": 100.0})
    network = network_from_tables(nodes, edges, directed=True)
    ends = homes_at([0, 2])
    to_places = walks_within(network, ends, places_at([1]), profile="metres", limit_min=500)
    assert to_places.values.tolist() == [["home0", "amenity0", 100.0]]
    to_nodes = walks_within(network, ends, profile="metres", limit_min=500)
    assert to_nodes["node"].tolist() == [0, 1, 2, 2]


def town(seed, n=60, streets=110):
    """Random streets with lengths of their own, parallel ones and islands among them."""
    random = np.random.default_rng(seed)
    nodes = pd.DataFrame({"node": range(n), "lon": LON + random.uniform(0, 0.02, n),
                          "lat": LAT + random.uniform(0, 0.02, n)})  # fmt: skip
    u, v = random.integers(0, n, (2, streets))
    length_m = random.choice([1.0, 80, 250, 333.3], streets)
    edges = pd.DataFrame({"u": u, "v": v, "length_m": length_m})
    return network_from_tables(nodes, edges[u != v]), edges[u != v], random


@pytest.mark.parametrize("seed", range(5))
def test_walks_are_those_of_networkx(seed):
    network, edges, random = town(seed)
    homes, places = homes_at(random.integers(0, 60, 40)), places_at(random.integers(0, 60, 30))
    places["place_id"] = random.integers(0, 20, 30).astype(str)  # some with several entrances
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(60))
    per_m = 60_000 / load_profile("adult").speed_m_per_min
    for u, v, length in edges.itertuples(index=False):
        graph.add_edge(u, v, ticks=int(np.rint(length * per_m)))
    limit, pairs, nodes = 900_000, set(), set()
    for home, node in homes["node"].items():
        walk = nx.single_source_dijkstra_path_length(graph, node, limit, weight="ticks")
        nodes |= {(home, to, ticks) for to, ticks in walk.items()}
        for place, doors in places.groupby("place_id")["node"]:
            best = min((walk[door] for door in doors if door in walk), default=None)
            if best is not None:
                pairs.add((home, place, best))
    for oracle, given in ((pairs, (homes, places)), (nodes, (homes,))):
        found = walks_within(network, *given)
        found["walk_min"] = np.rint(found["walk_min"] * 60_000).astype(int)
        assert len(found) == len(oracle)
        assert set(found.itertuples(index=False, name=None)) == oracle


def test_it_agrees_with_reach():
    network, _, random = town(9)
    homes, places = homes_at(random.integers(0, 60, 30)), places_at(random.integers(0, 60, 30))
    put = attach_all(network, homes, places)
    table = reach(network, homes, places, bands=(15,), attachments=put).to_frame("pharmacy")
    found = walks_within(network, homes, places, attachments=put).groupby("home_id")
    assert found.size().reindex(homes.index, fill_value=0).tolist() == table["within_15"].tolist()
    first = found.first().reindex(homes.index)
    near = table["within_15"] > 0
    assert near.any() and not near.all()
    assert first["walk_min"][near].tolist() == table["value"][near].tolist()
    assert first["place_id"][near].tolist() == table["place_id"][near].tolist()


def test_threads_and_the_order_of_rows_change_nothing():
    network, _, random = town(3)
    homes, places = homes_at(random.integers(0, 60, 600)), places_at(random.integers(0, 60, 90))
    for given in ((homes, places), (homes,)):
        tables = []
        for threads in (1, 2, 5):
            with settings.use(threads=threads):
                tables.append(walks_within(network, *given))
        shuffled = [table.sample(frac=1, random_state=1) for table in given]
        again = walks_within(network, *shuffled)
        order = again["home_id"].map(homes.index.get_loc).argsort(kind="stable")
        tables.append(again.iloc[order].reset_index(drop=True))
        assert len(tables[0]) > 1000
        for other in tables[1:]:
            pd.testing.assert_frame_equal(tables[0], other, check_exact=True)


def test_nothing_near_is_an_empty_table_and_tables_stay_as_they_are():
    homes, places = homes_at([0]), places_at([10]).drop(columns="place_id")
    before = homes.to_wkb(), places.to_wkb()
    assert walks_within(line_network(), homes, places, limit_min=1).empty
    found = walks_within(line_network(), homes, places, limit_min=15)
    assert found["place_id"].tolist() == ["amenity0"]  # the row is the place
    far = at_nodes([0], "home").drop(columns="node").set_geometry(
        at_nodes([0], "home").translate(0, 1))  # a degree off
    assert walks_within(line_network(), far, places).empty
    assert walks_within(line_network(), far).empty
    assert before[0].equals(homes.to_wkb()) and before[1].equals(places.to_wkb())
