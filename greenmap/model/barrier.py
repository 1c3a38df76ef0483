"""Barriers: walls and the like, the gates in them, and the compounds (小区) they enclose."""

from __future__ import annotations

from dataclasses import dataclass

from greenmap.model.walk_network import F8, I8, Objects, freeze

WALLS = ("wall", "fence", "hedge", "retaining_wall", "city_wall", "compound")
"""Kinds that cut streets; ``compound`` is the edge of a compound drawn as an area."""

OFF_STREET = ("rail", "water")
"""Kinds that nobody crosses off the street; a mapped street passes them by bridge or crossing."""

ACCESS = ("all", "residents", "closed", "unknown")
SOURCES = ("surveyed", "mapped", "assumed")


@dataclass(frozen=True, slots=True, eq=False)
class Barriers:
    """What stands in a walker's way: w lines, g gates, c compounds; plane shapes in one CRS.

    Parameters
    ----------
    crs : str
        Of all shapes.
    wall : array (w,) of shapely.LineString
        Closed ones run counterclockwise, so that inside is to the left.
    wall_id, wall_kind : array (w,) object
        Text; a kind of ``WALLS`` or ``OFF_STREET``.
    gate_id : array (g,) object
        Text.
    gate_x, gate_y : array (g,), metres
        Where gates stand.
    gate_access : array (g,) object
        One of ``ACCESS``.
    gate_source : array (g,) object
        One of ``SOURCES``.
    gate_steps : array (g,), count
        Steps to climb at the gate, NaN where not known.
    compound : array (c,) of shapely.Polygon
        Their edges also stand among the walls, with the kind ``compound``.
    compound_id, compound_name : array (c,) object
        Text.
    free_way : array (f,) int64
        Ways that pass over or under walls: bridges, tunnels, other layers.
    """

    crs: str
    wall: Objects
    wall_id: Objects
    wall_kind: Objects
    gate_id: Objects
    gate_x: F8
    gate_y: F8
    gate_access: Objects
    gate_source: Objects
    gate_steps: F8
    compound: Objects
    compound_id: Objects
    compound_name: Objects
    free_way: I8

    def __post_init__(self) -> None:
        freeze(self)

    def gates_by_source(self) -> dict[str, int]:
        """Return how many gates each source gives.

        Examples
        --------
        >>> import numpy as np
        >>> none = np.empty(0, object)
        >>> made = np.array(["surveyed", "assumed", "assumed"], object)
        >>> Barriers("EPSG:4543", none, none, none, none, np.empty(0), np.empty(0), none, made,
        ...     np.empty(0), none, none, none, np.empty(0, int)).gates_by_source()
        {'surveyed': 1, 'mapped': 0, 'assumed': 2}
        """
        return {source: int((self.gate_source == source).sum()) for source in SOURCES}
