"""Cause: what a long walk is due to, found by searching again with one thing taken away.

The first thing that suffices alone is a home's cause: a gate that is shut, a wall, waits at
crossings or a big road without one, a flight of steps, a slope, a slow pace. If only all of them
together suffice the cause is *several*. A railway or water counts as the cause where the straight
way to a place within the limit crosses it: no search can take a river away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from greenmap.model.profile import Profile
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.hurdles import CLOSED, NO_CROSSING, RESIDENTS, WALL

CAUSES = ("gate", "wall", "crossing", "steps", "slope", "speed", "several", "river", "rail")
"""Causes a search can name, in the order they are asked."""

OF_UNITS = ("too_few", "too_little", "too_much", "survey_no")
"""What a unit lacks as a whole, where a clause counts, measures or asks."""

LACKING = (*CAUSES, "detour", "none_near", *OF_UNITS)
"""Reasons that say for sure that a home is not covered."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One more search, easier than the real one.

    Parameters
    ----------
    profile : Profile
        Who walks it.
    without : tuple of str
        Hindrances taken away, see :func:`greenmap.network.price.price`.
    """

    profile: Profile
    without: tuple[str, ...] = ()


def list_trials(network: WalkNetwork, walker: Profile, adult: Profile) -> dict[str, Trial]:
    """List the searches that can explain a walker's long ways on this network.

    Parameters
    ----------
    network : WalkNetwork
        Streets; only hindrances it holds are tried.
    walker : Profile
        Whose ways.
    adult : Profile
        Whose pace is tried for a slower walker.

    Returns
    -------
    dict of str to Trial
        By cause, in the order of :data:`CAUSES`.

    Examples
    --------
    >>> from greenmap.model.profile import load_profile
    >>> from greenmap.network.tables import network_from_tables
    >>> import pandas as pd
    >>> street = network_from_tables(
    ...     pd.DataFrame({"node": [1, 2], "lon": [101.70, 101.71], "lat": [26.5, 26.5]}),
    ...     pd.DataFrame({"u": [1], "v": [2]}))
    >>> list(list_trials(street, load_profile("elderly"), load_profile("adult")))
    ['speed']
    """
    trials = {name: Trial(walker, (name,)) for name in _hindrances(network, walker)}
    pace, own = adult.speed_m_per_min, walker.speed_m_per_min
    quicker = walker
    if own is not None and pace is not None and own < pace:
        quicker = replace(walker, speed_m_per_min=pace)
        trials["speed"] = Trial(quicker)
    if len(trials) > 1:
        trials["several"] = Trial(quicker, tuple(name for name in trials if name != "speed"))
    return trials


def _hindrances(network: WalkNetwork, walker: Profile) -> list[str]:
    found = []
    hurdle = np.zeros(0, np.uint8) if network.hurdle is None else network.hurdle
    if np.isin(hurdle, (CLOSED, RESIDENTS)).any():
        found.append("gate")
    # A wall may also stand where there is no street for it to cut.
    if (hurdle == WALL).any() or network.barriers is not None:
        found.append("wall")
    waits = walker.unit == "min" and network.wait_s is not None and bool(network.wait_s.any())
    if waits or (hurdle == NO_CROSSING).any():
        found.append("crossing")
    if walker.unit == "min":
        steps = "steps" in network.kinds
        if steps and (walker.steps == "blocked" or walker.stairs_factor != 1):
            found.append("steps")
        if network.height_m is not None:
            found.append("slope")
    return found


def name_causes(reason: npt.NDArray[np.object_], limit_ticks: int,
                walks: Mapping[str, npt.NDArray[np.uint32]]) -> npt.NDArray[np.object_]:
    """Give homes that are near in a straight line, or slow, the cause of their long way.

    Parameters
    ----------
    reason : (h,) array of str
        ``detour`` or ``none_near`` where a home isn't covered.
    limit_ticks : int
        The clause's limit.
    walks : mapping of str to (h,) array of uint32
        Per cause, the walk with that thing taken away; any order.

    Returns
    -------
    (h,) array of str
        New array: the first cause of :data:`CAUSES` whose walk keeps the limit.

    Examples
    --------
    >>> name_causes(np.array(["detour", "detour", "", "none_near"], dtype=object), 300,
    ...             {"wall": np.array([250, 400, 9, 900], np.uint32)}).tolist()
    ['wall', 'detour', '', 'none_near']
    """
    named = reason.copy()
    lacking = (reason == "detour") | (reason == "none_near")
    for cause in reversed([c for c in CAUSES if c in walks]):
        named[lacking & (walks[cause] <= limit_ticks)] = cause
    return named
