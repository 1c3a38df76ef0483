"""cover: from walks to answers. Which homes a clause covers, and what that makes of each unit.

A home is covered, not covered, or unknown with its reason; a unit meets a clause, does not meet
it, or it isn't known: only what is sure counts. Nothing missing is ever read as a failure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from greenmap.errors import StudyError
from greenmap.measure.causes import LACKING, name_causes
from greenmap.measure.completeness import collected_at_homes
from greenmap.measure.match_clauses import match_clauses
from greenmap.measure.people import count_people
from greenmap.measure.straight import name_waters, straight_to
from greenmap.measure.units_judged import judge_units
from greenmap.model.reach_table import ReachTable
from greenmap.model.standard import Clause
from greenmap.model.study import (
    COVERED,
    NOT_COVERED,
    UNKNOWN,
    Coverage,
    HomeAnswers,
    Study,
)
from greenmap.units import from_ticks, to_ticks

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Answer:
    """One clause's answers, homes in the table's order."""

    state: npt.NDArray[np.uint8]
    reason: npt.NDArray[np.object_]
    value: npt.NDArray[np.float64]
    amenity_id: npt.NDArray[np.object_]
    relieved: npt.NDArray[np.float64]
    search_limit: float
    assumed: Mask


def cover(reaches: Mapping[str, ReachTable], study: Study, *,
          trials: Mapping[str, Mapping[str, ReachTable]] | None = None,
          sure: Mapping[str, ReachTable] | None = None,
          no_waits: Mapping[str, ReachTable] | None = None) -> Coverage:
    """Say which homes every clause covers, and judge the units.

    Per home and clause: *covered* if a place that serves is reached within
    the limit, the limit itself included; *unknown* if the home isn't on the
    streets, if a place whose size or status isn't known would serve, if
    nobody collected the category, or if the walk leaves the data before the
    limit; else *not covered*. With a required share r a unit is *met* if
    covered / people ≥ r, *not met* if (covered + unknown) / people < r, else
    *not known*; without r it is *measured*.

    Parameters
    ----------
    reaches : mapping of str to ReachTable
        By profile; their columns are the clauses' targets, see
        :func:`greenmap.measure.match_clauses.match_clauses`.
    study : Study
        Tables, standard and share.
    trials : mapping of str to mapping of str to ReachTable, optional
        By profile and cause: the same walks with one hindrance taken away, see
        :func:`greenmap.measure.causes.list_trials`. Without them a long way is
        only called ``detour``.
    sure : mapping of str to ReachTable, optional
        By profile: the same walks with assumed gates shut. Who is covered but not by these
        is covered on an assumption. Default: nothing is assumed.

    no_waits : mapping of str to ReachTable, optional
        By profile: the same walks without waits at crossings, told beside those with them.

    Returns
    -------
    Coverage

    Raises
    ------
    StudyError
        A profile the standard names is missing in `reaches`.
    """
    missing = [p for p in study.standard.profiles if p not in reaches]
    if missing:
        raise StudyError("measure.profile_not_reached", profiles=", ".join(missing))
    clauses = study.standard.clauses
    sets = match_clauses(study.amenities, clauses)
    answers = [
        _reach_answer(clause, reaches[clause.profile], (trials or {}).get(clause.profile, {}),
                      (sure or reaches)[clause.profile], sets, study) if clause.kind == "reach"
        else _present_answer(clause, sets, study)
        for clause in clauses
    ]
    counted = [count_people(study.homes, study.communities, c.people) for c in clauses]
    homes = HomeAnswers(
        home_id=study.homes.index.to_numpy(dtype=object),
        clause_id=tuple(c.id for c in clauses),
        state=np.column_stack([a.state for a in answers]),
        reason=np.column_stack([a.reason for a in answers]),
        value=np.column_stack([a.value for a in answers]),
        amenity_id=np.column_stack([a.amenity_id for a in answers]),
        weight=np.column_stack([weight for weight, _ in counted]),
        search_limit=tuple(a.search_limit for a in answers),
        relieved=np.column_stack([a.relieved for a in answers]),
        assumed=np.column_stack([a.assumed for a in answers]),
        value_no_waits=_without_waits(clauses, no_waits),
    )
    return Coverage(judge_units(homes, study, [basis for _, basis in counted]), homes)


def _reach_answer(clause: Clause, table: ReachTable, trials: Mapping[str, ReachTable],
                  sure: ReachTable, sets: Mapping[str, Mask], study: Study) -> _Answer:
    limit = to_ticks(clause.limit, clause.unit)
    column = table.column(clause.target)
    confirmed = not clause.unconfirmed(study.include)
    covered = (table.ticks[:, column] <= limit) & confirmed
    maybe = table.ticks[:, table.column(clause.doubtful)] <= limit
    serves = sets[clause.target]
    limit_m = _limit_m(clause, study)

    # Each line overrules those above it: the reason nearest to the home itself is told.
    reason = np.full(len(covered), "none_near", dtype=object)
    straight_m, way = straight_to(study.homes, study.amenities, serves)
    reason[straight_m <= limit_m] = "detour"
    walks = {cause: trial.ticks[:, trial.column(clause.target)] for cause, trial in trials.items()}
    reason = name_causes(reason, limit, walks)
    reason = name_waters(reason, way, study.network.barriers)
    reason[table.edge_ticks <= limit] = "edge_of_data"
    reason[~collected_at_homes(study, clause.categories)] = "not_collected"
    off_street_m, _ = straight_to(study.homes, study.amenities,
                                  serves & ~_reachable(study, table.entrance_attached))
    reason[off_street_m <= limit_m] = "place_not_attached"
    reason[maybe] = "place_not_sure"
    if not confirmed:
        reason[:] = "not_confirmed"
    reason[~table.attached] = "not_attached"
    reason[covered] = ""

    lacking = np.isin(reason.astype(str), LACKING)
    state = np.select([covered, lacking], [COVERED, NOT_COVERED], UNKNOWN).astype(np.uint8)
    value = np.where(table.attached, table.nearest[:, column], np.nan)
    none = np.array([None], dtype=object)
    amenity = np.concatenate([table.place_id, none])[table.place[:, column]]
    relieved = np.full(len(value), np.nan)
    for cause, ticks in walks.items():
        relieved[reason == cause] = from_ticks(ticks, table.unit)[reason == cause]
    assumed = covered & (sure.ticks[:, sure.column(clause.target)] > limit)
    return _Answer(state, reason, value, amenity, relieved, table.search_limit, assumed)


def _without_waits(clauses: Sequence[Clause], tables: Mapping[str, ReachTable] | None
                   ) -> npt.NDArray[np.float64] | None:
    """Walks without waits; missing for clauses that ask for no walk."""
    if tables is None:
        return None
    walked = next(iter(tables.values()))
    nothing = np.full(len(walked.home_id), np.nan)
    columns = [nothing]
    for clause in clauses:
        table = tables.get(clause.profile) if clause.kind == "reach" else None
        columns.append(nothing if table is None else np.where(
            table.attached, table.nearest[:, table.column(clause.target)], np.nan))
    return np.column_stack(columns[1:])


def _reachable(study: Study, attached: Mask) -> Mask:
    """Whether any entrance of each row's place is on the streets."""
    place = study.amenities["place_id"].astype(str)
    joined: Mask = pd.Series(attached, index=place.index).groupby(place).transform("any"
                                                                                  ).to_numpy(bool)
    return joined


def _present_answer(clause: Clause, sets: Mapping[str, Mask], study: Study) -> _Answer:
    """Every home answers as its community does: are enough places inside it?"""
    sure, doubt = (_places_inside(study, sets[name]) for name in (clause.target, clause.doubtful))
    home = study.homes["community_id"].map(pd.Series(sure)).to_numpy(float, na_value=np.nan)
    with_doubt = home + study.homes["community_id"].map(pd.Series(doubt)).to_numpy(
        float, na_value=np.nan)
    covered = home >= clause.min_count
    reason = np.full(len(home), "none_near", dtype=object)
    reason[~collected_at_homes(study, clause.categories)] = "not_collected"
    reason[with_doubt >= clause.min_count] = "place_not_sure"
    reason[covered] = ""
    state = np.select([covered, reason == "none_near"], [COVERED, NOT_COVERED], UNKNOWN)
    nothing = np.full(len(home), None, dtype=object)
    return _Answer(state.astype(np.uint8), reason, home, nothing, np.full(len(home), np.nan),
                   np.inf, np.zeros(len(home), bool))


def _places_inside(study: Study, rows: Mask) -> dict[str, int]:
    """Count the places of some amenity rows inside each community."""
    points = study.amenities.geometry.to_numpy()[rows]
    owner = study.amenities["place_id"].to_numpy(dtype=object)[rows]
    tree = shapely.STRtree(points)
    counts = {}
    for community, area in study.communities.geometry.items():
        counts[str(community)] = len(set(owner[tree.query(area, predicate="intersects")]))
    return counts


def _limit_m(clause: Clause, study: Study) -> float:
    """Metres that a straight walk of the clause's limit covers."""
    if clause.unit == "m":
        return clause.limit
    return study.profiles[clause.profile].metres_in(clause.limit)

