"""Study file: one file names all inputs of a city; read_study turns it into a checked Study."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd

from greenmap.model.crs import to_study
from greenmap.model.study import ASSUMED_SHARE_MAX, Study
from greenmap.studies.places import join_sources
from greenmap.studies.sources import Sources, read_sources
from greenmap.studies.survey import with_facilities, with_ledger

BANDS = (5.0, 10.0, 15.0)


def read_study(path: str | Path) -> Study:
    """Read a study file and everything it names.

    Parameters
    ----------
    path : str or Path
        ``study.toml``; paths in it are relative to it.

    Returns
    -------
    Study
        All tables in one metre system.

    Raises
    ------
    MissingFileError
        No such study file.
    InputFaults
        Everything wrong in any part, told once.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from greenmap.sample import write_sample
    >>> with TemporaryDirectory() as folder:
    ...     study = read_study(write_sample(folder) / "study.toml")
    >>> len(study.communities), study.share, study.fictional
    (11, 0.9, True)
    """
    sources = read_sources(path)
    sources.faults.raise_if_any()
    return make_study(sources)


def make_study(sources: Sources) -> Study:
    """Put the parts of a study together; every part was read without a fault.

    Parameters
    ----------
    sources : Sources
        From :func:`greenmap.studies.sources.read_sources`.

    Returns
    -------
    Study
    """
    text, network, standard = sources.text, sources.network, sources.standard
    communities, homes = sources.communities, sources.homes
    assert text and network and standard  # else a fault was noted and raised
    assert communities is not None and homes is not None
    said = text.study
    share = said.get("share")
    match, survey = sources.ledger, sources.survey
    amenities = join_sources(text, sources.amenities) if match is None else match.amenities
    if survey is not None:
        amenities = with_facilities(amenities, survey)
    ledger = None if match is None else match.ledger
    return Study(
        communities=to_study(communities, network.crs), homes=to_study(homes, network.crs),
        amenities=to_study(amenities, network.crs), network=network, standard=standard,
        share=None if share is None else float(share),
        name=said.get("name", text.path.resolve().parent.name), profiles=sources.profiles,
        bands=tuple(sorted({float(band) for band in said.get("bands", BANDS)})),
        lang=said.get("lang", "zh"), as_of=said.get("as_of", ""),
        fictional=said.get("fictional", False), completeness=sources.completeness,
        release=said.get("release", "internal"), map_approval=said.get("map_approval", ""),
        collected=_collected(amenities, said), inputs=sources.inputs,
        include=tuple(said.get("include", ())), development=said.get("development", ""),
        residential=sources.residential, catchments=sources.catchments,
        ledger_notes=None if match is None else match.notes,
        ledger_candidates=None if match is None else match.candidates,
        assumed_share_max=float(said.get("assumed_share_max", ASSUMED_SHARE_MAX)),
        survey=None if survey is None else survey.answers,
        ledger=ledger if survey is None else with_ledger(ledger, survey),
    )


def _collected(amenities: gpd.GeoDataFrame, said: Mapping[str, Any]) -> tuple[str, ...]:
    """What sources claim of themselves, and what the study claims of all of them together."""
    own = said.get("collected", ())
    claims = {*amenities.attrs["collected"], *((own,) if isinstance(own, str) else own)}
    return ("all",) if "all" in claims else tuple(sorted(claims))
