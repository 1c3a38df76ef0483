"""Reach tables that follow edits at once: homes, places and their entrances.

The study is measured once; then each edit searches again only what it can change, and the tables
are those a full run would give. Homes and places keep the street they joined: a new street
or gate may only shorten walks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from greenmap import settings
from greenmap.engine.delta import LiveTables
from greenmap.errors import NetworkError, TableError
from greenmap.measure.reach import (
    BANDS,
    SEARCH_M,
    SEARCH_MIN,
    Attachments,
    attach_all,
    category_sets,
    lay_out_places,
)
from greenmap.model.profile import Profile, load_profile
from greenmap.model.reach_table import ReachTable
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.attach import attach
from greenmap.network.compose import WalkGraph, compose
from greenmap.network.islands import islands, mainland_edges
from greenmap.network.pieces import StreetPieces
from greenmap.network.price import leg_ticks, price
from greenmap.units import UNREACHED, to_ticks

Mask = npt.NDArray[np.bool_]
Where: TypeAlias = tuple[float, float] | shapely.Point
_TOP = 1 << 31


class LiveReach:
    """Reach tables of a study that is being edited.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    homes, amenities : GeoDataFrame of points
        As for :func:`greenmap.reach`.
    profile, bands, search_limit, sets, attachments
        As for :func:`greenmap.reach`.
    attach_limit_m : float
        Farthest that a new place may lie off the street, metres.

    Raises
    ------
    ProfileError
        Unknown profile.
    NetworkError
        As :func:`greenmap.reach`.
    """

    def __init__(self, network: WalkNetwork, homes: gpd.GeoDataFrame, amenities: gpd.GeoDataFrame,
                 *, profile: str | Profile = "adult", bands: Sequence[float] | None = None,
                 search_limit: float | None = None, sets: Mapping[str, Mask] | None = None,
                 attachments: Attachments | None = None, attach_limit_m: float = 100.0) -> None:
        self._network, self._attach_limit_m = network, attach_limit_m
        self._walker = load_profile(profile) if isinstance(profile, str) else profile
        self.bands = tuple(sorted(bands or BANDS[self._walker.unit]))
        default = SEARCH_MIN if self._walker.unit == "min" else SEARCH_M
        self.search_limit = max(search_limit or default, *self.bands)
        put = attachments or attach_all(network, homes, amenities, attach_limit_m=attach_limit_m)
        self._homes, self._home_id = put.homes, homes.index.to_numpy(dtype=object)
        self._entrance_attached = put.entrances.attached
        self._land = _mainland(network, put)
        ticks = price(network, self._walker)
        graph = compose(network, ticks, self._walker, put.homes, put.entrances)
        self._pieces = StreetPieces(network, ticks, put.homes, put.entrances)
        sets = category_sets(amenities) if sets is None else sets
        self.categories = tuple(sets)
        self._take(amenities, sets, graph)
        self._boxes: npt.NDArray[np.float64] | None = None

    def _take(self, amenities: gpd.GeoDataFrame, sets: Mapping[str, Mask], graph: WalkGraph
              ) -> None:
        """Search once, and remember which of the engine's places belong to which id."""
        place_id, sources, which, row = lay_out_places(amenities, sets, graph)
        self._ids: list[str] = place_id.tolist()
        # Ties go to the lower id, so numbers follow the ids and leave room for new ones.
        step = _TOP // (len(self._ids) + 1)
        self._numbers = [step * (k + 1) for k in range(len(self._ids))]
        self._of: dict[str, list[int]] = {name: [] for name in self._ids}
        for position, owner in enumerate(which[:-1].tolist()):
            self._of[self._ids[owner]].append(position)
        self._rows = amenities["place_id"].astype(str).to_numpy(dtype=object)
        self._keys = np.arange(len(amenities))
        self._next_key = len(amenities)
        cut = np.split(row, sources.entrance_start[1:-1]) if len(which) > 1 else []
        self._doors = {place: keys.tolist() for place, keys in enumerate(cut)}
        nodes, self._row_of_home = np.unique(graph.home_node, return_inverse=True)
        rows = np.full(graph.n_nodes, -1, np.int32)
        rows[nodes[nodes >= 0]] = np.flatnonzero(nodes >= 0)
        unit = self._walker.unit
        self._live = LiveTables(
            graph.n_nodes, graph.tail, graph.head, graph.ticks, sources,
            categories=len(sets), rows=rows, n_rows=nodes.size,
            bands=[to_ticks(band, unit) for band in self.bands],
            limit=to_ticks(self.search_limit, unit),
            number=np.array(self._numbers, np.int64)[which[:-1]],
            marks=np.flatnonzero(self._network.exits), threads=settings.current().threads,
        )

    @property
    def table(self) -> ReachTable:
        """The walks now, as :func:`greenmap.reach` gives them for the edited study."""
        ticks = self._live.ticks[self._row_of_home]
        found = np.searchsorted(self._numbers, self._live.number[self._row_of_home, :-1])
        place = np.where(ticks[:, :-1] == UNREACHED, -1, found).astype(np.int32)
        edge = ticks[:, -1].copy()
        edge[self._homes.status == "outside_data"] = 0
        return ReachTable(
            profile=self._walker.id, unit=self._walker.unit, home_id=self._home_id,
            place_id=np.array(self._ids, dtype=object), categories=self.categories,
            bands=self.bands, search_limit=self.search_limit, ticks=ticks[:, :-1].copy(),
            place=place, within=self._live.within[self._row_of_home],
            attached=self._homes.attached, edge_ticks=edge,
            entrance_attached=self._entrance_attached,
        )

    # ---- places ------------------------------------------------------------------------------

    def add_place(self, place_id: str, where: Where, categories: str | Sequence[str]) -> None:
        """Add a place with one entrance.

        Parameters
        ----------
        place_id : str
            A new one.
        where : (lon, lat) or Point, degrees
            The entrance, WGS 84.
        categories : str or sequence of str
            The columns of the table it belongs to.

        Raises
        ------
        TableError
            The id is taken, or a category isn't in the table.
        NetworkError
            No street near enough.
        """
        names = [categories] if isinstance(categories, str) else list(categories)
        unknown = [name for name in names if name not in self.categories]
        if unknown or not names:
            raise TableError("measure.what_if_category", known=", ".join(self.categories),
                             found=", ".join(unknown) or "-")
        at = bisect_left(self._ids, place_id)
        if at < len(self._ids) and self._ids[at] == place_id:
            raise TableError("measure.what_if_place_twice", place=place_id)
        node, leg = self._join(place_id, where)
        number = self._number_before(at)
        self._ids.insert(at, place_id)
        self._numbers.insert(at, number)
        self._of[place_id] = places = [
            self._live.add_place([node], [leg], [self.categories.index(name)], number=number)
            for name in sorted(set(names))
        ]
        for place in places:
            self._doors[place] = []
        self._add_row(place_id)

    def _number_before(self, at: int) -> int:
        """A number between those of two neighbours; numbers are dealt anew if there is none."""
        low = self._numbers[at - 1] if at else 0
        high = self._numbers[at] if at < len(self._numbers) else _TOP
        if high - low > 1:
            return (low + high) // 2
        step = _TOP // (len(self._ids) + 2)
        before = self._numbers
        self._numbers = [step * (k + 1 + (k >= at)) for k in range(len(before))]
        self._live.renumber(before, self._numbers)
        return step * (at + 1)

    def remove_place(self, place_id: str) -> None:
        """Remove a place and all its entrances.

        Parameters
        ----------
        place_id : str
            As in the amenities table, or added.

        Raises
        ------
        TableError
            No such place.
        """
        for place in self._places(place_id):
            self._live.set_entrances(place, [], [])
        at = bisect_left(self._ids, place_id)
        del self._ids[at], self._numbers[at], self._of[place_id]
        self._keep_rows(self._rows != place_id)

    def add_entrance(self, place_id: str, where: Where) -> None:
        """Give a place one more entrance.

        Parameters
        ----------
        place_id : str
            As in the amenities table, or added.
        where : (lon, lat) or Point, degrees
            The entrance, WGS 84.

        Raises
        ------
        TableError
            No such place.
        NetworkError
            No street near enough.
        """
        places = self._places(place_id)
        node, leg = self._join(place_id, where)
        for place in places:
            nodes, legs = self._live.entrances(place)
            self._live.set_entrances(place, np.append(nodes, node), np.append(legs, leg))
        self._add_row(place_id)

    def remove_entrance(self, place_id: str, entrance: int) -> None:
        """Take an entrance away from a place.

        Parameters
        ----------
        place_id : str
            As in the amenities table, or added.
        entrance : int
            Which of its rows, from 0; those added come last.

        Raises
        ------
        TableError
            No such place or entrance.
        """
        places = self._places(place_id)
        rows = np.flatnonzero(self._rows == place_id)
        if not 0 <= entrance < len(rows):
            raise TableError("measure.what_if_no_entrance", place=place_id, count=len(rows),
                             found=entrance)
        row = rows[entrance]
        for place in places:
            here = np.array(self._doors[place]) != self._keys[row]
            nodes, legs = self._live.entrances(place)
            self._live.set_entrances(place, nodes[here], legs[here])
            self._doors[place] = np.array(self._doors[place])[here].tolist()
        self._keep_rows(np.arange(len(self._rows)) != row)

    def _places(self, place_id: str) -> list[int]:
        if place_id not in self._of:
            raise TableError("measure.amenity_unknown", amenity=place_id)
        return self._of[place_id]

    def _add_row(self, place_id: str) -> None:
        for place in self._of[place_id]:
            self._doors[place].append(self._next_key)
        self._rows = np.append(self._rows, place_id)
        self._keys = np.append(self._keys, self._next_key)
        self._entrance_attached = np.append(self._entrance_attached, True)
        self._next_key += 1

    def _keep_rows(self, kept: Mask) -> None:
        self._rows, self._keys = self._rows[kept], self._keys[kept]
        self._entrance_attached = self._entrance_attached[kept]

    def _join(self, place_id: str, where: Where) -> tuple[int, int]:
        """Put an entrance on the street; return its node and the ticks from there."""
        point = where if isinstance(where, shapely.Point) else shapely.Point(*where)
        one = gpd.GeoDataFrame(geometry=[point], index=[place_id], crs=4326)
        put = attach(self._network, one, limit_m=self._attach_limit_m, public_only=True,
                     edges=self._near(one))
        if not put.attached[0]:
            raise NetworkError("measure.what_if_off_street", place=place_id,
                               leg_m=f"{put.leg_m[0]:.0f}", status=str(put.status[0]))
        return self._node_on(int(put.edge[0]), float(put.fraction[0])), int(
            leg_ticks(put.leg_m, self._walker)[0])

    def _near(self, point: gpd.GeoDataFrame) -> Mask:
        """Edges whose box comes near enough; the others can't be joined."""
        if self._boxes is None:
            start, xy = self._network.shape_start[:-1], self._network.shape_xy
            self._boxes = np.concatenate([np.minimum.reduceat(xy, start),
                                          np.maximum.reduceat(xy, start)], axis=1)
        place = point.geometry.to_crs(self._network.crs).iloc[0]
        reach, box = 1.05 * self._attach_limit_m + 1, self._boxes
        near = (box[:, 0] <= place.x + reach) & (box[:, 2] >= place.x - reach)
        near &= (box[:, 1] <= place.y + reach) & (box[:, 3] >= place.y - reach)
        wanted: Mask = near & self._land
        return wanted

    def _node_on(self, edge: int, fraction: float) -> int:
        """The node on an edge, which is split there if need be."""
        if fraction <= 0:
            return int(self._network.tail[edge])
        if fraction >= 1:
            return int(self._network.head[edge])
        new = self._live.add_node()
        node, ends = self._pieces.split(edge, fraction, new)
        for pair in ends:
            self._live.set_street(*pair, *self._pieces.cost(pair), splits=True)
        return node


def _mainland(network: WalkNetwork, put: Attachments) -> Mask:
    table = islands(network, put.homes, put.entrances)
    return mainland_edges(network, table)
