"""The drawing board: a flat plan in metres, and how it lies on the ground.

Everything in the sample is first drawn with straight lines on a plan (x east, y
north, origin in the middle of the district). `Ground` bends and turns the plan a
little, so that nothing is perfectly square, and puts it on the globe: farmland
near 116 E, 33 N, where no such district stands.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Point: TypeAlias = tuple[float, float]
Rect: TypeAlias = tuple[float, float, float, float]  # west, south, east, north
Floats: TypeAlias = npt.NDArray[np.float64]

ORIGIN_LON, ORIGIN_LAT = 116.0, 33.0
# Lengths of one degree at 33 N on the WGS 84 ellipsoid, metres.
DEGREE_LON_M, DEGREE_LAT_M = 93453.2, 110904.5
DEGREE_LON_CHANGE_M = -1054.2  # of DEGREE_LON_M, per degree of latitude
TURN_DEG = -5.0

# Arterial roads. The river runs between the third and fourth of X, the railway
# between the third and fourth of Y; between the others lie the 3 x 3 superblocks.
X = (-840.0, -330.0, 150.0, 270.0, 840.0)
Y = (-780.0, -270.0, 230.0, 270.0, 780.0)
RIVER_X, RAIL_Y = 210.0, 250.0
BRIDGES_Y = (-525.0, 520.0)
UNDERPASS_X = -330.0
EDGE_M = 30.0  # the district ends this far outside its ring of arterials
BELT_M = 1350.0  # streets go on this far beyond the district
FAR_M = 2420.0  # country roads are drawn to here, a little past the bounds

HILL = (-585.0, 520.0)
HILL_HEIGHT_M, HILL_TOP_M = 23.0, 20.0
TERRACE: Rect = (-475.0, 425.0, -412.0, 615.0)
TERRACE_HEIGHT_M, TERRACE_SLOPE_M = 11.0, 80.0


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the plan lies: the bend and the turn of one seed."""

    phases: tuple[float, float, float, float]

    def local(self, plan: Sequence[Point] | Floats) -> Floats:
        """Return the bent and turned plan in metres, shape (n, 2)."""
        at = np.asarray(plan, dtype=np.float64).reshape(-1, 2)
        x, y = at[:, 0], at[:, 1]
        a, b, c, d = self.phases
        east = x + 13 * np.sin(y / 430 + a) + 5 * np.sin(x / 310 + b)
        north = y + 12 * np.sin(x / 410 + c) + 5 * np.sin(y / 290 + d)
        cos, sin = math.cos(math.radians(TURN_DEG)), math.sin(math.radians(TURN_DEG))
        turned = np.column_stack([cos * east - sin * north, sin * east + cos * north])
        return np.asarray(turned, dtype=np.float64)

    def plan(self, local: Floats) -> Floats:
        """Return the plan points of local metres: the inverse of `local`."""
        at = np.array(local, dtype=np.float64)
        for _ in range(12):  # the bend moves points by a few per cent of its slope
            off = local - self.local(at)
            cos, sin = math.cos(math.radians(-TURN_DEG)), math.sin(math.radians(-TURN_DEG))
            at += np.column_stack(
                [cos * off[:, 0] - sin * off[:, 1], sin * off[:, 0] + cos * off[:, 1]]
            )
        return at

    def lonlat(self, plan: Sequence[Point] | Floats) -> Floats:
        """Return WGS 84 degrees of plan points, 7 decimals, shape (n, 2)."""
        return degrees(self.local(plan))


def degrees(local: Floats) -> Floats:
    """Return WGS 84 degrees of local metres, rounded to 7 decimals (1 cm).

    Parameters
    ----------
    local : (n, 2) array
        Metres east and north of the origin.

    Returns
    -------
    (n, 2) array
        Longitude, latitude.
    """
    lat = local[:, 1] / DEGREE_LAT_M
    lon = local[:, 0] / (DEGREE_LON_M + DEGREE_LON_CHANGE_M * lat)
    lonlat: Floats = np.column_stack([ORIGIN_LON + lon, ORIGIN_LAT + lat])
    return lonlat.round(7)


def metres(lonlat: Floats) -> Floats:
    """Return local metres of WGS 84 degrees: the inverse of `degrees`.

    Parameters
    ----------
    lonlat : (n, 2) array
        Longitude, latitude.

    Returns
    -------
    (n, 2) array
        Metres east and north of the origin.
    """
    lat = lonlat[:, 1] - ORIGIN_LAT
    lon = lonlat[:, 0] - ORIGIN_LON
    return np.column_stack([lon * (DEGREE_LON_M + DEGREE_LON_CHANGE_M * lat), lat * DEGREE_LAT_M])


def make_ground(dice: random.Random) -> Ground:
    """Return the ground of a seed: four phases of the bend.

    Parameters
    ----------
    dice : random.Random
        Seeded.

    Returns
    -------
    Ground
    """
    return Ground(tuple(round(dice.random() * 2 * math.pi, 6) for _ in range(4)))  # type: ignore[arg-type]


def river_x(y: float) -> float:
    """Return where the middle of the river is, on the plan.

    Parameters
    ----------
    y : float
        Plan metres.

    Returns
    -------
    float
        Plan metres.
    """
    return RIVER_X + 13 * math.sin(y / 260)


def height_m(plan: Floats) -> Floats:
    """Return the height of plan points, metres above the sea: plain, river, hill.

    The hill is a cone with a flat top: 14 % to the west, where a ramp climbs it,
    12 % to the east, where steps come down to a terrace half way up.

    Parameters
    ----------
    plan : (n, 2) array
        Plan metres.

    Returns
    -------
    (n,) array
        Metres above the sea.

    Examples
    --------
    >>> height_m(np.array([HILL, (210.0, 0.0)])).round(1).tolist()
    [54.6, 27.4]
    """
    x, y = plan[:, 0], plan[:, 1]
    plain = 31 - 0.0006 * x + 0.0004 * y
    middle = RIVER_X + 13 * np.sin(y / 260)
    bed = -3.5 * np.clip((30 - np.abs(x - middle)) / 12, 0, 1)
    east, north = x - HILL[0], y - HILL[1]
    run = np.hypot(east, north)
    slope = 0.13 - 0.01 * east / np.maximum(run, 1e-9)
    cone = HILL_HEIGHT_M - slope * np.maximum(run - HILL_TOP_M, 0)
    west, south, right, top = TERRACE
    away = np.hypot(
        np.maximum(np.maximum(west - x, x - right), 0),
        np.maximum(np.maximum(south - y, y - top), 0),
    )
    terrace = TERRACE_HEIGHT_M * (1 - away / TERRACE_SLOPE_M)
    return np.asarray(plain + bed + np.maximum(np.maximum(cone, terrace), 0))
