"""Answers to init's questions: written into the study file where the question stands."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from greenmap import i18n
from greenmap.errors import Faults
from greenmap.model.category import category_by_label, load_categories
from greenmap.model.standard import load_standard, standard_ids
from greenmap.read.tables import read_table
from greenmap.report.plain_book import write_plain_book
from greenmap.studies.questions import Question, marked

_DATUMS = {"gcj02": "高德 腾讯 谷歌 火星 amap gcj02 gcj-02", "bd09": "百度 baidu bd09 bd-09",
           "wgs84": "wgs84 wgs-84 gps 天地图 cgcs2000 2000 国家大地"}
_COUNTS = {"resident": "常住 resident", "registered": "户籍 registered"}
_NUMBER = re.compile(r"\d+(\.\d+)?")
_COLUMNS = ("id", "question", "how", "answer")


def fill_in(raw: str, answers: Mapping[str, Any], *, file: str) -> str:
    r"""Write answers into a study file, each in place of its question.

    Parameters
    ----------
    raw : str
        Text of the study file.
    answers : mapping
        By a question's id (``study.share``, ``amenities1.datum``) or its key
        (``share``), which answers every question of that key.
    file : str
        Name for messages.

    Returns
    -------
    str
        Everything else stands as it was.

    Raises
    ------
    InputFaults
        An answer that can't be read, or names no open question.

    Examples
    --------
    >>> fill_in('[study]\n# share = "？"\n', {"share": "90%"}, file="study.toml")
    '[study]\nshare = 0.9\n'
    """
    faults, used = Faults(), set()
    lines = raw.splitlines()
    for asked in marked(raw):
        key = next((name for name in (asked.id, asked.key) if name in answers), None)
        if key is None:
            continue
        used.add(key)
        told = toml_value(asked, answers[key])
        if told is None:
            faults.add("init.answer_unread", file=file, id=asked.id, found=str(answers[key]),
                       how=i18n.text(f"init.how_{asked.key}"))
        else:
            lines[asked.line - 1] = f"{told[0]} = {told[1]}"
    if unknown := [key for key in answers if key not in used]:
        faults.add("init.answer_unknown", file=file, ids=", ".join(unknown),
                   known=", ".join(one.id for one in marked(raw)) or "-")
    faults.raise_if_any()
    return "\n".join(lines) + "\n"


def toml_value(asked: Question, answer: Any) -> tuple[str, str] | None:
    """Turn an answer as people give it into a key and a value of TOML.

    Returns
    -------
    (key, value) or None
        None where it can't be read.

    Examples
    --------
    >>> toml_value(Question(1, "people", 0, "count"), "常住人口")
    ('count', '"resident"')
    """
    if isinstance(answer, (list, tuple)):
        answer = "、".join(map(str, answer))
    text = unicodedata.normalize("NFKC", str(answer)).strip()
    read = {"share": _share, "collected": _collected, "year": _year, "people_total": _count,
            "datum": lambda t: _among(t, _DATUMS), "count": lambda t: _among(t, _COUNTS),
            "standard": _standard, "category": _category}.get(asked.key, _quoted)
    value = read(text) if text else None
    if asked.key == "path" and text.lower().endswith((".tif", ".tiff")):
        return "raster", str(value)
    return None if value is None else (asked.key, value)


def _quoted(text: str) -> str:
    return json.dumps(text.replace("\\", "/"), ensure_ascii=False)


def _share(text: str) -> str | None:
    found = _NUMBER.match(text)
    value = float(found[0]) if found else 0.0
    value = value / 100 if text.endswith("%") or value > 1 else value
    return f"{value:g}" if 0 < value <= 1 else None


def _year(text: str) -> str | None:
    found = re.fullmatch(r"((?:19|20)\d\d)年?", text)
    return found[1] if found else None


def _count(text: str) -> str | None:
    found = _NUMBER.fullmatch(text.replace(",", ""))
    return found[0] if found else None


def _among(text: str, known: Mapping[str, str]) -> str | None:
    plain = text.lower()
    found = [key for key, words in known.items() if any(word in plain for word in words.split())]
    return json.dumps(found[0]) if len(found) == 1 else None


def _standard(text: str) -> str | None:
    if text.endswith(".toml") or text in standard_ids():
        return _quoted(text)
    named = [key for key in standard_ids() if text in (load_standard(key).name(lang)
                                                       for lang in i18n.LANGUAGES)]
    return _quoted(named[0]) if len(named) == 1 else None


def _category(text: str) -> str | None:
    key = text if text in load_categories() else category_by_label().get(text)
    return None if key is None else json.dumps(key)


def _collected(text: str) -> str | None:
    if text.lower() in ("all", "全部", "都收全", "全部收全"):
        return '"all"'
    labels, known = category_by_label(), load_categories()
    words = [part.strip(' "[]') for part in re.split(r"[,;、\n]", text) if part.strip(' "[]')]
    ids = [word if word in known else labels.get(word) for word in words]
    return None if None in ids else json.dumps(ids)


def write_settings(path: Path, raw: str, *, lang: str) -> Path:
    """Write the open questions of a study file as a sheet to fill in (项目设置.xlsx).

    Parameters
    ----------
    path : Path
        The workbook.
    raw : str
        Text of the study file.
    lang : {"zh", "en"}

    Returns
    -------
    Path
    """
    head = tuple(i18n.text(f"init.settings_{name}", lang) for name in _COLUMNS)
    rows = [(one.id, i18n.text(f"init.short_{one.key}", lang),
             i18n.text(f"init.how_{one.key}", lang), None) for one in marked(raw)]
    return write_plain_book(path, {i18n.text("init.settings_sheet", lang): [head, *rows]},
                            widths=(22, 40, 60, 30))


def read_settings(path: Path) -> dict[str, str]:
    """Read the answers of a filled-in sheet.

    Parameters
    ----------
    path : Path
        From :func:`write_settings`, answers added.

    Returns
    -------
    dict
        By question id; blank answers are left out.

    Raises
    ------
    InputFaults
        The sheet lacks its columns of ids and answers.
    """
    faults = Faults()
    raw = read_table(path, "settings", faults=faults)
    if not {"question_id", "answer"} <= set(raw.frame.columns):
        faults.add("init.settings_columns", file=raw.file,
                   have=", ".join(map(str, raw.frame.columns)))
    faults.raise_if_any()
    pairs = zip(raw.frame["question_id"], raw.frame["answer"], strict=True)
    return {str(key): str(answer) for key, answer in pairs if key and answer}
