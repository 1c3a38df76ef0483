"""Awkward files as offices hand them over: the right answer, or the question only they can answer.

Faults are made here by hand; where the development data are there, real files of the same kind
are read too, against their known answers.
"""

import json
import zipfile

import geopandas as gpd
import pytest
import shapely

from greenmap.errors import GreenmapError, InputFaults
from greenmap.read.amenities import read_amenities
from greenmap.read.closed import says_closed
from greenmap.read.communities import read_communities


@pytest.fixture
def areas():
    """Two compounds of about 100 x 110 m near 101.72 E 26.58 N."""
    return gpd.GeoDataFrame(
        {"name": ["滨河苑", "青龙小区"]},
        geometry=[shapely.box(101.72, 26.58, 101.721, 26.581),
                  shapely.box(101.723, 26.58, 101.724, 26.581)], crs=4326,
    )  # fmt: skip


@pytest.fixture
def awkward(shared_data):
    return shared_data / "awkward"


@pytest.fixture
def truth(awkward):
    return json.loads((awkward / "TRUTH.json").read_text("utf-8"))["compounds"]


def is_the_truth(table, truth):
    """The twelve compounds by name, and where they are to a few metres (1e-4 degrees is 11 m)."""
    assert table["name"].tolist() == truth["names"]
    assert table.total_bounds == pytest.approx(truth["bbox_wgs84"], abs=5e-5)
    assert table.to_crs(4543).area.sum() == pytest.approx(truth["total_area_m2_epsg4543"], rel=1e-3)


def faults_of(read, *args, **given):
    with pytest.raises(GreenmapError) as stopped:
        read(*args, **given)
    error = stopped.value
    return error.faults if isinstance(error, InputFaults) else [error]


def without_prj(areas, folder, crs):
    file = folder / "areas.shp"
    areas.to_crs(crs).to_file(file, engine="pyogrio", encoding="utf-8")
    file.with_suffix(".prj").unlink()
    return file


def test_eastings_with_a_zone_say_their_system(tmp_path, areas):
    file = without_prj(areas, tmp_path, 4522)  # zone 34 of 3 degrees, eastings 34,4xx,xxx
    read = read_communities(file)
    assert read.attrs["source"]["crs"] == "EPSG:4522"
    assert read.attrs["source"]["crs_rule"] == "zone_prefix"
    assert read.total_bounds == pytest.approx(areas.total_bounds, abs=1e-8)


def test_eastings_without_a_zone_are_asked_for(tmp_path, areas):
    file = without_prj(areas, tmp_path, 4543)
    (fault,) = faults_of(read_communities, file)
    assert fault.key == "model.crs_missing"
    # the true one is among those offered, with where it would put the data
    assert "EPSG:4543 (101.7°E 26.6°N)" in fault.facts["offered"]
    assert "EPSG:4554" not in fault.facts["offered"]  # 134.7 E 26.6 N is in the Pacific
    assert len(read_communities(file, crs="EPSG:4543")) == 2


def test_metres_declared_as_degrees_offer_their_systems(tmp_path, areas):
    file = tmp_path / "areas.gpkg"
    areas.to_crs(4543).set_crs(4326, allow_override=True).to_file(file, engine="pyogrio")
    (fault,) = faults_of(read_communities, file)
    assert fault.key == "model.crs_not_degrees" and "EPSG:4543" in fault.facts["offered"]
    read = read_communities(file, crs="EPSG:4543")
    assert read.total_bounds == pytest.approx(areas.total_bounds, abs=1e-8)


def places(folder, *cells):
    file = folder / "poi.csv"
    rows = [f"P{k},pharmacy,{cell}" for k, cell in enumerate(cells)]
    file.write_text("\n".join(["id,类别,经度,纬度", *rows]), "utf-8")
    return file


def test_coordinates_written_in_other_ways_are_read(tmp_path):
    file = places(
        tmp_path, "101.72,26.58", "101.72°E,26.58°N", "101°43′12″,26°34′48″",
        "东经101度43分12秒,北纬26度34分48秒", "１０１．７２,　２６．５８ ", "101°43.2',26°34.8'",
    )  # fmt: skip
    read = read_amenities(file)  # 43' 12" are 0.72 degrees, 34' 48" are 0.58
    assert read.geometry.x.tolist() == pytest.approx([101.72] * 6, abs=1e-12)
    assert read.geometry.y.tolist() == pytest.approx([26.58] * 6, abs=1e-12)


@pytest.mark.parametrize("cell", ["101°75′", "101.5°30′", "无", "101°43′99″", "1e400", "--101°"])
def test_angles_that_are_none_are_refused(tmp_path, cell):
    keys = {fault.key for fault in faults_of(read_amenities, places(tmp_path, f"{cell},26.58"))}
    assert keys == {"read.coords_unreadable"}


def test_shared_shapefiles(awkward, truth):
    for folder in ("shp_gbk_no_cpg", "shp_utf8_no_cpg"):
        is_the_truth(read_communities(awkward / folder / "compounds.shp"), truth)
    prefixed = read_communities(awkward / "shp_cgcs2000_zone_prefix_no_prj_gbk" / "compounds.shp")
    assert prefixed.attrs["source"]["crs"] == "EPSG:4522"
    is_the_truth(prefixed, truth)
    file = awkward / "shp_cgcs2000_no_prj_gbk" / "compounds.shp"
    (fault,) = faults_of(read_communities, file)
    assert fault.key == "model.crs_missing" and "EPSG:4543" in fault.facts["offered"]
    is_the_truth(read_communities(file, crs="EPSG:4543"), truth)


def test_shared_parcels_whose_prj_is_wrong(awkward):
    file = awkward / "huizhou_wrong_prj" / "land.shp"
    (fault,) = faults_of(read_communities, file, name="Layer")
    assert fault.key == "model.crs_not_degrees"
    assert "EPSG:4547 (114.3°E 23.0°N)" in fault.facts["offered"]
    read = read_communities(file, name="Layer", crs="EPSG:4547")
    assert len(read) == 79
    assert read.total_bounds == pytest.approx([114.314, 23.010, 114.331, 23.031], abs=1e-3)


def test_shared_layers_in_different_systems(awkward, truth):
    file = awkward / "mixed_crs.gpkg"
    (fault,) = faults_of(read_communities, file)
    assert fault.key == "read.which_layer"
    is_the_truth(read_communities(file, layer="小区_cgcs2000_3gk102"), truth)
    shifted = "compounds_labelled4326_but_gcj02"
    is_the_truth(read_communities(file, layer=shifted, datum="gcj02"), truth)
    same = [
        read_amenities(file, layer=layer, category="pharmacy").geometry
        for layer in ("poi_wgs84", "poi_webmercator", "poi_cgcs2000_geographic")
    ]
    assert all(len(points) == 117 for points in same)
    for points in same[1:]:  # 0.1 m
        assert points.geom_equals_exact(same[0], 1e-6).all()


RING = "101.72,26.58,0 101.721,26.58,0 101.721,26.581,0 101.72,26.581,0"
KML = f"""<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>边界</name>
<Folder><name>东区</name><Placemark><name>线做的边界</name>
<LineString><coordinates>{RING} 101.72,26.58,0</coordinates></LineString></Placemark>
<Folder><name>二期</name><Placemark><name>没有闭合</name>
<ExtendedData><Data name="人口"><value>36</value></Data></ExtendedData><Polygon><outerBoundaryIs>
<LinearRing><coordinates>{RING}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
</Folder></Folder></Document></kml>"""


def is_the_ring(table):
    square = shapely.box(101.72, 26.58, 101.721, 26.581)
    assert all(shape.equals(square) for shape in table.geometry)


def test_kml_of_nested_folders_open_rings_and_lines(tmp_path):
    file = tmp_path / "areas.kml"
    file.write_text(KML, "utf-8")
    read = read_communities(file)
    assert read["name"].tolist() == ["线做的边界", "没有闭合"]
    assert read["folder"].tolist() == ["东区", "东区/二期"]
    assert read["people"].tolist()[1] == 36
    is_the_ring(read)
    assert read_communities(file, layer="二期")["name"].tolist() == ["没有闭合"]
    (fault,) = faults_of(read_communities, file, layer="三期")
    assert fault.key == "read.no_layer" and "二期" in fault.facts["have"]


def test_kmz_is_read_where_it_lies(tmp_path):
    """Nothing is unpacked, so a name that climbs out of the folder climbs nowhere."""
    inner = tmp_path / "inner"
    inner.mkdir()
    file = inner / "areas.kmz"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../climbed.kml", KML)
    is_the_ring(read_communities(file))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["areas.kmz", "inner"]


@pytest.mark.parametrize(("text", "key"), [
    ('<!DOCTYPE k [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><kml>&b;</kml>', "read.xml_definitions"),
    ("<kml><Document>", "read.unreadable"),
    ("<kml></kml>", "read.no_shapes"),
    (KML.replace("101.72,26.58,0", "x,y"), "read.kml_shape"),
    (KML.replace("101.721,26.58,0 101.721,26.581,0", ""), "read.kml_shape"),
    (KML.replace("101.72,", "nan,"), "read.kml_shape"),
])  # fmt: skip
def test_kml_that_is_none_is_refused(tmp_path, text, key):
    file = tmp_path / "areas.kml"
    file.write_text(text, "utf-8")
    assert [fault.key for fault in faults_of(read_communities, file)] == [key]
    packed = tmp_path / "areas.kmz"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(file, "doc.kml")
    assert [fault.key for fault in faults_of(read_communities, packed)] == [key]


def test_kmz_without_a_document_or_not_an_archive(tmp_path):
    file = tmp_path / "areas.kmz"
    file.write_text("x")
    assert [fault.key for fault in faults_of(read_communities, file)] == ["read.unreadable"]
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "x")
    assert [fault.key for fault in faults_of(read_communities, file)] == ["read.kmz_empty"]


def test_topojson_is_in_degrees(tmp_path):
    ring = [[101.72, 26.58], [101.721, 26.58], [101.721, 26.581], [101.72, 26.581], [101.72, 26.58]]
    topology = {"type": "Topology", "arcs": [ring], "objects": {"areas": {
        "type": "GeometryCollection", "geometries": [
            {"type": "Polygon", "arcs": [[0]], "properties": {"name": "甲社区"}}]}}}  # fmt: skip
    file = tmp_path / "areas.topojson"
    file.write_text(json.dumps(topology), "utf-8")
    is_the_ring(read_communities(file))


@pytest.mark.parametrize(
    "name", ["compounds_nested.kml", "compounds_nested.kmz", "compounds.topojson"]
)
def test_shared_kml_and_topojson(awkward, truth, name):
    is_the_truth(read_communities(awkward / name), truth)


def ring_table(folder, *rows, heading="shape"):
    file = folder / "aoi.csv"
    lines = [f'{name},"{text}"' for name, text in rows]
    file.write_text("\n".join([f"名称,{heading}", *lines]), "utf-8")
    return file


def test_rings_as_text_are_boundaries(tmp_path):
    ring = "101.72,26.58;101.721,26.58;101.721,26.581;101.72,26.581"
    file = ring_table(tmp_path, ("开口", ring), ("闭合", f"{ring};101.72,26.58;"))
    read = read_communities(file)
    is_the_ring(read)
    assert "shape" not in read.columns
    other = "101.73,26.58;101.731,26.58;101.731,26.581"
    two = read_communities(ring_table(tmp_path, ("两块", f"{ring}|{other}"), heading="范围"))
    assert [shape.geom_type for shape in two.geometry] == ["MultiPolygon"]
    shifted = read_communities(file, datum="gcj02")  # the shift is 425 m here
    assert shifted.geometry.iloc[0].distance(read.geometry.iloc[0]) > 0.002


def test_a_row_without_a_ring_is_named(tmp_path):
    ring = "101.72,26.58;101.721,26.58;101.721,26.581"
    (fault,) = [fault for fault in faults_of(
        read_communities, ring_table(tmp_path, ("甲", ring), ("乙", "101.72,26.58;无")))
        if fault.key != "read.no_geometry"]  # fmt: skip
    assert (fault.key, fault.facts["rows"]) == ("read.ring_unreadable", "3")


def test_shared_rings(awkward, truth):
    read = read_communities(awkward / "aoi_amap_shape_gcj02.csv", datum="gcj02")
    is_the_truth(read, truth)


def test_shared_invalid_polygons_are_told_by_name(awkward):
    """Self-touching and spiked rings have one repair; the rest is refused, each by its name."""
    told = {fault.key: fault.facts["rows"] for fault in faults_of(
        read_communities, awkward / "invalid_polygons.geojson")}  # fmt: skip
    assert told == {
        "read.name_blank": "11",
        "read.no_geometry": "8 (空几何), 9 (空多边形)",
        "read.boundary_off_earth": "5 (经纬度颠倒)",
        "read.boundary_broken": "1 (蝴蝶结), 2 (洞在外面), 3 (重复环)",
        "read.boundary_no_area": "4 (零面积)",
        "read.not_polygons": "10 (点当边界)",
    }


def test_shared_invalid_polygons_that_can_be_mended(awkward, tmp_path):
    found = json.loads((awkward / "invalid_polygons.geojson").read_text("utf-8"))
    sound = ("自接触", "尖刺", "中冶金沙")
    found["features"] = [f for f in found["features"] if f["properties"]["name"] in sound]
    file = tmp_path / "mended.geojson"
    file.write_text(json.dumps(found), "utf-8")
    read = read_communities(file)
    assert len(read) == 4 and read.geometry.is_valid.all()
    assert read.attrs["name_twice"] == ("中冶金沙",)
    assert len(read.attrs["repaired"]) == 2


def test_shared_dirty_places(awkward):
    """Every row whose truth is not ok is read rightly or told by its row."""
    file = awkward / "poi_dirty_gcj02_gbk.csv"
    told = {(fault.key, fault.facts["rows"]) for fault in faults_of(
        read_amenities, file, datum="gcj02")}  # fmt: skip
    # rows of the sheet: 3 swapped, 5 blank, 7 zero, 17 text; nothing else is at fault
    assert told == {
        ("read.coords_swapped", "3"), ("read.coords_blank", "5"), ("read.coords_zero", "7"),
        ("read.coords_unreadable", "17"),
    }  # fmt: skip


@pytest.mark.parametrize(("name", "closed"), [
    ("滨河药店(暂停营业)", True), ("滨河药店（暂停营业）", True), ("滨河幼儿园已搬迁", True),
    ("滨河幼儿园【已关闭】", True), ("滨河诊所-停业", True), ("滨河菜市场(原址已拆除)", True),
    ("滨河药店", False), ("滨河药店(二十四小时营业)", False), ("不停业药店(不停业)", False),
    ("停业街药店", False), ("工商银行(停业务点)", False),
    ("已故名人纪念馆", False), ("自已家药店", False), (None, False),
])  # fmt: skip
def test_names_that_say_closed(name, closed):
    assert says_closed(name) is closed


def test_closed_places_are_kept_closed_and_listed(tmp_path):
    file = tmp_path / "poi.csv"
    rows = ["P1,滨河药店(暂停营业),pharmacy,101.72,26.58", "P2,青龙药店,pharmacy,101.72,26.59"]
    file.write_text("\n".join(["id,名称,类别,经度,纬度", *rows]), "utf-8")
    read = read_amenities(file)
    assert read["status"].to_dict() == {"P1": "closed", "P2": "open"}
    assert read.attrs["closed_by_name"] == (("P1", "滨河药店(暂停营业)"),)
    # what the office itself says of the place comes first
    rows = [f"{row},在用" for row in rows]
    file.write_text("\n".join(["id,名称,类别,经度,纬度,状态", *rows]), "utf-8")
    assert read_amenities(file)["status"].tolist() == ["open", "open"]
