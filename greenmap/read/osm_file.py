"""OpenStreetMap files (.osm, .osm.xml, .pbf): streets as arrays, places and buildings as tables.

The file is decoded by libosmium in C++; Python sees only ways and areas that carry a wanted
key. Nothing is judged here: what may be walked is decided on the network's floor.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap.errors import InputError, MissingFileError, NetworkError, UnreadableFileError
from greenmap.kept import Arrays, array_text, kept, source_digest, text_array
from greenmap.model.walk_network import F8, I8, Objects

_Object = tuple[str, dict[str, str], str | None]
WAY_TAGS = (
    "highway", "foot", "access", "oneway:foot", "area",
    "bridge", "tunnel", "layer", "service", "name",
)  # fmt: skip
FEATURE_KEYS = (
    "amenity", "shop", "leisure", "healthcare", "office", "public_transport", "emergency",
    "landuse", "social_facility", "sport", "tourism", "club", "craft", "place", "man_made",
    "power=substation", "railway=station", "railway=halt", "railway=subway_entrance",
    "highway=bus_stop", "highway=elevator", "highway=pedestrian",
    "disused:amenity", "disused:shop", "disused:leisure", "disused:healthcare",
    "abandoned:amenity", "abandoned:shop", "abandoned:leisure", "abandoned:healthcare",
)  # fmt: skip
ENDINGS = (".osm", ".osm.xml", ".xml", ".pbf", ".osm.gz", ".osm.bz2")


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
    import osmium
    from osmium.filter import EntityFilter, KeyFilter

    factory = osmium.geom.WKBFactory()
    every_node = osmium.geom.use_nodes.ALL
    ways: list[tuple[int, list[str | None], list[int], Any]] = []
    with opened(path) as ordered:
        bounds = _bounds(ordered)
        found = osmium.FileProcessor(ordered).with_locations()
        found.with_filter(EntityFilter(osmium.osm.WAY)).with_filter(KeyFilter("highway"))
        for way in found:
            get = way.tags.get
            refs = [node.ref for node in way.nodes]
            try:
                line = factory.create_linestring(way, use_nodes=every_node)
            except (osmium.InvalidLocationError, RuntimeError):  # a node missing; fewer than two
                line = [
                    (node.lon, node.lat) if node.location.valid() else (np.nan, np.nan)
                    for node in way.nodes
                ]
            ways.append((way.id, [get(tag) for tag in WAY_TAGS], refs, line))
        if not ways:
            raise NetworkError("network.no_highways", file=Path(path).name)
        ways.sort(key=lambda way: way[0])
        streets = _as_arrays(ways, bounds)
        return _with_new_nodes(streets, ordered) if (streets.ref < 0).any() else streets


def _as_arrays(ways: list[Any], bounds: tuple[float, float, float, float] | None) -> OsmStreets:
    way_id, tags, refs, lines = zip(*ways, strict=True)
    start = np.cumsum([0, *map(len, refs)])
    whole = np.array([isinstance(line, str) for line in lines])
    at = np.repeat(whole, np.diff(start))
    xy = np.empty((start[-1], 2))
    xy[at] = shapely.get_coordinates(shapely.from_wkb([k for k in lines if isinstance(k, str)]))
    if not whole.all():
        xy[~at] = [point for line in lines if not isinstance(line, str) for point in line]
    return OsmStreets(
        way_id=np.array(way_id, np.int64),
        tags={
            tag: np.array(values, object)
            for tag, values in zip(WAY_TAGS, zip(*tags, strict=True), strict=True)
        },
        ref_start=start.astype(np.int64),
        ref=np.array([ref for way in refs for ref in way], np.int64),
        lon=xy[:, 0],
        lat=xy[:, 1],
        bounds=bounds,
    )


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
        As :func:`read_osm_streets`.
    """
    pairs = {key for key in keys if "=" in key}
    plain = set(keys) - pairs
    names_of = sorted({key.partition("=")[0] for key in keys})
    rows: dict[str, tuple[dict[str, str], str]] = {}
    lost: set[str] = set()
    with opened(path) as ordered:
        for name, tags, shape in _found(Path(path), ordered, names_of):
            if plain.isdisjoint(tags) and pairs.isdisjoint(map("=".join, tags.items())):
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
        As :func:`read_osm_streets`.
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


@contextmanager
def opened(path: str | Path) -> Iterator[Path]:
    """Check a file and give one whose nodes stand before its ways."""
    import osmium

    path = Path(path)
    if not path.is_file():
        raise MissingFileError("network.file_missing", file=str(path))
    if not path.name.lower().endswith(ENDINGS):
        raise UnreadableFileError(
            "network.file_ending", file=path.name, known=" ".join(ENDINGS)
        )
    try:
        with tempfile.TemporaryDirectory(prefix="greenmap-") as folder:
            yield path if _nodes_first(path) else _sorted_copy(path, Path(folder))
    except InputError:
        raise
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        raise UnreadableFileError(
            "network.file_broken", file=path.name, detail=str(error)
        ) from error


def _nodes_first(path: Path) -> bool:
    """Overpass writes ways before nodes; then outlines would get no coordinates."""
    if path.suffix.lower() not in (".osm", ".xml") or path.stat().st_size == 0:
        return True
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as text:
        first_way, last_node = text.find(b"<way "), text.rfind(b"<node ")
    return first_way < 0 or last_node < first_way


def _sorted_copy(path: Path, folder: Path) -> Path:
    import osmium

    copy = folder / "sorted.osm.pbf"
    merged = osmium.MergeInputReader()
    merged.add_file(str(path))
    with osmium.SimpleWriter(str(copy)) as writer:
        merged.apply(writer, simplify=True)
    return copy


def _bounds(path: Path) -> tuple[float, float, float, float] | None:
    import osmium

    with osmium.io.Reader(path, osmium.osm.NOTHING) as reader:
        box = reader.header().box()
    if not box.valid():
        return None
    low, high = box.bottom_left, box.top_right
    return (low.lon, low.lat, high.lon, high.lat)
