"""Communities without boundaries: gathered from the rows that name them, with a hull to draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap.errors import TableError
from greenmap.model.crs import study_crs
from greenmap.model.outline import HULL, OUTLINE
from greenmap.model.schema import first_few
from greenmap.read.community_names import core_name, names_of, without_office

MARGIN_M = 15.0
"""How far a hull stands off what it is drawn around."""


def gather_communities(
    table: gpd.GeoDataFrame, *, people: pd.DataFrame | None = None, source: str = "",
    accept: bool = False,
) -> gpd.GeoDataFrame:  # fmt: skip
    """Make communities of the rows of compounds, buildings or homes that name one.

    Rows belong together by the code they name, else by the name without 居委会
    and 街道. The hull around them is indicative only (示意范围·非行政界线): the
    column ``outline`` says ``hull``, and nothing is counted by it.

    Parameters
    ----------
    table : GeoDataFrame
        Points or areas; columns ``community_id`` or ``community`` (所属社区).
    people : DataFrame, optional
        From :func:`greenmap.read.population.read_people`, unjoined: gives codes
        and full names.
    source : str
        Name of the file, for messages.
    accept : bool
        Go on where rows name no community; they belong to none.

    Returns
    -------
    GeoDataFrame
        EPSG:4326, index ``community_id``, sorted; ``name``, ``outline``,
        ``subdistrict`` where `people` has it. ``attrs``: ``gathered_from`` (the
        column), ``rows_without`` (how many rows name none).

    Raises
    ------
    TableError
        No row names a community, or one doesn't and `accept` is not given.

    Examples
    --------
    >>> table = gpd.GeoDataFrame({"community": ["甲社区", "甲居委会"]},
    ...     geometry=gpd.points_from_xy([101.7, 101.701], [26.5, 26.5]), crs=4326)
    >>> gather_communities(table)["outline"].to_dict()
    {'甲社区': 'hull'}
    """
    column = next((c for c in ("community_id", "community")
                   if c in table.columns and table[c].notna().any()), None)
    if column is None:
        raise TableError("people.hull_no_column", file=source,
                         have=", ".join(str(c) for c in table.columns if c != "geometry"))
    said = table[column]
    blank = said.isna().to_numpy()
    if blank.any() and not accept:
        raise TableError("people.hull_blank", file=source,
                         rows=first_few(table.index[blank].tolist()))
    owner = _owners(said[~blank].astype(str).tolist(), people)
    west, south, east, north = table.total_bounds
    shapes = table.geometry[~blank].to_crs(study_crs([west, east], [south, north]))
    rows = {}
    for key in sorted(set(owner.values())):
        mine = shapes[said[~blank].astype(str).map(owner).to_numpy() == key]
        rows[key] = shapely.union_all(mine.to_numpy()).convex_hull.buffer(MARGIN_M, quad_segs=4)
    hulls = gpd.GeoSeries(list(rows.values()), crs=shapes.crs).to_crs("EPSG:4326")
    index = pd.Index(list(rows), name="community_id", dtype=object)
    named = _names(index, owner, people)
    made = gpd.GeoDataFrame({"name": named, OUTLINE: HULL}, geometry=hulls.to_numpy(), index=index,
                            crs="EPSG:4326")
    if people is not None and "subdistrict" in people.columns:
        made.insert(1, "subdistrict", people["subdistrict"].reindex(index).to_numpy())
    made.attrs = {"gathered_from": column, "rows_without": int(blank.sum()),
                  "source": dict(table.attrs.get("source", {})), "left_out": ()}
    return made


def _owners(said: Sequence[str], people: pd.DataFrame | None) -> dict[str, str]:
    """Community id of every word the rows use: the population table's, else the shortest name."""
    words = sorted(set(said), key=lambda word: (len(word), word))
    first: dict[str, str] = {}
    for word in words:
        core = core_name(word)
        # 甲社区 rather than 甲 or 甲居委会, where rows write all three
        if core not in first or (word.endswith("社区") and not first[core].endswith("社区")):
            first[core] = word
    found = {word: word if word.isdigit() else first[core_name(word)] for word in words}
    if people is not None:
        names = names_of(people)
        for word in words:
            meant = names.find(word)
            if word not in people.index and len(meant) == 1:
                found[word] = meant[0]
    return found


def _names(index: pd.Index[Any], owner: dict[str, str], people: pd.DataFrame | None) -> list[str]:
    if people is None:
        return [str(key) for key in index]
    known = people["name"].reindex(index)
    return [str(key) if pd.isna(name) else without_office(str(name))
            for key, name in zip(index, known, strict=True)]


def members(table: pd.DataFrame, communities: pd.DataFrame) -> pd.Series[Any]:
    """Say which community each row names; by no means by where it lies.

    Parameters
    ----------
    table : DataFrame
        Optional ``community_id`` and ``community``.
    communities : DataFrame
        Index ``community_id``; ``name``.

    Returns
    -------
    Series of str or None
    """
    names, ids = names_of(communities), set(map(str, communities.index))
    none = np.full(len(table), None)
    code, name = (table[c] if c in table.columns else none for c in ("community_id", "community"))
    found: list[str | None] = []
    for one, word in zip(code, name, strict=True):
        if isinstance(one, str) and one in ids:
            found.append(one)
            continue
        meant = names.find(word) if isinstance(word, str) else ()
        meant = meant or (names.find(one) if isinstance(one, str) else ())
        found.append(meant[0] if len(meant) == 1 else None)
    return pd.Series(found, index=table.index, dtype=object)
