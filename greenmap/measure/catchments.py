"""catchments: the ground from which each place, on its own, can be walked to."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np

from greenmap.measure.isochrones import CELL_M, REACH_M, lay_out_streets, polygons_of
from greenmap.model.attachment import Attachment
from greenmap.model.profile import Profile, load_profile
from greenmap.model.walk_network import WalkNetwork
from greenmap.units import to_ticks


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
    from greenmap.engine.ground import grid_around, reached_ground
    from greenmap.engine.rounds import Rounds
    from greenmap.network.attach import attach

    walker = load_profile(profile) if isinstance(profile, str) else profile
    put = attachment or attach(network, places, public_only=True)
    graph, reverse, fronts = lay_out_streets(network, walker, put)
    bands = sorted(bands_min)
    limits = [to_ticks(band, walker.unit) for band in bands]
    areas, rounds = [], Rounds(reverse, limits[-1])
    for row in range(len(places)):
        at = slice(row, row + 1) if put.attached[row] else slice(0, 0)
        nodes = rounds.search(graph.entrance_node[at], graph.entrance_ticks[at])
        grid = grid_around(nodes, fronts, cell_m=cell_m, width_m=REACH_M + 1.5 * cell_m)
        for limit in limits:
            value = np.full((2, 2), np.inf, np.float32) if grid is None else reached_ground(
                rounds.label, limit, nodes, fronts, grid, REACH_M)
            first = (0.0, 0.0) if grid is None else (grid.x0, grid.y0)
            areas.append(polygons_of(value, REACH_M / cell_m, first, cell_m))
    table = {"id": np.repeat(places.index.to_numpy(dtype=object), len(bands)),
             "profile": walker.id, "band_min": np.tile(np.asarray(bands, float), len(places))}
    return gpd.GeoDataFrame(table, geometry=areas, crs=network.crs)
