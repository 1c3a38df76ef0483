"""Workbooks of a ledger: what was matched to what, and the list of places to be located."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from greenmap import i18n
from greenmap.model.category import load_categories
from greenmap.report.book import Ask, Column, Sheet, write_book

LIST = "待定位清单.xlsx"
REVIEW = "ledger.xlsx"
_MATCHED = ("file", "row", "category", "name", "address", "community_said", "match", "located_by",
            "within_m", "score", "place_id", "reason", "capacity", "floor_m2", "area_m2")
_NOTES = ("kind", "file", "row", "ledger_id", "said", "found", "place_id")
_WIDTH = {"name": 28, "address": 30, "file": 18, "community_said": 18, "reason": 22, "said": 28,
          "found": 28, "kind": 30, "ledger_id": 26, "category": 18}
_SHAPE = {**dict.fromkeys(("row", "within_m", "capacity"), "count"),
          **dict.fromkeys(("score", "floor_m2", "area_m2"), "number")}


def _say(name: str, lang: str, **facts: Any) -> str:
    return i18n.text(f"ledger.{name}", lang, **facts)


def _category(key: object, lang: str) -> str:
    known = load_categories().get(str(key))
    return "" if known is None else known.zh if lang == "zh" else known.en


def write_unlocated(ledger: pd.DataFrame, candidates: pd.DataFrame, path: str | Path, *,
                    lang: str = "zh", title: str = "", marks: str = "") -> Path:
    """Write the list of a ledger's places that nobody could place surely.

    Somebody picks a candidate or writes coordinates, and names the file
    under ``[located]`` of the study. Ids stand in hidden columns.

    Parameters
    ----------
    ledger : DataFrame
        From :func:`greenmap.match_ledger`.
    candidates : DataFrame
        The same match's.
    path : str or Path
        An ``.xlsx``.
    lang : {"zh", "en"}
    title, marks : str
        Name of the study, and what every page of it says.

    Returns
    -------
    Path
    """
    open_rows = ledger[ledger["match"] != "accepted"]
    found = {key: group.sort_values("rank") for key, group in candidates.groupby("ledger_id")}
    head = [Column("", key=key, hidden=True) for key in ("ledger_id", "key_1", "key_2", "key_3")]
    head += [Column(_say(f"col_{name}", lang), _WIDTH.get(name, 12), _SHAPE.get(name, "text"),
                    key=name)
             for name in ("file", "row", "category", "name", "address", "community_said", "reason",
                          "choice_1", "choice_2", "choice_3", "pick", "lon", "lat", "datum",
                          "remark")]
    rows = [_asking(str(key), row, found.get(str(key)), lang) for key, row in open_rows.iterrows()]
    sheet = Sheet(_say("sheet_list", lang), tuple(head), rows, key="greenmap.unlocated",
                  notes=(_say("list_how", lang), _say("list_where", lang)))
    return write_book([sheet], path, title=title, marks=marks)


def _asking(key: str, row: pd.Series, found: pd.DataFrame | None, lang: str) -> list[Any]:
    shown, keys = ["", "", ""], ["", "", ""]
    for n, one in enumerate([] if found is None else found.itertuples()):
        keys[n] = (f"map|{one.key}" if one.kind == "map"
                   else f"{one.kind}|{one.lon}|{one.lat}|{one.within_m}")
        shown[n] = _say(f"candidate_{one.kind}", lang, label=one.label, score=f"{one.score:.0f}",
                        metres=one.within_m)
    many = tuple(str(n) for n in (1, 2, 3) if keys[n - 1])
    none = _say("pick_none", lang)
    return [key, *keys, row["file"], row["row"], _category(row["category"], lang), row["name"],
            row["address"], row["community_said"], _say(f"reason_{row['reason']}", lang), *shown,
            Ask("choice", (*many, none), _say("col_pick", lang), _say("help_pick", lang)),
            Ask("text", (), _say("col_lon", lang), _say("help_lonlat", lang)),
            Ask("text", (), _say("col_lat", lang), _say("help_lonlat", lang)),
            Ask("choice", ("wgs84", "gcj02", "bd09"), _say("col_datum", lang),
                _say("help_datum", lang)),
            Ask("text", (), _say("col_remark", lang), "")]


def write_ledger(ledger: pd.DataFrame, notes: pd.DataFrame, path: str | Path, *, lang: str = "zh",
                 title: str = "", marks: str = "") -> Path:
    """Write what became of every row of a ledger, and where it and the map disagree.

    Parameters
    ----------
    ledger, notes : DataFrame
        From :func:`greenmap.match_ledger`.
    path : str or Path
        An ``.xlsx``.
    lang : {"zh", "en"}
    title, marks : str
        As for :func:`write_unlocated`.

    Returns
    -------
    Path
    """
    told = ledger.assign(
        category=[_category(key, lang) for key in ledger["category"]],
        match=[_say(f"match_{key}", lang) for key in ledger["match"]],
        located_by=[_say(f"by_{key}", lang) if key else "" for key in ledger["located_by"]],
        reason=[_say(f"reason_{key}", lang) if key else "" for key in ledger["reason"]])
    order = ledger["match"].map({"review": 0, "none": 1, "accepted": 2})
    told = told.iloc[order.argsort(kind="stable")]
    said = notes.assign(kind=[_say(f"note_{kind}", lang) for kind in notes["kind"]])
    sheets = [_plain("sheet_rows", told, _MATCHED, lang), _plain("sheet_notes", said, _NOTES, lang)]
    return write_book(sheets, path, title=title, marks=marks)


def _plain(name: str, table: pd.DataFrame, columns: tuple[str, ...], lang: str) -> Sheet:
    head = tuple(Column(_say(f"col_{c}", lang), _WIDTH.get(c, 12), _SHAPE.get(c, "text"))
                 for c in columns)
    cells = table[list(columns)].astype(object)
    rows = [list(row) for row in cells.where(cells.notna(), None).itertuples(index=False)]
    return Sheet(_say(name, lang), head, rows)
