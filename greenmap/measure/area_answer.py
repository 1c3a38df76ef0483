"""Area answer: square metres, places or capacity of a unit, per person, household or land."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.measure.answer import Answer, Mask
from greenmap.measure.completeness import collected_at_homes
from greenmap.measure.present_answer import unit_believed
from greenmap.measure.survey_answer import compare, said_of
from greenmap.measure.unit_ground import Finding, Ground, answer_units, group_people
from greenmap.model.clause import OF_COMMUNITIES, Clause
from greenmap.model.outline import is_hull
from greenmap.model.study import COVERED, NOT_COVERED, UNKNOWN
from greenmap.model.unit import COMPOUND

_PER = {"person": ("people", 1.0), "1000_persons": ("people", 1000.0),
        "1000_elderly_60": ("elderly_60", 1000.0), "household": ("households", 1.0),
        "100_households": ("households", 100.0)}


def area_answer(clause: Clause, ground: Ground, sets: Mapping[str, Mask]) -> Answer:
    """Answer a clause that measures a unit.

    A place counts in the community of its first entrance. Places whose size
    isn't known are not nothing: with any of them, or in a category nobody
    collected, too little is *not known*.

    Parameters
    ----------
    clause : Clause
        Of ``kind = "area"``.
    ground : Ground
    sets : mapping of str to (e,) bool arrays
        See :func:`greenmap.measure.match_clauses.match_clauses`.

    Returns
    -------
    Answer
    """
    people = {"people": ground.people}
    if clause.per == "1000_elderly_60":
        people["elderly_60"] = group_people(ground, "elderly_60")
    believed = collected_at_homes(ground.study, clause.categories, table=ground.completeness)
    places = _places(clause, ground.study.amenities, sets)
    return answer_units(clause, ground, partial(_find, clause, ground, places, believed, people))


@dataclass(frozen=True, slots=True)
class _Places:
    """The rows that count, once a place; those in doubt; each row's size and capacity."""

    sure: Mask
    doubtful: Mask
    size: npt.NDArray[np.float64]
    capacity: npt.NDArray[np.float64]


def _places(clause: Clause, table: pd.DataFrame, sets: Mapping[str, Mask]) -> _Places:
    none = np.zeros(len(table), bool)
    sure, doubtful = sets.get(clause.target, none), sets.get(clause.doubtful, none)
    return _Places(_first_entrances(table, sure), _first_entrances(table, doubtful),
                   _largest(table, clause.measure), _largest(table, "capacity"))


def _find(clause: Clause, ground: Ground, places: _Places, believed: npt.NDArray[np.bool_],
          people: Mapping[str, Mapping[str, float]], level: str, unit: str) -> Finding:
    assert clause.value is not None  # the grammar asks for it
    bare = level == COMPOUND or is_hull(ground.study.communities)
    if bare and clause.measure not in OF_COMMUNITIES:
        return said_of(clause, ground, unit, Finding(UNKNOWN, "no_outline", np.nan, clause.value))
    if clause.measure in OF_COMMUNITIES:
        total, whole, collected = _of_communities(clause, ground, level, unit)
        below = np.nan
    else:
        total, below, whole = _of_places(clause, ground, places, level, unit)
        collected = unit_believed(ground, believed, level, unit, clause.categories)
    divisor, why = _divisor(clause, ground, people, level, unit, below)
    value = total / divisor if divisor > 0 else np.nan
    missing = (why if not divisor > 0 else "size_not_known" if not whole
               else "" if collected else "not_collected")
    return said_of(clause, ground, unit, _judged(clause, value, missing))


def _judged(clause: Clause, value: float, missing: str) -> Finding:
    """More places can only add: enough is enough, too little is known only of everything."""
    needed = clause.value if clause.value is not None else np.nan
    if missing == "no_places" or np.isnan(value):
        return Finding(UNKNOWN, missing, value, needed)
    good = compare(value, clause.op, needed, clause.value_to)
    if not missing:
        return Finding(COVERED, "", value, needed) if good else Finding(
            NOT_COVERED, "too_little" if compare(value, "<", needed, None) else "too_much",
            value, needed)
    if good and clause.op in (">=", ">") and clause.per != "capacity":
        return Finding(COVERED, "", value, needed)
    most = clause.value_to if clause.op == "between" else needed
    if clause.op in ("<=", "<", "between") and clause.per != "capacity" and most is not None \
            and compare(value, ">", most, None):
        return Finding(NOT_COVERED, "too_much", value, needed)
    return Finding(UNKNOWN, missing, value, needed)


def _of_communities(clause: Clause, ground: Ground, level: str, unit: str
                    ) -> tuple[float, bool, bool]:
    table = ground.study.communities
    members = list(ground.members[level].get(unit, ()))
    if level == COMPOUND or clause.measure not in table:
        return 0.0, False, True
    values = pd.to_numeric(table[clause.measure].reindex(members)).to_numpy(float, na_value=np.nan)
    return float(np.nansum(values)), not np.isnan(values).any(), True


def _of_places(clause: Clause, ground: Ground, places: _Places, level: str, unit: str
               ) -> tuple[float, float, bool]:
    """Sum over the places inside; their capacity; whether every size is known."""
    rows = ground.rows(level, unit, places.sure)
    whole = not len(ground.rows(level, unit, places.doubtful))
    if clause.measure == "places":
        return float(len(rows)), np.nan, whole
    size, below = places.size[rows], np.nan
    whole &= not np.isnan(size).any()
    if clause.per == "capacity":
        capacity = places.capacity[rows]
        whole &= not np.isnan(capacity).any()
        below = float(np.nansum(capacity))
    return float(np.nansum(np.sort(size))), below, whole


def _largest(table: pd.DataFrame, column: str) -> npt.NDArray[np.float64]:
    """A place's figure, on each of its rows: the largest that any of its entrances carries."""
    if column not in table:
        return np.full(len(table), np.nan)
    values = pd.to_numeric(table[column]).astype("float64")
    place = table["place_id"].to_numpy(dtype=object).astype(str)
    return values.groupby(place).transform("max").to_numpy(float, na_value=np.nan)


def _first_entrances(table: pd.DataFrame, rows: Mask) -> Mask:
    """Of some rows, the first entrance of each place by id: a place counts once."""
    chosen = np.flatnonzero(rows)
    ids = table.index.to_numpy(dtype=object).astype(str)[chosen]
    place = table["place_id"].to_numpy(dtype=object).astype(str)[chosen]
    order = np.argsort(ids, kind="stable")
    _, first = np.unique(place[order], return_index=True)
    mask = np.zeros(len(table), bool)
    mask[chosen[order[first]]] = True
    return mask


def _divisor(clause: Clause, ground: Ground, people: Mapping[str, Mapping[str, float]],
             level: str, unit: str, capacity: float) -> tuple[float, str]:
    """What the sum is divided by, and why that isn't known."""
    if clause.per == "unit":
        return 1.0, ""
    if clause.per == "capacity":
        return capacity, "size_not_known" if np.isnan(capacity) else "no_places"
    members = list(ground.members[level].get(unit, ()))
    table = ground.study.communities
    if clause.per == "land" and is_hull(table):
        return np.nan, "no_outline"
    if clause.per == "land":
        return float(np.sort(table.geometry.reindex(members).area.to_numpy()).sum()), "no_outline"
    what, scale = _PER[clause.per]
    if what == "households":
        if "households" not in table or not members:
            return np.nan, "households_not_known"
        known = pd.to_numeric(table["households"].reindex(members))
        return (np.nan if known.isna().any() else float(known.sum()) / scale,
                "households_not_known")
    return people[what].get(unit, np.nan) / scale, "people_not_known"
