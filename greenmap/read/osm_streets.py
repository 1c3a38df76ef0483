"""Streets of an OpenStreetMap file as arrays, whether or not they may be walked.

libosmium decodes the file, picks the ways and looks up their nodes in C++, and writes them as
lines of text (OPL, its own format for that, https://osmcode.org/opl-file-format/); NumPy reads
the numbers from the lines. So Python handles one line a way and no single node.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from greenmap.errors import NetworkError
from greenmap.model.walk_network import F8, I8, Objects
from greenmap.read.osm_source import opened

WAY_TAGS = (
    "highway", "foot", "access", "oneway:foot", "area",
    "bridge", "tunnel", "layer", "service", "name",
)  # fmt: skip

_OPL = "opl,locations_on_ways=true,add_metadata=false"
_BLOCK_BYTES = 1 << 26
_NUMBERS_ONLY = bytes.maketrans(b"Nnxy,", b"     ")
_NOWHERE = (b"xy", b"x999y999")
_ESCAPED = re.compile("%([0-9a-f]+)%")
_EXACT_BELOW = 2**53


@dataclass(frozen=True, slots=True)
class OsmStreets:
    """Every ``highway`` way of a file, as found.

    Parameters
    ----------
    way_id : array (w,)
        Sorted.
    tags : dict of array (w,) object
        Value or None, by tag of ``WAY_TAGS``.
    ref_start : array (w + 1,)
        Where each way's nodes start in `ref`.
    ref, lon, lat : array (r,)
        Node ids along the ways and where they lie, degrees; NaN where the file refers to a
        node it doesn't hold.
    bounds : tuple of float, optional
        West, south, east, north, if the file states them.
    """

    way_id: I8
    tags: dict[str, Objects]
    ref_start: I8
    ref: I8
    lon: F8
    lat: F8
    bounds: tuple[float, float, float, float] | None


@dataclass(frozen=True, slots=True)
class _Ways:
    """Some ways in the file's order: numbers, tags, nodes of each, and (id, lon, lat) of those."""

    way_id: I8
    tags: list[list[str | None]]
    count: I8
    node: F8


def read_osm_streets(path: str | Path) -> OsmStreets:
    """Read every way with a ``highway`` tag.

    Parameters
    ----------
    path : path
        ``.osm``, ``.osm.xml`` or ``.osm.pbf``.

    Returns
    -------
    OsmStreets

    Raises
    ------
    MissingFileError, UnreadableFileError
        No such file; not OSM, broken or cut short: never a part of the network.
    NetworkError
        No way has a ``highway`` tag.
    """
    with opened(path) as ordered:
        with tempfile.TemporaryDirectory(prefix="greenmap-") as folder:
            listed = Path(folder) / "ways.opl"
            _list_ways(ordered, listed)
            with listed.open("rb") as file:
                blocks = [_read_lines(lines) for lines in iter(
                    lambda: file.readlines(_BLOCK_BYTES), [])]  # fmt: skip
        if not blocks:
            raise NetworkError("network.no_highways", file=Path(path).name)
        streets = _as_arrays(blocks, _bounds(ordered))
        return _with_new_nodes(streets, ordered) if (streets.ref < 0).any() else streets


def _list_ways(path: Path, listed: Path) -> None:
    """Write every street with its nodes' places, a line each."""
    import osmium
    from osmium.filter import EntityFilter, KeyFilter

    places = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    places.ignore_errors()  # a node that isn't in the file has no place
    wanted = EntityFilter(osmium.osm.WAY), KeyFilter("highway")
    with osmium.io.Reader(path, osmium.osm.NODE | osmium.osm.WAY) as reader, \
            osmium.SimpleWriter(osmium.io.File(listed, _OPL)) as writer:  # fmt: skip
        osmium.apply(reader, places, *wanted, writer)


def _read_lines(lines: list[bytes]) -> _Ways:
    """Read lines like ``w10 Thighway=steps Nn1x101.7y26.5,n2x101.8y26.5``."""
    fields = [line.split() for line in lines]
    nodes = [field[2] for field in fields]
    numbers = b",".join(nodes).replace(*_NOWHERE).translate(_NUMBERS_ONLY).strip()
    return _Ways(
        way_id=np.array([int(field[0][1:]) for field in fields], np.int64),
        tags=[_tags(field[1][1:].decode()) for field in fields],
        count=np.array([node.count(b"x") for node in nodes], np.int64),
        node=np.fromstring(numbers, sep=" ").reshape(-1, 3),
    )


def _tags(text: str) -> list[str | None]:
    """Return the values of ``WAY_TAGS``; signs that mean something in OPL are written as %20%."""
    tags = dict([tag.split("=") for tag in text.split(",")[::-1]])  # of two the first counts
    found = [tags.get(tag) for tag in WAY_TAGS]
    if "%" in text:
        found = [value and _ESCAPED.sub(lambda sign: chr(int(sign[1], 16)), value)
                 for value in found]  # fmt: skip
    return found


def _as_arrays(
    blocks: list[_Ways], bounds: tuple[float, float, float, float] | None
) -> OsmStreets:
    way_id, count, node = (
        np.concatenate([getattr(block, name) for block in blocks])
        for name in ("way_id", "count", "node")
    )
    order = np.argsort(way_id, kind="stable")
    first = (np.cumsum(count) - count)[order]
    start = np.concatenate([[0], np.cumsum(count[order])]).astype(np.int64)
    node = node[np.arange(start[-1]) + np.repeat(first - start[:-1], count[order])]
    if (np.abs(node[:, 0]) >= _EXACT_BELOW).any():
        raise ValueError(f"node {node[:, 0].max():.0f}")
    outside = (np.abs(node[:, 1]) > 180) | (np.abs(node[:, 2]) > 90)
    node[outside, 1:] = np.nan
    columns = zip(*(tags for block in blocks for tags in block.tags), strict=True)
    return OsmStreets(
        way_id=way_id[order],
        tags={tag: np.array(values, object)[order]
              for tag, values in zip(WAY_TAGS, columns, strict=True)},
        ref_start=start,
        ref=node[:, 0].astype(np.int64),
        lon=node[:, 1].copy(),
        lat=node[:, 2].copy(),
        bounds=bounds,
    )  # fmt: skip


def _with_new_nodes(streets: OsmStreets, path: Path) -> OsmStreets:
    """Fill in nodes drawn in an editor and not uploaded: their ids are negative."""
    import osmium

    new = {
        node.id: (node.lon, node.lat)
        for node in osmium.FileProcessor(path, osmium.osm.NODE)
        if node.id < 0
    }
    for k in np.flatnonzero(streets.ref < 0):
        streets.lon[k], streets.lat[k] = new.get(int(streets.ref[k]), (np.nan, np.nan))
    return streets


def _bounds(path: Path) -> tuple[float, float, float, float] | None:
    import osmium

    with osmium.io.Reader(path, osmium.osm.NOTHING) as reader:
        box = reader.header().box()
    if not box.valid():
        return None
    low, high = box.bottom_left, box.top_right
    return (low.lon, low.lat, high.lon, high.lat)
