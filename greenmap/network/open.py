"""Open a walking network from wherever it is: a street file, a saved graph, or the web.

What only building a network needs is imported when one is built: taking it from the cache is
quick.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import shapely

from greenmap import progress, settings
from greenmap.errors import GreenmapError, InputError, MissingFileError
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.store import FORMAT, load_network, save_network
from greenmap.network.walkable import rule_text

_log = logging.getLogger("greenmap.network")


def read_network(
    path: str | Path | None = None,
    *,
    place: str | shapely.Polygon | None = None,
    crs: str = "auto",
    cache: bool = True,
) -> WalkNetwork:
    """Read the streets that may be walked.

    Parameters
    ----------
    path : path, optional
        ``.osm``, ``.osm.xml`` or ``.osm.pbf``; ``.graphml`` saved by OSMnx; ``.npz`` saved by
        :func:`save_network`.
    place : str or shapely.Polygon, optional
        Instead of a path: a place name, or an area in WGS 84 degrees, fetched from
        OpenStreetMap.
    crs : str
        Metre system to snap and draw in, or ``"auto"``.
    cache : bool
        Keep the built network in the cache folder, and take it from there next time. What a
        web service answered is kept there in any case; delete the folder to ask again.

    Returns
    -------
    WalkNetwork

    Raises
    ------
    InputError
        Neither or both of `path` and `place` are given.
    MissingFileError, UnreadableFileError, NetworkError
        No such file; broken; nothing to walk in it.
    WebError
        A web service doesn't answer.
    """
    if (path is None) == (place is None):
        raise InputError("network.need_one_source")
    if place is not None:
        return _from_web(place, crs, cache)
    path = Path(str(path))
    if not path.is_file():
        raise MissingFileError("network.file_missing", file=str(path))
    if path.suffix.lower() == ".npz":
        return load_network(path)
    if path.suffix.lower() == ".graphml":
        return _from_graphml(path, crs)
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return _cached(lambda: _from_osm(path, crs), path.name, cache, content, crs)


def _from_osm(path: Path, crs: str) -> WalkNetwork:
    from greenmap.network.build import build_network
    from greenmap.network.edges import osm_edges
    from greenmap.read.osm_streets import read_osm_streets

    progress.report(0, 2, "network.reading", source=path.name)
    streets = read_osm_streets(path)
    progress.report(1, 2, "network.building", source=path.name)
    network = build_network(osm_edges(streets, source=path.name), crs=crs, source=path.name)
    progress.report(2, 2, "network.ready", source=path.name)
    return network


def _from_graphml(path: Path, crs: str) -> WalkNetwork:
    from greenmap.network.tables import network_from_tables
    from greenmap.read.graphml import read_graphml

    nodes, edges, extent = read_graphml(path)
    return network_from_tables(nodes, edges, crs=crs, extent=extent, source=path.name)


def _from_web(place: Any, crs: str, cache: bool) -> WalkNetwork:
    from greenmap.network.build import build_network
    from greenmap.network.edges import osm_edges
    from greenmap.read.osm_web import BUFFER_M, WAY_FILTER, read_osm_web

    if not isinstance(place, str | shapely.Polygon | shapely.MultiPolygon) or not place:
        raise InputError("network.place_area", found=type(place).__name__)
    source = place if isinstance(place, str) else "OpenStreetMap"

    def fetch() -> WalkNetwork:
        progress.report(0, 2, "network.reading", source=source)
        streets, extent = read_osm_web(place)
        progress.report(1, 2, "network.building", source=source)
        found = osm_edges(streets, source=source, extent=extent)
        return build_network(found, crs=crs, source=source)

    asked = place if isinstance(place, str) else shapely.to_wkt(place, rounding_precision=7)
    return _cached(fetch, source, cache, asked, crs, WAY_FILTER, str(BUFFER_M))


def _cached(make: Callable[[], WalkNetwork], source: str, cache: bool, *key: str) -> WalkNetwork:
    """Take a network from the cache, or make and keep it; a broken cache is no one's trouble."""
    if not cache:
        return make()
    parts = "\n".join([str(FORMAT), rule_text(), source, *key])
    digest = hashlib.sha256(parts.encode()).hexdigest()
    kept = settings.current().cache_dir / "networks" / f"{digest}.npz"
    if kept.is_file():
        try:
            return load_network(kept, check=False)  # nobody else writes there
        except GreenmapError as error:
            _log.info("stored network made anew: %s", error)
    network = make()
    try:
        save_network(network, kept)
    except OSError as error:
        _log.info("network not kept: %s", error)
    return network
