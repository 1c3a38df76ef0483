"""Hurdles: what a wall or gate on an edge does to those who walk it, and how to change it."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from greenmap.model.walk_network import Bool, WalkNetwork

NONE, WALL, CLOSED, RESIDENTS, OPEN, ASSUMED, UNKNOWN, NO_CROSSING = range(8)
"""Values of ``WalkNetwork.hurdle``."""


def blocked(network: WalkNetwork, without: Collection[str] = ()) -> tuple[Bool, Bool]:
    """Say which edges a hurdle closes, in each direction.

    A residents' gate is closed from head to tail only: leaving is free. A gate that is assumed,
    or of which nobody knows who may pass, is open, and flagged by its hurdle.

    Parameters
    ----------
    network : WalkNetwork
        m edges.
    without : collection of str
        ``"wall"``: walls are taken away; ``"gate"``: every gate stands open; ``"crossing"``: big
        roads are crossed anywhere. Other words are left to others.

    Returns
    -------
    forward, backward : array (m,) bool

    Examples
    --------
    >>> from dataclasses import replace
    >>> from greenmap.network.tables import network_from_tables
    >>> import pandas as pd
    >>> nodes = pd.DataFrame({"node": [1, 2], "lon": [101.70, 101.71], "lat": [26.5, 26.5]})
    >>> road = network_from_tables(nodes, pd.DataFrame({"u": [1], "v": [2]}))
    >>> [which.tolist() for which in blocked(road)]
    [[False], [False]]
    >>> gated = replace(road, hurdle=np.array([RESIDENTS], np.uint8))
    >>> [which.tolist() for which in blocked(gated)]
    [[False], [True]]
    >>> [which.tolist() for which in blocked(gated, {"gate"})]
    [[False], [False]]
    """
    if network.hurdle is None:
        none = np.zeros(network.n_edges, bool)
        return none, none.copy()
    both = np.zeros(network.n_edges, bool)
    inward = both.copy()
    if "wall" not in without:
        both |= network.hurdle == WALL
    if "crossing" not in without:
        both |= network.hurdle == NO_CROSSING
    if "gate" not in without:
        both |= network.hurdle == CLOSED
        inward |= network.hurdle == RESIDENTS
    return both, both | inward
