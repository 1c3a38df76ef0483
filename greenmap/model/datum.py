"""GCJ-02 and BD-09 to and from WGS 84: map services in China shift every point by 300-700 m.

The shift is a published polynomial with sines; it has no closed inverse, so the way back is a
fixed-point iteration, run until one more round moves nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from greenmap.errors import DatumError

Degrees = npt.NDArray[np.float64]

DATUMS = ("wgs84", "gcj02", "bd09")
"""Datums a source may be declared in."""

_A, _E2 = 6378245.0, 0.00669342162296594323  # the ellipsoid the shift was written for: Krassovsky
_BD = np.pi * 3000.0 / 180.0
_ROUNDS = 7  # each round gains a factor of 150; seven end below 1e-9 m anywhere in the box
_BOX = shapely.box(73.66, 3.86, 135.05, 53.55)
# Coarse outlines, drawn on the sea and a little inside the land border, of the parts of the box
# where map services don't shift: Hong Kong, Macau, Taiwan with Penghu.
_NOT_SHIFTED = (
    ((113.83, 22.14), (113.83, 22.40), (113.95, 22.47), (114.00, 22.50), (114.06, 22.51),
     (114.11, 22.525), (114.16, 22.55), (114.22, 22.54), (114.40, 22.55), (114.52, 22.45),
     (114.52, 22.14)),
    ((113.528, 22.18), (113.536, 22.212), (113.550, 22.2145), (113.565, 22.21), (113.61, 22.17),
     (113.61, 22.105), (113.553, 22.105), (113.549, 22.155), (113.535, 22.17)),
    ((119.2, 21.7), (119.2, 23.9), (120.4, 25.35), (121.5, 25.7), (122.3, 25.4), (122.3, 21.7)),
)  # fmt: skip
_AREA = shapely.difference(_BOX, shapely.union_all([shapely.Polygon(r) for r in _NOT_SHIFTED]))
shapely.prepare(_AREA)


def is_shifted(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Tell where map services in China shift coordinates.

    A box around China without coarse polygons of Hong Kong, Macau and
    Taiwan.

    Parameters
    ----------
    lon, lat : array-like of float, shape (n,)
        WGS 84 degrees.

    Returns
    -------
    array of bool, shape (n,)

    Examples
    --------
    >>> is_shifted([101.7, 114.17, 121.5, -15.4], [26.6, 22.3, 25.04, 28.1]).tolist()
    [True, False, False, False]
    """
    return np.asarray(shapely.contains_xy(_AREA, np.asarray(lon, float), np.asarray(lat, float)))


def _offset(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Degrees added by GCJ-02 at a WGS 84 point."""
    x, y = lon - 105.0, lat - 35.0
    root, pi = np.sqrt(np.abs(x)), np.pi
    both = (20 * np.sin(6 * x * pi) + 20 * np.sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + both
    north += (20 * np.sin(y * pi) + 40 * np.sin(y / 3 * pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * pi) + 320 * np.sin(y / 30 * pi)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + both
    east += (20 * np.sin(x * pi) + 40 * np.sin(x / 3 * pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * pi) + 300 * np.sin(x / 30 * pi)) * 2 / 3
    phi = np.radians(lat)
    w2 = 1 - _E2 * np.sin(phi) ** 2
    return (
        np.degrees(east * np.sqrt(w2) / (_A * np.cos(phi))),
        np.degrees(north * w2 * np.sqrt(w2) / (_A * (1 - _E2))),
    )


def wgs84_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    """Shift WGS 84 to GCJ-02, as Amap and Tencent do.

    Parameters
    ----------
    lon, lat : array-like of float, shape (n,)
        WGS 84 degrees.

    Returns
    -------
    lon, lat : array of float64, shape (n,)
        GCJ-02 degrees; unchanged where nothing is shifted.

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02([101.7153702], [26.5829983])
    >>> [round(float(v), 6) for v in (lon[0], lat[0])]
    [101.716941, 26.579426]
    """
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    inside = is_shifted(lon, lat)
    east, north = _offset(lon, lat)
    return np.where(inside, lon + east, lon), np.where(inside, lat + north, lat)


def gcj02_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    """Take the GCJ-02 shift away; exact to a millionth of a metre.

    Parameters
    ----------
    lon, lat : array-like of float, shape (n,)
        GCJ-02 degrees.

    Returns
    -------
    lon, lat : array of float64, shape (n,)
        WGS 84 degrees.

    Examples
    --------
    >>> lon, lat = gcj02_to_wgs84([101.716941], [26.579426])
    >>> [round(float(v), 5) for v in (lon[0], lat[0])]
    [101.71537, 26.583]
    """
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    x, y = lon, lat
    for _ in range(_ROUNDS):
        east, north = _offset(x, y)
        x, y = lon - east, lat - north
    inside = is_shifted(x, y)
    return np.where(inside, x, lon), np.where(inside, y, lat)


def _gcj02_to_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _BD)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _BD)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def wgs84_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    """Shift WGS 84 to BD-09, as Baidu does on top of GCJ-02.

    Parameters
    ----------
    lon, lat : array-like of float, shape (n,)
        WGS 84 degrees.

    Returns
    -------
    lon, lat : array of float64, shape (n,)
        BD-09 degrees; unchanged where nothing is shifted.

    Examples
    --------
    >>> lon, lat = wgs84_to_bd09([116.3461643], [40.0026871])
    >>> [round(float(v), 6) for v in (lon[0], lat[0])]
    [116.358961, 40.009763]
    """
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    inside = is_shifted(lon, lat)
    x, y = _gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))
    return np.where(inside, x, lon), np.where(inside, y, lat)


def bd09_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    """Take the BD-09 shift away; exact to a millionth of a metre.

    Parameters
    ----------
    lon, lat : array-like of float, shape (n,)
        BD-09 degrees.

    Returns
    -------
    lon, lat : array of float64, shape (n,)
        WGS 84 degrees.

    Examples
    --------
    >>> lon, lat = bd09_to_wgs84([116.3589610276], [40.0097626844])
    >>> [round(float(v), 5) for v in (lon[0], lat[0])]
    [116.34616, 40.00269]
    """
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    x, y = lon - 0.0065, lat - 0.006
    for _ in range(_ROUNDS):
        to_lon, to_lat = _gcj02_to_bd09(x, y)
        x, y = x - (to_lon - lon), y - (to_lat - lat)
    x, y = gcj02_to_wgs84(x, y)
    # gcj02_to_wgs84 leaves a point alone where nothing is shifted; then neither is Baidu's
    shifted = is_shifted(x, y)
    return np.where(shifted, x, lon), np.where(shifted, y, lat)


def to_wgs84(lon: Any, lat: Any, *, datum: str) -> tuple[Degrees, Degrees]:
    """Bring coordinates of a declared datum to WGS 84.

    Parameters
    ----------
    lon, lat : array-like of float, shape (n,)
        Degrees in `datum`.
    datum : {"wgs84", "gcj02", "bd09"}
        What the source was made in.

    Returns
    -------
    lon, lat : array of float64, shape (n,)
        WGS 84 degrees.

    Raises
    ------
    DatumError
        If `datum` is none of the three.

    Examples
    --------
    >>> to_wgs84([101.7], [26.6], datum="wgs84")[0].tolist()
    [101.7]
    """
    check_datum(datum)
    if datum == "gcj02":
        return gcj02_to_wgs84(lon, lat)
    if datum == "bd09":
        return bd09_to_wgs84(lon, lat)
    return np.asarray(lon, float), np.asarray(lat, float)


def from_wgs84(lon: Any, lat: Any, *, datum: str) -> tuple[Degrees, Degrees]:
    """Bring WGS 84 coordinates to a datum; the way back of :func:`to_wgs84`.

    Parameters
    ----------
    lon, lat : array-like of float, shape (n,)
        WGS 84 degrees.
    datum : {"wgs84", "gcj02", "bd09"}
        What they are wanted in.

    Returns
    -------
    lon, lat : array of float64, shape (n,)
        Degrees in `datum`.

    Raises
    ------
    DatumError
        If `datum` is none of the three.

    Examples
    --------
    >>> from_wgs84([101.7], [26.6], datum="wgs84")[0].tolist()
    [101.7]
    """
    check_datum(datum)
    if datum == "gcj02":
        return wgs84_to_gcj02(lon, lat)
    if datum == "bd09":
        return wgs84_to_bd09(lon, lat)
    return np.asarray(lon, float), np.asarray(lat, float)


def check_datum(datum: str) -> None:
    """Refuse a datum that isn't known.

    Parameters
    ----------
    datum : str
        What a source was declared in.

    Raises
    ------
    DatumError
        If `datum` isn't one of :data:`DATUMS`.

    Examples
    --------
    >>> check_datum("gcj02")
    """
    if datum not in DATUMS:
        raise DatumError("model.datum_unknown", datum=datum, known=", ".join(DATUMS))
