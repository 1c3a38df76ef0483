"""Excel workbooks: which sheet holds the table, its cells as text."""

from __future__ import annotations

import warnings
import zlib
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from greenmap.errors import InputError, TableError, UnreadableFileError
from greenmap.read.headings import Cells, heading_row

BROKEN = (BadZipFile, zlib.error, EOFError, OSError, SyntaxError, KeyError, ValueError, TypeError,
          RuntimeError)  # fmt: skip
"""What openpyxl lets through when the archive or the XML inside it is damaged."""


def read_sheet(file: Path, *, sheet: str | None, known: frozenset[str]) -> tuple[list[Cells], str]:
    """Read the sheet with the most headings we know.

    Parameters
    ----------
    file : Path
        ``.xlsx`` or ``.xlsm``.
    sheet : str, optional
        Name of the sheet, if the user says it.
    known : frozenset of str
        Headings we know.

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

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # drop-down lists and styles openpyxl can't carry over
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            try:
                names = [page.title for page in book.worksheets]
                if sheet is not None and sheet not in names:
                    raise TableError(
                        "read.no_layer", file=file.name, layer=sheet, have=", ".join(names)
                    )
                pages = {
                    page.title: _cells(page)
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
    return [[_text(cell) for cell in row] for row in page.iter_rows(values_only=True)]


def _text(cell: Any) -> str | None:
    if cell is None:
        return None
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        return cell.date().isoformat()
    if isinstance(cell, (date, datetime)):
        return cell.isoformat()
    return str(cell).strip() or None
