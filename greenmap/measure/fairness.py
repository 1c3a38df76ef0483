"""Fairness: who walks how far, by age group; and where the worst-off tenth live."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.measure.people import count_people
from greenmap.measure.quantile import weighted_quantile, weighted_quantiles
from greenmap.measure.roll import Members, call_roll, in_order, sum_by_unit
from greenmap.model.clause import PEOPLE
from greenmap.model.study import COVERED, HomeAnswers, Study
from greenmap.model.unit import COMPOUND, STUDY, list_units

WORST = 0.9
"""The worst-off tenth walk at least as far as nine of ten."""

Floats = npt.NDArray[np.float64]


def gini(value: npt.ArrayLike, weight: npt.ArrayLike) -> float:
    """Return the Gini coefficient of walks: 0 where all walk as far, towards 1 where one walks all.

    Parameters
    ----------
    value : (h,) array of float
        At least 0; missing and ``inf`` are left out.
    weight : (h,) array of float
        People.

    Returns
    -------
    float
        Missing where nobody walks; 0 where all walks are 0. Half the mean
        difference between two people, over the mean (Gini 1912).

    Examples
    --------
    >>> gini([5, 5], [1, 3]), gini([0, 10], [1, 1])
    (0.0, 0.5)
    """
    walk, people = np.asarray(value, float), np.asarray(weight, float)
    kept = np.isfinite(walk) & (people > 0)
    order = np.argsort(walk[kept], kind="stable")
    walk, people = walk[kept][order], people[kept][order]
    if not walk.size:
        return float("nan")
    below = np.cumsum(walk * people)
    if below[-1] == 0:
        return 0.0
    before = np.append(0.0, below[:-1])
    found = 1.0 - float(np.sum(people * (below + before)) / (below[-1] * people.sum()))
    return max(found, 0.0) if found > 1e-12 else 0.0


def walks_by_group(study: Study, answers: HomeAnswers) -> pd.DataFrame:
    """Say how far each age group walks, clause by clause.

    Parameters
    ----------
    study : Study
    answers : HomeAnswers

    Returns
    -------
    DataFrame
        Index (``unit_id``, ``clause_id``, ``group``), communities and the study:
        ``level``, ``unit_name``, ``people``, ``people_covered``, ``share``,
        ``walk_median``, ``walk_p90`` (``inf`` = beyond the search),
        ``walk_unit``, ``gini`` (of those who reach a place), ``share_reached``,
        ``people_basis``. Only groups that homes carry, or that a community's
        shares allow.
    """
    roll = call_roll(study)
    rows = [
        row
        for group, weight, basis in _groups(study)
        for k, clause in enumerate(study.standard.clauses) if clause.kind == "reach"
        for level in ("community", STUDY)
        for row in _one(answers, k, weight, roll[level],
                        (level, clause.id, clause.unit, group, basis))
    ]
    columns = ["level", "unit_id", "clause_id", "group", "people", "people_covered", "share",
               "walk_median", "walk_p90", "walk_unit", "gini", "share_reached", "people_basis"]
    table = pd.DataFrame(rows, columns=columns)
    table.insert(2, "unit_name", table["unit_id"].map(list_units(study.communities)["name"]))
    return table.set_index(["unit_id", "clause_id", "group"])


def worst_tenth(study: Study, answers: HomeAnswers) -> pd.DataFrame:
    """Say in which compounds (小区) the tenth who walk farthest live.

    Parameters
    ----------
    study : Study
    answers : HomeAnswers

    Returns
    -------
    DataFrame
        Index (``clause_id``, ``unit_id``), by compound where homes name theirs,
        else by community: ``level``, ``unit_name``, ``parent_id``, ``people``
        (whom the clause counts), ``people_worst``, ``walk_from`` (how far the
        worst-off tenth walk at least; ``inf`` = beyond the search),
        ``walk_unit``. Only units where some of them live, most first.
    """
    roll = call_roll(study, compounds=True)
    level = COMPOUND if COMPOUND in roll else "community"
    names = list_units(study.communities, study.homes if level == COMPOUND else None)
    order = in_order(study.homes)
    parts = []
    for k, clause in enumerate(study.standard.clauses):
        if clause.kind != "reach" or count_people(study.homes, study.communities, clause.people
                                                  )[1] in ("floor_area", "homes"):
            continue
        value, weight = answers.value[:, k], answers.weight[:, k]
        start = weighted_quantile(value[order], weight[order], np.zeros(len(order), int), 1,
                                  WORST)[0]
        if np.isnan(start):
            continue
        sums = sum_by_unit(roll[level], np.column_stack([weight, weight * (value >= start)]))
        worst = pd.DataFrame(sums, columns=["people", "people_worst"])
        worst.insert(0, "unit_id", roll[level].ids)
        parts.append(worst[worst["people_worst"] > 0].sort_values(
            "people_worst", ascending=False, kind="stable").assign(
                clause_id=clause.id, walk_from=start, walk_unit=clause.unit))
    columns = ["level", "unit_name", "parent_id", "people", "people_worst", "walk_from",
               "walk_unit"]
    if not parts:
        return pd.DataFrame(columns=columns)
    table = pd.concat(parts, ignore_index=True)
    for column, source in (("unit_name", "name"), ("parent_id", "parent_id")):
        table[column] = table["unit_id"].map(names[source])
    return table.assign(level=level).set_index(["clause_id", "unit_id"])[columns]


def _groups(study: Study) -> list[tuple[str, Floats, str]]:
    found = []
    for group in PEOPLE:
        weight, basis = count_people(study.homes, study.communities, group)
        if basis in ("measured", "estimated"):
            found.append((group, weight, basis))
    return found


def _one(answers: HomeAnswers, k: int, weight: Floats, members: Members,
         about: tuple[str, str, str, str, str]) -> list[tuple[object, ...]]:
    level, clause, unit_of_walk, group, basis = about
    half, most = weighted_quantiles(answers.value[members.home, k], weight[members.home],
                                    members.unit, len(members.ids), (0.5, 0.9))
    rows: list[tuple[object, ...]] = []
    for n, (unit, homes) in enumerate(members.homes().items()):
        value, people = answers.value[homes, k], weight[homes]
        total = float(people.sum())
        if total <= 0:
            continue
        served = float(people[answers.state[homes, k] == COVERED].sum())
        reached = float(people[np.isfinite(value)].sum())
        rows.append((level, unit, clause, group, total, served, served / total, half[n], most[n],
                     unit_of_walk, gini(value, people), reached / total, basis))
    return rows
