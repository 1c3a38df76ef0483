"""The search under every measure: bounded, label-correcting, with coarse buckets.

A node is handled again when its label falls, so labels are exact whatever the width of the
buckets and also with arcs of no length. Every label has one least value, so the order of work
can't show in a result. Whether an arc improves a label can't be guessed, by a processor
neither: what then has to be written is written in any case, and kept only if it does.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from greenmap.engine.csr import Array, Csr, whole
from greenmap.engine.kernel import kernel
from greenmap.units import UNREACHED


class Queue(NamedTuple):
    """Room for the entries of one search: per bucket of ticks a list, first in, first out.

    Parameters
    ----------
    limit : uint64
        Largest ticks that count as reached.
    shift : uint64
        A bucket is ``1 << shift`` ticks wide.
    tail : array of uint32 (k + 1,)
        Last entry of each of k buckets; entry b is where bucket b begins, the last is for
        what lies beyond the limit and always empty.
    follow : array of uint32
        The next of each entry, 0 = none.
    entry : array of uint64
        ``ticks << 32 | node``; a label lowered since makes it void.
    touched : array of uint32 (n + 1,)
        The nodes reached, in the order first reached.
    """

    limit: np.uint64
    shift: np.uint64
    tail: Array
    follow: Array
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
    # Half of the mean arc to all of it was fastest; 65,536 buckets are plenty.
    shift = max(graph.mean_ticks.bit_length() - 1, limit.bit_length() - 16, 0)
    buckets = (limit >> shift) + 2
    return Queue(
        np.uint64(limit),
        np.uint64(shift),
        np.arange(buckets, dtype=np.uint32),
        np.zeros(buckets + room, np.uint32),
        np.empty(buckets + room, np.uint64),
        np.empty(graph.n_nodes + 1, np.uint32),
    )


@kernel
def empty_queue(queue: Queue, first: int) -> None:
    """Empty the buckets from the given one up."""
    for b in range(first, queue.tail.size):
        queue.follow[b] = 0
        queue.tail[b] = b


@kernel
def start_from(
    queue: Queue, low: np.uint64, label: Array, source: Array, source_label: Array, first: int,
    last: int,
) -> np.uint64:  # fmt: skip
    """Enter the sources that lie within the limit; return how many nodes that makes.

    Of several sources at a node only the best counts in the end.
    """
    empty = ~np.uint64(0) >> (np.uint64(32) - low)
    reached, used = np.uint64(0), np.uint64(queue.tail.size)
    for s in range(first, last):
        at, there = np.uint64(source[s]), np.uint64(source_label[s])
        before, ticks = np.uint64(label[at]), there >> low
        queue.entry[used], queue.follow[used] = ticks << np.uint64(32) | at, 0
        if ticks <= queue.limit and there < before:
            queue.touched[reached] = at
            reached += np.uint64(before == empty)
            label[at] = there
            b = ticks >> queue.shift
            queue.follow[queue.tail[b]] = used
            queue.tail[b] = used
        used += np.uint64(1)
    return reached


@kernel
def settle(
    graph: tuple[Array, Array], queue: Queue, low: np.uint64, label: Array, source: Array,
    source_label: Array, first: int, last: int,
) -> int | np.int64:  # fmt: skip
    """Lower all labels within the limit; return how many nodes were reached, -1 = no room.

    `label` holds ones in all bits before and the least labels after; ticks are the bits from
    `low` up. Sources are those from `first` to `last`. Without room all is put back.
    """
    start, arcs = graph
    limit, shift, tail, follow, entry, touched = queue
    one, half, mask = np.uint64(1), np.uint64(32), np.uint64(UNREACHED)
    empty = ~np.uint64(0) >> (half - low)
    room, used = np.uint64(follow.size), np.uint64(tail.size + last - first)
    beyond = np.uint64(tail.size - 1)
    if used > room:
        return -1
    reached = start_from(queue, low, label, source, source_label, first, last)
    for b in range(beyond):
        e = np.uint64(follow[b])
        while e != 0:
            at, ticks = entry[e] & mask, entry[e] >> half
            here = np.uint64(label[at])
            if here >> low == ticks:
                left = limit - ticks
                arc, end = np.uint64(start[at]), np.uint64(start[at + one])
                if used + (end - arc) > room:
                    empty_queue(queue, 0)
                    for t in range(reached):
                        label[touched[t]] = empty
                    return -1
                while arc < end:
                    to, step = np.uint64(arcs[arc, 0]), np.uint64(arcs[arc, 1])
                    there, before = here + (step << low), np.uint64(label[to])
                    better = np.uint64(step <= left) & np.uint64(there < before)
                    if_better = np.uint64(0) - better
                    touched[reached] = to
                    reached += better & np.uint64(before == empty)
                    label[to] = before + (there - before & if_better)
                    ticks_there = there >> low
                    entry[used], follow[used] = ticks_there << half | to, 0
                    bucket = min(ticks_there >> shift, beyond)
                    last_in = np.uint64(tail[bucket])
                    follow[last_in] = used & if_better
                    tail[bucket] = last_in + (used - last_in & if_better)
                    used += better
                    arc += one
            e = np.uint64(follow[e])
        follow[b], tail[b] = 0, b
    return np.int64(reached)
