"""Score sheet: items, points, thresholds, stars and vetoes as data; spatial and survey together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from greenmap.errors import Faults
from greenmap.model.clause import ANSWERS_OF_SURVEY
from greenmap.model.record_text import make_record, read_record_file, shipped
from greenmap.model.standard_record import Standard

SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """One line of a score sheet.

    Parameters
    ----------
    id : str
        Unique in the sheet; under it the survey answers.
    zh, en : str
        Wording.
    group : str
        Id of its class.
    points : float
        What it gives in full.
    clause : str
        Clause of the study's standard it rests on; empty: asked in the survey.
    answer : {"yes_no", "number"}, optional
        What the survey asks for.
    steps : tuple of (float, float)
        From this share of people covered (0…1), or this number, so many
        points; rising. Empty: all points or none.
    veto : bool
        Where it isn't in full, the stars are capped.
    """

    id: str
    zh: str
    en: str
    group: str
    points: float
    clause: str = ""
    answer: str = ""
    steps: tuple[tuple[float, float], ...] = ()
    veto: bool = False

    def text(self, lang: str) -> str:
        """Return the wording in `lang`."""
        return self.zh if lang == "zh" else self.en

    def points_at(self, value: float) -> float:
        """Return the points a share or a number gives.

        Examples
        --------
        >>> item = ScoreItem("a", "", "", "x", 4, steps=((0.8, 2), (0.9, 4)))
        >>> item.points_at(0.79), item.points_at(0.8), item.points_at(1)
        (0.0, 2.0, 4.0)
        """
        reached = [points for least, points in self.steps if value >= least - SLACK]
        return float(reached[-1]) if reached else 0.0


@dataclass(frozen=True, slots=True)
class ScoreClass:
    """A class of items.

    Parameters
    ----------
    id, zh, en : str
        Key and names.
    """

    id: str
    zh: str
    en: str

    def text(self, lang: str) -> str:
        """Return the name in `lang`."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Star:
    """A level of stars.

    Parameters
    ----------
    stars : int
        How many.
    least : float
        Points of the whole sheet it takes; where items don't apply, the same
        part of the points that do.
    """

    stars: int
    least: float


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """A score sheet.

    Parameters
    ----------
    id, zh, en : str
        Key and names.
    source_zh, source_en, confidence : str
        What it rests on, how sure that is.
    standard : str
        Id of the standard its clauses are of; empty: none is used.
    example : bool
        Shipped to show how; every output says so.
    veto_stars : int
        Most stars where a veto item fails.
    classes, items, stars : tuple
        In the order of the file; stars rising.
    """

    id: str
    zh: str
    en: str
    source_zh: str
    source_en: str
    confidence: str
    standard: str = ""
    example: bool = False
    veto_stars: int = 0
    classes: tuple[ScoreClass, ...] = ()
    items: tuple[ScoreItem, ...] = ()
    stars: tuple[Star, ...] = ()

    @property
    def total(self) -> float:
        """Points of all items."""
        return float(sum(item.points for item in self.items))

    def name(self, lang: str) -> str:
        """Return the sheet's name in `lang`."""
        return self.zh if lang == "zh" else self.en

    def stars_at(self, points: float, of: float) -> int:
        """Return the stars that points of those that apply give."""
        reached = [s.stars for s in self.stars
                   if of > 0 and points >= s.least / self.total * of - SLACK]
        return max(reached, default=0)


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """What a sheet gives each community; what isn't known makes a range.

    Parameters
    ----------
    sheet : ScoreSheet
    table : DataFrame
        Index ``community_id``: ``name``, ``points_low``, ``points_high``,
        ``of`` (points that apply), ``stars_low``, ``stars_high``,
        ``veto_failed``, ``veto_open`` (item ids), ``not_known`` (items),
        ``next_star``, ``points_short``, ``next_check``, ``next_do`` (item ids:
        the fewest that bring the next star, those to be checked and to be
        done).
    items : DataFrame
        Index (``community_id``, ``item_id``): ``points``, ``low``, ``high``,
        ``state`` (full, part, none, not_known, not_applicable), ``basis``
        (clause, survey), ``said`` (the coverage's state, or the survey's
        answer), ``date``.
    """

    sheet: ScoreSheet
    table: pd.DataFrame
    items: pd.DataFrame

    def _repr_html_(self) -> str:
        return self.table.to_html()


def score_sheet_ids() -> tuple[str, ...]:
    """Return the ids of the score sheets that ship as examples.

    Examples
    --------
    >>> score_sheet_ids()
    ('three-classes-five-stars',)
    """
    return shipped("score_sheets")


def load_score_sheet(source: str | Path) -> ScoreSheet:
    """Load a score sheet that ships, or one of your own.

    Parameters
    ----------
    source : str or Path
        An id, or the path of a TOML file with ``[sheet]``, ``[[class]]``,
        ``[[item]]`` and ``[[star]]``.

    Returns
    -------
    ScoreSheet

    Raises
    ------
    UnreadableFileError
        Unknown id, or the file isn't TOML.
    InputFaults
        Everything wrong with it, told at once.

    Examples
    --------
    >>> sheet = load_score_sheet("three-classes-five-stars")
    >>> len(sheet.classes), len(sheet.stars), sheet.total, sheet.example
    (3, 5, 100.0, True)
    """
    table, file = read_record_file(source, "score_sheets")
    faults = Faults()
    for name in sorted(set(table) - {"sheet", "class", "item", "star"}):
        faults.add("record.unknown_field", file=file, entry="-", field=name,
                   known="sheet, class, item, star")
    classes = _records(ScoreClass, table, "class", file, faults)
    items = _records(ScoreItem, table, "item", file, faults)
    stars = _records(Star, table, "star", file, faults)
    _check_items(items, {c.id for c in classes}, file, faults)
    _check_stars(stars, sum(item.points for item in items), file, faults)
    head = {k: v for k, v in table.get("sheet", {}).items()
            if k not in ("classes", "items", "stars")}
    made = make_record(ScoreSheet, head, file=file, entry="[sheet]", faults=faults)
    if made is not None and not made.standard and any(item.clause for item in items):
        faults.add("score.no_standard", file=file)
    faults.raise_if_any()
    return ScoreSheet(**head, classes=tuple(classes), items=tuple(items), stars=tuple(stars))


def check_standard(sheet: ScoreSheet, standard: Standard) -> None:
    """Refuse a sheet whose clauses a standard doesn't have.

    Parameters
    ----------
    sheet : ScoreSheet
    standard : Standard
        The study's.

    Raises
    ------
    InputFaults
    """
    faults = Faults()
    known = {c.id for c in standard.clauses}
    lost = [item.clause for item in sheet.items if item.clause and item.clause not in known]
    if lost:
        faults.add("score.clauses_missing", sheet=sheet.id, standard=standard.id,
                   wanted=sheet.standard, clauses=", ".join(lost[:8]), count=len(lost))
    faults.raise_if_any()


def _records(kind: type[Any], table: dict[str, Any], name: str, file: str, faults: Faults
             ) -> list[Any]:
    words = {"answer": ("", *ANSWERS_OF_SURVEY)} if kind is ScoreItem else None
    rows = table.get(name, [])
    if not rows:
        faults.add("score.empty", file=file, section=f"[[{name}]]")
    made = []
    for n, row in enumerate(rows, 1):
        said = row.get("id", "") if isinstance(row, dict) else ""
        record = make_record(kind, row, file=file, entry=f"[[{name}]] {n} {said}".rstrip(),
                             faults=faults, words=words)
        made += [] if record is None else [record]
    ids = [getattr(record, "id", None) for record in made]
    for double in sorted({str(i) for i in ids if i is not None and ids.count(i) > 1}):
        faults.add("record.id_twice", file=file, entry=double)
    return made


def _check_items(items: list[ScoreItem], classes: set[str], file: str, faults: Faults) -> None:
    for item in items:
        where = {"file": file, "entry": item.id}
        if item.group not in classes:
            faults.add("score.unknown_class", **where, found=item.group,
                       known=", ".join(sorted(classes)))
        if bool(item.clause) == bool(item.answer):
            faults.add("score.one_basis", **where)
        if item.points <= 0:
            faults.add("score.points", **where, found=item.points)
        if item.answer == "number" and not item.steps:
            faults.add("score.steps_missing", **where)
        if item.steps and not _rising(item):
            faults.add("score.steps", **where, points=f"{item.points:g}")


def _rising(item: ScoreItem) -> bool:
    steps = item.steps
    if not all(isinstance(s, list | tuple) and len(s) == 2 for s in steps):
        return False
    ordered = all(a[0] < b[0] and a[1] < b[1] for a, b in zip(steps, steps[1:], strict=False))
    return ordered and steps[-1][1] == item.points


def _check_stars(stars: list[Star], total: float, file: str, faults: Faults) -> None:
    rising = all(a.stars < b.stars and a.least < b.least
                 for a, b in zip(stars, stars[1:], strict=False))
    if not rising or any(not 0 < s.least <= total for s in stars):
        faults.add("score.stars", file=file, total=f"{total:g}")
