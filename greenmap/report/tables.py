"""Tables: csv files that open right in Excel and WPS.

UTF-8 with a byte order mark. A text cell that a spreadsheet would take for a formula is led by an
apostrophe; a cell that is nothing but a number is left alone. Long codes stay plain digits, so
that programs read them; the workbook holds the same codes as text cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap import i18n
from greenmap.model.file_name import distinct_names
from greenmap.model.study import ANSWERS, Assessment, HomeAnswers
from greenmap.report.columns import heading
from greenmap.report.listing import words

MAX_ROWS = 1_000_000
"""Rows of one csv file; Excel opens 1,048,576."""

REACH = ("home_id", "community_id", "clause_id", "value", "beyond", "unit", "limit", "within",
         "reason", "amenity_id")

_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_AT_ONCE = 2_000  # homes whose rows are held in memory
_TO_QUOTE = re.compile(r'[,"\r\n]')


def neutral(text: str) -> str:
    """Make a text that a spreadsheet won't run as a formula.

    Parameters
    ----------
    text : str
        A cell from data.

    Returns
    -------
    str
        Led by an apostrophe if it began with ``= + - @``, tab or line break
        (their full-width forms too) and isn't a plain number.

    Examples
    --------
    >>> neutral("=1+1"), neutral("-12"), neutral("滨河社区")
    ("'=1+1", '-12', '滨河社区')
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def cell(value: Any) -> str:
    """Write one cell: a number to 6 decimals, a text made neutral, nothing where missing.

    Examples
    --------
    >>> cell(300.0), cell(1 / 3), cell(None), cell("@a")
    ('300', '0.333333', '', "'@a")
    """
    if isinstance(value, str):
        return neutral(value)
    if value is None or value is pd.NA or value != value:
        return ""
    return _decimal(float(value))


def _decimal(value: float) -> str:
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def write_csv(table: pd.DataFrame, path: Path, *, lang: str) -> None:
    """Write a listing with headings in the reader's language.

    Parameters
    ----------
    table : DataFrame
        Columns by canonical name.
    path : Path
        File to write.
    lang : {"zh", "en"}
    """
    cells = _Cells()
    columns = [_column(table[name], cells) for name in table.columns]
    rows = (",".join(cells) + "\n" for cells in zip(*columns, strict=True))
    _write(path, list(table.columns), rows, lang)


def write_reach(result: Assessment, folder: Path, *, lang: str, max_rows: int = MAX_ROWS
                ) -> list[Path]:
    """Write one row per home and clause, by home id; more than one file if long.

    Parameters
    ----------
    result : Assessment
    folder : Path
        Gets ``reach.csv``; beyond `max_rows` ``reach_<district>.csv`` each.
    lang : {"zh", "en"}
    max_rows : int
        Rows of one file.

    Returns
    -------
    list of Path
        What was written.
    """
    answers = result.answers
    order = np.argsort(answers.home_id.astype(str), kind="stable")
    paths = []
    for name, homes in _parts(result, order, max(max_rows // max(len(answers.clause_id), 1), 1)):
        path = folder / f"{name}.csv"
        more = () if answers.value_no_waits is None else ("value_no_waits",)
        _write(path, (*REACH, *more), _reach_rows(result, homes, lang), lang)
        paths.append(path)
    return paths


class _Cells(dict[Any, str]):
    """Cells as they stand in a file, by what they tell: most come many times."""

    def __missing__(self, value: Any) -> str:
        return self.setdefault(value, _quoted(cell(value)))


def _column(values: pd.Series, cells: _Cells) -> list[str]:
    if values.dtype == np.float64:  # measured numbers seldom come twice
        return [_decimal(value) if value == value else "" for value in values.tolist()]
    return [cells[value] for value in values.tolist()]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _TO_QUOTE.search(text) else text


def _write(path: Path, columns: Sequence[str], rows: Iterable[str], lang: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        heads = ",".join(_quoted(heading(name, lang)) for name in columns)
        file.write(f"\ufeff{heads}\n")  # by hand: the codec "utf-8-sig" is run in Python
        file.writelines(rows)


def _parts(result: Assessment, order: npt.NDArray[np.int64], most: int
           ) -> Iterator[tuple[str, npt.NDArray[np.int64]]]:
    if len(order) <= most:
        yield "reach", order
        return
    study = result.study
    district = pd.Series("", index=study.homes.index, dtype=object)
    if "district" in study.communities:
        district = study.homes["community_id"].map(study.communities["district"]).fillna("")
    of_home = district.to_numpy(dtype=object)[order].astype(str)
    names = distinct_names((d, f"reach_{d}" if d else "reach_-") for d in set(of_home))
    for key, name in names.items():
        homes = order[of_home == key]
        for part, start in enumerate(range(0, len(homes), most)):
            yield name if not part else f"{name}_{part + 1}", homes[start:start + most]


def _reach_rows(result: Assessment, homes: npt.NDArray[np.int64], lang: str) -> Iterator[str]:
    """Rows of one home at a time: who it is, then what each clause tells of it."""
    answers = result.answers
    clauses = {clause.id: clause for clause in result.study.standard.clauses}
    cells = _Cells({None: ""})
    community = result.study.homes["community_id"].to_numpy(object)
    causes = pd.Series(list(set(answers.reason.ravel().tolist())), dtype=object)
    reasons = dict(zip(causes, map(_quoted, words(causes, "reason", lang)), strict=True))
    within = [_quoted(word) for word in words(pd.Series(ANSWERS), "within", lang, part="report")]
    facts = []
    for name, search in zip(answers.clause_id, answers.search_limit, strict=True):
        clause = clauses[name]
        walked = clause.kind == "reach"
        facts.append((name, i18n.text("term.beyond", lang, limit=f"{search:g}"),
                      i18n.text(f"term.unit_{clause.unit}", lang) if walked else "",
                      cell(clause.limit) if walked else ""))
    for start in range(0, len(homes), _AT_ONCE):
        some = homes[start:start + _AT_ONCE]
        whose = [f"{cells[str(home)]},{'' if pd.isna(unit) else cells[str(unit)]},"
                 for home, unit in zip(answers.home_id[some], community[some], strict=True)]
        told = [_told(answers, some, k, cells, reasons, within, *map(_quoted, facts[k]))
                for k in range(len(facts))]
        for home, rows in zip(whose, zip(*told, strict=True), strict=True):
            yield home + home.join(rows)


def _told(answers: HomeAnswers, homes: npt.NDArray[np.int64], k: int, cells: _Cells,
          reasons: dict[str, str], within: list[str], clause_id: str, beyond: str, unit: str,
          limit: str) -> list[str]:
    """What is told of each home for one clause: its row from the clause on."""
    waits = [""] * len(homes)
    if answers.value_no_waits is not None:
        waits = [f",{_number(value)}" for value in answers.value_no_waits[homes, k].tolist()]
    columns = (values[homes, k].tolist() for values in (
        answers.value, answers.state, answers.reason, answers.amenity_id))
    return [f"{clause_id},{_number(walk)},{beyond if walk == inf else ''},{unit},{limit},"
            f"{within[state]},{reasons[reason]},{cells[place]}{wait}\n"
            for walk, state, reason, place, wait in zip(*columns, waits, strict=True)]


def _number(value: float) -> str:
    return _decimal(value) if value < inf else ""
