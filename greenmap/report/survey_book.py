"""Survey book: the workbook for the field, what is known filled in, what isn't to be checked."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from greenmap.errors import Faults, OutputError
from greenmap.model.schema import first_few
from greenmap.model.score_sheet import ScoreSheet
from greenmap.model.study import Assessment
from greenmap.model.survey import (
    FACILITIES,
    FORMAT,
    GATE,
    ITEMS,
    NEW,
    ROLES,
    Survey,
    survey_key,
)
from greenmap.report.book import Ask, Column, Sheet, write_book
from greenmap.report.folder import staged
from greenmap.report.overview import marks
from greenmap.report.survey_ask import ask, item_rows, say
from greenmap.report.survey_places import facility_rows, gate_rows, new_rows
from greenmap.report.tables import cell

_WIDTH = {"unit": 16, "item": 42, "asked": 14, "known": 18, "answer": 12, "unit_word": 8,
          "date": 12, "role": 14, "remark": 24, "community": 16, "category": 16, "name": 24,
          "source": 18, "compound": 18, "field": 22, "entry": 60}
_NOT_SHOWN = ("unit_id", "item_id", "kind", "place_id", "category_id", "gate_id",
              "check")
_HEADS = {"source": "col_workbook", "unit_id": "col_unit", "field": "col_what"}
_NUMBERS = ("floor_m2", "area_m2", "capacity", "steps", "known_floor_m2", "known_area_m2",
            "known_capacity", "known_steps")


def write_survey(result: Assessment, path: str | Path, *, communities: Sequence[str] | None = None,
                 sheets: Sequence[ScoreSheet] = (), lang: str | None = None) -> Path:
    """Write the field survey's workbook.

    Parameters
    ----------
    result : Assessment
        What is known, and what isn't.
    path : str or Path
        An ``.xlsx``.
    communities : sequence of str, optional
        Only these; default all, and the units above them.
    sheets : sequence of ScoreSheet
        Score sheets whose survey items are asked as well.
    lang : {"zh", "en"}, optional
        Default: the study's.

    Returns
    -------
    Path

    Raises
    ------
    InputFaults
        A community the study doesn't have.
    OutputError
        The file can't be written, or is there already: it may be filled in.
    """
    lang = lang or result.study.lang
    known = result.study.communities.index.astype(str)
    chosen = tuple(known) if communities is None else tuple(communities)
    if Path(path).exists():
        raise OutputError("survey.exists", file=Path(path).name)
    lost = sorted(set(chosen) - set(known))
    if lost:
        faults = Faults()
        faults.add("survey.unknown_community", found=first_few(lost),
                   known=first_few(sorted(known), 5))
        faults.raise_if_any()
    return write_book(survey_sheets(result, chosen, lang, sheets), path,
                      title=f"{result.study.name} {say('title', lang)}".strip(),
                      marks=" · ".join(marks(result, lang)))


def survey_sheets(result: Assessment, communities: Sequence[str], lang: str,
                  scores: Sequence[ScoreSheet] = ()) -> list[Sheet]:
    """Return the sheets of the field survey.

    Parameters
    ----------
    result : Assessment
    communities : sequence of str
        Which; all of them bring the units above as well.
    lang : {"zh", "en"}
    scores : sequence of ScoreSheet
        Whose survey items are asked as well.

    Returns
    -------
    list of Sheet
        Cover, items, facilities, new facilities, gates; a sheet that would
        ask nothing is left out, but for the cover.
    """
    whole = set(result.study.communities.index.astype(str)) == set(communities)
    sheets = [_cover(result, communities, lang)]
    for key, keys, rows in (
            ("items", ITEMS, item_rows(result, communities, whole, scores, lang)),
            ("facilities", FACILITIES, facility_rows(result, communities, lang)),
            ("new", NEW, new_rows(result, communities, lang)),
            ("gates", GATE, gate_rows(result, communities, lang))):
        if rows:
            sheets.append(Sheet(say(f"sheet_{key}", lang), _columns(key, keys, lang), rows,
                                (say(f"note_{key}", lang),), key=f"greenmap:{key}"))
    return sheets


def _columns(sheet: str, keys: Sequence[str], lang: str) -> tuple[Column, ...]:
    hidden = {*_NOT_SHOWN, *(("lon", "lat", "known_source") if sheet == "gates" else ())}
    return tuple(Column(say(f"col_{key}", lang), _WIDTH.get(key, 11),
                        "number" if key in _NUMBERS else "text", key, key in hidden)
                 for key in keys)


def _cover(result: Assessment, communities: Sequence[str], lang: str) -> Sheet:
    study = result.study
    names = study.communities["name"]
    about = [("study", study.name), ("standard", study.standard.name(lang)),
             ("communities", ", ".join(str(names[c]) for c in communities))]
    own = [("surveyor", Ask("text", (), say("ask_title", lang), say("ask_private", lang))),
           ("phone", Ask("text", (), say("ask_title", lang), say("ask_private", lang))),
           ("date", ask("date", lang)), ("role", ask("choice", lang, ROLES, "role"))]
    rows: list[tuple[Any, ...]] = [(say(f"cover_{key}", lang), entry, key)
                                   for key, entry in (*about, *own)]
    rows += [(say("cover_step", lang, number=n), say(f"step_{n}", lang), "")
             for n in range(1, 8)]
    key = survey_key(study.standard.id, study.communities.index)
    rows += [("", FORMAT, "format"), ("", key, "key"), ("", study.name, "study_name")]
    columns = (Column(say("col_field", lang), 22, key="label"),
               Column(say("col_entry", lang), 90, key="entry"),
               Column("", 10, key="field", hidden=True))
    return Sheet(say("sheet_cover", lang), columns, rows, key="greenmap:cover", hidden_rows=3)


def write_survey_log(survey: Survey, folder: str | Path, *, lang: str) -> Path:
    """Write what was taken from a survey, cell by cell, and its conflicts, as csv.

    Parameters
    ----------
    survey : Survey
        From :func:`greenmap.read_survey`.
    folder : str or Path
        Gets ``survey_log.csv`` and ``survey_conflicts.csv``.
    lang : {"zh", "en"}

    Returns
    -------
    Path
        The folder.
    """
    with staged(folder) as stage:
        for name, table in (("survey_log", survey.log), ("survey_conflicts", survey.conflicts)):
            heads = [say(_HEADS.get(str(c), f"col_{c}"), lang) for c in table.columns]
            rows = [[cell(value) for value in row] for row in table.itertuples(index=False)]
            with (stage / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows([heads, *rows])
    return Path(folder)
