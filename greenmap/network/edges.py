"""Edges as a source gives them: the common form between the doors and the builder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from greenmap.errors import NetworkError
from greenmap.model.walk_network import F8, I8, Bool, Objects
from greenmap.network.walkable import Walkable, walkable
from greenmap.read.osm_streets import OsmStreets

BOUNDS_BEYOND_DEG = 1.0
"""Bounds that a file states are its data's, unless they reach further beyond its streets."""


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """n nodes and m edges in any order.

    Parameters
    ----------
    node_id : array (n,)
        Unique, sorted.
    lon, lat : array (n,), degrees
        WGS 84.
    tail, head : array (m,) int64
        Node positions.
    forward, backward, private : array (m,) bool
        See :class:`~greenmap.model.walk_network.WalkNetwork`.
    highway : array (m,) object
        OSM value, ``""`` if not known.
    way_id : array (m,) int64
        -1 if not known.
    length_m : array (m,)
        NaN: to be measured.
    shape_start, shape : array (m + 1,), (k, 2)
        Polylines in degrees, both ends included.
    cut : array (n,) bool
        The source goes on beyond this node, but the data don't.
    extent : shapely.Polygon, optional
        Where data are, in degrees.
    notes : dict
        Counts.
    bridged_way : array, optional
        Ways on bridges or in tunnels; None: not known.
    """

    node_id: npt.NDArray[Any]
    lon: F8
    lat: F8
    tail: I8
    head: I8
    forward: Bool
    backward: Bool
    private: Bool
    highway: Objects
    way_id: I8
    length_m: F8
    shape_start: I8
    shape: F8
    cut: Bool
    extent: shapely.Polygon | None = None
    notes: dict[str, int] = field(default_factory=dict)
    bridged_way: I8 | None = None


def straight(lon: F8, lat: F8, tail: I8, head: I8) -> tuple[I8, F8]:
    """Return the polylines of straight edges: `shape_start` and `shape`.

    Examples
    --------
    >>> start, shape = straight(np.array([1.0, 2.0]), np.zeros(2), np.array([1]), np.array([0]))
    >>> start.tolist(), shape.tolist()
    ([0, 2], [[2.0, 0.0], [1.0, 0.0]])
    """
    ends = np.column_stack([tail, head]).ravel()
    start = np.arange(0, 2 * len(tail) + 1, 2, dtype=np.int64)
    return start, np.column_stack([lon[ends], lat[ends]]).reshape(-1, 2)


def osm_edges(
    streets: OsmStreets, *, source: str, extent: shapely.Polygon | None = None
) -> Edges:
    """Cut OSM ways into edges between consecutive nodes, keeping what may be walked.

    Parameters
    ----------
    streets : OsmStreets
        From a file or the web.
    source : str
        Name for messages.
    extent : shapely.Polygon, optional
        Where data are, degrees; default: the bounds the file states.

    Returns
    -------
    Edges

    Raises
    ------
    NetworkError
        Nothing may be walked.
    """
    may = walkable(streets.tags)
    located = np.isfinite(streets.lon)
    way = np.repeat(np.arange(len(streets.way_id)), np.diff(streets.ref_start))
    first = np.flatnonzero((way[1:] == way[:-1]) & may.keep[way[1:]])
    apart = streets.ref[first] != streets.ref[first + 1]
    whole = located[first] & located[first + 1] & apart
    broken = first[~whole & apart]
    first = first[whole]
    if not len(first):
        raise NetworkError("network.nothing_walkable", source=source, ways=len(streets.way_id))
    used = np.zeros(len(way), bool)
    used[first] = used[first + 1] = True
    node_id, at, place = np.unique(streets.ref[used], return_index=True, return_inverse=True)
    lon, lat = streets.lon[used][at], streets.lat[used][at]
    row = np.cumsum(used) - 1
    tail, head = place[row[first]], place[row[first + 1]]
    edge_way = way[first]
    start, shape = straight(lon, lat, tail, head)
    extent = extent or _stated_extent(streets.bounds, lon, lat)
    return Edges(
        node_id=node_id,
        lon=lon,
        lat=lat,
        tail=tail,
        head=head,
        forward=may.forward[edge_way],
        backward=may.backward[edge_way],
        private=may.private[edge_way],
        highway=streets.tags["highway"][edge_way],
        way_id=streets.way_id[edge_way],
        length_m=np.full(len(first), np.nan),
        shape_start=start,
        shape=shape,
        cut=np.isin(node_id, streets.ref[np.concatenate([broken, broken + 1])]),
        extent=extent,
        notes=way_counts(streets.way_id, may) | {"nodes_missing": _missing(streets, located)},
        bridged_way=np.unique(streets.way_id[edge_way][_bridged(streets.tags)[edge_way]]),
    )


def _bridged(tags: dict[str, Objects]) -> Bool:
    on_ground = {None, "", "no"}
    return np.array([not on_ground.issuperset(one) for one in
                     zip(tags["bridge"].tolist(), tags["tunnel"].tolist(), strict=True)])


def _stated_extent(
    bounds: tuple[float, float, float, float] | None, lon: F8, lat: F8
) -> shapely.Polygon | None:
    """Some programs state half the world as bounds: then they say nothing of the data."""
    if bounds is None:
        return None
    west, south, east, north = bounds
    beyond = lon.min() - west, lat.min() - south, east - lon.max(), north - lat.max()
    return shapely.box(*bounds) if max(beyond) <= BOUNDS_BEYOND_DEG else None


def way_counts(way_id: I8, may: Walkable) -> dict[str, int]:
    """Count ways read, kept, private, and left out by reason.

    Examples
    --------
    >>> may = walkable({"highway": np.array(["path", "raceway"], object)})
    >>> way_counts(np.array([1, 2]), may)
    {'ways_read': 2, 'ways_kept': 1, 'ways_private': 0, 'left_out highway=raceway': 1}
    """
    _, once = np.unique(way_id, return_index=True)
    keep = may.keep[once]
    counts = {
        "ways_read": len(once),
        "ways_kept": int(keep.sum()),
        "ways_private": int((may.private[once] & keep).sum()),
    }
    reasons, times = np.unique(may.reason[once][~keep].astype(str), return_counts=True)
    found = zip(reasons.tolist(), times.tolist(), strict=True)
    return counts | {f"left_out {reason}": times for reason, times in found}


def _missing(streets: OsmStreets, located: Bool) -> int:
    return len(np.unique(streets.ref[~located]))
