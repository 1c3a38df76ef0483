"""Ledger (台账): a department's list of facilities, read whether or not it says where they lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from greenmap.errors import Faults
from greenmap.model.datum import to_wgs84
from greenmap.model.ledger import LEDGER_COLUMNS
from greenmap.model.schema import first_few, load_schema
from greenmap.read.closed import close_by_name
from greenmap.read.headings import match_columns
from greenmap.read.kinds import check_categories, check_collected, classify_rows, words_of
from greenmap.read.ledger_rows import NUMBERS, plain_numbers, prepare, split_rows, without_notes
from greenmap.read.said_community import resolve_communities
from greenmap.read.source import WORKBOOKS
from greenmap.read.tables import RawTable, read_table
from greenmap.read.values import as_text, parse_numbers, typed_columns

_TEXTS = ("name", "address", "community_said", "subdistrict_said", "register_id", "inclusive")


def read_ledger(
    path: str | Path,
    *,
    communities: pd.DataFrame | None = None,
    aliases: Mapping[str, str] | None = None,
    category: str | None = None,
    mapping: Mapping[str, str] | str | Path | None = None,
    collected: str | Sequence[str] = (),
    sheet: str | None = None,
    encoding: str | None = None,
    datum: str = "wgs84",
    columns: Mapping[str, str] | None = None,
    source: str | None = None,
    as_of: str | None = None,
) -> pd.DataFrame:
    r"""Read a department's ledger.

    Merged words are said of every row they span; totals, headings in the
    middle, notes and signatures are left out and listed; two facilities in
    one row become two rows, or are named where they can't be told apart.

    Parameters
    ----------
    path : path
        csv or xlsx.
    communities : DataFrame, optional
        To say which community 所属社区 means; index ``community_id``.
    aliases : mapping of str to str, optional
        Old name of a community to its name now.
    category : str, optional
        Category of every row; else a column of the ledger says it.
    mapping : mapping or path, optional
        The ledger's words to categories.
    collected : str or sequence of str
        Categories this ledger claims to be complete in, or ``"all"``.
    sheet, encoding, columns, as_of
        As for :func:`read_communities`; `sheet` is its `layer`.
    datum : {"wgs84", "gcj02", "bd09"}
        Of coordinates, where the ledger has any.
    source : str, optional
        Name shown for this ledger; default: the file's.

    Returns
    -------
    DataFrame
        Index ``ledger_id``; `greenmap.model.ledger.LEDGER_COLUMNS`, then
        ``subdistrict_said``, ``status``, ``lon``, ``lat`` (degrees, WGS 84,
        mostly missing), ``doubtful``, ``file``, ``row``. Nothing is matched
        yet. ``attrs``: ``source``, ``left_out``, ``dropped_columns``,
        ``collected``, ``unclassified``, ``notes`` (what to look at, by row).

    Raises
    ------
    InputFaults
        Everything wrong with the rows, told once.
    MissingFileError, UnreadableFileError, EncodingError, TableError

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "民政.csv")
    ...     _ = file.write_text("机构名称,床位数\n甲驿站,20张\n合计,20\n", "utf-8")
    ...     read_ledger(file, category="elderly_service_station")["capacity"].to_dict()
    {'民政:甲驿站': 20.0}
    """
    faults = Faults()
    claimed = check_collected(collected, faults)
    words = words_of(mapping, faults)
    check_categories([category] if category else [], faults)
    merged = Path(path).suffix.lower() in WORKBOOKS
    raw = read_table(path, "ledgers", faults=faults, layer=sheet, encoding=encoding, datum=datum,
                     columns=columns, merged=merged, prepare=prepare)  # fmt: skip
    have = ", ".join(str(column) for column in raw.frame.columns)
    if "name" not in raw.frame.columns:
        faults.add("ledger.no_name", file=raw.file, have=have)
    if category is None and "category" not in raw.frame.columns:
        faults.add("ledger.no_category", file=raw.file, have=have)
    faults.raise_if_any()
    raw, notes, doubtful = split_rows(without_notes(raw))
    notes += _shared_numbers(Path(path), raw) if merged else []
    raw = RawTable(plain_numbers(raw.frame), raw.rows, None, raw.source, raw.left_out, raw.dropped)
    frame = _complete(typed_columns(raw, "ledgers", faults), raw, faults)
    faults.raise_if_any()
    kinds, unclassified = classify_rows(frame, category, words)
    stem = source or Path(path).stem
    frame = frame.assign(source=source or raw.file, as_of=as_of, file=raw.file,
                         row=raw.rows, doubtful=doubtful)
    if communities is not None:
        frame["community_id"], told = resolve_communities(frame, communities, aliases)
        notes += [{**one, "row": int(raw.rows[one.pop("position")])} for one in told]
    frame, kinds = _once(frame, kinds, notes)
    frame.index = _ids(frame, stem)
    table = _expand(frame, kinds)
    record: dict[Any, Any] = raw.record(len(frame), as_of=as_of)
    table.attrs = {
        **record, "collected": claimed,
        "unclassified": unclassified, "notes": tuple(_told(notes, table, raw.file)),
    }
    return table


def _complete(frame: pd.DataFrame, raw: RawTable, faults: Faults) -> pd.DataFrame:
    """Every column a ledger has, where the file is silent."""
    made: dict[str, Any] = {c: pd.Series(None, index=frame.index, dtype=object)
                            for c in (*LEDGER_COLUMNS, *_TEXTS)}
    made |= {c: np.full(len(frame), np.nan) for c in (*NUMBERS, "score")}
    made |= {c: frame[c] for c in made if c in frame.columns}
    made |= {c: as_text(made[c]) for c in _TEXTS}
    ids = raw.frame.get("ledger_id")
    made["ledger_id"] = as_text(ids) if ids is not None else None
    made["match"] = "none"
    names = made["name"]
    shut = frame["status"] if "status" in frame.columns else None
    made["status"] = (close_by_name(pd.Series("open", index=frame.index), names)[0]
                      if shut is None else shut.fillna("open"))
    made["lon"], made["lat"] = _coordinates(raw, faults)
    for kind in ("type_code", "type_path", "type_1"):
        if kind in frame.columns:
            made[kind] = frame[kind]
    return pd.DataFrame(made, index=frame.index)


def _coordinates(raw: RawTable, faults: Faults) -> tuple[Any, Any]:
    """Coordinates of the rows that have any, in WGS 84."""
    headings = [str(heading) for heading in raw.frame.columns]
    found = match_columns(headings, load_schema("coordinates"), {}, file=raw.file, faults=Faults())
    place = {ours: heading for heading, ours in found.items()}
    nothing = np.full(len(raw.frame), np.nan)
    if not {"lon", "lat"} <= set(place):
        return nothing, nothing
    axes = []
    for axis in ("lon", "lat"):
        numbers, bad = parse_numbers(raw.frame[place[axis]])
        if bad.any():
            faults.add("read.coords_unreadable", file=raw.file, column=place[axis],
                       rows=first_few(raw.rows[bad].tolist()),
                       found=first_few([repr(str(c)) for c in raw.frame[place[axis]][bad]]))
        axes.append(numbers)
    lon, lat = axes
    off = (np.abs(lon) > 180) | (np.abs(lat) > 90)
    half = np.isnan(lon) != np.isnan(lat)
    if off.any():
        faults.add("read.coords_outside", file=raw.file, rows=first_few(raw.rows[off].tolist()),
                   found=f"{lon[off][0]:g}, {lat[off][0]:g}")
    if half.any():
        faults.add("read.coords_blank", file=raw.file, column="/".join(place.values()),
                   rows=first_few(raw.rows[half].tolist()))
    known = ~np.isnan(lon) & ~np.isnan(lat) & ~off
    moved = to_wgs84(np.where(known, lon, 0), np.where(known, lat, 0),
                     datum=raw.source["datum"])
    return np.where(known, moved[0], np.nan), np.where(known, moved[1], np.nan)


def _shared_numbers(path: Path, raw: RawTable) -> list[dict[str, Any]]:
    """Numbers merged over several rows: whose share is which nobody wrote."""
    from greenmap.read.workbook import merged_numbers

    rows = set(raw.rows.tolist())
    return [{"kind": "merged_number", "row": first, "said": number, "found": f"{first}-{last}"}
            for first, last, _, number in merged_numbers(path, str(raw.source["layer"]))
            if first in rows]


def _once(frame: pd.DataFrame, kinds: list[tuple[str, ...]], notes: list[dict[str, Any]]
          ) -> tuple[pd.DataFrame, list[tuple[str, ...]]]:
    """Rows that say of one facility the same again are counted once, and named."""
    key = pd.DataFrame({c: frame[c].fillna("") for c in ("name", "address", "community_said")})
    key["kind"] = [";".join(kind) for kind in kinds]
    again = key.duplicated().to_numpy()
    for position in np.flatnonzero(again):
        first = int((key == key.iloc[position]).all(axis=1).to_numpy().argmax())
        notes.append({"kind": "twice", "row": int(frame["row"].iloc[position]),
                      "said": str(frame["name"].iloc[position]),
                      "found": str(frame["row"].iloc[first])})
    kept = [kind for kind, out in zip(kinds, again, strict=True) if not out]
    return frame[~again], kept


def _ids(frame: pd.DataFrame, stem: str) -> pd.Index[Any]:
    """Ids that stay when rows move: the ledger's own, else the name, told apart if need be."""
    own = frame["ledger_id"]
    if own is not None and own.notna().all() and own.is_unique:
        return pd.Index([f"{stem}:{key}" for key in own], name="ledger_id")
    said = frame.fillna({"community_said": "", "address": "", "category": ""})
    name = said["name"].astype(str)
    ids = name.copy()
    for column in ("community_said", "address", "category"):
        twice = ids.duplicated(keep=False)
        ids = ids.where(~twice, ids + "@" + said[column].astype(str))
    number = ids.groupby(ids).cumcount()
    ids = ids.where(number == 0, ids + "·" + (number + 1).astype(str))
    return pd.Index([f"{stem}:{key}" for key in ids], name="ledger_id")


def _expand(frame: pd.DataFrame, kinds: list[tuple[str, ...]]) -> pd.DataFrame:
    """Give one row to each category of a facility; the second of X is row ``X#2``."""
    rows, ids, category = [], [], []
    for position, (key, found) in enumerate(zip(frame.index, kinds, strict=True)):
        for k, kind in enumerate(found or (None,)):
            rows.append(position)
            ids.append(f"{key}#{k + 1}" if k else str(key))
            category.append(kind)
    table = frame.iloc[rows].assign(category=pd.Series(category, dtype=object).to_numpy())
    table.index = pd.Index(ids, name="ledger_id")
    last = ["subdistrict_said", "status", "lon", "lat", "doubtful", "file", "row"]
    return table[[*LEDGER_COLUMNS, *last]]


def _told(notes: list[dict[str, Any]], table: pd.DataFrame, file: str) -> list[dict[str, Any]]:
    """Notes in the order of the rows, each with the id of its row's first facility."""
    first = {int(row): str(key) for key, row in reversed(list(table["row"].items()))}
    told = [{"kind": n["kind"], "ledger_id": first.get(n["row"], ""), "place_id": "",
             "said": n["said"], "found": n["found"], "file": file, "row": n["row"]}
            for n in notes]
    named = Counter(str(name) for name in table.loc[table["community_said"].isna(), "name"])
    for key, name, row, said in zip(table.index, table["name"], table["row"],
                                    table["community_said"], strict=True):
        if named[str(name)] > 1 and not isinstance(said, str):
            told.append({"kind": "same_name", "ledger_id": str(key), "place_id": "",
                         "said": str(name), "found": "", "file": file, "row": int(row)})
    return sorted(told, key=lambda n: (n["row"], n["kind"], n["ledger_id"]))
