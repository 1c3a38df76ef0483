"""Answer: what every home says to one clause, before units are judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

Mask = npt.NDArray[np.bool_]

OUTSIDE = ("only_new", "only_existing", "too_few_people", "no_places")
"""Reasons for which a clause asks nothing of a unit: it is not applicable."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One clause's answers, h homes in the table's order.

    Parameters
    ----------
    state : (h,) array of uint8
        Into :data:`greenmap.model.study.ANSWERS`.
    reason, value, amenity_id, relieved : (h,) arrays
        See :class:`greenmap.model.study.HomeAnswers`.
    search_limit : float
        How far was searched.
    assumed : (h,) array of bool
        Whether a covered home is covered on an assumption.
    units : mapping of str to (float, float)
        Per unit: what was measured there, and what is needed.
    """

    state: npt.NDArray[np.uint8]
    reason: npt.NDArray[np.object_]
    value: npt.NDArray[np.float64]
    amenity_id: npt.NDArray[np.object_]
    relieved: npt.NDArray[np.float64]
    search_limit: float
    assumed: Mask
    units: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def outside(self) -> Mask:
        """(h,) homes of which the clause asks nothing."""
        asked_nothing: Mask = pd.Index(self.reason, dtype=object).isin(OUTSIDE)
        return asked_nothing
