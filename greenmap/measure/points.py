"""points: the places that walks pass, to the centimetre, each with one number."""

from __future__ import annotations

import numpy as np

from greenmap.measure.forest import Trace
from greenmap.model.walk_network import F8, I8, Bool, WalkNetwork
from greenmap.network.compose import WalkGraph

_HALF = 1e-3


class Points:
    """Numbers of the nodes of a graph, of the places, and of the corners of the streets.

    Parameters
    ----------
    network : WalkNetwork
        Streets, k shape points.
    graph : WalkGraph
        N nodes; they lie alike for whoever walks.
    places : array (e, 2), metres
        In the network's CRS; NaN where it isn't known.

    Notes
    -----
    `number` is of N nodes, e places, k shape points; those at one place have the same. `xy`
    holds metres by number.
    """

    def __init__(self, network: WalkNetwork, graph: WalkGraph, places: F8) -> None:
        self.network = network
        nodes = np.column_stack([graph.node_x, graph.node_y])
        self.bent: Bool = np.diff(network.shape_start) > 2
        corners, self.along = network.shape_xy[:0], np.zeros(0)
        if self.bent.any():
            corners, self.along = network.shape_xy, _along(network.shape_start, network.shape_xy)
        self.first_corner = len(nodes) + len(places)
        xy = rounded(np.concatenate([nodes, places, corners]), 2)
        found, number = np.unique(xy[:, 0] + 1j * xy[:, 1], return_inverse=True)
        self.number: I8 = number.reshape(-1)
        self.xy: F8 = np.column_stack([found.real, found.imag])

    def lines(self, graph: WalkGraph, trace: Trace) -> tuple[I8, Bool]:
        """Points passed from each node to the one it goes on to.

        Parameters
        ----------
        graph : WalkGraph
            That was walked.
        trace : Trace
            Walks.

        Returns
        -------
        point : array of int64
            Line after line.
        leads : array of bool
            False at the end of a line.
        """
        corner, count = self._corners(graph, trace.arc)
        last = np.cumsum(count + 2) - 1
        first = last - count - 1
        point = np.empty(corner.size + 2 * count.size, np.int64)
        between, leads = (np.ones(point.size, bool) for _ in range(2))
        point[first], point[last] = self.number[trace.node], self.number[trace.onward]
        between[first] = between[last] = leads[last] = False
        point[between] = self.number[self.first_corner + corner]
        return point, leads

    def _corners(self, graph: WalkGraph, arc: I8) -> tuple[I8, I8]:
        """Corners strictly between the ends of each arc, as they are passed; how many each has."""
        count = np.zeros(arc.size, np.int64)
        edge = graph.arc_edge[arc]
        bent = np.flatnonzero((arc >= 0) & (edge >= 0) & self.bent[edge])
        if not bent.size:
            return count[:0], count
        arc, edge = arc[bent], edge[bent]
        start, end = self.network.shape_start[edge], self.network.shape_start[edge + 1] - 1
        inner = end - start - 1
        owner = np.repeat(np.arange(edge.size), inner)
        place = np.arange(owner.size) - np.repeat(np.cumsum(inner) - inner, inner)
        ahead = graph.arc_to[arc] > graph.arc_from[arc]
        corner = np.where(ahead[owner], start[owner] + 1 + place, end[owner] - 1 - place)
        low, high = np.sort([graph.arc_from[arc], graph.arc_to[arc]], axis=0) * self.along[end]
        on = (self.along[corner] > low[owner]) & (self.along[corner] < high[owner])
        count[bent] = np.bincount(owner[on], minlength=edge.size)
        return corner[on], count


def _along(start: I8, xy: F8) -> F8:
    """Metres of each corner along its street, added up street by street."""
    step = np.append(0.0, np.sqrt((np.diff(xy, axis=0) ** 2).sum(axis=1)))
    far, first = np.zeros(len(xy)), start[:-1]
    for rank in range(1, int(np.diff(start).max(initial=0))):
        at = first[np.diff(start) > rank] + rank
        far[at] = far[at - 1] + step[at]
    return far


def rounded(values: F8, decimals: int) -> F8:
    """Round as ``round`` does, by the digits of the decimal number.

    Parameters
    ----------
    values : array
    decimals : int

    Returns
    -------
    array

    Notes
    -----
    numpy multiplies first, and may take a number below a half for a half.

    Examples
    --------
    >>> rounded(np.array([0.285, 2.675, 1.25, 7.0]), 2).tolist()
    [0.28, 2.67, 1.25, 7.0]
    """
    near = np.round(values, decimals)
    scaled = values * 10.0 ** decimals
    half = np.abs(scaled - np.floor(scaled) - 0.5) < _HALF
    near[half] = [round(value, decimals) for value in values[half].tolist()]
    return near
