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

from greenmap.engine.corridor import Ball, Buckets, enter, search, sweep
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
    balls : tuple of 6 Ball
        Walks to either end of a street, from either end, and to the others of two kinds of
        points; the ceiling of the last is the corridor that leads there.
    """

    buckets: Buckets
    balls: tuple[Ball, ...]


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
    """Choose the points whose walk to the far end is shorter by the near end and the street.

    They are put in the order of their walks; as they come from a search, little has to move.
    """
    walks, chosen, found = points.walk[near], points.chosen, 0
    for k in range(count):
        point = points.near[near, k]
        walk = np.uint64(walks[point]) + ticks
        if walk <= limit and walk < points.walk[1 - near, point]:
            at = found
            while at > 0 and walks[chosen[at - 1]] > walks[point]:
                chosen[at] = chosen[at - 1]
                at -= 1
            chosen[at] = point
            found += 1
    return found


@kernel
def is_new(points: Points, k: int) -> bool:
    """Say whether a chosen point has another entrance than the one chosen before it."""
    one, before = points.first[points.chosen[k]], points.first[points.chosen[k - 1]]
    return (
        k == 0
        or points.last[points.chosen[k]] - one != 1
        or points.last[points.chosen[k - 1]] - before != 1
        or points.node[one] != points.node[before]
        or points.ticks[one] != points.ticks[before]
    )


@kernel
def split(
    rows: Points, places: Points, count: Array, way: int, least: np.uint64, limit: np.uint64,
) -> tuple[int, int]:  # fmt: skip
    """Return from how many chosen rows, and from how many places, to search.

    The nearest places are searched from, up to some walk, and those rows that are near
    enough to lie within the limit of the others; what makes fewest searches is taken.
    """
    to_row, to_place = rows.walk[1 - way], places.walk[way]
    n, searches, best = count[0], 0, (0, 0)
    for k in range(n):
        searches += is_new(rows, k)
    fewest = searches + 1
    for m in range(count[1] + 1):
        searches += m > 0 and is_new(places, m - 1)
        rest = least if m == count[1] else least + to_place[places.chosen[m]]
        while n > 0 and (m == count[1] or to_row[rows.chosen[n - 1]] + rest > limit):
            n -= 1
            searches -= is_new(rows, n)
        if searches < fewest:
            fewest, best = searches, (n, m)
    return best


@kernel
def lay_corridor(
    graph: tuple[Array, Array], room: Searches, points: Points, first: int, last: int
) -> np.uint64:
    """Let the last ball keep to where walks within the limit lead to some chosen points."""
    around, ball, width = room.balls[4], room.balls[5], np.uint64(0)
    for j in range(first, last):
        point = points.chosen[j]
        doors = points.first[point], points.last[point]
        width = enter(room.buckets, around, points.node, points.ticks, *doors, width)
    width = search(graph, room.buckets, around, width)
    for t in range(width):
        node = around.touched[t]
        ball.ceiling[node] = around.ceiling[node] - around.label[node]
        ball.label[node] = ball.ceiling[node]
    return width


@kernel
def recount_pairs(
    graphs: tuple[tuple[Array, Array], tuple[Array, Array]], room: Searches, doors: Doors,
    tables: Tables, points: tuple[Points, Points], side: int, size: int, skipped: int, count: int,
    end: int, before: np.uint64, after: np.uint64,
) -> None:  # fmt: skip
    """Recount the walks between chosen points over an arc that has other ticks.

    The first `size` of the points of a side (0 = rows, 1 = places), which are next to the end
    `end` of the street, are searched from; of the `count` others some are skipped.
    """
    ones = points[side]
    first, last, node, leg, walk, _, chosen = points[1 - side]
    limit, ball, reached = room.buckets.limit, room.balls[5], np.uint64(0)
    label, far, least = ball.label, walk[1 - end], min(before, after)
    width = lay_corridor(graphs[side], room, points[1 - side], skipped, count)
    for i in range(size):
        one = ones.chosen[i]
        if is_new(ones, i):
            reached, doors_of = sweep(ball, reached), (ones.first[one], ones.last[one])
            reached = enter(room.buckets, ball, ones.node, ones.ticks, *doors_of, reached)
            reached = search(graphs[1 - side], room.buckets, ball, reached)
        near = np.uint64(ones.walk[end, one])
        for j in range(skipped, count):
            other = chosen[j]
            legs = near + np.uint64(far[other])
            if legs + least > limit:
                break
            without = np.uint64(UNREACHED)
            for door in range(first[other], last[other]):
                without = min(without, np.uint64(label[node[door]]) + np.uint64(leg[door]))
            was, now = min(without, legs + before), min(without, legs + after)
            if was != now:
                row, place = (other, one) if side else (one, other)
                note_change(doors, tables, place, tables.row[row], was, now)
    around = room.balls[4]
    for t in range(width):
        ball.ceiling[around.touched[t]] = label[around.touched[t]] = 0
    sweep(around, width)


@kernel
def recount_street(
    graphs: tuple[tuple[Array, Array], tuple[Array, Array]], room: Searches, doors: Doors,
    tables: Tables, points: tuple[Points, Points], ends: tuple[int, int], ticks: Array,
) -> None:  # fmt: skip
    """Recount what a street changes that isn't in the graphs.

    `points` are rows and places; `ticks` those before and after, walking to the first end and
    to the second.
    """
    near, reached = np.zeros((2, 2), np.int64), np.zeros(4, np.uint64)
    (rows, places), limit = points, room.buckets.limit
    for k in range(4):
        end, ball = k % 2, room.balls[k]
        door = ends[end]
        reached[k] = enter(room.buckets, ball, rows.node, rows.ticks, door, door + 1, reached[k])
        reached[k] = search(graphs[k // 2], room.buckets, ball, reached[k])
        if k < 2:
            near[end, 0] = list_rows(tables, rows, ball, reached[k], end)
        else:
            near[end, 1] = list_places(doors, places, ball, reached[k], end, limit)
    for way in range(2):
        before, after = np.uint64(ticks[0, way]), np.uint64(ticks[1, way])
        least, count = min(before, after), np.zeros(2, np.int64)
        for side in range(2):
            end = way if side else 1 - way
            count[side] = choose(points[side], end, near[end, side], least, limit)
        if before == after or min(count[0], count[1]) == 0:
            continue
        some = split(rows, places, count, way, least, limit)
        for side in range(2):
            skipped, end = (0, way) if side else (some[1], 1 - way)
            if some[side] > 0:
                recount_pairs(graphs, room, doors, tables, points, side, some[side], skipped,
                              count[1 - side], end, before, after)  # fmt: skip
    for k in range(4):
        sweep(room.balls[k], reached[k])
    for end in range(2):
        for k in range(near[end, 1]):
            places.walk[end, places.near[end, k]] = UNREACHED


@kernel
def recount_place(
    back: tuple[Array, Array], room: Searches, doors: Doors, tables: Tables, place: int,
    stretches: tuple[tuple[int, int], tuple[int, int]],
) -> None:  # fmt: skip
    """Recount a place whose entrances were others: the stretches before and now."""
    old, new, reached = room.balls[0], room.balls[1], np.zeros(2, np.uint64)
    for k in range(2):
        ball = room.balls[k]
        reached[k] = enter(room.buckets, ball, doors.node, doors.ticks, *stretches[k], reached[k])
        reached[k] = search(back, room.buckets, ball, reached[k])
    for t in range(reached[0] + reached[1]):
        node = new.touched[t] if t < reached[1] else old.touched[t - reached[1]]
        walk = np.uint64(old.label[node]), np.uint64(new.label[node])
        if tables.row[node] >= 0 and walk[0] != walk[1]:
            note_change(doors, tables, place, tables.row[node], *walk)
        if t < reached[1]:
            new.label[node] = old.label[node]  # nothing is noted twice
    for k in range(2):
        sweep(room.balls[k], reached[k])
