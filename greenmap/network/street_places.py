"""Places along streets: where people stand when neither compounds nor buildings are known."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from greenmap.model.walk_network import WalkNetwork
from greenmap.network.attach import edge_lines

SPACING_M = 30.0
"""How far apart people stand along a street."""

NOT_BUILT_UP = frozenset(
    ("motorway", "motorway_link", "trunk", "trunk_link", "primary_link", "secondary_link",
     "tertiary_link", "track", "steps", "bridleway", "corridor", "elevator", "platform")
)  # fmt: skip
"""Kinds of ways along which nobody is put; nor on bridges and in tunnels."""


def street_places(network: WalkNetwork, area: Any) -> gpd.GeoDataFrame:
    """Return points along the built-up streets inside an area.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    area : Polygon or MultiPolygon
        In the network's CRS.

    Returns
    -------
    GeoDataFrame
        Points in the network's CRS; ``capacity`` is the metres of street each
        stands for. Empty where no such street lies inside.

    Examples
    --------
    >>> import pandas as pd
    >>> from greenmap.network.tables import network_from_tables
    >>> x = [500_000.0, 500_090.0]
    >>> nodes = gpd.GeoDataFrame({"id": [1, 2]}, crs="EPSG:32648",
    ...                          geometry=gpd.points_from_xy(x, [2_940_000.0] * 2))
    >>> edges = pd.DataFrame({"u": [1], "v": [2], "highway": ["residential"]})
    >>> streets = network_from_tables(nodes, edges, crs="EPSG:32648")
    >>> places = street_places(streets, shapely.box(x[0], 2_939_990, x[0] + 60, 2_940_010))
    >>> (places.geometry.x - x[0]).round(3).tolist(), places["capacity"].round(3).tolist()
    ([15.0, 45.0], [30.0, 30.0])
    """
    kind = np.array([kind not in NOT_BUILT_UP for kind in network.kinds], bool)[network.kind]
    if network.bridged_way is not None:
        kind &= ~np.isin(network.way_id, network.bridged_way)
    which = np.flatnonzero(kind)
    lines = edge_lines(network, which)
    near = shapely.STRtree(lines).query(area, predicate="intersects")
    points: list[Any] = []
    metres: list[float] = []
    for line in lines[np.sort(near)]:
        for piece in shapely.get_parts(shapely.intersection(line, area)):
            if piece.length > 0:
                count = max(1, round(piece.length / SPACING_M))
                run = (np.arange(count) + 0.5) / count
                points += list(shapely.line_interpolate_point(piece, run, normalized=True))
                metres += [piece.length / count] * count
    return gpd.GeoDataFrame({"capacity": metres}, geometry=points, crs=network.crs)
