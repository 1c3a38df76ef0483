"""climb: metres uphill along parts of streets, downhill not set off."""

from __future__ import annotations

import numpy as np

from greenmap.model.walk_network import F8, I8, WalkNetwork
from greenmap.network.compose import WalkGraph


def arc_climbs_m(network: WalkNetwork, graph: WalkGraph, arcs: I8) -> F8:
    """Return the metres uphill along some arcs of a network with heights.

    Parameters
    ----------
    network : WalkNetwork
        With ``height_m``: along each edge equally far apart, straight between.
    graph : WalkGraph
        Its arcs, each a part of an edge.
    arcs : array (j,) of int64
        Numbers of arcs on edges.

    Returns
    -------
    array (j,)
        Stretches whose heights aren't known count as level.
    """
    assert network.height_start is not None and network.height_m is not None
    edge = graph.arc_edge[arcs]
    first = network.height_start[edge]
    stretches = network.height_start[edge + 1] - 1 - first
    ends = np.sort([graph.arc_from[arcs], graph.arc_to[arcs]], axis=0)
    heights, (low, high) = network.height_m, (_before(at, stretches) for at in ends)
    begin, end = (_between(heights, first, stretches, at, mark)
                  for at, mark in zip(ends, (low, high), strict=True))
    inner = np.maximum(high - low - (_mark(high, stretches) == ends[1]), 0)  # marks between
    ahead = np.where(graph.arc_from[arcs] < graph.arc_to[arcs], 1.0, -1.0)
    climbs = np.zeros(arcs.size)
    for n in np.unique(inner).tolist():
        at = np.flatnonzero(inner == n)
        marks = heights[(first + low + 1)[at, None] + np.arange(n)]
        walked = np.column_stack([begin[at], marks, end[at]])
        rise = np.diff(walked, axis=1) * ahead[at, None]
        climbs[at] = np.nansum(np.maximum(rise, 0), axis=1)
    return climbs


def _mark(number: I8, stretches: I8) -> F8:
    """Where a height was taken, as a fraction of the edge, from its tail."""
    return np.where(number < stretches, number * (1 / stretches), 1.0)


def _before(at: F8, stretches: I8) -> I8:
    """Number of the last height at or before a place along the edge."""
    number = np.floor(at * stretches).astype(np.int64)  # the product may be rounded either way
    number += (number < stretches) & (_mark(number + 1, stretches) <= at)
    number -= _mark(number, stretches) > at
    return number


def _between(heights: F8, first: I8, stretches: I8, at: F8, mark: I8) -> F8:
    """Height at a place along the edge, on the line from the height before it to the next."""
    here, after = _mark(mark, stretches), np.minimum(mark + 1, stretches)
    run = np.where(mark < stretches, _mark(after, stretches) - here, 1.0)
    before: F8 = heights[first + mark]
    slope = (heights[first + after] - before) / run
    return np.where(at == here, before, slope * (at - here) + before)
