"""What walking an edge costs a walker: whole ticks in each direction, or blocked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from greenmap.engine.slope import slope_efforts, stretch_grades
from greenmap.errors import NetworkError
from greenmap.model.profile import Profile
from greenmap.model.walk_network import F8, I8, U4, Bool, WalkNetwork, freeze
from greenmap.network.hurdles import CLOSED, UNKNOWN, blocked
from greenmap.units import TICKS_PER

BLOCKED = 0xFFFF_FFFF
"""Cost of an edge that may not be walked in a direction."""

STEPS = ("steps",)
"""Kinds that a profile with ``steps = "blocked"`` can't use."""


@dataclass(frozen=True, slots=True, eq=False)
class EdgeTicks:
    """Cost of each edge for one profile.

    Parameters
    ----------
    forward, backward : array (m,) uint32, ticks
        From tail to head, from head to tail; ``BLOCKED`` where not allowed.
    """

    forward: U4
    backward: U4

    def __post_init__(self) -> None:
        freeze(self)


def price(
    network: WalkNetwork, profile: Profile, *, without: Collection[str] = ()
) -> EdgeTicks:
    """Turn an edge's facts into ticks; each edge is rounded once.

    Parameters
    ----------
    network : WalkNetwork
        m edges.
    profile : Profile
        Who walks.
    without : collection of str
        Hindrances taken away, to find out what a detour is due to: ``"gate"``, ``"wall"``,
        ``"steps"`` (a flight is flat street), ``"slope"`` (all is flat), ``"crossing"``
        (nobody waits to cross a street).

    Returns
    -------
    EdgeTicks

    Raises
    ------
    NetworkError
        An edge is so long that 32 bits can't hold its cost.

    Notes
    -----
    One tick is 1 ms of walking, or 1 mm for the profile that counts metres: over 10 m edges a
    15-minute walk is off by at most 0.06 s.

    An edge takes its length at the flat speed times what its slope adds, which up is more
    than down. A flight of steps takes its stairs factor or its slope, whichever is more: a
    stair is a slope already. Metres are metres on any slope. Waits at crossings, where they
    are counted, come on top; everybody waits as long.

    A walker no faster on the flat than another, with a slope cap no higher and a stairs factor
    no lower, is nowhere quicker, whatever the grades.
    """
    efforts = _efforts(network, profile, without)
    refused = _refused(network, profile, without)
    open_ = network.forward & ~refused[0], network.backward & ~refused[1]
    waits = _wait_ticks(network, profile, without)
    costs = []
    for effort, may in zip(efforts, open_, strict=True):
        ticks = leg_ticks(network.length_m * effort, profile) + waits
        if len(ticks) and ticks.max() >= BLOCKED:
            raise NetworkError(
                "network.edge_too_long",
                source=network.source,
                length_m=f"{network.length_m.max():.0f}",
            )
        costs.append(np.where(may, ticks, BLOCKED).astype(np.uint32))
    return EdgeTicks(*costs)


def _wait_ticks(network: WalkNetwork, profile: Profile, without: Collection[str]) -> I8:
    if network.wait_s is None or profile.unit == "m" or "crossing" in without:
        return np.zeros(network.n_edges, np.int64)
    return np.rint(network.wait_s / 60 * TICKS_PER["min"]).astype(np.int64)


def leg_ticks(length_m: F8, profile: Profile) -> I8:
    """Return the ticks of straight legs.

    Parameters
    ----------
    length_m : array (k,), metres
        NaN counts as 0.
    profile : Profile
        Who walks.

    Returns
    -------
    array (k,) int64, ticks

    Examples
    --------
    >>> walker = Profile("x", "x", "x", speed_m_per_min=80.0)
    >>> leg_ticks(np.array([80.0, 0.0]), walker).tolist()
    [60000, 0]
    """
    return np.rint(np.nan_to_num(length_m) * profile.ticks_per_m).astype(np.int64)


def _steps(network: WalkNetwork) -> Bool:
    return np.isin(network.kind, [k for k, kind in enumerate(network.kinds) if kind in STEPS])


def _stepped_gates(network: WalkNetwork) -> Bool:
    """Gates with steps to climb."""
    stepped = np.zeros(network.n_edges, bool)
    if network.barriers is not None and network.hurdle is not None \
            and network.hurdle_id is not None:
        gate = (network.hurdle >= CLOSED) & (network.hurdle <= UNKNOWN)
        stepped[gate] = network.barriers.gate_steps[network.hurdle_id[gate]] > 0
    return stepped


def _grades(network: WalkNetwork, without: Collection[str]) -> tuple[F8, I8] | None:
    """Grade of every stretch of street and its edge; None where no heights are known."""
    if network.height_m is None or network.height_start is None or "slope" in without:
        return None
    grade, edge = stretch_grades(network.height_m, network.height_start, network.length_m)
    if "steps" in without:
        grade[_steps(network)[edge]] = 0.0
    return grade, edge


def _efforts(
    network: WalkNetwork, profile: Profile, without: Collection[str]
) -> tuple[F8, F8]:
    """How many times longer than on the flat each edge takes, along and back."""
    along = back = np.ones(network.n_edges)
    if profile.unit == "m":
        return along, back
    if (stretches := _grades(network, without)) is not None:
        along, back = slope_efforts(*stretches, network.n_edges, cap=profile.slope_cap)
    if "steps" not in without:
        least = np.where(_steps(network), profile.stairs_factor, 0.0)
        along, back = np.maximum(along, least), np.maximum(back, least)
    return along, back


def _refused(
    network: WalkNetwork, profile: Profile, without: Collection[str]
) -> tuple[Bool, Bool]:
    """Edges shut to the walker, along and back."""
    along, back = blocked(network, without)
    refused = np.zeros(network.n_edges, bool)
    if profile.steps == "blocked" and "steps" not in without:
        bare = True if network.ramped is None else ~network.ramped
        refused |= (_steps(network) & bare) | _stepped_gates(network)
    if profile.min_width_m is not None and network.width_m is not None:
        refused |= network.width_m < profile.min_width_m
    if profile.kerb_max_m is not None and network.kerb_m is not None:
        refused |= network.kerb_m > profile.kerb_max_m
    stretches = _grades(network, without) if profile.max_grade is not None else None
    if stretches is not None and profile.max_grade is not None:
        grade, edge = stretches
        refused[edge[np.abs(grade) > profile.max_grade]] = True
    return along | refused, back | refused
