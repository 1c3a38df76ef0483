"""Sources: every file a study names, read through its door; a fault in one hides no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from greenmap import i18n, progress
from greenmap.errors import CrsError, Faults
from greenmap.measure.match_ledger import LedgerMatch
from greenmap.model.completeness_rule import CompletenessRule
from greenmap.model.confirmation import confirm
from greenmap.model.crs import known_crs, offered_crs, study_crs
from greenmap.model.profile import Profile, load_profile
from greenmap.model.release import check_release
from greenmap.model.standard import Standard, load_standard, standard_ids
from greenmap.model.survey import Survey
from greenmap.model.walk_network import WalkNetwork
from greenmap.read.osm_file import read_once
from greenmap.studies.areas import read_areas, read_residential
from greenmap.studies.catchments import lay_catchments
from greenmap.studies.confirmations import read_confirmations
from greenmap.studies.datum_check import check_datums, without_auto
from greenmap.studies.detail import with_detail, with_sides
from greenmap.studies.edits import with_edits
from greenmap.studies.green import with_green
from greenmap.studies.inputs import list_inputs
from greenmap.studies.ledgers import lay_ledgers, ledger_inputs, read_all_ledgers
from greenmap.studies.places import (
    join_sources,
    read_all_amenities,
    read_all_homes,
    street_file_keys,
)
from greenmap.studies.programme import read_programme
from greenmap.studies.streets import read_streets, with_terrain
from greenmap.studies.study_text import StudyText, read_study_text
from greenmap.studies.survey import check_survey, survey_gates, survey_inputs, survey_of
from greenmap.studies.tables import attempt
from greenmap.studies.walls import with_walls

_STEPS = 4


@dataclass(frozen=True, slots=True)
class Sources:
    """What a study names, as far as it could be read; tables in WGS 84.

    Parameters
    ----------
    text : StudyText, optional
        None when the study file itself can't be parsed; then nothing is there.
    standard, communities, homes, network : optional
        None where a fault stands in the way.
    amenities : tuple of GeoDataFrame
        One per source that could be read.
    profiles : dict
        Those of the study, and those the standard and the maps need.
    inputs : tuple of dict
        A record per source.
    faults : Faults
        Everything wrong, of all parts.
    completeness : CompletenessRule, optional
        Where the study asks for it.
    survey : Survey, optional
        What came back from the field.
    ledger : LedgerMatch, optional
        The study's ledgers laid on its map.
    catchments : mapping of str to DataFrame
        By clause, see :func:`greenmap.studies.catchments.lay_catchments`.
    """

    text: StudyText | None
    standard: Standard | None
    profiles: Mapping[str, Profile]
    communities: gpd.GeoDataFrame | None
    amenities: tuple[gpd.GeoDataFrame, ...]
    homes: gpd.GeoDataFrame | None
    network: WalkNetwork | None
    inputs: tuple[dict[str, Any], ...]
    faults: Faults
    completeness: CompletenessRule | None = None
    survey: Survey | None = None
    residential: gpd.GeoDataFrame | None = None
    ledger: LedgerMatch | None = None
    catchments: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def read_sources(path: str | Path) -> Sources:
    """Read a study file and everything it names.

    Parameters
    ----------
    path : str or Path
        The study file.

    Returns
    -------
    Sources

    Raises
    ------
    MissingFileError
        No such study file.
    """
    faults = Faults()
    written = read_study_text(path, faults)
    if written is None:
        return Sources(None, None, {}, None, (), None, None, (), faults)
    text = without_auto(written, faults)
    standard = _standard(text, faults)
    profiles = _profiles(text, standard, faults)
    progress.report(0, _STEPS, "study.reading_communities")
    communities = read_areas(text, faults)
    crs = _crs(text, communities, faults)
    progress.report(1, _STEPS, "study.reading_network")
    network = attempt(faults, lambda: read_streets(text, crs, communities))
    network = with_edits(text, network, faults)
    network = with_sides(text, network, faults)
    survey = survey_of(text, standard, communities, faults)
    with read_once(*street_file_keys(text)):
        network = with_walls(text, network, faults, gates=survey_gates(survey))
        network = attempt(faults, lambda: with_terrain(text, network)) or network
        network = with_detail(text, network, faults)
        progress.report(2, _STEPS, "study.reading_amenities")
        amenities = read_all_amenities(text, faults, network)
        progress.report(3, _STEPS, "study.reading_homes")
        homes = attempt(faults, lambda: read_all_homes(text, communities, faults, network))
        amenities, homes = check_datums(written, network, communities, amenities, homes, faults)
    _check_release(text, communities, faults)
    ledgers = read_all_ledgers(text, communities, faults)
    matched = lay_ledgers(text, ledgers, communities, amenities, homes, network, faults)
    check_survey(survey, text, amenities if matched is None else (matched.amenities,), faults)
    attempt(faults, lambda: read_programme(text, communities))
    if communities is not None:  # which systems put a layer here, not just in the country
        here = communities.total_bounds
        faults.narrow("offered", "bounds", lambda bounds: offered_crs(bounds, near=here))
    progress.report(_STEPS, _STEPS, "study.reading_homes")
    measured, green = with_green(text, communities, faults)
    catchments, schools = _schools(text, standard, amenities, matched, homes, faults)
    inputs = (*list_inputs(text, communities, amenities, homes, network),
              *survey_inputs(survey), *ledger_inputs(text, ledgers, matched), *green, *schools)
    return Sources(text, standard, profiles, measured, amenities, homes, network, inputs,
                   faults, completeness=_completeness(text, faults), survey=survey,
                   residential=read_residential(text, faults), ledger=matched,
                   catchments=catchments)


def _schools(text: StudyText, standard: Standard | None, amenities: tuple[gpd.GeoDataFrame, ...],
             matched: LedgerMatch | None, homes: gpd.GeoDataFrame | None, faults: Faults
             ) -> tuple[dict[str, pd.DataFrame], tuple[dict[str, Any], ...]]:
    """Catchments laid on all places of the study, ledgers' among them."""
    if not text.catchments or not amenities:
        return {}, ()
    joined = attempt(faults, lambda: join_sources(text, amenities)) if matched is None \
        else matched.amenities
    return lay_catchments(text, standard, joined, homes, faults)


def _check_release(text: StudyText, communities: gpd.GeoDataFrame | None, faults: Faults) -> None:
    """A public release needs its 审图号, and boundaries that may be handed on."""
    release = text.study.get("release", "internal")
    attempt(faults, lambda: check_release(release, text.study.get("map_approval", "")))
    service = "" if communities is None else communities.attrs.get("map_service", "")
    if release == "public" and service:
        faults.add("study.public_boundaries", path=text.communities.get("path", ""),
                   service=i18n.text(f"report.{service}"))


def _completeness(text: StudyText, faults: Faults) -> CompletenessRule | None:
    if "completeness" not in text.sections:
        return None
    return attempt(faults, lambda: CompletenessRule(**text.completeness))


def _standard(text: StudyText, faults: Faults) -> Standard | None:
    named = text.study.get("standard")
    if named is None:
        if "study.standard" not in text.written:
            faults.add("study.no_standard", file=text.path.name, known=", ".join(standard_ids()))
        return None
    return attempt(faults, lambda: confirm(load_standard(_own_file(text, named)),
                                           read_confirmations(text.path.parent)))


def _own_file(text: StudyText, named: str) -> str | Path:
    return text.file(named) if named.endswith(".toml") else named


def _profiles(text: StudyText, standard: Standard | None, faults: Faults) -> dict[str, Profile]:
    asked = [_own_file(text, name) for name in text.study.get("profiles", ())]
    # Clauses in metres are drawn as the adult walks.
    needed = (*(standard.profiles if standard else ()), "adult")
    found: dict[str, Profile] = {}
    for source in (*asked, *needed):
        if str(source) not in found:
            profile = attempt(faults, lambda source=source: load_profile(source))  # type: ignore[misc]
            if profile is not None:
                found[profile.id] = profile
    return found


def _crs(text: StudyText, communities: gpd.GeoDataFrame | None, faults: Faults) -> str:
    given = text.study.get("crs", "auto")
    if given == "auto":
        if communities is None:
            return "auto"
        west, south, east, north = communities.total_bounds
        return study_crs([west, east], [south, north])
    why = "crs_unknown"
    try:
        from pyproj import CRS

        crs = CRS.from_user_input(known_crs(given, source=text.path.name))
        why = "" if crs.is_projected and crs.axis_info[0].unit_name == "metre" else "crs_not_metres"
    except CrsError:
        pass
    if why:
        faults.add(f"study.{why}", file=text.path.name, crs=given)
        return "auto"
    return crs.to_string()
