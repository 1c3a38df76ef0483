"""Track sheet: targets, counts by date and the communities left, in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from greenmap import i18n
from greenmap.model.programme import Target
from greenmap.model.track import Track
from greenmap.report.book import Column, Sheet, write_book
from greenmap.report.tables import cell

TARGETS = ("target_id", "jurisdiction", "city", "by", "asked", "done", "unknown", "total", "rate",
           "needed", "more", "state", "reason", "choice", "sentence", "source", "confidence")
HISTORY = ("city", "date", "done", "total", "rate")
LEFT = ("rank", "community_id", "name", "city", "district", "rank_in_district", "subdistrict",
        "status", "gaps", "not_known", "people", "enough_for")
_SHAPE = {**dict.fromkeys(("done", "unknown", "total", "needed", "more", "rank", "gaps",
                           "rank_in_district", "not_known", "people"), "count"), "rate": "share"}
_OPTIONAL = ("city", "district", "rank_in_district", "subdistrict", "not_known", "unknown",
             "reason", "choice", "enough_for")
_WIDTH = {"sentence": 40, "source": 32, "target_id": 20, "reason": 22, "community_id": 16,
          "name": 18, "enough_for": 24, "jurisdiction": 16}


def _say(name: str, lang: str, **facts: Any) -> str:
    return i18n.text(f"programme.{name}", lang, **facts)


def asked_text(target: Target, lang: str) -> str:
    """Return what a target asks: ``≥ 60%`` or ``≥ 5``.

    Examples
    --------
    >>> from greenmap.model.programme import load_programme
    >>> asked_text(load_programme("hegang").targets[0], "en")
    '≥ 60%'
    """
    if target.metric == "share":
        return f"≥ {round(target.value * 100, 6):g}%"
    return _say("asked_count_city" if target.per == "city" else "asked_count", lang,
                count=f"{target.value:g}")


def list_targets(track: Track, lang: str) -> pd.DataFrame:
    """List a track's targets as a reader sees them, with the sentence each rests on.

    Parameters
    ----------
    track : Track
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`TARGETS`.
    """
    targets = {t.id: t for t in track.programme.targets}
    rows = []
    for row in track.table.to_dict("records"):
        target = targets[row["target_id"]]
        zh = lang == "zh"
        rows.append(row | {
            "jurisdiction": target.jurisdiction_zh if zh else target.jurisdiction_en,
            "asked": asked_text(target, lang), "state": _say(f"state_{row['state']}", lang),
            "reason": _say(f"reason_{row['reason']}", lang) if row["reason"] else "",
            "choice": _say(f"choice_{row['choice']}", lang) if row["choice"] else "",
            "sentence": target.sentence_zh if zh else target.sentence_en,
            "source": target.source_zh if zh else target.source_en,
            "confidence": _say(f"confidence_{target.confidence}", lang)})
    return pd.DataFrame(rows, columns=list(TARGETS))


def list_left(track: Track, lang: str) -> pd.DataFrame:
    """List the communities without the title, cheapest to bring over first.

    Parameters
    ----------
    track : Track
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`LEFT`.
    """
    return track.left.assign(
        status=[_say(f"status_{word}", lang) for word in track.left["status"]])[list(LEFT)]


def track_sheets(track: Track, lang: str) -> list[Sheet]:
    """Return the sheets of a track: targets, counts by date, communities left.

    Parameters
    ----------
    track : Track
    lang : {"zh", "en"}

    Returns
    -------
    list of Sheet
        A sheet that would hold nothing is left out, but for the targets.
    """
    notes = [_say("note_as_of", lang, date=track.as_of or "—"), _say("note_sentences", lang)]
    if (track.table["choice"] == "open").any():
        notes.append(_say("note_conflict", lang))
    sheets = [_sheet("targets", list_targets(track, lang), lang, notes)]
    if len(track.history):
        sheets.append(_sheet("history", track.history, lang, ()))
    if len(track.left):
        sheets.append(_sheet("left", list_left(track, lang), lang,
                             (_say("note_left", lang, count=len(track.left)),)))
    return sheets


def filled_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns that say anything; some are worth a place only then."""
    return [c for c in table.columns if c not in _OPTIONAL
            or any(_plain(value) not in (None, "", 0) for value in table[c])]


def _sheet(name: str, table: pd.DataFrame, lang: str, notes: Sequence[str]) -> Sheet:
    shown = filled_columns(table)
    columns = tuple(Column(_say(f"col_{c}", lang), _WIDTH.get(c, 11), _SHAPE.get(c, "text"))
                    for c in shown)
    rows = [[_plain(value) for value in row] for row in table[shown].itertuples(index=False)]
    return Sheet(_say(f"sheet_{name}", lang), columns, rows, tuple(notes))


def _plain(value: Any) -> Any:
    return None if value is None or value is pd.NA or value != value else value


def write_track_book(track: Track, path: Path, *, lang: str, marks: str) -> Path:
    """Write a track's workbook.

    Parameters
    ----------
    track : Track
    path : Path
        An ``.xlsx``.
    lang : {"zh", "en"}
    marks : str
        What stands on every sheet.

    Returns
    -------
    Path
    """
    return write_book(track_sheets(track, lang), path, title=track.programme.name(lang),
                      marks=marks)


def write_track_csv(table: pd.DataFrame, path: Path, *, lang: str) -> None:
    """Write one of the lists as csv with headings in the reader's language.

    Parameters
    ----------
    table : DataFrame
        From :func:`list_targets` or :func:`list_left`.
    path : Path
        File to write.
    lang : {"zh", "en"}
    """
    import csv

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([_say(f"col_{name}", lang) for name in table.columns])
        writer.writerows([cell(_plain(value)) for value in row]
                         for row in table.itertuples(index=False))
