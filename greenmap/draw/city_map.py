"""City map: communities coloured by what they meet, each a click away from its own page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from greenmap.draw import layers, palette
from greenmap.draw.figures import NONE, people_text, percent_text
from greenmap.draw.markup import Html, fill, join, link, row, section, table
from greenmap.draw.page import Overlay, Page, make_page
from greenmap.draw.panel import (
    Say,
    attribution,
    facts,
    head,
    map_words,
    sources,
    speaker,
    study_facts,
)
from greenmap.draw.tally import (
    Tally,
    clause_paint,
    community_rows,
    people_by_community,
    people_shown,
    tallies,
)
from greenmap.model.met_range import met_range_texts
from greenmap.model.outline import is_hull
from greenmap.model.release import is_public
from greenmap.model.small_group import groups_hidden
from greenmap.model.study import STATES, Assessment

MOST_STREET_POINTS = 90_000
"""About 2 MB of a page."""

_SCREEN_DOTS = 1400
_SHOWN_GAPS = 3


def draw_coverage(result: Assessment, *, lang: str | None = None,
                  links: Mapping[str, str] | None = None) -> Page:
    """Draw the city map: how far every community meets what the standard asks.

    Parameters
    ----------
    result : Assessment
        From :func:`greenmap.assess`.
    lang : {"zh", "en"}, optional
        Language of the page. Default: the study's.
    links : mapping of str to str, optional
        By community id, the path of its own page relative to this one, with
        forward slashes, not percent-encoded.

    Returns
    -------
    Page

    Raises
    ------
    OutputError
        The page would need something from the network.

    Notes
    -----
    Colours are the share of judged clauses met, or the mean coverage where
    nothing is judged; with more clauses not known than judged a community is
    hatched.
    """
    lang = lang or result.study.lang
    say, study, counted = speaker(lang), result.study, tallies(result)
    overlays = (Overlay("streets", say("layer_streets"), say("layers"), pane="over",
                        interactive=False),
                Overlay("communities", say("role_communities"), say("layers"), vector=True))
    title = say("city_title", name=study.name or say("study_unnamed"))
    return make_page("city", lang=lang, title=title, head=head(title, study, say, lang),
                     side=_side(result, counted, links or {}, say, lang), overlays=overlays,
                     data=_data(result, counted, links or {}, say, lang))


def _data(result: Assessment, counted: Mapping[str, Tally], links: Mapping[str, str], say: Say,
          lang: str) -> dict[str, Any]:
    study = result.study
    clauses = study.standard.clauses
    rows = community_rows(result)
    paints = {pair: clause_paint(state, share) for pair, state, share
              in zip(rows.index, rows["state"], rows["share"], strict=True)}
    area = study.communities.sort_index()
    ids = [str(i) for i in area.index]
    painted = area[["geometry"]].assign(
        name=area["name"].astype(str),
        n=[[counted[i].paint, *[paints[i, c.id] for c in clauses]] for i in ids],
        popup=_popups(result, counted, links, say, lang))
    left, bottom, right, top = area.total_bounds.tolist()
    margin = 0.05 * max(right - left, top - bottom)
    box = (left - margin, bottom - margin, right + margin, top + margin)
    judged = study.share is not None
    fine, back = ((layers.PUBLIC_DECIMALS,) * 2 if is_public(study)
                  else (layers.DECIMALS, layers.BACKDROP_DECIMALS))
    return {
        "communities": layers.features(painted, ["name", "n", "popup"], decimals=fine),
        "streets": layers.street_lines(
            study.network, box, most_points=MOST_STREET_POINTS, decimals=back,
            tolerance_m=max(1.0, max(right - left, top - bottom) / _SCREEN_DOTS)),
        "bounds": layers.bounds(area), "street": palette.STREET_OVER_COLOUR,
        "dashes": "2 6" if is_hull(area) else "6 3",
        "paints": _paints(), "opacity": palette.AREA_OPACITY,
        "choices": [say("overall_judged" if judged else "overall_measured"),
                    *[c.text(lang) for c in clauses]],
        "legends": [_legend(say("legend_judged" if judged else "legend_measured"),
                            say("paint_unknown_overall"), say),
                    _legend(say("legend_clause"), say("paint_unknown_clause"), say)],
        "attribution": str(fill("{}", attribution(study, say))),
        "words": {"choose": say("choose_city"), **map_words(say)},
    }


def _paints() -> tuple[str, ...]:
    return (*palette.SHARE_COLOURS, "url(#greenmap-hatch)", palette.NOT_APPLICABLE_COLOUR)


def _legend(title: str, unknown: str, say: Say) -> list[dict[str, Any]]:
    ends = [percent_text(b) for b in palette.SHARE_BREAKS]
    texts = [say("class_under", upper=ends[0]),
             *[say("class_between", lower=a, upper=b)
               for a, b in zip(ends, ends[1:], strict=False)],
             say("class_over", lower=ends[-1]), unknown, say("paint_not_applicable")]
    rows: list[dict[str, Any]] = [
        {"fill": fill, "text": text, "opacity": palette.AREA_OPACITY}
        for fill, text in zip(_paints(), texts, strict=True)]
    # Best first, as a reader of the map expects; what isn't known last.
    return [{"title": title}, *rows[4::-1], *rows[5:],
            {"shape": "line", "line": palette.STREET_OVER_COLOUR, "text": say("streets")}]


def _popups(result: Assessment, counted: Mapping[str, Tally], links: Mapping[str, str],
            say: Say, lang: str) -> list[str]:
    gaps = result.gaps[result.gaps["level"] == "community"].sort_values("rank")
    by_unit = {str(unit): part for unit, part in gaps.groupby("community_id")}
    wording = {c.id: c.text(lang) for c in result.study.standard.clauses}
    if is_public(result.study):  # groups too small to print, and what would give them away
        marks = groups_hidden(result)
        few = marks[marks != ""].index
        by_unit = {unit: part.assign(people_missing=part["people_missing"].mask(
            pd.MultiIndex.from_arrays([part["community_id"], part["clause_id"]]).isin(few)))
            for unit, part in by_unit.items()}
    people = people_shown(result)
    names = result.study.communities["name"].sort_index()
    return [str(_popup(str(unit), str(name), counted[str(unit)], people.get(unit),
                       by_unit.get(str(unit)), wording, links.get(str(unit)), say))
            for unit, name in names.items()]


def _popup(unit: str, name: str, tally: Tally, people: Any, gaps: pd.DataFrame | None,
           wording: Mapping[str, str], path: str | None, say: Say) -> Html:
    counts = join(fill('<tr><td><span class="state {}">{}</span></td><td>{}</td></tr>', state,
                       say(f"term.state_{state}"), tally.counts[state])
                  for state in STATES if tally.counts[state])
    lacking = [] if gaps is None else [
        fill("<li>{}</li>", say("popup_missing", clause=wording[str(gap.clause_id)],
                                people=people_text(gap.people_missing)))
        for gap in gaps.head(_SHOWN_GAPS).itertuples()]
    told = (fill("<p>{}</p><ol>{}</ol>", say("popup_gaps"), join(lacking)) if lacking
            else fill("<p>{}</p>", say("popup_no_gaps")))
    more = fill("<p><strong>{}</strong></p>", link(path, say("open_page"))) if path else Html()
    return fill('<h3>{}</h3><div class="quiet">{} · {} {}</div><table class="counts">{}</table>'
                "{}{}", name, unit, say("people"), people_text(people), counts, told, more)


def _side(result: Assessment, counted: Mapping[str, Tally], links: Mapping[str, str], say: Say,
          lang: str) -> Html:
    study = result.study
    people = people_by_community(result)
    overview = [(say("area"), study.name or say("study_unnamed")),
                (say("communities"), f"{len(study.communities):,}"),
                (say("homes"), f"{len(study.homes):,}"),
                (say("people"), people_text(people.sum(min_count=1) if len(people) else None)),
                *study_facts(study, say, lang)]
    return fill("<aside>{}{}{}{}{}</aside>", _hatch(),
                section(say("verdicts"), _verdicts(result, say)),
                section(say("by_community"), _by_community(result, counted, links, say)),
                section(say("overview"), facts(overview)), sources(study, say, lang))


def _hatch() -> Html:
    """A pattern the polygons refer to by its id; the picture itself takes no room."""
    return Html('<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>'
                '<pattern id="greenmap-hatch" width="7" height="7" patternUnits="userSpaceOnUse" '
                'patternTransform="rotate(45)"><rect width="7" height="7" fill="#efefef"/>'
                f'<rect width="2.4" height="7" fill="{palette.UNKNOWN_COLOUR}"/></pattern>'
                "</defs></svg>")


def _shown_states(rows: pd.DataFrame) -> list[str]:
    return [s for s in STATES if s != "measured" or (rows["state"] == s).any()]


def _verdicts(result: Assessment, say: Say) -> Html:
    rows = community_rows(result)
    states = _shown_states(rows)
    own = result.study.share
    lines = [(percent_text(own) if own is not None else say("share_none"), rows["state"]),
             *[(f"{at}%", rows[f"state_{at}"]) for at in (80, 90, 100)]]
    cells = [row([text, *[f"{(state == s).sum():,}" for s in states]]) for text, state in lines]
    told = table([say("share_required"), *[say(f"term.state_{s}") for s in states]], cells,
                 kind="counts")
    split = fill('<tr><th colspan="{}" scope="rowgroup">{}</th></tr>', len(states) + 1,
                 say("at_share"))
    met = met_range_texts(result.coverage)
    between = "" if met is None else say("met_range", low=met[0], high=met[1])
    return fill('{}<p>{}</p><p class="quiet">{}</p>',
                Html(told.replace(cells[0], cells[0] + split, 1)), between, say("verdicts_note"))


def _by_community(result: Assessment, counted: Mapping[str, Tally], links: Mapping[str, str],
                  say: Say) -> Html:
    states = _shown_states(community_rows(result))
    people = people_shown(result)
    lines = []
    for unit, name in result.study.communities["name"].sort_index().items():
        tally, path = counted[str(unit)], links.get(str(unit))
        lines.append(row([link(path, name) if path else name, people_text(people.get(unit)),
                          *[tally.counts[s] for s in states],
                          NONE if tally.paint >= len(palette.SHARE_COLOURS)
                          else percent_text(tally.share)]))
    judged = result.study.share is not None
    return table([say("community"), say("people"), *[say(f"term.state_{s}") for s in states],
                  say("share_met" if judged else "share_mean")], lines, kind="counts")
