"""Check files: the page and the data of a check, written into one folder."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from greenmap.draw.check_page import draw_check
from greenmap.model.manifest import plain
from greenmap.report.folder import staged
from greenmap.studies.check import CheckReport

PARTS = ("faults", "questions", "warnings", "found")


def write_check(report: CheckReport, folder: str | Path) -> Path:
    """Write ``check.html`` and ``check.json``.

    Parameters
    ----------
    report : CheckReport
        From :func:`greenmap.check_study`.
    folder : str or Path
        Made if it isn't there; other files in it stay.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputError
        A file can't be replaced.
    """
    told = {name: [line.text(report.lang) for line in getattr(report, name)] for name in PARTS}
    with staged(folder) as stage:
        if report.view is not None:
            draw_check(report.view, told, ok=report.ok, lang=report.lang
                       ).save(stage / "check.html")
        text = json.dumps(plain(check_facts(report)), ensure_ascii=False, indent=2, sort_keys=True)
        (stage / "check.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    return Path(folder)


def check_facts(report: CheckReport) -> dict[str, Any]:
    """Return a check as plain values.

    Parameters
    ----------
    report : CheckReport

    Returns
    -------
    dict
        ``ok``; ``faults``, ``questions``, ``warnings``, ``found`` (each ``key``,
        ``text``, ``facts``); ``files`` and ``people`` as in
        :class:`greenmap.model.check_view.CheckView`.
    """
    lines = {name: [{"key": line.key, "facts": line.facts, "text": line.text(report.lang)}
                    for line in getattr(report, name)] for name in PARTS}
    view = {} if report.view is None else {
        field.name: getattr(report.view, field.name) for field in fields(report.view)
        if field.name in ("name", "files", "people", "fictional")}
    return {"format": "greenmap.check/1", "ok": report.ok, "lang": report.lang, **lines, **view}
