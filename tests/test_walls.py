"""Streets cut by walls, and gates that let through."""

import numpy as np
import pytest
import walled_world as world
from walled_world import areas, lines, points, ring, streets, walks, walled

from greenmap.errors import InputFaults
from greenmap.network.gates import count_hurdles
from greenmap.network.store import load_network, save_network

WALL = lines(ring(0, 0, 400, 400))
CROSS = {1: (-50, 0), 2: (50, 0)}  # a street of 100 m, west to east


def hurdles(network):
    return {k: n for k, n in count_hurdles(network).items() if n}


def test_the_only_gate_of_a_compound_makes_45_m_a_walk_of_1185():
    # lane 360 to the gate, 5 to the street, half the ring: 205 + 410 + 205 = 820
    home, school = points(world.HOME), points(world.SCHOOL)
    gate = points(world.GATE, access="all")
    gated = walled(streets(world.COMPOUND, world.ROUND + world.LANE), WALL, gate)
    assert hurdles(gated) == {4: 1}
    assert walks(gated, home, school)[0, 0] == pytest.approx(1185, abs=0.05)
    assert home.distance(school, align=False).iloc[0] == 45
    # with a second gate in the north and a path to it the walk is the straight line
    north = world.LANE + [(8, 5)]
    opened = walled(streets(world.COMPOUND, world.ROUND + north), WALL,
                    points(world.GATE, (200, 400), access="all"))  # fmt: skip
    assert walks(opened, home, school)[0, 0] == pytest.approx(45, abs=0.05)
    # the path alone, without a gate, helps nobody, unless the wall is taken away
    shut = walled(streets(world.COMPOUND, world.ROUND + north), WALL, gate)
    assert hurdles(shut) == {1: 1, 4: 1}
    assert walks(shut, home, school)[0, 0] == pytest.approx(1185, abs=0.05)
    assert walks(shut, home, school, without={"wall"})[0, 0] == pytest.approx(45, abs=0.05)


def test_a_cut_is_an_edge_without_length_between_two_nodes_at_one_place():
    cut = walled(streets(CROSS, [(1, 2)]), lines([(10, -20), (10, 20)]))
    where = np.flatnonzero(cut.hurdle)
    assert cut.hurdle[where].tolist() == [1]
    assert cut.hurdle_id[where].tolist() == [0]
    assert cut.length_m[where].tolist() == [0]
    inside, outside = int(cut.tail[where[0]]), int(cut.head[where[0]])
    assert cut.x[inside] == cut.x[outside] == pytest.approx(500_010)
    # the wall runs north: left of it is the west piece, 60 m long
    piece = int(np.flatnonzero(cut.head == inside)[0])
    assert cut.length_m[piece] == pytest.approx(60, abs=0.01)
    assert cut.length_m.sum() == pytest.approx(100, abs=1e-9)
    assert len(set(cut.node_id.tolist())) == cut.n_nodes == 4


@pytest.mark.parametrize(
    ("path", "cuts"),
    [
        ([(10, -20), (10, 20)], 1),
        ([(10, -20), (10, 0)], 0),  # ends at the street
        ([(10, -20), (10, 0.4)], 0),  # drawn a little too far
        ([(0, -20), (10, 0), (20, -20)], 0),  # touches it
        ([(-20, 0), (20, 0)], 0),  # runs along it
        ([(-20, -9), (-20, 0), (20, 0), (20, 9)], 1),  # runs along it and leaves on the other side
        ([(-20, 5), (-20, 0), (20, 0), (20, 9)], 0),  # and leaves on the same side
    ],
)
def test_only_a_wall_that_passes_a_street_cuts_it(path, cuts):
    cut = walled(streets(CROSS, [(1, 2)]), lines(path))
    assert hurdles(cut) == ({1: cuts} if cuts else {})


def test_a_wall_through_a_junction_parts_the_streets_of_its_two_sides():
    # five arms: two west of the wall, two east, one along it (which lies right of it: east)
    arms = {0: (0, 0), 1: (-50, 10), 2: (-50, -10), 3: (50, 10), 4: (50, -10), 5: (0, 50)}
    star = streets(arms, [(0, k) for k in range(1, 6)])
    cut = walled(star, lines([(0, -100), (0, 100)]))
    homes, places = points(*list(arms.values())[1:]), points(*list(arms.values())[1:])
    reached = np.isfinite(walks(cut, homes, places))
    west, east = [True] * 2 + [False] * 3, [False] * 2 + [True] * 3
    assert reached.tolist() == [west, west, east, east, east]


def test_two_walls_that_meet_at_a_street_cut_it_like_one():
    both = lines([(0, -50), (0, 0)], [(0, 0), (0, 50)])
    assert hurdles(walled(streets(CROSS, [(1, 2)]), both)) == {1: 1}


@pytest.mark.parametrize(
    ("access", "hurdle", "out", "in_"),
    [("all", 4, True, True), ("residents", 3, True, False), ("closed", 2, False, False),
     ("unknown", 6, True, True)],
)  # fmt: skip
def test_who_may_pass_a_gate(access, hurdle, out, in_):
    within, without = (0, 0), (0, -30)
    cut = walled(streets({1: within, 2: without}, [(1, 2)]), lines(ring(-20, -20, 20, 20)),
                 points((0, -20), access=access))  # fmt: skip
    assert hurdles(cut) == {hurdle: 1}
    both = points(within, without)
    reached = np.isfinite(walks(cut, both, both))
    assert (reached[0, 1], reached[1, 0]) == (out, in_)
    assert np.isfinite(walks(cut, both, both, without={"gate"})).all()


def test_a_gate_serves_crossings_within_5_m_and_a_surveyed_one_comes_first():
    road, wall = streets({1: (0, 0), 2: (0, -30)}, [(1, 2)]), lines(ring(-20, -20, 20, 20))
    assert hurdles(walled(road, wall, points((5, -20), access="all"))) == {4: 1}
    # farther off it is an opening of its own, with a path of its own
    assert hurdles(walled(road, wall, points((5.01, -20), access="all"))) == {1: 1, 4: 1}
    two = points((1, -20), (4, -20), access=["all", "closed"], source=["mapped", "surveyed"])
    assert hurdles(walled(road, wall, two)) == {2: 1}


def test_a_gate_off_every_wall_is_refused_by_name():
    with pytest.raises(InputFaults) as caught:
        walled(streets(CROSS, [(1, 2)]), lines([(10, -20), (10, 20)]), points((20, 0)))
    (fault,) = caught.value.faults
    assert (fault.key, fault.facts["ids"]) == ("network.gate_off_wall", "g0")


def test_a_compound_without_known_gates_has_them_assumed_one_with_gates_is_shut_elsewhere():
    road = streets({1: (0, 0), 2: (0, -30), 3: (30, 0)}, [(1, 2), (1, 3)])
    plot = areas((-20, -20, 20, 20), name=["甲"])
    assumed = walled(road, compounds=plot)
    assert hurdles(assumed) == {5: 2}
    assert assumed.barriers.gate_source.tolist() == ["assumed"] * 2
    assert assumed.barriers.gate_id.tolist() == ["c0?1", "c0?2"]
    known = walled(road, compounds=plot, gates=points((0, -20), access="all"))
    assert hurdles(known) == {1: 1, 4: 1}
    # the same for a wall that closes on itself, not for one that doesn't
    assert hurdles(walled(road, lines(ring(-20, -20, 20, 20)))) == {5: 2}
    assert hurdles(walled(road, lines(ring(-20, -20, 20, 20)[:3]))) == {1: 2}


def test_rail_and_water_cut_no_street_bridges_and_steps_are_spared():
    road = streets(CROSS, [(1, 2)])
    for kind in ("rail", "water"):
        assert hurdles(walled(road, lines([(0, -20), (0, 20)], kind=kind))) == {}
    wall = lines([(0, -20), (0, 20)], kind="wall")
    assert hurdles(walled(road, wall)) == {1: 1}
    assert hurdles(walled(road, wall, free_way=[-1])) == {}  # all ways of a bare table are -1


def test_a_mapped_gate_on_a_street_without_wall():
    nodes = {1: (-50, 0), 2: (0, 0), 3: (50, 0)}
    far = lines([(900, 900), (910, 900)])

    def cut(access, private=()):
        gate = points((0, 0), access=access, source="mapped")
        return walled(streets(nodes, [(1, 2), (2, 3)], private), far, gate)

    assert hurdles(cut("closed")) == {2: 1}
    assert hurdles(cut("all")) == {4: 1}
    assert hurdles(cut("residents")) == {6: 1}  # nobody knows which side is theirs
    own = cut("residents", private=[(2, 3)])
    assert hurdles(own) == {3: 1}
    assert np.isfinite(walks(own, points((50, 0)), points((-50, 0)))).all()


def test_strangers_neither_enter_nor_cross_a_compound_of_residents():
    # a lane from north to south through the compound, both gates for residents
    road = streets({1: (0, -60), 2: (0, 60), 3: (200, -60), 4: (200, 60)},
                   [(1, 2), (1, 3), (3, 4), (2, 4)])  # fmt: skip
    cut = walled(road, lines(ring(-20, -20, 20, 20)),
                 points((0, -20), (0, 20), access="residents"))  # fmt: skip
    south, north, inside = (0, -60), (0, 60), (0, 0)
    found = walks(cut, points(south, inside), points(south, north, inside))
    assert found[0, 1] == pytest.approx(520, abs=0.05)  # round by the east
    assert not np.isfinite(found[0, 2])
    assert found[1, :2] == pytest.approx([60, 60], abs=0.05)


def test_stored_and_read_again_it_is_the_same(tmp_path):
    plot = areas((-20, -20, 20, 20), name=["甲"])
    cut = walled(streets(CROSS, [(1, 2)]), lines([(40, -9), (40, 9)]), compounds=plot)
    again = load_network(save_network(cut, tmp_path / "n.npz"))
    assert again.digest == cut.digest
    assert again.hurdle.tolist() == cut.hurdle.tolist()
    assert again.barriers.gate_id.tolist() == cut.barriers.gate_id.tolist()
    assert again.barriers.compound[0].equals(cut.barriers.compound[0])
    assert again.barriers.wall_kind.tolist() == ["wall", "compound"]


def test_closing_a_gate_and_opening_it_gives_the_same_network():
    road, wall = streets(world.COMPOUND, world.ROUND + world.LANE), WALL
    first = walled(road, wall, points(world.GATE, access="all"))
    closed = walled(road, wall, points(world.GATE, access="closed"))
    assert closed.digest != first.digest
    assert walled(road, wall, points(world.GATE, access="all")).digest == first.digest
    assert first.tail.tolist() == closed.tail.tolist()
