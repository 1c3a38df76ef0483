"""KML and KMZ: every placemark of every folder; rings left open are closed, rings as lines areas.

GDAL makes a layer of each folder and refuses the whole file for one open ring, so the text is
read here. Nothing is unpacked to disk, and a document with definitions of its own is refused:
they can blow up a small file.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap.errors import TableError, UnreadableFileError

_MOST_BYTES = 200_000_000
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, RuntimeError,
           NotImplementedError)  # fmt: skip


def read_kml(
    file: Path, *, layer: str | None
) -> tuple[pd.DataFrame, gpd.GeoSeries, dict[str, Any]]:
    """Read the placemarks of a KML or KMZ.

    Parameters
    ----------
    file : Path
        ``.kml`` or ``.kmz``.
    layer : str, optional
        Only the placemarks of this folder and those in it.

    Returns
    -------
    frame : DataFrame
        Columns ``name``, ``folder`` (names joined by ``/``) and those of the
        extended data.
    geometry : GeoSeries
        WGS 84; None where a placemark has no shape. A line that comes back to
        its start is the area it goes around.
    facts : dict
        ``layer`` and ``encoding``.

    Raises
    ------
    UnreadableFileError
        Not a KML, damaged, too large, or with definitions of its own.
    TableError
        No such folder, or no placemark.
    """
    root = _parsed(_text(file), file.name)
    rows: list[dict[str, str | None]] = []
    shapes: list[shapely.Geometry | None] = []
    folders: set[str] = set()
    for mark, path in _placemarks(root, ()):
        folders.update(path)
        if layer is None or layer in path:
            rows.append(_row(mark) | {"folder": "/".join(path) or None})
            shapes.append(_shape(mark, file.name, len(rows)))
    if layer is not None and layer not in folders:
        have = ", ".join(sorted(folders)) or "-"
        raise TableError("read.no_layer", file=file.name, layer=layer, have=have)
    if not rows:
        raise TableError("read.no_shapes", file=file.name)
    frame = pd.DataFrame(rows, dtype=object)
    frame = frame.where(frame.notna(), None).dropna(axis=1, how="all")
    return frame, gpd.GeoSeries(shapes, crs="EPSG:4326"), {"layer": layer, "encoding": "utf-8"}


def _text(file: Path) -> bytes:
    """The document; of a KMZ the first one in it, wherever it says it lies."""
    try:
        if file.suffix.lower() == ".kml":
            size, data = file.stat().st_size, file.read_bytes()
        else:
            with zipfile.ZipFile(file) as archive:
                inner = [one for one in archive.infolist() if one.filename.lower().endswith(".kml")]
                if not inner:
                    raise UnreadableFileError("read.kmz_empty", file=file.name)
                with archive.open(inner[0]) as stream:
                    data = stream.read(_MOST_BYTES + 1)
                size = len(data)
    except _BROKEN as error:
        raise UnreadableFileError("read.unreadable", file=file.name, detail=str(error)) from error
    if size > _MOST_BYTES:
        raise UnreadableFileError("read.too_large", file=file.name, most=_MOST_BYTES // 1_000_000)
    return data


def _parsed(data: bytes, file: str) -> ET.Element:
    plain = data.replace(b"\x00", b"").upper()  # in UTF-16, too
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise UnreadableFileError("read.xml_definitions", file=file)
    try:
        return ET.fromstring(data)
    except (ET.ParseError, ValueError, LookupError, RecursionError) as error:
        raise UnreadableFileError("read.unreadable", file=file, detail=str(error)) from error


def _tag(element: ET.Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def _child(element: ET.Element, name: str) -> ET.Element | None:
    return next((one for one in element if _tag(one) == name), None)


def _words(element: ET.Element | None) -> str | None:
    return ((element.text or "").strip() or None) if element is not None else None


def _placemarks(
    top: ET.Element, path: tuple[str, ...]
) -> Iterator[tuple[ET.Element, tuple[str, ...]]]:
    """Placemarks in the order of the file, with the names of the folders they lie in."""
    waiting = [(top, path)]
    while waiting:
        element, path = waiting.pop()
        if _tag(element) == "Placemark":
            yield element, path
            continue
        if _tag(element) == "Folder":
            path = (*path, _words(_child(element, "name")) or "-")
        waiting += [(one, path) for one in reversed(element)]


def _row(mark: ET.Element) -> dict[str, str | None]:
    row = {"name": _words(_child(mark, "name"))}
    for one in mark.iter():
        if _tag(one) == "Data" and one.get("name"):
            row.setdefault(str(one.get("name")), _words(_child(one, "value")))
        elif _tag(one) == "SimpleData" and one.get("name"):
            row.setdefault(str(one.get("name")), _words(one))
    return row


def _shape(mark: ET.Element, file: str, row: int) -> shapely.Geometry | None:
    found = []
    try:
        for one in mark.iter():
            if _tag(one) == "Polygon":
                found.append(_polygon(one))
            elif _tag(one) == "LineString":
                at = _places(one)
                ring = len(at) > 3 and bool((at[0] == at[-1]).all())
                found.append(shapely.Polygon(at) if ring else shapely.LineString(at))
            elif _tag(one) == "Point":
                found.append(shapely.Point(_places(one)[0]))
    except (ValueError, IndexError, shapely.errors.ShapelyError) as error:
        raise UnreadableFileError("read.kml_shape", file=file, row=row) from error
    if len(found) > 1 and all(one.geom_type == "Polygon" for one in found):
        return shapely.MultiPolygon(found)
    if len(found) > 1:
        return shapely.GeometryCollection(found)
    return found[0] if found else None


def _polygon(element: ET.Element) -> shapely.Polygon:
    rings: dict[str, list[Any]] = {"outerBoundaryIs": [], "innerBoundaryIs": []}
    for edge in element:
        if _tag(edge) in rings:
            rings[_tag(edge)] += [_places(one) for one in edge if _tag(one) == "LinearRing"]
    (outer,) = rings["outerBoundaryIs"]  # shapely closes a ring left open
    return shapely.Polygon(outer, rings["innerBoundaryIs"])


def _places(element: ET.Element) -> Any:
    """Longitude and latitude of every place of one line."""
    words = (_words(_child(element, "coordinates")) or "").split()
    at = np.array([[float(part) for part in word.split(",")[:2]] for word in words], float)
    if at.ndim != 2 or at.shape[1] != 2 or not np.isfinite(at).all():
        raise ValueError("coordinates")
    return at
