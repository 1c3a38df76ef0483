"""Score: a sheet's points and stars per community; what isn't known is a range, never zero."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from greenmap.model.score_sheet import (
    SLACK,
    Score,
    ScoreItem,
    ScoreSheet,
    check_standard,
    load_score_sheet,
)
from greenmap.model.study import Assessment

_TABLE = ("name", "points_low", "points_high", "of", "stars_low", "stars_high", "veto_failed",
          "veto_open", "not_known", "next_star", "points_short", "next_check", "next_do")


def score(assessment: Assessment, sheet: ScoreSheet | str) -> Score:
    """Score every community by a sheet.

    Parameters
    ----------
    assessment : Assessment
        Its coverage answers the items that rest on clauses, its study's
        survey the others.
    sheet : ScoreSheet or str
        A sheet, or the id or path of one.

    Returns
    -------
    Score

    Raises
    ------
    InputFaults
        The sheet names clauses the study's standard doesn't have.
    """
    sheet = sheet if isinstance(sheet, ScoreSheet) else load_score_sheet(sheet)
    check_standard(sheet, assessment.study.standard)
    answers = _answers(assessment)
    rows: dict[tuple[str, str], _Given] = {}
    totals = []
    names = assessment.study.communities["name"]
    for community, name in zip(names.index.astype(str), names, strict=True):
        given = {item.id: _by_clause(assessment.coverage, community, item) if item.clause
                 else _by_survey(answers.get((community, item.id)), item) for item in sheet.items}
        rows |= {(community, key): row for key, row in given.items()}
        totals.append(_total(sheet, given, str(name)))
    items = pd.DataFrame(list(rows.values()), columns=list(_Given._fields),
                         index=pd.MultiIndex.from_tuples(list(rows), names=["community_id",
                                                                            "item_id"]))
    table = pd.DataFrame(totals, index=pd.Index(names.index.astype(str), name="community_id"),
                         columns=list(_TABLE))
    return Score(sheet, table, items)


class _Given(NamedTuple):
    """What one item gives one community."""

    points: float
    low: float
    high: float
    state: str
    basis: str
    said: str
    date: str


def _answers(assessment: Assessment) -> dict[tuple[str, str], tuple[Any, str]]:
    """The newest answer per unit and item."""
    survey = assessment.study.survey
    if survey is None:
        return {}
    newest = survey.sort_values("date", kind="stable")
    return {(str(row["unit_id"]), str(row["item_id"])): (row["value"], str(row["date"]))
            for row in newest.to_dict("records")}


def _by_clause(coverage: pd.DataFrame, community: str, item: ScoreItem) -> _Given:
    row: Any = coverage.loc[(community, item.clause)]
    state = str(row["state"])
    if state == "not_applicable":
        return _Given(item.points, 0.0, 0.0, "not_applicable", "clause", state, "")
    low, high = 0.0, item.points
    if item.steps:
        shares = float(row["share_low"]), float(row["share_high"])
        low, high = (item.points_at(s) if np.isfinite(s) else end
                     for s, end in zip(shares, (0.0, item.points), strict=True))
    elif state == "met":
        low = item.points
    elif state == "not_met":
        high = 0.0
    return _Given(item.points, low, high, _state(item, low, high), "clause", state, "")


def _by_survey(said: tuple[Any, str] | None, item: ScoreItem) -> _Given:
    if said is None:
        return _Given(item.points, 0.0, item.points, "not_known", "survey", "", "")
    value, date = said
    points = item.points_at(float(value)) if item.steps else item.points * bool(value)
    shown = ("yes" if value else "no") if isinstance(value, bool | np.bool_) else f"{value:g}"
    return _Given(item.points, points, points, _state(item, points, points), "survey", shown, date)


def _state(item: ScoreItem, low: float, high: float) -> str:
    if high - low > SLACK:
        return "not_known"
    if low >= item.points - SLACK:
        return "full"
    return "part" if low > SLACK else "none"


def _total(sheet: ScoreSheet, given: dict[str, _Given], name: str) -> tuple[Any, ...]:
    rows = {key: row for key, row in given.items() if row.state != "not_applicable"}
    low, high, of = (sum(float(row[k]) for row in rows.values()) for k in (1, 2, 0))
    vetoes = [item.id for item in sheet.items if item.veto and item.id in rows]
    failed = [v for v in vetoes if rows[v].high < rows[v].points - SLACK]
    open_ = [v for v in vetoes if v not in failed and rows[v].low < rows[v].points - SLACK]
    least, most = (sheet.stars_at(points, of) for points in (low, high))
    if failed or open_:
        least = min(least, sheet.veto_stars)
    if failed:
        most = min(most, sheet.veto_stars)
    unknown = sum(row.state == "not_known" for row in rows.values())
    step = next((s for s in sheet.stars if s.stars > least), None)
    head = (name, low, high, of, least, most, tuple(failed), tuple(open_), unknown)
    if step is None or of <= 0:
        return *head, None, 0.0, (), ()
    short = max(0.0, step.least / sheet.total * of - low)
    chosen = _fewest(rows, short, [*failed, *open_] if step.stars > sheet.veto_stars else [])
    check = tuple(i for i in chosen if rows[i].state == "not_known")
    return *head, step.stars, short, check, tuple(i for i in chosen if i not in check)


def _fewest(rows: dict[str, _Given], short: float, must: list[str]) -> list[str]:
    """The fewest items whose missing points make up what is short; vetoes come first."""
    gain = {key: row.points - row.low for key, row in rows.items()}
    chosen = list(must)
    short -= sum(gain[key] for key in must)
    for key in sorted(gain, key=lambda key: (-gain[key], key)):
        if short <= SLACK:
            break
        if key not in chosen and gain[key] > SLACK:
            chosen.append(key)
            short -= gain[key]
    return chosen
