"""Paths to gates that no drawn street passes: a straight one, to the nearest street in sight.

A gate in the middle of a wall lets people through whether or not somebody drew the path.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from greenmap.model.barrier import WALLS, Barriers
from greenmap.model.walk_network import F8, I8, Bool, Objects, WalkNetwork
from greenmap.network.attach import attach, edge_lines, leg_lengths
from greenmap.network.gates import GATE_M
from greenmap.network.split import EDGE_FACTS, split_edges, with_nodes

PATH_M = 100.0
"""Longest path to a gate that is taken for granted."""

_ASIDE_M = 0.6
_THERE_M = 0.5
_KIND = "footway"


def with_gate_paths(network: WalkNetwork, barriers: Barriers) -> tuple[WalkNetwork, I8]:
    """Join gates that no street passes to the streets in sight on both sides of their wall.

    Parameters
    ----------
    network : WalkNetwork
        Before it is cut.
    barriers : Barriers
        Walls and gates, in its CRS.

    Returns
    -------
    network : WalkNetwork
        With a node on the wall for each such gate, and straight paths of at most 100 m that
        cross no barrier; ``notes["gate_paths"]`` counts the gates.
    node : array (j,) int64
        Those nodes.
    """
    gate, foot = _bare_gates(network, barriers)
    none = np.zeros(0, np.int64)
    if not len(gate):
        return network, none
    walls = barriers.wall[np.isin(barriers.wall_kind.astype(str), WALLS)]
    probe = _beside(foot, walls)
    seen = replace(network, barriers=barriers, hurdle=np.zeros(network.n_edges, np.uint8),
                   hurdle_id=np.full(network.n_edges, -1, np.int32))
    table = gpd.GeoDataFrame(geometry=probe, crs=network.crs)
    found = attach(seen, table, limit_m=PATH_M)
    joined = np.flatnonzero(found.attached & ~found.assumed)
    if not len(joined):
        return network, none
    owner, own = np.unique(joined % len(gate), return_inverse=True)
    return _joined(network, foot[owner], found.edge[joined].astype(np.int64),
                   found.fraction[joined], own)


def _bare_gates(network: WalkNetwork, barriers: Barriers) -> tuple[I8, Objects]:
    """Gates on a wall that no street meets, by place, and the points of the wall next to them."""
    walls = barriers.wall[np.isin(barriers.wall_kind.astype(str), WALLS)]
    place = shapely.points(barriers.gate_x, barriers.gate_y)
    if not len(walls) or not len(place):
        return np.zeros(0, np.int64), np.empty(0, object)
    (gate, wall), _ = shapely.STRtree(walls).query_nearest(
        place, max_distance=GATE_M, return_distance=True, all_matches=False)
    foot = shapely.line_interpolate_point(
        walls[wall], shapely.line_locate_point(walls[wall], place[gate]))
    bare = ~_met(network, foot, walls)
    gate, foot = gate[bare], foot[bare]
    order = np.lexsort((shapely.get_y(foot), shapely.get_x(foot)))
    gate, foot = gate[order], foot[order]
    near, other = shapely.STRtree(foot).query(foot, predicate="dwithin", distance=GATE_M)
    twice = np.unique(near[other < near])  # one of several drawn for the same opening
    kept = np.setdiff1d(np.arange(len(gate)), twice)
    return gate[kept], foot[kept]


def _met(network: WalkNetwork, foot: Objects, walls: Objects) -> Bool:
    """Whether a street crosses or ends at a wall within reach of each point."""
    lines = edge_lines(network, np.arange(network.n_edges))
    at, edge = shapely.STRtree(lines).query(foot, predicate="dwithin", distance=GATE_M)
    near = shapely.distance(lines[edge], foot[at]) <= _THERE_M
    tree = shapely.STRtree(walls)
    pair, wall = tree.query(lines[edge], predicate="intersects")
    shared = shapely.intersection(lines[edge[pair]], walls[wall])
    near[pair[shapely.distance(shared, foot[at[pair]]) <= GATE_M]] = True
    return np.isin(np.arange(len(foot)), at[near])


def _beside(foot: Objects, walls: Objects) -> Objects:
    """Points a step off the wall, all on its left, then all on its right."""
    wall = shapely.STRtree(walls).nearest(foot)
    line = walls[wall]
    along, whole = shapely.line_locate_point(line, foot), shapely.length(line)
    ends = [shapely.get_coordinates(shapely.line_interpolate_point(line, np.clip(
        along + d, 0.0, whole))) for d in (-0.1, 0.1)]
    dx, dy = (ends[1] - ends[0]).T
    left = np.column_stack([-dy, dx]) / np.maximum(np.hypot(dx, dy), 1e-9)[:, None]
    xy = shapely.get_coordinates(foot)
    made: Objects = shapely.points(np.concatenate([xy + _ASIDE_M * left, xy - _ASIDE_M * left]))
    return made


def _joined(network: WalkNetwork, foot: Objects, edge: I8, at: F8, own: I8
            ) -> tuple[WalkNetwork, I8]:
    """Split the streets where paths leave them, and lay the paths."""
    inside = np.flatnonzero((at > 0) & (at < 1))
    order = inside[np.lexsort((at[inside], edge[inside]))]
    fresh = np.ones(len(order), bool)
    fresh[1:] = (np.diff(edge[order]) != 0) | (np.diff(at[order]) != 0)
    start = np.where(at <= 0, network.tail[edge], network.head[edge]).astype(np.int64)
    start[order] = network.n_nodes + np.cumsum(fresh) - 1
    grown = split_edges(network, edge[order[fresh]], at[order[fresh]])
    part = np.zeros(len(foot), np.int32)
    part[own] = network.component[network.tail[edge]]
    node = grown.n_nodes + np.arange(len(foot))
    x, y = shapely.get_x(foot), shapely.get_y(foot)
    grown = with_nodes(grown, x, y, part)
    lines = shapely.linestrings(np.stack([
        np.column_stack([grown.x[start], grown.y[start]]), np.column_stack([x, y])[own]], axis=1))
    length_m = leg_lengths(network, shapely.get_point(lines, 0), shapely.get_point(lines, 1))
    kinds = grown.kinds if _KIND in grown.kinds else (*grown.kinds, _KIND)
    many = len(own)
    new: dict[str, Any] = {"forward": np.ones(many, bool), "backward": np.ones(many, bool),
                           "kind": np.full(many, kinds.index(_KIND), np.uint8),
                           "private": network.private[edge], "way_id": np.full(many, -1)}
    facts: dict[str, Any] = {
        name: np.concatenate([getattr(grown, name), new[name]]) for name in EDGE_FACTS}
    if grown.hurdle is not None and grown.hurdle_id is not None:
        facts["hurdle"] = np.append(grown.hurdle, np.zeros(many, np.uint8))
        facts["hurdle_id"] = np.append(grown.hurdle_id, np.full(many, -1, np.int32))
    made = replace(
        grown, **facts, kinds=kinds,
        tail=np.concatenate([grown.tail, start]).astype(np.uint32),
        head=np.concatenate([grown.head, node[own]]).astype(np.uint32),
        length_m=np.concatenate([grown.length_m, length_m]),
        shape_start=np.concatenate([grown.shape_start,
                                    grown.shape_start[-1] + 2 * np.arange(1, many + 1)]),
        shape_xy=np.concatenate([grown.shape_xy, shapely.get_coordinates(lines)]),
        notes={**network.notes, "gate_paths": len(foot)},
    )
    return made, node
