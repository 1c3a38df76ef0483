"""People shared out: totals kept to the person, each home with its rule; hulls never count."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from greenmap.errors import InputFaults, TableError
from greenmap.measure.people import count_people
from greenmap.network.spread_people import spread_people
from greenmap.network.tables import network_from_tables
from greenmap.read.dwellings import Figures, lattice_points
from greenmap.read.gathered import gather_communities, members
from greenmap.read.homes import with_community
from greenmap.read.sharing import largest_remainder, share_groups

box = shapely.box


def areas(**columns):
    return gpd.GeoDataFrame(
        {"name": ["甲社区", "乙社区"], **columns},
        geometry=[box(101.70, 26.50, 101.71, 26.51), box(101.71, 26.50, 101.72, 26.51)],
        index=pd.Index(["1", "2"], name="community_id"), crs=4326)


def houses(weights, lon=101.705, **columns):
    index = pd.Index([f"h{k}" for k in range(len(weights))], name="home_id")
    points = gpd.points_from_xy([lon] * len(weights), [26.505] * len(weights))
    return gpd.GeoDataFrame({"floor_area_m2": weights, **columns}, geometry=points, index=index,
                            crs=4326)


def people(*counts, **groups):
    return pd.DataFrame({"people": counts, **groups}, index=["1", "2"][: len(counts)])


def test_shares_are_whole_and_ties_go_to_the_first():
    assert largest_remainder(10, np.array([1.0, 1.0, 1.0])).tolist() == [4, 3, 3]
    assert largest_remainder(2, np.array([0.0, 0.0])).tolist() == [1, 1]
    assert largest_remainder(7, np.array([2, 1])).tolist() == [5, 2]  # 4.67 and 2.33


WEIGHTS = st.lists(st.floats(0, 1e6), min_size=1, max_size=60)


@given(st.integers(0, 100_000), WEIGHTS)
def test_the_sum_is_the_total_to_the_person(total, weights):
    shares = largest_remainder(total, np.array(weights))
    assert shares.sum() == total and (shares >= 0).all()


@given(WEIGHTS, st.data())
def test_groups_keep_their_totals_and_stay_inside(weights, data):
    total = data.draw(st.integers(0, 20_000))
    over_60 = data.draw(st.integers(0, total))
    over_65 = data.draw(st.integers(0, over_60))
    said = {"people": total, "elderly_60": over_60, "elderly_65": over_65,
            "elderly_80": data.draw(st.integers(0, over_65)),
            "age_3_6": data.draw(st.integers(0, total))}
    shared = share_groups(said, np.array(weights))
    assert shared.sum().to_dict() == said
    for small, large in (("elderly_80", "elderly_65"), ("elderly_65", "elderly_60"),
                         ("elderly_60", "people"), ("age_3_6", "people")):
        assert (shared[small] <= shared[large]).all()


def test_floor_area_shares_out_a_community():
    # 100 people over 3,000 and 1,000 m2: three quarters and one quarter
    made = spread_people(people(100, 0), communities=areas(), homes=houses([3000.0, 1000.0]))
    assert made["people"].to_dict() == {"h0": 75, "h1": 25}
    assert set(made["people_measure"]) == {"estimated"}
    assert set(made["people_rule"]) == {"floor_area"}
    # 4,000 m2 at 36.52 m2 a head hold 109.5; 100 live there
    first = made.attrs["spread"][0]
    assert (first["held"], first["factor"]) == (109.5, 0.913)


def test_vacancy_and_housing_share_move_the_factor_only():
    figures = Figures(vacancy=0.2, housing_share=0.5)
    plain = spread_people(people(100, 0), communities=areas(), homes=houses([3000.0, 1000.0]))
    other = spread_people(people(100, 0), communities=areas(), homes=houses([3000.0, 1000.0]),
                          figures=figures)
    assert (plain["people"] == other["people"]).all()
    assert other.attrs["spread"][0]["factor"] == pytest.approx(0.913 / 0.4, abs=0.002)
    with pytest.raises(InputFaults, match="vacancy"):
        Figures(vacancy=1.0)


def test_a_count_that_fits_is_measured_and_one_that_is_scaled_is_estimated():
    counted = houses([np.nan, np.nan], people=[60.0, 40.0])
    fits = spread_people(people(100), communities=areas(), homes=counted)
    assert set(fits["people_measure"]) == {"measured"} and fits["people"].tolist() == [60, 40]
    assert fits.attrs["spread"][0]["measured"] == 100
    scaled = spread_people(people(110), communities=areas(), homes=counted)
    assert set(scaled["people_measure"]) == {"estimated"}
    assert scaled["people"].tolist() == [66, 44] and scaled.attrs["spread"][0]["factor"] == 1.1


def compounds(**columns):
    return gpd.GeoDataFrame(
        {"name": ["一院", "二院"], **columns}, crs=4326, index=pd.Index(["a", "b"]),
        geometry=[box(101.701, 26.501, 101.703, 26.503), box(101.705, 26.505, 101.7052, 26.5052)])


def test_households_deal_people_to_compounds_and_their_buildings():
    # 一院 has 30 households, 二院 10; one building stands in 一院, none in 二院
    inside = houses([5000.0], lon=101.702).set_geometry(gpd.points_from_xy([101.702], [26.502]),
                                                        crs=4326)
    made = spread_people(people(100), communities=areas(), homes=inside,
                         compounds=compounds(households=[30.0, 10.0]))
    assert made["people"].to_dict() == {"b": 25, "h0": 75}
    assert made["compound_id"].to_dict() == {"b": "b", "h0": "a"}
    assert set(made["people_rule"]) == {"households"}


def test_a_large_compound_becomes_points_forty_metres_apart():
    made = spread_people(people(1000), communities=areas(),
                         compounds=compounds(households=[300.0, 100.0]))
    assert made["people"].sum() == 1000
    assert len(made) > 20 and made.loc["b", "people"] == 250
    assert len(lattice_points(box(0, 0, 80, 80))) == 4
    assert len(lattice_points(box(1, 1, 3, 3))) == 1


def streets():
    nodes = pd.DataFrame({"id": [1, 2], "x": [101.701, 101.709], "y": [26.505, 26.505]})
    edges = pd.DataFrame({"u": [1], "v": [2], "highway": ["residential"]})
    return network_from_tables(nodes, edges, crs="EPSG:4543")


def test_where_nothing_else_is_known_people_stand_along_the_streets():
    made = spread_people(people(200), communities=areas(), network=streets())
    assert made["people"].sum() == 200 and set(made["people_rule"]) == {"streets"}
    assert made.attrs["spread"][0]["factor"] is None  # metres of street hold nobody


def test_a_community_without_any_place_is_named():
    with pytest.raises(TableError, match="甲社区"):
        spread_people(people(200), communities=areas(), homes=houses([1.0], lon=101.715))


def test_a_community_without_a_row_has_homes_of_unknown_people():
    made = spread_people(people(7), communities=areas(),
                         homes=pd.concat([houses([1.0]), houses([2.0], 101.715).set_axis(["x"])]))
    assert made.loc["x", "people"] != made.loc["x", "people"]
    assert made.loc["x", "people_measure"] is None


def test_buildings_that_are_no_dwellings_hold_nobody():
    made = spread_people(people(9), communities=areas(),
                         homes=houses([1.0, 1.0], use=["住宅", "学校"]))
    assert made["people"].to_dict() == {"h0": 9}


@given(st.permutations(range(6)))
def test_the_order_of_rows_moves_nobody(order):
    homes = houses([1.0, 1.0, 1.0, 2.0, 2.0, 3.5])
    plain = spread_people(people(1001, elderly_60=[77]), communities=areas(), homes=homes)
    other = spread_people(people(1001, elderly_60=[77]), communities=areas(),
                          homes=homes.iloc[list(order)])
    pd.testing.assert_frame_equal(pd.DataFrame(plain.drop(columns="geometry")),
                                  pd.DataFrame(other.drop(columns="geometry")))


def test_shared_out_people_are_not_called_measured():
    made = spread_people(people(100, elderly_60=[30]), communities=areas(), homes=houses([1.0]))
    assert count_people(made, areas(), "all")[1] == "spread"
    assert count_people(made, areas(), "elderly_60")[1] == "spread"
    assert count_people(made, areas(), "elderly_65")[1] == "all_residents"


def rows(*communities):
    points = gpd.points_from_xy(101.70 + 0.001 * np.arange(len(communities)),
                                [26.50] * len(communities))
    return gpd.GeoDataFrame({"community": list(communities)}, geometry=points, crs=4326,
                            index=pd.Index([f"h{k}" for k in range(len(communities))],
                                           name="home_id"))


def test_communities_are_gathered_from_the_rows_that_name_them():
    table = rows("甲社区", "甲居委会", "乙社区", "甲")
    found = gather_communities(table)
    assert found.index.tolist() == ["乙社区", "甲社区"]
    assert set(found["outline"]) == {"hull"}
    # the fourth row lies beyond 乙's hull, and 甲's hull holds 乙's point: the column decides
    assert members(table, found).tolist() == ["甲社区", "甲社区", "乙社区", "甲社区"]
    homes, how = with_community(table, found)
    assert homes["community_id"].tolist() == ["甲社区", "甲社区", "乙社区", "甲社区"]
    assert how["by_place"] == 0


def test_a_row_that_names_no_community_is_a_fault_or_belongs_to_none():
    table = rows("甲社区", None)
    with pytest.raises(TableError, match="h1"):
        gather_communities(table)
    found = gather_communities(table, accept=True)
    assert members(table, found).tolist() == ["甲社区", None]
    with pytest.raises(TableError, match="所属社区"):
        gather_communities(table.drop(columns="community"))


def test_codes_and_full_names_come_from_the_population_table():
    table = pd.DataFrame({"name": ["甲社区"], "people": [5.0]}, index=["510402001001"])
    found = gather_communities(rows("甲", "甲居委会"), people=table)
    assert found["name"].to_dict() == {"510402001001": "甲社区"}
