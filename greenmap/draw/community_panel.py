"""Community panel: what is lacking, what isn't known, and every clause with its source."""

from __future__ import annotations

from typing import Any

import pandas as pd

from greenmap.draw.by_community import by_community
from greenmap.draw.figures import NONE, people_text, percent_text, walk_text
from greenmap.draw.markup import Html, fill, join, row, section, table
from greenmap.draw.panel import Say, facts, sources, study_facts
from greenmap.draw.tally import people_by_community
from greenmap.model.clause_text import asks, confidence_text, measured_text
from greenmap.model.standard import Clause
from greenmap.model.study import Assessment


def side_panel(result: Assessment, community_id: str, *, say: Say, lang: str) -> Html:
    """Return what stands beside a community's map.

    Parameters
    ----------
    result : Assessment
        Everything measured.
    community_id : str
        Which community.
    say : callable
        From :func:`greenmap.draw.panel.speaker`.
    lang : {"zh", "en"}
        Language.

    Returns
    -------
    Html
    """
    study, rows = result.study, by_community(result)
    if all(found["state"] == "not_applicable" for found in rows.coverage.of(community_id)):
        lacking = unknown = fill("<p>{}</p>", say("nobody"))
    else:
        lacking = _gaps(result, community_id, say, lang)
        unknown = _checks(result, community_id, say, lang)
    overview = [(say("community"), study.communities.at[community_id, "name"]),
                (say("code"), community_id),
                (say("people"), people_text(people_by_community(result).get(community_id))),
                *_people_from(result, community_id, say),
                (say("homes"), f"{len(rows.homes.get(community_id, ())):,}"),
                (say("area"), study.name or say("study_unnamed")),
                *study_facts(study, say, lang)]
    return fill("<aside>{}{}{}{}{}{}{}</aside>",
                section(say("missing"), lacking),
                section(say("unknown"), unknown),
                section(say("clauses"), _clauses(result, community_id, say, lang)),
                _two_figures(result, community_id, say, lang),
                section(say("overview"), facts(overview)), _gates_known(result, community_id, say),
                sources(study, say, lang))


def _people_from(result: Assessment, community_id: str, say: Say) -> list[tuple[str, object]]:
    """How many people were counted where they are; nothing where all were."""
    told = by_community(result).people.of(community_id)
    if not told or pd.isna(told[0]["people"]):
        return []
    one = told[0]
    rules = say("people.between").join(say(f"people.rule_{rule}") for rule in one["people_rules"])
    factor: object = NONE if pd.isna(one["people_factor"]) else f"{one['people_factor']:.2f}"
    return [(say("people_from"), say("people_from_value", rules=rules, factor=factor,
                                     measured=percent_text(one["share_measured"])))]


def _button(clause: Clause, result: Assessment, say: Say) -> Html:
    number = [c.id for c in result.study.standard.clauses].index(clause.id)
    return fill('<button type="button" data-clause="{}">{}</button>', number, say("show"))


def _limits(result: Assessment) -> dict[str, float]:
    return dict(zip(result.answers.clause_id, result.answers.search_limit, strict=True))


def _gaps(result: Assessment, community_id: str, say: Say, lang: str) -> Html:
    by_id = {c.id: c for c in result.study.standard.clauses}
    limits = _limits(result)
    items = []
    for gap in by_community(result).gaps.of(community_id):
        clause = by_id[gap["clause_id"]]
        told = say("missing_facts", share=percent_text(gap["share"]),
                   required=percent_text(gap["required"]),
                   people=people_text(gap["people_missing"]),
                   walk=walk_text(gap["walk_p90"], unit=gap["walk_unit"], lang=lang,
                                  search_limit=limits[clause.id]))
        items.append(fill('<li><strong>{}</strong> {}<br>{}<span class="source">{}</span></li>',
                          clause.text(lang), _button(clause, result, say), told,
                          say("causes", causes=_causes(gap, say))))
    if not items:
        return fill("<p>{}</p>", say("missing_none"))
    return fill("<ol>{}</ol>", join(items))


def _causes(gap: dict[str, Any], say: Say) -> str:
    """People per cause; ``none_near=12; detour=3`` in the gap's own text."""
    found = [part.split("=") for part in str(gap["people_by_cause"]).split("; ") if "=" in part]
    if pd.isna(gap["people_missing"]) or not found:
        return say(f"term.cause_{gap['cause']}") if gap["cause"] else say("not_given")
    return say("list_mark").join(
        say("cause_people", cause=say(f"term.cause_{cause}"), people=people_text(float(n)))
        for cause, n in found)


def _two_figures(result: Assessment, community_id: str, say: Say, lang: str) -> Html:
    """Where the radius figure and the walked one differ: both, and what lies between."""
    rows = by_community(result)
    hidden = {found["clause_id"]: found["hidden"] for found in rows.coverage.of(community_id)}
    lines = []
    for found in rows.radius.of(community_id):
        if not found["between_people"] > 0 or hidden[found["clause_id"]]:
            continue
        causes = [say("cause_people", cause=say(f"term.reason_{found[f'cause_{n}']}"),
                      people=people_text(found[f"people_{n}"]))
                  for n in (1, 2, 3) if found[f"cause_{n}"]]
        lines.append(row([
            result.study.standard.clause(found["clause_id"]).text(lang),
            percent_text(found["radius_share"]), percent_text(found["walked_share"]),
            fill("{}{}", people_text(found["between_people"]),
                 _small(say("list_mark").join(causes)))]))
    if not lines:
        return Html()
    head = [say("clause"), say("by_radius"), say("by_walk"), say("between")]
    return section(say("two_figures"), table(head, lines, kind="clauses"))


def _gates_known(result: Assessment, community_id: str, say: Say) -> Html:
    """What is known of the gates, and how many answers rest on a guess."""
    if community_id not in result.gates.index:
        return Html()
    found: dict[str, Any] = {str(k): v for k, v in result.gates.loc[community_id].items()}
    if pd.isna(found["surveyed"]):  # without boundaries nobody knows whose a gate is
        return Html()
    counts = {k: int(found[k]) for k in ("surveyed", "mapped", "assumed", "unknown")}
    told = [say("gates_counts", **counts)]
    if found["compounds_ungated"]:
        told.append(say("gates_ungated", count=int(found["compounds_ungated"])))
    if pd.isna(found["people"]):
        told.append(say("gates_share_unknown"))
    elif found["people"] > 0:
        told.append(say("gates_share", share=percent_text(found["share_assumed"]),
                        people=people_text(found["people_assumed"]),
                        most=percent_text(result.study.assumed_share_max)))
    return section(say("gates_known"), *[fill("<p>{}</p>", text) for text in told])


def _checks(result: Assessment, community_id: str, say: Say, lang: str) -> Html:
    by_id = {c.id: c for c in result.study.standard.clauses}
    items = [fill('<li><strong>{}</strong> {}<br>{}</li>', by_id[check["clause_id"]].text(lang),
                  _button(by_id[check["clause_id"]], result, say),
                  say("unknown_facts", reason=say(f"term.reason_{check['reason']}"),
                      people=people_text(check["people_unknown"])))
             for check in by_community(result).checks.of(community_id)]
    if not items:
        return fill("<p>{}</p>", say("unknown_none"))
    return fill("<ol>{}</ol>", join(items))


def _clauses(result: Assessment, community_id: str, say: Say, lang: str) -> Html:
    mine = {row["clause_id"]: row for row in by_community(result).coverage.of(community_id)}
    limits = _limits(result)
    lines = []
    for clause in result.study.standard.clauses:
        found = mine[clause.id]
        lines.append(row([
            fill("{}{}", clause.text(lang), _small(say(f"term.people_{clause.people}"))),
            _requirement(clause, result, say, lang),
            _found(clause, found, limits[clause.id], say, lang),
            fill('<span class="state {}">{}</span>{}', found["state"],
                 say(f"term.state_{found['state']}"), _small(_reason(found, say)))]))
    return table([say("clause"), say("requirement"), say("found"), say("verdict")], lines,
                 kind="clauses")


def _requirement(clause: Clause, result: Assessment, say: Say, lang: str) -> Html:
    parts = [asks(clause, lang)]
    profile = result.study.profiles.get(clause.profile)
    if profile is not None and profile.unit == "min":
        parts.append(profile.name(lang))
    told = say("figure_source", source=clause.source(lang),
               confidence=confidence_text(clause, lang))
    return fill("{}{}", " · ".join(parts), _small(told))


def _found(clause: Clause, found: dict[str, Any], search_limit: float, say: Say, lang: str
           ) -> Html:
    plain = clause.people == "all" and found["people_basis"] == "measured"
    basis = Html() if plain else _small(say(f"term.basis_{found['people_basis']}"))
    if found["hidden"]:
        return fill("{}{}", say(found["hidden"]), basis)
    if found["state"] == "not_applicable":
        return Html(NONE)
    if clause.kind != "reach":
        return fill("{}{}", measured_text(clause, found["value"], lang), basis)
    share, unknown = found["share"], found["people_unknown"] / found["people"]
    told = (say("covered_unknown", share=percent_text(share), unknown=percent_text(unknown),
                high=percent_text(found["share_high"]))
            if unknown > 0 else say("covered", share=percent_text(share)))
    median, p90 = [walk_text(found[name], unit=found["walk_unit"], search_limit=search_limit,
                             lang=lang) for name in ("walk_median", "walk_p90")]
    # Of a category nobody collected no walk is known, however far was searched.
    walk = (Html() if pd.isna(found["walk_median"]) or found["reason"] == "not_collected"
            else _small(say("walks", median=median, p90=p90)))
    if pd.notna(found.get("walk_median_no_waits")):
        plain = [walk_text(found[f"{name}_no_waits"], unit=found["walk_unit"],
                           search_limit=search_limit, lang=lang)
                 for name in ("walk_median", "walk_p90")]
        walk = fill("{}{}", walk, _small(say("walks_no_waits", median=plain[0], p90=plain[1])))
    return fill("{}{}{}", told, walk, basis)


def _small(words: str) -> Html:
    return fill('<span class="source">{}</span>', words)


def _reason(found: dict[str, Any], say: Say) -> str:
    told = found["reason"] if isinstance(found["reason"], str) else ""
    return say(f"term.reason_{told}") if told else ""
