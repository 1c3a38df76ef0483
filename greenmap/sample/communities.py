"""The eleven communities (社区) that tile the district, in two subdistricts (街道).

The codes begin with 99, which no Chinese province has: they are fictional.
"""

from __future__ import annotations

from dataclasses import dataclass

from greenmap.sample.plan import EDGE_M, HILL, RAIL_Y, RIVER_X, Point, Rect, X, Y

CITY, DISTRICT = "虚构市", "虚构区"
WEST, SOUTH, EAST, NORTH = X[0] - EDGE_M, Y[0] - EDGE_M, X[4] + EDGE_M, Y[4] + EDGE_M


@dataclass(frozen=True, slots=True)
class Community:
    """A community and its rectangle on the plan."""

    key: str
    code: str
    short: str
    subdistrict: str
    rect: Rect
    built_year: int

    @property
    def name(self) -> str:
        """The name as every output shows it, marked fictional."""
        return f"虚构{self.short}社区"


MILLS_Y = -35.0
_NORTH, _SOUTH = "虚构云岭街道", "虚构清渠街道"
COMMUNITIES = (
    Community("NA1", "990101001001", "岭西", _NORTH, (WEST, RAIL_Y, HILL[0], NORTH), 1988),
    Community("NA2", "990101001002", "岭东", _NORTH, (HILL[0], RAIL_Y, X[1], NORTH), 1990),
    Community("NB", "990101001003", "站前", _NORTH, (X[1], RAIL_Y, RIVER_X, NORTH), 1996),
    Community("NC", "990101001004", "东苑", _NORTH, (RIVER_X, RAIL_Y, EAST, NORTH), 2009),
    Community("MA1", "990101002001", "和安", _SOUTH, (WEST, MILLS_Y, X[1], RAIL_Y), 1985),
    Community("MA2", "990101002007", "纺机", _SOUTH, (WEST, Y[1], X[1], MILLS_Y), 1978),
    Community("MB", "990101002002", "望江", _SOUTH, (X[1], Y[1], RIVER_X, RAIL_Y), 1998),
    Community("MC", "990101002003", "芦花", _SOUTH, (RIVER_X, Y[1], EAST, RAIL_Y), 2003),
    Community("SA", "990101002004", "古井", _SOUTH, (WEST, SOUTH, X[1], Y[1]), 1965),
    Community("SB", "990101002005", "桥南", _SOUTH, (X[1], SOUTH, RIVER_X, Y[1]), 1993),
    Community("SC", "990101002006", "柳圩", _SOUTH, (RIVER_X, SOUTH, EAST, Y[1]), 2001),
)


def community_of(at: Point) -> Community:
    """Return the community a plan point lies in.

    Parameters
    ----------
    at : x, y
        Plan metres, in the district.

    Returns
    -------
    Community

    Examples
    --------
    >>> community_of((0.0, 0.0)).name
    '虚构望江社区'
    """
    x, y = at
    return next(
        c for c in COMMUNITIES if c.rect[0] <= x < c.rect[2] and c.rect[1] <= y < c.rect[3]
    )


def boundary(community: Community) -> list[Point]:
    """Return a community's closed ring, with a point wherever a neighbour's may turn.

    Neighbours share every point of their common side, so the bent tiles still fit.

    Parameters
    ----------
    community : Community
        One of `COMMUNITIES`.

    Returns
    -------
    list of (x, y)
        Plan metres, the first point again at the end.
    """
    west, south, east, north = community.rect
    xs, ys = _stops(0), _stops(1)
    across = [x for x in xs if west <= x <= east]
    up = [y for y in ys if south <= y <= north]
    ring = [(x, south) for x in across] + [(east, y) for y in up[1:]]
    ring += [(x, north) for x in across[-2::-1]] + [(west, y) for y in up[-2::-1]]
    return ring


def _stops(axis: int) -> list[float]:
    turns = {c.rect[axis] for c in COMMUNITIES} | {c.rect[axis + 2] for c in COMMUNITIES}
    between = {60.0 * k for k in range(-20, 21) if all(abs(60 * k - t) > 15 for t in turns)}
    return sorted(turns | between)
