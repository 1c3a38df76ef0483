"""Facts for wheels put on the streets: width, kerbs, ramps beside steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from greenmap.model.walk_network import WalkNetwork
from greenmap.network.digest import content_digest
from greenmap.read.osm_ways import OsmWays


def with_wheels(network: WalkNetwork, ways: OsmWays) -> WalkNetwork:
    """Put widths, kerbs and ramps on the streets; do it when all streets are cut.

    A kerb is met by every edge that ends at its node.

    Parameters
    ----------
    network : WalkNetwork
        Streets of the same OpenStreetMap file.
    ways : OsmWays
        From :func:`greenmap.read.osm_ways.read_osm_ways`.

    Returns
    -------
    WalkNetwork
        With ``width_m``, ``kerb_m`` and ``ramped``.
    """
    width = np.full(network.n_edges, np.nan)
    kerb = np.zeros(network.n_nodes)
    for given, values, own, into in ((ways.narrow, ways.width_m, network.way_id, width),
                                     (ways.kerb, ways.kerb_m, network.node_id, kerb)):
        if not len(given) or own.dtype == object:
            continue
        at = np.minimum(np.searchsorted(given, own), len(given) - 1)
        known = given[at] == own
        into[known] = values[at[known]]
    made = replace(network, width_m=width, kerb_m=np.maximum(kerb[network.tail],
                                                             kerb[network.head]),
                   ramped=np.isin(network.way_id, ways.ramped))
    return replace(made, digest=content_digest(made))
