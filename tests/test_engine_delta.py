"""Tables that follow edits: after any edits they are those of a full run."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenmap.engine import delta
from greenmap.engine.counting import counts_and_nearest
from greenmap.engine.csr import build_csr
from greenmap.engine.delta import LiveTables
from greenmap.engine.doors import SPARE
from greenmap.engine.mutable import loosen, put_arc, tighten
from greenmap.engine.search import Sources
from greenmap.errors import NetworkError

SHUT = 0xFFFF_FFFF
BANDS = [8, 20]


class Town:
    """Streets and places as plain dictionaries, and the tables that follow their edits."""

    def __init__(self, n, streets, places, limit):
        self.n, self.streets, self.limit = n, dict(streets), limit
        self.places = {number: (list(doors), kinds) for number, (doors, kinds) in places.items()}
        arcs = [(*pair, ticks) for pair, ticks in self.streets.items()]
        tail, head, ticks = (np.array([arc[k] for arc in arcs], np.int64) for k in range(3))
        self.position = {number: k for k, number in enumerate(self.places)}
        self.live = LiveTables(
            n, tail, head, ticks, self.sources(), number=list(self.places), **self.sizes()
        )

    def sizes(self):
        rows = np.append(np.arange(self.n - 1), -1)  # the last node has no row
        return {"categories": 2, "rows": rows, "n_rows": self.n - 1, "bands": BANDS,
                "limit": self.limit}  # fmt: skip

    def sources(self):
        doors = [doors for doors, _ in self.places.values()]
        kinds = [kinds for _, kinds in self.places.values()]
        start, first = ([0, *np.cumsum([len(x) for x in each])] for each in (doors, kinds))
        flat = [door for each in doors for door in each]
        return Sources(start, np.array([d[0] for d in flat], np.int64),
                       np.array([d[1] for d in flat], np.int64), first,
                       np.array([k for each in kinds for k in each], np.int64))  # fmt: skip

    def full(self):
        """Nearest walks and counts of a full run, and the numbers of the nearest places."""
        arcs = [(*pair, ticks) for pair, ticks in self.streets.items()]
        tail, head, ticks = (np.array([arc[k] for arc in arcs], np.int64) for k in range(3))
        self.places = dict(sorted(self.places.items()))  # ties go to the lowest number
        walk, place, within = counts_and_nearest(
            build_csr(self.n, head, tail, ticks), self.sources(), **self.sizes()
        )
        number = np.append(np.array(list(self.places), np.uint32), np.uint32(SHUT))
        return walk, number[place], within

    def same(self):
        own = self.live.ticks, self.live.number, self.live.within
        return all(np.array_equal(a, b) for a, b in zip(own, self.full(), strict=True))

    def street(self, a, b, there, back):
        self.streets[a, b], self.streets[b, a] = there, back
        self.live.set_street(a, b, there, back)

    def doors(self, number, doors, kinds=(0,)):
        node, leg = [d[0] for d in doors], [d[1] for d in doors]
        if number in self.position:
            self.live.set_entrances(self.position[number], node, leg)
            kinds = self.places.get(number, (0, self.kinds(number)))[1]
        else:
            self.position[number] = self.live.add_place(node, leg, kinds, number=number)
        self.places[number] = list(doors), list(kinds)

    def kinds(self, number):
        return self.live._book.categories(self.position[number]).tolist()


@st.composite
def towns(draw):
    n = draw(st.integers(2, 12))
    cost = st.one_of(st.just(0), st.integers(0, 15), st.just(SHUT))
    pair = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda p: p[0] != p[1])
    streets = draw(st.dictionaries(pair, cost, min_size=1, max_size=3 * n))
    door = st.tuples(st.integers(0, n - 1), st.integers(0, 25))
    kinds = st.lists(st.integers(0, 1), max_size=2, unique=True)
    number = st.integers(0, 9)
    places = draw(st.dictionaries(number, st.tuples(st.lists(door, max_size=3), kinds), max_size=5))
    edits = draw(st.lists(st.one_of(
        st.tuples(st.just("street"), pair, cost, cost),
        st.tuples(st.just("doors"), number, st.lists(door, max_size=3), kinds),
    ), min_size=1, max_size=8))  # fmt: skip
    limit = draw(st.sampled_from([5, 20, 45]))
    return (n, streets, dict(sorted(places.items())), limit), edits


@settings(max_examples=80, deadline=None)
@given(towns())
def test_after_any_edits_the_tables_are_those_of_a_full_run(drawn):
    given_town, edits = drawn
    town = Town(*given_town)
    assert town.same()
    for kind, *what in edits:
        if kind == "street":
            town.street(*what[0], *what[1:])
        else:
            town.doors(*what)
        assert town.same()


def grid(side, places, seed=3):
    """A town of side x side junctions, streets of 1 to 6 ticks, seeded places."""
    random = np.random.default_rng(seed)
    at = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([at[:, :-1].ravel(), at[:-1].ravel()])
    head = np.concatenate([at[:, 1:].ravel(), at[1:].ravel()])
    ticks = random.integers(1, 7, tail.size)
    pairs = zip(tail.tolist(), head.tolist(), ticks.tolist(), strict=True)
    streets = {}
    for a, b, cost in pairs:
        streets[a, b] = streets[b, a] = cost
    stand = random.integers(0, side * side, (places, 2)).tolist()
    return Town(side * side, streets,
                {k: ([(a, 0), (b, 2)], [k % 2]) for k, (a, b) in enumerate(stand)}, 40)  # fmt: skip


def test_a_hundred_edits_of_a_larger_town():
    # 400 nodes, 60 places with two entrances each; both ways of recounting are taken, and
    # the tables are compared after every tenth edit.
    town, random = grid(20, 60), np.random.default_rng(4)
    pairs = list(town.streets)
    for turn in range(100):
        a, b = pairs[random.integers(len(pairs))] if turn % 3 else random.integers(0, 400, 2)
        if turn % 4 == 3:
            doors = [(int(x), 1) for x in random.integers(0, 400, turn % 3)]
            town.doors(int(random.integers(0, 90)), doors)
        elif a != b:
            cost = SHUT if turn % 5 == 0 else int(random.integers(0, 9))
            town.street(int(a), int(b), cost, cost)
        assert turn % 10 or town.same()
    assert town.same()


def test_a_street_may_be_split_at_a_new_node():
    # 0 -6- 1; split at 2 after 2 ticks: a place at 2 is 2 from node 0 and 4 from node 1.
    live = LiveTables(2, [0, 1], [1, 0], [6, 6], Sources([0], [], [], [0], []), categories=1,
                      rows=[0, 1], n_rows=2, bands=[3, 9], limit=9)  # fmt: skip
    new = live.add_node()
    live.set_street(0, new, 2, 2, splits=True)
    live.set_street(new, 1, 4, 4, splits=True)
    live.set_street(0, 1, SHUT, SHUT, splits=True)
    assert live.add_place([new], [0], [0], number=7) == 0
    assert live.ticks[:, 0].tolist() == [2, 4]
    assert live.number[:, 0].tolist() == [7, 7]
    assert live.within[:, 0].tolist() == [[1, 1], [0, 1]]


def test_room_grows_for_nodes_places_and_entrances():
    # A star: every new node hangs 1 tick off node 0, with a place and then two entrances.
    live = LiveTables(1, [], [], [], Sources([0], [], [], [0], []), categories=1, rows=[0],
                      n_rows=1, bands=[1, 2], limit=5)  # fmt: skip
    many = 2 * SPARE + 10
    for k in range(many):
        node = live.add_node()
        live.set_street(0, node, 1, 1)
        live.add_place([node], [1], [0], number=k)
        live.set_entrances(k, [node, node], [k % 2, 3])
    assert live.n_nodes == many + 1
    # legs of 0 and 1 by turns: half the places are 1 off, all within 2
    assert live.within[0, 0].tolist() == [many // 2, many]
    assert (live.ticks[0, 0], live.number[0, 0]) == (1, 0)


def test_arcs_move_up_for_a_new_one_until_none_is_free():
    # Rows 0 and 1 are full; node 7 ends in a free slot (every eighth), and node 8 is spare.
    graph = loosen(build_csr(8, [0, 1], [1, 2], [5, 6]), 1)
    slots = graph.arc.shape[0]
    for head in range(2, 7):
        assert put_arc(graph.start, graph.arc, 0, head, head)
    assert not put_arc(graph.start, graph.arc, 0, 7, 7)  # 2 arcs, 1 + 4 free slots
    packed = tighten(graph, 8)
    assert graph.arc.shape[0] == slots == 7
    assert packed.start.tolist() == [0, 6, 7, 7, 7, 7, 7, 7, 7]
    assert packed.arc[:6].tolist() == [[1, 5], [2, 2], [3, 3], [4, 4], [5, 5], [6, 6]]
    assert packed.arc[6].tolist() == [2, 6]


def lone():
    return LiveTables(2, [0], [1], [6], Sources([0], [], [], [0], []), categories=1,
                      rows=[0, 1], n_rows=2, bands=[3], limit=9)  # fmt: skip


@pytest.mark.parametrize(
    "edit",
    [
        lambda live: live.set_street(0, 5, 1, 1),
        lambda live: live.set_street(0, 1, -1, 1),
        lambda live: live.set_entrances(0, [0], [0]),
        lambda live: live.add_place([9], [0], [0], number=0),
        lambda live: live.add_place([0], [0], [4], number=0),
        lambda live: live.add_place([0, 1], [0], [0], number=0),
        lambda live: live.add_place([0], [0], [0], number=SHUT),
    ],
)
def test_edits_that_do_not_fit_are_refused_and_change_nothing(edit):
    live = lone()
    with pytest.raises(NetworkError):
        edit(live)
    live.add_place([1], [0], [0], number=0)
    assert live.within[:, 0, 0].tolist() == [0, 1]
    assert live.ticks[:, 0].tolist() == [6, 0]


def test_more_places_than_counts_hold_are_refused(monkeypatch):
    monkeypatch.setattr(delta, "MOST", 1)
    live = lone()
    live.add_place([1], [0], [0], number=0)
    with pytest.raises(NetworkError, match="at most 1"):
        live.add_place([1], [0], [0], number=1)
