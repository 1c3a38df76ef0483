"""Green: how much of each community is green, from a raster or from polygons."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from greenmap.errors import TableError
from greenmap.model.crs import study_crs
from greenmap.read.barriers import read_compounds
from greenmap.read.raster import cell_fractions

_RASTERS = (".tif", ".tiff", ".vrt", ".img", ".asc")


def is_raster(path: str | Path) -> bool:
    """Whether a file's ending says raster.

    Examples
    --------
    >>> is_raster("ndvi.TIF"), is_raster("green.gpkg")
    (True, False)
    """
    return Path(path).suffix.lower() in _RASTERS


def read_green(path: str | Path, communities: gpd.GeoDataFrame, *, at_least: float | None = None,
               classes: Sequence[float] | None = None, **about: Any) -> gpd.GeoDataFrame:
    """Measure how much of each community is green.

    Parameters
    ----------
    path : path
        A raster (one band; cells count by the part of them inside), or a file
        of green polygons.
    communities : GeoDataFrame
        Polygons.
    at_least : float, optional
        Raster: cells of this value or more are green, such as an NDVI of 0.3 or
        a cover of 50.
    classes : sequence of float, optional
        Raster: cells of these values are green. One of both is needed.
    **about
        Polygons: layer, encoding, crs, datum, as_of …, as for
        :func:`greenmap.read.barriers.read_barriers`.

    Returns
    -------
    GeoDataFrame
        The communities with ``green_m2``, square metres; missing where the
        raster says nothing.

    Raises
    ------
    TableError
        For a raster neither or both of `at_least` and `classes` are given; for
        polygons one of them is.
    MissingFileError, UnreadableFileError, CrsError
    """
    west, south, east, north = communities.to_crs("EPSG:4326").total_bounds
    metres = study_crs([west, east], [south, north])
    own = communities.geometry.to_crs(metres)
    if is_raster(path):
        if (at_least is None) == (classes is None):
            raise TableError("read.green_rule", file=Path(path).name)
        green = cell_fractions(path, communities, at_least=at_least, classes=classes) * own.area
    else:
        if at_least is not None or classes is not None:
            raise TableError("read.green_polygons", file=Path(path).name)
        land = shapely.union_all(read_compounds(path, **about).geometry.to_crs(metres).to_numpy())
        green = own.intersection(land).area
    table = communities.copy()
    table["green_m2"] = np.asarray(green, float)
    table.attrs = dict(communities.attrs)
    return table
