"""Catchments: one polygon per place, near the buffer of the streets it is reached from."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from measure_world import LAT, LON, STEP, line_network, places_at
from pyproj import Transformer
from test_what_if import grid_network, table_of

from greenmap import settings
from greenmap.engine import areas
from greenmap.engine.csr import build_csr
from greenmap.errors import NetworkError
from greenmap.measure.catchments import catchments


def test_each_place_has_its_own_ground_cut_at_the_limit():
    # 72 m/min: 3 min are 216 m; from node 5 that is 2.16 streets both ways. The line is 1,000 m.
    network, places = line_network(), places_at([5, 0], node=[5, 0])
    table = catchments(network, places, bands_min=(3, 20))
    assert table["id"].tolist() == ["amenity0", "amenity0", "amenity1", "amenity1"]
    assert table["band_min"].tolist() == [3, 20, 3, 20]
    to_plane = Transformer.from_crs(4326, network.crs, always_xy=True)
    for row, (low, high) in enumerate([(2.84, 7.16), (0, 10), (0, 2.16), (0, 10)]):
        ends = [to_plane.transform(LON + STEP * at, LAT) for at in (low, high)]
        truth = shapely.buffer(shapely.LineString(ends), 25)
        area = table.geometry.iloc[row]
        assert area.is_valid and area.intersection(truth).area / area.union(truth).area > 0.97


def test_in_a_town_it_is_near_the_buffer_of_the_streets():
    # 30 min reach the whole town of 5 x 5 junctions: 40 streets, with 16 blocks as holes.
    network, places = grid_network(), table_of([(2, 2.25)], "place")
    area = catchments(network, places, bands_min=(30,)).geometry.iloc[0]
    start, xy = network.shape_start, network.shape_xy
    lines = [shapely.LineString(xy[a:b]) for a, b in zip(start[:-1], start[1:], strict=True)]
    truth = shapely.union_all(shapely.buffer(lines, 25))
    assert area.intersection(truth).area / area.union(truth).area > 0.97
    assert len(area.geoms) == 1 and len(area.geoms[0].interiors) == 16


def test_a_place_off_the_streets_has_an_empty_one():
    table = catchments(grid_network(), table_of([(2, 2), (2, 9)], "place"), bands_min=(5,))
    assert table.geometry.is_empty.tolist() == [False, True]


def test_threads_and_the_order_of_places_change_no_catchment():
    random = np.random.default_rng(2)
    places = table_of(random.uniform(-1, 5, (40, 2)).round(2).tolist(), "place")
    order = random.permutation(40)
    given = {}
    for threads in (1, 2, 5):
        with settings.use(threads=threads):
            given[threads] = catchments(grid_network(), places, bands_min=(2, 4)).to_wkb()
            shuffled = catchments(grid_network(), places.iloc[order], bands_min=(2, 4)).to_wkb()
        rows = (2 * order[:, None] + [0, 1]).ravel()
        assert shuffled.equals(given[threads].iloc[rows].reset_index(drop=True))
    assert given[1].equals(given[2]) and given[1].equals(given[5])
    assert given[1].geometry.nunique() > 20


def test_what_there_is_no_room_for_is_drawn_anew(monkeypatch):
    places = table_of(np.random.default_rng(3).uniform(-1, 5, (12, 2)).round(2).tolist(), "place")
    given = catchments(grid_network(), places, bands_min=(2, 4)).to_wkb()
    make_queue = areas.make_queue
    monkeypatch.setattr(areas, "_POINTS", 64)
    monkeypatch.setattr(areas, "_RINGS", 1)
    monkeypatch.setattr(areas, "make_queue", lambda graph, limit, room: make_queue(
        graph, limit, room=room // 60))
    with settings.use(threads=1):
        assert catchments(grid_network(), places, bands_min=(2, 4)).to_wkb().equals(given)


def test_sources_and_limits_that_do_not_fit_are_refused():
    graph = build_csr(2, [0], [1], [5])
    for node, limit in ((2, 5), (0, -1)):
        with pytest.raises(NetworkError):
            areas.outlines_around(graph, [node], [0], None, limits=[limit], cell_m=10, reach_m=25)
