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
    from greenmap.engine.field import Field

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
