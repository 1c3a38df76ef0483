"""Gates in the middle of a wall, with no path drawn to them, still let through."""

import numpy as np
import pytest
import walled_world as world
from walled_world import areas, lines, points, ring, streets, walks, walled

from greenmap.network.attach import attach
from greenmap.network.gates import count_hurdles
from greenmap.network.hurdles import CLOSED, OPEN, RESIDENTS

WALL = lines(ring(0, 0, 400, 400))
HOME, SCHOOL = points(world.HOME), points(world.SCHOOL)


def town(gates, access="all", walls=WALL):
    road = streets(world.COMPOUND, world.ROUND + world.LANE)
    return walled(road, walls, points(world.GATE, *gates, access=["all", *[access] * len(gates)]))


def test_a_gate_without_a_path_is_joined_on_both_sides():
    # 40 m from the lane's end to the gate in the north, 5 m on to the street: 45, not 1,185
    cut = town([(200, 400)])
    assert cut.notes["gate_paths"] == 1
    assert count_hurdles(cut)[OPEN] == 2
    assert walks(cut, HOME, SCHOOL)[0, 0] == pytest.approx(45, abs=0.01)
    # the street is split where the path leaves it: 50 m further west
    aside = town([(150, 400)])
    straight = np.hypot(50, 40)
    assert walks(aside, HOME, SCHOOL)[0, 0] == pytest.approx(straight + 5 + 50, abs=0.01)


def test_who_may_pass_it_is_asked_as_at_any_gate():
    inward = points((200, 405), prefix="h"), points((200, 360), prefix="s")
    own = town([(200, 400)], "residents")
    assert count_hurdles(own)[RESIDENTS] == 1
    assert walks(own, HOME, SCHOOL)[0, 0] == pytest.approx(45, abs=0.01)
    assert walks(own, *inward)[0, 0] == pytest.approx(1185, abs=0.05)
    shut = town([(200, 400)], "closed")
    assert count_hurdles(shut)[CLOSED] == 1
    assert walks(shut, HOME, SCHOOL)[0, 0] == pytest.approx(1185, abs=0.05)
    assert walks(shut, HOME, SCHOOL, without=("gate",))[0, 0] == pytest.approx(45, abs=0.01)


def test_a_gate_with_a_path_of_its_own_gets_no_other():
    assert "gate_paths" not in town([]).notes
    # nor does one farther than 100 m from any street in sight
    lonely = walled(streets({1: (0, 500), 2: (50, 500)}, [(1, 2)]), WALL,
                    points((200, 0), access="all"))
    assert "gate_paths" not in lonely.notes


def test_a_path_goes_round_no_wall():
    # a second wall between the gate and the street outside hides it: only the lane is joined
    cut = town([(200, 400)], walls=lines(ring(0, 0, 400, 400), [(100, 402), (300, 402)]))
    assert walks(cut, HOME, SCHOOL)[0, 0] == pytest.approx(1185, abs=0.05)


def test_homes_of_a_compound_without_paths_leave_by_such_a_gate():
    # nothing is mapped inside; the street runs 5 m outside in the south only
    road = streets({1: (0, -5), 2: (200, -5)}, [(1, 2)])
    cut = walled(road, compounds=areas((0, 0, 200, 100), name=["甲"]),
                 gates=points((50, 0), access="residents"))
    home, shop = points((50, 60)), points((0, -5))
    assert attach(cut, home).leg_m.tolist() == pytest.approx([60], abs=0.01)
    assert walks(cut, home, shop)[0, 0] == pytest.approx(60 + 5 + 50, abs=0.01)


def test_one_opening_drawn_twice_and_the_order_of_gates_change_nothing():
    one, two = town([(200, 400), (202, 400)]), town([(202, 400), (200, 400)])
    assert one.notes["gate_paths"] == 1
    assert walks(one, HOME, SCHOOL).tolist() == walks(two, HOME, SCHOOL).tolist()
    assert one.length_m.tolist() == two.length_m.tolist()
