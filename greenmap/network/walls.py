"""Walls across streets: every street is cut where it passes a wall, and only a gate lets through.

At a point where a wall meets a street the wall's lines divide the surroundings into sectors;
edges in different sectors are parted, and joined again by an edge without length that carries
the hurdle. So a wall that only ends at a street or touches it cuts nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from greenmap.model.barrier import WALLS, Barriers
from greenmap.model.walk_network import F8, I8, Bool, WalkNetwork
from greenmap.network.attach import edge_lines
from greenmap.network.digest import content_digest
from greenmap.network.gate_paths import with_gate_paths
from greenmap.network.gates import Crossings, Matched, gate_nodes, match_gates
from greenmap.network.split import split_edges, with_nodes

NODE_M = 0.001
"""A wall this near a node passes through it."""

END_M = 0.5
"""A wall that reaches no further beyond a street ends at it; a path this near a gate too."""

_NEAR_M = 0.1  # directions are taken this far from the meeting point
_ON_WALL = 1e-3  # radians; a street in the wall's own direction runs along it


def with_barriers(network: WalkNetwork, barriers: Barriers) -> WalkNetwork:
    """Cut streets where they pass a wall, and put a hurdle on every cut.

    Walls, fences, hedges, retaining walls, city walls and the edges of compounds cut; railways
    and water don't, for a mapped street passes them by a bridge or crossing. Bridges, tunnels
    and ways on another layer aren't cut, nor steps by a retaining wall. A street that runs along
    a wall lies outside. A gate that no street passes is joined to the streets in sight, see
    :func:`greenmap.network.gate_paths.with_gate_paths`. What hurdle a cut gets: see
    :func:`greenmap.network.gates.match_gates`.

    Parameters
    ----------
    network : WalkNetwork
        Without walls or heights, n nodes and m edges.
    barriers : Barriers
        In the network's CRS.

    Returns
    -------
    WalkNetwork
        With ``hurdle``, ``hurdle_id`` and ``barriers``; the latter also holds gates that are
        assumed. Connected parts are those without walls, so a compound without an open gate
        is no island.

    Raises
    ------
    InputFaults
        A surveyed gate more than 5 m off any wall.
    """
    cutting = np.flatnonzero(np.isin(barriers.wall_kind.astype(str), WALLS))
    network, gate_end = with_gate_paths(network, barriers)
    network = split_edges(network, *_meetings(network, barriers, cutting))
    rays = _rays(network, barriers, cutting)
    parting = _part(network, barriers, rays, gate_end)
    crossings = parting.crossings()
    moved = np.array(parting.moved, np.int64).reshape(-1, 3).T
    return _with_cuts(network, crossings, moved, match_gates(network, barriers, crossings))


def _meetings(network: WalkNetwork, barriers: Barriers, cutting: I8) -> tuple[I8, F8]:
    """Edge and fraction of every place inside an edge where a wall meets it."""
    lines = edge_lines(network, np.arange(network.n_edges))
    tree = shapely.STRtree(barriers.wall[cutting])
    edge, wall = tree.query(lines, predicate="intersects")
    under = np.isin(network.way_id[edge], _free_ways(network, barriers))
    under |= _steps(network)[edge] & _retaining(barriers)[cutting][wall]
    edge, wall = edge[~under], wall[~under]
    shared = shapely.intersection(lines[edge], barriers.wall[cutting][wall])
    xy, pair = shapely.get_coordinates(shared, return_index=True)
    edge = edge[pair]
    run = shapely.line_locate_point(lines[edge], shapely.points(xy))
    whole = shapely.length(lines[edge])
    inside = (run > NODE_M) & (run < whole - NODE_M)
    edge, run, whole = edge[inside], run[inside], whole[inside]
    order = np.lexsort((run, edge))
    edge, run, whole = edge[order], run[order], whole[order]
    apart = np.ones(len(edge), bool)
    apart[1:] = (edge[1:] != edge[:-1]) | (run[1:] - run[:-1] > NODE_M)
    return edge[apart], (run / whole)[apart]


def _free_ways(network: WalkNetwork, barriers: Barriers) -> I8:
    if network.bridged_way is None:
        return barriers.free_way
    return np.union1d(barriers.free_way, network.bridged_way).astype(np.int64)


def _steps(network: WalkNetwork) -> Bool:
    return np.array([kind == "steps" for kind in network.kinds], bool)[network.kind]


def _retaining(barriers: Barriers) -> Bool:
    return np.asarray(barriers.wall_kind == "retaining_wall", bool)


@dataclass(frozen=True, slots=True, eq=False)
class _Rays:
    """Walls as seen from nodes: direction, wall, and whether the wall runs away (or arrives)."""

    node: I8
    angle: F8
    wall: I8
    away: Bool


def _rays(network: WalkNetwork, barriers: Barriers, cutting: I8) -> _Rays:
    """Both directions of every wall through a node, sorted by node and direction."""
    place = shapely.points(network.x, network.y)
    node, wall = shapely.STRtree(barriers.wall[cutting]).query(
        place, predicate="dwithin", distance=NODE_M
    )
    wall = cutting[wall]
    passing = np.isin(np.arange(network.n_nodes), _ends_of(network, _free_ways(network, barriers)))
    stepped = np.zeros(network.n_nodes, bool)
    stepped[network.tail[_steps(network)]] = stepped[network.head[_steps(network)]] = True
    spared = passing[node] | (stepped[node] & _retaining(barriers)[wall])
    node, wall = node[~spared], wall[~spared]
    line = barriers.wall[wall]
    at, whole = shapely.line_locate_point(line, place[node]), shapely.length(line)
    closed = shapely.is_closed(line)
    found = []
    for away, left, to in ((True, whole - at, at + _NEAR_M), (False, at, at - _NEAR_M)):
        there = closed | (left >= END_M)
        beyond = np.where(closed, to % whole, np.clip(to, 0.0, whole))[there]
        angle = _angle(network, node[there], shapely.line_interpolate_point(line[there], beyond))
        found.append((node[there], angle, wall[there], np.full(len(angle), away)))
    node, angle, wall, runs = map(np.concatenate, zip(*found, strict=True))
    order = np.lexsort((wall, angle, node))
    return _Rays(node[order], angle[order], wall[order], runs[order])


def _ends_of(network: WalkNetwork, ways: I8) -> I8:
    of = np.isin(network.way_id, ways)
    return np.unique(np.concatenate([network.tail[of], network.head[of]])).astype(np.int64)


def _angle(network: WalkNetwork, node: I8, to: object) -> F8:
    angle = np.arctan2(shapely.get_y(to) - network.y[node], shapely.get_x(to) - network.x[node])
    return np.asarray(angle, float)


@dataclass(frozen=True, slots=True, eq=False)
class _Ends:
    """Ends of edges at nodes: node, edge, 0 for its tail or 1 for its head, direction."""

    node: I8
    edge: I8
    end: I8
    angle: F8


def _ends(network: WalkNetwork, nodes: I8) -> _Ends:
    """Ends of edges at some nodes, sorted by node."""
    wanted = np.zeros(network.n_nodes, bool)
    wanted[nodes] = True
    found = []
    for end, at in ((0, network.tail), (1, network.head)):
        edge = np.flatnonzero(wanted[at])
        line = edge_lines(network, edge)
        whole = shapely.length(line)
        near = np.minimum(_NEAR_M, whole)
        to = shapely.line_interpolate_point(line, near if end == 0 else whole - near)
        node = at[edge].astype(np.int64)
        found.append((node, edge, np.full(len(edge), end), _angle(network, node, to)))
    node, edge, end_, angle = map(np.concatenate, zip(*found, strict=True))
    order = np.lexsort((end_, edge, node))
    return _Ends(node[order], edge[order], end_[order], angle[order])


@dataclass(slots=True)
class _Parting:
    """What has been parted so far: crossings, ends of edges that move, new nodes."""

    n_nodes: int
    rows: list[tuple[int, int, int, int, bool]] = field(default_factory=list)
    moved: list[tuple[int, int, int]] = field(default_factory=list)
    origin: list[int] = field(default_factory=list)

    def fresh(self, node: int) -> int:
        """Return a new node parted from another."""
        self.origin.append(node)
        return self.n_nodes + len(self.origin) - 1

    def crossings(self) -> Crossings:
        """Return the crossings."""
        made = np.array(self.rows, np.int64).reshape(-1, 5).T
        node, inside, outside, wall, sided = made
        origin = np.array(self.origin, np.int64)
        return Crossings(node, inside, outside, wall, sided > 0, origin)


def _part(network: WalkNetwork, barriers: Barriers, rays: _Rays, gate_end: I8) -> _Parting:
    """Part the edges at every node by sectors, and at gates on streets without a wall."""
    stub_ends = gate_nodes(network, barriers, within_m=END_M) | set(gate_end.tolist())
    lone = gate_nodes(network, barriers, within_m=NODE_M)
    ends = _ends(network, np.union1d(rays.node, np.array(sorted(lone), np.int64)))
    parting = _Parting(network.n_nodes)
    node = np.unique(ends.node)
    spans = (np.searchsorted(v, node, side) for v in (rays.node, ends.node)
             for side in ("left", "right"))  # fmt: skip
    for n, a, b, c, d in zip(node.tolist(), *(v.tolist() for v in spans), strict=True):
        angle, which = np.unique(np.round(rays.angle[a:b], 6), return_index=True)
        if len(angle) >= 2:
            away, wall = rays.away[a:b][which], rays.wall[a:b][which]
            sector = _sectors(angle, away, ends.angle[c:d])
            both = len(angle) == 2 and n in stub_ends
            _part_node(parting, n, sector, away, wall, both, ends.edge[c:d], ends.end[c:d])
        elif n in lone and d - c == 2:
            _part_lone(parting, n, network.private[ends.edge[c:d]], ends.edge[c:d], ends.end[c:d])
    return parting


def _part_node(
    parting: _Parting, n: int, sector: I8, away: Bool, wall: I8, both: bool, edge: I8, end: I8
) -> None:
    """Give every sector with streets its own node; `both`: also one that holds none.

    The latter is for a path that ends at a gate: nobody has drawn what is inside.
    """
    taken = [0, 1] if both else sorted(set(sector.tolist()))
    if len(taken) < 2:
        return
    home = int(sector[0])
    at = {s: n if s == home else parting.fresh(n) for s in taken}
    rows = zip(edge.tolist(), end.tolist(), sector.tolist(), strict=True)
    parting.moved += [(k, which, at[s]) for k, which, s in rows if s != home]
    around = [*zip(taken, taken[1:], strict=False)]
    around += [(taken[-1], taken[0])] if len(taken) > 2 else []
    for s, t in around:  # turning left into sector t one passes its first ray
        inside, outside = (at[t], at[s]) if away[t] else (at[s], at[t])
        parting.rows.append((n, inside, outside, int(wall[t]), True))


def _part_lone(parting: _Parting, n: int, private: Bool, edge: I8, end: I8) -> None:
    """Part a street at a gate without a wall; inside is where the street is for residents."""
    k = 1 if private[1] else 0
    inside = parting.fresh(n)
    parting.moved.append((int(edge[k]), int(end[k]), inside))
    parting.rows.append((n, inside, n, -1, bool(private[0] != private[1])))


def _sectors(angle: F8, away: Bool, street: F8) -> I8:
    """Sector of each street: number k lies left of ray k; along a wall is right of it.

    Examples
    --------
    >>> east_west = np.array([0.0, np.pi]), np.array([True, False])  # a wall that runs east
    >>> _sectors(*east_west, np.array([1.5, -1.5, 0.0, np.pi])).tolist()
    [0, 1, 1, 1]
    """
    sector = np.searchsorted(angle, street, side="right") - 1
    off = np.abs((street[:, None] - angle + np.pi) % (2 * np.pi) - np.pi)
    ray = off.argmin(axis=1)
    along = off[np.arange(len(street)), ray] < _ON_WALL
    sector = np.where(along, np.where(away[ray], ray - 1, ray), sector)
    return np.asarray(sector % len(angle), np.int64)


def _with_cuts(
    network: WalkNetwork, crossings: Crossings, moved: I8, matched: Matched
) -> WalkNetwork:
    """Move ends of edges to the new nodes, and add an edge for every crossing."""
    origin = crossings.origin
    grown = with_nodes(network, network.x[origin], network.y[origin], network.component[origin])
    ends = {0: network.tail.copy(), 1: network.head.copy()}
    edge, end, to = moved
    for k, at in ends.items():
        at[edge[end == k]] = to[end == k]
    facts = _facts(network, crossings, ends[0], ends[1])
    many = len(crossings.node)
    xy = np.column_stack([network.x, network.y])[crossings.node]
    start = network.shape_start[-1] + 2 * np.arange(1, many + 1)
    none = np.zeros(network.n_edges, np.uint8)
    before = none if network.hurdle is None else network.hurdle
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(network, name), made]) for name, made in facts.items()
    }
    cut = replace(
        grown,
        tail=np.concatenate([ends[0], crossings.inside]).astype(np.uint32),
        head=np.concatenate([ends[1], crossings.outside]).astype(np.uint32),
        length_m=np.append(network.length_m, np.zeros(many)),
        shape_start=np.append(network.shape_start, start),
        shape_xy=np.concatenate([network.shape_xy, np.repeat(xy, 2, axis=0)]),
        hurdle=np.concatenate([before, matched.hurdle]).astype(np.uint8),
        hurdle_id=np.concatenate([np.full(network.n_edges, -1), matched.number]).astype(np.int32),
        barriers=matched.barriers,
        **joined,
    )
    return replace(cut, digest=content_digest(cut))


def _facts(
    network: WalkNetwork, crossings: Crossings, tail: npt.NDArray[Any], head: npt.NDArray[Any]
) -> dict[str, npt.NDArray[Any]]:
    """Facts of the crossing edges: those of a street beside them, of steps only if need be.

    A crossing is for residents where all streets on one of its sides are.
    """
    order = np.lexsort((np.arange(network.n_edges), _steps(network)))
    side = np.concatenate([tail[order], head[order]]).astype(np.int64)
    edge = np.concatenate([order, order])
    rank = np.argsort(np.concatenate([np.arange(len(order))] * 2), kind="stable")
    node, first = np.unique(side[rank], return_index=True)
    beside = np.full(network.n_nodes + len(crossings.origin), -1, np.int64)
    beside[node] = edge[rank][first]
    public, joined = np.zeros(len(beside), bool), np.zeros(len(beside), bool)
    for at in (tail, head):
        joined[at] = True
        public[at[~network.private]] = True
    own = joined & ~public
    a, b = beside[crossings.outside], beside[crossings.inside]
    pick = np.where(a >= 0, a, b)
    both = np.ones(len(pick), bool)
    return {
        "kind": network.kind[pick],
        "way_id": network.way_id[pick],
        "private": own[crossings.inside] | own[crossings.outside],
        "forward": both,
        "backward": both,
    }
