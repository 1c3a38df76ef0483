"""what_if: walks that follow an edit at once: a place, an entrance, a street, a gate.

The study is measured once; then each edit searches again only what it can change, and the tables
are those a full run would give. Homes and places keep the street they joined: a new street
or gate may only shorten walks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely

from greenmap.errors import NetworkError
from greenmap.measure.live_reach import LiveReach, Mask, Where
from greenmap.measure.reach import Attachments
from greenmap.model.profile import Profile
from greenmap.model.study import Study
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.attach import GEOD
from greenmap.network.hurdles import CLOSED
from greenmap.network.price import BLOCKED, EdgeTicks, leg_ticks, price


class WhatIf(LiveReach):
    """Reach tables of homes whose streets, gates and places are edited.

    Parameters
    ----------
    network, homes, amenities, profile, bands, search_limit, sets, attachments, attach_limit_m
        As for :class:`greenmap.measure.live_reach.LiveReach`.

    Notes
    -----
    Adding or removing a place is one search within the longest band. For a street, bounded
    searches from its two ends tell which places and which homes lie on either side of the
    change, and what a walk along the street takes; what it takes without the street is searched
    from as few of both as will do, and only towards the others. Nearest places are kept up to
    date by finding the homes whose shortest way led through the edit (Ramalingam and Reps,
    *J. Algorithms* 21, 1996).
    """

    def __init__(self, network: WalkNetwork, homes: gpd.GeoDataFrame, amenities: gpd.GeoDataFrame,
                 *, profile: str | Profile = "adult", bands: Sequence[float] | None = None,
                 search_limit: float | None = None, sets: Mapping[str, Mask] | None = None,
                 attachments: Attachments | None = None, attach_limit_m: float = 100.0) -> None:
        super().__init__(network, homes, amenities, profile=profile, bands=bands,
                         search_limit=search_limit, sets=sets, attachments=attachments,
                         attach_limit_m=attach_limit_m)
        self._added: dict[int, tuple[int, int]] = {}

    @cached_property
    def _open(self) -> EdgeTicks:
        return price(self._network, self._walker, without=("gate", "wall"))

    def close_street(self, edge: int) -> None:
        """Shut an edge both ways, as a wall across it would.

        Parameters
        ----------
        edge : int
            Number of an edge of the network, or of a street added.

        Raises
        ------
        NetworkError
            No such edge.
        """
        self._change(edge, BLOCKED, BLOCKED)

    def open_street(self, edge: int) -> None:
        """Open an edge for everybody, as if no wall or gate stood on it.

        Parameters
        ----------
        edge : int
            Number of an edge of the network, or of a street added. One-way
            streets stay one-way, and steps stay steps.

        Raises
        ------
        NetworkError
            No such edge.
        """
        self._check_edge(edge)
        if edge < self._network.n_edges:
            self._change(edge, int(self._open.forward[edge]), int(self._open.backward[edge]))
        else:
            self._change(edge, *self._added[edge])

    def close_gate(self, gate: int) -> None:
        """Shut a gate both ways.

        Parameters
        ----------
        gate : int
            Its number in the network's barriers.

        Raises
        ------
        NetworkError
            No such gate.
        """
        for edge in self._gate_edges(gate):
            self.close_street(edge)

    def open_gate(self, gate: int) -> None:
        """Open a gate to everybody.

        Parameters
        ----------
        gate : int
            Its number in the network's barriers.

        Raises
        ------
        NetworkError
            No such gate.
        """
        for edge in self._gate_edges(gate):
            self.open_street(edge)

    def add_street(self, start: Where | int, end: Where | int, *, length_m: float | None = None
                   ) -> int:
        """Add a flat street between two places on the streets.

        Parameters
        ----------
        start, end : (lon, lat), Point or int
            Degrees, WGS 84: the nearest point of a street is taken; or the position of
            a node of the network.
        length_m : float, optional
            Default: the straight line, metres.

        Returns
        -------
        int
            Its number, for :meth:`close_street`.

        Raises
        ------
        NetworkError
            No street near enough, or no such node.
        """
        nodes, points = zip(*(self._end(name, where) for name, where in
                              (("start", start), ("end", end))), strict=True)
        if length_m is None:
            (a, b), (c, d) = points
            length_m = float(GEOD.inv(a, b, c, d)[2])
        ticks = int(leg_ticks(np.array([length_m]), self._walker)[0])
        edge, ends = self._pieces.add_edge(nodes[0], nodes[1], ticks, ticks)
        self._added[edge] = ticks, ticks
        self._live.set_street(*ends, *self._pieces.cost(ends))
        return edge

    def _end(self, name: str, where: Where | int) -> tuple[int, tuple[float, float]]:
        """Node and position of an end of a new street."""
        if isinstance(where, int | np.integer):
            if not 0 <= where < self._network.n_nodes:
                raise NetworkError("measure.what_if_no_node", found=int(where),
                                   count=self._network.n_nodes)
            return int(where), (float(self._network.lon[where]), float(self._network.lat[where]))
        point = where if isinstance(where, shapely.Point) else shapely.Point(*where)
        return self._join(name, point)[0], (point.x, point.y)

    def _check_edge(self, edge: int) -> None:
        count = self._network.n_edges
        if not (0 <= edge < count or edge in self._added):
            raise NetworkError("measure.what_if_no_street", edge=edge, count=count)

    def _gate_edges(self, gate: int) -> list[int]:
        hurdle, number = self._network.hurdle, self._network.hurdle_id
        found: list[int] = []
        if hurdle is not None and number is not None:
            found = np.flatnonzero((hurdle >= CLOSED) & (number == gate)).tolist()
        if not found:
            known = 0 if self._network.barriers is None else len(self._network.barriers.gate_id)
            raise NetworkError("measure.what_if_no_gate", gate=gate, count=known)
        return [int(edge) for edge in found]

    def _change(self, edge: int, there: int, back: int) -> None:
        self._check_edge(edge)
        for ends in self._pieces.change(edge, there, back):
            self._live.set_street(*ends, *self._pieces.cost(ends))


def what_if(study: Study, *, profile: str = "adult", bands: Sequence[float] | None = None,
            search_limit: float | None = None, sets: Mapping[str, Mask] | None = None,
            attachments: Attachments | None = None) -> WhatIf:
    """Make a study's walks ready to be edited.

    Parameters
    ----------
    study : Study
        From :func:`greenmap.read_study`.
    profile : str
        Who walks: one of the study's profiles.
    bands, search_limit, sets, attachments
        As for :func:`greenmap.reach`.

    Returns
    -------
    WhatIf

    Raises
    ------
    ProfileError
        Unknown profile.
    """
    walker = study.profiles.get(profile, profile)
    return WhatIf(study.network, study.homes, study.amenities, profile=walker, bands=bands,
                  search_limit=search_limit, sets=sets, attachments=attachments)
