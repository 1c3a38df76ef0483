"""GraphML files that OSMnx saves: tables of nodes and edges."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import geopandas as gpd
import pandas as pd
import shapely

from greenmap.errors import MissingFileError, UnreadableFileError


def read_graphml(
    path: str | Path,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, shapely.Polygon | None]:
    """Read a graph that ``osmnx.save_graphml`` wrote.

    Parameters
    ----------
    path : path
        ``.graphml`` file.

    Returns
    -------
    nodes : geopandas.GeoDataFrame
        Index osmid; points in the graph's CRS.
    edges : pandas.DataFrame or geopandas.GeoDataFrame
        Index u, v, key; the attributes found.
    extent : shapely.Polygon or None
        Where data are, degrees, if greenmap had written the graph.

    Raises
    ------
    MissingFileError, UnreadableFileError
        No such file; not GraphML, or nodes have no x and y.
    """
    import networkx as nx

    path = Path(path)
    if not path.is_file():
        raise MissingFileError("network.file_missing", file=str(path))
    try:
        graph = nx.read_graphml(path, force_multigraph=True)
        about = dict(graph.graph)
        nodes = pd.DataFrame.from_dict(dict(graph.nodes(data=True)), orient="index")
        nodes.index.name = "osmid"
        where = gpd.points_from_xy(nodes["x"].astype(float), nodes["y"].astype(float))
        edges = pd.DataFrame([{"u": u, "v": v, "key": k, **facts}
                              for u, v, k, facts in graph.edges(keys=True, data=True)])  # fmt: skip
        if len(edges):
            edges = edges.set_index(["u", "v", "key"])
    except (nx.NetworkXError, ParseError, KeyError, ValueError, TypeError) as error:
        raise UnreadableFileError(
            "network.graphml_broken", file=path.name, detail=f"{type(error).__name__}: {error}"
        ) from error
    crs = about.get("crs", "EPSG:4326")
    nodes = gpd.GeoDataFrame(nodes, geometry=where, crs=crs)
    for column in {"osmid", "highway", "access", "foot"} & set(edges.columns):
        edges[column] = edges[column].map(_listed)
    if "geometry" in edges.columns:
        lines = gpd.GeoSeries.from_wkt(edges["geometry"], crs=crs)
        edges = gpd.GeoDataFrame(edges.drop(columns="geometry"), geometry=lines)
    outline = about.get("greenmap_extent")
    return nodes, edges, shapely.from_wkt(outline) if outline else None


def _listed(value: Any) -> Any:
    """OSMnx writes a list as its text: ``"[1, 2]"``."""
    if isinstance(value, str) and value.startswith("["):
        return list(ast.literal_eval(value))
    return value
