"""cover: from walks to answers. Which homes a clause covers, and what that makes of each unit.

A home is covered, not covered, or unknown with its reason; a unit meets a clause, does not meet
it, or it isn't known: only what is sure counts. Nothing missing is ever read as a failure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from greenmap.errors import StudyError
from greenmap.measure.answer import Answer, Mask
from greenmap.measure.area_answer import area_answer
from greenmap.measure.match_clauses import match_clauses
from greenmap.measure.people import count_people
from greenmap.measure.present_answer import present_answer
from greenmap.measure.reach_answer import reach_answer, walks_without_waits
from greenmap.measure.straight import StraightWays
from greenmap.measure.survey_answer import survey_answer
from greenmap.measure.unit_ground import Ground, outside, unit_ground
from greenmap.measure.units_judged import judge_units
from greenmap.model.reach_table import ReachTable
from greenmap.model.standard import Clause
from greenmap.model.study import UNKNOWN, Coverage, HomeAnswers, Study


def cover(reaches: Mapping[str, ReachTable], study: Study, *,
          trials: Mapping[str, Mapping[str, ReachTable]] | None = None,
          sure: Mapping[str, ReachTable] | None = None,
          no_waits: Mapping[str, ReachTable] | None = None,
          ways: StraightWays | None = None, completeness: pd.DataFrame | None = None) -> Coverage:
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
    ways : StraightWays, optional
        From the study's homes to its amenities. Default: measured here.
    completeness : DataFrame, optional
        From :func:`greenmap.check_completeness`, for all that the standard asks for. Default:
        found here.

    Returns
    -------
    Coverage

    Raises
    ------
    StudyError
        A profile the standard names is missing in `reaches`; the standard has
        levels only and no clause.
    """
    missing = [p for p in study.standard.profiles if p not in reaches]
    if missing:
        raise StudyError("measure.profile_not_reached", profiles=", ".join(missing))
    clauses = study.standard.clauses
    if not clauses:
        raise StudyError("measure.standard_without_clauses", standard=study.standard.id)
    sets = match_clauses(study.amenities, clauses)
    ground = unit_ground(study, completeness)
    ways = ways or StraightWays(study.homes, study.amenities)
    answers = [
        _asked(clause, ground, reach_answer(
            clause, reaches[clause.profile], (trials or {}).get(clause.profile, {}),
            (sure or reaches)[clause.profile], sets, ground, ways))
        if clause.kind == "reach" else _of_units(clause, ground, sets)
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
        weight=np.column_stack([np.where(a.outside, 0.0, weight) for a, (weight, _)
                                in zip(answers, counted, strict=True)]),
        search_limit=tuple(a.search_limit for a in answers),
        relieved=np.column_stack([a.relieved for a in answers]),
        assumed=np.column_stack([a.assumed for a in answers]),
        value_no_waits=walks_without_waits(clauses, no_waits),
    )
    table = judge_units(homes, study, [basis for _, basis in counted],
                        [a.units for a in answers])
    return Coverage(table, homes)


def _of_units(clause: Clause, ground: Ground, sets: Mapping[str, Mask]) -> Answer:
    if clause.kind == "survey":
        return survey_answer(clause, ground)
    return (present_answer if clause.kind == "present" else area_answer)(clause, ground, sets)


def _asked(clause: Clause, ground: Ground, answer: Answer) -> Answer:
    """Take out the homes of units of which a walking clause asks nothing."""
    level = ground.judged_at(clause)
    if level is None or (clause.applies_to not in ("new", "existing") and not clause.people_min):
        return answer
    own = ground.units[level]
    why = {u: outside(clause, ground, level, str(u)) for u in dict.fromkeys(own.dropna())}
    said = own.map(why).fillna("").to_numpy(dtype=object).astype(str)
    state, reason = answer.state.copy(), answer.reason.copy()
    state[said != ""] = UNKNOWN
    reason[said != ""] = said[said != ""]
    return replace(answer, state=state, reason=reason)
