"""Track: communities' status by year against a programme's targets, and who comes next.

A target is judged at its own date: by those who carried the title then; how many more it needs is
told as of today's status. Where the status of some communities isn't known, the target is met or
not only if that can't change it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from greenmap.errors import Faults
from greenmap.model.programme import Programme, Target, load_programme, period_end
from greenmap.model.schema import first_few
from greenmap.model.study import Assessment
from greenmap.model.track import Track

_TABLE = ("target_id", "city", "by", "metric", "value", "total", "done", "unknown", "rate",
          "needed", "more", "state", "reason", "choice")
_LEFT = ("rank", "community_id", "name", "city", "district", "rank_in_district", "subdistrict",
         "status", "gaps", "not_known", "people", "enough_for")


def track(status: pd.DataFrame | None, targets: Programme | str, *, as_of: str | None = None,
          choose: Sequence[str] = (), only: Sequence[str] = (), city: str = "",
          assessment: Assessment | None = None) -> Track:
    """Hold the status of communities against a programme's targets.

    Parameters
    ----------
    status : DataFrame or None
        From :func:`greenmap.read_status`; None takes the counts the programme
        was told of.
    targets : Programme or str
        Targets, or the id or path of a programme.
    as_of : str, optional
        Date of the status: a year, a month or a day. Default: its newest date.
    choose : sequence of str
        Of targets that conflict, the ids the study goes by. The others are shown all the same.
    only : sequence of str
        Ids of the targets to show; default all.
    city : str
        City of all communities, where the table doesn't say.
    assessment : Assessment, optional
        Gives each community's gaps and residents, and the communities that
        a status may name.

    Returns
    -------
    Track

    Raises
    ------
    InputFaults
        Unknown target or community, two of one conflict chosen, a target
        that fell due before the first status.

    Examples
    --------
    >>> found = track(None, "hegang")
    >>> found.table[["done", "total", "needed", "state"]].values.tolist()
    [[41, 66, 40, 'met']]
    """
    programme = targets if isinstance(targets, Programme) else load_programme(targets)
    faults = Faults()
    _check_ids(programme, choose, only, faults)
    asked = [t for t in programme.targets if not only or t.id in only]
    counts = _Told(programme, city) if status is None else _Counts(status, city)
    if status is not None and assessment is not None:
        _check_communities(status, assessment, faults)
    said = None if as_of is None else period_end(as_of)
    if as_of is not None and said is None:
        faults.add("programme.as_of", found=as_of)
    at = said or counts.newest()
    _check_past(asked, counts, at, faults)
    faults.raise_if_any()
    choice = _choices(programme, choose)
    rows = [_judge(t, c, counts, at) | {"choice": choice.get(t.id, "")}
            for t in asked for c in _cities(t, counts)]
    table = pd.DataFrame(rows, columns=list(_TABLE)).astype(
        dict.fromkeys(("total", "done", "unknown", "needed", "more"), "Int64"))
    left = _left(counts, at, assessment, table)
    return Track(programme, at, table, counts.history(at), left)


class _Counts:
    """Counts made from a list of communities."""

    def __init__(self, status: pd.DataFrame, city: str) -> None:
        self.rows = status.assign(city=status["city"].fillna(city))
        self.cities = tuple(sorted(set(self.rows["city"])))

    def newest(self) -> str:
        return str(max(self.rows["date"], default=""))

    def has_status(self, by: str) -> bool:
        return bool(((self.rows["date"] <= by) & (self.rows["date"] != "")).any())

    def at(self, date: str) -> pd.DataFrame:
        """Each community's newest row up to a date; status unknown where there is none."""
        rows = self.rows.sort_values(["date", "community_id"], kind="stable")
        last = rows[rows["date"] <= date].groupby("community_id").tail(1)
        everyone = rows.groupby("community_id").tail(1).set_index("community_id")
        # Not listed yet by then: it had no title.
        status = last.set_index("community_id")["status"].reindex(everyone.index)
        return everyone.assign(status=status.fillna("not_done")).sort_index()

    def count(self, target: Target | None, city: str | None, date: str
              ) -> tuple[int, int | None, int]:
        rows = self.at(date)
        if city is not None:
            rows = rows[rows["city"] == city]
        elif target is not None:
            rows = rows[rows["city"].map(target.holds_for)]
        return (int((rows["status"] == "done").sum()), len(rows),
                int((rows["status"] == "unknown").sum()))

    def history(self, at: str) -> pd.DataFrame:
        dates = sorted({d for d in self.rows["date"] if d and d <= at} | ({at} if at else set()))
        rows = [(city, date, *self.count(None, city, date)[:2])
                for city in self.cities for date in dates]
        return _history(rows)


class _Told:
    """Counts as a source tells them, without a list."""

    def __init__(self, programme: Programme, city: str) -> None:
        self.told = [(t.city or city, t.date, t.done, t.total)
                     for t in sorted(programme.told, key=lambda t: (t.city, t.date))]
        self.cities = tuple(sorted({row[0] for row in self.told})) or (city,)

    def newest(self) -> str:
        return max((row[1] for row in self.told), default="")

    def has_status(self, by: str) -> bool:
        return any(row[1] <= by for row in self.told)

    def at(self, date: str) -> pd.DataFrame:
        return pd.DataFrame(columns=["name", "city", "district", "subdistrict", "people", "gaps",
                                     "status", "date"]).rename_axis("community_id")

    def count(self, target: Target | None, city: str | None, date: str
              ) -> tuple[int, int | None, int] | None:
        newest = {row[0]: row for row in self.told if row[1] <= date
                  and city in (None, row[0]) and (target is None or target.holds_for(row[0]))}
        if not newest:
            return None
        totals = [row[3] for row in newest.values()]
        total = None if None in totals else sum(t for t in totals if t is not None)
        return sum(row[2] for row in newest.values()), total, 0

    def history(self, at: str) -> pd.DataFrame:
        return _history([row for row in self.told if row[1] <= at])


def _history(rows: Sequence[tuple[str, str, int, int | None]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["city", "date", "done", "total"]).astype(
        {"done": "Int64", "total": "Int64"})
    return table.assign(rate=(table["done"] / table["total"]).astype("Float64"))


def _check_ids(programme: Programme, choose: Sequence[str], only: Sequence[str], faults: Faults
               ) -> None:
    known = [t.id for t in programme.targets]
    for name in sorted({*choose, *only} - set(known)):
        faults.add("programme.unknown_target", found=name, known=", ".join(known))
    for group in programme.conflicts():
        both = [t.id for t in group if t.id in choose]
        if len(both) > 1:
            faults.add("programme.chose_both", ids=", ".join(both))


def _check_communities(status: pd.DataFrame, assessment: Assessment, faults: Faults) -> None:
    known = set(assessment.study.communities.index.astype(str))
    lost = sorted(set(status["community_id"].astype(str)) - known)
    if lost:
        faults.add("programme.status_of_unknown", found=first_few(lost),
                   known=first_few(sorted(known), 3))


def _check_past(targets: Sequence[Target], counts: _Counts | _Told, at: str, faults: Faults
                ) -> None:
    """A target that fell due can't be judged by a status that begins later."""
    for target in targets:
        now = target.by == at and len(counts.at(at)) > 0  # rows without a date are of that day
        if at and target.by <= at and not (now or counts.has_status(target.by)):
            faults.add("programme.past_without_status", target=target.id, by=target.by, as_of=at)


def _choices(programme: Programme, choose: Sequence[str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for group in programme.conflicts():
        settled = any(t.id in choose for t in group)
        for t in group:
            said[t.id] = ("chosen" if t.id in choose else "not_chosen") if settled else "open"
    return said


def _cities(target: Target, counts: _Counts | _Told) -> Sequence[str | None]:
    if target.per != "city":
        return [None]
    return [c for c in counts.cities if c == "" or target.holds_for(c)]


def _judge(target: Target, city: str | None, counts: _Counts | _Told, at: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "target_id": target.id, "city": city or "", "by": target.by, "metric": target.metric,
        "value": target.value, "total": None, "done": None, "unknown": None, "rate": None,
        "needed": target.needed(None), "more": None, "state": "not_known", "reason": "no_status"}
    if city == "" and (target.cities or target.except_cities):
        return row | {"reason": "no_city"}
    found = counts.count(target, city, min(target.by, at)) if at else None
    if found is None:
        return row
    done, total, unknown = found
    needed = target.needed(total)
    row |= {"done": done, "total": total, "unknown": unknown, "needed": needed,
            "rate": done / total if total else None}
    if needed is None or total == 0:
        return row | {"reason": "no_total" if needed is None else "nobody"}
    state, reason = "not_known", "status_unknown"
    if done >= needed:
        state, reason = "met", ""
    elif target.by > at:
        state, reason = "not_due", ""
    elif done + unknown < needed:
        state, reason = "not_met", ""
    now = counts.count(target, city, at)
    assert now is not None
    return row | {"more": max(0, needed - now[0]), "state": state, "reason": reason}


def _left(counts: _Counts | _Told, at: str, assessment: Assessment | None, table: pd.DataFrame
          ) -> pd.DataFrame:
    """Fewest gaps first; a clause that isn't known may be one, so it counts until it is checked."""
    rows = counts.at(at)
    rows = rows[rows["status"] != "done"].reset_index().assign(not_known=None)
    if assessment is not None:
        rows = rows.assign(**_from_assessment(assessment, rows["community_id"]))
    rows = rows.assign(**{name: pd.to_numeric(rows[name]).astype("Float64")
                          for name in ("gaps", "not_known", "people")})
    worst = rows["gaps"] + rows["not_known"].fillna(0)
    order = rows.assign(worst=worst, fewer=-rows["people"]).sort_values(
        ["worst", "gaps", "fewer", "community_id"], na_position="last", kind="stable")
    left = rows.loc[order.index].reset_index(drop=True)
    left["rank"] = range(1, len(left) + 1)
    left["rank_in_district"] = left.groupby(left["district"].fillna("")).cumcount() + 1
    at_once = table[(table["city"] == "") & (table["more"].fillna(0) > 0)]
    more: Mapping[str, int] = dict(zip(at_once["target_id"], at_once["more"], strict=True))
    left["enough_for"] = [", ".join(t for t, n in more.items() if n == rank)
                          for rank in left["rank"]]
    return left[list(_LEFT)]


def _from_assessment(assessment: Assessment, ids: pd.Series[Any]) -> dict[str, pd.Series[Any]]:
    judged = assessment.coverage
    judged = judged[judged["level"] == "community"]
    states = judged["state"].groupby(level="unit_id").value_counts().unstack(fill_value=0)
    states = states.reindex(columns=["not_met", "not_known"], fill_value=0)
    homes = assessment.study.homes
    people = homes.groupby("community_id")["people"].sum(min_count=1) if "people" in homes \
        else pd.Series(dtype=float)
    return {"gaps": ids.map(states["not_met"]), "not_known": ids.map(states["not_known"]),
            "people": ids.map(people)}
