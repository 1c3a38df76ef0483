"""Figures as people read them: none may say more than is known, or round over a limit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap import i18n

SMALL = 10
"""Groups of people below this are not given as a number."""

_SLACK = 1e-9
NONE = "—"


def people_text(people: Any) -> str:
    """Return a number of people; a group below ten reads ``<10``.

    Parameters
    ----------
    people : float or missing
        Persons.

    Examples
    --------
    >>> people_text(1234.4), people_text(7), people_text(0), people_text(None)
    ('1,234', '<10', '0', '—')
    """
    if pd.isna(people):
        return NONE
    if people <= 0:
        return "0"
    if people < SMALL:
        return f"<{SMALL}"
    return f"{people:,.0f}"


def percent_text(share: Any) -> str:
    """Return a share as a percentage, rounded down, so none reads as met that isn't.

    Parameters
    ----------
    share : float or missing
        0…1.

    Examples
    --------
    >>> percent_text(0.89999), percent_text(0.9), percent_text(1), percent_text(None)
    ('89.9%', '90%', '100%', '—')
    """
    if pd.isna(share):
        return NONE
    return f"{math.floor(share * 1000 + _SLACK) / 10:g}%"


def walk_text(walk: Any, *, unit: str, search_limit: float, lang: str) -> str:
    """Return a walk, rounded up, so none reads as within a limit that isn't.

    Parameters
    ----------
    walk : float or missing
        In `unit`; ``inf`` is beyond the search.
    unit : {"min", "m"}
        Minutes get one decimal, metres none.
    search_limit : float
        How far was searched, in `unit`.
    lang : {"zh", "en"}
        Language.

    Examples
    --------
    >>> walk_text(8.01, unit="min", search_limit=40, lang="en")
    '8.1 min'
    >>> walk_text(float("inf"), unit="min", search_limit=40, lang="en")
    '> 40 min'
    """
    if pd.isna(walk):
        return NONE
    word = i18n.text(f"term.unit_{unit}", lang)
    if math.isinf(walk):
        return f"{i18n.text('term.beyond', lang, limit=f'{search_limit:g}')} {word}"
    return f"{shown_walk(walk, unit=unit):g} {word}"


def shown_walk(walk: float, *, unit: str) -> float:
    """Return a finite walk rounded up to 0.1 min or 1 m.

    Examples
    --------
    >>> shown_walk(8.01, unit="min"), shown_walk(300.0, unit="m")
    (8.1, 300.0)
    """
    return float(shown_walks(np.float64(walk), unit=unit))


def shown_walks(walk: npt.NDArray[np.float64] | np.float64, *, unit: str) -> Any:
    """Return finite walks rounded up as :func:`shown_walk` does.

    Examples
    --------
    >>> shown_walks(np.array([8.01, 0.0]), unit="min").tolist()
    [8.1, 0.0]
    """
    per = 10 if unit == "min" else 1
    return np.ceil(walk * per - _SLACK) / per + 0.0  # + 0.0: no "-0"
