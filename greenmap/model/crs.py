"""Coordinate reference systems: the study's metre system by rule, and four plain answers."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from greenmap.errors import CrsError

WGS84 = "EPSG:4326"


def study_crs(lon: npt.ArrayLike, lat: npt.ArrayLike) -> str:
    """Choose the metre system of a study from where its data lie.

    The middle of the extent decides: inside China's box the CGCS2000
    3-degree Gauss-Kruger zone of its longitude (EPSG:4534 to 4554, eastings
    without zone prefix), elsewhere the UTM zone on WGS 84.

    Parameters
    ----------
    lon, lat : float or array-like of float, shape (n,)
        WGS 84 degrees; corners or points of the data.

    Returns
    -------
    str
        ``"EPSG:…"``.

    Raises
    ------
    CrsError
        If there is no finite point, or the middle lies beyond 84 degrees.

    Examples
    --------
    >>> study_crs(101.72, 26.58), study_crs([-15.53, -15.40], [28.02, 28.18])
    ('EPSG:4543', 'EPSG:32628')
    """
    x, y = np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float))
    x, y = x[np.isfinite(x)], y[np.isfinite(y)]
    if not len(x) or not len(y):
        raise CrsError("model.crs_no_points")
    mid_lon, mid_lat = (x.min() + x.max()) / 2, (y.min() + y.max()) / 2
    if not (-180 <= mid_lon <= 180 and -84 <= mid_lat <= 84):
        raise CrsError("model.crs_off_earth", lon=f"{mid_lon:.4f}", lat=f"{mid_lat:.4f}")
    if 73 <= mid_lon <= 135.1 and 17 <= mid_lat <= 54:
        zone = int(np.clip(np.floor((mid_lon + 1.5) / 3), 25, 45))
        return f"EPSG:{4534 + zone - 25}"
    zone = int(min(60, np.floor((mid_lon + 180) / 6) + 1))
    return f"EPSG:{(32600 if mid_lat >= 0 else 32700) + zone}"


def to_study(table: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    """Bring a table to the study's metre system, easting first.

    Parameters
    ----------
    table : GeoDataFrame
        Any geometry, with a CRS.
    crs : str
        The study's CRS, as :func:`study_crs` chooses it.

    Returns
    -------
    GeoDataFrame
        New table on the same index; x is always the easting, whatever the
        axis order of `crs`.

    Raises
    ------
    CrsError
        If `table` has no CRS.

    Examples
    --------
    >>> import geopandas as gpd
    >>> homes = gpd.GeoDataFrame(geometry=gpd.points_from_xy([102.0], [26.58]), crs=4326)
    >>> round(to_study(homes, "EPSG:4543").geometry.x[0])
    500000
    """
    if table.crs is None:
        raise CrsError("model.crs_missing", source=table.index.name or "", numbers="")
    moved = table.to_crs(crs)
    moved.attrs = dict(table.attrs)
    return moved


def check_crs(table: gpd.GeoDataFrame | gpd.GeoSeries, source: str) -> str:
    """Say what kind of CRS a layer has; refuse where only its owner can know.

    Parameters
    ----------
    table : GeoDataFrame or GeoSeries
        Layer as read.
    source : str
        File name for the message.

    Returns
    -------
    {"geographic", "projected"}

    Raises
    ------
    CrsError
        If there is no CRS; if degrees are declared but the numbers can't be
        degrees; if a projected CRS is declared but the numbers are degrees.

    Examples
    --------
    >>> import geopandas as gpd
    >>> check_crs(gpd.GeoSeries.from_xy([101.7], [26.6], crs=4326), "a.gpkg")
    'geographic'
    """
    bounds = np.asarray(table.total_bounds, float)
    numbers = ", ".join(f"{value:.6g}" for value in bounds)
    if table.crs is None:
        raise CrsError("model.crs_missing", source=source, numbers=numbers)
    known = np.isfinite(bounds).all()
    degrees = known and np.abs(bounds[[0, 2]]).max() <= 180 and np.abs(bounds[[1, 3]]).max() <= 90
    if table.crs.is_geographic:
        # one swapped row is that row's fault; a whole layer in metres is the CRS's
        if known and np.abs(bounds).min() > 360:
            raise CrsError(
                "model.crs_not_degrees", source=source, crs=table.crs.to_string(), numbers=numbers
            )
        return "geographic"
    if degrees and np.ptp(bounds[[0, 2]]) < 20 and np.abs(bounds).max() > 1:
        raise CrsError(
            "model.crs_not_metres", source=source, crs=table.crs.to_string(), numbers=numbers
        )
    return "projected"


def known_crs(crs: str, *, source: str) -> str:
    """Return a CRS in the form ``EPSG:4543`` if PROJ knows it.

    Parameters
    ----------
    crs : str
        As the user wrote it: ``"EPSG:4543"``, ``"4543"``, WKT.
    source : str
        File name for the message.

    Returns
    -------
    str

    Raises
    ------
    CrsError
        If PROJ doesn't know it.

    Examples
    --------
    >>> known_crs("4543", source="a.shp")
    'EPSG:4543'
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return str(CRS.from_user_input(int(crs) if str(crs).isdigit() else crs).to_string())
    except CRSError:
        raise CrsError("model.crs_unknown", source=source, crs=crs) from None
