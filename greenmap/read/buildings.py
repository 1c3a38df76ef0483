"""Homes from building outlines: floor area, and people shared out by it."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from greenmap.errors import TableError
from greenmap.read.homes import with_community
from greenmap.read.polygons import geodesic_areas

RESIDENTIAL = frozenset(
    (
        "apartments", "residential", "house", "detached", "semidetached_house", "terrace",
        "dormitory", "bungalow", "farm", "cabin", "ger", "houseboat", "static_caravan",
    )
)  # fmt: skip
"""Values of OSM ``building`` that are dwellings."""

OTHER_USE = frozenset(
    (
        "amenity", "shop", "office", "tourism", "leisure", "man_made", "craft", "industrial",
        "healthcare", "power", "military", "public_transport", "railway", "aeroway", "religion",
        "government", "emergency", "historic", "club",
    )
)  # fmt: skip
"""Keys that show a plain ``building=yes`` is not, or not only, a dwelling."""


def homes_from_buildings(
    buildings: gpd.GeoDataFrame,
    *,
    people_total: float | None = None,
    communities: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Make homes of the dwellings among building outlines.

    A building is a dwelling if its ``building`` value is one of
    :data:`RESIDENTIAL`, or ``yes`` and no tag of :data:`OTHER_USE` stands
    beside it: in most Chinese towns blocks of flats are drawn as ``yes``.
    Floor area is footprint × levels; levels not known are the median of
    those known among the dwellings (1 if none is), and ``levels_source``
    says so.

    Parameters
    ----------
    buildings : GeoDataFrame
        Polygons with a CRS; columns ``building``, ``levels`` (NaN = not
        known), optional ``osm_id`` and ``tags`` (dict).
    people_total : float, optional
        People living in these buildings, shared out by floor area; without
        it ``people`` is NaN and floor area is the weight.
    communities : GeoDataFrame, optional
        To put each home in its community.

    Returns
    -------
    GeoDataFrame
        Points inside the buildings, EPSG:4326, index ``home_id``; columns
        people, community_id, floors, floor_area_m2, levels_source
        ("tagged" | "median"), people_source, people_rule, building_id.
        ``attrs``: ``dwellings``, ``not_dwellings``, ``levels_median``,
        ``levels_known``, ``community_rule``.

    Raises
    ------
    TableError
        If there is no dwelling, or `people_total` isn't positive.

    Examples
    --------
    >>> block = shapely.box(101.7, 26.58, 101.7005, 26.5802)
    >>> blocks = gpd.GeoDataFrame(
    ...     {"osm_id": ["way/1", "way/2"], "building": ["apartments", "yes"],
    ...      "levels": [6.0, 3.0]}, geometry=[block, block], crs=4326)
    >>> homes_from_buildings(blocks, people_total=90)["people"].round().tolist()
    [60.0, 30.0]
    """
    if people_total is not None and not people_total > 0:
        raise TableError("read.people_total", found=people_total)
    chosen = dwellings(buildings)
    if not chosen.any():
        raise TableError("read.no_dwellings", buildings=len(buildings))
    homes, median = _as_points(buildings[chosen])
    weight = homes["floor_area_m2"]
    if people_total is None:
        homes = homes.assign(people=np.nan, people_source=None, people_rule=None)
    else:
        homes = homes.assign(
            people=people_total * weight / weight.sum(),
            people_source="estimated",
            people_rule="floor_area_share",
        )
    homes, how = with_community(homes, communities)
    known = int((homes["levels_source"] == "tagged").sum())
    homes.attrs = {
        "dwellings": len(homes),
        "not_dwellings": int((~chosen).sum()),
        "levels_median": median,
        "levels_known": known,
        "people_total": people_total,
        "community_rule": how,
    }
    return homes


def dwellings(buildings: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Say which buildings people live in, by :func:`homes_from_buildings`' rule.

    Parameters
    ----------
    buildings : GeoDataFrame, n rows
        With ``building`` and, if there, ``tags``.

    Returns
    -------
    array of bool, shape (n,)
    """
    value = buildings["building"].astype(object)
    plain = (value == "yes").to_numpy()
    if "tags" in buildings.columns:
        used = buildings["tags"].map(lambda tags: bool(OTHER_USE & tags.keys())).to_numpy(bool)
        plain = plain & ~used
    return np.asarray(value.isin(RESIDENTIAL).to_numpy() | plain)


def _as_points(found: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, float]:
    shapes = found.geometry.to_crs("EPSG:4326")
    levels = pd.to_numeric(found["levels"], errors="coerce").astype("float64")
    tagged = (levels > 0).to_numpy()
    median = float(levels[tagged].median()) if tagged.any() else 1.0
    floors = levels.where(tagged, median).to_numpy()
    ids: Any = found["osm_id"] if "osm_id" in found.columns else found.index
    index = pd.Index([str(value) for value in ids.tolist()], name="home_id")
    homes = gpd.GeoDataFrame(
        {
            "floors": floors,
            "levels_source": np.where(tagged, "tagged", "median").astype(object),
            "floor_area_m2": geodesic_areas(shapes) * floors,
            "building_id": index.to_numpy(),
        },
        geometry=shapely.point_on_surface(shapes.to_numpy()),
        index=index,
        crs="EPSG:4326",
    )
    return homes, median
