"""Unit of audit: home → 小区 → 社区 → 街道 → 区 → 市, as one table with parents.

A life circle (生活圈), where communities name theirs, lies beside that ladder: it is made of
communities and belongs to the study.
"""

from __future__ import annotations

from collections.abc import Container

import pandas as pd

UPPER = ("subdistrict", "district", "city")
STUDY = "study"
"""The unit that holds everything."""

LIFE_CIRCLE, COMPOUND = "life_circle", "compound"
_STANDS_IN = {LIFE_CIRCLE: "subdistrict"}


def list_units(communities: pd.DataFrame, homes: pd.DataFrame | None = None) -> pd.DataFrame:
    """List every unit the communities' columns name, with its parent.

    Parameters
    ----------
    communities : DataFrame
        Index ``community_id``; ``name``; optional ``subdistrict``,
        ``district``, ``city``, ``life_circle``.
    homes : DataFrame, optional
        Names the compounds, see :func:`compounds_of`. Without it none is listed.

    Returns
    -------
    DataFrame
        Index ``unit_id``: ``level``, ``name``, ``parent_id`` (missing for the
        study). Communities first, in their own order; then each upper level;
        then life circles and compounds.

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
    for unit in parents.get(LIFE_CIRCLE, ()):
        rows.setdefault(unit, (LIFE_CIRCLE, unit.split("/", 1)[1], STUDY))
    if homes is not None:
        rows |= _compounds(homes)
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
    if LIFE_CIRCLE in communities and communities[LIFE_CIRCLE].notna().all():
        parents[LIFE_CIRCLE] = f"{LIFE_CIRCLE}/" + communities[LIFE_CIRCLE].astype(str)
    parents[STUDY] = pd.Series(STUDY, index=index, dtype=object)
    return parents


def compounds_of(homes: pd.DataFrame) -> pd.Series | None:
    """Return each home's compound (小区).

    Parameters
    ----------
    homes : DataFrame
        ``community_id`` and ``compound_id`` or, else, ``compound`` (a name,
        which holds within its community only).

    Returns
    -------
    Series or None
        Unit ids, missing where a home names none; None if no home does.
    """
    column = next((c for c in ("compound_id", "compound")
                   if c in homes and homes[c].notna().any()), None)
    if column is None:
        return None
    name = homes[column].astype("string")
    known = (name.notna() & homes["community_id"].notna()).to_numpy(bool)
    unit = COMPOUND + "/" + homes["community_id"].astype("string") + "/" + name
    return pd.Series(unit.astype(object).where(known, None), index=homes.index, dtype=object)


def units_of_homes(homes: pd.DataFrame, communities: pd.DataFrame, *, compounds: bool = False
                   ) -> dict[str, pd.Series]:
    """Return, per level, each home's unit.

    Parameters
    ----------
    homes, communities : DataFrame
        As for :func:`list_units`.
    compounds : bool
        Whether to give the compounds too, where homes name them.

    Returns
    -------
    dict of Series
        By level, from the smallest; unit ids on the homes' index, missing
        outside all units.
    """
    community = homes["community_id"]
    levels: dict[str, pd.Series] = {}
    own = compounds_of(homes) if compounds else None
    if own is not None:
        levels[COMPOUND] = own
    for level, parent in parents_of(communities).items():
        levels[level] = community.map(parent)
    return levels


def judged_level(wanted: str, levels: Container[str]) -> str | None:
    """Return the level at which a clause can be judged, if there is one.

    Parameters
    ----------
    wanted : str
        The clause's unit of audit.
    levels : container of str
        Levels the study has.

    Returns
    -------
    str or None
        `wanted`; a 街道 where no life circles are drawn; None where the study
        has no such units.

    Examples
    --------
    >>> judged_level("life_circle", ("community", "subdistrict"))
    'subdistrict'
    """
    if wanted in levels:
        return wanted
    other = _STANDS_IN.get(wanted)
    return other if other in levels else None


def _compounds(homes: pd.DataFrame) -> dict[str, tuple[str, str, str | None]]:
    units = compounds_of(homes)
    if units is None:
        return {}
    pairs = sorted({(str(u), str(c)) for u, c in zip(units, homes["community_id"], strict=True)
                    if isinstance(u, str)})
    return {unit: (COMPOUND, unit.split("/", 2)[2], community) for unit, community in pairs}
