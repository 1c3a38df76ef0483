"""Keep a built network in a file of plain arrays (.npz): no pickle, checked when read."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from greenmap.errors import MissingFileError, NetworkError
from greenmap.kept import read_arrays
from greenmap.model.barrier import Barriers
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.digest import content_digest

FORMAT = 3
"""Raised whenever the arrays or the way they are built change: older files are built anew."""

_BARRIERS, _SHAPES, _START = "barriers.", ("wall", "compound"), "_start"
_TEXT = ("crs", "kinds", "digest", "source", "notes")


def save_network(network: WalkNetwork, path: str | Path) -> Path:
    """Write a network; equal networks give equal bytes.

    Parameters
    ----------
    network : WalkNetwork
        What to keep.
    path : path
        ``.npz`` file; replaced whole or not at all.

    Returns
    -------
    Path
    """
    path = Path(path)
    arrays: dict[str, Any] = {}
    for field in fields(network):
        value = getattr(network, field.name)
        if isinstance(value, np.ndarray):
            arrays[field.name] = value.astype(str) if value.dtype == object else value
    about = {name: getattr(network, name) for name in _TEXT}
    about["notes"] = dict(network.notes)
    if network.barriers is not None:
        arrays |= _packed(network.barriers)
        about["barriers_crs"] = network.barriers.crs
    arrays["about"] = _as_bytes(json.dumps({"format": FORMAT, **about}).encode())
    arrays["extent"] = _as_bytes(shapely.to_wkb(network.extent))
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    return path


def load_network(path: str | Path, *, check: bool = True) -> WalkNetwork:
    """Read a network that :func:`save_network` wrote.

    Parameters
    ----------
    path : path
        ``.npz`` file.
    check : bool
        Compare the content with its digest, too. Damage is found without by the checksums of
        the file itself; other content that somebody wrote into it isn't.

    Returns
    -------
    WalkNetwork

    Raises
    ------
    MissingFileError
        No such file.
    NetworkError
        Damaged, of another format, or its content doesn't match its digest.
    """
    path = Path(path)
    if not path.is_file():
        raise MissingFileError("network.file_missing", file=str(path))
    try:
        arrays: dict[str, Any] = read_arrays(path)
        about = json.loads(arrays.pop("about").tobytes())
        if about.pop("format") != FORMAT:
            raise ValueError("format")
        extent = shapely.from_wkb(arrays.pop("extent").tobytes())
        if arrays["node_id"].dtype.kind == "U":
            arrays["node_id"] = arrays["node_id"].astype(object)
        about["kinds"] = tuple(about["kinds"])
        crs = about.pop("barriers_crs", None)
        if crs is not None:
            about["barriers"] = _unpacked(arrays, crs)
        network = WalkNetwork(extent=extent, **arrays, **about)
        if check and content_digest(network) != network.digest:
            raise ValueError("digest")
    except (ValueError, TypeError, KeyError, OSError, shapely.errors.ShapelyError) as error:
        raise NetworkError(
            "network.store_damaged", file=path.name, detail=f"{type(error).__name__}: {error}"
        ) from error
    return network


def _packed(barriers: Barriers) -> dict[str, Any]:
    """Barriers as plain arrays; shapes as WKB, one after the other."""
    made: dict[str, Any] = {}
    for field in fields(barriers):
        value = getattr(barriers, field.name)
        if field.name in _SHAPES:
            shapes = shapely.to_wkb(value).tolist()
            made[_BARRIERS + field.name + _START] = np.cumsum([0, *map(len, shapes)])
            value = _as_bytes(b"".join(shapes))
        if isinstance(value, np.ndarray):
            made[_BARRIERS + field.name] = value.astype(str) if value.dtype == object else value
    return made


def _unpacked(arrays: dict[str, Any], crs: str) -> Barriers:
    names = [name for name in arrays if name.startswith(_BARRIERS)]
    given = {name.removeprefix(_BARRIERS): arrays.pop(name) for name in names}
    for name in _SHAPES:
        whole, start = given[name].tobytes(), given.pop(name + _START).tolist()
        shapes = [whole[a:b] for a, b in zip(start[:-1], start[1:], strict=True)]
        given[name] = shapely.from_wkb(np.array(shapes, object))
    for name, value in given.items():
        if value.dtype.kind == "U":
            given[name] = value.astype(object)
    return Barriers(crs=crs, **given)


def _as_bytes(raw: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.frombuffer(raw, np.uint8)
