"""Crossings of an OpenStreetMap file: signals, zebra crossings, foot bridges, lifts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from greenmap.model.walk_network import I8, Objects
from greenmap.read.osm_source import opened

_CROSSING_WAYS = ("footway", "path", "cycleway")
_NO = (None, "no")


@dataclass(frozen=True, slots=True, eq=False)
class OsmCrossings:
    """What an OSM file says of crossing streets.

    Parameters
    ----------
    node, node_kind : array (c,) int64, object
        Nodes, sorted, and ``signal``, ``unsignalised`` or ``elevator``.
    way, way_kind : array (w,) int64, object
        Ways, sorted, and ``signal``, ``unsignalised``, ``bridge``, ``tunnel`` or ``elevator``.
    """

    node: I8
    node_kind: Objects
    way: I8
    way_kind: Objects


def read_osm_crossings(path: str | Path) -> OsmCrossings:
    """Read where streets are crossed, and how.

    Parameters
    ----------
    path : path
        ``.osm``, ``.osm.xml`` or ``.osm.pbf``.

    Returns
    -------
    OsmCrossings

    Raises
    ------
    MissingFileError, UnreadableFileError
        As :func:`greenmap.read.osm_streets.read_osm_streets`.
    """
    import osmium
    from osmium.filter import KeyFilter

    nodes: dict[int, str] = {}
    ways: dict[int, str] = {}
    with opened(path) as ordered:
        both = osmium.osm.NODE | osmium.osm.WAY
        found = osmium.FileProcessor(ordered, both).with_filter(KeyFilter("highway", "crossing"))
        for one in found:
            tags = dict(one.tags)
            kept, kind = (nodes, node_kind(tags)) if one.is_node() else (ways, way_kind(tags))
            if kind:
                kept[one.id] = kind
    (node, nodes_are), (way, ways_are) = _sorted(nodes), _sorted(ways)
    return OsmCrossings(node, nodes_are, way, ways_are)


def _sorted(found: Mapping[int, str]) -> tuple[I8, Objects]:
    ids = sorted(found)
    return np.array(ids, np.int64), np.array([found[one] for one in ids], object)


def node_kind(tags: Mapping[str, str]) -> str:
    """Return the kind of crossing a node is, ``""`` for none.

    Examples
    --------
    >>> node_kind({"highway": "crossing", "crossing": "zebra"})
    'unsignalised'
    >>> node_kind({"highway": "traffic_signals"}), node_kind({"highway": "bus_stop"})
    ('signal', '')
    """
    said = tags.get("highway")
    if said == "elevator":
        return "elevator"
    if said == "traffic_signals":
        return "signal"
    if said != "crossing" and tags.get("crossing") in _NO:
        return ""
    return _by_signals(tags)


def way_kind(tags: Mapping[str, str]) -> str:
    """Return the kind of crossing a way is, ``""`` for none.

    Examples
    --------
    >>> way_kind({"highway": "footway", "footway": "crossing", "crossing": "traffic_signals"})
    'signal'
    >>> way_kind({"highway": "footway", "bridge": "yes"}), way_kind({"highway": "residential"})
    ('bridge', '')
    """
    if tags.get("highway") == "elevator":
        return "elevator"
    if any(tags.get(key) == "crossing" for key in _CROSSING_WAYS):
        return _by_signals(tags)
    if tags.get("tunnel") not in (*_NO, "building_passage"):
        return "tunnel"
    return "bridge" if tags.get("bridge") not in _NO else ""


def _by_signals(tags: Mapping[str, str]) -> str:
    if tags.get("crossing") == "no":
        return ""
    signals = tags.get("crossing") == "traffic_signals" or tags.get("crossing:signals") == "yes"
    return "signal" if signals else "unsignalised"
