import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measure_world import (
    at_nodes,
    clause,
    communities,
    homes_at,
    line_network,
    line_study,
    places_at,
)

from greenmap.errors import StudyError
from greenmap.measure.cover import cover
from greenmap.measure.match_clauses import match_clauses
from greenmap.measure.reach import reach
from greenmap.measure.units_judged import judge
from greenmap.model.study import ANSWERS


def covered(study):
    reaches = {
        name: reach(study.network, study.homes, study.amenities, profile=name,
                    sets=match_clauses(study.amenities, study.standard.clauses))
        for name in study.standard.profiles
    }
    return cover(reaches, study)


def row(study, unit="A", clause_id="pharmacy-300m"):
    return covered(study).table.loc[(unit, clause_id)]


def answers(study):
    return [ANSWERS[s] for s in covered(study).answers.state[:, 0]]


def reasons(study):
    return covered(study).answers.reason[:, 0].tolist()


def test_the_limit_itself_is_covered():
    # homes 300 m and 400 m from the place at node 0
    study = line_study(homes_at([3, 4]), places_at([0]))
    assert answers(study) == ["covered", "not_covered"]
    assert row(study)["share"] == 0.5
    assert row(study)["state"] == "not_met"


def test_met_at_exactly_the_share():
    # nine homes within 300 m of node 0, one beyond: 0.9 of the people, asked 0.9
    study = line_study(homes_at([0, 1, 2, 3, 0, 1, 2, 3, 0, 10]), places_at([0]))
    found = row(study)
    assert found["state"] == "met"
    assert (found["state_80"], found["state_90"], found["state_100"]) == ("met", "met", "not_met")


def test_without_a_share_coverage_is_measured_and_nothing_judged():
    found = row(line_study(homes_at([0, 10]), places_at([0]), share=None))
    assert found["state"] == "measured" and found["reason"] == "no_share"
    assert found["share"] == 0.5
    assert (found["state_80"], found["state_100"]) == ("not_met", "not_met")


def test_nobody_there_is_not_applicable():
    study = line_study(homes_at([0], community=None), places_at([0]))
    found = row(study)
    assert found["state"] == "not_applicable" and found["reason"] == "nobody"
    assert np.isnan(found["share"])


def test_not_collected_is_not_known_and_collected_is_not_met():
    homes, places = homes_at([0, 1]), places_at([0], category="bank")
    assert row(line_study(homes, places, collected=()))["state"] == "not_known"
    assert reasons(line_study(homes, places, collected=())) == ["not_collected"] * 2
    named = line_study(homes, places, collected=("pharmacy",))
    assert row(named)["state"] == "not_met" and row(named)["reason"] == "none_near"


def test_what_is_found_counts_whoever_collected_it():
    study = line_study(homes_at([0, 1]), places_at([0]), collected=())
    assert answers(study) == ["covered", "covered"]


def test_a_home_off_the_street_is_unknown():
    homes = homes_at([0, 1])
    homes["node"] = [0, None]
    homes = homes.set_geometry([homes.geometry.iloc[0], homes.geometry.translate(0, 0.01).iloc[1]])
    study = line_study(homes, places_at([0]))
    assert reasons(study) == ["", "not_attached"]
    assert row(study)["state"] == "not_known" and row(study)["reason"] == "not_attached"


def test_the_edge_of_the_data_matters_only_before_a_place_is_found():
    # data end 20 m beyond node 10 (its end is an exit); homes at 8, 9 walk there in 200, 100 m
    network = line_network(reach_data_m=15.0)
    places = places_at([7])
    study = line_study(homes_at([8, 9]), places, network=network)
    assert reasons(study) == ["", ""]  # the place is found first
    study = line_study(homes_at([5, 8, 9]), places_at([0]), network=network)
    # home 5 is 500 m from the place and 500 m from either end: its 300 m stay inside the data
    assert reasons(study) == ["none_near", "edge_of_data", "edge_of_data"]


def test_a_place_of_unknown_size_makes_the_answer_unknown():
    park = clause(id="park", categories=("park",), min_area_m2=5000.0)
    places = places_at([0, 5, 10], category="park", area_m2=[6000.0, np.nan, 100.0])
    study = line_study(homes_at([1, 6, 9]), places, park)
    # home 6 is 100 m from the park of unknown size; home 9 is 100 m from one too small,
    # 400 m from the unknown one
    assert reasons(study) == ["", "place_not_sure", "none_near"]


def test_closed_places_serve_nobody_and_unknown_status_is_unknown():
    places = places_at([0, 10], status=["closed", None])
    study = line_study(homes_at([0, 10, 5]), places)
    assert reasons(study) == ["none_near", "place_not_sure", "none_near"]


def test_a_place_off_the_street_is_no_proof_of_lack():
    places = places_at([5]).drop(columns="node")
    places = places.set_geometry(places.geometry.translate(0, 0.0015))  # 166 m north
    study = line_study(homes_at([5, 10]), places)
    # home 5 is 166 m from it in a straight line, home 10 over 500 m
    assert reasons(study) == ["place_not_attached", "none_near"]


def test_detour_and_none_near_are_told_apart():
    # the street is a 1,000 m way round: given lengths are ten times the straight line's 10 m
    network = line_network(lengths=1000.0)
    study = line_study(homes_at([1, 9]), places_at([0]), network=network)
    # home 1: 100 m in a straight line, 1,000 m on foot; home 9: 900 m in a straight line
    assert reasons(study) == ["detour", "none_near"]


def test_an_unconfirmed_figure_is_never_scored():
    study = line_study(homes_at([0]), places_at([0]), clause(confidence="memory"))
    assert row(study)["state"] == "not_known" and row(study)["reason"] == "not_confirmed"


def test_age_groups_weigh_the_homes():
    # old people live at 0 (4) and 10 (6): 0.4 of them within 300 m of node 0
    homes = homes_at([0, 10], elderly_60=[4.0, 6.0])
    found = row(line_study(homes, places_at([0]), clause(people="elderly_60")))
    assert (found["people"], found["share"], found["people_basis"]) == (10.0, 0.4, "measured")


def test_one_age_group_is_never_read_for_another():
    homes = homes_at([0, 10], elderly_65=[4.0, 6.0])
    found = row(line_study(homes, places_at([0]), clause(people="elderly_60")))
    assert (found["people"], found["people_basis"]) == (20.0, "all_residents")


def test_a_community_share_is_an_estimate():
    areas = communities(people=[100.0], elderly_60=[20.0])
    found = row(line_study(homes_at([0, 10]), places_at([0]), clause(people="elderly_60"),
                           areas=areas))
    assert (found["people"], found["people_basis"]) == (4.0, "estimated")  # a fifth of 20


def test_without_people_floor_area_weighs_and_no_people_are_printed():
    homes = homes_at([0, 10], people=np.nan, floor_area_m2=[300.0, 100.0])
    found = row(line_study(homes, places_at([0])))
    assert found["share"] == 0.75 and np.isnan(found["people"])
    assert found["people_basis"] == "floor_area"


def test_present_counts_places_inside_the_community():
    want = clause(id="p", kind="present", categories=("pharmacy",), limit=0.0, min_count=2)
    for nodes, state in (([0, 9], "met"), ([0], "not_met")):
        assert row(line_study(homes_at([5]), places_at(nodes), want), clause_id="p")[
            "state"] == state
    one_place = places_at([0, 9], place_id="same")
    assert row(line_study(homes_at([5]), one_place, want), clause_id="p")["state"] == "not_met"
    nobody = line_study(homes_at([5]), places_at([0]), want, collected=())
    assert row(nobody, clause_id="p")["state"] == "not_known"


def test_upper_units_sum_their_children_and_are_only_measured():
    areas = communities(("A", "B", "C"), subdistrict=["东街", "东街", "西街"])
    homes = homes_at([0, 10, 2, 7], community=["A", "A", "B", "C"], people=[1.0, 2.0, 3.0, 4.0])
    table = covered(line_study(homes, places_at([0]), areas=areas)).table
    east = table.loc[("subdistrict/东街", "pharmacy-300m")]
    children = table.loc[[("A", "pharmacy-300m"), ("B", "pharmacy-300m")]]
    assert east["people"] == children["people"].sum() == 6.0
    assert east["people_covered"] == children["people_covered"].sum() == 4.0
    assert east["state"] == "measured" and east["reason"] == "other_unit"
    assert table.loc[("study", "pharmacy-300m"), "people"] == 10.0


def test_every_community_and_clause_has_its_row_in_their_order():
    areas = communities(("B", "A"))
    two = clause(), clause(id="bank", categories=("bank",))
    table = covered(line_study(homes_at([0]), places_at([0]), *two, areas=areas)).table
    assert table.index.tolist() == [("B", "pharmacy-300m"), ("B", "bank"),
                                    ("A", "pharmacy-300m"), ("A", "bank"),
                                    ("study", "pharmacy-300m"), ("study", "bank")]


def test_median_and_p90_are_people_weighted_and_say_beyond():
    # 8 people walk 0 m, 2 walk 1,000 m: half are at 0, nine tenths need 1,000
    homes = homes_at([0, 10], people=[8.0, 2.0])
    found = row(line_study(homes, places_at([0])))
    assert (found["walk_median"], found["walk_p90"]) == (0.0, 1000.0)
    nowhere = row(line_study(homes, places_at([], category=[])))
    assert np.isinf(nowhere["walk_p90"])


def test_a_profile_that_was_not_measured_is_named():
    study = line_study(homes_at([0]), places_at([0]))
    with pytest.raises(StudyError, match="metres"):
        cover({}, study)


def test_a_study_says_what_is_wrong_with_it():
    with pytest.raises(StudyError, match="90"):
        line_study(homes_at([0]), places_at([0]), share=90)
    with pytest.raises(StudyError, match="community_id"):
        line_study(at_nodes([0], "home"), places_at([0]))


@given(st.floats(0, 1e6), st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 1))
def test_more_knowledge_never_turns_a_verdict_round(people, covered_share, unknown_share, asked):
    known = people * covered_share
    unknown = (people - known) * unknown_share
    before = judge(people, known, unknown, asked)
    worst, best = judge(people, known, 0, asked), judge(people, known + unknown, 0, asked)
    if before in ("met", "not_met"):
        assert {worst, best} == {before} or before == worst == best
    elif people > 0:
        assert before == "not_known" and worst == "not_met" and best == "met"


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 50), st.sampled_from("AB")),
                min_size=1, max_size=12), st.sets(st.integers(0, 10), max_size=4))
def test_people_are_conserved(homes, places):
    nodes, people, owner = map(list, zip(*homes, strict=True))
    study = line_study(homes_at(nodes, people=np.array(people, float), community=owner),
                       places_at(sorted(places)), areas=communities(("A", "B")))
    table = covered(study).table
    only = table[table["level"] == "community"]
    assert only["people"].sum() == sum(people) == table.loc["study", "people"].iloc[0]
    assert (only["people_covered"] + only["people_unknown"] <= only["people"]).all()
    assert only["share"].dropna().between(0, 1).all()


@given(st.sets(st.integers(0, 10), max_size=3), st.integers(0, 10))
def test_another_place_never_uncovers_a_home(places, more):
    homes = homes_at(range(11))
    fewer = covered(line_study(homes, places_at(sorted(places)))).answers.state[:, 0]
    more_places = sorted(places | {more})
    after = covered(line_study(homes, places_at(more_places))).answers.state[:, 0]
    assert (after[fewer == 0] == 0).all()


def test_row_order_does_not_move_the_last_bit():
    generator = np.random.default_rng(3)
    homes = homes_at(generator.integers(0, 11, 30), people=generator.random(30) * 7,
                     community=generator.choice(["A", "B"], 30))
    areas = communities(("A", "B"))
    one = covered(line_study(homes, places_at([0, 4]), areas=areas)).table
    other = covered(line_study(homes.iloc[::-1], places_at([0, 4]).iloc[::-1], areas=areas)).table
    pd.testing.assert_frame_equal(one, other, check_exact=True)
