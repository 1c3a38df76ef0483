"""Folder scan: what lies in a planner's folder, told from endings, geometry and headings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from greenmap.errors import InputError
from greenmap.model.schema import aliases, load_schema, normal
from greenmap.read.encoding import find_cell_encoding, find_encoding
from greenmap.read.headings import heading_row, known_headings
from greenmap.read.kml import read_kml
from greenmap.read.source import DELIMITED, LAYERED, PARQUET, WORKBOOKS

STREETS = (".osm", ".osm.xml", ".pbf", ".osm.gz", ".osm.bz2", ".graphml")
RASTERS = (".tif", ".tiff")
MANIFEST = "manifest.json"
_PEEK = 1 << 16
_KINDS = {"category", "type_code", "type_path", "type_1"}
_BUILDING = {"floors", "floor_area_m2", "building_id", "people"}
# Names decide only where headings leave it open.
_NAMED = {
    "homes": re.compile("居住|住宅|楼栋|房屋|人口|home|building|residen|dwelling", re.I),
    "communities": re.compile("社区|边界|小区|网格|communit|boundar|compound|catchment", re.I),
    "amenities": re.compile("设施|兴趣点|台账|poi|ameniti|facilit", re.I),
}
_POPULATION = re.compile("人口|pop", re.I)
# What a study file can't hold; names in a foreign encoding come as lone surrogates.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\\ud800-\udfff]')


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file, or a layer of one, and what it may serve as.

    Parameters
    ----------
    path : str
        Relative to the folder, with ``/``.
    role : {"communities", "homes", "amenities", "network", "raster", "unused"}
        What it looks like.
    layer : str, optional
        Which layer, where a file holds several.
    flat : bool
        A table with coordinates in columns: nothing in it says their datum.
    map_service : bool
        Has a map service's type codes.
    no_crs : bool
        A layer that doesn't say its coordinate system.
    """

    path: str
    role: str
    layer: str | None = None
    flat: bool = False
    map_service: bool = False
    no_crs: bool = False


def scan_folder(folder: Path) -> tuple[Candidate, ...]:
    """List the files of a folder, and of the folders in it, by what they look like.

    Parameters
    ----------
    folder : Path
        Hidden files and folders of results are passed over.

    Returns
    -------
    tuple of Candidate
        Sorted by path. What can't be read is ``unused``, too.
    """
    files = [file for file in sorted(folder.glob("*")) if file.is_file()]
    for inner in sorted(folder.glob("*")):
        if inner.is_dir() and not inner.name.startswith(".") and not (inner / MANIFEST).is_file():
            files += [file for file in sorted(inner.glob("*")) if file.is_file()]
    found: list[Candidate] = []
    for file in files:
        if not file.name.startswith((".", "~$")):
            found += candidates(file, file.relative_to(folder).as_posix())
    return tuple(found)


def candidates(file: Path, path: str) -> Iterator[Candidate]:
    """Say what one file may serve as; a file with several layers may serve as several.

    Parameters
    ----------
    file : Path
        The file itself.
    path : str
        How a study in the scanned folder would write it.

    Yields
    ------
    Candidate

    Examples
    --------
    >>> [one.role for one in candidates(Path("a.osm.pbf"), "a.osm.pbf")]
    ['network']
    """
    name = file.name.lower()
    ending = file.suffix.lower()
    if _UNSAFE.search(path):
        yield Candidate(_UNSAFE.sub("?", path), "unused")
    elif name.endswith(STREETS):
        yield Candidate(path, "network")
    elif ending in RASTERS:
        yield Candidate(path, "raster" if _POPULATION.search(file.stem) else "unused")
    elif ending in (*DELIMITED, *WORKBOOKS, *LAYERED, *PARQUET):
        try:
            yield from _tables(file, path)
        except (InputError, OSError, ValueError):
            yield Candidate(path, "unused")
    elif ending in (".dwg", ".dxf", ".mdb", ".xls", ".gpx", ".zip", ".rar"):
        yield Candidate(path, "unused")


def _tables(file: Path, path: str) -> Iterator[Candidate]:
    ending = file.suffix.lower()
    if ending in (*DELIMITED, *WORKBOOKS):
        headings = _flat_headings(file)
        role = _role(headings, "table", file.stem)
        yield Candidate(path, role, flat=role != "unused",
                        map_service=bool(_ours(headings, "amenities") & {"type_code"}))
    elif ending in PARQUET:
        headings, kind = _parquet(file)
        yield Candidate(path, _role(headings, kind, file.stem), flat=kind == "table")
    else:
        yield from _layers(file, path)


def _flat_headings(file: Path) -> list[str]:
    known = frozenset().union(*(known_headings(load_schema(name), {})
                                for name in ("homes", "amenities", "communities")))
    if file.suffix.lower() in WORKBOOKS:
        from greenmap.read.workbook import read_sheet

        rows, _ = read_sheet(file, sheet=None, known=known)
    else:
        with file.open("rb") as stream:
            head = stream.read(_PEEK)
        head = head[:head.rfind(b"\n") + 1] or head
        lines = head.decode(find_encoding(head, source=file.name)).lstrip("\ufeff").splitlines()
        rows = [[cell.strip(' "') or None for cell in re.split("[,;\t]", line)] for line in lines]
    top, _ = heading_row(rows, known)
    return [cell for cell in rows[top] if cell] if top >= 0 else []


def _parquet(file: Path) -> tuple[list[str], str]:
    try:
        from pyarrow.parquet import read_schema
    except ImportError:
        return [], "unused"
    schema = read_schema(file)
    geo = (schema.metadata or {}).get(b"geo")
    if geo is None:
        return schema.names, "table"
    columns = json.loads(geo)["columns"]
    types = {kind for column in columns.values() for kind in column.get("geometry_types", ())}
    return schema.names, "polygons" if any("Polygon" in kind for kind in types) else "points"


def _layers(file: Path, path: str) -> Iterator[Candidate]:
    if file.suffix.lower() in (".kml", ".kmz"):
        frame, shapes, _ = read_kml(file, layer=None)
        kind = "points" if (shapes.geom_type == "Point").all() else "polygons"
        yield Candidate(path, _role([str(name) for name in frame], kind, file.stem))
        return
    import pyogrio

    layers = [str(name) for name, kind in pyogrio.list_layers(file) if kind is not None]
    shapefile = file.suffix.lower() == ".shp"
    for layer in layers:
        info = pyogrio.read_info(file, layer=layer, encoding="ISO-8859-1" if shapefile else None)
        headings = [str(name) for name in info["fields"]]
        if shapefile:
            cells = [name.encode("ISO-8859-1") for name in headings]
            encoding = find_cell_encoding(cells, source=file.name, given=None)
            headings = [cell.decode(encoding, "replace") for cell in cells]
        shape = str(info["geometry_type"])
        kind = next((k for k, word in (("polygons", "Polygon"), ("points", "Point"))
                     if word in shape), "polygons" if shape == "Unknown" else "unused")
        named = file.stem if len(layers) == 1 else layer
        yield Candidate(path, _role(headings, kind, named),
                        layer=layer if len(layers) > 1 else None,
                        no_crs=info["crs"] is None and file.suffix.lower() != ".topojson",
                        map_service=bool(_ours(headings, "amenities") & {"type_code"}))


def _ours(headings: list[str], table: str) -> set[str]:
    known = aliases(table)
    forms = [normal(heading, brackets=keep) for heading in headings for keep in (True, False)]
    return {known[form] for form in forms if form in known}


def _role(headings: list[str], kind: str, named: str) -> str:
    """Headings first, then the name of the file or layer, then the kind of shape."""
    if kind == "unused":
        return "unused"
    place = _ours(headings, "coordinates")
    if kind == "table" and not ({"lon", "lat"} <= place or "location" in place):
        return "unused"
    if kind != "polygons" and _ours(headings, "amenities") & _KINDS:
        return "amenities"
    if kind != "polygons" and _ours(headings, "homes") & _BUILDING:
        return "homes"
    by_name = next((role for role, words in _NAMED.items() if words.search(named)), None)
    if by_name == "communities" and kind != "polygons":
        by_name = None
    if kind == "polygons":
        buildings = _ours(headings, "homes") & (_BUILDING - {"people"})
        return by_name or ("homes" if buildings else "communities")
    return by_name or "unused"
