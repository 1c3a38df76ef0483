"""Judge units: people covered and unknown, summed per unit, against the required share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.measure.answer import OUTSIDE
from greenmap.measure.causes import LACKING
from greenmap.measure.quantile import weighted_quantile
from greenmap.measure.unit_ground import audits_compounds
from greenmap.model.standard import Clause
from greenmap.model.study import COVERED, UNKNOWN, HomeAnswers, Study
from greenmap.model.unit import judged_level, list_units, units_of_homes

SIDE_BY_SIDE = (0.8, 0.9, 1.0)
"""Required shares always shown beside the study's own."""


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
    # Sums run in the order of the ids: the rows' order can't move the last bit.
    order = np.argsort(answers.home_id.astype(str), kind="stable")
    levels = units_of_homes(study.homes, study.communities, compounds=compounds)
    rows = []
    for level, own in levels.items():
        members = own.iloc[order].to_numpy(dtype=object)
        ids = units.index[units["level"] == level].to_numpy(dtype=object)
        which = pd.Index(ids).get_indexer(pd.Index(members))
        for k, clause in enumerate(study.standard.clauses):
            why = _not_judged(clause, level, judged_level(clause.unit_of_audit, levels))
            part = _one_clause(answers, k, order, which, ids, level, clause, study, bases[k], why)
            found = measured[k] if measured else {}
            nothing = (np.nan, np.nan)
            part["value"], part["needed"] = zip(*(found.get(u, nothing) for u in ids), strict=True)
            rows.append(part)
    table = pd.concat(rows, ignore_index=True)
    table.insert(2, "unit_name", table["unit_id"].map(units["name"]))
    rank = {c.id: n for n, c in enumerate(study.standard.clauses)}
    place = {unit: n for n, unit in enumerate(units.index)}
    table = table.sort_values(["unit_id", "clause_id"], key=lambda ids: ids.map(
        place if ids.name == "unit_id" else rank), kind="stable")
    return table.set_index(["unit_id", "clause_id"])


def _one_clause(answers: HomeAnswers, k: int, order: npt.NDArray[np.int64],
                which: npt.NDArray[np.int64], ids: npt.NDArray[np.object_], level: str,
                clause: Clause, study: Study, basis: str, why_not: str) -> pd.DataFrame:
    inside = which >= 0
    order, which = order[inside], which[inside]
    state, weight = answers.state[order, k], answers.weight[order, k]

    def total(of: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        sums = np.bincount(which[of], weights=weight[of], minlength=len(ids))
        return sums.astype(np.float64)

    people = total(np.ones(len(which), bool))
    covered, unknown = total(state == COVERED), total(state == UNKNOWN)
    assumed = np.zeros(len(ids))
    if answers.assumed is not None:
        assumed = total(answers.assumed[order, k])
    # Where too much is assumed, those covered on an assumption aren't known to be covered.
    doubted = np.where(assumed > study.assumed_share_max * people, assumed, 0.0)
    sure, open_ = covered - doubted, unknown + doubted
    judged = not why_not
    required = study.share if clause.kind == "reach" else 1.0
    reason = _reasons(answers.reason[order, k], weight, which, len(ids))
    walk = answers.value[order, k] if clause.kind == "reach" else np.full(len(order), np.nan)
    table = pd.DataFrame({
        "unit_id": ids, "clause_id": clause.id, "level": level,
        "people": people, "people_covered": covered, "people_unknown": unknown,
        "share": np.divide(covered, people, out=np.full(len(ids), np.nan), where=people > 0),
        "required": np.nan if required is None else required,
        "state": _states(people, sure, open_, required if judged else None),
    })
    for share in SIDE_BY_SIDE:
        table[f"state_{share:.0%}".rstrip("%")] = _states(people, sure, open_,
                                                          share if judged else None)
    doubts = ["gate_assumed" if many > rest else why
              for many, rest, why in zip(doubted, unknown, reason[0], strict=True)]
    table["reason"] = _why(table["state"], (doubts, reason[1]), why_not or "no_share",
                           _outside(answers.reason[order, k], which, len(ids)))
    for name, q in (("walk_median", 0.5), ("walk_p90", 0.9)):
        table[name] = weighted_quantile(walk, weight, which, len(ids), q)
    table["walk_unit"] = clause.unit
    table["people_basis"] = basis
    table["people_assumed"] = assumed
    table["share_low"] = table["share"]
    table["share_high"] = np.divide(covered + unknown, people, out=np.full(len(ids), np.nan),
                                    where=people > 0)
    if answers.value_no_waits is not None:
        plain = answers.value_no_waits[order, k]
        within = (clause.kind == "reach") & (plain <= clause.limit)
        within &= answers.reason[order, k] != "not_confirmed"
        table["people_covered_no_waits"] = total(within | (state == COVERED))
        for name, q in (("walk_median", 0.5), ("walk_p90", 0.9)):
            table[f"{name}_no_waits"] = weighted_quantile(plain, weight, which, len(ids), q)
    if basis in ("floor_area", "homes"):  # the weights aren't people: none are printed
        counts = table.columns.str.startswith("people") & (table.columns != "people_basis")
        table[table.columns[counts]] = np.nan
    return table


def _states(people: npt.NDArray[np.float64], covered: npt.NDArray[np.float64],
            unknown: npt.NDArray[np.float64], required: float | None) -> list[str]:
    return [judge(*row, required) for row in zip(people, covered, unknown, strict=True)]


def _reasons(reason: npt.NDArray[np.object_], weight: npt.NDArray[np.float64],
             which: npt.NDArray[np.int64], n: int) -> tuple[list[str], list[str]]:
    """Largest reason of those unknown, and of those not covered, per unit; ties by name."""
    names, code = np.unique(np.append(reason.astype(str), ""), return_inverse=True)
    sums = np.zeros((n, len(names)))
    np.add.at(sums, (which, code[:-1]), weight)
    lacking = np.isin(names, LACKING)
    found = []
    for group in (~lacking & (names != ""), lacking):
        part = np.where(group, sums, 0)
        found.append([str(names[b]) if part[u, b] > 0 else ""
                      for u, b in enumerate(part.argmax(axis=1))])
    return found[0], found[1]


def _outside(reason: npt.NDArray[np.object_], which: npt.NDArray[np.int64], n: int) -> list[str]:
    """Why a clause asks nothing of a unit: nobody lives there, or what its homes say."""
    said = ["nobody"] * n
    rows = np.isin(reason.astype(str), OUTSIDE)
    for unit, why in sorted({(int(u), str(w)) for u, w in
                             zip(which[rows], reason[rows], strict=True)}, reverse=True):
        said[unit] = why
    return said


def _not_judged(clause: Clause, level: str, judged_at: str | None) -> str:
    """Why a clause is only measured at a level; empty where it is judged."""
    if judged_at is None:
        return "no_unit"
    if level != judged_at:
        return "other_unit"
    if clause.kind == "survey" and clause.answer == "number" and clause.value is None:
        return "no_figure"
    return "" if clause.obligation == "required" else "not_required"


def _why(states: pd.Series, reasons: tuple[list[str], list[str]], measured: str,
         outside: list[str]) -> list[str]:
    said = {"met": "", "measured": measured}
    return [
        none if state == "not_applicable" else said.get(state, lacking if state == "not_met"
                                                        else unknown)
        for state, unknown, lacking, none in zip(states, *reasons, outside, strict=True)
    ]
