"""Streets between the nodes: what lies on which line, and what it costs each way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from greenmap.engine.csr import Array, read_only, whole
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
