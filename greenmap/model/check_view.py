"""CheckView: what a check shows beside its sentences: files, people, points on the streets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from greenmap.model.walk_network import WalkNetwork


@dataclass(frozen=True, slots=True, eq=False)
class CheckPoints:
    """One table's points, for the map.

    Parameters
    ----------
    role : str
        ``homes`` or ``amenities``.
    path : str
        File they come from.
    points : (n,) GeoSeries
        WGS 84; of a large table every so many.
    off_street : (n,) array of bool
        Which could not be put on the streets.
    total : int
        Points of the table.
    """

    role: str
    path: str
    points: gpd.GeoSeries
    off_street: npt.NDArray[np.bool_]
    total: int


@dataclass(frozen=True, slots=True, eq=False)
class CheckView:
    """What a check found, as tables and shapes.

    Parameters
    ----------
    name : str
        Of the study.
    files : tuple of dict
        One per source: ``role``, ``path``, ``encoding``, ``layer``, ``crs``,
        ``datum``, ``datum_check``, ``as_of``, ``map_service``, ``rows_in``,
        ``rows_used``, ``left_out`` (rows by cause; with those used they are all
        that came in), ``dropped_columns``.
    people : tuple of dict
        ``cause``, ``rows``, ``people``: first ``in``, then ``used`` and every
        cause; these sum to the first.
    points : tuple of CheckPoints
    communities, network : optional
        None where a fault stands in the way.
    fictional : bool
        Made-up data.
    """

    name: str
    files: tuple[dict[str, Any], ...]
    people: tuple[dict[str, Any], ...]
    points: tuple[CheckPoints, ...]
    communities: gpd.GeoDataFrame | None
    network: WalkNetwork | None
    fictional: bool = False
