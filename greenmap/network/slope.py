"""Terrain under the streets: heights along every edge, bridges and tunnels from end to end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely
from pyproj import Transformer

from greenmap.engine.components import components
from greenmap.errors import NetworkError
from greenmap.model.walk_network import F8, I8, Bool, WalkNetwork
from greenmap.network.attach import edge_lines
from greenmap.network.digest import content_digest
from greenmap.read.raster import sample_heights

STRETCH_M = 30.0
"""Heights are read at least this often along a street: the cell of a usual terrain raster."""

LEAST_SHARE = 0.5
"""Less of the streets' length with a height: the raster isn't this city's."""


def with_heights(network: WalkNetwork, path: str | Path) -> WalkNetwork:
    """Read the terrain under the streets; do it last, when all streets are cut.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    path : path
        Raster of heights in metres.

    Returns
    -------
    WalkNetwork
        With `height_start` and `height_m`; ``notes["edges_no_height"]`` counts
        the edges that are taken as flat, wholly or in part, for want of data.

    Raises
    ------
    MissingFileError, UnreadableFileError, CrsError
        No such file; no raster; it doesn't say where it lies.
    NetworkError
        It knows the height of less than half of the streets' length.

    Notes
    -----
    Bridges and tunnels are off the ground: their heights run evenly between the ends where
    they meet other streets. Which ways they are is known of OpenStreetMap's; in a table of
    edges they follow the ground.

    Heights in whole metres on cells of 30 m, as of SRTM, may be off by 1 m in 30, 3 % of
    grade: good for times, rough for a walker's steepest grade.
    """
    start, fraction, edge, inner = _places(network)
    lon, lat = _on_earth(network, edge, fraction, inner)
    found = sample_heights(
        path, np.concatenate([network.lon, lon]), np.concatenate([network.lat, lat])
    )
    node, height = found[: network.n_nodes], np.empty(start[-1])
    height[inner] = found[network.n_nodes :]
    bridged = np.isin(network.way_id, () if network.bridged_way is None else network.bridged_way)
    _check_share(network, node, Path(path).name)
    node = _spanned(network, bridged, node)
    first, last = node[network.tail][edge], node[network.head][edge]
    height = np.where(inner & ~bridged[edge], height, first + fraction * (last - first))
    unknown = np.unique(edge[np.isnan(height)])
    flat = replace(
        network,
        height_start=start,
        height_m=height,
        notes={**network.notes, "edges_no_height": len(unknown)},
    )
    return replace(flat, digest=content_digest(flat))


def _places(network: WalkNetwork) -> tuple[I8, F8, I8, Bool]:
    """Where heights are read: evenly along each edge, both ends included."""
    stretches = np.maximum(np.ceil(network.length_m / STRETCH_M), 1).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(stretches + 1)]).astype(np.int64)
    edge = np.repeat(np.arange(network.n_edges), stretches + 1)
    step = np.arange(start[-1]) - start[:-1][edge]
    return start, step / stretches[edge], edge, (step > 0) & (step < stretches[edge])


def _on_earth(network: WalkNetwork, edge: I8, fraction: F8, inner: Bool) -> tuple[F8, F8]:
    """Longitude and latitude of the places between the ends."""
    long, which = np.unique(edge[inner], return_inverse=True)
    lines = edge_lines(network, long)[which]
    at = shapely.line_interpolate_point(lines, fraction[inner], normalized=True)
    to_earth = Transformer.from_crs(network.crs, "EPSG:4326", always_xy=True)
    lon, lat = to_earth.transform(shapely.get_x(at), shapely.get_y(at))
    return np.asarray(lon, float), np.asarray(lat, float)


def _check_share(network: WalkNetwork, node: F8, file: str) -> None:
    known = np.isfinite(node)
    length = float(network.length_m.sum())
    half = (known[network.tail].astype(float) + known[network.head]) / 2
    share = float((half * network.length_m).sum()) / length if length else float(known.mean())
    if share < LEAST_SHARE:
        raise NetworkError(
            "terrain.too_little", file=file, share=f"{share:.0%}", least=f"{LEAST_SHARE:.0%}"
        )


def _spanned(network: WalkNetwork, bridged: Bool, node: F8) -> F8:
    """Give nodes on bridges and in tunnels heights that run evenly between the ends.

    Between two ends that is a straight line; where bridges fork, each height is the mean of its
    neighbours', the nearer the more.
    """
    span = np.flatnonzero(bridged)
    inside = np.zeros(network.n_nodes, bool)
    tail, head = network.tail[span].astype(np.int64), network.head[span].astype(np.int64)
    inside[tail] = inside[head] = True
    inside[network.tail[~bridged]] = inside[network.head[~bridged]] = False
    node = np.where(inside, np.nan, node)
    # bridges that share an end only are bridges apart
    hung = inside[tail] & inside[head]
    part = components(network.n_nodes, tail[hung], head[hung])
    owner = np.where(inside[tail], part[tail], part[head])
    weight = 1 / np.maximum(network.length_m[span], 0.01)
    span = np.flatnonzero(inside[tail] | inside[head])
    order = span[np.argsort(owner[span], kind="stable")]
    for rows in np.split(order, np.flatnonzero(np.diff(owner[order])) + 1):
        if len(rows):
            _level(node, inside, tail[rows], head[rows], weight[rows])
    return node


def _level(node: F8, inside: Bool, tail: I8, head: I8, weight: F8) -> None:
    """Solve the heights of one bridge's inner nodes in place; unknown where no end is known."""
    free, at = np.unique(np.concatenate([tail, head]), return_inverse=True)
    a, b = at[: len(tail)], at[len(tail) :]
    matrix = np.zeros((len(free), len(free)))
    for one, other in ((a, b), (b, a)):
        np.add.at(matrix, (one, one), weight)
        np.add.at(matrix, (one, other), -weight)
    ends = ~inside[free] & np.isfinite(node[free])
    if not ends.any():
        return
    inner = ~ends
    pull = -matrix[np.ix_(inner, ends)] @ node[free[ends]]
    solved = np.linalg.solve(matrix[np.ix_(inner, inner)], pull)
    new = inside[free[inner]]
    node[free[inner][new]] = solved[new]
