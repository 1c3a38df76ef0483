import numpy as np
from measure_world import clause, communities, homes_at, line_network, line_study, places_at
from test_cover import covered

from greenmap.measure.find_gaps import find_checks, find_gaps


def test_a_gap_names_its_people_and_cause():
    # place at 0; 10 people at 3 (covered), 30 at 8 and 5 at 10 (800 and 1,000 m)
    study = line_study(homes_at([3, 8, 10], people=[10.0, 30.0, 5.0]), places_at([0]))
    gaps = find_gaps(covered(study), study)
    assert gaps.index.tolist() == ["A:pharmacy-300m"]
    gap = gaps.iloc[0]
    assert gap["people_missing"] == 35.0 and gap["people"] == 45.0
    assert gap["cause"] == "none_near" and gap["people_by_cause"] == "none_near=35"
    assert gap["rank"] == 1 and gap["community_name"] == "社区A"
    assert gaps.crs == study.crs and gap.geometry.equals(study.communities.geometry["A"])


def test_a_gap_takes_the_cause_of_most_people():
    # streets ten times as long as they look: home 2 is 200 m off in a straight line (detour),
    # home 9 is 900 m off (none near)
    study = line_study(homes_at([2, 9], people=[30.0, 10.0]), places_at([0]),
                       network=line_network(lengths=1000.0))
    gap = find_gaps(covered(study), study).iloc[0]
    assert gap["cause"] == "detour"
    assert gap["people_by_cause"] == "detour=30; none_near=10"


def test_people_off_the_streets_are_a_cause_of_their_own():
    homes = homes_at([9, 5], people=[10.0, 30.0])
    homes["node"] = [9, None]
    far = homes.geometry.translate(0, 0.01).iloc[1]
    homes = homes.set_geometry([homes.geometry.iloc[0], far])
    # 10 of 40 surely lack: (0 + 30) / 40 < 0.9 even if all unknown were covered
    study = line_study(homes, places_at([0]))
    gap = find_gaps(covered(study), study).iloc[0]
    assert gap["cause"] == "not_attached"
    assert gap["people_missing"] == 10.0 and gap["people_unknown"] == 30.0


def test_gaps_are_ranked_by_people_then_id():
    areas = communities(("A", "B", "C"))
    homes = homes_at([9, 8, 7], community=["A", "B", "C"], people=[5.0, 50.0, 5.0])
    study = line_study(homes, places_at([0]), areas=areas)
    gaps = find_gaps(covered(study), study)
    assert gaps["community_id"].tolist() == ["B", "A", "C"]
    assert gaps["rank"].tolist() == [1, 2, 3]


def test_what_is_not_known_is_a_check_and_never_a_gap():
    study = line_study(homes_at([9], people=[7.0]), places_at([0]), collected=())
    coverage = covered(study)
    assert len(find_gaps(coverage, study)) == 0
    checks = find_checks(coverage, study)
    assert checks.index.tolist() == ["A:pharmacy-300m:not_collected"]
    assert checks["people_unknown"].tolist() == [7.0]


def test_what_would_decide_nothing_need_not_be_checked():
    # nine of ten people are covered: the tenth, unknown, moves no verdict
    homes = homes_at([0, 5], people=[9.0, 1.0])
    homes["node"] = [0, None]
    homes = homes.set_geometry([homes.geometry.iloc[0], homes.geometry.translate(0, 0.01).iloc[1]])
    study = line_study(homes, places_at([0]))
    assert len(find_checks(covered(study), study)) == 0
    undecided = line_study(homes, places_at([0]), share=None)
    assert len(find_checks(covered(undecided), undecided)) == 1


def test_nothing_lacking_is_an_empty_table_with_its_columns():
    study = line_study(homes_at([0]), places_at([0]))
    gaps, checks = (find(covered(study), study) for find in (find_gaps, find_checks))
    assert len(gaps) == len(checks) == 0
    assert {"community_id", "clause_id", "cause", "people_missing", "rank"} <= set(gaps.columns)
    assert {"reason", "people_unknown", "rank"} <= set(checks.columns)


def test_gaps_without_people_are_ranked_by_floor_area():
    areas = communities(("A", "B"))
    homes = homes_at([9, 8], community=["A", "B"], people=np.nan, floor_area_m2=[10.0, 90.0])
    study = line_study(homes, places_at([0]), areas=areas)
    gaps = find_gaps(covered(study), study)
    assert gaps["community_id"].tolist() == ["B", "A"]
    assert gaps["people_missing"].isna().all()


def test_two_clauses_are_two_gaps():
    both = clause(), clause(id="bank", categories=("bank",))
    study = line_study(homes_at([9]), places_at([0]), *both)
    assert sorted(find_gaps(covered(study), study)["clause_id"]) == ["bank", "pharmacy-300m"]
