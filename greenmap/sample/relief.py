"""Two rasters over the street file's bounds: heights, and people per cell."""

from __future__ import annotations

import math

import numpy as np

from greenmap.sample.city import City
from greenmap.sample.plan import Floats, height_m, metres

HEIGHT_STEP, PEOPLE_STEP = 0.0001, 0.001  # degrees: about 10 m and 100 m
MARGIN = 0.004  # degrees: country roads end a little past the bounds
NODATA = -9999.0
Bounds = tuple[float, float, float, float]


def heights(city: City, bounds: Bounds) -> tuple[Floats, Bounds]:
    """Return heights in metres, north row first, and the box they fill.

    Parameters
    ----------
    city : City
        As made.
    bounds : west, south, east, north
        Of the streets, degrees; the cells cover them.

    Returns
    -------
    values, box
    """
    west, south, east, north = bounds
    wide = (west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN)
    lon, lat, box = _cells(wide, HEIGHT_STEP)
    x, y = np.meshgrid(lon, lat)
    plan = city.ground.plan(metres(np.column_stack([x.ravel(), y.ravel()])))
    return height_m(plan).reshape(x.shape).round(2), box


def people(city: City, bounds: Bounds) -> tuple[Floats, Bounds]:
    """Return people per cell, north row first, and the box; where nobody lives: no data.

    Parameters
    ----------
    city : City
        As made.
    bounds : west, south, east, north
        Of the streets, degrees; the cells cover them.

    Returns
    -------
    values, box
    """
    lon, lat, box = _cells(bounds, PEOPLE_STEP)
    west, _, _, north = box
    counts = np.zeros((len(lat), len(lon)))
    where = city.ground.lonlat([h.building.at for h in city.homes])
    column = ((where[:, 0] - west) / PEOPLE_STEP).astype(int)
    row = ((north - where[:, 1]) / PEOPLE_STEP).astype(int)
    np.add.at(counts, (row, column), [h.people for h in city.homes])
    return np.where(counts > 0, counts, NODATA), box


def _cells(bounds: Bounds, step: float) -> tuple[Floats, Floats, Bounds]:
    """Return the middles of the columns and of the rows, north first, and the box."""
    west, south = (math.floor(v / step) * step for v in bounds[:2])
    columns = math.ceil((bounds[2] - west) / step)
    rows = math.ceil((bounds[3] - south) / step)
    east, north = west + columns * step, south + rows * step
    lon: Floats = west + (np.arange(columns, dtype=np.float64) + 0.5) * step
    lat: Floats = north - (np.arange(rows, dtype=np.float64) + 0.5) * step
    return lon, lat, (round(west, 6), round(south, 6), round(east, 6), round(north, 6))
