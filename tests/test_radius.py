"""Radius and walk: on a street that doubles back, near is not within reach."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from measure_world import LAT, LON, STEP, clause, communities, homes_at, line_study, places_at
from test_unit_answers import answered_whole

from greenmap.measure.radius import compare_radius


def world(**changes):
    # Homes at nodes 0, 3, 6 (10, 20, 30 people), the pharmacy at node 3. Edges are 150 m long
    # but 100 m apart: node 0 and 6 lie 300 m off as the crow flies and 450 m on foot.
    from measure_world import line_network

    homes = homes_at([0, 3, 6], people=[10.0, 20.0, 30.0])
    return line_study(homes, places_at([3]), clause(id="c", limit=310.0),
                      network=line_network(lengths=150.0), **changes)


def test_near_and_not_within_reach_are_told_apart():
    study = world()
    figures = compare_radius(study, answered_whole(study).answers)
    row = figures.table.loc[("A", "c")]
    assert (row["people"], row["radius_people"], row["walked_people"]) == (60, 60, 20)
    assert (row["radius_share"], row["walked_share"]) == (1.0, pytest.approx(1 / 3))
    assert (row["between_people"], row["cause_1"], row["people_1"]) == (40, "detour", 40)
    assert row["cause_2"] == "" and np.isnan(row["people_2"])
    assert figures.homes["home_id"].tolist() == ["home0", "home2"]
    assert figures.homes["walk"].tolist() == [450.0, 450.0]
    assert figures.homes["straight_m"].to_numpy() == pytest.approx([300, 300], rel=3e-3)


def test_sums_of_parents_equal_their_children():
    half = [shapely.box(LON - STEP / 2, LAT - STEP, LON + 4.5 * STEP, LAT + STEP),
            shapely.box(LON + 4.5 * STEP, LAT - STEP, LON + 10.5 * STEP, LAT + STEP)]
    areas = communities(("A", "B"), subdistrict=["东街", "东街"]).set_geometry(half, crs=4326)
    homes = homes_at([0, 3, 6], people=[10.0, 20.0, 30.0], community=["A", "A", "B"])
    study = line_study(homes, places_at([3]), clause(id="c", limit=310.0), areas=areas)
    table = compare_radius(study, answered_whole(study).answers).table
    for name in ("people", "radius_people", "walked_people", "between_people"):
        children = table.loc["A"].loc["c", name] + table.loc["B"].loc["c", name]
        assert table.loc[("subdistrict/东街", "c"), name] == children


def test_the_radius_as_a_share_of_residential_land():
    # Land of 3 edges from node 0 to 3, all within 310 m of node 3; and 3 more from 7 to 10, of
    # which the circle of 310 m ends before node 7: half of the land is served.
    plots = [shapely.box(LON + a * STEP, LAT - STEP / 10, LON + b * STEP, LAT + STEP / 10)
             for a, b in ((0, 3), (7, 10))]
    land = gpd.GeoDataFrame(geometry=plots, crs=4326)
    study = world(residential=land)
    share = compare_radius(study, answered_whole(study).answers).table.loc[("A", "c"),
                                                                           "land_share"]
    assert share == pytest.approx(0.5, abs=0.02)
    bare = world()
    assert np.isnan(compare_radius(bare, answered_whole(bare).answers).table["land_share"]).all()


def test_a_figure_nobody_confirmed_has_no_radius_either():
    study = line_study(homes_at([0]), places_at([1]), clause(id="c", confidence="memory"))
    figures = compare_radius(study, answered_whole(study).answers)
    assert figures.table.empty and figures.homes.empty
