"""Streets of an OpenStreetMap file as arrays, whether or not they may be walked.

libosmium decodes the file, picks the ways and looks up where their nodes lie in C++; Python
asks each way for its number, tags, nodes and line, and NumPy does the rest.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from greenmap.errors import NetworkError
from greenmap.model.walk_network import F8, I8, Objects
from greenmap.read.osm_source import opened

WAY_TAGS = (
    "highway", "foot", "access", "oneway:foot", "area",
    "bridge", "tunnel", "layer", "service", "name",
)  # fmt: skip
_HEX_A_POINT = 32
"""Hexadecimal digits of two numbers of 8 bytes."""


@dataclass(frozen=True, slots=True)
class OsmStreets:
    """Every ``highway`` way of a file, as found.

    Parameters
    ----------
    way_id : array (w,)
        Sorted.
    tags : dict of array (w,) object
        Value or None, by tag of ``WAY_TAGS``.
    ref_start : array (w + 1,)
        Where each way's nodes start in `ref`.
    ref, lon, lat : array (r,)
        Node ids along the ways and where they lie, degrees; NaN where the file refers to a
        node it doesn't hold.
    bounds : tuple of float, optional
        West, south, east, north, if the file states them.
    """

    way_id: I8
    tags: dict[str, Objects]
    ref_start: I8
    ref: I8
    lon: F8
    lat: F8
    bounds: tuple[float, float, float, float] | None


@dataclass(slots=True)
class _Ways:
    """Ways as they come from the file: all tags and all nodes one after the other.

    `places` are lon and lat of the nodes, a text a way, as hexadecimal.
    """

    way_id: list[int] = field(default_factory=list)
    tags: list[str | None] = field(default_factory=list)
    count: list[int] = field(default_factory=list)
    ref: array[int] = field(default_factory=lambda: array("q"))
    places: list[str] = field(default_factory=list)


def read_osm_streets(path: str | Path) -> OsmStreets:
    """Read every way with a ``highway`` tag.

    Parameters
    ----------
    path : path
        ``.osm``, ``.osm.xml`` or ``.osm.pbf``.

    Returns
    -------
    OsmStreets

    Raises
    ------
    MissingFileError, UnreadableFileError
        No such file; not OSM, broken or cut short: never a part of the network.
    NetworkError
        No way has a ``highway`` tag.
    """
    with opened(path) as ordered:
        ways = _read_ways(ordered)
        if not ways.way_id:
            raise NetworkError("network.no_highways", file=Path(path).name)
        streets = _as_arrays(ways, _bounds(ordered))
        return _with_new_nodes(streets, ordered) if (streets.ref < 0).any() else streets


def _read_ways(path: Path) -> _Ways:
    import osmium
    from osmium.filter import EntityFilter, KeyFilter

    as_line, every_node = osmium.geom.WKBFactory().create_linestring, osmium.geom.use_nodes.ALL
    found = osmium.FileProcessor(path).with_locations()
    found.with_filter(EntityFilter(osmium.osm.WAY)).with_filter(KeyFilter("highway"))
    ways = _Ways()
    for way in found:
        nodes, get = way.nodes, way.tags.get
        count = len(nodes)
        ways.way_id.append(way.id)
        ways.tags.extend(map(get, WAY_TAGS))
        ways.count.append(count)
        ways.ref.extend([nodes[k].ref for k in range(count)])
        try:
            line = as_line(way, use_nodes=every_node)
        except (osmium.InvalidLocationError, RuntimeError):  # a node missing; fewer than two
            line = _one_by_one(nodes)
        ways.places.append(line[len(line) - _HEX_A_POINT * count :])  # without WKB's head
    return ways


def _one_by_one(nodes: Any) -> str:
    places = [
        (node.lon, node.lat) if node.location.valid() else (np.nan, np.nan) for node in nodes
    ]
    return np.array(places, np.float64).tobytes().hex()


def _as_arrays(ways: _Ways, bounds: tuple[float, float, float, float] | None) -> OsmStreets:
    way_id, count = np.array(ways.way_id, np.int64), np.array(ways.count, np.int64)
    xy = np.frombuffer(bytes.fromhex("".join(ways.places)), np.float64)
    xy = xy.reshape(int(count.sum()), 2)  # never a line that lacks one of its nodes
    order = np.argsort(way_id, kind="stable")
    start = np.concatenate([[0], np.cumsum(count[order])]).astype(np.int64)
    first = (np.cumsum(count) - count)[order]
    at = np.arange(start[-1]) + np.repeat(first - start[:-1], count[order])
    many = len(WAY_TAGS)
    return OsmStreets(
        way_id=way_id[order],
        tags={tag: np.array(ways.tags[k::many], object)[order] for k, tag in enumerate(WAY_TAGS)},
        ref_start=start,
        ref=np.frombuffer(ways.ref, np.int64)[at],
        lon=xy[at, 0],
        lat=xy[at, 1],
        bounds=bounds,
    )


def _with_new_nodes(streets: OsmStreets, path: Path) -> OsmStreets:
    """Fill in nodes drawn in an editor and not uploaded: their ids are negative."""
    import osmium

    new = {
        node.id: (node.lon, node.lat)
        for node in osmium.FileProcessor(path, osmium.osm.NODE)
        if node.id < 0
    }
    for k in np.flatnonzero(streets.ref < 0):
        streets.lon[k], streets.lat[k] = new.get(int(streets.ref[k]), (np.nan, np.nan))
    return streets


def _bounds(path: Path) -> tuple[float, float, float, float] | None:
    import osmium

    with osmium.io.Reader(path, osmium.osm.NOTHING) as reader:
        box = reader.header().box()
    if not box.valid():
        return None
    low, high = box.bottom_left, box.top_right
    return (low.lon, low.lat, high.lon, high.lat)
