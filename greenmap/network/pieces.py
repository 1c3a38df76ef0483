"""The pieces of streets between those who join them, while streets are split, shut and opened."""

from __future__ import annotations

import numpy as np

from greenmap.model.attachment import Attachment
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.compose import split_streets
from greenmap.network.price import BLOCKED, EdgeTicks

Ends = tuple[int, int]


class StreetPieces:
    """What every piece of street costs now; p pieces, nodes numbered as in a composed graph.

    A stranger may leave by a private edge but not enter one; who may enter is decided by the
    streets as given, not by what is shut or opened afterwards.

    Parameters
    ----------
    network : WalkNetwork
        m edges.
    ticks : EdgeTicks
        Their cost.
    homes, entrances : Attachment
        Where homes and places join.
    """

    def __init__(
        self, network: WalkNetwork, ticks: EdgeTicks, homes: Attachment, entrances: Attachment
    ) -> None:
        pieces, public = split_streets(network, homes, entrances)
        self._edge, self._a, self._b = (x.tolist() for x in (pieces.edge, pieces.a, pieces.b))
        self._low, self._high = pieces.low.tolist(), pieces.high.tolist()
        self._public = public.tolist()
        self._there, self._back = ticks.forward.tolist(), ticks.backward.tolist()
        self._private = network.private.tolist()
        cut = np.searchsorted(pieces.edge, np.arange(network.n_edges + 1)).tolist()
        self._first, self._last = cut[:-1], cut[1:]
        self._parts: dict[int, list[int]] = {}
        self._new_between: dict[Ends, list[int]] = {}
        low, high = np.minimum(pieces.a, pieces.b), np.maximum(pieces.a, pieces.b)
        self._span = np.int64(len(self._public))
        key = low * self._span + high
        self._by_ends = np.argsort(key, kind="stable")
        self._key = key[self._by_ends]
        self._gone: set[int] = set()

    def parts(self, edge: int) -> list[int]:
        """Return the pieces of an edge from its tail to its head."""
        if edge not in self._parts:
            self._parts[edge] = list(range(self._first[edge], self._last[edge]))
        return self._parts[edge]

    def cost(self, ends: Ends) -> tuple[int, int]:
        """Return the ticks between two nodes and back by the cheapest piece, BLOCKED = none."""
        there = back = BLOCKED
        low, high = min(ends), max(ends)
        found = list(self._new_between.get((low, high), ()))
        if high < self._span:
            key = low * self._span + high
            one, two = np.searchsorted(self._key, [key, key + 1]).tolist()
            found += self._by_ends[one:two].tolist()
        for piece in found:
            if piece not in self._gone:
                along, against = self._piece_ticks(piece)
                if self._a[piece] != ends[0]:
                    along, against = against, along
                there, back = min(there, along), min(back, against)
        return there, back

    def _piece_ticks(self, piece: int) -> tuple[int, int]:
        edge = self._edge[piece]
        costs = []
        ways = (self._a[piece], self._there[edge]), (self._b[piece], self._back[edge])
        for tail, whole in ways:
            shut = whole == BLOCKED or (self._private[edge] and self._public[tail])
            low, high = round(self._low[piece] * whole), round(self._high[piece] * whole)
            costs.append(BLOCKED if shut else high - low)
        return costs[0], costs[1]

    def change(self, edge: int, there: int, back: int) -> list[Ends]:
        """Set the cost of an edge; return the ends of its pieces in the order to lay them.

        The outer pieces are shut first and opened last, so that what lies between is
        searched while it is cut off.
        """
        closing = there == BLOCKED and back == BLOCKED
        self._there[edge], self._back[edge] = there, back
        ends = [(self._a[piece], self._b[piece]) for piece in self.parts(edge)]
        outer, inner = [ends[0], *ends[1:][-1:]], ends[1:-1]
        return [*outer, *inner] if closing else [*inner, *outer]

    def split(self, edge: int, fraction: float, new: int) -> tuple[int, list[Ends]]:
        """Split an edge at a fraction of its length; `new` is the node to use.

        Returns
        -------
        int
            The node there: `new`, or one that stood there already.
        list of (int, int)
            Ends whose cost has changed; empty if nothing was split.
        """
        parts = self.parts(edge)
        for piece in parts:
            if fraction <= self._low[piece]:
                return self._a[piece], []
            if fraction < self._high[piece]:
                break
        else:
            return self._b[parts[-1]], []
        a, b, low, high = self._a[piece], self._b[piece], self._low[piece], self._high[piece]
        self._public += [False] * (new + 1 - len(self._public))
        self._public[new] = not self._private[edge]
        halves = [self._add(edge, a, new, low, fraction), self._add(edge, new, b, fraction, high)]
        at = parts.index(piece)
        parts[at : at + 1] = halves
        self._gone.add(piece)
        return new, [(a, new), (new, b), (a, b)]

    def _add(self, edge: int, a: int, b: int, low: float, high: float) -> int:
        piece = len(self._edge)
        for values, value in ((self._edge, edge), (self._a, a), (self._b, b),
                              (self._low, low), (self._high, high)):  # fmt: skip
            values.append(value)
        self._new_between.setdefault((min(a, b), max(a, b)), []).append(piece)
        return piece

    def add_edge(self, a: int, b: int, there: int, back: int) -> tuple[int, Ends]:
        """Add an edge between two nodes; return its number and its ends."""
        edge = len(self._there)
        self._there.append(there)
        self._back.append(back)
        self._private.append(False)
        self._parts[edge] = [self._add(edge, a, b, 0.0, 1.0)]
        return edge, (a, b)
