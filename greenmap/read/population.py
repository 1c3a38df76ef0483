"""People by community: a statistics table without coordinates, read, checked and joined."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.errors import Faults
from greenmap.model.schema import Column, first_few
from greenmap.read.ages import GROUPS, bands_of, read_band
from greenmap.read.community_codes import check_codes, plain_codes
from greenmap.read.community_names import Names, core_name, names_of
from greenmap.read.tables import RawTable, read_table
from greenmap.read.total_rows import check_totals, find_totals
from greenmap.read.values import as_text, number_column, typed_columns

COUNTS: Mapping[str, str] = {"resident": "常住", "registered": "户籍"}
"""Ways of counting, never read for each other, and the word that shows each."""

JOINS = ("auto", "code", "name")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_NESTED = ("people", "elderly_60", "elderly_65", "elderly_80")


def read_people(
    path: str | Path,
    *,
    communities: pd.DataFrame | None = None,
    count: str | None = None,
    year: int | str | None = None,
    aliases: Mapping[str, str] | None = None,
    join: str = "auto",
    layer: str | None = None,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    as_of: str | None = None,
) -> pd.DataFrame:
    r"""Read people by community, and by age where the table has it.

    Lines of totals are held against their rows and left out. Rows join their
    community by the 12-digit code, kept as text, else by the name without
    居委会 and 街道, else by an old name in `aliases`.

    Parameters
    ----------
    path : path
        csv or xlsx: a row per community, or per community and age group;
        titles above, headings of two lines and lines of totals may stand in it.
    communities : DataFrame, optional
        Index ``community_id``; ``name``, optional ``subdistrict``. Without
        it rows are only checked and keep their code, else their name.
    count : {"resident", "registered"}, optional
        常住 or 户籍; needed unless headings, title or file name say it.
    year : int, optional
        Of the count; needed unless title or file name say it.
    aliases : mapping of str to str, optional
        Old name to name now, see
        :func:`greenmap.read.community_names.read_aliases`.
    join : {"auto", "code", "name"}
        ``name`` passes over the codes.
    layer, encoding, columns, as_of
        As for :func:`greenmap.read.communities.read_communities`.

    Returns
    -------
    DataFrame
        Index ``community_id`` in the communities' order; ``name``,
        ``people`` (whole persons), age groups that are known for every row,
        ``households`` where given. ``attrs``: ``source``, ``count``,
        ``year``, ``joined`` (by code, name, alias), ``totals`` (lines that
        fit), ``rows_unmatched`` (row, name, people), ``communities_unmatched``
        (id, name), ``groups_partial``, ``left_out``.

    Raises
    ------
    InputFaults
        Everything wrong with the rows, told once; also where neither `count`
        nor the table says how people were counted, or in which year.
    MissingFileError, UnreadableFileError, EncodingError, TableError

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "2022年常住人口.csv")
    ...     _ = file.write_text("社区,常住人口,60岁以上\n甲居委会,30,6\n合计,30,6\n", "utf-8")
    ...     table = read_people(file)
    >>> table.loc["甲居委会", ["people", "elderly_60"]].tolist(), table.attrs["year"]
    ([30.0, 6.0], '2022')
    """
    faults = Faults()
    if join not in JOINS:
        faults.add("people.join_unknown", found=join, known=", ".join(JOINS))
    raw = read_table(path, "people", faults=faults, layer=layer, encoding=encoding,
                     columns=columns, whole=True)
    about = _about(raw, count, year, faults)
    sheet = _sheet(raw, about["count"], faults)
    table = _joined(sheet, communities, names_of(communities, aliases)
                    if communities is not None else None, join, faults)
    faults.raise_if_any()
    table.attrs |= about | {"source": raw.source | {"rows_out": len(table), "as_of": as_of},
                            "totals": sheet.totals, "left_out": sheet.left_out,
                            "dropped_columns": raw.dropped, "groups_partial": sheet.partial}
    return table


def _about(raw: RawTable, count: str | None, year: int | str | None, faults: Faults
           ) -> dict[str, Any]:
    """How and when people were counted: as said, else as the table itself shows."""
    told = f"{Path(raw.file).stem} {raw.source.get('layer') or ''} {raw.source.get('title', '')}"
    own = [way for way in COUNTS if way in raw.frame.columns]
    shown = own or [way for way, word in COUNTS.items() if word in told]
    if count is not None and count not in COUNTS:
        faults.add("people.count_unknown", file=raw.file, found=count, known=", ".join(COUNTS))
    elif count is None and len(shown) != 1:
        faults.add("people.count_needed", file=raw.file)
    elif count is not None and shown and count not in shown:
        faults.add("people.count_other", file=raw.file, said=count, found=", ".join(shown))
    years = sorted(set(_YEAR.findall(told)))
    if year is None and len(years) != 1:
        faults.add("people.year_needed", file=raw.file, found=", ".join(years) or "-")
    return {"count": count or (shown[0] if len(shown) == 1 else ""),
            "year": str(year or (years[0] if len(years) == 1 else ""))}


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Rows of communities: numbers checked, totals gone."""

    file: str
    rows: npt.NDArray[np.int64]
    name: pd.Series[Any]
    code: pd.Series[Any]
    above: pd.Series[Any]
    numbers: pd.DataFrame
    totals: int
    left_out: tuple[tuple[int, str], ...]
    partial: tuple[str, ...]


def _sheet(raw: RawTable, count: str, faults: Faults) -> _Sheet:
    frame = typed_columns(raw, "people", faults)
    blank = pd.Series([None] * len(frame), index=frame.index, dtype=object)
    if "name" not in frame.columns and "code" not in raw.frame.columns:
        faults.add("people.no_name", file=raw.file, have=", ".join(map(str, frame.columns)))
        faults.raise_if_any()
    code = plain_codes(raw.frame["code"]) if "code" in raw.frame.columns else blank
    name, above = frame.get("name", blank), frame.get("subdistrict", blank)
    label = [n or a or c for n, a, c in zip(name, above, code, strict=True)]
    totals = find_totals(label, list(code))
    above = _down(above, totals)  # merged over the rows below
    numbers = _numbers(frame, raw, count, faults)
    if "age" in frame.columns:
        return _long(raw, frame["age"], name, code, above, numbers["people"], totals, faults)
    fits = check_totals(numbers, totals, codes=list(code), above=list(above), names=label,
                        rows=raw.rows, file=raw.file, faults=faults)
    return _checked(raw, ~totals, name, code, above, numbers, fits, faults)


def _down(words: pd.Series[Any], totals: npt.NDArray[np.bool_] | None = None) -> pd.Series[Any]:
    """Fill blanks from above, as a merged cell means; lines of totals neither give nor take."""
    last, filled = None, []
    for k, word in enumerate(words):
        if totals is not None and totals[k]:
            filled.append(word)
            continue
        last = word or last
        filled.append(last)
    return pd.Series(filled, index=words.index, dtype=object)


def _checked(raw: RawTable, kept: npt.NDArray[np.bool_], name: pd.Series[Any],
             code: pd.Series[Any], above: pd.Series[Any], numbers: pd.DataFrame, fits: int,
             faults: Faults) -> _Sheet:
    rows = raw.rows
    blank = kept & numbers["people"].isna().to_numpy()
    nameless = kept & name.isna().to_numpy() & code.isna().to_numpy()
    part = kept & (numbers.fillna(0) % 1 > 0).any(axis=1).to_numpy()
    for key, wrong in (("people.blank", blank), ("people.nameless", nameless),
                       ("people.not_whole", part)):
        if wrong.any():
            faults.add(key, file=raw.file, rows=first_few(rows[wrong].tolist()))
    for large, small in pairwise(c for c in _NESTED if c in numbers):
        if (more := kept & (numbers[small] > numbers[large]).to_numpy()).any():
            faults.add("read.group_larger", file=raw.file, column=small,
                       rows=first_few(rows[more].tolist()))
    for group in (c for c in numbers if c in GROUPS and c not in _NESTED):
        if (more := kept & (numbers[group] > numbers["people"]).to_numpy()).any():
            faults.add("read.group_larger", file=raw.file, column=group,
                       rows=first_few(rows[more].tolist()))
    partial = tuple(str(c) for c in numbers if c in GROUPS and numbers[c][kept].isna().any())
    return _Sheet(raw.file, rows[kept], name[kept], code[kept], above[kept],
                  numbers[kept].drop(columns=list(partial)), fits,
                  tuple((int(row), "total_row") for row in rows[~kept]), partial)


def _numbers(frame: pd.DataFrame, raw: RawTable, count: str, faults: Faults
             ) -> pd.DataFrame:
    """People, households and the age groups the columns give or add up to."""
    bands = {band: heading for heading in frame.columns
             if heading not in GROUPS and (band := read_band(str(heading)))}
    typed = {band: number_column(frame[heading], Column(str(heading), "number", min=0.0),
                                 rows=raw.rows, file=raw.file, faults=faults)
             for band, heading in bands.items()}
    # 80岁及以上 is the last of the bands as well as a group
    typed |= {band: frame[group] for group, band in GROUPS.items()
              if band[1] is None and group in frame.columns}
    made: dict[str, pd.Series[Any]] = {}
    total = next((c for c in (count, "people", *COUNTS) if c in frame.columns), None)
    if total:
        made["people"] = frame[total]
    elif {"men", "women"} <= set(frame.columns):
        made["people"] = frame["men"] + frame["women"]
    elif all_ages := bands_of((0, None), typed):
        made["people"] = sum((typed[b] for b in all_ages), start=pd.Series(0.0, frame.index))
    else:
        faults.add("people.no_people", file=raw.file, have=", ".join(map(str, frame.columns)))
        faults.raise_if_any()
    if "households" in frame.columns:
        made["households"] = frame["households"]
    for group, wanted in GROUPS.items():
        if group in frame.columns:
            made[group] = frame[group]
        elif chosen := bands_of(wanted, typed):
            made[group] = sum((typed[b] for b in chosen), start=pd.Series(0.0, frame.index))
    return pd.DataFrame(made)


def _long(raw: RawTable, ages: pd.Series[Any], name: pd.Series[Any], code: pd.Series[Any],
          above: pd.Series[Any], people: pd.Series[Any], totals: npt.NDArray[np.bool_],
          faults: Faults) -> _Sheet:
    """A row per community and age band turned into a row per community."""
    known = ages.map(lambda cell: read_band(cell) if cell else None)
    whole = as_text(ages).map(lambda cell: cell in ("合计", "总计", "全部", "小计"))
    odd = (known.isna() & ~whole).to_numpy() & ~totals
    if odd.any():
        faults.add("people.age_unknown", file=raw.file, rows=first_few(raw.rows[odd].tolist()),
                   found=first_few(sorted(set(map(str, ages[odd])))))
        faults.raise_if_any()
    name, code = _down(name, totals), _down(code, totals)
    who = [f"{c or ''}|{n or ''}" for c, n in zip(code, name, strict=True)]
    lines = pd.DataFrame({"who": who, "band": known, "people": people, "whole": whole})[~totals]
    first = lines.reset_index().groupby("who", sort=False)["index"].first()
    made = []
    for _, group in lines.groupby("who", sort=False):
        bands = dict(zip(group["band"][~group["whole"]], group["people"][~group["whole"]],
                         strict=True))
        every = bands_of((0, None), bands)
        total = (float(group["people"][group["whole"]].iloc[0]) if group["whole"].any() else
                 sum(bands[b] for b in every) if every else np.nan)
        row = {"people": total}
        for key, wanted in GROUPS.items():
            if chosen := bands_of(wanted, bands):
                row[key] = sum(bands[b] for b in chosen)
        made.append(row)
    numbers = pd.DataFrame(made, index=first.to_numpy()).reindex(people.index)
    kept = np.isin(np.arange(len(people)), first.to_numpy())
    sheet = _checked(raw, kept, name, code, above, numbers, 0, faults)
    lost = tuple((int(row), "total_row") for row in raw.rows[totals])
    return _Sheet(sheet.file, sheet.rows, sheet.name, sheet.code, sheet.above, sheet.numbers,
                  0, lost, sheet.partial)


def _joined(sheet: _Sheet, communities: pd.DataFrame | None, names: Names | None, join: str,
            faults: Faults) -> pd.DataFrame:
    """Rows in the order of the communities; those of either side that find none are listed."""
    ids = [] if communities is None else [str(key) for key in communities.index]
    by_code = join != "name" and check_codes(sheet.code, sheet.rows, ids, file=sheet.file,
                                             faults=faults)
    if join == "code" and not by_code:
        faults.add("people.no_codes", file=sheet.file)
    if names is None or communities is None:
        return _alone(sheet, by_code, faults)
    owner, how, lost = [], {"code": 0, "name": 0, "alias": 0}, []
    for row, name, code, above, people in zip(sheet.rows.tolist(), sheet.name, sheet.code,
                                              sheet.above, sheet.numbers["people"], strict=True):
        meant = names.find(name, above)
        found = code if by_code and code in names.above else None
        if found and len(meant) == 1 and meant[0] != found:
            faults.add("people.code_name_differ", file=sheet.file, row=row, name=name, code=code,
                       other=meant[0])
        if found is None and len(meant) > 1:
            faults.add("people.name_ambiguous", file=sheet.file, row=row, name=name,
                       ids=", ".join(meant))
        way = "code" if found else "name" if name and core_name(name) in names.known else "alias"
        found = found or (meant[0] if len(meant) == 1 and join != "code" else None)
        if found is None:
            lost.append((row, str(name or code), float(people)))
        else:
            how[way] += 1
        owner.append(found)
    if not len(faults):  # a code that stands twice was told
        _check_owners(owner, sheet, faults)
    faults.raise_if_any()
    mine = [k for k, one in enumerate(owner) if one is not None]
    table = sheet.numbers.iloc[mine].set_axis(pd.Index([owner[k] for k in mine], dtype=object))
    order = [key for key in ids if key in table.index]
    table = table.reindex(pd.Index(order, name="community_id", dtype=object))
    table.insert(0, "name", [str(n) for n in communities["name"].set_axis(ids).reindex(order)])
    without = tuple((key, str(communities["name"].iloc[k])) for k, key in enumerate(ids)
                    if key not in table.index)
    table.attrs = {"joined": how, "rows_unmatched": tuple(lost), "communities_unmatched": without}
    return table


def _alone(sheet: _Sheet, by_code: bool, faults: Faults) -> pd.DataFrame:
    """Without communities a row keeps its code, else its name."""
    label = sheet.code.where(sheet.code.notna() & by_code, sheet.name)
    _check_owners([str(one) for one in label], sheet, faults)
    table = sheet.numbers.set_axis(pd.Index([str(one) for one in label], name="community_id",
                                            dtype=object))
    table.insert(0, "name", sheet.name.where(sheet.name.notna(), label).to_numpy())
    if sheet.above.notna().any():
        table["subdistrict"] = sheet.above.to_numpy()
    table.attrs = {"joined": {}, "rows_unmatched": (), "communities_unmatched": ()}
    return table


def _check_owners(owner: list[str | None], sheet: _Sheet, faults: Faults) -> None:
    found = pd.Series(owner, dtype=object)
    twice = (found.notna() & found.duplicated(keep=False)).to_numpy()
    if twice.any():
        faults.add("people.community_twice", file=sheet.file,
                   rows=first_few(sheet.rows[twice].tolist()),
                   ids=first_few(sorted(set(found[twice]))))
