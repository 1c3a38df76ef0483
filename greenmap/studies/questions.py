"""Questions: what init could not know and left in the study file, marked with a wide ？."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from greenmap.errors import Fault
from greenmap.studies.study_text import ONE_OF, StudyText

MARK = '"？"'
_SECTION = re.compile(r"\s*\[{1,2}\s*(\w+)\s*\]{1,2}")
_QUESTION = re.compile(rf"\s*#\s*(\w+)\s*=\s*{MARK}")


def list_questions(text: StudyText) -> tuple[Fault, ...]:
    """List the questions of a study file that are still open.

    A question is a commented-out key with a wide question mark; it is answered
    once the key stands in its section.

    Parameters
    ----------
    text : StudyText
        The study file.

    Returns
    -------
    tuple of Fault
        Facts: file, line, section, key.
    """
    found, section, number = [], "study", 0
    for line, words in enumerate(text.raw.splitlines(), start=1):
        if head := _SECTION.match(words):
            section = head[1]
            number += section == "amenities"
        elif (asked := _QUESTION.match(words)) and not _answered(text, section, number, asked[1]):
            label = f"[[{section}]] {number}" if section == "amenities" else f"[{section}]"
            found.append(Fault(f"study.ask_{asked[1]}", {
                "file": text.path.name, "line": line, "section": label, "key": asked[1]}))
    return tuple(found)


def _answered(text: StudyText, section: str, number: int, key: str) -> bool:
    entry: Mapping[str, Any] = {}
    if section != "amenities":
        entry = getattr(text, section, {})
    elif number <= len(text.amenities):
        entry = text.amenities[number - 1]
    sources = [name for way in ONE_OF.get(section, ()) for name in way]
    return any(name in entry for name in (sources if key == "path" else [key]))


def without_asked(told: Iterable[Fault], questions: Iterable[Fault]) -> tuple[Fault, ...]:
    """Leave out what an open question asks about already.

    Parameters
    ----------
    told, questions : iterable of Fault

    Returns
    -------
    tuple of Fault
    """
    asked = {(one.facts["section"], one.facts["key"]) for one in questions}
    about = {"study.no_standard": "standard", "study.datum_needed": "datum",
             "study.one_source": "path", "study.warn_no_share": "share",
             "study.warn_datum": "datum"}
    return tuple(one for one in told if one.key not in about
                 or (one.facts.get("section", "[study]"), about[one.key]) not in asked)
