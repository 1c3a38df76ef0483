"""Reach answer: which homes a clause of ``kind = "reach"`` covers, and why not the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.measure.answer import Answer, Mask
from greenmap.measure.causes import LACKING, name_causes
from greenmap.measure.completeness import collected_at_homes
from greenmap.measure.straight import StraightWays, name_waters
from greenmap.measure.unit_ground import Ground
from greenmap.model.clause import CONFIRMED, Alternative, Clause
from greenmap.model.reach_table import ReachTable
from greenmap.model.study import COVERED, NOT_COVERED, UNKNOWN, Study
from greenmap.units import from_ticks, to_ticks


def reach_answer(clause: Clause, table: ReachTable, trials: Mapping[str, ReachTable],
                 sure: ReachTable, sets: Mapping[str, Mask], ground: Ground, ways: StraightWays
                 ) -> Answer:
    """Answer a clause that asks for a walk.

    Parameters
    ----------
    clause : Clause
        Of ``kind = "reach"``.
    table : ReachTable
        Walks of the clause's profile.
    trials : mapping of str to ReachTable
        By cause: the same walks with one hindrance taken away.
    sure : ReachTable
        The same walks with assumed gates shut.
    sets : mapping of str to (e,) bool arrays
        See :func:`greenmap.measure.match_clauses.match_clauses`.
    ground : Ground
        The study, by units.
    ways : StraightWays
        From its homes to its amenities.

    Returns
    -------
    Answer
    """
    study, limit = ground.study, to_ticks(clause.limit, clause.unit)
    column = table.column(clause.target)
    others = _alternatives(clause, study)
    confirmed = not clause.unconfirmed(study.include)
    covered = _within(clause, table, others) & confirmed
    maybe = _maybe(clause, table, others)
    serves = sets[clause.target]
    limit_m = limit_in_metres(clause, study)

    # Each line overrules those above it: the reason nearest to the home itself is told.
    reason = np.full(len(covered), "none_near", dtype=object)
    straight_m, place = ways.to(serves)
    reason[straight_m <= limit_m] = "detour"
    walks = {cause: trial.ticks[:, trial.column(clause.target)] for cause, trial in trials.items()}
    reason = name_causes(reason, limit, walks)
    reason = name_waters(reason, ways, place, study.network.barriers)
    if clause.min_count > 1:
        reason[table.ticks[:, column] <= limit] = "too_few"
    reason[table.edge_ticks <= limit] = "edge_of_data"
    believed = collected_at_homes(study, clause.categories, table=ground.completeness)
    reason[~believed] = "not_collected"
    off_street_m, _ = ways.to(serves & ~_reachable(study, table.entrance_attached))
    reason[off_street_m <= limit_m] = "place_not_attached"
    reason[maybe] = "place_not_sure"
    if not confirmed:
        reason[:] = "not_confirmed"
    reason[~table.attached] = "not_attached"
    reason[covered] = ""

    lacking = pd.Index(reason, dtype=object).isin(LACKING)
    state = np.select([covered, lacking], [COVERED, NOT_COVERED], UNKNOWN).astype(np.uint8)
    value, amenity = _nearest(table, clause, others, covered)
    relieved = np.full(len(value), np.nan)
    for cause, ticks in walks.items():
        relieved[reason == cause] = from_ticks(ticks, table.unit)[reason == cause]
    assumed = covered & ~_within(clause, sure, others)
    return Answer(state, reason, value, amenity, relieved, table.search_limit, assumed)


def walks_without_waits(clauses: Sequence[Clause], tables: Mapping[str, ReachTable] | None
                        ) -> npt.NDArray[np.float64] | None:
    """Return walks without waits; missing for clauses that ask for no walk.

    Parameters
    ----------
    clauses : (k,) sequence of Clause
    tables : mapping of str to ReachTable, optional
        By profile.

    Returns
    -------
    (h, k) array of float, optional
        In the clauses' units; None without tables.
    """
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


def limit_in_metres(clause: Clause, study: Study) -> float:
    """Return the metres that a straight walk of the clause's limit covers."""
    if clause.unit == "m":
        return clause.limit
    return study.profiles[clause.profile].metres_in(clause.limit)


def _alternatives(clause: Clause, study: Study) -> tuple[Alternative, ...]:
    """The alternatives whose figures may be scored and that hold everywhere in the study."""
    good = {*CONFIRMED, *study.include}
    return tuple(a for a in clause.alternatives
                 if a.confidence in good and a.applies_to in ("all", study.development))


def _within(clause: Clause, table: ReachTable, others: Sequence[Alternative]) -> Mask:
    def near(target: str, limit: float, count: int) -> Mask:
        column = table.column(target)
        if count > 1:
            many: Mask = table.within[:, column, table.bands.index(limit)] >= count
            return many
        one: Mask = table.ticks[:, column] <= to_ticks(limit, clause.unit)
        return one

    found = near(clause.target, clause.limit, clause.min_count)
    for other in others:
        found = found | near(other.target, other.limit or clause.limit, other.min_count)
    return found


def _maybe(clause: Clause, table: ReachTable, others: Sequence[Alternative]) -> Mask:
    found: Mask = (table.ticks[:, table.column(clause.doubtful)]
                   <= to_ticks(clause.limit, clause.unit))
    for other in others:
        limit = to_ticks(other.limit or clause.limit, clause.unit)
        found = found | (table.ticks[:, table.column(other.doubtful)] <= limit)
    return found


def _nearest(table: ReachTable, clause: Clause, others: Sequence[Alternative], covered: Mask
             ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.object_]]:
    """Walk to the place that serves: the clause's own, else the alternative that covers."""
    none = np.array([None], dtype=object)
    places = np.concatenate([table.place_id, none])
    column = table.column(clause.target)
    value, place = table.nearest[:, column].copy(), table.place[:, column].copy()
    for other in others:
        own = table.column(other.target)
        limit = to_ticks(other.limit or clause.limit, clause.unit)
        takes = covered & (value > clause.limit) & (table.ticks[:, own] <= limit)
        value[takes], place[takes] = table.nearest[takes, own], table.place[takes, own]
    return np.where(table.attached, value, np.nan), places[place]


def _reachable(study: Study, attached: Mask) -> Mask:
    """Whether any entrance of each row's place is on the streets."""
    place, _ = pd.factorize(study.amenities["place_id"].astype(str), use_na_sentinel=False)
    joined: Mask = np.bincount(place, weights=attached)[place] > 0
    return joined
