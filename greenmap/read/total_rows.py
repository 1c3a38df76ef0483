"""Lines of totals in a population table: recognised, checked against their rows, left out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.errors import Faults
from greenmap.read.community_codes import DIGITS

Bools = npt.NDArray[np.bool_]
_WORD = re.compile(
    r"(合计|总计|小计|共计|总和|汇总|全区|全市|全县|全街道|(sub|grand)?total)[:：]?$", re.I)
_UPPER = re.compile(r"(街道|街道办事处|镇|乡|市辖区|新区|开发区|自治县)$")
_ZEROS = re.compile(r"0{3,}$")


def find_totals(names: Sequence[Any], codes: Sequence[Any]) -> Bools:
    """Say which rows are totals: by their word, by a code of an upper unit, by the unit's name.

    Parameters
    ----------
    names : sequence of str or None, length n
        What stands in the first column of names that is filled.
    codes : sequence of str or None, length n
        Plain codes.

    Returns
    -------
    array of bool, shape (n,)

    Examples
    --------
    >>> find_totals(["合　计", "梅园街道", "滨河社区"], [None, "510402001000", None]).tolist()
    [True, True, False]
    """
    found = []
    for name, code in zip(names, codes, strict=True):
        text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name or ""))
        digits = (code or "").isdigit()
        upper = digits and (len(code) in (6, 9) or (len(code) == DIGITS and code.endswith("000")))
        found.append(bool(_WORD.search(text)) or upper or (not code and bool(_UPPER.search(text))))
    return np.array(found, bool)


def check_totals(
    numbers: pd.DataFrame, totals: Bools, *, codes: Sequence[Any], above: Sequence[Any],
    names: Sequence[Any], rows: npt.NDArray[np.int64], file: str, faults: Faults,
) -> int:  # fmt: skip
    """Hold every line of totals against the rows it may sum.

    A line may sum all rows, those of its code or subdistrict, those since the line before it,
    or those up to the next; one of these must fit in every column.

    Parameters
    ----------
    numbers : DataFrame, n rows
        Persons and households, NaN where blank.
    totals : array of bool, shape (n,)
        From :func:`find_totals`.
    codes, above, names : sequence of str or None, length n
        Plain codes, subdistricts, names.
    rows : array of int, shape (n,)
        Row numbers.
    file : str
        Name for the messages.
    faults : Faults
        Takes a line that fits none of them.

    Returns
    -------
    int
        Lines that fit.
    """
    fits = 0
    for at in np.flatnonzero(totals).tolist():
        said = numbers.iloc[at].dropna()
        if said.empty:
            fits += 1
            continue
        sums = [numbers[said.index][part & ~totals].sum()
                for part in _parts(at, totals, codes, above, names) if (part & ~totals).any()]
        if any(np.allclose(one, said, atol=1e-6) for one in sums):
            fits += 1
            continue
        best = min(sums, key=lambda one: abs(one - said).sum(), default=said * 0)
        wrong = [column for column in said.index if abs(best[column] - said[column]) > 1e-6]
        faults.add("people.total_off", file=file, row=int(rows[at]), name=names[at] or "-",
                   column=wrong[0], said=f"{said[wrong[0]]:.0f}", found=f"{best[wrong[0]]:.0f}")
    return fits


def _parts(at: int, totals: Bools, codes: Sequence[Any], above: Sequence[Any],
           names: Sequence[Any]) -> list[Bools]:
    """Rows that a line of totals may sum, the likeliest first."""
    place = np.arange(len(totals))
    parts = []
    if codes[at]:
        start = _ZEROS.sub("", codes[at])
        parts.append(np.array([bool(c) and c.startswith(start) for c in codes]))
    unit = re.sub(r"\s+|合计|总计|小计|共计|[:：]", "", names[at] or "") or above[at]
    if unit:
        parts.append(np.array([a == unit for a in above]))
    before, after = np.flatnonzero(totals[:at]), at + 1 + np.flatnonzero(totals[at + 1:])
    parts.append((place < at) & (place > (before[-1] if len(before) else -1)))
    parts.append((place > at) & (place < (after[0] if len(after) else len(totals))))
    parts.append(np.ones(len(totals), bool))
    return parts
