"""Streets between the nodes: what lies on which line, and how much of it is reached."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from greenmap.engine.csr import Array, read_only, whole
from greenmap.errors import NetworkError
from greenmap.units import UNREACHED


@dataclass(frozen=True, slots=True)
class Streets:
    """Pieces of streets with both their costs, and the lines they lie on.

    Parameters
    ----------
    tail, head : array of uint32 (p,)
        Node at the end of the lower fraction, and at that of the higher.
    forward, backward : array of uint32 (p,)
        Ticks from tail to head and back; 0xFFFFFFFF = may not be walked.
    edge : array of int64 (p,)
        Line each piece lies on.
    low, high : array of float64 (p,)
        Its part of that line, as fractions of the line's length.
    shape_start : array of int64 (e + 1,)
        First point of each line.
    shape_xy : array of float64 (k, 2), metres
        Points of the lines, both ends included.
    """

    tail: Array
    head: Array
    forward: Array
    backward: Array
    edge: Array
    low: Array
    high: Array
    shape_start: Array
    shape_xy: Array

    def __post_init__(self) -> None:
        lines, points = self.shape_start.size - 1, self.shape_xy.shape[0]
        whole(self.shape_start, points + 1, "shape_start")
        whole(self.edge, lines, "edge")
        types = {"u4": "tail head forward backward", "i8": "edge shape_start"}
        types["f8"] = "low high shape_xy"
        for dtype, names in types.items():
            for name in names.split():
                object.__setattr__(self, name, read_only(getattr(self, name), dtype))


def streets_of_arcs(
    tail: Array,
    head: Array,
    ticks: Array,
    *,
    edge: Array,
    low: Array,
    high: Array,
    shape_start: Array,
    shape_xy: Array,
) -> Streets:
    """Join the two arcs of each piece of street.

    Parameters
    ----------
    tail, head, ticks : array of int (a,)
        Directed arcs.
    edge : array of int (a,)
        Line each arc lies on; below 0 = none, such an arc is left out.
    low, high : array of float (a,)
        Fractions of the line at tail and head; `low` is the greater one for an
        arc against the line.
    shape_start, shape_xy : array
        As in :class:`Streets`.

    Returns
    -------
    Streets
        Sorted by line and fraction, whatever the order of the arcs.

    Examples
    --------
    >>> pair = streets_of_arcs(
    ...     np.array([0, 1]), np.array([1, 0]), np.array([5, 7]),
    ...     edge=np.array([0, 0]), low=np.array([0., 1.]), high=np.array([1., 0.]),
    ...     shape_start=np.array([0, 2]), shape_xy=np.array([[0., 0.], [10., 0.]]))
    >>> pair.forward.tolist(), pair.backward.tolist()
    ([5], [7])
    """
    on = np.flatnonzero(np.asarray(edge) >= 0)
    against = low[on] > high[on]
    ends = np.where(against, head[on], tail[on]), np.where(against, tail[on], head[on])
    at = np.minimum(low[on], high[on]), np.maximum(low[on], high[on])
    keys = (ends[1], ends[0], at[1], at[0], edge[on])
    order = np.lexsort(keys)
    first = np.ones(order.size, dtype=bool)
    first[1:] = np.any([np.diff(key[order]) != 0 for key in keys], axis=0)
    piece = np.empty(order.size, np.int64)
    piece[order] = np.cumsum(first) - 1
    cost = np.full((2, int(first.sum())), UNREACHED, np.uint32)
    np.minimum.at(cost, (against.astype(np.int64), piece), ticks[on].astype(np.uint32))
    one = order[first]
    return Streets(
        ends[0][one], ends[1][one], cost[0], cost[1],
        edge[on][one], at[0][one], at[1][one], shape_start, shape_xy,
    )  # fmt: skip


def walk_at_ends(node_ticks: npt.ArrayLike, streets: Streets, towards: bool) -> tuple[Array, ...]:
    """Return the walk at both ends of each piece, and the ticks along it from either end.

    Parameters
    ----------
    node_ticks : array of uint32 (n,)
        Walk at each node, 0xFFFFFFFF = not reached.
    streets : Streets
        Pieces that may be walked.
    towards : bool
        `node_ticks` are walks from the nodes to the places, found in the
        reverse graph; otherwise from the sources to the nodes.

    Returns
    -------
    at_low, at_high : array of float64 (p,)
        ``inf`` where the piece is not entered from that end.
    up, down : array of float64 (p,)
        Ticks from the low end to the high one and back, as far as they count.

    Raises
    ------
    NetworkError
        Streets with nodes that have no walk.
    """
    label = np.asarray(node_ticks)
    top = int(max(streets.tail.max(initial=0), streets.head.max(initial=0)))
    if streets.tail.size and top >= label.size:
        raise NetworkError("engine.rows_size", expected=top + 1, found=label.size)
    walk = np.where(label == UNREACHED, np.inf, label.astype(np.float64))
    up, down = streets.forward, streets.backward
    if towards:  # who walks to the place walks each piece the other way
        up, down = down, up
    at_low = np.where(up == UNREACHED, np.inf, walk[streets.tail])
    at_high = np.where(down == UNREACHED, np.inf, walk[streets.head])
    return at_low, at_high, up.astype(np.float64), down.astype(np.float64)


def reached_pieces(
    node_ticks: npt.ArrayLike, streets: Streets, *, limit: float, towards: bool = False
) -> tuple[Array, Array, Array]:
    """Return the parts of the streets reached within a limit, cut where it is reached.

    Parameters
    ----------
    node_ticks : array of uint32 (n,)
        Walk at each node, from a search of at least this limit.
    streets : Streets
        Pieces that may be walked.
    limit : float
        Ticks; the limit itself counts as reached.
    towards : bool
        As in :func:`walk_at_ends`.

    Returns
    -------
    edge : array of int64 (q,)
        Line.
    low, high : array of float64 (q,)
        Reached part as fractions of the line, ``low < high``; parts that touch
        are one. Sorted by line, then fraction.

    Raises
    ------
    NetworkError
        Streets with nodes that have no walk.

    Examples
    --------
    >>> street = Streets(*(np.array(a) for a in (
    ...     [0], [1], [10], [10], [0], [0.], [1.], [0, 2], [[0., 0.], [10., 0.]])))
    >>> [part.tolist() for part in reached_pieces([0, 10], street, limit=4)]
    [[0], [0.0], [0.4]]
    """
    at_low, at_high, up, down = walk_at_ends(node_ticks, streets, towards)
    span = streets.high - streets.low
    # A piece walked to its very end ends in that fraction, not in one rounded beside it.
    part = streets.low + _cut(at_low, up, limit, span)
    until = np.where(at_low + up <= limit, streets.high, part)
    part = streets.high - _cut(at_high, down, limit, span)
    since = np.where(at_high + down <= limit, streets.low, part)
    edge = np.concatenate([streets.edge, streets.edge])
    low = np.concatenate([streets.low, since])
    high = np.concatenate([until, streets.high])
    return _merged(edge, low, high)


def _cut(at: Array, ticks: Array, limit: float, span: Array) -> Array:
    """Return how far into a piece the limit reaches, as a fraction of its line."""
    left = np.clip(limit - at, 0.0, None)
    return np.where(ticks > 0, np.minimum(left / np.maximum(ticks, 1.0), 1.0), 0.0) * span


def _merged(edge: Array, low: Array, high: Array) -> tuple[Array, Array, Array]:
    """Join intervals of the same line that overlap or touch; points are no intervals."""
    real = high > low
    order = np.flatnonzero(real)[np.lexsort((low[real], edge[real]))]
    edge, low, high = edge[order], low[order], high[order]
    # Fractions end at 1, so adding twice the line's rank keeps lines apart in one running max.
    farthest = np.maximum.accumulate(high + 2.0 * edge) if edge.size else high
    fresh = np.ones(edge.size, dtype=bool)
    fresh[1:] = (edge[1:] != edge[:-1]) | (low[1:] + 2.0 * edge[1:] > farthest[:-1])
    first = np.flatnonzero(fresh)
    top = np.maximum.reduceat(high, first) if edge.size else high
    return edge[first], low[first], top
