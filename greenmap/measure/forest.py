"""forest: how each point of the streets goes on to the nearest place, one tree a place.

From a point there is one next point, whoever comes by. So each is looked at once, however many
walks share it, and a walk is told by the point where it begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from greenmap.measure.climb import arc_climbs_m
from greenmap.model.walk_network import F8, I8, Bool, WalkNetwork
from greenmap.network.compose import WalkGraph
from greenmap.network.hurdles import CLOSED, UNKNOWN
from greenmap.units import UNREACHED

if TYPE_CHECKING:
    from greenmap.engine.csr import Csr


class Ways:
    """The graph of one profile: N nodes, a arcs, and what each arc tells.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    graph : WalkGraph
        From :func:`greenmap.network.compose.compose`.
    """

    def __init__(self, network: WalkNetwork, graph: WalkGraph) -> None:
        from greenmap.engine.csr import build_csr

        self.network, self.graph = network, graph
        self.reverse: Csr = build_csr(graph.n_nodes, graph.head, graph.tail, graph.ticks)
        self.order = np.argsort(graph.tail, kind="stable")
        self.tail, self.head, self.ticks = (
            column[self.order].astype(np.int64) for column in (graph.tail, graph.head, graph.ticks))
        part = np.abs(graph.arc_to - graph.arc_from)
        self.metres = network.length_m[graph.arc_edge] * part
        self.wait = None if network.wait_s is None else network.wait_s[graph.arc_edge] * part
        self.climb = None if network.height_m is None else np.full(part.size, np.nan)
        self.gated = np.zeros(part.size, bool)
        if network.barriers is not None and network.hurdle is not None:
            hurdle = network.hurdle[graph.arc_edge]
            self.gated = (hurdle >= CLOSED) & (hurdle <= UNKNOWN) & (graph.arc_edge >= 0)

    def gate(self, arc: int) -> str:
        """Id of the gate that an arc leads through."""
        assert self.network.barriers is not None and self.network.hurdle_id is not None
        number = self.network.hurdle_id[self.graph.arc_edge[arc]]
        return str(self.network.barriers.gate_id[number])

    def climbs(self, arcs: I8) -> F8:
        """Metres uphill along some arcs, each worked out once; any number for arc -1."""
        assert self.climb is not None
        fresh = np.unique(arcs[(arcs >= 0) & np.isnan(self.climb[arcs])])
        self.climb[fresh] = arc_climbs_m(self.network, self.graph, fresh)
        return self.climb[arcs]


@dataclass(frozen=True, slots=True)
class Trace:
    """Walks from some nodes to their places: w walks that pass p nodes in all.

    Parameters
    ----------
    node, onward, arc : array (p,)
        Nodes, each once and behind the one it goes on to; that one, or N + the place at an end;
        the arc between, -1 at an end.
    end : array (w,) int64
        The place each walk ends at.
    metres : array (w,)
        Along the streets.
    wait, climb : array (w,), optional
        Seconds waited; metres uphill.
    gates : list (w,) of tuple of str
        Ids of the gates gone through, in their order.
    """

    node: I8
    onward: I8
    arc: I8
    end: I8
    metres: F8
    wait: F8 | None
    climb: F8 | None
    gates: list[tuple[str, ...]]


class Forest:
    """How to go on from every node to the places of one clause.

    Parameters
    ----------
    ways : Ways
        Graph of N nodes and what its arcs tell.
    label : array (N,) int64
        Ticks left to the nearest place, ``UNREACHED`` if none is within the limit.
    stop : array (N,) int64
        The place that is reached at a node, one of e, else -1.
    n_places : int
        e.
    """

    def __init__(self, ways: Ways, label: I8, stop: I8, n_places: int) -> None:
        self.ways, self.n_places = ways, n_places
        arc = _next_arcs(ways, label, stop)
        onward = np.where(arc >= 0, ways.graph.head[arc], np.where(stop >= 0, stop.size + stop, -1))
        self.arc, self.onward = arc.astype(np.int32), onward.astype(np.int32)

    def reached(self, node: I8) -> Bool:
        """Whether a walk from some nodes, -1 for none, gets to a place."""
        there: Bool = (node >= 0) & (self.onward[node] >= 0)
        return there

    def trace(self, first: I8) -> Trace:
        """Follow the walks from some nodes that reach a place.

        Parameters
        ----------
        first : array (w,) int64
            Nodes.

        Returns
        -------
        Trace
        """
        ways, node = self.ways, self._passed(first)
        onward, arc = self.onward[node].astype(np.int64), self.arc[node].astype(np.int64)
        moves = arc >= 0
        number = np.empty(self.arc.size, np.int64)
        number[node] = np.arange(node.size)
        to = number[np.where(moves, onward, node)]
        start = number[first]

        def along(part: F8) -> F8:
            return _add_up(to, np.where(moves, part, 0.0))[start]

        return Trace(
            node, onward, arc, end=onward[_until(to, ~moves)[start]] - self.arc.size,
            metres=along(ways.metres[arc]),
            wait=None if ways.wait is None else along(ways.wait[arc]),
            climb=None if ways.climb is None else along(ways.climbs(arc)),
            gates=self._gates(to, arc, start))

    def _passed(self, first: I8) -> I8:
        """All nodes on the walks from some, each once and behind the one it goes on to."""
        onward = self.onward.data
        seen = bytearray(self.arc.size) + b"\1" * self.n_places
        passed, until = np.empty(self.arc.size, np.int64), np.zeros(first.size, np.int64)
        path, ends, n = passed.data, until.data, 0
        for walk, node in enumerate(first.tolist()):
            while not seen[node]:
                seen[node] = 1
                path[n] = node
                n += 1
                node = onward[node]
            ends[walk] = n
        fresh = np.diff(until, prepend=0)
        outward: I8 = passed[np.repeat(2 * until - fresh - 1, fresh) - np.arange(n)]
        return outward

    def _gates(self, to: I8, arc: I8, start: I8) -> list[tuple[str, ...]]:
        """Ids of the gates gone through from some points, in their order."""
        found: list[tuple[str, ...]] = [()] * start.size
        gated = (arc >= 0) & self.ways.gated[arc]
        if gated.any():
            at = _until(to, gated | (arc < 0))
            names = {k: self.ways.gate(arc[k]) for k in np.flatnonzero(gated).tolist()}
            for walk in np.flatnonzero(gated[at[start]]).tolist():
                k = int(at[start[walk]])
                while k in names:
                    found[walk] += (names[k],)
                    k = int(at[to[k]])
        return found


def _until(to: I8, stops: Bool) -> I8:
    """From each point the first on its way that stops, be it itself."""
    at = np.where(stops, np.arange(to.size), to)
    while (at != (further := at[at])).any():
        at = further
    return at


def _add_up(to: I8, part: F8) -> F8:
    """Sum the parts from each point on; one goes on to a point before it, at the end to itself."""
    total = [0.0] * to.size
    for at, (after, own) in enumerate(zip(to.tolist(), part.tolist(), strict=True)):
        total[at] = total[after] + own
    return np.array(total)


def _next_arcs(ways: Ways, label: I8, stop: I8) -> I8:
    """Per node the first of its arcs that leads nearer, -1 where a place or nothing is reached.

    Where only arcs that cost nothing lead on, the first that has the fewest such arcs ahead:
    they may lie in circles.
    """
    there, ahead = label[ways.tail], label[ways.head]
    even = (ahead != UNREACHED) & (ahead + ways.ticks == there)
    done = stop >= 0
    found = np.full(stop.size, -1)
    ready = np.flatnonzero(even & (ways.ticks > 0) & ~done[ways.tail])
    free = np.flatnonzero(even & (ways.ticks == 0))
    while True:
        node = ways.tail[ready]
        first = np.diff(node, prepend=-1) != 0
        found[node[first]] = ways.order[ready[first]]
        done[node] = True
        free = free[~done[ways.tail[free]]]
        ready = free[done[ways.head[free]]]
        if not ready.size:
            return found
