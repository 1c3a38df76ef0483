"""Release: whether results stay in the office or may be handed to the public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from greenmap import i18n
from greenmap.errors import StudyError

if TYPE_CHECKING:
    from greenmap.model.study import Study

INTERNAL, PUBLIC = "internal", "public"
RELEASES = (INTERNAL, PUBLIC)


def check_release(release: str, map_approval: str) -> None:
    """Hold a release against what it needs.

    Parameters
    ----------
    release : {"internal", "public"}
    map_approval : str
        The 审图号 of the map sheets; public ones must carry it. Whether it is
        right, and whether a map complies, greenmap doesn't say.

    Raises
    ------
    StudyError
        Another word, or a public release without the number.
    """
    if release not in RELEASES:
        raise StudyError("measure.release_unknown", found=release, known=", ".join(RELEASES))
    if release == PUBLIC and not map_approval.strip():
        raise StudyError("measure.release_needs_approval")


def is_public(study: Study) -> bool:
    """Whether a study's outputs leave the office: no homes, gates, places, no exact coordinates."""
    return study.release == PUBLIC


def release_mark(study: Study, lang: str) -> str:
    """Return what every page, picture and document says of its release.

    Parameters
    ----------
    study : Study
    lang : {"zh", "en"}

    Returns
    -------
    str
        That it is for the office only and not reviewed; of a public one its 审图号.
    """
    if is_public(study):
        return i18n.text("term.map_approval", lang, number=study.map_approval.strip())
    return i18n.text("term.internal_map", lang)
