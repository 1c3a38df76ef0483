"""Programme of a study: its targets, the communities' status, and which of two targets it takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from greenmap.errors import Faults, StudyError
from greenmap.measure.track import track
from greenmap.model.programme import Programme, load_programme, programme_ids
from greenmap.model.study import Assessment
from greenmap.model.track import Track
from greenmap.read.status import read_status
from greenmap.studies.study_text import StudyText, read_study_text


@dataclass(frozen=True, slots=True, eq=False)
class StudyProgramme:
    """What ``[programme]`` of a study says.

    Parameters
    ----------
    programme : Programme
        Its targets.
    status : DataFrame, optional
        From :func:`greenmap.read_status`.
    as_of : str, optional
        Date of the status.
    choose, only : tuple of str
        Ids of targets, see :func:`greenmap.track`.
    city : str
        City of all communities.
    """

    programme: Programme
    status: pd.DataFrame | None
    as_of: str | None
    choose: tuple[str, ...]
    only: tuple[str, ...]
    city: str

    def track(self, assessment: Assessment | None = None) -> Track:
        """Hold the status against the targets, see :func:`greenmap.track`."""
        return track(self.status, self.programme, as_of=self.as_of, choose=self.choose,
                     only=self.only, city=self.city, assessment=assessment)


def read_programme(text: StudyText, communities: pd.DataFrame | None) -> StudyProgramme | None:
    """Read what a study names under ``[programme]``, and check that it can be tracked.

    Parameters
    ----------
    text : StudyText
        The study file.
    communities : DataFrame, optional
        The study's; the status may name only these.

    Returns
    -------
    StudyProgramme or None
        None where the study has none.

    Raises
    ------
    InputError
        Anything wrong with the targets, the status or the choice.
    """
    said = text.programme
    if "targets" not in said:
        return None
    named = str(said["targets"])
    programme = load_programme(text.file(named) if named.endswith(".toml") else named)
    as_of = said.get("as_of")
    status = None
    if "status" in said:
        status = read_status(text.file(said["status"]), communities=communities, as_of=as_of)
    made = StudyProgramme(programme, status, as_of, tuple(said.get("choose", ())),
                          tuple(said.get("only", ())), said.get("city", ""))
    made.track()
    return made


def study_programme(path: str | Path, communities: pd.DataFrame) -> StudyProgramme:
    """Return the programme of a study file.

    Parameters
    ----------
    path : str or Path
        ``study.toml``.
    communities : DataFrame
        The study's.

    Returns
    -------
    StudyProgramme

    Raises
    ------
    StudyError
        The study has no ``[programme]``.
    InputError
        Anything wrong with it.
    """
    faults = Faults()
    text = read_study_text(path, faults)
    faults.raise_if_any()
    made = None if text is None else read_programme(text, communities)
    if made is None:
        raise StudyError("programme.no_section", file=Path(path).name,
                         known=", ".join(programme_ids()))
    return made
