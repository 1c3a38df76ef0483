"""Survey of a study: what came back from the field, put into the study's tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from greenmap.errors import Fault, Faults
from greenmap.model.ledger import LEDGER_COLUMNS
from greenmap.model.schema import first_few
from greenmap.model.standard import Standard
from greenmap.model.study import Study
from greenmap.model.survey import CONFLICTS, GATES, SIZES, Survey
from greenmap.read.survey import read_workbooks
from greenmap.studies.places import join_sources
from greenmap.studies.study_text import StudyText
from greenmap.studies.tables import attempt

_FIELDS = ("status", *SIZES)


def read_survey(path: str | Path, study: Study) -> Survey:
    """Read filled survey workbooks and hold them against a study.

    Parameters
    ----------
    path : path
        An ``.xlsx`` from :func:`greenmap.write_survey`, or a folder of them.
    study : Study
        The study they were made for.

    Returns
    -------
    Survey
        ``conflicts`` holds every cell that differs from the study's data, or
        from another workbook.

    Raises
    ------
    InputFaults
        Every wrong cell by sheet and address, told at once.
    MissingFileError, UnreadableFileError
    """
    survey = read_workbooks(path, standard=study.standard, communities=study.communities,
                            homes=study.homes)
    faults = Faults()
    check_places(survey, study.amenities, faults)
    faults.raise_if_any()
    own = _conflicts(survey, study.amenities)
    told = [part for part in (survey.conflicts, own, _gate_conflicts(survey, study)) if len(part)]
    return replace(survey, conflicts=pd.concat(told, ignore_index=True)) if told else survey


def survey_of(text: StudyText, standard: Standard | None, communities: gpd.GeoDataFrame | None,
              faults: Faults) -> Survey | None:
    """Read the survey a study names; what is wrong goes to `faults`.

    Parameters
    ----------
    text : StudyText
        The study file.
    standard, communities : optional
        The study's; without them nothing can be read.
    faults : Faults

    Returns
    -------
    Survey or None
    """
    if "path" not in text.survey or standard is None or communities is None:
        return None
    return attempt(faults, lambda: read_workbooks(text.file(text.survey["path"]),
                                                  standard=standard, communities=communities))


def check_survey(survey: Survey | None, text: StudyText, amenities: tuple[gpd.GeoDataFrame, ...],
                 faults: Faults) -> None:
    """Note what a survey speaks of and the study's facilities, of one table or several, lack."""
    if survey is not None and len(survey.facilities) and amenities:
        one = amenities[0] if len(amenities) == 1 else join_sources(text, amenities)
        check_places(survey, one, faults)


def survey_inputs(survey: Survey | None) -> tuple[dict[str, Any], ...]:
    """Return one record per workbook, as the manifest and the reports list them."""
    if survey is None:
        return ()
    cells = survey.log["source"].value_counts()
    return tuple({"role": "survey", "name": name, "path": name, "rows": int(cells.get(name, 0)),
                  "digest": digest, "encoding": None, "crs": None, "datum": None, "layer": None,
                  "as_of": survey.log.loc[survey.log["source"] == name, "date"].max()}
                 for name, digest in survey.files)


def doubtful_survey(survey: Survey | None, amenities: pd.DataFrame) -> list[Fault]:
    """Say how many cells of a survey differ from another source."""
    if survey is None:
        return []
    count = len(survey.conflicts) + len(_conflicts(survey, amenities))
    return [Fault("survey.warn_conflicts", {"count": count})] if count else []


def check_places(survey: Survey, amenities: pd.DataFrame, faults: Faults) -> None:
    """Note the places of a survey that the study's data no longer hold.

    Parameters
    ----------
    survey : Survey
    amenities : DataFrame
        With ``place_id``.
    faults : Faults
    """
    lost = sorted(set(survey.facilities.index) - set(amenities["place_id"].astype(str)))
    if lost:
        rows = survey.log[survey.log["subject"].isin(lost)]
        faults.add("survey.place_gone", file=rows["source"].iloc[0], sheet=rows["sheet"].iloc[0],
                   cells=first_few(rows["cell"].tolist()), found=first_few(lost))


def with_facilities(amenities: gpd.GeoDataFrame, survey: Survey) -> gpd.GeoDataFrame:
    """Return the facilities as the survey found them; new ones with coordinates at the end.

    Parameters
    ----------
    amenities : GeoDataFrame
        Joined, any CRS.
    survey : Survey
        A checked field stands in for what was known; a field not checked stays.

    Returns
    -------
    GeoDataFrame
    """
    table = amenities.copy()
    place = table["place_id"].astype(str)
    for name in _FIELDS:
        said = survey.facilities[name].dropna() if len(survey.facilities) else pd.Series()
        if said.empty:
            continue
        before = table[name] if name in table else pd.Series(None, index=table.index, dtype=object)
        table[name] = place.map(said).where(place.isin(said.index), before)
        if name != "status":
            table[name] = pd.to_numeric(table[name])
    placed = survey.found[survey.found["lon"].notna()]
    if len(placed):
        names = [f"survey:{n + 1}" for n in range(len(placed))]
        new = gpd.GeoDataFrame(
            {"category": placed["category"].to_numpy(), "name": placed["name"].to_numpy(),
             "place_id": names, "status": "open", "source": placed["source"].to_numpy(),
             **{key: placed[key].to_numpy(float) for key in SIZES if placed[key].notna().any()}},
            index=pd.Index(names, name=table.index.name),
            geometry=gpd.points_from_xy(placed["lon"], placed["lat"]), crs="EPSG:4326")
        joined = pd.concat([table, new.to_crs(table.crs)])
        table = gpd.GeoDataFrame(joined, crs=table.crs)
    table.attrs = dict(amenities.attrs)
    return table


def with_ledger(ledger: pd.DataFrame | None, survey: Survey) -> pd.DataFrame | None:
    """Return a ledger with the new facilities that have no coordinates.

    Parameters
    ----------
    ledger : DataFrame, optional
        The study's.
    survey : Survey

    Returns
    -------
    DataFrame or None
        As given where the survey found none.
    """
    rows = survey.found[survey.found["lon"].isna()]
    if rows.empty:
        return ledger
    table = rows.assign(community_said=rows["community_id"], match="none", as_of=rows["date"],
                        ).reindex(columns=list(LEDGER_COLUMNS))
    table.index = pd.Index([f"survey:{n + 1}" for n in range(len(table))], name="ledger_id")
    return table if ledger is None else pd.concat([ledger, table])


def survey_gates(survey: Survey | None) -> list[gpd.GeoDataFrame]:
    """Return the gates a survey spoke of, as a table of surveyed gates.

    Parameters
    ----------
    survey : Survey, optional

    Returns
    -------
    list of GeoDataFrame
        Empty where none.
    """
    if survey is None or survey.gates.empty:
        return []
    said = survey.gates
    table = gpd.GeoDataFrame(
        {"access": said["access"].fillna("unknown"), "steps": said["steps"],
         "source": said["access"].map(lambda word: "surveyed" if word in GATES else "assumed")},
        index=said.index, geometry=gpd.points_from_xy(said["lon"], said["lat"]), crs="EPSG:4326")
    return [table]


def _conflicts(survey: Survey, amenities: pd.DataFrame) -> pd.DataFrame:
    known = amenities[~amenities["place_id"].duplicated()].set_index(
        amenities.loc[~amenities["place_id"].duplicated(), "place_id"].astype(str))
    rows: list[tuple[Any, ...]] = []
    for cell in survey.log[survey.log["field"].isin(_FIELDS)].to_dict("records"):
        if cell["subject"] not in known.index or cell["field"] not in known:
            continue
        was: Any = known.at[cell["subject"], cell["field"]]
        shown = was if isinstance(was, str) else "" if was is None or was != was else f"{was:g}"
        if shown and shown != cell["value"]:
            source = known["source"].get(cell["subject"], "") if "source" in known else ""
            rows.append(_conflict(cell, shown, source))
    return pd.DataFrame(rows, columns=list(CONFLICTS))


def _gate_conflicts(survey: Survey, study: Study) -> pd.DataFrame:
    barriers = study.network.barriers
    rows: list[tuple[Any, ...]] = []
    if barriers is not None:
        known = {str(gate): (str(access), str(source)) for gate, access, source in zip(
            barriers.gate_id, barriers.gate_access, barriers.gate_source, strict=True)}
        for cell in survey.log[survey.log["field"] == "access"].to_dict("records"):
            was, source = known.get(cell["subject"], ("unknown", ""))
            if was not in ("unknown", cell["value"]):
                rows.append(_conflict(cell, was, source))
    return pd.DataFrame(rows, columns=list(CONFLICTS))


def _conflict(cell: Mapping[Any, Any], was: str, source: object) -> tuple[Any, ...]:
    return (cell["source"], cell["sheet"], cell["cell"], cell["unit_id"], cell["subject"],
            cell["field"], was, str(source), cell["value"], "survey")
