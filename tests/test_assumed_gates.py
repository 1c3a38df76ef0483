"""Answers that rest on an assumed gate: counted apart, and not known where they decide."""

from dataclasses import replace

import numpy as np
import pytest
from measure_world import homes_at, line_study, places_at
from test_causes import with_hurdle
from walled_world import COMPOUND, CRS, LANE, ROUND, areas, lines, points, ring, streets, walled

from greenmap.measure.assess import assess
from greenmap.measure.count_gates import count_gates
from greenmap.network.hurdles import ASSUMED, OPEN, UNKNOWN


def assessed(people, most=0.2, kind=ASSUMED):
    """Homes at 100 m and, behind the gate from node 2 to node 3, at 300 m; the place at 0."""
    homes = homes_at([1, 3]).assign(people=people)
    study = line_study(homes, places_at([0]), network=with_hurdle(kind))
    return assess(replace(study, assumed_share_max=most), with_isochrones=False)


def row(result):
    return result.coverage.iloc[0]


def test_people_behind_an_assumed_gate_are_counted_apart():
    # 30 of 100 live behind it: more than a fifth, and without them 70 % isn't 90 %
    result = assessed([70.0, 30.0])
    found = row(result)
    assert (found["people_covered"], found["people_assumed"]) == (100.0, 30.0)
    assert (found["state"], found["reason"]) == ("not_known", "gate_assumed")
    assert result.answers.assumed[:, 0].tolist() == [False, True]
    check = result.checks[result.checks["reason"] == "gate_assumed"]
    assert check["people_unknown"].iloc[0] == 30.0


@pytest.mark.parametrize(("people", "most", "kind"), [
    ([95.0, 5.0], 0.2, ASSUMED),  # 5 %: little
    ([95.0, 5.0], 0.0, ASSUMED),  # too much, but 95 % are covered without them
    ([70.0, 30.0], 0.3, ASSUMED),  # the share itself is still judged
    ([70.0, 30.0], 0.2, OPEN),
    ([70.0, 30.0], 0.2, UNKNOWN),
])  # fmt: skip
def test_the_answer_stands_where_little_is_assumed_or_nothing_hangs_on_it(people, most, kind):
    found = row(assessed(people, most, kind))
    assert (found["state"], found["reason"]) == ("met", "")


def test_a_home_ringed_by_a_wall_rests_on_a_gate_too():
    # the home stands 20 m off the street within a closed wall: its leg goes through
    street = streets({1: (0, 0), 2: (200, 0)}, [(1, 2)])
    cut = walled(street, lines(ring(80, 10, 120, 50)))
    homes = points((100, 20), (150, 5), prefix="h").assign(people=[30.0, 70.0], community_id="k0")
    places = points((10, 0), prefix="p").assign(category="pharmacy", place_id="p0")
    area = areas((-10, -10, 300, 300), prefix="k").assign(name="k")
    study = line_study(homes.rename_axis("home_id"), places.rename_axis("amenity_id"),
                       network=cut, areas=area.rename_axis("community_id"))
    found = row(assess(study, with_isochrones=False))
    assert (found["people_covered"], found["people_assumed"]) == (100.0, 30.0)


def test_gates_of_a_community_by_where_they_are_known_from():
    # one surveyed gate of unknown access in the wall of c0; c1 has no gate but a street through
    network = streets(COMPOUND | {9: (600, 200), 10: (900, 200)}, [*ROUND, *LANE, (4, 9), (9, 10)])
    plots = areas((0, 0, 400, 400), (700, 100, 800, 300))
    cut = walled(network, gates=points((200, 0), access=None), compounds=plots)
    study = line_study(homes_at([1, 3]), places_at([0]))
    area = areas((-10, -10, 850, 500), prefix="k").assign(name="k")
    homes = study.homes.to_crs(CRS).assign(community_id="k0", people=[1.0, 3.0])
    bare = replace(study, communities=area, homes=homes, network=cut)
    answers = replace(assess(study, with_isochrones=False).answers,
                      assumed=np.array([[False], [True]]))
    found = count_gates(bare, answers).loc["k0"].to_dict()
    assert found == {"surveyed": 1, "mapped": 0, "assumed": 2, "unknown": 1, "compounds": 2,
                     "compounds_ungated": 1, "people": 4.0, "people_assumed": 3.0,
                     "share_assumed": 0.75}


def test_a_place_is_attached_by_any_of_its_entrances():
    # The second entrance stands at node 9, 0.002 degrees (220 m) off the street: too far. The
    # place itself is reached from node 0, so home 9, 900 m away, knows that none is near.
    both = places_at([0, 9]).assign(place_id="p")
    both["node"] = [0, None]
    both = both.set_geometry(both.geometry.translate(yoff=0.002))
    one = assess(line_study(homes_at([9]), both), with_isochrones=False)
    assert one.answers.reason[0, 0] == "detour"
    alone = assess(line_study(homes_at([9]), both.iloc[1:]), with_isochrones=False)
    assert alone.answers.reason[0, 0] == "place_not_attached"
