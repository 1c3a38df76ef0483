"""A compound with several gates, opened and shut: walks are read off, and equal a full run.

Metres; the court 0 lies inside, and every way into it leads through a gate:

    1 ----200---- 2 ----200---- 3 --100-- 4      the road outside
     \\            |            /
     (a) 50     (b) 50     (c) 50                gates
       \\----------0----------/                   the court
                  |
                 (b) 70 to 5, 5 to 2: 30         the lane: the same gate b
"""

from __future__ import annotations

from dataclasses import fields, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenmap.errors import NetworkError
from greenmap.measure.reach import attach_all, reach
from greenmap.measure.what_if import WhatIf
from greenmap.network.hurdles import CLOSED, NONE, OPEN, RESIDENTS
from greenmap.network.tables import network_from_tables

EDGES = [(0, 1, 50), (0, 2, 50), (0, 3, 50), (0, 5, 70), (5, 2, 30),
         (1, 2, 200), (2, 3, 200), (3, 4, 100)]  # fmt: skip
GATE = np.array([0, 1, 2, 1, -1, -1, -1, -1], np.int32)
A, B, C = range(3)
BANDS = (120, 300)


def table(nodes, **columns):
    prefix = "home" if "people" in columns else "place"
    names = pd.Index([f"{prefix}{k}" for k in range(len(nodes))], name=f"{prefix}_id")
    return gpd.GeoDataFrame({"node": nodes, **columns}, index=names, crs=4326,
                            geometry=gpd.points_from_xy(LON[nodes], LAT[nodes]))  # fmt: skip


LON = 101.7 + 0.001 * np.array([2, 0, 2, 4, 5, 2.5])
LAT = 26.5 + 0.001 * np.array([0, 1, 1, 1, 1, 0.5])
HOMES = table([0, 2, 4], people=1.0)  # in the court, on the road, at its end
PLACES = table([4, 1, 0], category=["shop", "park", "nursery"], place_id=["s", "p", "n"])


def network(kinds):
    """Give the compound gates of these kinds."""
    nodes = pd.DataFrame({"node": range(6), "lon": LON, "lat": LAT})
    edges = pd.DataFrame(EDGES, columns=["u", "v", "length_m"])
    hurdle = np.where(GATE < 0, NONE, np.array(kinds)[GATE]).astype(np.uint8)
    return replace(network_from_tables(nodes, edges), hurdle=hurdle, hurdle_id=GATE)


def what_if(streets):
    put = attach_all(streets, HOMES, PLACES)
    live = WhatIf(streets, HOMES, PLACES, profile="metres", bands=BANDS, attachments=put)
    return live, put


def same_as_full_run(live, streets, put):
    full = reach(streets, HOMES, PLACES, profile="metres", bands=BANDS, attachments=put)
    return all(np.array_equal(getattr(live.table, f.name), getattr(full, f.name))
               for f in fields(full))  # fmt: skip


def to(live, category, home=0):
    """Walk of a home to the nearest place, and whether one is within each band."""
    column = live.table.categories.index(category)
    return live.table.nearest[home, column], live.table.within[home, column].tolist()


def test_a_second_and_third_gate_are_shut_and_opened_by_turns():
    streets = network([OPEN, OPEN, OPEN])
    live, put = what_if(streets)
    assert to(live, "shop") == (150, [0, 1])  # by c: 50 + 100
    assert to(live, "shop", home=1) == (200, [0, 1])  # through the court: 50 + 50 + 100
    live.close_gate(C)
    assert to(live, "shop") == (350, [0, 0])  # by b: 50 + 200 + 100
    assert to(live, "shop", home=1) == (300, [0, 1])  # along the road, exactly at the limit
    live.close_gate(B)  # with the lane
    assert to(live, "shop") == (550, [0, 0])  # by a: 50 + 200 + 200 + 100
    live.close_gate(A)
    assert to(live, "shop") == (np.inf, [0, 0])
    assert to(live, "nursery") == (0, [1, 1]) and to(live, "nursery", home=1)[0] == np.inf
    live.open_gate(B)
    assert to(live, "nursery", home=1) == (50, [1, 1])
    assert to(live, "park") == (250, [0, 1])
    live.open_gate(A)
    live.open_gate(C)
    assert same_as_full_run(live, streets, put)


def test_a_residents_gate_opened_lets_others_in_and_the_others_stay():
    # a is the residents': out is free, in is not; b and c are shut.
    streets = network([RESIDENTS, CLOSED, CLOSED])
    live, put = what_if(streets)
    assert to(live, "park") == (50, [1, 1])
    assert to(live, "nursery", home=2) == (np.inf, [0, 0])
    live.open_gate(C)
    assert to(live, "nursery", home=2) == (150, [0, 1])
    live.close_gate(A)
    assert to(live, "park") == (450, [0, 0])  # by c: 50 + 200 + 200
    opened = replace(streets, hurdle=network([CLOSED, CLOSED, OPEN]).hurdle)
    assert same_as_full_run(live, opened, put)


kinds = st.lists(st.sampled_from([OPEN, CLOSED, RESIDENTS]), min_size=3, max_size=3)


@settings(max_examples=25, deadline=None)
@given(kinds, st.lists(st.tuples(st.sampled_from([A, B, C]), st.booleans()), max_size=6))
def test_any_gates_opened_and_shut_in_any_order_are_as_a_full_run(first, turns):
    streets, now = network(first), list(first)
    live, put = what_if(streets)
    for gate, opens in turns:
        (live.open_gate if opens else live.close_gate)(gate)
        now[gate] = OPEN if opens else CLOSED
        assert same_as_full_run(live, replace(streets, hurdle=network(now).hurdle), put)


@pytest.mark.parametrize("gate", [3, -1])
def test_a_gate_that_is_not_there_is_refused(gate):
    live, _ = what_if(network([OPEN, OPEN, OPEN]))
    with pytest.raises(NetworkError, match=str(gate)):
        live.close_gate(gate)
