"""Green of a study: the raster or polygons it names, as square metres of each community."""

from __future__ import annotations

from typing import Any

import geopandas as gpd

from greenmap.errors import Faults
from greenmap.read.green import is_raster, read_green
from greenmap.read.source import digest
from greenmap.studies.inputs import relative
from greenmap.studies.study_text import StudyText
from greenmap.studies.tables import attempt, table_args


def with_green(text: StudyText, communities: gpd.GeoDataFrame | None, faults: Faults
               ) -> tuple[gpd.GeoDataFrame | None, tuple[dict[str, Any], ...]]:
    """Measure the green of a study's communities, where the study names any.

    Parameters
    ----------
    text : StudyText
        The study file.
    communities : GeoDataFrame or None
        As read; None where a fault stands in the way.
    faults : Faults
        Takes what is wrong: one rule for a raster, none for polygons, and no
        ``green_m2`` in the communities' table beside it.

    Returns
    -------
    communities : GeoDataFrame or None
        With ``green_m2``, square metres.
    inputs : tuple of dict
        The record of the file; ``rows`` are communities whose green is known.
    """
    entry = text.green
    if "path" not in entry or communities is None:
        return communities, ()
    if "green_m2" in communities and communities["green_m2"].notna().any():
        faults.add("study.green_twice", file=text.path.name, path=entry["path"],
                   source=communities.attrs.get("source", {}).get("name", ""))
        return communities, ()
    if entry.get("datum") == "auto":
        faults.add("study.datum_auto_area", file=text.path.name, section="[green]")
        return communities, ()
    file = text.file(entry["path"])
    rule = {key: entry[key] for key in ("at_least", "classes") if key in entry}
    about = {} if is_raster(file) else table_args(entry, text)
    table = attempt(faults, lambda: read_green(file, communities, **rule, **about))
    if table is None:
        return communities, ()
    record = {"role": "green", "name": file.name, "path": relative(entry["path"]),
              "rows": int(table["green_m2"].notna().sum()), "digest": digest(file),
              "encoding": entry.get("encoding"), "crs": entry.get("crs"),
              "datum": None if is_raster(file) else entry.get("datum", "wgs84"),
              "layer": entry.get("layer"),
              "as_of": entry.get("as_of", text.study.get("as_of")),
              **{key: list(v) if key == "classes" else v for key, v in rule.items()}}
    return table, (record,)
