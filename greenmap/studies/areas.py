"""Areas of a study: its communities, by their boundaries or by the rows that name them."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from greenmap.errors import Faults
from greenmap.read.barriers import read_compounds
from greenmap.read.communities import read_communities
from greenmap.read.dwellings import lived_in
from greenmap.read.gathered import gather_communities
from greenmap.read.homes import read_homes
from greenmap.studies.population import read_counted
from greenmap.studies.study_text import StudyText
from greenmap.studies.tables import attempt, table_args


def read_areas(text: StudyText, faults: Faults) -> gpd.GeoDataFrame | None:
    """Read the communities of a study.

    Parameters
    ----------
    text : StudyText
        The study file.
    faults : Faults
        Takes what is wrong with them.

    Returns
    -------
    GeoDataFrame or None
        With ``outline`` = ``hull`` where there are no boundaries.
    """
    entry = text.communities
    if "path" in entry:
        return attempt(faults, lambda: read_communities(text.file(entry["path"]),
                                                         **table_args(entry, text)))
    if "from" not in entry:
        return None
    source = getattr(text, entry["from"])
    if "path" not in source:
        if f"{entry['from']}.path" not in text.written:
            faults.add("people.hull_source", file=text.path.name, source=entry["from"])
        return None
    return attempt(faults, lambda: _gathered(text))


def _gathered(text: StudyText) -> gpd.GeoDataFrame:
    entry = text.communities
    named = getattr(text, entry["from"])
    file = text.file(named["path"])
    if entry["from"] == "compounds":
        table = read_compounds(file, **table_args(named, text))
    else:
        table = read_homes(file, **table_args(named, text))
        kept = lived_in(table)
        attrs = table.attrs
        table = table[kept]
        table.attrs = attrs
    people: pd.DataFrame | None = None
    if "path" in text.people:  # what is wrong with it is told where people are read
        people = attempt(Faults(), lambda: read_counted(text, None))
    return gather_communities(table, people=people, source=file.name,
                              accept=bool(entry.get("accept")))


def read_residential(text: StudyText, faults: Faults) -> gpd.GeoDataFrame | None:
    """Read the residential land of a study, where it names any.

    Parameters
    ----------
    text : StudyText
        The study file.
    faults : Faults
        Takes what is wrong with it.

    Returns
    -------
    GeoDataFrame or None
        Polygons.
    """
    entry = text.residential
    if "path" not in entry:
        return None
    return attempt(faults, lambda: read_compounds(text.file(entry["path"]),
                                                  **table_args(entry, text)))
