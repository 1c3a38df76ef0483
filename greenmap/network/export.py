"""A walking network as the graph that OSMnx and NetworkX users know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Transformer

from greenmap.model.walk_network import WalkNetwork
from greenmap.network.attach import edge_lines

if TYPE_CHECKING:
    import networkx as nx


def to_osmnx(network: WalkNetwork) -> nx.MultiDiGraph:
    """Return the network as an OSMnx graph: one directed edge for each way one may walk.

    Parameters
    ----------
    network : WalkNetwork
        n nodes, m edges.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes with x and y (WGS 84 degrees), edges with osmid, highway, length (metres),
        oneway, reversed; access where for residents only, oneway:foot where one-way, geometry
        where not straight. ``osmnx.save_graphml`` and ``osmnx.routing`` take it;
        :func:`read_network` reads the saved file back.
    """
    import networkx as nx

    to_earth = Transformer.from_crs(network.crs, "EPSG:4326", always_xy=True)
    outline = shapely.transform(network.extent, lambda at: _degrees(to_earth, at))
    extent = shapely.to_wkt(outline, rounding_precision=-1)
    graph = nx.MultiDiGraph(crs="epsg:4326", name=network.source, greenmap_extent=extent)
    nodes = network.node_id.tolist()
    places = zip(network.lon.tolist(), network.lat.tolist(), strict=True)
    graph.add_nodes_from(
        (node, {"x": x, "y": y}) for node, (x, y) in zip(nodes, places, strict=True)
    )
    for tail, head, facts, line in _streets(network, to_earth):
        for u, v, may, backwards in ((tail, head, 0, False), (head, tail, 1, True)):
            if facts["may"][may]:
                about = {name: value for name, value in facts.items() if name != "may"}
                about["reversed"] = backwards
                if line is not None:
                    about["geometry"] = line.reverse() if backwards else line
                graph.add_edge(nodes[u], nodes[v], **about)
    return graph


def _degrees(to_earth: Transformer, at: Any) -> Any:
    return np.column_stack(to_earth.transform(at[:, 0], at[:, 1]))


def _streets(network: WalkNetwork, to_earth: Transformer) -> Any:
    """Yield tail, head, facts and, where not straight, the line of each edge."""
    bent = np.diff(network.shape_start) > 2
    lines = np.full(network.n_edges, None, object)
    lines[bent] = shapely.transform(
        edge_lines(network, np.flatnonzero(bent)), lambda at: _degrees(to_earth, at)
    )
    one_way = network.forward ^ network.backward
    for k in range(network.n_edges):
        facts: dict[str, Any] = {
            "osmid": int(network.way_id[k]),
            "highway": network.kinds[network.kind[k]],
            "length": float(network.length_m[k]),
            "oneway": bool(one_way[k]),
            "may": (bool(network.forward[k]), bool(network.backward[k])),
        }
        if network.private[k]:
            facts["access"] = "private"
        if one_way[k]:
            facts["oneway:foot"] = "yes" if network.forward[k] else "-1"
        yield int(network.tail[k]), int(network.head[k]), facts, lines[k]
