"""Layers are light, in WGS 84, east first, and hold only what is shown."""

from __future__ import annotations

import dataclasses
import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import Point, box
from worlds_assessment import CRS, X, Y, network

from greenmap.draw import layers
from greenmap.draw.walls import wall_lines


def shown(text: str) -> list[dict]:
    return json.loads(text)["features"]


def points(text: str) -> int:
    return sum(shapely.get_num_coordinates(shapely.geometry.shape(f["geometry"]))
               for f in shown(text))


def test_longitude_comes_first_and_has_six_decimals():
    # EPSG:4543 has its axis at 102° E, where its easting is 500,000, and names north first.
    table = gpd.GeoDataFrame({"a": [1]}, geometry=[Point(500_000.0, 2_940_000.123)], crs=CRS)
    lon, lat = shown(layers.features(table))[0]["geometry"]["coordinates"]
    assert lon == 102.0
    assert 26.5 < lat < 26.6
    assert lat == round(lat, 6)


def test_only_the_columns_shown_are_carried():
    table = gpd.GeoDataFrame({"shown": ["a"], "phone": ["1"]}, geometry=[Point(0, 0)], crs=4326)
    assert shown(layers.features(table, ["shown"]))[0]["properties"] == {"shown": "a"}


def test_rows_without_a_shape_are_left_out():
    table = gpd.GeoDataFrame(geometry=[None, Point(), Point(1, 2)], crs=4326)
    assert len(shown(layers.features(table))) == 1


def test_heights_are_not_drawn():
    table = gpd.GeoDataFrame(geometry=[Point(1, 2, 300)], crs=4326)
    assert shown(layers.features(table))[0]["geometry"]["coordinates"] == [1.0, 2.0]


def test_streets_outside_the_box_are_not_drawn():
    # The box holds the two edges from 400 to 600 and touches none other but those ending at 400.
    near = layers.street_lines(network(), (X + 410, Y, X + 590, Y + 100), tolerance_m=1,
                               most_points=100)
    lon = shapely.get_coordinates(shapely.geometry.shape(shown(near)[0]["geometry"]))[:, 0]
    all_lon = network().lon
    assert np.isclose([lon.min(), lon.max()], [all_lon[4], all_lon[6]], atol=1e-5).all()


def test_larger_streets_are_kept_when_points_are_few():
    # The street is one merged line of 2 points, the lane another: with 3 only the street is left.
    whole = (X, Y, X + 1200, Y + 400)
    assert points(layers.street_lines(network(), whole, tolerance_m=1, most_points=4)) >= 4
    few = layers.street_lines(network(), whole, tolerance_m=1, most_points=3)
    assert points(few) in (2, 3)
    lat = shapely.get_coordinates(shapely.geometry.shape(shown(few)[0]["geometry"]))[:, 1]
    assert lat.max() < network().lat[13] - 1e-4


@pytest.mark.parametrize("where", [(X + 5000, Y, X + 6000, Y + 10), None])
def test_no_streets_draw_nothing(where):
    streets = network()
    if where is None:
        none = {f.name: getattr(streets, f.name)[:0] for f in dataclasses.fields(streets)
                if f.name in ("tail", "head", "length_m", "forward", "backward", "kind",
                              "private", "way_id", "shape_xy")}
        streets = dataclasses.replace(streets, shape_start=np.zeros(1, np.int64), **none)
    box_drawn = where or (X, Y, X + 1, Y + 1)
    assert shown(layers.street_lines(streets, box_drawn, tolerance_m=1, most_points=9)) == []


def test_bounds_are_south_west_north_east():
    table = gpd.GeoDataFrame(geometry=[box(101, 26, 102, 27)], crs=4326)
    assert layers.bounds(table) == [[26.0, 101.0], [27.0, 102.0]]


def test_walls_are_cut_at_the_box_and_gates_say_who_may_pass():
    from greenmap.model.barrier import Barriers

    def objects(*values):
        array = np.empty(len(values), dtype=object)
        array[:] = values
        return array

    none = objects()
    # a wall from 0 to 400 m east, a railway beside it; gates at 50 and 300 m; the box ends at 100 m
    wall, rail = (shapely.LineString([(500_000, y), (500_400, y)]) for y in (3_000_000, 3_000_010))
    barriers = Barriers(
        "EPSG:4543", objects(wall, rail), objects("w", "r"), objects("wall", "rail"),
        objects("g1", "g2"), np.array([500_050.0, 500_300.0]), np.array([3_000_000.0] * 2),
        objects("closed", "all"), objects("mapped", "mapped"), np.full(2, np.nan),
        none, none, none, np.empty(0, np.int64))
    drawn = shown(wall_lines(barriers, (499_900, 2_999_900, 500_100, 3_000_100)))
    assert [(f["properties"]["access"], f["geometry"]["type"]) for f in drawn] == [
        ("wall", "LineString"), ("closed", "Point")]
    west, east = (lon for lon, _ in drawn[0]["geometry"]["coordinates"])
    assert abs((east - west) * 99_300 - 100) < 1  # 99.3 km a degree of longitude at 27.1 N


def test_a_wall_across_the_box_is_cut_and_one_inside_is_whole():
    # A loop that crosses itself is told in pieces, within the box as at its edge.
    from greenmap.model.barrier import Barriers

    def objects(*values):
        array = np.empty(len(values), dtype=object)
        array[:] = values
        return array

    none, x, y = objects(), 500_000, 3_000_000
    eight = shapely.LineString([(x, y), (x + 20, y + 20), (x + 20, y), (x, y + 20)])
    straight = shapely.LineString([(x + 50, y), (x + 250, y)])
    outside = shapely.LineString([(x + 300, y), (x + 400, y)])
    barriers = Barriers(
        "EPSG:4543", objects(outside, straight, eight), objects("a", "b", "c"),
        objects("wall", "fence", "compound"), none, np.empty(0), np.empty(0), none, none,
        np.empty(0), none, none, none, np.empty(0, np.int64))
    box_drawn = (x - 10, y - 10, x + 150, y + 100)
    drawn = shown(wall_lines(barriers, box_drawn))
    cut = shapely.intersection([straight, eight], shapely.box(*box_drawn))
    assert [f["geometry"]["type"] for f in drawn] == ["LineString", "MultiLineString"]
    assert [len(shapely.get_parts(shapely.geometry.shape(f["geometry"]))) for f in drawn] == [
        len(shapely.get_parts(shape)) for shape in cut]
    west, east = (lon for lon, _ in drawn[0]["geometry"]["coordinates"])
    assert abs((east - west) * 99_300 - 100) < 1  # of 200 m the first 100
