"""Rows of a ledger as clerks keep them: notes between, two facilities in one, units in cells."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.model.schema import load_schema, normal
from greenmap.read.tables import RawTable

NUMBERS = ("capacity", "floor_m2", "area_m2", "classes")
_DOOR = frozenset(("门牌号", "门牌", "门牌号码"))
_FLAT = re.compile(r"\d{0,3}单元.*$|(?<=[栋幢楼座\-])\d{3,4}(?:室|房|号房)?.*$|\d{3,4}室.*$")
_PHONE = re.compile(
    r"(?<!\d)(?:(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?\d{7,8})(?!\d)"
)
_SIGNED = re.compile(r"^(?:填表|填报|审核|制表|报送|复核|联系|单位负责|注|备注|说明|以上)")
_TOTALS = frozenset(("合计", "总计", "小计", "共计"))
_BETWEEN = re.compile(r"\s*[、;/\n]\s*")
_ENDS = re.compile(
    "(?:园|校|院|站|所|中心|室|店|部|驿站|机构|公园|广场|市场|之家|食堂|小学|中学|点)(?:\\([^()]*\\))?$"
)
_BLANK = frozenset(("无", "暂无", "不详", "待定", "未知", "待核实", "无数据"))
_UNIT = re.compile(
    r"(?:约|共|近)?\s*([\d.,]+)\s*(?:张床位?|张|个班|个|人|名|床|班|平方米|平米|㎡|m2|m²|座)$"
)


def prepare(frame: pd.DataFrame) -> pd.DataFrame:
    """Take flats and telephones out of addresses, and keep a facility's door number.

    An address is public where it is a facility's; whole columns are dropped
    later where a flat or a telephone is left in one.

    Parameters
    ----------
    frame : DataFrame
        As read, headings as they stand in the file.

    Returns
    -------
    DataFrame
        A new one.

    Examples
    --------
    >>> prepare(pd.DataFrame({"门牌号": ["锦园3栋1单元101室"]})).to_dict("list")
    {'门牌地址': ['锦园3栋']}
    """
    frame = frame.rename(columns={h: "门牌地址" for h in frame.columns if normal(str(h)) in _DOOR})
    known = {normal(alias) for alias in load_schema("ledgers").column("address").aliases}
    for heading in frame.columns:
        if normal(str(heading), brackets=False) in known:
            cells = [cell if cell is None else public_address(str(cell)) for cell in frame[heading]]
            frame = frame.assign(**{str(heading): pd.Series(cells, frame.index, dtype=object)})
    return frame


def public_address(cell: str) -> str | None:
    """Return an address without flat and telephone.

    Examples
    --------
    >>> public_address("锦园小区3栋2单元501室 0570-3021234"), public_address("人民路12号")
    ('锦园小区3栋', '人民路12号')
    """
    return _FLAT.sub("", _PHONE.sub("", cell)).strip() or None


def without_notes(raw: RawTable) -> RawTable:
    """Leave out what is no facility: headings again, totals, signatures, notes between.

    Parameters
    ----------
    raw : RawTable
        With our column names, among them ``name``.

    Returns
    -------
    RawTable
        The rows left out listed with their cause.
    """
    aliases = {normal(a) for a in load_schema("ledgers").column("name").aliases}
    names = raw.frame["name"]
    for cause, wrong in (
        ("total_row", [_plain(n) in _TOTALS for n in names]),
        ("heading_again", [normal(n) in aliases if isinstance(n, str) else False for n in names]),
    ):
        raw = raw.keep(~np.array(wrong, bool), cause)
        names = raw.frame["name"]
    cells = [[str(c) for c in row if c is not None] for row in raw.frame.to_numpy(dtype=object)]
    note = [_SIGNED.match(row[0]) is not None or (len(row) < 2 and not _is_facility(name))
            for row, name in zip(cells, names, strict=True)]
    raw = raw.keep(~np.array(note, bool), "note_row")
    return raw.keep(raw.frame["name"].notna().to_numpy(bool), "no_name")


def _is_facility(name: Any) -> bool:
    return isinstance(name, str) and _ENDS.search(unicodedata.normalize("NFKC", name)) is not None


def _plain(cell: Any) -> str:
    return "".join(str(cell).split()).rstrip(":：") if cell is not None else ""


def _parts(cell: Any) -> list[str]:
    text = unicodedata.normalize("NFKC", str(cell)) if cell is not None else ""
    return [part for part in _BETWEEN.split(text.strip()) if part]


def split_rows(raw: RawTable) -> tuple[RawTable, list[dict[str, Any]], npt.NDArray[np.bool_]]:
    """Give every facility a row of its own where two stand in one.

    Names with 、 or a line break between them are two facilities if each
    ends as a facility does. Cells with as many parts are shared out; a
    single number can't be, it is left blank and noted.

    Parameters
    ----------
    raw : RawTable
        With our column names.

    Returns
    -------
    raw : RawTable
        Row numbers repeated for the parts of a row.
    notes : list of dict
        What was split, what could not be.
    doubtful : array of bool
        Rows whose name may hold two facilities and could not be split.
    """
    found: list[dict[str, Any]] = []
    made: list[tuple[int, list[Any]]] = []
    doubtful: list[bool] = []
    columns = [str(c) for c in raw.frame.columns]
    for row, cells in zip(raw.rows.tolist(), raw.frame.to_numpy(dtype=object), strict=True):
        names = _parts(cells[columns.index("name")])
        whole = len(names) < 2 or not all(_ENDS.search(n) and len(n) > 2 for n in names)
        if whole:
            made.append((row, list(cells)))
            doubtful.append(len(names) > 1)
            if len(names) > 1:
                found.append(_note("two_in_one", row, "; ".join(names), ""))
            continue
        shared = [_shared(column, cell, len(names))
                  for column, cell in zip(columns, cells, strict=True)]
        lost = [c for c, cell, parts in zip(columns, cells, shared, strict=True)
                if c in NUMBERS and cell is not None and parts[0] is None]
        found.append(_note("split", row, "; ".join(names), ", ".join(lost)))
        made += [(row, [parts[k] for parts in shared]) for k in range(len(names))]
        doubtful += [False] * len(names)
    frame = pd.DataFrame([cells for _, cells in made], columns=raw.frame.columns, dtype=object)
    rows = np.array([row for row, _ in made], np.int64)
    return replace(raw, frame=frame, rows=rows), found, np.array(doubtful, bool)


def _shared(column: str, cell: Any, count: int) -> list[Any]:
    parts = _parts(cell)
    if len(parts) == count:
        return list(parts)
    return [None if column in (*NUMBERS, "register_id") else cell] * count


def _note(kind: str, row: int, said: str, found: str) -> dict[str, Any]:
    return {"kind": kind, "row": row, "said": said, "found": found}


def plain_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Take the unit out of cells such as ``120张`` or ``约300㎡``; 无 and 待定 are blanks.

    Parameters
    ----------
    frame : DataFrame
        With our column names.

    Returns
    -------
    DataFrame
        A new one; what else isn't a number is left for the door to name.

    Examples
    --------
    >>> plain_numbers(pd.DataFrame({"capacity": ["１２０张", "待定", "三"]}))["capacity"].tolist()
    ['120', None, '三']
    """
    new: dict[str, pd.Series[Any]] = {}
    for column in NUMBERS:
        if column in frame.columns:
            new[column] = pd.Series([_amount(cell) for cell in frame[column]], frame.index,
                                    dtype=object)
    return frame.assign(**new)


def _amount(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    text = unicodedata.normalize("NFKC", cell).strip()
    if text in _BLANK:
        return None
    found = _UNIT.fullmatch(text)
    return found[1] if found else cell
