"""Survey answer: what was said on the spot; of a survey item, and beside what the data say."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from greenmap.measure.answer import Answer
from greenmap.measure.unit_ground import Finding, Ground, answer_units
from greenmap.model.clause import Clause
from greenmap.model.study import COVERED, NOT_COVERED, UNKNOWN

_YES = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}


def survey_answer(clause: Clause, ground: Ground) -> Answer:
    """Answer a clause that has to be asked on the spot.

    The latest answer of a unit holds; two of one date that differ make it not
    known. A number without a threshold is told, not judged.

    Parameters
    ----------
    clause : Clause
        Of ``kind = "survey"``.
    ground : Ground

    Returns
    -------
    Answer
    """
    return answer_units(clause, ground, partial(_find, clause, ground))


def said_of(clause: Clause, ground: Ground, unit: str, found: Finding) -> Finding:
    """Let the survey decide what the data leave open; where they contradict, nothing is known.

    Parameters
    ----------
    clause : Clause
        Of ``kind = "present"`` or ``"area"``.
    ground : Ground
    unit : str
    found : Finding
        From the data.

    Returns
    -------
    Finding
    """
    said = _latest(ground.study.survey, unit, clause.id)
    if said is None:
        return found
    if said is _CONFLICT:
        return Finding(UNKNOWN, "survey_conflict", found.value, found.needed)
    number, enough = _as_number(said), _as_bool(said)
    if number is not None and not np.isnan(found.needed):
        enough = compare(number, clause.op if clause.kind == "area" else ">=", found.needed,
                         clause.value_to)
    if enough is None:
        return Finding(UNKNOWN, "survey_unreadable", found.value, found.needed)
    value = found.value if number is None else number
    if found.state == COVERED and not enough:
        return Finding(UNKNOWN, "survey_conflict", found.value, found.needed)
    if enough:
        return Finding(COVERED, "", value, found.needed)
    return Finding(NOT_COVERED, "survey_no", value, found.needed)


def compare(number: float, op: str, value: float, value_to: float | None) -> bool:
    """Hold a number against a figure; a hair's breadth doesn't count.

    Examples
    --------
    >>> compare(0.3, ">=", 0.1 + 0.2, None), compare(8.0, ">", 8.0, None)
    (True, False)
    >>> compare(0.12, "between", 0.1, 0.15)
    True
    """
    hair = 1e-12 * max(abs(number), abs(value), 1.0)
    if op == "between":
        return value - hair <= number <= (value if value_to is None else value_to) + hair
    return {">=": number >= value - hair, ">": number > value + hair,
            "<=": number <= value + hair, "<": number < value - hair,
            "=": abs(number - value) <= hair}[op]


_CONFLICT = object()


def _find(clause: Clause, ground: Ground, level: str, unit: str) -> Finding:
    said = _latest(ground.study.survey, unit, clause.id)
    needed = np.nan if clause.value is None else clause.value
    if said is None:
        return Finding(UNKNOWN, "not_surveyed", np.nan, needed)
    if said is _CONFLICT:
        return Finding(UNKNOWN, "survey_conflict", np.nan, needed)
    if clause.answer == "yes_no":
        answer, value = _as_bool(said), np.nan
    else:
        number = _as_number(said)
        value = np.nan if number is None else number
        if number is not None and clause.value is None:
            return Finding(UNKNOWN, "no_figure", value, needed)
        answer = None if number is None else compare(number, clause.op, needed, clause.value_to)
    if answer is None:
        return Finding(UNKNOWN, "survey_unreadable", value, needed)
    if answer:
        return Finding(COVERED, "", value, needed)
    return Finding(NOT_COVERED, "survey_no", value, needed)


def _latest(survey: pd.DataFrame | None, unit: str, item: str) -> Any:
    """The latest answer of a unit; None where nobody asked, `_CONFLICT` where they differ."""
    if survey is None:
        return None
    rows = survey[(survey["unit_id"].astype(str) == unit)
                  & (survey["item_id"].astype(str) == item) & survey["value"].notna()]
    if rows.empty:
        return None
    dates = rows["date"].fillna("").astype(str)
    last = [_plain(value) for value in rows.loc[dates == dates.max(), "value"]]
    return last[0] if all(value == last[0] for value in last) else _CONFLICT


def _plain(value: Any) -> Any:
    text = str(value).strip().lower()
    return _YES.get(text, value)


def _as_bool(value: Any) -> bool | None:
    return bool(value) if isinstance(value, bool | np.bool_) else None


def _as_number(value: Any) -> float | None:
    if isinstance(value, bool | np.bool_):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None
