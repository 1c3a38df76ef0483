"""A drawn line (street, wall, rail, bank) and how streets are joined where they cross."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from greenmap.sample.plan import Point

STEP_M = 55.0


@dataclass(frozen=True, slots=True)
class Line:
    """One way of the street file, in plan metres.

    ``gate`` is set on the short path from a street to a gate: open, residents
    or locked. ``inside`` names the compound or parcel a lane belongs to.
    """

    tags: Mapping[str, str]
    points: tuple[Point, ...]
    inside: str = ""
    gate: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A tagged point of the street file: a gate, a level crossing."""

    at: Point
    tags: Mapping[str, str] = field(default_factory=dict)


def line(points: Iterable[Point], *, inside: str = "", gate: str = "", **tags: str) -> Line:
    """Return a line with its points rounded to the centimetre, which is their identity.

    Parameters
    ----------
    points : iterable of (x, y)
        Plan metres.
    inside, gate : str
        See `Line`.
    **tags : str
        OpenStreetMap tags.

    Returns
    -------
    Line

    Examples
    --------
    >>> line([(0.0, 0.0), (10.004, 0.0)], highway="footway").points
    ((0.0, 0.0), (10.0, 0.0))
    """
    return Line(tags, tuple(_point(p) for p in points), inside, gate)


def rectangle(west: float, south: float, east: float, north: float) -> list[Point]:
    """Return the closed ring of a rectangle.

    Parameters
    ----------
    west, south, east, north : float
        Plan metres.

    Returns
    -------
    list of (x, y)
        Five points, counter-clockwise.

    Examples
    --------
    >>> rectangle(0, 0, 2, 1)
    [(0, 0), (2, 0), (2, 1), (0, 1), (0, 0)]
    """
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def join(streets: Sequence[Line]) -> list[Line]:
    """Return the streets with a shared point wherever two of them meet.

    Bridges and the underpass are lines of their own that meet others only at
    their ends, so whatever crosses on the plan crosses at one level.

    Parameters
    ----------
    streets : sequence of Line
        As drawn.

    Returns
    -------
    list of Line
        In the same order, with the crossings among their points.

    Examples
    --------
    >>> across = [line([(0.0, 0.0), (2.0, 0.0)]), line([(1.0, -1.0), (1.0, 1.0)])]
    >>> join(across)[0].points
    ((0.0, 0.0), (1.0, 0.0), (2.0, 0.0))
    """
    shapes = np.array([shapely.LineString(s.points) for s in streets], dtype=object)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = np.column_stack([one, other])[one < other]
    meets = shapely.intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]])
    added: list[set[Point]] = [set() for _ in streets]
    for (a, b), meet in zip(pairs, meets, strict=True):
        for x, y in shapely.get_coordinates(meet).tolist():
            added[a].add(_point((x, y)))
            added[b].add(_point((x, y)))
    return [
        Line(s.tags, _insert(s.points, sorted(new)), s.inside, s.gate)
        for s, new in zip(streets, added, strict=True)
    ]


def bend(drawn: Line) -> Line:
    """Return the line with a point at least every 55 m, so that it can bend.

    Parameters
    ----------
    drawn : Line
        As joined.

    Returns
    -------
    Line

    Examples
    --------
    >>> bend(line([(0.0, 0.0), (100.0, 0.0)])).points
    ((0.0, 0.0), (50.0, 0.0), (100.0, 0.0))
    """
    points: list[Point] = [drawn.points[0]]
    for (x0, y0), (x1, y1) in zip(drawn.points, drawn.points[1:], strict=False):
        parts = max(1, math.ceil(math.hypot(x1 - x0, y1 - y0) / STEP_M))
        points += [
            _point((x0 + (x1 - x0) * k / parts, y0 + (y1 - y0) * k / parts))
            for k in range(1, parts + 1)
        ]
    return Line(drawn.tags, tuple(points), drawn.inside, drawn.gate)


def _insert(points: tuple[Point, ...], new: list[Point]) -> tuple[Point, ...]:
    shape = shapely.LineString(points)
    by_place = {p: shape.project(shapely.Point(p)) for p in new if p not in points}
    along = 0.0
    placed = [(0.0, points[0])]
    for a, b in zip(points, points[1:], strict=False):
        along += math.dist(a, b)
        placed.append((along, b))
    placed += [(place, p) for p, place in by_place.items()]
    return tuple(p for _, p in sorted(placed))


def _point(p: Point) -> Point:
    return (round(p[0], 2), round(p[1], 2))
