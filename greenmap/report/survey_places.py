"""Survey places: known facilities, room for new ones, and gates, as rows that ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap.model.barrier import WALLS
from greenmap.model.category import load_categories
from greenmap.model.study import Assessment
from greenmap.model.survey import GATES, SIZES, STATUSES, row_check
from greenmap.report.book import Ask
from greenmap.report.survey_ask import ask, end_cells, say

NEW_ROWS = 10
"""Blank rows for facilities nobody knew of, per community."""

_GATE_M = 5.0  # a gate farther off any wall can't be put into one


def _places(result: Assessment, communities: Sequence[str]) -> gpd.GeoDataFrame:
    """One row per place of a category the standard asks for, inside a chosen community."""
    study = result.study
    wanted = set(study.standard.categories)
    table = study.amenities[study.amenities["category"].isin(wanted)]
    table = table[~table.duplicated(["place_id", "category"])]
    areas = study.communities.geometry
    areas = areas[areas.index.astype(str).isin(communities)]
    tree = shapely.STRtree(areas.to_numpy())
    place, area = tree.query(table.geometry.to_numpy(), predicate="intersects")
    inside = pd.DataFrame({"place": place, "community_id": areas.index[area].astype(str)}
                          ).drop_duplicates("place")
    return table.iloc[inside["place"]].assign(community_id=inside["community_id"].to_numpy()
                                              ).sort_values(["community_id", "category",
                                                             "place_id"])


def facility_rows(result: Assessment, communities: Sequence[str], lang: str
                ) -> list[tuple[Any, ...]]:
    """Return the rows of known facilities, columns :data:`greenmap.model.survey.FACILITIES`."""
    names = result.study.communities["name"]
    rows: list[tuple[Any, ...]] = []
    for place in _places(result, communities).to_dict("records"):
        name = _text(place.get("name"))
        community = str(names[place["community_id"]])
        kind = _category(place["category"], lang)
        status = _text(place.get("status"))
        sizes: list[Any] = []
        for key in SIZES:
            value = place.get(key)
            sizes += [None if value is None or value != value else float(value),
                      ask("number", lang)]
        rows.append((
            str(place["place_id"]), place["category"],
            row_check("place", place["place_id"], place["category"], community, name),
            community, kind, name, _text(place.get("source")),
            say(f"status_{status}", lang) if status in STATUSES else say("status_unknown", lang),
            ask("choice", lang, STATUSES, "status"), *sizes, *end_cells(lang)))
    return rows


def new_rows(result: Assessment, communities: Sequence[str], lang: str) -> list[tuple[Any, ...]]:
    """Return the rows of the sheet of new facilities, columns :data:`greenmap.model.survey.NEW`."""
    categories = tuple(dict.fromkeys(
        _category(key, lang) for key in result.study.standard.categories))
    if not categories:
        return []
    names = [str(result.study.communities["name"][c]) for c in communities]
    pick = Ask("choice", categories, say("ask_title", lang), say("ask_choice", lang))
    where = Ask("choice", tuple(_place_name(c, n) for c, n in zip(communities, names, strict=True)),
                say("ask_title", lang), say("ask_choice", lang))
    number = ask("number", lang)
    degrees = Ask("number", (), say("ask_title", lang), say("ask_degrees", lang), least=-180)
    blank = Ask("text", (), say("ask_title", lang), say("ask_name", lang))
    return [(row_check("new", n), where, pick, blank, degrees, degrees, number, number, number,
             *end_cells(lang)) for n in range(NEW_ROWS * len(communities))]


def _place_name(community: str, name: str) -> str:
    """A community as it stands in a list of choices: names may come twice, codes don't."""
    return f"{name.replace(',', ' ')} [{community}]"


def _category(key: str, lang: str) -> str:
    category = load_categories()[key]
    return (category.zh if lang == "zh" else category.en).replace(",", " ")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def gate_rows(result: Assessment, communities: Sequence[str], lang: str) -> list[tuple[Any, ...]]:
    """Return the rows of the sheet of gates, columns :data:`greenmap.model.survey.GATE`."""
    barriers = result.study.network.barriers
    if barriers is None or not len(barriers.gate_id):
        return []
    points = shapely.points(barriers.gate_x, barriers.gate_y)
    walls = shapely.STRtree(barriers.wall[np.isin(barriers.wall_kind.astype(str), WALLS)])
    on, _ = walls.query(points, predicate="dwithin", distance=_GATE_M)
    areas = result.study.communities.geometry
    areas = areas[areas.index.astype(str).isin(communities)]
    near, area = shapely.STRtree(areas.to_numpy()).query(points, predicate="dwithin",
                                                        distance=_GATE_M)
    pairs = zip(near.tolist(), areas.index[area].astype(str), strict=True)
    own = dict(sorted(pairs, reverse=True))  # a gate between two belongs to the first code
    degrees = gpd.GeoSeries(points, crs=barriers.crs).to_crs("EPSG:4326")
    names = result.study.communities["name"]
    rows = []
    for n in sorted(set(on.tolist()) & set(own), key=lambda n: (own[n], barriers.gate_id[n])):
        gate, access = str(barriers.gate_id[n]), str(barriers.gate_access[n])
        lon, lat = (f"{v:.7f}" for v in (degrees.x[n], degrees.y[n]))
        community, compound = str(names[own[n]]), _compound(barriers, points[n])
        steps = float(barriers.gate_steps[n])
        source = say(f"gate_{barriers.gate_source[n]}", lang)
        rows.append((gate, lon, lat, str(barriers.gate_source[n]),
                     row_check("gate", gate, lon, lat, community), community, compound,
                     f"{say(f'access_{access}', lang)} ({source})",
                     ask("choice", lang, GATES, "access"), None if steps != steps else steps,
                     ask("number", lang), *end_cells(lang)))
    return rows


def _compound(barriers: Any, point: Any) -> str:
    near = shapely.STRtree(barriers.compound).query(point, predicate="dwithin", distance=_GATE_M)
    return ", ".join(sorted({str(barriers.compound_name[k] or barriers.compound_id[k])
                             for k in near}))
