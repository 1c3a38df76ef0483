"""Clauses of whole units, on the line world: ten homes' street, community A over all of it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
import shapely
from measure_world import LAT, LON, STEP, clause, communities, homes_at, line_study, places_at

from greenmap.errors import StudyError
from greenmap.measure.cover import cover
from greenmap.measure.match_clauses import match_clauses
from greenmap.measure.reach import reach
from greenmap.model.ledger import LEDGER_COLUMNS
from greenmap.model.standard import Alternative, load_standard


@dataclasses.dataclass
class Whole:
    reaches: dict
    coverage: pd.DataFrame
    answers: object


def answered_whole(study):
    reaches = {
        name: reach(study.network, study.homes, study.amenities, profile=study.profiles[name],
                    bands=(300.0, 500.0) if name == "metres" else (5.0, 10.0, 15.0),
                    sets=match_clauses(study.amenities, study.standard.clauses))
        for name in study.standard.profiles}
    coverage = cover(reaches, study)
    return Whole(reaches, coverage.table, coverage.answers)


def answered(study):
    return answered_whole(study).coverage


def row(table, unit="A", clause_id="c"):
    return table.loc[(unit, clause_id)]


def present(**changes):
    return clause(id="c", kind="present", limit=0.0, **changes)


def area(**changes):
    values = {"id": "c", "kind": "area", "limit": 0.0, "measure": "area_m2", "per": "person",
              "value": 2.0, "categories": ("park",)}
    return clause(**(values | changes))


def asked(**changes):
    return clause(**({"id": "c", "kind": "survey", "limit": 0.0, "categories": ()} | changes))


def survey(*rows):
    return pd.DataFrame([(*r, "2022-05-01", "网格员", "s.xlsx")[:6] if len(r) == 3 else r
                         for r in rows],
                        columns=["unit_id", "item_id", "value", "date", "role", "source"])


def ledger(*rows):
    table = pd.DataFrame(list(rows), columns=["category", "community_id", "floor_m2", "match"])
    return table.reindex(columns=list(LEDGER_COLUMNS)).rename_axis("ledger_id")


HOMES = homes_at([0, 5], people=[30.0, 20.0])


def test_one_place_for_so_many_people():
    # 50 people, one shop for 10 to 20: ceil(50 / 20) = 3 are needed
    shops = present(categories=("pharmacy",), people_per_facility=(10.0, 20.0))
    two = row(answered(line_study(HOMES, places_at([1, 2]), shops)))
    assert (two["state"], two["reason"], two["value"], two["needed"]) == (
        "not_met", "too_few", 2, 3)
    assert row(answered(line_study(HOMES, places_at([1, 2, 3]), shops)))["state"] == "met"


def test_floor_area_that_is_not_known_is_not_known():
    station = present(min_floor_m2=100.0)
    for floor, state, reason in ((120.0, "met", ""), (80.0, "not_met", "none_near"),
                                 (None, "not_known", "place_not_sure")):
        found = row(answered(line_study(HOMES, places_at([1], floor_m2=floor), station)))
        assert (found["state"], found["reason"]) == (state, reason)


def test_another_way_serves_only_whom_it_is_for():
    # one supermarket, or in existing communities two convenience stores
    shop = present(categories=("supermarket",), alternatives=(Alternative(
        ("convenience_store",), min_count=2, applies_to="existing"),))
    stores = places_at([1, 2], "convenience_store")
    for development, state in (("existing", "met"), ("new", "not_met"), ("", "not_met")):
        study = line_study(HOMES, stores, shop, development=development)
        assert row(answered(study))["state"] == state


def test_a_ledgers_word_counts_where_nobody_located_the_place():
    said = ledger(("pharmacy", "A", np.nan, "none"))
    doubted = ledger(("pharmacy", "A", np.nan, "review"))
    for book, state, reason in ((said, "met", ""), (doubted, "not_known", "place_not_sure"),
                                (ledger(("pharmacy", "B", np.nan, "none")), "not_met",
                                 "none_near")):
        study = line_study(HOMES, places_at([], "bank"), present(), ledger=book)
        found = row(answered(study))
        if reason != "none_near":
            assert (found["state"], found["reason"]) == (state, reason)
        else:
            assert found["state"] != "met"


def test_new_and_existing_are_told_apart():
    fresh = present(applies_to="new")
    none = places_at([], "bank")
    for development, state, reason in (("new", "not_met", "none_near"),
                                       ("existing", "not_applicable", "only_new"),
                                       ("", "not_known", "new_or_existing")):
        found = row(answered(line_study(HOMES, none, fresh, development=development)))
        assert (found["state"], found["reason"]) == (state, reason)
    areas = communities(("A",), development=["existing"])
    found = row(answered(line_study(HOMES, none, fresh, areas=areas, development="new")))
    assert found["reason"] == "only_new"  # what the community says goes before the study's word


def test_a_unit_of_too_few_people_is_outside():
    found = row(answered(line_study(HOMES, places_at([1]), present(people_min=51.0))))
    assert (found["state"], found["reason"], found["people"]) == (
        "not_applicable", "too_few_people", 0)
    assert row(answered(line_study(HOMES, places_at([1]), present(people_min=50.0))
                        ))["state"] == "met"


def test_a_walking_clause_asks_nothing_of_the_wrong_communities():
    walk = clause(id="c", applies_to="new")
    found = row(answered(line_study(HOMES, places_at([1]), walk, development="existing")))
    assert (found["state"], found["reason"]) == ("not_applicable", "only_new")


def test_square_metres_per_person():
    # 50 people; parks of 60 and 40 m2: 2.0 each
    parks = places_at([1, 2], "park", area_m2=[60.0, 40.0])
    found = row(answered(line_study(HOMES, parks, area())))
    assert (found["state"], found["value"], found["needed"]) == ("met", 2.0, 2.0)
    small = places_at([1, 2], "park", area_m2=[60.0, 39.0])
    found = row(answered(line_study(HOMES, small, area())))
    assert (found["state"], found["reason"]) == ("not_met", "too_little")
    assert row(answered(line_study(HOMES, small, area(), collected=())))["reason"] == (
        "not_collected")


def test_a_park_of_unknown_size_makes_too_little_not_known_and_enough_enough():
    one = places_at([1, 2], "park", area_m2=[60.0, None])
    found = row(answered(line_study(HOMES, one, area())))
    assert (found["state"], found["reason"]) == ("not_known", "size_not_known")
    assert row(answered(line_study(HOMES, one, area(value=1.2))))["state"] == "met"


def test_two_entrances_of_a_park_are_one_park():
    parks = places_at([1, 2], "park", area_m2=[60.0, 60.0], place_id=["p", "p"])
    assert row(answered(line_study(HOMES, parks, area())))["value"] == 1.2


def test_per_hundred_households_needs_households():
    service = area(categories=("nursery",), measure="floor_m2", per="100_households", value=30.0)
    rooms = places_at([1], "nursery", floor_m2=[60.0])
    found = row(answered(line_study(HOMES, rooms, service)))
    assert (found["state"], found["reason"]) == ("not_known", "households_not_known")
    areas = communities(("A",), households=[200.0])  # 60 m2 / 2 hundreds = 30
    assert row(answered(line_study(HOMES, rooms, service, areas=areas)))["state"] == "met"


def test_beds_for_the_elderly_and_square_metres_per_bed():
    homes = homes_at([0], people=100.0, elderly_60=50.0)
    beds = area(categories=("elderly_home",), measure="capacity", per="1000_elderly_60", value=40.0)
    home = places_at([1], "elderly_home", capacity=[2.0], floor_m2=[70.0])
    assert row(answered(line_study(homes, home, beds)))["value"] == 40.0
    room = dataclasses.replace(beds, measure="floor_m2", per="capacity", value=35.0)
    assert row(answered(line_study(homes, home, room)))["state"] == "met"
    none = row(answered(line_study(homes, places_at([], "bank"), room)))
    assert (none["state"], none["reason"]) == ("not_applicable", "no_places")
    blind = row(answered(line_study(HOMES, home, beds)))
    assert blind["reason"] == "people_not_known"  # 60+ of no home are known


def test_green_cover_and_parking_stand_in_the_communities():
    areas = communities(("A",), parking_spaces=[90.0], households=[100.0])
    areas["green_m2"] = 0.35 * areas.to_crs("EPSG:4543").area
    parking = area(categories=(), measure="parking_spaces", per="household", value=1.0)
    green = area(categories=(), measure="green_m2", per="land", value=0.3)
    nowhere = places_at([], "bank")
    found = row(answered(line_study(HOMES, nowhere, parking, areas=areas)))
    assert (found["state"], found["value"]) == ("not_met", 0.9)
    found = row(answered(line_study(HOMES, nowhere, green, areas=areas)))
    assert found["state"] == "met" and found["value"] == pytest.approx(0.35, rel=2e-3)
    assert row(answered(line_study(HOMES, nowhere, green)))["reason"] == "size_not_known"


def test_between_is_too_much_for_sure_even_when_more_may_come():
    between = area(op="between", value=0.1, value_to=1.0)
    parks = places_at([1, 2], "park", area_m2=[60.0, None])  # 1.2 already
    found = row(answered(line_study(HOMES, parks, between)))
    assert (found["state"], found["reason"]) == ("not_met", "too_much")


@pytest.mark.parametrize(("said", "state", "reason"), [
    (True, "met", ""), (False, "not_met", "survey_no"), ("是", "met", ""),
    ("maybe", "not_known", "survey_unreadable"), (None, "not_known", "not_surveyed")])
def test_yes_no_items_are_the_surveys_word(said, state, reason):
    study = line_study(HOMES, places_at([1]), asked(), survey=survey(("A", "c", said)))
    found = row(answered(study))
    assert (found["state"], found["reason"]) == (state, reason)


def test_a_number_is_held_against_the_figure_and_without_one_only_told():
    share = asked(answer="number", value=0.3, value_unit="ratio")
    study = line_study(HOMES, places_at([1]), share, survey=survey(("A", "c", 0.3)))
    assert row(answered(study))["state"] == "met"
    told = dataclasses.replace(share, value=None)
    study = line_study(HOMES, places_at([1]), told, survey=survey(("A", "c", 0.3)))
    found = row(answered(study))
    assert (found["state"], found["reason"], found["value"]) == ("measured", "no_figure", 0.3)


def test_the_latest_answer_holds_and_two_of_one_day_that_differ_are_not_known():
    first, later = ("A", "c", False, "2022-01-01", "", ""), ("A", "c", True, "2022-02-01", "", "")
    study = line_study(HOMES, places_at([1]), asked(), survey=survey(later, first))
    assert row(answered(study))["state"] == "met"
    same = survey(later, ("A", "c", False, "2022-02-01", "", ""))
    found = row(answered(line_study(HOMES, places_at([1]), asked(), survey=same)))
    assert (found["state"], found["reason"]) == ("not_known", "survey_conflict")


def test_the_survey_decides_what_the_data_leave_open_and_never_overrules_a_place_on_the_map():
    nothing, one = places_at([], "bank"), places_at([1])
    yes, no = survey(("A", "c", True)), survey(("A", "c", False))
    def state(places, said):
        found = row(answered(line_study(HOMES, places, present(), collected=(), survey=said)))
        return found["state"], found["reason"]
    assert state(nothing, None) == ("not_known", "not_collected")
    assert state(nothing, yes) == ("met", "")
    assert state(nothing, no) == ("not_met", "survey_no")
    assert state(one, no) == ("not_known", "survey_conflict")


def test_a_figure_nobody_confirmed_is_measured_and_never_scored_unless_included():
    memory = area(confidence_of=(("value", "memory"),))
    parks = places_at([1], "park", area_m2=[500.0])
    found = row(answered(line_study(HOMES, parks, memory)))
    assert (found["state"], found["reason"], found["value"]) == (
        "not_known", "not_confirmed", 10.0)
    assert row(answered(line_study(HOMES, parks, memory, include=("memory",))))["state"] == "met"


def test_what_is_not_required_is_only_measured():
    found = row(answered(line_study(HOMES, places_at([]), present(obligation="recommended"))))
    assert (found["state"], found["reason"]) == ("measured", "not_required")


def test_a_clause_of_a_subdistrict_is_judged_there_and_measured_below():
    # two communities side by side, homes 0 and 10; the one centre lies in the second
    half = [shapely.box(LON - STEP / 2, LAT - STEP, LON + 4.5 * STEP, LAT + STEP),
            shapely.box(LON + 4.5 * STEP, LAT - STEP, LON + 10.5 * STEP, LAT + STEP)]
    areas = communities(("A", "B"), subdistrict=["东街", "东街"]).set_geometry(half, crs=4326)
    homes = homes_at([0, 10], community=["A", "B"])
    centre = present(unit_of_audit="subdistrict")
    table = answered(line_study(homes, places_at([9]), centre, areas=areas))
    assert row(table, "subdistrict/东街")["state"] == "met"
    assert row(table, "A")["state"] == "measured" and row(table, "A")["value"] == 0
    assert row(table, "A")["people_covered"] == 10  # they have it, as their 街道 has
    no_level = answered(line_study(homes, places_at([9]), present(unit_of_audit="city"),
                                   areas=areas))
    assert row(no_level, "A")["reason"] == "no_unit"


def test_compounds_are_judged_where_homes_name_them():
    homes = homes_at([0, 5], community="A", compound=["花园", None])
    item = asked(unit_of_audit="compound")
    said = survey(("compound/A/花园", "c", True))
    table = answered(line_study(homes, places_at([1]), item, survey=said))
    assert row(table, "compound/A/花园")["state"] == "met"
    parent = row(table, "A")
    assert (parent["people_covered"], parent["people_unknown"]) == (10, 10)


def test_several_places_within_the_limit():
    two = clause(id="c", min_count=2)  # within 300 m
    # from node 0: nodes 1 and 3 are 100 and 300 m away; node 4 is too far
    homes = homes_at([0])
    assert row(answered(line_study(homes, places_at([1, 3]), two)))["state"] == "met"
    found = row(answered(line_study(homes, places_at([1, 4]), two)))
    assert (found["state"], found["reason"]) == ("not_met", "too_few")


def test_a_smaller_park_serves_from_nearer():
    # 5,000 m2 within 500 m, or 2,000 m2 within 300 m
    park = clause(id="c", categories=("park",), limit=500.0, min_area_m2=5000.0, alternatives=(
        Alternative(("park",), min_area_m2=2000.0, limit=300.0),))
    homes = homes_at([0])
    def state(node, size):
        places = places_at([node], "park", area_m2=[size])
        return row(answered(line_study(homes, places, park)))["state"]
    assert [state(5, 5000.0), state(3, 2000.0), state(4, 2000.0), state(3, 1999.0)] == [
        "met", "met", "not_met", "not_met"]


def test_a_standard_of_levels_only_is_refused():
    study = line_study(HOMES, places_at([1]))
    bare = dataclasses.replace(study, standard=load_standard("city-beijing"))
    with pytest.raises(StudyError, match="city-beijing"):
        cover({}, bare)
