"""Ground inside a compound without mapped paths: a home's straight walk to its own gate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from greenmap.model.walk_network import F8, I8, Bool, Objects, WalkNetwork
from greenmap.network.gates import GATE_M
from greenmap.network.hurdles import RESIDENTS, UNKNOWN

_NEAR_M = 0.5


def own_gates(network: WalkNetwork, place: Objects, may: I8) -> tuple[I8, F8]:
    """Find the nearest gate of the compound each point lies in, for its residents.

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
    edge : array (k,) int64
        The gate's edge, -1 where the point lies in no compound or it has no gate that opens.
    fraction : array (k,)
        0 or 1: the end of that edge inside the compound.
    """
    barriers = network.barriers
    edge, fraction = np.full(len(place), -1, np.int64), np.zeros(len(place))
    if barriers is None or network.hurdle is None or not len(barriers.compound):
        return edge, fraction
    gate = may[(network.hurdle[may] >= RESIDENTS) & (network.hurdle[may] <= UNKNOWN)]
    at = shapely.points(network.x[network.tail[gate]], network.y[network.tail[gate]])
    area, which = shapely.STRtree(at).query(
        shapely.boundary(barriers.compound), predicate="dwithin", distance=GATE_M
    )
    end = _inner_end(network, barriers.compound[area], gate[which])
    area, which, end = area[end >= 0], which[end >= 0], end[end >= 0]
    who, inside = shapely.STRtree(barriers.compound).query(place, predicate="within")
    order = np.argsort(area, kind="stable")
    area, which, end = area[order], which[order], end[order]
    low, high = np.searchsorted(area, inside), np.searchsorted(area, inside, "right")
    pair = np.repeat(np.arange(len(who)), high - low)
    row = np.arange(len(pair)) - np.repeat(np.cumsum(high - low) - high, high - low)
    who, found = who[pair], which[row]
    nearest = np.lexsort((found, shapely.distance(place[who], at[found]), who))
    first, take = np.unique(who[nearest], return_index=True)
    edge[first] = gate[found[nearest][take]]
    fraction[first] = end[row[nearest][take]]
    return edge, fraction


def _inner_end(network: WalkNetwork, area: Objects, gate: I8) -> npt.NDArray[np.int64]:
    """Which end of each gate lies in its area: 0 tail, 1 head, -1 neither.

    Inside is where a street leads from that end into the area; where no street leads from an
    end, that one is inside if streets lead outside from the other.
    """
    found = np.full(len(gate), -1, np.int64)
    for k, (plot, edge) in enumerate(zip(area.tolist(), gate.tolist(), strict=True)):
        within = [_leads(network, int(at[edge]), plot) for at in (network.tail, network.head)]
        for end in (0, 1):
            if within[end].any() or (not len(within[end]) and not within[1 - end].any()):
                found[k] = end
                break
    return found


def _leads(network: WalkNetwork, node: int, area: shapely.Polygon) -> Bool:
    """Whether each street at a node begins inside an area."""
    assert network.hurdle is not None
    xy, start = network.shape_xy, network.shape_start
    out = np.flatnonzero((network.tail == node) & (network.hurdle == 0))
    back = np.flatnonzero((network.head == node) & (network.hurdle == 0))
    first = np.concatenate([start[out], start[back + 1] - 1])
    step = np.concatenate([xy[start[out] + 1], xy[start[back + 1] - 2]]) - xy[first]
    part = np.minimum(1.0, _NEAR_M / np.maximum(np.hypot(*step.T), 1e-9))
    inside: Bool = shapely.contains_xy(area, xy[first] + step * part[:, None])
    return inside
