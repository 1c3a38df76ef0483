"""Attachments and walled networks of earlier runs, taken from the cache folder.

What they were made from is digested to the last bit, with the program's own source and the
versions of the libraries that measure: another point, street or wall, another line of code, and
they are made anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields, replace
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from greenmap.errors import MissingFileError, NetworkError
from greenmap.kept import Arrays, kept, kept_path, source_digest
from greenmap.model.attachment import Attachment
from greenmap.model.barrier import Barriers
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.attach import attach
from greenmap.network.store import load_network, save_network
from greenmap.network.walls import with_barriers

FEWEST = 1000
"""Points below this are attached faster than it is worth to keep."""

_ARRAYS = tuple(field.name for field in fields(Attachment) if field.name != "ids")


def attach_kept(
    network: WalkNetwork,
    points: gpd.GeoDataFrame,
    *,
    limit_m: float = 100.0,
    public_only: bool = False,
    edges: npt.NDArray[np.bool_] | None = None,
) -> Attachment:
    """Attach points as :func:`greenmap.network.attach.attach` does, or as it did before.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    points : geopandas.GeoDataFrame
        Homes or entrances; fewer than :data:`FEWEST` are attached anew each time.
    limit_m : float, metres
        Longest leg.
    public_only : bool
        Leave out edges for residents only.
    edges : array (m,) bool, optional
        Edges that may be joined.

    Returns
    -------
    Attachment
    """

    def make() -> Attachment:
        return attach(network, points, limit_m=limit_m, public_only=public_only, edges=edges)

    if len(points) < FEWEST:
        return make()
    node = points["node"].tolist() if "node" in points else None
    about = repr((str(points.crs), node, float(limit_m), public_only))
    key = (_program(), network_content(network), about.encode(),
           *_of_array(points.geometry.to_numpy()), b"" if edges is None else edges.tobytes())

    def unpack(arrays: Arrays) -> Attachment:
        made = {name: arrays[name] for name in _ARRAYS}
        made["status"] = made["status"].astype(object)
        return Attachment(ids=points.index.to_numpy(object), **made)

    return kept("attachments", key, make, unpack=unpack, pack=lambda found: {
        name: getattr(found, name).astype(str) if name == "status" else getattr(found, name)
        for name in _ARRAYS})


def with_barriers_kept(network: WalkNetwork, barriers: Barriers) -> WalkNetwork:
    """Cut streets as :func:`greenmap.network.walls.with_barriers` does, or as it did before.

    Parameters
    ----------
    network : WalkNetwork
        Without walls or heights.
    barriers : Barriers
        In the network's CRS.

    Returns
    -------
    WalkNetwork

    Raises
    ------
    InputFaults
        A surveyed gate more than 5 m off any wall.
    """
    if not _all_text(barriers):
        return with_barriers(network, barriers)
    path = kept_path("walled", (_program(), network_content(network), *_of_record(barriers)))
    try:
        # What is told of a network for this run alone isn't kept in a file.
        return replace(load_network(path, check=False), repairs=network.repairs,
                       edit_log=network.edit_log)
    except (NetworkError, MissingFileError):  # not kept yet, or damaged
        cut = with_barriers(network, barriers)
    with suppress(OSError):  # a folder that can't be written costs time only
        save_network(cut, path)
    return cut


@lru_cache(maxsize=4)
def network_content(network: WalkNetwork) -> bytes:
    """Digest all that a network holds, to the last bit.

    Unlike :func:`greenmap.network.digest.content_digest`, which leaves room for another PROJ.

    Parameters
    ----------
    network : WalkNetwork

    Returns
    -------
    bytes
        SHA-256.
    """
    digest = hashlib.sha256()
    for part in _of_record(network):
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.digest()


def _of_record(record: Any) -> Iterator[bytes]:
    for field in fields(record):
        value = getattr(record, field.name)
        yield field.name.encode()
        if isinstance(value, np.ndarray):
            yield from _of_array(value)
        elif isinstance(value, Barriers):
            yield from _of_record(value)
        elif isinstance(value, shapely.Geometry):
            yield shapely.to_wkb(value)
        elif field.name not in ("repairs", "edit_log"):
            yield repr(value).encode()


def _of_array(values: npt.NDArray[Any]) -> Iterator[bytes]:
    yield str((values.dtype, values.shape)).encode()
    if values.dtype != object:
        yield values.tobytes()
    elif values.size and isinstance(values[0], shapely.Geometry | None):
        yield b"".join(np.where(shapely.is_missing(values), b"-", shapely.to_wkb(values)).tolist())
    else:
        yield repr(values.tolist()).encode()


def _all_text(barriers: Barriers) -> bool:
    """Whether all that isn't number or shape is text, as it will be when read again."""
    arrays = [getattr(barriers, field.name) for field in fields(barriers) if field.name != "crs"]
    return all(isinstance(one, str | shapely.Geometry) for array in arrays
               if array.dtype == object for one in array.tolist())


def _program() -> bytes:
    """What measures, besides the data."""
    libraries = [version(name) for name in ("numpy", "shapely", "pyproj")]
    return source_digest("network", "model") + repr(
        (libraries, shapely.geos_version, pyproj.proj_version_str)).encode()
