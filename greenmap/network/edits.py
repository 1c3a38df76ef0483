"""Links added to a street network or removed from it by the planner, each with what it did.

A removed link stays in the network but is walked by nobody. An added link joins the streets it
crosses, and those its ends lie near. Who was attached to a street stays there: only who had no
street within reach joins an added link, so adding one never lengthens a walk.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.ops
from pyproj import Geod

from greenmap.engine.components import components
from greenmap.model.walk_network import ADDED_WAY, F8, I8, Bool, Objects, WalkNetwork
from greenmap.network.attach import edge_lines, to_earth
from greenmap.network.digest import content_digest
from greenmap.network.merging import matched_length
from greenmap.network.noding import NODE_M
from greenmap.network.split import split_edges, with_nodes

REACH_M = 20.0
"""Ends of an added link join a street this near, by a straight piece."""

ALONG_M = 12.0
"""A street this near a line that removes it, and in its direction, is meant."""

_MOST = 0.75


@dataclass(frozen=True, slots=True)
class _Done:
    """What became of one row: whether it was done, why not, metres, streets joined or removed."""

    done: bool
    reason: str
    metres: float = 0.0
    streets: int = 0


def apply_edits(network: WalkNetwork, edits: gpd.GeoDataFrame) -> WalkNetwork:
    """Add and remove links, row by row in their order.

    Parameters
    ----------
    network : WalkNetwork
        Before walls, terrain, waits and widths.
    edits : GeoDataFrame
        From :func:`greenmap.read.edits.read_edits`: columns action, highway, level.

    Returns
    -------
    WalkNetwork
        ``edit_log`` says of every row what it did, or why it did nothing: index ``edit_id``;
        columns action, done, reason, metres, streets, name, note.
    """
    rows = []
    lines = edits.geometry.to_crs(network.crs).to_numpy()
    for number, action in enumerate(edits["action"]):
        if action == "remove":
            network, done = _remove(network, lines[number])
        else:
            highway, level = str(edits["highway"].iloc[number]), int(edits["level"].iloc[number])
            network, done = _add(network, lines[number], highway, ADDED_WAY - number, level)
        rows.append((action, done.done, done.reason, round(done.metres, 1), done.streets))
    log = pd.DataFrame(rows, index=edits.index,
                       columns=["action", "done", "reason", "metres", "streets"])  # fmt: skip
    log[["name", "note"]] = edits[["name", "note"]].to_numpy(object)
    walked = network.forward | network.backward
    part = components(network.n_nodes, network.tail[walked], network.head[walked])
    edited = replace(network, component=part, edit_log=log)
    return replace(edited, digest=content_digest(edited))


def _remove(network: WalkNetwork, line: shapely.LineString) -> tuple[WalkNetwork, _Done]:
    """Close the streets along a line; cut where it begins and ends beside one."""
    network = _cut_at_ends(network, line)
    shapes = edge_lines(network, np.arange(network.n_edges))
    near = shapely.STRtree(shapes).query(line, predicate="dwithin", distance=ALONG_M)
    near = np.sort(near[(network.forward | network.backward)[near]])
    target: Objects = np.array([line], object)
    matched, length = matched_length(target, shapes[near], ALONG_M)
    hit = near[matched >= _MOST * np.maximum(length, NODE_M)]
    if not len(hit):
        return network, _Done(False, "nothing_along" if not len(near) else "other_direction")
    forward, backward = network.forward.copy(), network.backward.copy()
    forward[hit] = backward[hit] = False
    closed = replace(network, forward=forward, backward=backward)
    return closed, _Done(True, "removed", float(network.length_m[hit].sum()), len(hit))


def _cut_at_ends(network: WalkNetwork, line: shapely.LineString) -> WalkNetwork:
    """Split the streets a line runs along where its ends lie."""
    for end in (0, -1):
        place = shapely.get_point(line, end)
        shapes = edge_lines(network, np.arange(network.n_edges))
        near = np.sort(shapely.STRtree(shapes).query(place, predicate="dwithin", distance=ALONG_M))
        beside, length = matched_length(np.array([line], object), shapes[near], ALONG_M)
        near = near[(beside > NODE_M) & (beside < _MOST * length)]
        at = shapely.line_locate_point(shapes[near], place)
        whole = shapely.length(shapes[near])
        inside = (at > 1.0) & (at < whole - 1.0)
        if inside.any():
            network = split_edges(network, near[inside], (at / np.maximum(whole, NODE_M))[inside])
    return network


def _add(
    network: WalkNetwork, line: shapely.LineString, highway: str, way: int, level: int
) -> tuple[WalkNetwork, _Done]:
    """Lay a link, joined to the streets at its ends and, on the ground, where it crosses them."""
    may = np.flatnonzero(network.forward | network.backward)
    shapes = edge_lines(network, may)
    line, joined = _reaching(line, shapes)
    if not joined.any():
        return network, _Done(False, "no_street_near")
    which = np.sort(shapely.STRtree(shapes).query(line, predicate="dwithin", distance=NODE_M))
    ground = ~np.isin(
        network.way_id[may[which]], () if network.bridged_way is None else network.bridged_way
    )
    which = which[ground]
    if not len(which):
        return network, _Done(False, "no_street_near")
    edge, at, along = _meetings(line, shapes[which], may[which])
    if level:
        bridged = () if network.bridged_way is None else network.bridged_way
        network = replace(network, bridged_way=np.union1d(bridged, [way]).astype(np.int64))
        end = (along <= NODE_M) | (along >= line.length - NODE_M)
        edge, at, along = edge[end], at[end], along[end]
    network, node = _split(network, edge, at)
    stops = pd.DataFrame({"along": along, "node": node}).sort_values(["along", "node"])
    pieces, network = _stops(network, line, stops)
    if not len(pieces):
        return network, _Done(False, "there_already")
    grown = _with_links(network, line, pieces, highway, way)
    metres = float(grown.length_m[network.n_edges:].sum())
    reason = "added" if joined.all() else "added_one_end"
    return grown, _Done(True, reason, metres, len(np.unique(node)))


def _reaching(line: shapely.LineString, shapes: Objects) -> tuple[shapely.LineString, Bool]:
    """Draw each end out to the street nearest to it, if one is near; and say which were."""
    xy = shapely.get_coordinates(line)
    tree, joined = shapely.STRtree(shapes), np.zeros(2, bool)
    ends = shapely.points(xy[[0, -1]])
    for k, place in enumerate(ends):
        near = np.sort(tree.query_nearest(place, max_distance=REACH_M))
        if len(near):
            joined[k] = True
            foot = shapely.get_coordinates(shapely.shortest_line(place, shapes[near[0]]))[1:]
            xy = np.concatenate([foot, xy]) if k == 0 else np.concatenate([xy, foot])
    return shapely.remove_repeated_points(shapely.LineString(xy), NODE_M), joined


def _meetings(line: shapely.LineString, shapes: Objects, edge: I8) -> tuple[I8, F8, F8]:
    """Edges met, where along each (fraction), and where along the link (metres)."""
    shared = shapely.intersection(shapes, line)
    close = shapely.is_empty(shared)
    shared[close] = shapely.get_point(shapely.shortest_line(shapes[close], line), 0)
    xy, which = shapely.get_coordinates(shared, return_index=True)
    place = shapely.points(xy)
    at = shapely.line_locate_point(shapes[which], place, normalized=True)
    return edge[which], at, shapely.line_locate_point(line, place)


def _split(network: WalkNetwork, edge: I8, at: F8) -> tuple[WalkNetwork, I8]:
    """Split edges, and return the node of each meeting."""
    whole = shapely.length(edge_lines(network, edge))
    low, high = at * whole <= NODE_M, (1 - at) * whole <= NODE_M
    node = np.where(low, network.tail[edge], network.head[edge]).astype(np.int64)
    inside = np.flatnonzero(~low & ~high)
    if not len(inside):
        return network, node
    order = inside[np.lexsort((at[inside], edge[inside]))]
    fresh = np.ones(len(order), bool)
    run = (at * whole)[order]
    fresh[1:] = (np.diff(edge[order]) != 0) | (np.diff(run) > NODE_M)
    node[order] = network.n_nodes + np.cumsum(fresh) - 1
    return split_edges(network, edge[order[fresh]], at[order[fresh]]), node


def _stops(
    network: WalkNetwork, line: shapely.LineString, stops: pd.DataFrame
) -> tuple[list[tuple[float, float, int, int]], WalkNetwork]:
    """Pieces of a link from node to node; an end that joins nothing gets a node of its own."""
    along, node = stops["along"].tolist(), stops["node"].tolist()
    free = [at for at in (0.0, line.length) if all(abs(at - one) > NODE_M for one in along)]
    if free:
        xy = shapely.get_coordinates(shapely.line_interpolate_point(line, free))
        part = np.full(len(free), network.component[node[0]])
        network = with_nodes(network, xy[:, 0], xy[:, 1], part)
        for k, at in enumerate(free):
            along.append(at)
            node.append(network.n_nodes - len(free) + k)
    rows = sorted(zip(along, node, strict=True))
    pieces = [(a, b, m, n) for (a, m), (b, n) in zip(rows, rows[1:], strict=False)
              if m != n and b - a > NODE_M]  # fmt: skip
    return pieces, network


def _with_links(
    network: WalkNetwork, line: shapely.LineString, pieces: list[Any], highway: str, way: int
) -> WalkNetwork:
    """Append a link's pieces behind the other edges."""
    low, high, tail, head = (np.array(v) for v in zip(*pieces, strict=True))
    shapes = [shapely.get_coordinates(shapely.ops.substring(line, a, b))
              for a, b in zip(low, high, strict=True)]  # fmt: skip
    for k, xy in enumerate(shapes):
        xy[0] = network.x[tail[k]], network.y[tail[k]]
        xy[-1] = network.x[head[k]], network.y[head[k]]
    lon_lat = [np.column_stack(to_earth(network.crs).transform(*xy.T)) for xy in shapes]
    geod = Geod(ellps="WGS84")
    length = [geod.line_length(*at.T) for at in lon_lat]
    kinds = network.kinds if highway in network.kinds else (*network.kinds, highway)
    many, both = len(pieces), np.ones(len(pieces), bool)
    ends = network.shape_start[-1] + np.cumsum([len(xy) for xy in shapes])
    more: dict[str, Any] = {
        "tail": tail, "head": head, "length_m": length, "forward": both, "backward": both,
        "kind": np.full(many, kinds.index(highway)), "private": ~both,
        "way_id": np.full(many, way), "shape_start": ends,
    }  # fmt: skip
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(network, name), values]).astype(getattr(network, name).dtype)
        for name, values in more.items()
    }
    return replace(network, kinds=kinds, shape_xy=np.concatenate([network.shape_xy, *shapes]),
                   **joined)  # fmt: skip
