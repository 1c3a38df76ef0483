"""Green: how much of each community is green, from a raster or from polygons."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from greenmap.errors import TableError
from greenmap.model.crs import study_crs
from greenmap.read.barriers import read_compounds
from greenmap.read.raster import cell_fractions

_RASTERS = (".tif", ".tiff", ".vrt", ".img", ".asc")


def read_green(path: str | Path, communities: gpd.GeoDataFrame, *, at_least: float | None = None,
               classes: Sequence[float] | None = None) -> gpd.GeoDataFrame:
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

    Returns
    -------
    GeoDataFrame
        The communities with ``green_m2``, square metres; missing where the
        raster says nothing.

    Raises
    ------
    TableError
        For a raster neither or both of `at_least` and `classes` are given.
    MissingFileError, UnreadableFileError, CrsError
    """
    west, south, east, north = communities.to_crs("EPSG:4326").total_bounds
    metres = study_crs([west, east], [south, north])
    own = communities.geometry.to_crs(metres)
    if Path(path).suffix.lower() in _RASTERS:
        if (at_least is None) == (classes is None):
            raise TableError("read.green_rule", file=Path(path).name)
        green = cell_fractions(path, communities, at_least=at_least, classes=classes) * own.area
    else:
        land = shapely.union_all(read_compounds(path).geometry.to_crs(metres).to_numpy())
        green = own.intersection(land).area
    table = communities.copy()
    table["green_m2"] = np.asarray(green, float)
    table.attrs = dict(communities.attrs)
    return table
