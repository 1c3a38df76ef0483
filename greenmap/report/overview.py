"""Overview: the page a reader starts from, as titled blocks of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from greenmap import i18n
from greenmap.model.met_range import met_range_texts
from greenmap.model.outline import is_hull
from greenmap.model.profile import Profile
from greenmap.model.release import release_mark
from greenmap.model.standard import LEVELS
from greenmap.model.study import STATES, Assessment
from greenmap.model.unit import STUDY
from greenmap.model.wait import KINDS, SIGNALS_SHOWN, load_waits
from greenmap.report.columns import heading
from greenmap.report.listing import word

SHARES = ("state", "state_80", "state_90", "state_100")


@dataclass(frozen=True, slots=True)
class Block:
    """One titled table of the overview.

    Parameters
    ----------
    title : str
    header : tuple of str
        Column headings; empty for a list of facts.
    rows : tuple of tuple
        Cells: text, numbers, None.
    kinds : tuple of str
        Per column, see :data:`greenmap.report.columns.KINDS`.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    kinds: tuple[str, ...]


def marks(result: Assessment, lang: str) -> tuple[str, ...]:
    """Return what must stand on every sheet.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    tuple of str
        Made-up data first, if it is; then the standard's disclaimer, the
        release and the caption of boundaries.
    """
    first = (word("fictional", lang),) if result.study.fictional else ()
    disclaimer = result.study.standard.disclaimer(lang)
    if _scored_unconfirmed(result):
        first = (*first, word("unconfirmed_scored", lang))
    return (*first, *((disclaimer,) if disclaimer else ()), release_mark(result.study, lang),
            word("boundaries_note", lang),
            *((word("hull_note", lang),) if is_hull(result.study.communities) else ()))


def _scored_unconfirmed(result: Assessment) -> bool:
    """Whether the study has figures judged that nobody confirmed."""
    study = result.study
    return any(set(c.unconfirmed()) - set(c.unconfirmed(study.include))
               for c in study.standard.clauses)


def overview(result: Assessment, coverage: pd.DataFrame, lang: str) -> list[Block]:
    """Lay out the overview.

    Parameters
    ----------
    result : Assessment
    coverage : DataFrame
        From :func:`greenmap.report.listing.list_coverage`.
    lang : {"zh", "en"}

    Returns
    -------
    list of Block
    """
    return [_facts(result, lang), _totals(result, lang), _verdicts(result, lang),
            _by_clause(result, coverage, lang), _profiles(result, lang), _reading(lang)]


def required(result: Assessment, lang: str) -> str:
    """Say which share the study asks for."""
    share = result.study.share
    if share is None:
        return i18n.text("report.share_none", lang)
    return i18n.text("report.share_chosen", lang, share=f"{share:.0%}")


def _say(name: str, lang: str) -> str:
    return i18n.text(f"report.{name}", lang)


def _facts(result: Assessment, lang: str) -> Block:
    study = result.study
    standard = study.standard
    issuer = standard.issuer_zh if lang == "zh" else standard.issuer_en
    kind = i18n.table("report", lang).get(f"kind_{standard.kind}", standard.kind)
    rows = (
        (_say("fact_study", lang), study.name),
        (_say("fact_as_of", lang), study.as_of),
        (_say("fact_standard", lang), standard.name(lang)),
        (_say("fact_issuer", lang), " · ".join(t for t in (issuer, standard.year, kind) if t)),
        (_say("fact_share", lang), required(result, lang)),
        (_say("fact_bands", lang), " / ".join(f"{band:g}" for band in study.bands)),
        (_say("fact_crs", lang), study.crs),
        (_say("fact_streets", lang), _streets(result, lang)),
        (_say("fact_waits", lang), told_waits(result, lang)),
        *((_say("fact_mark", lang), mark) for mark in marks(result, lang)),
    )
    return Block(_say("block_facts", lang), (), rows, ("text", "long"))


def _streets(result: Assessment, lang: str) -> str:
    """Say where the streets come from; of centrelines also how they were joined."""
    network = result.study.network
    told = [network.source]
    if network.repairs is not None:
        told.append(i18n.text("report.streets_roads", lang, joined=network.notes["roads_joined"],
                              near=network.notes["roads_near_miss"]))
    if network.edit_log is not None:
        done = int(network.edit_log["done"].sum())
        told.append(i18n.text("report.streets_edits", lang, done=done, rows=len(network.edit_log)))
    return " · ".join(told)


def _totals(result: Assessment, lang: str) -> Block:
    study, snaps = result.study, result.snaps
    homes = study.homes
    people = homes["people"].astype(float) if "people" in homes else pd.Series(dtype=float)
    off = snaps.index[~snaps["attached"].astype(bool)].get_level_values("role").value_counts()
    rows = (
        (_say("total_communities", lang), len(study.communities)),
        (_say("total_homes", lang), len(homes)),
        (_say("total_people", lang), people.sum() if people.notna().any() else None),
        (_say("total_people_unknown", lang), len(homes) - int(people.notna().sum())),
        (_say("total_homes_off", lang), int(off.get("home", 0))),
        (_say("total_homes_outside", lang), int(homes["community_id"].isna().sum())),
        (_say("total_facilities", lang), len(study.amenities)),
        (_say("total_facilities_off", lang), int(off.get("amenity", 0))),
        (_say("total_unclassified", lang), int(study.amenities["category"].isna().sum())),
        (_say("total_met_range", lang), _met(result)),
        (_say("total_gaps", lang), len(result.gaps)),
        (_say("total_checks", lang), len(result.checks)),
    )
    return Block(_say("block_totals", lang), (), rows, ("text", "count"))


def _met(result: Assessment) -> str | None:
    """Between what shares of communities × clauses are met, rounded down and up."""
    met = met_range_texts(result.coverage)
    return None if met is None else "–".join(met)


def _verdicts(result: Assessment, lang: str) -> Block:
    table = result.coverage
    rows: list[tuple[Any, ...]] = []
    for level in (*LEVELS, STUDY):
        part = table.loc[table["level"] == level, list(SHARES)]
        counts = {state: (part == state).sum() for state in STATES}
        rows.extend((word(f"level_{level}", lang), word(f"state_{state}", lang),
                     *(int(count[name]) for name in SHARES))
                    for state, count in counts.items() if count.any())
    header = (heading("level", lang), heading("state", lang), required(result, lang),
              "80%", "90%", "100%")
    return Block(_say("block_verdicts", lang), header, tuple(rows),
                 ("text", "word", "count", "count", "count", "count"))


def _by_clause(result: Assessment, coverage: pd.DataFrame, lang: str) -> Block:
    all_of = coverage[coverage["level"] == word("level_study", lang)].set_index("clause_id")
    counted = result.coverage[result.coverage["level"] == "community"]
    states = (counted["state"].groupby(level="clause_id").value_counts()
              .unstack(fill_value=0).reindex(columns=list(STATES), fill_value=0))
    columns = ("clause", "group", "people", "people_covered", "people_unknown", "share")
    rows = tuple((*(all_of.at[name, c] for c in columns),
                  *(int(n) for n in states.loc[name])) for name in all_of.index)
    header = (*(heading(c, lang) for c in columns),
              *(i18n.text("report.communities_in", lang, state=word(f"state_{s}", lang))
                for s in STATES))
    return Block(_say("block_clauses", lang), header, rows,
                 ("long", "word", "count", "count", "count", "share", *["count"] * len(STATES)))


def _profiles(result: Assessment, lang: str) -> Block:
    clauses = result.study.standard.clauses
    rows = tuple(
        (profile.name(lang), word(f"confidence_{profile.confidence}", lang),
         profile.speed_m_per_min,
         None if profile.speed_m_per_min is None else profile.metres_in(15),
         None if profile.speed_m_per_min is None else load_waits().metres_in(profile, 15),
         _on_steps(profile, lang),
         sum(clause.kind == "reach" and clause.profile == key for clause in clauses),
         profile.basis_zh if lang == "zh" else profile.basis_en)
        for key, profile in sorted(result.study.profiles.items()))
    signal = {"signals": SIGNALS_SHOWN, "seconds": f"{load_waits().signal_s:g}"}
    header = tuple(i18n.text(f"report.profile_{name}", lang, **signal) for name in (
        "name", "confidence", "speed", "metres", "metres_waits", "steps", "clauses", "source"))
    return Block(_say("block_profiles", lang), header, rows,
                 ("long", "text", "number", "number", "number", "word", "count", "wider"))


def told_waits(result: Assessment, lang: str) -> str:
    """Say whether waits at crossings count, and what each costs."""
    if result.study.network.wait_s is None:
        return _say("waits_off", lang)
    waits = load_waits()
    seconds = {kind: f"{s:g}" for kind, s in zip(KINDS, waits.seconds(), strict=True)}
    source = waits.source_zh if lang == "zh" else waits.source_en
    return i18n.text("report.waits_on", lang, source=source, **seconds)


def _on_steps(profile: Profile, lang: str) -> str:
    """Whether a walker uses steps, and how many times longer they take."""
    word = _say(f"steps_{profile.steps}", lang)
    if profile.stairs_factor == 1:
        return word
    return i18n.text("report.steps_slower", lang, word=word, factor=f"{profile.stairs_factor:g}")


def _reading(lang: str) -> Block:
    known = i18n.table("report", lang)
    rows = tuple((text.format(folder=known["internal_folder"]),) for name, text in known.items()
                 if name.startswith("reading_"))
    return Block(known["block_reading"], (), rows, ("long",))
