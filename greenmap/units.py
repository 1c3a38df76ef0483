"""The only place that converts between ticks and the units people read.

Inside the engine a cost is a whole number of ticks in 32 bits: one tick is 1 ms of walking,
or 1 mm for the profile ``metres``, so ties and the order of work can't move a result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

TICKS_PER = {"min": 60_000, "m": 1_000}
"""Ticks in one minute of walking, and in one metre."""

UNREACHED = 0xFFFF_FFFF
"""Label of what was not reached; greater than every tick, so it never compares as reached."""


def to_ticks(value: float, unit: str) -> int:
    """Convert minutes or metres to ticks.

    Parameters
    ----------
    value : float
        Minutes (``unit="min"``) or metres (``unit="m"``).
    unit : {"min", "m"}
        Unit of `value`.

    Returns
    -------
    int

    Examples
    --------
    >>> to_ticks(15, "min"), to_ticks(0.5, "m")
    (900000, 500)
    """
    return round(value * TICKS_PER[unit])


def from_ticks(ticks: Any, unit: str) -> npt.NDArray[np.float64]:
    """Convert ticks to minutes or metres; what was not reached becomes ``inf``.

    Parameters
    ----------
    ticks : array of uint32
        Any shape.
    unit : {"min", "m"}
        Unit wanted.

    Returns
    -------
    array of float64
        Same shape.

    Examples
    --------
    >>> from_ticks([90_000, UNREACHED], "min").tolist()
    [1.5, inf]
    """
    import numpy as np

    ticks = np.asarray(ticks)
    return np.where(ticks == UNREACHED, np.inf, ticks / TICKS_PER[unit])
