"""Met range: between what share of its clauses a study meets, whatever the field checks find."""

from __future__ import annotations

from math import ceil, floor

import pandas as pd

_SLACK = 1e-6  # 0.57 * 1000 is a little less than 570
JUDGED = ("met", "not_met", "not_known")


def met_range(coverage: pd.DataFrame, *, level: str = "community") -> tuple[float, float] | None:
    """Say between what shares of units × clauses are met.

    Parameters
    ----------
    coverage : DataFrame
        See :class:`greenmap.model.study.Coverage`.
    level : str
        Of the units counted.

    Returns
    -------
    tuple of (low, high) or None
        0…1: nothing that isn't known is met; all of it is. None where nothing
        is judged.

    Examples
    --------
    >>> states = ["met", "not_met", "not_known", "met"]
    >>> table = pd.DataFrame({"level": "community", "state": states})
    >>> met_range(table)
    (0.5, 0.75)
    """
    states = coverage.loc[coverage["level"] == level, "state"]
    met, not_met, unknown = ((states == state).sum() for state in JUDGED)
    total = met + not_met + unknown
    return (float(met / total), float((met + unknown) / total)) if total else None


def met_range_texts(coverage: pd.DataFrame) -> tuple[str, str] | None:
    """Write the range of communities × clauses as percentages, rounded outwards.

    Parameters
    ----------
    coverage : DataFrame
        See :func:`met_range`.

    Returns
    -------
    tuple of (low, high) or None
        One decimal; None where nothing is judged.

    Examples
    --------
    >>> table = pd.DataFrame({"level": "community", "state": ["met", "not_met", "not_known"]})
    >>> met_range_texts(table)
    ('33.3%', '66.7%')
    """
    met = met_range(coverage)
    if met is None:
        return None
    low, high = floor(met[0] * 1000 + _SLACK) / 10, ceil(met[1] * 1000 - _SLACK) / 10
    return f"{low:g}%", f"{high:g}%"
