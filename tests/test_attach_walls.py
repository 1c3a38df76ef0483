"""Homes and places join the nearest street they can see."""

import numpy as np
import pytest
import walled_world as world
from shapely import LineString
from walled_world import areas, lines, points, ring, streets, walks, walled

from greenmap.measure.route import route
from greenmap.network.attach import attach, edge_lines

WALL = lines(ring(0, 0, 400, 400))
LANED = streets(world.COMPOUND, world.ROUND + world.LANE)
TWO = streets({1: (0, 0), 2: (200, 0), 3: (0, 60), 4: (200, 60)}, [(1, 2), (3, 4)])


def legs(network, *places, **about):
    found = attach(network, points(*places), **about)
    return np.round(found.leg_m, 2).tolist(), found.assumed.tolist(), found.status.tolist()


def test_a_home_behind_the_wall_joins_its_own_lane_not_the_street_outside():
    home = points((200, 395))  # 35 m from the lane's end, 10 m from the street behind the wall
    assert attach(LANED, home).leg_m[0] == pytest.approx(10, abs=0.01)
    gated = walled(LANED, WALL, points(world.GATE, access="all"))
    found = attach(gated, home)
    assert found.leg_m[0] == pytest.approx(35, abs=0.01)
    assert found.assumed.tolist() == [False]
    # 35 + 360 to the gate + 5 + 820 on the ring, against 10 m
    school = points(world.SCHOOL)
    assert walks(gated, home, school)[0, 0] == pytest.approx(1220, abs=0.1)
    assert walks(LANED, home, school)[0, 0] == pytest.approx(10, abs=0.1)


def test_between_two_streets_the_nearer_is_hidden_by_a_wall():
    cut = walled(TWO, lines([(0, 10), (200, 10)], kind="rail"))
    assert legs(TWO, (100, 20)) == ([20.0], [False], ["edge"])
    assert legs(cut, (100, 20)) == ([40.0], [False], ["edge"])
    assert legs(cut, (100, 5)) == ([5.0], [False], ["edge"])


def test_who_sees_no_street_takes_the_nearest_and_the_gate_is_assumed():
    cut = walled(TWO, lines(ring(90, 10, 110, 30), kind="wall"))
    assert legs(cut, (100, 20)) == ([20.0], [True], ["edge"])
    assert legs(cut, (100, 20), limit_m=19) == ([20.0], [False], ["too_far"])


def test_the_wall_a_house_stands_on_is_its_own_but_a_street_at_a_wall_has_two_sides():
    cut = walled(TWO, lines([(0, 10), (200, 10)]))
    assert legs(cut, (100, 10.4)) == ([10.4], [False], ["edge"])
    assert legs(cut, (100, 10.6)) == ([49.4], [False], ["edge"])
    # a wall drawn on the street's own line: the street lies right of it, here in the south
    along = walled(TWO, lines([(0, 0), (200, 0)]))
    assert legs(along, (100, -20)) == ([20.0], [False], ["edge"])
    assert legs(along, (100, 20)) == ([40.0], [False], ["edge"])
    # a street that ends at a wall is not joined from behind it
    stub = streets({1: (0, 0), 2: (50, 0), 3: (0, 30), 4: (200, 30)}, [(1, 2), (1, 3), (3, 4)])
    ended = walled(stub, lines([(50, -50), (50, 25)]))
    assert legs(ended, (45, 0), (60, 0)) == ([0.0, 30.0], [False, False], ["edge", "edge"])


def test_without_mapped_paths_a_home_walks_straight_to_its_gate():
    # a stub of 5 m from the street to the gate; nothing is mapped inside
    road = streets({1: (0, -5), 2: (50, -5), 3: (100, -5), 4: (50, 0)}, [(1, 2), (2, 3), (2, 4)])
    cut = walled(road, lines(ring(0, 0, 100, 60)), points((50, 0), access="residents"))
    home = points((50, 40), (20, 3))
    found = attach(cut, home)
    assert found.assumed.tolist() == [False, False]
    straight = [40, np.hypot(30, 3)]
    assert found.leg_m == pytest.approx(straight, abs=0.01)
    out = walks(cut, home, points((0, -5)))[:, 0]
    assert out == pytest.approx([s + 5 + 50 for s in straight], abs=0.05)
    # a stranger's way in ends at the gate
    assert not np.isfinite(walks(cut, points((0, -5)), points((50, 40))))


def test_nothing_changes_where_barriers_hide_nothing():
    cut = walled(TWO, lines([(300, 300), (310, 300)]))
    rng = np.random.default_rng(3)
    home = points(*(rng.random((60, 2)) * [200, 60]))
    one, other = attach(TWO, home), attach(cut, home)
    assert one.edge.tolist() == other.edge.tolist()
    assert one.fraction.tolist() == other.fraction.tolist()
    assert one.leg_m.tolist() == other.leg_m.tolist()
    assert not other.assumed.any()


def test_the_joined_street_is_the_nearest_of_those_a_slow_search_can_see():
    rng = np.random.default_rng(5)
    nodes = dict(enumerate((rng.random((40, 2)) * 300).tolist()))
    road = streets(nodes, [(k, k + 1) for k in range(39)])
    walls = lines(*(rng.random((25, 2, 2)) * 300).tolist(), kind="water")  # cuts no street
    cut, home = walled(road, walls), points(*(rng.random((80, 2)) * 300).tolist())
    found = attach(cut, home, limit_m=90)
    barrier = walls.geometry.union_all()
    edges = edge_lines(cut, np.arange(cut.n_edges))
    for k, place in enumerate(home.geometry):
        rows = []
        for e, line in enumerate(edges):
            foot = line.interpolate(line.project(place))
            rows.append((place.distance(foot), e, foot))
        rows = sorted(r for r in rows if r[0] <= 90)
        seen = [r for r in rows if not LineString([place, r[2]]).intersects(barrier)]
        expected = (seen or rows)[0] if rows else None
        if expected is None:
            assert found.edge[k] == -1
        elif place.distance(barrier) > 0.5:  # else the wall is the home's own
            assert found.leg_m[k] == pytest.approx(expected[0], rel=2e-3)
            assert found.assumed[k] == (not seen)


def test_in_a_large_compound_without_paths_a_home_walks_straight_to_its_nearest_gate():
    # gates in the south and the east, where paths of 5 m end; the wall is the compound's edge
    road = streets({1: (200, -5), 2: (605, -5), 3: (605, 200), 4: (200, 0), 5: (600, 200)},
                   [(1, 2), (2, 3), (1, 4), (3, 5)])  # fmt: skip
    plot = areas((0, 0, 600, 400), name=["甲"])
    gates = points((200, 0), (600, 200), access=["residents", "closed"])
    cut = walled(road, compounds=plot, gates=gates)
    home = points((200, 300), (590, 200), (300, 500))
    found = attach(cut, home)
    assert found.status.tolist() == ["edge", "edge", "outside_data"]
    assert not found.assumed.any()
    # the first: 300 m, though the limit is 100; the second sees the closed gate 10 m away, and
    # walks to the one that opens
    assert found.leg_m[:2] == pytest.approx([300, np.hypot(390, 200)], abs=0.1)
    out = walks(cut, home, points((605, 200)))[:, 0]
    assert out[0] == pytest.approx(300 + 5 + 405 + 205, abs=0.1)
    assert out[1] == pytest.approx(np.hypot(390, 200) + 5 + 405 + 205, abs=0.1)
    # a place isn't carried to a gate
    assert attach(cut, home, public_only=True).edge[0] == -1


def test_in_a_compound_without_paths_a_home_may_leave_by_any_of_its_gates():
    # 300 x 100 m, gates in the west and the east, a street round it 5 m outside in the south
    road = streets({1: (-5, 50), 2: (-5, -5), 3: (305, -5), 4: (305, 50), 5: (0, 50), 6: (300, 50)},
                   [(1, 2), (2, 3), (3, 4), (1, 5), (4, 6)])  # fmt: skip
    plot = areas((0, 0, 300, 100), name=["甲"])
    cut = walled(road, compounds=plot, gates=points((0, 50), (300, 50), access="residents"))
    home, west, east = points((100, 50)), points((-5, 50)), points((305, 50))
    found = attach(cut, home)
    assert found.leg_m.tolist() == pytest.approx([100], abs=0.02)  # the nearest stands first
    assert found.more_row.tolist() == [0]
    assert found.more_leg_m.tolist() == pytest.approx([200], abs=0.02)
    assert walks(cut, home, west)[0, 0] == pytest.approx(105, abs=0.05)
    # by the west gate it would be 105 + 55 + 310 + 55
    assert walks(cut, home, east)[0, 0] == pytest.approx(205, abs=0.05)
    walk = route(cut, "g0", "e0", profile=world.METRES, homes=home.rename_axis("home_id"),
                 amenities=points((305, 50), prefix="e").assign(place_id="e0"))
    assert walk.metres == pytest.approx(205, abs=0.05)
    assert walk.home_leg_m == pytest.approx(200, abs=0.02)
    assert walk.gates == ("g1",)
    assert walk.line.length == pytest.approx(205, abs=0.2)
    # a closed one is kept for the day it is opened, behind those that open;
    # taking some of the homes takes their legs along
    shut = walled(road, compounds=plot, gates=points((0, 50), (300, 50),
                                                     access=["residents", "closed"]))
    assert attach(shut, points((210, 50))).leg_m.tolist() == pytest.approx([210], abs=0.02)
    assert walks(shut, home, east)[0, 0] == pytest.approx(105 + 55 + 310 + 55, abs=0.1)
    assert walks(shut, home, east, without=("gate",))[0, 0] == pytest.approx(205, abs=0.05)
    both = attach(cut, points((100, 50), (50, 300), (210, 50)))
    taken = both.take(np.array([2, 0]))
    assert taken.more_row.tolist() == [0, 1]
    assert taken.more_leg_m.tolist() == pytest.approx([210, 200], abs=0.02)


def test_the_inner_end_of_a_gate_is_where_its_lane_leads_into_the_compound():
    # the wall is drawn as a line on the compound's edge, running so that inside is right of it
    lane = streets({1: (50, -20), 2: (50, 20)}, [(1, 2)])
    wall = lines([(100, 0), (0, 0)])
    plot = areas((0, 0, 300, 300), name=["甲"])
    cut = walled(lane, wall, points((50, 0), access="all"), plot)
    home = points((250, 250))
    found = attach(cut, home)
    assert found.leg_m[0] == pytest.approx(np.hypot(200, 250), abs=0.05)
    assert walks(cut, home, points((50, 20)))[0, 0] == pytest.approx(found.leg_m[0] + 20, abs=0.05)
