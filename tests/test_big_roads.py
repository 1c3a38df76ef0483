"""Big roads have two sides, crossed at junctions and mapped crossings only."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from walled_world import _EARTH, CORNER, CRS, lines, points, walks

from greenmap.errors import Faults
from greenmap.measure.causes import list_trials
from greenmap.measure.reach import attach_all, reach
from greenmap.model.barrier import make_barriers
from greenmap.model.profile import load_profile
from greenmap.network.big_roads import with_big_roads
from greenmap.network.hurdles import NO_CROSSING, WALL
from greenmap.network.tables import network_from_tables
from greenmap.network.walls import with_barriers
from greenmap.read.osm_crossings import OsmCrossings
from greenmap.studies.detail import with_sides
from greenmap.studies.study_text import StudyText

# A primary road 0 --- 1 --- 2 --- 3 runs east in pieces of 100 m. Paths leave 1 to the north (11)
# and to the south (12), 50 m each; at 2 a residential street leaves to the south (13).
AT = {0: (0, 0), 1: (100, 0), 2: (200, 0), 3: (300, 0), 11: (100, 50), 12: (100, -50),
      13: (200, -50)}
WAYS = [(0, 1, "primary"), (1, 2, "primary"), (2, 3, "primary"), (1, 11, "footway"),
        (1, 12, "footway"), (2, 13, "residential")]


def town(ways=WAYS):
    lon, lat = _EARTH.transform(*(np.array([*AT.values()], float) + CORNER).T)
    nodes = pd.DataFrame({"node": [*AT], "lon": lon, "lat": lat})
    edges = pd.DataFrame(ways, columns=["u", "v", "highway"])
    edges["osmid"] = range(len(ways))
    edges["length_m"] = [float(np.hypot(*np.subtract(AT[a], AT[b]))) for a, b, _ in ways]
    return network_from_tables(nodes, edges, crs=CRS)


def crossings(*nodes):
    none = np.zeros(0, np.int64), np.zeros(0, object)
    return OsmCrossings(np.array(nodes, np.int64), np.full(len(nodes), "unsignalised", object),
                        *none)


NORTH, SOUTH = points((100, 50), prefix="h"), points((100, -50), prefix="s")


def test_a_path_leads_to_its_own_side_of_the_road():
    # straight over it would be 100 m; by the junction at 2: 50 + 100 + 100 + 50
    plain, parted = town(), with_big_roads(town(), crossings())
    assert walks(plain, NORTH, SOUTH)[0, 0] == pytest.approx(100, abs=0.01)
    assert walks(parted, NORTH, SOUTH)[0, 0] == pytest.approx(300, abs=0.01)
    assert walks(parted, NORTH, SOUTH, without=("crossing",))[0, 0] == pytest.approx(100, abs=0.01)
    assert (parted.notes["big_road_edges"], parted.notes["big_road_parted"]) == (3, 1)
    assert (parted.hurdle == NO_CROSSING).sum() == 1


def test_a_mapped_crossing_opens_it():
    marked = with_big_roads(town(), crossings(1))
    assert walks(marked, NORTH, SOUTH)[0, 0] == pytest.approx(100, abs=0.01)
    assert not (marked.hurdle == NO_CROSSING).any()


def test_homes_join_the_side_they_stand_on():
    # 5 m north and south of the road at x = 50; each side is drawn 1 m off its line. One goes
    # round the end of the road at 0, where nobody drives on: 4 + 50 + 50 + 4.
    parted = with_big_roads(town(), crossings())
    home, shop = points((50, 5), prefix="h"), points((50, -5), prefix="s")
    assert walks(town(), home, shop)[0, 0] == pytest.approx(10, abs=0.01)
    assert walks(parted, home, shop)[0, 0] == pytest.approx(108, abs=0.1)


@pytest.mark.parametrize(("kind", "parted"), [("service", True), ("track", True),
                                              ("residential", False), ("tertiary", False)])
def test_only_streets_of_motor_traffic_make_a_junction(kind, parted):
    ways = [w if w[:2] != (1, 12) else (1, 12, kind) for w in WAYS]
    made = with_big_roads(town(ways), crossings())
    assert (made.notes["big_road_parted"] == 1) is parted


def test_a_town_without_big_roads_keeps_its_walks():
    small = town([(a, b, "residential") for a, b, _ in WAYS])
    made = with_big_roads(small, crossings())
    assert made.n_edges == small.n_edges
    assert walks(made, NORTH, SOUTH).tolist() == walks(small, NORTH, SOUTH).tolist()


def test_walls_cut_both_sides_and_leave_the_hurdle():
    parted = with_big_roads(town(), crossings())
    wall = make_barriers(CRS, walls=[lines([(150, -80), (150, 80)])])
    cut = with_barriers(parted, wall)
    assert (cut.hurdle == NO_CROSSING).sum() == 1
    assert (cut.hurdle == WALL).sum() == 2
    # west of the wall the way round the end of the road is left: 50 + 100 + 100 + 50
    assert walks(cut, NORTH, SOUTH)[0, 0] == pytest.approx(300, abs=0.01)


def test_taking_the_rule_away_lengthens_no_walk_and_is_a_cause():
    parted = with_big_roads(town(), crossings())
    homes = points((100, 50), (50, 5), (250, -4), prefix="h").assign(people=1.0)
    places = points((100, -50), (250, 6), prefix="s").assign(category="x", place_id=["a", "b"])
    put = attach_all(parted, homes, places)
    plain = reach(parted, homes, places, profile="metres", attachments=put).ticks.astype(int)
    freed = reach(parted, homes, places, profile="metres", attachments=put,
                  without=("crossing",)).ticks.astype(int)
    assert (freed <= plain).all()
    adult = load_profile("adult")
    assert "crossing" in list_trials(parted, adult, adult)
    assert "crossing" not in list_trials(town(), adult, adult)


def test_the_order_of_rows_changes_nothing():
    turned = with_big_roads(town(WAYS[::-1]), crossings())
    made = with_big_roads(town(), crossings())
    rows = [sorted(zip(n.tail.tolist(), n.head.tolist(), n.length_m.tolist(), strict=True))
            for n in (turned, replace(made))]
    assert rows[0] == rows[1]


def test_big_roads_without_a_street_file_are_a_fault(tmp_path):
    text = StudyText(path=tmp_path / "study.toml", study={}, communities={}, amenities=(),
                     homes={}, network={"path": "streets.npz", "big_roads": "crossings"})
    faults = Faults()
    with_sides(text, town(), faults)
    assert [fault.key for fault in faults] == ["study.osm_needs_file"]
