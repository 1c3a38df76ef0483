"""Two street networks made one: one of them wins, the other adds what it lacks.

A street of the second that runs beside one of the first, near it and in its direction, is the
same street drawn again and is left out. What is left joins the first where it was cut loose,
and where both cross on the ground.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from greenmap.engine.components import components
from greenmap.errors import NetworkError
from greenmap.model.walk_network import F8, I8, MERGED, Bool, Objects, WalkNetwork
from greenmap.network.attach import edge_lines, to_earth
from greenmap.network.build import build_network
from greenmap.network.edges import Edges
from greenmap.network.noding import NODE_M, Noded, node_lines

MATCH_M = 12.0
"""A street this near another, in its direction, may be the same street."""

MATCH_DEG = 30.0
"""Directions that differ by no more are the same."""

REACH = 2.0
"""A street cut loose is joined within this many times the matching distance."""

_PIECE_M = 20.0
_MOSTLY, _HARDLY = 0.75, 0.25


def merge_networks(
    winner: WalkNetwork,
    other: WalkNetwork,
    *,
    match_m: float = MATCH_M,
    repairs: gpd.GeoDataFrame | None = None,
) -> WalkNetwork:
    """Add to one network the streets it lacks, from another.

    Streets are compared in stretches from junction to junction, in pieces of up to 20 m: a
    piece is matched if a street of the winner lies within `match_m` of its middle, in its
    direction up to 30°. A stretch matched for three quarters or more is left out, for a quarter
    or less kept whole, else it is cut between its points. What is kept and was joined to what is
    left out gets a straight link to the nearest street of the winner, up to twice `match_m`.

    Parameters
    ----------
    winner, other : WalkNetwork
        In one CRS, without walls or heights.
    match_m : float, metres
        How far apart the same street may be drawn.
    repairs : geopandas.GeoDataFrame, optional
        What was put right in one of them, to go along.

    Returns
    -------
    WalkNetwork
        Node ids are new, ways keep theirs. ``notes`` says metres kept, added and left out,
        links made, and streets that could not be joined.

    Raises
    ------
    NetworkError
        The two lie in different CRS or don't touch each other.
    """
    _check(winner, other)
    ours, theirs = (edge_lines(net, np.arange(net.n_edges)) for net in (winner, other))
    dropped = _repeated(ours, theirs, other, match_m)
    kept = np.flatnonzero(~dropped)
    links, lost = _links(winner, ours, other, dropped, match_m)
    lines = np.concatenate([ours, theirs[kept], links])
    group = np.repeat([0, 1, 2], [len(ours), len(kept), len(links)])
    raised = np.concatenate([_bridged(winner), _bridged(other)[kept], np.zeros(len(links), bool)])

    def may_meet(a: I8, b: I8) -> Bool:
        met: Bool = (group[a] != group[b]) & ~raised[a] & ~raised[b]
        return met

    solid = shapely.length(lines) > NODE_M
    which = np.flatnonzero(solid)
    noded = node_lines(lines[solid], np.zeros(len(which), np.int64), join_m=0.0,
                       may_meet=lambda a, b: may_meet(which[a], which[b]))  # fmt: skip
    facts = _facts(winner, other, kept, len(links))
    edges = _edges(noded, which, facts, lines, winner, other)
    edges.notes.update({
        "merged_metres_kept": round(float(winner.length_m.sum())),
        "merged_metres_added": round(float(other.length_m[kept].sum())),
        "merged_metres_dropped": round(float(other.length_m[dropped].sum())),
        "merged_links": len(links), "merged_loose": lost,
    })  # fmt: skip
    source = f"{winner.source}{MERGED}{other.source}"
    return build_network(edges, crs=winner.crs, source=source, repairs=repairs)


def _check(winner: WalkNetwork, other: WalkNetwork) -> None:
    apart = winner.crs == other.crs and not shapely.intersects(winner.extent, other.extent)
    if winner.crs != other.crs or apart:
        raise NetworkError("network.merge_apart", first=winner.source, second=other.source,
                           crs=winner.crs, other_crs=other.crs)  # fmt: skip


def _bridged(network: WalkNetwork) -> Bool:
    ways = () if network.bridged_way is None else network.bridged_way
    return np.isin(network.way_id, ways)


def _repeated(ours: Objects, theirs: Objects, other: WalkNetwork, match_m: float) -> Bool:
    """Which edges of the other network repeat streets of the winner."""
    matched, length = matched_length(ours, theirs, match_m)
    stretch = _stretches(other)
    whole = np.bincount(stretch, weights=length)
    share = (np.bincount(stretch, weights=matched) / np.maximum(whole, NODE_M))[stretch]
    own = matched > length / 2
    repeated: Bool = (share >= _MOSTLY) | ((share > _HARDLY) & own)
    return repeated


def matched_length(ours: Objects, theirs: Objects, match_m: float) -> tuple[F8, F8]:
    """Measure how much of each line runs beside a line of ours.

    Parameters
    ----------
    ours, theirs : array of shapely.LineString
        In metres.
    match_m : float, metres
        Pieces of theirs, of up to 20 m, are beside a line of ours if it lies this near their
        middle, in their direction up to 30°.

    Returns
    -------
    matched, length : array, metres
        Of each of theirs: beside ours, and in all.
    """
    low, high, _ = _pieces(ours, np.inf)
    own = shapely.linestrings(np.stack([low, high], axis=1))
    own_way = np.arctan2(*(high - low).T[::-1])
    low, high, line = _pieces(theirs, _PIECE_M)
    way = np.arctan2(*(high - low).T[::-1])
    piece, near = shapely.STRtree(own).query(
        shapely.points((low + high) / 2), predicate="dwithin", distance=match_m
    )
    off = np.abs((way[piece] - own_way[near] + np.pi / 2) % np.pi - np.pi / 2)
    beside = np.zeros(len(way), bool)
    beside[piece[off <= np.radians(MATCH_DEG)]] = True
    metres = np.hypot(*(high - low).T)
    matched, whole = np.zeros(len(theirs)), np.zeros(len(theirs))
    np.add.at(matched, line, metres * beside)
    np.add.at(whole, line, metres)
    return matched, whole


def _pieces(lines: Objects, longest: float) -> tuple[F8, F8, I8]:
    """Straight pieces of lines: both ends, and the line."""
    if np.isfinite(longest):
        lines = shapely.segmentize(lines, longest)
    xy, line = shapely.get_coordinates(lines, return_index=True)
    within = line[1:] == line[:-1]
    return xy[:-1][within], xy[1:][within], line[1:][within]


def _stretches(network: WalkNetwork) -> I8:
    """Number the stretches between junctions."""
    degree = np.bincount(network.tail, minlength=network.n_nodes)
    degree += np.bincount(network.head, minlength=network.n_nodes)
    edge = np.arange(network.n_edges)
    node = np.concatenate([network.tail, network.head]).astype(np.int64)
    both = np.concatenate([edge, edge])
    order = np.argsort(node, kind="stable")
    order = order[degree[node[order]] == 2]
    a, b = both[order[0::2]], both[order[1::2]]
    return components(network.n_edges, a, b).astype(np.int64)


def _links(
    winner: WalkNetwork, ours: Objects, other: WalkNetwork, dropped: Bool, match_m: float
) -> tuple[Objects, int]:
    """Straight links from where streets were cut loose, and how many found no street."""
    touched = []
    for chosen in (dropped, ~dropped):
        at = np.zeros(other.n_nodes, bool)
        at[other.tail[chosen]] = at[other.head[chosen]] = True
        touched.append(at)
    loose = np.flatnonzero(touched[0] & touched[1])
    place = shapely.points(other.x[loose], other.y[loose])
    ground = ours[~_bridged(winner)]
    none: Objects = np.zeros(0, object)
    if not len(loose) or not len(ground):
        return none, len(loose)
    who, which = shapely.STRtree(ground).query_nearest(
        place, max_distance=REACH * match_m, all_matches=True
    )
    order = np.lexsort((which, who))
    first = np.unique(who[order], return_index=True)[1]
    who, which = who[order[first]], which[order[first]]
    links: Objects = shapely.shortest_line(place[who], ground[which])
    return links, len(loose) - len(who)


@dataclass(frozen=True, slots=True, eq=False)
class _Facts:
    """Facts of every line that is noded: the winner's, the other's, the links'."""

    highway: Objects
    private: Bool
    forward: Bool
    backward: Bool
    way_id: I8
    length_m: F8


def _facts(winner: WalkNetwork, other: WalkNetwork, kept: I8, links: int) -> _Facts:
    all_ours = np.arange(winner.n_edges)

    def both(name: str, link: Any) -> Any:
        parts = [getattr(winner, name)[all_ours], getattr(other, name)[kept]]
        return np.concatenate([*parts, np.full(links, link, parts[0].dtype)])

    kind = [np.array(net.kinds, object)[net.kind[rows]]
            for net, rows in ((winner, all_ours), (other, kept))]  # fmt: skip
    return _Facts(
        highway=np.concatenate([*kind, np.full(links, "footway", object)]),
        private=both("private", False),
        forward=both("forward", True),
        backward=both("backward", True),
        way_id=both("way_id", -1),
        length_m=both("length_m", np.nan),
    )


def _edges(
    noded: Noded, which: I8, facts: _Facts, lines: Objects, winner: WalkNetwork,
    other: WalkNetwork,
) -> Edges:  # fmt: skip
    back = to_earth(winner.crs)
    line = which[noded.line]
    lon, lat = back.transform(noded.x, noded.y)
    shape = np.column_stack(back.transform(noded.shape[:, 0], noded.shape[:, 1]))
    owner = np.repeat(np.arange(len(line)), np.diff(noded.shape_start))
    piece = shapely.length(shapely.linestrings(noded.shape, indices=owner))
    extent = shapely.union(winner.extent, other.extent)
    bridged = [np.zeros(0, np.int64) if net.bridged_way is None else net.bridged_way
               for net in (winner, other)]  # fmt: skip
    return Edges(
        node_id=np.arange(1, len(noded.x) + 1),
        lon=np.asarray(lon, float), lat=np.asarray(lat, float),
        tail=noded.tail, head=noded.head,
        forward=facts.forward[line], backward=facts.backward[line],
        private=facts.private[line], highway=facts.highway[line], way_id=facts.way_id[line],
        length_m=facts.length_m[line] * piece / shapely.length(lines)[line],
        shape_start=noded.shape_start, shape=shape.reshape(-1, 2),
        cut=_cut(noded, winner, other),
        extent=shapely.transform(extent, lambda xy: np.column_stack(back.transform(*xy.T))),
        notes={**other.notes, **winner.notes},
        bridged_way=np.union1d(*bridged).astype(np.int64),
    )  # fmt: skip


def _cut(noded: Noded, winner: WalkNetwork, other: WalkNetwork) -> Bool:
    """Nodes where one network's data end and the other's don't go on."""
    cut = np.zeros(len(noded.x), bool)
    place = shapely.points(noded.x, noded.y)
    tree = shapely.STRtree(place)
    for net, beyond in ((winner, other), (other, winner)):
        at = np.flatnonzero(net.exits)
        inside = shapely.contains_xy(beyond.extent, net.x[at], net.y[at])
        at = at[~inside | _exits_near(net, beyond)]
        _, node = tree.query(shapely.points(net.x[at], net.y[at]), predicate="dwithin",
                             distance=NODE_M)  # fmt: skip
        cut[node] = True
    return cut


def _exits_near(net: WalkNetwork, beyond: WalkNetwork) -> Bool:
    """Whether each exit of a network lies beside an exit of the other."""
    at, there = np.flatnonzero(net.exits), np.flatnonzero(beyond.exits)
    points = shapely.points(beyond.x[there], beyond.y[there])
    who, _ = shapely.STRtree(points).query(
        shapely.points(net.x[at], net.y[at]), predicate="dwithin", distance=REACH * MATCH_M
    )
    near = np.zeros(len(at), bool)
    near[who] = True
    return near
