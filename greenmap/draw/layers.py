"""Layers: tables turned into light GeoJSON, in WGS 84 and with only the columns shown."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from greenmap.draw.geojson import geometry_texts
from greenmap.model.walk_network import WalkNetwork

WGS84 = "EPSG:4326"
DECIMALS = 6
"""Of a degree: 0.11 m."""

PUBLIC_DECIMALS = 4
"""Of everything in a public release: 11 m."""

BACKDROP_DECIMALS = 5
"""Streets and walking ranges: 1.1 m, less than they are simplified by."""

Box = tuple[float, float, float, float]

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)

_KINDS = (("motorway", "trunk", "primary"), ("secondary",), ("tertiary",),
          ("residential", "unclassified", "living_street", "pedestrian"), ("service", "road"))
"""OSM street kinds, the larger first; paths and all other kinds come after these."""

_DRAWN_UP_TO_M = (math.inf, math.inf, math.inf, 5.0, 2.5, 2.5)
"""For each of these, the coarsest tolerance at which it isn't a tangle yet."""


@cache
def _to_wgs84(crs: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)


def _degrees(xy: npt.NDArray[np.float64], crs: str) -> npt.NDArray[np.float64]:
    return np.column_stack(_to_wgs84(crs).transform(xy[:, 0], xy[:, 1]))


def lon_lat(table: gpd.GeoDataFrame) -> tuple[list[float], list[float]]:
    """Return the points of a table as two columns of rounded degrees.

    Parameters
    ----------
    table : GeoDataFrame of points
        In any CRS.

    Returns
    -------
    tuple of (longitudes, latitudes)
    """
    points = table.geometry.to_numpy()
    xy = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    lon, lat = np.round(_degrees(xy, table.crs.to_string()), DECIMALS).T + 0.0  # no "-0"
    return lon.tolist(), lat.tolist()


def features(table: gpd.GeoDataFrame, columns: Sequence[str] = (), *,
             decimals: int = DECIMALS) -> Json:
    """Turn a table into a GeoJSON FeatureCollection.

    Parameters
    ----------
    table : GeoDataFrame
        In any CRS; rows without a shape are left out.
    columns : sequence of str
        The only properties carried; plain values.
    decimals : int
        Of a degree.

    Returns
    -------
    Json
        GeoJSON text.

    Examples
    --------
    >>> table = gpd.GeoDataFrame({"a": [1], "b": [2]}, geometry=[shapely.Point(120, 30)],
    ...                          crs=4326)
    >>> json.loads(features(table, ["a"]))["features"]
    [{'type': 'Feature', 'properties': {'a': 1},
      'geometry': {'type': 'Point', 'coordinates': [120.0, 30.0]}}]
    """
    values = [table[name].tolist() for name in columns]
    rows = zip(*values, strict=True) if columns else [()] * len(table)
    told = [dict(zip(columns, row, strict=True)) for row in rows]
    return feature_text(table.geometry.to_numpy(), table.crs.to_string(), told, decimals=decimals)


def feature_text(shapes: npt.NDArray[Any], crs: str, told: Sequence[Mapping[str, Any]], *,
                 decimals: int = DECIMALS) -> Json:
    """Turn shapes and what is told of them into a GeoJSON FeatureCollection.

    Parameters
    ----------
    shapes : array of shapely.Geometry
        Those missing or empty are left out.
    crs : str
        Theirs.
    told : sequence of mapping
        Properties of each; plain values.
    decimals : int
        Of a degree.

    Returns
    -------
    Json
    """
    return collection(shape_texts(shapes, crs, decimals=decimals), told)


def shape_texts(shapes: npt.NDArray[Any], crs: str, *, decimals: int = DECIMALS
                ) -> list[str | None]:
    """Turn shapes into GeoJSON, for :func:`collection`.

    Parameters
    ----------
    shapes : array of shapely.Geometry
    crs : str
        Theirs.
    decimals : int
        Of a degree.

    Returns
    -------
    list of str
        None for those missing or empty.
    """
    return geometry_texts(shapes, _degrees(shapely.get_coordinates(shapes), crs),
                          decimals=decimals)


def collection(texts: Sequence[str | None], told: Sequence[Mapping[str, Any]]) -> Json:
    """Put shapes and what is told of them into a GeoJSON FeatureCollection.

    Parameters
    ----------
    texts : sequence of str
        From :func:`shape_texts`; those that are None are left out.
    told : sequence of mapping
        Properties of each; plain values.

    Returns
    -------
    Json
    """
    parts = [f'{{"type":"Feature","properties":{to_json(about)},"geometry":{text}}}'
             for text, about in zip(texts, told, strict=True) if text is not None]
    return Json('{"type":"FeatureCollection","features":[' + ",".join(parts) + "]}")


class Json(str):
    """Text that is JSON already."""

    __slots__ = ()


def to_json(value: Any) -> Json:
    """Return compact JSON; parts that are :class:`Json` go in as they are.

    Parameters
    ----------
    value : object
        Plain values; `Json` only as items of a list or values of a mapping with
        text keys, at any depth reached through these.

    Raises
    ------
    ValueError
        A float that isn't finite.

    Examples
    --------
    >>> to_json({"a": Json("[1]"), "b": [Json("2"), "甲"]})
    '{"a":[1],"b":[2,"甲"]}'
    """
    if isinstance(value, Json):
        return value
    if isinstance(value, dict) and _holds_json(value.values()):
        return Json("{" + ",".join(f"{to_json(k)}:{to_json(v)}" for k, v in value.items()) + "}")
    if isinstance(value, list) and _holds_json(value):
        return Json("[" + ",".join(map(to_json, value)) + "]")
    return plain_json(value)


def plain_json(value: Any) -> Json:
    """Return compact JSON of plain values, in which there is no :class:`Json`.

    What is long is turned once and not searched; see :func:`to_json`.
    """
    return Json(_ENCODER.encode(value))


def _holds_json(values: Collection[Any]) -> bool:
    kinds = set(map(type, values))  # most lists are long and hold numbers
    if any(issubclass(kind, Json) for kind in kinds):
        return True
    return any(issubclass(kind, dict | list) for kind in kinds) and any(
        _holds_json(v.values() if isinstance(v, dict) else v)
        for v in values if isinstance(v, dict | list))


def bare(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a table without its ``attrs``, which pandas copies at every step."""
    plain: gpd.GeoDataFrame = table.copy(deep=False)
    plain.attrs = {}
    return plain


def bounds(table: gpd.GeoDataFrame) -> list[list[float]]:
    """Return a table's box as Leaflet wants it: [[south, west], [north, east]]."""
    xy = shapely.get_coordinates(table.geometry.to_numpy())
    corners = np.round(_degrees(xy, table.crs.to_string()), DECIMALS)[:, ::-1] + 0.0  # no "-0"
    return [corners.min(axis=0).tolist(), corners.max(axis=0).tolist()]


def street_lines(network: WalkNetwork, box: Box, *, tolerance_m: float,
                 most_points: int, decimals: int = BACKDROP_DECIMALS) -> Json:
    """Draw the streets inside a box.

    Larger kinds come first; a kind is drawn whole or not at all, as long as the
    points suffice and the scale is not too small for it.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    box : tuple of float
        Left, bottom, right, top, in the network's CRS, metres.
    tolerance_m : float
        Lines may be moved by this much, metres.
    most_points : int
        How many points the page can carry.
    decimals : int
        Of a degree.

    Returns
    -------
    Json
        GeoJSON FeatureCollection with one feature or none.
    """
    lines = _street_shapes(network, box, tolerance_m=tolerance_m, most_points=most_points)
    return feature_text(lines, network.crs, [{}], decimals=decimals)


def _street_shapes(network: WalkNetwork, box: Box, *, tolerance_m: float, most_points: int
                   ) -> npt.NDArray[Any]:
    """The streets as one line string of many parts, in the network's CRS."""
    left = most_points
    parts: list[npt.NDArray[Any]] = []
    for edges, coarsest in zip(_edges_by_kind(network, box), _DRAWN_UP_TO_M, strict=True):
        if not len(edges) or tolerance_m > coarsest:
            continue
        lines = _simplified(network, edges, tolerance_m)
        left -= int(shapely.get_num_coordinates(lines).sum())
        if left < 0:
            break
        parts.append(lines)
    lines = np.concatenate(parts) if parts else np.array([], dtype=object)
    whole: npt.NDArray[Any] = np.empty(1, dtype=object)
    whole[0] = shapely.multilinestrings(lines)
    return whole


def _edges_by_kind(network: WalkNetwork, box: Box) -> list[npt.NDArray[np.int64]]:
    """Edges whose own box meets `box`, a group for each of :data:`_DRAWN_UP_TO_M`."""
    if not network.n_edges:
        return [np.array([], np.int64)] * len(_DRAWN_UP_TO_M)
    low, high = _boxes(network)
    near = ((high >= box[:2]) & (low <= box[2:])).all(axis=1)
    rank = {kind: n for n, kinds in enumerate(_KINDS) for kind in kinds}
    ranks = np.array([rank.get(kind.removesuffix("_link"), len(_KINDS))
                      for kind in network.kinds], dtype=np.int64)[network.kind]
    return [np.flatnonzero(near & (ranks == n)) for n in range(len(_KINDS) + 1)]


@lru_cache(maxsize=1)
def _lines(network: WalkNetwork) -> npt.NDArray[Any]:
    """Lines of all edges: every page takes some of them."""
    counts = np.diff(network.shape_start)
    lines: npt.NDArray[Any] = shapely.linestrings(
        network.shape_xy, indices=np.repeat(np.arange(network.n_edges), counts))
    return lines


@lru_cache(maxsize=1)
def _boxes(network: WalkNetwork) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Least and greatest coordinates of every edge."""
    starts = network.shape_start[:-1]
    return (np.minimum.reduceat(network.shape_xy, starts),
            np.maximum.reduceat(network.shape_xy, starts))


def _simplified(network: WalkNetwork, edges: npt.NDArray[np.int64],
                tolerance_m: float) -> npt.NDArray[Any]:
    lines = _lines(network)[edges]
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    simple: npt.NDArray[Any] = shapely.simplify(merged, tolerance_m, preserve_topology=False)
    kept: npt.NDArray[Any] = simple[shapely.length(simple) > tolerance_m]
    return kept
