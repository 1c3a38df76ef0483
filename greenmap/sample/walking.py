"""How far people walk in the sample: the measure its facilities are laid out by.

Two ways of counting. *Plain*: the streets as they are drawn, walls and slope
unseen. *Full*: locked gates shut, strangers kept out of residents' gates, walls
never crossed, climbs and steps slowed as for the elderly (Tobler's curve scaled
to the flat; a stair metre counts 2.5). All distances between junctions are
worked out at once (Floyd and Warshall), which is quick for a district.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from greenmap.sample.compounds import Compound
from greenmap.sample.lines import Line
from greenmap.sample.plan import Floats, Ground, Point, height_m

STAIR = 2.5
ATTACH_M = 100.0
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Footholds:
    """Where points meet the network: up to k junctions each, with the metres to them.

    ``node`` (n, k) holds -1 where there is none; ``edge`` and ``place`` (metres
    from the edge's first end) serve two points on one edge, ``leg`` (n,) is the
    way off the street.
    """

    node: Ints
    metres: Floats
    edge: Ints
    place: Floats
    leg: Floats


@dataclass(frozen=True, slots=True)
class Streets:
    """The pieces of street between junctions, in local metres."""

    shape: npt.NDArray[np.object_]
    ends: Ints  # (m, 2) junction numbers, -1 for a dead end
    length: Floats  # (m,)
    private: npt.NDArray[np.bool_]
    plain: Floats  # (n, n) metres between junctions
    full: Floats
    gate_node: dict[Point, int]
    full_length: Floats  # (m, 2) metres of the flat that a walk along, or back, is worth


def lay_out(lines: Sequence[Line], ground: Ground) -> Streets:
    """Return the walking network of joined streets."""
    seen = Counter(p for street in lines for p in set(street.points))
    gates = {street.points[-1] for street in lines if street.gate}
    number: dict[Point, int] = {}
    pieces: list[tuple[Line, tuple[Point, ...]]] = []
    for street in lines:
        start = 0
        for k, p in enumerate(street.points):
            if seen[p] > 1 or p in gates:
                number.setdefault(p, len(number))
            if k and (seen[p] > 1 or k == len(street.points) - 1):
                pieces.append((street, street.points[start : k + 1]))
                start = k
    local = [np.round(ground.local(points), 3) for _, points in pieces]
    ends = np.array([[number.get(p[0], -1), number.get(p[-1], -1)] for _, p in pieces])
    length = np.array([np.hypot(*np.diff(xy, axis=0).T).sum() for xy in local]).round(3)
    effort = np.array([_effort(street, points, xy) for (street, points), xy in zip(pieces, local, strict=True)])
    access = [street.gate for street, _ in pieces]
    private = np.array([street.tags.get("access") == "private" for street, _ in pieces])
    public_node = {n for pair, own in zip(ends.tolist(), private, strict=True) if not own for n in pair}
    plain = np.column_stack([length, length])
    full = effort.copy()
    for k, (a, b) in enumerate(ends.tolist()):
        if private[k]:  # nobody walks in from a public place
            into = [a in public_node and b not in public_node, b in public_node and a not in public_node]
            plain[k, into] = full[k, into] = np.inf
        if access[k] == "locked":
            full[k] = np.inf
        elif access[k] == "residents":  # drawn from the street to the gate
            full[k, 0] = np.inf
    return Streets(
        np.array([shapely.LineString(xy) for xy in local], dtype=object),
        ends,
        length,
        private,
        _between_junctions(len(number), ends, plain),
        _between_junctions(len(number), ends, full),
        {gate: number[gate] for gate in gates},
        effort,
    )


def _effort(street: Line, points: Sequence[Point], local: Floats) -> Floats:
    """Return flat metres worth of walking along a piece and back."""
    run = np.maximum(np.hypot(*np.diff(local, axis=0).T), 1e-6)
    flat = {"bridge", "tunnel"} & set(street.tags)
    rise = np.zeros(len(run)) if flat else np.diff(height_m(np.asarray(points, dtype=float)))
    slow = STAIR if street.tags["highway"] == "steps" else 1.0
    return np.array(
        [(run * slow * np.maximum(np.exp(3.5 * (np.abs(way * rise / run + 0.05) - 0.05)), 1)).sum()
         for way in (1, -1)]
    ).round(3)  # fmt: skip


def _between_junctions(count: int, ends: Ints, cost: Floats) -> Floats:
    far = np.full((count, count), np.inf, dtype=np.float32)
    np.fill_diagonal(far, 0)
    inner = (ends >= 0).all(axis=1)
    for way in (0, 1):
        np.minimum.at(far, (ends[inner, way], ends[inner, 1 - way]), cost[inner, way].astype(np.float32))
    for k in range(count):
        np.minimum(far, far[:, k, None] + far[k], out=far)
    return far.astype(np.float64)


def attach(streets: Streets, local: Floats, *, public_only: bool = False) -> Footholds:
    """Return each point's nearest street within 100 m and the two junctions it leads to."""
    usable = np.flatnonzero(~streets.private if public_only else np.ones(len(streets.length), bool))
    at = shapely.points(local)
    which, near = shapely.STRtree(streets.shape[usable]).query_nearest(
        at, max_distance=ATTACH_M, all_matches=False
    )
    edge = np.full(len(at), -1, dtype=np.intp)
    edge[which] = usable[near]
    found = edge >= 0
    shape = streets.shape[edge]
    place = np.where(found, shapely.line_locate_point(shape, at), 0.0)
    leg = np.where(found, shapely.distance(shape, at), np.inf)
    node = np.where(found[:, None], streets.ends[edge], -1)
    along = np.column_stack([place, streets.length[edge] - place])
    metres = np.where(node >= 0, leg[:, None] + along, np.inf)
    return Footholds(node, metres, edge, place, leg)


def through_gates(
    streets: Streets, local: Floats, inside: Sequence[str], compounds: Sequence[Compound],
    ground: Ground, plain: Footholds,
) -> Footholds:  # fmt: skip
    """Return footholds that respect walls: in an unmapped compound one goes straight to its gates."""
    node, metres, edge = plain.node.copy(), plain.metres.copy(), plain.edge.copy()
    for compound in compounds:
        if compound.mapped:
            continue
        rows = np.flatnonzero([name == compound.name for name in inside])
        gate = next(g for g in compound.gates if g.access != "locked")
        away = local[rows] - ground.local([gate.at])
        node[rows], metres[rows], edge[rows] = -1, np.inf, -1
        node[rows, 0] = streets.gate_node[gate.at]
        metres[rows, 0] = np.hypot(away[:, 0], away[:, 1])
    return Footholds(node, metres, edge, plain.place, plain.leg)


def distances(between: Floats, homes: Footholds, sites: Footholds) -> Floats:
    """Return metres on foot from every home to every site, inf where there is no way."""
    best = np.full((len(homes.edge), len(sites.edge)), np.inf)
    for h in range(homes.node.shape[1]):
        for s in range(sites.node.shape[1]):
            walk = between[np.ix_(homes.node[:, h], sites.node[:, s])]
            walk += homes.metres[:, h, None]
            walk += sites.metres[:, s]
            np.minimum(best, walk, out=best)
    same = (homes.edge[:, None] == sites.edge) & (homes.edge[:, None] >= 0)
    h, s = np.nonzero(same)
    direct = homes.leg[h] + sites.leg[s] + np.abs(homes.place[h] - sites.place[s])
    best[h, s] = np.minimum(best[h, s], direct)
    return best
