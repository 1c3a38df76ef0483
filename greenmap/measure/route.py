"""route: the way from one home to one place, as it is walked, beside the straight line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.ops import substring

from greenmap.errors import NetworkError, TableError
from greenmap.measure.climb import arc_climbs_m
from greenmap.measure.reach import Attachments, attach_all
from greenmap.model.attachment import Attachment
from greenmap.model.profile import Profile, load_profile
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.hurdles import WALL
from greenmap.units import UNREACHED, from_ticks

if TYPE_CHECKING:
    from greenmap.network.compose import WalkGraph

_SAME_M = 1e-6
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Route:
    """One walk.

    Parameters
    ----------
    home_id, amenity_id : str
        From which home, to which entrance; ``"point"`` for a bare point.
    profile : str
        Who walks.
    line : shapely.LineString
        From the home to the entrance, legs included, in the network's CRS.
    metres : float
        Length, legs included.
    minutes : float or None
        Time; None for the profile that counts metres.
    home_leg_m, amenity_leg_m : float
        Straight legs between home and street, street and entrance.
    straight_m : float
        From end to end as the crow flies.
    climb_m : float or None
        Metres uphill, downhill not set off; None where the network has no heights.
    gates : tuple of str
        Ids of the gates gone through, in their order.
    """

    home_id: str
    amenity_id: str
    profile: str
    line: shapely.LineString
    metres: float
    minutes: float | None
    home_leg_m: float
    amenity_leg_m: float
    straight_m: float
    climb_m: float | None
    gates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _End:
    """A home, or the entrances of a place, in a table."""

    label: str
    table: gpd.GeoDataFrame
    rows: Numbers


def route(network: WalkNetwork, home: str | shapely.Point, amenity: str | shapely.Point, *,
          homes: gpd.GeoDataFrame | None = None, amenities: gpd.GeoDataFrame | None = None,
          profile: str | Profile = "adult", attachments: Attachments | None = None,
          attach_limit_m: float = 100.0) -> Route:
    """Find the shortest walk from a home to a place.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    home : str or shapely.Point
        ``home_id`` in `homes`, or a point in WGS 84 degrees.
    amenity : str or shapely.Point
        ``place_id`` in `amenities`: the entrance with the shortest walk is
        taken; or an ``amenity_id``: that entrance; or a point in WGS 84.
    homes, amenities : GeoDataFrame of points, optional
        Needed where an id is given.
    profile : str or Profile
        Who walks.
    attachments : Attachments, optional
        Of both tables, from :func:`greenmap.measure.reach.attach_all`;
        default made here. With the same tables the walk is that of
        :func:`greenmap.measure.reach.reach`.
    attach_limit_m : float
        Farthest that an end may lie off the street, metres.

    Returns
    -------
    Route
        Of equal walks the one over lower numbered nodes.

    Raises
    ------
    TableError
        No such home or place.
    NetworkError
        An end isn't on the streets; no way leads from one to the other.

    Examples
    --------
    >>> import pandas as pd
    >>> from greenmap.network.tables import network_from_tables
    >>> street = network_from_tables(
    ...     pd.DataFrame({"node": [1, 2], "lon": [101.70, 101.71], "lat": [26.5, 26.5]}),
    ...     pd.DataFrame({"u": [1], "v": [2], "length_m": [1000.0]}))
    >>> walk = route(street, shapely.Point(101.702, 26.5), shapely.Point(101.705, 26.5))
    >>> round(walk.metres), round(walk.minutes, 1)
    (300, 4.2)
    """
    walker = load_profile(profile) if isinstance(profile, str) else profile
    start, goal = _end(home, homes, "home"), _end(amenity, amenities, "amenity")
    joined = attachments or attach_all(network, start.table, goal.table,
                                       attach_limit_m=attach_limit_m)
    here, doors = joined.homes.take(start.rows), joined.entrances.take(goal.rows)
    for end, attached in ((start, here), (goal, doors)):
        if not attached.attached.any():
            raise NetworkError("measure.route_end_off", home=start.label, amenity=goal.label,
                               end=end.label, leg_m=f"{np.nanmin([*attached.leg_m, np.inf]):.0f}")
    graph, arcs, door, ticks = _walk(network, walker, here, doors, (start, goal))
    ends = [_place(network, start, here, 0), _place(network, goal, doors, door)]
    line = _line(network, graph, arcs, ends)
    legs = _home_leg(graph, here, arcs), float(np.nan_to_num(doors.leg_m[door]))
    return Route(
        home_id=str(here.ids[0]), amenity_id=str(doors.ids[door]), profile=walker.id, line=line,
        metres=_metres(network, graph, arcs, legs),
        minutes=float(from_ticks(ticks, "min")) if walker.unit == "min" else None,
        home_leg_m=legs[0], amenity_leg_m=legs[1], straight_m=_straight_m(network, line),
        climb_m=_climb_m(network, graph, arcs), gates=_gates(network, graph, arcs),
    )


def _end(given: str | shapely.Point, table: gpd.GeoDataFrame | None, kind: str) -> _End:
    if isinstance(given, shapely.Point):
        point = gpd.GeoDataFrame({"place_id": ["point"]}, geometry=[given], index=["point"],
                                 crs="EPSG:4326")
        return _End(f"{given.x:.6f}, {given.y:.6f}", point, np.zeros(1, np.int64))
    if table is not None:
        places = [table["place_id"]] if "place_id" in table else []
        for ids in (*places, table.index):
            found = np.flatnonzero(np.asarray(ids, dtype=object) == given)
            if len(found):
                return _End(given, table, found)
    raise TableError(f"measure.{kind}_unknown", **{kind: given})


def _walk(network: WalkNetwork, walker: Profile, here: Attachment, doors: Attachment,
          ends: tuple[_End, _End]) -> tuple[WalkGraph, Numbers, int, int]:
    """Return the graph, the arcs walked, the door taken, and the ticks of the whole walk."""
    from greenmap.engine.csr import build_csr
    from greenmap.engine.search import distances
    from greenmap.network.compose import compose
    from greenmap.network.price import price

    graph = compose(network, price(network, walker), walker, here, doors)
    forward = build_csr(graph.n_nodes, graph.tail, graph.head, graph.ticks)
    home = int(graph.home_node[0])
    label = distances(forward, [home], [0], limit=UNREACHED - 1).astype(np.int64)
    whole = label[graph.entrance_node] + graph.entrance_ticks
    whole[(graph.entrance_node < 0) | (label[graph.entrance_node] == UNREACHED)] = UNREACHED
    door = int(np.lexsort((doors.ids.astype(str), graph.entrance_node, whole))[0])
    if whole[door] >= UNREACHED:
        raise NetworkError("measure.no_route", home=ends[0].label, amenity=ends[1].label,
                           profile=walker.id)
    arcs = _walk_back(graph, label, home, int(graph.entrance_node[door]))
    return graph, arcs, door, int(whole[door])


def _walk_back(graph: WalkGraph, label: Numbers, home: int, goal: int) -> Numbers:
    """Go back from the goal along arcs whose ticks are all that two labels differ by.

    Arcs may cost nothing, so a node is entered once only: else two such arcs would be a circle.
    """
    tail, head = graph.tail.astype(np.int64), graph.head.astype(np.int64)
    tight = np.flatnonzero((label[tail] != UNREACHED) & (label[tail] + graph.ticks == label[head]))
    tight = tight[np.lexsort((tight, -tail[tight], head[tight]))]
    into = head[tight]
    onward: dict[int, int] = {goal: -1}
    todo = [goal]
    while todo and home not in onward:
        node = todo.pop()
        first, last = np.searchsorted(into, [node, node + 1])
        for arc in tight[first:last].tolist():  # highest tail first: the lowest is gone on from
            if int(tail[arc]) not in onward:
                onward[int(tail[arc])] = arc
                todo.append(int(tail[arc]))
    arcs = []
    node = home
    while node != goal:
        arcs.append(onward[node])
        node = int(head[arcs[-1]])
    return np.array(arcs, np.int64)


def _place(network: WalkNetwork, end: _End, joined: Attachment, k: int) -> tuple[float, float]:
    """Where an end lies: at its node if its table names one."""
    if joined.node[k] >= 0:
        return float(network.x[joined.node[k]]), float(network.y[joined.node[k]])
    point = end.table.geometry.iloc[[end.rows[k]]].to_crs(network.crs).iloc[0]
    return point.x, point.y


def _home_leg(graph: WalkGraph, here: Attachment, arcs: Numbers) -> float:
    """Metres from the home to the street, by the leg that is walked."""
    legs = [float(np.nan_to_num(here.leg_m[0]))]
    if arcs.size and graph.arc_edge[arcs[0]] < 0:
        first = np.flatnonzero((graph.tail == graph.home_node[0]) & (graph.arc_edge < 0))
        if arcs[0] != first[0]:  # the first leg is that to the nearest gate
            to = here.more_node == graph.head[arcs[0]]
            legs = here.more_leg_m[to & (here.more_row == 0)].tolist()
    return min(legs)


def _line(network: WalkNetwork, graph: WalkGraph, arcs: Numbers, ends: list[Any]
          ) -> shapely.LineString:
    from greenmap.network.attach import edge_lines

    first = int(graph.home_node[0])
    if arcs.size and graph.arc_edge[arcs[0]] < 0:
        first = int(graph.head[arcs[0]])
    points = [[ends[0]], [(graph.node_x[first], graph.node_y[first])]]
    street = arcs[graph.arc_edge[arcs] >= 0]
    lines = edge_lines(network, graph.arc_edge[street].astype(np.int64))
    for arc, line in zip(street, lines, strict=True):
        part = substring(line, graph.arc_from[arc], graph.arc_to[arc], normalized=True)
        points.append(shapely.get_coordinates(part).tolist())
    xy = np.array([point for part in [*points, [ends[1]]] for point in part], float)
    corners = xy[np.append(True, (np.abs(np.diff(xy, axis=0)) > _SAME_M).any(axis=1))]
    return shapely.LineString(corners if len(corners) > 1 else xy[[0, -1]])


def _metres(network: WalkNetwork, graph: WalkGraph, arcs: Numbers, legs: tuple[float, float]
            ) -> float:
    """Length as the profile of metres counts it: whole millimetres of every edge and leg."""
    from greenmap.network.price import leg_ticks

    metres = load_profile("metres")
    street = arcs[graph.arc_edge[arcs] >= 0]
    whole = leg_ticks(network.length_m, metres)[graph.arc_edge[street]]
    low, high = (np.rint(at[street] * whole) for at in (graph.arc_from, graph.arc_to))
    ticks = np.abs(high - low).sum() + leg_ticks(np.array(legs), metres).sum()
    return float(from_ticks(ticks, "m"))


def _straight_m(network: WalkNetwork, line: shapely.LineString) -> float:
    from pyproj import Geod

    ends = gpd.GeoSeries([shapely.Point(line.coords[k]) for k in (0, -1)], crs=network.crs)
    a, b = ends.to_crs("EPSG:4326")
    return float(Geod(ellps="WGS84").inv(a.x, a.y, b.x, b.y)[2])


def _climb_m(network: WalkNetwork, graph: WalkGraph, arcs: Numbers) -> float | None:
    if network.height_m is None or network.height_start is None:
        return None
    return float(sum(arc_climbs_m(network, graph, arcs[graph.arc_edge[arcs] >= 0]).tolist()))


def _gates(network: WalkNetwork, graph: WalkGraph, arcs: Numbers) -> tuple[str, ...]:
    if network.hurdle is None or network.hurdle_id is None or network.barriers is None:
        return ()
    edge = graph.arc_edge[arcs]
    number = network.hurdle_id[edge[(edge >= 0) & (network.hurdle[edge] > WALL)]]
    return tuple(map(str, network.barriers.gate_id[number[number >= 0]]))
