"""By community: rows of the study's tables as plain values, sorted once for all pages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.model.people_share import people_shares
from greenmap.model.small_group import groups_hidden
from greenmap.model.study import Assessment


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table, those of a community next to each other.

    Parameters
    ----------
    columns : dict of str to array
        Values by column.
    spans : dict of str to slice
        Where the rows of a community stand.
    """

    columns: dict[str, npt.NDArray[Any]]
    spans: dict[str, slice]

    def of(self, community_id: str) -> list[dict[str, Any]]:
        """Return the rows of a community as plain values by column."""
        span = self.spans.get(community_id, slice(0))
        values = [column[span].tolist() for column in self.columns.values()]
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*values, strict=True)]


def rows_by(table: pd.DataFrame, key: str) -> Rows:
    """Sort a table's rows by community, those of one in the order they have.

    Parameters
    ----------
    table : DataFrame
        Its index isn't carried.
    key : str
        Column with the communities' ids.

    Examples
    --------
    >>> table = pd.DataFrame({"unit": ["b", "a", "b"], "n": [1, 2, 3]})
    >>> rows_by(table, "unit").of("b")
    [{'unit': 'b', 'n': 1}, {'unit': 'b', 'n': 3}]
    """
    spans = positions_by(table[key])
    order = np.concatenate([np.zeros(0, np.int64), *spans.values()])
    ends = np.cumsum([0, *map(len, spans.values())]).tolist()
    columns = {str(name): column.to_numpy(None if column.dtype.kind in "biuf" else object)[order]
               for name, column in table.items()}
    return Rows(columns, dict(zip(spans, map(slice, ends, ends[1:]), strict=False)))


def positions_by(communities: pd.Series) -> dict[str, npt.NDArray[np.int64]]:
    """Return the rows of each community, as positions in their order.

    Parameters
    ----------
    communities : Series
        Ids; rows without one belong to none.

    Examples
    --------
    >>> {key: rows.tolist() for key, rows in positions_by(pd.Series(["b", "a", "b"])).items()}
    {'b': [0, 2], 'a': [1]}
    """
    codes, keys = pd.factorize(communities)
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(keys) + 1))
    return {key: order[start:end]
            for key, start, end in zip(keys, starts, starts[1:], strict=False)}


@dataclass(frozen=True, slots=True)
class CommunityRows:
    """What an assessment tells of its communities.

    Parameters
    ----------
    coverage : Rows
        One per clause; ``hidden`` says why its counts may not be printed, see
        :func:`greenmap.model.small_group.groups_hidden`.
    gaps, checks : Rows
        By rank.
    radius : Rows
        One per clause; none where no radius was measured.
    people : Rows
        One, of :func:`greenmap.model.people_share.people_shares`, or none.
    homes : dict of str to array of int64
        Rows of the homes, by the homes' ids.
    """

    coverage: Rows
    gaps: Rows
    checks: Rows
    radius: Rows
    people: Rows
    homes: dict[str, npt.NDArray[np.int64]]


@lru_cache(maxsize=1)
def by_community(result: Assessment) -> CommunityRows:
    """Sort the rows of an assessment by community."""
    coverage = result.coverage.assign(hidden=groups_hidden(result)).reset_index()
    radius = (Rows({}, {}) if result.radius is None or result.radius.empty
              else rows_by(result.radius.reset_index(), "unit_id"))
    homes = result.study.homes
    by_id = np.argsort(homes.index.to_numpy(dtype=str), kind="stable")
    return CommunityRows(
        rows_by(coverage, "unit_id"), rows_by(result.gaps.sort_values("rank"), "community_id"),
        rows_by(result.checks.sort_values("rank"), "community_id"), radius,
        rows_by(people_shares(homes).reset_index(), "community_id"),
        {key: by_id[rows] for key, rows
         in positions_by(homes["community_id"].iloc[by_id]).items()})
