"""Edges priced for a walker: rounded once, blocked where not allowed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from greenmap.errors import NetworkError
from greenmap.model.profile import Profile
from greenmap.network.open import read_network
from greenmap.network.price import BLOCKED, leg_ticks, price
from greenmap.network.tables import network_from_tables

LINE = Path(__file__).parent / "worlds" / "line.osm"
WALKER = Profile("w", "w", "w", speed_m_per_min=80.0)
METRES = Profile("m", "m", "m", speed_m_per_min=None)


def one_street(length_m, **columns):
    nodes = pd.DataFrame({"node": [1, 2], "lon": [101.70, 101.71], "lat": [26.5, 26.5]})
    edges = pd.DataFrame({"u": [1], "v": [2], "length_m": [length_m], **columns})
    return network_from_tables(nodes, edges)


def test_a_tick_is_a_millisecond_of_walking():
    # 100 m at 80 m/min = 1.25 min = 75,000 ms
    assert price(one_street(100.0), WALKER).forward.tolist() == [75_000]


def test_a_tick_of_the_profile_of_metres_is_a_millimetre():
    assert price(one_street(123.4564), METRES).backward.tolist() == [123_456]


def test_zero_length_costs_nothing():
    assert price(one_street(0.0), WALKER).forward.tolist() == [0]


def test_steps_are_blocked_for_who_cannot_use_them():
    line = read_network(LINE, cache=False)
    wheels = Profile("x", "x", "x", speed_m_per_min=60.0, steps="blocked")
    assert (price(line, wheels).forward == BLOCKED).tolist() == [False, False, True]
    assert (price(line, WALKER).backward == BLOCKED).tolist() == [False, False, False]


def test_one_way_is_blocked_against_its_way():
    street = one_street(80.0, **{"oneway:foot": "yes"}, highway="path")
    cost = price(street, WALKER)
    assert (cost.forward.tolist(), cost.backward.tolist()) == ([60_000], [BLOCKED])


def test_fifteen_minutes_over_short_edges_are_off_by_less_than_a_tenth_of_a_second():
    # 1,200 m in 10 m edges at a speed that doesn't divide: each edge is rounded once
    speed = 83.7
    ticks = leg_ticks(np.full(120, 10.0), Profile("x", "x", "x", speed_m_per_min=speed)).sum()
    assert abs(ticks / 1000 - 1200 / speed * 60) <= 120 * 0.0005


def test_an_edge_longer_than_32_bits_hold_is_refused():
    with pytest.raises(NetworkError, match="5000000"):
        price(one_street(5e6), METRES)
