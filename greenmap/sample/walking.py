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
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

from greenmap.sample.compounds import Compound
from greenmap.sample.lines import Line
from greenmap.sample.plan import Floats, Ground, Point, height_m

STAIR = 2.5
ATTACH_M = 100.0
Ints: TypeAlias = npt.NDArray[np.intp]
Bools: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Streets:
    """The pieces of street between junctions, in local metres."""

    shape: npt.NDArray[np.object_]
    ends: Ints  # (m, 2) junctions, -1 for a dead end
    length: Floats  # (m,)
    private: Bools
    to_gate: Bools  # the short way from a street to a gate
    plain: Floats  # (n, n) metres between junctions
    full: Floats
    gate_node: dict[Point, int]


@dataclass(frozen=True, slots=True)
class Footholds:
    """Where k points meet the streets: a piece of street, or up to two junctions.

    ``metres`` (k, 2) lead to the junctions ``node`` (k, 2), -1 where there is
    none; ``edge``, ``place`` (metres from the piece's first end) and ``leg`` (the
    way off the street) serve two points on one piece.
    """

    node: Ints
    metres: Floats
    edge: Ints
    place: Floats
    leg: Floats


@dataclass(frozen=True, slots=True)
class _Piece:
    street: Line
    points: tuple[Point, ...]


def lay_out(lines: Sequence[Line], ground: Ground) -> Streets:
    """Return the walking network of joined streets.

    Parameters
    ----------
    lines : sequence of Line
        Streets that share a point wherever they meet.
    ground : Ground
        Where the plan lies.

    Returns
    -------
    Streets
    """
    pieces, number, gates = _pieces(lines)
    local = [np.round(ground.local(p.points), 3) for p in pieces]
    ends = np.array([[number.get(p.points[0], -1), number.get(p.points[-1], -1)] for p in pieces])
    length = np.array([_runs(xy).sum() for xy in local]).round(3)
    effort = np.array([_effort(p, xy) for p, xy in zip(pieces, local, strict=True)]).round(3)
    private = np.array([p.street.tags.get("access") == "private" for p in pieces])
    plain, full = _with_rules(pieces, ends, private, length, effort)
    return Streets(
        np.array([shapely.LineString(xy) for xy in local], dtype=object),
        ends,
        length,
        private,
        np.array([bool(p.street.gate) for p in pieces]),
        _between_junctions(len(number), ends, plain),
        _between_junctions(len(number), ends, full),
        {gate: number[gate] for gate in gates},
    )


def _pieces(lines: Sequence[Line]) -> tuple[list[_Piece], dict[Point, int], set[Point]]:
    """Cut the streets at junctions and gates, and number these."""
    seen = Counter(p for street in lines for p in set(street.points))
    gates = {street.points[-1] for street in lines if street.gate}
    number: dict[Point, int] = {}
    pieces = []
    for street in lines:
        start = 0
        for k, p in enumerate(street.points):
            if seen[p] > 1 or p in gates:
                number.setdefault(p, len(number))
            if k and (seen[p] > 1 or k == len(street.points) - 1):
                pieces.append(_Piece(street, street.points[start : k + 1]))
                start = k
    return pieces, number, gates


def _runs(local: Floats) -> Floats:
    step = np.diff(local, axis=0)
    return np.asarray(np.hypot(step[:, 0], step[:, 1]))


def _effort(piece: _Piece, local: Floats) -> list[float]:
    """Return the flat metres that a walk along a piece, and back, is worth."""
    run = np.maximum(_runs(local), 1e-6)
    level = {"bridge", "tunnel"} & set(piece.street.tags)
    rise = np.zeros(len(run)) if level else np.diff(height_m(np.array(piece.points)))
    slow = STAIR if piece.street.tags["highway"] == "steps" else 1.0
    climb = [np.exp(3.5 * (np.abs(way * rise / run + 0.05) - 0.05)) for way in (1, -1)]
    return [float((run * slow * np.maximum(factor, 1)).sum()) for factor in climb]


def _with_rules(
    pieces: Sequence[_Piece], ends: Ints, private: Bools, length: Floats, effort: Floats
) -> tuple[Floats, Floats]:
    """Return the cost of every piece, along and back, plain and full, inf where forbidden."""
    public = {n for pair, own in zip(ends.tolist(), private, strict=True) if not own for n in pair}
    plain, full = np.column_stack([length, length]), effort.copy()
    for k, (a, b) in enumerate(ends.tolist()):
        if private[k]:  # strangers don't walk in from a public place
            entering = [a in public and b not in public, b in public and a not in public]
            plain[k, entering] = full[k, entering] = np.inf
        if pieces[k].street.gate == "locked":
            full[k] = np.inf
        elif pieces[k].street.gate == "residents":  # drawn from the street to the gate
            full[k, 0] = np.inf
    return plain, full


def _between_junctions(count: int, ends: Ints, cost: Floats) -> Floats:
    far = np.full((count, count), np.inf, dtype=np.float32)
    np.fill_diagonal(far, 0)
    inner = (ends >= 0).all(axis=1)
    for way in (0, 1):
        at = ends[inner, way], ends[inner, 1 - way]
        np.minimum.at(far, at, cost[inner, way].astype(np.float32))
    for k in range(count):
        np.minimum(far, far[:, k, None] + far[k], out=far)
    return far.astype(np.float64)


def attach(streets: Streets, local: Floats, *, public_only: bool = False) -> Footholds:
    """Return each point's nearest street within 100 m and the two junctions it leads to.

    Parameters
    ----------
    streets : Streets
        The network.
    local : (k, 2) array
        Local metres.
    public_only : bool
        Leave out residents' lanes, as for facilities.

    Returns
    -------
    Footholds
        ``edge`` is -1 where no street is near.
    """
    usable = np.flatnonzero(~streets.private | (not public_only))
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
    plain: Footholds, inside: Sequence[str], local: Floats, *, streets: Streets,
    compounds: Sequence[Compound], ground: Ground,
) -> Footholds:  # fmt: skip
    """Return footholds that respect walls.

    In a compound whose lanes nobody mapped, one goes straight to its gate.

    Parameters
    ----------
    plain : Footholds
        Of the homes, on the nearest street whatever is between.
    inside : sequence of str
        The compound of each home, or "".
    local : (k, 2) array
        The homes, local metres.
    streets, compounds, ground
        The network, the compounds and where the plan lies.

    Returns
    -------
    Footholds
    """
    node, metres, edge = plain.node.copy(), plain.metres.copy(), plain.edge.copy()
    for compound in compounds:
        if compound.mapped:
            continue
        rows = np.flatnonzero([name == compound.name for name in inside])
        gate = compound.gates[0]
        away = local[rows] - ground.local([gate.at])
        node[rows], metres[rows], edge[rows] = -1, np.inf, -1
        node[rows, 0] = streets.gate_node[gate.at]
        metres[rows, 0] = np.hypot(away[:, 0], away[:, 1])
    return Footholds(node, metres, edge, plain.place, plain.leg)


def distances(between: Floats, homes: Footholds, sites: Footholds) -> Floats:
    """Return metres on foot from every home to every site.

    Parameters
    ----------
    between : (n, n) array
        Metres between junctions, plain or full.
    homes, sites : Footholds
        From where and where to.

    Returns
    -------
    (homes, sites) array
        inf where there is no way.
    """
    best = np.full((len(homes.edge), len(sites.edge)), np.inf)
    for h in (0, 1):
        for s in (0, 1):
            walk = between[np.ix_(homes.node[:, h], sites.node[:, s])]
            walk += homes.metres[:, h, None]
            walk += sites.metres[:, s]
            np.minimum(best, walk, out=best)
    home, site = np.nonzero((homes.edge[:, None] == sites.edge) & (homes.edge[:, None] >= 0))
    direct = homes.leg[home] + sites.leg[site] + np.abs(homes.place[home] - sites.place[site])
    best[home, site] = np.minimum(best[home, site], direct)
    return best
