"""catchments: the ground from which each place, on its own, can be walked to."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from greenmap import settings
from greenmap.measure.isochrones import (
    CELL_M,
    REACH_M,
    lay_out_streets,
    multipolygons,
    outline_of,
)
from greenmap.model.attachment import Attachment
from greenmap.model.profile import Profile, load_profile
from greenmap.model.walk_network import WalkNetwork
from greenmap.units import to_ticks

if TYPE_CHECKING:
    from greenmap.engine.csr import Csr
    from greenmap.engine.ground import Fronts
    from greenmap.network.compose import WalkGraph

_LOT = 8  # places, at least, for a thread to be worth its start

def catchments(network: WalkNetwork, places: gpd.GeoDataFrame, *,
               profile: str | Profile = "adult", bands_min: Sequence[float] = (15.0,),
               attachment: Attachment | None = None, cell_m: float = CELL_M) -> gpd.GeoDataFrame:
    """Draw the catchment of each place: 25 m around the streets from which it is within reach.

    Where :func:`greenmap.isochrones` asks for the nearest place of a category, this asks for
    each row on its own, be another nearer or not. Streets are cut exactly where the limit is
    reached.

    Parameters
    ----------
    network : WalkNetwork
        Streets.
    places : (e,) GeoDataFrame of points
        Any CRS; one row per entrance.
    profile : str or Profile
        Who walks; in metres' profile the bands are metres.
    bands_min : sequence of float
        Limits, minutes.
    attachment : Attachment, optional
        How the places are put on the streets. Default: made here.
    cell_m : float
        Grid the polygons are traced on, metres.

    Returns
    -------
    GeoDataFrame
        One row per place and band, in that order: ``id`` (index of the place),
        ``profile``, ``band_min``, geometry (MultiPolygon, empty for a place that is
        on no street) in the network's CRS.

    Raises
    ------
    ProfileError
        Unknown profile.
    """
    from greenmap.network.attach import attach

    walker = load_profile(profile) if isinstance(profile, str) else profile
    put = attachment or attach(network, places, public_only=True)
    streets = lay_out_streets(network, walker, put)
    bands = sorted(bands_min)
    limits = [to_ticks(band, walker.unit) for band in bands]
    starts = np.where(put.attached, np.arange(len(places)), -1)
    threads = settings.current().threads
    lots = np.array_split(starts, max(1, min(4 * threads, len(places) // _LOT)))
    with ThreadPoolExecutor(threads) as pool:
        draw = pool.map if threads > 1 and len(lots) > 1 else map
        areas = list(draw(lambda lot: _areas_around(streets, lot, limits, cell_m), lots))
    table = {"id": np.repeat(places.index.to_numpy(dtype=object), len(bands)),
             "profile": walker.id, "band_min": np.tile(np.asarray(bands, float), len(places))}
    return gpd.GeoDataFrame(table, geometry=np.concatenate(areas), crs=network.crs)


def _areas_around(streets: tuple[WalkGraph, Csr, Fronts], rows: npt.NDArray[np.int64],
                  limits: Sequence[int], cell_m: float) -> npt.NDArray[np.object_]:
    """Draw what lies around some entrances, within each limit; row -1 has nothing around it."""
    from greenmap.engine.ground import grid_around, reached_ground
    from greenmap.engine.rounds import Rounds

    graph, reverse, fronts = streets
    outlines, rounds = [], Rounds(reverse, limits[-1])
    for row in rows.tolist():
        at = slice(row, row + 1) if row >= 0 else slice(0, 0)
        nodes = rounds.search(graph.entrance_node[at], graph.entrance_ticks[at])
        grid = grid_around(nodes, fronts, cell_m=cell_m, width_m=REACH_M + 1.5 * cell_m)
        for limit in limits:
            value = np.full((2, 2), np.inf, np.float32) if grid is None else reached_ground(
                rounds.label, limit, nodes, fronts, grid, REACH_M)
            first = (0.0, 0.0) if grid is None else (grid.x0, grid.y0)
            outlines.append(outline_of(value, REACH_M / cell_m, first, cell_m))
    return multipolygons(outlines)
