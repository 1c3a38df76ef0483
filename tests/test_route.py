from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
import walled_world
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_world import LAT, LON, STEP, homes_at, line_network, places_at
from pyproj import Geod

from greenmap import i18n
from greenmap.errors import NetworkError, TableError
from greenmap.measure.reach import attach_all, reach
from greenmap.measure.route import route
from greenmap.model.profile import load_profile
from greenmap.network.tables import network_from_tables
from greenmap.units import UNREACHED

UNEVEN = (97.1234, 103.77, 88.0005, 100, 100.1, 99.9, 1.5, 0, 77, 100)


def off_street(table, north_m):
    """Without nodes, moved north: 110,800 m a degree of latitude at 26.6 N."""
    table = table.drop(columns="node")
    return table.set_geometry(table.geometry.translate(0, north_m / 110_800))


def in_plane(network, table, k=0):
    return table.geometry.to_crs(network.crs).iloc[k].coords[0]


def test_a_walk_along_the_line_is_read_off():
    network = line_network()
    homes, places = homes_at([2]), places_at([7])
    walk = route(network, "home0", "amenity0", homes=homes, amenities=places)
    # five edges of 100 m, each rounded to 1 ms at 72 m/min
    assert walk.metres == 500.0
    assert walk.minutes == pytest.approx(500 / 72, abs=5 * 0.5 / 60_000)
    assert (walk.home_leg_m, walk.amenity_leg_m, walk.climb_m) == (0.0, 0.0, None)
    assert (walk.home_id, walk.amenity_id, walk.profile) == ("home0", "amenity0", "adult")
    # the nodes themselves are 0.001005 degrees of longitude apart
    _, _, apart = Geod(ellps="WGS84").inv(LON + 2 * STEP, LAT, LON + 7 * STEP, LAT)
    assert walk.straight_m == pytest.approx(apart, abs=0.001)
    assert walk.line.coords[0] == pytest.approx((network.x[2], network.y[2]))
    assert walk.line.coords[-1] == pytest.approx((network.x[7], network.y[7]))
    assert len(walk.line.coords) == 6


def test_the_legs_are_part_of_the_walk_and_of_the_line():
    network = line_network()
    homes, places = off_street(homes_at([2.5]), 40), off_street(places_at([6]), -20)
    walk = route(network, "home0", "amenity0", homes=homes, amenities=places, profile="metres")
    # half an edge, three edges, and the legs
    assert walk.metres == pytest.approx(350 + 40 + 20, abs=0.2)
    assert (walk.home_leg_m, walk.amenity_leg_m) == pytest.approx((40, 20), abs=0.1)
    assert walk.minutes is None
    assert walk.line.coords[0] == pytest.approx(in_plane(network, homes))
    assert walk.line.coords[-1] == pytest.approx(in_plane(network, places))
    # home, its foot, nodes 3, 4, 5, the entrance's foot (on node 6), the entrance
    assert len(walk.line.coords) == 7


@pytest.mark.parametrize("profile", ["metres", "adult", "elderly", "wheelchair"])
def test_a_walk_is_what_reach_says(profile):
    network = line_network(lengths=UNEVEN)
    homes = off_street(homes_at([0.3, 2.5, 5.21, 9.9]), 33.3)
    places = off_street(places_at([1.7, 8.2], place_id=["b", "a"]), 12.3)
    joined = attach_all(network, homes, places)
    table = reach(network, homes, places, profile=profile, attachments=joined)
    for k, home in enumerate(homes.index):
        place = table.place_id[table.place[k, 0]]
        walk = route(network, home, place, homes=homes, amenities=places, profile=profile,
                     attachments=joined)
        said = walk.metres if profile == "metres" else walk.minutes
        assert said == table.nearest[k, 0]


def test_the_entrance_with_the_shortest_walk_is_taken_or_the_one_asked_for():
    places = places_at([0, 8], place_id="school")
    args = {"homes": homes_at([7]), "amenities": places, "profile": "metres"}
    walk = route(line_network(), "home0", "school", **args)
    assert (walk.amenity_id, walk.metres) == ("amenity1", 100.0)
    walk = route(line_network(), "home0", "amenity0", **args)
    assert (walk.amenity_id, walk.metres) == ("amenity0", 700.0)


def test_home_and_place_may_be_points():
    here, there = shapely.Point(LON + STEP, LAT), shapely.Point(LON + 4 * STEP, LAT)
    walk = route(line_network(), here, there, profile="metres")
    assert walk.metres == pytest.approx(300, abs=0.1)
    assert walk.home_id == "point"


def test_at_the_place_itself_the_walk_is_nothing():
    walk = route(line_network(), "home0", "amenity0", homes=homes_at([3]),
                 amenities=places_at([3]))
    assert (walk.metres, walk.minutes, walk.straight_m) == (0.0, 0.0, 0.0)
    assert walk.line.length == 0.0


def test_equal_ways_go_over_the_lower_nodes_and_free_edges_are_no_circle():
    # a square 0-1-3 and 0-2-3; from 3 to 4 a free edge, and one more, walked at no cost
    at = {0: (0, 0), 1: (1, 1), 2: (1, -1), 3: (2, 0), 4: (2, 0), 5: (3, 0)}
    nodes = pd.DataFrame([(n, 101.7 + x / 1000, 26.5 + y / 1000) for n, (x, y) in at.items()],
                         columns=["node", "lon", "lat"])
    edges = pd.DataFrame({"u": [0, 0, 1, 2, 3, 3, 4], "v": [1, 2, 3, 3, 4, 4, 5],
                          "length_m": [100.0, 100, 100, 100, 0, 0, 50]})
    network = network_from_tables(nodes, edges)
    homes, places = homes_at([0]), places_at([5])
    walk = route(network, "home0", "amenity0", homes=homes, amenities=places, profile="metres")
    assert walk.metres == 250.0
    assert walk.line.coords[1] == pytest.approx((network.x[1], network.y[1]))
    assert len(walk.line.coords) == 4  # nodes 3 and 4 are at one place


def test_nobody_walks_through_a_strangers_street():
    # 0 - 1 - 2 with 0-2 for residents only, shorter; it may not be entered from a public node
    nodes = pd.DataFrame({"node": [0, 1, 2], "lon": [101.7, 101.701, 101.702],
                          "lat": [26.5, 26.501, 26.5]})
    edges = pd.DataFrame({"u": [0, 1, 0], "v": [1, 2, 2], "length_m": [150.0, 150.0, 200.0],
                          "access": ["", "", "private"]})
    walk = route(network_from_tables(nodes, edges), "home0", "amenity0", homes=homes_at([0]),
                 amenities=places_at([2]), profile="metres")
    assert walk.metres == 300.0


@st.composite
def graphs(draw):
    """Small towns with parallel edges, islands, and edges of no length."""
    n = draw(st.integers(2, 8))
    node = st.integers(0, n - 1)
    edges = draw(st.lists(st.tuples(node, node, st.integers(0, 4)), min_size=1, max_size=16))
    return n, [edge for edge in edges if edge[0] != edge[1]], draw(node), draw(node)


@settings(max_examples=60)
@given(graphs())
def test_a_walk_is_as_long_as_networkx_says_and_its_line_hangs_together(town):
    n, edges, home, place = town
    if not edges:
        return
    nodes = pd.DataFrame({"node": range(n), "lon": 101.7 + 0.001 * np.arange(n),
                          "lat": 26.5 + 0.001 * (np.arange(n) ** 2 % 5)})
    table = pd.DataFrame(edges, columns=["u", "v", "length_m"]).astype({"length_m": float})
    network = network_from_tables(nodes, table)
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from(edges)
    args = {"homes": homes_at([home]), "amenities": places_at([place]), "profile": "metres"}
    try:
        length = nx.shortest_path_length(graph, home, place, weight="weight")
    except nx.NetworkXNoPath:
        with pytest.raises(NetworkError):
            route(network, "home0", "amenity0", **args)
        return
    walk = route(network, "home0", "amenity0", **args)
    assert walk.metres == length
    # corners of the line are nodes joined by edges that add up to the walk
    place_of = {(round(x, 3), round(y, 3)): k for k, (x, y) in
                enumerate(zip(network.x, network.y, strict=True))}
    corners = [place_of[round(x, 3), round(y, 3)] for x, y in walk.line.coords]
    assert (corners[0], corners[-1]) == (home, place)
    steps = [(a, b) for a, b in zip(corners, corners[1:], strict=False) if a != b]
    assert sum(min(d["weight"] for d in graph[a][b].values()) for a, b in steps) == length


def test_no_way_and_ends_off_the_street_are_named():
    nodes = pd.DataFrame({"node": [0, 1, 2, 3], "lon": [101.7, 101.701, 101.71, 101.711],
                          "lat": 26.58})
    edges = pd.DataFrame({"u": [0, 2], "v": [1, 3], "length_m": [100.0, 100.0]})
    network = network_from_tables(nodes, edges)
    homes, places = homes_at([0]), places_at([3])
    assert reach(network, homes, places).ticks[0, 0] == UNREACHED
    with pytest.raises(NetworkError) as caught:
        route(network, "home0", "amenity0", homes=homes, amenities=places)
    assert caught.value.key == "measure.no_route"
    for lang in ("zh", "en"):
        told = caught.value.text(lang)
        assert "home0" in told and "amenity0" in told and "adult" in told
    far = off_street(homes_at([5]), 300)
    with pytest.raises(NetworkError) as caught:
        route(line_network(), "home0", "amenity0", homes=far, amenities=places_at([3]))
    assert caught.value.key == "measure.route_end_off"
    assert "300" in caught.value.text("en") and caught.value.facts["end"] == "home0"
    for home, amenity, key in (("x", "amenity0", "home"), ("home0", "x", "amenity")):
        with pytest.raises(TableError) as caught:
            route(network, home, amenity, homes=homes, amenities=places)
        assert caught.value.key == f"measure.{key}_unknown"
        assert "x" in i18n.text(caught.value.key, "zh", **caught.value.facts)
    with pytest.raises(TableError):
        route(network, "home0", "amenity0", homes=homes)


def test_steps_that_a_wheelchair_can_t_take_are_walked_around():
    nodes = pd.DataFrame({"node": [0, 1, 2], "lon": [101.7, 101.701, 101.702],
                          "lat": [26.5, 26.501, 26.5]})
    edges = pd.DataFrame({"u": [0, 1, 0], "v": [1, 2, 2], "length_m": [150.0, 150.0, 100.0],
                          "highway": ["footway", "footway", "steps"]})
    network = network_from_tables(nodes, edges)
    args = {"homes": homes_at([0]), "amenities": places_at([2])}
    assert route(network, "home0", "amenity0", profile="wheelchair", **args).metres == 300.0
    assert route(network, "home0", "amenity0", profile="metres", **args).metres == 100.0
    assert load_profile("wheelchair").steps == "blocked"


def test_climb_is_what_goes_up_on_the_way_walked():
    # every edge rises by 6 m to its middle and falls by 2 m to its head
    heights = {"height_start": 3 * np.arange(11), "height_m": np.tile([0.0, 6.0, 4.0], 10)}
    network = replace(line_network(), **heights)
    args = {"homes": off_street(homes_at([2.5, 4]), 0), "profile": "metres"}
    there = route(network, "home0", "amenity0", amenities=places_at([4]), **args)
    back = route(network, "home1", "amenity0", amenities=off_street(places_at([2.5]), 0), **args)
    # there: half of edge 2 down, edge 3 up 6, down 2; back: up 2, down 6, up 2
    assert (there.metres, back.metres) == pytest.approx((150, 150), abs=0.1)
    assert (there.climb_m, back.climb_m) == pytest.approx((6, 4), abs=0.01)


def test_the_gate_gone_through_is_named():
    # a compound 100 m x 100 m with a lane from (50, 50) south to the street; gate at (50, 0)
    lane = walled_world.streets({1: (50, 50), 2: (50, -5), 3: (150, -5)}, [(1, 2), (2, 3)])
    network = walled_world.walled(lane, gates=walled_world.points((50, 0), access=["all"]),
                                  compounds=walled_world.areas((0, 0, 100, 100)))
    homes = walled_world.points((50, 50), prefix="h")
    places = walled_world.points((150, -5), prefix="p")
    args = {"homes": homes, "amenities": places, "profile": "metres"}
    walk = route(network, "h0", "p0", **args)
    assert walk.metres == pytest.approx(155, abs=0.01)
    assert walk.gates == ("g0",)
    assert route(lane, "h0", "p0", **args).gates == ()
    shut = walled_world.walled(lane, gates=walled_world.points((50, 0), access=["closed"]),
                               compounds=walled_world.areas((0, 0, 100, 100)))
    with pytest.raises(NetworkError) as caught:
        route(shut, "h0", "p0", **args)
    assert caught.value.key == "measure.no_route"
