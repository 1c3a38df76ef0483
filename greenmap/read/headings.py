"""Headings: which row holds them, and which column of ours each one is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from greenmap.errors import Faults
from greenmap.model.schema import Schema, load_schema, normal

Cells = list[str | None]
_LOOK_AT = 20
_NUMBER = re.compile(r"[\d.,]+")


def known_headings(schema: Schema, given: Mapping[str, str]) -> frozenset[str]:
    """Return every heading, as compared, that would be recognised.

    Parameters
    ----------
    schema : Schema
        Of the table.
    given : mapping of str to str
        Our column to the user's heading.

    Returns
    -------
    frozenset of str
    """
    known = {normal(alias) for alias in schema.index_aliases} | {"osm_id"}
    for part in (schema, load_schema("coordinates")):
        known |= {normal(alias) for column in part.columns for alias in column.aliases}
    return frozenset(known | {normal(heading) for heading in given.values()})


def heading_row(rows: Sequence[Cells], known: frozenset[str]) -> tuple[int, int]:
    """Find the row that holds the headings: titles and notes may stand above it.

    Parameters
    ----------
    rows : sequence of list
        First rows of a sheet.
    known : frozenset of str
        From :func:`known_headings`.

    Returns
    -------
    position, recognised : int
        The row with most known headings, the first of equals; else the
        first with two cells filled. -1 where there is none.

    Examples
    --------
    >>> heading_row([["台账", None], ["名称", "经度"]], frozenset(["名称", "经度"]))
    (1, 2)
    """
    best, most, wide = -1, 0, -1
    for position, row in enumerate(rows[:_LOOK_AT]):
        cells = [cell for cell in row if cell]
        if wide < 0 and len(cells) > 1:
            wide = position
        hits = sum(normal(c) in known or normal(c, brackets=False) in known for c in cells)
        if hits > most:
            best, most = position, hits
    return (best, most) if best >= 0 else (wide, 0)


def two_lines(rows: Sequence[Cells], top: int) -> tuple[list[Cells], int]:
    """Join headings that take two lines: "年龄" merged over "0-3岁" and "60岁以上".

    Parameters
    ----------
    rows : sequence of list
        Of a sheet.
    top : int
        Position of the row of headings found.

    Returns
    -------
    rows, top
        The lower line's word counts where it has one. As given where only one
        line holds headings.

    Examples
    --------
    >>> two_lines([["社区", "其中", None], [None, "男", "女"]], 0)
    ([['社区', '其中', None], ['社区', '男', '女']], 1)
    """
    for upper, lower in ((top, top + 1), (top - 1, top)):
        if upper < 0 or lower >= len(rows):
            continue
        width = max(len(rows[upper]), len(rows[lower]))
        above, below = ([*row, *[None] * (width - len(row))] for row in (rows[upper], rows[lower]))
        words = [cell for cell in (*above, *below) if cell]
        spans = any(a and not b for a, b in zip(above, below, strict=True))
        if spans and any(below) and not any(_NUMBER.fullmatch(word) for word in words):
            joined = [b or a for a, b in zip(above, below, strict=True)]
            return [*rows[:lower], joined, *rows[lower + 1:]], lower
    return list(rows), top


def unique_headings(cells: Cells) -> list[str]:
    """Return headings without blanks and repeats, in place of what stands in the file.

    Examples
    --------
    >>> unique_headings(["名称 ", None, "名称"])
    ['名称', 'column_2', '名称_2']
    """
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = base = (cell or "").strip() or f"column_{number}"
        repeat = 2
        while name in names:
            name, repeat = f"{base}_{repeat}", repeat + 1
        names.append(name)
    return names


def match_columns(
    headings: Sequence[str], schema: Schema, given: Mapping[str, str], *, file: str, faults: Faults
) -> dict[str, str]:
    """Say which heading is which column of ours.

    The user's word comes first, then our own name, then the aliases in the
    order of the schema; a heading serves once.

    Parameters
    ----------
    headings : sequence of str
        Of the file.
    schema : Schema
        Of the table.
    given : mapping of str to str
        Our column to the user's heading.
    file : str
        Name for the messages.
    faults : Faults
        Takes headings and columns that don't exist, and headings that stand
        twice.

    Returns
    -------
    dict
        Heading to our column.
    """
    wanted = {column.name: column.aliases for column in schema.columns}
    if schema.index:
        wanted[schema.index] = schema.index_aliases
    matched: dict[str, str] = {}
    for column, heading in given.items():
        exact = [h for h in headings if h == heading] or [
            h for h in headings if normal(h) == normal(heading)
        ]
        if column not in wanted:
            faults.add("read.column_unknown", file=file, column=column, known=", ".join(wanted))
        elif not exact:
            faults.add("read.heading_missing", file=file, heading=heading, have=", ".join(headings))
        else:
            matched[exact[0]] = column
    for column, names in wanted.items():
        if column not in given and (found := _first(headings, names, matched)):
            matched[found] = column
            if f"{found}_2" in headings:
                faults.add("read.heading_twice", file=file, heading=found)
    return matched


def _first(headings: Sequence[str], aliases: tuple[str, ...], taken: dict[str, str]) -> str | None:
    for brackets in (True, False):
        free = {normal(h, brackets=brackets): h for h in reversed(headings) if h not in taken}
        for alias in aliases:
            if (found := free.get(normal(alias))) is not None:
                return found
    return None


def rename(frame: pd.DataFrame, matched: Mapping[str, str]) -> pd.DataFrame:
    """Give columns our names; another column that already has one moves aside."""
    new: dict[str, str] = {}
    for heading in frame.columns:
        if heading in matched:
            new[heading] = matched[heading]
        elif heading in matched.values():
            new[heading] = f"{heading}_file"
    return frame.rename(columns=new)
