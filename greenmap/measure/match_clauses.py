"""Target: the set of places that serve a clause, and those of which that isn't known."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.model.clause import Alternative, Clause

Mask = npt.NDArray[np.bool_]


def match_clauses(amenities: pd.DataFrame, clauses: Iterable[Clause]) -> dict[str, Mask]:
    """Find which rows of the amenities serve each clause.

    Parameters
    ----------
    amenities : (e,) DataFrame
        ``category``; optional ``status``, ``area_m2`` and ``floor_m2``.
    clauses : iterable of Clause
        Those that name no category have no set.

    Returns
    -------
    dict of (e,) bool arrays
        Under ``clause.target`` the rows that serve: open, and large enough
        where a size is asked. Under ``clause.doubtful`` those that would, if
        their missing status or size turned out well. A table without a
        ``status`` column holds open places only.

    Examples
    --------
    >>> from greenmap.model.standard import load_standard
    >>> park = [c for c in load_standard("fifteen-minute-generic").clauses if c.id == "park-500m"]
    >>> table = pd.DataFrame({"category": "park", "area_m2": [6000.0, 100.0, None]})
    >>> {name: mask.tolist() for name, mask in match_clauses(table, park).items()}
    {'park>=5000m2': [True, False, False], 'park>=5000m2?': [False, False, True]}
    """
    category = pd.Index(amenities["category"].to_numpy(dtype=object))
    is_open, status_unknown = _status(amenities)
    sets: dict[str, Mask] = {}
    asked: list[Clause | Alternative] = []
    for clause in clauses:
        asked += [clause, *clause.alternatives] if clause.categories else clause.alternatives
    for one in asked:
        if one.target in sets:
            continue
        right = category.isin(one.categories)
        large, size_unknown = _size(amenities, "area_m2", one.min_area_m2)
        roomy, floor_unknown = _size(amenities, "floor_m2", one.min_floor_m2)
        sets[one.target] = right & is_open & large & roomy
        unsure = status_unknown | size_unknown | floor_unknown
        sets[one.doubtful] = (right & (is_open | status_unknown) & (large | size_unknown)
                              & (roomy | floor_unknown) & unsure)
    return sets


def _status(amenities: pd.DataFrame) -> tuple[Mask, Mask]:
    if "status" not in amenities:
        return np.ones(len(amenities), bool), np.zeros(len(amenities), bool)
    status = amenities["status"]
    return (status == "open").to_numpy(bool, na_value=False), status.isna().to_numpy(bool)


def _size(amenities: pd.DataFrame, column: str, least: float | None) -> tuple[Mask, Mask]:
    if least is None:
        return np.ones(len(amenities), bool), np.zeros(len(amenities), bool)
    if column not in amenities:
        return np.zeros(len(amenities), bool), np.ones(len(amenities), bool)
    area = pd.to_numeric(amenities[column]).to_numpy(float, na_value=np.nan)
    return area >= least, np.isnan(area)
