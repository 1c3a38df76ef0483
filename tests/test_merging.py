"""Two networks made one: hand-sized streets, each answer derived beside it."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

import greenmap as gm
from greenmap.engine.components import components
from greenmap.errors import NetworkError

CRS = "EPSG:4543"
X, Y = 500000.0, 2940000.0


def network(*rows, levels=None, highway="tertiary", source="a", crs=CRS):
    shapes = [shapely.LineString([(X + a, Y + b) for a, b in row]) for row in rows]
    level = levels or [0] * len(rows)
    table = gpd.GeoDataFrame({"highway": highway, "level": level}, geometry=shapes, crs=CRS)
    table.attrs = {"source": {"name": source}}
    return gm.network_from_roads(table, crs=crs)


def total(net):
    return net.length_m.sum()


# streets of the office: a street east and one north, crossing at (100, 0)
OFFICE = ([(0, 0), (200, 0)], [(100, -100), (100, 100)])


def test_a_network_with_itself_adds_nothing():
    one = network(*OFFICE)
    both = gm.merge_networks(one, one)
    assert both.notes["merged_metres_added"] == 0
    assert both.notes["merged_metres_dropped"] == both.notes["merged_metres_kept"] == 400
    assert (both.n_nodes, both.n_edges) == (one.n_nodes, one.n_edges)
    assert np.allclose(np.sort(both.length_m), np.sort(one.length_m), atol=1e-3)


def test_the_same_street_drawn_beside_is_dropped_and_the_lane_off_it_kept():
    # the map draws the street 6 m north, and a lane of 60 m from it: the lane stays, and its
    # foot, cut loose at (50, 6), gets a link of 6 m down to the street
    other = network([(0, 6), (50, 6)], [(50, 6), (200, 6)], [(50, 6), (50, 66)],
                    highway="footway", source="b")
    both = gm.merge_networks(network(*OFFICE), other)
    assert both.notes["merged_metres_dropped"] == 200
    assert both.notes["merged_metres_added"] == 60
    assert (both.notes["merged_links"], both.notes["merged_loose"]) == (1, 0)
    assert total(both) == pytest.approx(400 + 60 + 6, rel=1e-3)
    assert components(both.n_nodes, both.tail, both.head).max() == 0
    assert both.source == "a + b"


def test_a_street_across_is_kept_and_joined_where_they_cross():
    # crosses the office's street at (30, 0): no link is needed, both are split there
    both = gm.merge_networks(network(*OFFICE), network([(30, -50), (30, 50)], source="b"))
    assert both.notes["merged_metres_added"] == 100
    assert both.notes["merged_links"] == 0
    assert components(both.n_nodes, both.tail, both.head).max() == 0
    at = np.hypot(both.x - X - 30, both.y - Y) < 0.01
    assert at.sum() == 1


def test_a_bridge_across_is_kept_and_not_joined():
    both = gm.merge_networks(network(*OFFICE),
                             network([(30, -50), (30, 50)], levels=[1], source="b"))
    assert components(both.n_nodes, both.tail, both.head).max() == 1
    assert len(both.bridged_way) == 1


def test_beyond_the_distance_it_is_another_street():
    near = gm.merge_networks(network(*OFFICE), network([(0, 11), (95, 11)], source="b"))
    far = gm.merge_networks(network(*OFFICE), network([(0, 13), (95, 13)], source="b"))
    assert near.notes["merged_metres_added"] == 0
    assert far.notes["merged_metres_added"] == 95
    wide = gm.merge_networks(network(*OFFICE), network([(0, 13), (95, 13)], source="b"),
                             match_m=15)
    assert wide.notes["merged_metres_added"] == 0


def test_who_wins_decides_the_shape():
    other = network([(0, 6), (200, 6)], source="b")
    office = network(*OFFICE)
    one, two = gm.merge_networks(office, other), gm.merge_networks(other, office)
    assert 6 not in (one.y - Y).round(6)
    assert (two.y - Y).round(6).tolist().count(6) >= 2
    # the second keeps the office's street north, of which the first 100 m cross it
    assert two.notes["merged_metres_added"] == 200


def test_networks_far_apart_are_refused():
    away = network([(90000, 0), (90200, 0)], [(90100, -50), (90100, 50)], source="b")
    with pytest.raises(NetworkError) as caught:
        gm.merge_networks(network(*OFFICE), away)
    assert caught.value.key == "network.merge_apart"
    assert "a" in caught.value.text("en") and "b" in caught.value.text("zh")


def test_the_order_of_rows_does_not_matter():
    rows = [[(0, 6), (50, 6)], [(50, 6), (200, 6)], [(50, 6), (50, 66)]]
    one = gm.merge_networks(network(*OFFICE), network(*rows, source="b"))
    two = gm.merge_networks(network(*OFFICE[::-1]), network(*rows[::-1], source="b"))
    assert one.digest == two.digest
