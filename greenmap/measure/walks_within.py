"""walks_within: every home and place, or home and street node, within a limit of each other.

For whoever needs the walks themselves: accessibility indices of one's own, siting, statistics.
Only what is within the limit is listed, so a city's homes and places fit into memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap import settings
from greenmap.measure.reach import Attachments, attach_all, lay_out_places
from greenmap.model.notes import Notes
from greenmap.model.profile import Profile, load_profile
from greenmap.model.walk_network import WalkNetwork
from greenmap.units import from_ticks, to_ticks

if TYPE_CHECKING:
    from greenmap.network.compose import WalkGraph

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def walks_within(network: WalkNetwork, homes: gpd.GeoDataFrame,
                 amenities: gpd.GeoDataFrame | None = None, *, limit_min: float = 15.0,
                 profile: str | Profile = "adult", attachments: Attachments | None = None
                 ) -> pd.DataFrame:
    """List every place, or every street node, within a limit of each home.

    Where :func:`greenmap.reach` answers with the nearest place and with counts,
    this lists all the walks they come from.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    homes : (h,) GeoDataFrame of points
        Where walks start, any CRS.
    amenities : (e,) GeoDataFrame of points, optional
        Where they lead: one row per entrance, those with the same ``place_id``
        are one place; without that column each row is a place. Default: the
        nodes of the network.
    limit_min : float
        Longest walk, minutes; metres in metres' profile. The limit itself
        counts.
    profile : str or Profile
        Who walks.
    attachments : Attachments, optional
        Of these tables, from :func:`greenmap.attach_all`. Default: made here.

    Returns
    -------
    DataFrame
        ``home_id``; ``place_id``, or ``node`` (its id in the street data); and
        ``walk_min`` (or ``walk_m``), the shortest walk. Homes in their order,
        the nearest first, of equally near ones the lower id. Who has no row is
        beyond the limit of everything, or off the streets: ``attrs["left_out"]``
        lists whoever is off them, as (``"home"`` or ``"amenity"``, index, why
        not: the ``status`` of :class:`greenmap.model.attachment.Attachment`).

    Raises
    ------
    ProfileError
        Unknown profile.
    NetworkError
        A ``node`` the network doesn't have; a limit above 71,582 min.

    Examples
    --------
    72 m a minute: 4 minutes are 288 m.

    >>> import pandas as pd
    >>> from greenmap.network.tables import network_from_tables
    >>> street = network_from_tables(
    ...     pd.DataFrame({"node": [1, 2, 3], "lon": [101.7, 101.702, 101.71], "lat": 26.5}),
    ...     pd.DataFrame({"u": [1, 2], "v": [2, 3], "length_m": [200.0, 800.0]}))
    >>> points = gpd.points_from_xy([101.7, 101.702], [26.5, 26.5], crs=4326)
    >>> homes = gpd.GeoDataFrame({"node": [1, 2]}, geometry=points, index=["a", "b"])
    >>> walks_within(street, homes, limit_min=4).round(2)
      home_id  node  walk_min
    0       a     1      0.00
    1       a     2      2.78
    2       b     2      0.00
    3       b     1      2.78
    """
    walker = load_profile(profile) if isinstance(profile, str) else profile
    doors = homes.iloc[:0] if amenities is None else amenities
    put = attachments or attach_all(network, homes, doors)
    to: npt.NDArray[np.generic]
    if amenities is None:
        what, to = "node", np.asarray(network.node_id)
        home, goal, walk = _walks_to_nodes(network, put, walker, limit_min)
    else:
        if "place_id" not in amenities:
            amenities = amenities.assign(place_id=amenities.index)
        what = "place_id"
        home, goal, walk, to = walk_pairs(network, amenities, np.ones(len(amenities), bool), put,
                                          profile=walker, limit=limit_min)
    order = np.lexsort((goal, walk, home))  # places and nodes are numbered by their ids
    columns = {"home_id": homes.index.to_numpy(dtype=object)[home[order]], what: to[goal[order]],
               f"walk_{walker.unit}": walk[order]}
    table = pd.DataFrame(columns)
    table.attrs["left_out"] = Notes(
        (kind, *point) for kind, points in (("home", put.homes), ("amenity", put.entrances))
        for point in zip(points.ids[~points.attached].tolist(),
                         points.status[~points.attached].tolist(), strict=True))
    return table


def walk_pairs(network: WalkNetwork, amenities: gpd.GeoDataFrame, rows: npt.NDArray[np.bool_],
               put: Attachments, *, profile: Profile, limit: float
               ) -> tuple[Numbers, Numbers, Floats, npt.NDArray[np.object_]]:
    """List every home and place within a limit of each other.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    amenities : (e,) GeoDataFrame
        With ``place_id``.
    rows : (e,) array of bool
        Which of them.
    put : Attachments
        Where homes and amenities join the streets.
    profile : Profile
        Who walks.
    limit : float
        In the profile's unit.

    Returns
    -------
    home, place : (k,) array of int
        Row of the homes; position in `place_id`. Places in order, within each the homes.
    walk : (k,) array of float
    place_id : (p,) array of str
    """
    from greenmap.engine.csr import build_csr
    from greenmap.engine.pairs import pairs

    graph = _graph(network, put, profile)
    reverse = build_csr(graph.n_nodes, graph.head, graph.tail, graph.ticks)
    place_id, sources, which, _ = lay_out_places(amenities, {"all": rows}, graph)
    nodes, homes, row = _homes_by_node(graph, put)
    row_of_node = np.full(reverse.n_nodes, -1, np.int32)
    row_of_node[nodes] = np.arange(nodes.size)
    start, found, ticks = pairs(reverse, sources, rows=row_of_node, n_rows=nodes.size,
                                limit=to_ticks(limit, profile.unit),
                                threads=settings.current().threads)
    place = np.repeat(np.arange(start.size - 1), np.diff(start))
    size = np.bincount(found, minlength=nodes.size)
    at = np.argsort(found, kind="stable")[_lists_of(size, row)]
    home = np.repeat(homes, size[row])
    order = np.lexsort((home, place[at]))
    at = at[order]
    return (home[order], place[at], from_ticks(ticks[at], profile.unit),
            place_id[which[:start.size - 1]])


def _walks_to_nodes(network: WalkNetwork, put: Attachments, profile: Profile, limit: float
                    ) -> tuple[Numbers, Numbers, Floats]:
    """List the nodes of the network within a limit of each home."""
    from greenmap.engine.csr import build_csr
    from greenmap.engine.rounds import reach_sets

    graph = _graph(network, put, profile)
    forward = build_csr(graph.n_nodes, graph.tail, graph.head, graph.ticks)
    nodes, homes, row = _homes_by_node(graph, put)
    start, node, ticks = reach_sets(forward, nodes, limit=to_ticks(limit, profile.unit),
                                    threads=settings.current().threads)
    owner = np.repeat(np.arange(nodes.size), np.diff(start))
    street = node < network.n_nodes  # neither a home nor where it joins an edge
    size = np.bincount(owner[street], minlength=nodes.size)
    at = np.flatnonzero(street)[_lists_of(size, row)]
    return np.repeat(homes, size[row]), node[at].astype(np.int64), from_ticks(ticks[at],
                                                                              profile.unit)


def _graph(network: WalkNetwork, put: Attachments, profile: Profile) -> WalkGraph:
    from greenmap.network.compose import compose
    from greenmap.network.price import price

    return compose(network, price(network, profile), profile, put.homes, put.entrances)


def _homes_by_node(graph: WalkGraph, put: Attachments) -> tuple[Numbers, Numbers, Numbers]:
    """Return the nodes homes walk from, the homes on the streets, and which node each has."""
    homes = np.flatnonzero(put.homes.attached)
    nodes, row = np.unique(graph.home_node[homes], return_inverse=True)
    return nodes, homes, row


def _lists_of(size: Numbers, which: Numbers) -> Numbers:
    """Return where the entries of some lists are, of lists that follow each other."""
    first = np.cumsum(size) - size
    own = size[which]
    before = np.cumsum(own) - own
    return np.repeat(first[which] - before, own) + np.arange(own.sum())
