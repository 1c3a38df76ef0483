"""Amenities of several sources in one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from greenmap.errors import TableError
from greenmap.model.notes import Notes
from greenmap.read.duplicates import Duplicate, merge_duplicates


def join_amenities(tables: Sequence[gpd.GeoDataFrame], *, ranks: Sequence[float] | None = None,
                   merge: bool = True) -> gpd.GeoDataFrame:
    """Put amenities of several sources into one table.

    Parameters
    ----------
    tables : sequence of GeoDataFrame
        From :func:`read_amenities` or :func:`amenities_from_osm`.
    ranks : sequence of float, optional
        Of each source, the smallest first; equals in the order given, which
        is the default.
    merge : bool
        Merge places that several sources list, see
        :func:`greenmap.read.duplicates.merge_duplicates`.

    Returns
    -------
    GeoDataFrame
        All rows in the order given. An id that two sources use gets the
        source's name before it, in both. ``attrs["collected"]`` is the
        union; ``attrs["sources"]`` has one record a source,
        ``attrs["duplicates"]`` what was merged, and ``attrs["left_out"]``
        (source, row, cause).

    Raises
    ------
    TableError
        If there is no table.

    Examples
    --------
    >>> one = gpd.GeoDataFrame({"place_id": ["a"]}, index=["a"],
    ...                        geometry=gpd.points_from_xy([0], [0]), crs=4326)
    >>> one.attrs = {"source": {"name": "x.csv"}, "collected": ("clinic",)}
    >>> join_amenities([one]).index.tolist()
    ['a']
    """
    if not tables:
        raise TableError("read.no_tables")
    joined = pd.concat(_without_clashes(tables))
    columns = [c for c in dict.fromkeys(c for t in tables for c in t.columns) if c != "geometry"]
    joined = gpd.GeoDataFrame(joined.reindex(columns=[*columns, "geometry"]), crs="EPSG:4326")
    found: tuple[Duplicate, ...] = ()
    if merge:
        ranked = sorted(range(len(tables)), key=lambda n: ranks[n] if ranks else n)
        order = np.repeat([ranked.index(n) + 1 for n in range(len(tables))],
                          [len(table) for table in tables])
        joined, found = merge_duplicates(joined, order.tolist())
    claims = {key for table in tables for key in table.attrs.get("collected", ())}
    counts: Counter[str] = Counter()
    for table in tables:
        counts.update(dict(table.attrs.get("unclassified", ())))
    joined.attrs = {
        "collected": ("all",) if "all" in claims else tuple(sorted(claims)),
        "sources": tuple(table.attrs.get("source", {}) for table in tables),
        "unclassified": Notes(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
        "left_out": Notes(
            (name, *row)
            for name, table in zip(_names(tables), tables, strict=True)
            for row in table.attrs.get("left_out", ())
        ),
        "duplicates": Notes(found),
        "dropped_columns": tuple(
            column for table in tables for column in table.attrs.get("dropped_columns", ())
        ),
    }
    return joined


def _names(tables: Sequence[gpd.GeoDataFrame]) -> list[str]:
    """Names of the sources; a name that comes again gets its number."""
    names: list[str] = []
    for table in tables:
        name = base = str(table.attrs.get("source", {}).get("name", "table"))
        number = 2
        while name in names:
            name, number = f"{base}({number})", number + 1
        names.append(name)
    return names


def _without_clashes(tables: Sequence[gpd.GeoDataFrame]) -> list[gpd.GeoDataFrame]:
    """The tables in WGS 84, ids and places of two sources told apart by the source's name."""
    used = Counter(key for table in tables for key in set(table.index.tolist()))
    places = Counter(key for table in tables for key in set(table["place_id"].tolist()))
    parts = []
    for table, name in zip(tables, _names(tables), strict=True):
        part = table.to_crs("EPSG:4326").assign(
            place_id=[f"{name}:{key}" if places[key] > 1 else key
                      for key in table["place_id"].tolist()]
        )
        part.index = pd.Index(
            [f"{name}:{key}" if used[key] > 1 else key for key in table.index.tolist()],
            name="amenity_id",
        )
        part.attrs = {}  # each table's own; concat would compare them
        parts.append(part.dropna(axis=1, how="all"))
    return parts
