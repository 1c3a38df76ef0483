"""Cells to numbers and words; what can't be read is a fault naming its rows."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.errors import Faults
from greenmap.model.schema import Column, first_few, load_schema, normal
from greenmap.read.tables import RawTable

_BLANK = frozenset(("", "-", "--", "—", "——", "/", "na", "n/a", "nan", "null", "none"))
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?$")


def plain(cell: Any) -> str:
    """Return a cell's text in half width, without blanks around or inside a number.

    Examples
    --------
    >>> plain(" １０１．７２ ")
    '101.72'
    """
    text = str(cell)
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()


def as_text(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return cells as text; whole numbers without a decimal point, blanks as missing.

    Parameters
    ----------
    values : Series
        Any type.

    Returns
    -------
    Series of str or None

    Examples
    --------
    >>> import pandas as pd
    >>> as_text(pd.Series([330802001001.0, None])).tolist()
    ['330802001001', None]
    """
    if pd.api.types.is_float_dtype(values):
        cells = [
            None if np.isnan(v) else str(int(v)) if float(v).is_integer() else repr(float(v))
            for v in values.to_numpy(float, na_value=np.nan)
        ]
    else:
        missing = values.isna().to_numpy()
        cells = [
            None if gone else str(cell).strip() or None
            for cell, gone in zip(values, missing, strict=True)
        ]
    return pd.Series(cells, index=values.index, dtype=object)


def parse_numbers(values: pd.Series[Any]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Parse cells as numbers.

    Full-width digits, blanks around and thousands separators are read;
    nothing else is guessed.

    Parameters
    ----------
    values : Series, shape (n,)
        Any type.

    Returns
    -------
    numbers : array of float64, shape (n,)
        NaN where blank or unreadable.
    unreadable : array of bool, shape (n,)
        Cells that hold something that is no finite number.

    Examples
    --------
    >>> import pandas as pd
    >>> numbers, bad = parse_numbers(pd.Series(["１２", "1,200", "", "三"]))
    >>> numbers.tolist(), bad.tolist()
    ([12.0, 1200.0, nan, nan], [False, False, False, True])
    """
    cells = values.astype(object).where(values.notna(), None).to_numpy()
    try:  # float() of every cell at once
        if any(isinstance(cell, str) and "_" in cell for cell in cells):
            raise ValueError  # Python reads 1_000 as a number; people don't
        numbers = cells.astype(float)
        unreadable = np.isinf(numbers)
    except (ValueError, TypeError):
        read = [_number(cell) for cell in cells]
        numbers = np.array([np.nan if value is None else value for value in read])
        unreadable = np.array([value is None for value in read]) | np.isinf(numbers)
    numbers[unreadable] = np.nan
    return numbers, unreadable


def _number(cell: Any) -> float | None:
    """One cell as a number, NaN where blank, None where it is something else."""
    text = "" if cell is None else plain(cell)
    if text.lower() in _BLANK:
        return np.nan
    if _THOUSANDS.match(text):
        text = text.replace(",", "")
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def number_column(
    values: pd.Series[Any],
    column: Column,
    *,
    rows: npt.NDArray[np.int64],
    file: str,
    faults: Faults,
) -> pd.Series[float]:
    """Turn a column into numbers and note what isn't one or is too small.

    Parameters
    ----------
    values : Series, shape (n,)
        Cells.
    column : Column
        Of the schema.
    rows : array of int, shape (n,)
        Row numbers in the file.
    file : str
        Name for the messages.
    faults : Faults
        Takes the faults.

    Returns
    -------
    Series of float64
        NaN where blank.
    """
    numbers, unreadable = parse_numbers(values)
    if unreadable.any():
        faults.add(
            "read.not_a_number",
            file=file,
            column=column.name,
            rows=first_few(rows[unreadable].tolist()),
            found=first_few([repr(str(cell)) for cell in values[unreadable]]),
        )
    if column.min is not None and (low := numbers < column.min).any():
        faults.add(
            "read.too_small",
            file=file,
            column=column.name,
            min=column.min,
            rows=first_few(rows[low].tolist()),
            found=first_few([f"{value:g}" for value in numbers[low]]),
        )
    return pd.Series(numbers, index=values.index)


def word_column(
    values: pd.Series[Any],
    column: Column,
    *,
    rows: npt.NDArray[np.int64],
    file: str,
    faults: Faults,
) -> pd.Series[Any]:
    """Turn a column of words into the schema's own; an unknown word is a fault.

    Parameters
    ----------
    values : Series, shape (n,)
        Cells.
    column : Column
        Of the schema, with `values`.
    rows, file, faults
        As for :func:`number_column`.

    Returns
    -------
    Series of str or None
    """
    known = {
        normal(spelling): word
        for word, others in column.values.items()
        for spelling in (word, *others)
    }
    text = as_text(values)
    words = text.map(lambda cell: None if cell is None else known.get(normal(cell)))
    wrong = (text.notna() & words.isna()).to_numpy()
    if wrong.any():
        faults.add(
            "read.word_unknown",
            file=file,
            column=column.name,
            rows=first_few(rows[wrong].tolist()),
            found=first_few(sorted(set(text[wrong]))),
            known=", ".join(f"{w}({'/'.join(o[:3])})" for w, o in column.values.items()),
        )
    return words.astype(object).where(words.notna(), None)


def typed_columns(raw: RawTable, schema_name: str, faults: Faults) -> pd.DataFrame:
    """Return a table's columns with the types of its schema.

    Parameters
    ----------
    raw : RawTable
        With our column names.
    schema_name : str
        Which schema.
    faults : Faults
        Takes cells that can't be read.

    Returns
    -------
    DataFrame
        A new one; the column of ids is gone, other columns are carried.
    """
    schema = load_schema(schema_name)
    frame = raw.frame.drop(columns=[schema.index], errors="ignore")
    for column in schema.columns:
        if column.name in frame.columns:
            cells = frame[column.name]
            if column.type == "number":
                new: pd.Series[Any] = number_column(
                    cells, column, rows=raw.rows, file=raw.file, faults=faults
                )
            elif column.values:
                new = word_column(cells, column, rows=raw.rows, file=raw.file, faults=faults)
            else:
                new = as_text(cells)
            frame = frame.assign(**{column.name: new})
    return frame
