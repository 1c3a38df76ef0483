"""Streets split at given places: new nodes on the edges, lengths shared out, shapes kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from greenmap.model.walk_network import F8, I8, WalkNetwork
from greenmap.network.attach import edge_lines, to_earth
from greenmap.network.build import EXIT_MARGIN_M

EDGE_FACTS = ("forward", "backward", "kind", "private", "way_id")


def split_edges(network: WalkNetwork, edge: I8, at: F8) -> WalkNetwork:
    """Split edges; the pieces stand where the whole edge stood.

    Parameters
    ----------
    network : WalkNetwork
        Without walls; any hurdles stand on edges that aren't split.
    edge : array (s,) int64
        Edges to split, sorted; an edge may come several times.
    at : array (s,)
        Where, as fractions from the tail, strictly between 0 and 1 and rising along an edge.

    Returns
    -------
    WalkNetwork
        n + s nodes, m + s edges; its digest is the old one's.
    """
    counts = 1 + np.bincount(edge, minlength=network.n_edges)
    origin = np.repeat(np.arange(network.n_edges), counts)
    first = np.ones(len(origin), bool)
    first[1:] = origin[1:] != origin[:-1]
    last = np.roll(first, -1)
    tail, head = network.tail[origin], network.head[origin]
    low, high = np.zeros(len(origin)), np.ones(len(origin))
    new = network.n_nodes + np.arange(len(edge))
    tail[~first], low[~first] = new, at
    head[~last], high[~last] = new, at
    start, shape = _shapes(network, edge, at)
    place = shapely.line_interpolate_point(edge_lines(network, edge), at, normalized=True)
    grown = with_nodes(
        network, shapely.get_x(place), shapely.get_y(place), network.component[network.tail[edge]]
    )
    if network.hurdle is not None and network.hurdle_id is not None:
        grown = replace(grown, hurdle=network.hurdle[origin], hurdle_id=network.hurdle_id[origin])
    return replace(
        grown,
        tail=tail,
        head=head,
        length_m=network.length_m[origin] * (high - low),
        shape_start=start,
        shape_xy=shape,
        **{name: getattr(network, name)[origin] for name in EDGE_FACTS},
    )


def with_nodes(network: WalkNetwork, x: F8, y: F8, part: npt.NDArray[Any]) -> WalkNetwork:
    """Add nodes behind the others, each belonging to a connected part.

    Their ids are negative below all others, or ``wall:0`` … where ids are text.
    """
    lon, lat = to_earth(network.crs).transform(x, y)
    inner = network.extent.buffer(-EXIT_MARGIN_M)
    shapely.prepare(inner)
    more = {
        "node_id": _fresh_ids(network.node_id, len(x)),
        "lon": np.asarray(lon, float),
        "lat": np.asarray(lat, float),
        "x": x,
        "y": y,
        "exits": ~shapely.contains_xy(inner, x, y),
        "component": part.astype(np.int32),
    }
    grown: dict[str, Any] = {
        name: np.concatenate([getattr(network, name), added]) for name, added in more.items()
    }
    return replace(network, **grown)


def _fresh_ids(have: npt.NDArray[Any], count: int) -> npt.NDArray[Any]:
    if have.dtype == object:
        known = set(map(str, have.tolist()))
        mark = "wall"
        while any(name.startswith(f"{mark}:") for name in known):
            mark += "'"
        return np.array([f"{mark}:{k + len(have)}" for k in range(count)], object)
    lowest = min(int(have.min(initial=0)), -1)
    return (lowest - 1 - np.arange(count)).astype(have.dtype)


def _shapes(network: WalkNetwork, edge: I8, at: F8) -> tuple[I8, F8]:
    """Polylines of the pieces: every split is the end of one and the start of the next."""
    owner = np.repeat(np.arange(network.n_edges), np.diff(network.shape_start))
    step = np.hypot(*np.diff(network.shape_xy, axis=0, prepend=network.shape_xy[:1]).T)
    step[network.shape_start[:-1]] = 0.0
    run = np.cumsum(step)
    run -= run[network.shape_start[:-1]][owner]
    lines = edge_lines(network, edge)
    new = shapely.get_coordinates(shapely.line_interpolate_point(lines, at, normalized=True))
    along = at * shapely.length(lines)
    edges = np.concatenate([owner, edge, edge])
    rank = np.repeat([0, 1, 2], [len(owner), len(edge), len(edge)])
    order = np.lexsort((rank, np.concatenate([run, along, along]), edges))
    opens = rank == 2
    opens[network.shape_start[:-1]] = True
    start = np.flatnonzero(opens[order])
    xy = np.concatenate([network.shape_xy, new, new])[order]
    return np.append(start, len(xy)).astype(np.int64), xy
