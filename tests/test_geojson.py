"""GeoJSON is what GEOS would write, to the decimals asked for."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from greenmap.draw.geojson import geometry_texts

KINDS = [
    "POINT (-0.5 30)", "LINESTRING (0 0, 1 1.25)", "LINEARRING (0 0, 1 0, 1 1, 0 0)",
    "POLYGON ((0 0, 9 0, 9 9, 0 0), (5 1, 6 1, 6 2, 5 1), (7 1, 8 1, 8 2, 7 1))",
    "MULTIPOINT (117.00001 0.00002, -180 90)", "MULTILINESTRING ((0 0, 1 2), (3 4, 5 6, 7 8))",
    "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 9 5, 9 9, 5 5), (7 6, 8 6, 8 7, 7 6)))",
    "GEOMETRYCOLLECTION (POINT (1 2), MULTIPOINT (3 4), LINESTRING (5 6, 7 8))",
    "POLYGON Z ((0 0 5, 1 0 5, 1 1 5, 0 0 5))"]


def written(shapes: np.ndarray, decimals: int = 5) -> list[str | None]:
    return geometry_texts(shapes, shapely.get_coordinates(shapes), decimals=decimals)


@pytest.mark.parametrize("turned", [1, -1])
def test_every_kind_of_shape_is_written(turned):
    shapes = shapely.from_wkt(KINDS)[::turned]
    expected = [json.loads(text) for text in shapely.to_geojson(shapely.force_2d(shapes))]
    assert [json.loads(text) for text in written(shapes)] == expected


def test_missing_and_empty_shapes_are_none_and_empty_parts_are_left_out():
    shapes = np.array([None, *shapely.from_wkt(
        ["POINT EMPTY", "POLYGON EMPTY", "MULTIPOLYGON EMPTY", "GEOMETRYCOLLECTION EMPTY",
         "MULTILINESTRING ((0 0, 1 2), EMPTY)"])])
    assert written(shapes) == [None] * 5 + [
        '{"type":"MultiLineString","coordinates":[[[0.0,0.0],[1.0,2.0]]]}']
    assert written(shapes[:0]) == []


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=9),
       st.integers(1, 6))
def test_numbers_are_rounded_and_as_short_as_they_can_be(points, decimals):
    line = np.array([shapely.multipoints(points)])
    told = json.loads(written(line, decimals)[0], parse_float=str)["coordinates"]
    rounded = (np.round(points, decimals) + 0.0).tolist()
    # Shortest text that reads back as the number; "2e-05" is written out.
    assert told == [[np.format_float_positional(x, trim="0") for x in point] for point in rounded]


def test_a_point_off_the_earth_is_refused():
    with pytest.raises(ValueError, match="longitude"):
        written(np.array([shapely.Point(1e9, 0), shapely.Point(np.inf, 0)]))
