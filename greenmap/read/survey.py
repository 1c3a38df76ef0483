"""Survey: field workbooks taken back cell by cell; what is wrong is told, or all is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from greenmap.errors import Faults, MissingFileError
from greenmap.model.category import load_categories
from greenmap.model.schema import first_few
from greenmap.model.standard import Standard
from greenmap.model.survey import (
    ANSWERS,
    CONFLICTS,
    FORMAT,
    FOUND,
    GATES,
    LOG,
    NOT_SURE,
    ROLES,
    SIZES,
    STATUSES,
    YES_NO,
    Survey,
    answer_of,
    row_check,
    survey_key,
)
from greenmap.model.unit import COMPOUND, list_units
from greenmap.read.personal import looks_personal
from greenmap.read.source import digest
from greenmap.read.survey_cells import Row, Wrong, choice, day, filled, number, open_sheets

FAR_KM = 20.0
"""A new facility farther than this from every community is taken for a mistake."""

_CHECKED = {"items": ("answer",), "facilities": ("status", *SIZES), "gates": ("access", "steps"),
            "new": ("community", "category", "name", "lon", "lat", *SIZES)}
_DEGREE_KM = 111.0


@dataclass(slots=True)
class _Book:
    """One workbook under way."""

    name: str
    sheets: Mapping[str, tuple[str, list[Row]]]
    standard: Standard
    communities: gpd.GeoDataFrame
    units: frozenset[str]
    faults: Faults
    log: list[tuple[Any, ...]]
    default: tuple[str | None, str | None] = (None, None)


def read_workbooks(path: str | Path, *, standard: Standard, communities: gpd.GeoDataFrame,
                homes: pd.DataFrame | None = None) -> Survey:
    """Read filled survey workbooks.

    Parameters
    ----------
    path : path
        An ``.xlsx`` from :func:`greenmap.write_survey`, or a folder of them.
    standard : Standard
        The study's.
    communities : GeoDataFrame
        The study's; index ``community_id``.
    homes : GeoDataFrame, optional
        The study's, where compounds are units.

    Returns
    -------
    Survey
        Its ``conflicts`` hold answers that differ between workbooks; against
        the study's data see :func:`greenmap.read_survey`.

    Raises
    ------
    InputFaults
        Every wrong cell by sheet and address; the survey of another study or
        of another form; edited ids. Then nothing is taken.
    MissingFileError, UnreadableFileError
    """
    faults = Faults()
    files = _files(Path(path))
    units = frozenset(list_units(communities, homes).index.astype(str))
    parts = []
    for file in files:
        sheets = open_sheets(file, faults)
        book = _Book(file.name, sheets, standard, communities, units, faults, [])
        if _is_ours(book):
            parts.append(_read_book(book))
    made = _joined(parts, faults, tuple((file.name, digest(file)) for file in files))
    faults.raise_if_any()
    return made


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(f for f in path.glob("*.xlsx") if not f.name.startswith(("~$", ".")))
    if not found:
        raise MissingFileError("survey.folder_empty", folder=path.name)
    return found


def _is_ours(book: _Book) -> bool:
    title, rows = book.sheets.get("cover", ("", []))
    cover = {row.text("field"): row for row in rows if row.said("field")}
    said = {key: cover[key].text("entry") if key in cover else "" for key in
            ("format", "key", "study_name")}
    if not said["format"]:
        book.faults.add("survey.not_a_survey", file=book.name)
    elif said["format"] != FORMAT:
        book.faults.add("survey.other_form", file=book.name, found=said["format"],
                        expected=FORMAT)
    elif said["key"] != survey_key(book.standard.id, book.communities.index):
        book.faults.add("survey.other_study", file=book.name, found=said["study_name"],
                        study=book.standard.id)
    else:
        wrong = Wrong(book.name, title)
        date = day(_entry(cover["date"]), "date", wrong) if "date" in cover else None
        role = choice(_entry(cover["role"]), "role", ROLES, "role", wrong) \
            if "role" in cover else None
        wrong.tell(book.faults)
        book.default = (date, role)
        return True
    return False


def _entry(row: Row) -> Row:
    """A row of the cover as if its entry stood under the field's own key."""
    key = row.text("field")
    return Row(row.number, {key: row.values["entry"]}, {key: row.letters["entry"]})


def _read_book(book: _Book) -> dict[str, list[tuple[Any, ...]]]:
    read = {"items": _item, "facilities": _facility, "new": _new, "gates": _gate}
    found: dict[str, list[tuple[Any, ...]]] = {key: [] for key in read}
    any_filled = False
    for key, take in read.items():
        title, rows = book.sheets.get(key, ("", []))
        wrong = Wrong(book.name, title)
        for row in filled(rows, _CHECKED[key]):
            any_filled = True
            taken = take(book, row, wrong, title)
            if taken is not None:
                found[key].append(taken)
        wrong.tell(book.faults)
    if not any_filled:
        book.faults.add("survey.none_filled", file=book.name)
    found["log"] = book.log
    found["beside"] = _beside(book.sheets.get("gates", ("", []))[1])
    return found


def _when(book: _Book, row: Row, wrong: Wrong, first: str) -> tuple[str, str]:
    date = day(row, "date", wrong) if row.said("date") else book.default[0]
    role = choice(row, "role", ROLES, "role", wrong) if row.said("role") else book.default[1]
    if date is None and not row.said("date"):
        wrong.add("no_date", row.cell(first))
    if role is None and not row.said("role"):
        wrong.add("no_role", row.cell(first))
    return date or "", role or ""


def _item(book: _Book, row: Row, wrong: Wrong, title: str) -> tuple[Any, ...] | None:
    unit, item, kind = (row.text(key) for key in ("unit_id", "item_id", "kind"))
    if row.text("check") != row_check("item", unit, item, kind, row.text("unit"),
                                      row.text("item")):
        wrong.add("id_edited", str(row.number))
        return None
    clauses = {c.id: answer_of(c) for c in book.standard.clauses}
    source, _, answer = kind.partition(":")
    if source == "clause" and clauses.get(item) != answer:
        wrong.add("item_gone", row.cell("answer"), found=item)
        return None
    # Compounds are named by the homes, which are read later; the row's check holds for them.
    if unit not in book.units and not unit.startswith(f"{COMPOUND}/"):
        wrong.add("unit_unknown", row.cell("answer"), found=unit)
        return None
    value: Any
    if answer == "yes_no":
        value = choice(row, "answer", YES_NO, "answer", wrong)
    else:
        value = number(row, "answer", wrong)
    date, role = _when(book, row, wrong, "answer")
    if value is None:
        return None
    book.log.append((book.name, title, row.cell("answer"), unit, item, "answer",
                     _shown(value), date, role))
    if value == NOT_SURE:
        return None
    value = value == "yes" if answer == "yes_no" else value
    return (unit, item, "answer"), value, date, (book.name, row.cell("answer"), title, role)


def _facility(book: _Book, row: Row, wrong: Wrong, title: str) -> tuple[Any, ...] | None:
    place = row.text("place_id")
    if row.text("check") != row_check("place", place, row.text("category_id"),
                                      row.text("community"), row.text("name")):
        wrong.add("id_edited", str(row.number))
        return None
    status = choice(row, "status", STATUSES, "status", wrong)
    sizes = [number(row, key, wrong) for key in SIZES]
    date, role = _when(book, row, wrong, "status")
    for key, value in zip(("status", *SIZES), (status, *sizes), strict=True):
        if value is not None:
            book.log.append((book.name, title, row.cell(key), "", place, key, _shown(value),
                             date, role))
    return place, status, *sizes, date, book.name, row.cell("status"), title


def _category(shown: str) -> str | None:
    for key, category in load_categories().items():
        if shown in (category.zh.replace(",", " "), category.en.replace(",", " "), key):
            return key
    return None


def _new(book: _Book, row: Row, wrong: Wrong, title: str) -> tuple[Any, ...] | None:
    names = book.communities["name"].to_dict()
    known = {f"{str(name).replace(',', ' ')} [{key}]": str(key) for key, name in names.items()}
    if not all(row.said(key) for key in ("community", "category", "name")):
        wrong.add("new_incomplete", str(row.number))
        return None
    community, kind = known.get(row.text("community")), _category(row.text("category"))
    for key, found in (("community", community), ("category", kind)):
        if found is None:
            wrong.add("bad_choice", row.cell(key), row.text(key), known="…")
    if looks_personal(row.text("name")):
        wrong.add("personal", row.cell("name"))
    lon, lat = (number(row, key, wrong, least=-180.0, kind="bad_degrees") for key in ("lon", "lat"))
    if row.said("lon") != row.said("lat") or (lat is not None and abs(lat) > 90) \
            or (lon is not None and lon > 180):
        wrong.add("bad_degrees", row.cell("lon"))
    elif lon is not None and lat is not None and _far(book.communities, lon, lat):
        wrong.add("far_away", row.cell("lon"), limit_km=f"{FAR_KM:g}")
    sizes = [number(row, key, wrong) for key in SIZES]
    date, role = _when(book, row, wrong, "community")
    for key in ("category", "name"):
        book.log.append((book.name, title, row.cell(key), community or "", row.text("name"), key,
                         row.text(key), date, role))
    return community, kind, row.text("name"), lon, lat, *sizes, date, role, book.name


def _far(communities: gpd.GeoDataFrame, lon: float, lat: float) -> bool:
    """Whether a point lies far from all communities, by the bounds of all and at their latitude."""
    west, south, east, north = communities.to_crs("EPSG:4326").total_bounds
    wide = FAR_KM / _DEGREE_KM
    long = wide / max(float(np.cos(np.radians(lat))), 0.05)
    return not (west - long <= lon <= east + long and south - wide <= lat <= north + wide)


def _gate(book: _Book, row: Row, wrong: Wrong, title: str) -> tuple[Any, ...] | None:
    gate, lon, lat = (row.text(key) for key in ("gate_id", "lon", "lat"))
    if row.text("check") != row_check("gate", gate, lon, lat, row.text("community")):
        wrong.add("id_edited", str(row.number))
        return None
    access = choice(row, "access", GATES, "access", wrong)
    steps = number(row, "steps", wrong)
    if not row.said("access"):
        wrong.add("gate_half", row.cell("access"))
    date, role = _when(book, row, wrong, "access")
    for key, value in (("access", access), ("steps", steps)):
        if value is not None:
            book.log.append((book.name, title, row.cell(key), "", gate, key, _shown(value), date,
                             role))
    return (gate, float(lon), float(lat), access, steps, date, book.name, row.cell("access"),
            title, row.text("compound"))


def _beside(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """Gates that were assumed and not checked: where another of the compound was, they stay."""
    return [(row.text("gate_id"), float(row.text("lon")), float(row.text("lat")), None, None,
             row.text("compound")) for row in rows
            if row.text("known_source") == "assumed" and not row.said("access")
            and row.text("check") == row_check("gate", row.text("gate_id"), row.text("lon"),
                                               row.text("lat"), row.text("community"))]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value:g}"


def _joined(parts: Sequence[Mapping[str, list[Any]]], faults: Faults,
            files: tuple[tuple[str, str], ...]) -> Survey:
    """Put the workbooks together; of two answers the newer holds, and the other is told."""
    conflicts: list[tuple[Any, ...]] = []

    def rows(key: str) -> list[Any]:
        return [row for part in parts for row in part[key]]

    answers = _newest(rows("items"), conflicts, faults)
    places = _fields(rows("facilities"), ("status", *SIZES), 1, conflicts, faults)
    gates = _fields(rows("gates"), ("access", "steps"), 3, conflicts, faults)
    stand = {str(row[0]): row[1:3] for row in rows("gates")}
    spoken = {row[-1] for row in rows("gates") if row[-1]}
    beside = [row for row in rows("beside") if row[-1] in spoken and row[0] not in gates]
    facilities = pd.DataFrame([(key, *values) for key, values in places.items()],
                              columns=["place_id", "status", *SIZES]).set_index("place_id")
    doors = pd.DataFrame([*((key, *stand[key], *values) for key, values in gates.items()),
                          *(row[:5] for row in beside)],
                         columns=["gate_id", "lon", "lat", "access", "steps"]).set_index("gate_id")
    return Survey(
        answers=pd.DataFrame([(unit, item, value, date, where[3], where[0]) for
                              (unit, item, _), (value, date, where) in answers.items()],
                             columns=list(ANSWERS)),
        facilities=facilities.astype(dict.fromkeys(SIZES, float)),
        found=pd.DataFrame(rows("new"), columns=list(FOUND)),
        gates=doors.astype({"steps": float}),
        log=pd.DataFrame(rows("log"), columns=list(LOG)),
        conflicts=pd.DataFrame(conflicts, columns=list(CONFLICTS)), files=files)


_Key = tuple[str, str, str]


def _fields(rows: Sequence[tuple[Any, ...]], names: Sequence[str], start: int,
            conflicts: list[tuple[Any, ...]], faults: Faults) -> dict[str, list[Any]]:
    """Newest word per thing and field; a field nobody spoke of is None."""
    found: dict[str, list[Any]] = {str(row[0]): [None] * len(names) for row in rows}
    date, end = start + len(names), start + len(names) + 4
    for n, name in enumerate(names):
        said = [(("", str(row[0]), name), row[start + n], row[date], row[date + 1:end])
                for row in rows if row[start + n] is not None]
        for (_, key, _), (value, *_) in _newest(said, conflicts, faults).items():
            found[key][n] = value
    return found


def _newest(said: Sequence[tuple[_Key, Any, str, tuple[Any, ...]]],
            conflicts: list[tuple[Any, ...]], faults: Faults
            ) -> dict[_Key, tuple[Any, str, tuple[Any, ...]]]:
    """The newest answer of each; two of one date that differ are a fault."""
    held: dict[_Key, tuple[Any, str, tuple[Any, ...]]] = {}
    for key, value, date, where in sorted(said, key=lambda row: (row[0], row[2], row[3])):
        before = held.get(key)
        if before is not None and before[0] != value:
            if before[1] == date:
                faults.add("survey.answered_twice", found=" ".join(key[:2]).strip(),
                           files=first_few([f"{w[0]} {w[2]} {w[1]}" for w in (before[2], where)]))
            conflicts.append((where[0], where[2], where[1], *key, _shown(before[0]),
                              f"{before[2][0]} {before[1]}", _shown(value), "newest"))
        held[key] = (value, date, where)
    return held
