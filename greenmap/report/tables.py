"""Tables: csv files that open right in Excel and WPS.

UTF-8 with a byte order mark. A text cell that a spreadsheet would take for a formula is led by an
apostrophe; a cell that is nothing but a number is left alone. Long codes stay plain digits, so
that programs read them; the workbook holds the same codes as text cells.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
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
    return f"{round(float(value), 6) + 0.0:.6f}".rstrip("0").rstrip(".")  # + 0.0: no "-0"


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
    columns = [[cell(value) for value in table[name]] for name in table.columns]
    _write(path, list(table.columns), zip(*columns, strict=True), lang)


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


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]], lang: str) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([heading(name, lang) for name in columns])
        writer.writerows(rows)


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


def _reach_rows(result: Assessment, homes: npt.NDArray[np.int64], lang: str
                ) -> Iterator[tuple[str, ...]]:
    answers = result.answers
    clauses = {clause.id: clause for clause in result.study.standard.clauses}
    ids = [neutral(str(name)) for name in answers.home_id[homes]]
    community = result.study.homes["community_id"]
    units = ["" if pd.isna(c) else neutral(str(c)) for c in community.to_numpy(object)[homes]]
    reasons = {name: words(pd.Series([name]), "reason", lang)[0]
               for name in np.unique(answers.reason.astype(str))}
    within = words(pd.Series(ANSWERS), "within", lang, part="report")
    heads = []
    for name, search in zip(answers.clause_id, answers.search_limit, strict=True):
        clause = clauses[name]
        walked = clause.kind == "reach"
        heads.append((name, i18n.text("term.beyond", lang, limit=f"{search:g}"),
                      i18n.text(f"term.unit_{clause.unit}", lang) if walked else "",
                      cell(clause.limit) if walked else ""))
    columns = [_told(answers, homes, k, reasons, within, *heads[k]) for k in range(len(heads))]
    for row, head in enumerate(zip(ids, units, strict=True)):
        for column in columns:
            yield head + column[row]


def _told(answers: HomeAnswers, homes: npt.NDArray[np.int64], k: int, reasons: dict[str, str],
          within: list[str], clause_id: str, beyond: str, unit: str, limit: str
          ) -> list[tuple[str, ...]]:
    """What is told of each home for one clause, from the clause on."""
    walks, nearest = answers.value[homes, k], answers.amenity_id[homes, k].tolist()
    places = {place: "" if place is None else neutral(str(place)) for place in set(nearest)}
    many = len(homes)
    columns = [
        repeat(clause_id, many), _numbers(walks),
        [beyond if far else "" for far in (walks == inf).tolist()],
        repeat(unit, many), repeat(limit, many),
        [within[state] for state in answers.state[homes, k].tolist()],
        [reasons[str(reason)] for reason in answers.reason[homes, k].tolist()],
        [places[place] for place in nearest]]
    if answers.value_no_waits is not None:
        columns.append(_numbers(answers.value_no_waits[homes, k]))
    return list(zip(*columns, strict=True))


def _numbers(values: npt.NDArray[np.float64]) -> list[str]:
    """Cells of finite numbers; the others are empty. Most come many times."""
    distinct, which = np.unique(values, return_inverse=True)
    cells = np.array([cell(value) if value < inf else "" for value in distinct.tolist()], object)
    told: list[str] = cells[which].tolist()
    return told
