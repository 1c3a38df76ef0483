"""The study's metre system by rule, axis order, and the four answers."""

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from greenmap.errors import CrsError
from greenmap.model.crs import check_crs, known_crs, study_crs, to_study


@pytest.mark.parametrize(
    ("lon", "lat", "crs"),
    [
        (101.72, 26.58, "EPSG:4543"),  # Panzhihua: 102 E
        (114.32, 23.02, "EPSG:4547"),  # Huizhou: 114 E
        (73.6, 39.5, "EPSG:4534"),  # westernmost: 75 E, not 72 E
        (135.0, 48.4, "EPSG:4554"),  # easternmost: 135 E
        (103.5, 30.0, "EPSG:4544"),  # on the seam of 102 E and 105 E: the eastern
        (-15.43, 28.12, "EPSG:32628"), (24.94, 60.17, "EPSG:32635"),
        (-51.2, -30.0, "EPSG:32722"), (180.0, 10.0, "EPSG:32660"),
    ],
)  # fmt: skip
def test_the_zone_follows_from_where_the_data_lie(lon, lat, crs):
    assert study_crs(lon, lat) == crs


@given(st.floats(73, 135.1), st.floats(17, 54))
def test_in_china_the_central_meridian_is_within_one_and_a_half_degrees(lon, lat):
    projection = CRS.from_user_input(study_crs(lon, lat)).coordinate_operation.to_json_dict()
    middle = {row["name"]: row["value"] for row in projection["parameters"]}
    away = abs(middle["Longitude of natural origin"] - lon)
    assert away <= 1.5 or lon < 73.5  # the first zone reaches to the border
    assert middle["False easting"] == 500_000


def test_no_points_and_the_poles_are_refused():
    for lon, lat in (([], []), ([float("nan")], [1.0]), (10.0, 89.0)):
        with pytest.raises(CrsError):
            study_crs(lon, lat)


@pytest.mark.parametrize("crs", ["EPSG:4543", "EPSG:5635", "EPSG:4326", "EPSG:4490"])
def test_x_is_the_easting_whatever_the_axis_order(crs):
    # 5635, 4543, 4326 and 4490 are written north first by their authority
    point = gpd.GeoDataFrame(geometry=[shapely.Point(-15.43, 28.12)], crs="OGC:CRS84")
    there = point.to_crs(crs)
    back = to_study(there, "EPSG:32628").geometry[0]
    assert back.x == pytest.approx(457_750, abs=500)  # 0.43 degrees west of 15 W: 42 km
    assert back.y == pytest.approx(3_110_700, abs=500)


def test_to_study_leaves_its_input_alone():
    homes = gpd.GeoDataFrame(
        {"people": [3.0]}, geometry=[shapely.Point(102, 26.58)], index=["a"], crs=4326
    )
    homes.attrs["source"] = {"name": "x"}
    moved = to_study(homes, "EPSG:4543")
    assert (homes.geometry["a"].x, moved.index[0]) == (102, "a")
    assert moved.attrs == homes.attrs
    assert round(moved.geometry["a"].x, 3) == 500_000


DEGREES, METRES = shapely.box(101.7, 26.5, 101.8, 26.6), shapely.box(472e3, 294e4, 473e3, 295e4)


@pytest.mark.parametrize(
    ("shape", "crs", "answer"),
    [
        (DEGREES, None, "model.crs_missing"), (DEGREES, 4326, "geographic"),
        (METRES, 4543, "projected"), (METRES, 4326, "model.crs_not_degrees"),
        (DEGREES, 4543, "model.crs_not_metres"),
    ],
)  # fmt: skip
def test_the_answers(shape, crs, answer):
    layer = gpd.GeoSeries([shape], crs=crs)
    if "." in answer:
        with pytest.raises(CrsError) as caught:
            check_crs(layer, "a.shp")
        assert caught.value.key == answer
        assert "a.shp" in caught.value.text("en")
    else:
        assert check_crs(layer, "a.shp") == answer


def test_a_crs_is_known_by_number_and_name_or_refused():
    assert known_crs("4543", source="x") == known_crs("EPSG:4543", source="x") == "EPSG:4543"
    with pytest.raises(CrsError):
        known_crs("Xanadu", source="x")
