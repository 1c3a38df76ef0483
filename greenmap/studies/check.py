"""Check: everything a study names is read, nothing is changed, and all is told at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from greenmap import i18n, settings
from greenmap.errors import Fault
from greenmap.model.check_view import CheckView
from greenmap.studies.check_view import make_view
from greenmap.studies.findings import list_found, list_warnings
from greenmap.studies.questions import list_questions, without_asked
from greenmap.studies.sources import read_sources


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found; each line a message key with its facts.

    Parameters
    ----------
    faults : tuple of Fault
        What must be put right before the study can be assessed, the questions
        left out.
    questions : tuple of Fault
        What :func:`init_study` asked and nobody has answered.
    warnings : tuple of Fault
        What the study can live with, and what it does to the results.
    found : tuple of Fault
        What was read.
    ok : bool
        Whether the study can be assessed.
    lang : {"zh", "en"}
        Language of the words in it.
    view : CheckView, optional
        Files, people and points behind the words; None where the study file
        can't be read.
    """

    faults: tuple[Fault, ...]
    questions: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    found: tuple[Fault, ...]
    ok: bool
    lang: str
    view: CheckView | None = None

    def text(self) -> str:
        """Return the whole report, one line per finding."""
        lang = self.lang
        parts = []
        for name in ("faults", "questions", "warnings", "found"):
            lines: tuple[Fault, ...] = getattr(self, name)
            if lines:
                parts.append(i18n.text(f"study.head_{name}", lang, count=len(lines)))
                parts += [f"  - {line.text(lang)}" for line in lines]
        parts.append(i18n.text("study.verdict_ok" if self.ok else "study.verdict_not_ok", lang))
        return "\n".join(parts)

    def __str__(self) -> str:
        return self.text()


def check_study(path: str | Path, *, lang: str | None = None) -> CheckReport:
    """Read a study and everything it names; list faults, questions and findings.

    Parameters
    ----------
    path : str or Path
        The study file.
    lang : {"zh", "en"}, optional
        Default: the current settings'.

    Returns
    -------
    CheckReport

    Raises
    ------
    MissingFileError
        No such study file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from greenmap.sample import write_sample
    >>> with TemporaryDirectory() as folder:
    ...     check_study(write_sample(folder) / "study.toml").ok
    True
    """
    lang = lang or settings.current().lang
    with settings.use(lang=lang):
        sources = read_sources(path)
        faults = tuple(sources.faults)
        questions = list_questions(sources.text) if sources.text else ()
        warnings = list_warnings(sources) if sources.text else ()
        found = list_found(sources) if sources.text else ()
        view = make_view(sources)
    return CheckReport(faults=without_asked(faults, questions), questions=questions,
                       warnings=without_asked(warnings, questions), found=found,
                       ok=not faults, lang=lang, view=view)
