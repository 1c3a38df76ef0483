"""Excel workbooks: which sheet holds the table, its cells as text."""

from __future__ import annotations

import re
import warnings
import zlib
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from greenmap.errors import InputError, TableError, UnreadableFileError
from greenmap.read.headings import Cells, heading_row

BROKEN = (BadZipFile, zlib.error, EOFError, OSError, SyntaxError, KeyError, ValueError, TypeError,
          RuntimeError)  # fmt: skip
"""What openpyxl lets through when the archive or the XML inside it is damaged."""
_NUMBER = re.compile(r"[\d.,]+")
_CODE_DIGITS = 9  # numbers this long are codes: words, not amounts

_MOST_BYTES = 300_000_000


def check_size(file: Path) -> None:
    """Refuse a workbook that unpacks to more than a table of a city can be.

    Parameters
    ----------
    file : Path
        ``.xlsx``.

    Raises
    ------
    UnreadableFileError
        It unpacks to over 300 MB; or it isn't an archive.
    """
    try:
        with ZipFile(file) as archive:
            size = sum(one.file_size for one in archive.infolist())
    except BROKEN as error:
        raise UnreadableFileError("read.bad_workbook", file=file.name) from error
    if size > _MOST_BYTES:
        raise UnreadableFileError("read.too_large", file=file.name, most=_MOST_BYTES // 1_000_000)


def read_sheet(file: Path, *, sheet: str | None, known: frozenset[str], merged: bool = False
               ) -> tuple[list[Cells], str]:
    """Read the sheet with the most headings we know.

    Parameters
    ----------
    file : Path
        ``.xlsx`` or ``.xlsm``.
    sheet : str, optional
        Name of the sheet, if the user says it.
    known : frozenset of str
        Headings we know.
    merged : bool
        Whether words merged over several rows are said of each of them. A
        number merged over rows stands in the first: what the others' share
        is nobody wrote.

    Returns
    -------
    rows : list of list
        Cells as text, None where blank; row 1 of the sheet first.
    sheet : str
        Name of the sheet taken.

    Raises
    ------
    UnreadableFileError
        Not a workbook, or locked by a password.
    TableError
        No such sheet; no sheet with a table; several without known headings.
    """
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    check_size(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # drop-down lists and styles openpyxl can't carry over
            book = openpyxl.load_workbook(file, read_only=not merged, data_only=True)
            try:
                names = [page.title for page in book.worksheets]
                if sheet is not None and sheet not in names:
                    raise TableError(
                        "read.no_layer", file=file.name, layer=sheet, have=", ".join(names)
                    )
                pages = {
                    page.title: _filled(page) if merged else _cells(page)
                    for page in book.worksheets
                    if sheet in (None, page.title)
                }
            finally:
                book.close()
    except InputError:
        raise
    except (*BROKEN, InvalidFileException) as error:
        raise UnreadableFileError("read.bad_workbook", file=file.name) from error
    return _choose(pages, file.name, known)


def _choose(
    pages: dict[str, list[Cells]], file: str, known: frozenset[str]
) -> tuple[list[Cells], str]:
    scores = {name: heading_row(rows, known) for name, rows in pages.items()}
    tables = [name for name, (row, _) in scores.items() if row >= 0]
    if not tables:
        raise TableError("read.no_headings", file=file)
    best = max(tables, key=lambda name: scores[name][1])  # the first of equals
    if scores[best][1] == 0 and len(tables) > 1:
        raise TableError("read.which_layer", file=file, have=", ".join(tables))
    return pages[best], best


def _cells(page: Any) -> list[Cells]:
    page.reset_dimensions()  # some programs write a wrong extent
    return [[cell_text(cell) for cell in row] for row in page.iter_rows(values_only=True)]


def _filled(page: Any) -> list[Cells]:
    """Cells of a sheet, words merged over rows said of each row."""
    rows = [[cell_text(cell) for cell in row] for row in page.iter_rows(values_only=True)]
    for area in page.merged_cells.ranges:
        top, left = area.min_row - 1, area.min_col - 1
        cell = rows[top][left] if top < len(rows) and left < len(rows[top]) else None
        if cell is None or (_NUMBER.fullmatch(cell) and len(cell) < _CODE_DIGITS):
            continue
        for row in rows[top + 1 : area.max_row]:
            row[left] = cell
    return rows


def merged_numbers(file: Path, sheet: str) -> list[tuple[int, int, int, str]]:
    """List the numbers of a sheet that stand in a cell merged over several rows.

    Parameters
    ----------
    file : Path
        Workbook that :func:`read_sheet` could read.
    sheet : str
        Name of the sheet.

    Returns
    -------
    list of (first row, last row, column, number)
        Rows and columns from 1, as the program shows them; sorted.
    """
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(file, data_only=True)
    page, found = book[sheet], []
    for area in page.merged_cells.ranges:
        cell = cell_text(page.cell(area.min_row, area.min_col).value)
        if area.max_row > area.min_row and cell and _NUMBER.fullmatch(cell):
            found.append((area.min_row, area.max_row, area.min_col, cell))
    return sorted(row for row in found if len(row[3]) < _CODE_DIGITS)


def cell_text(cell: Any) -> str | None:
    """Return a cell's text as the doors read it; None where blank."""
    if cell is None:
        return None
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        return cell.date().isoformat()
    if isinstance(cell, (date, datetime)):
        return cell.isoformat()
    return str(cell).strip() or None
