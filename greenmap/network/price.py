"""What walking an edge costs a walker: whole ticks in each direction, or blocked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from greenmap.errors import NetworkError
from greenmap.model.profile import Profile
from greenmap.model.walk_network import F8, I8, U4, Bool, WalkNetwork, freeze

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
        Hindrances taken away, to find out what a detour is due to: ``"steps"``.

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
    """
    ticks = leg_ticks(network.length_m, profile)
    if len(ticks) and ticks.max() >= BLOCKED:
        raise NetworkError(
            "network.edge_too_long",
            source=network.source,
            length_m=f"{network.length_m.max():.0f}",
        )
    usable = ~_refused(network, profile, without)
    return EdgeTicks(
        forward=np.where(usable & network.forward, ticks, BLOCKED).astype(np.uint32),
        backward=np.where(usable & network.backward, ticks, BLOCKED).astype(np.uint32),
    )


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


def _refused(network: WalkNetwork, profile: Profile, without: Collection[str]) -> Bool:
    refused = STEPS if profile.steps == "blocked" and "steps" not in without else ()
    return np.isin(network.kind, [k for k, kind in enumerate(network.kinds) if kind in refused])
