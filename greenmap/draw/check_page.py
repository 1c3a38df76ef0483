"""Check page: what was found in every file, what waits for a decision, points on the streets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap import i18n
from greenmap.draw import layers, palette
from greenmap.draw.figures import NONE
from greenmap.draw.markup import Html, fill, join, row, section, table
from greenmap.draw.page import Overlay, Page, make_page
from greenmap.draw.panel import Say, map_words, speaker
from greenmap.model.check_view import CheckView

COLOURS = ("#1f78b4", "#33a02c", "#ff7f00", "#6a3d9a", "#b15928", "#e7298a")
"""Of the tables' points, in their order; then again from the first."""

_MOST_STREET_POINTS = 90_000
_AROUND = 0.05
_HEADS = ("faults", "questions", "warnings", "found")


def draw_check(view: CheckView, told: Mapping[str, Sequence[str]], *, ok: bool, lang: str) -> Page:
    """Draw the page of a check.

    Parameters
    ----------
    view : CheckView
        Files, people, points.
    told : mapping of str to sequence of str
        Sentences under ``faults``, ``questions``, ``warnings`` and ``found``.
    ok : bool
        Whether the study can be assessed.
    lang : {"zh", "en"}
        Language of the page.

    Returns
    -------
    Page

    Raises
    ------
    OutputError
        The page would need something from the network.
    """
    say = speaker(lang)
    title = say("check_title", name=view.name)
    marks = [fill("<b>{}</b>", say("term.fictional"))] if view.fictional else []
    marks += [fill("<b>{}</b>", say("term.internal_map")),
              fill("<span>{}</span>", say("term.boundaries_note"))]
    overlays = (Overlay("streets", say("layer_streets"), say("layers"), pane="streets",
                        interactive=False),
                Overlay("communities", say("role_communities"), say("layers"), pane="outline"),
                *[Overlay(_key(n), str(fill("{}", _legend(one, say))), say("layers"))
                  for n, one in enumerate(view.points)])
    return make_page("check", lang=lang, title=title, overlays=overlays,
                     head=fill('<header><h1>{}</h1><p class="marks">{}</p></header>', title,
                               join(marks)),
                     side=_side(view, told, ok, say, lang), data=_data(view, say))


def _key(number: int) -> str:
    return f"table{number}"


def _legend(one: Any, say: Say) -> str:
    return say("check_points", role=say(f"role_{one.role}"), path=one.path, shown=len(one.points),
               total=one.total)


def _side(view: CheckView, told: Mapping[str, Sequence[str]], ok: bool, say: Say, lang: str
          ) -> Html:
    parts = [fill('<p class="{}"><strong>{}</strong></p>', "met" if ok else "not_met",
                  say("study.verdict_ok" if ok else "study.verdict_not_ok"))]
    lists = {name: fill("<ul>{}</ul>", join(fill("<li>{}</li>", line) for line in told[name]))
             for name in _HEADS if told.get(name)}
    heads = {name: say(f"study.head_{name}", count=len(told[name])) for name in lists}
    parts += [section(heads[name], lists[name]) for name in _HEADS[:3] if name in lists]
    if view.people:
        parts.append(section(say("check_people"), _people(view, say, lang)))
    parts.append(section(say("check_files"), *[_file(one, say, lang) for one in view.files]))
    if "found" in lists:
        parts.append(section(heads["found"], lists["found"]))
    return fill("<aside>{}</aside>", join(parts))


def _word(prefix: str, key: str, say: Say, lang: str) -> str:
    """The word for a role or a cause; one nobody wrote down stays itself."""
    return say(f"{prefix}_{key}") if f"{prefix}_{key}" in i18n.table("draw", lang) else key


def _people(view: CheckView, say: Say, lang: str) -> Html:
    lines = [row([_word("cause", one["cause"], say, lang), f"{one['rows']:,}",
                  f"{one['people']:,.10g}"])
             for one in view.people]
    return table([say("check_where"), say("check_rows"), say("people")], lines, kind="counts")


def _file(one: Mapping[str, Any], say: Say, lang: str) -> Html:
    facts = [(say(f"check_{name}"), one[name]) for name in (
        "layer", "encoding", "crs", "datum", "as_of") if one.get(name)]
    if check := one.get("datum_check"):
        facts.append((say("check_datum_check"), say(
            f"datum_{check['verdict']}", best=check["best"], points=check["points"],
            offset=check["offset_m"], ground=say(f"ground_{check['ground']}"))))
    if one.get("map_service"):
        facts.append((say("check_service"), say(f"report.{one['map_service']}")))
    if one.get("dropped_columns"):
        facts.append((say("check_dropped"), say("list_mark").join(one["dropped_columns"])))
    left = one["left_out"]
    rows = [row([say("cause_in"), NONE if one["rows_in"] is None else f"{one['rows_in']:,}"]),
            row([say("cause_used"), f"{one['rows_used']:,}"]),
            *[row([_word("cause", cause, say, lang), f"{count:,}"])
              for cause, count in left.items()]]
    body = join(fill("<dt>{}</dt><dd>{}</dd>", name, value) for name, value in facts)
    named = f"{_word('role', one['role'], say, lang)} {one['path'] or one['name']}"
    return fill("<h3>{}</h3><dl>{}</dl>{}", named, body,
                table([say("check_where"), say("check_rows")], rows, kind="counts"))


def _data(view: CheckView, say: Say) -> dict[str, Any]:
    bounds = _bounds(view)
    tables = {_key(n): _table(one, COLOURS[n % len(COLOURS)], say)
              for n, one in enumerate(view.points)}
    streets = communities = None
    if view.network is not None:
        west, south, east, north = _metres(bounds, view.network.crs)
        streets = layers.street_lines(
            view.network, (west, south, east, north), most_points=_MOST_STREET_POINTS,
            tolerance_m=max(1.0, max(east - west, north - south) / 1400))
    if view.communities is not None:
        area = view.communities[["name", "geometry"]].assign(
            name=view.communities["name"].astype(str)).sort_index()
        communities = layers.features(area, ["name"])
    west, south, east, north = bounds
    return {"tables": tables, "streets": streets, "communities": communities,
            "bounds": [[south, west], [north, east]], "street": palette.STREET_COLOUR,
            "attribution": str(fill("{}", say("check_attribution"))),
            "words": {"off": say("check_off"), "communities": say("role_communities"),
                      **map_words(say)}}


def _table(one: Any, colour: str, say: Say) -> dict[str, Any]:
    lon, lat = layers.lon_lat(gpd.GeoDataFrame(geometry=one.points))
    kept = np.isfinite(lon) & np.isfinite(lat)
    off = one.off_street[kept]
    return {"lon": [x for x, ok in zip(lon, kept, strict=True) if ok],
            "lat": [y for y, ok in zip(lat, kept, strict=True) if ok],
            "ids": one.points.index[kept].astype(str).tolist(),
            "off": np.flatnonzero(off).tolist(), "fill": colour, "name": one.path,
            "legend": _legend(one, say)}


def _bounds(view: CheckView) -> tuple[float, float, float, float]:
    """West, south, east, north of what the map opens on: communities, else points, else streets."""
    shapes = [] if view.communities is None else [view.communities.geometry.to_crs("EPSG:4326")]
    shapes = shapes or [one.points for one in view.points]
    if not shapes and view.network is not None and len(view.network.lon):
        net = view.network
        return (float(net.lon.min()), float(net.lat.min()), float(net.lon.max()),
                float(net.lat.max()))
    if not shapes:
        return (0.0, 0.0, 1.0, 1.0)
    west, south, east, north = pd.concat(shapes).total_bounds.tolist()
    margin = max(_AROUND * max(east - west, north - south), 1e-4)
    return west - margin, south - margin, east + margin, north + margin


def _metres(bounds: tuple[float, float, float, float], crs: str
            ) -> tuple[float, float, float, float]:
    box = gpd.GeoSeries([shapely.box(*bounds)], crs="EPSG:4326").to_crs(crs)
    west, south, east, north = box.total_bounds.tolist()
    return west, south, east, north
