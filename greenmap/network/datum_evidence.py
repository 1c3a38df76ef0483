"""Evidence of a table's datum: its points sit in buildings and beside streets in one reading only.

A datum taken for another shifts every point by the same few hundred metres. So the table is laid
on the map once for each reading, and once for many shifts that no datum makes: those show how
well points fit by chance, with all the regularity streets and blocks of flats have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod, Transformer

from greenmap.model.datum import DATUMS, check_datum, from_wgs84, is_shifted, to_wgs84
from greenmap.model.walk_network import WalkNetwork

F8 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

LEAST_POINTS = 25
"""Fewer points than this inside the data tell nothing: by chance alone they fit anywhere."""

CERTAIN, LEAD = 4.0, 3.0
"""Standard deviations above chance that name a datum, and its lead over every other reading.

In two Chinese towns whose truth is known (117 and 163 places) right readings score 5.4 to 7.8
on buildings, wrong ones -1.2 to 0.2; on streets alone 1.2 to 3.2, which names nothing."""

MIXED = 3.0
"""Score at which a second reading is no chance either: then the table holds two datums."""

LEAST_GATES = 8
"""As :data:`LEAST_POINTS`, for gates laid on walls: a wall is a line, and hardly hit by chance."""

ON_WALL_M = 5.0
"""A gate stands in a wall this near."""

_MOST_POINTS = 1000
_LEAST_BUILDINGS = 50
_RADII, _DIRECTIONS, _APART_M = (100.0, 160.0, 250.0, 400.0, 600.0), 16, 80.0
_BESIDE_M = (3.0, 30.0)  # beside a street, not on it


@dataclass(frozen=True, slots=True)
class DatumEvidence:
    """How well a table fits the map in each reading.

    Parameters
    ----------
    verdict : {"fits", "other", "mixed", "unclear", "too_few"}
        The declared datum is the best and certain; another is; two are;
        none is; fewer than :data:`LEAST_POINTS` points to judge by.
    declared : str
        Datum the table was read in.
    best : str
        Datum of the best score, `declared` where nothing can be told.
    scores : mapping of str to float
        Standard deviations above chance, for each reading with enough
        points inside the data.
    points : int
        Points inside the data, in the best reading.
    shifts : int
        Other shifts tried.
    offset_m : float
        Median distance between the declared and the best reading; in a
        mixed table, between the two.
    ground : {"buildings", "streets", "walls"}
        What the points were laid on.
    rows : tuple
        In a mixed table, ids that fit `best` only and not `declared`.
    """

    verdict: str
    declared: str
    best: str
    scores: Mapping[str, float]
    points: int
    shifts: int
    offset_m: float
    ground: str
    rows: tuple[object, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether the evidence is enough to act on without asking."""
        return self.verdict in ("fits", "other")


def find_datum(
    network: WalkNetwork,
    points: gpd.GeoDataFrame,
    *,
    declared: str,
    buildings: gpd.GeoSeries | None = None,
    walls: gpd.GeoSeries | None = None,
) -> DatumEvidence | None:
    """Find the datum a table's points were made in.

    For every reading the share of points that lie inside a building is
    counted (without outlines: 3 to 30 m beside a street), and set against
    the same share under some 240 shifts in all directions. The score is
    (share - mean of the shifts) / standard deviation, where the deviation
    is that of a share of n points, widened by how much more than that the
    shifts vary.

    Parameters
    ----------
    network : WalkNetwork
        Streets, WGS 84.
    points : GeoDataFrame
        Places or homes as read in `declared`, any CRS.
    declared : {"wgs84", "gcj02", "bd09"}
        Datum they were read in.
    buildings : GeoSeries, optional
        Outlines of the same map as the streets, any CRS.
    walls : GeoSeries, optional
        Lines the points stand in, any CRS: a share within 5 m of them is
        counted instead, and 8 points are enough.

    Returns
    -------
    DatumEvidence or None
        None where map services don't shift.
    """
    check_datum(declared)
    places = points.geometry[~(points.geometry.isna() | points.geometry.is_empty)]
    lonlat = shapely.get_coordinates(shapely.centroid(places.to_crs("EPSG:4326").to_numpy()))
    if not is_shifted(lonlat[:, 0], lonlat[:, 1]).any():
        return None
    chosen = _some(lonlat)
    ids, lonlat = places.index.to_numpy(object)[chosen], lonlat[chosen]
    raw = from_wgs84(*lonlat.T, datum=declared)
    world = {key: np.column_stack(to_wgs84(*raw, datum=key)) for key in DATUMS}
    world = _distinct(world, declared)
    if len(world) == 1:  # at the border: hardly any point is shifted
        return None
    plane = Transformer.from_crs("EPSG:4326", network.crs, always_xy=True)
    at = {key: np.column_stack(plane.transform(*lonlat.T)) for key, lonlat in world.items()}
    inside = {key: shapely.contains_xy(network.extent, xy) for key, xy in at.items()}
    least = LEAST_POINTS if walls is None else LEAST_GATES
    usable = [key for key in DATUMS if key in world and inside[key].sum() >= least]
    fits, ground = _ground(network, buildings) if walls is None else _in_walls(network, walls)
    if not usable:
        most = max(int(found.sum()) for found in inside.values())
        return DatumEvidence("too_few", declared, declared, {}, most, 0, 0.0, ground)
    hits = {key: inside[key] & fits(at[key]) for key in usable}
    chance = by_chance(network, at, fits, least=least)
    scores = {key: fit_score(hits[key][inside[key]], chance) for key in usable}
    verdict, best, other = judge_readings(declared, scores)
    _, _, apart = Geod(ellps="WGS84").inv(*world[best].T, *world[other].T)
    rows = hits[best] & ~hits[other] if verdict == "mixed" else np.zeros(len(ids), bool)
    return DatumEvidence(verdict, declared, best, scores, int(inside[best].sum()), len(chance),
                         float(np.median(apart)), ground, tuple(ids[rows]))  # fmt: skip


def _distinct(world: Mapping[str, F8], declared: str) -> dict[str, F8]:
    """Readings that lie apart: where they coincide there is nothing to tell."""
    kept: dict[str, F8] = {}
    for key in sorted(world, key=lambda key: key != declared):
        apart = [np.median(Geod(ellps="WGS84").inv(*world[key].T, *own.T)[2])
                 for own in kept.values()]
        if not apart or min(apart) >= _APART_M:
            kept[key] = world[key]
    return kept


def _some(lonlat: F8) -> npt.NDArray[np.int64]:
    """Positions of at most so many points, spread evenly, whatever the order of the rows."""
    order = np.lexsort((lonlat[:, 1], lonlat[:, 0]))
    taken = np.linspace(0, len(order) - 1, min(len(order), _MOST_POINTS)).round().astype(np.int64)
    return order[taken]


def _ground(
    network: WalkNetwork, buildings: gpd.GeoSeries | None
) -> tuple[Callable[[F8], Bool], str]:
    """What points are laid on, as a test that tells which of them sit well."""
    if buildings is not None and len(buildings) >= _LEAST_BUILDINGS:
        tree = shapely.STRtree(buildings.to_crs(network.crs).to_numpy())

        def in_building(xy: F8) -> Bool:
            within = np.zeros(len(xy), bool)
            within[tree.query(shapely.points(xy), predicate="intersects")[0]] = True
            return within

        return in_building, "buildings"
    edge = np.repeat(np.arange(network.n_edges), np.diff(network.shape_start))
    streets = shapely.STRtree(shapely.linestrings(network.shape_xy, indices=edge))
    near, far = _BESIDE_M

    def beside_street(xy: F8) -> Bool:
        beside = np.zeros(len(xy), bool)
        (point, _), metres = streets.query_nearest(
            shapely.points(xy), max_distance=far, return_distance=True, all_matches=False
        )
        beside[point[metres >= near]] = True
        return beside

    return beside_street, "streets"


def _in_walls(
    network: WalkNetwork, walls: gpd.GeoSeries
) -> tuple[Callable[[F8], Bool], str]:
    """As :func:`_ground`, for points that stand in walls."""
    tree = shapely.STRtree(walls.to_crs(network.crs).to_numpy())

    def in_wall(xy: F8) -> Bool:
        found = np.zeros(len(xy), bool)
        found[tree.query(shapely.points(xy), predicate="dwithin", distance=ON_WALL_M)[0]] = True
        return found

    return in_wall, "walls"


def by_chance(
    network: WalkNetwork, at: Mapping[str, F8], fits: Callable[[F8], Bool], *,
    least: int = LEAST_POINTS,
) -> npt.NDArray[np.float64]:
    """Share and number of points that sit well under shifts no datum makes, one row a shift.

    Parameters
    ----------
    network : WalkNetwork
        Points outside its data don't count.
    at : mapping of str to (n, 2) array
        Points of each reading, metres.
    fits : callable
        Which of some points sit well.
    least : int, optional
        Shifts that leave fewer points than this in the data aren't counted.

    Returns
    -------
    (s, 2) array
    """
    turns = np.arange(_DIRECTIONS) * 2 * np.pi / _DIRECTIONS
    ring = [(r * np.cos(turn), r * np.sin(turn)) for r in _RADII for turn in turns]
    middle = {key: np.median(xy, axis=0) for key, xy in at.items()}
    found = []
    for key, xy in at.items():
        for step in ring:
            moved = xy + step
            apart = min(np.hypot(*(middle[key] + step - own)) for own in middle.values())
            kept = shapely.contains_xy(network.extent, moved)
            if apart >= _APART_M and kept.sum() >= least:
                found.append((fits(moved[kept]).mean(), kept.sum()))
    return np.array(found, float).reshape(-1, 2)


def fit_score(hits: Bool, chance: F8) -> float:
    """Return the standard deviations above chance.

    Parameters
    ----------
    hits : (n,) array of bool
        Which points sit well.
    chance : (s, 2) array
        From :func:`by_chance`.

    Notes
    -----
    A share of n points varies as p (1 - p) / n, times how much more than that the shifts vary:
    neighbouring points fall into the same block together.
    """
    if len(chance) < _DIRECTIONS or not len(hits):
        return 0.0
    share, count = chance.T
    mean = max(float(np.average(share, weights=count)), 1 / float(count.sum()))
    clumped = max(1.0, float(np.mean((share - mean) ** 2 * count / (mean * (1 - mean)))))
    spread = np.sqrt(clumped * max(mean, 1 / len(hits)) * (1 - mean) / len(hits))
    return float((hits.mean() - mean) / spread)


def judge_readings(
    declared: str, scores: Mapping[str, float]
) -> tuple[str, str, str]:
    """Return the verdict, the best reading, and the one it is set against.

    Parameters
    ----------
    declared : str
        Datum the points were read in.
    scores : mapping of str to float
        By datum, see :func:`fit_score`.
    """
    ranked = sorted(scores, key=lambda key: (-scores[key], key != declared))
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    if second and scores[second] >= MIXED:
        pair = (best, second) if best != declared else (second, best)
        return "mixed", *(pair if declared in pair else (best, second))
    lead = scores[best] - (scores[second] if second else 0.0)
    if scores[best] >= CERTAIN and lead >= LEAD:
        return ("fits" if best == declared else "other"), best, declared
    return "unclear", declared, declared
