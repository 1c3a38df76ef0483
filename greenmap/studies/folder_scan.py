"""Folder scan: what lies in a planner's folder, told from endings, geometry and headings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from greenmap.errors import InputError, InputFaults
from greenmap.model.schema import load_schema
from greenmap.read.encoding import find_cell_encoding, find_encoding
from greenmap.read.headings import heading_row, known_headings, two_lines
from greenmap.read.kml import read_kml
from greenmap.read.population import read_people
from greenmap.read.source import DELIMITED, LAYERED, PARQUET, WORKBOOKS, digest
from greenmap.studies.file_roles import named_category, ours, place_role, raster_role, table_role

STREETS = (".osm", ".osm.xml", ".pbf", ".osm.gz", ".osm.bz2", ".graphml")
RASTERS = (".tif", ".tiff")
DRAWINGS = (".dwg", ".dxf", ".mdb", ".xls", ".gpx", ".zip", ".rar")
MANIFEST = "manifest.json"
SETTINGS_SHEET = "项目设置.xlsx"
_PEEK = 1 << 16
_DEEP = 3
_TEMPORARY = (".", "~$", "~", "._")
_TABLES = ("homes", "amenities", "communities", "people", "aliases")
# What a study file can't hold; names in a foreign encoding come as lone surrogates.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\\ud800-\udfff]')
_ROADS = re.compile("道路|中心线|路网|road|centre?line", re.I)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file, or a layer of one, and what it may serve as.

    Parameters
    ----------
    path : str
        Relative to the folder, with ``/``.
    role : str
        What it looks like: ``communities``, ``compounds``, ``homes``, ``people``,
        ``amenities``, ``ledger``, ``doors``, ``gates``, ``barriers``, ``network``, ``roads``,
        ``raster``, ``terrain``, ``aliases`` or ``unused``.
    layer : str, optional
        Which layer, where a file holds several.
    flat : bool
        A table with coordinates in columns: nothing in it says their datum.
    map_service : bool
        Has a map service's type codes.
    no_crs : bool
        A layer that doesn't say its coordinate system.
    has : frozenset of str
        What else counts: ``community`` (names one), ``count`` and ``year`` (of people: said
        in it), age groups.
    reason : str
        Why it is unused: ``duplicate``, ``older``, ``unreadable``, ``unknown``.
    other : str
        Path of the file that is used instead.
    digest : str
        Of the bytes.
    category : str
        Of all rows of a ledger without a column of categories, as its name says.
    """

    path: str
    role: str
    layer: str | None = None
    flat: bool = False
    map_service: bool = False
    no_crs: bool = False
    has: frozenset[str] = frozenset()
    reason: str = ""
    other: str = ""
    digest: str = ""
    category: str = ""


def scan_folder(folder: Path) -> tuple[Candidate, ...]:
    """List the files of a folder, and of the folders in it, by what they look like.

    Parameters
    ----------
    folder : Path
        Hidden and temporary files and folders of results are passed over.

    Returns
    -------
    tuple of Candidate
        Sorted by path. What can't be read is ``unused``, too.
    """
    found: list[Candidate] = []
    for file in sorted(_files(folder, _DEEP)):
        path = file.relative_to(folder).as_posix()
        if path != SETTINGS_SHEET:
            found += candidates(file, path)
    return tuple(found)


def _files(folder: Path, deep: int) -> Iterator[Path]:
    for inner in sorted(folder.iterdir()):
        if inner.name.startswith(_TEMPORARY):
            continue
        if inner.is_file():
            yield inner
        elif inner.is_dir() and deep > 1 and not (inner / MANIFEST).is_file():
            yield from _files(inner, deep - 1)


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
        yield Candidate(_UNSAFE.sub("?", path), "unused", reason="name")
    elif name.endswith(STREETS):
        yield Candidate(path, "network")
    elif ending in RASTERS:
        role = raster_role(file.stem)
        yield Candidate(path, role, reason="unknown" if role == "unused" else "")
    elif ending in (*DELIMITED, *WORKBOOKS, *LAYERED, *PARQUET):
        try:
            for one in _tables(file, path):
                reason = "unknown" if one.role == "unused" else ""
                yield replace(one, reason=reason, digest=digest(file))
        except (InputError, OSError, ValueError, RuntimeError):  # pyogrio raises the last
            yield Candidate(path, "unused", reason="unreadable")
    elif ending == ".dxf" and _ROADS.search(file.stem):
        yield Candidate(path, "roads", no_crs=True)
    elif ending in DRAWINGS:
        yield Candidate(path, "unused", reason="kind")


def _tables(file: Path, path: str) -> Iterator[Candidate]:
    ending = file.suffix.lower()
    if ending in (*DELIMITED, *WORKBOOKS):
        headings = _flat_headings(file)
        role = table_role(headings, file.stem)
        place = ours(headings, "coordinates")
        placed = {"lon", "lat"} <= place or "location" in place
        has = _about_people(file) if role == "people" else _belongs(headings)
        kind = ""
        if role == "ledger":
            has |= {"category"} & ours(headings, "ledgers")
            kind = named_category(file.stem)
        yield Candidate(path, role, flat=placed and role != "unused", has=has, category=kind,
                        map_service=bool(ours(headings, "amenities") & {"type_code"}))
    elif ending in PARQUET:
        headings, kind = _parquet(file)
        role = table_role(headings, file.stem) if kind == "table" else place_role(
            headings, kind, file.stem)
        yield Candidate(path, role, flat=kind == "table", has=_belongs(headings))
    else:
        yield from _layers(file, path)


def _belongs(headings: list[str]) -> frozenset[str]:
    named = (ours(headings, "compounds") | ours(headings, "homes")) & {"community", "community_id"}
    return frozenset(("community",) if named else ())


def _about_people(file: Path) -> frozenset[str]:
    """Which of count, year and age groups a population table itself gives."""
    asked: dict[str, str] = {}
    for _ in range(2):
        try:
            table = read_people(file, count=asked.get("count"), year=asked.get("year"))
        except InputFaults as faults:
            keys = {fault.key for fault in faults.faults}
            new = {"count": "resident"} if "people.count_needed" in keys else {}
            new |= {"year": "2000"} if "people.year_needed" in keys else {}
            if not new or asked:
                return frozenset({"count", "year"} - new.keys() - asked.keys())
            asked = new
        except InputError:
            return frozenset()
        else:
            return frozenset({"count", "year"} - asked.keys()) | frozenset(map(str, table.columns))
    return frozenset()


def _flat_headings(file: Path) -> list[str]:
    known = frozenset().union(*(known_headings(load_schema(name), {}) for name in _TABLES))
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
    if top < 0:
        return []
    rows, top = two_lines(rows, top)
    return [cell for cell in rows[top] if cell]


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
    return schema.names, _kind(" ".join(sorted(types)))


def _kind(shape: str) -> str:
    return next((kind for kind, word in (("polygons", "Polygon"), ("points", "Point"),
                                         ("lines", "LineString")) if word in shape),
                "polygons" if shape == "Unknown" else "unused")


def _layers(file: Path, path: str) -> Iterator[Candidate]:
    if file.suffix.lower() in (".kml", ".kmz"):
        frame, shapes, _ = read_kml(file, layer=None)
        kind = "points" if (shapes.geom_type == "Point").all() else "polygons"
        headings = [str(name) for name in frame]
        yield Candidate(path, place_role(headings, kind, file.stem), has=_belongs(headings))
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
        named = file.stem if len(layers) == 1 else layer
        yield Candidate(path, place_role(headings, _kind(str(info["geometry_type"])), named),
                        layer=layer if len(layers) > 1 else None,
                        no_crs=info["crs"] is None and file.suffix.lower() != ".topojson",
                        map_service=bool(ours(headings, "amenities") & {"type_code"}),
                        has=_belongs(headings))
