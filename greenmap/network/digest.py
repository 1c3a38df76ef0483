"""The fingerprint of a network: equal content, equal digest, whatever the order of its rows."""

from __future__ import annotations

import hashlib
import json

import numpy as np
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
    content.update("\n".join(map(str, network.node_id.tolist())).encode())
    for name in _EXACT:
        content.update(np.ascontiguousarray(getattr(network, name)).tobytes())
    content.update(np.rint(network.length_m * 1e6).astype(np.int64).tobytes())
    content.update(np.rint(network.shape_xy * 1e3).astype(np.int64).tobytes())
    outline = shapely.get_coordinates(network.extent)
    content.update(np.rint(outline * 1e3).astype(np.int64).tobytes())
    return content.hexdigest()
