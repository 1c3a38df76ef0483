"""Barriers of an OpenStreetMap file: walls, railways, water, gates and named compounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from greenmap.read.osm_file import read_osm_features

WALLS = ("wall", "fence", "hedge", "retaining_wall", "city_wall")
GATES = (
    "gate", "lift_gate", "swing_gate", "sliding_gate", "wicket_gate", "kissing_gate", "entrance",
    "turnstile", "full-height_turnstile", "hampshire_gate", "sally_port",
)  # fmt: skip
RAILWAYS = ("rail", "light_rail", "narrow_gauge", "subway")
WATERWAYS = ("river", "canal")
BARRIER_KEYS = (
    "barrier", *(f"railway={kind}" for kind in RAILWAYS), "natural=water",
    *(f"waterway={kind}" for kind in WATERWAYS), "landuse=residential",
    "bridge", "tunnel", "layer",
)  # fmt: skip
_RESIDENTS = ("private", "residents", "permit", "destination", "customers", "key")
_NO = (None, "no")


@dataclass(frozen=True, slots=True, eq=False)
class OsmBarriers:
    """What an OSM file says of barriers; tables in EPSG:4326, sorted by id.

    Parameters
    ----------
    walls : GeoDataFrame
        Lines and areas; column ``kind``: a kind of wall, ``rail`` or ``water``.
    gates : GeoDataFrame
        Points; columns ``access`` (all, residents, closed), ``source`` (mapped), ``steps``,
        ``hours``.
    compounds : GeoDataFrame
        Named residential areas; column ``name``.
    free_way : tuple of int
        Streets on bridges, in tunnels or on another layer.
    """

    walls: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    free_way: tuple[int, ...]


def read_osm_barriers(path: str | Path) -> OsmBarriers:
    """Read walls, gates, railways, water and named residential areas.

    A gate is open to all unless its tags say ``access=no`` or ``locked=yes`` (closed), or
    ``access=private`` and the like (residents only). What lies in a tunnel is no barrier, nor
    is a railway on a bridge or a swimming pool.

    Parameters
    ----------
    path : path
        ``.osm``, ``.osm.xml`` or ``.osm.pbf``.

    Returns
    -------
    OsmBarriers

    Raises
    ------
    MissingFileError, UnreadableFileError
        As :func:`greenmap.read.osm_streets.read_osm_streets`.
    """
    found = read_osm_features(path, keys=BARRIER_KEYS).set_index("osm_id")
    tags = found["tags"]
    kind = tags.map(_kind)
    dimension = pd.Series(shapely.get_dimensions(found.geometry.to_numpy()), index=found.index)
    walls = found[(kind != "") & (dimension > 0)]
    gate = tags.map(lambda tag: tag.get("barrier") in GATES)
    home = tags.map(lambda tag: tag.get("landuse") == "residential" and "name" in tag)
    spared = tags.map(_off_ground) & found.index.str.startswith("way/")
    return OsmBarriers(
        walls=_table(walls, kind=kind[walls.index]),
        gates=_gates(found[gate]),
        compounds=_named(found[home & (dimension == 2)]),
        free_way=tuple(int(str(name).removeprefix("way/")) for name in found.index[spared]),
    )


def _off_ground(tag: Mapping[str, str]) -> bool:
    if "highway" not in tag:
        return False
    return any(tag.get(key) not in (*_NO, "0") for key in ("bridge", "tunnel", "layer"))


def _kind(tag: Mapping[str, str]) -> str:
    """Kind of barrier, ``""`` for none."""
    if tag.get("barrier") in WALLS:
        return tag["barrier"]
    if "highway" in tag or tag.get("tunnel") not in _NO:
        return ""
    if tag.get("railway") in RAILWAYS:
        return "rail" if tag.get("bridge") in _NO else ""  # one walks under it
    pool = tag.get("leisure") == "swimming_pool" or tag.get("water") == "pool"
    wet = tag.get("natural") == "water" or tag.get("waterway") in WATERWAYS
    return "water" if wet and not pool else ""


def gate_access(tag: Mapping[str, str]) -> str:
    """Return who may pass a gate by its tags.

    Examples
    --------
    >>> gate_access({}), gate_access({"access": "private"}), gate_access({"locked": "yes"})
    ('all', 'residents', 'closed')
    >>> gate_access({"access": "no", "foot": "yes"})
    'all'
    """
    said = tag.get("foot", tag.get("access"))
    if said == "no" or ("foot" not in tag and tag.get("locked") == "yes"):
        return "closed"
    return "residents" if said in _RESIDENTS else "all"


def _gates(found: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Gates as points; one drawn as a line stands in its middle."""
    shapes = found.geometry.to_numpy()
    line = shapely.get_dimensions(shapes) == 1
    middle = shapely.line_interpolate_point(shapes[line], 0.5, normalized=True)
    place = shapely.centroid(shapes)
    place[line] = middle
    tags = found["tags"]
    steps = pd.to_numeric(tags.map(lambda tag: tag.get("step_count")), errors="coerce")
    hours = tags.map(lambda tag: tag.get("opening_hours", ""))
    return gpd.GeoDataFrame(
        {"access": tags.map(gate_access).astype(object), "source": "mapped",
         "steps": steps.astype("float64"), "hours": hours.astype(object)},
        geometry=place, index=found.index.rename("gate_id"), crs=found.crs,
    )  # fmt: skip


def _named(found: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    name = found["tags"].map(lambda tag: tag["name"]).astype(object)
    made = gpd.GeoDataFrame({"name": name}, geometry=found.geometry, crs=found.crs)
    return made.rename_axis("compound_id")


def _table(found: gpd.GeoDataFrame, *, kind: pd.Series[str]) -> gpd.GeoDataFrame:
    made = gpd.GeoDataFrame(
        {"kind": kind.astype(object)}, geometry=found.geometry, crs=found.crs
    )
    return made.rename_axis("barrier_id")
