"""About people: what the population table gave, where people were put, and what stands out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd

from greenmap import i18n
from greenmap.errors import Fault
from greenmap.model.outline import is_hull
from greenmap.model.schema import first_few

ODD_FACTOR = 2.0
"""Twice as many people as the places hold, or half as many, is worth a look."""


def found_people(homes: gpd.GeoDataFrame | None, communities: gpd.GeoDataFrame | None
                 ) -> Iterable[Fault]:
    """Tell what the population table gave, and per community how people were shared out.

    Parameters
    ----------
    homes, communities : GeoDataFrame, optional
        The study's.

    Yields
    ------
    Fault
        Nothing where no table of people was shared out.
    """
    if communities is not None and is_hull(communities):
        yield Fault("people.found_hulls", {
            "count": len(communities), "column": communities.attrs.get("gathered_from", ""),
            "role": communities.attrs.get("source", {}).get("name", "")})
    if homes is None or "people_table" not in homes.attrs:
        return
    table, spread = homes.attrs["people_table"], homes.attrs["spread"]
    joined = {way: table["joined"].get(way, 0) for way in ("code", "name", "alias")}
    yield Fault("people.found_table", {
        "path": table["path"], "count": i18n.text(f"people.count_{table['count']}"),
        "year": table["year"], "totals": table["totals"], **joined,
        "people": f"{sum(line['people'] or 0 for line in spread):,}", "communities": len(spread)})
    for line in spread:
        yield Fault("people.found_share", share_facts(line))


def share_facts(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return one community's line of ``attrs["spread"]`` in words.

    Examples
    --------
    >>> share_facts({"name": "甲", "people": 10, "measured": 0, "homes": 2, "factor": None,
    ...              "rules": (), "held": 1.0})["measured"]
    '0%'
    """
    people = line["people"]
    return {
        "name": line["name"], "homes": line["homes"],
        "people": i18n.text("people.not_known") if people is None else f"{people:,}",
        "measured": f"{line['measured'] / people:.0%}" if people else "-",
        "factor": "-" if line["factor"] is None else f"{line['factor']:.2f}",
        "rules": i18n.text("people.between").join(
            i18n.text(f"people.rule_{rule}") for rule in line["rules"]) or "-"}


def doubtful_people(homes: gpd.GeoDataFrame | None) -> Iterable[Fault]:
    """Tell what should be looked at: odd factors, rows left over, people along streets.

    Parameters
    ----------
    homes : GeoDataFrame, optional
        The study's.

    Yields
    ------
    Fault
    """
    if homes is None or "people_table" not in homes.attrs:
        return
    table, spread = homes.attrs["people_table"], homes.attrs["spread"]
    odd = [f"{line['name']} {line['factor']:.2f}" for line in spread
           if line["factor"] and not 1 / ODD_FACTOR <= line["factor"] <= ODD_FACTOR]
    if odd:
        yield Fault("people.warn_factor", {"names": first_few(odd)})
    if lost := table["rows_unmatched"]:
        yield Fault("people.warn_rows", {
            "path": table["path"], "rows": first_few([f"{row} ({name})" for row, name, _ in lost]),
            "people": f"{sum(people for *_, people in lost):,.0f}"})
    if without := table["communities_unmatched"]:
        yield Fault("people.warn_unknown_people", {
            "communities": first_few([f"{name} ({key})" for key, name in without])})
    if partial := table["groups_partial"]:
        yield Fault("people.warn_partial", {"path": table["path"], "groups": ", ".join(
            i18n.text(f"term.people_{group}") for group in partial)})
    if rough := [line["name"] for line in spread if "streets" in line["rules"]]:
        yield Fault("people.warn_streets", {"names": first_few(rough)})
    if outside := homes.attrs.get("outside_ids", ()):
        yield Fault("people.warn_outside", {"count": len(outside), "ids": first_few(outside)})
