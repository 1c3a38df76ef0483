"""What ten per cent of pace and fifty metres of gate change; walks read off the line."""

from dataclasses import replace

import numpy as np
import pytest
from measure_world import clause, homes_at, line_study, places_at
from test_causes import with_hurdle

from greenmap.measure.assess import assess
from greenmap.measure.sensitivity import VARIANTS, sensitivity
from greenmap.network.hurdles import OPEN
from greenmap.report.sensitivity_sheet import list_sensitivity

GATED = with_hurdle(OPEN)  # a gate on the edge from node 2 to node 3


def states(study, **args):
    found = sensitivity(study, **args)
    if not len(found):
        return None
    row = found.iloc[0]
    assert row["state"] == assess(study, with_isochrones=False).coverage["state"].iloc[0]
    return [row[f"state_{name}"] for name in VARIANTS]


@pytest.mark.parametrize(("limit", "expected"), [
    # 300 m through one gate: 4.17 min at 72 m/min; slower 4.63, faster 3.79; 50 m are 0.69 min
    (4.2, ["not_met", "met", "not_met", "met"]),
    (4.7, ["met", "met", "not_met", "met"]),
    (4.0, ["not_met", "met", "not_met", "met"]),
    (3.6, ["not_met", "not_met", "not_met", "met"]),
    (5.0, None), (3.0, None),
])
def test_each_variant_answers_as_the_walk_says(limit, expected):
    timed = clause(limit=limit, unit="min", profile="adult")
    assert states(line_study(homes_at([3]), places_at([0]), timed, network=GATED)) == expected


def test_metres_know_no_pace_and_without_a_gate_none_is_moved():
    # 300 m, the limit itself: met; 350 m isn't
    here = line_study(homes_at([3]), places_at([0]), clause(limit=300.0), network=GATED)
    assert states(here) == ["met", "met", "not_met", "met"]
    assert states(line_study(homes_at([3]), places_at([0]), clause(limit=300.0))) is None
    # 1 m of doubt changes nothing at 310
    far = line_study(homes_at([3]), places_at([0]), clause(limit=310.0), network=GATED)
    assert states(far, gate_m=1.0) is None


def test_a_study_that_judges_nothing_lists_shares_that_move():
    homes = homes_at([3, 1], people=[50.0, 50.0])
    study = replace(line_study(homes, places_at([0]), clause(limit=300.0), network=GATED),
                    share=None)
    found = sensitivity(study)
    assert found["share"].tolist()[0] == 1.0
    assert found["share_gates_farther"].tolist()[0] == 0.5
    assert found.attrs["compared"] >= 1


def test_the_sheet_names_units_clauses_and_states_in_words():
    study = line_study(homes_at([3]), places_at([0]), clause(limit=300.0), network=GATED)
    result = replace(assess(study, with_isochrones=False), sensitivity=sensitivity(study))
    table = list_sensitivity(result, "en")
    assert table["clause"].iloc[0] == "A pharmacy"
    assert "not met" in table["state_gates_farther"].iloc[0]
    assert list_sensitivity(replace(result, sensitivity=None), "en").empty


def test_neither_homes_nor_order_change_it():
    homes, places = homes_at([1, 3, 5, 8]), places_at([0, 9])
    study = line_study(homes, places, clause(limit=300.0), network=GATED)
    turned = replace(study, homes=study.homes.iloc[::-1])
    assert sensitivity(study).equals(sensitivity(turned))
    assert np.isfinite(sensitivity(study)["share"]).all()
