"""The list of places to be located (待定位清单), filled in by hand and read back."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from greenmap.errors import Faults, TableError, UnreadableFileError
from greenmap.model.datum import DATUMS, to_wgs84
from greenmap.read.source import WORKBOOKS, existing_file
from greenmap.read.values import plain
from greenmap.read.workbook import BROKEN, cell_text

_ASKED = ("pick", "lon", "lat", "datum")
_CHOICE = re.compile(r"[123]")


def read_located(path: str | Path, *, datum: str | None = None) -> dict[str, dict[str, Any]]:
    """Read the list that :func:`greenmap.write_unlocated` wrote, filled in.

    Parameters
    ----------
    path : path
        The workbook.
    datum : {"wgs84", "gcj02", "bd09"}, optional
        Of coordinates in rows that don't say it.

    Returns
    -------
    dict
        By ``ledger_id``: ``kind`` ``map`` with ``key`` (the place's id), or
        ``kind`` ``point`` with ``lon``, ``lat`` (degrees, WGS 84) and
        ``within_m``. Rows left blank are not in it.

    Raises
    ------
    InputFaults
        Every row that can't be read, with what to do.
    MissingFileError, UnreadableFileError, TableError
    """
    file = existing_file(path, endings=WORKBOOKS)
    faults = Faults()
    found: dict[str, dict[str, Any]] = {}
    for row, cells in _rows(file):
        key = cells.get("ledger_id")
        if not key or not any(cells.get(asked) for asked in _ASKED[:3]):
            continue
        if key in found:
            faults.add("ledger.list_twice", file=file.name, row=row, name=cells.get("name") or key)
            continue
        answer = _answer(cells, row, file.name, datum, faults)
        if answer is not None:
            found[key] = answer
    faults.raise_if_any()
    return found


def _rows(file: Path) -> list[tuple[int, dict[str, str | None]]]:
    """Rows below the hidden row of keys, wherever the sheet has been moved to."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(file, data_only=True)
    except BROKEN as error:
        raise UnreadableFileError("read.bad_workbook", file=file.name) from error
    for page in book.worksheets:
        rows = [[cell_text(cell) for cell in row] for row in page.iter_rows(values_only=True)]
        for position, row in enumerate(rows[:20]):
            if {"ledger_id", "pick", "lon", "lat"} <= {cell for cell in row if cell}:
                columns = {n: cell for n, cell in enumerate(row) if cell}
                return [(number, {name: one[n] for n, name in columns.items() if n < len(one)})
                        for number, one in enumerate(rows[position + 2 :], start=position + 3)]
    raise TableError("ledger.not_the_list", file=file.name)


def _answer(cells: dict[str, str | None], row: int, file: str, datum: str | None, faults: Faults
            ) -> dict[str, Any] | None:
    about = {"file": file, "row": row, "name": cells.get("name") or cells["ledger_id"]}
    pick, lon, lat = (plain(cells.get(name) or "") for name in ("pick", "lon", "lat"))
    if (lon or lat) and _CHOICE.match(pick):
        faults.add("ledger.list_both", **about)
        return None
    if bool(lon) != bool(lat):
        faults.add("ledger.list_half", **about)
        return None
    if lon:
        return _point(lon, lat, plain(cells.get("datum") or datum or "").lower(), about, faults)
    if not _CHOICE.match(pick):
        return None  # none of these: it stays on the list
    chosen = cells.get(f"key_{pick[0]}")
    if not chosen:
        faults.add("ledger.list_no_candidate", **about, pick=pick)
        return None
    kind, _, key = chosen.partition("|")
    if kind == "map":
        return {"kind": "map", "key": key}
    x, y, within = (float(part) for part in key.split("|"))
    return {"kind": "point", "lon": x, "lat": y, "within_m": within}


def _point(lon: str, lat: str, datum: str, about: dict[str, Any], faults: Faults
           ) -> dict[str, Any] | None:
    try:
        x, y = float(lon), float(lat)
    except ValueError:
        faults.add("ledger.list_not_number", **about, found=f"{lon}, {lat}")
        return None
    if abs(y) > 90 or abs(x) > 180:
        swapped = abs(x) <= 90 and abs(y) <= 180
        faults.add("ledger.list_swapped" if swapped else "ledger.list_outside", **about,
                   found=f"{lon}, {lat}")
        return None
    if datum not in DATUMS:
        faults.add("ledger.list_datum", **about, known=", ".join(DATUMS))
        return None
    moved = to_wgs84(np.array([x]), np.array([y]), datum=datum)
    return {"kind": "point", "lon": float(moved[0][0]), "lat": float(moved[1][0]), "within_m": 0.0}
