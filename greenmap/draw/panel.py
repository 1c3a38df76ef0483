"""Panel: what stands above and beside every map: title, marks, sources, what must be said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import PurePath
from typing import Any

from greenmap import i18n
from greenmap.draw.figures import NONE, percent_text
from greenmap.draw.markup import Html, fill, join, row, section, table
from greenmap.model.outline import is_hull
from greenmap.model.profile import Profile
from greenmap.model.release import release_mark
from greenmap.model.study import Study
from greenmap.model.wait import KINDS, SIGNALS_SHOWN, load_waits
from greenmap.model.walk_network import MERGED

Say = Callable[..., str]

_MAP_WORDS = ("legend", "scale", "scale_note", "north", "layers", "zoom_in", "zoom_out", "streets")
_OSM_ENDINGS = (".osm", ".pbf", ".xml", ".graphml")


@cache
def speaker(lang: str) -> Say:
    """Return a function that gives this part's words in one language.

    Examples
    --------
    >>> speaker("en")("legend")
    'Legend'
    """
    def say(name: str, /, **facts: object) -> str:
        return i18n.text(name if "." in name else f"draw.{name}", lang, **facts)

    return say


def map_words(say: Say) -> dict[str, str]:
    """Return the words every map's own script needs."""
    return {name: say(name) for name in _MAP_WORDS}


def head(title: str, study: Study, say: Say, lang: str, *, before: Html | None = None) -> Html:
    """Return the title and the marks no page may lack.

    Parameters
    ----------
    title : str
        Name of the map.
    study : Study
        Gives the standard's disclaimer, and whether the data are made up.
    say : callable
        From :func:`speaker`.
    lang : {"zh", "en"}
        Language.
    before : Html, optional
        Stands in front of the marks: a link back.
    """
    marks = [fill("<b>{}</b>", say("term.fictional"))] if study.fictional else []
    marks.append(fill("<b>{}</b>", release_mark(study, lang)))
    if study.standard.disclaimer(lang):
        marks.append(fill("<b>{}</b>", study.standard.disclaimer(lang)))
    marks.append(fill("<span>{}</span>", say("term.boundaries_note")))
    if is_hull(study.communities):
        marks.append(fill("<b>{}</b>", say("term.hull_note")))
    return fill('<header><h1>{}</h1><p class="marks">{}{}</p></header>', title,
                before or Html(), join(marks))


def facts(rows: Iterable[tuple[str, object]]) -> Html:
    """Return a list of names and values."""
    return fill("<dl>{}</dl>", join(fill("<dt>{}</dt><dd>{}</dd>", k, v) for k, v in rows))


def study_facts(study: Study, say: Say, lang: str) -> list[tuple[str, object]]:
    """Return what a study chose: standard, share, walkers, date."""
    named = f"{study.standard.name(lang)} {study.standard.year}".strip()
    standard = fill('{}<span class="source">{}</span>', named, study.standard.disclaimer(lang))
    share = (say("share_none") if study.share is None
             else say("share_own", share=percent_text(study.share)))
    walkers = [study.profiles[p] for p in study.standard.profiles if p in study.profiles]
    return [(say("standard"), standard), (say("share_required"), share),
            (say("profiles"), join(_walker(p, say, lang) for p in walkers)),
            (say("data_date"), study.as_of or say("not_given")), (say("crs"), study.crs)]


def _walker(profile: Profile, say: Say, lang: str) -> Html:
    name = profile.name(lang)
    if profile.speed_m_per_min is None:
        return fill("<p>{}</p>", say("profile_metres", name=name))
    basis = (profile.basis_zh if lang == "zh" else profile.basis_en) or profile.source
    told = say("figure_source", source=basis,
               confidence=say(f"term.confidence_{profile.confidence}"))
    return fill('<p>{}<span class="source">{}</span></p>',
                say("profile_speed", name=name, speed=f"{profile.speed_m_per_min:g}",
                    metres=f"{profile.metres_in(15):,.0f}", signals=SIGNALS_SHOWN,
                    with_waits=f"{load_waits().metres_in(profile, 15):,.0f}"), told)


def sources(study: Study, say: Say, lang: str) -> Html:
    """Return the table of data sources, with the note that boundaries are indicative."""
    rows = [row([item.get("name") or NONE, _role(str(item.get("role") or ""), say),
                 _number(item.get("rows")), item.get("as_of") or say("not_given")])
            for item in study.inputs]
    told = table([say("source_name"), say("source_role"), say("source_rows"),
                  say("source_date")], rows)
    notes = study.standard.notes_zh if lang == "zh" else study.standard.notes_en
    return section(say("sources"), told if rows else Html(),
                   *[fill('<p class="quiet">{}</p>', note)
                     for note in (attribution(study, say), say("term.boundaries_note"),
                                  _ground(study, say), _walls(study, say), _waits(study, say),
                                  *notes)])


def _ground(study: Study, say: Say) -> str:
    return say("terrain.flat" if study.network.height_m is None else "terrain.sloped")


def _walls(study: Study, say: Say) -> str:
    barriers = study.network.barriers
    if barriers is None:
        return say("walls_not_counted")
    gates = barriers.gates_by_source()
    return say("walls_counted", gates=len(barriers.gate_id), surveyed=gates["surveyed"],
               mapped=gates["mapped"], assumed=gates["assumed"])


def _waits(study: Study, say: Say) -> str:
    sides = say("big_roads") if "big_road_edges" in study.network.notes else ""
    if study.network.wait_s is None:
        return f"{say('waits_off')}{sides}"
    both = zip(KINDS, load_waits().seconds(), strict=True)
    return sides + say("waits_on", **{kind: f"{seconds:g}" for kind, seconds in both})


def _role(role: str, say: Say) -> str:
    known = {"communities", "homes", "amenities", "network", "terrain", "barriers", "gates",
             "compounds", "people"}
    return say(f"role_{role}") if role in known else role or NONE


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else NONE


def attribution(study: Study, say: Say) -> str:
    """Return whose streets they are; what doesn't look like a table comes from OpenStreetMap.

    Parameters
    ----------
    study : Study
        Its network names its source: a file, or a place asked for on the web.
    say : callable
        From :func:`speaker`.
    """
    if study.fictional:
        return say("attribution_fictional")
    parts = study.network.source.split(MERGED)
    files = [part for part in parts if PurePath(part).suffix.lower() not in ("", *_OSM_ENDINGS)]
    if not files:
        return say("attribution_osm")
    key = "attribution_file" if len(files) == len(parts) else "attribution_both"
    return say(key, source=MERGED.join(files))
