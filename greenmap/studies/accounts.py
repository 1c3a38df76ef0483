"""Accounts: rows in and people in, and where each of them went; the sums are exact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import fsum
from typing import Any

import geopandas as gpd
import pandas as pd


def account_rows(record: Mapping[str, Any], table: gpd.GeoDataFrame | None
                 ) -> tuple[int | None, int, dict[str, int]]:
    """Say where a source's rows went.

    Parameters
    ----------
    record : mapping
        Of :func:`greenmap.studies.inputs.list_inputs`.
    table : GeoDataFrame, optional
        What was read of it; None for streets, terrain and the like.

    Returns
    -------
    rows_in : int or None
        None where nobody counted.
    rows_used : int
        Rows that take part.
    left_out : dict
        Rows by cause: told by the door (``total_row`` …), ``closed``,
        ``planned``, ``no_category``, ``outside`` all communities, ``no_facility``
        of a street map. With those used they are all rows in.
    """
    left: Counter[str] = Counter(record.get("left_out", {}))
    if table is None:
        return record.get("rows_in"), int(record["rows"]), dict(left)
    rows = _one_a_row(table)
    if "category" in rows and record["role"] == "amenities":
        left["no_category"] += int(rows["category"].isna().sum())
        known = rows[rows["category"].notna()]
        for status in ("closed", "planned"):
            left[status] += int((known["status"] == status).sum())
    if record["role"] == "homes":
        left["outside"] += int(rows["community_id"].isna().sum()) + int(
            table.attrs.get("outside", 0))
    rows_in = record.get("rows_in", len(rows) + sum(record.get("left_out", {}).values()))
    told = len(rows) + sum(record.get("left_out", {}).values()) + int(table.attrs.get("outside", 0))
    if rows_in > told:  # a street map's objects that are no place, a grid's empty cells
        left["not_of_this_kind"] += rows_in - told
    left = Counter({cause: n for cause, n in left.items() if n})
    return rows_in, rows_in - sum(left.values()), dict(sorted(left.items()))


def _one_a_row(table: gpd.GeoDataFrame) -> pd.DataFrame:
    """The table with one row for each row of the file: a place of two kinds stands twice."""
    own = pd.Index([str(key).split("#")[0] for key in table.index])
    if "entrance_rule" in table and "place_id" in table:
        own = pd.Index(table["place_id"].astype(str))  # an area has a row for every entrance
    return pd.DataFrame(table.drop(columns="geometry"))[~own.duplicated()]


def account_people(homes: gpd.GeoDataFrame | None) -> tuple[dict[str, Any], ...]:
    """Say where the people of a table of homes went.

    Parameters
    ----------
    homes : GeoDataFrame, optional
        ``people``, ``community_id``; ``attrs["people_left_out"]`` people of rows
        that were not taken, by cause.

    Returns
    -------
    tuple of dict
        ``cause``, ``rows``, ``people``. The first is ``in``; the others,
        ``used``, ``outside`` all communities and every cause of the door, sum to
        it. Homes whose people aren't known count with none.

    Examples
    --------
    >>> homes = gpd.GeoDataFrame({"people": [3.0, 4.0], "community_id": ["A", None]})
    >>> [(one["cause"], one["people"]) for one in account_people(homes)]
    [('in', 7.0), ('used', 3.0), ('outside', 4.0)]
    """
    if homes is None or "people" not in homes:
        return ()
    people = homes["people"].fillna(0.0)
    outside = homes["community_id"].isna()
    rows: list[dict[str, Any]] = [
        {"cause": "used", "rows": int((~outside).sum()), "people": fsum(people[~outside])},
        {"cause": "outside", "rows": int(outside.sum()), "people": fsum(people[outside])}]
    causes = Counter(str(cause) for *_, cause in homes.attrs.get("left_out", ()))
    gone: Mapping[str, float] = homes.attrs.get("people_left_out", {})
    rows += [{"cause": cause, "rows": count, "people": float(gone.get(cause, 0.0))}
             for cause, count in sorted(causes.items())]
    rows = [one for one in rows if one["rows"] or one["cause"] == "used"]
    return ({"cause": "in", "rows": sum(one["rows"] for one in rows),
             "people": fsum(one["people"] for one in rows)}, *rows)
