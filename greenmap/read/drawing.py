"""CAD drawings (.dxf): every entity a row, with its CAD layer; names are decoded here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from greenmap.errors import TableError, UnreadableFileError
from greenmap.model.schema import first_few
from greenmap.read.encoding import find_cell_encoding
from greenmap.read.secrecy import refuse_secret_titles

_BYTES = "ISO-8859-1"  # one character a byte
_OPTION = "DXF_ENCODING"


def read_drawing(
    file: Path, *, layer: str | None, encoding: str | None
) -> tuple[pd.DataFrame, gpd.GeoSeries, dict[str, Any]]:
    """Read a drawing's entities.

    Parameters
    ----------
    file : Path
        ``.dxf``.
    layer : str, optional
        Only this CAD layer.
    encoding : str, optional
        Of its names and texts; found where not given.

    Returns
    -------
    frame : DataFrame
        Columns ``cad_layer`` and ``text`` (of a note).
    geometry : GeoSeries
        Lines, points, areas; without a CRS, for a drawing never says it.
    facts : dict
        ``layer`` and ``encoding``.

    Raises
    ------
    UnreadableFileError
        GDAL can't read it.
    TableError
        No such CAD layer.
    EncodingError
        Its text fits no encoding.
    SecretSourceError
        A note or the name of a CAD layer says that it is secret.
    """
    try:
        with _undecoded():
            table = pyogrio.read_dataframe(file, encoding=_BYTES)
    except (DataSourceError, DataLayerError, shapely.errors.ShapelyError) as error:
        raise UnreadableFileError("read.unreadable", file=file.name, detail=str(error)) from error
    named = [table[name].astype(object) for name in ("Layer", "Text")]
    words = {word for column in named for word in column if isinstance(word, str)}
    known, found = _decoded(sorted(words), file.name, encoding)
    columns = [[known.get(word) for word in column] for column in named]
    frame = pd.DataFrame(dict(zip(("cad_layer", "text"), columns, strict=True)), dtype=object)
    refuse_secret_titles(frame["text"], file=file.name, where="title")
    refuse_secret_titles(sorted(set(frame["cad_layer"].dropna())), file=file.name, where="sheet")
    geometry = gpd.GeoSeries(table.geometry.to_numpy())
    if layer is not None:
        own = (frame["cad_layer"] == layer).to_numpy()
        if not own.any():
            have = first_few(sorted(set(frame["cad_layer"].dropna())), 20)
            raise TableError("read.no_layer", file=file.name, layer=layer, have=have)
        frame, geometry = frame[own].reset_index(drop=True), geometry[own].reset_index(drop=True)
    return frame, geometry, {"layer": layer, "encoding": found}


@contextmanager
def _undecoded() -> Iterator[None]:
    """Have GDAL hand over a drawing's bytes: what its header says of them is often false."""
    before = pyogrio.get_gdal_config_option(_OPTION)
    pyogrio.set_gdal_config_options({_OPTION: "UTF-8"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({_OPTION: before})


def _decoded(words: list[str], file: str, given: str | None) -> tuple[dict[str, str], str]:
    """Decode names; those of a drawing without a header come as UTF-8 of single bytes."""
    cells = [word.encode(_BYTES) for word in words]
    found = find_cell_encoding(cells, source=file, given=given)
    text = [cell.decode(found, "replace") for cell in cells]
    single = all(max(word, default="") <= "\xff" for word in text)
    if single and any(max(word, default="") >= "\x80" for word in text):
        cells = [word.encode(_BYTES) for word in text]
        found = find_cell_encoding(cells, source=file, given=given)
        text = [cell.decode(found, "replace") for cell in cells]
    return dict(zip(words, text, strict=True)), found
