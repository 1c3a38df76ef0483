"""GIS layers: GeoPackage, shapefile, geodatabase, GeoJSON. A .dbf is decoded, not guessed."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import CRSError

from greenmap.errors import EncodingError, TableError, UnreadableFileError
from greenmap.read.drawing import read_drawing
from greenmap.read.encoding import cpg_encoding, decode_cell, find_cell_encoding
from greenmap.read.headings import unique_headings
from greenmap.read.kml import read_kml
from greenmap.read.secrecy import metadata_texts, refuse_secret_titles
from greenmap.read.source import part

# pyogrio 0.13 stumbles over a variable of its own where a .prj can't be parsed
_BROKEN = (DataSourceError, DataLayerError, CRSError, UnboundLocalError)
_BYTES = "ISO-8859-1"  # one character a byte: brings the bytes of a .dbf through unharmed


def read_layer(
    file: Path, *, layer: str | None, encoding: str | None
) -> tuple[pd.DataFrame, gpd.GeoSeries, dict[str, Any]]:
    """Read one layer.

    Parameters
    ----------
    file : Path
        ``.gpkg``, ``.shp``, ``.gdb``, ``.dxf``, ``.geojson``, ``.json``, ``.topojson``,
        ``.kml`` or ``.kmz``.
    layer : str, optional
        Which layer; must be said where there are several. Of a drawing: the CAD layer.
    encoding : str, optional
        Of a shapefile's text; found where not given.

    Returns
    -------
    frame : DataFrame
        Columns without the geometry.
    geometry : GeoSeries
        With the file's CRS, or none.
    facts : dict
        ``layer`` and ``encoding``.

    Raises
    ------
    UnreadableFileError
        GDAL can't read it, or a shape is broken.
    TableError
        No such layer, several layers, or no layer with shapes.
    EncodingError
        A shapefile's text fits no encoding.
    """
    refuse_secret_titles(metadata_texts(file), file=file.name, where="metadata")
    if file.suffix.lower() in (".kml", ".kmz"):
        return read_kml(file, layer=layer)
    if file.suffix.lower() == ".dxf":
        return read_drawing(file, layer=layer, encoding=encoding)
    shapefile = file.suffix.lower() == ".shp"
    if shapefile and not (part(file, ".shx") and part(file, ".dbf")):
        raise UnreadableFileError("read.shp_parts", file=file.name)
    try:
        chosen = _choose(file, layer)
        _refuse_secret(file, chosen)
        table = pyogrio.read_dataframe(
            file, layer=chosen, encoding=_BYTES if shapefile else None, fid_as_index=False
        )
    except (*_BROKEN, shapely.errors.ShapelyError) as error:
        raise UnreadableFileError("read.unreadable", file=file.name, detail=str(error)) from error
    except UnicodeDecodeError as error:
        raise EncodingError("read.encoding_unknown", file=file.name) from error
    frame = pd.DataFrame(table.drop(columns="geometry"))
    facts: dict[str, Any] = {"layer": chosen, "encoding": "utf-8"}
    if shapefile:
        frame, facts["encoding"] = _decoded(frame, file, encoding)
        frame = frame.rename(columns=_full_names(file))
    geometry = table.geometry
    if file.suffix.lower() == ".topojson" and geometry.crs is None and _in_degrees(geometry):
        geometry = geometry.set_crs("EPSG:4326")  # TopoJSON is lon/lat and can't say it
    return frame, geometry, facts


def _full_names(file: Path) -> dict[str, str]:
    """Full column names of a shapefile we wrote: a .dbf cuts them to ten bytes."""
    beside = file.with_suffix(".fields.csv")
    if not beside.is_file():
        return {}
    text = beside.read_bytes().decode("utf-8-sig", "replace")
    return {row[0]: row[1] for row in csv.reader(text.splitlines()[1:]) if len(row) == 2}


def _refuse_secret(file: Path, layer: str) -> None:
    about = pyogrio.read_info(file, layer=layer, encoding=_BYTES if file.suffix.lower() == ".shp"
                              else None)
    said = [text for key in ("layer_metadata", "dataset_metadata")
            for text in (about.get(key) or {}).values()]
    refuse_secret_titles([layer], file=file.name, where="sheet")
    refuse_secret_titles(said, file=file.name, where="metadata")


def _in_degrees(geometry: gpd.GeoSeries) -> bool:
    west, south, east, north = geometry.total_bounds
    return bool(-180 <= west <= east <= 180 and -90 <= south <= north <= 90)


def _choose(file: Path, layer: str | None) -> str:
    spatial = [str(name) for name, kind in pyogrio.list_layers(file) if kind is not None]
    if layer is not None:
        if layer not in spatial:
            raise TableError(
                "read.no_layer", file=file.name, layer=layer, have=", ".join(spatial) or "-"
            )
        return layer
    if not spatial:
        raise TableError("read.no_shapes", file=file.name)
    if len(spatial) > 1:
        raise TableError("read.which_layer", file=file.name, have=", ".join(spatial))
    return spatial[0]


def _decoded(frame: pd.DataFrame, file: Path, given: str | None) -> tuple[pd.DataFrame, str]:
    """Decode a .dbf's names and cells: as given, as the .cpg says if that fits, else found."""
    # a damaged or very old .dbf may hold one name twice
    frame = frame.set_axis(unique_headings([str(name) for name in frame.columns]), axis=1)
    texts = [
        name
        for name in frame.columns
        if not pd.api.types.is_numeric_dtype(frame[name])
        and not pd.api.types.is_datetime64_any_dtype(frame[name])
    ]
    cells = [str(name).encode(_BYTES) for name in frame.columns]
    for name in texts:
        cells += [c.encode(_BYTES) for c in frame[name].dropna().unique() if isinstance(c, str)]
    cpg = part(file, ".cpg")
    declared = cpg_encoding(cpg.read_text("latin-1")) if cpg and given is None else None
    try:
        encoding = find_cell_encoding(cells, source=file.name, given=given or declared)
    except EncodingError:
        if given is not None:
            raise
        encoding = find_cell_encoding(cells, source=file.name, given=None)

    def text(cell: Any) -> Any:
        return decode_cell(cell.encode(_BYTES), encoding) if isinstance(cell, str) else cell

    decoded = {
        text(name): frame[name].astype(object).map(text) if name in texts else frame[name]
        for name in frame.columns
    }
    return pd.DataFrame(decoded), encoding
