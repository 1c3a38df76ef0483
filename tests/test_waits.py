"""Waits at crossings: read from the street file, counted once, told beside the walk without."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from measure_world import clause, homes_at, line_network, line_study, places_at

from greenmap.errors import Faults
from greenmap.measure.assess import assess
from greenmap.measure.reach import reach
from greenmap.model.profile import load_profile
from greenmap.model.wait import KINDS, load_waits
from greenmap.network.open import read_network
from greenmap.network.price import price
from greenmap.network.waits import with_waits
from greenmap.read.osm_crossings import node_kind, read_osm_crossings, way_kind
from greenmap.studies.detail import with_detail
from greenmap.studies.study_text import StudyText

# A residential street 1-2-3 runs east, 4-5 is another one beyond. Path 11-2-12 crosses it at the
# signal 2; the way 21-3-22 is drawn as a crossing with a zebra at 3; the bridge 31-32 passes over
# the second street; at the signal 5 three streets meet (4-5, 5-6, 5-7); 8 is a lift on a path.
OSM = """<osm version="0.6">
{nodes}
<way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way>
<way id="2"><nd ref="4"/><nd ref="5"/><nd ref="6"/><tag k="highway" v="tertiary"/></way>
<way id="3"><nd ref="5"/><nd ref="7"/><tag k="highway" v="residential"/></way>
<way id="4"><nd ref="11"/><nd ref="2"/><nd ref="12"/><tag k="highway" v="footway"/></way>
<way id="5"><nd ref="21"/><nd ref="3"/><nd ref="22"/><tag k="highway" v="footway"/>
 <tag k="footway" v="crossing"/></way>
<way id="6"><nd ref="31"/><nd ref="32"/><tag k="highway" v="footway"/>
 <tag k="bridge" v="yes"/></way>
<way id="7"><nd ref="22"/><nd ref="8"/><nd ref="23"/><tag k="highway" v="footway"/></way>
<way id="8"><nd ref="41"/><nd ref="42"/><tag k="highway" v="footway"/>
 <tag k="bridge" v="yes"/></way>
</osm>"""
AT = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (0, 300), 5: (100, 300), 6: (200, 300),
      7: (100, 400), 11: (100, -50), 12: (100, 50), 21: (200, -30), 22: (200, 90),
      8: (200, 120), 23: (200, 150), 31: (50, 250), 32: (50, 350), 41: (0, 500), 42: (90, 500)}
TAGS = {2: 'k="highway" v="traffic_signals"', 3: 'k="highway" v="crossing"',
        5: 'k="highway" v="traffic_signals"', 8: 'k="highway" v="elevator"'}


@pytest.fixture
def world(tmp_path: Path):
    nodes = "\n".join(
        f'<node id="{n}" lon="{101.7 + x / 99_600}" lat="{26.58 + y / 110_800}">'
        f'{f"<tag {TAGS[n]}/>" if n in TAGS else ""}</node>' for n, (x, y) in AT.items())
    file = tmp_path / "streets.osm"
    file.write_text(OSM.format(nodes=nodes), "utf-8")
    network = read_network(file, cache=False)
    return network, with_waits(network, read_osm_crossings(file))


def waits(network, way):
    """Seconds along the edges of a way, by the ids of their ends."""
    rows = np.flatnonzero(network.way_id == way)
    ends = network.node_id[network.tail[rows]], network.node_id[network.head[rows]]
    return {tuple(sorted(map(int, pair))): round(float(s), 3)
            for *pair, s in zip(*ends, network.wait_s[rows], strict=True)}


def test_each_kind_of_crossing_is_paid_where_it_is_passed(world):
    _, waited = world
    # the path over the signal: half of 30 s on each side; the street past it: nothing
    assert waits(waited, 4) == {(2, 11): 15.0, (2, 12): 15.0}
    assert waits(waited, 1) == {(1, 2): 0.0, (2, 3): 0.0}
    # the drawn crossing of 120 m: 8 s shared by length, 30 and 90 m
    assert waits(waited, 5) == {(3, 21): 2.0, (3, 22): 6.0}
    # the bridge over the street, once; the one over nothing, never
    assert waits(waited, 6) == {(31, 32): 75.0}
    assert waits(waited, 8) == {(41, 42): 0.0}
    # three streets at a signal: half each; the lift: half on each side of it
    assert waits(waited, 2) == {(4, 5): 15.0, (5, 6): 15.0}
    assert waits(waited, 3) == {(5, 7): 15.0}
    assert waits(waited, 7) == {(8, 22): 22.5, (8, 23): 22.5}
    counted = {kind: waited.notes[f"waits_{kind}"] for kind in KINDS}
    assert counted == {"signal": 2, "unsignalised": 1, "footbridge": 1, "underpass": 0,
                       "elevator": 1}


def test_waits_come_on_top_of_the_walk_and_metres_have_none(world):
    plain, waited = world
    assert waited.digest != plain.digest
    edge = int(np.flatnonzero(waited.wait_s == 75)[0])
    adult, metres = load_profile("adult"), load_profile("metres")
    extra = price(waited, adult).forward.astype(int) - price(plain, adult).forward
    assert extra[edge] == 75_000
    assert (price(waited, adult, without=("crossing",)).forward
            == price(plain, adult).forward).all()
    assert (price(waited, metres).forward == price(plain, metres).forward).all()


def test_the_walk_with_and_without_waits_stand_side_by_side():
    # 300 m at 72 m/min is 4.17 min; with 60 s of waits on the first edge 5.17: over 5 min
    wait = np.zeros(10)
    wait[0] = 60
    network = replace(line_network(), wait_s=wait)
    five = clause(limit=5.0, unit="min", profile="adult")
    study = line_study(homes_at([3, 2], people=[30.0, 70.0]), places_at([0]), five,
                       network=network)
    result = assess(study, with_isochrones=False)
    assert result.answers.value[:, 0] == pytest.approx([300 / 72 + 1, 200 / 72 + 1], abs=1e-4)
    assert result.answers.value_no_waits[:, 0] == pytest.approx([300 / 72, 200 / 72], abs=1e-4)
    found = result.coverage.iloc[0]
    assert (found["people_covered"], found["people_covered_no_waits"]) == (70.0, 100.0)
    assert found["walk_median_no_waits"] < found["walk_median"]
    assert result.answers.reason[:, 0].tolist() == ["crossing", ""]
    # without waits on the network nothing of this is told
    plain = assess(replace(study, network=line_network()), with_isochrones=False)
    assert plain.answers.value_no_waits is None
    assert "people_covered_no_waits" not in plain.coverage


def test_counting_waits_shortens_no_walk():
    wait = np.random.default_rng(7).integers(0, 90, 10).astype(float)
    homes, places = homes_at(list(range(11))), places_at([2, 7])
    walks = [reach(network, homes, places, profile="elderly").ticks.astype(int)
             for network in (line_network(), replace(line_network(), wait_s=wait))]
    assert (walks[1] >= walks[0]).all()


@pytest.mark.parametrize(("tags", "kind"), [
    ({"highway": "crossing", "crossing": "traffic_signals"}, "signal"),
    ({"highway": "crossing", "crossing": "no"}, ""),
    ({"highway": "crossing", "crossing": "uncontrolled", "crossing:signals": "yes"}, "signal"),
    ({"crossing": "zebra"}, "unsignalised"),
    ({"highway": "elevator"}, "elevator"),
    ({"highway": "stop"}, ""),
])  # fmt: skip
def test_kinds_of_nodes(tags, kind):
    assert node_kind(tags) == kind


def test_a_passage_through_a_building_is_no_underpass():
    assert way_kind({"highway": "footway", "tunnel": "building_passage"}) == ""
    assert way_kind({"highway": "footway", "tunnel": "yes"}) == "tunnel"


def test_detail_without_a_street_file_is_a_fault_with_its_remedy(tmp_path):
    text = StudyText(path=tmp_path / "study.toml", study={"detail": True}, communities={},
                     amenities=(), homes={}, network={"path": "streets.npz"})
    faults = Faults()
    assert with_detail(text, line_network(), faults) is not None
    (fault,) = faults
    assert fault.key == "study.osm_needs_file"
    assert "[study] detail" in fault.text("en")


def test_metres_in_fifteen_minutes_with_two_signals():
    # 54 m/min: 810 m; a minute of waits leaves 14 min, 756 m
    assert load_waits().metres_in(load_profile("elderly"), 15) == 756.0
