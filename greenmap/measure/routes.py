"""routes: the way from every home of a community to its nearest places, light enough for a page.

All ways to the places of one clause form a forest: each point of the streets knows the next one.
So a page needs each point once, and per clause one number a point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod

from greenmap.measure.assess import reach_limit
from greenmap.measure.forest import Forest, Trace, Ways
from greenmap.measure.match_clauses import match_clauses
from greenmap.measure.points import Points, rounded
from greenmap.model.attachment import Attachment
from greenmap.model.study import Assessment
from greenmap.model.walk_network import F8, I8, Bool
from greenmap.network.attach import to_earth
from greenmap.network.compose import compose
from greenmap.network.price import price
from greenmap.units import to_ticks

MOST_ROUTES = 6000
"""Routes one page carries, homes times clauses: about 1 MB at most."""

_DECIMALS = 5
_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class _Walks:
    """Walks of one clause on one page.

    `number` says which home of the page walks, `row` which of all; `leg` metres from it to the
    street. `point` holds the lines walked, one after another, and then where each walk begins;
    `leads` which points of a line are followed by another.
    """

    number: I8
    row: I8
    leg: F8
    trace: Trace
    leads: Bool
    point: I8


class Routes:
    """Traces the ways of an assessment's homes, community by community.

    Parameters
    ----------
    result : Assessment
        With its attachments, as :func:`greenmap.assess` gives it.
    """

    def __init__(self, result: Assessment) -> None:
        self.result, self.network = result, result.study.network
        self.clauses = [k for k, c in enumerate(result.study.standard.clauses)
                        if c.kind == "reach"]
        self.ways: dict[str, Ways] = {}
        self.forests: dict[int, Forest] = {}
        self.points: Points | None = None
        assert result.attachments is not None
        tables = (result.study.homes, result.study.amenities)
        self.homes = tables[0].groupby("community_id").indices
        self.matched = match_clauses(
            tables[1], [result.study.standard.clauses[k] for k in self.clauses])
        self.ids = [table.index.to_numpy(dtype=str) for table in tables]
        self.to_earth = to_earth(self.network.crs)
        self.at = [self._stand(table.geometry.to_numpy(), put)
                   for table, put in zip(tables, result.attachments, strict=True)]
        self.legs = [np.nan_to_num(put.leg_m) for put in result.attachments]
        homes = result.attachments[0]
        self.several = np.isin(np.arange(len(homes.ids)), homes.more_row)
        self.more = dict(zip(zip(homes.more_row[::-1].tolist(), homes.more_node[::-1].tolist(),
                                 strict=True), homes.more_leg_m[::-1].tolist(), strict=True))

    def of(self, community_id: str) -> dict[str, Any]:
        """Return the ways of one community's homes as plain values.

        Parameters
        ----------
        community_id : str

        Returns
        -------
        dict
            ``lon``, ``lat`` of points; per clause number ``next`` (per point the next one, -1
            at the end) and ``walks``: per home, in the order of their ids, first point,
            metres, straight metres, metres of both legs, metres climbed, seconds waited, ids
            of gates. ``homes`` counts those traced and ``all`` those there are: no more than
            :data:`MOST_ROUTES` routes are kept, those of homes not covered first.
        """
        rows = self.homes.get(community_id, np.zeros(0, np.int64))
        rows = rows[np.argsort(self.ids[0][rows], kind="stable")]
        lacking = (self.result.answers.state[rows] != 0).any(axis=1)
        most = MOST_ROUTES // max(len(self.clauses), 1)
        number = np.argsort(~lacking, kind="stable")[:most]
        number = number[np.argsort(rows[number])]
        walks = {str(k): self._walks(k, number, rows[number]) for k in self.clauses}
        return {**self._page(walks), "homes": len(number), "all": len(rows)}

    def _stand(self, shapes: npt.NDArray[np.object_], put: Attachment) -> F8:
        """Where each point stands: x, y in the network's CRS, longitude, latitude."""
        xy = np.full((len(shapes), 2), np.nan)
        there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        xy[there] = shapely.get_coordinates(shapes[there])
        named = put.node >= 0
        xy[named] = np.column_stack([self.network.x, self.network.y])[put.node[named]]
        return np.column_stack([xy, *self.to_earth.transform(xy[:, 0], xy[:, 1])])

    def _ways(self, profile: str) -> Ways:
        """Lay out the graph of a profile, once."""
        if profile not in self.ways:
            net, put, walker = self.network, self.result.attachments, self.result.study.profiles
            assert put is not None
            self.ways[profile] = Ways(
                net, compose(net, price(net, walker[profile]), walker[profile], *put))
        return self.ways[profile]

    def _forest(self, k: int) -> Forest:
        """Search towards the places of clause `k`, once."""
        if k not in self.forests:
            from greenmap.engine.search import distances

            study = self.result.study
            clause = study.standard.clauses[k]
            ways = self._ways(clause.profile)
            graph = ways.graph
            rows = np.flatnonzero(self.matched[clause.target]
                                  & (graph.entrance_node >= 0))
            limit = to_ticks(reach_limit(self.result, clause), study.profiles[clause.profile].unit)
            node, ticks = graph.entrance_node[rows], graph.entrance_ticks[rows]
            label = distances(ways.reverse, node.astype(np.uint32), ticks,
                              limit=limit).astype(np.int64)
            order = np.lexsort((self.ids[1][rows], ticks, node))
            first = order[np.diff(node[order], prepend=-1) != 0]
            first = first[ticks[first] == label[node[first]]]
            stop = np.full(graph.n_nodes, -1)
            stop[node[first]] = rows[first]
            self.forests[k] = Forest(ways, label, stop, len(study.amenities))
        return self.forests[k]

    def _walks(self, k: int, number: I8, rows: I8) -> _Walks:
        """Follow the ways of some homes; those that reach nothing are left out."""
        forest = self._forest(k)
        graph = forest.ways.graph
        there = forest.reached(graph.home_node[rows])
        number, rows = number[there], rows[there]
        node = graph.home_node[rows]
        arc = forest.arc[node]
        off = (arc >= 0) & (graph.arc_edge[arc] < 0)  # the leg off the ground
        first = np.where(off, graph.head[arc], node).astype(np.int64)
        legs = np.where(off, self.legs[0][rows], 0.0)
        for at in np.flatnonzero(off & self.several[rows]).tolist():
            legs[at] = self.more.get((int(rows[at]), int(first[at])), legs[at])
        trace = forest.trace(first)
        if self.points is None:
            self.points = Points(self.network, graph, self.at[1][:, :2])
        line, leads = self.points.lines(graph, trace)
        return _Walks(number, rows, legs, trace, leads,
                      np.append(line, self.points.number[first]))

    def _page(self, walks: dict[str, _Walks]) -> dict[str, Any]:
        """Number the points in the order they are met; give all as lists, points in WGS 84."""
        none = np.zeros(0, np.int64)
        met, which = pd.factorize(np.concatenate([none, *(w.point for w in walks.values())]))
        xy = np.zeros((0, 2)) if self.points is None else self.points.xy[which]
        lon, lat = self.to_earth.transform(xy[:, 0], xy[:, 1])
        ends = np.cumsum([w.point.size for w in walks.values()], dtype=np.int64)
        numbered = dict(zip(walks, np.split(met, ends[:-1]), strict=True)) if walks else {}
        return {"lon": np.round(lon, _DECIMALS).tolist(), "lat": np.round(lat, _DECIMALS).tolist(),
                "next": {k: _nexts(numbered[k], w.leads, len(xy)) for k, w in walks.items()},
                "walks": {k: self._told(w, numbered[k]) for k, w in walks.items()}}

    def _told(self, walks: _Walks, met: I8) -> dict[str, tuple[Any, ...]]:
        """What the page tells of each walk, by the number of its home."""
        trace, far = walks.trace, self.legs[1][walks.trace.end]
        a, b = self.at[0][walks.row, 2:], self.at[1][trace.end, 2:]
        straight = _GEOD.inv(*a.T, *b.T)[2]
        metres = [rounded(column, 1).tolist()
                  for column in (trace.metres + walks.leg + far, straight, walks.leg, far)]
        nothing = [None] * far.size
        climb = nothing if trace.climb is None else rounded(trace.climb, 1).tolist()
        wait = nothing if trace.wait is None else np.rint(trace.wait).astype(np.int64).tolist()
        first = met[met.size - far.size:].tolist()
        rows = zip(first, *metres, climb, wait, trace.gates, strict=True)
        return dict(zip(map(str, walks.number.tolist()), rows, strict=True))


def _nexts(met: I8, leads: Bool, n_points: int) -> list[int] | dict[str, int]:
    """Per point the next one: a list where that is shorter, else those that lead on only."""
    at = np.flatnonzero(leads)
    here, to = met[at], met[at + 1]
    here, to = here[here != to], to[here != to]
    onward = np.full(n_points, -1)
    onward[here[::-1]] = to[::-1]  # of several the first holds
    number = np.full(n_points, -1)
    number[here[::-1]] = np.arange(here.size)[::-1]
    first = here[number[here] == np.arange(here.size)]
    if first.size * 3 > n_points:
        return onward.tolist()
    return dict(zip(map(str, first.tolist()), onward[first].tolist(), strict=True))
