"""Inputs: one record per source, as the manifest and the workbook list them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from greenmap.model.manifest import table_digest
from greenmap.model.walk_network import WalkNetwork
from greenmap.read.source import digest
from greenmap.studies.edits import edit_input
from greenmap.studies.roads import road_input
from greenmap.studies.study_text import StudyText
from greenmap.studies.walls import wall_inputs

_FACTS = ("encoding", "crs", "datum", "layer", "as_of")


def list_inputs(text: StudyText, communities: gpd.GeoDataFrame | None,
                amenities: tuple[gpd.GeoDataFrame, ...], homes: gpd.GeoDataFrame | None,
                network: WalkNetwork | None) -> tuple[dict[str, Any], ...]:
    """List every source that was read.

    Parameters
    ----------
    text : StudyText
        The study file.
    communities, homes, network : optional
        What was read.
    amenities : tuple of GeoDataFrame
        One per source.

    Returns
    -------
    tuple of dict
        ``role``, ``name``, ``path`` (relative to the study), ``rows``, digest,
        CRS, datum, encoding, as_of; and what the door noted.
    """
    tables = [("communities", communities), *(("amenities", table) for table in amenities),
              ("homes", homes)]
    records = [_record(role, table, text) for role, table in tables if table is not None]
    if homes is not None and "people_table" in homes.attrs:
        records.append(_people(homes.attrs["people_table"], homes, text))
    if network is not None:
        records.append(_streets(text, network))
        records += [_roads("roads", one, network) for one in road_input(text, network)]
        records += [_roads("edits", one, network) for one in edit_input(text, network)]
        if network.height_m is not None:
            records.append(_terrain(text, network.height_m))
        records += [_wall(one, text) for one in wall_inputs(text, network)]
    return tuple(records)


def _record(role: str, table: gpd.GeoDataFrame, text: StudyText) -> dict[str, Any]:
    source = table.attrs.get("source", {})
    name = str(source.get("name", ""))
    record = {"role": role, "name": name, "path": _path(name, text), "rows": len(table),
              "digest": table_digest(table),  # of sorted rows: their order doesn't count
              **{key: source.get(key) for key in _FACTS}}
    attrs = table.attrs
    left_out = Counter(str(cause) for *_, cause in attrs.get("left_out", ()))
    noted = {"rows_in": source.get("rows_in"), "left_out": dict(sorted(left_out.items())),
             "dropped_columns": attrs.get("dropped_columns", ()),
             "repaired": len(attrs.get("repaired", ())), "overlaps": len(attrs.get("overlaps", ())),
             "datum_rule": attrs.get("datum_rule"),
             "map_service": attrs.get("map_service"),
             "outside": attrs.get("outside", 0), "collected": attrs.get("collected", ()),
             "unclassified": sum(count for _, count in attrs.get("unclassified", ()))}
    return record | {key: value for key, value in noted.items() if value}


def _people(table: Mapping[str, Any], homes: gpd.GeoDataFrame, text: StudyText) -> dict[str, Any]:
    """The population table; its rows are the communities whose people were shared out."""
    source, file = table["source"], text.file(table["path"])
    return {"role": "people", "name": file.name, "path": relative(table["path"]),
            "rows": sum(line["people"] is not None for line in homes.attrs["spread"]),
            "rows_in": source["rows_in"], "digest": digest(file),
            "crs": None, "datum": None, "encoding": source["encoding"], "layer": source["layer"],
            "as_of": source["as_of"] or table["year"], "count": table["count"],
            "year": table["year"], "totals": table["totals"],
            "rows_unmatched": len(table["rows_unmatched"]),
            "people_measured": sum(line["measured"] for line in homes.attrs["spread"])}


def _path(name: str, text: StudyText) -> str:
    """The path as written, if it is relative; else the bare name: no folder of this machine."""
    entries = (text.communities, *text.amenities, text.homes, text.network)
    written = (entry.get(key, "") for entry in entries for key in ("path", "raster"))
    return next((relative(path) for path in written if PurePosixPath(path).name == name), name)


def _terrain(text: StudyText, height_m: npt.NDArray[np.float64]) -> dict[str, Any]:
    """The terrain raster; its rows are the places where a height was read."""
    written = text.terrain["dem"]
    known = height_m[np.isfinite(height_m)]
    return {"role": "terrain", "name": text.file(written).name, "path": relative(written),
            "rows": len(known), "encoding": None, "crs": None, "datum": None, "layer": None,
            "digest": digest(text.file(written)),
            "lowest_m": round(float(known.min()), 1), "highest_m": round(float(known.max()), 1),
            "as_of": text.terrain.get("as_of")}


def _wall(one: dict[str, Any], text: StudyText) -> dict[str, Any]:
    """A file of walls, gates or compounds."""
    entry, file = getattr(text, one["role"]), text.file(one["written"])
    return {"role": one["role"], "name": file.name, "path": relative(one["written"]),
            "rows": one["rows"], "encoding": entry.get("encoding"), "crs": entry.get("crs"),
            "datum": entry.get("datum", "wgs84"), "layer": entry.get("layer"),
            "digest": digest(file), "as_of": one["as_of"]}


def _roads(role: str, one: dict[str, Any], network: WalkNetwork) -> dict[str, Any]:
    """A file of road centrelines or links; its digest is that of the network it became."""
    left_out = Counter(str(cause) for *_, cause in one["left_out"])
    record = {"role": role, "name": one["name"], "path": relative(one["written"]),
              "rows": one["rows"], "rows_in": one["rows_in"], "digest": network.digest,
              **{key: one[key] for key in _FACTS}}
    noted = {"left_out": dict(sorted(left_out.items())),
             "dropped_columns": one["dropped_columns"]}
    return record | {key: value for key, value in noted.items() if value}


def relative(written: str) -> str:
    """Return a path as records show it: no folder of the machine it was written on.

    Examples
    --------
    >>> relative("land/green.gpkg"), relative("D:/data/green.gpkg")
    ('land/green.gpkg', 'green.gpkg')
    """
    absolute = PurePosixPath(written).is_absolute() or PureWindowsPath(written).is_absolute()
    return PurePosixPath(written).name if absolute else written


def _streets(text: StudyText, network: WalkNetwork) -> dict[str, Any]:
    entry = text.network
    written = entry.get("path") or entry.get("edges")
    return {"role": "network", "name": network.source,
            "path": relative(written) if written else "", "rows": network.n_edges,
            "crs": network.crs, "datum": "wgs84", "encoding": None, "layer": None,
            "digest": network.digest,
            "as_of": entry.get("as_of", text.study.get("as_of"))}
