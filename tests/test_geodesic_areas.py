"""Areas on the ellipsoid: those pyproj gives shape by shape, kept where they are many."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Geod

from greenmap import settings
from greenmap.read import polygons
from greenmap.read.polygons import geodesic_areas

BLOCK = shapely.box(101.7, 26.5, 101.702, 26.501)
YARD = shapely.box(101.7005, 26.5002, 101.701, 26.5006)
FAR = shapely.box(101.71, 26.5, 101.711, 26.5007)
SHAPES = [
    BLOCK, BLOCK.difference(YARD), shapely.MultiPolygon([BLOCK.difference(YARD), FAR]),
    BLOCK.exterior, shapely.LineString(FAR.exterior.coords[:3]), shapely.Point(101.7, 26.5),
    shapely.Polygon(), shapely.GeometryCollection([FAR, shapely.Point(101.7, 26.5)]), None,
]  # fmt: skip


def test_areas_are_those_of_each_shape_alone_to_the_last_bit():
    geod = Geod(ellps="WGS84")
    alone = [abs(geod.geometry_area_perimeter(shape)[0]) if shape is not None else 0.0
             for shape in SHAPES]
    assert geodesic_areas(SHAPES).tolist() == alone
    assert alone[1] == pytest.approx(alone[0] - geodesic_areas([YARD])[0])
    assert [area > 0 for area in alone] == [True] * 5 + [False, False, True, False]
    assert geodesic_areas([]).tolist() == [] and geodesic_areas([None]).tolist() == [0.0]


def test_areas_of_many_shapes_are_kept_and_told_apart(tmp_path, monkeypatch):
    many = np.array(SHAPES * 150, object)
    measured = []
    real = polygons._areas
    monkeypatch.setattr(polygons, "_areas", lambda given: measured.append(len(given)) or
                        real(given))
    with settings.use(cache_dir=tmp_path):
        once, again = geodesic_areas(many), geodesic_areas(many)
        assert once.tolist() == again.tolist() == geodesic_areas(SHAPES).tolist() * 150
        assert measured == [len(many), len(SHAPES)]
        moved = many.copy()
        moved[0] = YARD
        assert geodesic_areas(moved)[0] == geodesic_areas([YARD])[0] != once[0]
