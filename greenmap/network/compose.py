"""Streets, homes and entrances composed into one directed graph that the engine searches.

An edge is split where somebody joins it. Its pieces are differences of the edge's rounded
cost, so a split changes no walk. A stranger may leave by an edge for residents only, but not
enter one: from a node that touches a public edge no private edge can be walked into.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from greenmap.model.attachment import Attachment
from greenmap.model.profile import Profile
from greenmap.model.walk_network import F8, I4, I8, U4, Bool, WalkNetwork, freeze
from greenmap.network.attach import edge_lines
from greenmap.network.price import BLOCKED, EdgeTicks, leg_ticks

Arcs = tuple[npt.NDArray[Any], ...]


@dataclass(frozen=True, slots=True, eq=False)
class WalkGraph:
    """A directed graph for one profile: a arcs, N nodes, h homes, e entrances.

    Nodes are the network's, then the points where edges are split, then one leaf per home
    that stands off the street.

    Parameters
    ----------
    tail, head : array (a,) uint32
        Node numbers; arcs may be walked from tail to head.
    ticks : array (a,) uint32
        Cost.
    n_nodes : int
        N.
    home_node : array (h,) int64
        Where each home's walk starts, -1 if not attached. The leg from home to street is an
        arc; there is none back, for nobody walks through a home.
    entrance_node : array (e,) int64
        Where each entrance stands, -1 if not attached.
    entrance_ticks : array (e,) uint32
        Leg from the street to the entrance.
    arc_edge : array (a,) int32
        Edge of the network, -1 for a home's leg.
    arc_from, arc_to : array (a,)
        Part of that edge, as fractions from its tail.
    node_x, node_y : array (N,), metres
        In the network's CRS; a leaf has the place where its leg meets the street.
    """

    tail: U4
    head: U4
    ticks: U4
    n_nodes: int
    home_node: I8
    entrance_node: I8
    entrance_ticks: U4
    arc_edge: I4
    arc_from: F8
    arc_to: F8
    node_x: F8
    node_y: F8

    def __post_init__(self) -> None:
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Edges after splitting, p pieces from node `a` (at fraction `low`) to `b` (at `high`)."""

    edge: I8
    a: I8
    b: I8
    low: F8
    high: F8


def compose(
    network: WalkNetwork,
    ticks: EdgeTicks,
    profile: Profile,
    homes: Attachment,
    entrances: Attachment,
) -> WalkGraph:
    """Split edges where homes and entrances join, and lay out the directed arcs.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    ticks : EdgeTicks
        Their cost for `profile`.
    profile : Profile
        Who walks; prices the legs.
    homes, entrances : Attachment
        Where homes and places join.

    Returns
    -------
    WalkGraph
        Edges blocked for the profile have no arcs: who stands on one reaches nothing.
    """
    joined, pieces, public, x, y = _ground(network, homes, entrances)
    home_at, entrance_at = joined[: len(homes.ids)], joined[len(homes.ids) :]
    n_street = len(x)
    leaf = np.flatnonzero(homes.edge >= 0)
    home_node = home_at.copy()
    home_node[leaf] = n_street + np.arange(len(leaf))
    start, to, leg_m = _further_legs(homes, home_node)
    nowhere = np.zeros(len(leaf) + len(start))
    arcs: list[Arcs] = [
        _one_way(network, pieces, ticks.forward, public, along=True),
        _one_way(network, pieces, ticks.backward, public, along=False),
        (
            np.concatenate([home_node[leaf], start]),
            np.concatenate([home_at[leaf], to]),
            leg_ticks(np.concatenate([homes.leg_m[leaf], leg_m]), profile),
            np.full(len(nowhere), -1),
            nowhere,
            nowhere,
        ),
    ]
    tail, head, cost, edge, low, high = map(np.concatenate, zip(*arcs, strict=True))
    return WalkGraph(
        tail=tail.astype(np.uint32),
        head=head.astype(np.uint32),
        ticks=cost.astype(np.uint32),
        n_nodes=n_street + len(leaf),
        home_node=home_node,
        entrance_node=entrance_at,
        entrance_ticks=leg_ticks(entrances.leg_m, profile).astype(np.uint32),
        arc_edge=edge.astype(np.int32),
        arc_from=low,
        arc_to=high,
        node_x=np.concatenate([x, x[home_at[leaf]]]),
        node_y=np.concatenate([y, y[home_at[leaf]]]),
    )


@lru_cache(maxsize=2)
def _ground(
    network: WalkNetwork, homes: Attachment, entrances: Attachment
) -> tuple[I8, Pieces, Bool, F8, F8]:
    """What is alike for everybody who walks, so many searches in a row share it.

    The node every attachment joins, the pieces of the edges, which nodes touch a public edge,
    and where nodes lie.
    """
    split_edge, split_at, joined = _split_points(network, homes, entrances)
    pieces = _pieces(network, split_edge, split_at)
    x, y = _places(network, split_edge, split_at)
    return joined, pieces, _public(network, pieces, len(x)), x, y


def _further_legs(homes: Attachment, home_node: I8) -> tuple[I8, I8, F8]:
    """Further legs of homes that stand off the street: from, to, metres."""
    kept = homes.edge[homes.more_row] >= 0
    to = homes.more_node[kept].astype(np.int64)
    return home_node[homes.more_row[kept]], to, homes.more_leg_m[kept]


def _split_points(
    network: WalkNetwork, homes: Attachment, entrances: Attachment
) -> tuple[I8, F8, I8]:
    """Return edge and fraction of each new node, and the node every attachment joins."""
    edge = np.concatenate([homes.edge, entrances.edge]).astype(np.int64)
    at = np.concatenate([homes.fraction, entrances.fraction])
    joined = np.concatenate([homes.node, entrances.node]).astype(np.int64)
    on_tail, on_head = (edge >= 0) & (at <= 0), (edge >= 0) & (at >= 1)
    joined[on_tail] = network.tail[edge[on_tail]]
    joined[on_head] = network.head[edge[on_head]]
    inside = np.flatnonzero((edge >= 0) & ~on_tail & ~on_head)
    order = inside[np.lexsort((at[inside], edge[inside]))]
    fresh = np.ones(len(order), bool)
    fresh[1:] = (np.diff(edge[order]) != 0) | (np.diff(at[order]) != 0)
    joined[order] = network.n_nodes + np.cumsum(fresh) - 1
    return edge[order[fresh]], at[order[fresh]], joined


def split_streets(
    network: WalkNetwork, homes: Attachment, entrances: Attachment
) -> tuple[Pieces, Bool]:
    """Split edges where homes and entrances join, as :func:`compose` does.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    homes, entrances : Attachment
        Where homes and places join.

    Returns
    -------
    Pieces
        Of all edges, in their order; nodes are numbered as in :func:`compose`.
    public : array of bool
        Nodes on the streets from which a stranger may enter no private edge.
    """
    split_edge, split_at, _ = _split_points(network, homes, entrances)
    pieces = _pieces(network, split_edge, split_at)
    return pieces, _public(network, pieces, network.n_nodes + len(split_edge))


def _pieces(network: WalkNetwork, split_edge: I8, split_at: F8) -> Pieces:
    counts = 1 + np.bincount(split_edge, minlength=network.n_edges)
    edge = np.repeat(np.arange(network.n_edges), counts)
    starts = np.ones(len(edge), bool)
    starts[1:] = edge[1:] != edge[:-1]
    ends = np.roll(starts, -1)
    new = network.n_nodes + np.arange(len(split_edge))
    a, low = network.tail[edge].astype(np.int64), np.zeros(len(edge))
    b, high = network.head[edge].astype(np.int64), np.ones(len(edge))
    a[~starts], low[~starts] = new, split_at
    b[~ends], high[~ends] = new, split_at
    return Pieces(edge, a, b, low, high)


def _public(network: WalkNetwork, pieces: Pieces, n_street: int) -> Bool:
    """Nodes that touch an edge everybody may walk."""
    public = np.zeros(n_street, bool)
    everybody = ~network.private & (network.forward | network.backward)
    own = everybody[pieces.edge]
    public[pieces.a[own]] = True
    public[pieces.b[own]] = True
    return public


def _one_way(
    network: WalkNetwork, pieces: Pieces, cost: U4, public: Bool, *, along: bool
) -> Arcs:
    """Arcs of one direction, without those blocked or closed to strangers."""
    whole = cost[pieces.edge].astype(np.int64)
    tail, head = (pieces.a, pieces.b) if along else (pieces.b, pieces.a)
    low, high = (pieces.low, pieces.high) if along else (pieces.high, pieces.low)
    open_ = (whole != BLOCKED) & ~(network.private[pieces.edge] & public[tail])
    until = [np.rint(at[open_] * whole[open_]).astype(np.int64) for at in (pieces.low, pieces.high)]
    return (
        tail[open_],
        head[open_],
        until[1] - until[0],
        pieces.edge[open_],
        low[open_],
        high[open_],
    )


def _places(network: WalkNetwork, split_edge: I8, split_at: F8) -> tuple[F8, F8]:
    new = shapely.line_interpolate_point(
        edge_lines(network, split_edge), split_at, normalized=True
    )
    x, y = shapely.get_x(new), shapely.get_y(new)
    return np.concatenate([network.x, x]), np.concatenate([network.y, y])
