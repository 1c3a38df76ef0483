"""routes: the way from every home of a community to its nearest places, light enough for a page.

All ways to the places of one clause form a forest: each point of the streets knows the next one.
So a page needs each point once, and per clause one number a point.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod
from shapely.ops import substring

from greenmap.measure.assess import reach_limit
from greenmap.measure.match_clauses import match_clauses
from greenmap.measure.route import arc_climb_m
from greenmap.model.attachment import Attachment
from greenmap.model.study import Assessment
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.attach import edge_lines, to_earth
from greenmap.network.compose import WalkGraph, compose
from greenmap.network.hurdles import CLOSED, UNKNOWN
from greenmap.network.price import price
from greenmap.units import UNREACHED, to_ticks

MOST_ROUTES = 6000
"""Routes one page carries, homes times clauses: about 1 MB at most."""

_DECIMALS = 5
_GEOD = Geod(ellps="WGS84")
Numbers = npt.NDArray[np.int64]
Step = tuple[list[int], int]


@dataclass(slots=True)
class _Ways:
    """Ways of one profile: its graph, and per clause the ticks left from every node."""

    graph: WalkGraph
    start: Numbers
    arcs: Numbers
    label: dict[int, Numbers] = field(default_factory=dict)
    ends: dict[int, dict[int, int]] = field(default_factory=dict)


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
        self.ways: dict[str, _Ways] = {}
        assert result.attachments is not None
        tables = (result.study.homes, result.study.amenities)
        self.at = [_points(self.network, table.geometry.to_numpy(), put)
                   for table, put in zip(tables, result.attachments, strict=True)]
        self.bent = np.diff(self.network.shape_start) > 2

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
        homes = self.result.study.homes
        rows = np.flatnonzero((homes["community_id"] == community_id).to_numpy(
            bool, na_value=False))
        rows = rows[np.argsort(homes.index.to_numpy(dtype=str)[rows], kind="stable")]
        number = {int(row): n for n, row in enumerate(rows)}
        lacking = (self.result.answers.state[rows] != 0).any(axis=1)
        kept = rows[np.argsort(~lacking, kind="stable")][: MOST_ROUTES // max(len(self.clauses), 1)]
        page = _Page(self.network.crs)
        for k in self.clauses:
            page.begin(k)
            for row in sorted(kept.tolist()):
                walk = self._walk(k, row, page)
                if walk is not None:
                    page.walks[str(k)][str(number[row])] = walk
        return {**page.plain(), "homes": len(kept), "all": len(rows)}

    def _ways(self, k: int) -> _Ways:
        """Search towards the places of clause `k`; its profile's graph is made once."""
        from greenmap.engine.csr import build_csr
        from greenmap.engine.search import distances

        study, put = self.result.study, self.result.attachments
        assert put is not None
        clause = study.standard.clauses[k]
        walker = study.profiles[clause.profile]
        if clause.profile not in self.ways:
            graph = compose(self.network, price(self.network, walker), walker, *put)
            arcs = np.argsort(graph.tail, kind="stable")
            start = np.searchsorted(graph.tail[arcs], np.arange(graph.n_nodes + 1))
            self.ways[clause.profile] = _Ways(graph, start.astype(np.int64), arcs)
        ways = self.ways[clause.profile]
        if k not in ways.label:
            graph = ways.graph
            rows = np.flatnonzero(match_clauses(study.amenities, [clause])[clause.target]
                                  & (graph.entrance_node >= 0))
            limit = to_ticks(reach_limit(self.result, clause), walker.unit)
            reverse = build_csr(graph.n_nodes, graph.head, graph.tail, graph.ticks)
            ways.label[k] = distances(reverse, graph.entrance_node[rows].astype(np.uint32),
                                      graph.entrance_ticks[rows], limit=limit).astype(np.int64)
            ids = study.amenities.index.to_numpy(dtype=str)
            ends: dict[int, int] = {}
            for row in rows[np.lexsort((ids[rows], graph.entrance_ticks[rows]))].tolist():
                ends.setdefault(int(graph.entrance_node[row]), row)
            ways.ends[k] = ends
        return ways

    def _walk(self, k: int, row: int, page: _Page) -> list[Any] | None:
        ways = self._ways(k)
        graph, label, put = ways.graph, ways.label[k], self.result.attachments
        assert put is not None
        node = int(graph.home_node[row])
        if node < 0 or label[node] == UNREACHED:
            return None
        legs, first = 0.0, node
        arcs, end = self._step(ways, k, node)
        if arcs and graph.arc_edge[arcs[0]] < 0:  # the leg off the ground
            first = int(graph.head[arcs[0]])
            legs = _home_leg(put[0], row, first, graph, arcs[0])
        metres, climb, wait, gates, end = self._trace(ways, k, first, page)
        place = put[1]
        last = float(np.nan_to_num(place.leg_m[end]))
        straight = self._straight_m(row, end)
        flat = self.network.height_m is None
        return [page.number(graph, first), round(metres + legs + last, 1), round(straight, 1),
                round(legs, 1), round(last, 1), None if flat else round(climb, 1),
                None if self.network.wait_s is None else round(wait), list(gates)]

    def _trace(self, ways: _Ways, k: int, first: int, page: _Page
               ) -> tuple[float, float, float, tuple[str, ...], int]:
        """Follow the streets to the place, telling the page; what is known is not walked again."""
        graph, path, node = ways.graph, [], first
        while node not in page.told:
            arcs, end = self._step(ways, k, node)
            if end >= 0:
                page.told[node] = (0.0, 0.0, 0.0, (), end)
                page.end(graph, node, self._place(end))
                break
            for arc in arcs:
                path.append(arc)
                node = int(graph.head[arc])
                if node in page.told:
                    break
        for arc in reversed(path):
            metres, climb, wait, gates, end = page.told[int(graph.head[arc])]
            one = self._arc(graph, arc)
            page.told[int(graph.tail[arc])] = (metres + one[0], climb + one[1], wait + one[2],
                                               one[3] + gates, end)
            page.lead(graph, arc, self._between(graph, arc))
        return page.told[first]

    def _step(self, ways: _Ways, k: int, node: int) -> Step:
        """Arcs to the next node that is nearer, or the place that is reached at this one.

        Arcs that cost nothing may lead in circles, so a node is looked at once only.
        """
        graph, label, ends = ways.graph, ways.label[k], ways.ends[k]
        came: dict[int, list[int]] = {node: []}
        todo = [node]
        while todo:
            at = todo.pop(0)
            if at in ends and graph.entrance_ticks[ends[at]] == label[at]:
                return came[at], (ends[at] if at == node else -1)
            level = []
            for arc in ways.arcs[ways.start[at]:ways.start[at + 1]].tolist():
                to, cost = int(graph.head[arc]), int(graph.ticks[arc])
                if label[to] == UNREACHED or label[to] + cost != label[at]:
                    continue
                if cost:
                    return [*came[at], arc], -1
                level.append((to, arc))
            for to, arc in level:
                if to not in came:
                    came[to] = [*came[at], arc]
                    todo.append(to)
        raise AssertionError(node)

    def _arc(self, graph: WalkGraph, arc: int) -> tuple[float, float, float, tuple[str, ...]]:
        edge = int(graph.arc_edge[arc])
        net, part = self.network, abs(float(graph.arc_to[arc] - graph.arc_from[arc]))
        wait = 0.0 if net.wait_s is None else float(net.wait_s[edge]) * part
        climb = 0.0 if net.height_m is None else arc_climb_m(net, graph, arc)
        gates: tuple[str, ...] = ()
        if (net.barriers is not None and net.hurdle is not None and net.hurdle_id is not None
                and CLOSED <= net.hurdle[edge] <= UNKNOWN):
            gates = (str(net.barriers.gate_id[net.hurdle_id[edge]]),)
        return float(net.length_m[edge]) * part, climb, wait, gates

    def _between(self, graph: WalkGraph, arc: int) -> npt.NDArray[np.float64]:
        """Corners of the street between the two ends of an arc."""
        if not self.bent[graph.arc_edge[arc]]:
            return np.empty((0, 2))
        line = edge_lines(self.network, np.array([graph.arc_edge[arc]], np.int64))[0]
        part = substring(line, graph.arc_from[arc], graph.arc_to[arc], normalized=True)
        return np.array(part.coords)[1:-1].reshape(-1, 2)

    def _place(self, row: int) -> tuple[float, float]:
        x, y = self.at[1][row, :2]
        return float(x), float(y)

    def _straight_m(self, row: int, end: int) -> float:
        a, b = self.at[0][row, 2:], self.at[1][end, 2:]
        return float(_GEOD.inv(a[0], a[1], b[0], b[1])[2])


def _points(network: WalkNetwork, shapes: npt.NDArray[np.object_], put: Attachment
            ) -> npt.NDArray[np.float64]:
    """Where each point stands: x, y in the network's CRS, longitude, latitude."""
    xy = np.full((len(shapes), 2), np.nan)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    xy[there] = shapely.get_coordinates(shapes[there])
    named = put.node >= 0
    xy[named] = np.column_stack([network.x, network.y])[put.node[named]]
    lon, lat = to_earth(network.crs).transform(xy[:, 0], xy[:, 1])
    return np.column_stack([xy, lon, lat])


class _Page:
    """Points and pointers of one page."""

    def __init__(self, crs: str) -> None:
        self.crs = crs
        self.xy: list[tuple[float, float]] = []
        self.of: dict[tuple[float, float], int] = {}
        self.next: dict[str, dict[int, int]] = {}
        self.walks: dict[str, dict[str, list[Any]]] = {}
        self.told: dict[int, tuple[float, float, float, tuple[str, ...], int]] = {}

    def begin(self, k: int) -> None:
        """Begin the ways of another clause."""
        self.told = {}
        self.now = self.next[str(k)] = {}
        self.walks[str(k)] = {}

    def point(self, x: float, y: float) -> int:
        key = (round(float(x), 2), round(float(y), 2))
        if key not in self.of:
            self.of[key] = len(self.xy)
            self.xy.append(key)
        return self.of[key]

    def number(self, graph: WalkGraph, node: int) -> int:
        return self.point(graph.node_x[node], graph.node_y[node])

    def lead(self, graph: WalkGraph, arc: int, corners: npt.NDArray[np.float64]) -> None:
        """Tell what follows the start of an arc."""
        chain = [self.number(graph, int(graph.tail[arc])),
                 *(self.point(x, y) for x, y in corners),
                 self.number(graph, int(graph.head[arc]))]
        for a, b in zip(chain, chain[1:], strict=False):
            if a != b:
                self.now.setdefault(a, b)

    def end(self, graph: WalkGraph, node: int, place: tuple[float, float]) -> None:
        a, b = self.number(graph, node), self.point(*place)
        if a != b:
            self.now.setdefault(a, b)

    def plain(self) -> dict[str, Any]:
        """Return all as lists, points in WGS 84."""
        xy = np.array(self.xy, float).reshape(-1, 2)
        lon, lat = to_earth(self.crs).transform(xy[:, 0], xy[:, 1])
        return {"lon": np.round(lon, _DECIMALS).tolist(), "lat": np.round(lat, _DECIMALS).tolist(),
                "next": {k: [pairs.get(n, -1) for n in range(len(xy))] if len(pairs) * 3 > len(xy)
                             else {str(a): b for a, b in pairs.items()}
                         for k, pairs in self.next.items()},
                "walks": self.walks}


def _home_leg(homes: Attachment, row: int, first: int, graph: WalkGraph, arc: int) -> float:
    """Metres of the leg that is walked; a home may have several."""
    more = (homes.more_row == row) & (homes.more_node == first)
    legs = [*homes.more_leg_m[more].tolist(), float(np.nan_to_num(homes.leg_m[row]))]
    return float(legs[0] if more.any() else legs[-1])
