"""Listing: the assessment's tables as a reader sees them, in words, one row per line.

Both the workbook and the csv files are written from these, so they can't differ. Column names
are the canonical ones; headings come from the locale. Numbers stay numbers; where there is no
number (beyond the search, a group too small to print) the cell holds the word instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from greenmap import i18n
from greenmap.model.category import load_categories
from greenmap.model.clause_text import confidence_text
from greenmap.model.small_group import COMPLEMENT, FEW, PART, groups_hidden
from greenmap.model.standard import LEVELS, Clause
from greenmap.model.study import Assessment
from greenmap.model.unit import STUDY

COVERAGE = ("level", "unit_id", "unit_name", "clause_id", "clause", "limit", "limit_unit", "group",
            "people", "people_covered", "people_unknown", "share", "required", "state", "state_80",
            "state_90", "state_100", "reason", "walk_median", "walk_p90", "walk_unit",
            "people_basis", "source_text", "confidence")
GAPS = ("rank", "gap_id", "district", "subdistrict", "community_id", "community_name", "clause_id",
        "clause", "source_text", "limit", "limit_unit", "group", "required", "share", "shortfall",
        "measure", "people_missing", "people_unknown", "people", "cause", "people_by_cause",
        "state", "walk_p90", "walk_unit", "data_source", "data_date", "note")
CHECKS = ("rank", "check_id", "district", "subdistrict", "community_id", "community_name",
          "clause_id", "clause", "limit", "limit_unit", "group", "people_unknown", "reason", "todo",
          "data_source", "data_date", "found", "checked_by", "checked_on")
FACILITIES = ("amenity_id", "place_id", "name", "category", "status", "attached", "why_not",
              "leg_m", "area_m2", "source")


def list_coverage(result: Assessment, lang: str) -> pd.DataFrame:
    """List coverage, one row per unit and clause.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`COVERAGE`; ``share_low`` and ``share_high`` last;
        ``people_assumed`` where walls are counted,
        and what holds without waits at crossings where those are counted;
        communities by id first, then each upper level; clauses in the
        standard's order.
    """
    table = result.coverage
    clauses = _clauses(result)
    marks = groups_hidden(result)
    flat = table.reset_index()
    flat["mark"] = marks.to_numpy()
    flat["level_rank"] = flat["level"].map({name: n for n, name in enumerate((*LEVELS, STUDY))})
    flat["clause_rank"] = flat["clause_id"].map({name: n for n, name in enumerate(clauses)})
    flat = flat.sort_values(["level_rank", "unit_id", "clause_rank"], ignore_index=True)
    out = flat.join(_clause_columns(flat["clause_id"], clauses, lang))
    bases = [_basis(clauses[c], b, lang) for c, b in zip(flat["clause_id"], flat["people_basis"],
                                                         strict=True)]
    out["group"], out["people_basis"] = zip(*bases, strict=True) if bases else ((), ())
    out["unit_name"] = flat["unit_name"].mask(flat["level"] == STUDY, _study_name(result, lang))
    out["walk_median"] = walks(result, flat, "walk_median", lang)
    out["walk_p90"] = walks(result, flat, "walk_p90", lang)
    for name, prefix in (("level", "level"), ("reason", "reason"), ("walk_unit", "unit"),
                         ("state", "state"), ("state_80", "state"), ("state_90", "state"),
                         ("state_100", "state")):
        out[name] = words(flat[name], prefix, lang)
    more = ["people_assumed"] if result.study.network.barriers is not None else []
    waits = [str(name) for name in flat if str(name).endswith("_no_waits")]
    for name in waits:
        out[name] = walks(result, flat, name, lang) if name.startswith("walk") else flat[name]
    more += [*waits, "share_low", "share_high"]
    for name in ("people", "people_covered", "people_unknown", "share", *more):
        if not name.startswith("walk"):
            out[name] = hide(flat[name], flat["mark"], name, lang)
    return out[[*COVERAGE, *more]]


def list_gaps(result: Assessment, lang: str) -> pd.DataFrame:
    """List the gaps by rank: what is not met, and why.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`GAPS`.
    """
    table = result.gaps.drop(columns="geometry", errors="ignore").reset_index()
    out = _places(result, table, "gap_id", lang)
    marks = _marks_of(result, out)
    out["shortfall"] = out["required"] - out["share"]
    out["state"] = word("state_not_met", lang)
    out["measure"] = i18n.text("report.measure_share", lang)
    out["walk_p90"] = walks(result, out, "walk_p90", lang)
    out["walk_unit"] = words(out["walk_unit"], "unit", lang)
    out["cause"] = words(out["cause"], "cause", lang)
    out["people_by_cause"] = [_causes(value, lang) if mark == "" else ""
                              for value, mark in zip(out["people_by_cause"], marks, strict=True)]
    for name in ("people_missing", "people_unknown", "people", "share", "shortfall"):
        out[name] = hide(out[name], marks, name, lang)
    return out[list(GAPS)]


def list_checks(result: Assessment, lang: str) -> pd.DataFrame:
    """List what has to be looked at on the spot, by rank.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`CHECKS`; the last three are left for the visitor.
    """
    table = result.checks.drop(columns="geometry", errors="ignore").reset_index()
    out = _places(result, table, "check_id", lang)
    known = i18n.table("report", lang)
    out["todo"] = [known.get(f"todo_{reason}", known["todo_other"]) for reason in out["reason"]]
    out["reason"] = words(out["reason"], "reason", lang)
    out["people_unknown"] = hide(out["people_unknown"], _marks_of(result, out), "people_missing",
                                 lang)
    for name in ("found", "checked_by", "checked_on"):
        out[name] = ""
    return out[list(CHECKS)]


def main_lists(result: Assessment, lang: str) -> dict[str, pd.DataFrame]:
    """List coverage, gaps and checks, which stand in the workbook and in files of their own.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    dict
        ``coverage``, ``gaps``, ``checks``.
    """
    return {"coverage": list_coverage(result, lang), "gaps": list_gaps(result, lang),
            "checks": list_checks(result, lang)}


def list_facilities(result: Assessment, lang: str) -> pd.DataFrame:
    """List every facility row, also those of no category or not on the streets.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`FACILITIES`, by ``amenity_id``; and how each entrance was
        found, where places were areas; and into which place a row was merged.
    """
    table = pd.DataFrame(result.study.amenities.drop(columns="geometry"))
    table = table.reindex(columns=[*table.columns, *(
        name for name in ("place_id", "name", "category", "status", "area_m2", "source")
        if name not in table)])
    out = table.join(amenity_snaps(result))
    out = out.rename_axis("amenity_id").sort_index().reset_index()
    names = {key: category.zh if lang == "zh" else category.en
             for key, category in load_categories().items()}
    unclassified = i18n.text("report.unclassified", lang)
    out["category"] = [unclassified if pd.isna(key) else names.get(key, key)
                       for key in out["category"]]
    status = out["status"].astype(object).fillna("unknown")
    out["status"] = words(status, "status", lang, part="report")
    joined = out["attached"].fillna(False).astype(bool)
    out["attached"] = [i18n.text("report.yes" if ok else "report.no", lang) for ok in joined]
    out["why_not"] = np.where(joined, "", words(out["snap"].fillna("not_tried"), "snap", lang,
                                                part="report"))
    columns = list(FACILITIES)
    if "entrance_rule" in out:
        out["entrance_rule"] = words(out["entrance_rule"], "entrance", lang, part="report")
        columns.append("entrance_rule")
    if "merged_into" in out:
        out["merged_into"] = out["merged_into"].fillna("")
        columns.append("merged_into")
    return out[columns]


def amenity_snaps(result: Assessment) -> pd.DataFrame:
    """Return how each facility was put on the streets.

    Parameters
    ----------
    result : Assessment

    Returns
    -------
    DataFrame
        Index ``amenity_id``; ``attached``, ``leg_m``, ``snap``.
    """
    snaps = result.snaps.loc["amenity"]
    return snaps[["attached", "leg_m"]].assign(snap=snaps["status"])


def word(name: str, lang: str) -> str:
    """Return a shared word."""
    return i18n.text(f"term.{name}", lang)


def words(values: pd.Series, prefix: str, lang: str, *, part: str = "term") -> list[str]:
    """Translate a column of keys; an unknown key stays itself, missing is empty."""
    known = i18n.table(part, lang)
    told = {v: known.get(f"{prefix}_{v}", str(v)) for v in values.dropna().unique()}
    return [told.get(v, "") for v in values.tolist()]


def walks(result: Assessment, rows: pd.DataFrame, column: str, lang: str) -> list[Any]:
    """Write walks: the number, "> limit of the search" where beyond it, empty where missing."""
    limits = dict(zip(result.answers.clause_id, result.answers.search_limit, strict=True))
    return [None if pd.isna(value) else float(value) if np.isfinite(value)
            else i18n.text("term.beyond", lang, limit=f"{limits[clause]:g}")
            for value, clause in zip(rows[column].astype(float), rows["clause_id"], strict=True)]


def hide(values: pd.Series, marks: pd.Series, column: str, lang: str) -> list[Any]:
    """Write counts; of a group too small to print only that it is small."""
    few = i18n.text("report.few", lang)
    hidden = i18n.text("report.hidden", lang)
    out: list[Any] = [None if pd.isna(value) else float(value) for value in values]
    # what is printed all the same
    kept = {COMPLEMENT: column.startswith(("share", "shortfall")), PART: column == "people"}
    for n, mark in enumerate(marks):
        if mark == FEW:
            out[n] = few if column in ("people", "people_missing") else None
        elif mark and not kept[mark]:
            out[n] = hidden
    return out


def _clauses(result: Assessment) -> dict[str, Clause]:
    return {clause.id: clause for clause in result.study.standard.clauses}


def _clause_columns(ids: pd.Series, clauses: Mapping[str, Clause], lang: str) -> pd.DataFrame:
    chosen = [clauses[name] for name in ids]
    walked = [clause.kind == "reach" for clause in chosen]
    note = "note_zh" if lang == "zh" else "note_en"
    return pd.DataFrame({
        "clause": [clause.text(lang) for clause in chosen],
        "limit": [clause.limit if w else np.nan for clause, w in zip(chosen, walked, strict=True)],
        "limit_unit": [word(f"unit_{clause.unit}", lang) if w else ""
                       for clause, w in zip(chosen, walked, strict=True)],
        "source_text": [clause.source(lang) for clause in chosen],
        "confidence": [confidence_text(clause, lang) for clause in chosen],
        "note": [getattr(clause, note) for clause in chosen],
    }, index=ids.index)


def _basis(clause: Clause, basis: str, lang: str) -> tuple[str, str]:
    """Say whom a clause counts in fact, and from what: a lack of data must not hide in a group."""
    group = word(f"people_{clause.people}", lang)
    if basis == "measured" and clause.people == "all":
        return group, i18n.text("report.basis_people", lang)
    if basis == "all_residents":
        group = i18n.text("report.group_not_known", lang, group=group)
    return group, word(f"basis_{basis}", lang)


def _places(result: Assessment, table: pd.DataFrame, key: str, lang: str) -> pd.DataFrame:
    table = table.sort_values(["rank", key], ignore_index=True)
    out = table.join(_clause_columns(table["clause_id"], _clauses(result), lang))
    clauses = _clauses(result)
    basis = result.coverage["people_basis"].reindex(
        pd.MultiIndex.from_arrays([out["community_id"], out["clause_id"]]))
    out["group"] = [_basis(clauses[c], b, lang)[0]
                    for c, b in zip(out["clause_id"], basis, strict=True)]
    for level in ("district", "subdistrict"):
        above = {unit: _above(result.units, unit, level) for unit in out["community_id"].unique()}
        out[level] = [above[unit] for unit in out["community_id"].tolist()]
    whole = out["community_id"] == STUDY
    out["community_name"] = out["community_name"].mask(whole, _study_name(result, lang))
    sources = _sources(result, i18n.text("report.between", lang))
    out["data_source"] = [sources[clause] for clause in out["clause_id"]]
    out["data_date"] = result.study.as_of
    return out


def _sources(result: Assessment, between: str) -> dict[str, str]:
    """Where the places a clause asks for come from; none known: every source of places."""
    table = result.study.amenities
    asked = [i for i in result.study.inputs if i.get("role") == "amenities"]
    everything = between.join(dict.fromkeys(str(i["name"]) for i in asked if i.get("name")))
    found = {}
    said: dict[Any, set[str]] = {}
    if "source" in table:
        pairs = table[["category", "source"]].dropna().drop_duplicates()
        for category, source in zip(pairs["category"], pairs["source"], strict=True):
            said.setdefault(category, set()).add(str(source))
    for clause in result.study.standard.clauses:
        names = set().union(*(said.get(category, ()) for category in clause.categories))
        found[clause.id] = between.join(sorted(names)) or everything
    return found


def _study_name(result: Assessment, lang: str) -> str:
    return result.study.name or word("level_study", lang)


def _above(units: pd.DataFrame, unit: object, level: str) -> str:
    """Return the name of the unit, or of the one above it, that is of `level`."""
    while unit in units.index:
        if units.at[unit, "level"] == level:
            return str(units.at[unit, "name"])
        unit = units.at[unit, "parent_id"]
    return ""


def _marks_of(result: Assessment, rows: pd.DataFrame) -> pd.Series:
    marks = groups_hidden(result)
    keys = pd.MultiIndex.from_arrays([rows["community_id"], rows["clause_id"]])
    return pd.Series(marks.reindex(keys).fillna("").to_numpy(), index=rows.index)


def _causes(text: str, lang: str) -> str:
    known = i18n.table("term", lang)
    pairs = [part.split("=") for part in str(text).split("; ") if "=" in part]
    return i18n.text("report.between", lang).join(
        f"{known.get(f'cause_{cause}', cause)} "
        # A share where no people are known.
        f"{people if people.endswith('%') else format(float(people), ',.0f')}"
        for cause, people in pairs)
