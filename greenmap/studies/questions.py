"""Questions: what init could not know and left in the study file, marked with a wide ？."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from greenmap.errors import Fault
from greenmap.studies.study_text import ONE_OF, REPEATED, StudyText

MARK = '"？"'
_SECTION = re.compile(r"\s*\[{1,2}\s*(\w+)\s*\]{1,2}")
_QUESTION = re.compile(rf"\s*#\s*(\w+)\s*=\s*{MARK}")


@dataclass(frozen=True, slots=True)
class Question:
    """One open line of a study file.

    Parameters
    ----------
    line : int
        Where it stands, from 1.
    section : str
        Name of the section.
    number : int
        Which of the sections of that name, 0 where there is one only.
    key : str
        What is asked for.
    """

    line: int
    section: str
    number: int
    key: str

    @property
    def id(self) -> str:
        """How an answer names it: ``study.share``, ``amenities2.datum``."""
        return f"{self.section}{self.number or ''}.{self.key}"

    @property
    def label(self) -> str:
        """The section as it stands in the file."""
        return f"[[{self.section}]] {self.number}" if self.number else f"[{self.section}]"


def marked(raw: str) -> Iterator[Question]:
    r"""Yield every marked line of a study file, answered elsewhere or not.

    Examples
    --------
    >>> [one.id for one in marked('[study]\n# share = "？"\n[[amenities]]\n# datum = "？"')]
    ['study.share', 'amenities1.datum']
    """
    section, numbers = "study", dict.fromkeys(REPEATED, 0)
    for line, words in enumerate(raw.splitlines(), start=1):
        if head := _SECTION.match(words):
            section = head[1]
            if section in numbers:
                numbers[section] += 1
        elif asked := _QUESTION.match(words):
            yield Question(line, section, numbers.get(section, 0), asked[1])


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
    return tuple(Fault(f"study.ask_{one.key}", {
        "file": text.path.name, "line": one.line, "section": one.label, "key": one.key})
        for one in marked(text.raw) if not _answered(text, one))


def _answered(text: StudyText, asked: Question) -> bool:
    entry: Mapping[str, Any] = {}
    if not asked.number:
        entry = getattr(text, asked.section, {})
    elif asked.number <= len(getattr(text, asked.section)):
        entry = getattr(text, asked.section)[asked.number - 1]
    sources = [name for way in ONE_OF.get(asked.section, ()) for name in way]
    return any(name in entry for name in (sources if asked.key == "path" else [asked.key]))


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
    keys = {key for section, key in asked if section in ("[study]", "[people]")}
    about = {"study.no_standard": "standard", "study.datum_needed": "datum",
             "study.one_source": "path", "study.warn_no_share": "share",
             "study.warn_datum": "datum", "people.count_needed": "count",
             "people.year_needed": "year", "study.warn_not_collected": "collected"}
    return tuple(one for one in told if one.key not in about
                 or (about[one.key] not in keys
                     and (one.facts.get("section", "[study]"), about[one.key]) not in asked))
