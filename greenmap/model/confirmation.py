"""Confirmation: a figure somebody read in the printed text (用户已核)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from greenmap.errors import Faults
from greenmap.model.clause import FIGURES, Clause
from greenmap.model.standard_record import Standard

BY_USER = "user_confirmed"
_WHOLE = ("min_count",)
_PAIRS = ("people_per_facility",)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One figure of a clause, as the printed text gives it.

    Parameters
    ----------
    standard, clause, figure : str
        Ids, and which of the clause's figures.
    value : float or (float, float)
        As printed.
    page, who, date : str
        Where it stands, who read it, when (yyyy-mm-dd).
    """

    standard: str
    clause: str
    figure: str
    value: float | tuple[float, float]
    page: str
    who: str
    date: str


def confirm(standard: Standard, confirmations: Iterable[Confirmation]) -> Standard:
    """Take confirmed figures into a standard.

    Parameters
    ----------
    standard : Standard
    confirmations : iterable of Confirmation
        Those of other standards are left alone; those of the standard this
        one extends count.

    Returns
    -------
    Standard
        With the printed values; their confidence is ``user_confirmed``.

    Raises
    ------
    InputFaults
        A clause or figure that doesn't exist, a value that isn't one, a
        missing page, name or date.

    Examples
    --------
    >>> from greenmap.model.standard import load_standard
    >>> read = Confirmation("gb50180-2018", "t5.cultural_station", "limit", 500.0, "C.0.2", "Li",
    ...                     "2026-03-01")
    >>> standard = confirm(load_standard("gb50180-2018"), [read])
    >>> standard.clause("t5.cultural_station").sureness("limit")
    'user_confirmed'
    """
    faults = Faults()
    clauses = {clause.id: clause for clause in standard.clauses}
    for one in confirmations:
        if one.standard not in (standard.id, standard.extends):
            continue
        clause = clauses.get(one.clause)
        if clause is None:
            faults.add("standard.confirm_clause", standard=one.standard, clause=one.clause)
        elif _sound(one, clause, faults):
            clauses[one.clause] = _confirmed(clause, one)
    faults.raise_if_any()
    return replace(standard, clauses=tuple(clauses.values()))


def _sound(one: Confirmation, clause: Clause, faults: Faults) -> bool:
    where: dict[str, Any] = {"standard": one.standard, "clause": one.clause, "figure": one.figure}
    before = len(faults)
    if one.figure not in FIGURES[clause.kind] or getattr(clause, one.figure) is None:
        faults.add("standard.confirm_figure", **where, known=", ".join(clause.figures) or "-")
    pair = isinstance(one.value, tuple)
    if pair != (one.figure in _PAIRS) or (pair and len(one.value) != 2):  # type: ignore[arg-type]
        faults.add("standard.confirm_value", **where, found=str(one.value))
    for name in ("page", "who"):
        if not getattr(one, name).strip():
            faults.add("standard.confirm_empty", **where, field=name)
    try:
        date.fromisoformat(one.date)
    except ValueError:
        faults.add("standard.confirm_date", **where, found=one.date)
    return len(faults) == before


def _confirmed(clause: Clause, one: Confirmation) -> Clause:
    value = int(one.value) if one.figure in _WHOLE else one.value  # type: ignore[arg-type]
    sure = {**dict(clause.confidence_of), one.figure: BY_USER}
    told = f"{one.who} · {one.page} · {one.date}"
    said = told if not clause.confirmed else f"{clause.confirmed}; {told}"
    changes: dict[str, Any] = {one.figure: value}
    return replace(clause, **changes, confidence_of=tuple(sorted(sure.items())), confirmed=said)
