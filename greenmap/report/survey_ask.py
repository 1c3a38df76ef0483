"""Survey items: what is asked of every unit, and the cells that ask it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from greenmap import i18n
from greenmap.model.clause import Clause
from greenmap.model.score_sheet import ScoreSheet
from greenmap.model.study import Assessment
from greenmap.model.survey import ROLES, YES_NO, answer_of, row_check
from greenmap.report.book import Ask

_NOT_FOR_SURVEY = ("not_confirmed", "new_or_existing")


def say(name: str, lang: str, **facts: Any) -> str:
    """Return one of the survey's words."""
    return i18n.text(f"survey.{name}", lang, **facts)


def ask(kind: str, lang: str, words: Sequence[str] = (), prefix: str = "") -> Ask:
    """Return a cell that asks: a choice, a number or a date."""
    choices = tuple(say(f"{prefix}_{word}", lang) for word in words)
    return Ask(kind, choices, say("ask_title", lang), say(f"ask_{kind}", lang))


def end_cells(lang: str) -> tuple[Any, Any, Any]:
    """Return the cells for date, role and remark of a row."""
    return (ask("date", lang), ask("choice", lang, ROLES, "role"),
            Ask("text", (), say("ask_title", lang), say("ask_remark", lang)))


@dataclass(frozen=True, slots=True)
class _Question:
    """What the items sheet asks of the units of one level; `open_only`: where it isn't known."""

    id: str
    kind: str
    level: str
    text: str
    asked: str
    unit: str = ""
    open_only: bool = False


def _questions(result: Assessment, scores: Sequence[ScoreSheet], lang: str) -> list[_Question]:
    """Clauses of the standard, then the score sheets' items that aren't among them."""
    levels = set(result.units["level"])
    found = [_Question(c.id, f"clause:{answer_of(c)}",
                       c.unit_of_audit if c.unit_of_audit in levels else "community",
                       f"{c.item} {c.text(lang)}".strip(), _asked(c, lang),
                       _unit(c, lang), c.kind != "survey")
             for c in result.study.standard.clauses if answer_of(c)]
    known = {question.id for question in found}
    found += [_Question(item.id, f"score:{item.answer}", "community", item.text(lang),
                        say("asked_yes" if item.answer == "yes_no" else "asked_number", lang))
              for sheet in scores for item in sheet.items if item.answer and item.id not in known]
    return found


def item_rows(result: Assessment, communities: Sequence[str], whole: bool,
           scores: Sequence[ScoreSheet], lang: str) -> list[tuple[Any, ...]]:
    """Return the rows of the items sheet.

    Parameters
    ----------
    result : Assessment
    communities : sequence of str
        Which.
    whole : bool
        Whether they are all: then the units above are asked as well.
    scores : sequence of ScoreSheet
        Whose survey items are asked as well.
    lang : {"zh", "en"}

    Returns
    -------
    list of tuple
        Columns :data:`greenmap.model.survey.ITEMS`.
    """
    units = result.units
    questions = _questions(result, scores, lang)
    rows = []
    for unit, level, name in zip(units.index.astype(str), units["level"], units["name"],
                                 strict=True):
        if not (unit in communities or (whole and level != "community")):
            continue
        for q in (q for q in questions if q.level == level and _is_open(result, unit, q)):
            answer = ask("choice", lang, YES_NO, "answer") if q.kind.endswith(":yes_no") \
                else ask("number", lang)
            rows.append((unit, q.id, q.kind, row_check("item", unit, q.id, q.kind, name, q.text),
                         str(name), q.text, q.asked, _known(result, unit, q.id, lang), answer,
                         q.unit, *end_cells(lang)))
    return rows


def _is_open(result: Assessment, unit: str, question: _Question) -> bool:
    """Whether a survey can decide; of what the data may answer only what they leave open."""
    known = result.coverage
    if (unit, question.id) not in known.index:
        return not question.open_only
    row: Any = known.loc[(unit, question.id)]
    if question.open_only:
        return bool(row["state"] == "not_known" and row["reason"] not in _NOT_FOR_SURVEY)
    return bool(row["state"] != "not_applicable")


def _unit(clause: Clause, lang: str) -> str:
    names = [clause.value_unit or clause.measure, *([clause.per] if clause.measure else [])]
    words = i18n.table("survey", lang)
    return "/".join(words.get(f"unit_{name}", name) for name in names if name not in ("", "unit"))


def _asked(clause: Clause, lang: str) -> str:
    if answer_of(clause) == "yes_no":
        return say("asked_yes", lang)
    if clause.value is None or clause.unconfirmed():
        return say("asked_number", lang)
    return f"{clause.op} {clause.value:g}"


def _known(result: Assessment, unit: str, item: str, lang: str) -> str:
    """The newest answer there is."""
    survey = result.study.survey
    if survey is not None:
        rows = survey[(survey["unit_id"] == unit) & (survey["item_id"] == item)]
        if len(rows):
            value = rows.sort_values("date", kind="stable")["value"].iloc[-1]
            said = say("answer_yes" if value else "answer_no", lang) \
                if isinstance(value, (bool, np.bool_)) else f"{value:g}"
            return f"{said} ({rows['date'].max()})"
    return say("known_nothing", lang)
