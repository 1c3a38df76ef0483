"""Which community a point lies in."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap.read.polygons import geodesic_areas


def community_of(points: gpd.GeoSeries, communities: gpd.GeoDataFrame) -> pd.Series[Any]:
    """Return the community each point lies in.

    A point on a boundary is inside. One in two communities belongs to the
    smaller, of equals to the one whose id sorts first.

    Parameters
    ----------
    points : GeoSeries, shape (n,)
        Any CRS.
    communities : GeoDataFrame
        Polygons, index ``community_id``.

    Returns
    -------
    Series of str or None
        On the index of `points`; None outside all.

    Examples
    --------
    >>> areas = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(0, 0, 2, 2), shapely.box(1, 1, 2, 2)],
    ...     index=["big", "small"], crs=4326)
    >>> community_of(gpd.GeoSeries.from_xy([0.5, 1.5, 9], [0.5, 1.5, 9], crs=4326), areas).tolist()
    ['big', 'small', None]
    """
    shapes = communities.geometry.to_crs("EPSG:4326").to_numpy()
    ids = communities.index.to_numpy().astype(str)
    by_size = np.lexsort((ids, geodesic_areas(shapes)))  # smallest first, ties by id
    at = points.to_crs("EPSG:4326").to_numpy()
    point, community = shapely.STRtree(shapes[by_size]).query(at, predicate="intersects")
    best = np.full(len(at), len(shapes))
    np.minimum.at(best, point, community)
    names = np.array([*ids[by_size].tolist(), None], object)
    return pd.Series(names[best], index=points.index, dtype=object)
