"""Completeness: four communities side by side on a street, 5,000 people in each.

    A 0 1 2 | B 3 4 5 | C 6 7 8 | D 9 10      nodes 100 m apart; homes at 1, 4, 7, 10

A pharmacy usually serves 5,000 (GB 50180, 5-minute circle, lower end); three are looked for in a
neighbourhood, so each community is judged with its two nearest.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_world import LAT, LON, STEP, clause, homes_at, line_study, places_at

from greenmap.errors import StudyError
from greenmap.measure.assess import assess
from greenmap.measure.completeness import check_completeness, collected_at_homes
from greenmap.model.category import load_categories
from greenmap.model.completeness_rule import CompletenessRule, usual_people
from greenmap.model.ledger import LEDGER_COLUMNS
from greenmap.studies import check_study, read_study

NAMES = ("A", "B", "C", "D")


def strips():
    west = LON + STEP * (np.array([0, 3, 6, 9]) - 0.5)
    return gpd.GeoDataFrame(
        {"name": NAMES}, geometry=shapely.box(west, LAT - STEP, west + 3 * STEP, LAT + STEP),
        index=pd.Index(NAMES, name="community_id"), crs=4326)


def study(places, *clauses, rule=None, collected=(), **changes):
    homes = homes_at([1, 4, 7, 10], people=5000.0, community=list(NAMES))
    return line_study(homes, places_at(places), *clauses, collected=collected, areas=strips(),
                      completeness=rule, **changes)


def collected(table, key="pharmacy"):
    return table.xs(key, level="category")["collected"].to_dict()


def test_where_as_many_are_known_as_are_usual_absence_is_believed():
    # pharmacies at 1, 2 (A) and 4 (B). A with B and C: 3 of 3. B with A and C: 3 of 3.
    # C with B and D: 1 of 3. D with C and B: 1 of 3.
    found = check_completeness(study([1, 2, 4], rule=CompletenessRule()))
    assert collected(found) == {"A": True, "B": True, "C": False, "D": False}
    assert found["basis"].unique().tolist() == ["rule"]
    row = found.loc[("A", "pharmacy")]
    assert (row["known"], row["expected"], row["people"]) == (2, 1, 5000)
    assert (row["window_known"], row["window_people"], row["window_expected"]) == (3, 15000, 3)


def test_below_the_rule_it_is_not_known_and_goes_to_the_field_checks():
    # limit 300 m: C's home at 7 is 300 m from node 4, covered; D's at 10 is 600 m off.
    # In A and B nothing is lacking. D isn't believed: unknown. With C at 100 m limit: see below.
    result = assess(study([1, 2, 4], rule=CompletenessRule()), with_isochrones=False)
    states = result.coverage.xs("pharmacy-300m", level="clause_id")["state"]
    assert states[list(NAMES)].to_dict() == {"A": "met", "B": "met", "C": "met", "D": "not_known"}
    assert result.gaps.empty
    assert result.checks.loc["D:pharmacy-300m:not_collected", "people_unknown"] == 5000
    # the same where the study declares it: a gap
    sure = assess(study([1, 2, 4], collected=("all",)), with_isochrones=False)
    assert sure.gaps["community_id"].tolist() == ["D"]


def test_a_believed_absence_is_a_gap():
    # 60 m: A's home is at a pharmacy itself, B's too; in C nothing, unknown
    close = clause(id="c", limit=60.0)
    result = assess(study([2, 2, 5], close, rule=CompletenessRule()), with_isochrones=False)
    states = result.coverage.xs("c", level="clause_id")["state"]
    assert states[list(NAMES)].to_dict() == {
        "A": "not_met", "B": "not_met", "C": "not_known", "D": "not_known"}


def test_without_the_rule_only_the_word_of_the_study_counts():
    assert set(collected(check_completeness(study([1, 2, 4]))).values()) == {False}
    told = check_completeness(study([1, 2, 4], collected=("pharmacy",)))
    assert set(collected(told).values()) == {True} and set(told["basis"]) == {"declared"}
    assert set(check_completeness(study([1, 2, 4]))["basis"]) == {"undeclared"}


def test_what_no_source_holds_is_never_believed_lacking():
    two = study([1, 2, 4], clause(), clause(id="n", categories=("nursery",)),
                rule=CompletenessRule(share=0.0001, window=0.0001))
    found = check_completeness(two).xs("nursery", level="category")
    assert set(found["basis"]) == {"absent"} and not found["collected"].any()
    states = assess(two, with_isochrones=False).coverage.xs("n", level="clause_id")["state"]
    assert "not_met" not in set(states)


def test_too_few_people_tell_nothing():
    # 20,000 people of the study would have four pharmacies; five are asked for
    found = check_completeness(study([1, 2, 4, 7, 10], rule=CompletenessRule(window=5)))
    assert set(collected(found).values()) == {False}


def test_the_study_may_have_figures_of_its_own():
    # one per 15,000 and one looked for: B is among the three nearest of every community
    rule = CompletenessRule(people_per_facility={"pharmacy": 15000.0}, window=1)
    assert set(collected(check_completeness(study([4], rule=rule))).values()) == {True}
    # with the standards' 5,000 none of them holds enough
    assert set(collected(check_completeness(study([4], rule=CompletenessRule()))).values()) == {
        False}
    # half of the usual is enough where the study says so: A and B know 2 of 3, C and D 1 of 3
    half = check_completeness(study([1, 4], rule=CompletenessRule(share=0.5)))
    assert collected(half) == {"A": True, "B": True, "C": False, "D": False}


def test_people_nobody_counted_prove_nothing():
    homes = homes_at([1, 4, 7, 10], people=[5000.0, np.nan, 5000.0, 5000.0], community=list(NAMES))
    found = check_completeness(line_study(homes, places_at([1, 2, 4, 7, 10]), collected=(),
                                          areas=strips(), completeness=CompletenessRule()))
    # A's and C's neighbourhoods hold B, whose people aren't known
    assert collected(found) == {"A": False, "B": False, "C": False, "D": False}


def test_closed_places_count_for_nothing():
    places = places_at([1, 2, 4]).assign(status=["open", "closed", "open"])
    homes = homes_at([1, 4, 7, 10], people=5000.0, community=list(NAMES))
    found = check_completeness(line_study(homes, places, collected=(), areas=strips(),
                                          completeness=CompletenessRule()))
    assert not collected(found)["A"]


def ledger(*rows):
    """Rows of (community or None, place or None)."""
    table = pd.DataFrame([{"name": f"药店{n}", "category": "pharmacy", "community_id": community,
                           "place_id": place, "match": "none" if place is None else "accepted"}
                          for n, (community, place) in enumerate(rows)], columns=LEDGER_COLUMNS)
    return table.rename_axis("ledger_id").set_axis([f"L{n}" for n in range(len(rows))])


def test_a_ledgers_unlocated_places_outrank_everything():
    # D's ledger lists one nobody located: it may serve D and what lies within 1,000 m, all here
    one = study([1, 2, 4], collected=("all",), ledger=ledger(("A", "amenity0"), ("D", None)))
    found = check_completeness(one).xs("pharmacy", level="category")
    assert set(found["basis"]) == {"ledger"} and not found["collected"].any()
    assert found["known"].to_dict() == {"A": 2, "B": 1, "C": 0, "D": 1}
    assert assess(one, with_isochrones=False).gaps.empty


def test_a_ledger_all_located_is_complete():
    one = study([1, 2, 4], ledger=ledger(("A", "amenity0"), ("B", "amenity2")))
    found = check_completeness(one).xs("pharmacy", level="category")
    assert found["collected"].all() and set(found["basis"]) == {"ledger"}


def test_an_unlocated_place_of_no_known_community_may_lie_anywhere():
    one = study([1, 2, 4], collected=("all",), ledger=ledger((None, None)))
    assert not check_completeness(one)["collected"].any()


@given(st.lists(st.integers(0, 10), min_size=0, max_size=8), st.integers(0, 10))
def test_one_more_place_never_takes_belief_away(places, more):
    rule = CompletenessRule()
    before = collected_at_homes(study([*places, 0], rule=rule), ("pharmacy",))
    after = collected_at_homes(study([*places, 0, more], rule=rule), ("pharmacy",))
    assert (before <= after).all()


@settings(max_examples=15)
@given(st.lists(st.integers(0, 10), min_size=1, max_size=8))
def test_the_rule_only_moves_answers_from_not_known(places):
    """Nothing is lost: covered stays covered; low <= share <= high; the word `all` is the most."""
    runs = [assess(study(places, rule=rule, collected=said), with_isochrones=False).coverage
            for rule, said in ((None, ()), (CompletenessRule(), ()), (None, ("all",)))]
    for table in runs:
        assert (table["share_low"] <= table["share_high"]).all()
        assert (table["share_low"] == table["share"]).all()
    for less, more in zip(runs, runs[1:], strict=False):
        assert (less["people_unknown"] >= more["people_unknown"]).all()
        assert (less["people_covered"] == more["people_covered"]).all()


def test_the_order_of_rows_does_not_count():
    one = study([1, 2, 4], rule=CompletenessRule())
    other = line_study(one.homes.iloc[::-1], one.amenities.iloc[::-1], collected=(),
                       areas=one.communities.iloc[::-1], completeness=CompletenessRule())
    pd.testing.assert_frame_equal(check_completeness(one).sort_index(),
                                  check_completeness(other).sort_index())


def test_every_usual_figure_is_of_a_category_and_says_where_from():
    for key, usual in usual_people().items():
        assert key in load_categories()
        assert 0 < usual.low <= usual.high and usual.source("zh") and usual.source("en")
        assert usual.confidence in ("verified", "corroborated", "memory", "unsure", "proposal")
    assert usual_people()["parcel_locker"].low == 2500  # two per community of 5,000


@pytest.mark.parametrize("bad", [{"share": 0}, {"window": -1}, {"share": float("nan")},
                                 {"people_per_facility": {"pharmacy": 0}},
                                 {"people_per_facility": {"apothecary": 4000}}])
def test_a_rule_that_means_nothing_is_refused(bad):
    with pytest.raises(StudyError, match="0"):
        CompletenessRule(**bad)


@pytest.fixture
def small(tmp_path):
    import shutil
    from pathlib import Path

    for path in (Path(__file__).parent / "data" / "studies" / "small").iterdir():
        shutil.copy(path, tmp_path)
    return tmp_path / "study.toml"


def test_a_study_file_states_the_rule(small):
    assert read_study(small).completeness is None
    text = small.read_text("utf-8")
    small.write_text(text + "\n[completeness]\n", "utf-8")
    assert read_study(small).completeness == CompletenessRule()
    small.write_text(text + "\n[completeness]\nshare = 0.8\n"
                     "people_per_facility = { pharmacy = 4000 }\n", "utf-8")
    rule = read_study(small).completeness
    assert (rule.share, rule.people("pharmacy"), rule.people("kindergarten")) == (0.8, 4000, 5000)


@pytest.mark.parametrize(("line", "key"), [
    ("share = 0", "study.bad_count"), ('window = "3"', "study.bad_count"),
    ("people_per_facility = { pharmacy = -1 }", "study.bad_counts_by_text"),
    ("people_per_facility = { apothecary = 1 }", "measure.completeness_rule"),
    ("least = 3", "study.unknown_key"),
])  # fmt: skip
def test_a_rule_misspelt_is_told(small, line, key):
    small.write_text(f"{small.read_text('utf-8')}\n[completeness]\n{line}\n", "utf-8")
    assert [fault.key for fault in check_study(small).faults] == [key]


def guixi(shared_data, folder, *lines):
    """Guixi's street map with four communities of a quarter of it each, 100,000 people."""
    import shutil

    shutil.copy(shared_data / "osm" / "guixi_2024.osm", folder)
    west, south, east, north = 117.1912, 28.2817, 117.2552, 28.3225
    x, y = (west + east) / 2, (south + north) / 2
    boxes = [shapely.box(*box) for box in ((west, south, x, y), (x, south, east, y),
                                           (west, y, x, north), (x, y, east, north))]
    gpd.GeoDataFrame({"name": NAMES}, geometry=boxes, crs=4326).to_file(folder / "areas.geojson")
    study = folder / "study.toml"
    study.write_text("\n".join([
        "[study]", 'standard = "fifteen-minute-generic"', "share = 0.9",
        "[communities]", 'path = "areas.geojson"', "[[amenities]]", "osm = true", *lines,
        "[homes]", "osm_buildings = true", "people_total = 100000", "[network]",
        'path = "guixi_2024.osm"',
    ]), "utf-8")  # fmt: skip
    return study


@pytest.mark.parametrize("lines", [(), ("[completeness]",)])
def test_an_almost_empty_map_warns_and_lists_no_false_gap(shared_data, tmp_path, lines):
    """Guixi's map holds 4 schools and a park for a whole town: nothing may be found lacking."""
    study = guixi(shared_data, tmp_path, *lines)
    report = check_study(study)
    warned = {line.key for line in report.warnings}
    assert "study.warn_not_collected" in warned
    if lines:
        assert any(key == "study.warn_rule_few" for key in warned) or not any(
            basis == "rule" for basis in check_completeness(read_study(study))["basis"])
    result = assess(read_study(study), with_isochrones=False)
    assert result.gaps.empty
    assert not (result.coverage["state"] == "not_met").any()
    assert (result.checks["reason"] == "not_collected").any()
    judged = result.coverage[result.coverage["state"] == "not_known"]
    assert (judged["share_low"] < judged["share_high"]).all()
    assert not result.completeness["collected"].any()


def test_a_word_against_the_map_is_told(shared_data, tmp_path):
    """Who declares Guixi's map complete is told what is absent and what is few."""
    report = check_study(guixi(shared_data, tmp_path, 'collected = "all"'), lang="zh")
    told = {line.key: line for line in report.warnings}
    assert "药店" in told["study.warn_declared_absent"].facts["categories"]
    # 100,000 people usually have 20 parks (one per 5,000), the map holds one
    assert "公园（公共绿地） 1/20" in told["study.warn_declared_few"].facts["categories"]
