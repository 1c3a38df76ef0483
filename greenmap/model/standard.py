"""Standard: what a community should have, as clauses read from a text file.

There is one grammar. A clause of ``kind = "reach"`` says that a place of a category lies within
one limit, in minutes or in metres, on foot; ``kind = "present"`` says that a number of places lie
inside the unit. What a clause needs is data, so a local edition is another file, not other code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from greenmap.errors import Faults, StandardError
from greenmap.model.category import load_categories
from greenmap.model.profile import profile_ids

PEOPLE = ("all", "age_0_3", "age_3_6", "age_6_12", "age_12_15",
          "elderly_60", "elderly_65", "elderly_80")
"""Whose homes a clause may count; homes carry columns of these names."""

KINDS = ("reach", "present")
CONFIRMED = ("verified", "corroborated", "proposal")
"""Confidences of a figure that may be scored."""

LEVELS = ("community", "subdistrict", "district", "city")
_CONFIDENCES = (*CONFIRMED, "memory", "unsure")


@dataclass(frozen=True, slots=True)
class Clause:
    """One requirement of a standard.

    Parameters
    ----------
    id : str
        Unique in the standard.
    kind : {"reach", "present"}
        Walked to, or counted inside the unit.
    categories : tuple of str
        Category ids; any of them serves.
    limit : float
        Minutes or metres on foot, see `unit`; for ``present`` not used.
    unit : {"min", "m"}
        Unit of `limit`.
    profile : str
        Whose legs: a profile id; ``"metres"`` when the limit is in metres.
    people : str
        Whose homes count, one of :data:`PEOPLE`.
    zh, en, source_zh, source_en, confidence : str
        Wording, the document and clause it rests on, how sure that is.
    min_area_m2 : float, optional
        Smallest site that serves.
    min_count : int
        How many places a unit needs (``present``).
    unit_of_audit : str
        The level the clause is judged at, one of :data:`LEVELS`.
    note_zh, note_en : str
        Remarks.
    """

    id: str
    kind: str
    categories: tuple[str, ...]
    limit: float
    unit: str
    profile: str
    people: str
    zh: str
    en: str
    source_zh: str
    source_en: str
    confidence: str
    min_area_m2: float | None = None
    min_count: int = 1
    unit_of_audit: str = "community"
    note_zh: str = ""
    note_en: str = ""

    @property
    def target(self) -> str:
        """Name of the set of places that serve the clause."""
        name = "|".join(self.categories)
        return name if self.min_area_m2 is None else f"{name}>={self.min_area_m2:g}m2"

    @property
    def doubtful(self) -> str:
        """Name of the set of places of which it isn't known whether they serve."""
        return f"{self.target}?"

    def text(self, lang: str) -> str:
        """Return the wording in `lang`."""
        return self.zh if lang == "zh" else self.en

    def source(self, lang: str) -> str:
        """Return the document and clause in `lang`."""
        return self.source_zh if lang == "zh" else self.source_en


@dataclass(frozen=True, slots=True)
class Standard:
    """A set of clauses with its papers.

    Parameters
    ----------
    id, zh, en : str
        Key and names.
    clauses : tuple of Clause
        In the order of the file.
    year, issuer_zh, issuer_en, kind : str
        Who issued it, when, as what.
    disclaimer_zh, disclaimer_en : str
        What must stand on every page made with it.
    notes_zh, notes_en : tuple of str
        Remarks.
    """

    id: str
    zh: str
    en: str
    clauses: tuple[Clause, ...]
    year: str = ""
    issuer_zh: str = ""
    issuer_en: str = ""
    kind: str = ""
    disclaimer_zh: str = ""
    disclaimer_en: str = ""
    notes_zh: tuple[str, ...] = ()
    notes_en: tuple[str, ...] = ()

    @property
    def profiles(self) -> tuple[str, ...]:
        """Profile ids the clauses ask for, in order of first use."""
        return tuple(dict.fromkeys(c.profile for c in self.clauses if c.kind == "reach"))

    @property
    def categories(self) -> tuple[str, ...]:
        """Category ids the clauses ask for, in order of first use."""
        return tuple(dict.fromkeys(k for c in self.clauses for k in c.categories))

    def name(self, lang: str) -> str:
        """Return the standard's name in `lang`."""
        return self.zh if lang == "zh" else self.en

    def disclaimer(self, lang: str) -> str:
        """Return what must stand on every page, in `lang`."""
        return self.disclaimer_zh if lang == "zh" else self.disclaimer_en


_CLAUSE_FIELDS = ({f.name for f in fields(Clause)} - {"categories", "limit", "unit"}) | {
    "category", "any_of", "limit_m", "limit_min"}
_HEAD_FIELDS = ({f.name for f in fields(Standard)} - {"clauses"}) | {
    "unit_of_audit", "levels_nest"}


def _check_words(row: dict[str, Any], where: dict[str, str], faults: Faults) -> None:
    for name, allowed in (("kind", KINDS), ("people", PEOPLE), ("confidence", _CONFIDENCES),
                          ("unit_of_audit", LEVELS)):
        if name in row and row[name] not in allowed:
            faults.add("standard.clause_word", **where, field=name, found=row[name],
                       allowed=", ".join(allowed))
    for name in sorted(set(row) - _CLAUSE_FIELDS):
        faults.add("standard.clause_unknown_field", **where, field=name)
    missing = {"id", "zh", "en", "source_zh", "source_en", "confidence"} - set(row)
    if missing:
        faults.add("standard.clause_missing_field", **where, field=", ".join(sorted(missing)))


def _check_limit(row: dict[str, Any], where: dict[str, str], faults: Faults) -> None:
    if row.get("kind", "reach") != "reach":
        return
    given = [name for name in ("limit_m", "limit_min") if name in row]
    if len(given) != 1:
        faults.add("standard.clause_one_limit", **where, found=", ".join(given) or "-")
    elif not row[given[0]] > 0:
        faults.add("standard.clause_limit_positive", **where, found=row[given[0]])
    elif (given[0] == "limit_m") != (row.get("profile", "metres") == "metres"):
        faults.add("standard.clause_profile_unit", **where, profile=row.get("profile", "-"))
    if row.get("profile", "metres") not in profile_ids():
        faults.add("standard.profile_unknown", id=row["profile"], known=", ".join(profile_ids()))
    if row.get("min_count", 1) != 1:
        faults.add("standard.clause_min_count", **where)


def _clause(row: dict[str, Any], head: dict[str, Any], file: str, faults: Faults) -> Clause | None:
    before = len(faults)
    where = {"file": file, "clause": str(row.get("id", "?"))}
    _check_words(row, where, faults)
    _check_limit(row, where, faults)
    categories = tuple(row.get("any_of", [row["category"]] if "category" in row else []))
    unknown = [k for k in categories if k not in load_categories()]
    if unknown or not categories:
        faults.add("standard.clause_category", **where, found=", ".join(unknown) or "-")
    if len(faults) > before:
        return None
    values = {k: v for k, v in row.items() if k in {f.name for f in fields(Clause)}}
    defaults = {"kind": "reach", "people": "all", "profile": "metres",
                "unit_of_audit": head.get("unit_of_audit", "community")}
    return Clause(**{**defaults, **values}, categories=categories,
                  limit=float(row.get("limit_m", row.get("limit_min", 0))),
                  unit="m" if "limit_m" in row else "min")


def _standard(table: dict[str, Any], file: str) -> Standard:
    faults = Faults()
    head: dict[str, Any] = table.get("standard", {})
    for name in sorted({"id", "zh", "en"} - set(head)):
        faults.add("standard.missing_field", file=file, field=name)
    for name in sorted(set(head) - _HEAD_FIELDS):
        faults.add("standard.unknown_field", file=file, field=name)
    rows: Sequence[dict[str, Any]] = table.get("clause", [])
    if not rows:
        faults.add("standard.no_clause", file=file)
    clauses = [_clause(row, head, file, faults) for row in rows]
    ids = [row.get("id") for row in rows]
    for double in sorted({str(i) for i in ids if ids.count(i) > 1}):
        faults.add("standard.clause_double", file=file, clause=double)
    faults.raise_if_any()
    known = {f.name for f in fields(Standard)}
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v
                              for k, v in head.items() if k in known}
    values["year"] = str(head.get("year", ""))
    return Standard(**values, clauses=tuple(c for c in clauses if c is not None))


@cache
def standard_ids() -> tuple[str, ...]:
    """Return the ids of the standards that ship.

    Examples
    --------
    >>> "fifteen-minute-generic" in standard_ids()
    True
    """
    folder = resources.files("greenmap") / "standards"
    return tuple(sorted(Path(f.name).stem for f in folder.iterdir() if f.name.endswith(".toml")))


def load_standard(source: str | Path) -> Standard:
    """Load a standard that ships, or one of your own.

    Parameters
    ----------
    source : str or Path
        An id such as ``"fifteen-minute-generic"``, or the path of a TOML file.

    Returns
    -------
    Standard

    Raises
    ------
    StandardError
        Unknown id, or the file isn't TOML.
    InputFaults
        Every clause that breaks the grammar, told at once.

    Examples
    --------
    >>> standard = load_standard("fifteen-minute-generic")
    >>> standard.clauses[0].id, standard.clauses[0].limit, standard.clauses[0].unit
    ('kindergarten-300m', 300.0, 'm')
    """
    if str(source) in standard_ids():
        file = resources.files("greenmap") / "standards" / f"{source}.toml"
        return _standard(tomllib.loads(file.read_text("utf-8")), f"{source}.toml")
    path = Path(source)
    if path.suffix != ".toml" or not path.is_file():
        raise StandardError("standard.unknown", id=str(source),
                            known=", ".join(standard_ids()))
    try:
        return _standard(tomllib.loads(path.read_text("utf-8-sig")), path.name)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StandardError("standard.toml_broken", file=path.name, detail=str(error)) from error
