"""Survey cells: a filled workbook's sheets by key, and each cell's value or what is wrong."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from greenmap import i18n
from greenmap.errors import Faults, UnreadableFileError
from greenmap.model.programme import period_end
from greenmap.model.schema import first_few
from greenmap.model.survey import SHEETS
from greenmap.read.personal import looks_personal
from greenmap.read.source import existing_file
from greenmap.read.values import plain
from greenmap.read.workbook import BROKEN, check_size

_SHOWN = 12
_LOOK_AT = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a survey sheet.

    Parameters
    ----------
    number : int
        Row of the sheet.
    values : mapping of str to object
        By column key.
    letters : mapping of str to str
        Column letter by key.
    """

    number: int
    values: Mapping[str, Any]
    letters: Mapping[str, str]

    def cell(self, key: str) -> str:
        """Address of a cell."""
        return f"{self.letters.get(key, '')}{self.number}"

    def text(self, key: str) -> str:
        """A cell as text, blank where there is none."""
        value = self.values.get(key)
        return "" if value is None else plain(value).strip()

    def said(self, key: str) -> bool:
        """Whether a cell holds anything."""
        return self.text(key) != ""


@dataclass(slots=True)
class Wrong:
    """Wrong cells of one sheet by what is wrong; each kind is told once with its addresses."""

    file: str
    sheet: str
    cells: dict[tuple[str, tuple[tuple[str, Any], ...]], list[str]] = field(
        default_factory=lambda: defaultdict(list))

    def add(self, key: str, cell: str, shown: object = None, **facts: Any) -> None:
        """Note a cell; `shown` is what stands in it."""
        told = cell if shown is None else f"{cell} “{str(shown)[:30]}”"
        self.cells[key, tuple(sorted(facts.items()))].append(told)

    def tell(self, faults: Faults) -> None:
        """Hand the faults over."""
        for (key, facts), cells in self.cells.items():
            faults.add(f"survey.{key}", file=self.file, sheet=self.sheet,
                       cells=first_few(cells, _SHOWN), **dict(facts))


def open_sheets(path: str | Path, faults: Faults) -> dict[str, tuple[str, list[Row]]]:
    """Read the sheets of a survey workbook that have a key of ours.

    Parameters
    ----------
    path : path
        An ``.xlsx``.
    faults : Faults
        Takes missing columns.

    Returns
    -------
    dict
        Sheet key to (name of the sheet, rows).

    Raises
    ------
    UnreadableFileError
        Not a workbook.
    MissingFileError
        No such file.
    """
    import openpyxl

    file = existing_file(path, endings=(".xlsx", ".xlsm"))
    try:
        check_size(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # rules of cells openpyxl can't carry over
            book = openpyxl.load_workbook(file, data_only=True)
    except BROKEN as error:
        raise UnreadableFileError("survey.not_a_workbook", file=file.name) from error
    found: dict[str, tuple[str, list[Row]]] = {}
    for page in book.worksheets:
        place = _key_row(page)
        if place is None or place[1] not in SHEETS:
            continue
        number, key = place
        letters = {str(cell.value): cell.column_letter for cell in page[number]
                   if cell.value is not None and not str(cell.value).startswith("greenmap:")}
        missing = [name for name in SHEETS[key] if name not in letters]
        if missing:
            faults.add("survey.no_column", file=file.name, sheet=page.title,
                       columns=", ".join(missing))
            continue
        found[key] = (page.title, list(_rows(page, number + 2, letters)))
    return found


def _rows(page: Any, first: int, letters: Mapping[str, str]) -> Iterator[Row]:
    """The rows that hold anything: a sheet may be formatted down to its last row."""
    from openpyxl.utils import column_index_from_string

    at = {key: column_index_from_string(letter) - 1 for key, letter in letters.items()}
    for n, cells in enumerate(page.iter_rows(min_row=first, values_only=True), start=first):
        if any(cell is not None for cell in cells):
            yield Row(n, {key: cells[k] for key, k in at.items()}, letters)


def _key_row(page: Any) -> tuple[int, str] | None:
    for row in page.iter_rows(min_row=1, max_row=_LOOK_AT):
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith("greenmap:"):
                return cell.row, cell.value.removeprefix("greenmap:")
    return None


def choice(row: Row, key: str, words: Sequence[str], prefix: str, wrong: Wrong) -> str | None:
    """Return the key of the word chosen, in whatever language the workbook is; None if blank."""
    if not row.said(key):
        return None
    said = row.text(key).casefold()
    shown = {word: [i18n.text(f"survey.{prefix}_{word}", lang) for lang in i18n.LANGUAGES]
             for word in words}
    for word, spelt in shown.items():
        if said in {word, *(text.casefold() for text in spelt)}:
            return word
    _refuse(row, key, wrong, "bad_choice", known=", ".join(spelt[0] for spelt in shown.values()))
    return None


def number(row: Row, key: str, wrong: Wrong, *, least: float = 0.0, kind: str = "bad_number"
           ) -> float | None:
    """Return a cell's number; None where blank or wrong."""
    if not row.said(key):
        return None
    value = row.values[key]
    try:
        found = float(value) if isinstance(value, (int, float)) else float(row.text(key))
    except ValueError:
        found = float("nan")
    if isinstance(value, bool) or not least <= found < float("inf"):
        _refuse(row, key, wrong, kind)
        return None
    return found


def day(row: Row, key: str, wrong: Wrong) -> str | None:
    """Return a cell's date as ``yyyy-mm-dd``; None where blank or wrong."""
    value = row.values.get(key)
    if isinstance(value, (date, datetime)):
        return value.strftime("%Y-%m-%d")
    if not row.said(key):
        return None
    found = period_end(row.text(key)) if isinstance(value, str) else None
    if found is None or len([p for p in row.text(key) if p in "-/.月"]) < 2:
        _refuse(row, key, wrong, "bad_date")
        return None
    return found


def _refuse(row: Row, key: str, wrong: Wrong, kind: str, **facts: Any) -> None:
    """Note a wrong cell; what looks personal is never shown."""
    if looks_personal(row.text(key)):
        wrong.add("personal", row.cell(key))
    else:
        wrong.add(kind, row.cell(key), row.text(key), **facts)


def filled(rows: Sequence[Row], keys: Sequence[str]) -> Iterator[Row]:
    """Yield the rows in which any of some cells holds something."""
    for row in rows:
        if any(row.said(key) for key in keys):
            yield row
