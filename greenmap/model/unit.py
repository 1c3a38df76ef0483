"""Unit of audit: home → 社区 → 街道 → 区 → 市, as one table with parents."""

from __future__ import annotations

import pandas as pd

UPPER = ("subdistrict", "district", "city")
STUDY = "study"
"""The unit that holds everything."""


def list_units(communities: pd.DataFrame) -> pd.DataFrame:
    """List every unit the communities' columns name, with its parent.

    Parameters
    ----------
    communities : DataFrame
        Index ``community_id``; ``name``; optional ``subdistrict``,
        ``district``, ``city``.

    Returns
    -------
    DataFrame
        Index ``unit_id``: ``level``, ``name``, ``parent_id`` (missing for the
        study). Communities first, in their own order; then each upper level.

    Examples
    --------
    >>> table = pd.DataFrame({"name": ["甲", "乙"], "subdistrict": ["东街", "东街"]},
    ...                      index=pd.Index(["01", "02"], name="community_id"))
    >>> list_units(table)["level"].tolist()
    ['community', 'community', 'subdistrict', 'study']
    """
    parents = parents_of(communities)
    rows: dict[str, tuple[str, str, str | None]] = {}
    levels = ["community", *[c for c in UPPER if c in parents], STUDY]
    above = parents[levels[1]]
    for community, name, parent in zip(communities.index, communities["name"], above, strict=True):
        rows[str(community)] = ("community", str(name), parent)
    for level, upper in zip(levels[1:-1], levels[2:], strict=True):
        for unit, parent in zip(parents[level], parents[upper], strict=True):
            rows.setdefault(unit, (level, unit.rsplit("/", 1)[-1], parent))
    rows[STUDY] = (STUDY, STUDY, None)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["level", "name", "parent_id"]
                                  ).rename_axis("unit_id")


def parents_of(communities: pd.DataFrame) -> dict[str, pd.Series]:
    """Return, per level, each community's unit at that level.

    Parameters
    ----------
    communities : DataFrame
        As for :func:`list_units`.

    Returns
    -------
    dict of Series
        ``community`` and every upper level that has a name for each community,
        and ``study``; values are unit ids, index ``community_id``.
    """
    index = communities.index
    parents = {"community": pd.Series(index.astype(str), index=index, dtype=object)}
    for n, level in enumerate(UPPER):
        if level not in communities or communities[level].isna().any():
            continue
        above = [c for c in UPPER[n + 1:] if c in communities and communities[c].notna().all()]
        # Two districts may both have a 中心街道: the id carries the names above it.
        path = [communities[c].astype(str) for c in (*reversed(above), level)]
        parents[level] = pd.Series(["/".join((level, *names)) for names in zip(*path, strict=True)],
                                   index=index, dtype=object)
    parents[STUDY] = pd.Series(STUDY, index=index, dtype=object)
    return parents
