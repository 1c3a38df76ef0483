"""What-if edits: after any edits the table is the one a full run gives for the edited study."""

from __future__ import annotations

from dataclasses import fields, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_world import LAT, LON, STEP, homes_at, line_network, places_at

import greenmap as gm
from greenmap.errors import NetworkError, TableError
from greenmap.measure.reach import Attachments, attach_all, reach
from greenmap.measure.what_if import WhatIf
from greenmap.model.attachment import Attachment
from greenmap.model.reach_table import ReachTable
from greenmap.network.attach import attach
from greenmap.network.hurdles import CLOSED, OPEN, WALL
from greenmap.network.tables import network_from_tables

SIDE, DEG = 5, 0.0015


def same(one: ReachTable, other: ReachTable) -> bool:
    return all(np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))


def point(u, v):
    """Degrees of a place in the grid town, in streets from its corner."""
    return 101.7 + u * DEG, 26.5 + v * DEG


def grid_network():
    """A town of 5 x 5 junctions, streets of about 150 m."""
    x, y = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    node = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    nodes = pd.DataFrame({"node": node.ravel(), "lon": point(x, y)[0].ravel(),
                          "lat": point(x, y)[1].ravel()})
    edges = pd.DataFrame({"u": np.r_[node[:, :-1].ravel(), node[:-1].ravel()],
                          "v": np.r_[node[:, 1:].ravel(), node[1:].ravel()]})
    return network_from_tables(nodes, edges)


def table_of(points, prefix, **columns):
    lon, lat = zip(*(point(*p) for p in points), strict=True)
    names = pd.Index([f"{prefix}{k}" for k in range(len(points))], name=f"{prefix}_id")
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(lon, lat), index=names, crs=4326)


def grown(attachment, more):
    names = [f.name for f in fields(Attachment)]
    return Attachment(*(np.concatenate([getattr(attachment, n), getattr(more, n)]) for n in names))


class Edited:
    """A study edited the long way round: tables and network are changed, and all is run anew."""

    def __init__(self, network, homes, places):
        self.network, self.homes, self.places = network, homes, places
        self.put = attach_all(network, homes, places)
        self.live = WhatIf(network, homes, places, attachments=self.put)

    def full(self):
        sets = {c: np.asarray(self.places["category"] == c) for c in ("park", "shop")}
        return reach(self.network, self.homes, self.places, attachments=self.put, sets=sets)

    def add_row(self, name, at, category):
        row = table_of([at], "x", category=[category], place_id=[name])
        more = attach(self.network, row, public_only=True)
        self.put = Attachments(self.put.homes, grown(self.put.entrances, more))
        self.places = pd.concat([self.places, row])

    def keep(self, kept):
        self.put = Attachments(self.put.homes, self.put.entrances.take(np.flatnonzero(kept)))
        self.places = self.places[kept]

    def hurdle(self, edges, what):
        network = self.network
        hurdle = np.zeros(network.n_edges, np.uint8) if network.hurdle is None else network.hurdle
        hurdle = hurdle.copy()
        hurdle[edges] = what
        none = np.full(network.n_edges, -1, np.int32)
        number = none if network.hurdle_id is None else network.hurdle_id
        self.network = replace(network, hurdle=hurdle, hurdle_id=number)

    def street(self, a, b, length_m):
        n = self.network
        ends = np.array([[n.x[a], n.y[a]], [n.x[b], n.y[b]]])
        more = {"tail": a, "head": b, "length_m": length_m, "forward": True, "backward": True,
                "kind": 0, "private": False, "way_id": -1,
                "shape_start": n.shape_start[-1] + 2}  # fmt: skip
        if n.hurdle is not None:
            more |= {"hurdle": 0, "hurdle_id": -1}
        longer = {k: np.append(getattr(n, k), np.asarray(v, getattr(n, k).dtype))
                  for k, v in more.items()}  # fmt: skip
        self.network = replace(n, shape_xy=np.concatenate([n.shape_xy, ends]), **longer)


def town():
    homes = table_of([(0.2, 0.1), (2.5, 1.1), (4, 3.7), (3.6, 0), (1.5, 4.05)], "home", people=1.0)
    places = table_of(
        [(0, 3), (3.5, 3.1), (3.5, 2.1), (1.1, 1.6), (2, 2)], "amenity",
        category=["park", "shop", "shop", "shop", "park"], place_id=["p", "m", "m", "c", "q"],
    )  # fmt: skip
    return Edited(grid_network(), homes, places)


at = st.tuples(*[st.integers(0, 4 * SIDE - 4).map(lambda k: k / 4)] * 2)
edits = st.lists(st.one_of(
    st.tuples(st.just("add"), st.sampled_from("abnz"), at, st.sampled_from(["park", "shop"])),
    st.tuples(st.just("remove"), st.sampled_from("pmcqabnz")),
    st.tuples(st.just("entrance"), st.sampled_from("pmcqab"), at),
    st.tuples(st.just("no entrance"), st.sampled_from("pmcqab"), st.integers(0, 1)),
    st.tuples(st.just("close"), st.integers(0, 39)),
    st.tuples(st.just("open"), st.integers(0, 39)),
    st.tuples(st.just("street"), st.integers(0, 24), st.integers(0, 24), st.integers(20, 900)),
), min_size=1, max_size=6)  # fmt: skip


def edit(town, kind, *what):
    here = set(town.places["place_id"])
    if kind == "add" and what[0] not in here:
        town.live.add_place(what[0], point(*what[1]), what[2])
        town.add_row(*what)
    elif kind == "remove" and what[0] in here:
        town.live.remove_place(what[0])
        town.keep((town.places["place_id"] != what[0]).to_numpy())
    elif kind == "entrance" and what[0] in here:
        town.live.add_entrance(what[0], point(*what[1]))
        category = town.places["category"][town.places["place_id"] == what[0]].iloc[0]
        town.add_row(*what, category)
    elif kind == "no entrance" and what[0] in here:
        rows = np.flatnonzero(town.places["place_id"] == what[0])
        if len(rows) > 1:
            town.live.remove_entrance(what[0], what[1])
            town.keep(np.arange(len(town.places)) != rows[what[1]])
    elif kind in ("close", "open"):
        (town.live.close_street if kind == "close" else town.live.open_street)(what[0])
        town.hurdle([what[0]], WALL if kind == "close" else 0)
    elif kind == "street" and what[0] != what[1]:
        town.live.add_street(what[0], what[1], length_m=what[2])
        town.street(*what)


@settings(max_examples=15, deadline=None)
@given(edits)
def test_after_any_edits_the_table_is_that_of_a_full_run(drawn):
    study = town()
    for each in drawn:
        edit(study, *each)
        assert same(study.live.table, study.full())


def test_ties_still_go_to_the_lower_id_when_numbers_run_out(monkeypatch):
    monkeypatch.setattr("greenmap.measure.live_reach._TOP", 16)
    study = town()
    for name in ("n", "na", "nb", "l", "k"):  # as far off as m, on the same spot
        edit(study, "add", name, (3.5, 3), "shop")
        assert same(study.live.table, study.full())


@pytest.fixture(scope="module")
def sample_study(tmp_path_factory):
    return gm.read_study(gm.write_sample(tmp_path_factory.mktemp("sample")) / "study.toml")


def gates_of(network):
    return np.unique(network.hurdle_id[network.hurdle >= CLOSED])


def test_gates_of_the_sample_opened_and_closed(sample_study):
    # The sample has residents', open and assumed gates; the full run reads them from the network.
    study = sample_study
    live, network = gm.what_if(study, profile="elderly"), study.network
    put = attach_all(network, study.homes, study.amenities)
    walker = study.profiles["elderly"]
    assert same(live.table, reach(network, study.homes, study.amenities, profile=walker))
    hurdle = network.hurdle.copy()
    for turn, gate in enumerate(gates_of(network)[:6].tolist()):
        (live.close_gate if turn % 2 else live.open_gate)(gate)
        hurdle[(network.hurdle_id == gate) & (hurdle >= CLOSED)] = CLOSED if turn % 2 else OPEN
    full = reach(replace(network, hurdle=hurdle), study.homes, study.amenities, profile=walker,
                 attachments=put)
    assert same(live.table, full)


def line():
    # Nodes 0 ... 10, 100 m apart; a home at 1, a pharmacy at 9.
    return WhatIf(line_network(), homes_at([1]), places_at([9]), profile="metres", bands=(500,))


def test_an_edit_is_read_off_the_line():
    live = line()
    assert live.table.nearest.tolist() == [[800.0]]
    live.add_street(2, 8, length_m=50)  # 100 + 50 + 100
    assert live.table.nearest.tolist() == [[250.0]] and live.table.within.tolist() == [[[1]]]
    live.add_place("new", (LON + 3 * STEP, LAT), "pharmacy")  # as near by the line, 200 m
    assert live.table.nearest[0, 0] == pytest.approx(200.0, abs=0.5)
    assert live.table.place_id[live.table.place[0, 0]] == "new"
    live.close_street(1)  # between 1 and 2: nothing is left
    assert np.isinf(live.table.nearest[0, 0]) and live.table.within.tolist() == [[[0]]]


def test_a_new_street_may_begin_between_junctions():
    live = line()
    number = live.add_street((LON + 1.5 * STEP, LAT), (LON + 8.5 * STEP, LAT), length_m=10)
    assert live.table.nearest[0, 0] == pytest.approx(50 + 10 + 50, abs=0.5)
    live.close_street(number)
    assert live.table.nearest[0, 0] == pytest.approx(800.0, abs=0.01)
    live.open_street(number)
    assert live.table.nearest[0, 0] == pytest.approx(110.0, abs=0.5)
    straight = live.add_street((LON + 1 * STEP, LAT), (LON + 9 * STEP, LAT))  # 800 m as well
    assert straight == number + 1


@pytest.mark.parametrize(
    ("edit", "error", "said"),
    [
        (lambda w: w.add_place("amenity0", (LON, LAT), "pharmacy"), TableError, "already"),
        (lambda w: w.add_place("x", (LON, LAT), "school"), TableError, "school"),
        (lambda w: w.add_place("x", (LON, LAT + 0.01), "pharmacy"), NetworkError, "street"),
        (lambda w: w.remove_place("x"), TableError, "'x'"),
        (lambda w: w.add_entrance("x", (LON, LAT)), TableError, "'x'"),
        (lambda w: w.remove_entrance("amenity0", 1), TableError, "1 entrances"),
        (lambda w: w.close_street(10), NetworkError, "10"),
        (lambda w: w.open_street(-1), NetworkError, "-1"),
        (lambda w: w.open_gate(0), NetworkError, "gate"),
        (lambda w: w.add_street(0, 11), NetworkError, "11"),
    ],
)
def test_edits_that_do_not_fit_are_refused_and_change_nothing(edit, error, said):
    live = line()
    before = live.table
    with pytest.raises(error, match=said):
        edit(live)
    assert same(before, live.table)
