"""Big roads with two sides: crossed at junctions and mapped crossings, nowhere else.

In street data a road is one line, and who walks along it may turn off to either side. Where the
road is wide and fast that isn't so: a path that meets it on the left leads to its left side.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.ops import substring

from greenmap.model.walk_network import F8, I8, Bool, Objects, WalkNetwork
from greenmap.network.attach import edge_lines
from greenmap.network.digest import content_digest
from greenmap.network.hurdles import NO_CROSSING
from greenmap.network.split import EDGE_FACTS, with_nodes
from greenmap.network.waits import BIG, FOOT
from greenmap.read.osm_crossings import OsmCrossings

NO_JUNCTION = (*FOOT, "service", "services", "living_street")
"""Kinds that make no junction with a big road: one may not cross wherever they meet it."""

ASIDE_M = 1.0
"""How far each side is drawn off the road's line, so that homes join the side they stand on."""

_EASE_M = 2.0


def with_big_roads(network: WalkNetwork, crossings: OsmCrossings) -> WalkNetwork:
    """Give trunk, primary and secondary roads two sides; do it before streets are cut.

    They are crossed where a street of motor traffic (no service way, no path) meets them, where
    a crossing is mapped, and where three or more pieces of big road meet. At any other place
    the sides are parted, by an edge without length that carries the hurdle *no crossing*; at
    such a place paths join the side on which they lie.

    Parameters
    ----------
    network : WalkNetwork
        Streets of an OpenStreetMap file, without hurdles or heights.
    crossings : OsmCrossings
        Of the same file.

    Returns
    -------
    WalkNetwork
        ``notes`` counts big pieces of road and places where they aren't crossed. Lengths stay.
    """
    big = np.isin(np.array(network.kinds, object), BIG)[network.kind]
    side = _Sides(network, big, _parted(network, crossings, big))
    copies = np.flatnonzero(big)
    fresh = np.flatnonzero(side.parted)
    grown = with_nodes(network, network.x[fresh], network.y[fresh], network.component[fresh])
    left, right = (_beside(network, copies, aside) for aside in (ASIDE_M, -ASIDE_M))
    lines = edge_lines(network, np.arange(network.n_edges))
    lines[copies] = left
    joins = shapely.linestrings(np.stack([np.column_stack([network.x, network.y])[fresh]] * 2, 1))
    shape, start = _laid_out(np.concatenate([lines, right, joins]))
    ends = side.ends(copies)
    beside = _any_big(network, copies)[fresh]
    facts: dict[str, Any] = {
        name: np.concatenate([have, have[copies], have[beside]])
        for name in EDGE_FACTS for have in (getattr(network, name),)
    }
    facts["forward"][network.n_edges + len(copies):] = True
    facts["backward"][network.n_edges + len(copies):] = True
    hurdle = np.zeros(len(start) - 1, np.uint8)
    hurdle[network.n_edges + len(copies):] = NO_CROSSING
    made = replace(
        grown, **facts, shape_xy=shape, shape_start=start, hurdle=hurdle,
        hurdle_id=np.full(len(hurdle), -1, np.int32),
        tail=np.concatenate([ends[0], ends[2], fresh]).astype(np.uint32),
        head=np.concatenate([ends[1], ends[3], side.other[fresh]]).astype(np.uint32),
        length_m=np.concatenate([network.length_m, network.length_m[copies],
                                 np.zeros(len(fresh))]),
        notes={**network.notes, "big_road_edges": len(copies), "big_road_parted": len(fresh)},
    )
    return replace(made, digest=content_digest(made))


def _parted(network: WalkNetwork, crossings: OsmCrossings, big: Bool) -> Bool:
    """Nodes in the middle of a big road where nobody crosses."""
    kinds = np.array(network.kinds, object)
    motor = ~np.isin(kinds, NO_JUNCTION)[network.kind] & ~big
    drawn = np.isin(network.way_id, crossings.way[np.isin(
        crossings.way_kind, ("signal", "unsignalised"))])
    bigs, others = (np.zeros(network.n_nodes, np.int64) for _ in range(2))
    crossed = np.isin(network.node_id, crossings.node[crossings.node_kind != "elevator"])
    for at in (network.tail, network.head):
        np.add.at(bigs, at[big], 1)
        np.add.at(others, at[motor], 1)
        crossed[at[drawn]] = True
    parted: Bool = (bigs == 2) & (others == 0) & ~crossed
    return parted


class _Sides:
    """Which side of a parted node each end of an edge joins."""

    def __init__(self, network: WalkNetwork, big: Bool, parted: Bool) -> None:
        self.network, self.big, self.parted = network, big, parted
        self.other = np.arange(network.n_nodes)
        self.other[parted] = network.n_nodes + np.arange(int(parted.sum()))
        first, second = (np.full(network.n_nodes, np.nan) for _ in range(2))
        for end in (0, 1):
            edge, node, angle = self._angles(end, big)
            again = np.isfinite(first[node])
            first[node[~again]] = angle[~again]
            twice = np.isfinite(first[node]) & (angle != first[node])
            second[node[twice]] = angle[twice]
        self.first, self.turn = first, (second - first) % (2 * np.pi)

    def _angles(self, end: int, edges: Bool) -> tuple[I8, I8, F8]:
        """Edges whose end stands at a parted node, that node, and the way they leave it."""
        network = self.network
        at = (network.tail, network.head)[end].astype(np.int64)
        edge = np.flatnonzero(edges & self.parted[at])
        line = edge_lines(network, edge)
        beyond = shapely.line_interpolate_point(line, 0.1 if end == 0 else -0.1)
        node = at[edge]
        angle = np.arctan2(shapely.get_y(beyond) - network.y[node],
                           shapely.get_x(beyond) - network.x[node])
        return edge, node, np.asarray(angle, float)

    def ends(self, copies: I8) -> tuple[npt.NDArray[Any], ...]:
        """Tail and head of all edges, big ones meaning their left side; then of right sides."""
        network = self.network
        ends = [network.tail.astype(np.int64), network.head.astype(np.int64)]
        right = [at[copies] for at in ends]
        place = np.full(network.n_edges, -1, np.int64)
        place[copies] = np.arange(len(copies))
        for end in (0, 1):
            edge, node, angle = self._angles(end, np.ones(network.n_edges, bool))
            off = (angle - self.first[node]) % (2 * np.pi)
            mine = self.big[edge]
            # left of the first ray keeps the node, right of it takes the other
            ray_first = mine & (np.minimum(off, 2 * np.pi - off) < 1e-9)
            on_left = np.where(mine, ray_first == (end == 0), off < self.turn[node])
            ends[end][edge] = np.where(on_left, node, self.other[node])
            own = place[edge[mine]]
            right[end][own] = np.where(on_left[mine], self.other[node[mine]], node[mine])
        return (*ends, *right)


def _any_big(network: WalkNetwork, copies: I8) -> I8:
    """For each node one of the big edges that meet it."""
    found = np.zeros(network.n_nodes, np.int64)
    for at in (network.head, network.tail):
        found[at[copies[::-1]]] = copies[::-1]
    return found


def _beside(network: WalkNetwork, copies: I8, aside: float) -> Objects:
    """Lines of one side: from node to node, in between beside the road's own line."""
    lines = edge_lines(network, copies)
    xy = np.column_stack([network.x, network.y])
    made = np.empty(len(copies), object)
    for k, line in enumerate(lines):
        ease = min(_EASE_M, line.length / 4)
        inner = substring(line, ease, line.length - ease)
        moved = shapely.offset_curve(inner, min(aside, ease, key=abs) if aside > 0
                                     else max(aside, -ease), join_style="mitre")
        body = moved if moved.geom_type == "LineString" and not moved.is_empty else inner
        points = [xy[network.tail[copies[k]]], *shapely.get_coordinates(body),
                  xy[network.head[copies[k]]]]
        made[k] = shapely.LineString(points)
    return made


def _laid_out(lines: Objects) -> tuple[F8, I8]:
    start = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(lines))])
    return shapely.get_coordinates(lines), start.astype(np.int64)
