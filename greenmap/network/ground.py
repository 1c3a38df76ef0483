"""Ground inside a compound without mapped paths: a home's straight walk to its own gates."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from greenmap.model.barrier import WALLS, Barriers
from greenmap.model.walk_network import I8, Bool, Objects, WalkNetwork
from greenmap.network.gates import GATE_M
from greenmap.network.hurdles import CLOSED, UNKNOWN

_NEAR_M = 0.5


def own_gates(network: WalkNetwork, place: Objects, may: I8) -> tuple[I8, I8, I8]:
    """Find the gates of the compound each point lies in, for its residents.

    Parameters
    ----------
    network : WalkNetwork
        With barriers.
    place : array (k,) of shapely.Point
        In the network's CRS.
    may : array (j,) int64
        Edges that may be joined.

    Returns
    -------
    who, edge, end : array (j,) int64
        Point, edge of a gate, and 0 or 1: the end of that edge inside the compound. By point,
        first those that open, the nearest first; closed ones count should they ever be opened.
        Points in no compound, or in one of which no gate opens, aren't among them. A wall
        that closes on itself counts where no compound does.
    """
    barriers = network.barriers
    none = np.zeros(0, np.int64)
    if barriers is None or network.hurdle is None:
        return none, none, none
    first = _gates_of(network, place, may, barriers.compound)
    ringed = np.setdiff1d(np.arange(len(place)), first[0])
    second = _gates_of(network, place[ringed], may, _rings(barriers))
    who, edge, end = (np.concatenate(both) for both in zip(
        first, (ringed[second[0]], *second[1:]), strict=True))
    order = np.argsort(who, kind="stable")
    return who[order], edge[order], end[order]


def is_gate(network: WalkNetwork) -> Bool:
    """Return which edges are gates of any kind, shape (m,)."""
    if network.hurdle is None:
        return np.zeros(network.n_edges, bool)
    found: Bool = (network.hurdle >= CLOSED) & (network.hurdle <= UNKNOWN)
    return found


def _rings(barriers: Barriers) -> Objects:
    """Ground within walls that close on themselves: compounds nobody has named."""
    own = np.isin(barriers.wall_kind.astype(str), WALLS) & (barriers.wall_kind != "compound")
    ring = barriers.wall[own & shapely.is_closed(barriers.wall)]
    ring = ring[shapely.get_num_coordinates(ring) >= 4]
    if not len(ring):
        return np.empty(0, object)
    xy, which = shapely.get_coordinates(ring, return_index=True)
    made: Objects = shapely.polygons(shapely.linearrings(xy, indices=which))
    sound: Objects = made[shapely.is_valid(made)]
    return sound


def _gates_of(network: WalkNetwork, place: Objects, may: I8, areas: Objects) -> tuple[I8, I8, I8]:
    """Gates of the areas each point lies in, see :func:`own_gates`."""
    assert network.hurdle is not None
    none = np.zeros(0, np.int64)
    if not len(areas) or not len(place) or not is_gate(network)[may].any():
        return none, none, none
    gate = may[is_gate(network)[may]]
    shut = network.hurdle[gate] == CLOSED
    at = shapely.points(network.x[network.tail[gate]], network.y[network.tail[gate]])
    area, which = shapely.STRtree(at).query(
        shapely.boundary(areas), predicate="dwithin", distance=GATE_M
    )
    end = _inner_end(network, areas[area], gate[which])
    area, which, end = area[end >= 0], which[end >= 0], end[end >= 0]
    who, inside = shapely.STRtree(areas).query(place, predicate="within")
    order = np.argsort(area, kind="stable")
    area, which, end = area[order], which[order], end[order]
    low, high = np.searchsorted(area, inside), np.searchsorted(area, inside, "right")
    pair = np.repeat(np.arange(len(who)), high - low)
    row = np.arange(len(pair)) - np.repeat(np.cumsum(high - low) - high, high - low)
    who, found = who[pair], which[row]
    nearest = np.lexsort((found, shapely.distance(place[who], at[found]), shut[found], who))
    who, found, row = who[nearest], found[nearest], row[nearest]
    # a gate of two compounds at once counts once
    _, once = np.unique(who * (len(gate) + 1) + found, return_index=True)
    kept = np.sort(once)
    _, leading = np.unique(who[kept], return_index=True)
    some_opens = who[kept][leading][~shut[found[kept][leading]]]
    kept = kept[np.isin(who[kept], some_opens)]
    return who[kept], gate[found[kept]], end[row[kept]]


def _inner_end(network: WalkNetwork, area: Objects, gate: I8) -> npt.NDArray[np.int64]:
    """Which end of each gate lies in its area: 0 tail, 1 head, -1 neither.

    Inside is where a street leads from that end into the area; where no street leads from an
    end, that one is inside if streets lead outside from the other.
    """
    found = np.full(len(gate), -1, np.int64)
    ends = np.unique(np.concatenate([network.tail[gate], network.head[gate]]))
    assert network.hurdle is not None
    plain = network.hurdle == 0
    near = [np.flatnonzero(plain & np.isin(at, ends)) for at in (network.tail, network.head)]
    for k, (plot, edge) in enumerate(zip(area.tolist(), gate.tolist(), strict=True)):
        within = [_leads(network, int(at[edge]), plot, near)
                  for at in (network.tail, network.head)]
        for end in (0, 1):
            if within[end].any() or (not len(within[end]) and not within[1 - end].any()):
                found[k] = end
                break
    return found


def _leads(network: WalkNetwork, node: int, area: shapely.Polygon, near: list[I8]) -> Bool:
    """Whether each street at a node begins inside an area; `near`: streets that leave, arrive."""
    xy, start = network.shape_xy, network.shape_start
    out = near[0][network.tail[near[0]] == node]
    back = near[1][network.head[near[1]] == node]
    first = np.concatenate([start[out], start[back + 1] - 1])
    step = np.concatenate([xy[start[out] + 1], xy[start[back + 1] - 2]]) - xy[first]
    part = np.minimum(1.0, _NEAR_M / np.maximum(np.hypot(*step.T), 1e-9))
    inside: Bool = shapely.contains_xy(area, xy[first] + step * part[:, None])
    return inside
