"""Lines to a graph: where lines meet they get a node, and only there.

Lines meet where they share an end, where one ends on the other, and where they cross at the same
level. Ends that stop up to `join_m` short are drawn together. All steps work on whole arrays, and
the order of the lines doesn't matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from greenmap.engine.components import components
from greenmap.model.walk_network import F8, I8, Bool, Objects, freeze

NODE_M = 0.001
"""Points this near are one."""

SHORT = 2.0
"""Lines up to this many times the joining distance never have their two ends joined: a curve
drawn in short pieces must not shrink to a point."""

MayMeet = Callable[[I8, I8], Bool]


@dataclass(frozen=True, slots=True, eq=False)
class Noded:
    """A graph of n nodes and m edges, each edge a piece of a line.

    Parameters
    ----------
    x, y : array (n,), metres
        Nodes, sorted by x, then y.
    tail, head, line : array (m,) int64
        Ends, and the line each edge is a piece of, in the line's direction.
    shape_start, shape : array (m + 1,), (k, 2)
        Polylines in metres.
    end_node : array (2, l) int64
        Node at the first and last point of each line.
    gap_line, gap_m, gap_xy : array (g,), (g,), (g, 2)
        Ends drawn together across a gap: their line, how far, and from where.
    gap_to_line : array (g,) bool
        Joined to the middle of another line, not to an end.
    crossings : int
        Places where lines crossed and both were split.
    """

    x: F8
    y: F8
    tail: I8
    head: I8
    line: I8
    shape_start: I8
    shape: F8
    end_node: I8
    gap_line: I8
    gap_m: F8
    gap_xy: F8
    gap_to_line: Bool
    crossings: int

    def __post_init__(self) -> None:
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class _Events:
    """Places along lines that become nodes, and which of them are one place.

    The first 2 l are the lines' ends: starts, then lasts.
    """

    line: I8
    at: F8
    links: tuple[I8, I8]


def node_lines(
    lines: Objects, level: I8, *, join_m: float, may_meet: MayMeet | None = None
) -> Noded:
    """Split lines where they meet, and join their ends.

    Parameters
    ----------
    lines : array (l,) of shapely.LineString
        In metres, each with a length, none crossing itself.
    level : array (l,) int64
        Lines of different levels don't meet where they cross. An end meets the ends of any
        level; it meets the middle of a line of another level only if it meets nothing else:
        a ramp comes down where it ends.
    join_m : float, metres
        Ends this near are joined, to the nearest end, else to the nearest line.
    may_meet : callable, optional
        Given pairs of lines, says which may meet in the middle of one; default all.

    Returns
    -------
    Noded

    Examples
    --------
    >>> cross = shapely.linestrings([[[0, 5], [10, 5]], [[5, 0], [5, 10]]])
    >>> len(node_lines(cross, np.array([0, 0]), join_m=1.0).line)
    4
    >>> len(node_lines(cross, np.array([0, 1]), join_m=1.0).line)
    2
    """
    length = shapely.length(lines)
    crossings = _crossings(lines, level, may_meet)
    ends = _end_points(lines)
    same = _pairs_within(ends, NODE_M)
    touch = _touching(lines, ends, join_m)
    joined = _Joiner(lines, level, length, ends, join_m, may_meet)
    tee, gap = joined.join(crossings, same, touch)
    events = _events(lines, length, crossings, same, tee, gap)
    return _cut(lines, events, tee, gap, ends, _split_both(length, events, len(crossings[0])))


def _end_points(lines: Objects) -> Objects:
    points: Objects = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    return points


def _pairs_within(points: Objects, distance: float) -> tuple[I8, I8]:
    a, b = shapely.STRtree(points).query(points, predicate="dwithin", distance=distance)
    return a[a < b], b[a < b]


def _crossings(
    lines: Objects, level: I8, may_meet: MayMeet | None
) -> tuple[I8, I8, Objects]:
    """Pairs of lines of one level and every point they share."""
    a, b = shapely.STRtree(lines).query(lines, predicate="intersects")
    kept = (a < b) & (level[a] == level[b])
    a, b = a[kept], b[kept]
    if may_meet is not None:
        kept = may_meet(a, b)
        a, b = a[kept], b[kept]
    shared = shapely.intersection(lines[a], lines[b])
    xy, pair = shapely.get_coordinates(shared, return_index=True)
    return a[pair], b[pair], shapely.points(xy)


def _touching(lines: Objects, ends: Objects, join_m: float) -> tuple[I8, I8, F8, F8]:
    """Ends, and the other lines within reach: end, line, distance, place along the line."""
    end, line = shapely.STRtree(lines).query(
        ends, predicate="dwithin", distance=max(join_m, NODE_M)
    )
    other = line != end % len(lines)
    end, line = end[other], line[other]
    away = shapely.distance(ends[end], lines[line])
    return end, line, away, shapely.line_locate_point(lines[line], ends[end])


@dataclass(frozen=True, slots=True, eq=False)
class _Joiner:
    """Decides which ends are drawn to which ends and lines."""

    lines: Objects
    level: I8
    length: F8
    ends: Objects
    join_m: float
    may_meet: MayMeet | None

    def join(
        self, crossings: tuple[I8, I8, Objects], same: tuple[I8, I8],
        touch: tuple[I8, I8, F8, F8],
    ) -> tuple[tuple[I8, I8, F8, F8], tuple[I8, I8, F8]]:  # fmt: skip
        """Return ends on lines (end, line, distance, place), and ends at ends (…, distance)."""
        end, line, away, at = touch
        inside = (at > NODE_M) & (at < self.length[line] - NODE_M)
        end, line, away, at = end[inside], line[inside], away[inside], at[inside]
        if self.may_meet is not None:
            allowed = self.may_meet(end % len(self.lines), line)
            end, line, away, at = end[allowed], line[allowed], away[allowed], at[allowed]
        level_is = self.level[end % len(self.lines)] == self.level[line]
        exact = away <= NODE_M
        done = exact & level_is
        cluster = self._clusters(same)
        gap = self._gaps(cluster, same)
        met = np.zeros(len(self.ends), bool)
        for one in (*same, gap[0], gap[1], end[done]):
            met[one] = True
        over = self._overshoot(end, line, crossings)
        met[end[over]] = True
        near = ~exact & level_is & ~over & self._apart(cluster, end, line)
        near &= ~np.isin(end, gap[0])
        done |= self._nearest(end, line, away, near)
        met[end[done]] = True
        landing = ~level_is & ~met[end] & self._apart(cluster, end, line)
        done |= self._nearest(end, line, away, landing)
        return (end[done], line[done], away[done], at[done]), gap

    def _clusters(self, same: tuple[I8, I8]) -> I8:
        """Which ends hang together by shared points and short lines."""
        count = len(self.lines)
        short = np.flatnonzero(self.length <= SHORT * self.join_m)
        a = np.concatenate([same[0], short])
        b = np.concatenate([same[1], short + count])
        return components(2 * count, a, b).astype(np.int64)

    def _apart(self, cluster: I8, end: I8, line: I8) -> Bool:
        """Whether an end doesn't hang on a line's ends already by a short way."""
        count = len(self.lines)
        short = self.length[line] <= SHORT * self.join_m
        hangs = (cluster[end] == cluster[line]) | (cluster[end] == cluster[line + count])
        result: Bool = ~(short & hangs)
        return result

    def _gaps(self, cluster: I8, same: tuple[I8, I8]) -> tuple[I8, I8, F8]:
        """For each end the nearest other end within reach that it doesn't hang together with."""
        a, b = _pairs_within(self.ends, self.join_m) if self.join_m > NODE_M else same
        count = len(self.lines)
        own = (a % count == b % count) & (self.length[a % count] <= 2 * SHORT * self.join_m)
        kept = (cluster[a] != cluster[b]) & ~own
        a, b = np.concatenate([a[kept], b[kept]]), np.concatenate([b[kept], a[kept]])
        away = shapely.distance(self.ends[a], self.ends[b])
        order = np.lexsort((b, away, a))
        a, b, away = a[order], b[order], away[order]
        first = np.ones(len(a), bool)
        first[1:] = a[1:] != a[:-1]
        return a[first], b[first], away[first]

    def _overshoot(self, end: I8, line: I8, crossings: tuple[I8, I8, Objects]) -> Bool:
        """Whether an end's line crosses that line right before its end."""
        count = len(self.lines)
        at = [shapely.line_locate_point(self.lines[one], crossings[2]) for one in crossings[:2]]
        first, second = crossings[:2]
        keys = []
        for own, other, where in ((first, second, at[0]), (second, first, at[1])):
            near_start = where <= SHORT * self.join_m
            near_last = where >= self.length[own] - SHORT * self.join_m
            keys += [own[near_start] * count + other[near_start],
                     (own + count)[near_last] * count + other[near_last]]  # fmt: skip
        found: Bool = np.isin(end * count + line, np.concatenate(keys))
        return found

    def _nearest(self, end: I8, line: I8, away: F8, among: Bool) -> Bool:
        """Of the candidates of each end the nearest one."""
        k = np.flatnonzero(among)
        k = k[np.lexsort((line[k], away[k], end[k]))]
        first = np.ones(len(k), bool)
        first[1:] = end[k[1:]] != end[k[:-1]]
        chosen = np.zeros(len(end), bool)
        chosen[k[first]] = True
        return chosen


def _events(
    lines: Objects, length: F8, crossings: tuple[I8, I8, Objects], same: tuple[I8, I8],
    tee: tuple[I8, I8, F8, F8], gap: tuple[I8, I8, F8],
) -> _Events:  # fmt: skip
    count = len(lines)
    a, b, points = crossings
    at_a, at_b = (shapely.line_locate_point(lines[one], points) for one in (a, b))
    line = np.concatenate([np.arange(count), np.arange(count), a, b, tee[1]])
    at = np.concatenate([np.zeros(count), length, at_a, at_b, tee[3]])
    cross = 2 * count + np.arange(len(a))
    on = 2 * count + 2 * len(a) + np.arange(len(tee[0]))
    order = np.lexsort((at, line))
    close = (np.diff(line[order]) == 0) & (np.diff(at[order]) <= NODE_M)
    links = (
        np.concatenate([same[0], gap[0], cross, tee[0], order[:-1][close]]),
        np.concatenate([same[1], gap[1], cross + len(a), on, order[1:][close]]),
    )
    return _Events(line, at, links)


def _split_both(length: F8, events: _Events, pairs: int) -> int:
    """Count the crossings inside both lines."""
    first = 2 * len(length)
    at, line = events.at[first : first + 2 * pairs], events.line[first : first + 2 * pairs]
    inside = (at > NODE_M) & (at < length[line] - NODE_M)
    return int((inside[:pairs] & inside[pairs:]).sum())


def _places(lines: Objects, events: _Events) -> tuple[F8, F8, I8]:
    """Nodes' places, and the node of each event. A line that is met stays where it is."""
    label = components(len(events.line), *events.links).astype(np.int64)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(lines[events.line], events.at))
    weight = np.ones(len(label))
    ends = 2 * len(lines)
    met = np.bincount(label[ends:], minlength=label.max() + 1) > 0
    weight[:ends][met[label[:ends]]] = 0.0
    whole = np.bincount(label, weights=weight)
    x, y = (np.bincount(label, weights=weight * xy[:, k]) / whole for k in (0, 1))
    order = np.lexsort((y, x))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return x[order], y[order], rank[label]


def _cut(
    lines: Objects, events: _Events, tee: tuple[I8, I8, F8, F8], gap: tuple[I8, I8, F8],
    ends: Objects, crossings: int,
) -> Noded:  # fmt: skip
    """Cut lines at their events; every piece runs from node to node."""
    x, y, node = _places(lines, events)
    vertex, owner = shapely.get_coordinates(lines, return_index=True)
    run = _run(vertex, owner)
    order = np.lexsort((node, events.at, events.line))
    keep = np.ones(len(order), bool)
    keep[1:] = (np.diff(events.line[order]) != 0) | (np.diff(node[order]) != 0)
    near = np.zeros(len(order), bool)
    near[1:] = (np.diff(events.line[order]) == 0) & (np.diff(events.at[order]) <= NODE_M)
    order = order[keep | ~near]
    line, at, here = events.line[order], events.at[order], node[order]
    piece = np.flatnonzero(line[1:] == line[:-1])
    tail, head = here[piece], here[piece + 1]
    low, high = at[piece], at[piece + 1]
    kept = (tail != head) | (high - low > NODE_M)
    piece, tail, head, low, high = (v[kept] for v in (piece, tail, head, low, high))
    start, shape = _shapes(vertex, owner, run, line[piece], low, high,
                           np.column_stack([x, y]), tail, head)  # fmt: skip
    count = len(lines)
    gap_end = np.concatenate([gap[0], tee[0][tee[2] > NODE_M]])
    return Noded(
        x=x, y=y, tail=tail, head=head, line=line[piece], shape_start=start, shape=shape,
        end_node=node[: 2 * count].reshape(2, count),
        gap_line=gap_end % count,
        gap_m=np.concatenate([gap[2], tee[2][tee[2] > NODE_M]]),
        gap_xy=shapely.get_coordinates(ends[gap_end]).reshape(-1, 2),
        gap_to_line=np.arange(len(gap_end)) >= len(gap[0]),
        crossings=crossings,
    )  # fmt: skip


def _run(vertex: F8, owner: I8) -> F8:
    """Distance of each vertex from its line's start."""
    step = np.hypot(*np.diff(vertex, axis=0, prepend=vertex[:1]).T)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    step[first] = 0.0
    run = np.cumsum(step)
    run -= np.repeat(run[first], np.diff(np.append(first, len(owner))))
    return np.asarray(run, float)


def _shapes(
    vertex: F8, owner: I8, run: F8, line: I8, low: F8, high: F8, place: F8, tail: I8, head: I8
) -> tuple[I8, F8]:
    """Polylines of pieces: node, the line's vertices between, node."""
    many = len(line)
    key = np.searchsorted(owner, line)  # first vertex of each piece's line
    longest = run.max(initial=0.0) + 1.0
    along = owner * longest + run
    first = np.searchsorted(along, line * longest + low + NODE_M)
    last = np.searchsorted(along, line * longest + high - NODE_M)
    first = np.maximum(first, key)
    count = np.maximum(last - first, 0)
    start = np.concatenate([[0], np.cumsum(count + 2)]).astype(np.int64)
    shape = np.empty((start[-1], 2))
    shape[start[:-1]] = place[tail]
    shape[start[1:] - 1] = place[head]
    inner = np.repeat(start[:-1] + 1 - (np.cumsum(count) - count), count) + np.arange(count.sum())
    which = np.repeat(first - (np.cumsum(count) - count), count) + np.arange(count.sum())
    shape[inner] = vertex[which]
    assert len(shape) == 2 * many + count.sum()
    return start, shape
