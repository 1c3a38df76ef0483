"""Coordinate reference systems: the study's metre system by rule, and four plain answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from greenmap.errors import CrsError

if TYPE_CHECKING:
    import geopandas as gpd

WGS84 = "EPSG:4326"

# Coarse outline of the mainland and its coast: enough to leave zones out that lie elsewhere.
_CHINA = shapely.Polygon(
    ((73, 39.5), (80, 45.5), (87, 49.5), (91, 45), (97, 43), (105, 41.5), (112, 43.8), (119.5, 47),
     (116, 50), (120, 53.8), (126.5, 53.3), (131, 48), (135.2, 48.5), (131, 42), (124, 39.5),
     (123, 30), (120, 23.5), (111.5, 17.8), (107.5, 18.3), (106, 22.5), (101, 21), (97.3, 24.5),
     (98.5, 28), (92, 27), (86, 27.5), (79, 31), (77, 35.5)))  # fmt: skip


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
        raise CrsError(
            "model.crs_missing", source=table.index.name or "", numbers="", offered="-"
        )
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
        raise CrsError(
            "model.crs_missing", source=source, numbers=numbers, offered=offered_crs(bounds),
            bounds=tuple(bounds),
        )
    known = np.isfinite(bounds).all()
    degrees = known and np.abs(bounds[[0, 2]]).max() <= 180 and np.abs(bounds[[1, 3]]).max() <= 90
    if table.crs.is_geographic:
        # one swapped row is that row's fault; a whole layer in metres is the CRS's
        if known and np.abs(bounds).min() > 360:
            raise CrsError(
                "model.crs_not_degrees", source=source, crs=table.crs.to_string(),
                numbers=numbers, offered=offered_crs(bounds), bounds=tuple(bounds),
            )  # fmt: skip
        return "geographic"
    if degrees and np.ptp(bounds[[0, 2]]) < 20 and np.abs(bounds).max() > 1:
        raise CrsError(
            "model.crs_not_metres", source=source, crs=table.crs.to_string(), numbers=numbers
        )
    return "projected"


def prefixed_crs(bounds: npt.ArrayLike) -> str | None:
    """Work out a Gauss-Kruger system from eastings that carry their zone.

    A Chinese easting of eight digits begins with the number of its zone: 25
    to 45 of 3 degrees, 13 to 23 of 6. CGCS2000 is taken; Xi'an 80 and Beijing
    54 write the same numbers for points some 100 m away.

    Parameters
    ----------
    bounds : array-like of float, shape (4,)
        West, south, east, north as they stand in the file.

    Returns
    -------
    str or None
        None if the numbers carry no zone, or more than one.

    Examples
    --------
    >>> prefixed_crs([34470922, 2940420, 34473510, 2941870])
    'EPSG:4522'
    >>> prefixed_crs([470922, 2940420, 473510, 2941870]) is None
    True
    """
    west, south, east, north = np.asarray(bounds, float)
    if not np.isfinite([west, south, east, north]).all() or not 1.8e6 < south <= north < 6e6:
        return None
    zone, last = int(west // 1_000_000), int(east // 1_000_000)
    if zone != last or west % 1_000_000 < 150_000 or east % 1_000_000 > 850_000:
        return None
    if 25 <= zone <= 45:
        return f"EPSG:{4513 + zone - 25}"
    return f"EPSG:{4491 + zone - 13}" if 13 <= zone <= 23 else None


def offered_crs(bounds: npt.ArrayLike, *, near: npt.ArrayLike | None = None) -> str:
    """List the systems that would put data without one inside China.

    Parameters
    ----------
    bounds : array-like of float, shape (4,)
        West, south, east, north as they stand in the file.
    near : array-like of float, shape (4,), optional
        Extent of the study, degrees: then only systems that put the data
        within half a degree of it, if there are any.

    Returns
    -------
    str
        Systems, each with the place it gives the middle of the data; "-"
        where none does.

    Examples
    --------
    >>> offered_crs([532189, 2545680, 533924, 2547980]).split("; ")[-2]
    'EPSG:4547 (114.3°E 23.0°N)'
    >>> offered_crs([532189, 2545680, 533924, 2547980], near=[114.2, 22.9, 114.4, 23.1])
    'EPSG:4547 (114.3°E 23.0°N)'
    """
    found = _systems(np.asarray(bounds, float))
    if near is not None:
        west, south, east, north = np.asarray(near, float)
        found = [(code, lon, lat) for code, lon, lat in found
                 if west - 0.5 <= lon <= east + 0.5 and south - 0.5 <= lat <= north + 0.5] or found
    return "; ".join(f"{code} ({lon:.1f}°E {lat:.1f}°N)" for code, lon, lat in found) or "-"


def _systems(bounds: npt.NDArray[np.float64]) -> list[tuple[str, float, float]]:
    from pyproj import Transformer

    west, south, east, north = bounds
    x, y = (west + east) / 2, (south + north) / 2
    prefixed = prefixed_crs(bounds)
    codes = [prefixed] if prefixed else [f"EPSG:{4534 + k}" for k in range(21)]
    if 73 <= x <= 136 and 17 <= y <= 54:
        codes = ["EPSG:4490", WGS84]
    elif not prefixed and not (1e5 < x < 9e5 and 1.8e6 < y < 6e6):
        return []
    found = []
    for code in codes:
        lon, lat = Transformer.from_crs(code, WGS84, always_xy=True).transform(x, y)
        if shapely.contains_xy(_CHINA, lon, lat):
            found.append((code, float(lon), float(lat)))
    return found


def old_datum(crs: Any) -> str:
    """Name a geodetic system that CGCS2000 replaced in China in 2008, if this is one.

    Parameters
    ----------
    crs : CRS or str
        Anything PROJ understands.

    Returns
    -------
    {"xian80", "beijing54", ""}

    Examples
    --------
    >>> old_datum("EPSG:2362"), old_datum("EPSG:2434"), old_datum("EPSG:4543")
    ('xian80', 'beijing54', '')
    """
    from pyproj import CRS

    known = CRS.from_user_input(crs)
    name = f"{known.name} {known.datum.name if known.datum else ''}".lower()
    if re.search(r"xian.?(19)?80", name):
        return "xian80"
    return "beijing54" if re.search(r"beijing.?(19)?54", name) else ""


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
