"""Completeness: where absence may be believed, by community and category.

Absence from a table is not absence on the ground. A category is collected where the study says
so, or where the sources know as many as such a population usually has; a ledger's own count
outranks both: places it lists nearby and nobody has located may be the ones not found.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from greenmap.measure.roll import in_order
from greenmap.model.completeness_rule import CompletenessRule
from greenmap.model.outline import is_hull
from greenmap.model.study import Study

Bool = npt.NDArray[np.bool_]
F8 = npt.NDArray[np.float64]

LEDGER_REACH_M = 1000.0
"""How far from a community a place its ledger lists may lie and still serve it, metres."""

COLUMNS = ("known", "sources", "as_of", "people", "expected", "collected", "basis",
           "window_known", "window_people", "window_expected")


def check_completeness(study: Study, *, categories: Iterable[str] | None = None) -> pd.DataFrame:
    """Say for every community and category whether absence may be believed.

    Parameters
    ----------
    study : Study
        Its ``completeness`` is the rule; None: only what the study declares counts.
    categories : iterable of str, optional
        Default: those the standard asks for.

    Returns
    -------
    DataFrame
        Index (``community_id``, ``category``). ``known``: places not closed,
        inside; by the ledger where it lists more. ``sources``, ``as_of``: where
        those around come from, and of when. ``people``; ``expected``: what that
        many usually have. ``collected``; ``basis``: ``declared`` by the study,
        passed or failed by the ``rule``, judged by the ``ledger``, ``absent``
        from every source, or ``undeclared`` where there is no rule.
        ``window_known``, ``window_people``, ``window_expected``: the same of the
        neighbourhood that was judged.
    """
    rule = study.completeness or CompletenessRule()
    chosen = tuple(study.standard.categories if categories is None else categories)
    ids = study.communities.index
    people, order = _people(study), _nearest_first(study)
    inside = _places(study)
    parts = []
    for key in chosen:
        counts = _counts(study, inside, key)
        usual = rule.people(key)
        wanted = people / usual
        known, held = _windows(counts, people, order, usual * rule.window)
        table = pd.DataFrame({
            "community_id": ids, "category": key, "known": counts, "people": people,
            "expected": wanted, "window_known": known, "window_people": held,
            "window_expected": held / usual})
        enough = ((held >= usual * rule.window) & (known >= 1)
                  & (known >= rule.share * held / usual))
        parts.append(_judged(study, key, table, enough, bool((inside["category"] == key).any())))
    joined = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(
        columns=["community_id", "category", *COLUMNS])
    return joined.set_index(["community_id", "category"])[list(COLUMNS)]


def collected_at_homes(study: Study, categories: tuple[str, ...], *,
                       table: pd.DataFrame | None = None) -> Bool:
    """Say for every home whether absence of all `categories` may be believed.

    Parameters
    ----------
    study : Study
    categories : tuple of str
    table : DataFrame, optional
        From :func:`check_completeness`, these categories among it. Default: made here.

    Returns
    -------
    (h,) array of bool
        In the order of the homes. A home in no community: as the study declares.
    """
    declared = study.is_collected(categories)
    ledger = _ledger(study)
    if ledger is None and (declared or study.completeness is None):
        return np.full(len(study.homes), declared)
    if table is None:
        table = check_completeness(study, categories=categories)
    asked = table.index.get_level_values("category").isin(categories)
    believed = table.loc[asked, "collected"].groupby(level="community_id").all()
    community = study.homes["community_id"]
    found = community.map(believed)
    return np.array(found.where(found.notna(), declared), bool)


def _judged(study: Study, key: str, table: pd.DataFrame, enough: Bool, present: bool
            ) -> pd.DataFrame:
    """Say who decides: the study's word, the rule, and above both the ledger."""
    declared = study.is_collected((key,))
    if declared:
        basis = "declared"
    elif not present:
        basis = "absent"
    else:
        basis = "undeclared" if study.completeness is None else "rule"
    collected = enough if basis == "rule" else np.full(len(table), declared)
    sources, dates = _told(study, key)
    table = table.assign(collected=collected, basis=basis, sources=sources, as_of=dates)
    return _by_ledger(study, key, table)


def _by_ledger(study: Study, key: str, table: pd.DataFrame) -> pd.DataFrame:
    """A ledger's places nobody located may be the ones not found; all located: it is complete."""
    ledger = _ledger(study)
    if ledger is None or not (ledger["category"] == key).any():
        return table
    rows = ledger[ledger["category"] == key]
    lost = rows["place_id"].isna().to_numpy()
    owner = study.communities.index.get_indexer(pd.Index(rows["community_id"].astype(object)))
    near = _near(study, LEDGER_REACH_M)
    reached = np.where(owner >= 0, near[:, owner], True)  # whose community nobody knows: anywhere
    own = owner == np.arange(len(table))[:, None]
    listed, missing = reached.any(axis=1), (reached & lost).any(axis=1)
    more = table["known"].to_numpy() + (own & lost).sum(axis=1)
    return table.assign(
        known=np.maximum(more, own.sum(axis=1)),
        collected=np.where(listed, ~missing, table["collected"]),
        basis=np.where(listed & (missing | ~table["collected"].to_numpy(bool)), "ledger",
                       table["basis"]))


def _ledger(study: Study) -> pd.DataFrame | None:
    return None if study.ledger is None or study.ledger.empty else study.ledger


def _people(study: Study) -> F8:
    """People per community in the table's order; missing where some home's aren't known."""
    homes = study.homes
    if "people" not in homes:
        return np.full(len(study.communities), np.nan)
    sums = homes[["community_id", "people"]].iloc[in_order(homes)].groupby("community_id")[
        "people"].sum(min_count=1)
    known = homes["people"].notna().groupby(homes["community_id"]).all()
    found = sums.where(known).reindex(study.communities.index)
    nobody = ~study.communities.index.isin(known.index)
    people: F8 = np.where(nobody, 0.0, found.to_numpy(float))
    return people


def _nearest_first(study: Study) -> npt.NDArray[np.int64]:
    """For each community all communities, the nearest first, itself before all; ties by id."""
    middle = shapely.get_coordinates(shapely.centroid(study.communities.geometry.to_numpy()))
    apart = np.hypot(*(middle[:, None] - middle[None]).transpose(2, 0, 1)).round(3)
    np.fill_diagonal(apart, -1.0)
    rank = np.argsort(np.argsort(study.communities.index.to_numpy(str), kind="stable"))
    order = [np.lexsort((rank, row)) for row in apart]
    return np.array(order, np.int64).reshape(apart.shape)


def _near(study: Study, metres: float) -> Bool:
    """Which communities lie within a distance of which."""
    shapes = study.communities.geometry.to_numpy()
    near = np.zeros((len(shapes), len(shapes)), bool)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=metres)
    near[one, other] = True
    return near


def _places(study: Study) -> pd.DataFrame:
    """Places that aren't closed, with the community each lies in; one row a place and category."""
    table = study.amenities
    kept = table["category"].notna()
    if "status" in table:
        kept &= table["status"].isna() | (table["status"] == "open")
    rows = table[kept]
    places = pd.DataFrame({"category": rows["category"].to_numpy(object),
                           "place_id": rows["place_id"].to_numpy(object),
                           "community_id": _owner(study, rows)})
    return places.drop_duplicates()


def _owner(study: Study, rows: pd.DataFrame) -> npt.NDArray[np.object_]:
    """The community each place lies in, of several the smallest; None outside all."""
    if is_hull(study.communities):
        return np.full(len(rows), None, dtype=object)
    shapes, ids = study.communities.geometry.to_numpy(), study.communities.index.to_numpy(object)
    by_size = np.lexsort((ids.astype(str), shapely.area(shapes)))
    place, area = shapely.STRtree(shapes[by_size]).query(rows.geometry.to_numpy(),
                                                         predicate="intersects")
    best = np.full(len(rows), len(ids))
    np.minimum.at(best, place, area)
    found: npt.NDArray[np.object_] = np.array([*ids[by_size], None], object)[best]
    return found


def _counts(study: Study, inside: pd.DataFrame, key: str) -> F8:
    mine = inside.loc[inside["category"] == key, "community_id"].value_counts()
    return np.array(mine.reindex(study.communities.index, fill_value=0), np.float64)


def _windows(counts: F8, people: F8, order: npt.NDArray[np.int64], needed: float
             ) -> tuple[F8, F8]:
    """Places and people of each community's neighbourhood: as few as hold `needed` people."""
    known, held = np.full(len(order), np.nan), np.full(len(order), np.nan)
    if np.isnan(needed):
        return known, held
    for row, near in enumerate(order):
        sums = np.cumsum(people[near])
        last = min(int(np.searchsorted(sums, needed)), len(near) - 1)
        known[row], held[row] = counts[near[:last + 1]].sum(), sums[last]
    return known, held


def _told(study: Study, key: str) -> tuple[str, str]:
    """Where a category's places come from, and the dates of those sources."""
    table = study.amenities
    said: set[str] = set()
    if "source" in table:
        source = table["source"][(table["category"] == key).to_numpy(bool)]
        said = set(source.drop_duplicates().dropna().astype(str))
    records = [one for one in study.inputs if one.get("role") in ("amenities", "ledgers")]
    asked = [one for one in records if one.get("name") in said] or records
    dates = {str(one["as_of"]) for one in asked if one.get("as_of")} or {study.as_of}
    return "; ".join(sorted(said)), "; ".join(sorted(dates - {""}))
