"""Surveyors' coordinates in a flat table: X is north, eastings of eight digits carry their zone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from greenmap.model.crs import prefixed_crs

F8 = npt.NDArray[np.float64]
_NORTH = (1.8e6, 6e6)  # metres from the equator, 16 to 54 degrees north
_EAST = ((1e5, 9e5), (13e6, 46e6))  # Gauss-Kruger, without and with the zone before it


def easting_first(x: F8, y: F8) -> tuple[F8, F8, bool]:
    """Put the easting first, whichever column it stood in.

    In Chinese surveying X is the northing. Inside China the two can't be
    taken for each other: northings are 1.8 to 6 million metres, eastings
    below a million or, with their zone, above 13 million.

    Parameters
    ----------
    x, y : (n,) array of float
        Columns as they stand, metres.

    Returns
    -------
    east, north : (n,) array of float
    turned : bool
        Whether `x` was the northing.

    Examples
    --------
    >>> east, north, turned = easting_first(np.array([2941000.0]), np.array([470922.0]))
    >>> float(east[0]), turned
    (470922.0, True)
    """
    turned = _all_within(x, _NORTH) and any(_all_within(y, span) for span in _EAST)
    return (y, x, True) if turned else (x, y, False)


def _all_within(values: F8, span: tuple[float, float]) -> bool:
    known = values[np.isfinite(values)]
    return bool(known.size and (known > span[0]).all() and (known < span[1]).all())


def zone_of(east: F8, north: F8) -> str | None:
    """Work out the CRS of eastings that carry their zone, see :func:`prefixed_crs`.

    Parameters
    ----------
    east, north : (n,) array of float
        Metres.

    Returns
    -------
    str or None
        None where they carry none, or not one zone only.

    Examples
    --------
    >>> zone_of(np.array([34470922.0]), np.array([2941000.0]))
    'EPSG:4522'
    """
    known = np.isfinite(east) & np.isfinite(north)
    if not known.any():
        return None
    e, n = east[known], north[known]
    return prefixed_crs([e.min(), n.min(), e.max(), n.max()])
