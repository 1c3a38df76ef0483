"""Ids of rows: the user's, the file's, or made by a rule that is said."""

from __future__ import annotations

from typing import Any

import pandas as pd

from greenmap.errors import Faults
from greenmap.model.schema import first_few
from greenmap.read.tables import RawTable
from greenmap.read.values import as_text


def row_ids(
    raw: RawTable, index: str, *, faults: Faults, use_name: bool = False
) -> tuple[pd.Index[Any], str]:
    """Give every row an id.

    In this order: the column of ids, ``osm_id``, the name if asked and if no
    two are equal, the row number. A column of ids must be whole and without
    repeats, unless it is all blank; an ``osm_id`` that isn't is passed over.

    Parameters
    ----------
    raw : RawTable
        With our column names.
    index : str
        Name of the index.
    faults : Faults
        Takes missing and repeated ids.
    use_name : bool
        Whether a name may serve.

    Returns
    -------
    ids : Index of str
    rule : {"id", "osm_id", "name", "row"}
    """
    frame = raw.frame
    if index in frame.columns and frame[index].notna().any():
        return _given(as_text(frame[index]), raw, index, faults), "id"
    for rule in ("osm_id", "name") if use_name else ("osm_id",):
        if rule in frame.columns:
            ids = as_text(frame[rule])
            if ids.notna().all() and ids.is_unique:
                return pd.Index(ids, name=index), rule
    return pd.Index([str(row) for row in raw.rows], name=index), "row"


def _given(ids: pd.Series[Any], raw: RawTable, index: str, faults: Faults) -> pd.Index[Any]:
    blank = ids.isna().to_numpy()
    if blank.any():
        faults.add(
            "read.id_blank", file=raw.file, column=index, rows=first_few(raw.rows[blank].tolist())
        )
    twice = ids.duplicated(keep=False).to_numpy() & ~blank
    if twice.any():
        faults.add(
            "read.id_twice",
            file=raw.file,
            column=index,
            ids=first_few(sorted(set(ids[twice]))),
            rows=first_few(raw.rows[twice].tolist()),
        )
    index_of: pd.Index[Any] = pd.Index(list(ids), name=index)
    return index_of
