"""Road centrelines to a walking network: cleaned, split where they meet, ends joined, told.

A walker uses both directions of every street, so one-way rules for vehicles aren't read. Big
roads are crossed where a street meets them and nowhere else: a centreline has no zebra stripes.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Transformer

from greenmap.errors import NetworkError
from greenmap.model.crs import study_crs
from greenmap.model.walk_network import I8, Bool, Objects, WalkNetwork, freeze
from greenmap.network.build import build_network
from greenmap.network.edges import Edges
from greenmap.network.noding import NODE_M, Noded, node_lines
from greenmap.network.road_cover import data_extent, near_edge
from greenmap.network.road_repairs import check_meeting, list_repairs
from greenmap.network.walkable import walkable

JOIN_M = 1.0
"""Ends up to this far apart are joined."""

NEAR_M = 10.0
"""Open ends up to this far from another road are listed as near-misses."""


@dataclass(frozen=True, slots=True, eq=False)
class RoadLines:
    """Clean lines of l roads in metres, in an order that doesn't depend on the file's.

    Parameters
    ----------
    shape : array (l,) of shapely.LineString
        Simple, with a length, each once.
    row : array (l,) int64
        Row of the table each comes from.
    level : array (l,) int64
        0 on the ground.
    highway : array (l,) object
        OSM value.
    private : array (l,) bool
        For residents only.
    twice, twice_row : array of shapely.LineString, array of int64
        Exact repeats left out, and their rows.
    counts : dict
        Rows read, parts, left out by reason.
    """

    shape: Objects
    row: I8
    level: I8
    highway: Objects
    private: Bool
    twice: Objects
    twice_row: I8
    counts: dict[str, int]

    def __post_init__(self) -> None:
        freeze(self)


def network_from_roads(
    roads: gpd.GeoDataFrame,
    *,
    crs: str = "auto",
    join_m: float = JOIN_M,
    near_m: float = NEAR_M,
    communities: gpd.GeoDataFrame | None = None,
) -> WalkNetwork:
    """Build a walking network from road centrelines.

    Parameters
    ----------
    roads : GeoDataFrame
        Lines as :func:`greenmap.read.roads.read_roads` gives them: columns highway, foot,
        access, level.
    crs : str
        Metre system, or ``"auto"``.
    join_m : float, metres
        Ends up to this far apart are joined; 0 joins only what touches.
    near_m : float, metres
        Open ends up to this far from another road are listed.
    communities : GeoDataFrame, optional
        Whose ground is asked about. Where the roads leave a community out, the data end: homes
        there and walks that lead there are not known.

    Returns
    -------
    WalkNetwork
        Its extent is the ground with roads, what they enclose and bays up to a kilometre wide,
        without communities left out; ``notes`` counts what was done; ``repairs`` lists it,
        with places.

    Raises
    ------
    NetworkError
        No road may be walked; most roads meet no other.
    """
    source = str(roads.attrs.get("source", {}).get("name", "roads"))
    crs = _metre_system(roads, crs)
    lines = clean_lines(roads, crs, source=source)
    noded = node_lines(lines.shape, lines.level, join_m=join_m)
    check_meeting(noded, lines.row, roads, source=source, join_m=join_m)
    repairs = list_repairs(noded, lines, roads, near_m=near_m, crs=crs)
    extent, left_out = data_extent(communities, lines.shape, crs)
    cut = near_edge(noded.x, noded.y, left_out, extent)
    edges = road_edges(noded, lines, crs, extent=extent, cut=cut)
    counts = repairs["kind"].value_counts()
    edges.notes.update({f"roads_{kind}": int(counts.get(kind, 0)) for kind in
                        ("joined", "twice", "near_miss", "open_end")})  # fmt: skip
    return build_network(edges, crs=crs, source=source, repairs=repairs)


def _metre_system(roads: gpd.GeoDataFrame, crs: str) -> str:
    if crs != "auto":
        return crs
    west, south, east, north = roads.to_crs("EPSG:4326").total_bounds
    return study_crs([west, east], [south, north])


def clean_lines(roads: gpd.GeoDataFrame, crs: str, *, source: str) -> RoadLines:
    """Take the lines that may be walked: single, in metres, each once, none crossing itself.

    Parameters
    ----------
    roads : GeoDataFrame
        As for :func:`network_from_roads`.
    crs : str
        Metre system.
    source : str
        Name for messages.

    Returns
    -------
    RoadLines

    Raises
    ------
    NetworkError
        None may be walked.
    """
    none = np.full(len(roads), None, object)
    tags = {
        tag: roads[tag].to_numpy(object) if tag in roads else none
        for tag in ("highway", "foot", "access")
    }
    may = walkable(tags)
    level = roads["level"].to_numpy(np.int64) if "level" in roads else np.zeros(len(roads), int)
    counts = {"roads_read": len(roads), "roads_walked": int(may.keep.sum())}
    reasons, times = np.unique(_reasons(roads, may.reason)[~may.keep], return_counts=True)
    counts |= {f"left_out {why}": int(n) for why, n in zip(reasons, times, strict=True)}
    if not may.keep.any():
        raise NetworkError("network.nothing_walkable", source=source, ways=len(roads))
    kept = np.flatnonzero(may.keep)
    shape, part = shapely.get_parts(
        roads.geometry.to_crs(crs).to_numpy()[kept], return_index=True
    )
    row = kept[part]
    shape = shapely.remove_repeated_points(shape, NODE_M)
    solid = shapely.length(shape) > NODE_M
    counts["roads_no_length"] = int((~solid).sum())
    shape, row = _uncrossed(shape[solid], row[solid], level)
    first, twice = _once(shape, level[row], tags["highway"][row])
    return RoadLines(
        shape=shape[first], row=row[first], level=level[row[first]],
        highway=tags["highway"][row[first]], private=may.private[row[first]],
        twice=shape[twice], twice_row=row[twice], counts=counts,
    )  # fmt: skip


def _reasons(roads: gpd.GeoDataFrame, reason: Objects) -> Objects:
    """Why a road isn't walked, in the words of the file's own class where it has one."""
    if "class" not in roads:
        return reason.astype(str)
    said = roads["class"].to_numpy(object)
    own = [f"class={name}" if isinstance(name, str) else str(why)
           for name, why in zip(said, reason, strict=True)]  # fmt: skip
    return np.array(own, object)


def _uncrossed(shape: Objects, row: I8, level: I8) -> tuple[Objects, I8]:
    """Split lines on the ground where they cross themselves; a ramp may pass over itself."""
    bad = np.flatnonzero(~shapely.is_simple(shape) & (level[row] == 0))
    if not len(bad):
        return shape, row
    pieces, which = shapely.get_parts(shapely.node(shape[bad]), return_index=True)
    good = np.ones(len(shape), bool)
    good[bad] = False
    return (np.concatenate([shape[good], pieces]),
            np.concatenate([row[good], row[bad[which]]]))  # fmt: skip


def _once(shape: Objects, level: I8, highway: Objects) -> tuple[I8, I8]:
    """Positions of lines in their own order, and of those that repeat one of them.

    Lines are the same if their points are, to the millimetre, in either direction.
    """
    rounded = shapely.transform(shape, lambda xy: np.round(xy, 3))
    key = shapely.to_wkb(shapely.normalize(rounded))
    exact = shapely.to_wkb(shapely.normalize(shape))
    order = np.array(sorted(
        range(len(shape)), key=lambda k: (key[k], level[k], str(highway[k]), exact[k])
    ), np.int64)  # fmt: skip
    fresh = np.ones(len(order), bool)
    fresh[1:] = key[order][1:] != key[order][:-1]
    return order[fresh], order[~fresh]


def road_edges(
    noded: Noded, lines: RoadLines, crs: str, *, extent: shapely.Geometry, cut: Bool
) -> Edges:
    """Put noded roads in the common form of edges.

    Parameters
    ----------
    noded : Noded
        From :func:`greenmap.network.noding.node_lines`.
    lines : RoadLines
        What was noded.
    crs : str
        Its metre system.
    extent : shapely.Geometry
        Where data are, metres.
    cut : array (n,) bool
        Nodes where the data end.

    Returns
    -------
    Edges
        ``way_id`` tells the road's place in :class:`RoadLines`: −2, −3 …, so that it is never
        taken for a way of OpenStreetMap.
    """
    back = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    lon, lat = back.transform(noded.x, noded.y)
    shape_lon, shape_lat = back.transform(noded.shape[:, 0], noded.shape[:, 1])
    count, line = len(noded.line), noded.line
    both = np.ones(count, bool)
    return Edges(
        node_id=np.arange(1, len(noded.x) + 1),
        lon=np.asarray(lon, float),
        lat=np.asarray(lat, float),
        tail=noded.tail,
        head=noded.head,
        forward=both,
        backward=both.copy(),
        private=lines.private[line],
        highway=lines.highway[line],
        way_id=-2 - line,
        length_m=np.full(count, np.nan),
        shape_start=noded.shape_start,
        shape=np.column_stack([shape_lon, shape_lat]).reshape(-1, 2),
        cut=cut,
        extent=shapely.transform(extent, lambda xy: np.column_stack(back.transform(*xy.T))),
        notes=dict(lines.counts) | {"roads_crossings": noded.crossings},
        bridged_way=np.sort(-2 - np.flatnonzero(lines.level != 0)),
    )
