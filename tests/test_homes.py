"""Homes: people, their community, and what is made of buildings."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st

from greenmap.errors import TableError
from greenmap.read.buildings import homes_from_buildings
from greenmap.read.homes import read_homes
from greenmap.read.polygons import geodesic_areas


def communities(*shapes, ids="大小中"):
    return gpd.GeoDataFrame(
        {"name": list(ids[: len(shapes)])},
        geometry=list(shapes),
        index=gpd.pd.Index(list(ids[: len(shapes)]), name="community_id"),
        crs=4326,
    )


NESTED = communities(shapely.box(101.70, 26.58, 101.74, 26.62),
                     shapely.box(101.70, 26.58, 101.71, 26.59))  # fmt: skip


def table(tmp_path, text):
    file = tmp_path / "homes.csv"
    file.write_text(text, "utf-8")
    return file


def test_a_home_in_two_communities_belongs_to_the_smaller(tmp_path):
    file = table(tmp_path, "id,people,lon,lat\na,1,101.705,26.585\nb,1,101.72,26.60\n"
                           "c,1,101.71,26.585\nd,1,101.9,26.9\n")  # fmt: skip
    homes = read_homes(file, communities=NESTED)
    # c stands on the small one's boundary: inside; d outside all
    assert homes["community_id"].tolist()[:3] == ["小", "大", "小"]
    assert homes["community_id"].isna().tolist() == [False, False, False, True]
    assert homes.attrs["community_rule"] == {"stated": 0, "by_place": 3, "outside": 1}


def test_of_two_equal_communities_the_first_id_takes_it(tmp_path):
    same = shapely.box(101.70, 26.58, 101.71, 26.59)
    file = table(tmp_path, "id,people,lon,lat\na,1,101.705,26.585\n")
    for ids in ("ab", "ba"):
        homes = read_homes(file, communities=communities(same, same, ids=ids))
        assert homes["community_id"].tolist() == ["a"]


def test_a_stated_community_counts_where_it_is_known(tmp_path):
    file = table(tmp_path, "id,people,社区编码,lon,lat\na,1,大,101.705,26.585\n"
                           "b,1,无此,101.705,26.585\nc,1,,101.705,26.585\n")  # fmt: skip
    homes = read_homes(file, communities=NESTED)
    assert homes["community_id"].tolist() == ["大", "小", "小"]
    assert homes.attrs["community_rule"]["stated"] == 1


def test_age_groups_are_read_by_their_own_names_only(tmp_path):
    file = table(tmp_path, "编号,常住人口,60岁以上,65岁及以上,老年人,经度,纬度\n"
                           "a,10,4,3,9,101.7,26.5\n")  # fmt: skip
    homes = read_homes(file)
    assert homes.loc["a", ["people", "elderly_60", "elderly_65"]].tolist() == [10, 4, 3]
    assert homes["老年人"].tolist() == ["9"]


def test_unknown_people_stay_unknown(tmp_path):
    homes = read_homes(table(tmp_path, "编号,人口,经度,纬度\na,,101.7,26.5\nb,0,101.7,26.5\n"
                                       "c,5,101.7,26.5\n"))  # fmt: skip
    assert np.isnan(homes["people"]["a"])
    assert homes["people"]["b"] == 0
    assert homes["people_source"].isna().tolist() == [True, False, False]
    without = read_homes(table(tmp_path, "编号,经度,纬度\na,101.7,26.5\n"))
    assert without["people"].isna().all()


def test_buildings_with_storeys_give_a_floor_area(tmp_path):
    block = shapely.box(101.7, 26.58, 101.7005, 26.5802)
    file = tmp_path / "buildings.gpkg"
    gpd.GeoDataFrame({"层数": [6]}, geometry=[block], crs=4326).to_file(file)
    homes = read_homes(file)
    assert homes["floor_area_m2"].iloc[0] == pytest.approx(6 * geodesic_areas([block])[0])
    assert block.contains(homes.geometry.iloc[0])


def buildings(rows, **more):
    block = shapely.box(101.7, 26.58, 101.7005, 26.5802)
    kinds, levels = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"osm_id": [f"way/{k}" for k in range(len(rows))], "building": kinds, "levels": levels,
         **more},
        geometry=[block] * len(rows), crs=4326,
    )  # fmt: skip


def test_only_dwellings_become_homes():
    found = buildings(
        [("apartments", 6.0), ("yes", np.nan), ("yes", 2.0), ("school", 3.0), ("garage", 1.0)],
        tags=[{}, {}, {"shop": "supermarket"}, {}, {}],
    )
    homes = homes_from_buildings(found)
    assert homes.index.tolist() == ["way/0", "way/1"]
    assert homes["people"].isna().all()
    assert (homes.attrs["dwellings"], homes.attrs["not_dwellings"]) == (2, 3)


def test_unknown_levels_are_the_median_of_the_known_and_say_so():
    homes = homes_from_buildings(
        buildings([("house", 2.0), ("house", 3.0), ("house", 7.0), ("house", np.nan)])
    )
    assert homes["floors"].tolist() == [2, 3, 7, 3]
    assert homes["levels_source"].tolist() == ["tagged"] * 3 + ["median"]
    assert homes_from_buildings(buildings([("house", np.nan)]))["floors"].tolist() == [1]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30), st.integers(1, 10**7))
def test_people_shared_out_add_up_to_the_total(levels, total):
    homes = homes_from_buildings(
        buildings([("apartments", float(k)) for k in levels]), people_total=total
    )
    assert homes["people"].sum() == pytest.approx(total, rel=1e-12)
    # equal footprints: a building's people are its share of the storeys
    assert homes["people"].to_numpy() == pytest.approx(total * np.array(levels) / sum(levels))
    assert set(homes["people_source"]) == {"estimated"}


def test_no_dwelling_and_no_people_are_refused():
    with pytest.raises(TableError) as caught:
        homes_from_buildings(buildings([("school", 3.0)]))
    assert caught.value.key == "read.no_dwellings"
    with pytest.raises(TableError) as caught:
        homes_from_buildings(buildings([("house", 3.0)]), people_total=0)
    assert caught.value.key == "read.people_total"


def test_row_order_moves_no_home():
    rows = buildings([("house", 2.0), ("apartments", 9.0), ("yes", np.nan)])
    one = homes_from_buildings(rows, people_total=100)
    two = homes_from_buildings(rows.iloc[::-1], people_total=100).loc[one.index]
    assert_geodataframe_equal(one, two)


def test_panzhihua_buildings_leave_six_compounds_empty(shared_data):
    from greenmap.read.communities import read_communities
    from greenmap.read.osm_file import read_osm_buildings

    areas = read_communities(shared_data / "boundaries/panzhihua_compounds_wgs84.geojson")
    homes = homes_from_buildings(
        read_osm_buildings(shared_data / "osm/panzhihua_2022.osm"), communities=areas
    )
    inhabited = set(homes["community_id"].dropna())
    assert len(areas) - len(inhabited) == 6


def test_real_grids_keep_their_people(shared_data):
    grid = read_homes(shared_data / "population/helsinki_population_grid_2020.gpkg")
    assert (len(grid), grid["people"].sum()) == (92, 71_724)
    cells = read_homes(shared_data / "population/porto_alegre_hexgrid.csv")
    assert (len(cells), cells["people"].sum()) == (1_227, 812_935)
