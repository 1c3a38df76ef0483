"""Places of a study: facilities of every source, and homes however they are given."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd

from greenmap.errors import Faults, InputError
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.entrances import find_entrances
from greenmap.read.amenities import read_amenities
from greenmap.read.buildings import homes_from_buildings
from greenmap.read.homes import read_homes
from greenmap.read.join import join_amenities
from greenmap.read.osm_barriers import BARRIER_KEYS
from greenmap.read.osm_entrances import ENTRANCE_KEYS, bridge_ways, tagged_entrances
from greenmap.read.osm_file import FEATURE_KEYS, read_osm_buildings, read_osm_features
from greenmap.read.osm_places import amenities_from_osm
from greenmap.read.places import community_of
from greenmap.read.source import digest
from greenmap.studies.population import homes_of_people, read_counted
from greenmap.studies.streets import street_file
from greenmap.studies.study_text import StudyText
from greenmap.studies.tables import as_of, attempt, table_args


def read_all_amenities(text: StudyText, faults: Faults, network: WalkNetwork | None = None
                       ) -> tuple[gpd.GeoDataFrame, ...]:
    """Read the facilities of every ``[[amenities]]``.

    Parameters
    ----------
    text : StudyText
        The study file.
    faults : Faults
        Takes what is wrong with any of them.
    network : WalkNetwork, optional
        Streets; where the street file's areas get their entrances. Without it
        an area stands as a point inside it.

    Returns
    -------
    tuple of GeoDataFrame
        Those that could be read.
    """
    tables = []
    for number, entry in enumerate(text.amenities, start=1):
        section = f"[[amenities]] {number}"
        try:
            table = (_from_streets(text, entry, section, faults, network) if entry.get("osm")
                     else _from_table(text, entry, section, faults))
        except InputError as error:
            faults.take(error)
            continue
        if table is not None:
            table.attrs["rank"] = entry.get("rank")
            tables.append(table)
    return tuple(tables)


def street_file_keys(text: StudyText) -> tuple[str, ...]:
    """Return the keys that walls, facilities and homes will ask the street file for.

    Parameters
    ----------
    text : StudyText
        The study file.

    Returns
    -------
    tuple of str
    """
    walled = text.barriers.get("osm") or text.compounds.get("osm")
    keys: tuple[str, ...] = BARRIER_KEYS if walled else ()
    if any(entry.get("osm") for entry in text.amenities):
        keys += (*FEATURE_KEYS, *ENTRANCE_KEYS)
    return (*keys, "building") if text.homes.get("osm_buildings") else keys


def join_sources(text: StudyText, tables: tuple[gpd.GeoDataFrame, ...]) -> gpd.GeoDataFrame:
    """Put the sources of facilities into one table; what several list counts once.

    Parameters
    ----------
    text : StudyText
        ``[study] merge``.
    tables : tuple of GeoDataFrame
        From :func:`read_all_amenities`; those that have a ``rank`` come before
        those that don't.

    Returns
    -------
    GeoDataFrame
        See :func:`greenmap.read.join.join_amenities`.
    """
    ranks = [table.attrs.get("rank") or float("inf") for table in tables]
    return join_amenities(tables, ranks=ranks, merge=text.study.get("merge", True))


def _from_table(text: StudyText, entry: Mapping[str, Any], section: str, faults: Faults
                ) -> gpd.GeoDataFrame | None:
    if "path" not in entry:
        return None
    args = table_args(entry, text)
    args |= {key: entry[key] for key in ("category", "collected") if key in entry}
    mapping = entry.get("mapping")
    args["mapping"] = text.file(mapping) if isinstance(mapping, str) else mapping
    table = read_amenities(text.file(entry["path"]), **args)
    # A map service's table taken for WGS 84 would be half a kilometre off, silently.
    if "datum" not in entry and "type_code" in table:
        faults.add("study.datum_needed", file=text.path.name, section=section, path=entry["path"])
    return table


def _from_streets(text: StudyText, entry: Mapping[str, Any], section: str, faults: Faults,
                  network: WalkNetwork | None) -> gpd.GeoDataFrame | None:
    file = street_file(text, section, faults)
    if file is None:
        return None
    features = read_osm_features(file)
    table = amenities_from_osm(features, collected=entry.get("collected", ()),
                               source=_record(file, len(features), as_of(entry, text)),
                               outlines=network is not None)
    if network is None:
        return table
    ways_in = read_osm_features(file, keys=ENTRANCE_KEYS)
    return find_entrances(table, network, tagged=tagged_entrances(ways_in),
                          bridges=bridge_ways(ways_in))


def _record(file: Path, rows: int, as_of: str | None) -> dict[str, Any]:
    return {"name": file.name, "rows_in": rows, "crs": "EPSG:4326", "datum": "wgs84",
            "encoding": None, "layer": None, "digest": digest(file), "as_of": as_of}


def read_all_homes(text: StudyText, communities: gpd.GeoDataFrame | None, faults: Faults,
                   network: WalkNetwork | None = None) -> gpd.GeoDataFrame | None:
    """Read homes from a table, buildings or raster; or share a population table out over them.

    Parameters
    ----------
    text : StudyText
        The study file.
    communities : GeoDataFrame, optional
        To put each home in its community.
    faults : Faults
        Takes a missing street file.
    network : WalkNetwork, optional
        Streets, along which people stand where nothing else is known.

    Returns
    -------
    GeoDataFrame or None
    """
    if "path" not in text.people:
        return _homes(text, communities, faults)
    if communities is None:
        return None
    homes = attempt(faults, lambda: _homes(text, communities, faults))
    people = read_counted(text, communities)
    assert people is not None  # there is a path
    if homes is None and text.homes:
        return None  # what is wrong with them was told
    return homes_of_people(text, people, communities, homes, network)


def _homes(text: StudyText, communities: gpd.GeoDataFrame | None, faults: Faults
           ) -> gpd.GeoDataFrame | None:
    entry = text.homes
    if entry.get("osm_buildings"):
        return _from_buildings(text, communities, faults)
    if "raster" in entry:
        # Imported here: only this way needs rasterio.
        from greenmap.read.raster import homes_from_raster

        return homes_from_raster(text.file(entry["raster"]), communities=communities,
                                 as_of=as_of(entry, text))
    if "path" in entry:
        return read_homes(text.file(entry["path"]), communities=communities,
                          **table_args(entry, text))
    return None


def _from_buildings(text: StudyText, communities: gpd.GeoDataFrame | None, faults: Faults
                    ) -> gpd.GeoDataFrame | None:
    """A street file often holds more than the study: people are those of the communities."""
    file = street_file(text, "[homes]", faults)
    if file is None:
        return None
    buildings = read_osm_buildings(file)
    inside = buildings
    if communities is not None:
        place = community_of(buildings.geometry.representative_point(), communities)
        inside = buildings[place.notna().to_numpy()]
    homes = homes_from_buildings(inside, people_total=text.homes.get("people_total"),
                                 communities=communities)
    homes.attrs["source"] = {**_record(file, len(buildings), as_of(text.homes, text)),
                             "rows_out": len(homes)}
    homes.attrs["outside"] = len(buildings) - len(inside)
    return homes
