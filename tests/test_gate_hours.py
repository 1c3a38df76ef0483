"""Gates that open at some hours only, gates with steps, and ways that wheels can't take."""

from dataclasses import replace

import numpy as np
import pytest
import walled_world as world
from hypothesis import given
from hypothesis import strategies as st
from measure_world import homes_at, line_network, places_at
from walled_world import CRS, lines, points, ring, streets, walks

from greenmap.errors import Faults
from greenmap.measure.reach import reach
from greenmap.model.barrier import make_barriers
from greenmap.model.hours import minutes_of_day, open_at
from greenmap.network.hurdles import CLOSED, OPEN, UNKNOWN
from greenmap.network.walls import with_barriers
from greenmap.network.wheels import with_wheels
from greenmap.read.osm_ways import OsmWays, kerb_height, metres, read_osm_ways
from greenmap.studies.study_text import StudyText
from greenmap.studies.walls import with_walls

LAND = streets(world.COMPOUND, world.ROUND + world.LANE)
WALL = lines(ring(0, 0, 400, 400))
HOME, SCHOOL = points(world.HOME), points(world.SCHOOL)


def town(at=None, **gate):
    made = make_barriers(CRS, walls=[WALL], gates=[points(world.GATE, **gate)], at=at)
    return with_barriers(LAND, made)


@pytest.mark.parametrize(("at", "hurdle"), [
    (None, OPEN), ("06:00", OPEN), ("21:59", OPEN), ("22:00", CLOSED), ("05:59", CLOSED)])
def test_a_gate_shut_at_the_hour_counts_as_closed(at, hurdle):
    cut = town(at, access="all", hours="06:00-22:00")
    assert cut.hurdle.max() == hurdle
    assert np.isfinite(walks(cut, HOME, SCHOOL)[0, 0]) == (hurdle == OPEN)


def test_a_gate_whose_hours_cant_be_read_is_of_unknown_access_closed_stays_closed():
    assert town("22:30", access="all", hours="Mo-Fr 08:00-18:00").hurdle.max() == UNKNOWN
    assert town("22:30", access="closed", hours="?").hurdle.max() == CLOSED
    assert town("22:30", access="all", hours=None).hurdle.max() == OPEN


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 1439))
def test_a_span_and_its_rest_share_the_day(a, b, now):
    def clock(minute):
        return f"{minute // 60:02}:{minute % 60:02}"

    if a == b:
        return
    one = open_at(f"{clock(a)}-{clock(b)}", clock(now))
    other = open_at(f"{clock(b)}-{clock(a)}", clock(now))
    assert one is not other
    assert one == open_at(f"{clock(a)}至{clock(b)}；", clock(now)) or one is not None


@pytest.mark.parametrize("text", ["白天", "06:00", "Mo-Fr 08:00-18:00", "06:00-25:00", "8-18",
                                  "06:00-22:00 凭证", ""])
def test_hours_that_say_no_time_of_any_day(text):
    assert open_at(text, "12:00") is None
    assert minutes_of_day("24:01") is None


def test_surveyed_hours_that_cant_be_read_are_a_fault_with_gate_and_remedy(tmp_path):
    gates = tmp_path / "gates.csv"
    gates.write_text("大门编号,通行,开放时间,lon,lat\nD1,开放,白天,101.7,26.58\n", "utf-8")
    text = StudyText(path=tmp_path / "study.toml", study={"at": "22:30"}, communities={},
                     amenities=(), homes={}, network={}, gates={"path": "gates.csv",
                                                                "datum": "wgs84"})
    faults = Faults()
    with_walls(text, None, faults)
    assert [fault.key for fault in faults] == ["study.gate_hours"]
    told = next(iter(faults)).text("en")
    assert "D1 白天" in told and "06:00-22:00" in told


def test_a_gate_with_steps_is_none_for_wheels():
    from greenmap.errors import NetworkError
    from greenmap.measure.route import route

    args = {"homes": HOME, "amenities": SCHOOL.assign(place_id="s")}
    stepped = town(access="all", steps=4.0)
    assert route(stepped, "g0", "s", profile="adult", **args).metres == pytest.approx(1185, abs=.1)
    with pytest.raises(NetworkError):
        route(stepped, "g0", "s", profile="wheelchair", **args)
    for steps in (0.0, None):
        flat = town(access="all", steps=steps)
        assert route(flat, "g0", "s", profile="wheelchair", **args).gates == ("g0",)


@pytest.mark.parametrize(("facts", "passes"), [
    ({"width_m": 0.8}, False), ({"width_m": 0.9}, True), ({"width_m": np.nan}, True),
    ({"kerb_m": 0.1}, False), ({"kerb_m": 0.02}, True)])
def test_wheels_take_no_narrow_way_and_no_high_kerb(facts, passes):
    # the place at 0, the home at 3; the fact stands on the edge from node 1 to node 2
    name, value = next(iter(facts.items()))
    column = np.full(10, np.nan if name == "width_m" else 0.0)
    column[1] = value
    network = replace(line_network(), **{name: column})
    homes, places = homes_at([3]), places_at([0])
    wheels = reach(network, homes, places, profile="wheelchair")
    assert np.isfinite(wheels.nearest[0, 0]) == passes
    assert np.isfinite(reach(network, homes, places, profile="elderly").nearest[0, 0])


def test_steps_with_a_ramp_beside_them_are_taken_by_wheels():
    plain = line_network()
    stairs = replace(plain, kinds=("", "steps"), kind=np.array([0, 1] + [0] * 8, np.uint8))
    homes, places = homes_at([3]), places_at([0])
    assert np.isinf(reach(stairs, homes, places, profile="wheelchair").nearest[0, 0])
    ramped = replace(stairs, ramped=np.array([False, True] + [False] * 8))
    assert np.isfinite(reach(ramped, homes, places, profile="wheelchair").nearest[0, 0])


def test_facts_for_wheels_are_read_from_the_street_file(tmp_path):
    file = tmp_path / "s.osm"
    file.write_text("""<osm version="0.6">
<node id="1" lon="101.7" lat="26.58"/>
<node id="2" lon="101.701" lat="26.58"><tag k="kerb" v="raised"/></node>
<node id="3" lon="101.702" lat="26.58"/>
<way id="7"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/><tag k="width" v="0.8 m"/></way>
<way id="8"><nd ref="2"/><nd ref="3"/><tag k="highway" v="steps"/>
 <tag k="ramp:wheelchair" v="yes"/></way></osm>""", "utf-8")
    ways = read_osm_ways(file)
    assert (ways.narrow.tolist(), ways.width_m.tolist()) == ([7], [0.8])
    assert (ways.kerb.tolist(), ways.ramped.tolist()) == ([2], [8])
    from greenmap.network.open import read_network

    plain = read_network(file, cache=False)
    found = with_wheels(plain, ways)
    assert found.width_m.tolist() == pytest.approx([0.8, np.nan], nan_ok=True)
    assert found.kerb_m.tolist() == [0.1, 0.1]
    assert found.ramped.tolist() == [False, True]
    assert found.digest != plain.digest
    nothing = OsmWays(*(np.zeros(0, kind) for kind in (int, float, int, float, int)))
    assert not np.isfinite(with_wheels(plain, nothing).width_m).any()


@pytest.mark.parametrize(("tags", "height"), [
    ({"kerb": "flush"}, 0.0), ({"kerb": "raised", "kerb:height": "3 cm"}, 0.03),
    ({"kerb": "no"}, 0.0), ({"barrier": "kerb", "height": "0.12"}, 0.12)])
def test_heights_of_kerbs(tags, height):
    assert kerb_height(tags) == pytest.approx(height)
    assert metres("about 2") is None
