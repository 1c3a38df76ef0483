"""Catchments of a study: each school of a table found among the places a clause counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from greenmap.errors import Faults
from greenmap.model.clause import Clause
from greenmap.model.schema import first_few
from greenmap.model.standard import Standard
from greenmap.read.catchments import BY, read_catchments
from greenmap.read.source import digest
from greenmap.studies.inputs import relative
from greenmap.studies.study_text import FLAT, StudyText
from greenmap.studies.tables import attempt, table_args


def lay_catchments(text: StudyText, standard: Standard | None, amenities: gpd.GeoDataFrame | None,
                   homes: gpd.GeoDataFrame | None, faults: Faults
                   ) -> tuple[dict[str, pd.DataFrame], tuple[dict[str, Any], ...]]:
    """Read every ``[[catchments]]`` of a study and find its schools.

    Parameters
    ----------
    text : StudyText
        The study file.
    standard, amenities, homes : optional
        What was read; None where a fault stands in the way.
    faults : Faults
        Takes clauses that count no walk, schools that aren't there or are
        there twice, homes that name no compound or lie in two areas.

    Returns
    -------
    tables : dict of str to DataFrame
        By clause, as :func:`greenmap.school_places` takes them.
    inputs : tuple of dict
        A record per file; ``rows_unmatched`` are compounds or communities no home names.
    """
    tables: dict[str, pd.DataFrame] = {}
    records = []
    for entry in text.catchments:
        if "path" not in entry or standard is None or amenities is None or homes is None:
            continue
        if not entry["path"].lower().endswith(FLAT) and entry.get("datum") == "auto":
            faults.add("study.datum_auto_area", file=text.path.name, section="[[catchments]]")
            continue
        clause = _clause(text, entry, standard, faults)
        table = attempt(faults, lambda entry=entry: read_catchments(  # type: ignore[misc]
            text.file(entry["path"]), **_args(text, entry)))
        if clause is None or table is None:
            continue
        if clause.id in tables:
            faults.add("study.catchment_same", file=text.path.name, clause=clause.id)
        name = text.file(entry["path"]).name
        tables[clause.id] = _found(table, clause, amenities, name, faults)
        records.append(_record(text, entry, table, _unmatched(tables[clause.id], homes, name,
                                                              faults)))
    return tables, tuple(records)


def _args(text: StudyText, entry: Mapping[str, Any]) -> dict[str, Any]:
    args = table_args(entry, text)
    drop = {"id", "name", *(("datum",) if entry["path"].lower().endswith(FLAT) else ())}
    return {key: args[key] for key in args if key not in drop}


def _clause(text: StudyText, entry: Mapping[str, Any], standard: Standard, faults: Faults
            ) -> Clause | None:
    walks = {c.id: c for c in standard.clauses if c.kind == "reach" and c.people != "all"}
    said = str(entry.get("clause", ""))
    if said not in walks:
        faults.add("study.catchment_clause", file=text.path.name, clause=said or "-",
                   known=", ".join(sorted(walks)) or "-")
    return walks.get(said)


def _found(table: pd.DataFrame, clause: Clause, amenities: gpd.GeoDataFrame, file: str,
           faults: Faults) -> pd.DataFrame:
    """The table with ``place_id`` for each school, by its id or else by its name."""
    serves = amenities[amenities["category"].isin(clause.categories)]
    ids = set(serves["place_id"].astype(str))
    named: dict[str, set[str]] = {}
    if "name" in serves:
        for name, place in zip(serves["name"], serves["place_id"].astype(str), strict=True):
            named.setdefault(str(name), set()).add(place)
    said = {school: {school} if school in ids else named.get(school, set())
            for school in table["school"].astype(str)}
    for key, wrong in (("no_school", [s for s in said if not said[s]]),
                       ("two_schools", [s for s in said if len(said[s]) > 1])):
        if wrong:
            faults.add(f"study.catchment_{key}", file=file, schools=first_few(sorted(wrong)),
                       clause=clause.id)
    first = {school: min(found) for school, found in said.items() if found}
    return table.assign(place_id=table["school"].astype(str).map(first))


def _unmatched(table: pd.DataFrame, homes: gpd.GeoDataFrame, file: str, faults: Faults
               ) -> list[str]:
    if isinstance(table, gpd.GeoDataFrame):
        areas = table[["place_id", "geometry"]].dissolve("place_id").reset_index()
        inside = gpd.sjoin(homes[["geometry"]], areas, predicate="within")
        double = inside.index[inside.index.duplicated()].unique()
        if len(double):
            faults.add("study.catchment_overlap", file=file, homes=len(double))
        return []
    by = next(column for column in BY if column in table)
    if by not in homes:
        faults.add("study.catchment_no_compound", file=file)
        return []
    return sorted(set(table[by].astype(str)) - set(homes[by].dropna().astype(str)))


def _record(text: StudyText, entry: Mapping[str, Any], table: pd.DataFrame, lost: list[str]
            ) -> dict[str, Any]:
    source, file = table.attrs["source"], text.file(entry["path"])
    record = {"role": "catchments", "name": file.name, "path": relative(entry["path"]),
              "rows": len(table), "digest": digest(file), "clause": entry["clause"],
              **{key: source.get(key) for key in ("encoding", "crs", "datum", "layer", "as_of")}}
    return record | ({"rows_unmatched": lost} if lost else {})
