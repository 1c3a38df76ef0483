"""The fingerprint of a network: equal content, equal digest, whatever the order of its rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from greenmap.model.walk_network import WalkNetwork

_EXACT = ("lon", "lat", "tail", "head", "forward", "backward", "kind", "private", "way_id",
          "shape_start", "exits", "component")  # fmt: skip


def content_digest(network: WalkNetwork) -> str:
    """Return the SHA-256 of what a network holds.

    Parameters
    ----------
    network : WalkNetwork
        Source name and notes don't count; metres count to the micrometre, plane coordinates
        to the millimetre, so that another PROJ gives the same digest.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    content = hashlib.sha256()
    content.update(json.dumps([network.crs, network.kinds]).encode())
    content.update(_lines(network.node_id).encode())
    for name in _EXACT:
        content.update(np.ascontiguousarray(getattr(network, name)).tobytes())
    content.update(np.rint(network.length_m * 1e6).astype(np.int64).tobytes())
    content.update(np.rint(network.shape_xy * 1e3).astype(np.int64).tobytes())
    outline = shapely.get_coordinates(network.extent)
    content.update(np.rint(outline * 1e3).astype(np.int64).tobytes())
    for part in (*_hurdles(network), *_ground(network), *_waits(network)):
        content.update(part)
    return content.hexdigest()


def _lines(node_id: npt.NDArray[Any]) -> str:
    """Ids as text, one a line."""
    if node_id.dtype == np.int64:
        return str(node_id.tolist())[1:-1].replace(", ", "\n")  # thrice as fast as below
    return "\n".join(map(str, node_id.tolist()))


def _ground(network: WalkNetwork) -> Iterator[bytes]:
    """What bridges and terrain add; heights count to the millimetre."""
    if network.bridged_way is not None and len(network.bridged_way):
        yield b"bridged" + network.bridged_way.tobytes()
    if network.height_m is not None and network.height_start is not None:
        unknown = np.isnan(network.height_m)
        yield b"heights" + network.height_start.tobytes() + unknown.tobytes()
        yield np.rint(np.nan_to_num(network.height_m) * 1e3).astype(np.int64).tobytes()


def _waits(network: WalkNetwork) -> Iterator[bytes]:
    """What crossings add, to the millisecond, and facts for wheels, to the millimetre."""
    for name in ("width_m", "kerb_m", "ramped"):
        value = getattr(network, name)
        if value is not None:
            known = np.nan_to_num(np.asarray(value, float), nan=-1.0)
            yield name.encode() + np.rint(known * 1e3).astype(np.int64).tobytes()
    if network.wait_s is not None:
        yield b"waits" + np.rint(network.wait_s * 1e3).astype(np.int64).tobytes()


def _hurdles(network: WalkNetwork) -> Iterator[bytes]:
    """What barriers add; without any there is nothing to add."""
    if network.hurdle is not None and network.hurdle_id is not None:
        yield network.hurdle.tobytes()
        yield network.hurdle_id.tobytes()
    if network.barriers is not None:
        for field in fields(network.barriers):
            value = getattr(network.barriers, field.name)
            if field.name == "gate_hours" and not any(value.tolist()):
                continue
            if field.name in ("wall", "compound"):
                xy, shape = shapely.get_coordinates(value, return_index=True)
                yield np.rint(xy * 1e3).astype(np.int64).tobytes()
                yield shape.astype(np.int64).tobytes()
            elif field.name in ("gate_x", "gate_y"):
                yield np.rint(value * 1e3).astype(np.int64).tobytes()
            else:
                yield json.dumps([field.name, np.asarray(value).tolist()]).encode()
