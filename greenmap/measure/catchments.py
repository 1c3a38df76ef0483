"""catchments: the ground from which each place, on its own, can be walked to."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from greenmap import settings
from greenmap.measure.isochrones import CELL_M, REACH_M, lay_out_streets, multipolygons
from greenmap.model.attachment import Attachment
from greenmap.model.profile import Profile, load_profile
from greenmap.model.walk_network import WalkNetwork
from greenmap.units import UNREACHED, to_ticks

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
    from greenmap.engine.areas import outlines_around
    from greenmap.network.attach import attach

    walker = load_profile(profile) if isinstance(profile, str) else profile
    put = attachment or attach(network, places, public_only=True)
    graph, reverse, fronts = lay_out_streets(network, walker, put)
    bands = sorted(bands_min)
    limits = [to_ticks(band, walker.unit) for band in bands]
    node = np.where(put.attached, graph.entrance_node, UNREACHED)
    threads = settings.current().threads

    def draw(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
        return multipolygons(outlines_around(
            reverse, node[rows], graph.entrance_ticks[rows], fronts, limits=limits,
            cell_m=cell_m, reach_m=REACH_M))

    lots = np.array_split(np.arange(len(places)), max(1, min(4 * threads, len(places) // _LOT)))
    with ThreadPoolExecutor(threads) as pool:
        areas = list((pool.map if threads > 1 and len(lots) > 1 else map)(draw, lots))
    table = {"id": np.repeat(places.index.to_numpy(dtype=object), len(bands)),
             "profile": walker.id, "band_min": np.tile(np.asarray(bands, float), len(places))}
    return gpd.GeoDataFrame(table, geometry=np.concatenate(areas), crs=network.crs)
