"""Plain workbooks to fill in: rows of text and numbers, the same bytes each time."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

Row = Sequence[object]
_MOMENT = (2000, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def write_plain_book(
    path: str | Path, sheets: Mapping[str, Sequence[Row]], *, widths: Sequence[float] = ()
) -> Path:  # fmt: skip
    """Write a workbook whose first row on each sheet is the heading.

    Parameters
    ----------
    path : str or Path
        An ``.xlsx``; written beside and then moved into place.
    sheets : mapping of str to rows
        By title; text stays text, whatever it begins with.
    widths : sequence of float
        Of the columns, in characters.

    Returns
    -------
    Path
        `path`.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row, start=1):
                if value is None:
                    continue
                cell = sheet.cell(number, column, value)
                if isinstance(value, str):
                    cell.data_type, cell.number_format = "s", "@"
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                cell.font = Font(bold=number == 1)
        for column, width in enumerate(widths):
            sheet.column_dimensions[chr(ord("A") + column)].width = width
        sheet.freeze_panes = "A2"
    raw = io.BytesIO()
    book.save(raw)
    return _still(raw, Path(path))


def _still(raw: io.BytesIO, path: Path) -> Path:
    """Copy an archive without the clock that is stamped on every part of it."""
    beside = path.with_name(f".{path.name}.part")
    with ZipFile(raw) as made, ZipFile(beside, "w", ZIP_DEFLATED) as fixed:
        for name in made.namelist():
            body = made.read(name)
            if name == "docProps/core.xml":
                body = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z", body)
            fixed.writestr(ZipInfo(name, _MOMENT), body, ZIP_DEFLATED)
    beside.replace(path)
    return path
