"""Workbook: gaps.xlsx, the table a planner hands in. The only module that uses xlsxwriter.

Every text is written as text, so a name that begins with "=" stays a name. Creation date fixed:
equal results make equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from math import ceil, isfinite
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from greenmap import i18n
from greenmap.model.release import is_public
from greenmap.model.study import STATES, Assessment
from greenmap.report.columns import KINDS, heading, kind_of
from greenmap.report.completeness_sheet import list_completeness
from greenmap.report.duplicates_sheet import list_duplicates
from greenmap.report.edits_sheet import list_edits
from greenmap.report.gates_sheet import list_gates
from greenmap.report.groups_sheet import list_crowding, list_groups, list_worst
from greenmap.report.items_sheet import list_items
from greenmap.report.listing import list_facilities, main_lists, word
from greenmap.report.overview import Block, marks, overview
from greenmap.report.people_sheet import list_people
from greenmap.report.radius_sheet import list_radius
from greenmap.report.roads_sheet import list_roads
from greenmap.report.schools_sheet import list_schools
from greenmap.report.sensitivity_sheet import list_sensitivity
from greenmap.report.snap_sheet import list_islands, list_snaps
from greenmap.report.sources import list_inputs, source_blocks

_CREATED = datetime(2000, 1, 1)
_STATE_COLOURS = {"met": "#ABD9E9", "not_met": "#FDAE61", "not_known": "#FFFFBF",
                  "not_applicable": "#DCDCDC", "measured": "#FFFFFF"}
_NUMBERS = {"count": "#,##0", "share": "0.0%", "number": "#,##0.0", "plain": "General"}
_HEAD_ROW = 2
_A4, _A3 = 9, 8
_WIDEST_A4 = 200  # characters; wider lists would print too small on A4
_OPTIONAL = ("district", "subdistrict", "layer", "why_not")  # hidden where nothing is in them
_LINE = 13.5  # points of one line of text
_PAGE = (24, 14, *[11] * 9)  # columns of the sheets made of blocks
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
        return self.style(text_wrap=True, indent=1, num_format="@", **changes)

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
        sheet.set_paper(_A4 if sum(widths) <= _WIDEST_A4 else _A3)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        sheet.set_header(f"&L{_fixed(self.name, 60)}&R{title}")
        sheet.set_footer(f"&L{_fixed(self.marks, 220)}&R&P / &N")
        return sheet


def write_workbook(result: Assessment, path: str | Path, *, lang: str | None = None,
                   listed: Mapping[str, pd.DataFrame] | None = None) -> Path:
    """Write the workbook of an assessment.

    Parameters
    ----------
    result : Assessment
    path : str or Path
        An ``.xlsx``, written in place.
    lang : {"zh", "en"}, optional
        Default: the study's.
    listed : mapping of str to DataFrame, optional
        From :func:`greenmap.report.listing.main_lists`, in the same language. Default: made
        here.

    Returns
    -------
    Path
        `path`.
    """
    lang = lang or result.study.lang
    listed = listed or main_lists(result, lang)
    coverage = listed["coverage"]
    book = _Book(Path(path), result, lang)
    _put_blocks(book, book.sheet("overview", _PAGE), _HEAD_ROW + 1,
                overview(result, coverage, lang))
    _write_matrix(book, coverage, lang)
    _write_table(book, "detail", coverage, freeze=3, hidden=("unit_id", "clause_id"))
    _write_table(book, "gaps", listed["gaps"], freeze=2, hidden=("clause_id",))
    _write_table(book, "checks", listed["checks"], freeze=2,
                 hidden=("check_id", "clause_id", "data_source", "data_date"))
    if len(items := list_items(result, lang)):
        _write_table(book, "items", items, freeze=2, hidden=("clause_id",))
    if not is_public(result.study):
        _write_inside(book, result, lang)
    if len(complete := list_completeness(result, lang)):
        _write_table(book, "completeness", complete, freeze=2)
    if result.sensitivity is not None and not is_public(result.study):
        _write_table(book, "sensitivity", list_sensitivity(result, lang), freeze=3,
                     hidden=("unit_id", "clause_id"))
    _write_sources(book, result, lang)
    book.book.close()
    return Path(path)


def _write_inside(book: _Book, result: Assessment, lang: str) -> None:
    """Sheets of single places, gates and streets: they stay in the office."""
    _write_table(book, "facilities", list_facilities(result, lang), freeze=1)
    _write_table(book, "snaps", list_snaps(result, lang), freeze=2)
    if len(parts := list_islands(result, lang)):
        _write_table(book, "islands", parts, freeze=1)
    if len(result.gates):
        _write_table(book, "gates", list_gates(result, lang), freeze=2)
    if len(double := list_duplicates(result, lang)):
        _write_table(book, "duplicates", double, freeze=2)
    if len(edits := list_edits(result, lang)):
        _write_table(book, "edits", edits, freeze=2)
    if len(roads := list_roads(result, lang)):
        _write_table(book, "roads", roads, freeze=2)
    if len(people := list_people(result, lang)):
        _write_table(book, "people", people, freeze=2)
    for key, listing in (("radius", list_radius), ("groups", list_groups), ("worst", list_worst),
                         ("crowding", list_crowding), ("schools", list_schools)):
        if len(table := listing(result, lang)):
            _write_table(book, key, table, freeze=3, hidden=("unit_id", "clause_id"))


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
                 hidden: Iterable[str] = ()) -> Any:
    """Write a listing as a sheet: frozen heading, filter, one format per column."""
    kinds = [kind_of(name) for name in table.columns]
    hidden = {*hidden, *(name for name in _OPTIONAL if name in table and (table[name] == "").all())}
    sheet = book.sheet(key, [KINDS[kind][1] for name, kind in zip(table.columns, kinds, strict=True)
                             if name not in hidden])
    for column, kind in enumerate(kinds):
        sheet.set_column(column, column, KINDS[kind][1], None,
                         {"hidden": table.columns[column] in hidden})
    last = _write_rows(book, sheet, _HEAD_ROW, table)
    sheet.autofilter(_HEAD_ROW, 0, max(last, _HEAD_ROW + 1), len(kinds) - 1)
    sheet.freeze_panes(_HEAD_ROW + 1, freeze)
    sheet.repeat_rows(_HEAD_ROW)
    if table.empty:
        sheet.write_string(_HEAD_ROW + 1, 0, book.say(f"empty_{key}"), book.style(border=0))
    return sheet


def _write_rows(book: _Book, sheet: Any, head_row: int, table: pd.DataFrame) -> int:
    """Write heading and rows; return the last row written."""
    sheet.set_row(head_row, 40)
    states = _state_of(book)
    columns = [table[name].tolist() for name in table.columns]
    widths = [KINDS[kind_of(name)][1] for name in table.columns]
    for row, cells in enumerate(zip(*columns, strict=True), start=head_row + 1):
        _make_room(sheet, row, cells, widths)
    for column, name in enumerate(table.columns):
        sheet.write_string(head_row, column, heading(name, book.lang), book.head())
        style = book.body(kind_of(name))
        is_state = name.split("_")[0] == "state"
        for row, value in enumerate(columns[column], start=head_row + 1):
            if is_state and value in states:
                colour = _STATE_COLOURS[states[value]]
                sheet.write_string(row, column, value, book.body("word", bg_color=colour))
            else:
                _put(sheet, row, column, value, style)
    return head_row + len(table)


def _write_matrix(book: _Book, coverage: pd.DataFrame, lang: str) -> None:
    """Write units × clauses; the state stands in words behind the number, for grey printers."""
    clauses = coverage.drop_duplicates("clause_id")
    short = {word(f"state_{state}", lang): book.say(f"short_{state}") for state in STATES}
    width = 9 + max(_wide(text) for text in short.values())  # 9: room for the number
    widths = [11, 15, 16, *[width] * len(clauses)]
    sheet = book.sheet("coverage", widths)
    heads = [heading(name, lang) for name in ("level", "unit_id", "unit_name")]
    heads += [f"{row.clause}\n({row.group})" for row in clauses.itertuples()]
    for column, text in enumerate(heads):
        sheet.write_string(_HEAD_ROW, column, text, book.head())
    _make_room(sheet, _HEAD_ROW, heads, [0.9 * width for width in widths])  # bold is wider
    column_of = {name: n for n, name in enumerate(clauses["clause_id"], start=3)}
    states = _state_of(book)
    units = coverage.groupby(["level", "unit_id", "unit_name"], sort=False)
    community = word("level_community", lang)
    for last, ((level, unit, name), rows) in enumerate(units, start=_HEAD_ROW + 1):
        code = str(unit) if level == community else ""  # upper units have no code of their own
        for column, text in enumerate((str(level), code, str(name))):
            sheet.write_string(last, column, text, book.body("code"))
        _make_room(sheet, last, (str(level), code, str(name)), widths[:3])
        for cell in rows.itertuples():
            _write_share(book, sheet, last, column_of[cell.clause_id], cell, states, short)
    _write_legend(book, sheet, last + 2)
    sheet.freeze_panes(_HEAD_ROW + 1, 3)
    sheet.autofilter(_HEAD_ROW, 0, last, len(heads) - 1)
    sheet.repeat_rows(_HEAD_ROW)


def _write_share(book: _Book, sheet: Any, row: int, column: int, cell: Any,
                 states: Mapping[str, str], short: Mapping[str, str]) -> None:
    colour = _STATE_COLOURS[states[cell.state]]
    if isinstance(cell.share, (int, float)) and isfinite(cell.share):
        unknown = cell.people_unknown
        open_end = isinstance(unknown, (int, float)) and unknown > 0
        # Homes not known may yet turn out covered: what is printed is the least.
        least = "≥" if open_end or states[cell.state] == "not_known" else ""
        style = book.style(num_format=f'"{least}"0.0%"  {short[cell.state]}"', align="right",
                           bg_color=colour)
        sheet.write_number(row, column, cell.share, style)
    else:
        few = f" ({cell.people})" if isinstance(cell.people, str) else ""
        style = book.style(num_format="@", align="right", bg_color=colour)
        sheet.write_string(row, column, f"{short[cell.state]}{few}", style)


def _write_legend(book: _Book, sheet: Any, row: int) -> None:
    for n, state in enumerate(STATES):
        style = book.style(bg_color=_STATE_COLOURS[state], align="center")
        sheet.write_string(row + n, 1, book.say(f"short_{state}"), style)
        told = f"{word(f'state_{state}', book.lang)}: {book.say(f'legend_{state}')}"
        sheet.write_string(row + n, 2, told, book.style(border=0))


def _put_blocks(book: _Book, sheet: Any, row: int, blocks: Iterable[Block]) -> None:
    """Write titled blocks below each other; facts without a heading stand unboxed."""
    for block in blocks:
        if not block.rows:
            continue
        sheet.write_string(row, 0, block.title, book.style(border=0, bold=True, font_size=12))
        row += 1
        if block.header:
            sheet.set_row(row, 28)
            for column, text in enumerate(block.header):
                _put_cell(book, sheet, row, column, text, block, book.head())
            row += 1
        for cells in block.rows:
            for column, (value, kind) in enumerate(zip(cells, block.kinds, strict=True)):
                style = book.body(kind) if block.header else _fact(book, kind, value)
                _put_cell(book, sheet, row, column, value, block, style)
            if block.header:
                rest = sum(_PAGE[len(cells) - 1:])
                _make_room(sheet, row, cells, (*_PAGE[:len(cells) - 1], rest))
            row += 1
        row += 1


def _fact(book: _Book, kind: str, value: Any) -> Any:
    shape = KINDS[kind][0]
    if isinstance(value, str):  # runs on into the empty cells beside it
        return book.style(border=0, num_format="@")
    return book.style(border=0, align="left", num_format=_NUMBERS.get(shape, "General"))


def _put_cell(book: _Book, sheet: Any, row: int, column: int, value: Any, block: Block,
              style: Any) -> None:
    """Write a cell; a last column of prose takes the rest of the page's width."""
    if block.header and block.kinds[column] == "wider":
        sheet.merge_range(row, column, row, len(_PAGE) - 1, "", style)
    _put(sheet, row, column, value, style)


def _make_room(sheet: Any, row: int, cells: Iterable[Any], widths: Iterable[float]) -> None:
    """Set the height wrapped text needs: not every program fits rows when it opens a file."""
    lines = max([_lines(cell, width) for cell, width in zip(cells, widths, strict=True)
                 if isinstance(cell, str)], default=1)
    sheet.set_row(row, _LINE * lines + 2)


@lru_cache(maxsize=4096)
def _lines(text: str, width: float) -> int:
    """Lines a text takes in a column."""
    return sum(max(1, ceil(_wide(part) / (width - 1.5))) for part in text.split("\n"))


def _wide(text: str) -> float:
    """Width of a text in characters of a column; a Chinese one is nearly as wide as two."""
    if text.isascii():
        return sum([0.95] * len(text))
    return sum(1.85 if ord(c) > 0x2E7F else 0.95 for c in text)


def _write_sources(book: _Book, result: Assessment, lang: str) -> None:
    inputs = list_inputs(result, lang)
    sheet = _write_table(book, "sources", inputs, freeze=0)
    _put_blocks(book, sheet, _HEAD_ROW + max(len(inputs), 1) + 3, source_blocks(result, lang))
