"""Waits on the streets: seconds a walker loses at signals, crossings, foot bridges and lifts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely

from greenmap.model.wait import KINDS, Waits, load_waits
from greenmap.model.walk_network import F8, I8, Bool, WalkNetwork
from greenmap.network.attach import edge_lines
from greenmap.network.digest import content_digest
from greenmap.read.osm_crossings import OsmCrossings

FOOT = ("footway", "path", "pedestrian", "steps", "cycleway", "track", "bridleway", "corridor",
        "elevator")
"""Kinds without motor traffic: nobody waits to cross them."""

BIG = ("trunk", "primary", "secondary")
"""Kinds of road that may have two sides, see :mod:`greenmap.network.big_roads`."""

_SIGNAL, _PLAIN, _BRIDGE, _TUNNEL, _LIFT = range(len(KINDS))
_AT_NODES = {"signal": _SIGNAL, "unsignalised": _PLAIN, "elevator": _LIFT}


def with_waits(network: WalkNetwork, crossings: OsmCrossings, *, waits: Waits | None = None
               ) -> WalkNetwork:
    """Put the waits at crossings on the streets; do it when all streets are cut.

    A path drawn across a street carries its crossing's wait once, shared out along it. Where
    a crossing is only a point, each path that meets the street there carries half: who goes
    straight over waits once. At a signal where three or more streets meet, each carries half.
    Who walks along a street past a crossing on it doesn't wait. A bridge or tunnel for walkers
    counts where it passes over or under a street, once a way. At a lift every path that meets
    it carries half.

    Parameters
    ----------
    network : WalkNetwork
        Streets of the same OpenStreetMap file.
    crossings : OsmCrossings
        From :func:`greenmap.read.osm_crossings.read_osm_crossings`.
    waits : Waits, optional
        Seconds by kind. Default: those that ship.

    Returns
    -------
    WalkNetwork
        With ``wait_s``; ``notes`` counts crossings by kind.
    """
    share = np.zeros((network.n_edges, len(KINDS)))
    foot = np.isin(np.array(network.kinds, object), FOOT)[network.kind]
    drawn = _on_ways(network, crossings, foot, share)
    at_node = _on_nodes(network, crossings, foot, drawn, share)
    seconds = np.array((waits or load_waits()).seconds())
    counted = dict(zip(KINDS, (_ways(network, share, drawn) + at_node).tolist(), strict=True))
    waited = replace(network, wait_s=share @ seconds,
                     notes={**network.notes, **{f"waits_{k}": n for k, n in counted.items()}})
    return replace(waited, digest=content_digest(waited))


def _on_ways(network: WalkNetwork, crossings: OsmCrossings, foot: Bool, share: F8) -> Bool:
    """Share out what ways carry, by length; return which edges carry it."""
    at = np.searchsorted(crossings.way, network.way_id)
    at[at == len(crossings.way)] = 0
    drawn = np.zeros(network.n_edges, bool)
    if not len(crossings.way):
        return drawn
    known = (crossings.way[at] == network.way_id) & foot & (network.length_m > 0)
    kind = np.where(known, crossings.way_kind[at], "")
    spans = np.isin(kind, ("bridge", "tunnel"))
    over = np.unique(network.way_id[_passing(network, np.flatnonzero(spans), foot)])
    kind[spans & ~np.isin(network.way_id, over)] = ""
    lit = np.isin(network.node_id, crossings.node[crossings.node_kind == "signal"])
    signal = kind == "signal"
    plain = kind == "unsignalised"
    with_light = np.unique(network.way_id[plain & (lit[network.tail] | lit[network.head])])
    kind[plain & np.isin(network.way_id, with_light)] = "signal"
    drawn |= signal | (kind != "")
    columns = {"signal": _SIGNAL, "unsignalised": _PLAIN, "bridge": _BRIDGE, "tunnel": _TUNNEL,
               "elevator": _LIFT}
    edges = np.flatnonzero(drawn)
    _, way = np.unique(network.way_id[edges], return_inverse=True)
    whole = np.bincount(way, weights=network.length_m[edges])
    column = np.array([columns[k] for k in kind[edges]], np.int64)
    share[edges, column] = network.length_m[edges] / whole[way]
    return drawn


def _passing(network: WalkNetwork, span: I8, foot: Bool) -> I8:
    """Those of some edges that pass over or under a street without meeting it."""
    streets = np.flatnonzero(~foot & (network.length_m > 0))
    if not len(span) or not len(streets):
        return span[:0]
    tree = shapely.STRtree(edge_lines(network, streets))
    one, other = tree.query(edge_lines(network, span), predicate="crosses")
    mine, theirs = span[one], streets[other]
    ends = [(network.tail, network.head)[k] for k in (0, 1)]
    apart = np.ones(len(mine), bool)
    for a in ends:
        for b in ends:
            apart &= a[mine] != b[theirs]
    return np.unique(mine[apart])


def _on_nodes(network: WalkNetwork, crossings: OsmCrossings, foot: Bool, drawn: Bool, share: F8
              ) -> npt.NDArray[np.int64]:
    """Put halves on the edges that meet a crossing; return how many crossings count, by kind."""
    counted = np.zeros(len(KINDS), np.int64)
    walked = network.length_m > 0
    weight = np.ones(network.n_edges)
    if "big_road_edges" in network.notes:  # both sides of a big road are one street
        weight[np.isin(np.array(network.kinds, object), BIG)[network.kind]] = 0.5
    for kind, column in _AT_NODES.items():
        node = np.isin(network.node_id, crossings.node[crossings.node_kind == kind])
        streets = np.zeros(network.n_nodes)
        paths = np.zeros(network.n_nodes, np.int64)
        for at in (network.tail, network.head):
            np.add.at(streets, at[~foot & walked], weight[~foot & walked])
            np.add.at(paths, at[foot & ~drawn & walked], 1)
        junction = node & (streets >= 3) & (kind == "signal")
        over = node & (paths > 0) & ((streets > 0) | (kind == "elevator"))
        for at in (network.tail, network.head):
            carries = walked & ~drawn & ((foot & (over | junction)[at]) | (~foot & junction[at]))
            share[carries, column] += 0.5
        counted[column] = int((junction | over).sum())
    return counted


def _ways(network: WalkNetwork, share: F8, drawn: Bool) -> npt.NDArray[np.int64]:
    """How many ways carry each kind."""
    return np.array([len(np.unique(network.way_id[drawn & (share[:, k] > 0)]))
                     for k in range(len(KINDS))], np.int64)
