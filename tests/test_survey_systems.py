"""Coordinates as surveyors hold them: X north, zones, old datums, a city's own grid."""

import zipfile

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import greenmap as gm
from greenmap.errors import GreenmapError, InputFaults
from greenmap.model.crs import offered_crs, old_datum
from greenmap.read.encoding import find_encoding
from greenmap.read.local_grid import read_local_grid
from greenmap.read.survey_axes import easting_first

HOMES = gpd.GeoSeries.from_xy([101.72, 101.73, 101.71], [26.58, 26.57, 26.59], crs=4326)


def keys_of(read, *args, **given):
    with pytest.raises(GreenmapError) as stopped:
        read(*args, **given)
    error = stopped.value
    return [f.key for f in error.faults] if isinstance(error, InputFaults) else [error.key]


def flat(folder, points, names=("X", "Y")):
    file = folder / "homes.csv"
    rows = [f"H{k},5,{a:.3f},{b:.3f}" for k, (a, b) in enumerate(points)]
    file.write_text("\n".join([f"id,people,{names[0]},{names[1]}", *rows]), "utf-8")
    return file


def is_home(table, metres=0.01):
    wrong = table.geometry.to_crs(4543).distance(HOMES.to_crs(4543).set_axis(table.index))
    assert wrong.max() <= metres


@pytest.mark.parametrize("north_first", [True, False])
def test_x_is_north_in_surveyors_tables(tmp_path, north_first, caplog):
    there = HOMES.to_crs(4543)
    pairs = zip(there.y, there.x, strict=True) if north_first else zip(there.x, there.y,
                                                                       strict=True)
    read = gm.read_homes(flat(tmp_path, list(pairs)), crs="EPSG:4543")
    is_home(read)
    assert (read.attrs["source"].get("axes") == "x_north") is north_first
    assert ("northings" in caplog.text) is north_first


def test_other_systems_keep_their_axes():
    # EPSG:3035 in southern Europe: easting 5.5, northing 1.5 million metres
    east, north, turned = easting_first(np.array([5.5e6]), np.array([1.5e6]))
    assert (east[0], north[0], turned) == (5.5e6, 1.5e6, False)


def test_eastings_of_eight_digits_say_their_zone(tmp_path):
    there = HOMES.to_crs(4522)  # 3 degrees, zone 34: eastings 34,4xx,xxx
    read = gm.read_homes(flat(tmp_path, list(zip(there.y, there.x, strict=True))))
    is_home(read)
    assert read.attrs["source"]["crs"] == "EPSG:4522"


def test_metres_without_a_zone_are_asked_for_with_what_would_fit(tmp_path):
    there = HOMES.to_crs(4543)
    file = flat(tmp_path, list(zip(there.x, there.y, strict=True)))
    with pytest.raises(InputFaults) as stopped:
        gm.read_homes(file)
    assert "EPSG:4543 (101.7°E 26.6°N)" in stopped.value.faults[0].facts["offered"]


def test_zones_are_narrowed_to_the_study():
    # 6 zones of 3 degrees put these metres inside China, one of them into the study
    bounds = [470922, 2940420, 473510, 2941870]
    assert len(offered_crs(bounds).split("; ")) > 5
    assert offered_crs(bounds, near=[101.6, 26.5, 101.8, 26.7]) == "EPSG:4543 (101.7°E 26.6°N)"
    # a study elsewhere narrows nothing away
    assert offered_crs(bounds, near=[-15, 28, -14, 29]) == offered_crs(bounds)


@pytest.mark.parametrize(("crs", "name"), [("EPSG:2362", "xian80"), ("EPSG:4610", "xian80"),
                                           ("EPSG:2434", "beijing54"), ("EPSG:4214", "beijing54"),
                                           ("EPSG:4522", ""), ("EPSG:4326", "")])
def test_old_datums_are_named(crs, name):
    assert old_datum(crs) == name


def test_a_layer_on_an_old_datum_says_how_far_off_it_may_be(tmp_path, caplog):
    areas = gpd.GeoDataFrame({"名称": ["甲"]}, geometry=[shapely.box(101.7, 26.5, 101.8, 26.6)],
                             crs=4326)
    areas.to_crs(4490).set_crs(4610, allow_override=True).to_crs(2362).to_file(
        tmp_path / "a.gpkg", engine="pyogrio")
    read = gm.read_communities(tmp_path / "a.gpkg")
    assert read.attrs["source"]["old_datum"] == "xian80" and "Xi'an 80" in caplog.text


# ---- a city's own grid: x' = turned by 20 degrees, 0.02 % longer, shifted
TURN, SHIFT = 1.0002 * np.exp(1j * np.radians(20)), 12_345.0 - 6_789.0j


def local(points):
    there = points.to_crs(4543)
    z = (there.x.to_numpy() + 1j * there.y.to_numpy() - (471_000 + 2_941_000j)) * TURN + SHIFT
    return z.real, z.imag


def control(folder, points, bend=0.0):
    x, y = local(points)
    x = x + np.array([bend] + [0.0] * (len(x) - 1))
    file = folder / "控制点.csv"
    rows = [f"K{k},{a:.4f},{b:.4f},{p.x:.9f},{p.y:.9f}"
            for k, (a, b, p) in enumerate(zip(x, y, points, strict=True))]
    file.write_text("\n".join(["点名,东坐标,北坐标,经度,纬度", *rows]), "utf-8")
    return file


POINTS = gpd.GeoSeries.from_xy([101.68, 101.76, 101.72, 101.70], [26.55, 26.56, 26.62, 26.58],
                               crs=4326)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_local_grid_is_placed_by_its_control_points(tmp_path, count):
    file = control(tmp_path, POINTS.iloc[:count])
    grid = read_local_grid(file)
    assert grid.points == count
    assert np.isnan(grid.residual_m) if count == 2 else grid.residual_m < 0.001
    read = gm.read_homes(flat(tmp_path, list(zip(*local(HOMES), strict=True))), crs=str(file))
    is_home(read)


def test_a_layer_on_a_local_grid_is_placed_too(tmp_path):
    areas = gpd.GeoDataFrame({"名称": ["甲"]}, geometry=[shapely.box(101.7, 26.5, 101.8, 26.6)],
                             crs=4326)
    x, y = local(gpd.GeoSeries.from_xy(*areas.geometry[0].exterior.xy, crs=4326))
    there = gpd.GeoDataFrame({"名称": ["甲"]}, geometry=[shapely.Polygon(zip(x, y, strict=True))])
    with pytest.warns(UserWarning, match="crs"):
        there.to_file(tmp_path / "a.shp", engine="pyogrio", encoding="utf-8")
    read = gm.read_communities(tmp_path / "a.shp", crs=str(control(tmp_path, POINTS)))
    # straight sides of the box are straight in the grid too: 1e-6 degrees are 0.1 m
    assert read.total_bounds == pytest.approx([101.7, 26.5, 101.8, 26.6], abs=1e-6)


def test_what_places_a_local_grid_is_told_nowhere(tmp_path, caplog):
    file = control(tmp_path, POINTS)
    grid = read_local_grid(file)
    read = gm.read_homes(flat(tmp_path, list(zip(*local(HOMES), strict=True))), crs=str(file))
    told = repr(read.attrs) + caplog.text + repr(grid)
    for secret in (grid._turn.real, grid._turn.imag, grid._shift.real, grid._shift.imag,
                   *local(POINTS)[0], *local(POINTS)[1]):
        assert f"{secret:.3f}"[:6] not in told
    assert read.attrs["source"]["crs"] == "local grid"
    assert read.attrs["source"]["residual_m"] < 0.001


def spoil(file, way):
    lines = file.read_text("utf-8").splitlines()
    if way == "too_few":
        lines = lines[:2]
    elif way == "columns":
        lines = [line.rsplit(",", 1)[0] for line in lines]
    elif way == "not_numbers":
        lines[2] = lines[2].replace(lines[2].split(",")[1], "不详")
    elif way == "one_place":
        lines = [lines[0], *[lines[1]] * 3]
    elif way == "scale":
        lines = [lines[0], *(",".join([c[0], str(float(c[1]) * 1000), str(float(c[2]) * 1000),
                                       *c[3:]]) for c in (line.split(",") for line in lines[1:]))]
    elif way == "swapped":
        lines[0] = "点名,北坐标,东坐标,经度,纬度"
    file.write_text("\n".join(lines), "utf-8")


@pytest.mark.parametrize("way", ["too_few", "columns", "not_numbers", "one_place", "scale",
                                 "swapped", "misfit"])
def test_control_points_that_cannot_be_are_named(tmp_path, way):
    file = control(tmp_path, POINTS, bend=5.0 if way == "misfit" else 0.0)
    spoil(file, way)
    assert keys_of(read_local_grid, file) == [f"local_grid.{way}"]
    homes = flat(tmp_path, list(zip(*local(HOMES), strict=True)))
    assert keys_of(gm.read_homes, homes, crs=str(file)) == [f"local_grid.{way}"]


# ---- files nobody reads, text in other encodings, shapefiles out and in
@pytest.mark.parametrize(("name", "way"), [
    ("a.dwg", "dwg"), ("a.mdb", "mdb"), ("a.xls", "xls"), ("a.wp", "mapgis"), ("a.tab", "tab"),
    ("a.docx", "word"), ("a.zip", "archive")])
def test_files_that_must_be_exported_first_say_how(tmp_path, name, way):
    (tmp_path / name).write_bytes(b"x")
    assert keys_of(gm.read_communities, tmp_path / name) == [f"read.export_{way}"]


@pytest.mark.parametrize("text", ["社區衛生服務中心,藥局", "人口,經度,緯度",
                                  "公園,小學,幼稚園,老人活動中心"])
def test_big5_is_told_from_gbk(text):
    assert find_encoding(text.encode("big5"), source="a.csv") == "big5"


@given(st.lists(st.sampled_from("社区卫生服务站药店小学幼儿园衢州坂田街道滨河苑人口经度纬度名称编号"),
                min_size=2, max_size=60))
def test_gbk_is_never_taken_for_big5(letters):
    text = "".join(letters)
    assert find_encoding(text.encode("gbk"), source="a.csv") in ("gb18030", "utf-8")


def test_a_shapefile_comes_back_with_its_full_names(tmp_path):
    areas = gpd.GeoDataFrame(
        {"名称": ["甲社区", "乙社区"], "六十岁以上常住人口": [3, 4], "六十岁以上户籍人口": [1, 2]},
        geometry=[shapely.box(101.7, 26.5, 101.71, 26.51),
                  shapely.box(101.71, 26.5, 101.72, 26.51)],
        index=["510402001001", "510402001002"], crs=4490).rename_axis("community_id")
    gm.write_shapefile(areas, tmp_path / "社区.shp")
    names = gpd.read_file(tmp_path / "社区.shp", engine="pyogrio").columns
    assert list(names) == ["community_", "名称", "六十岁以上", "六十岁以2", "geometry"]
    read = gm.read_communities(tmp_path / "社区.shp")
    assert read.index.tolist() == areas.index.tolist()  # as text, zeros kept
    assert read["name"].tolist() == ["甲社区", "乙社区"]
    assert {"六十岁以上常住人口", "六十岁以上户籍人口"} <= set(read.columns)


def test_a_shapefile_cannot_hold_what_its_encoding_lacks(tmp_path):
    areas = gpd.GeoDataFrame({"名称": ["甲"], "é" * 3: ["€"]},
                             geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    with pytest.raises(GreenmapError, match=r"a\.shp"):
        gm.write_shapefile(areas, tmp_path / "a.shp", encoding="big5")


def test_a_workbook_that_unpacks_to_gigabytes_is_refused(tmp_path):
    file = tmp_path / "homes.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 301_000_000)
    assert file.stat().st_size < 1_000_000
    assert keys_of(gm.read_homes, file) == ["read.too_large"]
