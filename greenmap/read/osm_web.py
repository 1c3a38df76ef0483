"""Streets from the web: OpenStreetMap through OSMnx and Overpass, cached, asked politely.

Only here is OSMnx imported. Its settings are set for the call and put back; what a server
answers is kept in the cache folder, so the same question needs no network again.
"""

from __future__ import annotations

import math
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import geopandas as gpd
import numpy as np
import shapely

from greenmap import settings
from greenmap.errors import NetworkError, WebError
from greenmap.model.crs import study_crs
from greenmap.read.osm_streets import WAY_TAGS, OsmStreets

WAY_FILTER = '["highway"]["area"!~"^yes$"]'
"""OSMnx's own filter for walking drops access=private, that is most inner roads of compounds."""

BUFFER_M = 1600.0
"""A named place is widened by this, so that walks from its edge stay in the data (20 min)."""


def read_osm_web(place: str | shapely.Polygon) -> tuple[OsmStreets, shapely.Polygon]:
    """Fetch every street of a place.

    Parameters
    ----------
    place : str or shapely.Polygon
        Name for the geocoder, widened by ``BUFFER_M``; or an area in WGS 84 degrees, taken as
        it is.

    Returns
    -------
    streets : OsmStreets
        Each segment a way of two nodes.
    extent : shapely.Polygon
        The area asked for, degrees.

    Raises
    ------
    WebError
        No answer in ``settings.current().web_timeout_s``, or a broken one.
    NetworkError
        The place isn't known, or has no streets.
    """
    name = place if isinstance(place, str) else "polygon"
    with _osmnx() as osmnx:
        extent = place
        if isinstance(place, str):
            with _nothing_found("network.place_unknown", name):
                extent = _widened(osmnx.geocode_to_gdf(place).geometry.iloc[0])
        with _nothing_found("network.web_nothing", name):
            graph = osmnx.graph_from_polygon(
                extent,
                network_type="walk",  # both directions, whatever oneway says of vehicles
                custom_filter=WAY_FILTER,
                simplify=False,
                retain_all=True,
                truncate_by_edge=True,
            )
    return _as_streets(graph), extent


@contextmanager
def _nothing_found(key: str, place: str) -> Iterator[None]:
    """OSMnx has one kind of error for an answer that is empty and one that can't be read."""
    try:
        yield
    except WebError:
        raise
    except (ValueError, TypeError) as error:
        if isinstance(error.__cause__, ValueError):
            raise WebError("network.web_failed", service="", detail=str(error)[:200]) from error
        raise NetworkError(key, place=place) from error


def _widened(area: shapely.Polygon) -> shapely.Polygon:
    west, south, east, north = area.bounds
    plane = study_crs([west, east], [south, north])
    wide = gpd.GeoSeries([area], crs="EPSG:4326").to_crs(plane).buffer(BUFFER_M)
    return wide.to_crs("EPSG:4326").iloc[0]


def _as_streets(graph: Any) -> OsmStreets:
    rows = [facts | {"ends": (u, v)} for u, v, facts in graph.edges(data=True)
            if not facts.get("reversed")]  # fmt: skip
    ref = np.array([node for row in rows for node in row["ends"]], np.int64)
    nodes = graph.nodes
    return OsmStreets(
        way_id=np.array([row["osmid"] for row in rows], np.int64),
        tags={tag: np.array([row.get(tag) for row in rows], object) for tag in WAY_TAGS},
        ref_start=np.arange(0, len(ref) + 1, 2, dtype=np.int64),
        ref=ref,
        lon=np.array([nodes[node]["x"] for node in ref.tolist()], float),
        lat=np.array([nodes[node]["y"] for node in ref.tolist()], float),
        bounds=None,
    )


@contextmanager
def _osmnx() -> Iterator[Any]:
    """Lend OSMnx with our settings; turn what goes wrong on the way into a WebError."""
    import osmnx
    import requests

    ours = settings.current()
    timeout_s = max(1, math.ceil(ours.web_timeout_s))
    changed = {
        "use_cache": True,
        "cache_folder": ours.cache_dir / "osm_web",
        "requests_timeout": timeout_s,
        # the query is the cache's key, so it must not hold our time-out
        "overpass_settings": "[out:json][timeout:180]{maxsize}",
        "useful_tags_way": list(WAY_TAGS),
        "requests_kwargs": osmnx.settings.requests_kwargs | {"hooks": {"response": _refuse}},
        # a server that doesn't tell its state would be waited for a minute
        "overpass_rate_limit": osmnx.settings.overpass_rate_limit and _alive(osmnx, timeout_s),
    }
    before = {name: getattr(osmnx.settings, name) for name in changed}
    resolve = socket.getaddrinfo  # OSMnx replaces it for good
    try:
        for name, value in changed.items():
            setattr(osmnx.settings, name, value)
        yield osmnx
    except requests.exceptions.Timeout as error:
        raise WebError(
            "network.web_timeout", service=_service(error), timeout_s=timeout_s
        ) from error
    except requests.exceptions.RequestException as error:
        raise WebError(
            "network.web_failed", service=_service(error), detail=type(error).__name__
        ) from error
    finally:
        socket.getaddrinfo = resolve
        for name, value in before.items():
            setattr(osmnx.settings, name, value)


def _alive(osmnx: Any, timeout_s: int) -> bool:
    parts = urlsplit(osmnx.settings.overpass_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((parts.hostname, port), timeout=timeout_s):
            return True
    except OSError:
        return False


def _refuse(response: Any, *_: Any, **__: Any) -> None:
    """Stop at an error, or at an answer cut short: OSMnx would wait, or keep the part."""
    service = urlsplit(response.url).hostname
    if not response.ok:
        raise WebError("network.web_failed", service=service, detail=response.status_code)
    if '"remark"' in response.text and "runtime error" in response.text:
        raise WebError("network.web_failed", service=service, detail="runtime error")


def _service(error: Any) -> str:
    return str(urlsplit(error.request.url).hostname if error.request is not None else "?")
