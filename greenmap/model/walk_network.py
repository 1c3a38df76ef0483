"""The street network a walker uses: arrays of nodes and edges, facts only, not yet priced.

A network keeps what was found in the source (length, kind, who may enter); a profile turns
these facts into walking times later, so one network serves every profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from greenmap.model.barrier import Barriers

F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]
I4 = npt.NDArray[np.int32]
U4 = npt.NDArray[np.uint32]
Bool = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]

MERGED = " + "
"""Between the names of networks that were made one."""

ADDED_WAY = -1_000_000_000
"""Ways of links that the planner added have this id or a lower one."""


def freeze(record: object) -> None:
    """Make every array of a record read-only.

    Parameters
    ----------
    record : dataclass with slots
        Its arrays are locked in place; other fields are left alone.

    Examples
    --------
    >>> from greenmap.model.attachment import Attachment
    >>> import numpy as np
    >>> one = Attachment(*(np.zeros(1) for _ in range(6)))
    >>> one.fraction.flags.writeable
    False
    """
    for name in getattr(type(record), "__slots__", ()):
        value = getattr(record, name)
        if isinstance(value, np.ndarray):
            value.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WalkNetwork:
    """Streets, paths and steps with their facts; n nodes, m edges, k shape points.

    Nodes are sorted by id; edges by way, then by their two node ids, so the order of rows in
    the source doesn't matter.

    Parameters
    ----------
    node_id : array (n,)
        int64, or text as object.
    lon, lat : array (n,), degrees
        WGS 84.
    x, y : array (n,), metres
        In `crs`.
    crs : str
        A metre system, for snapping and drawing only.
    tail, head : array (m,) uint32
        Node positions of each edge's ends.
    length_m : array (m,), metres
        Geodesic, or as given by the source.
    forward, backward : array (m,) bool
        May be walked from tail to head; from head to tail.
    kind : array (m,) uint8
        Position in `kinds`.
    kinds : tuple of str
        OSM ``highway`` values.
    private : array (m,) bool
        For residents only: strangers may leave by it but not enter.
    way_id : array (m,) int64
        The source's way, -1 if not known.
    shape_start : array (m + 1,) int64
        Where each edge's polyline starts in `shape_xy`.
    shape_xy : array (k, 2), metres
        Polylines in `crs`, both ends included.
    extent : shapely.Polygon
        Where data are, in `crs`.
    exits : array (n,) bool
        Nodes where a walker may leave the data.
    component : array (n,) int32
        Connected part, 0 the one of most nodes.
    digest : str
        SHA-256 of the content.
    source : str
        File name or place, no folder.
    notes : dict
        Counts: ways read, kept, left out by reason.
    bridged_way : array of int64, optional
        Ways on bridges or in tunnels, sorted: off the ground. None: not known.
    height_start : array (m + 1,) int64, optional
        Where each edge's heights start in `height_m`; None: no terrain given.
    height_m : array, metres, optional
        Heights walked along each edge from tail to head, equally far apart, both
        ends included; NaN where the terrain doesn't know.
    hurdle : array (m,) uint8, optional
        What stands on an edge: 0 nothing, 1 wall, 2 gate closed, 3 gate for residents, 4 gate
        open, 5 gate assumed, 6 gate of unknown access, 7 big road without a crossing. Hurdles
        stand on edges without length, whose tail is inside the compound, or left of the wall or
        road. None: no barriers known.
    hurdle_id : array (m,) int32, optional
        Number of the wall (hurdle 1) or of the gate (2 to 6) in `barriers`, else -1.
    barriers : Barriers, optional
        Walls, gates and compounds, in `crs`.
    wait_s : array (m,), seconds, optional
        Lost at crossings on the way along each edge; None: not counted.
    repairs : geopandas.GeoDataFrame, optional
        Of a network made from road centrelines: what was joined, left out, or should be looked
        at; see :func:`greenmap.network.road_repairs.list_repairs`. Not kept in a file.
    width_m, kerb_m : array (m,), metres, optional
        Clear width, NaN where not known; the highest kerb met. None: not looked at.
    ramped : array (m,) bool, optional
        Steps with a ramp for wheels beside them. None: not looked at.
    edit_log : pandas.DataFrame, optional
        Links added or removed by the planner, and what each did; see
        :func:`greenmap.network.edits.apply_edits`. Not kept in a file.
    """

    node_id: npt.NDArray[Any]
    lon: F8
    lat: F8
    x: F8
    y: F8
    crs: str
    tail: U4
    head: U4
    length_m: F8
    forward: Bool
    backward: Bool
    kind: npt.NDArray[np.uint8]
    kinds: tuple[str, ...]
    private: Bool
    way_id: I8
    shape_start: I8
    shape_xy: F8
    extent: shapely.Polygon
    exits: Bool
    component: I4
    digest: str
    source: str
    notes: Mapping[str, int]
    bridged_way: I8 | None = None
    height_start: I8 | None = None
    height_m: F8 | None = None
    hurdle: npt.NDArray[np.uint8] | None = None
    hurdle_id: I4 | None = None
    barriers: Barriers | None = None
    wait_s: F8 | None = None
    repairs: gpd.GeoDataFrame | None = None
    width_m: F8 | None = None
    kerb_m: F8 | None = None
    ramped: Bool | None = None
    edit_log: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_id)

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return len(self.tail)

    @property
    def rise_m(self) -> F8 | None:
        """Height of each edge's head over its tail, metres; NaN unknown, None no terrain."""
        if self.height_start is None or self.height_m is None:
            return None
        rise: F8 = self.height_m[self.height_start[1:] - 1] - self.height_m[self.height_start[:-1]]
        return rise

    def __repr__(self) -> str:
        return (
            f"<WalkNetwork {self.source}: {self.n_nodes} nodes, {self.n_edges} edges, "
            f"{self.length_m.sum() / 1000:.1f} km, {self.crs}>"
        )
