"""Community map: one community's homes by walk, its facilities, ranges, gaps and open questions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from greenmap.draw import layers, palette
from greenmap.draw.by_community import by_community
from greenmap.draw.community_panel import side_panel
from greenmap.draw.figures import people_text, shown_walks, walk_text
from greenmap.draw.markup import fill, link
from greenmap.draw.page import Overlay, Page, make_page
from greenmap.draw.panel import Say, attribution, head, map_words, speaker
from greenmap.draw.scene import (
    Cut,
    Scene,
    all_ranges,
    cut_layers,
    drawn_profile,
    drawn_ranges,
    ranges_of,
    scene_of,
)
from greenmap.errors import OutputError
from greenmap.model.barrier import ACCESS
from greenmap.model.category import load_categories
from greenmap.model.outline import is_hull
from greenmap.model.release import is_public
from greenmap.model.standard import Clause
from greenmap.model.study import ANSWERS, UNKNOWN, Assessment


def draw_community(result: Assessment, community_id: str, *, lang: str | None = None,
                   home_link: str = "../index.html", routes: Mapping[str, Any] | None = None,
                   cut: Cut | None = None) -> Page:
    """Draw one community's map: homes by walk, facilities, walking ranges, what is lacking.

    Parameters
    ----------
    result : Assessment
        From :func:`greenmap.assess`.
    community_id : str
        Which community.
    lang : {"zh", "en"}, optional
        Language of the page. Default: the study's.
    home_link : str
        Path of the city map relative to this page, not percent-encoded; empty
        for a page that stands alone.
    routes : mapping, optional
        From :meth:`greenmap.measure.routes.Routes.of`: a click on a home then draws its way.
    cut : Cut, optional
        From :func:`cut_layers`. Default: cut here.

    Returns
    -------
    Page

    Raises
    ------
    OutputError
        No such community, the study's release is public, or the page would need
        something from the network.
    """
    lang = lang or result.study.lang
    if is_public(result.study):
        raise OutputError("draw.community_not_public")
    say, study = speaker(lang), result.study
    scene = scene_of(result, community_id)
    cut = cut or cut_layers(result, community_id)
    name = str(scene.area["name"].iloc[0])
    title = say("community_title", name=name)
    back = link(home_link, say("back")) if home_link else None
    return make_page(
        "community", lang=lang, title=title,
        head=head(title, study, say, lang, before=fill("<span>{}</span>", back) if back else None),
        side=side_panel(result, community_id, say=say, lang=lang),
        overlays=_overlays(result, say, lang),
        data={**_data(scene, cut, say, lang), **({} if routes is None else _routes(routes, say))})


@lru_cache(maxsize=1)
def _categories(result: Assessment) -> list[str]:
    """Categories of the study's facilities and of its standard, in the table's order."""
    found = {*result.study.amenities["category"].dropna(), *result.study.standard.categories}
    return [key for key in load_categories() if key in found]


def _overlays(result: Assessment, say: Say, lang: str) -> tuple[Overlay, ...]:
    base = say("layer_base")
    known = load_categories()
    walls = () if result.study.network.barriers is None else (
        Overlay("walls", say("layer_walls"), base, pane="outline", interactive=False),)
    return (
        Overlay("streets", say("layer_streets"), base, pane="streets", interactive=False),
        *walls,
        Overlay("isochrones", say("layer_isochrones"), base, pane="isochrones",
                interactive=False),
        Overlay("outline", say("layer_outline"), base, pane="outline", interactive=False),
        Overlay("homes", say("layer_homes"), base),
        *[Overlay(key, _named(key, lang), _group(known[key].group, say), show=False)
          for key in _categories(result)],
    )


def _group(group: str, say: Say) -> str:
    return say(f"group_{group if group in palette.SIGNS else 'other'}")


def _named(key: str, lang: str) -> str:
    """A category's name behind its sign, as the layer control shows it."""
    category = load_categories()[key]
    shape, colour = palette.sign(category.group)
    name = category.zh if lang == "zh" else category.en
    mark = {"square": "■", "diamond": "◆", "triangle": "▲", "cross": "✚"}[shape]
    return fill('<span style="color:{}" aria-hidden="true">{}</span> {}', colour, mark, name)


def _data(scene: Scene, cut: Cut, say: Say, lang: str) -> dict[str, Any]:
    study = scene.result.study
    known = load_categories()
    bands = sorted(study.bands)
    signs, places = {}, _places(scene, say)
    for key in _categories(scene.result):
        shape, colour = palette.sign(known[key].group)
        name = known[key].zh if lang == "zh" else known[key].en
        signs[key] = {"shape": shape, "fill": colour, "name": name,
                      "legend": name if key in places else say("place_none", name=name)}
    return {
        **({} if cut.walls is None else {"walls": cut.walls}),
        "clauses": [_clause(scene, k, say, lang) for k in range(len(scene.clauses))],
        "first": _first_clause(scene),
        "homes": layers.plain_json(_homes(scene)),
        "home_colours": palette.HOME_COLOURS,
        "isochrones": _isochrones(scene, cut, bands),
        "bands": [{"fill": colour, "opacity": palette.RANGE_OPACITY,
                   "text": say("band", band=f"{band:g}")}
                  for band, colour in zip(bands, palette.band_colours(len(bands)), strict=True)],
        "range_opacity": palette.RANGE_OPACITY, "places": layers.plain_json(places), "signs": signs,
        "outline": layers.features(scene.area),
        "dashes": "2 6" if is_hull(scene.area) else "8 4",
        "streets": cut.streets,
        "bounds": layers.bounds(scene.area), "street": palette.STREET_COLOUR,
        "attribution": str(fill("{}", attribution(study, say))),
        "words": {"choose": say("choose_clause"), "places": say("places_here"),
                  "outline": say("term.hull_note" if is_hull(scene.area) else "layer_outline"),
                  "gates": {access: say(f"gate_{access}") for access in ("wall", *ACCESS)},
                  "answers": [say(f"term.answer_{answer}") for answer in ANSWERS],
                  "home": say("home"), "people": say("people"), "hollow": say("place_hollow"),
                  **map_words(say)},
    }


def _routes(routes: Mapping[str, Any], say: Say) -> dict[str, Any]:
    """What a click on a home draws, and the words it is told in."""
    names = ("walked", "straight", "legs", "climb", "wait", "gates", "none", "left_out", "click")
    told = {name: say(f"route_{name}", homes=routes["homes"], all=routes["all"])
            for name in names}
    return {"routes": layers.plain_json({**routes, "words": told})}


def _first_clause(scene: Scene) -> int:
    """The clause the page opens with: that of the first gap, else of the first open question."""
    community, ids = scene.area.index[0], [c.id for c in scene.clauses]
    rows = by_community(scene.result)
    for mine in (rows.gaps.of(community), rows.checks.of(community)):
        if mine:
            return ids.index(mine[0]["clause_id"])
    return 0


def _clause(scene: Scene, k: int, say: Say, lang: str) -> dict[str, Any]:
    clause = scene.clauses[k]
    unit = say(f"term.unit_{clause.unit}") if clause.kind == "reach" else say("unit_places")
    known = load_categories()
    places = " / ".join(known[c].zh if lang == "zh" else known[c].en for c in clause.categories)
    profile = scene.result.study.profiles.get(drawn_profile(clause))
    drawn = (clause.target, drawn_profile(clause)) in all_ranges(scene.result)
    return {
        "name": clause.text(lang), "categories": clause.categories,
        "unit": unit, "beyond": walk_text(
            np.inf, unit=clause.unit, lang=lang,
            search_limit=scene.result.answers.search_limit[k]),
        "classes": [*_class_texts(clause, unit, say), say("term.answer_unknown")],
        "heading": say("homes_walk" if clause.kind == "reach" else "homes_count"),
        "measure": say("walk" if clause.kind == "reach" else "count"),
        "isochrones": say("isochrones_of", places=places,
                          profile=profile.name(lang) if profile else "") if drawn else "",
    }


def _class_texts(clause: Clause, unit: str, say: Say) -> list[str]:
    if clause.kind != "reach":
        # Only the first and the last class are used: enough, or too few.
        return [say("class_enough"), "", "", "", say("class_lacking")]
    ends = [f"{part * clause.limit:g}" for part in palette.WALK_BREAKS]
    under = say("class_walk_under", upper=ends[0], unit=unit)
    between = [say("class_walk_between", lower=a, upper=b, unit=unit)
               for a, b in zip(ends, ends[1:], strict=False)]
    return [say("within_limit", words=under), say("within_limit", words=between[0]), *between[1:],
            say("class_walk_over", lower=ends[-1], unit=unit)]


def _homes(scene: Scene) -> dict[str, Any]:
    answers, rows = scene.result.answers, scene.home_rows
    homes = scene.result.study.homes.iloc[rows]
    lon, lat = layers.lon_lat(homes)
    people = homes["people"] if "people" in homes else pd.Series(np.nan, index=homes.index)
    return {
        "lon": lon, "lat": lat, "ids": homes.index.astype(str).tolist(),
        "people": [people_text(n) for n in people],
        "classes": [_classes(clause, answers.value[rows, k], answers.state[rows, k])
                    for k, clause in enumerate(scene.clauses)],
        "walks": [_shown(answers.value[rows, k], clause)
                  for k, clause in enumerate(scene.clauses)],
        "answers": ["".join(map(str, answers.state[rows, k].tolist()))
                    for k in range(len(scene.clauses))],
    }


def _classes(clause: Clause, value: npt.NDArray[np.float64], state: npt.NDArray[np.uint8]) -> str:
    """One digit a home: its colour."""
    if clause.kind == "reach":
        known = palette.walk_classes(value, limit=clause.limit)
    else:
        known = np.where(value >= clause.min_count, 0, len(palette.WALK_COLOURS) - 1)
    unknown = (state == UNKNOWN) | np.isnan(value)
    return "".join(map(str, np.where(unknown, palette.UNKNOWN_CLASS, known).tolist()))


def _shown(walk: npt.NDArray[np.float64], clause: Clause) -> list[float | None]:
    """Walks as the page's script wants them: missing is null, beyond the search is -1."""
    missing, beyond = np.isnan(walk), np.isinf(walk)
    shown: npt.NDArray[Any] = np.full(len(walk), None, object)
    shown[beyond] = -1
    known = ~(missing | beyond)
    shown[known] = shown_walks(walk[known], unit=clause.unit).tolist()
    told: list[float | None] = shown.tolist()
    return told


def _isochrones(scene: Scene, cut: Cut, bands: list[float]) -> list[layers.Json]:
    """Every clause's walking ranges around the community, longest first."""
    rows = ranges_of(scene)
    drawn = {key: [n for n, row in enumerate(rows) if row[0] == key] for key in drawn_ranges(scene)}
    return [layers.collection([cut.ranges[n] for n in drawn[key]],
                              [{"band": bands.index(rows[n][1])} for n in drawn[key]])
            for key in drawn_ranges(scene)]


def _places(scene: Scene, say: Say) -> dict[str, Any]:
    """Facilities around the community, by category."""
    x, y, told = _all_places(scene.result, say)
    left, bottom, right, top = scene.box
    near = np.flatnonzero((x >= left) & (x <= right) & (y >= bottom) & (y <= top))
    places: dict[str, Any] = {}
    for n in near.tolist():
        key, east, north, text, hollow = told[n]
        mine = places.setdefault(key, {"lon": [], "lat": [], "texts": [], "hollow": []})
        if hollow:
            mine["hollow"].append(len(mine["lon"]))
        mine["lon"].append(east)
        mine["lat"].append(north)
        mine["texts"].append(text)
    return {key: places[key] for key in _categories(scene.result) if key in places}


@lru_cache(maxsize=1)
def _all_places(result: Assessment, say: Say) -> tuple[
        npt.NDArray[Any], npt.NDArray[Any], list[tuple[str, float, float, str, bool]]]:
    """Where the facilities stand, by their ids; category, place in degrees, text, hollow sign."""
    table = layers.bare(result.study.amenities).sort_index()
    shown = table["category"].notna()
    if "status" in table:
        shown &= table["status"].ne("merged").fillna(True).astype(bool)
    table = table[shown.to_numpy(bool)]
    lon, lat = layers.lon_lat(table)
    name, area = (table[key].tolist() if key in table else [None] * len(table)
                  for key in ("name", "area_m2"))
    status = table["status"].tolist() if "status" in table else ["open"] * len(table)
    told = [(key, east, north, _place_text(called, state, size, say),
             bool(pd.isna(state) or state != "open"))
            for key, east, north, called, state, size in zip(
                table["category"].tolist(), lon, lat, name, status, area, strict=True)]
    points = table.geometry.to_numpy()
    return shapely.get_x(points), shapely.get_y(points), told


def _place_text(name: Any, status: Any, area_m2: Any, say: Say) -> str:
    parts = [say("place_unnamed") if pd.isna(name) or not name else str(name)]
    if pd.isna(status):
        parts.append(say("place_unknown_status"))
    elif status != "open":
        parts.append(say(f"place_status_{status}"))
    if not pd.isna(area_m2):
        parts.append(say("place_area", area=f"{area_m2:,.0f}"))
    return " · ".join(parts)
