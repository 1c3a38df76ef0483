"""The datum shift against an independent program, and its own way back."""

import numpy as np
import prcoords
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from greenmap.errors import DatumError
from greenmap.model import datum

GEOD = Geod(ellps="WGS84")
# inside the mainland, away from the coarse outlines
LON, LAT = st.floats(80, 112), st.floats(26, 45)


def metres(a, b):
    return np.array(GEOD.inv(*(list(map(float, axis)) for axis in (*a, *b)))[2])


@given(LON, LAT)
def test_forward_agrees_with_prcoords(lon, lat):
    ours = datum.wgs84_to_gcj02([lon], [lat])
    theirs = prcoords.wgs_gcj(prcoords.Coords(lat=lat, lon=lon))
    assert metres(ours, ([theirs.lon], [theirs.lat]))[0] < 1e-6
    ours = datum.wgs84_to_bd09([lon], [lat])
    theirs = prcoords.wgs_bd(prcoords.Coords(lat=lat, lon=lon))
    assert metres(ours, ([theirs.lon], [theirs.lat]))[0] < 1e-6


@pytest.mark.parametrize(
    ("there", "back"),
    [
        (datum.wgs84_to_gcj02, datum.gcj02_to_wgs84),
        (datum.wgs84_to_bd09, datum.bd09_to_wgs84),
    ],
)
def test_there_and_back_is_a_millionth_of_a_metre_all_over_the_box(there, back):
    # the outlines' borders are left out: within 1 km of them the inverse has two answers
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(73.7, 135, 50_000), rng.uniform(3.9, 53.5, 50_000)
    around = [(lon + dx, lat + dy) for dx in (-0.02, 0.02) for dy in (-0.02, 0.02)]
    clear = np.all([datum.is_shifted(*p) == datum.is_shifted(lon, lat) for p in around], axis=0)
    lon, lat = lon[clear], lat[clear]
    assert len(lon) > 49_000
    assert metres(back(*there(lon, lat)), (lon, lat)).max() < 1e-6


def test_the_inverse_of_a_point_does_not_depend_on_the_others():
    lon, lat = np.array([101.71, 116.35, 120.1]), np.array([26.58, 40.0, 30.2])
    together = datum.gcj02_to_wgs84(lon, lat)
    alone = [datum.gcj02_to_wgs84([x], [y]) for x, y in zip(lon, lat, strict=True)]
    assert [float(x[0]) for x, _ in alone] == together[0].tolist()


@pytest.mark.parametrize(
    ("place", "lon", "lat", "shifted"),
    [
        ("Panzhihua", 101.72, 26.58, True), ("Futian, Shenzhen", 114.06, 22.54, True),
        ("Zhuhai", 113.55, 22.27, True), ("Pingtan", 119.79, 25.50, True),
        ("Xiamen", 118.09, 24.48, True), ("Hong Kong", 114.16, 22.28, False),
        ("Yuen Long", 114.03, 22.44, False), ("Macau", 113.545, 22.19, False),
        ("Taipei", 121.56, 25.04, False), ("Kaohsiung", 120.30, 22.62, False),
        ("Las Palmas", -15.43, 28.12, False), ("Helsinki", 24.94, 60.17, False),
    ],
)  # fmt: skip
def test_only_the_mainland_is_shifted(place, lon, lat, shifted):
    assert bool(datum.is_shifted(lon, lat)) is shifted
    moved = metres(datum.wgs84_to_gcj02([lon], [lat]), ([lon], [lat]))[0]
    assert bool(moved > 100) is shifted
    if not shifted:
        assert datum.bd09_to_wgs84([lon], [lat])[0][0] == lon


def test_a_datum_we_do_not_know_is_refused():
    with pytest.raises(DatumError) as caught:
        datum.to_wgs84([101.7], [26.6], datum="beijing54")
    assert "gcj02" in caught.value.text("zh")


@pytest.mark.parametrize(
    ("city", "gbk"), [("panzhihua", "_gbk"), ("beijing_haidian", "")]
)
def test_real_tables_fall_on_their_truth(shared_data, city, gbk):
    import pandas as pd

    from greenmap.read.amenities import read_amenities

    truth = pd.read_csv(shared_data / f"poi/{city}_poi_truth_wgs84.csv").set_index("osm_id")
    for name, declared, allowed in (
        (f"{city}_poi_amap_style_gcj02{gbk}.csv", "gcj02", 0.12),  # 6 decimals
        (f"{city}_poi_baidu_style_bd09_utf8bom.csv", "bd09", 0.05),
    ):
        table = read_amenities(shared_data / "poi" / name, datum=declared)
        places = table[~table["place_id"].duplicated()].set_index("osm_id")
        assert set(places.index) == set(truth.index)
        true = truth.loc[places.index]
        apart = metres((places.geometry.x, places.geometry.y), (true["lon"], true["lat"]))
        assert apart.max() <= allowed
