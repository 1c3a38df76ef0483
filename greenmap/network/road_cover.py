"""Which communities a layer of roads covers: where it holds none, nothing is known, not lacking."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from greenmap.model.walk_network import F8, Bool, Objects

BESIDE_M = 150.0
"""Ground this near a road counts as covered by the layer of roads."""

LEAST_SHARE = 0.25
"""A community is covered if at least this share of its area is."""

EDGE_M = 60.0
"""Junctions this near a community without roads may lead into it."""

GAP_M = 500.0
"""Ground open to the outside and this far from roads on every side holds no data."""

CELL_M = 100.0
"""Grain of the ground on which roads are looked for."""

RIM_M = 200.0
"""Junctions this near the rim of the ground with roads may lead out of it."""


def bare_communities(areas: Objects, lines: Objects) -> Bool:
    """Say which communities a layer of roads leaves out.

    Parameters
    ----------
    areas : array (c,) of shapely polygons
        In metres.
    lines : array (l,) of shapely.LineString
        Roads, in the same system.

    Returns
    -------
    array (c,) bool
        Less than a quarter of its area lies within 150 m of a road.

    Examples
    --------
    >>> areas = np.array([shapely.box(0, 0, 300, 300), shapely.box(900, 0, 1200, 300)])
    >>> bare_communities(areas, np.array([shapely.LineString([(0, 150), (300, 150)])])).tolist()
    [False, True]
    """
    tree = shapely.STRtree(lines)
    area, line = tree.query(areas, predicate="dwithin", distance=BESIDE_M)
    covered: F8 = np.zeros(len(areas))
    for k in np.unique(area):
        near = shapely.clip_by_rect(
            lines[line[area == k]], *shapely.buffer(areas[k], BESIDE_M).bounds
        )
        beside = shapely.unary_union(shapely.buffer(near, BESIDE_M, quad_segs=2))
        covered[k] = shapely.area(shapely.intersection(beside, areas[k]))
    whole = np.maximum(shapely.area(areas), 1e-9)
    return np.asarray(covered / whole < LEAST_SHARE, bool)


def data_extent(
    communities: gpd.GeoDataFrame | None, lines: Objects, crs: str
) -> tuple[shapely.Geometry, shapely.Geometry]:
    """Return where a layer of roads holds data, and the ground of the communities it leaves out.

    Parameters
    ----------
    communities : GeoDataFrame, optional
        Any CRS.
    lines : array (l,) of shapely.LineString
        Roads, metres.
    crs : str
        Their system.

    Returns
    -------
    extent, left_out : shapely.Geometry
        The ground with roads without the communities left out; those communities.
    """
    hull = _ground(lines)
    if communities is None:
        return hull, shapely.Polygon()
    areas = communities.geometry.to_crs(crs).to_numpy()
    left_out = shapely.unary_union(areas[bare_communities(areas, lines)])
    return shapely.difference(hull, left_out), left_out


def _ground(lines: Objects) -> shapely.Geometry:
    """The ground with roads: what they enclose, and bays up to a kilometre wide.

    A file of roads doesn't say where its data end. Their convex hull would count ground as
    empty of streets that nobody drew; so ground counts only near roads or between them.
    """
    xy = shapely.get_coordinates(shapely.segmentize(lines, CELL_M))
    reach, row = int(GAP_M / CELL_M), 1 << 32
    i, j = np.floor(xy / CELL_M).astype(np.int64).T
    steps = np.arange(-reach, reach + 1)
    disc = np.array([a * row + b for a in steps for b in steps if a * a + b * b <= reach * reach])
    grown = np.unique((np.unique(i * row + j)[:, None] + disc).ravel())
    first = np.flatnonzero(np.diff(grown, prepend=grown[0] - 2) != 1)  # runs of cells in a row
    last = np.append(first[1:] - 1, len(grown) - 1)
    (i, low), high = np.divmod(grown[first] + row // 2, row), (grown[last] + row // 2) % row
    low, high = low - row // 2, high - row // 2 + 1
    strips = shapely.box(i * CELL_M, low * CELL_M, (i + 1) * CELL_M, high * CELL_M)
    whole = shapely.get_parts(shapely.union_all(strips))
    filled = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(whole)))
    return shapely.buffer(filled, CELL_M - GAP_M, quad_segs=4)  # the grain's width is left


def near_edge(
    x: F8, y: F8, left_out: shapely.Geometry, extent: shapely.Geometry
) -> Bool:
    """Say which nodes may lead into a community that has no roads, or out of the data.

    Parameters
    ----------
    x, y : array (n,), metres
        Nodes.
    left_out : shapely.Geometry
        Ground of communities left out.
    extent : shapely.Geometry
        Ground with roads.

    Returns
    -------
    array (n,) bool
    """
    inner, zone = shapely.buffer(extent, -RIM_M), shapely.buffer(left_out, EDGE_M)
    shapely.prepare(inner)
    shapely.prepare(zone)
    edge: Bool = ~shapely.contains_xy(inner, x, y) | shapely.contains_xy(zone, x, y)
    return edge
