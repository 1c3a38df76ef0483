"""find_gaps: what is lacking (短板), ranked by the people it would help; and what to go and check.

What isn't known never becomes a gap: it goes to the field-check list (待核实).
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.measure.causes import LACKING
from greenmap.measure.quantile import weighted_quantile
from greenmap.measure.roll import Reasons, call_roll, number_reasons, sum_by_reason
from greenmap.measure.unit_ground import audits_compounds
from greenmap.model.study import COVERED, Coverage, HomeAnswers, Study
from greenmap.model.unit import compounds_of, parents_of

CAUSES = ("not_attached", *LACKING)
"""In the order they are asked: the first that suffices alone is a home's cause."""

_NO_CHECK = ("other_unit", "no_unit", "not_required", "no_figure")
_HULL_M = 5.0
"""Around the homes of a compound that nobody drew."""


def find_gaps(coverage: Coverage, study: Study) -> gpd.GeoDataFrame:
    """List every clause a unit does not meet, with its cause.

    Parameters
    ----------
    coverage : Coverage
        From :func:`greenmap.cover`.
    study : Study
        The same study.

    Returns
    -------
    GeoDataFrame
        Index ``gap_id``; ``community_id``, ``community_name``, ``level``,
        ``clause_id``, ``people``, ``people_missing`` (not covered, for
        sure), ``people_unknown``, ``share``, ``required``, ``cause`` (that of
        most people), ``people_by_cause`` (text: people, or per cent where no
        people are known), ``cause_cost`` (what the cause adds to the walk of
        half of those it concerns, in ``walk_unit``; missing where it was not
        tried or the walk has no end), ``walk_p90``, ``walk_unit``, ``rank`` (1 =
        most people; ties by id), geometry of the unit. People are missing where
        only floor area or homes could be counted.
    """
    table = coverage.table[coverage.table["state"] == "not_met"].reset_index()
    known = _by_reason(coverage.answers, study)
    sums = [known.get(pair, {})
            for pair in zip(table["unit_id"], table["clause_id"], strict=True)]
    by_cause = [{c: found[c] for c in CAUSES if found.get(c, 0) > 0} for found in sums]
    weight = np.array([sum(found.get(c, 0.0) for c in LACKING) for found in sums])
    gaps = pd.DataFrame({
        "gap_id": table["unit_id"] + ":" + table["clause_id"],
        "community_id": table["unit_id"],
        "community_name": table["unit_name"],
        "level": table["level"],
        "clause_id": table["clause_id"],
        "people": table["people"],
        "people_missing": np.where(table["people"].isna(), np.nan, weight),
        "people_unknown": table["people_unknown"],
        "share": table["share"],
        "required": table["required"],
        "cause": [max(found, key=lambda c: found[c], default="") for found in by_cause],
        "people_by_cause": [_written(found, people) for found, people in
                            zip(by_cause, table["people"], strict=True)],
        "walk_p90": table["walk_p90"],
        "walk_unit": table["walk_unit"],
    })
    gaps["cause_cost"] = _costs(coverage.answers, study, gaps)
    gaps = _ranked(gaps, weight, "gap_id")
    area = _areas(study)
    return gpd.GeoDataFrame(gaps, geometry=[area[u] for u in gaps["community_id"]],
                            crs=study.communities.crs)


def find_checks(coverage: Coverage, study: Study) -> pd.DataFrame:
    """List what must be checked in the field before a unit can be judged.

    Parameters
    ----------
    coverage : Coverage
        From :func:`greenmap.cover`.
    study : Study
        The same study.

    Returns
    -------
    DataFrame
        Index ``check_id``; ``community_id``, ``community_name``, ``level``,
        ``clause_id``, ``reason``, ``people_unknown``, ``state``, ``rank``. One
        row per unit, clause and reason, where an answer would decide a verdict
        or, in a study that doesn't judge, a measure.
    """
    open_states = coverage.table["state"].isin(["not_known", "measured"])
    wanted = open_states & ~coverage.table["reason"].isin(_NO_CHECK)
    rows: list[dict[str, object]] = []
    weights: list[float] = []
    known = _by_reason(coverage.answers, study)
    for row in coverage.table[wanted].reset_index().to_dict("records"):
        unit, clause = row["unit_id"], row["clause_id"]
        doubts = known.get((unit, clause), {})
        if row["reason"] == "gate_assumed":
            doubts = doubts | {"gate_assumed": row["people_assumed"]}
        for reason, weight in doubts.items():
            if reason in LACKING:
                continue
            weights.append(weight)
            rows.append({
                "check_id": f"{unit}:{clause}:{reason}", "community_id": unit,
                "community_name": row["unit_name"], "level": row["level"], "clause_id": clause,
                "reason": reason, "state": row["state"],
                "people_unknown": np.nan if np.isnan(row["people"]) else weight,
            })
    columns = ["check_id", "community_id", "community_name", "level", "clause_id", "reason",
               "state", "people_unknown"]
    return _ranked(pd.DataFrame(rows, columns=columns), np.array(weights), "check_id")


def _costs(answers: HomeAnswers, study: Study, gaps: pd.DataFrame) -> list[float]:
    """Median, by people, of what each gap's cause adds to the walk."""
    costs: list[float] = []
    names, code = number_reasons(answers)
    homes = {(level, unit): rows
             for level, members in call_roll(study, compounds=audits_compounds(study)).items()
             for unit, rows in members.homes().items()}
    for gap in gaps.to_dict("records"):
        k = answers.clause_id.index(gap["clause_id"])
        rows = homes.get((gap["level"], gap["community_id"]), np.empty(0, np.int64))
        rows = rows[names[code[rows, k]] == gap["cause"]]
        if answers.relieved is None or not rows.size:
            costs.append(np.nan)
            continue
        more = answers.value[rows, k] - answers.relieved[rows, k]
        half = weighted_quantile(more, answers.weight[rows, k], np.zeros(rows.size), 1, 0.5)[0]
        costs.append(float(half) if np.isfinite(half) else np.nan)
    return costs


def _written(by_cause: dict[str, float], people: float) -> str:
    """Write people per cause; where floor area stands in for people, only shares mean anything."""
    if np.isnan(people):
        whole = sum(by_cause.values())
        return "; ".join(f"{cause}={n / whole:.0%}" for cause, n in by_cause.items())
    return "; ".join(f"{cause}={round(n, 1):g}" for cause, n in by_cause.items())


def _ranked(table: pd.DataFrame, weight: npt.NDArray[np.float64], key: str) -> pd.DataFrame:
    order = np.lexsort((table[key].to_numpy(dtype=str), -np.round(weight, 6)))
    table = table.iloc[order].reset_index(drop=True)
    table["rank"] = np.arange(1, len(table) + 1)
    return table.set_index(key)


def _by_reason(answers: HomeAnswers, study: Study) -> dict[tuple[str, str], dict[str, float]]:
    """People per reason, for every unit and clause that leaves a home uncovered."""
    names, code = number_reasons(answers)
    found: dict[tuple[str, str], dict[str, float]] = {}
    for members in call_roll(study, compounds=audits_compounds(study)).values():
        for k, clause in enumerate(answers.clause_id):
            people = np.where(answers.state[:, k] != COVERED, answers.weight[:, k], 0.0)
            sums = sum_by_reason(members, people, Reasons(names, code[:, k]))
            found |= {(unit, clause): by_reason for unit, by_reason in sums.items()}
    return found


def _areas(study: Study) -> dict[str, object]:
    areas: dict[str, object] = {}
    for level, parent in parents_of(study.communities).items():
        if level == "community":
            areas.update(study.communities.geometry.items())
        else:
            areas.update(study.communities.geometry.groupby(parent).agg(
                lambda shapes: shapes.union_all()).items())
    own = compounds_of(study.homes) if audits_compounds(study) else None
    if own is not None:
        areas.update(study.homes.geometry.groupby(own).agg(
            lambda shapes: shapes.union_all().convex_hull.buffer(_HULL_M)).items())
    return areas
