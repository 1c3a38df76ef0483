"""Places and buildings of an OpenStreetMap file (.osm, .osm.xml, .pbf) as tables.

The file is decoded by libosmium in C++; Python sees only ways and areas that carry a wanted
key. Nothing is judged here: what may be walked is decided on the network's floor.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap.kept import Arrays, array_text, kept, source_digest, text_array
from greenmap.read.osm_source import opened
from greenmap.read.source import digest

_Object = tuple[str, dict[str, str], str | None]
FEATURE_KEYS = (
    "amenity", "shop", "leisure", "healthcare", "office", "public_transport", "emergency",
    "landuse", "social_facility", "sport", "tourism", "club", "craft", "place", "man_made",
    "power=substation", "railway=station", "railway=halt", "railway=subway_entrance",
    "highway=bus_stop", "highway=elevator", "highway=pedestrian",
    "disused:amenity", "disused:shop", "disused:leisure", "disused:healthcare",
    "abandoned:amenity", "abandoned:shop", "abandoned:leisure", "abandoned:healthcare",
)  # fmt: skip


def read_osm_features(
    path: str | Path, *, keys: tuple[str, ...] = FEATURE_KEYS
) -> gpd.GeoDataFrame:
    """Read places: nodes, lines and areas that carry one of the keys.

    Parameters
    ----------
    path : path
        OSM file.
    keys : tuple of str
        Keys, or ``key=value``, that make an object a place.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns osm_id (``"node/1"``, ``"way/2"``, ``"relation/3"``), tags (dict), geometry
        (points, lines, polygons) in EPSG:4326; sorted by kind and number.
        ``attrs["no_geometry"]`` names objects whose outline is broken or not in the file.

    Raises
    ------
    MissingFileError, UnreadableFileError
        As :func:`greenmap.read.osm_streets.read_osm_streets`.
    """
    with opened(path) as ordered:
        return _answer(Path(path), ordered, keys)


def read_osm_buildings(path: str | Path) -> gpd.GeoDataFrame:
    """Read building outlines.

    Parameters
    ----------
    path : path
        OSM file.

    Returns
    -------
    geopandas.GeoDataFrame
        Polygons in EPSG:4326; columns osm_id, tags (dict), building, levels (storeys above
        ground, NaN where not tagged). ``attrs["no_geometry"]`` as :func:`read_osm_features`.

    Raises
    ------
    MissingFileError, UnreadableFileError
        As :func:`greenmap.read.osm_streets.read_osm_streets`.
    """
    found = read_osm_features(path, keys=("building",))
    use = pd.Series([tags["building"] for tags in found["tags"]], dtype=object)
    levels = pd.Series([tags.get("building:levels") for tags in found["tags"]], dtype="str")
    outline = found.geometry.geom_type.isin(["Polygon", "MultiPolygon"]) & (use != "no")
    first_number = levels.str.extract(r"^\s*(\d+(?:\.\d+)?)", expand=False)
    table = found[["osm_id", "tags", "geometry"]].assign(
        building=use, levels=pd.to_numeric(first_number).astype("float64")
    )
    return table[outline].reset_index(drop=True)


def _by_kind(name: str) -> tuple[str, int]:
    kind, number = name.split("/")
    return kind, int(number)


_asked: dict[str, Any] = {}


@contextmanager
def read_once(*keys: str) -> Iterator[None]:
    """Within this context a file is gone through once for several questions.

    Answers are kept in the cache folder: the same question to the same file is answered from
    there the next time.

    Parameters
    ----------
    *keys : str
        Keys, or ``key=value``, that will be asked for. What is asked besides costs a
        reading of its own.
    """
    _asked.update(keys={key.partition("=")[0] for key in keys}, file=None)
    try:
        yield
    finally:
        _asked.clear()


def _answer(path: Path, ordered: Path, keys: tuple[str, ...]) -> gpd.GeoDataFrame:
    """The table of what carries some keys; see :func:`read_once`."""
    names_of = sorted({key.partition("=")[0] for key in keys})
    if not _asked or not _asked["keys"].issuperset(names_of):
        return _sifted(_objects(ordered, names_of), keys)
    about = path.stat()
    file = (path.resolve(), about.st_mtime_ns, about.st_size)
    if _asked["file"] != file:
        _asked.update(file=file, digest=digest(path).encode(), objects=None)

    def make() -> gpd.GeoDataFrame:
        if _asked["objects"] is None:
            _asked["objects"] = list(_objects(ordered, sorted(_asked["keys"])))
        return _sifted(_asked["objects"], keys)

    return kept("osm_features", (*_program(), _asked["digest"], "\n".join(keys).encode()), make,
                pack=_packed, unpack=_unpacked)


def _program() -> tuple[bytes, ...]:
    """What reads, besides the data."""
    from osmium.version import libosmium_version, pyosmium_release

    return source_digest("read"), pyosmium_release.encode(), libosmium_version.encode()


def _sifted(objects: Iterable[_Object], keys: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Pick the objects that carry one of some keys, or ``key=value``."""
    pairs = {(key, value) for key, sign, value in (k.partition("=") for k in keys) if sign}
    plain = {key for key in keys if "=" not in key}
    rows: dict[str, tuple[dict[str, str], str]] = {}
    lost: set[str] = set()
    for name, tags, shape in objects:
        if plain.isdisjoint(tags) and pairs.isdisjoint(tags.items()):
            continue
        if shape is None:
            lost.add(name)
        else:
            rows[name] = (tags, shape)
    names = sorted(rows, key=_by_kind)
    shapes = shapely.from_wkb(np.array([rows[name][1] for name in names], object))
    alone = (shapely.get_type_id(shapes) == 6) & (shapely.get_num_geometries(shapes) == 1)
    shapes[alone] = shapely.get_geometry(shapes[alone], 0)
    return _table(names, [rows[name][0] for name in names], shapes,
                  sorted(lost - rows.keys(), key=_by_kind))


def _table(names: list[str], tags: list[dict[str, str]], shapes: Any, lost: Iterable[str]
           ) -> gpd.GeoDataFrame:
    table = gpd.GeoDataFrame({"osm_id": names, "tags": tags}, geometry=shapes, crs="EPSG:4326")
    table.attrs["no_geometry"] = tuple(lost)
    return table


def _packed(table: gpd.GeoDataFrame) -> dict[str, Any]:
    shapes = shapely.to_wkb(table.geometry.to_numpy()).tolist()
    texts = (table["osm_id"].tolist(), table["tags"].tolist(), table.attrs["no_geometry"])
    return {"texts": text_array(json.dumps(texts)),
            "shapes": np.frombuffer(b"".join(shapes), np.uint8),
            "ends": np.cumsum([0, *map(len, shapes)])}


def _unpacked(arrays: Arrays) -> gpd.GeoDataFrame:
    names, tags, lost = json.loads(array_text(arrays["texts"]))
    shapes = arrays["shapes"].tobytes()
    each = [shapes[a:b] for a, b in pairwise(arrays["ends"].tolist())]
    return _table(names, tags, shapely.from_wkb(np.array(each, object)), lost)


def _objects(path: Path, keys: list[str]) -> Iterator[_Object]:
    """Yield name, tags and WKB; None where only an area may still give the outline."""
    import osmium

    factory = osmium.geom.WKBFactory()
    wanted = osmium.filter.KeyFilter(*keys)
    for found in osmium.FileProcessor(path).with_areas(wanted).with_filter(wanted):
        tags = dict(found.tags)
        shape = None
        if found.is_node():
            name, make = f"node/{found.id}", factory.create_point
        elif found.is_area():
            kind = "way" if found.from_way() else "relation"
            name, make = f"{kind}/{found.orig_id()}", factory.create_multipolygon
        elif found.is_way():
            name, make = f"way/{found.id}", factory.create_linestring
            if found.is_closed() and tags.get("area") != "no":
                make = None
        else:
            name, make = f"relation/{found.id}", None
        if make is not None:
            with suppress(osmium.InvalidLocationError, RuntimeError):  # a node not in the file
                shape = make(found)
        yield name, tags, shape
