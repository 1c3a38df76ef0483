"""Datum check: every table of a study is laid on the streets before anything is measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from greenmap.errors import Faults
from greenmap.model.datum import is_shifted
from greenmap.model.schema import first_few
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.boundary_evidence import find_boundary_datum
from greenmap.network.datum_evidence import (
    CERTAIN,
    LEAD,
    LEAST_POINTS,
    DatumEvidence,
    find_datum,
)
from greenmap.read.barriers import read_gates
from greenmap.read.osm_file import read_osm_buildings
from greenmap.read.osm_source import ENDINGS
from greenmap.studies.places import read_all_amenities, read_all_homes
from greenmap.studies.study_text import StudyText
from greenmap.studies.tables import attempt, table_args

AUTO = "auto"


def without_auto(text: StudyText, faults: Faults) -> StudyText:
    """Return the study with ``datum = "auto"`` read as WGS 84 for the time being.

    Parameters
    ----------
    text : StudyText
        The study file.
    faults : Faults
        Takes it where boundaries, walls or compounds say so: they can't be laid on streets.

    Returns
    -------
    StudyText
    """
    for name in ("communities", "barriers", "compounds"):
        if getattr(text, name).get("datum") == AUTO:
            faults.add("study.datum_auto_area", file=text.path.name, section=f"[{name}]")
    return replace(text, communities=_plain(text.communities), homes=_plain(text.homes),
                   barriers=_plain(text.barriers), compounds=_plain(text.compounds),
                   amenities=tuple(_plain(entry) for entry in text.amenities))


def _plain(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**entry, "datum": "wgs84"} if entry.get("datum") == AUTO else entry


def check_datums(text: StudyText, network: WalkNetwork | None,
                 communities: gpd.GeoDataFrame | None,
                 amenities: tuple[gpd.GeoDataFrame, ...], homes: gpd.GeoDataFrame | None,
                 faults: Faults) -> tuple[tuple[gpd.GeoDataFrame, ...], gpd.GeoDataFrame | None]:
    """Set every table's datum against the streets and buildings it should fit.

    Parameters
    ----------
    text : StudyText
        The study as written, ``auto`` and all.
    network, communities, homes : optional
        What was read; `amenities` and `homes` in the declared datum, WGS 84
        where that is ``auto``.
    amenities : tuple of GeoDataFrame
        One per source.
    faults : Faults
        Takes a datum that the evidence contradicts, unless the entry says
        ``accept``; and ``auto`` where the evidence isn't certain.

    Returns
    -------
    amenities : tuple of GeoDataFrame
    homes : GeoDataFrame or None
        Those of ``auto`` in the datum found. ``attrs["datum_evidence"]``
        where anything could be asked.
    """
    if network is None:
        return amenities, homes

    @cache
    def outlines() -> gpd.GeoSeries | None:
        written = text.network.get("path", "")
        if not written.lower().endswith(ENDINGS):
            return None
        buildings = attempt(Faults(), lambda: read_osm_buildings(text.file(written)))
        return None if buildings is None else buildings.geometry

    if communities is not None and "path" in text.communities:
        _check_boundaries(text, network, communities, outlines, faults)
    checked = list(amenities)
    for place, number, entry in _tables(text, amenities):
        section = f"[[amenities]] {number}"
        found = _evidence(network, checked[place], entry, outlines)
        if _settled(found, entry, section, checked[place], text, faults):
            again = replace(text, amenities=({**entry, "datum": found.best},))  # type: ignore[union-attr]
            checked[place] = read_all_amenities(again, faults)[0]
        _note(checked[place], found, entry)
    if homes is not None and "path" in text.homes:
        found = _evidence(network, homes, text.homes, outlines)
        if _settled(found, text.homes, "[homes]", homes, text, faults):
            again = replace(text, homes={**text.homes, "datum": found.best})  # type: ignore[union-attr]
            homes = read_all_homes(again, communities, faults, network)
        if homes is not None:
            _note(homes, found, text.homes)
    return tuple(checked), homes


def check_gates_datum(text: StudyText, network: WalkNetwork, gates: gpd.GeoDataFrame,
                      walls: list[gpd.GeoSeries], faults: Faults) -> gpd.GeoDataFrame:
    """Set the datum of surveyed gates against the walls they should stand in.

    Parameters
    ----------
    text : StudyText
        The study as written; ``[gates] datum`` may be ``auto``.
    network : WalkNetwork
        Its streets.
    gates : GeoDataFrame
        As read in the declared datum, WGS 84 where that is ``auto``.
    walls : list of GeoSeries
        Walls and edges of compounds, any CRS.
    faults : Faults
        As for :func:`check_datums`.

    Returns
    -------
    GeoDataFrame
        Those of ``auto`` in the datum found.
    """
    known = [wall.to_crs("EPSG:4326") for wall in walls if len(wall)]
    if not known or gates.empty:
        return gates
    entry = text.gates
    found = find_datum(network, gates, declared=_plain(entry).get("datum", "wgs84"),
                       walls=gpd.GeoSeries(pd.concat(known, ignore_index=True)))
    if not _settled(found, entry, "[gates]", gates, text, faults):
        return gates
    about = table_args({**entry, "datum": found.best}, text)  # type: ignore[union-attr]
    return attempt(faults, lambda: read_gates(text.file(entry["path"]), **about))


def _check_boundaries(text: StudyText, network: WalkNetwork, communities: gpd.GeoDataFrame,
                      outlines: Any, faults: Faults) -> None:
    """Boundaries that cut through the buildings in their own datum, and not in another."""
    entry = text.communities
    west, south, east, north = communities.total_bounds
    shifted = is_shifted(np.array([(west + east) / 2]), np.array([(south + north) / 2]))
    if entry.get("datum") == AUTO or not shifted.any():
        return
    found = find_boundary_datum(network, communities, declared=entry.get("datum", "wgs84"),
                                buildings=outlines())
    if found is None:
        return
    communities.attrs["datum_evidence"] = found
    if found.verdict == "other" and not entry.get("accept"):
        faults.add("study.datum_other", file=text.path.name, section="[communities]",
                   path=entry["path"], declared=found.declared, best=found.best,
                   offset=f"{found.offset_m:.0f}", points=found.points, shifts=found.shifts,
                   scores=", ".join(f"{k} {v:.1f}" for k, v in found.scores.items()))


def _tables(text: StudyText, tables: tuple[gpd.GeoDataFrame, ...]
            ) -> Iterator[tuple[int, int, Mapping[str, Any]]]:
    """Position, number and entry of each table of amenities; some entries gave none."""
    free = dict(enumerate(text.amenities, start=1))
    for place, table in enumerate(tables):
        name = table.attrs.get("source", {}).get("name")
        for number, entry in free.items():
            if "path" in entry and Path(entry["path"]).name == name:
                yield place, number, free.pop(number)
                break


def _evidence(network: WalkNetwork, table: gpd.GeoDataFrame, entry: Mapping[str, Any],
              outlines: Any) -> DatumEvidence | None:
    declared = _plain(entry).get("datum", "wgs84")
    known = table.geometry[~(table.geometry.isna() | table.geometry.is_empty)]
    asked = len(known) >= LEAST_POINTS and bool(is_shifted(known.x, known.y).any())
    buildings = outlines() if asked else None  # a street file is read again only for an answer
    return find_datum(network, table, declared=declared, buildings=buildings)


def _settled(found: DatumEvidence | None, entry: Mapping[str, Any], section: str,
             table: gpd.GeoDataFrame, text: StudyText, faults: Faults) -> bool:
    """Note what stands against the datum; whether the table is to be read again in `best`."""
    auto = entry.get("datum") == AUTO
    about = {"file": text.path.name, "section": section, "path": entry["path"]}
    if found is None:
        return False
    facts = about | {"declared": found.declared, "best": found.best,
                     "offset": f"{found.offset_m:.0f}", "points": found.points,
                     "shifts": found.shifts, "certain": f"{CERTAIN:g}", "lead": f"{LEAD:g}",
                     "scores": ", ".join(f"{k} {v:.1f}" for k, v in found.scores.items()) or "-"}
    if found.verdict == "mixed" and not entry.get("accept"):
        faults.add("study.datum_mixed", **facts, ids=first_few(list(found.rows)))
    elif auto and not found.certain:
        faults.add("study.datum_auto_unsure", **facts)
    elif auto:
        return found.best != found.declared
    elif found.verdict == "other" and not entry.get("accept"):
        faults.add("study.datum_other", **facts)
    return False


def _note(table: gpd.GeoDataFrame, found: DatumEvidence | None, entry: Mapping[str, Any]) -> None:
    """Write into the table's record what was found, and what was done about it."""
    if found is None:
        return
    table.attrs["datum_evidence"] = found
    auto, against = entry.get("datum") == AUTO, found.verdict in ("other", "mixed")
    if (auto and found.certain) or (entry.get("accept") and against):
        table.attrs["datum_rule"] = {
            "rule": "auto" if auto else "accepted", "best": found.best, "ground": found.ground,
            "offset_m": round(found.offset_m), "points": found.points,
            "scores": {key: round(value, 1) for key, value in found.scores.items()}}
