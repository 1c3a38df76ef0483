"""Edges to a WalkNetwork: canonical order, lengths, plane coordinates, parts, edge of data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError

from greenmap.engine.components import components
from greenmap.errors import CrsError, NetworkError
from greenmap.model.crs import study_crs
from greenmap.model.walk_network import F8, I8, Bool, WalkNetwork
from greenmap.network.digest import content_digest
from greenmap.network.edges import Edges, straight

if TYPE_CHECKING:
    import geopandas as gpd

EXIT_MARGIN_M = 20.0
"""Nodes this near the boundary of the data may lead out of it."""

_GEOD = Geod(ellps="WGS84")


def build_network(
    edges: Edges, *, crs: str = "auto", source: str, repairs: gpd.GeoDataFrame | None = None
) -> WalkNetwork:
    """Build the network of some edges.

    Parameters
    ----------
    edges : Edges
        In any order.
    crs : str
        A metre system, or ``"auto"``: the study system of the nodes' middle.
    source : str
        Name to remember, without folders.
    repairs : geopandas.GeoDataFrame, optional
        What was put right on the way.

    Returns
    -------
    WalkNetwork

    Raises
    ------
    CrsError
        `crs` isn't a system in metres.
    NetworkError
        A length is negative, or there are no nodes.
    """
    if not len(edges.node_id):
        raise NetworkError("network.no_nodes", source=source)
    length_m = _lengths(edges, source)
    kinds, kind = _kinds(edges)
    order, start = _canonical(edges, length_m, kind)
    crs = _metre_system(edges, crs)
    to_plane = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    x, y = to_plane.transform(edges.lon, edges.lat)
    shape_xy = _in_plane(edges, to_plane, np.column_stack([x, y]))
    extent = _extent(edges.extent, to_plane, x, y)
    if len(kinds) > 256:
        raise NetworkError("network.too_many_kinds", source=source, count=len(kinds))
    network = WalkNetwork(
        node_id=edges.node_id.copy(),
        lon=np.array(edges.lon, float),
        lat=np.array(edges.lat, float),
        x=x,
        y=y,
        crs=crs,
        tail=edges.tail[order].astype(np.uint32),
        head=edges.head[order].astype(np.uint32),
        length_m=length_m[order],
        forward=edges.forward[order],
        backward=edges.backward[order],
        kind=kind[order].astype(np.uint8),
        kinds=kinds,
        private=edges.private[order],
        way_id=edges.way_id[order],
        shape_start=start,
        shape_xy=shape_xy[_ragged(edges.shape_start, start, order)],
        extent=extent,
        exits=edges.cut | ~_well_inside(extent, x, y),
        component=components(len(edges.node_id), edges.tail, edges.head),
        digest="",
        source=source,
        notes=dict(edges.notes),
        bridged_way=edges.bridged_way,
        repairs=repairs,
    )
    return replace(network, digest=content_digest(network))


def _lengths(edges: Edges, source: str) -> F8:
    """Keep given lengths; measure the others along the ellipsoid."""
    length_m = np.array(edges.length_m, float)
    if (length_m < 0).any():
        bad = np.flatnonzero(length_m < 0)
        raise NetworkError(
            "network.length_negative",
            source=source,
            count=len(bad),
            first=", ".join(f"{length_m[k]:g}" for k in bad[:3]),
        )
    unknown = np.flatnonzero(np.isnan(length_m))
    if len(unknown):
        shape, start = edges.shape, edges.shape_start
        here = np.ones(len(shape), bool)
        here[start[1:] - 1] = False
        edge = np.repeat(np.arange(len(length_m)), np.diff(start))
        here &= np.isnan(length_m)[edge]
        a = np.flatnonzero(here)
        _, _, piece = _GEOD.inv(shape[a, 0], shape[a, 1], shape[a + 1, 0], shape[a + 1, 1])
        measured = np.bincount(edge[a], weights=piece, minlength=len(length_m))
        length_m[unknown] = measured[unknown]
    return length_m


def _kinds(edges: Edges) -> tuple[tuple[str, ...], I8]:
    """Return the kinds of street, sorted, and the position of each edge's kind."""
    highway = edges.highway.tolist()
    name = {value: str(value) for value in set(highway)}
    kinds = sorted(set(name.values()))
    position = {value: kinds.index(name[value]) for value in name}
    return tuple(kinds), np.array([position[value] for value in highway], np.int64)


def _canonical(edges: Edges, length_m: F8, kind: I8) -> tuple[I8, I8]:
    """Return the edges' order, and `shape_start` in that order."""
    second = edges.shape[edges.shape_start[:-1] + 1]
    low, high = np.minimum(edges.tail, edges.head), np.maximum(edges.tail, edges.head)
    ends = low.astype(np.int64) * len(edges.node_id) + high
    order = np.lexsort((ends, edges.way_id))
    # few edges of a way join the same nodes: only those need to be told apart by more
    again = (np.diff(ends[order]) == 0) & (np.diff(edges.way_id[order]) == 0)
    tied = np.flatnonzero(np.append(again, False) | np.append(False, again))
    row = order[tied]
    rest = second[row, 1], second[row, 0], kind[row], length_m[row], edges.tail[row]
    order[tied] = row[np.lexsort((*rest, ends[row], edges.way_id[row]))]
    counts = np.diff(edges.shape_start)[order]
    return order, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _in_plane(edges: Edges, to_plane: Transformer, node_xy: F8) -> F8:
    """Return the shapes in metres; where all edges are straight their ends are known."""
    start, shape = straight(edges.lon, edges.lat, edges.tail, edges.head)
    if np.array_equal(start, edges.shape_start) and np.array_equal(shape, edges.shape):
        return node_xy[np.column_stack([edges.tail, edges.head]).ravel()]
    return np.column_stack(to_plane.transform(*edges.shape.T)).reshape(-1, 2)


def _ragged(old: I8, new: I8, order: I8) -> I8:
    """Rows of `shape` for edges taken in another order."""
    counts = np.diff(new)
    return np.arange(new[-1]) + np.repeat(old[:-1][order] - new[:-1], counts)


def _metre_system(edges: Edges, crs: str) -> str:
    if crs == "auto":
        crs = study_crs(edges.lon, edges.lat)
    try:
        plane = CRS.from_user_input(crs)
    except CRSError as error:
        raise CrsError("network.crs_unknown", crs=str(crs)) from error
    if not plane.is_projected or plane.axis_info[0].unit_name != "metre":
        raise CrsError("network.crs_not_metres", crs=str(crs))
    return str(plane.to_string())


def _extent(
    given: shapely.Polygon | None, to_plane: Transformer, x: F8, y: F8
) -> shapely.Polygon:
    if given is None:
        # one line through all nodes has the hull of a point for each, and is made at once
        around = np.append(np.arange(len(x)), 0)
        hull = shapely.convex_hull(shapely.linestrings(np.column_stack([x, y])[around]))
        return hull if hull.geom_type == "Polygon" else hull.buffer(1.0)
    # a long straight side in degrees is a curve in the plane
    fine = shapely.segmentize(given, 0.01000001)  # once: what is fine stays as it is
    return shapely.transform(fine, lambda at: np.column_stack(to_plane.transform(*at.T)))


def _well_inside(extent: shapely.Polygon, x: F8, y: F8) -> Bool:
    inner = extent.buffer(-EXIT_MARGIN_M)
    shapely.prepare(inner)
    inside: Bool = shapely.contains_xy(inner, x, y)
    return inside
