"""Status: which communities carry a title since when, from an office's list (创建台账)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from greenmap.errors import Faults
from greenmap.model.programme import period_end
from greenmap.model.schema import first_few
from greenmap.read.tables import RawTable, read_table
from greenmap.read.values import as_text, typed_columns

COLUMNS = ("community_id", "name", "city", "district", "subdistrict", "people", "gaps", "status",
           "date")
"""Columns of a status table; `date` is ``yyyy-mm-dd``."""


def read_status(path: str | Path, *, communities: pd.DataFrame | None = None,
                as_of: str | None = None, columns: Mapping[str, str] | None = None,
                layer: str | None = None, encoding: str | None = None) -> pd.DataFrame:
    r"""Read the status of communities in a programme.

    Parameters
    ----------
    path : path
        csv or xlsx: a code or a name per row, the status (已创建 …), and since
        when. A community may have several rows of different dates.
    communities : DataFrame, optional
        Index ``community_id``, ``name``: every row must be one of them; names
        stand in for codes.
    as_of : str, optional
        Date of rows without one: a year, a month or a day.
    columns : mapping of str to str, optional
        Our column to the file's heading.
    layer, encoding : str, optional
        Sheet; encoding of a csv, found where not given.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS` in the order of the file; what the file lacks
        is missing. ``status`` is done, under_way, not_done or unknown.

    Raises
    ------
    InputFaults
        Rows without date, unknown communities, two answers for one day …, told
        at once.
    MissingFileError, UnreadableFileError, EncodingError, TableError

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "status.csv")
    ...     _ = file.write_text("社区编号,社区名称,状态,年份\n01,甲,已创建,2021\n", "utf-8")
    ...     read_status(file).loc[0, ["status", "date"]].tolist()
    ['done', '2021-12-31']
    """
    faults = Faults()
    raw = read_table(path, "status", faults=faults, columns=columns, layer=layer,
                     encoding=encoding)
    frame = typed_columns(raw, "status", faults)
    if "status" not in frame:
        faults.add("programme.no_status_column", file=raw.file,
                   have=", ".join(map(str, raw.frame.columns)))
        faults.raise_if_any()
    table = pd.DataFrame({
        "community_id": _ids(raw, frame, communities, faults),
        **{name: frame.get(name) for name in COLUMNS[1:-2]},
        "status": frame["status"].map(lambda word: word or "unknown"),
        "date": _dates(raw, frame, as_of, faults)})
    _check_twice(table, raw, faults)
    faults.raise_if_any()
    if communities is not None:
        table["name"] = table["community_id"].map(communities["name"])
    table = table[list(COLUMNS)]
    table.attrs.update(raw.record(len(table), as_of=as_of))
    return table


def _ids(raw: RawTable, frame: pd.DataFrame, communities: pd.DataFrame | None, faults: Faults
         ) -> pd.Series[Any]:
    by_id = "community_id" in raw.frame and raw.frame["community_id"].notna().any()
    said = as_text(raw.frame["community_id"]) if by_id else frame.get("name")
    if said is None:
        faults.add("programme.no_id_column", file=raw.file,
                   have=", ".join(map(str, raw.frame.columns)))
        faults.raise_if_any()
    assert said is not None
    blank = said.isna().to_numpy()
    if blank.any():
        faults.add("programme.row_without_community", file=raw.file,
                   rows=first_few(raw.rows[blank].tolist()))
    if communities is None:
        return said
    known = {str(key): str(key) for key in communities.index}
    if not by_id:
        names = communities["name"]
        known = {str(name): str(key) for key, name in names[~names.duplicated(keep=False)].items()}
    found = said.map(known)
    lost = (found.isna() & said.notna()).to_numpy()
    if lost.any():
        faults.add("programme.unknown_community", file=raw.file,
                   found=first_few(said[lost].tolist()), rows=first_few(raw.rows[lost].tolist()),
                   known=first_few(sorted(known), 3))
    return found


def _dates(raw: RawTable, frame: pd.DataFrame, as_of: str | None, faults: Faults
           ) -> pd.Series[Any]:
    rest = None if as_of is None else period_end(as_of)
    if as_of is not None and rest is None:
        faults.add("programme.as_of", found=as_of)
    said = frame["date"] if "date" in frame else pd.Series(None, index=frame.index, dtype=object)
    dates = said.map(lambda cell: rest if cell is None or cell != cell else period_end(cell))
    wrong = (said.notna() & dates.isna()).to_numpy()
    if wrong.any():
        faults.add("programme.row_date", file=raw.file, rows=first_few(raw.rows[wrong].tolist()),
                   found=first_few(said[wrong].tolist()))
    undated = (said.isna() & dates.isna() & (frame["status"] == "done")).to_numpy()
    if undated.any() and as_of is None:
        faults.add("programme.done_without_date", file=raw.file,
                   rows=first_few(raw.rows[undated].tolist()))
    # A row that isn't done and says no date holds from the beginning.
    return dates.astype(object).where(dates.notna(), "")


def _check_twice(table: pd.DataFrame, raw: RawTable, faults: Faults) -> None:
    twice = table.duplicated(["community_id", "date"], keep=False) & table["community_id"].notna()
    if twice.any():
        faults.add("programme.status_twice", file=raw.file,
                   ids=first_few(sorted(set(table.loc[twice, "community_id"]))),
                   rows=first_few(raw.rows[twice.to_numpy()].tolist()))
