"""Which straight legs from a point to a street are free of walls, railways and water."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from greenmap.model.walk_network import F8, I8, Bool, Objects, WalkNetwork
from greenmap.network.hurdles import CLOSED, UNKNOWN

HOME_M = 0.5
"""A wall this near a point is its own: it may stand on either side of it."""

_ASIDE_M = 0.1  # how far a foot is moved to show on which side of a wall its street lies
_ON_WALL_M = 0.001


class Sight:
    """Sees whether legs cross a barrier.

    Parameters
    ----------
    network : WalkNetwork
        With barriers.
    """

    def __init__(self, network: WalkNetwork) -> None:
        assert network.barriers is not None
        self.walls = network.barriers.wall
        xy, line = shapely.get_coordinates(self.walls, return_index=True)
        row = np.flatnonzero(line[1:] == line[:-1])
        segments = shapely.linestrings(np.stack([xy[row], xy[row + 1]], axis=1))
        self.segments = shapely.STRtree(segments)
        self.lines = shapely.STRtree(self.walls)

    def free(self, place: Objects, edge_line: Objects, fraction: F8, side: I8) -> Bool:
        """Say which legs are free.

        Where a street ends at a wall, the leg is aimed at a point on that street 10 cm before
        the wall, where it runs along one, at a point beside the wall: so it crosses the wall
        if, and only if, it starts on the far side.

        Parameters
        ----------
        place : array (k,) of shapely.Point
            Where legs start.
        edge_line : array (k,) of shapely.LineString
            The streets they lead to.
        fraction : array (k,)
            Where on them.
        side : array (k,) int64
            For edges without length: 1 left of the wall, -1 right of it; else 0.

        Returns
        -------
        array (k,) bool
        """
        start = shapely.get_coordinates(place)
        run = _ASIDE_M / np.maximum(shapely.length(edge_line), 2 * _ASIDE_M)
        aim = shapely.line_interpolate_point(
            edge_line, np.clip(fraction, run, 1 - run), normalized=True
        )
        goal = shapely.get_coordinates(aim) + self._aside(aim, side)
        way = goal - start
        whole = np.hypot(*way.T)
        near = np.minimum(HOME_M / np.maximum(whole, HOME_M), 1.0)[:, None]
        legs = shapely.linestrings(np.stack([start + near * way, goal], axis=1))
        crossing, _ = self.segments.query(legs, predicate="intersects")
        free = np.ones(len(place), bool)
        free[crossing] = False
        free[whole <= HOME_M] = True
        return free

    def _aside(self, aim: Objects, side: I8) -> F8:
        """Step off the wall that an aim lies on: to the right, or to the side given."""
        step = np.zeros((len(aim), 2))
        at, wall = self.lines.query(aim, predicate="dwithin", distance=_ON_WALL_M)
        along = shapely.line_locate_point(self.walls[wall], aim[at])
        ends = [
            shapely.get_coordinates(shapely.line_interpolate_point(
                self.walls[wall], np.clip(along + d, 0.0, shapely.length(self.walls[wall]))))
            for d in (-_ASIDE_M, _ASIDE_M)
        ]  # fmt: skip
        dx, dy = (ends[1] - ends[0]).T
        right = np.column_stack([dy, -dx]) / np.maximum(np.hypot(dx, dy), 1e-9)[:, None]
        step[at] = right * np.where(side[at] > 0, -_ASIDE_M, _ASIDE_M)[:, None]
        return step


def gate_sides(network: WalkNetwork) -> I8:
    """Say where a gate can be joined from ground without mapped paths.

    Parameters
    ----------
    network : WalkNetwork
        m edges.

    Returns
    -------
    array (m,) int64
        For gates: 1 if no street leads to its inner end, -1 if none leads to its outer end;
        0 for all other edges.
    """
    side = np.zeros(network.n_edges, np.int64)
    if network.hurdle is None:
        return side
    degree = np.bincount(np.concatenate([network.tail, network.head]), minlength=network.n_nodes)
    gate = (network.hurdle >= CLOSED) & (network.hurdle <= UNKNOWN)
    side[gate & (degree[network.head] == 1)] = -1
    side[gate & (degree[network.tail] == 1)] = 1
    return side


def candidates(place: Objects, tree: shapely.STRtree, lines: Objects, reach: float) -> Any:
    """Return pairs of point and line no further apart than `reach`, nearest first.

    Returns
    -------
    who, which, rank : array (p,) int64
        Point, line, and how many lines of that point come before.
    """
    who, which = tree.query(place, predicate="dwithin", distance=reach)
    order = np.lexsort((which, shapely.distance(place[who], lines[which]), who))
    who, which = who[order], which[order]
    first = np.searchsorted(who, who)
    return who, which, np.arange(len(who)) - first
