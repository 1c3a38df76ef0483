"""Workbook: gaps.xlsx, the table a planner hands in. The only module that uses xlsxwriter.

Every text is written as text, so a name that begins with "=" stays a name. Creation date fixed:
equal results make equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from greenmap import i18n
from greenmap.model.study import STATES, Assessment
from greenmap.report.columns import KINDS, heading, kind_of
from greenmap.report.listing import list_checks, list_coverage, list_facilities, list_gaps, word
from greenmap.report.overview import Block, marks, overview
from greenmap.report.sources import list_inputs, source_blocks

_CREATED = datetime(2000, 1, 1)
_STATE_COLOURS = {"met": "#ABD9E9", "not_met": "#FDAE61", "not_known": "#FFFFBF",
                  "not_applicable": "#DCDCDC", "measured": "#FFFFFF"}
_NUMBERS = {"count": "#,##0", "share": "0.0%", "number": "#,##0.0"}
_HEAD_ROW = 2
_MAX_TEXT = 32_767  # what one cell of Excel holds


class _Book:
    """An open workbook: sheets share the formats and what stands on each of them."""

    def __init__(self, path: Path, result: Assessment, lang: str) -> None:
        self.book = xlsxwriter.Workbook(str(path))
        self.lang = lang
        self.name = result.study.name
        self.marks = " · ".join(marks(result, lang))
        self.book.set_properties({"title": f"{self.name} {self.say('workbook_title')}".strip(),
                                  "comments": self.marks, "created": _CREATED})
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def say(self, name: str) -> str:
        return i18n.text(f"report.{name}", self.lang)

    def style(self, **changes: Any) -> Any:
        """One format per set of properties, with the body's as the base."""
        key = tuple(sorted(changes.items()))
        if key not in self._formats:
            base = {"font_size": 10, "border": 1, "border_color": "#BFBFBF", "valign": "vcenter"}
            self._formats[key] = self.book.add_format({**base, **changes})
        return self._formats[key]

    def body(self, kind: str, **changes: Any) -> Any:
        shape = KINDS[kind][0]
        if shape in _NUMBERS:
            return self.style(num_format=_NUMBERS[shape], align="right", **changes)
        return self.style(text_wrap=shape == "wide", num_format="@", **changes)

    def head(self) -> Any:
        return self.style(bold=True, bg_color="#E7E6E6", text_wrap=True, align="center")

    def sheet(self, key: str, widths: Sequence[float]) -> Any:
        """Add a sheet with title, marks and print set-up."""
        title = self.say(f"sheet_{key}")
        sheet = self.book.add_worksheet(title)
        plain = {"border": 0, "num_format": "@"}
        sheet.write_string(0, 0, f"{self.name} {title}".strip(),
                           self.style(**{**plain, "bold": True, "font_size": 14}))
        sheet.write_string(1, 0, self.marks, self.style(**{**plain, "font_color": "#9C0006"}))
        sheet.set_row(0, 22)
        for n, width in enumerate(widths):
            sheet.set_column(n, n, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        sheet.set_header(f"&L{_fixed(self.name, 60)}&R{title}")
        sheet.set_footer(f"&L{_fixed(self.marks, 150)}&R&P / &N")
        return sheet


def write_workbook(result: Assessment, path: str | Path, *, lang: str | None = None) -> Path:
    """Write the workbook of an assessment.

    Parameters
    ----------
    result : Assessment
    path : str or Path
        An ``.xlsx``, written in place.
    lang : {"zh", "en"}, optional
        Default: the study's.

    Returns
    -------
    Path
        `path`.
    """
    lang = lang or result.study.lang
    coverage = list_coverage(result, lang)
    book = _Book(Path(path), result, lang)
    _write_blocks(book, "overview", overview(result, coverage, lang), (24, 18, *[12] * 9))
    _write_matrix(book, coverage, lang)
    _write_table(book, "detail", coverage, freeze=3, hidden=("unit_id", "clause_id"))
    _write_table(book, "gaps", list_gaps(result, lang), freeze=2, hidden=("gap_id", "clause_id"))
    _write_table(book, "checks", list_checks(result, lang), freeze=2,
                 hidden=("check_id", "clause_id"))
    _write_table(book, "facilities", list_facilities(result, lang), freeze=1)
    _write_sources(book, result, lang)
    book.book.close()
    return Path(path)


def _fixed(text: str, most: int) -> str:
    """Text for header and footer, where & starts a code."""
    return text[:most].replace("&", "&&")


def _put(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    """Write one cell: a number as number, text as text, nothing as an empty cell."""
    if isinstance(value, str):
        sheet.write_string(row, column, value[:_MAX_TEXT], style)
    elif value is None or value is pd.NA or not isfinite(value):
        sheet.write_blank(row, column, None, style)
    else:
        sheet.write_number(row, column, float(value), style)


def _state_of(book: _Book) -> dict[str, str]:
    return {word(f"state_{state}", book.lang): state for state in STATES}


def _write_table(book: _Book, key: str, table: pd.DataFrame, *, freeze: int,
                 hidden: Sequence[str] = ()) -> Any:
    """Write a listing as a sheet: frozen heading, filter, one format per column."""
    kinds = [kind_of(name) for name in table.columns]
    sheet = book.sheet(key, [KINDS[kind][1] for kind in kinds])
    last = _write_rows(book, sheet, _HEAD_ROW, table)
    sheet.autofilter(_HEAD_ROW, 0, max(last, _HEAD_ROW + 1), len(kinds) - 1)
    sheet.freeze_panes(_HEAD_ROW + 1, freeze)
    sheet.repeat_rows(_HEAD_ROW)
    for name in hidden:
        column = table.columns.get_loc(name)
        sheet.set_column(column, column, 14, None, {"hidden": True})
    if table.empty:
        sheet.write_string(_HEAD_ROW + 1, 0, book.say(f"empty_{key}"), book.style(border=0))
    return sheet


def _write_rows(book: _Book, sheet: Any, head_row: int, table: pd.DataFrame) -> int:
    """Write heading and rows; return the last row written."""
    sheet.set_row(head_row, 32)
    states = _state_of(book)
    for column, name in enumerate(table.columns):
        sheet.write_string(head_row, column, heading(name, book.lang), book.head())
        style = book.body(kind_of(name))
        is_state = name.split("_")[0] == "state"
        for row, value in enumerate(table[name], start=head_row + 1):
            if is_state and value in states:
                colour = _STATE_COLOURS[states[value]]
                sheet.write_string(row, column, value, book.body("word", bg_color=colour))
            else:
                _put(sheet, row, column, value, style)
    return head_row + len(table)


def _write_matrix(book: _Book, coverage: pd.DataFrame, lang: str) -> None:
    """Write units × clauses; the state stands in words behind the number, for grey printers."""
    clauses = coverage.drop_duplicates("clause_id")
    sheet = book.sheet("coverage", [9, 15, 16, *[13] * len(clauses)])
    sheet.set_row(_HEAD_ROW, 62)
    heads = [heading(name, lang) for name in ("level", "unit_id", "unit_name")]
    heads += [f"{row.clause}\n({row.group})" for row in clauses.itertuples()]
    for column, text in enumerate(heads):
        sheet.write_string(_HEAD_ROW, column, text, book.head())
    column_of = {name: n for n, name in enumerate(clauses["clause_id"], start=3)}
    states = _state_of(book)
    units = coverage.groupby(["level", "unit_id", "unit_name"], sort=False)
    for last, (unit, rows) in enumerate(units, start=_HEAD_ROW + 1):
        for column, text in enumerate(unit):
            sheet.write_string(last, column, str(text), book.body("code"))
        for cell in rows.itertuples():
            _write_share(book, sheet, last, column_of[cell.clause_id], cell, states)
    _write_legend(book, sheet, last + 2)
    sheet.freeze_panes(_HEAD_ROW + 1, 3)
    sheet.autofilter(_HEAD_ROW, 0, last, len(heads) - 1)
    sheet.repeat_rows(_HEAD_ROW)


def _write_share(book: _Book, sheet: Any, row: int, column: int, cell: Any,
                 states: Mapping[str, str]) -> None:
    colour = _STATE_COLOURS[states[cell.state]]
    if isinstance(cell.share, (int, float)) and isfinite(cell.share):
        style = book.style(num_format=f'0.0%"  {cell.state}"', align="right", bg_color=colour)
        sheet.write_number(row, column, cell.share, style)
    else:
        few = f" ({cell.people})" if isinstance(cell.people, str) else ""
        style = book.style(num_format="@", align="right", bg_color=colour)
        sheet.write_string(row, column, f"{cell.state}{few}", style)


def _write_legend(book: _Book, sheet: Any, row: int) -> None:
    for n, state in enumerate(STATES):
        style = book.style(bg_color=_STATE_COLOURS[state], align="center")
        sheet.write_string(row + n, 1, word(f"state_{state}", book.lang), style)
        sheet.write_string(row + n, 2, book.say(f"legend_{state}"), book.style(border=0))


def _write_blocks(book: _Book, key: str, blocks: Iterable[Block], widths: Sequence[float]) -> None:
    sheet = book.sheet(key, widths)
    _put_blocks(book, sheet, _HEAD_ROW + 1, blocks)


def _put_blocks(book: _Book, sheet: Any, row: int, blocks: Iterable[Block]) -> None:
    """Write titled blocks below each other; a column of prose is not boxed in."""
    for block in blocks:
        sheet.write_string(row, 0, block.title, book.style(border=0, bold=True, font_size=12))
        row += 1
        if block.header:
            for column, text in enumerate(block.header):
                sheet.write_string(row, column, text, book.head())
            row += 1
        for cells in block.rows:
            for column, (value, kind) in enumerate(zip(cells, block.kinds, strict=True)):
                # Text in a narrow column of the page runs on into the empty cells beside it.
                style = (book.style(border=0) if not block.header and isinstance(value, str)
                         else book.body(kind))
                _put(sheet, row, column, value, style)
            row += 1
        row += 1


def _write_sources(book: _Book, result: Assessment, lang: str) -> None:
    inputs = list_inputs(result, lang)
    sheet = _write_table(book, "sources", inputs, freeze=0)
    _put_blocks(book, sheet, _HEAD_ROW + max(len(inputs), 1) + 3, source_blocks(result, lang))
