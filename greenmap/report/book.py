"""Book: a workbook of plain sheets, some of whose cells ask to be filled in and check it.

Every text is written as text; the date inside is fixed, so equal sheets make equal bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from math import ceil, isfinite
from pathlib import Path
from secrets import token_hex
from typing import Any

import pandas as pd
import xlsxwriter

from greenmap.errors import OutputError
from greenmap.report.folder import replace_file

_CREATED = datetime(2000, 1, 1)
_SHAPES = {"text": "@", "count": "#,##0", "number": "#,##0.##", "share": "0.0%",
           "date": "yyyy-mm-dd"}
_ASKED, _KNOWN, _HEAD = "#FFF2CC", "#F2F2F2", "#E7E6E6"
_LOOKS: dict[int, dict[str, Any]] = {0: {"bold": True, "font_size": 14},
                                     1: {"font_color": "#9C0006"}}
_MAX_TEXT = 32_767
_FIRST_DATE = date(2000, 1, 1)
_MAX_CHOICES = 255  # characters of a rule that names its choices
_LISTS = "lists"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet.

    Parameters
    ----------
    heading : str
        As shown.
    width : float
        Characters.
    shape : {"text", "count", "number", "share", "date"}
        Of its cells.
    key : str
        Stands in a hidden row, so that a program finds the column again.
    hidden : bool
        Not shown.
    """

    heading: str
    width: float = 12
    shape: str = "text"
    key: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """A cell to be filled in.

    Parameters
    ----------
    kind : {"choice", "number", "date", "text"}
        What it takes.
    choices : tuple of str
        Words of a drop-down list.
    title, help : str
        Shown when the cell is chosen, and when something else is entered.
    value : str or float, optional
        What stands in it from the start.
    least : float
        Smallest number it takes.
    """

    kind: str
    choices: tuple[str, ...] = ()
    title: str = ""
    help: str = ""
    value: Any = None
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: title, remarks, a heading and rows.

    Parameters
    ----------
    title : str
        Name of the sheet.
    columns : tuple of Column
        Left to right.
    rows : sequence of sequences
        Texts, numbers, None, or :class:`Ask`.
    notes : tuple of str
        Lines under the title.
    key : str
        Stands in a hidden row; a sheet with one is protected but where it asks.
    hidden : bool
        Not shown.
    hidden_rows : int
        So many of the last rows aren't shown.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Any]]
    notes: tuple[str, ...] = ()
    key: str = ""
    hidden: bool = False
    hidden_rows: int = 0


class _Styles:
    def __init__(self, book: Any) -> None:
        self.book = book
        self.made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def get(self, **looks: Any) -> Any:
        key = tuple(sorted(looks.items()))
        if key not in self.made:
            base = {"font_size": 10, "valign": "vcenter"}
            self.made[key] = self.book.add_format({**base, **looks})
        return self.made[key]

    def cell(self, shape: str, **looks: Any) -> Any:
        place = {"text_wrap": True, "indent": 1} if shape == "text" else {"align": "right"}
        return self.get(border=1, border_color="#BFBFBF", num_format=_SHAPES[shape], **place,
                        **looks)


def write_book(sheets: Sequence[Sheet], path: str | Path, *, title: str, marks: str) -> Path:
    """Write a workbook, beside its place and then into it.

    Parameters
    ----------
    sheets : sequence of Sheet
        In order.
    path : str or Path
        An ``.xlsx``.
    title : str
        Of the document.
    marks : str
        Stands under every title and in the footers.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        The folder isn't there, or the file is open elsewhere.
    """
    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise OutputError("report.ending_unknown", found=target.suffix or target.name,
                          known=".xlsx")
    if not target.parent.is_dir():
        raise OutputError("report.folder_missing", folder=target.parent.name)
    stage = target.with_name(f".{token_hex(4)}.xlsx")
    try:
        book = xlsxwriter.Workbook(str(stage))
        book.set_properties({"title": title, "comments": marks, "created": _CREATED})
        styles = _Styles(book)
        lists = _long_lists(sheets)
        for sheet in sheets:
            _write_sheet(book, styles, sheet, title, marks, lists)
        if lists:
            page = book.add_worksheet(_LISTS)
            page.very_hidden()
            for n, choices in enumerate(lists):
                page.write_column(0, n, choices, styles.get(num_format="@"))
        book.close()
        replace_file(stage, target)
    finally:
        stage.unlink(missing_ok=True)
    return target


def _write_sheet(book: Any, styles: _Styles, sheet: Sheet, title: str, marks: str,
                 lists: Mapping[tuple[str, ...], str]) -> None:
    page = book.add_worksheet(sheet.title)
    lines = [f"{title} · {sheet.title}", marks, *sheet.notes]
    first = next(n for n, column in enumerate(sheet.columns) if not column.hidden)
    for row, line in enumerate(lines):
        page.write_string(row, first, line, styles.get(num_format="@", **_LOOKS.get(row, {})))
    key_row = len(lines)
    head_row = key_row + 1
    page.write_string(key_row, len(sheet.columns), sheet.key, styles.get(num_format="@"))
    for n, column in enumerate(sheet.columns):
        page.set_column(n, n, column.width, None, {"hidden": column.hidden})
        page.write_string(key_row, n, column.key, styles.get(num_format="@"))
        page.write_string(head_row, n, column.heading, styles.cell(
            "text", bold=True, bg_color=_HEAD, align="center"))
    page.set_row(key_row, None, None, {"hidden": True})
    page.set_row(head_row, 15 * _lines_of([c.heading for c in sheet.columns], sheet) + 4)
    for row, cells in enumerate(sheet.rows, start=head_row + 1):
        for n, value in enumerate(cells):
            _write_cell(page, styles, row, n, value, sheet.columns[n].shape, bool(sheet.key))
        hide = row - head_row > len(sheet.rows) - sheet.hidden_rows
        page.set_row(row, 13.5 * _lines_of(cells, sheet) + 3, None, {"hidden": hide})
    _write_checks(page, sheet, head_row + 1, lists)
    _set_up(page, sheet, head_row, title, marks)


def _write_cell(page: Any, styles: _Styles, row: int, column: int, value: Any, shape: str,
                asking: bool) -> None:
    looks: dict[str, Any] = {"bg_color": _KNOWN} if asking else {}
    if isinstance(value, Ask):
        shape = {"number": "number", "date": "date"}.get(value.kind, "text")
        looks = {"bg_color": _ASKED, "locked": False}
        value = value.value
    if isinstance(value, str):
        page.write_string(row, column, value[:_MAX_TEXT], styles.cell("text", **looks))
    elif value is None or pd.isna(value) or not isfinite(value):
        page.write_blank(row, column, None, styles.cell(shape, **looks))
    else:
        page.write_number(row, column, float(value), styles.cell(shape, **looks))


def _long_lists(sheets: Sequence[Sheet]) -> dict[tuple[str, ...], str]:
    """Lists of choices too long for a cell's own rule, and where they stand."""
    asked = (value for sheet in sheets for row in sheet.rows for value in row)
    long = dict.fromkeys(value.choices for value in asked if isinstance(value, Ask)
                         and len(",".join(value.choices)) > _MAX_CHOICES)
    return {choices: f"={_LISTS}!${(letter := chr(65 + n))}$1:${letter}${len(choices)}"
            for n, choices in enumerate(long)}


def _write_checks(page: Any, sheet: Sheet, first_row: int, lists: Mapping[tuple[str, ...], str]
                  ) -> None:
    """One check per run of cells below each other that ask the same."""
    for column in range(len(sheet.columns)):
        cells = enumerate((row[column] for row in sheet.rows), start=first_row)
        for asked, run in groupby(cells, key=lambda cell: _same(cell[1])):
            rows = [row for row, _ in run]
            if asked is not None:
                page.data_validation(rows[0], column, rows[-1], column, _check(asked, lists))


def _same(value: Any) -> Ask | None:
    return replace(value, value=None) if isinstance(value, Ask) else None


def _check(asked: Ask, lists: Mapping[tuple[str, ...], str]) -> dict[str, Any]:
    rule: dict[str, Any] = {"validate": "any"}
    if asked.kind == "choice":
        source: Any = lists.get(asked.choices, list(asked.choices))
        rule = {"validate": "list", "source": source}
    elif asked.kind == "number":
        rule = {"validate": "decimal", "criteria": ">=", "value": asked.least}
    elif asked.kind == "date":
        rule = {"validate": "date", "criteria": ">=", "value": _FIRST_DATE}
    told = {"input_title": asked.title[:32], "input_message": asked.help[:255]}
    if asked.kind in ("choice", "number", "date"):
        told |= {"error_title": asked.title[:32], "error_message": asked.help[:255]}
    return rule | {key: text for key, text in told.items() if text}


def _set_up(page: Any, sheet: Sheet, head_row: int, title: str, marks: str) -> None:
    page.freeze_panes(head_row + 1, 0)
    page.repeat_rows(head_row)
    if sheet.rows and not sheet.hidden:
        page.autofilter(head_row, 0, head_row + len(sheet.rows), len(sheet.columns) - 1)
    shown = sum(c.width for c in sheet.columns if not c.hidden)
    page.set_paper(9 if shown <= 200 else 8)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_header(f"&L{title[:60].replace('&', '&&')}&R{sheet.title}")
    page.set_footer(f"&L{marks[:200].replace('&', '&&')}&R&P / &N")
    page.set_column(len(sheet.columns), len(sheet.columns), 1, None,
                    {"hidden": bool(sheet.key)})
    if sheet.key:
        page.protect("", {"autofilter": True, "format_columns": True, "format_rows": True})
    if sheet.hidden:
        page.very_hidden()


def _lines_of(cells: Sequence[Any], sheet: Sheet) -> int:
    """Lines the longest text of a row takes; a Chinese sign is nearly as wide as two letters."""
    most = 1
    for value, column in zip(cells, sheet.columns, strict=True):
        if isinstance(value, str) and not column.hidden:
            wide = [sum(1.85 if ord(c) > 0x2E7F else 1.0 for c in part)
                    for part in value.split("\n")]
            most = max(most, sum(max(1, ceil(w / (column.width - 2))) for w in wide))
    return most
