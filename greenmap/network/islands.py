"""Parts of the street network that hang together, and which of them are islands."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap.model.attachment import Attachment
from greenmap.model.walk_network import F8, I8, Bool, WalkNetwork
from greenmap.network.attach import edge_lines

ISLAND_JUNCTIONS = 40
"""A part of fewer junctions that holds no place is an island (both banks of a river aren't)."""


def islands(network: WalkNetwork, homes: Attachment, entrances: Attachment) -> pd.DataFrame:
    """List the connected parts of a network, largest first.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    homes, entrances : Attachment
        Who joins them.

    Returns
    -------
    pandas.DataFrame
        Index `component`; columns nodes, junctions (nodes that aren't the middle of a
        street), edges, length_m, homes, places, island. Island: nobody lives there, or it
        has under 40 junctions and holds no place. The largest part never is one.
    """
    count = int(network.component.max()) + 1
    part = network.component[network.tail]
    degree = np.bincount(network.tail, minlength=network.n_nodes)
    degree += np.bincount(network.head, minlength=network.n_nodes)
    table = pd.DataFrame(
        {
            "nodes": np.bincount(network.component, minlength=count),
            "junctions": np.bincount(network.component[degree != 2], minlength=count),
            "edges": np.bincount(part, minlength=count),
            "length_m": np.bincount(part, weights=network.length_m, minlength=count),
            "homes": np.bincount(component_of(network, homes), minlength=count),
            "places": np.bincount(component_of(network, entrances), minlength=count),
        },
        index=pd.RangeIndex(count, name="component"),
    )
    small = (table["junctions"] < ISLAND_JUNCTIONS) & (table["places"] == 0)
    return table.assign(island=((table["homes"] == 0) | small) & (table.index > 0))


def mainland_edges(network: WalkNetwork, table: pd.DataFrame) -> Bool:
    """Return the edges that aren't on an island, for :func:`attach` to choose from.

    A home beside a stub of path that no street joins belongs to the next real street: attach
    once, look which parts are islands, and attach again without them.

    Parameters
    ----------
    network : WalkNetwork
        m edges.
    table : pandas.DataFrame
        From :func:`islands`.

    Returns
    -------
    array (m,) bool
    """
    on_land: Bool = ~table["island"].to_numpy()[network.component[network.tail]]
    return on_land


def component_of(network: WalkNetwork, joined: Attachment) -> I8:
    """Return the part that each attached point joins.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    joined : Attachment
        k points.

    Returns
    -------
    array (j,) int64
        For the attached ones, in their order.
    """
    on_edge = joined.edge >= 0
    node = np.where(on_edge, network.tail[joined.edge * on_edge], joined.node)
    return network.component[node[joined.attached]].astype(np.int64)


def people_on_parts(network: WalkNetwork, joined: Attachment, homes: pd.DataFrame) -> F8:
    """Return the people whose homes join each connected part.

    Parameters
    ----------
    network : WalkNetwork
        Of p parts.
    joined : Attachment
        Of the homes.
    homes : (h,) DataFrame
        ``people``, where known; else every home counts as missing.

    Returns
    -------
    array (p,), persons
    """
    count = int(network.component.max()) + 1
    if "people" not in homes:
        return np.full(count, np.nan)
    order = np.argsort(joined.ids.astype(str), kind="stable")  # ids fix the order of sums
    order = order[joined.attached[order]]
    people = np.nan_to_num(pd.to_numeric(homes["people"]).to_numpy(float, na_value=np.nan))
    part = component_of(network, joined.take(order))
    return np.bincount(part, weights=people[order], minlength=count).astype(float)


def island_lines(network: WalkNetwork, table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Draw the islands, and every other part but the largest that people live on.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    table : DataFrame
        From :func:`islands`.

    Returns
    -------
    GeoDataFrame
        The table's rows with the streets of each part as one line of many, in the network's
        CRS.
    """
    wanted = (table["island"] | (table["homes"] > 0)) & (table.index > 0) & (table["edges"] > 0)
    chosen = table[wanted]
    part = network.component[network.tail]
    edge = np.flatnonzero(np.isin(part, chosen.index.to_numpy()))
    edge = edge[np.argsort(part[edge], kind="stable")]
    lines = edge_lines(network, edge)
    start = np.searchsorted(part[edge], chosen.index.to_numpy())
    end = np.searchsorted(part[edge], chosen.index.to_numpy(), side="right")
    shapes = [shapely.multilinestrings(lines[a:b]) for a, b in zip(start, end, strict=True)]
    return gpd.GeoDataFrame(chosen, geometry=shapes, crs=network.crs)
