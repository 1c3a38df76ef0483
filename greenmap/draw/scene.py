"""Scene: one community with what lies around it, cut out of the layers of the whole city."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from greenmap.draw import layers
from greenmap.draw.by_community import by_community
from greenmap.draw.walls import wall_lines
from greenmap.errors import OutputError
from greenmap.model.standard import Clause
from greenmap.model.study import Assessment

MARGIN_M = 500.0
"""How far around the community the page shows streets, facilities and ranges."""

MOST_STREET_POINTS = 40_000
_SCREEN_DOTS = 800
_METRES_PROFILE_DRAWN_AS = "adult"


@dataclass(frozen=True, slots=True)
class Scene:
    """One community with what lies around it.

    Parameters
    ----------
    result : Assessment
        Everything measured.
    area : GeoDataFrame
        The community's row.
    box : tuple of float
        Left, bottom, right, top of the page, metres.
    home_rows : array of int64
        Its homes, by their ids.
    """

    result: Assessment
    area: gpd.GeoDataFrame
    box: layers.Box
    home_rows: npt.NDArray[np.int64]

    @property
    def dot_m(self) -> float:
        """Metres of one dot when the page opens: finer detail isn't seen."""
        left, bottom, right, top = self.box
        return max(2.0, (right - left) / _SCREEN_DOTS, (top - bottom) / _SCREEN_DOTS)

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Clauses of the study's standard."""
        return self.result.study.standard.clauses


def scene_of(result: Assessment, community_id: str) -> Scene:
    """Find a community and what is around it.

    Parameters
    ----------
    result : Assessment
        Everything measured.
    community_id : str
        Which community.

    Returns
    -------
    Scene

    Raises
    ------
    OutputError
        No such community.
    """
    table = result.study.communities
    if community_id not in table.index:
        raise OutputError("draw.community_unknown", id=community_id,
                          known=", ".join(map(str, sorted(table.index)[:5])))
    area = table.loc[[community_id]]
    left, bottom, right, top = area.total_bounds.tolist()
    rows = by_community(result).homes.get(community_id, np.zeros(0, np.int64))
    return Scene(result, area, (left - MARGIN_M, bottom - MARGIN_M, right + MARGIN_M,
                                top + MARGIN_M), rows)


@dataclass(frozen=True, slots=True)
class Cut:
    """What a page shows of the layers of the whole city, cut to its box, as GeoJSON.

    Parameters
    ----------
    ranges : list of str
        Walking ranges, in the order of the clauses and bands; None where none is near.
    streets, walls : str
        Feature collections; no walls where the network has none.
    """

    ranges: list[str | None]
    streets: layers.Json
    walls: layers.Json | None


def cut_layers(result: Assessment, community_id: str) -> Cut:
    """Cut the walking ranges, streets and walls of one community's page.

    Most of this is work of GEOS, PROJ and numpy, which leaves other threads free.

    Parameters
    ----------
    result : Assessment
        From :func:`greenmap.assess`.
    community_id : str
        Which community.

    Returns
    -------
    Cut
    """
    scene, network = scene_of(result, community_id), result.study.network
    rows = ranges_of(scene)
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [shape for *_, shape in rows]
    near = shapely.simplify(shapely.clip_by_rect(shapes, *scene.box), scene.dot_m,
                            preserve_topology=False)
    return Cut(
        layers.shape_texts(near, str(result.study.crs), decimals=layers.BACKDROP_DECIMALS),
        layers.street_lines(network, scene.box, tolerance_m=scene.dot_m / 4,
                            most_points=MOST_STREET_POINTS),
        None if network.barriers is None else wall_lines(network.barriers, scene.box))


def drawn_profile(clause: Clause) -> str:
    """Return whose walking range is drawn; a clause in metres has no speed of its own."""
    return clause.profile if clause.unit == "min" else _METRES_PROFILE_DRAWN_AS


def drawn_ranges(scene: Scene) -> list[tuple[str, str]]:
    """Return the places and the walker whose range each clause shows."""
    return [(clause.target, drawn_profile(clause)) for clause in scene.clauses]


def ranges_of(scene: Scene) -> list[tuple[tuple[str, str], float, Any]]:
    """Return the city's ranges that a page shows, each once: key, band, shape."""
    ranges, bands = all_ranges(scene.result), scene.result.study.bands
    return [(key, band, shape) for key in dict.fromkeys(drawn_ranges(scene))
            for band, shape in ranges.get(key, ()) if band in bands]


@lru_cache(maxsize=1)
def all_ranges(result: Assessment) -> dict[tuple[str, str], list[tuple[float, Any]]]:
    """Return bands and shapes of each category and profile, the longest band first."""
    table = result.isochrones
    found: dict[tuple[str, str], list[tuple[float, Any]]] = {}
    for category, profile, band, shape in zip(table["category"], table["profile"],
                                              table["band_min"], table.geometry, strict=True):
        found.setdefault((category, profile), []).append((band, shape))
    for rows in found.values():
        rows.sort(key=lambda row: -row[0])
    return found
