"""The search under every measure: bounded, label-correcting, near entries before far ones.

A node is handled again when its label falls, so labels are exact in whatever order entries are
taken, also with arcs of no length. Every label has one least value, so the order of work can't
show in a result. Whether an arc improves a label can't be guessed, by a processor neither: what
then has to be written is written in any case, and kept only if it does.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from greenmap.engine.csr import Array, Csr, whole
from greenmap.engine.kernel import kernel
from greenmap.units import UNREACHED


class Queue(NamedTuple):
    """Room for the entries of one search.

    Parameters
    ----------
    limit : uint64
        Largest ticks that count as reached.
    width : uint64
        Near is what lies within so many ticks beyond the last bound. This is what G. Gallo and
        S. Pallottino, *Annals of Operations Research* 13, 1988, call a threshold algorithm.
    entry : array of uint64
        ``ticks << 32 | node``; a label lowered since makes it void. Near ones from the front,
        first in, first out, and left there; far ones from the back.
    touched : array of uint32 (n + 1,)
        The nodes reached.
    """

    limit: np.uint64
    width: np.uint64
    entry: Array
    touched: Array


def make_queue(graph: Csr, limit: int, *, room: int) -> Queue:
    """Make the queue for searches of up to `room` entries.

    Parameters
    ----------
    graph : Csr
        To be searched.
    limit : int
        Ticks, at most 0xFFFFFFFE.
    room : int
        Entries; :func:`settle` says when it needs more.

    Returns
    -------
    Queue

    Raises
    ------
    NetworkError
        The limit is not a number of ticks.
    """
    whole([limit], UNREACHED, "limit")
    # One to four times the mean arc was fastest.
    width = np.uint64(2 * graph.mean_ticks + 1)
    touched = np.empty(graph.n_nodes + 1, np.uint32)
    return Queue(np.uint64(limit), width, np.empty(room, np.uint64), touched)


@kernel
def start_from(queue: Queue, label: Array, source: Array, ticks: Array, first: int, last: int
) -> np.uint64:  # fmt: skip
    """Enter the sources that lie within the limit; return how many entries that makes.

    Of several sources at a node only the best counts in the end.
    """
    used = np.uint64(0)
    for s in range(first, last):
        at, there = np.uint64(source[s]), np.uint64(ticks[s])
        if there < min(np.uint64(label[at]), queue.limit + np.uint64(1)):
            label[at] = there
            queue.entry[used] = there << np.uint64(32) | at
            used += np.uint64(1)
    return used


@kernel
def draw_near(
    queue: Queue, label: Array, bound: np.uint64, used: np.uint64, far: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64]:
    """Put far entries below a bound after the `used` near ones; drop those that are void.

    Returns how many are near and far then, and the least ticks of those still far.
    """
    half, mask, one, entry = np.uint64(32), np.uint64(UNREACHED), np.uint64(1), queue.entry
    last, kept, least = np.uint64(entry.size - 1), np.uint64(0), mask
    for i in range(far):
        given = entry[last - i]
        ticks = given >> half
        good, near = np.uint64(label[given & mask] == ticks), np.uint64(ticks < bound)
        entry[used if near else last - kept] = given
        used += good & near
        kept += good & (one - near)
        least = min(least, mask if near else ticks)
    return used, kept, least


@kernel
def put_back(queue: Queue, label: Array, used: np.uint64, far: np.uint64) -> int:
    """Forget a search there is no room for; return -1."""
    entry, mask = queue.entry, np.uint64(UNREACHED)
    for i in range(used):
        label[entry[i] & mask] = UNREACHED
    for i in range(far):
        label[entry[np.uint64(entry.size - 1) - i] & mask] = UNREACHED
    return -1


@kernel
def list_touched(queue: Queue, label: Array, used: np.uint64) -> np.int64:
    """List each node reached, from its one entry that isn't void; return how many."""
    reached = np.uint64(0)
    for i in range(used):
        at, ticks = queue.entry[i] & np.uint64(UNREACHED), queue.entry[i] >> np.uint64(32)
        queue.touched[reached] = at
        reached += np.uint64(label[at] == ticks)
    return np.int64(reached)


@kernel
def settle(
    graph: tuple[Array, Array], queue: Queue, label: Array, source: Array, ticks: Array,
    first: int, last: int,
) -> int | np.int64:  # fmt: skip
    """Lower all labels within the limit; return how many nodes were reached, -1 = no room.

    `label` holds ones in all bits before and the least ticks after. Sources are those from
    `first` to `last`. Without room all is put back.
    """
    start, arcs = graph
    limit, width, entry, _ = queue
    one, half, mask = np.uint64(1), np.uint64(32), np.uint64(UNREACHED)
    room, beyond, bound = np.uint64(entry.size), limit + one, width
    if np.uint64(last - first) > room:
        return -1
    used = start_from(queue, label, source, ticks, first, last)
    e, far = np.uint64(0), np.uint64(0)
    while e < used or far > 0:
        if e == used:
            if used + far + far > room:
                return put_back(queue, label, used, far)
            bound += width
            used, far, least = draw_near(queue, label, bound, used, far)
            bound = least if e == used else bound
        while e < used:
            at, here = entry[e] & mask, entry[e] >> half
            e += one
            if label[at] == here:
                arc, end = np.uint64(start[at]), np.uint64(start[at + one])
                if used + far + (end - arc) > room:
                    return put_back(queue, label, used, far)
                while arc < end:
                    to, there = np.uint64(arcs[arc, 0]), here + arcs[arc, 1]
                    before = np.uint64(label[to])
                    better, near = np.uint64(there < min(before, beyond)), np.uint64(there < bound)
                    label[to] = there if better else before
                    entry[used if near else room - one - far] = there << half | to
                    used += better & near
                    far += better & (one - near)
                    arc += one
    return list_touched(queue, label, used)
