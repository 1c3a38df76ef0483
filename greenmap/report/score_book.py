"""Score book: points and stars per community, and what the next star would take."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from greenmap import i18n
from greenmap.model.score_sheet import Score
from greenmap.model.study import Assessment
from greenmap.report.book import Column, Sheet, write_book
from greenmap.report.overview import marks

_SHAPE = dict.fromkeys(("points", "points_low", "points_high", "of", "low", "high",
                        "points_short"), "number") | dict.fromkeys(
    ("stars_low", "stars_high", "next_star", "not_known"), "count")
_WIDTH = {"community_id": 16, "name": 18, "stars": 12, "next_check": 40, "next_do": 40,
          "veto_failed": 20, "veto_open": 20, "item": 36, "class": 16, "said": 12, "date": 12}
STARS = ("community_id", "name", "points_low", "points_high", "of", "stars", "veto_failed",
         "veto_open", "not_known", "next_star", "points_short", "next_check", "next_do")
ITEMS = ("community_id", "name", "class", "item", "points", "low", "high", "state", "basis", "said",
         "date", "veto")


def _say(name: str, lang: str, **facts: Any) -> str:
    return i18n.text(f"score.{name}", lang, **facts)


def stars_text(low: int, high: int, lang: str) -> str:
    """Return stars as people read them; a range where it isn't known.

    Examples
    --------
    >>> stars_text(3, 3, "zh"), stars_text(1, 4, "en")
    ('★★★', '★ – ★★★★')
    """
    shown = ["★" * n if n else _say("no_star", lang) for n in (low, high)]
    return shown[0] if low == high else f"{shown[0]} – {shown[1]}"


def list_stars(score: Score, lang: str) -> pd.DataFrame:
    """List the communities with points, stars and what the next star would take.

    Parameters
    ----------
    score : Score
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`STARS`.
    """
    named = {item.id: item.text(lang) for item in score.sheet.items}

    def words(ids: Iterable[str]) -> str:
        return "; ".join(named[i] for i in ids)

    table = score.table.reset_index()
    table["stars"] = [stars_text(low, high, lang) for low, high in
                      zip(table["stars_low"], table["stars_high"], strict=True)]
    for name in ("veto_failed", "veto_open", "next_check", "next_do"):
        table[name] = table[name].map(words)
    return table[list(STARS)]


def list_items(score: Score, lang: str) -> pd.DataFrame:
    """List every community's items with their points.

    Parameters
    ----------
    score : Score
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`ITEMS`.
    """
    classes = {c.id: c.text(lang) for c in score.sheet.classes}
    items = {item.id: item for item in score.sheet.items}
    rows = []
    for row in score.items.reset_index().to_dict("records"):
        item = items[row["item_id"]]
        said = row["said"]
        if row["basis"] == "clause":
            said = i18n.text(f"term.state_{said}", lang)
        elif said in ("yes", "no"):
            said = i18n.text(f"survey.answer_{said}", lang)
        rows.append(row | {
            "name": score.table.at[row["community_id"], "name"], "class": classes[item.group],
            "item": item.text(lang), "state": _say(f"state_{row['state']}", lang), "said": said,
            "basis": _say(f"basis_{row['basis']}", lang),
            "veto": _say("veto", lang) if item.veto else ""})
    return pd.DataFrame(rows, columns=list(ITEMS))


def score_sheets(score: Score, lang: str) -> list[Sheet]:
    """Return the workbook's sheets: communities, items, and the score sheet itself.

    Parameters
    ----------
    score : Score
    lang : {"zh", "en"}

    Returns
    -------
    list of Sheet
    """
    sheet = score.sheet
    about = [f"{sheet.name(lang)}: {sheet.source_zh if lang == 'zh' else sheet.source_en} ("
             f"{i18n.text(f'term.confidence_{sheet.confidence}', lang)})", _say("note_range", lang)]
    rules = pd.DataFrame(
        [{"stars_low": s.stars, "points_low": s.least} for s in sheet.stars])
    return [_table("stars", list_stars(score, lang), lang, about),
            _table("items", list_items(score, lang), lang, []),
            _table("rules", rules, lang, [_say(
                "note_veto", lang, stars=sheet.veto_stars), _say("note_part", lang)])]


def _table(name: str, table: pd.DataFrame, lang: str, notes: list[str]) -> Sheet:
    columns = tuple(Column(_say(f"col_{c}" if name != "rules" else f"col_rule_{c}", lang),
                           _WIDTH.get(c, 10), _SHAPE.get(c, "text")) for c in table.columns)
    rows = [[None if value is None or value != value else value for value in row]
            for row in table.itertuples(index=False)]
    return Sheet(_say(f"sheet_{name}", lang), columns, rows, tuple(notes))


def write_score(score: Score, assessment: Assessment, path: str | Path, *,
                lang: str | None = None) -> Path:
    """Write a score as a workbook.

    Parameters
    ----------
    score : Score
        From :func:`greenmap.score`.
    assessment : Assessment
        What it was made from: its name and marks stand on every sheet.
    path : str or Path
        An ``.xlsx``.
    lang : {"zh", "en"}, optional
        Default: the study's.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        The file can't be written.
    """
    lang = lang or assessment.study.lang
    shown = marks(assessment, lang)
    if score.sheet.example:
        shown = (_say("example", lang), *shown)
    return write_book(score_sheets(score, lang), path,
                      title=f"{assessment.study.name} {score.sheet.name(lang)}".strip(),
                      marks=" · ".join(shown))
