"""Areas on the ellipsoid, however a file turns its rings."""

import numpy as np
import pytest
import shapely
from pyproj import Geod

from greenmap import settings
from greenmap.read import polygons
from greenmap.read.polygons import FEWEST, geodesic_areas

OUTLINE = [(0, 0), (0.01, 0), (0.01, 0.01), (0, 0.01)]
HOLE = [(0.002, 0.002), (0.008, 0.002), (0.008, 0.008), (0.002, 0.008)]


def square_m2(side: float) -> float:
    """A square at the equator, by pyproj."""
    return Geod(ellps="WGS84").geometry_area_perimeter(shapely.box(0, 0, side, side))[0]


@pytest.mark.parametrize("outline", [OUTLINE, OUTLINE[::-1]])
@pytest.mark.parametrize("hole", [HOLE, HOLE[::-1]])
def test_a_hole_is_taken_away_whichever_way_the_rings_run(outline, hole):
    # The hole lies 0.002 degrees off the equator: its area differs by less than a millionth.
    expected = square_m2(0.01) - square_m2(0.006)
    assert geodesic_areas([shapely.Polygon(outline, [hole])])[0] == pytest.approx(expected, 1e-6)


def test_parts_are_added_and_what_is_no_area_has_none():
    whole = shapely.Polygon(OUTLINE)
    second = shapely.Polygon([(x + 1, y) for x, y in OUTLINE[::-1]])
    shapes = [shapely.MultiPolygon([whole, second]), shapely.LinearRing(OUTLINE),
              shapely.LineString(OUTLINE), shapely.Point(0, 0), None, shapely.Polygon(),
              shapely.GeometryCollection([whole, shapely.Point(0, 0)]),
              shapely.GeometryCollection([shapely.MultiPolygon([whole, second])])]  # fmt: skip
    one = square_m2(0.01)
    expected = [2 * one, 0, 0, 0, 0, 0, one, 2 * one]
    np.testing.assert_allclose(geodesic_areas(shapes), expected, rtol=1e-9)
    assert geodesic_areas([]).shape == (0,)


def test_areas_of_many_shapes_are_kept_and_told_apart(tmp_path, monkeypatch):
    measured = []
    real = polygons._areas
    monkeypatch.setattr(polygons, "_areas",
                        lambda given: measured.append(len(given)) or real(given))
    many = np.array([shapely.Polygon(OUTLINE, [HOLE]), None] * FEWEST, object)
    with settings.use(cache_dir=tmp_path):
        once, again = geodesic_areas(many), geodesic_areas(many)
        assert measured == [len(many)]
        assert once.tolist() == again.tolist() == geodesic_areas(many[:2]).tolist() * FEWEST
        many[0] = shapely.Polygon(OUTLINE)
        assert geodesic_areas(many)[0] == geodesic_areas(many[:1])[0] > once[0]
