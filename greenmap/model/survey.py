"""Survey (摸底调查): the form of the workbook that goes into the field, and what comes back.

Rows are found again by hidden ids, whatever the language and the order; each carries a check
over its ids and what is shown beside them, so an edited id is seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from greenmap.model.clause import Clause

FORMAT = "greenmap.survey/1"
"""Form of the workbook; another form isn't read."""

ROLES = ("community", "subdistrict", "property", "department", "planner", "resident", "other")
STATUSES = ("open", "closed", "planned")
GATES = ("all", "residents", "closed")
NOT_SURE = "not_sure"
YES_NO = ("yes", "no", NOT_SURE)

ITEMS = ("unit_id", "item_id", "kind", "check", "unit", "item", "asked", "known", "answer",
         "unit_word", "date", "role", "remark")
FACILITIES = ("place_id", "category_id", "check", "community", "category", "name", "source",
              "known_status", "status", "known_floor_m2", "floor_m2", "known_area_m2", "area_m2",
              "known_capacity", "capacity", "date", "role", "remark")
NEW = ("check", "community", "category", "name", "lon", "lat", "floor_m2", "area_m2", "capacity",
       "date", "role", "remark")
GATE = ("gate_id", "lon", "lat", "known_source", "check", "community", "compound",
        "known_access", "access", "known_steps", "steps", "date", "role", "remark")
SHEETS = {"cover": ("label", "entry", "field"), "items": ITEMS, "facilities": FACILITIES,
          "new": NEW, "gates": GATE}
"""Sheets by key, and the keys of their columns."""

SIZES = ("floor_m2", "area_m2", "capacity")

ANSWERS = ("unit_id", "item_id", "value", "date", "role", "source")
FOUND = ("community_id", "category", "name", "lon", "lat", *SIZES, "date", "role", "source")
LOG = ("source", "sheet", "cell", "unit_id", "subject", "field", "value", "date", "role")
CONFLICTS = ("source", "sheet", "cell", "unit_id", "subject", "field", "was", "was_source", "found",
             "taken")


def survey_key(standard_id: str, community_ids: Iterable[str]) -> str:
    """Return what tells one study's survey from another's.

    Parameters
    ----------
    standard_id : str
        Of the study's standard.
    community_ids : iterable of str
        Any order.

    Returns
    -------
    str
        Stays as the study's data are corrected.

    Examples
    --------
    >>> survey_key("a", ["02", "01"]) == survey_key("a", ["01", "02"]) != survey_key("b", ["01"])
    True
    """
    return row_check(standard_id, *sorted(map(str, community_ids)))


def row_check(*parts: object) -> str:
    """Return the check of a row's ids and of what is shown beside them.

    Examples
    --------
    >>> row_check("01", "a") == row_check("01", "a"), len(row_check("01"))
    (True, 12)
    """
    text = "\x1f".join("" if part is None else str(part).strip() for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def answer_of(clause: Clause) -> str:
    """Return what a survey asks for a clause: ``yes_no``, ``number`` or nothing.

    A walk is measured, not asked. What lies inside a unit and what an area comes to may be asked
    where the data leave it open.

    Examples
    --------
    >>> from greenmap.model.standard import load_standard
    >>> answer_of(load_standard("fifteen-minute-generic").clauses[0])
    ''
    """
    if clause.kind == "survey":
        return clause.answer
    if clause.kind == "present":
        return "yes_no"
    return "number" if clause.kind == "area" and clause.value is not None else ""


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """What a survey brought back.

    Parameters
    ----------
    answers : DataFrame
        Columns :data:`ANSWERS`: True, False or a number per unit and item.
    facilities : DataFrame
        Index ``place_id``: ``status``, ``floor_m2``, ``area_m2``,
        ``capacity``; missing where nothing was said.
    found : DataFrame
        Facilities nobody knew of, columns :data:`FOUND`.
    gates : DataFrame
        Index ``gate_id``: ``lon``, ``lat`` (WGS 84), ``access``, ``steps``; and
        with no access the assumed gates beside them that nobody checked.
    log : DataFrame
        Every cell accepted, columns :data:`LOG`.
    conflicts : DataFrame
        Where the survey differs from another source, columns :data:`CONFLICTS`.
    files : tuple of (str, str)
        Name and digest of every workbook.
    """

    answers: pd.DataFrame
    facilities: pd.DataFrame
    found: pd.DataFrame
    gates: pd.DataFrame
    log: pd.DataFrame
    conflicts: pd.DataFrame
    files: tuple[tuple[str, str], ...] = ()
