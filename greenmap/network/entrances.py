"""Entrances of large places: where a visitor gets into a park, school, hospital or market.

A place given as an area has no one point. By order: surveyed gates, entrances tagged in the
street file, points where a public path enters it, the point of its edge nearest the streets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from greenmap.model.barrier import Barriers
from greenmap.model.walk_network import F8, I8, Bool, Objects, WalkNetwork
from greenmap.network.attach import edge_lines
from greenmap.network.hurdles import CLOSED, RESIDENTS, WALL

GATE_M = 5.0
"""A surveyed gate belongs to the areas whose edge is at most this near."""

TAGGED_M = 0.5
"""A tagged entrance is a node of the outline; this allows for rounding."""

APART_M = 10.0
"""Entrances of one area closer than this are one."""

RULES = ("surveyed", "tagged", "path", "nearest", "point")
"""How an entrance was found, surest first."""

_DEPTH_M = 0.1
"""A path that gets no farther in than this runs along the edge."""

Found = tuple[I8, Objects]
"""Area numbers, and a point for each."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sites:
    """Areas in the network's CRS: rows of the table, outer edges, ground well inside."""

    row: I8
    edge: Objects
    inside: Objects


def find_entrances(
    amenities: gpd.GeoDataFrame,
    network: WalkNetwork,
    *,
    tagged: gpd.GeoDataFrame | None = None,
    gates: gpd.GeoDataFrame | None = None,
    bridges: npt.ArrayLike = (),
) -> gpd.GeoDataFrame:
    """Give every place that is an area the points where one gets in.

    Parameters
    ----------
    amenities : GeoDataFrame
        Points and areas, any CRS; index ``amenity_id``.
    network : WalkNetwork
        Streets; those for residents only lead no visitor in.
    tagged : GeoDataFrame of points, optional
        Entrances of the street file; those on an outline are taken.
    gates : GeoDataFrame of points, optional
        Surveyed gates; those within 5 m of an outline are taken. One whose
        ``access`` is ``closed`` or ``residents`` isn't. Default: those of the
        network's barriers.
    bridges : array of int, optional
        ``way_id`` of bridges and tunnels: they enter only areas they end in.
        The network doesn't hold this; without it every way counts.

    Returns
    -------
    GeoDataFrame of points
        One row an entrance, in the CRS given; all else of a row, such as
        ``place_id`` and ``area_m2``, is repeated. The entrances of area X are
        X, X@2, X@3 ... along its edge from the vertex of least x, then y. New
        column ``entrance_rule``: one of :data:`RULES`, ``"point"`` for what
        is no area.

    Notes
    -----
    Of an area only the best rule that finds anything is used. A path counts
    where it crosses the edge and goes on inside, and where it ends on the
    edge; one that runs along the edge doesn't, nor one that a wall or a gate
    not open to all stops there. Holes have no edge here.
    """
    shapes = amenities.geometry.to_crs(network.crs).to_numpy()
    sites = _sites(shapes)
    rule = np.full(len(sites.row), -1, np.int8)
    parts: list[Found] = []
    for number, found in enumerate(_by_rule(sites, network, tagged, gates, bridges, rule)):
        fresh = rule[found[0]] < 0
        parts.append((found[0][fresh], found[1][fresh]))
        rule[found[0][fresh]] = number
    kept, points = _apart(sites, *_joined(parts))
    return _table(amenities, sites.row[kept], points, rule[kept], network.crs)


def _sites(shapes: Objects) -> _Sites:
    row = np.flatnonzero(np.isin(shapely.get_type_id(shapes), (3, 6)) & (shapely.area(shapes) > 0))
    # normalize: rings start at their lowest vertex and run the same way, however they were drawn
    part, of = shapely.get_parts(shapely.normalize(shapes[row]), return_index=True)
    rings = shapely.get_exterior_ring(part)
    filled = shapely.multipolygons(shapely.polygons(rings), indices=of)
    return _Sites(
        row.astype(np.int64),
        shapely.multilinestrings(rings, indices=of),
        shapely.buffer(filled, -_DEPTH_M, quad_segs=1),
    )


def _by_rule(
    sites: _Sites,
    network: WalkNetwork,
    tagged: gpd.GeoDataFrame | None,
    gates: gpd.GeoDataFrame | None,
    bridges: npt.ArrayLike,
    rule: npt.NDArray[np.int8],
) -> Iterator[Found]:
    """Yield what each rule finds; `rule` is filled in meanwhile."""
    if gates is None and network.barriers is not None:
        gates = _surveyed(network.barriers)
    if gates is not None and "access" in gates:
        gates = gates[~gates["access"].isin(["closed", "residents"])]
    yield _on_edge(sites, gates, network, GATE_M)
    yield _on_edge(sites, tagged, network, TAGGED_M)
    public = (network.forward | network.backward) & ~network.private
    over = np.isin(network.way_id, np.asarray(bridges, np.int64))
    yield _where_paths_enter(sites, network, public, over)
    yield _nearest(sites, network, np.flatnonzero(public & ~over), np.flatnonzero(rule < 0))


def _surveyed(barriers: Barriers) -> gpd.GeoDataFrame:
    rows = barriers.gate_source == "surveyed"
    place = shapely.points(barriers.gate_x[rows], barriers.gate_y[rows])
    access = {"access": barriers.gate_access[rows]}
    return gpd.GeoDataFrame(access, geometry=place, crs=barriers.crs)


def _on_edge(
    sites: _Sites, points: gpd.GeoDataFrame | None, network: WalkNetwork, within_m: float
) -> Found:
    if points is None or points.empty:
        return _nothing()
    place = points.geometry.to_crs(network.crs).to_numpy()
    place = place[~(shapely.is_empty(place) | shapely.is_missing(place))]
    which, of = shapely.STRtree(sites.edge).query(place, predicate="dwithin", distance=within_m)
    return of.astype(np.int64), place[which]


def _where_paths_enter(sites: _Sites, network: WalkNetwork, public: Bool, over: Bool) -> Found:
    may = np.flatnonzero(public)
    lines = edge_lines(network, may)
    of, which = shapely.STRtree(lines).query(sites.edge, predicate="intersects")
    enters = shapely.intersects(lines[which], sites.inside[of])
    bridge = np.flatnonzero(enters & over[may[which]])
    enters[bridge] = _ends_inside(network, may[which[bridge]], sites.inside[of[bridge]])
    of, which = of[enters], which[enters]
    meet, pair = shapely.get_parts(
        shapely.intersection(lines[which], sites.edge[of]), return_index=True
    )
    along = shapely.get_dimensions(meet) == 1  # an edge that shares a stretch, then turns in
    points = np.concatenate(
        [meet[~along], shapely.get_point(meet[along], 0), shapely.get_point(meet[along], -1)]
    )
    owner = np.concatenate([of[pair[~along]], of[pair[along]], of[pair[along]]])
    dead_end = shapely.points(*_dead_ends(network, public & ~over))
    which, at = shapely.STRtree(sites.edge).query(dead_end, predicate="dwithin", distance=TAGGED_M)
    owner = np.concatenate([owner, at]).astype(np.int64)
    points = np.concatenate([points, dead_end[which]])
    free = ~_stopped(network, points)
    return owner[free], points[free]


def _stopped(network: WalkNetwork, points: Objects) -> Bool:
    """Whether a wall, or a gate not open to all, stands across the path at each point."""
    result = np.zeros(len(points), bool)
    if network.hurdle is not None:
        node = network.tail[np.isin(network.hurdle, (WALL, CLOSED, RESIDENTS))]
        across = shapely.STRtree(shapely.points(network.x[node], network.y[node]))
        result[across.query(points, predicate="dwithin", distance=TAGGED_M)[0]] = True
    return result


def _ends_inside(network: WalkNetwork, edge: I8, inside: Objects) -> Bool:
    """Whether the way of each edge has an end inside an area: else it only passes over it."""
    result = np.zeros(len(edge), bool)
    for way in np.unique(network.way_id[edge]):
        own = np.flatnonzero(network.way_id == way)
        node, times = np.unique(
            np.concatenate([network.tail[own], network.head[own]]), return_counts=True
        )
        ends = node[times == 1]
        here = network.way_id[edge] == way
        stops = shapely.multipoints(np.column_stack([network.x[ends], network.y[ends]]))
        result[here] = shapely.intersects(inside[here], stops)
    return result


def _dead_ends(network: WalkNetwork, usable: Bool) -> tuple[F8, F8]:
    touched = np.concatenate([network.tail, network.head])
    degree = np.bincount(touched, minlength=network.n_nodes)
    open_ = np.bincount(touched[np.tile(usable, 2)], minlength=network.n_nodes)
    node = (degree == 1) & (open_ == 1)
    return network.x[node], network.y[node]


def _nearest(sites: _Sites, network: WalkNetwork, may: I8, left: I8) -> Found:
    """The point of each edge nearest the streets; of equally near streets the lowest."""
    if not len(may) or not len(left):
        return _nothing()
    lines = edge_lines(network, may)
    of, which = shapely.STRtree(lines).query_nearest(sites.edge[left], all_matches=True)
    order = np.lexsort((which, of))
    of, which = of[order], which[order]
    first = np.concatenate([[True], of[1:] != of[:-1]])[: len(of)]
    joining = shapely.shortest_line(sites.edge[left[of[first]]], lines[which[first]])
    return left[of[first]], shapely.get_point(joining, 0)


def _nothing() -> Found:
    return np.empty(0, np.int64), np.empty(0, object)


def _joined(parts: list[Found]) -> Found:
    of, points = zip(*parts, strict=True)
    return np.concatenate(of), np.concatenate(points)


def _apart(sites: _Sites, of: I8, points: Objects) -> Found:
    """Put entrances in the order of the edge, and leave out those next to another."""
    x, y = shapely.get_x(points), shapely.get_y(points)
    along = shapely.line_locate_point(sites.edge[of], points)
    order = np.lexsort((y, x, along, of))
    kept: list[int] = []
    start = 0  # of the area's own in `kept`
    for k in order.tolist():
        if kept and of[kept[-1]] != of[k]:
            start = len(kept)
        near = kept[start:]
        if not near or np.hypot(x[near] - x[k], y[near] - y[k]).min() >= APART_M:
            kept.append(k)
    return of[kept], points[kept]


def _table(
    amenities: gpd.GeoDataFrame, row: I8, points: Objects, rule: npt.NDArray[Any], crs: str
) -> gpd.GeoDataFrame:
    """Lay out the rows: those of areas once an entrance, all others as they are."""
    rest = np.setdiff1d(np.arange(len(amenities)), row)
    source = np.concatenate([row, rest])
    order = np.argsort(source, kind="stable")
    source = source[order]
    number = np.arange(len(source)) - np.searchsorted(source, source)
    shapes = amenities.geometry.to_numpy()[rest]
    there = ~shapely.is_missing(shapes)
    lone = there & (shapely.get_type_id(shapes) != 0)
    shapes[lone] = shapely.point_on_surface(shapes[lone])
    found = gpd.GeoSeries(points, crs=crs).to_crs(amenities.crs).to_numpy()
    names = np.array(RULES, object)[np.concatenate([rule, np.full(len(rest), 4)]).astype(int)]
    table = amenities.iloc[source].copy()
    table[table.geometry.name] = gpd.GeoSeries(
        np.concatenate([found, shapes])[order], index=table.index, crs=amenities.crs
    )
    table.index = pd.Index(
        [f"{key}@{k + 1}" if k else key
         for key, k in zip(table.index.tolist(), number.tolist(), strict=True)],
        name=amenities.index.name,
    )
    table["entrance_rule"] = names[order]
    table.attrs = dict(amenities.attrs)
    return table
