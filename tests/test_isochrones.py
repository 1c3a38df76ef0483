import numpy as np
import pytest
import shapely
from measure_world import LAT, LON, STEP, line_network, places_at
from pyproj import Transformer

from greenmap.measure.isochrones import CELL_M, REACH_M, isochrones
from greenmap.network.tables import network_from_tables


def at(network, node, north_m=0.0):
    to_plane = Transformer.from_crs(4326, network.crs, always_xy=True)
    x, y = to_plane.transform(LON + STEP * node, LAT)
    return shapely.Point(x, y + north_m)


def test_the_tip_lies_where_the_walk_takes_the_limit():
    # 72 m/min: 5 min = 360 m, so from node 0 the tip is 3.6 edges along
    network = line_network()
    areas = isochrones(network, places_at([0]), bands_min=(5,)).geometry
    area = areas.iloc[0]
    assert area.distance(at(network, 3.5)) == 0
    assert area.distance(at(network, 3.7)) > 0
    street = shapely.LineString([at(network, 0), at(network, 10)])
    reached = street.intersection(area)
    # the lengths given are 100 m where the plane has about 100.03: a cell's tenth is left over
    assert reached.length == pytest.approx(3.6 * street.length / 10, abs=0.15 * CELL_M)


def test_ground_is_reached_up_to_25_m_off_the_street():
    network = line_network()
    area = isochrones(network, places_at([5]), bands_min=(5,)).geometry.iloc[0]
    assert area.contains(at(network, 5, REACH_M - 2))
    assert not area.intersects(at(network, 5, REACH_M + 2))


def test_bands_are_nested_and_valid():
    table = isochrones(line_network(), places_at([3, 9]), bands_min=(1, 3, 5, 8))
    assert table["band_min"].tolist() == [1, 3, 5, 8]
    assert table.geometry.is_valid.all()
    for inner, outer in zip(table.geometry[:-1], table.geometry[1:], strict=True):
        assert inner.difference(outer).area < 1e-6


def test_a_ring_street_keeps_its_hole():
    # a square of 300 m streets: the block inside is farther than 25 m from any street
    n = 3.0 * STEP
    nodes = {"node": range(4), "lon": [LON, LON + n, LON + n, LON],
             "lat": [LAT, LAT, LAT + 0.0027, LAT + 0.0027]}
    import pandas as pd

    network = network_from_tables(pd.DataFrame(nodes),
                                  pd.DataFrame({"u": [0, 1, 2, 3], "v": [1, 2, 3, 0]}))
    area = isochrones(network, places_at([0], node=[0]), bands_min=(30,)).geometry.iloc[0]
    assert sum(len(part.interiors) for part in area.geoms) == 1


def test_the_search_runs_towards_the_place():
    # node 0 -> 1 may be walked only that way: from 1 one can't walk to a place at 0
    import pandas as pd

    nodes = pd.DataFrame({"node": [0, 1, 2], "lon": [LON, LON + STEP, LON + 2 * STEP], "lat": LAT})
    edges = pd.DataFrame({"u": [0, 1], "v": [1, 2], "length_m": 100.0})
    network = network_from_tables(nodes, edges, directed=True)
    at_end = isochrones(network, places_at([2]), bands_min=(2,)).geometry.iloc[0]
    assert at_end.distance(at(network, 1)) == 0  # 1 -> 2 is allowed
    at_start = isochrones(network, places_at([0]), bands_min=(2,)).geometry
    assert not len(at_start) or at_start.iloc[0].distance(at(network, 1)) > 50


def test_one_layer_per_category_and_none_for_what_is_nowhere():
    places = places_at([0, 5], category=["bank", "pharmacy"])
    table = isochrones(line_network(), places, bands_min=(5, 10))
    assert table["category"].tolist() == ["bank", "bank", "pharmacy", "pharmacy"]
    nothing = isochrones(line_network(), places, bands_min=(5,),
                         sets={"cinema": np.zeros(2, bool)})
    assert len(nothing) == 0 and nothing.crs == line_network().crs


def test_row_order_moves_nothing():
    places = places_at([0, 5, 9])
    one = isochrones(line_network(), places, bands_min=(5,)).geometry.iloc[0]
    other = isochrones(line_network(), places.iloc[::-1], bands_min=(5,)).geometry.iloc[0]
    assert shapely.to_wkb(one) == shapely.to_wkb(other)
