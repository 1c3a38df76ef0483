"""Causes on hand-made streets; each by taking one thing away."""

from dataclasses import replace

import numpy as np
import pandas as pd
import shapely
from measure_world import LAT, LON, STEP, clause, homes_at, line_network, line_study, places_at

from greenmap.measure.assess import assess
from greenmap.measure.causes import CAUSES, name_causes
from greenmap.measure.straight import StraightWays, name_waters
from greenmap.model.barrier import Barriers
from greenmap.network.hurdles import CLOSED, OPEN, WALL


def with_hurdle(kind, edge=2):
    """The line with something standing on the edge from node 2 to node 3."""
    network = line_network()
    hurdle = np.zeros(network.n_edges, np.uint8)
    hurdle[edge] = kind
    return replace(network, hurdle=hurdle)


def found(study):
    result = assess(study, with_isochrones=False)
    return result, result.answers.reason[:, 0].tolist()


def test_a_wall_is_the_cause_of_those_behind_it_only():
    # place at 0; homes at 1 (100 m), 3 (300 m, behind the wall), 9 (900 m: too far in any case)
    study = line_study(homes_at([1, 3, 9]), places_at([0]), network=with_hurdle(WALL))
    result, reasons = found(study)
    assert reasons == ["", "wall", "none_near"]
    # with the wall away the walk is 300 m; with it there is none
    assert result.answers.relieved[:, 0].tolist()[1] == 300.0
    assert np.isinf(result.answers.value[1, 0])


def test_a_shut_gate_goes_before_a_wall():
    study = line_study(homes_at([3]), places_at([0]), network=with_hurdle(CLOSED))
    assert found(study)[1] == ["gate"]
    both = replace(with_hurdle(CLOSED), hurdle=np.array([0, CLOSED, WALL] + [0] * 7, np.uint8))
    assert found(line_study(homes_at([3]), places_at([0]), network=both))[1] == ["several"]


def test_an_open_gate_hinders_nobody():
    study = line_study(homes_at([3]), places_at([0]), network=with_hurdle(OPEN))
    assert found(study)[1] == [""]


def test_a_slow_pace_is_a_cause_for_the_elderly():
    # 5 min: 270 m at 54 m/min, 360 m at 72: home 3 (300 m) is reached by an adult
    slow = clause(limit=5.0, unit="min", profile="elderly")
    assert found(line_study(homes_at([2, 3, 4]), places_at([0]), slow))[1] == [
        "", "speed", "none_near"]


def test_steps_are_a_cause_where_they_slow_or_stop():
    nodes = pd.DataFrame({"node": range(3), "lon": [LON + STEP * n for n in range(3)], "lat": LAT})
    edges = pd.DataFrame({"u": [0, 1], "v": [1, 2], "length_m": 100.0,
                          "highway": ["steps", "footway"]})
    from greenmap.network.tables import network_from_tables

    box = shapely.box(LON - 0.05, LAT - 0.05, LON + 0.05, LAT + 0.05)
    network = network_from_tables(nodes, edges, extent=box)
    far = clause(limit=5.0, unit="min", profile="wheelchair")
    # 200 m at 42 m/min = 4.8 min, but for the steps
    assert found(line_study(homes_at([2]), places_at([0]), far, network=network))[1] == ["steps"]


def test_a_river_between_is_named_where_the_place_is_near():
    homes, places = homes_at([1, 9]), places_at([0])
    study = line_study(homes, places, network=line_network(lengths=1000.0))
    x, y = study.homes.geometry.iloc[0].x - 30, study.homes.geometry.iloc[0].y
    none, no_number = np.empty(0, object), np.empty(0)
    water = np.array([shapely.LineString([(x, y - 500), (x, y + 500)])], dtype=object)
    barriers = Barriers(study.crs, water, np.array(["w1"], object), np.array(["water"], object),
                        none, no_number, no_number, none, none, no_number, none, none, none,
                        np.empty(0, np.int64))
    ways = StraightWays(study.homes, study.amenities)
    _, place = ways.to(np.ones(1, bool))
    reason = np.array(["detour", "none_near"], dtype=object)
    assert name_waters(reason, ways, place, barriers).tolist() == ["river", "none_near"]
    assert name_waters(reason, ways, place, None).tolist() == ["detour", "none_near"]
    assert found(line_study(homes, places, network=replace(
        line_network(lengths=1000.0), barriers=barriers)))[1] == ["river", "none_near"]


def test_the_first_that_suffices_alone_is_the_cause():
    reason = np.array(["detour"], dtype=object)
    enough, not_enough = np.array([10], np.uint32), np.array([30], np.uint32)
    assert name_causes(reason, 20, {"slope": enough, "wall": enough}).tolist() == ["wall"]
    assert name_causes(reason, 20, {"slope": enough, "wall": not_enough}).tolist() == ["slope"]
    assert name_causes(reason, 10, {"several": enough}).tolist() == ["several"]
    assert CAUSES.index("gate") < CAUSES.index("wall") < CAUSES.index("steps")


def test_a_gap_says_what_its_cause_costs():
    # 300 m at 54 m/min are 5.56 min, at 72 m/min 4.17: the slow pace costs 1.39 min
    slow = clause(limit=5.0, unit="min", profile="elderly")
    gap = assess(line_study(homes_at([3]), places_at([0]), slow), with_isochrones=False).gaps
    assert gap["cause"].tolist() == ["speed"]
    assert abs(gap["cause_cost"].iloc[0] - (300 / 54 - 300 / 72)) < 1e-3
    none = assess(line_study(homes_at([9]), places_at([0])), with_isochrones=False).gaps
    assert none["cause_cost"].isna().all()


def test_a_gap_counts_people_per_cause():
    homes = homes_at([3, 9], people=[30.0, 10.0])
    study = line_study(homes, places_at([0]), network=with_hurdle(WALL))
    gap = assess(study, with_isochrones=False).gaps.iloc[0]
    assert gap["cause"] == "wall" and gap["people_by_cause"] == "wall=30; none_near=10"
    assert gap["people_missing"] == 40.0
