"""Waits: what crossing a street costs, by the kind of crossing; data, not code."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from greenmap.model.profile import Profile

KINDS = ("signal", "unsignalised", "footbridge", "underpass", "elevator")
"""Kinds of crossing a walker loses time at."""

SIGNALS_SHOWN = 2
"""Signals on the way of 15 minutes that the printed metres are told with."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds lost at each kind of crossing.

    Parameters
    ----------
    signal_s, unsignalised_s, footbridge_s, underpass_s, elevator_s : float, seconds
        Each time one is passed.
    source_zh, source_en : str
        What the figures rest on.
    confidence : str
        As of :class:`greenmap.model.profile.Profile`.
    """

    signal_s: float
    unsignalised_s: float
    footbridge_s: float
    underpass_s: float
    elevator_s: float
    source_zh: str = ""
    source_en: str = ""
    confidence: str = "proposal"

    def seconds(self) -> tuple[float, ...]:
        """Return the seconds in the order of :data:`KINDS`."""
        return tuple(float(getattr(self, f"{kind}_s")) for kind in KINDS)

    def metres_in(self, profile: Profile, limit_min: float, *, signals: int = SIGNALS_SHOWN
                  ) -> float:
        """Return the metres walked in `limit_min` minutes with some waits at signals.

        Examples
        --------
        >>> from greenmap.model.profile import load_profile
        >>> load_waits().metres_in(load_profile("adult"), 15)
        1008.0
        """
        return profile.metres_in(max(limit_min - signals * self.signal_s / 60, 0.0))


@cache
def load_waits() -> Waits:
    """Return the waits that ship.

    Examples
    --------
    >>> load_waits().seconds()
    (30.0, 8.0, 75.0, 75.0, 45.0)
    """
    text = resources.files("greenmap").joinpath("waits.toml").read_text("utf-8")
    return Waits(**{key: value for key, value in tomllib.loads(text).items() if key != "schema"})
