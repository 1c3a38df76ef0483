"""Where points join the street, and why some don't."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Geod
from shapely import Point

from greenmap.errors import CrsError, NetworkError
from greenmap.network.attach import attach
from greenmap.network.open import read_network
from greenmap.network.tables import network_from_tables

WORLDS = Path(__file__).parent / "worlds"
GEOD = Geod(ellps="WGS84")
# 0.0001 degrees along the meridian at 26.5 N: 11.08 m
NORTH_M = GEOD.inv(101.70, 26.50, 101.70, 26.5001)[2]


def points(*lonlat, **columns):
    index = [f"h{k}" for k in range(len(lonlat))]
    where = [Point(*at) if at else None for at in lonlat]
    return gpd.GeoDataFrame(columns, index=index, geometry=where, crs="EPSG:4326")


@pytest.fixture(scope="module")
def line():
    return read_network(WORLDS / "line.osm", cache=False)


def test_a_point_joins_its_nearest_edge_at_the_foot_of_the_plumb_line(line):
    # 0.0001 degrees north of the middle of edge 2-3 (101.701 to 101.703)
    found = attach(line, points((101.702, 26.5001)))
    assert found.edge.tolist() == [1]
    assert found.fraction[0] == pytest.approx(0.5, abs=1e-4)
    assert found.leg_m[0] == pytest.approx(NORTH_M, abs=1e-3)
    assert found.status.tolist() == ["edge"]


def test_of_equally_near_edges_the_lowest_is_taken(line):
    # on node 2, where edges 0 and 1 meet, and on node 3, where 1 and 2 do
    found = attach(line, points((101.701, 26.5), (101.703, 26.5)))
    assert found.edge.tolist() == [0, 1]
    assert found.fraction.tolist() == [1.0, 1.0]
    assert found.leg_m == pytest.approx([0, 0], abs=1e-6)


def test_the_limit_itself_counts_and_beyond_it_the_cause_is_named(line):
    table = points((101.702, 26.5001), (101.702, 26.502), (101.702, 26.6))
    at_limit = attach(line, table).leg_m[0]
    assert attach(line, table, limit_m=at_limit).status[0] == "edge"
    assert attach(line, table, limit_m=at_limit - 1e-6).status[0] == "too_far"
    found = attach(line, table)
    assert found.status.tolist() == ["edge", "too_far", "outside_data"]
    assert found.edge.tolist() == [1, -1, -1]
    assert found.attached.tolist() == [True, False, False]
    # how far off is told for those too: 0.002 degrees of latitude
    assert found.leg_m[1] == pytest.approx(20 * NORTH_M, rel=1e-4)


def test_a_given_node_is_taken_as_it_is(line):
    table = points((101.702, 26.5001), None, (101.9, 26.9), node=[None, "4", 2.0])
    found = attach(line, table)
    assert found.status.tolist() == ["edge", "node", "node"]
    assert found.node.tolist() == [-1, 3, 1]
    assert found.leg_m[1:].tolist() == [0.0, 0.0]


def test_an_unknown_node_is_named_with_its_row(line):
    with pytest.raises(NetworkError) as caught:
        attach(line, points((101.7, 26.5), (101.7, 26.5), node=[1, 77]))
    assert caught.value.facts["first"] == "77"
    assert caught.value.facts["rows"] == "h1"


def test_strangers_do_not_join_a_private_lane():
    compound = read_network(WORLDS / "compound.osm", cache=False)
    inside = points((101.7021, 26.501))  # beside node 7, the middle of the lane
    assert compound.private[attach(compound, inside).edge[0]]
    assert attach(compound, inside, public_only=True, limit_m=500).status.tolist() == ["edge"]
    public = attach(compound, inside, public_only=True, limit_m=500)
    assert not compound.private[public.edge[0]]


def test_edges_can_be_chosen(line):
    only = np.array([False, False, True])
    assert attach(line, points((101.702, 26.5)), limit_m=500, edges=only).edge.tolist() == [2]


def test_a_point_without_place_and_a_network_without_edges_are_said():
    nodes = pd.DataFrame({"node": [1, 2], "lon": [101.70, 101.71], "lat": [26.5, 26.5]})
    bare = network_from_tables(nodes, pd.DataFrame({"u": [], "v": []}))
    found = attach(bare, points((101.7, 26.5), None, None, node=[None, None, 2]))
    assert found.status.tolist() == ["no_street", "no_location", "node"]


def test_points_in_another_system_join_at_the_same_place(line):
    table = points((101.7005, 26.5003), (101.7035, 26.4999))
    one, other = attach(line, table), attach(line, table.to_crs("EPSG:3857"))
    assert one.edge.tolist() == other.edge.tolist()
    assert one.fraction == pytest.approx(other.fraction, abs=1e-9)
    bare = gpd.GeoDataFrame(geometry=[Point(101.7, 26.5)])
    with pytest.raises(CrsError):
        attach(line, bare)


def test_rows_stay_in_order_and_the_table_is_untouched():
    grid = read_network(WORLDS / "grid.osm", cache=False)
    rng = np.random.default_rng(1)
    table = points(*zip(101.7 + rng.random(50) * 0.006, 26.5 + rng.random(50) * 0.006, strict=True))
    before = table.copy()
    frame = attach(grid, table, limit_m=30).to_frame()
    assert frame.index.tolist() == table.index.tolist()
    pd.testing.assert_frame_equal(table, before)
    turned = attach(grid, table.iloc[::-1], limit_m=30).to_frame()
    pd.testing.assert_frame_equal(turned.iloc[::-1], frame)
    assert set(frame["status"]) == {"edge", "too_far"}


def test_no_points_give_no_rows(line):
    assert len(attach(line, points()).to_frame()) == 0


def test_joins_the_edge_a_slow_search_finds():
    grid = read_network(WORLDS / "grid.osm", cache=False)
    rng = np.random.default_rng(2)
    table = points(*zip(101.7 + rng.random(40) * 0.006, 26.5 + rng.random(40) * 0.006, strict=True))
    found = attach(grid, table, limit_m=1000)
    place = table.to_crs(grid.crs)
    ends = grid.shape_xy.reshape(-1, 2, 2)
    for k, at in enumerate(zip(place.geometry.x, place.geometry.y, strict=True)):
        run = ends[:, 1] - ends[:, 0]
        along = np.clip(((at - ends[:, 0]) * run).sum(1) / (run**2).sum(1), 0, 1)
        off = np.hypot(*(ends[:, 0] + along[:, None] * run - at).T)
        assert found.edge[k] == np.flatnonzero(off <= off.min() + 1e-9)[0]
        assert found.leg_m[k] == pytest.approx(off.min(), rel=4e-3)
