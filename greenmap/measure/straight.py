"""Straight ways: how far a place is as the crow flies, and what water or railway lies between."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from greenmap.model.barrier import Barriers

WATERS = {"water": "river", "rail": "rail"}
"""Kinds of barrier that no search can take away, and the cause each is called."""

Mask = npt.NDArray[np.bool_]
Metres = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int32]


class StraightWays:
    """The straight ways from homes to the nearest of some places; each set is measured once.

    Parameters
    ----------
    homes : (h,) GeoDataFrame of points
        Metres.
    places : (e,) GeoDataFrame of points
        Same CRS.
    """

    def __init__(self, homes: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> None:
        self._here, self._there = homes.geometry.to_numpy(), places.geometry.to_numpy()
        self._found: dict[bytes, tuple[Metres, Rows]] = {}

    def to(self, rows: Mask) -> tuple[Metres, Rows]:
        """Measure from each home to the nearest of some places.

        Parameters
        ----------
        rows : (e,) array of bool
            Which places.

        Returns
        -------
        distance_m : (h,) array of float
            ``inf`` where there is no place.
        place : (h,) array of int
            Its row; -1 where there is none.
        """
        key = np.packbits(rows).tobytes()
        if key not in self._found:
            self._found[key] = self._measure(np.flatnonzero(rows))
        return self._found[key]

    def lines(self, homes: npt.NDArray[np.int64], places: Rows) -> npt.NDArray[np.object_]:
        """Draw the straight ways between rows of the homes and of the places."""
        ends = [shapely.get_coordinates(points) for points in (self._here[homes],
                                                               self._there[places])]
        drawn: npt.NDArray[np.object_] = shapely.linestrings(np.stack(ends, axis=1))
        return drawn

    def _measure(self, chosen: npt.NDArray[np.int64]) -> tuple[Metres, Rows]:
        distance = np.full(len(self._here), np.inf)
        place = np.full(len(self._here), -1, np.int32)
        if chosen.size:
            (home, nearest), found = shapely.STRtree(self._there[chosen]).query_nearest(
                self._here, all_matches=False, return_distance=True)
            distance[home], place[home] = found, chosen[nearest]
        distance.flags.writeable = place.flags.writeable = False  # it is given out again
        return distance, place


def name_waters(reason: npt.NDArray[np.object_], ways: StraightWays, place: Rows,
                barriers: Barriers | None) -> npt.NDArray[np.object_]:
    """Call a detour by the river or railway that its straight way crosses.

    Parameters
    ----------
    reason : (h,) array of str
        ``detour`` where a place is near in a straight line and far on foot.
    ways : StraightWays
        Of the homes.
    place : (h,) array of int
        The place each straight way leads to, from :meth:`StraightWays.to`.
    barriers : Barriers, optional
        None: nothing is known of rivers and railways.

    Returns
    -------
    (h,) array of str
        New array. A river goes before a railway.
    """
    named = reason.copy()
    rows = np.flatnonzero(reason == "detour")
    if barriers is None or not rows.size:
        return named
    drawn = ways.lines(rows, place[rows])
    for kind, cause in reversed(WATERS.items()):
        lines = barriers.wall[barriers.wall_kind == kind]
        if lines.size:
            crossing, _ = shapely.STRtree(lines).query(drawn, predicate="intersects")
            named[rows[np.unique(crossing)]] = cause
    return named
