"""Places and buildings of an OpenStreetMap file (.osm, .osm.xml, .pbf) as tables.

The file is decoded by libosmium in C++; Python sees only ways and areas that carry a wanted
key. Nothing is judged here: what may be walked is decided on the network's floor.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap.kept import Arrays, array_text, kept, source_digest, text_array
from greenmap.read.osm_source import opened

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
    pairs = {(key, value) for key, sign, value in (k.partition("=") for k in keys) if sign}
    plain = {key for key in keys if "=" not in key}
    names_of = sorted(plain | {key for key, _ in pairs})
    rows: dict[str, tuple[dict[str, str], str]] = {}
    lost: set[str] = set()
    with opened(path) as ordered:
        for name, tags, shape in _found(Path(path), ordered, names_of):
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
    table = gpd.GeoDataFrame(
        {"osm_id": names, "tags": [rows[name][0] for name in names]},
        geometry=shapes,
        crs="EPSG:4326",
    )
    table.attrs["no_geometry"] = tuple(sorted(lost - rows.keys(), key=_by_kind))
    return table


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

    What was found is kept in the cache folder: the same questions to the same file are answered
    from there the next time.

    Parameters
    ----------
    *keys : str
        Keys, or ``key=value``, that will be asked for. What is asked besides costs a
        reading of its own.
    """
    _asked.update(keys={key.partition("=")[0] for key in keys}, file=None, objects=[])
    try:
        yield
    finally:
        _asked.clear()


def _found(path: Path, ordered: Path, keys: list[str]) -> Iterable[_Object]:
    """Objects of a file that carry some keys, and maybe others."""
    if not _asked or not _asked["keys"].issuperset(keys):
        return _objects(ordered, keys)
    about = path.stat()
    file = (path.resolve(), about.st_mtime_ns, about.st_size)
    if _asked["file"] != file:
        _asked.update(file=file, objects=_kept_objects(path, ordered, sorted(_asked["keys"])))
    objects: list[_Object] = _asked["objects"]
    return objects


def _kept_objects(path: Path, ordered: Path, keys: list[str]) -> list[_Object]:
    from osmium.version import libosmium_version, pyosmium_release

    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").digest()
    key = (source_digest("read"), pyosmium_release.encode(), libosmium_version.encode(), content,
           "\n".join(keys).encode())
    return kept("osm_objects", key, lambda: list(_objects(ordered, keys)), pack=_packed,
                unpack=_unpacked)


def _packed(objects: list[_Object]) -> dict[str, Any]:
    names, tags, shapes = zip(*objects, strict=True) if objects else ((), (), ())
    return {"names": text_array("\n".join(names)), "tags": text_array(json.dumps(tags)),
            "shapes": text_array("\n".join(shape or "" for shape in shapes))}


def _unpacked(arrays: Arrays) -> list[_Object]:
    tags = json.loads(array_text(arrays["tags"]))
    names, shapes = (array_text(arrays[name]).split("\n") if tags else []
                     for name in ("names", "shapes"))
    return [(name, own, shape or None)
            for name, own, shape in zip(names, tags, shapes, strict=True)]


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
