"""What a street file says of entrances: mapped doors and gates, and the ways of bridges."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt

ENTRANCE_KEYS = ("entrance", "barrier=gate", "bridge", "tunnel")
"""Keys to read a street file by, for the two functions below."""

_NOT_FOR_VISITORS = ("no", "emergency", "exit", "garage", "service", "staircase", "home")
_AT_GRADE = {"no", "building_passage"}
_SHUT = ("no", "private", "residents")


def tagged_entrances(features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Pick the nodes by which a visitor may come in.

    Parameters
    ----------
    features : GeoDataFrame
        Columns osm_id, tags (dict), geometry; see
        :func:`greenmap.read.osm_file.read_osm_features`.

    Returns
    -------
    GeoDataFrame
        Nodes with ``entrance=*`` or ``barrier=gate``; without those shut by
        ``access``, ``foot`` or ``locked`` and entrances for emergencies,
        leaving, deliveries or cars.

    Examples
    --------
    >>> doors = gpd.GeoDataFrame(
    ...     {"osm_id": ["node/1", "node/2"],
    ...      "tags": [{"entrance": "main"}, {"barrier": "gate", "access": "private"}]},
    ...     geometry=gpd.points_from_xy([101.7, 101.7], [26.5, 26.6]), crs=4326)
    >>> tagged_entrances(doors)["osm_id"].tolist()
    ['node/1']
    """
    rows = zip(features["osm_id"], features["tags"], strict=True)
    return features[np.array([n.startswith("node/") and _lets_in(t) for n, t in rows], bool)]


def bridge_ways(features: gpd.GeoDataFrame) -> npt.NDArray[np.int64]:
    """Pick the ways that lead over or under others.

    Parameters
    ----------
    features : GeoDataFrame
        As for :func:`tagged_entrances`.

    Returns
    -------
    array of int64
        Way ids, sorted.
    """
    ways = [
        int(name.removeprefix("way/"))
        for name, tags in zip(features["osm_id"], features["tags"], strict=True)
        if name.startswith("way/")
        and not {tags.get("bridge", "no"), tags.get("tunnel", "no")} <= _AT_GRADE
    ]
    return np.array(sorted(ways), np.int64)


def _lets_in(tags: Mapping[str, str]) -> bool:
    if tags.get("entrance", "") in _NOT_FOR_VISITORS or tags.get("locked") == "yes":
        return False
    if "entrance" not in tags and tags.get("barrier") != "gate":
        return False
    return tags.get("foot", tags.get("access")) not in _SHUT
