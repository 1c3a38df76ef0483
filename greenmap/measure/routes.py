"""routes: the way from every home of a community to its nearest places, light enough for a page.

All ways to the places of one clause form a forest: each point of the streets knows the next one.
So a page needs each point once, and per clause one number a point.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from greenmap.engine.csr import Csr

MOST_ROUTES = 6000
"""Routes one page carries, homes times clauses: about 1 MB at most."""

_DECIMALS = 5
_GEOD = Geod(ellps="WGS84")
Numbers = npt.NDArray[np.int64]
Point = tuple[float, float]
Told = tuple[float, float, float, tuple[str, ...], int]


@dataclass(slots=True)
class _Ways:
    """Ways of one profile: its graph, what each arc tells, and the ways of each clause.

    Arrays are held as memory views, which are quicker to ask for one item; `corners`, `climb`
    and `place` fill up as they are asked for.
    """

    graph: WalkGraph
    start: memoryview[int]
    arcs: memoryview[int]
    tail: memoryview[int]
    head: memoryview[int]
    metres: memoryview[Any]
    wait: memoryview[Any] | None
    gates: dict[int, tuple[str, ...]]
    reverse: Csr
    towards: dict[int, _Towards] = field(default_factory=dict)
    corners: dict[int, list[Point]] = field(default_factory=dict)
    climb: dict[int, float] = field(default_factory=dict)
    place: dict[int, Point] = field(default_factory=dict)

    def at(self, node: int) -> Point:
        """Where a node stands, to the centimetre."""
        found = self.place.get(node)
        if found is None:
            found = _rounded(self.graph.node_x[node], self.graph.node_y[node])
            self.place[node] = found
        return found


@dataclass(slots=True)
class _Towards:
    """Ways to the places of one clause: ticks left from every node, and the next step.

    `lead` holds the arc to a nearer node, -1 where it costs nothing or there is none; `stop`
    the place that is reached at a node, else -1.
    """

    label: memoryview[int]
    lead: memoryview[int]
    stop: memoryview[int]


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
        self.legs = [np.nan_to_num(put.leg_m).tolist() for put in result.attachments]
        homes = result.attachments[0]
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
            walks = self._walks(k, sorted(kept.tolist()), page)
            page.walks[str(k)] = {str(number[row]): walk for row, walk in walks.items()}
        return {**page.plain(), "homes": len(kept), "all": len(rows)}

    def _ways(self, profile: str) -> _Ways:
        """Lay out the graph of a profile, once."""
        if profile not in self.ways:
            from greenmap.engine.csr import build_csr

            net, put, walker = self.network, self.result.attachments, self.result.study.profiles
            assert put is not None
            graph = compose(net, price(net, walker[profile]), walker[profile], *put)
            arcs = np.argsort(graph.tail, kind="stable")
            start = np.searchsorted(graph.tail[arcs], np.arange(graph.n_nodes + 1))
            part = np.abs(graph.arc_to - graph.arc_from)
            wait = None if net.wait_s is None else (net.wait_s[graph.arc_edge] * part).data
            self.ways[profile] = _Ways(
                graph, start.data, arcs.data, graph.tail.data, graph.head.data,
                (net.length_m[graph.arc_edge] * part).data, wait, _gates(net, graph),
                build_csr(graph.n_nodes, graph.head, graph.tail, graph.ticks))
        return self.ways[profile]

    def _towards(self, ways: _Ways, k: int) -> _Towards:
        """Search towards the places of clause `k`, once."""
        if k not in ways.towards:
            from greenmap.engine.search import distances

            study, graph = self.result.study, ways.graph
            clause = study.standard.clauses[k]
            rows = np.flatnonzero(match_clauses(study.amenities, [clause])[clause.target]
                                  & (graph.entrance_node >= 0))
            limit = to_ticks(reach_limit(self.result, clause), study.profiles[clause.profile].unit)
            node, ticks = graph.entrance_node[rows], graph.entrance_ticks[rows]
            label = distances(ways.reverse, node.astype(np.uint32), ticks,
                              limit=limit).astype(np.int64)
            ids = study.amenities.index.to_numpy(dtype=str)[rows]
            order = np.lexsort((ids, ticks, node))
            first = order[np.diff(node[order], prepend=-1) != 0]
            first = first[ticks[first] == label[node[first]]]
            stop = np.full(graph.n_nodes, -1)
            stop[node[first]] = rows[first]
            lead = _leads(graph, np.asarray(ways.arcs), label)
            ways.towards[k] = _Towards(label.data, lead.data, stop.data)
        return ways.towards[k]

    def _walks(self, k: int, rows: list[int], page: _Page) -> dict[int, list[Any]]:
        """Follow the ways of some homes, telling the page; those that reach nothing are left."""
        ways = self._ways(self.result.study.standard.clauses[k].profile)
        towards, graph = self._towards(ways, k), ways.graph
        flat = self.network.height_m is None
        told: dict[int, list[Any]] = {}
        for row, node in zip(rows, graph.home_node[rows].tolist(), strict=True):
            if node < 0 or towards.label[node] == UNREACHED:
                continue
            legs, first = 0.0, node
            arcs, end = self._step(ways, towards, node)
            if arcs and graph.arc_edge[arcs[0]] < 0:  # the leg off the ground
                first = ways.head[arcs[0]]
                legs = self.more.get((row, first), self.legs[0][row])  # a home may have several
            metres, climb, wait, gates, end = self._trace(ways, towards, first, page)
            last = self.legs[1][end]
            told[row] = [end, page.point(ways.at(first)), round(metres + legs + last, 1),
                         round(legs, 1), round(last, 1), None if flat else round(climb, 1),
                         None if ways.wait is None else round(wait), list(gates)]
        a, b = self.at[0][list(told), 2:], self.at[1][[walk[0] for walk in told.values()], 2:]
        straight = _GEOD.inv(*a.T, *b.T)[2].tolist() if told else []
        return {row: [*walk[1:3], round(far, 1), *walk[3:]]
                for (row, walk), far in zip(told.items(), straight, strict=True)}

    def _trace(self, ways: _Ways, towards: _Towards, first: int, page: _Page) -> Told:
        """Follow the streets to the place, telling the page; what is known is not walked again."""
        path, node, known, head = [], first, page.told, ways.head
        while node not in known:
            arcs, end = self._step(ways, towards, node)
            if end >= 0:
                known[node] = (0.0, 0.0, 0.0, (), end)
                page.lead([ways.at(node), _rounded(*self.at[1][end, :2])])
                break
            for arc in arcs:
                path.append(arc)
                node = head[arc]
                if node in known:
                    break
        flat = self.network.height_m is None
        for arc in reversed(path):
            metres, climb, wait, gates, end = known[head[arc]]
            known[ways.tail[arc]] = (
                metres + ways.metres[arc], climb if flat else climb + self._climb(ways, arc),
                wait if ways.wait is None else wait + ways.wait[arc],
                ways.gates.get(arc, ()) + gates, end)
            page.lead([ways.at(ways.tail[arc]), *self._between(ways, arc), ways.at(head[arc])])
        return known[first]

    @staticmethod
    def _step(ways: _Ways, towards: _Towards, node: int) -> tuple[list[int], int]:
        """Arcs to the next node that is nearer, or the place that is reached at this one.

        Arcs that cost nothing may lead in circles, so a node is looked at once only.
        """
        if towards.stop[node] >= 0 or towards.lead[node] >= 0:
            stop = towards.stop[node]
            return ([], stop) if stop >= 0 else ([towards.lead[node]], -1)
        graph, label = ways.graph, towards.label
        came: dict[int, list[int]] = {node: []}
        todo = [node]
        while todo:
            at = todo.pop(0)
            if towards.stop[at] >= 0:
                return came[at], -1
            if towards.lead[at] >= 0:
                return [*came[at], towards.lead[at]], -1
            for arc in ways.arcs[ways.start[at]:ways.start[at + 1]]:
                to = ways.head[arc]
                if label[to] == label[at] and not graph.ticks[arc] and to not in came:
                    came[to] = [*came[at], arc]
                    todo.append(to)
        raise AssertionError(node)

    def _climb(self, ways: _Ways, arc: int) -> float:
        if arc not in ways.climb:
            ways.climb[arc] = arc_climb_m(self.network, ways.graph, arc)
        return ways.climb[arc]

    def _between(self, ways: _Ways, arc: int) -> list[Point]:
        """Corners of the street between the two ends of an arc."""
        if arc not in ways.corners:
            graph, edge = ways.graph, ways.graph.arc_edge[arc]
            ways.corners[arc] = []
            if self.bent[edge]:
                line = edge_lines(self.network, np.array([edge], np.int64))[0]
                part = substring(line, graph.arc_from[arc], graph.arc_to[arc], normalized=True)
                ways.corners[arc] = [_rounded(*xy) for xy in part.coords[1:-1]]
        return ways.corners[arc]


def _leads(graph: WalkGraph, order: Numbers, label: Numbers) -> Numbers:
    """Per node the first of its arcs that costs something and leads nearer, else -1."""
    tail, head, cost = graph.tail[order], graph.head[order], graph.ticks[order].astype(np.int64)
    good = (cost > 0) & (label[head] != UNREACHED) & (label[head] + cost == label[tail])
    node, first = np.unique(tail[good], return_index=True)
    lead = np.full(graph.n_nodes, -1)
    lead[node] = order[good][first]
    return lead


def _gates(network: WalkNetwork, graph: WalkGraph) -> dict[int, tuple[str, ...]]:
    """The gate on each arc that leads through one that isn't open to all."""
    if network.barriers is None or network.hurdle is None or network.hurdle_id is None:
        return {}
    hurdle = network.hurdle[graph.arc_edge]
    arcs = np.flatnonzero((hurdle >= CLOSED) & (hurdle <= UNKNOWN) & (graph.arc_edge >= 0))
    names = network.barriers.gate_id[network.hurdle_id[graph.arc_edge[arcs]]]
    return {arc: (str(name),) for arc, name in zip(arcs.tolist(), names.tolist(), strict=True)}


def _rounded(x: float, y: float) -> Point:
    return round(float(x), 2), round(float(y), 2)


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
        self.xy: list[Point] = []
        self.of: dict[Point, int] = {}
        self.next: dict[str, dict[int, int]] = {}
        self.walks: dict[str, dict[str, list[Any]]] = {}
        self.told: dict[int, Told] = {}

    def begin(self, k: int) -> None:
        """Begin the ways of another clause."""
        self.told = {}
        self.now = self.next[str(k)] = {}

    def point(self, at: Point) -> int:
        """Return the number of a point; a new one is taken in."""
        number = self.of.get(at)
        if number is None:
            number = self.of[at] = len(self.xy)
            self.xy.append(at)
        return number

    def lead(self, points: list[Point]) -> None:
        """Tell what follows each of some points but the last."""
        chain = [self.point(at) for at in points]
        for a, b in zip(chain, chain[1:], strict=False):
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
