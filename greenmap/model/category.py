"""Facility categories: what there is, and which category an OSM object or Amap row is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parents[1] / "categories.toml"
_NOT_PLACES = ("line", "attribute")


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of facility a standard may ask for.

    Parameters
    ----------
    id : str
        Key used in standards, studies and tables.
    zh, en : str
        Names.
    group : str
        Theme: education, health, elderly, …
    kind : {"point", "area", "line", "attribute"}
        What such a facility is on the ground.
    site_m2 : tuple of (float, float), optional
        Site area [from, below), square metres; an OSM area of known size
        outside it is not of this category.
    """

    id: str
    zh: str
    en: str
    group: str
    kind: str
    site_m2: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class _Rule:
    category: str
    rank: str
    name: re.Pattern[str] | None
    name_not: re.Pattern[str] | None
    tests: tuple[Callable[[Mapping[str, str]], bool], ...] = ()
    key: str = ""
    code: str = ""
    path: tuple[str, ...] = ()

    def fits_name(self, name: str) -> bool:
        if self.name is not None and not self.name.search(name):
            return False
        return self.name_not is None or not self.name_not.search(name)


@cache
def _entries() -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads(_FILE.read_text("utf-8"))["category"])


def _bounds(given: list[float] | None) -> tuple[float, float] | None:
    return None if given is None else (float(given[0]), float(given[1]))


@cache
def load_categories() -> dict[str, Category]:
    """Return every known category.

    Returns
    -------
    dict
        Id to :class:`Category`, in the order of ``categories.toml``.

    Examples
    --------
    >>> load_categories()["pharmacy"].zh
    '药店'
    """
    return {
        entry["id"]: Category(
            entry["id"],
            entry["zh"],
            entry["en"],
            entry["group"],
            entry["kind"],
            _bounds(entry.get("site_m2")),
        )
        for entry in _entries()
    }


@cache
def category_by_label() -> dict[str, str]:
    """Return the names under which a category may stand in a table.

    Returns
    -------
    dict
        Label (id, Chinese name with and without what stands in brackets,
        Chinese alias, English name in lower case) to id.

    Examples
    --------
    >>> category_by_label()["公园"], category_by_label()["养老驿站"]
    ('park', 'elderly_service_station')
    """
    labels: dict[str, str] = {}
    for entry in _entries():
        own = [entry["id"], entry["zh"], entry["en"].lower(), *entry.get("aliases_zh", ())]
        own.append(re.sub(r"[（(][^（）()]*[）)]", "", entry["zh"]))
        own.extend(re.findall(r"[（(]([^（）()]{3,})[）)]", entry["zh"]))
        for label in own:  # a table's cells are compared with half-width brackets
            labels.setdefault(label, entry["id"])
            labels.setdefault(label.replace("（", "(").replace("）", ")"), entry["id"])
    return labels


def _selector(text: str) -> tuple[str, Callable[[Mapping[str, str]], bool]]:
    """Compile one tag selector; the key is "" where it may be absent."""
    if text.startswith("!"):
        return "", lambda tags: text[1:] not in tags
    found = re.match(r"([^=~!]+)(!=|!~|=|~)(.*)$", text)
    if found is None:
        raise ValueError(text)
    key, sign, value = found.groups()
    if sign == "=":
        if value == "*":
            return key, lambda tags: key in tags
        return key, lambda tags: key in tags and value in tags[key].split(";")
    if sign == "!=":
        return "", lambda tags: tags.get(key) != value
    pattern = re.compile(value)
    if sign == "~":
        return key, lambda tags: key in tags and pattern.search(tags[key]) is not None
    return "", lambda tags: key not in tags or pattern.search(tags[key]) is None


def _rules(source: str) -> Iterable[_Rule]:
    """Rules of OSM or Amap for categories that are places one can walk to."""
    for entry in _entries():
        if entry["kind"] in _NOT_PLACES or entry["group"] == "base":
            continue
        for row in entry.get(source, ()):
            if row["rank"] == "weak":
                continue
            compiled = [_selector(text) for text in row.get("tags", ())]
            compiled.sort(key=lambda selector: not selector[0])  # what must be there comes first
            yield _Rule(
                entry["id"],
                row["rank"],
                re.compile(row["name"]) if "name" in row else None,
                re.compile(row["name_not"]) if "name_not" in row else None,
                tuple(test for _, test in compiled),
                compiled[0][0] if compiled else "",
                row.get("code", ""),
                tuple(row.get("path", "").split(";")),
            )


@cache
def _osm_rules() -> dict[str, list[_Rule]]:
    """Rules under the key their first selector needs."""
    by_key: dict[str, list[_Rule]] = {}
    for rule in _rules("osm"):
        by_key.setdefault(rule.key, []).append(rule)
    return by_key


@cache
def _osm_candidates(key: str, value: str) -> tuple[_Rule, ...]:
    """Rules whose first selector one tag meets; a file has few different tags of such keys."""
    return tuple(rule for rule in _osm_rules()[key] if rule.tests[0]({key: value}))


@cache
def _amap_rules() -> tuple[tuple[_Rule, ...], frozenset[str]]:
    rules = tuple(_rules("amap"))
    return rules, frozenset(rule.code for rule in rules)


def _best(rules: Iterable[_Rule]) -> tuple[str, ...]:
    """Primary before fallback, in the order of categories.toml, each category once."""
    found = list(rules)
    if not found:
        return ()
    primary = {rule.category for rule in found if rule.rank == "primary"}
    return _in_order(frozenset(primary or {rule.category for rule in found}))


@cache
def _in_order(chosen: frozenset[str]) -> tuple[str, ...]:
    return tuple(key for key in load_categories() if key in chosen)


def classify_osm(tags: Mapping[str, str]) -> tuple[str, ...]:
    """Say which categories an OpenStreetMap object is.

    A fallback rule is taken only where no primary rule matched the object;
    weak rules are never taken.

    Parameters
    ----------
    tags : mapping of str to str
        The object's tags.

    Returns
    -------
    tuple of str
        Category ids, in the order of ``categories.toml``; often empty.

    Examples
    --------
    >>> classify_osm({"amenity": "pharmacy"})
    ('pharmacy',)
    >>> classify_osm({"amenity": "school", "name": "滨河九年一贯制学校"})
    ('primary_school', 'junior_secondary_school')
    >>> classify_osm({"highway": "residential"})
    ()
    """
    by_key = _osm_rules()
    name = tags.get("name", "")
    return _best(
        rule
        for key in by_key.keys() & tags.keys()
        for rule in _osm_candidates(key, tags[key])
        if all(test(tags) for test in rule.tests) and rule.fits_name(name)
    )


@cache
def _amap_candidates(code: str, path: tuple[str, ...]) -> tuple[_Rule, ...]:
    """Rules one code, or one path where there is no code, may fall under."""
    rules, codes = _amap_rules()
    if code in codes:
        return tuple(rule for rule in rules if rule.code == code)
    if code:
        middle = code[:4] + "00"
        return tuple(
            rule
            for rule in rules
            if rule.code == middle
            and rule.rank == "primary"
            and (len(path) < 2 or rule.path[:2] == path[:2])
        )
    if len(path) == 2:  # a table that stops at the middle class
        return tuple(r for r in rules if r.code.endswith("00") and r.path[:2] == path)
    if len(path) == 1:
        return tuple(r for r in rules if r.path[-1] == path[0])
    return tuple(r for r in rules if r.path == path)


def classify_amap(code: str, path: str, name: str) -> tuple[str, ...]:
    """Say which categories an Amap row is.

    A code is matched as it stands. One without a rule of its own takes the
    primary rules of its middle class (160105 those of 160100). Without a
    code the type path decides.

    Parameters
    ----------
    code : str
        Six-digit type code; several joined by ``|``; may be empty.
    path : str
        Type path ``大类;中类;小类``; several joined by ``|``; may be empty.
    name : str
        Name of the place, for the name rules.

    Returns
    -------
    tuple of str
        Category ids, in the order of ``categories.toml``.

    Examples
    --------
    >>> classify_amap("090601", "医疗保健服务;医药保健销售店;药房", "一心堂")
    ('pharmacy',)
    >>> classify_amap("160105", "金融保险服务;银行;中国工商银行", "工商银行")
    ('bank',)
    >>> classify_amap("150900", "交通设施服务;停车场;停车场", "停车场")
    ()
    """
    return _best(rule for rule in _amap_rules_of(code, path) if rule.fits_name(name))


@cache
def _amap_rules_of(code: str, path: str) -> tuple[_Rule, ...]:
    """Rules of every type a row joins by ``|``; a table has few different ones."""
    codes = [part.strip() for part in code.split("|") if part.strip()]
    paths = [
        tuple(step.strip() for step in part.split(";") if step.strip())
        for part in path.split("|")
        if part.strip(" ;")
    ]
    count = max(len(codes), len(paths))
    codes += [""] * (count - len(codes))
    paths += [()] * (count - len(paths))
    return tuple(rule for one in zip(codes, paths, strict=True) for rule in _amap_candidates(*one))
