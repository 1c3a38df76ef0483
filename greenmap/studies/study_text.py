"""Study text: what a ``study.toml`` says, each key checked before any file is read.

A planner pastes paths from Explorer, so backslashes are looked for in the text itself: in a
TOML string with double quotes they break the file or turn into tabs, both silently.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import Any

from greenmap.errors import Faults, MissingFileError
from greenmap.model.hours import minutes_of_day
from greenmap.model.release import RELEASES
from greenmap.read.source import is_control_file

_TABLE = {"layer": "text", "encoding": "text", "crs": "system", "datum": "datum", "id": "text",
          "name": "text", "columns": "texts_by_text", "as_of": "date",
          "accept": "flag"}

SECTIONS: Mapping[str, Mapping[str, str]] = {
    "study": {"name": "text", "standard": "text", "share": "share", "profiles": "texts",
              "bands": "bands", "lang": "lang", "crs": "text", "as_of": "date",
              "fictional": "flag", "assumed_share_max": "part", "detail": "flag", "at": "time",
              "collected": "collected", "datum": "datum", "merge": "flag",
              "release": "release", "map_approval": "text",
              "include": "include", "development": "development"},
    "communities": {"path": "path", "from": "origin", **_TABLE},
    "amenities": {"path": "path", "osm": "flag", **_TABLE, "category": "text",
                  "mapping": "mapping", "collected": "collected", "rank": "count"},
    "ledgers": {"path": "path", "sheet": "text", "category": "text", "columns": "texts_by_text",
                "mapping": "mapping", "collected": "collected", "source": "text", "as_of": "date",
                "encoding": "text", "datum": "datum"},
    "doors": {"path": "path", **_TABLE},
    "located": {"path": "path", "datum": "datum"},
    "homes": {"path": "path", "osm_buildings": "flag", "raster": "path", "people_total": "count",
              **_TABLE},
    "network": {"path": "path", "place": "text", "nodes": "path", "edges": "path",
                "crs": "text", "directed": "flag", "as_of": "date", "big_roads": "big_roads"},
    "terrain": {"dem": "path", "as_of": "date"},
    "barriers": {"path": "path", "osm": "flag", **_TABLE},
    "gates": {"path": "path", **_TABLE},
    "roads": {"path": "path", "layer": "text", "encoding": "text", "crs": "system",
              "datum": "datum", "columns": "texts_by_text", "classes": "texts_by_text",
              "levels": "text", "join_m": "metres", "near_m": "metres", "match_m": "metres",
              "wins": "text", "as_of": "date"},
    "edits": {"path": "path", "layer": "text", "encoding": "text", "crs": "text",
              "datum": "datum", "columns": "texts_by_text", "as_of": "date"},
    "completeness": {"share": "count", "window": "count",
                     "people_per_facility": "counts_by_text"},
    "residential": {"path": "path", **_TABLE},
    "catchments": {"path": "path", "clause": "text", **_TABLE},
    "green": {"path": "path", "at_least": "number", "classes": "numbers", **_TABLE},
    "compounds": {"path": "path", "osm": "flag", "walls": "flag", **_TABLE},
    "people": {"path": "path", "layer": "text", "encoding": "text", "columns": "texts_by_text",
               "count": "counting", "year": "year", "join": "join", "aliases": "path",
               "as_of": "date", "accept": "flag", "household_size": "count",
               "area_per_person_m2": "count", "housing_share": "share", "vacancy": "part"},
    "survey": {"path": "path"},
    "programme": {"targets": "text", "status": "path", "as_of": "date", "choose": "texts",
                  "only": "texts", "city": "text"},
}
"""Sections of a study file, and what each key holds."""

ONE_OF: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "communities": (("path",), ("from",)),
    "amenities": (("path",), ("osm",)),
    "ledgers": (("path",),),
    "doors": (("path",),),
    "located": (("path",),),
    "homes": (("path",), ("osm_buildings",), ("raster",)),
    "network": (("path",), ("place",), ("nodes", "edges")),
    "terrain": (("dem",),),
    "barriers": (("path",), ("osm",)),
    "gates": (("path",),),
    "compounds": (("path",), ("osm",)),
    "people": (("path",),),
    "survey": (("path",),),
    "programme": (("targets",),),
    "roads": (("path",),),
    "residential": (("path",),),
    "green": (("path",),),
    "catchments": (("path",),),
    "edits": (("path",),),
}
"""Ways to say where a section's data come from: exactly one."""

OPTIONAL = ("terrain", "barriers", "gates", "compounds", "ledgers", "doors", "located",
            "completeness", "people", "survey", "programme", "roads", "residential", "edits",
            "green", "catchments")
"""Sections a study may do without."""

SPARED_BY = {"homes": "people", "network": "roads"}
"""Sections a study may do without where it has another."""

REPEATED = ("amenities", "ledgers", "catchments")
"""Sections that may stand more than once, each under ``[[name]]``."""

FLAT = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm")
"""Endings of files that can't say their datum themselves."""

DATUMS = ("wgs84", "gcj02", "bd09", "auto")
BIG_ROADS = ("anywhere", "crossings")
LANGS = ("zh", "en")
ORIGINS = ("compounds", "homes")
DEVELOPMENTS = ("new", "existing")
UNCONFIRMED = ("memory", "unsure")
COUNTINGS = ("resident", "registered")
JOINS = ("auto", "code", "name")
_PATH_KEYS = "path|aliases|dem|raster|nodes|edges|standard|mapping"
_QUOTED_PATH = re.compile(rf'\b({_PATH_KEYS})(\s*=\s*)"([^"\n]*)"')
_FULL_WIDTH = re.compile("[“”‘’＝，【】＃]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class StudyText:
    """A study file's keys, checked; paths stand resolved beside what was written.

    Parameters
    ----------
    path : Path
        The study file.
    study, communities, homes, network, terrain, barriers, gates, compounds, completeness,
    people, residential, green : dict
        Keys given in each section.
    survey, programme : dict
        The same: where the filled workbooks lie; targets, their status, and the choice.
    roads, edits : dict
        The same of ``[roads]``, road centrelines, and ``[edits]``, links added or removed.
    amenities, ledgers, catchments : tuple of dict
        One per ``[[amenities]]``, ``[[ledgers]]``, ``[[catchments]]``.
    doors, located : dict
        Door numbers (门牌) and the filled-in list of places (待定位清单).
    written : frozenset of str
        ``section.key`` of every key that stands in the file, sound or not.
    raw : str
        The text itself.
    sections : frozenset of str
        Sections that stand in the file, with keys or without.
    """

    path: Path
    study: Mapping[str, Any]
    communities: Mapping[str, Any]
    amenities: tuple[Mapping[str, Any], ...]
    homes: Mapping[str, Any]
    network: Mapping[str, Any]
    terrain: Mapping[str, Any] = field(default_factory=dict)
    barriers: Mapping[str, Any] = field(default_factory=dict)
    gates: Mapping[str, Any] = field(default_factory=dict)
    compounds: Mapping[str, Any] = field(default_factory=dict)
    doors: Mapping[str, Any] = field(default_factory=dict)
    located: Mapping[str, Any] = field(default_factory=dict)
    written: frozenset[str] = frozenset()
    raw: str = field(repr=False, default="")
    ledgers: tuple[Mapping[str, Any], ...] = ()
    catchments: tuple[Mapping[str, Any], ...] = ()
    completeness: Mapping[str, Any] = field(default_factory=dict)
    roads: Mapping[str, Any] = field(default_factory=dict)
    edits: Mapping[str, Any] = field(default_factory=dict)
    sections: frozenset[str] = frozenset()
    people: Mapping[str, Any] = field(default_factory=dict)
    survey: Mapping[str, Any] = field(default_factory=dict)
    programme: Mapping[str, Any] = field(default_factory=dict)
    residential: Mapping[str, Any] = field(default_factory=dict)
    green: Mapping[str, Any] = field(default_factory=dict)

    def file(self, written: str) -> Path:
        """Return where a path written in the study lies."""
        return self.path.parent / written


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _all(value: Any, kind: type) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, kind) for v in value)


def _is_text_table(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())


_IS: Mapping[str, Callable[[Any], bool]] = {
    "text": lambda v: isinstance(v, str) and bool(v.strip()),
    "path": lambda v: isinstance(v, str) and bool(v.strip()),
    "system": lambda v: isinstance(v, str) and bool(v.strip()),
    "date": lambda v: v is not None and not isinstance(v, list | dict | bool),
    "flag": lambda v: isinstance(v, bool),
    "share": lambda v: _is_number(v) and 0 < v <= 1,
    "part": lambda v: _is_number(v) and 0 <= v <= 1,
    "count": lambda v: _is_number(v) and v > 0,
    "metres": lambda v: _is_number(v) and v >= 0,
    "number": _is_number,
    "numbers": lambda v: isinstance(v, list) and bool(v) and all(_is_number(n) for n in v),
    "texts": lambda v: _all(v, str),
    "bands": lambda v: isinstance(v, list) and bool(v) and all(_is_number(b) and b > 0 for b in v),
    "lang": lambda v: v in LANGS,
    "release": lambda v: v in RELEASES,
    "big_roads": lambda v: v in BIG_ROADS,
    "time": lambda v: isinstance(v, str) and minutes_of_day(v) is not None,
    "datum": lambda v: v in DATUMS,
    "origin": lambda v: v in ORIGINS,
    "development": lambda v: v in DEVELOPMENTS,
    "include": lambda v: _all(v, str) and set(v) <= set(UNCONFIRMED),
    "counting": lambda v: v in COUNTINGS,
    "join": lambda v: v in JOINS,
    "year": lambda v: bool(re.fullmatch(r"(19|20)\d\d", str(v))),
    "collected": lambda v: v == "all" or _all(v, str),
    "texts_by_text": _is_text_table,
    "counts_by_text": lambda v: isinstance(v, dict) and all(
        _is_number(n) and n > 0 for n in v.values()),
    "mapping": lambda v: isinstance(v, str) or _is_text_table(v),
}


def read_study_text(path: str | Path, faults: Faults) -> StudyText | None:
    """Read a study file and check every key; what is wrong goes to `faults`.

    Parameters
    ----------
    path : str or Path
        The study file.
    faults : Faults
        Collects.

    Returns
    -------
    StudyText or None
        None when the text can't be parsed at all.

    Raises
    ------
    MissingFileError
        No such file.
    """
    path = Path(path)
    if not path.is_file():
        raise MissingFileError("study.no_file", file=str(path))
    try:
        raw = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        faults.add("study.not_utf8", file=path.name, line=line)
        return None
    table = _parse(raw.replace("\r\n", "\n"), path.name, faults)
    if table is None:
        return None
    _check_shape(table, path.name, faults)
    spared = {"network"} if "roads" in table else set()
    parts: dict[str, Any] = {
        name: _section(name, table.get(name), path, faults, sourceless=name in spared)
        for name in SECTIONS if name not in REPEATED}
    parts |= {name: tuple(_section(name, entry, path, faults, number=n)
                        for n, entry in enumerate(_entries(table, name), start=1))
              for name in REPEATED}
    _lend_datum(parts)
    written = frozenset(f"{name}.{key}" for name, section in table.items()
                        if isinstance(section, dict) for key in section)
    return StudyText(path=path, written=written, raw=raw, sections=frozenset(table), **parts)


def _lend_datum(parts: Mapping[str, Any]) -> None:
    """Flat tables that don't say their datum take the study's."""
    datum = parts["study"].get("datum")
    for name, part in parts.items():
        if datum is None or name == "study" or "datum" not in SECTIONS[name]:
            continue
        for entry in part if name in REPEATED else [part]:
            if entry.get("path", "").lower().endswith(FLAT):
                entry.setdefault("datum", datum)


def _entries(table: dict[str, Any], name: str) -> list[Any]:
    """Entries of a section; a single ``[amenities]`` is as good as ``[[amenities]]``."""
    entries = table.get(name, [])
    return entries if isinstance(entries, list) else [entries]


def _parse(raw: str, file: str, faults: Faults) -> dict[str, Any] | None:
    lines = []
    for number, line in enumerate(raw.split("\n"), start=1):
        slashed = line
        for found in () if line.lstrip().startswith("#") else _QUOTED_PATH.finditer(line):
            written = found[3].replace("\\\\", "/")
            if "\\" in written:
                faults.add("study.backslash", file=file, line=number, key=found[1],
                           written=found[3], better=written.replace("\\", "/"))
            slashed = slashed.replace(f'"{found[3]}"', f'"{written.replace(chr(92), "/")}"')
        lines.append(slashed)
    try:
        return tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        # "At end of document" names no line: the last one is meant.
        number = int(at[1]) if at else len(lines)
        line = lines[number - 1].strip()
        key = "study.full_width" if _FULL_WIDTH.search(line) else "study.broken"
        faults.add(key, file=file, line=number, text=line, detail=str(error))
        return None


def _check_shape(table: dict[str, Any], file: str, faults: Faults) -> None:
    for name in table:
        if name not in SECTIONS:
            near = get_close_matches(name, SECTIONS, n=1, cutoff=0.5)
            faults.add("study.unknown_section", file=file, section=name,
                       known=", ".join(near or SECTIONS))
    for name in SECTIONS:
        if name not in table and name not in OPTIONAL and SPARED_BY.get(name) not in table:
            faults.add("study.no_section", file=file, section=name)


def _section(name: str, given: Any, path: Path, faults: Faults, *, number: int = 0,
             sourceless: bool = False) -> dict[str, Any]:
    label = f"[[{name}]] {number}" if number else f"[{name}]"
    where = {"file": path.name, "section": label}
    if not isinstance(given, dict):
        if given is not None:
            faults.add("study.not_a_section", **where)
        return {}
    kinds = SECTIONS[name]
    kept: dict[str, Any] = {}
    for key, value in given.items():
        if key not in kinds:
            near = get_close_matches(key, kinds, n=1, cutoff=0.6)
            faults.add("study.unknown_key", **where, key=key, known=", ".join(near or kinds))
        elif not _IS[kinds[key]](value):
            faults.add(f"study.bad_{kinds[key]}", **where, key=key, found=_shown(value))
        else:
            kept[key] = _clean(kinds[key], value)
    _check_source(name, given, where, faults, sourceless=sourceless)
    for key in [key for key in kept if _is_path(kinds[key], kept[key])]:
        if not _check_path(kept[key], path.parent, key, where, faults):
            del kept[key]
    return kept


def _is_path(kind: str, value: Any) -> bool:
    """A CRS may be a table of control points."""
    return (kind == "path" or (kind == "mapping" and isinstance(value, str))
            or (kind == "system" and is_control_file(value)))


def _shown(value: Any) -> str:
    return str(value) if not isinstance(value, bool) else str(value).lower()


def _clean(kind: str, value: Any) -> Any:
    if _is_path(kind, value):
        return value.strip().replace("\\", "/")
    if kind == "date":
        return str(value)
    return tuple(value) if isinstance(value, list) else value


def _check_source(name: str, given: Mapping[str, Any], where: dict[str, str], faults: Faults, *,
                  sourceless: bool) -> None:
    if name not in ONE_OF:
        return
    said = [way for way in ONE_OF[name] if any(given.get(key) not in (None, False) for key in way)]
    ways = " | ".join(" + ".join(way) for way in ONE_OF[name])
    if sourceless and not said:
        return
    if len(said) != 1:
        faults.add("study.one_source", **where, ways=ways,
                   found=", ".join(key for way in said for key in way if key in given) or "-")
    elif lacking := [key for key in said[0] if key not in given]:
        faults.add("study.source_half", **where, keys=", ".join(lacking), ways=ways)


def _check_path(written: str, folder: Path, key: str, where: dict[str, str], faults: Faults
                ) -> bool:
    if control := _CONTROL.search(written):
        faults.add("study.control_character", **where, key=key, found=repr(control[0]),
                   written=_CONTROL.sub("?", written))
        return False
    found = folder / written
    try:
        if found.exists():
            return True
        beside = [p.name for p in found.parent.iterdir()] if found.parent.is_dir() else []
    except OSError:  # a name the disk can't hold
        beside = []
    near = get_close_matches(found.name, beside, n=3, cutoff=0.5)
    faults.add("study.file_missing_near" if near else "study.file_missing", **where,
               key=key, written=written, near=", ".join(near))
    return False
