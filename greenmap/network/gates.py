"""Gates in walls: which gate stands where a street passes a wall, and what may pass it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from greenmap.errors import Faults
from greenmap.model.barrier import WALLS, Barriers
from greenmap.model.schema import first_few
from greenmap.model.walk_network import I8, Bool, Objects, WalkNetwork
from greenmap.network.hurdles import ASSUMED, CLOSED, OPEN, RESIDENTS, UNKNOWN, WALL

GATE_M = 5.0
"""A gate serves the crossings this near, and lies on the walls this near."""

_HURDLE = {"all": OPEN, "residents": RESIDENTS, "closed": CLOSED, "unknown": UNKNOWN}


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """Where streets pass walls, q of them.

    Parameters
    ----------
    node : array (q,) int64
        Node at the crossing before it was parted.
    inside, outside : array (q,) int64
        The two nodes there: inside the compound or left of the wall, and the other.
    wall : array (q,) int64
        The wall, -1 for a gate on a street without one.
    sided : array (q,) bool
        Whether it is known which side is inside.
    origin : array (p,) int64
        Of each new node, the node it was parted from.
    """

    node: I8
    inside: I8
    outside: I8
    wall: I8
    sided: Bool
    origin: I8


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """Hurdles of q crossings.

    Parameters
    ----------
    hurdle : array (q,) int64
        See :class:`~greenmap.model.walk_network.WalkNetwork`.
    number : array (q,) int64
        Of the wall or gate.
    barriers : Barriers
        With the gates that are assumed.
    """

    hurdle: I8
    number: I8
    barriers: Barriers


def gate_nodes(network: WalkNetwork, barriers: Barriers, *, within_m: float) -> frozenset[int]:
    """Return the nodes that stand at a gate."""
    if not len(barriers.gate_id):
        return frozenset()
    tree = shapely.STRtree(_points(barriers))
    place = shapely.points(network.x, network.y)
    node, _ = tree.query(place, predicate="dwithin", distance=within_m)
    return frozenset(node.tolist())


def match_gates(network: WalkNetwork, barriers: Barriers, crossings: Crossings) -> Matched:
    """Give every crossing its hurdle.

    The gate within 5 m decides, a surveyed one before a mapped one, then the nearest. Without
    one the crossing is a wall; but where the wall encloses a compound of which no gate at all
    is known, each street through it is taken for a gate, *assumed*. A wall that closes on
    itself is a compound of its own.

    Parameters
    ----------
    network : WalkNetwork
        Whose nodes the crossings name.
    barriers : Barriers
        Walls, gates, compounds.
    crossings : Crossings
        q of them.

    Returns
    -------
    Matched

    Raises
    ------
    InputFaults
        A surveyed gate more than 5 m off any wall.
    """
    check_gates(barriers)
    place = shapely.points(network.x[crossings.node], network.y[crossings.node])
    gate = _gate_at(barriers, place)
    known = np.array([_HURDLE[a] for a in barriers.gate_access.tolist()], np.int64)
    hurdle, number = np.full(len(gate), WALL), crossings.wall.copy()
    there = gate >= 0
    hurdle[there], number[there] = known[gate[there]], gate[there]
    hurdle[(hurdle == RESIDENTS) & ~crossings.sided] = UNKNOWN
    guess = np.flatnonzero(~there & _in_ungated(barriers, place, crossings.wall))
    hurdle[guess] = ASSUMED
    number[guess] = len(barriers.gate_id) + np.arange(len(guess))
    return Matched(hurdle, number, _assume(barriers, crossings.wall[guess], place[guess]))


def check_gates(barriers: Barriers) -> None:
    """Refuse surveyed gates that lie on no wall."""
    faults = Faults()
    cutting = barriers.wall[np.isin(barriers.wall_kind.astype(str), WALLS)]
    own = np.flatnonzero(barriers.gate_source == "surveyed")
    on, _ = shapely.STRtree(cutting).query(
        _points(barriers)[own], predicate="dwithin", distance=GATE_M
    )
    off = np.setdiff1d(own, own[on])
    if len(off):
        faults.add("network.gate_off_wall", count=len(off), limit_m=f"{GATE_M:g}",
                   ids=first_few(barriers.gate_id[off].tolist()))  # fmt: skip
    faults.raise_if_any()


def _points(barriers: Barriers) -> Objects:
    made: Objects = shapely.points(barriers.gate_x, barriers.gate_y)
    return made


def _gate_at(barriers: Barriers, place: Objects) -> I8:
    """Gate of each place, -1 where none is within reach."""
    gates = _points(barriers)
    at, gate = shapely.STRtree(gates).query(place, predicate="dwithin", distance=GATE_M)
    order = np.lexsort((
        gate, shapely.distance(place[at], gates[gate]), barriers.gate_source[gate] != "surveyed", at
    ))  # fmt: skip
    at, gate = at[order], gate[order]
    found = np.full(len(place), -1, np.int64)
    first, row = np.unique(at, return_index=True)
    found[first] = gate[row]
    return found


def with_gates(barriers: Barriers, outline: Objects) -> Bool:
    """Say which outlines have a known gate within 5 m; an assumed one isn't known.

    Parameters
    ----------
    barriers : Barriers
        With g gates.
    outline : array (k,) of shapely.Geometry
        Walls, or edges of compounds.

    Returns
    -------
    array (k,) bool
    """
    known = _points(barriers)[barriers.gate_source != "assumed"]
    ring, _ = shapely.STRtree(known).query(outline, predicate="dwithin", distance=GATE_M)
    return np.isin(np.arange(len(outline)), ring)


def _in_ungated(barriers: Barriers, place: Objects, wall: I8) -> Bool:
    """Whether a place lies on the wall of a compound of which no gate is known."""
    rings = shapely.boundary(barriers.compound)
    closed = np.flatnonzero(shapely.is_closed(barriers.wall))
    outline = np.concatenate([rings, barriers.wall[closed]])
    gated = with_gates(barriers, outline)
    at, ring = shapely.STRtree(outline).query(place, predicate="dwithin", distance=GATE_M)
    # a closed wall speaks for itself only, a compound for every wall along its edge
    own = (ring < len(rings)) | (np.append(closed, -1)[ring - len(rings)] == wall[at])
    on = np.isin(np.arange(len(place)), at[own & ~gated[ring]])
    return on & ~np.isin(np.arange(len(place)), at[own & gated[ring]])


def _assume(barriers: Barriers, wall: I8, place: Objects) -> Barriers:
    """Add the gates that are assumed; they are named after their wall."""
    seen: dict[str, int] = {}
    names = []
    for name in barriers.wall_id[wall].astype(str).tolist():
        seen[name] = seen.get(name, 0) + 1
        names.append(f"{name}?{seen[name]}")
    count = len(wall)
    return replace(
        barriers,
        gate_id=np.append(barriers.gate_id, np.array(names, object)),
        gate_x=np.append(barriers.gate_x, shapely.get_x(place)),
        gate_y=np.append(barriers.gate_y, shapely.get_y(place)),
        gate_access=np.append(barriers.gate_access, np.full(count, "unknown", object)),
        gate_source=np.append(barriers.gate_source, np.full(count, "assumed", object)),
        gate_steps=np.append(barriers.gate_steps, np.full(count, np.nan)),
        gate_hours=np.append(barriers.gate_hours, np.full(count, "", object)),
    )


def count_hurdles(network: WalkNetwork) -> dict[int, int]:
    """Return how many edges carry each hurdle from 1 to 6."""
    hurdle = np.zeros(0, np.uint8) if network.hurdle is None else network.hurdle
    return {k: int((hurdle == k).sum()) for k in range(1, 7)}
