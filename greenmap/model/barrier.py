"""Barriers: walls and the like, the gates in them, and the compounds (小区) they enclose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from greenmap.model.crs import to_study
from greenmap.model.hours import open_at
from greenmap.model.walk_network import F8, I8, Objects, freeze

if TYPE_CHECKING:
    import geopandas as gpd

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
    gate_hours : array (g,) object
        When they are open, as the source writes it; blank where it doesn't.
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
    gate_hours: Objects = field(default_factory=lambda: np.zeros(0, object))

    def __post_init__(self) -> None:
        if len(self.gate_hours) != len(self.gate_id):
            object.__setattr__(self, "gate_hours", np.full(len(self.gate_id), "", object))
        freeze(self)

    def gates_by_source(self) -> dict[str, int]:
        """Return how many gates each source gives.

        Examples
        --------
        >>> none = np.empty(0, object)
        >>> made = np.array(["surveyed", "assumed", "assumed"], object)
        >>> Barriers("EPSG:4543", none, none, none, none, np.empty(0), np.empty(0), none, made,
        ...     np.empty(0), none, none, none, np.empty(0, int)).gates_by_source()
        {'surveyed': 1, 'mapped': 0, 'assumed': 2}
        """
        return {source: int((self.gate_source == source).sum()) for source in SOURCES}


def make_barriers(
    crs: str,
    *,
    walls: Sequence[gpd.GeoDataFrame] = (),
    gates: Sequence[gpd.GeoDataFrame] = (),
    compounds: Sequence[gpd.GeoDataFrame] = (),
    free_way: Iterable[int] = (),
    at: str | None = None,
) -> Barriers:
    """Put tables of barriers into one record.

    Parameters
    ----------
    crs : str
        Metre system of the network.
    walls : sequence of GeoDataFrame
        Lines or areas, any CRS, index ids; column ``kind`` (default ``wall``).
    gates : sequence of GeoDataFrame
        Points; columns ``access`` (blank: unknown), ``source`` (default ``surveyed``), ``steps``,
        ``hours``.
    compounds : sequence of GeoDataFrame
        Areas; column ``name``.
    free_way : iterable of int
        Ways no wall cuts.
    at : str, optional
        Time of day, ``HH:MM``: gates that are shut then count as closed, those whose hours
        can't be read as of unknown access unless they are closed in any case.

    Returns
    -------
    Barriers
        In the order given; the parts of a line in several parts share its id.

    Examples
    --------
    >>> import geopandas as gpd
    >>> plot = gpd.GeoDataFrame(
    ...     {"name": ["甲"]}, index=["c1"], geometry=[shapely.box(0, 0, 400, 400)], crs=4543)
    >>> made = make_barriers("EPSG:4543", compounds=[plot])
    >>> made.wall_id.tolist(), made.wall_kind.tolist(), made.compound_name.tolist()
    (['c1'], ['compound'], ['甲'])
    """
    areas = [to_study(table, crs) for table in compounds]
    lines = [_lines(to_study(table, crs), _column(table, "kind", "wall")) for table in walls]
    lines += [_lines(table, _column(table, "kind", "compound")) for table in areas]
    wall, wall_id, wall_kind = (_joined([line[k] for line in lines]) for k in range(3))
    points = [to_study(table, crs) for table in gates]
    place = _joined([table.geometry.to_numpy() for table in points])
    hours = _joined([_column(table, "hours", "") for table in points])
    access = _joined([_column(table, "access", "unknown") for table in points])
    return Barriers(
        crs=crs,
        wall=wall,
        wall_id=wall_id,
        wall_kind=wall_kind,
        gate_id=_joined([table.index.to_numpy(object) for table in points]),
        gate_x=shapely.get_x(place),
        gate_y=shapely.get_y(place),
        gate_access=access if at is None else _access_at(access, hours, at),
        gate_source=_joined([_column(table, "source", "surveyed") for table in points]),
        gate_steps=_joined([_column(table, "steps", np.nan) for table in points]).astype(float),
        compound=_joined([table.geometry.to_numpy() for table in areas]),
        compound_id=_joined([table.index.to_numpy(object) for table in areas]),
        compound_name=_joined([_column(table, "name", "") for table in areas]),
        free_way=np.array(sorted(set(free_way)), np.int64),
        gate_hours=hours,
    )


def _access_at(access: Objects, hours: Objects, at: str) -> Objects:
    """Who may pass at a time of day."""
    now = [open_at(text, at) if text else True for text in hours.tolist()]
    shut, unread = np.array([n is False for n in now], bool), np.array([n is None for n in now],
                                                                       bool)
    told = np.where(shut, "closed", np.where(unread & (access != "closed"), "unknown", access))
    return told.astype(object)


def _column(table: gpd.GeoDataFrame, name: str, blank: Any) -> Objects:
    if name not in table.columns:
        return np.full(len(table), blank, object)
    given = table[name].astype(object)
    filled: Objects = given.where(given.notna(), blank).to_numpy(object)
    return filled


def _joined(parts: Sequence[Any]) -> Objects:
    made: Objects = np.concatenate([np.empty(0, object), *parts]).astype(object)
    return made


def _lines(table: gpd.GeoDataFrame, kind: Objects) -> tuple[Objects, Objects, Objects]:
    """Take shapes apart into single lines; closed ones run counterclockwise."""
    shapes = table.geometry.to_numpy()
    area = shapely.get_dimensions(shapes) == 2
    shapes = np.where(area, shapely.boundary(shapes), shapes).astype(object)
    parts, row = shapely.get_parts(shapes, return_index=True)
    sound = (shapely.get_dimensions(parts) == 1) & (shapely.length(parts) > 0)
    parts, row = parts[sound], row[sound]
    turned = shapely.is_closed(parts)
    turned[turned] = ~shapely.is_ccw(parts[turned])
    parts[turned] = shapely.reverse(parts[turned])
    return parts, table.index.to_numpy(object)[row], kind[row]
