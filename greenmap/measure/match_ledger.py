"""match_ledger: a department's list is laid on the map; what can't be placed surely is asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap.measure.ledger_merge import merge_ledger
from greenmap.measure.ledger_places import (
    Pool,
    Row,
    Spot,
    compound_spots,
    door_spots,
    in_community,
    make_pool,
    map_spots,
)
from greenmap.measure.ledger_score import NEAR, Likeness, may_be_accepted
from greenmap.model.address import read_address
from greenmap.model.crs import study_crs
from greenmap.model.place_name import read_name

REVIEW_SCORE = 60.0
"""A place less alike than this isn't worth a look."""
COMPOUND_M = 150.0
"""A compound larger than this says too little of where a place lies in it."""
SAME_SPOT_M = 60.0
"""A place of the map this near the row's door, and alike in name, is the row's."""
FAR_M = 150.0
"""A place of the map this far from the row's door isn't taken for it, whatever its name."""
_SHOWN = 3
_CATEGORY_NUMBER = re.compile(r"#\d+$")  # of a facility in several categories: one place


@dataclass(frozen=True, slots=True, eq=False)
class LedgerMatch:
    """A ledger laid on the map.

    Parameters
    ----------
    ledger : DataFrame
        As :func:`greenmap.model.ledger.check_ledger` wants it; ``match``,
        ``score`` and ``place_id`` filled; then ``located_by`` (``map``,
        ``door``, ``compound``, ``ledger``, ``list`` or ""), ``within_m``,
        ``reason`` (why it wasn't accepted), ``file``, ``row``.
    amenities : GeoDataFrame
        Those given, the ledger's word before the map's, and the rows that
        were located but are not on the map.
    candidates : DataFrame
        Up to three for each row not accepted: ``ledger_id``, ``rank``,
        ``kind``, ``key``, ``label``, ``score``, ``lon``, ``lat``, ``within_m``.
    notes : DataFrame
        What to look at: ``kind``, ``ledger_id``, ``place_id``, ``said``,
        ``found``, ``file``, ``row``.
    doors, answered : int
        Doors that were given, and rows that somebody had filled in.
    """

    ledger: pd.DataFrame
    amenities: gpd.GeoDataFrame
    candidates: pd.DataFrame
    notes: pd.DataFrame
    doors: int = 0
    answered: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one row."""

    match: str
    spot: Spot | None
    reason: str
    spots: tuple[Spot, ...] = ()
    by: str = ""


def match_ledger(
    ledger: pd.DataFrame,
    *,
    communities: gpd.GeoDataFrame,
    amenities: gpd.GeoDataFrame,
    doors: gpd.GeoDataFrame | None = None,
    compounds: gpd.GeoDataFrame | None = None,
    answers: Mapping[str, Mapping[str, Any]] | None = None,
) -> LedgerMatch:
    """Find where the facilities of a ledger lie, without asking any service.

    In this order: what the filled-in list says; the ledger's own
    coordinates; a place of the map by name, address and community; a door of
    the address layer; a compound. A row is accepted only where one place
    alone will do, see :func:`greenmap.measure.ledger_score.may_be_accepted`.

    Parameters
    ----------
    ledger : DataFrame
        From :func:`greenmap.read_ledger`; several may be joined by rows.
    communities, amenities : GeoDataFrame
        Checked tables in any CRS.
    doors : GeoDataFrame, optional
        Points with ``address``.
    compounds : GeoDataFrame, optional
        ``name`` and outlines, or the homes of compounds as points.
    answers : mapping, optional
        From :func:`greenmap.read.located.read_located`: by ledger_id.

    Returns
    -------
    LedgerMatch
        ``amenities`` in the CRS given.

    Examples
    --------
    >>> area = gpd.GeoDataFrame({"name": ["甲社区"]}, geometry=[shapely.box(0, 0, .01, .01)],
    ...     index=pd.Index(["01"], name="community_id"), crs=4326)
    >>> poi = gpd.GeoDataFrame({"name": ["望江药店"], "category": ["pharmacy"], "place_id": ["P"],
    ...     "status": ["open"]}, geometry=gpd.points_from_xy([.005], [.005]), crs=4326,
    ...     index=pd.Index(["P"], name="amenity_id"))
    >>> row = pd.DataFrame({"name": ["望江大药房"], "category": ["pharmacy"], "status": ["open"],
    ...     "community_id": ["01"], "address": [None]}, index=pd.Index(["L1"], name="ledger_id"))
    >>> match_ledger(row, communities=area, amenities=poi).ledger.loc["L1", "place_id"]
    'P'
    """
    west, south, east, north = communities.to_crs("EPSG:4326").total_bounds
    crs = study_crs([west, east], [south, north])
    pool = make_pool(
        amenities.to_crs(crs), communities.to_crs(crs),
        doors=None if doors is None else doors.to_crs(crs),
        compounds=None if compounds is None else compounds.to_crs(crs),
        seats=_seats(communities, ("city", "district")),
        small_seats=_seats(communities, ("city", "district", "subdistrict", "name")),
    )
    rows = _rows(ledger, communities)
    cells = {str(key): one for key, one in ledger.iterrows()}
    decisions = {key: _decide(row, cells[key], pool, answers or {}, crs)
                 for key, row in rows.items()}
    decisions = _one_row_a_place(rows, decisions)
    decisions = {key: _elsewhere(rows[key], one, pool) for key, one in decisions.items()}
    seats = _seats(communities, ("city", "district"))
    found = _result(ledger, amenities, decisions, pool, crs, seats)
    return replace(found, doors=0 if doors is None else len(doors), answered=len(answers or {}))


def _seats(communities: gpd.GeoDataFrame, columns: Sequence[str]) -> tuple[str, ...]:
    said = [communities[c].dropna().astype(str) for c in columns if c in communities]
    return tuple(sorted({name for names in said for name in names}))


def _rows(ledger: pd.DataFrame, communities: gpd.GeoDataFrame) -> dict[str, Row]:
    """The rows taken apart; a name of its kind only gets its community's in front."""
    seats = _seats(communities, ("city", "district"))
    small = _seats(communities, ("city", "district", "subdistrict", "name"))
    core = {str(key): read_name(str(name), seats).core
            for key, name in communities["name"].items()}
    rows = {}
    for key, name, category, address, community in zip(
            ledger.index, ledger["name"], ledger["category"], ledger["address"],
            ledger["community_id"], strict=True):
        where = community if isinstance(community, str) else None
        parsed = read_name(str(name), seats)
        if not parsed.core and not parsed.branch and core.get(str(where)):
            parsed = read_name(core[str(where)] + parsed.whole, seats)
        read = read_address(address, small) if isinstance(address, str) else None
        rows[str(key)] = Row(str(key), category if isinstance(category, str) else None, parsed,
                             read, where)
    return rows


def _decide(row: Row, cells: pd.Series, pool: Pool, answers: Mapping[str, Mapping[str, Any]],
            crs: str) -> Decision:
    spots = [s for s in map_spots(row, pool) if s.like.score >= REVIEW_SCORE]
    if row.ledger_id in answers:
        return _answered(row, answers[row.ledger_id], spots, pool, crs)
    lon, lat = cells.get("lon", np.nan), cells.get("lat", np.nan)
    good = [s for s in spots if may_be_accepted(s.like, alone=_alone(s, spots))]
    best = [s for s in good if s.like.name == good[0].like.name] if good else []
    best = _nearest_name(best)
    if cells.get("doubtful", False):
        return Decision("review", None, "two_in_one", tuple(spots))
    if len({s.key for s in best}) == 1:
        doors = door_spots(row, pool)
        if doors and all(best[0].at.distance(door.at) > FAR_M for door in doors):
            return Decision("review", None, "address", tuple(spots))
        return Decision("accepted", best[0], "", tuple(spots), "map")
    if pd.notna(lon) and pd.notna(lat):
        return Decision("accepted", _own(row, float(lon), float(lat), crs), "", (), "ledger")
    reason = "two_alike" if best else _why(spots)
    return Decision("review" if spots else "none", None, reason, tuple(spots))


def _alone(spot: Spot, spots: Sequence[Spot]) -> bool:
    return all(other.key == spot.key or other.like.name < spot.like.name or other.like.against
               for other in spots)


def _nearest_name(spots: list[Spot]) -> list[Spot]:
    """Of places equally good those of the same door, if any."""
    doors = [spot for spot in spots if spot.like.address == 1]
    return doors or spots


def _why(spots: Sequence[Spot]) -> str:
    if not spots:
        return "nothing_alike"
    like = spots[0].like
    if like.against:
        return like.against
    if like.address == 0:
        return "address"
    return "community" if like.community == 0 else "not_sure"


def _own(row: Row, lon: float, lat: float, crs: str) -> Spot:
    at = gpd.GeoSeries([shapely.Point(lon, lat)], crs="EPSG:4326").to_crs(crs).iloc[0]
    return Spot("ledger", "", "", at, Likeness(0, 100.0))


def _answered(row: Row, answer: Mapping[str, Any], spots: Sequence[Spot], pool: Pool, crs: str
              ) -> Decision:
    """What somebody filled in comes before everything else."""
    if answer.get("kind") == "map":
        chosen = next((p for p in pool.places if p.place_id == answer["key"]), None)
        if chosen is not None:
            here = in_community(row.community_id, chosen.at, pool)
            spot = Spot("map", chosen.place_id, chosen.name, chosen.at,
                        Likeness(0, 100.0, community=here), category=chosen.category)
            return Decision("accepted", spot, "", (), "list")
        return Decision("review", None, "answer_gone", tuple(spots))
    spot = _own(row, answer["lon"], answer["lat"], crs)
    return Decision("accepted", replace(spot, within_m=answer.get("within_m", 0.0)), "", (), "list")


def _one_row_a_place(rows: Mapping[str, Row], decisions: Mapping[str, Decision]
                     ) -> dict[str, Decision]:
    """Two rows of one category can't be one place: the likelier keeps it, of equals neither."""
    best: dict[tuple[str, str | None], Counter[int]] = {}
    for key, one in decisions.items():
        if one.match == "accepted" and one.by == "map" and one.spot:
            at = (one.spot.key, rows[key].category)
            best.setdefault(at, Counter())[_rank(one.spot)] += 1
    settled = dict(decisions)
    for key, one in decisions.items():
        if one.match == "accepted" and one.by == "map" and one.spot:
            ranks = best[one.spot.key, rows[key].category]
            top = max(ranks)
            if _rank(one.spot) < top or ranks[top] > 1:
                reason = "taken" if _rank(one.spot) < top else "two_alike"
                settled[key] = Decision("review", None, reason, one.spots)
    return settled


def _rank(spot: Spot) -> int:
    return 10 * spot.like.name + 2 * int(spot.like.address == 1) + int(spot.like.community == 1)


def _elsewhere(row: Row, one: Decision, pool: Pool) -> Decision:
    """Rows the map doesn't have: their door, else their compound."""
    if one.match == "accepted" or one.reason == "two_in_one":
        return one
    doors = door_spots(row, pool)
    if len(doors) == 1 and doors[0].like.community != 0:
        near = [s for s in one.spots if s.like.name >= NEAR and not s.like.against
                and s.category == row.category and s.at.distance(doors[0].at) <= SAME_SPOT_M]
        if len(near) == 1 and one.reason != "taken":
            return Decision("accepted", near[0], "", one.spots, "map")
        if one.reason != "two_alike":
            return Decision("accepted", doors[0], "", one.spots, "door")
    compounds = compound_spots(row, pool) if not doors else []
    sure = [s for s in compounds if s.like.community != 0 and s.within_m <= COMPOUND_M]
    if len(compounds) == len(sure) == 1 and one.reason != "two_alike":
        return Decision("accepted", sure[0], "", one.spots, "compound")
    spots = (*one.spots[:_SHOWN], *doors, *compounds)
    reason = one.reason
    if doors or compounds:
        reason = reason if one.spots else "two_doors" if len(doors) > 1 else (
            "compound_wide" if any(s.like.community != 0 for s in compounds) else "community")
    return Decision("review" if spots else "none", None, reason, spots)


def _result(ledger: pd.DataFrame, amenities: gpd.GeoDataFrame, decisions: Mapping[str, Decision],
            pool: Pool, crs: str, seats: tuple[str, ...]) -> LedgerMatch:
    chosen = [decisions[str(key)] for key in ledger.index]
    spots = [one.spot if one.match == "accepted" else None for one in chosen]
    alike = [one.spot or (one.spots[0] if one.spots else None) for one in chosen]
    base = [s.key if s and s.kind == "map" else _CATEGORY_NUMBER.sub("", str(key))
            for key, s in zip(ledger.index, spots, strict=True)]
    table = ledger.assign(
        match=[one.match for one in chosen],
        score=[np.nan if s is None else round(s.like.score, 1) for s in alike],
        place_id=pd.Series([b if s else None for b, s in zip(base, spots, strict=True)],
                           index=ledger.index, dtype=object),
        located_by=[one.by for one in chosen],
        within_m=[np.nan if s is None else round(s.within_m) for s in spots],
        reason=[one.reason for one in chosen],
    )
    merged, notes = merge_ledger(
        table, amenities, seats=seats, crs=crs,
        points=[None if s is None else s.at for s in spots],
        areas=pool.areas, categories={key: s.category for key, s in
                                      zip(map(str, ledger.index), spots, strict=True)
                                      if s is not None and s.kind == "map"})
    return LedgerMatch(_kept(table), merged, _candidates(decisions, crs), notes)


def _kept(table: pd.DataFrame) -> pd.DataFrame:
    """Facilities that are open: a ledger lists the shut ones too."""
    left = table.drop(columns=["lon", "lat", "doubtful", "status", "subdistrict_said"],
                      errors="ignore")
    return left[(table["status"] == "open").to_numpy()] if "status" in table else left


def _candidates(decisions: Mapping[str, Decision], crs: str) -> pd.DataFrame:
    rows = [(key, rank, s.kind, s.key, s.label, round(s.like.score, 1), s.at, s.within_m)
            for key, one in decisions.items() if one.match != "accepted"
            for rank, s in enumerate(one.spots[:_SHOWN], start=1)]
    points = gpd.GeoSeries([row[6] for row in rows], crs=crs).to_crs("EPSG:4326")
    table = pd.DataFrame([(*row[:6], at.x, at.y, round(row[7]))
                          for row, at in zip(rows, points, strict=True)],
                         columns=["ledger_id", "rank", "kind", "key", "label", "score", "lon",
                                  "lat", "within_m"])
    return table.round({"lon": 7, "lat": 7})
