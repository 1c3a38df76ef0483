"""Programme: what a jurisdiction has promised by when, and what it has told, as data.

A target keeps the sentence it was taken from, in our words, and how sure that is. Two sentences
of one text may promise different shares for one date: both are kept, the study chooses.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

from greenmap.errors import Faults
from greenmap.model.record_text import make_record, read_record_file, shipped
from greenmap.model.standard import CONFIRMED

METRICS = ("share", "count")
"""A target's value is a share of the communities (0…1), or a number of them."""

PER = ("jurisdiction", "city")
CONFIDENCES = (*CONFIRMED, "memory", "unsure")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Target:
    """One promise.

    Parameters
    ----------
    id : str
        Unique in the programme.
    jurisdiction_zh, jurisdiction_en : str
        Whose promise.
    by : str
        Date, ``yyyy-mm-dd``; a year or a month means its last day.
    metric : {"share", "count"}
        What `value` is.
    value : float
        Share 0…1, or number of communities.
    sentence_zh, sentence_en : str
        What the source says, in our words.
    source_zh, source_en : str
        Document and place.
    confidence : str
        How sure: a word of the standards.
    per : {"jurisdiction", "city"}
        Counted over all, or in each city by itself.
    cities : tuple of str
        Only these cities; empty: all.
    except_cities : tuple of str
        All cities but these.
    """

    id: str
    jurisdiction_zh: str
    jurisdiction_en: str
    by: str
    metric: str
    value: float
    sentence_zh: str
    sentence_en: str
    source_zh: str
    source_en: str
    confidence: str
    per: str = "jurisdiction"
    cities: tuple[str, ...] = ()
    except_cities: tuple[str, ...] = ()

    def needed(self, total: int | None) -> int | None:
        """Return how many communities meet the target, rounded up.

        Parameters
        ----------
        total : int or None
            Communities there are.

        Returns
        -------
        int or None
            None where the total isn't known and is asked for.
        """
        if self.metric == "count":
            return int(self.value)
        # In decimals as written: 0.7 x 10 is 7, in binary a little more.
        return None if total is None else ceil(Fraction(str(self.value)) * total)

    def holds_for(self, city: str) -> bool:
        """Whether the target is asked of a city."""
        return city not in self.except_cities and (not self.cities or city in self.cities)

    @property
    def kind(self) -> tuple[Any, ...]:
        """What makes two targets speak of one thing; different values then conflict."""
        return (self.jurisdiction_zh, self.by, self.metric, self.per, self.cities,
                self.except_cities)


@dataclass(frozen=True, slots=True)
class Told:
    """A count that a source tells, without a list of communities.

    Parameters
    ----------
    date : str
        As for :class:`Target`.
    done : int
        Communities that carry the title.
    total : int, optional
        Communities there are; None where the source doesn't say.
    city : str
        Which city, where the jurisdiction has several.
    source_zh, source_en, confidence : str
        As for :class:`Target`.
    note_zh, note_en : str
        Remarks.
    """

    date: str
    done: int
    total: int | None = None
    city: str = ""
    source_zh: str = ""
    source_en: str = ""
    confidence: str = "verified"
    note_zh: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class Programme:
    """Targets of a jurisdiction, and counts it has told.

    Parameters
    ----------
    id, zh, en : str
        Key and names.
    targets : tuple of Target
        In the order of the file.
    told : tuple of Told
        Empty where nothing was told.
    example : bool
        Shipped to show how; not the study's own.
    """

    id: str
    zh: str
    en: str
    targets: tuple[Target, ...] = ()
    told: tuple[Told, ...] = ()
    example: bool = False

    def name(self, lang: str) -> str:
        """Return the programme's name in `lang`."""
        return self.zh if lang == "zh" else self.en

    def conflicts(self) -> tuple[tuple[Target, ...], ...]:
        """Return the groups of targets that ask different values of one thing."""
        groups: dict[tuple[Any, ...], list[Target]] = {}
        for target in self.targets:
            groups.setdefault(target.kind, []).append(target)
        return tuple(tuple(group) for group in groups.values()
                     if len({target.value for target in group}) > 1)


def period_end(text: str) -> str | None:
    """Return the last day of a year, a month or a day.

    Parameters
    ----------
    text : str
        ``yyyy``, ``yyyy-mm`` or ``yyyy-mm-dd``; also with ``/``, ``.`` or 年月日.

    Returns
    -------
    str or None
        ``yyyy-mm-dd``; None for anything else.

    Examples
    --------
    >>> period_end("2021"), period_end("2020年2月"), period_end("2022-12-31"), period_end("soon")
    ('2021-12-31', '2020-02-29', '2022-12-31', None)
    """
    plain = re.sub(r"[年月/.]", "-", text.strip()).strip("日-")
    found = _DATE.fullmatch(plain)
    if found is None:
        return None
    year, month = int(found[1]), int(found[2] or 12)
    if not (1900 <= year <= 2200 and 1 <= month <= 12):
        return None
    last = calendar.monthrange(year, month)[1]
    day = int(found[3] or last)
    return f"{year:04d}-{month:02d}-{day:02d}" if 1 <= day <= last else None


def programme_ids() -> tuple[str, ...]:
    """Return the ids of the programmes that ship as examples.

    Examples
    --------
    >>> "quzhou" in programme_ids()
    True
    """
    return shipped("programmes")


def load_programme(source: str | Path) -> Programme:
    """Load a programme that ships, or one of your own.

    Parameters
    ----------
    source : str or Path
        An id such as ``"hegang"``, or the path of a TOML file with
        ``[programme]``, ``[[target]]`` and, where counts were told, ``[[told]]``.

    Returns
    -------
    Programme

    Raises
    ------
    UnreadableFileError
        Unknown id, or the file isn't TOML.
    InputFaults
        Everything wrong with it, told at once.

    Examples
    --------
    >>> [target.value for target in load_programme("quzhou").targets]
    [0.4, 0.6, 0.7]
    """
    table, file = read_record_file(source, "programmes")
    faults = Faults()
    for name in sorted(set(table) - {"programme", "target", "told"}):
        faults.add("record.unknown_field", file=file, entry="-", field=name,
                   known="programme, target, told")
    words = {"metric": METRICS, "per": PER, "confidence": CONFIDENCES}
    targets = [make_record(Target, row, file=file, entry=_label("target", n, row), faults=faults,
                           words=words) for n, row in enumerate(table.get("target", []), 1)]
    told = [make_record(Told, row, file=file, entry=_label("told", n, row), faults=faults,
                        words=words) for n, row in enumerate(table.get("told", []), 1)]
    whole = tuple(_sound(t, file, faults) for t in targets if t is not None)
    counts = tuple(_dated(t, file, n, faults) for n, t in enumerate(told, 1) if t is not None)
    ids = [t.id for t in whole]
    for double in sorted({i for i in ids if ids.count(i) > 1}):
        faults.add("record.id_twice", file=file, entry=double)
    if not whole and not len(faults):
        faults.add("programme.no_target", file=file)
    head = table.get("programme", {})
    made = make_record(Programme, head, file=file, entry="[programme]", faults=faults)
    faults.raise_if_any()
    assert made is not None
    return Programme(made.id, made.zh, made.en, whole, counts, made.example)


def _label(section: str, number: int, row: Any) -> str:
    said = row.get("id", "") if isinstance(row, dict) else ""
    return f"[[{section}]] {number} {said}".rstrip()


def _sound(target: Target, file: str, faults: Faults) -> Target:
    by = period_end(target.by)
    if by is None:
        faults.add("programme.date", file=file, entry=target.id, found=target.by)
    most = 1.0 if target.metric == "share" else float("inf")
    whole = target.metric == "share" or float(target.value).is_integer()
    if not 0 < target.value <= most or not whole:
        faults.add(f"programme.value_{target.metric}", file=file, entry=target.id,
                   found=target.value)
    return replace(target, by=by or target.by)


def _dated(told: Told, file: str, number: int, faults: Faults) -> Told:
    date = period_end(told.date)
    if date is None:
        faults.add("programme.date", file=file, entry=f"[[told]] {number}", found=told.date)
    if told.done < 0 or (told.total is not None and told.done > told.total):
        faults.add("programme.told_range", file=file, entry=f"[[told]] {number}", done=told.done,
                   total=told.total if told.total is not None else "-")
    return replace(told, date=date or told.date)
