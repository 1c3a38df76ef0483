"""Evidence of boundaries' datum: true ones run between buildings, shifted ones cut through them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod, Transformer

from greenmap.model.datum import DATUMS, check_datum, from_wgs84, is_shifted, to_wgs84
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.datum_evidence import (
    LEAST_POINTS,
    DatumEvidence,
    by_chance,
    fit_score,
    judge_readings,
)

F8 = npt.NDArray[np.float64]

STEP_M, MOST = 10.0, 1500
"""Metres between the points of a boundary that are looked at, and how many of them at most."""

LIKELY, LIKELY_LEAD = 2.0, 1.5
"""Score and lead at which another datum than the declared one is worth a warning.

Outlines of compounds in two Chinese towns score 2.4 to 5.2 in the right reading and at most 1.5
in a wrong one: enough to ask, seldom (``CERTAIN``, ``LEAD``) to stop."""

_LEAST_BUILDINGS = 50


def find_boundary_datum(
    network: WalkNetwork, communities: gpd.GeoDataFrame, *, declared: str,
    buildings: gpd.GeoSeries | None,
) -> DatumEvidence | None:
    """Find the datum boundaries were made in.

    Points along the boundaries are laid on the map in every reading; the
    share that lies in no building is set against the same share under shifts
    no datum makes, as in
    :func:`greenmap.network.datum_evidence.find_datum`.

    Parameters
    ----------
    network : WalkNetwork
        Streets, WGS 84.
    communities : GeoDataFrame
        Polygons as read in `declared`, any CRS.
    declared : {"wgs84", "gcj02", "bd09"}
    buildings : GeoSeries, optional
        Outlines, any CRS.

    Returns
    -------
    DatumEvidence or None
        ``verdict`` may also be ``"likely"``: another datum is, not certainly.
        None where map services don't shift, or too few buildings are known.
    """
    check_datum(declared)
    if buildings is None or len(buildings) < _LEAST_BUILDINGS:
        return None
    lonlat = _along(communities, network.crs)
    if not len(lonlat) or not is_shifted(lonlat[:, 0], lonlat[:, 1]).any():
        return None
    raw = from_wgs84(*lonlat.T, datum=declared)
    world = {key: np.column_stack(to_wgs84(*raw, datum=key)) for key in DATUMS}
    plane = Transformer.from_crs("EPSG:4326", network.crs, always_xy=True)
    at = {key: np.column_stack(plane.transform(*own.T)) for key, own in world.items()}
    inside = {key: shapely.contains_xy(network.extent, xy) for key, xy in at.items()}
    usable = [key for key in DATUMS if inside[key].sum() >= LEAST_POINTS]
    if declared not in usable or len(usable) < 2:
        return DatumEvidence("too_few", declared, declared, {}, 0, 0, 0.0, "buildings")
    tree = shapely.STRtree(buildings.to_crs(network.crs).to_numpy())

    def free(xy: F8) -> npt.NDArray[np.bool_]:
        clear = np.ones(len(xy), bool)
        clear[tree.query(shapely.points(xy), predicate="intersects")[0]] = False
        return clear

    chance = by_chance(network, at, free)
    scores = {key: fit_score(free(at[key])[inside[key]], chance) for key in usable}
    verdict, best = _judged(declared, scores)
    _, _, apart = Geod(ellps="WGS84").inv(*world[best].T, *world[declared].T)
    return DatumEvidence(verdict, declared, best, scores, int(inside[best].sum()), len(chance),
                         float(np.median(apart)), "buildings")


def _judged(declared: str, scores: dict[str, float]) -> tuple[str, str]:
    """Verdict and best reading; boundaries are never called mixed."""
    verdict, best, _ = judge_readings(declared, scores)
    if verdict in ("fits", "other"):
        return verdict, best
    ranked = sorted(scores, key=lambda key: (-scores[key], key != declared))
    lead = scores[ranked[0]] - scores[ranked[1]]
    if ranked[0] != declared and scores[ranked[0]] >= LIKELY and lead >= LIKELY_LEAD:
        return "likely", ranked[0]
    return "unclear", declared


def _along(communities: gpd.GeoDataFrame, crs: str) -> F8:
    """Points along all boundaries, degrees; of long ones every so many, in the order of the ids."""
    lines = shapely.boundary(communities.sort_index().geometry.to_crs(crs).to_numpy())
    lines = shapely.get_parts(lines[~(shapely.is_missing(lines) | shapely.is_empty(lines))])
    step = max(STEP_M, float(shapely.length(lines).sum()) / MOST)
    dense = [shapely.line_interpolate_point(line, np.arange(0, shapely.length(line), step))
             for line in lines]
    if not dense:
        return np.empty((0, 2))
    points = gpd.GeoSeries(np.concatenate(dense), crs=crs).to_crs("EPSG:4326")
    return np.asarray(shapely.get_coordinates(points.to_numpy()), np.float64)
