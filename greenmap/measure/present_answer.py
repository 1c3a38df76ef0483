"""Present answer: are enough places inside the unit, by the map or by the ledger's word?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from math import ceil

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.measure.answer import Answer, Mask
from greenmap.measure.completeness import collected_at_homes
from greenmap.measure.survey_answer import said_of
from greenmap.measure.unit_ground import Finding, Ground, answer_units, development
from greenmap.model.clause import CONFIRMED, Alternative, Clause
from greenmap.model.outline import is_hull
from greenmap.model.study import COVERED, NOT_COVERED, UNKNOWN
from greenmap.model.unit import COMPOUND


def present_answer(clause: Clause, ground: Ground, sets: Mapping[str, Mask]) -> Answer:
    """Answer a clause that asks for places inside a unit.

    Distinct places inside count, and ledger rows of the unit's communities
    that nobody located. A place whose size or status isn't known, and a ledger
    row still under review, are doubtful: with them enough, the answer is not
    known.

    Parameters
    ----------
    clause : Clause
        Of ``kind = "present"``.
    ground : Ground
    sets : mapping of str to (e,) bool arrays
        See :func:`greenmap.measure.match_clauses.match_clauses`.

    Returns
    -------
    Answer
    """
    believed = collected_at_homes(ground.study, clause.categories, table=ground.completeness)
    return answer_units(clause, ground, partial(_find, clause, ground, sets, believed))


def unit_believed(ground: Ground, believed: npt.NDArray[np.bool_], level: str, unit: str,
                  categories: tuple[str, ...]) -> bool:
    """Say whether absence in a unit may be believed: for all of its homes, or as declared."""
    own = (ground.units[level] == unit).to_numpy(bool)
    return bool(believed[own].all()) if own.any() else ground.study.is_collected(categories)


def _find(clause: Clause, ground: Ground, sets: Mapping[str, Mask],
          believed: npt.NDArray[np.bool_], level: str, unit: str) -> Finding:
    needed = _needed(clause, ground.people.get(unit, 0.0))
    if level == COMPOUND:  # homes name it, nobody drew it
        return said_of(clause, ground, unit, Finding(UNKNOWN, "no_outline", np.nan, needed))
    sure, maybe = _count(clause, ground, sets, level, unit)
    value = float(sure)
    if np.isnan(needed):
        found = Finding(UNKNOWN, "people_not_known", value)
    elif sure >= needed or _other_way(clause, ground, sets, level, unit):
        found = Finding(COVERED, "", value, needed)
    elif sure + maybe >= needed:
        found = Finding(UNKNOWN, "place_not_sure", value, needed)
    elif is_hull(ground.study.communities):  # only what names its community could be counted
        found = Finding(UNKNOWN, "no_outline", value, needed)
    elif not unit_believed(ground, believed, level, unit, clause.categories):
        found = Finding(UNKNOWN, "not_collected", value, needed)
    else:
        found = Finding(NOT_COVERED, "too_few" if sure else "none_near", value, needed)
    return said_of(clause, ground, unit, found)


def _needed(clause: Clause, people: float) -> float:
    """How many places: at least so many, and one for so many people (the upper bound)."""
    if clause.people_per_facility is None:
        return float(clause.min_count)
    if np.isnan(people):
        return np.nan
    return float(max(clause.min_count, ceil(people / clause.people_per_facility[1])))


def _other_way(clause: Clause, ground: Ground, sets: Mapping[str, Mask], level: str, unit: str
               ) -> bool:
    good = {*CONFIRMED, *ground.study.include}
    said = development(ground, level, unit)
    return any(a.confidence in good and (a.applies_to == "all" or said == {a.applies_to})
               and _count(a, ground, sets, level, unit)[0] >= a.min_count
               for a in clause.alternatives)


def _count(asked: Clause | Alternative, ground: Ground, sets: Mapping[str, Mask], level: str,
           unit: str) -> tuple[int, int]:
    """Places inside that serve for sure, and those that may."""
    owner = ground.study.amenities["place_id"].to_numpy(dtype=object)
    sure = set(owner[ground.rows(level, unit, sets[asked.target])])
    maybe = set(owner[ground.rows(level, unit, sets[asked.doubtful])]) - sure
    listed, doubted = _by_ledger(asked, ground.study.ledger, ground.members[level][unit])
    return len(sure) + listed, len(maybe) + doubted


def _by_ledger(asked: Clause | Alternative, ledger: pd.DataFrame | None,
               members: tuple[str, ...]) -> tuple[int, int]:
    """Ledger rows without a place: those that serve, and those of which it isn't known."""
    if ledger is None:
        return 0, 0
    rows = ledger[ledger["category"].isin(asked.categories) & ledger["place_id"].isna()
                  & ledger["community_id"].isin(list(members))]
    sure = (rows["match"] != "review").to_numpy(bool)
    maybe = ~sure
    for column, least in (("area_m2", asked.min_area_m2), ("floor_m2", asked.min_floor_m2)):
        if least is not None:
            size = pd.to_numeric(rows[column]).to_numpy(float, na_value=np.nan)
            maybe = (maybe | (sure & np.isnan(size))) & ~(size < least)
            sure &= size >= least
    return int(sure.sum()), int((maybe & ~sure).sum())
