"""What an OpenStreetMap file says of ways for wheels: clear width, kerbs, ramps beside steps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from greenmap.model.walk_network import F8, I8
from greenmap.read.osm_source import opened

RAISED_M = 0.1
"""A kerb that is tagged as raised, its height not: above any that wheels take."""

_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(m|cm)?\s*$")
_FLAT = {"flush": 0.0, "lowered": 0.02, "raised": RAISED_M, "rolled": 0.05}


@dataclass(frozen=True, slots=True, eq=False)
class OsmWays:
    """Facts for wheels.

    Parameters
    ----------
    narrow, width_m : array (w,) int64, metres
        Ways of known width, sorted.
    kerb, kerb_m : array (k,) int64, metres
        Nodes with a kerb, sorted, and its height.
    ramped : array (r,) int64
        Flights of steps with a ramp for wheels beside them, or that are escalators.
    """

    narrow: I8
    width_m: F8
    kerb: I8
    kerb_m: F8
    ramped: I8


def read_osm_ways(path: str | Path) -> OsmWays:
    """Read widths, kerbs and ramps.

    Parameters
    ----------
    path : path
        ``.osm``, ``.osm.xml`` or ``.osm.pbf``.

    Returns
    -------
    OsmWays

    Raises
    ------
    MissingFileError, UnreadableFileError
        As :func:`greenmap.read.osm_streets.read_osm_streets`.
    """
    import osmium
    from osmium.filter import KeyFilter

    width: dict[int, float] = {}
    kerb: dict[int, float] = {}
    ramped: list[int] = []
    with opened(path) as ordered:
        both = osmium.osm.NODE | osmium.osm.WAY
        found = osmium.FileProcessor(ordered, both).with_filter(
            KeyFilter("highway", "kerb", "barrier"))
        for one in found:
            tags = dict(one.tags)
            if one.is_node():
                if (height := kerb_height(tags)) is not None:
                    kerb[one.id] = height
            elif "highway" in tags:
                if (clear := metres(tags.get("width", ""))) is not None:
                    width[one.id] = clear
                if _has_ramp(tags):
                    ramped.append(one.id)
    return OsmWays(
        np.array(sorted(width), np.int64), np.array([width[k] for k in sorted(width)], float),
        np.array(sorted(kerb), np.int64), np.array([kerb[k] for k in sorted(kerb)], float),
        np.array(sorted(ramped), np.int64))


def metres(text: str) -> float | None:
    """Return a tagged length in metres; None if it isn't a plain number.

    Examples
    --------
    >>> metres("1.5"), metres("80 cm"), metres("narrow")
    (1.5, 0.8, None)
    """
    found = _NUMBER.match(text.replace(",", "."))
    if not found:
        return None
    return float(found[1]) / (100 if found[2] == "cm" else 1)


def kerb_height(tags: Mapping[str, str]) -> float | None:
    """Return the height of a kerb, metres; None where there is none or nothing is known of it.

    Examples
    --------
    >>> kerb_height({"barrier": "kerb", "kerb": "raised"}), kerb_height({"kerb": "lowered"})
    (0.1, 0.02)
    >>> kerb_height({"barrier": "kerb"}), kerb_height({"barrier": "gate"})
    (0.1, None)
    """
    if tags.get("barrier") != "kerb" and "kerb" not in tags:
        return None
    given = metres(tags.get("kerb:height", tags.get("height", "")))
    if given is not None:
        return given
    if tags.get("kerb") in ("no", "yes", None):
        return RAISED_M if tags.get("kerb") != "no" else 0.0
    return _FLAT.get(tags["kerb"], RAISED_M)


def _has_ramp(tags: Mapping[str, str]) -> bool:
    return tags.get("highway") == "steps" and (
        tags.get("ramp:wheelchair") == "yes" or tags.get("conveying") not in (None, "no"))
