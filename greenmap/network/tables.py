"""Networks from tables of nodes and edges, as OSMnx gives them or plain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from greenmap.errors import Faults
from greenmap.model.walk_network import F8, I8, Bool, Objects, WalkNetwork
from greenmap.network.build import build_network
from greenmap.network.edges import Edges, straight
from greenmap.network.pairing import pair_rows
from greenmap.network.walkable import left_out_kinds, walkable

_NODE = ("node", "node_id", "osmid", "id")
_LON, _LAT = ("lon", "longitude", "x"), ("lat", "latitude", "y")
_WAY = ("osmid", "way", "way_id")
_LENGTH = ("length_m", "length")
_TAGS = ("highway", "foot", "access", "area", "oneway:foot")


def network_from_tables(
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    *,
    crs: str = "auto",
    directed: bool | None = None,
    extent: shapely.Polygon | None = None,
    source: str = "tables",
) -> WalkNetwork:
    """Build a walking network from two tables.

    Parameters
    ----------
    nodes : DataFrame
        One row a node: id in a column node (node_id, osmid, id) or the index; lon and lat (or
        x and y) in WGS 84 degrees, or a GeoDataFrame of points with its CRS.
    edges : DataFrame
        Columns or index levels u and v; length_m (or length), measured where blank; optional
        highway, osmid (or way), access, foot, oneway:foot, oneway, reversed, geometry.
    crs : str
        Metre system, or ``"auto"``.
    directed : bool, optional
        True: a row without its opposite is walked one way. False: every row both ways.
        Default: True for tables as OSMnx gives them, but a one-way street for vehicles
        (``oneway`` set) is walked both ways; False for plain tables.
    extent : shapely.Polygon, optional
        Where data are, WGS 84 degrees; default the nodes' convex hull.
    source : str
        Name for messages.

    Returns
    -------
    WalkNetwork
        Given lengths and node ids are kept. Rows that nobody may walk (motorways …) are left
        out and counted in ``notes``.

    Raises
    ------
    InputFaults
        Columns are missing, ids stand twice, an edge names an unknown node, a coordinate or
        a length isn't a number: all told at once.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node": [1, 2], "lon": [101.70, 101.71], "lat": [26.5, 26.5]})
    >>> edges = pd.DataFrame({"u": [1], "v": [2], "length_m": [995.0]})
    >>> network_from_tables(nodes, edges)
    <WalkNetwork tables: 2 nodes, 1 edges, 1.0 km, EPSG:4543>
    """
    rows = _rows(nodes, edges)
    found = _joined(rows, directed=directed, extent=extent)
    return build_network(found, crs=crs, source=source)


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The tables as arrays: n nodes sorted by id, r rows of edges."""

    node_id: npt.NDArray[Any]
    lon: F8
    lat: F8
    tail: I8
    head: I8
    length_m: F8
    way_id: I8
    tags: dict[str, Objects]
    backwards: Bool
    vehicles_one_way: Bool
    like_osmnx: bool
    shape_start: I8
    shape: F8


def _rows(nodes: pd.DataFrame, edges: pd.DataFrame) -> _Rows:
    like_osmnx = edges.index.nlevels == 3 or {"reversed", "oneway"} <= set(edges.columns)
    if "u" in edges.index.names:
        edges = edges.reset_index()
    faults = Faults()
    node_id, lon, lat = _nodes(nodes, faults)
    tail, head = _ends(edges, node_id, faults)
    length_m = _lengths(edges, faults)
    faults.raise_if_any()
    tags = {tag: _tag(edges[tag]) for tag in _TAGS if tag in edges.columns}
    tags.setdefault("highway", np.full(len(edges), "", object))
    start, shape = _shapes(edges, lon, lat, tail, head)
    return _Rows(
        node_id=node_id,
        lon=lon,
        lat=lat,
        tail=tail,
        head=head,
        length_m=length_m,
        way_id=_way_ids(edges),
        tags=tags,
        backwards=_truth(edges, "reversed"),
        vehicles_one_way=_truth(edges, "oneway"),
        like_osmnx=like_osmnx,
        shape_start=start,
        shape=shape,
    )


def _joined(rows: _Rows, *, directed: bool | None, extent: shapely.Polygon | None) -> Edges:
    """Join opposite rows, and judge who may walk which way."""
    may = walkable(rows.tags)
    pairs = pair_rows(rows.tail, rows.head, rows.way_id, rows.length_m, rows.backwards)
    along = np.where(rows.backwards, may.backward, may.forward)
    against = np.where(rows.backwards, may.forward, may.backward)
    strict = rows.like_osmnx if directed is None else directed
    both_ways = rows.vehicles_one_way if directed is None and strict else np.array(not strict)
    row, alone = pairs.row, pairs.mate < 0
    forward = along[row]
    backward = np.where(alone, (against & both_ways)[row], along[pairs.mate])
    kept = may.keep[row] & (forward | backward)
    row, forward, backward = row[kept], forward[kept], backward[kept]
    turned = rows.backwards[row] & alone[kept]  # an edge runs with its way
    tail, head = rows.tail[row], rows.head[row]
    start, shape = _taken(rows, row, turned)
    return Edges(
        node_id=rows.node_id,
        lon=rows.lon,
        lat=rows.lat,
        tail=np.where(turned, head, tail),
        head=np.where(turned, tail, head),
        forward=np.where(turned, backward, forward),
        backward=np.where(turned, forward, backward),
        private=may.private[row],
        highway=rows.tags["highway"][row],
        way_id=rows.way_id[row],
        length_m=rows.length_m[row],
        shape_start=start,
        shape=shape,
        cut=np.zeros(len(rows.node_id), bool),
        extent=extent,
        notes={
            "rows_read": len(rows.tail),
            "edges_one_way": int((forward ^ backward).sum()),
            **{
                f"left_out {reason}": int(times)
                for reason, times in pd.Series(may.reason[~may.keep]).value_counts().items()
            },
        },
    )


def _nodes(nodes: pd.DataFrame, faults: Faults) -> tuple[npt.NDArray[Any], F8, F8]:
    column = _first(nodes, _NODE)
    ids = _ids(nodes[column] if column else nodes.index.to_series())
    if isinstance(nodes, gpd.GeoDataFrame) and nodes.crs is not None:
        point = nodes.geometry.to_crs("EPSG:4326")
        lon, lat = point.x.to_numpy(float), point.y.to_numpy(float)
    else:
        names = _first(nodes, _LON), _first(nodes, _LAT)
        if not all(names):
            _lack(faults, "nodes", "lon lat", "node lon lat", nodes)
            return ids, np.zeros(len(ids)), np.zeros(len(ids))
        lon, lat = (pd.to_numeric(nodes[k], errors="coerce").to_numpy(float) for k in names)
    off = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    if off.any():
        faults.add("network.tables_coordinates", count=int(off.sum()), first=_few(ids[off]))
    once, at, times = np.unique(ids, return_index=True, return_counts=True)
    if (times > 1).any():
        again = once[times > 1]
        faults.add("network.tables_ids_repeat", count=len(again), first=_few(again))
    return once, lon[at], lat[at]


def _ends(edges: pd.DataFrame, node_id: npt.NDArray[Any], faults: Faults) -> tuple[I8, I8]:
    lacking = [name for name in ("u", "v") if name not in edges.columns]
    if lacking:
        _lack(faults, "edges", " ".join(lacking), "u v length_m", edges)
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    known = pd.Index(node_id)
    ends = []
    for name in ("u", "v"):
        ids = _ids(edges[name])
        if node_id.dtype == object:
            ids = ids.astype(str).astype(object)
        ends.append(known.get_indexer(pd.Index(ids)).astype(np.int64))
    lost = [edges[name][at < 0] for name, at in zip(("u", "v"), ends, strict=True)]
    names = pd.unique(pd.concat(lost))
    if len(names):
        faults.add("network.tables_node_lost", count=len(names), first=_few(names))
    return ends[0], ends[1]


def _lengths(edges: pd.DataFrame, faults: Faults) -> F8:
    column = _first(edges, _LENGTH)
    if column is None:
        return np.full(len(edges), np.nan)
    number = pd.to_numeric(edges[column], errors="coerce")
    bad = np.flatnonzero(number.isna() & edges[column].notna())
    if len(bad):
        faults.add("network.tables_length", count=len(bad), first=_few(bad + 1))
    return number.to_numpy(float)


def _shapes(edges: pd.DataFrame, lon: F8, lat: F8, tail: I8, head: I8) -> tuple[I8, F8]:
    """Return polylines in degrees from tail to head; straight where no geometry is given."""
    if "geometry" not in edges.columns or edges["geometry"].isna().all():
        return straight(lon, lat, tail, head)
    lines = edges["geometry"]
    if isinstance(edges, gpd.GeoDataFrame) and edges.crs is not None:
        lines = edges.geometry.to_crs("EPSG:4326")
    drawn = lines.to_numpy(object)
    ends = np.column_stack([lon[tail], lat[tail], lon[head], lat[head]]).reshape(-1, 2, 2)
    blank = shapely.is_missing(drawn)
    drawn = np.where(blank, shapely.linestrings(ends), drawn)
    first = shapely.get_coordinates(shapely.get_point(drawn, 0))
    to_ends = np.abs(first[:, None, :] - ends).sum(axis=2)
    wrong_way = to_ends[:, 1] < to_ends[:, 0]
    drawn[wrong_way] = shapely.reverse(drawn[wrong_way])
    start = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(drawn))])
    return start.astype(np.int64), shapely.get_coordinates(drawn)


def _taken(rows: _Rows, row: I8, turned: Bool) -> tuple[I8, F8]:
    """Return the polylines of some rows, some of them turned round."""
    counts = np.diff(rows.shape_start)[row]
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    step = np.arange(start[-1]) - np.repeat(start[:-1], counts)
    back = np.repeat(counts - 1, counts) - step
    at = np.where(np.repeat(turned, counts), back, step)
    return start, rows.shape[np.repeat(rows.shape_start[:-1][row], counts) + at]


def _ids(values: pd.Series) -> npt.NDArray[Any]:
    """Whole numbers where they can be, else text."""
    number = pd.to_numeric(values, errors="coerce")
    if number.notna().all() and (number == number.round()).all():
        return number.to_numpy().astype(np.int64)
    return values.astype(str).to_numpy(object)


def _way_ids(edges: pd.DataFrame) -> I8:
    """Way of each row; of a street merged from several ways the lowest, -1 if not known."""
    column = _first(edges, _WAY)
    if column is None:
        return np.full(len(edges), -1, np.int64)
    one = edges[column].map(lambda way: min(way) if isinstance(way, list) else way)
    return pd.to_numeric(one, errors="coerce").fillna(-1).to_numpy().astype(np.int64)


def _tag(values: pd.Series) -> Objects:
    """One value a row; of several the one that tells most about who can't walk there."""
    return np.array([_one(value) for value in values], object)


def _one(value: Any) -> str | None:
    if isinstance(value, list):
        # a merged street has steps if a part has; it is a motorway only if all of it is
        rank = {"steps": 0} | dict.fromkeys(left_out_kinds(), 2)
        return min(map(str, value), key=lambda part: (rank.get(part, 1), part))
    return None if value is None or value != value else str(value)


def _truth(edges: pd.DataFrame, column: str) -> Bool:
    if column not in edges.columns:
        return np.zeros(len(edges), bool)
    return np.array([str(value).lower() in ("true", "yes", "1") for value in edges[column]])


def _first(table: pd.DataFrame, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in table.columns), None)


def _few(values: Any) -> str:
    return ", ".join(str(value) for value in list(values)[:3])


def _lack(faults: Faults, table: str, missing: str, expected: str, found: pd.DataFrame) -> None:
    faults.add(
        "network.tables_columns",
        table=table,
        missing=missing,
        expected=expected,
        found=" ".join(map(str, found.columns)),
    )
