"""Put homes and places on the street: each joins the nearest edge, by the shortest straight leg.

Who is not attached stays in the result with the reason. Nothing is moved: the leg from the
point to the street is walked like any street.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod, Transformer

from greenmap.errors import CrsError, NetworkError
from greenmap.model.attachment import Attachment
from greenmap.model.walk_network import (
    ADDED_WAY,
    F8,
    I4,
    I8,
    Bool,
    Objects,
    WalkNetwork,
)
from greenmap.network.ground import is_gate, own_gates
from greenmap.network.sight import Sight, candidates, gate_sides

GEOD = Geod(ellps="WGS84")
_PLANE_SLACK = 1.01
"""A plane system measures up to 0.4 % short or long; the limit is tested on the ellipsoid."""


def attach(
    network: WalkNetwork,
    points: gpd.GeoDataFrame,
    *,
    limit_m: float = 100.0,
    public_only: bool = False,
    edges: npt.NDArray[np.bool_] | None = None,
) -> Attachment:
    """Join points to their nearest edge; of equally near edges the lowest numbered.

    Where barriers are known, the nearest edge that can be seen is joined: the leg crosses no
    wall, railway or water. From a point that sees none the nearest edge is taken, and marked
    *assumed*. Cuts at walls aren't joined, only gates that no street reaches from one side.
    Who lives in a compound and sees no street within reach, or a gate first, walks straight to
    any of its gates, however far: the straight line is the least the ground there asks.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    points : geopandas.GeoDataFrame
        Homes or entrances, any CRS. Where a column ``node`` holds a node id, that node is
        taken and nothing is measured.
    limit_m : float, metres
        Longest leg; the limit itself still counts.
    public_only : bool
        Leave out edges for residents only.
    edges : array (m,) bool, optional
        Edges that may be joined; default all. Links the planner added are joined only by who
        finds no other street within the limit.

    Returns
    -------
    Attachment
        One row a point, in their order. A point without location and node is
        ``"no_location"``; one beyond the limit is ``"outside_data"`` if it lies outside the
        network's extent, else ``"too_far"``.

    Raises
    ------
    CrsError
        `points` has no CRS.
    NetworkError
        A ``node`` isn't in the network.
    """
    added = network.way_id <= ADDED_WAY
    if added.any():
        own = np.ones(network.n_edges, bool) if edges is None else edges
        if (own & added).any() and (own & ~added).any():
            return _streets_first(network, points, own, added, limit_m, public_only)
    count = len(points)
    node = _given_nodes(network, points)
    edge = np.full(count, -1, np.int32)
    fraction, leg_m = np.zeros(count), np.where(node >= 0, 0.0, np.nan)
    status, assumed = np.full(count, "no_location", object), np.zeros(count, bool)
    status[node >= 0] = "node"
    place = _in_plane(network, points, node)
    more: tuple[I4, I4, F8] = (node[:0], node[:0], leg_m[:0])
    searched = np.flatnonzero(~shapely.is_empty(place) & ~shapely.is_missing(place))
    may = _may_join(network, public_only=public_only, edges=edges)
    status[searched] = "no_street"
    if len(may) and len(searched):
        join = _nearest if network.barriers is None else _nearest_seen
        found = join(network, place[searched], may, limit_m)
        edge[searched], fraction[searched], leg_m[searched], assumed[searched] = found
        status[searched] = "edge"
        far = searched[leg_m[searched] > limit_m]
        outside = ~shapely.contains(_ready(network.extent), place[far])
        status[far] = np.where(outside, "outside_data", "too_far")
        edge[far], fraction[far], assumed[far] = -1, 0.0, False
        if network.barriers is not None and not public_only:
            at_gate = is_gate(network)[edge[searched]] & (edge[searched] >= 0)
            lost = searched[assumed[searched] | (edge[searched] < 0) | at_gate]
            who, gate, end = own_gates(network, place[lost], may)
            own = lost[who]
            foot = shapely.line_interpolate_point(edge_lines(network, gate), 0.0)
            legs = leg_lengths(network, place[own], foot)
            further = np.append(False, own[1:] == own[:-1])[: len(own)]
            first = ~further
            edge[own[first]], fraction[own[first]] = gate[first], end[first]
            status[own], assumed[own], leg_m[own[first]] = "edge", False, legs[first]
            inner = np.where(end == 0, network.tail[gate], network.head[gate])
            more = own[further].astype(np.int32), inner[further].astype(np.int32), legs[further]
            order = np.argsort(more[0], kind="stable")
            more = more[0][order], more[1][order], more[2][order]
    return Attachment(points.index.to_numpy(object), edge, fraction, node, leg_m, status, assumed,
                      *more)


def _streets_first(
    network: WalkNetwork, points: gpd.GeoDataFrame, own: Bool, added: Bool, limit_m: float,
    public_only: bool,
) -> Attachment:  # fmt: skip
    """Join the streets that were there, and added links only where none is within reach."""
    about: dict[str, Any] = {"limit_m": limit_m, "public_only": public_only}
    first = attach(network, points, edges=own & ~added, **about)
    lost = np.flatnonzero(~first.attached & (first.status != "no_location"))
    if not len(lost):
        return first
    second = attach(network, points.iloc[lost], edges=own & added, **about)
    found, at = lost[second.attached], second.attached
    taken: dict[str, Any] = {}
    for name in ("edge", "fraction", "leg_m", "status", "assumed"):
        values = getattr(first, name).copy()
        values[found] = getattr(second, name)[at]
        taken[name] = values
    return replace(first, **taken)


def _given_nodes(network: WalkNetwork, points: gpd.GeoDataFrame) -> I4:
    node = np.full(len(points), -1, np.int32)
    if "node" not in points.columns:
        return node
    given = points["node"]
    there = given.notna().to_numpy()
    wanted = _as_ids(given[there], network.node_id)
    node[there] = pd.Index(network.node_id).get_indexer(pd.Index(wanted)).astype(np.int32)
    lost = np.flatnonzero(there & (node < 0))
    if len(lost):
        raise NetworkError(
            "network.node_unknown",
            count=len(lost),
            first=", ".join(str(given.iloc[k]) for k in lost[:3]),
            rows=", ".join(str(points.index[k]) for k in lost[:3]),
            source=network.source,
        )
    return node


def _as_ids(given: pd.Series, node_id: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Bring node ids to the network's type; a column with gaps arrives as float or text."""
    if node_id.dtype == object:
        return given.astype(str).to_numpy(object)
    number = pd.to_numeric(given, errors="coerce")
    return np.where(number.isna(), -1, number.fillna(-1)).astype(np.int64)


def _in_plane(network: WalkNetwork, points: gpd.GeoDataFrame, node: I4) -> Objects:
    place: Objects = np.full(len(points), None, object)
    if (node >= 0).all():
        return place
    if points.crs is None:
        raise CrsError("network.points_no_crs")
    place[:] = points.geometry.to_crs(network.crs).to_numpy()
    place[node >= 0] = None
    return place


def _may_join(network: WalkNetwork, *, public_only: bool, edges: Bool | None) -> I8:
    may = network.forward | network.backward
    if public_only:
        may = may & ~network.private
    if edges is not None:
        may = may & edges
    return np.flatnonzero(may)


def _nearest(
    network: WalkNetwork, place: Objects, may: I8, limit_m: float
) -> tuple[I8, F8, F8, Bool]:
    """Return edge, fraction along it and leg of each point, and that nothing is assumed."""
    lines = edge_lines(network, may)
    tree = shapely.STRtree(lines)
    joined = np.full(len(place), -1, np.int64)
    for reach in (limit_m * _PLANE_SLACK, None):  # the far ones are few: measured for the report
        left = np.flatnonzero(joined < 0)
        who, which = tree.query_nearest(place[left], max_distance=reach, all_matches=True)
        first = np.lexsort((which, who))
        who, which = who[first], which[first]
        once = np.concatenate([[True], who[1:] != who[:-1]])[: len(who)]
        joined[left[who[once]]] = which[once]
    fraction = _fraction(lines[joined], place)
    foot = shapely.line_interpolate_point(lines[joined], fraction, normalized=True)
    return may[joined], fraction, leg_lengths(network, place, foot), np.zeros(len(place), bool)


def _fraction(lines: Objects, place: Objects) -> F8:
    fraction = shapely.line_locate_point(lines, place, normalized=True)
    return np.where(np.isfinite(fraction), fraction, 0.0)  # an edge of no length


def _nearest_seen(
    network: WalkNetwork, place: Objects, may: I8, limit_m: float
) -> tuple[I8, F8, F8, Bool]:
    """Return edge, fraction and leg of each point, and whether the leg crosses a barrier."""
    side = gate_sides(network)[may]
    assert network.hurdle is not None
    kept = (network.hurdle[may] == 0) | (side != 0)
    may, side = may[kept], side[kept]
    edge, fraction, leg_m, assumed = _nearest(network, place, may, limit_m)
    lines = edge_lines(network, may)
    tree, sight = shapely.STRtree(lines), Sight(network)

    def seen(who: I8, which: I8) -> Bool:
        at = _fraction(lines[which], place[who])
        return sight.free(place[who], lines[which], at, side[which])

    near = np.flatnonzero(leg_m <= limit_m)
    position = np.searchsorted(may, edge)
    assumed[near] = ~seen(near, position[near])
    hidden = np.flatnonzero(assumed)
    who, which, rank = candidates(place[hidden], tree, lines, limit_m / _PLANE_SLACK)
    low = 0
    while (rank >= low).any():  # a few at a time: most see the next street
        high = 2 * low + 2
        now = (rank >= low) & (rank < high) & assumed[hidden[who]]
        a, b = hidden[who[now]], which[now]
        free = seen(a, b)
        a, first = np.unique(a[free], return_index=True)
        position[a], assumed[a] = b[free][first], False
        low = high
    fraction = _fraction(lines[position], place)
    fraction[side[position] < 0] = 1.0
    foot = shapely.line_interpolate_point(lines[position], fraction, normalized=True)
    leg_m = leg_lengths(network, place, foot)
    return may[position], fraction, leg_m, assumed


def leg_lengths(network: WalkNetwork, place: Objects, foot: Objects) -> F8:
    """Measure straight legs on the ellipsoid, like the streets: metres, one a pair of points."""
    back = to_earth(network.crs)
    a = back.transform(shapely.get_x(place), shapely.get_y(place))
    b = back.transform(shapely.get_x(foot), shapely.get_y(foot))
    _, _, leg_m = GEOD.inv(*a, *b)
    return np.asarray(leg_m, float)


@lru_cache(maxsize=4)
def to_earth(crs: str) -> Transformer:
    """Return the way from a plane system back to degrees."""
    return Transformer.from_crs(crs, "EPSG:4326", always_xy=True)


def _ready(area: shapely.Polygon) -> shapely.Polygon:
    shapely.prepare(area)
    return area


def edge_lines(network: WalkNetwork, which: I8) -> Objects:
    """Return the polylines of some edges.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    which : array (j,) int64
        Edge positions.

    Returns
    -------
    array (j,) of shapely.LineString
        In the network's CRS.
    """
    lines = _drawn(network)
    fresh = np.unique(which[shapely.is_missing(lines[which])])
    if len(fresh):
        start = network.shape_start
        counts = (start[1:] - start[:-1])[fresh]
        first = np.concatenate([[0], np.cumsum(counts)])
        rows = np.arange(first[-1]) + np.repeat(start[:-1][fresh] - first[:-1], counts)
        line = np.repeat(np.arange(len(fresh)), counts)
        lines[fresh] = shapely.linestrings(network.shape_xy[rows], indices=line)
    asked: Objects = lines[which]
    return asked


@lru_cache(maxsize=2)
def _drawn(network: WalkNetwork) -> Objects:
    """Polylines by edge, made when first asked for: many questions ask for the same."""
    return np.full(network.n_edges, None, object)
