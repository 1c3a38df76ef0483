"""Counts kept up to date: which walks a changed street can change, and what they were and are.

A walk from a place to a row changes only if the walk from the place to an end of the street
does, and the walk from an end of the street to the row. Both sets are found by bounded
searches from the two ends, before and after; then all is searched from whichever is smaller.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from greenmap.engine.csr import Array
from greenmap.engine.doors import Doors
from greenmap.engine.kernel import kernel
from greenmap.engine.settle import Queue, settle
from greenmap.units import UNREACHED


class Ball(NamedTuple):
    """Room for one bounded search; labels are ones between searches."""

    queue: Queue
    label: Array


class Street(NamedTuple):
    """Both arcs between two nodes: their slots in both graphs, and their ticks.

    Parameters
    ----------
    ends : array of int64 (2,)
        The nodes.
    back_arc, forth_arc : array of uint32 (m, 2)
        Arcs of the reverse graph and of its reverse.
    back_slot, forth_slot : array of int64 (2,)
        Arc from the first end to the second in the reverse graph, its reverse in the other
        graph; then the same from the second end.
    ticks : array of uint32 (2, 2)
        Before and after, by arc.
    """

    ends: Array
    back_arc: Array
    forth_arc: Array
    back_slot: Array
    forth_slot: Array
    ticks: Array


class Tables(NamedTuple):
    """Rows of nodes (-1 = none), rising limits, and places within each limit."""

    row: Array
    bands: Array
    within: Array


@kernel
def lay(street: Street, when: int) -> None:
    """Give both graphs the ticks from before (0) or after (1)."""
    for way in range(2):
        street.back_arc[street.back_slot[way], 1] = street.ticks[when, way]
        street.forth_arc[street.forth_slot[way], 1] = street.ticks[when, way]


@kernel
def sweep(ball: Ball, reached: int | np.int64) -> None:
    """Empty the labels of a search."""
    for t in range(reached):
        ball.label[ball.queue.touched[t]] = UNREACHED


@kernel
def both(
    graph: tuple[Array, Array], street: Street, old: Ball, new: Ball, node: Array, ticks: Array,
    first: int, last: int,
) -> tuple[int | np.int64, int | np.int64]:  # fmt: skip
    """Search before and after; return how many nodes were reached, -1 = no room."""
    low = np.uint64(0)
    lay(street, 0)
    before = settle(graph, old.queue, low, old.label, node, ticks, first, last)
    lay(street, 1)
    after = settle(graph, new.queue, low, new.label, node, ticks, first, last)
    if before < 0 or after < 0:
        sweep(old, max(before, 0))
        sweep(new, max(after, 0))
        return -1, -1
    return before, after


@kernel
def find_changed(
    graphs: tuple[tuple[Array, Array], tuple[Array, Array]], street: Street, old: Ball, new: Ball,
    every: tuple[Array, Array], doors: Doors, row: Array, seen: tuple[Array, Array],
    places: Array, rows: Array,
) -> tuple[int, int]:  # fmt: skip
    """List places and nodes with rows whose walk to an end changes; -1 = no room.

    `every` are all nodes and noughts; `seen` is false for each place and node.
    """
    count = np.zeros(2, np.int64)
    full = False
    for side in range(2):
        for end in range(2):
            at = street.ends[end]
            before, after = both(graphs[1 - side], street, old, new, *every, at, at + 1)
            if before < 0:
                full = True
            for part in range(2):
                ball, size = (new, after) if part else (old, before)
                for t in range(size):
                    node = ball.queue.touched[t]
                    if old.label[node] == new.label[node]:
                        continue
                    if side and row[node] >= 0 and not seen[1][node]:
                        seen[1][node] = True
                        rows[count[1]] = node
                        count[1] += 1
                    door = -1 if side else doors.at[node]
                    while door >= 0:
                        place = doors.place[door]
                        if not seen[0][place]:
                            seen[0][place] = True
                            places[count[0]] = place
                            count[0] += 1
                        door = doors.other[door]
            sweep(old, before)
            sweep(new, after)
        if count[0] == 0:
            break
    for i in range(count[0]):
        seen[0][places[i]] = False
    for i in range(count[1]):
        seen[1][rows[i]] = False
    return (-1, -1) if full else (count[0], count[1])


@kernel
def note_change(
    doors: Doors, tables: Tables, place: int, row: int, before: np.uint32, after: np.uint32
) -> None:
    """Move a place from the bands of one walk to those of another."""
    for k in range(doors.category_start[place], doors.category_start[place + 1]):
        for b in range(tables.bands.size):
            gain = np.uint16(after <= tables.bands[b]) - np.uint16(before <= tables.bands[b])
            tables.within[row, doors.category[k], b] += np.uint16(gain)


@kernel
def note_both(
    doors: Doors, tables: Tables, place: int, old: Ball, before: int | np.int64, new: Ball,
    after: int | np.int64,
) -> None:  # fmt: skip
    """Note what two searches from a place found, and empty their labels."""
    for t in range(after):
        node = new.queue.touched[t]
        if tables.row[node] >= 0 and old.label[node] != new.label[node]:
            row = tables.row[node]
            note_change(doors, tables, place, row, old.label[node], new.label[node])
    for t in range(before):
        node = old.queue.touched[t]
        if tables.row[node] >= 0 and new.label[node] == UNREACHED:
            row = tables.row[node]
            note_change(doors, tables, place, row, old.label[node], new.label[node])
    sweep(old, before)
    sweep(new, after)


@kernel
def recount_places(
    back: tuple[Array, Array], street: Street, old: Ball, new: Ball, doors: Doors, tables: Tables,
    places: Array, first: int, last: int,
) -> int:  # fmt: skip
    """Recount some places by a search from each; return the first not done for want of room."""
    for i in range(first, last):
        place = places[i]
        begin, end = doors.first[place], doors.last[place]
        before, after = both(back, street, old, new, doors.node, doors.ticks, begin, end)
        if before < 0:
            return i
        note_both(doors, tables, place, old, before, new, after)
    return last


@kernel
def walks_to_places(
    doors: Doors, ball: Ball, reached: int | np.int64, best: Array, listed: Array
) -> int:
    """List the places at the nodes reached, and the walk to the best entrance of each."""
    count = 0
    for t in range(reached):
        node = ball.queue.touched[t]
        door = doors.at[node]
        while door >= 0:
            place = doors.place[door]
            walk = np.uint64(ball.label[node]) + np.uint64(doors.ticks[door])
            if walk <= ball.queue.limit:
                if best[place] == UNREACHED:
                    listed[count] = place
                    count += 1
                best[place] = min(np.uint64(best[place]), walk)
            door = doors.other[door]
    return count


@kernel
def recount_rows(
    forth: tuple[Array, Array], street: Street, old: Ball, new: Ball, every: tuple[Array, Array],
    doors: Doors, tables: Tables, best: tuple[Array, Array], listed: tuple[Array, Array],
    rows: Array, first: int, last: int,
) -> int:  # fmt: skip
    """Recount some nodes' rows by a search from each; return the first not done for want of room.

    `best` holds ones for each place; `listed` has room for all places.
    """
    for i in range(first, last):
        node = rows[i]
        before, after = both(forth, street, old, new, *every, node, node + 1)
        if before < 0:
            return i
        was = walks_to_places(doors, old, before, best[0], listed[0])
        now = walks_to_places(doors, new, after, best[1], listed[1])
        row = tables.row[node]
        for k in range(now):
            place = listed[1][k]
            if best[0][place] != best[1][place]:
                note_change(doors, tables, place, row, best[0][place], best[1][place])
        for k in range(was):
            place = listed[0][k]
            if best[1][place] == UNREACHED:
                note_change(doors, tables, place, row, best[0][place], best[1][place])
        for k in range(now):
            best[1][listed[1][k]] = UNREACHED
        for k in range(was):
            best[0][listed[0][k]] = UNREACHED
        sweep(old, before)
        sweep(new, after)
    return last


@kernel
def recount_place(
    back: tuple[Array, Array], old: Ball, new: Ball, doors: Doors, tables: Tables, place: int,
    was: tuple[int, int],
) -> int:  # fmt: skip
    """Recount a place whose entrances were others; return -1 if there was no room."""
    low = np.uint64(0)
    before = settle(back, old.queue, low, old.label, doors.node, doors.ticks, was[0], was[1])
    begin, end = doors.first[place], doors.last[place]
    after = settle(back, new.queue, low, new.label, doors.node, doors.ticks, begin, end)
    if before < 0 or after < 0:
        sweep(old, max(before, 0))
        sweep(new, max(after, 0))
        return -1
    note_both(doors, tables, place, old, before, new, after)
    return 0
