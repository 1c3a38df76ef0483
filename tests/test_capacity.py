"""Capacity: E2SFCA against pysal's access, by hand on the line, and schools."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from measure_world import LAT, LON, STEP, clause, homes_at, line_study, places_at
from test_unit_answers import answered_whole

from greenmap.errors import StudyError
from greenmap.measure.capacity import crowding, e2sfca, school_places
from greenmap.model.study import Assessment


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # of the package we compare with
@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("seed", range(5))
def test_e2sfca_equals_pysal_access(seed):
    access = pytest.importorskip("access")
    from access.weights import step_fn

    rng = np.random.default_rng(seed)
    homes, places = 40, 7
    walk = rng.uniform(0, 40, (homes, places)).round(1)
    walk[0, 0], walk[1, 1] = 10.0, 30.0  # on the bands themselves
    people, beds = rng.integers(1, 90, homes), rng.integers(1, 60, places)
    cost = pd.DataFrame([(h, p, walk[h, p]) for h in range(homes) for p in range(places)],
                        columns=["origin", "dest", "cost"])
    theirs = access.Access(
        demand_df=pd.DataFrame({"id": range(homes), "people": people}), demand_index="id",
        demand_value="people", supply_df=pd.DataFrame({"id": range(places), "beds": beds}),
        supply_index="id", supply_value="beds", cost_df=cost, cost_origin="origin",
        cost_dest="dest", cost_name="cost",
        neighbor_cost_df=pd.DataFrame({"origin": range(homes), "dest": range(homes), "cost": 0.0}),
        neighbor_cost_origin="origin", neighbor_cost_dest="dest", neighbor_cost_name="cost")
    table = theirs.enhanced_two_stage_fca(
        name="e", weight_fn=step_fn({10: 1.0, 20: 0.68, 30: 0.22}), max_cost=30)
    ours, _ = e2sfca(cost["origin"], cost["dest"], cost["cost"], demand=people, supply=beds,
                     bands=(10.0, 20.0, 30.0))
    assert ours == pytest.approx(table["e_beds"].reindex(range(homes)).fillna(0).to_numpy(),
                                 abs=1e-9)


def test_all_capacity_that_anyone_reaches_is_handed_out():
    rng = np.random.default_rng(7)
    home, place = np.divmod(np.arange(60), 6)
    demand, supply = rng.integers(1, 9, 10), rng.integers(1, 9, 6)
    access, _ = e2sfca(home, place, rng.uniform(0, 15, 60), demand=demand, supply=supply,
                       bands=(5.0, 10.0, 15.0))
    assert (access * demand).sum() == pytest.approx(supply.sum())


BEDS = "elderly_home"


def test_crowding_on_the_line():
    # Homes at 0 and 4 (10 people each), beds at node 2: 200 m, the adult's first five minutes
    study = line_study(homes_at([0, 4]), places_at([2, 3], BEDS, capacity=[10.0, None],
                                                   name=["甲", "乙"]), clause(id="c"))
    found = crowding(study, BEDS)
    assert found.places.loc["amenity0"].tolist() == ["甲", 10.0, 20.0, 2.0]
    assert found.homes["access"].tolist() == [0.5, 0.5]
    assert found.left_out == ("amenity1",)


def test_people_counted_equal_people_in():
    # one place in everybody's first band: its people are all people, whatever the group
    study = line_study(homes_at([0, 1, 4], people=[3.0, 4.0, 5.0], elderly_60=[1.0, 0.0, 2.0]),
                       places_at([2], BEDS, capacity=4.0), clause(id="c"))
    assert crowding(study, BEDS).places["people"].tolist() == [12.0]
    old = crowding(study, BEDS, group="elderly_60")
    assert old.places["people"].tolist() == [3.0]
    assert (old.homes["people"] * old.homes["access"]).sum() == pytest.approx(4.0)


def test_homes_on_one_node_share_its_walks_and_a_home_off_the_street_has_no_answer():
    homes = homes_at([0, 0, 4]).drop(columns="node")
    homes.geometry = [*homes.geometry.iloc[:2], shapely.Point(LON, LAT + 0.04)]
    study = line_study(homes, places_at([2], BEDS, capacity=10.0), clause(id="c"))
    access = crowding(study, BEDS).homes["access"].tolist()
    assert access[:2] == [0.5, 0.5] and np.isnan(access[2])


def test_without_capacity_or_with_bands_that_do_not_fit_it_says_so():
    study = line_study(homes_at([0]), places_at([2], BEDS), clause(id="c"))
    with pytest.raises(StudyError) as error:
        crowding(study, BEDS)
    assert error.value.key == "measure.no_capacity"
    with pytest.raises(StudyError) as error:
        crowding(study, BEDS, bands=(5.0,))
    assert error.value.key == "measure.bands_weights"


def schools():
    homes = homes_at([0, 4, 9], age_6_12=[3.0, 4.0, 5.0], compound=["甲园", "甲园", "乙园"])
    places = places_at([1, 8], "primary_school", capacity=[5.0, 20.0], name=["一小", "二小"])
    primary = clause(id="c", categories=("primary_school",), limit=500.0, people="age_6_12")
    study = line_study(homes, places, primary)
    whole = answered_whole(study)
    return Assessment(study=study, reaches=whole.reaches, coverage=whole.coverage,
                      answers=whole.answers, gaps=None, checks=None, snaps=None, isochrones=None,
                      units=None, manifest={})


def test_children_belong_to_the_nearest_school():
    # homes at 0 and 4 (100 and 300 m) are nearest to node 1; home at 9 to node 8
    table = school_places(schools(), "c")
    assert table["children"].tolist() == [7.0, 5.0] and table["missing"].tolist() == [2.0, 0.0]
    assert set(table["assign"]) == {"nearest"}


def test_children_belong_to_their_catchment():
    by_name = pd.DataFrame({"compound": ["甲园"], "place_id": ["amenity1"]})
    table = school_places(schools(), "c", catchments=by_name)
    assert table.loc["amenity1", "children"] == 7.0 and table.loc["amenity0", "children"] == 0.0
    assert table.loc["", ["children", "missing"]].tolist() == [5.0, 5.0]  # 乙园 has no school
    area = gpd.GeoDataFrame({"place_id": ["amenity0"]}, geometry=[
        shapely.box(LON - STEP, LAT - STEP, LON + 20 * STEP, LAT + STEP)], crs=4326)
    table = school_places(schools(), "c", catchments=area)
    assert table["children"].tolist() == [12.0, 0.0] and table.loc["amenity0", "missing"] == 7.0
