"""Judge units: people covered and unknown, summed per unit, against the required share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.measure.answer import OUTSIDE
from greenmap.measure.causes import LACKING
from greenmap.measure.quantile import weighted_quantiles
from greenmap.measure.roll import Members, Reasons, call_roll, number_reasons
from greenmap.measure.unit_ground import audits_compounds
from greenmap.model.standard import Clause
from greenmap.model.study import COVERED, UNKNOWN, HomeAnswers, Study
from greenmap.model.unit import judged_level, list_units

SIDE_BY_SIDE = (0.8, 0.9, 1.0)
"""Required shares always shown beside the study's own."""

_SHARES = (0.5, 0.9)  # of people, whose walks are told


def judge(people: float, covered: float, unknown: float, required: float | None) -> str:
    """Judge one unit by one clause.

    Parameters
    ----------
    people, covered, unknown : float
        People in the unit, those covered, those of whom it isn't known.
    required : float, optional
        Share that must be covered (0…1).

    Returns
    -------
    str
        ``not_applicable``, ``measured``, ``met``, ``not_met`` or ``not_known``.

    Examples
    --------
    >>> judge(100, 90, 0, 0.9), judge(100, 80, 5, 0.9), judge(100, 80, 15, 0.9)
    ('met', 'not_met', 'not_known')
    """
    if people <= 0:
        return "not_applicable"
    if required is None:
        return "measured"
    needed = required * people * (1 - 1e-12)  # 0.9 of ten people is nine, whatever the last bit
    if covered >= needed:
        return "met"
    return "not_met" if covered + unknown < needed else "not_known"


def judge_units(answers: HomeAnswers, study: Study, bases: Sequence[str],
                measured: Sequence[Mapping[str, tuple[float, float]]] = ()) -> pd.DataFrame:
    """Sum the homes' answers per unit and clause, and judge them.

    Parameters
    ----------
    answers : HomeAnswers
        h homes, k clauses.
    study : Study
        Communities, share, clauses.
    bases : (k,) sequence of str
        On what each clause's weights rest.
    measured : (k,) sequence of mapping of str to (float, float)
        Per clause and unit: what was measured there and what is needed, for
        clauses of a whole unit.

    Returns
    -------
    DataFrame
        See :class:`greenmap.model.study.Coverage`. The sums of a parent's
        children equal the parent's.
    """
    compounds = audits_compounds(study)
    units = list_units(study.communities, study.homes if compounds else None)
    roll, reasons = call_roll(study, compounds=compounds), number_reasons(answers)
    nothing = (np.nan, np.nan)
    parts: list[dict[str, Any]] = []
    for level, members in roll.items():
        ids = units.index[units["level"] == level].to_numpy(dtype=object)
        among = members.among(ids)
        for k, clause in enumerate(study.standard.clauses):
            why = _not_judged(clause, level, judged_level(clause.unit_of_audit, roll))
            found = measured[k] if measured else {}
            parts.append({
                "unit_id": ids, "clause_id": clause.id, "level": level,
                **_one_clause(answers, k, among, study, bases[k], why, reasons),
                "value": [found.get(unit, nothing)[0] for unit in ids],
                "needed": [found.get(unit, nothing)[1] for unit in ids]})
    table = _below_each_other(parts)
    table.insert(2, "unit_name", table["unit_id"].map(units["name"]))
    rank = {c.id: n for n, c in enumerate(study.standard.clauses)}
    place = {unit: n for n, unit in enumerate(units.index)}
    table = table.sort_values(["unit_id", "clause_id"], key=lambda ids: ids.map(
        place if ids.name == "unit_id" else rank), kind="stable")
    return table.set_index(["unit_id", "clause_id"])


def _below_each_other(parts: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Make one table of columns in parts; a lone value stands for all rows of its part."""
    return pd.DataFrame({name: [cell for part in parts for cell in (
        repeat(part[name], len(part["unit_id"])) if np.isscalar(part[name]) else part[name])]
        for name in parts[0]})


def _one_clause(answers: HomeAnswers, k: int, members: Members, study: Study, basis: str,
                why_not: str, reasons: Reasons) -> dict[str, Any]:
    clause, n = study.standard.clauses[k], len(members.ids)
    home, which = members.home, members.unit
    state, weight = answers.state[home, k], answers.weight[home, k]
    said = Reasons(reasons.names, reasons.code[home, k])

    def total(of: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        return _total(members, weight, of)

    people = total(np.ones(len(which), bool))
    covered, unknown = total(state == COVERED), total(state == UNKNOWN)
    assumed = np.zeros(n) if answers.assumed is None else total(answers.assumed[home, k])
    # Where too much is assumed, those covered on an assumption aren't known to be covered.
    doubted = np.where(assumed > study.assumed_share_max * people, assumed, 0.0)
    sure, open_ = covered - doubted, unknown + doubted
    judged = not why_not
    required = study.share if clause.kind == "reach" else 1.0
    states = _states(people, sure, open_, required if judged else None)
    unsure, lacking = _reasons(said, weight, which, n)
    doubts = ["gate_assumed" if many > rest else why
              for many, rest, why in zip(doubted, unknown, unsure, strict=True)]
    walk = answers.value[home, k] if clause.kind == "reach" else np.full(len(home), np.nan)
    half, most = weighted_quantiles(walk, weight, which, n, _SHARES)
    columns = {
        "people": people, "people_covered": covered, "people_unknown": unknown,
        "share": _ratio(covered, people), "required": np.nan if required is None else required,
        "state": states,
        **{f"state_{share:.0%}".rstrip("%"): _states(people, sure, open_,
                                                     share if judged else None)
           for share in SIDE_BY_SIDE},
        "reason": _why(states, (doubts, lacking), why_not or "no_share",
                       _outside(said, which, n)),
        "walk_median": half, "walk_p90": most, "walk_unit": clause.unit, "people_basis": basis,
        "people_assumed": assumed, "share_low": _ratio(covered, people),
        "share_high": _ratio(covered + unknown, people),
    }
    if answers.value_no_waits is not None:
        columns |= _without_waits(answers.value_no_waits[home, k], clause, state, said, weight,
                                  members)
    if basis in ("floor_area", "homes"):  # the weights aren't people: none are printed
        columns |= {name: np.nan for name in columns
                    if name.startswith("people") and name != "people_basis"}
    return columns


def _without_waits(walk: npt.NDArray[np.float64], clause: Clause, state: npt.NDArray[np.uint8],
                   said: Reasons, weight: npt.NDArray[np.float64], members: Members
                   ) -> dict[str, npt.NDArray[np.float64]]:
    """Who would be covered, and how far people would walk, if nobody waited at crossings."""
    within = (clause.kind == "reach") & (walk <= clause.limit)
    within &= said.names[said.code] != "not_confirmed"
    half, most = weighted_quantiles(walk, weight, members.unit, len(members.ids), _SHARES)
    return {"people_covered_no_waits": _total(members, weight, within | (state == COVERED)),
            "walk_median_no_waits": half, "walk_p90_no_waits": most}


def _total(members: Members, weight: npt.NDArray[np.float64], of: npt.NDArray[np.bool_]
           ) -> npt.NDArray[np.float64]:
    sums = np.bincount(members.unit[of], weights=weight[of], minlength=len(members.ids))
    return sums.astype(np.float64)


def _ratio(part: npt.NDArray[np.float64], whole: npt.NDArray[np.float64]
           ) -> npt.NDArray[np.float64]:
    shares: npt.NDArray[np.float64] = np.divide(part, whole, out=np.full(len(whole), np.nan),
                                                where=whole > 0)
    return shares


def _states(people: npt.NDArray[np.float64], covered: npt.NDArray[np.float64],
            unknown: npt.NDArray[np.float64], required: float | None) -> list[str]:
    return [judge(*row, required) for row in zip(people, covered, unknown, strict=True)]


def _reasons(said: Reasons, weight: npt.NDArray[np.float64], which: npt.NDArray[np.int64], n: int
             ) -> tuple[list[str], list[str]]:
    """Largest reason of those unknown, and of those not covered, per unit; ties by name."""
    names = said.names
    sums = np.bincount(which * len(names) + said.code, weights=weight, minlength=n * len(names)
                       ).reshape(n, len(names))
    lacking = np.isin(names.astype(str), LACKING)
    found = []
    for group in (~lacking & (names != ""), lacking):
        part = np.where(group, sums, 0)
        found.append([str(names[b]) if part[u, b] > 0 else ""
                      for u, b in enumerate(part.argmax(axis=1))])
    return found[0], found[1]


def _outside(said: Reasons, which: npt.NDArray[np.int64], n: int) -> list[str]:
    """Why a clause asks nothing of a unit: nobody lives there, or what its homes say."""
    told = ["nobody"] * n
    rows = np.isin(said.names.astype(str), OUTSIDE)[said.code]
    pairs = np.unique(which[rows] * len(said.names) + said.code[rows])
    for unit, why in reversed([divmod(pair, len(said.names)) for pair in pairs.tolist()]):
        told[unit] = said.names[why]
    return told


def _not_judged(clause: Clause, level: str, judged_at: str | None) -> str:
    """Why a clause is only measured at a level; empty where it is judged."""
    if judged_at is None:
        return "no_unit"
    if level != judged_at:
        return "other_unit"
    if clause.kind == "survey" and clause.answer == "number" and clause.value is None:
        return "no_figure"
    return "" if clause.obligation == "required" else "not_required"


def _why(states: Sequence[str], reasons: tuple[list[str], list[str]], measured: str,
         outside: list[str]) -> list[str]:
    said = {"met": "", "measured": measured}
    return [
        none if state == "not_applicable" else said.get(state, lacking if state == "not_met"
                                                        else unknown)
        for state, unknown, lacking, none in zip(states, *reasons, outside, strict=True)
    ]
