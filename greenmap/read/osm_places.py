"""Amenities from OpenStreetMap objects, by the category rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap.errors import Faults
from greenmap.model.category import classify_osm, load_categories
from greenmap.model.notes import Notes
from greenmap.read.closed import says_closed
from greenmap.read.kinds import check_collected, expand
from greenmap.read.polygons import geodesic_areas

_PAST = ("disused:", "abandoned:", "was:")
_KEYS = ("amenity", "shop", "leisure", "healthcare", "office", "craft", "tourism", "landuse")


def amenities_from_osm(
    features: gpd.GeoDataFrame,
    *,
    collected: str | Sequence[str] = (),
    source: Mapping[str, Any] | None = None,
    outlines: bool = False,
) -> gpd.GeoDataFrame:
    """Make amenities of OpenStreetMap objects.

    An area stands as a point inside it, with its geodesic size; an area
    whose size contradicts a category (a small pitch as a large ground) is
    not of that category. Objects of no category are not facilities; they
    are counted by their main tag.

    Parameters
    ----------
    features : GeoDataFrame
        Columns osm_id, tags (dict), geometry in any CRS.
    collected : str or sequence of str
        Categories the map claims to be complete in, or ``"all"``.
    source : mapping, optional
        Record of the street file, for ``attrs``.
    outlines : bool
        Leave areas as they are, for
        :func:`greenmap.network.entrances.find_entrances`.

    Returns
    -------
    GeoDataFrame
        Points in EPSG:4326, index ``amenity_id`` (the osm_id); columns
        category, place_id, status, name, area_m2 (NaN for points), source.
        ``attrs``: ``collected``, ``unclassified`` (tuples tag, count),
        ``closed_by_name`` (tuples id, name: what the map calls disused or
        abandoned, whether it stands in the table as closed or not at all),
        ``source``.

    Raises
    ------
    InputFaults
        If `collected` names no category.

    Examples
    --------
    >>> features = gpd.GeoDataFrame(
    ...     {"osm_id": ["node/1", "node/2"],
    ...      "tags": [{"shop": "supermarket"}, {"amenity": "bench"}]},
    ...     geometry=gpd.points_from_xy([101.7, 101.7], [26.58, 26.58]), crs=4326)
    >>> amenities_from_osm(features)["category"].to_dict()
    {'node/1': 'supermarket'}
    """
    faults = Faults()
    claimed = check_collected(collected, faults)
    faults.raise_if_any()
    shapes = features.geometry.to_crs("EPSG:4326")
    every = features["tags"].tolist()
    found = [classify_osm(tags) for tags in every]
    asked = np.array([bool(categories) for categories in found], bool)
    area = np.full(len(features), np.nan)
    area[asked] = geodesic_areas(shapes.to_numpy()[asked])
    area[area == 0] = np.nan
    found = [_fitting(categories, size) for categories, size in zip(found, area, strict=True)]
    taken = np.array([bool(categories) for categories in found], bool)
    tags = [own for own, kept in zip(every, taken, strict=True) if kept]
    ids = pd.Index(features["osm_id"].astype(object)[taken], name="amenity_id")
    table = gpd.GeoDataFrame(
        {
            "place_id": ids.to_numpy(),
            "status": [_status(own) for own in tags],
            "name": pd.Series([own.get("name") for own in tags], dtype=object).to_numpy(),
            "area_m2": area[taken],
            "source": "OpenStreetMap",
        },
        geometry=_points(shapes.to_numpy()[taken], outlines),
        index=ids,
        crs="EPSG:4326",
    )
    table = expand(table, [categories for categories in found if categories])
    table.attrs = {
        "source": dict(source or {}),
        "collected": claimed,
        "unclassified": Notes(_rest([own for own, kept in zip(every, taken, strict=True)
                                     if not (kept or _former(own))])),
        "closed_by_name": Notes(_closed(table, features[~taken])),
        "left_out": (),
        "dropped_columns": (),
    }
    return table


def _former(tags: Mapping[str, str]) -> tuple[str, ...]:
    """Categories of what an object was before it closed: ``disused:shop=chemist``."""
    was = {key.partition(":")[2]: value for key, value in tags.items() if key.startswith(_PAST)}
    return classify_osm({"name": tags.get("name", ""), **was}) if was else ()


def _closed(table: gpd.GeoDataFrame, others: gpd.GeoDataFrame) -> tuple[tuple[str, str], ...]:
    """Id and name of places that were given up: of the table, and of those that aren't in it."""
    shut = table[table["status"] == "closed"]
    listed = {key: name or key for key, name in zip(shut["place_id"], shut["name"], strict=True)}
    for key, tags in zip(others["osm_id"].tolist(), others["tags"], strict=True):
        if _former(tags):
            listed[key] = tags.get("name") or next(
                f"{k}={v}" for k, v in tags.items() if k.startswith(_PAST))
    return tuple((str(key), str(name)) for key, name in listed.items())


def _points(shapes: Any, outlines: bool) -> Any:
    """A point inside an area, half way along a line, or the point itself."""
    points = shapely.point_on_surface(shapes)
    if outlines:
        areas = shapely.get_dimensions(shapes) == 2
        points[areas] = shapes[areas]
    lines = shapely.get_dimensions(shapes) == 1
    points[lines] = shapely.centroid(shapes[lines])
    single = shapely.get_type_id(shapes) == 1
    points[single] = shapely.line_interpolate_point(shapes[single], 0.5, normalized=True)
    return points


def _fitting(categories: tuple[str, ...], size_m2: float) -> tuple[str, ...]:
    """Leave out categories whose size an area of known size doesn't have."""
    known = load_categories()
    kept = []
    for key in categories:
        bounds = known[key].site_m2
        if bounds is None or np.isnan(size_m2) or bounds[0] <= size_m2 < bounds[1]:
            kept.append(key)
    return tuple(kept)


def _status(tags: Mapping[str, str]) -> str:
    shut = "yes" in (tags.get("disused"), tags.get("abandoned")) or says_closed(tags.get("name"))
    return "closed" if shut else "open"


def _rest(tags: Sequence[Mapping[str, str]]) -> tuple[tuple[str, int], ...]:
    counts = Counter(
        next((f"{key}={own[key]}" for key in _KEYS if key in own), "-") for own in tags
    )
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
