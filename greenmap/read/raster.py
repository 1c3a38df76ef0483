"""Rasters: homes from people per cell, heights from terrain; the only module that opens them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.errors import CrsError, TableError, UnreadableFileError
from greenmap.read.homes import with_community
from greenmap.read.source import digest, existing_file

Floats = npt.NDArray[np.float64]

_TILE = 2048  # cells a side read at once
_ENDINGS = (".tif", ".tiff", ".vrt", ".img", ".asc")


def homes_from_raster(
    path: str | Path, *, communities: gpd.GeoDataFrame | None = None, as_of: str | None = None
) -> gpd.GeoDataFrame:
    """Make one home of every cell of a population raster where people live.

    Parameters
    ----------
    path : path
        Raster of people per cell; its first band.
    communities : GeoDataFrame, optional
        Only cells around them are read; each home gets its community.
    as_of : str, optional
        Date of the data.

    Returns
    -------
    GeoDataFrame
        Cell centres in EPSG:4326, index ``home_id`` (``r<row>c<column>`` of
        the whole raster); columns people, community_id, people_source
        ("estimated"), people_rule. ``attrs``: ``source``, ``people_total``
        (sum of the cells taken, exactly), ``cells_empty``,
        ``community_rule``.

    Raises
    ------
    MissingFileError, UnreadableFileError, CrsError
    TableError
        If no cell holds anyone, if cells are negative, or if the raster
        doesn't reach the communities.
    """
    file = existing_file(path, endings=_ENDINGS)
    cells, empty, crs = _cells(file, communities)
    points = gpd.GeoSeries.from_xy(cells["x"], cells["y"], crs=crs).to_crs("EPSG:4326")
    index = pd.Index(
        [f"r{r}c{c}" for r, c in zip(cells["row"], cells["column"], strict=True)], name="home_id"
    )
    homes = gpd.GeoDataFrame(
        {"people": cells["people"], "people_source": "estimated", "people_rule": "raster_cell"},
        geometry=points.to_numpy(),
        index=index,
        crs="EPSG:4326",
    )
    homes, how = with_community(homes, communities)
    source = {
        "name": file.name, "rows_in": len(homes), "rows_out": len(homes), "encoding": None,
        "crs": crs, "datum": "wgs84", "layer": "1", "digest": digest(file), "as_of": as_of,
    }  # fmt: skip
    homes.attrs = {
        "source": source,
        "id_rule": "cell",
        "people_total": float(homes["people"].sum()),
        "cells_empty": empty,
        "community_rule": how,
        "left_out": (),
        "dropped_columns": (),
    }
    return homes


def _cells(
    file: Path, communities: gpd.GeoDataFrame | None
) -> tuple[dict[str, npt.NDArray[Any]], int, str]:
    """Cells with people: row, column, centre, people; and how many hold nobody."""
    with _opened(file) as raster:
        window = _window(raster, communities, file.name)
        band = raster.read(1, window=window, masked=True)
        transform = raster.transform
        crs = raster.crs.to_string()
    people = np.ma.filled(band.astype("float64"), np.nan)
    if (people < 0).any():
        raise TableError("read.negative_cells", file=file.name, cells=int((people < 0).sum()))
    row, column = np.nonzero(people > 0)
    if not len(row):
        raise TableError("read.empty_raster", file=file.name)
    taken = people[row, column]
    row, column = row + int(window.row_off), column + int(window.col_off)
    right, down = column + 0.5, row + 0.5  # centres
    x = transform.c + transform.a * right + transform.b * down
    y = transform.f + transform.d * right + transform.e * down
    found = {"row": row, "column": column, "x": x, "y": y, "people": taken}
    return found, int(people.size - len(taken)), crs


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    """Open a raster that says where it lies."""
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning, RasterioIOError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # told as an error below
            raster = rasterio.open(file)
        with raster:
            if raster.crs is None or raster.transform.is_identity:
                raise CrsError("model.crs_missing", source=file.name,
                               numbers=str(raster.bounds), offered="-")
            yield raster
    except RasterioIOError as error:
        raise UnreadableFileError("read.unreadable", file=file.name, detail=str(error)) from error


def _window(raster: Any, communities: gpd.GeoDataFrame | None, file: str) -> Any:
    """Whole cells around the communities, or the whole raster."""
    from rasterio.windows import Window, from_bounds

    whole = Window(0, 0, raster.width, raster.height)
    if communities is None:
        return whole
    bounds = communities.geometry.to_crs(raster.crs).total_bounds
    around = from_bounds(*bounds, transform=raster.transform)
    first = np.floor([around.row_off, around.col_off]).astype(int)
    last = np.ceil([around.row_off + around.height, around.col_off + around.width]).astype(int)
    top, left = np.maximum(first, 0)
    bottom, right = np.minimum(last, [raster.height, raster.width])
    if top >= bottom or left >= right:
        raise TableError("read.raster_elsewhere", file=file)
    return Window(int(left), int(top), int(right - left), int(bottom - top))


def sample_heights(path: str | Path, lon: Floats, lat: Floats) -> Floats:
    """Read the height of points from a terrain raster, between its cells' middles.

    Parameters
    ----------
    path : path
        Raster of heights in metres, in any CRS; its first band.
    lon, lat : array (k,), degrees
        WGS 84.

    Returns
    -------
    array (k,), metres
        Bilinear; within half a cell of the raster's border the border cells'.
        NaN outside it, and where a cell that counts holds no data.

    Raises
    ------
    MissingFileError, UnreadableFileError
        No such file; no raster.
    CrsError
        It doesn't say where it lies.
    """
    from pyproj import Transformer

    file = existing_file(path, endings=_ENDINGS)
    height = np.full(len(lon), np.nan)
    with _opened(file) as raster:
        there = Transformer.from_crs("EPSG:4326", raster.crs.to_wkt(), always_xy=True)
        x, y = there.transform(lon, lat)
        back = ~raster.transform
        with np.errstate(invalid="ignore"):  # points that the raster's CRS has no place for
            column = back.a * x + back.b * y + back.c
            row = back.d * x + back.e * y + back.f
        inside = (column >= 0) & (column <= raster.width) & (row >= 0) & (row <= raster.height)
        at = np.flatnonzero(inside)
        # middles of the cells between which a point lies
        column = np.clip(column[at] - 0.5, 0, raster.width - 1)
        row = np.clip(row[at] - 0.5, 0, raster.height - 1)
        tile = (row // _TILE).astype(int) * (raster.width // _TILE + 1) + (column // _TILE)
        order = np.argsort(tile, kind="stable")
        for part in np.split(order, np.flatnonzero(np.diff(tile[order])) + 1):
            if len(part):
                height[at[part]] = _bilinear(raster, row[part], column[part])
    return height


def _bilinear(raster: Any, row: Floats, column: Floats) -> Floats:
    """Heights at fractional rows and columns that lie near each other."""
    from rasterio.windows import Window

    top, left = int(row.min()), int(column.min())
    rows, columns = int(row.max()) + 2 - top, int(column.max()) + 2 - left
    window = Window(left, top, min(columns, raster.width - left), min(rows, raster.height - top))
    band = raster.read(1, window=window, masked=True).astype("float64")
    cells = np.ma.filled(band, np.nan) * raster.scales[0] + raster.offsets[0]
    cells = np.pad(cells, ((0, rows - cells.shape[0]), (0, columns - cells.shape[1])), mode="edge")
    i, j = np.floor(row).astype(int) - top, np.floor(column).astype(int) - left
    down, right = row - np.floor(row), column - np.floor(column)
    height = np.zeros(len(row))
    for r, c, weight in ((0, 0, (1 - down) * (1 - right)), (0, 1, (1 - down) * right),
                         (1, 0, down * (1 - right)), (1, 1, down * right)):  # fmt: skip
        # a cell without data counts only where it weighs more than rounding
        height += np.where(weight > 1e-6, weight * cells[i + r, j + c], 0.0)
    return height


def write_raster(
    path: str | Path,
    values: npt.NDArray[Any],
    *,
    west: float,
    south: float,
    east: float,
    north: float,
    nodata: float,
) -> None:
    """Write one band of cells as a GeoTIFF in EPSG:4326, float32.

    Parameters
    ----------
    path : path
        File to make.
    values : (rows, columns) array
        First row in the north.
    west, south, east, north : float
        Outer edges of the cells, degrees.
    nodata : float
        Value that says that nothing is known.
    """
    import rasterio

    rows, columns = values.shape
    # not from_bounds: its product of affines warns with affine 3
    place = rasterio.Affine((east - west) / columns, 0, west, 0, (south - north) / rows, north)
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=columns, count=1, dtype="float32",
        crs="EPSG:4326", nodata=nodata, compress="deflate",
        transform=place,
    ) as raster:  # fmt: skip
        raster.write(values.astype(np.float32), 1)


def cell_fractions(path: str | Path, areas: gpd.GeoDataFrame, *, at_least: float | None = None,
                   classes: Sequence[float] | None = None) -> npt.NDArray[np.float64]:
    """Measure what part of each area lies in cells of certain values.

    Parameters
    ----------
    path : path
        Raster; its first band.
    areas : (n,) GeoDataFrame of polygons
    at_least : float, optional
        Cells of this value or more.
    classes : sequence of float, optional
        Cells of these values.

    Returns
    -------
    (n,) array of float
        0 … 1, of the cells that hold a value; each counts by the part of it that
        lies inside. Missing where none does.

    Raises
    ------
    MissingFileError, UnreadableFileError, CrsError
        Also where the extra ``raster`` isn't installed.
    """
    try:
        from exactextract import exact_extract
    except ImportError:
        raise UnreadableFileError("read.needs_raster", file=Path(path).name) from None
    with _opened(existing_file(path, endings=_ENDINGS)) as raster:
        shapes = areas[["geometry"]].reset_index(drop=True).to_crs(raster.crs)
        found = exact_extract(raster, shapes, ["coverage", "values"], output="pandas")
    parts = np.full(len(areas), np.nan)
    for row, (inside, cells) in enumerate(zip(found["coverage"], found["values"], strict=True)):
        value = np.ma.filled(np.ma.asarray(cells).astype("float64"), np.nan)
        weight = np.where(np.isnan(value), 0.0, np.asarray(inside, float))
        wanted = value >= at_least if at_least is not None else np.isin(value, list(classes or ()))
        if weight.sum() > 0:
            parts[row] = float((weight * wanted).sum() / weight.sum())
    return parts
