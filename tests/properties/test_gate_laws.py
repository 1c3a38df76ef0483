"""Laws of walls and gates on a grid of compounds, attachments kept."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from walled_world import lines, points, ring, streets, walks, walled

from greenmap.network.attach import attach

# Four compounds of 80 m in a grid of streets 100 m apart; four lanes lead from each middle
# through the wall to the middle of the street on that side.
BLOCKS = [(x, y) for x in (0, 100) for y in (0, 100)]
SIDES = [(50, 0), (100, 50), (50, 100), (0, 50)]
GATES = [(50, 10), (90, 50), (50, 90), (10, 50)]
JOINTS = sorted({(100 * x, 100 * y) for x in range(3) for y in range(3)}
                | {(bx + x, by + y) for bx, by in BLOCKS for x, y in SIDES})  # fmt: skip
MIDDLES = [(x + 50, y + 50) for x, y in BLOCKS]
PLACES = [*JOINTS, *MIDDLES]
NUMBER = {at: k for k, at in enumerate(PLACES)}
STREETS = [
    (NUMBER[a], NUMBER[b]) for a in JOINTS for b in JOINTS
    if a < b and abs(a[0] - b[0]) + abs(a[1] - b[1]) == 50 and (a[0] == b[0] or a[1] == b[1])
]  # fmt: skip
LANES = [(NUMBER[x + 50, y + 50], NUMBER[x + sx, y + sy]) for x, y in BLOCKS for sx, sy in SIDES]
WALLS = lines(*(ring(x + 10, y + 10, x + 90, y + 90) for x, y in BLOCKS))
ROAD = streets(dict(enumerate(PLACES)), STREETS + LANES)
DOORS = [(x + gx, y + gy) for x, y in BLOCKS for gx, gy in GATES]
HOMES = points(*MIDDLES, (30, 20), (5, 105), (120, 180), prefix="h")
SHOPS = points((0, 2), (150, 150), (198, 60), (60, 75), prefix="s")
accesses = st.lists(
    st.sampled_from(["all", "residents", "closed"]), min_size=len(DOORS), max_size=len(DOORS)
)
few = settings(max_examples=20)


def town(access):
    cut = walled(ROAD, WALLS, points(*DOORS, access=access))
    return cut, (attach(cut, HOMES), attach(cut, SHOPS, public_only=True))


def distances(cut, attached, without=()):
    return walks(cut, HOMES, SHOPS, without=without, attached=attached)


def test_every_lane_of_the_town_passes_a_gate():
    cut, _ = town(["all"] * 16)
    assert cut.n_edges == ROAD.n_edges + 2 * 16
    assert (cut.hurdle == 4).sum() == 16


@few
@given(accesses, st.integers(0, 15), st.sampled_from(["all", "residents"]))
def test_opening_a_gate_lengthens_no_walk(access, number, to):
    order = {"closed": 0, "residents": 1, "all": 2}
    wider = list(access)
    wider[number] = max(access[number], to, key=order.get)
    before, attached = town(access)
    after, joined = town(wider)
    # nothing but the hurdle has changed, so the attachments are the same
    assert (attached[0].edge == joined[0].edge).all()
    assert (distances(after, attached) <= distances(before, attached)).all()


@few
@given(accesses)
def test_taking_away_walls_or_gates_lengthens_no_walk(access):
    cut, attached = town(access)
    plain, no_gate = distances(cut, attached), distances(cut, attached, {"gate"})
    nothing = distances(cut, attached, {"gate", "wall"})
    assert (no_gate <= plain).all()
    assert (distances(cut, attached, {"wall"}) <= plain).all()
    assert (nothing <= no_gate).all()
    # every wall of this town has gates on all its lanes, so nothing is left
    assert (nothing == distances(*town(["all"] * 16))).all()


@few
@given(accesses, st.integers(0, 15))
def test_closing_a_gate_and_opening_it_again_gives_the_same_network(access, number):
    shut = list(access)
    shut[number] = "closed"
    first, closed = town(access)[0], town(shut)[0]
    assert town(access)[0].digest == first.digest
    assert (closed.digest == first.digest) == (access[number] == "closed")


@few
@given(accesses)
def test_residents_get_out_wherever_a_gate_is_not_closed_strangers_only_in_at_open_ones(access):
    cut, attached = town(access)
    found = distances(cut, attached)
    for k in range(4):  # homes in the middles, the first shop on the street
        own = access[4 * k : 4 * k + 4]
        assert np.isfinite(found[k, 0]) == (own != ["closed"] * 4)
    # the shop in the middle of the last compound, a home on the street
    assert np.isfinite(found[5, 1]) == ("all" in access[12:])


@few
@given(accesses, st.randoms(use_true_random=False))
def test_the_order_of_walls_and_gates_changes_no_walk(access, dice):
    gates, walls = points(*DOORS, access=access), WALLS
    turned = gates.iloc[dice.sample(range(16), 16)]
    other = walled(ROAD, walls.iloc[dice.sample(range(4), 4)], turned)
    cut, attached = town(access)
    assert other.hurdle.tolist() == cut.hurdle.tolist()
    assert (distances(other, attached) == distances(cut, attached)).all()
