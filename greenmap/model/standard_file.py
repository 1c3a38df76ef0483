"""Standard file: the grammar of ``standards/*.toml``, checked with all faults told at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from greenmap.errors import Faults, StandardError
from greenmap.model.category import load_categories
from greenmap.model.clause import (
    ANSWERS_OF_SURVEY,
    APPLIES,
    CONFIDENCES,
    COUNT_PER,
    KINDS,
    LEVELS,
    OBLIGATIONS,
    OF_COMMUNITIES,
    OF_PLACES,
    OPS,
    PEOPLE,
    PER,
    SHARES_OF,
    VALUE_UNITS,
    Alternative,
    Clause,
)
from greenmap.model.profile import profile_ids
from greenmap.model.standard_record import Group, Standard, Tier

Row = dict[str, Any]
Load = Callable[[str], tuple[Row, str]]

_NAMES = {f.name for f in fields(Clause)}
_CLAUSE = (_NAMES - {"categories", "limit", "unit", "confirmed"}) | {
    "category", "any_of", "limit_m", "limit_min"}
_HEAD = ({f.name for f in fields(Standard)} - {"clauses", "tiers", "groups"}) | {"drop"}
_TIER = {f.name for f in fields(Tier)}
_ALTERNATIVE = ({f.name for f in fields(Alternative)} - {"categories"}) | {"category", "any_of"}
_WORDS = (("kind", KINDS), ("people", PEOPLE), ("confidence", CONFIDENCES),
          ("unit_of_audit", LEVELS), ("obligation", OBLIGATIONS), ("applies_to", APPLIES),
          ("count_per", COUNT_PER), ("per", PER), ("op", OPS), ("answer", ANSWERS_OF_SURVEY),
          ("measure", (*OF_PLACES, *OF_COMMUNITIES)), ("share_of", SHARES_OF),
          ("value_unit", VALUE_UNITS))
_NUMBERS = ("limit_m", "limit_min", "min_area_m2", "min_floor_m2", "min_count", "people_min",
            "value", "value_to", "radius_m")
_PAIRS = ("people_per_facility", "usual_floor_m2", "usual_area_m2")
_ONLY = {"measure": ("area",), "value": ("area", "survey"), "value_to": ("area", "survey"),
         "limit_m": ("reach",), "limit_min": ("reach",), "people_per_facility": ("present",),
         "answer": ("survey",), "alternatives": ("present", "reach")}
_NEEDED = {"id", "zh", "en", "source_zh", "source_en", "confidence"}
_FIGURE_KEYS = {*_NUMBERS, *_PAIRS, "limit", "obligation", "tier"} - {"limit_m", "limit_min"}
_TELLING = {"note_zh", "note_en", "group", "item", "zh", "en"}
"""What a local edition may change without naming a source of its own."""


def make_standard(table: Mapping[str, Any], file: str, load: Load) -> Standard:
    """Check a parsed standard file and make the record.

    Parameters
    ----------
    table : mapping
        The parsed file.
    file : str
        Its name, for the messages.
    load : callable
        Gives the file, and its name, of the standard that another extends.

    Returns
    -------
    Standard

    Raises
    ------
    InputFaults
        Everything that breaks the grammar.
    """
    faults = Faults()
    whole = _extended(table, file, load, faults)
    head: Row = whole.get("standard", {})
    _check_head(head, file, faults)
    rows: Sequence[Row] = whole.get("clause", [])
    tiers = [t for row in whole.get("tier", []) if (t := _tier(row, file, faults))]
    groups = [Group(g.get("id", ""), g.get("zh", ""), g.get("en", ""))
              for g in whole.get("group", [])]
    clauses = [_clause(row, head, {t.id for t in tiers}, {g.id for g in groups}, file, faults)
               for row in rows]
    if not rows and not tiers:
        faults.add("standard.no_clause", file=file)
    ids = [row.get("id") for row in rows]
    for double in sorted({str(i) for i in ids if ids.count(i) > 1}):
        faults.add("standard.clause_double", file=file, clause=double)
    faults.raise_if_any()
    known = {f.name for f in fields(Standard)}
    values: Row = {k: tuple(v) if isinstance(v, list) else v for k, v in head.items() if k in known}
    values["year"] = str(head.get("year", ""))
    return Standard(**values, clauses=tuple(c for c in clauses if c is not None),
                    tiers=tuple(tiers), groups=tuple(groups))


def _extended(table: Mapping[str, Any], file: str, load: Load, faults: Faults
              ) -> Mapping[str, Any]:
    """Lay a local edition over the standard it extends."""
    head = table.get("standard", {})
    if "extends" not in head:
        return table
    try:
        base = _extended(*load(head["extends"]), load, faults)
    except StandardError:
        faults.add("standard.extends_unknown", file=file, id=head["extends"])
        return table
    dropped = set(head.get("drop", []))
    ids = {row["id"] for row in base.get("clause", [])}
    rows = {row["id"]: dict(row) for row in base.get("clause", []) if row["id"] not in dropped}
    for name in sorted(dropped - ids):
        faults.add("standard.override_unknown", file=file, clause=name, base=head["extends"])
    for row in table.get("clause", []):
        _override(dict(row), rows, ids, file, head["extends"], faults)
    return {**base, **table, "clause": list(rows.values()),
            "tier": [*base.get("tier", []), *table.get("tier", [])],
            "group": [*base.get("group", []), *table.get("group", [])],
            "standard": {**base["standard"], **head}}


def _override(row: Row, rows: dict[str, Row], ids: set[str], file: str, base: str,
              faults: Faults) -> None:
    name = str(row.get("id", "?"))
    if row.pop("new", False):
        if name in ids:
            faults.add("standard.override_not_new", file=file, clause=name, base=base)
        rows[name] = row
    elif name not in rows:
        faults.add("standard.override_unknown", file=file, clause=name, base=base)
    else:
        missing = {"source_zh", "source_en", "confidence"} - set(row)
        if missing and set(row) - _TELLING - {"id"}:
            faults.add("standard.override_source", file=file, clause=name,
                       field=", ".join(sorted(missing)))
        limits = {"limit_m", "limit_min"}
        places = {"category", "any_of"}
        gone = {k for pair in (limits, places) if pair & set(row) for k in pair}
        kept = {k: v for k, v in rows[name].items() if k not in gone}
        if "confidence" in row:  # the local source speaks for all figures it repeats
            sure = {k: v for k, v in kept.get("confidence_of", {}).items()
                    if k not in row and not (k == "limit" and limits & set(row))}
            rest = {k: kept["confidence"] for k in _FIGURE_KEYS & set(kept) if k not in row}
            kept["confidence_of"] = {**rest, **sure}
        rows[name] = {**kept, **row}


def _check_head(head: Row, file: str, faults: Faults) -> None:
    for name in sorted({"id", "zh", "en"} - set(head)):
        faults.add("standard.missing_field", file=file, field=name)
    for name in sorted(set(head) - _HEAD):
        faults.add("standard.unknown_field", file=file, field=name)


def _check_words(row: Row, where: dict[str, str], faults: Faults) -> None:
    for name, allowed in _WORDS:
        if name in row and row[name] not in allowed:
            faults.add("standard.clause_word", **where, field=name, found=row[name],
                       allowed=", ".join(allowed))
    for name in sorted(set(row) - _CLAUSE):
        faults.add("standard.clause_unknown_field", **where, field=name)
    if missing := _NEEDED - set(row):
        faults.add("standard.clause_missing_field", **where, field=", ".join(sorted(missing)))
    for name, said in row.get("confidence_of", {}).items():
        if name not in _FIGURE_KEYS or said not in CONFIDENCES:
            faults.add("standard.clause_word", **where, field="confidence_of",
                       found=f"{name} = {said}", allowed=", ".join(CONFIDENCES))


def _check_numbers(row: Row, where: dict[str, str], faults: Faults) -> None:
    for name in _NUMBERS:
        if name in row and (isinstance(row[name], bool) or not isinstance(row[name], int | float)):
            faults.add("standard.clause_number", **where, field=name, found=row[name])
    for name in _PAIRS:
        pair = row.get(name)
        if pair is not None and (not isinstance(pair, list) or len(pair) != 2
                                 or not all(isinstance(n, int | float) for n in pair)
                                 or pair[0] > pair[1]):
            faults.add("standard.clause_pair", **where, field=name, found=pair)


def _check_kind(row: Row, where: dict[str, str], faults: Faults) -> None:
    kind = row.get("kind", "reach")
    for name, kinds in _ONLY.items():
        if name in row and kind in KINDS and kind not in kinds:
            faults.add("standard.clause_not_for_kind", **where, field=name, kind=kind)
    if kind == "reach":
        _check_limit(row, where, faults)
    if kind == "area" and not {"measure", "value"} <= set(row):
        faults.add("standard.clause_missing_field", **where, field="measure, value")
    if row.get("answer") == "number" and "value_unit" not in row:
        faults.add("standard.clause_missing_field", **where, field="value_unit")
    if (row.get("op") == "between") != ("value_to" in row):
        faults.add("standard.clause_between", **where)
    if row.get("profile", "metres") not in profile_ids():
        faults.add("standard.profile_unknown", id=row["profile"], known=", ".join(profile_ids()))


def _check_limit(row: Row, where: dict[str, str], faults: Faults) -> None:
    given = [name for name in ("limit_m", "limit_min") if name in row]
    if len(given) != 1:
        faults.add("standard.clause_one_limit", **where, found=", ".join(given) or "-")
    elif isinstance(row[given[0]], int | float) and not row[given[0]] > 0:
        faults.add("standard.clause_limit_positive", **where, found=row[given[0]])
    elif (given[0] == "limit_m") != (row.get("profile", "metres") == "metres"):
        faults.add("standard.clause_profile_unit", **where, profile=row.get("profile", "-"))


def _categories(row: Row, needed: bool, where: dict[str, str], faults: Faults) -> tuple[str, ...]:
    categories = tuple(row.get("any_of", [row["category"]] if "category" in row else []))
    unknown = [k for k in categories if k not in load_categories()]
    if unknown or (needed and not categories):
        faults.add("standard.clause_category", **where, found=", ".join(unknown) or "-")
    return categories


def _clause(row: Row, head: Row, tiers: set[str], groups: set[str], file: str, faults: Faults
            ) -> Clause | None:
    before = len(faults)
    where = {"file": file, "clause": str(row.get("id", "?"))}
    _check_words(row, where, faults)
    _check_numbers(row, where, faults)
    _check_kind(row, where, faults)
    for field, known in (("tier", tiers), ("group", groups)):
        if row.get(field, "") not in {"", *known}:
            faults.add("standard.clause_word", **where, field=field, found=row[field],
                       allowed=", ".join(sorted(known)) or "-")
    kind = row.get("kind", "reach")
    needed = kind in ("reach", "present") or row.get("measure") in OF_PLACES
    categories = _categories(row, needed, where, faults)
    alternatives = tuple(_alternative(r, where, faults) for r in row.get("alternatives", []))
    if len(faults) > before:
        return None
    audit = head.get("unit_of_audit", "community")
    values: Row = {"kind": "reach", "people": "all", "profile": "metres",
                   "unit_of_audit": audit if audit in LEVELS else "compound",
                   **{k: v for k, v in row.items() if k in _NAMES}}
    values |= {name: (float(row[name][0]), float(row[name][1])) for name in _PAIRS if name in row}
    values |= {"categories": categories, "alternatives": alternatives,
               "confidence_of": tuple(sorted(row.get("confidence_of", {}).items())),
               "limit": float(row["limit_m"] if "limit_m" in row else row.get("limit_min", 0)),
               "unit": "m" if "limit_m" in row else "min"}
    return Clause(**values)


def _alternative(row: Row, where: dict[str, str], faults: Faults) -> Alternative:
    for name in sorted(set(row) - _ALTERNATIVE):
        faults.add("standard.clause_unknown_field", **where, field=f"alternatives.{name}")
    if row.get("confidence") not in CONFIDENCES:
        faults.add("standard.clause_missing_field", **where, field="alternatives.confidence")
    values = {k: v for k, v in row.items() if k in _ALTERNATIVE - {"category", "any_of"}}
    return Alternative(_categories(row, True, where, faults), **values)


def _tier(row: Row, file: str, faults: Faults) -> Tier | None:
    where = {"file": file, "clause": f"[[tier]] {row.get('id', '?')}"}
    before = len(faults)
    for name in sorted(set(row) - _TIER):
        faults.add("standard.clause_unknown_field", **where, field=name)
    if missing := _NEEDED - set(row):
        faults.add("standard.clause_missing_field", **where, field=", ".join(sorted(missing)))
    elif row["confidence"] not in CONFIDENCES:
        faults.add("standard.clause_word", **where, field="confidence", found=row["confidence"],
                   allowed=", ".join(CONFIDENCES))
    if len(faults) > before:
        return None
    values: Row = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
    values["confidence_of"] = tuple(sorted(row.get("confidence_of", {}).items()))
    return Tier(**values)
