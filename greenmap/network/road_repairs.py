"""What was put right in road centrelines, and what their owner should look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap.errors import NetworkError
from greenmap.model.schema import first_few
from greenmap.model.walk_network import F8, I8, Objects
from greenmap.network.noding import NODE_M, Noded

if TYPE_CHECKING:
    from greenmap.network.centrelines import RoadLines

KINDS = ("near_miss", "joined", "twice", "open_end")
"""Kinds of rows, those to look at first."""

_MEETING, _FEW = 0.5, 10
_CUL_DE_SAC = 2.0
"""An open end is no near-miss of the street its own short lane starts from."""


def list_repairs(
    noded: Noded, lines: RoadLines, roads: gpd.GeoDataFrame, *, near_m: float, crs: str
) -> gpd.GeoDataFrame:
    """List the ends that were joined, repeats left out, near-misses and open ends.

    Parameters
    ----------
    noded : Noded
        The graph.
    lines : RoadLines
        Its lines.
    roads : GeoDataFrame
        The table they came from: gives each its row and name.
    near_m : float, metres
        An open end this near another road is a near-miss.
    crs : str
        Metre system of the graph.

    Returns
    -------
    GeoDataFrame
        Points in `crs`, index ``repair_id``; columns kind (:data:`KINDS`), distance_m, road
        (row in the file), road_name, other, other_name; sorted by kind, distance and place.
    """
    at_open, nearest, away = _open_ends(noded, near_m)
    line_of_open = _line_at(noded, at_open)
    miss = away <= near_m
    parts = [
        ("near_miss", line_of_open[miss], nearest[miss], away[miss],
         np.column_stack([noded.x, noded.y])[at_open[miss]]),
        ("joined", noded.gap_line, np.full(len(noded.gap_line), -1), noded.gap_m, noded.gap_xy),
        ("open_end", line_of_open[~miss], np.full(int((~miss).sum()), -1),
         np.full(int((~miss).sum()), np.nan), np.column_stack([noded.x, noded.y])[at_open[~miss]]),
    ]  # fmt: skip
    tables = [
        _rows(kind, lines.row[own], np.where(other >= 0, lines.row[other], -1), far, xy, roads)
        for kind, own, other, far, xy in parts
    ]
    middle = shapely.line_interpolate_point(lines.twice, 0.5, normalized=True)
    none, xy = np.full(len(lines.twice), -1), shapely.get_coordinates(middle).reshape(-1, 2)
    tables.append(_rows("twice", lines.twice_row, none, none * np.nan, xy, roads))
    table = pd.concat(tables, ignore_index=True)
    rank = table["kind"].map({kind: k for k, kind in enumerate(KINDS)})
    order = np.lexsort((table["y"], table["x"], table["distance_m"].fillna(0), rank))
    table = table.iloc[order]
    points = gpd.points_from_xy(table["x"], table["y"], crs=crs)
    index = pd.Index([f"repair-{k}" for k in range(1, len(table) + 1)], name="repair_id")
    return gpd.GeoDataFrame(table.drop(columns=["x", "y"]).set_index(index), geometry=points)


def _rows(
    kind: str, row: I8, other: I8, away: F8, xy: F8, roads: gpd.GeoDataFrame
) -> pd.DataFrame:
    known = [None] * len(roads) if "name" not in roads else roads["name"].tolist()
    ids = np.array([*roads.index.tolist(), None], object)  # -1 is the last
    names = np.array([*known, None], object)
    return pd.DataFrame({
        "kind": kind, "distance_m": np.round(away.astype(float), 3),
        "road": ids[row], "road_name": names[row], "other": ids[other],
        "other_name": names[other], "x": xy[:, 0], "y": xy[:, 1],
    })  # fmt: skip


def _open_ends(noded: Noded, near_m: float) -> tuple[I8, I8, F8]:
    """Nodes where one edge ends alone; the line nearest to each and how far, inf if none."""
    count = len(noded.x)
    degree = np.bincount(noded.tail, minlength=count) + np.bincount(noded.head, minlength=count)
    node = np.flatnonzero(degree == 1)
    pieces: Objects = shapely.linestrings(
        noded.shape, indices=np.repeat(np.arange(len(noded.tail)), np.diff(noded.shape_start))
    )
    own = _edge_at(noded, node)
    place = shapely.points(noded.x[node], noded.y[node])
    who, which = shapely.STRtree(pieces).query(place, predicate="dwithin", distance=near_m)
    inner = np.where(noded.tail[own] == node, noded.head[own], noded.tail[own])
    away = shapely.distance(place[who], pieces[which])
    attached = (noded.tail[which] == inner[who]) | (noded.head[which] == inner[who])
    near_by_way = shapely.length(pieces)[own[who]] < _CUL_DE_SAC * away
    kept = (which != own[who]) & ~(attached & near_by_way)
    who, which, away = who[kept], which[kept], away[kept]
    order = np.lexsort((which, away, who))
    first = np.unique(who[order], return_index=True)[1]
    nearest, distance = np.full(len(node), -1, np.int64), np.full(len(node), np.inf)
    best = order[first]
    nearest[who[best]], distance[who[best]] = noded.line[which[best]], away[best]
    return node, nearest, distance


def _edge_at(noded: Noded, node: I8) -> I8:
    """An edge that ends at each node."""
    at = np.full(len(noded.x), -1, np.int64)
    at[noded.head] = np.arange(len(noded.head))
    at[noded.tail] = np.arange(len(noded.tail))
    return at[node]


def _line_at(noded: Noded, node: I8) -> I8:
    return noded.line[_edge_at(noded, node)]


def check_meeting(
    noded: Noded, row: I8, roads: gpd.GeoDataFrame, *, source: str, join_m: float
) -> None:
    """Refuse roads most of which meet no other: each would be an island.

    Parameters
    ----------
    noded : Noded
        The graph.
    row : array (l,) int64
        Row of the table each line comes from.
    roads : GeoDataFrame
        The table.
    source : str
        Name for the message.
    join_m : float, metres
        What was joined.

    Raises
    ------
    NetworkError
        Names how many meet none, the first rows, and how far apart their ends lie. Fewer than
        ten roads are taken as they are.
    """
    lines = noded.end_node.shape[1]
    if lines < _FEW:
        return
    lines_at = _lines_at_nodes(noded)
    shared = np.zeros(lines, bool)
    for nodes in (noded.tail, noded.head):
        np.logical_or.at(shared, noded.line, lines_at[nodes] > 1)
    alone = ~shared
    if alone.mean() <= _MEETING:
        return
    apart = _distances(noded, np.flatnonzero(alone))
    ids = roads.index.to_numpy(object)[np.unique(row[alone])]
    raise NetworkError(
        "network.roads_never_meet", source=source, count=int(alone.sum()), lines=lines,
        rows=first_few(sorted(ids.tolist(), key=_number)), join_m=f"{join_m:g}",
        median=f"{np.median(apart):.1f}" if len(apart) else "-",
    )  # fmt: skip


def _number(text: Any) -> tuple[int, str]:
    return (int(text), "") if str(text).isdigit() else (0, str(text))


def _lines_at_nodes(noded: Noded) -> I8:
    """How many different lines come to each node."""
    pairs = np.concatenate([np.column_stack([noded.tail, noded.line]),
                            np.column_stack([noded.head, noded.line])])  # fmt: skip
    once = np.unique(pairs, axis=0)
    return np.bincount(once[:, 0], minlength=len(noded.x))


def _distances(noded: Noded, line: I8) -> F8:
    """From the ends of some lines to the nearest other line, metres."""
    pieces: Objects = shapely.linestrings(
        noded.shape, indices=np.repeat(np.arange(len(noded.tail)), np.diff(noded.shape_start))
    )
    node = noded.end_node[:, line[:2000]]
    place = shapely.points(noded.x[node.ravel()], noded.y[node.ravel()])
    own = np.tile(line[:2000], 2)
    who, which = shapely.STRtree(pieces).query(place, predicate="dwithin", distance=100.0)
    other = noded.line[which] != own[who]
    away = shapely.distance(place[who[other]], pieces[which[other]])
    nearest = np.full(len(place), np.inf)
    np.minimum.at(nearest, who[other], away)
    found: F8 = nearest[np.isfinite(nearest) & (nearest > NODE_M)]
    return found
