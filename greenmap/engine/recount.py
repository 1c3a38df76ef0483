"""Counts kept up to date: which walks an edit can change, and what they were and are.

A walk from a row to a place that a street shortens leads to one end of it, along it, and on
from the other end, as if the street weren't there; so four bounded searches from its ends,
without it, tell all such walks, and which rows and places they can lie between. What the
walk is without the street is searched from the rows or from the places, whichever are fewer,
and only where the search may still lead to the others within the limit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from greenmap.engine.corridor import Ball, Buckets, enter_all, search, sweep
from greenmap.engine.csr import Array
from greenmap.engine.doors import Doors
from greenmap.engine.kernel import kernel
from greenmap.units import UNREACHED


class Tables(NamedTuple):
    """Rows of nodes (-1 = none), rising limits, and places within each limit."""

    row: Array
    bands: Array
    within: Array


class Points(NamedTuple):
    """Places, or nodes as rows: what a walk that changes may lie between.

    Parameters
    ----------
    first, last : array of int64 (p,)
        Entrances of each point, a stretch of the next two.
    node, ticks : array of uint32 (k,)
        Where an entrance stands, and the walk from there.
    walk : array of uint32 (2, p)
        Walk between each point and either end of the street, ones = beyond the limit; all
        ones between edits.
    near : array of int64 (2, p)
        Points within the limit of either end.
    chosen : array of int64 (p,)
        Those whose walk may change.
    """

    first: Array
    last: Array
    node: Array
    ticks: Array
    walk: Array
    near: Array
    chosen: Array


class Searches(NamedTuple):
    """Room for the searches of a recount, empty before and after.

    Parameters
    ----------
    buckets : Buckets
        For all of them.
    nowhere : array of uint32 (n,)
        Noughts: the corridor of a search all around.
    balls : tuple of 6 Ball
        Walks to either end of a street, from either end; two for what is between.
    """

    buckets: Buckets
    nowhere: Array
    balls: tuple[Ball, Ball, Ball, Ball, Ball, Ball]


@kernel
def note_change(
    doors: Doors, tables: Tables, place: int, row: int, before: np.uint64, after: np.uint64
) -> None:
    """Move a place from the bands of one walk to those of another."""
    for k in range(doors.category_start[place], doors.category_start[place + 1]):
        for b in range(tables.bands.size):
            gain = np.uint16(after <= tables.bands[b]) - np.uint16(before <= tables.bands[b])
            tables.within[row, doors.category[k], b] += np.uint16(gain)


@kernel
def list_rows(tables: Tables, rows: Points, ball: Ball, reached: np.uint64, end: int) -> int:
    """List the nodes reached that have a row; their walks are the labels."""
    count = 0
    for t in range(reached):
        if tables.row[ball.touched[t]] >= 0:
            rows.near[end, count] = ball.touched[t]
            count += 1
    return count


@kernel
def list_places(
    doors: Doors, places: Points, ball: Ball, reached: np.uint64, end: int, limit: np.uint64
) -> int:
    """List the places at the nodes reached, and the walk to the best entrance of each."""
    count = 0
    for t in range(reached):
        node = ball.touched[t]
        door = doors.at[node]
        while door >= 0:
            place = doors.place[door]
            walk = np.uint64(ball.label[node]) + np.uint64(doors.ticks[door])
            if walk <= limit and walk < places.walk[end, place]:
                if places.walk[end, place] == UNREACHED:
                    places.near[end, count] = place
                    count += 1
                places.walk[end, place] = walk
            door = doors.other[door]
    return count


@kernel
def choose(points: Points, near: int, count: int, ticks: np.uint64, limit: np.uint64) -> int:
    """Choose the points whose walk to the far end is shorter by the near end and the street."""
    chosen = 0
    for k in range(count):
        point = points.near[near, k]
        walk = np.uint64(points.walk[near, point]) + ticks
        if walk <= limit and walk < points.walk[1 - near, point]:
            points.chosen[chosen] = point
            chosen += 1
    return chosen


@kernel
def walk_of(points: Points, point: int, ball: Ball) -> np.uint64:
    """Return the walk to the best entrance of a point, ones or more = beyond the limit."""
    walk = np.uint64(UNREACHED)
    for door in range(points.first[point], points.last[point]):
        label = np.uint64(ball.label[points.node[door]])
        walk = min(walk, label + np.uint64(points.ticks[door]))
    return walk


@kernel
def stand(points: Points, point: int, room: Searches, ball: Ball, reached: np.uint64) -> np.uint64:
    """Enter all entrances of a point."""
    first, last = points.first[point], points.last[point]
    return enter_all(room.buckets, ball, points.node, points.ticks, first, last, reached)


@kernel
def recount_pairs(
    graphs: tuple[tuple[Array, Array], tuple[Array, Array]], room: Searches, doors: Doors,
    tables: Tables, rows: Points, places: Points, count: tuple[int, int], way: int,
    before: np.uint64, after: np.uint64,
) -> None:  # fmt: skip
    """Recount the walks from `count` chosen rows to places over an arc of other ticks.

    The arc leads to the end `way` of the street.
    """
    from_places = count[1] <= count[0]
    ones, others = (places, rows) if from_places else (rows, places)
    graph, reverse = graphs if from_places else graphs[::-1]
    size, end = (count[::-1], way) if from_places else (count, 1 - way)
    limit, corridor, ball = room.buckets.limit, room.balls[4], room.balls[5]
    wide = reached = np.uint64(0)
    for j in range(size[1]):
        wide = stand(others, others.chosen[j], room, corridor, wide)
    wide = search(reverse, room.buckets, room.nowhere, corridor, wide)
    for i in range(size[0]):
        one = ones.chosen[i]
        reached = stand(ones, one, room, ball, sweep(ball, reached))
        reached = search(graph, room.buckets, corridor.label, ball, reached)
        for j in range(size[1]):
            other = others.chosen[j]
            legs = np.uint64(ones.walk[end, one]) + np.uint64(others.walk[1 - end, other])
            if legs + min(before, after) <= limit:
                without = walk_of(others, other, ball)
                was, now = min(without, legs + before), min(without, legs + after)
                if was != now:
                    place, node = (one, other) if from_places else (other, one)
                    note_change(doors, tables, place, tables.row[node], was, now)
    sweep(ball, reached)
    sweep(corridor, wide)


@kernel
def recount_street(
    graphs: tuple[tuple[Array, Array], tuple[Array, Array]], room: Searches, doors: Doors,
    tables: Tables, rows: Points, places: Points, ends: Array, ticks: Array,
) -> None:  # fmt: skip
    """Recount what a street changes that isn't in the graphs.

    `ticks` are those before and after, walking to the first end and to the second.
    """
    near, reached = np.zeros((2, 2), np.int64), np.zeros(4, np.uint64)
    limit = room.buckets.limit
    for k in range(4):
        reached[k] = stand(rows, ends[k % 2], room, room.balls[k], reached[k])
        reached[k] = search(graphs[k // 2], room.buckets, room.nowhere, room.balls[k], reached[k])
    for end in range(2):
        near[end, 0] = list_rows(tables, rows, room.balls[end], reached[end], end)
        near[end, 1] = list_places(doors, places, room.balls[2 + end], reached[2 + end], end, limit)
    for way in range(2):
        before, after = np.uint64(ticks[0, way]), np.uint64(ticks[1, way])
        if before != after:
            least = min(before, after)
            count = (choose(rows, 1 - way, near[1 - way, 0], least, limit),
                     choose(places, way, near[way, 1], least, limit))  # fmt: skip
            if min(count) > 0:
                recount_pairs(graphs, room, doors, tables, rows, places, count, way, before, after)
    for k in range(4):
        sweep(room.balls[k], reached[k])
    for end in range(2):
        for k in range(near[end, 1]):
            places.walk[end, places.near[end, k]] = UNREACHED


@kernel
def recount_place(
    back: tuple[Array, Array], room: Searches, doors: Doors, tables: Tables, place: int,
    was: tuple[int, int], now: tuple[int, int],
) -> None:  # fmt: skip
    """Recount a place whose entrances were others: the stretches before and now."""
    old, new, nought = room.balls[0], room.balls[1], np.uint64(0)
    before = enter_all(room.buckets, old, doors.node, doors.ticks, *was, nought)
    before = search(back, room.buckets, room.nowhere, old, before)
    after = enter_all(room.buckets, new, doors.node, doors.ticks, *now, nought)
    after = search(back, room.buckets, room.nowhere, new, after)
    for t in range(after):
        node = new.touched[t]
        if tables.row[node] >= 0 and old.label[node] != new.label[node]:
            walk = np.uint64(old.label[node]), np.uint64(new.label[node])
            note_change(doors, tables, place, tables.row[node], *walk)
    for t in range(before):
        node = old.touched[t]
        if tables.row[node] >= 0 and new.label[node] == UNREACHED:
            walk = np.uint64(old.label[node]), np.uint64(UNREACHED)
            note_change(doors, tables, place, tables.row[node], *walk)
    sweep(old, before)
    sweep(new, after)
