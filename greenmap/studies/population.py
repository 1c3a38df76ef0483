"""Population of a study: its table of people by community, and homes made of it."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from greenmap.errors import Faults
from greenmap.model.outline import is_hull
from greenmap.model.schema import first_few
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.spread_people import spread_people
from greenmap.read.barriers import read_compounds
from greenmap.read.community_names import read_aliases
from greenmap.read.dwellings import Figures
from greenmap.read.population import read_people
from greenmap.studies.study_text import StudyText
from greenmap.studies.tables import as_of, table_args

_FIGURES = ("household_size", "area_per_person_m2", "housing_share", "vacancy")


def read_counted(text: StudyText, communities: gpd.GeoDataFrame | None) -> pd.DataFrame | None:
    """Read the table of people a study names.

    Parameters
    ----------
    text : StudyText
        The study file.
    communities : GeoDataFrame, optional
        Whose people they are; without them rows are only checked.

    Returns
    -------
    DataFrame or None
        See :func:`greenmap.read.population.read_people`; None where the study
        names none.

    Raises
    ------
    InputError
        What is wrong with it; rows and communities that don't find each other,
        unless ``accept`` is given.
    """
    entry = text.people
    if "path" not in entry:
        return None
    args = {key: entry[key] for key in ("layer", "encoding", "columns", "count", "join", "year")
            if key in entry}
    aliases = read_aliases(text.file(entry["aliases"])) if "aliases" in entry else None
    people = read_people(text.file(entry["path"]), communities=communities, aliases=aliases,
                         as_of=as_of(entry, text), **args)
    people.attrs["path"] = entry["path"]
    _check_matched(people, accept=bool(entry.get("accept")),
                   gathered=communities is not None and is_hull(communities))
    return people


def _check_matched(people: pd.DataFrame, *, accept: bool, gathered: bool) -> None:
    """A community without a row is a fault; rows of other communities alone are none.

    Where communities were gathered from rows that name them, one nobody names is a fault too.
    """
    without, lost = people.attrs["communities_unmatched"], people.attrs["rows_unmatched"]
    if accept or not (without or (gathered and lost)):
        return
    faults = Faults()
    shown = {"file": people.attrs["source"]["name"],
             "communities": first_few([f"{name} ({key})" for key, name in without]) or "-"}
    if lost:
        faults.add("people.unmatched", **shown, rows=unmatched_rows(people))
    else:
        faults.add("people.unmatched_communities", **shown)
    faults.raise_if_any()


def unmatched_rows(people: pd.DataFrame) -> str:
    """Name the rows that belong to no community of the study, the first few."""
    return first_few([f"{row} ({name})" for row, name, _ in people.attrs["rows_unmatched"]])


def homes_of_people(text: StudyText, people: pd.DataFrame, communities: gpd.GeoDataFrame,
                    homes: gpd.GeoDataFrame | None, network: WalkNetwork | None
                    ) -> gpd.GeoDataFrame:
    """Share out a study's people over its homes, compounds or streets.

    Parameters
    ----------
    text : StudyText
        The study file.
    people : DataFrame
        From :func:`read_counted`.
    communities : GeoDataFrame
        The study's.
    homes : GeoDataFrame, optional
        Of ``[homes]``.
    network : WalkNetwork, optional
        Streets.

    Returns
    -------
    GeoDataFrame

    Raises
    ------
    InputError
        A community has people and no place for them, or a figure is out of range.
    """
    entry = text.compounds
    compounds = (read_compounds(text.file(entry["path"]), **table_args(entry, text))
                 if "path" in entry else None)
    figures = Figures(**{key: float(text.people[key]) for key in _FIGURES if key in text.people})
    made = spread_people(people, communities=communities, homes=homes, compounds=compounds,
                         network=network, figures=figures)
    made.attrs |= _record(people, homes, made)
    return made


def _record(people: pd.DataFrame, homes: gpd.GeoDataFrame | None, made: gpd.GeoDataFrame
            ) -> dict[str, Any]:
    """What the homes say of themselves: their own source, else the population table's."""
    told = dict(people.attrs["source"]) if homes is None else dict(homes.attrs.get("source", {}))
    kept = {} if homes is None else {k: homes.attrs[k] for k in ("left_out", "dropped_columns")
                                     if k in homes.attrs}
    return {**kept, "source": told | {"rows_out": len(made)}, "people_table": people.attrs}
