"""reach: the walk from every home to the nearest place of every category, and how many are near.

One search per category from all places at once, against the direction of walking, answers
"nearest" for every home; one bounded search per place answers "how many". A place with several
entrances is one place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap import settings
from greenmap.model.attachment import Attachment
from greenmap.model.profile import Profile, load_profile
from greenmap.model.reach_table import ReachTable
from greenmap.model.walk_network import WalkNetwork
from greenmap.units import UNREACHED, to_ticks

if TYPE_CHECKING:
    from greenmap.engine.csr import Csr
    from greenmap.engine.search import Sources
    from greenmap.network.compose import WalkGraph

Mask = npt.NDArray[np.bool_]
SEARCH_MIN = 40.0
SEARCH_M = 3000.0
MEMORY_GB = 8.0
BANDS = {"min": (5.0, 10.0, 15.0), "m": (300.0, 500.0, 1000.0)}


@dataclass(frozen=True, slots=True)
class Attachments:
    """How homes and entrances are put on the streets; made once, used by every profile.

    Parameters
    ----------
    homes, entrances : Attachment
        In the order of their tables.
    islands : DataFrame, optional
        Connected parts of the streets and who would have joined each, see
        :func:`greenmap.network.islands.islands`; with ``people``.
    """

    homes: Attachment
    entrances: Attachment
    islands: pd.DataFrame | None = None


def attach_all(network: WalkNetwork, homes: gpd.GeoDataFrame, amenities: gpd.GeoDataFrame, *,
               attach_limit_m: float = 100.0) -> Attachments:
    """Put homes and entrances on the streets.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    homes, amenities : GeoDataFrame of points
        In any CRS; a ``node`` column, where there is one, is obeyed.
    attach_limit_m : float
        Farthest that a home or entrance may lie off the street, metres.

    Returns
    -------
    Attachments
        Homes may use residents' streets; entrances lie on public ones. Nobody is
        left on an island (:func:`greenmap.network.islands.islands`): whoever
        stands beside one joins the next street, if that is near enough.
    """
    from greenmap.network.islands import islands, mainland_edges, people_on_parts
    from greenmap.network.kept import attach_kept

    def put(edges: Mask | None) -> Attachments:
        return Attachments(
            attach_kept(network, homes, limit_m=attach_limit_m, edges=edges),
            attach_kept(network, amenities, limit_m=attach_limit_m, edges=edges, public_only=True),
        )

    first = put(None)
    table = islands(network, first.homes, first.entrances)
    table["people"] = people_on_parts(network, first.homes, homes)
    joined = put(mainland_edges(network, table)) if table["island"].any() else first
    return replace(joined, islands=table)


def reach(network: WalkNetwork, homes: gpd.GeoDataFrame, amenities: gpd.GeoDataFrame, *,
          profile: str | Profile = "adult", bands: Sequence[float] | None = None,
          search_limit: float | None = None, sets: Mapping[str, Mask] | None = None,
          attachments: Attachments | None = None, without: Sequence[str] = (),
          memory_gb: float = MEMORY_GB) -> ReachTable:
    """Measure the walk from every home to the nearest place of every category.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    homes : (h,) GeoDataFrame of points
        Index ``home_id``.
    amenities : (e,) GeoDataFrame of points
        Entrances: ``category``, ``place_id``.
    profile : str or Profile
        Who walks.
    bands : sequence of float, optional
        Limits to count within: minutes, or metres for the profile
        ``metres``. Default 5, 10, 15 min or 300, 500, 1000 m.
    search_limit : float, optional
        How far to look, same unit. Default 40 min or 3,000 m.
    sets : mapping of str to (e,) bool array, optional
        Which rows make up each column. Default: one column per category.
    attachments : Attachments, optional
        From :func:`attach_all`. Default: made here, 100 m at most.
    without : sequence of str
        Hindrances taken away, see :func:`greenmap.network.price.price`.
    memory_gb : float
        What the search and its tables may hold, 10^9 bytes; categories are
        searched in as many groups as that takes. Changes no number.

    Returns
    -------
    ReachTable
        On the homes' own order, whatever the order of the rows.

    Raises
    ------
    ProfileError
        Unknown profile.
    NetworkError
        A ``node`` the network doesn't have; more than 65,535 places of one
        category within the last band of one home.
    """
    from greenmap.engine.csr import build_csr
    from greenmap.network.compose import compose
    from greenmap.network.price import price

    walker = load_profile(profile) if isinstance(profile, str) else profile
    limits = tuple(sorted(bands or BANDS[walker.unit]))
    farthest = search_limit or (SEARCH_MIN if walker.unit == "min" else SEARCH_M)
    farthest = max(farthest, *limits)
    attachments = attachments or attach_all(network, homes, amenities)
    graph = compose(network, price(network, walker, without=without), walker,
                    attachments.homes, attachments.entrances)
    # Places are searched from: the arcs are taken against the direction of walking.
    reverse = build_csr(graph.n_nodes, graph.head, graph.tail, graph.ticks)
    sets = category_sets(amenities) if sets is None else sets
    place_id, sources, which, _ = lay_out_places(amenities, sets, graph)
    ticks, place, within = _search(reverse, sources, graph.home_node, len(sets), walker.unit,
                                   limits, farthest, memory_gb)
    return ReachTable(
        profile=walker.id, unit=walker.unit, home_id=homes.index.to_numpy(dtype=object),
        place_id=place_id, categories=tuple(sets), bands=limits, search_limit=farthest,
        ticks=ticks, place=np.where(place >= 0, which[place], -1).astype(np.int32),
        within=within, attached=attachments.homes.attached,
        edge_ticks=_walk_to_edge(reverse, network, attachments.homes, graph.home_node,
                                 to_ticks(farthest, walker.unit)),
        entrance_attached=attachments.entrances.attached,
    )


def category_sets(amenities: gpd.GeoDataFrame) -> dict[str, Mask]:
    """Return, per category in the table, which rows hold it, categories sorted."""
    category = amenities["category"].to_numpy(dtype=object)
    names = sorted({c for c in category if isinstance(c, str)})
    return {name: np.asarray(category == name, dtype=bool) for name in names}


def lay_out_places(amenities: gpd.GeoDataFrame, sets: Mapping[str, Mask], graph: WalkGraph
                   ) -> tuple[npt.NDArray[np.object_], Sources, npt.NDArray[np.int32],
                              npt.NDArray[np.int64]]:
    """Lay out the engine's places: one per set and place id, in the order of the ids.

    Parameters
    ----------
    amenities : (e,) GeoDataFrame
        With ``place_id``.
    sets : mapping of str to (e,) bool array
        Which rows make up each column.
    graph : WalkGraph
        Where the rows stand.

    Returns
    -------
    place_id : (p,) array of str
        Sorted.
    sources : Sources
        k places with their entrances.
    which : (k + 1,) array of int32
        Position of each in `place_id`; one more at the end.
    row : array of int64
        Row of each entrance.
    """
    from greenmap.engine.search import Sources

    owner = amenities["place_id"].to_numpy(dtype=object)
    place_id, place_no = np.unique(owner.astype(str), return_inverse=True)
    on_street = graph.entrance_node >= 0
    rows = [np.flatnonzero(mask & on_street) for mask in sets.values()]
    row = np.concatenate([*rows, np.empty(0, np.int64)]).astype(np.int64)
    column = np.repeat(np.arange(len(rows)), [r.size for r in rows])
    # Ties go to the lower place number, so numbers follow the ids, not the rows.
    order = np.lexsort((row, column, place_no[row]))
    row, column = row[order], column[order]
    number = place_no[row]
    first = np.ones(row.size, bool)
    first[1:] = (number[1:] != number[:-1]) | (column[1:] != column[:-1])
    starts = np.append(np.flatnonzero(first), row.size)
    sources = Sources(
        entrance_start=starts, node=graph.entrance_node[row], ticks=graph.entrance_ticks[row],
        category_start=np.arange(starts.size), category=column[first],
    )
    which = np.append(number[first], 0).astype(np.int32)
    return place_id.astype(object), sources, which, row


def _search(reverse: Csr, sources: Sources, home_node: npt.NDArray[np.int64], n_sets: int,
            unit: str, limits: tuple[float, ...], farthest: float, memory_gb: float
            ) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int32], npt.NDArray[np.uint16]]:
    from greenmap.engine.groups import tables_by_groups

    # Homes that name the same node share a row of the search.
    nodes, row_of_home = np.unique(home_node, return_inverse=True)
    rows = np.full(reverse.n_nodes, -1, np.int32)
    rows[nodes[nodes >= 0]] = np.flatnonzero(nodes >= 0)
    band_ticks = np.array([to_ticks(band, unit) for band in limits], np.uint32)
    return tables_by_groups(
        reverse, sources, categories=n_sets, rows=rows, n_rows=nodes.size, take=row_of_home,
        bands=band_ticks, limit=to_ticks(farthest, unit), threads=settings.current().threads,
        memory_gb=memory_gb,
    )


def _walk_to_edge(reverse: Csr, network: WalkNetwork, homes: Attachment,
                  home_node: npt.NDArray[np.int64], limit: int) -> npt.NDArray[np.uint32]:
    """Walk from each home to where the street data end; 0 for a home outside the data."""
    from greenmap.engine.search import distances

    exits = np.flatnonzero(network.exits).astype(np.uint32)
    label = distances(reverse, exits, np.zeros(exits.size, np.uint32), limit=limit)
    walk = np.where(home_node >= 0, label[home_node], UNREACHED).astype(np.uint32)
    walk[homes.status == "outside_data"] = 0
    return walk
