"""Straight ways: how far a place is as the crow flies, and what water or railway lies between."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from greenmap.model.barrier import Barriers

WATERS = {"water": "river", "rail": "rail"}
"""Kinds of barrier that no search can take away, and the cause each is called."""


def straight_to(homes: gpd.GeoDataFrame, places: gpd.GeoDataFrame, rows: npt.NDArray[np.bool_]
                ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.object_]]:
    """Measure from each home to the nearest of some places, as the crow flies.

    Parameters
    ----------
    homes : (h,) GeoDataFrame of points
        Metres.
    places : (e,) GeoDataFrame of points
        Same CRS.
    rows : (e,) array of bool
        Which places.

    Returns
    -------
    distance_m : (h,) array of float
        ``inf`` where there is no place.
    way : (h,) array of LineString
        From home to place; None where there is none.
    """
    distance = np.full(len(homes), np.inf)
    way = np.full(len(homes), None, dtype=object)
    if rows.any():
        here, there = homes.geometry.to_numpy(), places.geometry.to_numpy()[rows]
        (home, place), found = shapely.STRtree(there).query_nearest(
            here, all_matches=False, return_distance=True)
        distance[home] = found
        ends = np.stack([shapely.get_coordinates(here[home]),
                         shapely.get_coordinates(there[place])], axis=1)
        way[home] = shapely.linestrings(ends)
    return distance, way


def name_waters(reason: npt.NDArray[np.object_], way: npt.NDArray[np.object_],
                barriers: Barriers | None) -> npt.NDArray[np.object_]:
    """Call a detour by the river or railway that its straight way crosses.

    Parameters
    ----------
    reason : (h,) array of str
        ``detour`` where a place is near in a straight line and far on foot.
    way : (h,) array of LineString
        From :func:`straight_to`.
    barriers : Barriers, optional
        None: nothing is known of rivers and railways.

    Returns
    -------
    (h,) array of str
        New array. A river goes before a railway.
    """
    named = reason.copy()
    if barriers is None:
        return named
    rows = np.flatnonzero(reason == "detour")
    for kind, cause in reversed(WATERS.items()):
        lines = barriers.wall[barriers.wall_kind == kind]
        if lines.size and rows.size:
            crossing, _ = shapely.STRtree(lines).query(way[rows], predicate="intersects")
            named[rows[np.unique(crossing)]] = cause
    return named
