"""Survey book: the workbook for the field, what is known filled in, what isn't to be checked."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap import i18n
from greenmap.errors import Faults, OutputError
from greenmap.model.barrier import WALLS
from greenmap.model.category import load_categories
from greenmap.model.clause import Clause
from greenmap.model.schema import first_few
from greenmap.model.score_sheet import ScoreSheet
from greenmap.model.study import Assessment
from greenmap.model.survey import (
    FACILITIES,
    FORMAT,
    GATE,
    GATES,
    ITEMS,
    NEW,
    ROLES,
    SIZES,
    STATUSES,
    YES_NO,
    Survey,
    answer_of,
    row_check,
    survey_key,
)
from greenmap.report.book import Ask, Column, Sheet, write_book
from greenmap.report.folder import staged
from greenmap.report.overview import marks
from greenmap.report.tables import cell

NEW_ROWS = 10
"""Blank rows for facilities nobody knew of, per community."""

_GATE_M = 5.0  # a gate farther off any wall can't be put into one
_WIDTH = {"unit": 16, "item": 42, "asked": 14, "known": 18, "answer": 12, "unit_word": 8,
          "date": 12, "role": 14, "remark": 24, "community": 16, "category": 16, "name": 24,
          "source": 18, "compound": 18, "field": 22, "entry": 60}
_NOT_SHOWN = ("unit_id", "item_id", "kind", "place_id", "category_id", "gate_id",
              "check")
_NOT_FOR_SURVEY = ("not_confirmed", "new_or_existing")
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
                      title=f"{result.study.name} {_say('title', lang)}".strip(),
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
            ("items", ITEMS, _items(result, communities, whole, scores, lang)),
            ("facilities", FACILITIES, _facilities(result, communities, lang)),
            ("new", NEW, _new(result, communities, lang)),
            ("gates", GATE, _gates(result, communities, lang))):
        if rows:
            sheets.append(Sheet(_say(f"sheet_{key}", lang), _columns(key, keys, lang), rows,
                                (_say(f"note_{key}", lang),), key=f"greenmap:{key}"))
    return sheets


def _say(name: str, lang: str, **facts: Any) -> str:
    return i18n.text(f"survey.{name}", lang, **facts)


def _columns(sheet: str, keys: Sequence[str], lang: str) -> tuple[Column, ...]:
    hidden = {*_NOT_SHOWN, *(("lon", "lat", "known_source") if sheet == "gates" else ())}
    return tuple(Column(_say(f"col_{key}", lang), _WIDTH.get(key, 11),
                        "number" if key in _NUMBERS else "text", key, key in hidden)
                 for key in keys)


def _ask(kind: str, lang: str, words: Sequence[str] = (), prefix: str = "") -> Ask:
    choices = tuple(_say(f"{prefix}_{word}", lang) for word in words)
    return Ask(kind, choices, _say("ask_title", lang), _say(f"ask_{kind}", lang))


def _end(lang: str) -> tuple[Any, Any, Any]:
    """Date, role and remark of a row."""
    return (_ask("date", lang), _ask("choice", lang, ROLES, "role"),
            Ask("text", (), _say("ask_title", lang), _say("ask_remark", lang)))


def _cover(result: Assessment, communities: Sequence[str], lang: str) -> Sheet:
    study = result.study
    names = study.communities["name"]
    about = [("study", study.name), ("standard", study.standard.name(lang)),
             ("communities", ", ".join(str(names[c]) for c in communities))]
    own = [("surveyor", Ask("text", (), _say("ask_title", lang), _say("ask_private", lang))),
           ("phone", Ask("text", (), _say("ask_title", lang), _say("ask_private", lang))),
           ("date", _ask("date", lang)), ("role", _ask("choice", lang, ROLES, "role"))]
    rows: list[tuple[Any, ...]] = [(_say(f"cover_{key}", lang), entry, key)
                                   for key, entry in (*about, *own)]
    rows += [(_say("cover_step", lang, number=n), _say(f"step_{n}", lang), "")
             for n in range(1, 8)]
    key = survey_key(study.standard.id, study.communities.index)
    rows += [("", FORMAT, "format"), ("", key, "key"), ("", study.name, "study_name")]
    columns = (Column(_say("col_field", lang), 22, key="label"),
               Column(_say("col_entry", lang), 90, key="entry"),
               Column("", 10, key="field", hidden=True))
    return Sheet(_say("sheet_cover", lang), columns, rows, key="greenmap:cover", hidden_rows=3)


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
                        _say("asked_yes" if item.answer == "yes_no" else "asked_number", lang))
              for sheet in scores for item in sheet.items if item.answer and item.id not in known]
    return found


def _items(result: Assessment, communities: Sequence[str], whole: bool,
           scores: Sequence[ScoreSheet], lang: str) -> list[tuple[Any, ...]]:
    units = result.units
    questions = _questions(result, scores, lang)
    rows = []
    for unit, level, name in zip(units.index.astype(str), units["level"], units["name"],
                                 strict=True):
        if not (unit in communities or (whole and level != "community")):
            continue
        for q in (q for q in questions if q.level == level and _is_open(result, unit, q)):
            answer = _ask("choice", lang, YES_NO, "answer") if q.kind.endswith(":yes_no") \
                else _ask("number", lang)
            rows.append((unit, q.id, q.kind, row_check("item", unit, q.id, q.kind, name, q.text),
                         str(name), q.text, q.asked, _known(result, unit, q.id, lang), answer,
                         q.unit, *_end(lang)))
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
        return _say("asked_yes", lang)
    if clause.value is None or clause.unconfirmed():
        return _say("asked_number", lang)
    return f"{clause.op} {clause.value:g}"


def _known(result: Assessment, unit: str, item: str, lang: str) -> str:
    """The newest answer there is."""
    survey = result.study.survey
    if survey is not None:
        rows = survey[(survey["unit_id"] == unit) & (survey["item_id"] == item)]
        if len(rows):
            value = rows.sort_values("date", kind="stable")["value"].iloc[-1]
            said = _say("answer_yes" if value else "answer_no", lang) \
                if isinstance(value, (bool, np.bool_)) else f"{value:g}"
            return f"{said} ({rows['date'].max()})"
    return _say("known_nothing", lang)


def _places(result: Assessment, communities: Sequence[str]) -> gpd.GeoDataFrame:
    """One row per place of a category the standard asks for, inside a chosen community."""
    study = result.study
    wanted = set(study.standard.categories)
    table = study.amenities[study.amenities["category"].isin(wanted)]
    table = table[~table.duplicated(["place_id", "category"])]
    areas = study.communities.geometry
    areas = areas[areas.index.astype(str).isin(communities)]
    tree = shapely.STRtree(areas.to_numpy())
    place, area = tree.query(table.geometry.to_numpy(), predicate="intersects")
    inside = pd.DataFrame({"place": place, "community_id": areas.index[area].astype(str)}
                          ).drop_duplicates("place")
    return table.iloc[inside["place"]].assign(community_id=inside["community_id"].to_numpy()
                                              ).sort_values(["community_id", "category",
                                                             "place_id"])


def _facilities(result: Assessment, communities: Sequence[str], lang: str
                ) -> list[tuple[Any, ...]]:
    names = result.study.communities["name"]
    rows: list[tuple[Any, ...]] = []
    for place in _places(result, communities).to_dict("records"):
        name = _text(place.get("name"))
        community = str(names[place["community_id"]])
        kind = _category(place["category"], lang)
        status = _text(place.get("status"))
        sizes: list[Any] = []
        for key in SIZES:
            value = place.get(key)
            sizes += [None if value is None or value != value else float(value),
                      _ask("number", lang)]
        rows.append((
            str(place["place_id"]), place["category"],
            row_check("place", place["place_id"], place["category"], community, name),
            community, kind, name, _text(place.get("source")),
            _say(f"status_{status}", lang) if status in STATUSES else _say("status_unknown", lang),
            _ask("choice", lang, STATUSES, "status"), *sizes, *_end(lang)))
    return rows


def _new(result: Assessment, communities: Sequence[str], lang: str) -> list[tuple[Any, ...]]:
    categories = tuple(dict.fromkeys(
        _category(key, lang) for key in result.study.standard.categories))
    if not categories:
        return []
    names = [str(result.study.communities["name"][c]) for c in communities]
    pick = Ask("choice", categories, _say("ask_title", lang), _say("ask_choice", lang))
    where = Ask("choice", tuple(_place_name(c, n) for c, n in zip(communities, names, strict=True)),
                _say("ask_title", lang), _say("ask_choice", lang))
    number = _ask("number", lang)
    degrees = Ask("number", (), _say("ask_title", lang), _say("ask_degrees", lang), least=-180)
    blank = Ask("text", (), _say("ask_title", lang), _say("ask_name", lang))
    return [(row_check("new", n), where, pick, blank, degrees, degrees, number, number, number,
             *_end(lang)) for n in range(NEW_ROWS * len(communities))]


def _place_name(community: str, name: str) -> str:
    """A community as it stands in a list of choices: names may come twice, codes don't."""
    return f"{name.replace(',', ' ')} [{community}]"


def _category(key: str, lang: str) -> str:
    category = load_categories()[key]
    return (category.zh if lang == "zh" else category.en).replace(",", " ")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _gates(result: Assessment, communities: Sequence[str], lang: str) -> list[tuple[Any, ...]]:
    barriers = result.study.network.barriers
    if barriers is None or not len(barriers.gate_id):
        return []
    points = shapely.points(barriers.gate_x, barriers.gate_y)
    walls = shapely.STRtree(barriers.wall[np.isin(barriers.wall_kind.astype(str), WALLS)])
    on, _ = walls.query(points, predicate="dwithin", distance=_GATE_M)
    areas = result.study.communities.geometry
    areas = areas[areas.index.astype(str).isin(communities)]
    near, area = shapely.STRtree(areas.to_numpy()).query(points, predicate="dwithin",
                                                        distance=_GATE_M)
    pairs = zip(near.tolist(), areas.index[area].astype(str), strict=True)
    own = dict(sorted(pairs, reverse=True))  # a gate between two belongs to the first code
    degrees = gpd.GeoSeries(points, crs=barriers.crs).to_crs("EPSG:4326")
    names = result.study.communities["name"]
    rows = []
    for n in sorted(set(on.tolist()) & set(own), key=lambda n: (own[n], barriers.gate_id[n])):
        gate, access = str(barriers.gate_id[n]), str(barriers.gate_access[n])
        lon, lat = (f"{v:.7f}" for v in (degrees.x[n], degrees.y[n]))
        community, compound = str(names[own[n]]), _compound(barriers, points[n])
        steps = float(barriers.gate_steps[n])
        source = _say(f"gate_{barriers.gate_source[n]}", lang)
        rows.append((gate, lon, lat, str(barriers.gate_source[n]),
                     row_check("gate", gate, lon, lat, community), community, compound,
                     f"{_say(f'access_{access}', lang)} ({source})",
                     _ask("choice", lang, GATES, "access"), None if steps != steps else steps,
                     _ask("number", lang), *_end(lang)))
    return rows


def _compound(barriers: Any, point: Any) -> str:
    near = shapely.STRtree(barriers.compound).query(point, predicate="dwithin", distance=_GATE_M)
    return ", ".join(sorted({str(barriers.compound_name[k] or barriers.compound_id[k])
                             for k in near}))


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
            heads = [_say(_HEADS.get(str(c), f"col_{c}"), lang) for c in table.columns]
            rows = [[cell(value) for value in row] for row in table.itertuples(index=False)]
            with (stage / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows([heads, *rows])
    return Path(folder)
