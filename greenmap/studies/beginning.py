"""Beginning a study: a folder looked at, a study file written, its questions asked and answered."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from greenmap import i18n, settings
from greenmap.errors import Fault, MissingFileError, OutputError
from greenmap.studies.answers import fill_in, read_settings, write_settings
from greenmap.studies.folder_scan import SETTINGS_SHEET, Candidate, scan_folder
from greenmap.studies.questions import Question, marked
from greenmap.studies.study_draft import draft, list_costs
from greenmap.studies.versions import without_versions

NAME = "study.toml"


@dataclass(frozen=True, slots=True)
class Begun:
    """A study as init left it.

    Parameters
    ----------
    path : Path
        The study file.
    files : tuple of Candidate
        What was found in the folder, and what it serves as.
    questions : tuple of Question
        Still open; at most five where the folder holds one file for each purpose.
    costs : tuple of Fault
        What each missing thing costs.
    """

    path: Path
    files: tuple[Candidate, ...]
    questions: tuple[Question, ...]
    costs: tuple[Fault, ...]

    def text(self, lang: str | None = None) -> str:
        """Return the whole in words: files by use, questions, costs."""
        lines = []
        for one in self.files:
            if one.role != "unused":
                known = i18n.table("init", lang or settings.current().lang)
                lines.append(f"  {known.get(f'use_{one.role}', one.role)}: {one.path}"
                             + (f" [{one.layer}]" if one.layer else ""))
        for head, told in (
            ("begun_questions", [f"{q.id}: {i18n.text(f'init.short_{q.key}', lang)} "
                                 f"{i18n.text(f'init.how_{q.key}', lang)}"
                                 for q in self.questions]),
            ("begun_costs", [cost.text(lang) for cost in self.costs]),
        ):  # fmt: skip
            if told:
                lines.append(i18n.text(f"init.{head}", lang, count=len(told)))
                lines += [f"  - {line}" for line in told]
        return "\n".join(lines)


def init_study(folder: str | Path, *, lang: str | None = None,
               answers: Mapping[str, Any] | None = None) -> Path:
    """Begin a study of the files in a folder.

    Every file is looked at; what it is for is written down where it is plain,
    and asked where it isn't: a commented-out key with a wide ？, which
    :func:`greenmap.check_study` lists until it is answered. Where questions
    stay open, ``项目设置.xlsx`` is written beside the study file; filled in,
    another call writes its answers into the study file.

    Parameters
    ----------
    folder : str or Path
        Where the files lie.
    lang : {"zh", "en"}, optional
        Language of comments and results. Default: the current settings'.
    answers : mapping, optional
        By a question's id (``study.share``) or key (``share``): for scripts.

    Returns
    -------
    Path
        The study file, ``study.toml`` in `folder`.

    Raises
    ------
    MissingFileError
        No such folder.
    OutputError
        There is a study file already and nothing to fill in; it is left alone.
    InputFaults
        An answer can't be read, or names no question.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     init_study(folder).name
    'study.toml'
    """
    return begin_study(folder, lang=lang, answers=answers).path


def begin_study(folder: str | Path, *, lang: str | None = None,
                answers: Mapping[str, Any] | None = None) -> Begun:
    """Begin a study as :func:`init_study` does, and say what was found, asked and lacking.

    Parameters
    ----------
    folder, lang, answers
        As for :func:`init_study`.

    Returns
    -------
    Begun
    """
    folder, lang = Path(folder), lang or settings.current().lang
    if not folder.is_dir():
        raise MissingFileError("study.no_folder", folder=str(folder))
    study, sheet = folder / NAME, folder / SETTINGS_SHEET
    found: tuple[Candidate, ...] = ()
    if study.exists():
        raw = study.read_text("utf-8")
    else:
        found = without_versions(scan_folder(folder))
        raw = draft(found, name=folder.resolve().name, lang=lang)
    filled = _of_open(raw, read_settings(sheet)) if sheet.is_file() else {}
    given = filled | dict(answers or {})
    if study.exists() and not given:
        raise OutputError("study.exists", file=str(study))
    text = fill_in(raw, given, file=NAME) if given else raw
    _write(study, text)
    left = tuple(marked(text))
    if left and not sheet.is_file():
        write_settings(sheet, text, lang=lang)
    by_role: dict[str, list[Candidate]] = {}
    for one in found:
        by_role.setdefault(one.role, []).append(one)
    return Begun(study, found, left, list_costs(by_role) if found else ())


def _of_open(raw: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """A sheet may hold answers that were filled in before."""
    asked = {one.id for one in marked(raw)} | {one.key for one in marked(raw)}
    return {key: answer for key, answer in answers.items() if key in asked}


def _write(study: Path, text: str) -> None:
    beside = study.with_name(f".{secrets.token_hex(6)}.part")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(study)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OutputError("study.not_writable", file=str(study),
                          detail=error.strerror or str(error)) from error
