"""Boundaries: ids by a rule that is said, repairs, overlaps."""

import geopandas as gpd
import pytest
import shapely

from greenmap.errors import InputFaults
from greenmap.model.datum import wgs84_to_gcj02
from greenmap.read.communities import read_communities
from greenmap.read.polygons import geodesic_areas, overlapping


def box(x, y=26.58, size=0.01):
    return shapely.box(x, y, x + size, y + size)


def layer(tmp_path, shapes, **columns):
    file = tmp_path / "areas.gpkg"
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_file(file)
    return file


SHAPES = [box(101.70), box(101.72)]


@pytest.mark.parametrize(
    ("columns", "rule", "ids"),
    [
        ({"社区代码": ["510402001001", "510402001002"], "osm_id": ["w1", "w2"]}, "id",
         ["510402001001", "510402001002"]),
        ({"社区代码": [510402001001, 510402001002]}, "id", ["510402001001", "510402001002"]),
        ({"osm_id": ["w1", "w2"]}, "osm_id", ["w1", "w2"]),
        ({}, "name", ["甲", "乙"]),
        ({"name": ["甲", "甲"]}, "row", ["1", "2"]),
        ({"osm_id": ["w1", "w1"]}, "name", ["甲", "乙"]),
        ({"code": [None, None]}, "name", ["甲", "乙"]),
    ],
)  # fmt: skip
def test_the_rule_of_the_ids_is_said(tmp_path, columns, rule, ids):
    found = read_communities(layer(tmp_path, SHAPES, **({"name": ["甲", "乙"]} | columns)))
    assert found.attrs["id_rule"] == rule
    assert found.index.tolist() == ids
    assert found.index.name == "community_id"


def test_a_stated_id_and_name_are_taken(tmp_path):
    file = layer(tmp_path, SHAPES, name=["甲", "乙"], Codigo=["7", "8"], Denominaci=["A", "B"])
    found = read_communities(file, id="Codigo", name="Denominaci")
    assert found["name"].to_dict() == {"7": "A", "8": "B"}
    assert found["name_file"].tolist() == ["甲", "乙"]  # carried, not read


def test_the_datum_is_taken_away_from_every_corner(tmp_path):
    shifted = shapely.transform(
        SHAPES, lambda xy: gpd.np.column_stack(wgs84_to_gcj02(xy[:, 0], xy[:, 1]))
    )
    found = read_communities(layer(tmp_path, shifted, name=["甲", "乙"]), datum="gcj02")
    assert shapely.equals_exact(
        shapely.normalize(found.geometry.to_numpy()), shapely.normalize(SHAPES), 1e-10
    ).all()


def test_an_invalid_boundary_with_one_reading_is_repaired_and_listed(tmp_path):
    # a spike: a line out of a corner and back adds no area
    spike = shapely.Polygon(
        [(101.70, 26.58), (101.71, 26.58), (101.72, 26.58), (101.71, 26.58), (101.71, 26.59),
         (101.70, 26.59)]
    )  # fmt: skip
    assert not spike.is_valid
    found = read_communities(layer(tmp_path, [spike, box(101.73)], name=["甲", "乙"]))
    assert found.attrs["repaired"] == ("甲",)
    assert found.geometry["甲"].is_valid
    assert found.geometry["甲"].symmetric_difference(box(101.70)).area < 1e-15


def test_overlaps_are_reported_and_not_refused(tmp_path):
    # 甲 and 乙 share a strip of 0.001 degrees: a tenth; 乙 and 丙 one of a thousandth: a sliver
    shapes = [box(101.700), box(101.709), box(101.71899)]
    found = read_communities(layer(tmp_path, shapes, name=["甲", "乙", "丙"]))
    ((first, second, area),) = found.attrs["overlaps"]
    assert (first, second) == ("甲", "乙")
    assert area == pytest.approx(geodesic_areas([box(101.700)])[0] / 10, rel=1e-3)
    assert overlapping(found.geometry, least_share=0.0)["b"].tolist() == ["乙", "丙"]


def test_faults_of_rows_name_all_of_them(tmp_path):
    shapes = [SHAPES[0], None, shapely.Point(101.7, 26.58), SHAPES[1]]
    with pytest.raises(InputFaults) as caught:
        read_communities(layer(tmp_path, shapes, name=["甲", "乙", None, "丙"]))
    assert {(f.key, f.facts["rows"]) for f in caught.value.faults} == {
        ("read.no_geometry", "2 (乙)"), ("read.not_polygons", "3"), ("read.name_blank", "3"),
    }  # fmt: skip


def test_las_palmas_catchments(shared_data):
    found = read_communities(
        shared_data / "boundaries/las_palmas_secondary_school_catchments.geojson",
        id="Codigo", name="Denominaci",
    )  # fmt: skip
    assert len(found) == 29
    assert found.index[0] == "35002972"
    assert found.attrs["source"]["crs"] == "EPSG:5635"  # written north first
    west, south, east, north = found.total_bounds
    assert -15.53 < west < east < -15.39
    assert 28.02 < south < north < 28.19
    assert [pair[:2] for pair in found.attrs["overlaps"]] == [
        ("35009322", "35009395"), ("35009577", "35009395"), ("35009711", "35010403"),
        ("35007842", "35009383"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "options"),
    [
        ("boundaries/panzhihua_compounds_wgs84.geojson", {}),
        ("boundaries/panzhihua_compounds.kml", {}),
        ("awkward/shp_gbk_no_cpg/compounds.shp", {}),
        ("awkward/shp_utf8_no_cpg/compounds.shp", {}),
        ("awkward/shp_cgcs2000_no_prj_gbk/compounds.shp", {"crs": "EPSG:4543"}),
        ("awkward/shp_cgcs2000_zone_prefix_no_prj_gbk/compounds.shp", {"crs": "EPSG:4522"}),
        ("awkward/mixed_crs.gpkg", {"layer": "小区_cgcs2000_3gk102"}),
        (
            "awkward/mixed_crs.gpkg",
            {"layer": "compounds_labelled4326_but_gcj02", "datum": "gcj02"},
        ),
    ],
)
def test_the_same_twelve_compounds_come_out_of_every_form(shared_data, file, options):
    import json

    truth = json.loads((shared_data / "awkward/TRUTH.json").read_text("utf-8"))["compounds"]
    found = read_communities(shared_data / file, **options)
    assert found["name"].tolist() == truth["names"]
    assert found.total_bounds == pytest.approx(truth["bbox_wgs84"], abs=1.5e-6)
    area = found.to_crs(4543).area.sum()
    assert area == pytest.approx(truth["total_area_m2_epsg4543"], rel=1e-4)
