"""isochrones: the ground from which the nearest place is within each band, cut at the limit.

They are for looking at: counts always come from the network. A point belongs to a band if at most
25 m from it there is a street from where the walk to the nearest place takes no longer than the
band. Along a street the edge of the polygon is where the walk takes exactly that long; a longer
band contains every shorter one; ground enclosed but not reached stays a hole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from greenmap import settings
from greenmap.engine.threads import side_by_side
from greenmap.measure.reach import category_sets
from greenmap.model.attachment import Attachment
from greenmap.model.profile import Profile, load_profile
from greenmap.model.walk_network import WalkNetwork
from greenmap.units import UNREACHED, to_ticks

if TYPE_CHECKING:
    from greenmap.engine.areas import Outlines
    from greenmap.engine.csr import Csr
    from greenmap.engine.ground import Fronts
    from greenmap.network.compose import WalkGraph

Bounds = tuple[float, float, float, float]
REACH_M = 25.0
"""How far off a street the ground still counts as reached."""

CELL_M = 10.0
_FAR = 1e4


def isochrones(network: WalkNetwork, places: gpd.GeoDataFrame, *,
               profile: str | Profile = "adult", bands_min: Sequence[float] = (5.0, 10.0, 15.0),
               sets: Mapping[str, npt.NDArray[np.bool_]] | None = None,
               attachment: Attachment | None = None, cell_m: float = CELL_M,
               bounds: tuple[float, float, float, float] | None = None) -> gpd.GeoDataFrame:
    """Draw, per category, the ground within each band of its nearest place.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    places : (e,) GeoDataFrame of points
        Entrances with ``category``.
    profile : str or Profile
        Who walks; in metres' profile the bands are metres.
    bands_min : sequence of float
        Limits, minutes.
    sets : mapping of str to (e,) bool array, optional
        Which rows make up each layer. Default: one layer per category.
    attachment : Attachment, optional
        How the places are put on the streets. Default: made here.
    cell_m : float
        Grid the polygons are traced on, metres; outlines are interpolated
        between its points.
    bounds : (west, south, east, north), optional
        Draw only inside, metres in the network's CRS.

    Returns
    -------
    GeoDataFrame
        ``category``, ``profile``, ``band_min``, geometry (MultiPolygon) in the
        network's CRS; only what is not empty, categories then bands in order.
    """
    from greenmap.engine.search import distances
    from greenmap.network.attach import attach

    walker = load_profile(profile) if isinstance(profile, str) else profile
    attachment = attachment or attach(network, places, public_only=True)
    sets = category_sets(places) if sets is None else sets
    bands = sorted(bands_min)
    limits = [to_ticks(band, walker.unit) for band in bands]
    graph, reverse, fronts = lay_out_streets(network, walker, attachment)

    def draw(mask: npt.NDArray[np.bool_]) -> list[shapely.Geometry]:
        at = np.flatnonzero(mask & attachment.attached)
        label = distances(reverse, graph.entrance_node[at], graph.entrance_ticks[at],
                          limit=limits[-1])
        return _areas(label, fronts, limits, walker.ticks_per_m, cell_m, bounds)

    drawn = side_by_side(draw, sets.values(), threads=settings.current().threads)
    rows = [{"category": name, "profile": walker.id, "band_min": band, "geometry": area}
            for name, areas in zip(sets, drawn, strict=True)
            for band, area in zip(bands, areas, strict=True) if not area.is_empty]
    columns = ["category", "profile", "band_min", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=network.crs)


def lay_out_streets(network: WalkNetwork, walker: Profile, places: Attachment
                    ) -> tuple[WalkGraph, Csr, Fronts]:
    """Lay out the streets that lead to some places, and what lies along them.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    walker : Profile
        Who walks.
    places : Attachment
        Where the places join.

    Returns
    -------
    WalkGraph
    Csr
        Its reverse.
    Fronts
        Its pieces by the nodes they are entered from, walking towards the places.
    """
    from greenmap.engine.csr import build_csr
    from greenmap.engine.ground import fronts_of
    from greenmap.engine.streets import streets_of_arcs
    from greenmap.network.compose import compose
    from greenmap.network.price import price

    graph = compose(network, price(network, walker), walker, _nobody(), places)
    reverse = build_csr(graph.n_nodes, graph.head, graph.tail, graph.ticks)
    streets = streets_of_arcs(
        graph.tail, graph.head, graph.ticks, edge=graph.arc_edge, low=graph.arc_from,
        high=graph.arc_to, shape_start=network.shape_start, shape_xy=network.shape_xy,
    )
    return graph, reverse, fronts_of(streets, graph.n_nodes, towards=True)


@cache
def _nobody() -> Attachment:
    """No homes: always the same record, so that several walkers share what they walk on."""
    nothing, number = np.empty(0, object), np.empty(0, np.int32)
    return Attachment(nothing, number, np.empty(0), number, np.empty(0), nothing)


def _areas(label: npt.NDArray[np.uint32], fronts: Fronts, limits: Sequence[int],
           ticks_per_m: float, cell_m: float, bounds: Bounds | None) -> list[shapely.Geometry]:
    """Trace where the walk takes at most each limit and a street is at most 25 m off."""
    from greenmap.engine.ground import grid_around, walked_ground

    nodes = np.flatnonzero(label != UNREACHED)
    width_m = REACH_M + 1.5 * cell_m
    grid = grid_around(nodes, fronts, cell_m=cell_m, width_m=width_m, bounds=bounds)
    if grid is None:
        return [shapely.MultiPolygon()] * len(limits)
    off, walk = walked_ground(label, nodes, fronts, grid, REACH_M, ticks_per_m=ticks_per_m)
    off -= np.float32(REACH_M / cell_m)
    areas = []
    for limit in limits:
        over = (walk - np.float32(limit)) / np.float32(ticks_per_m * cell_m)
        over = np.minimum(np.maximum(over, off, out=over), _FAR, out=over)
        areas.append(polygons_of(over, 0.0, (grid.x0, grid.y0), cell_m))
    return areas


def polygons_of(value: npt.NDArray[np.float32], level: float, first: tuple[float, float],
                cell_m: float) -> shapely.MultiPolygon:
    """Make polygons of the parts of a grid where a value is at most `level`.

    Parameters
    ----------
    value : (height, width) array of float32
        The outermost points lie outside.
    level : float
        In the unit of `value`.
    first : (x, y), metres
        The first point of the grid.
    cell_m : float
        Distance between its points.

    Returns
    -------
    MultiPolygon
        Ordered by their first point, row by row.
    """
    from greenmap.engine.areas import Outlines
    from greenmap.engine.outline import trace_outline

    points, start, part = trace_outline(value, level)
    rings = np.array([part.size])
    return multipolygons(Outlines(points * cell_m + first, np.diff(start), part, rings))[0]


def multipolygons(outlines: Outlines) -> npt.NDArray[np.object_]:
    """Make the polygons of many areas at once.

    Parameters
    ----------
    outlines : Outlines
        Areas may be without rings.

    Returns
    -------
    array of MultiPolygon
        One per area; its polygons ordered by their first point, row by row.
    """
    areas = np.full(outlines.rings.size, shapely.MultiPolygon(), object)
    if not outlines.part.size:
        return areas
    size, owner = outlines.size, np.repeat(np.arange(areas.size), outlines.rings)
    rings = shapely.linearrings(outlines.points, indices=np.repeat(np.arange(size.size), size))
    # Each part's outer ring comes first.
    order = np.lexsort((~shapely.is_ccw(rings), outlines.part, owner))
    part, owner = outlines.part[order], owner[order]
    fresh = np.append(True, (np.diff(part) != 0) | (np.diff(owner) != 0))
    polygons = shapely.polygons(rings[order], indices=np.cumsum(fresh) - 1)
    there, of = np.unique(owner[fresh], return_inverse=True)
    areas[there] = shapely.multipolygons(polygons, indices=of)
    return areas
