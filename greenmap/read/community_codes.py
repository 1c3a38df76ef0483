"""Codes of communities: 12 digits kept as text; what a spreadsheet did to them is named by row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.errors import Faults
from greenmap.model.schema import first_few
from greenmap.read.values import as_text

DIGITS = 12
"""Length of a community's code, 统计用区划代码."""

_SCIENTIFIC = re.compile(r"\d(\.\d+)?e\+?\d+", re.I)
_TAIL = re.compile(r"\.0+$")


def plain_codes(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Return codes as text without what doesn't change them.

    Full-width digits, blanks, a leading apostrophe and a trailing ``.0`` go; nothing else.

    Examples
    --------
    >>> plain_codes(pd.Series(["'510402001001", "５１0402 001002", "510402001003.0"])).tolist()
    ['510402001001', '510402001002', '510402001003']
    """
    def one(cell: Any) -> str | None:
        if cell is None:
            return None
        text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", cell)).lstrip("'‘’`")
        return (_TAIL.sub("", text) if text.replace(".", "").isdigit() else text) or None

    return pd.Series([one(cell) for cell in as_text(cells)], index=cells.index, dtype=object)


def check_codes(
    codes: pd.Series[Any], rows: npt.NDArray[np.int64], known: Collection[str], *, file: str,
    faults: Faults,
) -> bool:  # fmt: skip
    """Say whether a column of codes can join; a damaged code is a fault, never guessed.

    Parameters
    ----------
    codes : Series of str or None, shape (n,)
        From :func:`plain_codes`, lines of totals left out.
    rows : array of int, shape (n,)
        Row numbers, for the messages.
    known : collection of str
        Ids of the communities; 12 digits are expected where it is empty.
    file : str
        Name for the messages.
    faults : Faults
        Takes: codes in scientific notation, shorter or longer than the communities', twice.

    Returns
    -------
    bool
        False where no row has a code, or the communities have none.
    """
    present = codes.notna().to_numpy()
    lengths = {len(key) for key in known if key.isdigit()} if known else {DIGITS}
    if not present.any() or not lengths:
        return False
    free = present & ~codes.isin(list(known)).to_numpy()
    text = codes.where(codes.notna(), "").astype(str)
    science = free & text.map(lambda c: bool(_SCIENTIFIC.fullmatch(c))).to_numpy(bool)
    digits = free & text.str.isdigit().to_numpy(bool)
    size = text.str.len().to_numpy()
    about = {"file": file, "digits": "/".join(str(n) for n in sorted(lengths))}
    for key, wrong in (("people.code_scientific", science),
                       ("people.code_short", digits & (size < min(lengths))),
                       ("people.code_long", digits & (size > max(lengths)))):
        if wrong.any():
            faults.add(key, **about, rows=first_few(rows[wrong].tolist()),
                       found=first_few(text[wrong].tolist()))
    twice = present & ~science & codes.duplicated(keep=False).to_numpy()
    if twice.any():
        faults.add("people.code_twice", file=file, rows=first_few(rows[twice].tolist()),
                   found=first_few(sorted(set(text[twice]))))
    return True
