"""Unit ground: what clauses of a whole unit stand on: its homes, communities, places, people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from greenmap.measure.answer import OUTSIDE, Answer, Mask
from greenmap.measure.people import count_people
from greenmap.measure.roll import in_order
from greenmap.model.clause import Clause
from greenmap.model.outline import is_hull
from greenmap.model.study import COVERED, UNKNOWN, Study
from greenmap.model.unit import COMPOUND, judged_level, parents_of, units_of_homes


@dataclass(frozen=True, slots=True)
class Finding:
    """What one unit answers to one clause.

    Parameters
    ----------
    state : int
        Into :data:`greenmap.model.study.ANSWERS`.
    reason : str
        Why not covered, or why unknown.
    value, needed : float
        Measured, and what the clause asks for; missing where neither is known.
    """

    state: int
    reason: str
    value: float = np.nan
    needed: float = np.nan


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A study, by units.

    Parameters
    ----------
    study : Study
    units : mapping of str to Series
        Per level, each home's unit.
    members : mapping of str to mapping of str to tuple of str
        Per level and unit, its communities; compounds have none.
    inside : mapping of str to array of int
        Per community, rows of the amenities inside it.
    people : mapping of str to float
        Per unit; missing where nobody was counted.
    completeness : DataFrame, optional
        Where absence may be believed, see
        :func:`greenmap.measure.completeness.check_completeness`.
    """

    study: Study
    units: Mapping[str, pd.Series]
    members: Mapping[str, Mapping[str, tuple[str, ...]]]
    inside: Mapping[str, npt.NDArray[np.int64]]
    people: Mapping[str, float]
    completeness: pd.DataFrame | None = None

    def rows(self, level: str, unit: str, mask: Mask) -> npt.NDArray[np.int64]:
        """Return the rows of the amenities inside a unit, of those in `mask`."""
        parts = [self.inside[c] for c in self.members[level][unit]]
        found = np.unique(np.concatenate([*parts, np.empty(0, np.int64)]).astype(np.int64))
        return found[mask[found]]

    def judged_at(self, clause: Clause) -> str | None:
        """Return the level at which a clause is judged here."""
        return judged_level(clause.unit_of_audit, self.units)


def unit_ground(study: Study, completeness: pd.DataFrame | None = None) -> Ground:
    """Lay out a study by units.

    Parameters
    ----------
    study : Study
    completeness : DataFrame, optional
        From :func:`greenmap.measure.completeness.check_completeness`.

    Returns
    -------
    Ground
    """
    units = units_of_homes(study.homes, study.communities, compounds=audits_compounds(study))
    members: dict[str, dict[str, tuple[str, ...]]] = {}
    for level, parent in parents_of(study.communities).items():
        grouped = parent.groupby(parent, sort=True).groups
        members[level] = {str(u): tuple(str(c) for c in ids) for u, ids in grouped.items()}
    if COMPOUND in units:
        members[COMPOUND] = {str(u): () for u in sorted(set(units[COMPOUND].dropna()))}
    areas = study.communities.geometry
    tree = shapely.STRtree(study.amenities.geometry.to_numpy())
    area, row = tree.query(areas.to_numpy(), predicate="intersects")
    if is_hull(study.communities):  # drawn around what belongs together: nothing counts by it
        area, row = area[:0], row[:0]
    inside = {str(c): np.sort(row[area == n]).astype(np.int64) for n, c in enumerate(areas.index)}
    return Ground(study, units, members, inside, _people(study, units, "all"), completeness)


def audits_compounds(study: Study) -> bool:
    """Say whether any clause is judged for a compound (小区)."""
    return any(c.unit_of_audit == COMPOUND for c in study.standard.clauses)


def group_people(ground: Ground, group: str) -> Mapping[str, float]:
    """Return the people of an age group per unit; missing where the group isn't known."""
    return _people(ground.study, ground.units, group)


def _people(study: Study, units: Mapping[str, pd.Series], group: str) -> dict[str, float]:
    weight, basis = count_people(study.homes, study.communities, group)
    known = basis in ("measured", "spread", "estimated")
    sums: dict[str, float] = {}
    order = in_order(study.homes)
    for of_home in units.values():
        people = pd.Series(weight[order], index=of_home.index[order])
        for unit, n in people.groupby(of_home.iloc[order].to_numpy(object)).sum().items():
            sums[str(unit)] = float(n) if known else np.nan
    return sums


def outside(clause: Clause, ground: Ground, level: str, unit: str) -> str:
    """Say why a clause asks nothing of a unit, or why that isn't known; else nothing.

    Parameters
    ----------
    clause : Clause
    ground : Ground
    level, unit : str

    Returns
    -------
    str
        One of :data:`greenmap.measure.answer.OUTSIDE`, ``new_or_existing``,
        ``people_not_known``, or empty.
    """
    people = ground.people.get(unit, 0.0)
    if clause.people_min and not people >= clause.people_min:
        return "people_not_known" if np.isnan(people) else "too_few_people"
    if clause.applies_to not in ("new", "existing"):
        return ""
    said = development(ground, level, unit)
    if said == {clause.applies_to}:
        return ""
    return "new_or_existing" if "" in said or len(said) > 1 else f"only_{clause.applies_to}"


def development(ground: Ground, level: str, unit: str) -> set[str]:
    """Return what is said of a unit's communities: ``new``, ``existing`` or, unsaid, empty."""
    study = ground.study
    members = ground.members[level].get(unit, ())
    if level == COMPOUND:
        owner = study.homes["community_id"][ground.units[COMPOUND] == unit]
        members = tuple(dict.fromkeys(owner.astype(str)))
    if "development" not in study.communities:
        return {study.development}
    said = study.communities["development"].reindex(list(members))
    return {study.development if pd.isna(s) else str(s) for s in said}


def answer_units(clause: Clause, ground: Ground, find: Callable[[str, str], Finding]) -> Answer:
    """Let every home answer as its unit does.

    Parameters
    ----------
    clause : Clause
    ground : Ground
    find : callable
        Gives a unit's finding, by level and unit.

    Returns
    -------
    Answer
    """
    study, level = ground.study, ground.judged_at(clause)
    unconfirmed = bool(clause.unconfirmed(study.include))
    findings = {unit: _finding(clause, ground, at, unit, find, unconfirmed)
                for at, units in ground.members.items() for unit in units}
    nothing = Finding(UNKNOWN, "no_unit" if level is None else "no_such_unit")
    own = (pd.Series(None, index=study.homes.index, dtype=object) if level is None
           else ground.units[level])
    homes = [findings.get(unit, nothing) if isinstance(unit, str) else nothing for unit in own]
    blank = np.full(len(homes), np.nan)
    return Answer(
        state=np.array([f.state for f in homes], np.uint8),
        reason=np.array([f.reason for f in homes], dtype=object),
        value=np.array([f.value for f in homes], float),
        amenity_id=np.full(len(homes), None, dtype=object), relieved=blank, search_limit=np.inf,
        assumed=np.zeros(len(homes), bool),
        units={unit: (f.value, f.needed) for unit, f in findings.items()})


def _finding(clause: Clause, ground: Ground, level: str, unit: str,
             find: Callable[[str, str], Finding], unconfirmed: bool) -> Finding:
    found = find(level, unit)
    why = outside(clause, ground, level, unit)
    if why in OUTSIDE or (why and found.state != COVERED):
        return Finding(UNKNOWN, why, found.value, found.needed)
    if unconfirmed:
        return Finding(UNKNOWN, "not_confirmed", found.value, found.needed)
    return found
