"""isochrones: the ground from which the nearest place is within each band, cut at the limit.

They are for looking at: counts always come from the network. A point belongs to a band if the
walk from it to a street (at most 25 m, as the crow flies) and along the streets to the nearest
place takes no longer than the band. Along a street the edge of the polygon is where the walk
takes exactly that long; a longer band contains every shorter one; ground enclosed but not reached
stays a hole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from greenmap.measure.reach import category_sets
from greenmap.model.attachment import Attachment
from greenmap.model.profile import Profile, load_profile
from greenmap.model.walk_network import WalkNetwork
from greenmap.units import to_ticks

if TYPE_CHECKING:
    from greenmap.engine.field import Field, Grid
    from greenmap.engine.streets import Streets

REACH_M = 25.0
"""How far off a street the ground still counts as reached."""

CELL_M = 10.0
_FAR = 1e6


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
    from greenmap.network.attach import attach

    walker = load_profile(profile) if isinstance(profile, str) else profile
    attachment = attachment or attach(network, places, public_only=True)
    sets = category_sets(places) if sets is None else sets
    bands = sorted(bands_min)
    rows: list[dict[str, Any]] = []
    for name, mask in sets.items():
        field = _field(network, walker, attachment, mask, bands[-1], cell_m, bounds)
        if field is None:
            continue
        for band in bands:
            area = _area(field, to_ticks(band, walker.unit), walker)
            if not area.is_empty:
                rows.append({"category": name, "profile": walker.id, "band_min": band,
                             "geometry": area})
    columns = ["category", "profile", "band_min", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=network.crs)


def _field(network: WalkNetwork, walker: Profile, attachment: Attachment,
           mask: npt.NDArray[np.bool_], longest: float, cell_m: float,
           bounds: tuple[float, float, float, float] | None) -> Field | None:
    """Walk towards the nearest of some places, spread over the ground; None if none is there."""
    from greenmap.engine.csr import build_csr
    from greenmap.engine.field import walk_field
    from greenmap.engine.search import distances
    from greenmap.engine.streets import streets_of_arcs
    from greenmap.network.compose import compose
    from greenmap.network.price import price

    rows = np.flatnonzero(mask & attachment.attached)
    if not rows.size:
        return None
    chosen = _take(attachment, rows)
    graph = compose(network, price(network, walker), walker, _take(attachment, rows[:0]), chosen)
    limit = to_ticks(longest, walker.unit)
    reverse = build_csr(graph.n_nodes, graph.head, graph.tail, graph.ticks)
    label = distances(reverse, graph.entrance_node.astype(np.uint32), graph.entrance_ticks,
                      limit=limit)
    near = (graph.arc_edge >= 0) & ((label[graph.tail] <= limit) | (label[graph.head] <= limit))
    if not near.any():
        return None
    streets = streets_of_arcs(
        graph.tail[near], graph.head[near], graph.ticks[near], edge=graph.arc_edge[near],
        low=graph.arc_from[near], high=graph.arc_to[near], shape_start=network.shape_start,
        shape_xy=network.shape_xy,
    )
    grid = _grid(streets, cell_m, bounds)
    if grid is None:
        return None
    return walk_field(label, streets, grid=grid, reach_m=REACH_M + 1.5 * cell_m,
                      ticks_per_m=walker.ticks_per_m, towards=True)


def _take(attachment: Attachment, rows: npt.NDArray[np.int64]) -> Attachment:
    return Attachment(*(getattr(attachment, name)[rows] for name in
                        ("ids", "edge", "fraction", "node", "leg_m", "status")))


def _grid(streets: Streets, cell_m: float, bounds: tuple[float, float, float, float] | None
          ) -> Grid | None:
    """Grid over the streets; its lines are whole multiples of the cell, so that layers match."""
    from greenmap.engine.field import Grid

    start, xy = streets.shape_start, streets.shape_xy
    used = np.zeros(len(xy) + 1, np.int64)
    np.add.at(used, start[streets.edge], 1)
    np.add.at(used, start[streets.edge + 1], -1)
    points = xy[np.cumsum(used)[:-1] > 0]
    margin = REACH_M + 2 * cell_m
    west, south = points.min(axis=0) - margin
    east, north = points.max(axis=0) + margin
    if bounds is not None:
        west, south = max(west, bounds[0]), max(south, bounds[1])
        east, north = min(east, bounds[2]), min(north, bounds[3])
    column, row = np.floor(west / cell_m), np.floor(south / cell_m)
    width, height = np.ceil(east / cell_m) - column + 1, np.ceil(north / cell_m) - row + 1
    if width < 2 or height < 2:
        return None
    return Grid(column * cell_m, row * cell_m, cell_m, int(width), int(height))


def _area(field: Field, limit: int, walker: Profile) -> shapely.Geometry:
    """Trace where the walk takes at most `limit` ticks and a street is at most 25 m off."""
    from contourpy import FillType, contour_generator

    grid = field.grid
    over_m = np.maximum((field.ticks - limit) / walker.ticks_per_m, field.off_m - REACH_M)
    over_m = np.where(np.isfinite(over_m), over_m, _FAR)
    tracer = contour_generator(
        x=grid.x0 + grid.cell_m * np.arange(grid.width),
        y=grid.y0 + grid.cell_m * np.arange(grid.height),
        z=over_m, name="serial", fill_type=FillType.OuterOffset,
    )
    points, offsets = tracer.filled(-_FAR, 0.0)
    parts = [
        shapely.Polygon(rings[0], rings[1:])
        for rings in (
            [ring[a:b] for a, b in zip(cut[:-1], cut[1:], strict=True)]
            for ring, cut in zip(points, offsets, strict=True)
        )
    ]
    area = shapely.MultiPolygon(parts)
    return area if area.is_valid else shapely.make_valid(area)
