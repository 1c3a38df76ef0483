"""Secrecy: a source marked 涉密, 秘密, 机密 or 绝密 stops the run; what it holds is never shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from greenmap.errors import SecretSourceError

_NOT = r"(?<![非不无未脱解])(?<!不属于)(?<!不含)"
# A grade as documents carry it: alone, in brackets, or with its star and term (秘密★10年).
_GRADE = re.compile(rf"{_NOT}(?:绝密|机密|秘密)(?:[★☆*]|级|件|\s*$|[\])】、,;:])")
_NAMED = re.compile(rf"{_NOT}(?:涉密|绝密|机密|秘密)")
_ABOUT = re.compile(r"密级|秘密等级|保密等级|涉密")
_CELL = re.compile(rf"^{_NOT}(?:涉密|绝密|机密|秘密)|^是$")
_MOST = 1_000_000
_TITLE = 200  # a longer text isn't a title


def refuse_secret_name(path: Path) -> None:
    """Stop where a file's own name, or its folder's, says that it is secret.

    Parameters
    ----------
    path : Path
        As given; ``非涉密`` and ``脱密`` are no mark.

    Raises
    ------
    SecretSourceError

    Examples
    --------
    >>> refuse_secret_name(Path("脱密数据", "社区.csv"))
    """
    for name in (path.name, path.parent.name):
        if found := _NAMED.search(name):
            raise SecretSourceError("read.secret_name", file=name, mark=found.group())


def refuse_secret_titles(texts: Iterable[Any], *, file: str, where: str) -> None:
    """Stop where a title, note or metadata text carries a grade of secrecy.

    Parameters
    ----------
    texts : iterable
        Cells above the headings, sheet and layer names, metadata.
    file : str
        Name for the message.
    where : {"title", "sheet", "metadata"}
        What was looked at, for the message.

    Raises
    ------
    SecretSourceError
        It names the mark and where it stands, not the text.
    """
    for text in texts:
        if not isinstance(text, str) or (where != "metadata" and len(text) > _TITLE):
            continue
        plain = unicodedata.normalize("NFKC", text).strip()
        found = _GRADE.search(plain) or re.search(rf"{_NOT}涉密", plain)
        if found:
            raise SecretSourceError(f"read.secret_{where}", file=file, mark=found.group().strip())


def refuse_secret_columns(frame: pd.DataFrame, *, file: str) -> None:
    """Stop where a column of grades (密级) calls a row secret.

    Parameters
    ----------
    frame : DataFrame
        As read.
    file : str
        Name for the message.

    Raises
    ------
    SecretSourceError
        Names the column and how many rows.
    """
    for heading in frame.columns:
        if not _ABOUT.search(str(heading)):
            continue
        cells = frame[heading].dropna().astype(str).str.strip()
        marked = cells.map(lambda cell: _CELL.search(cell) is not None)
        if marked.any():
            raise SecretSourceError("read.secret_column", file=file, column=str(heading),
                                    count=int(marked.sum()))


def metadata_texts(file: Path) -> list[str]:
    """Return what lies beside a layer to describe it: ``.xml``, ``.shp.xml``, ``.qmd``.

    Parameters
    ----------
    file : Path
        Of a layer.

    Returns
    -------
    list of str
        The first million characters of each.
    """
    beside = [file.with_name(f"{file.name}.xml"), file.with_suffix(".xml"),
              file.with_suffix(".qmd")]
    return [one.read_bytes()[:_MOST].decode("utf-8", "ignore") for one in beside
            if one != file and one.is_file()]
