"""People: how many of those a clause counts live in each home, and on what that rests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Weights = npt.NDArray[np.float64]


def count_people(homes: pd.DataFrame, communities: pd.DataFrame, group: str
                 ) -> tuple[Weights, str]:
    """Count whom a clause counts, per home.

    The first of these that the data allow, and never one age group for
    another: the homes' own column; the community's age share times the home's
    people; all residents; floor area; one per home.

    Parameters
    ----------
    homes : (h,) DataFrame
        Optional ``people``, the `group`'s column, ``floor_area_m2``,
        ``community_id``.
    communities : DataFrame
        Optional ``people`` and the `group`'s column, persons.
    group : str
        ``"all"`` or an age column, see
        :data:`greenmap.model.standard.PEOPLE`.

    Returns
    -------
    weights : (h,) array of float
        Persons, or the stand-in; 0 where a home's people are missing.
    basis : str
        ``measured``, ``spread`` (a community's total shared out over its
        homes), ``estimated``, ``all_residents``, ``floor_area`` or ``homes``.

    Examples
    --------
    >>> homes = pd.DataFrame({"people": [3.0, 5.0], "elderly_60": [1.0, 0.0]})
    >>> count_people(homes, pd.DataFrame(), "elderly_60")
    (array([1., 0.]), 'measured')
    >>> count_people(homes, pd.DataFrame(), "elderly_65")
    (array([3., 5.]), 'all_residents')
    """
    people = _numbers(homes, "people")
    if people is None:
        area = _numbers(homes, "floor_area_m2")
        if area is not None:
            return np.nan_to_num(area), "floor_area"
        return np.ones(len(homes)), "homes"
    if group == "all":
        return np.nan_to_num(people), _own_basis(homes)
    own = _numbers(homes, group)
    if own is not None:
        return np.nan_to_num(own), _own_basis(homes)
    share = _community_share(homes, communities, group)
    if share is not None:
        return np.nan_to_num(people * share), "estimated"
    return np.nan_to_num(people), "all_residents"


def _numbers(table: pd.DataFrame, column: str) -> Weights | None:
    if column not in table or table[column].isna().all():
        return None
    return pd.to_numeric(table[column]).to_numpy(float, na_value=np.nan)


def _own_basis(homes: pd.DataFrame) -> str:
    shared = "people_measure" in homes and (homes["people_measure"] == "estimated").any()
    return "spread" if shared else "measured"


def _community_share(homes: pd.DataFrame, communities: pd.DataFrame, group: str
                     ) -> Weights | None:
    if group not in communities or "people" not in communities or "community_id" not in homes:
        return None
    share = communities[group].astype(float) / communities["people"].astype(float)
    if share.isna().any():  # one basis for a whole clause, or none
        return None
    return np.asarray(homes["community_id"].map(share), dtype=np.float64)
