"""The search under every measure: bounded, label-correcting, with coarse buckets.

A node is handled again when its label falls, so labels are exact whatever the width of the
buckets and also with arcs of no length. Every label has one least value, so the order of work
can't show in a result.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from greenmap.engine.csr import Array, Csr, whole
from greenmap.engine.kernel import kernel
from greenmap.units import UNREACHED


class Queue(NamedTuple):
    """Room for the entries of one search: a linked list per bucket of ticks.

    Parameters
    ----------
    limit : uint64
        Largest ticks that count as reached.
    shift : uint64
        A bucket is ``1 << shift`` ticks wide.
    bucket, follow : array of uint32
        First entry of each bucket, and the next one of each entry; 0 = none.
    node : array of uint32
        Node of each entry.
    key : array
        Its label when it was entered; a lower one since makes the entry void.
    touched : array of uint32 (n + 1,)
        The nodes reached, in the order first reached.
    """

    limit: np.uint64
    shift: np.uint64
    bucket: Array
    follow: Array
    node: Array
    key: Array
    touched: Array


def make_queue(graph: Csr, limit: int, *, room: int, label: npt.DTypeLike) -> Queue:
    """Make the queue for searches of up to `room` entries.

    Parameters
    ----------
    graph : Csr
        To be searched.
    limit : int
        Ticks, at most 0xFFFFFFFE.
    room : int
        Entries; :func:`settle` says when it needs more.
    label : dtype
        Of the labels.

    Returns
    -------
    Queue

    Raises
    ------
    NetworkError
        The limit is not a number of ticks.
    """
    whole([limit], UNREACHED, "limit")
    mean = int(graph.cost.mean()) if graph.cost.size else 0
    # A quarter to a half of the mean arc was fastest; 65,536 buckets are plenty.
    shift = max(mean.bit_length() - 2, limit.bit_length() - 16, 0)
    return Queue(
        np.uint64(limit),
        np.uint64(shift),
        np.zeros((limit >> shift) + 1, np.uint32),
        np.empty(room, np.uint32),
        np.empty(room, np.uint32),
        np.empty(room, label),
        np.empty(graph.n_nodes + 1, np.uint32),
    )


@kernel
def enter(queue: Queue, entry: np.uint64, at: int, label: np.uint64, ticks: np.uint64) -> None:
    """Put a node into the bucket of its ticks."""
    b = ticks >> queue.shift
    queue.node[entry] = at
    queue.key[entry] = label
    queue.follow[entry] = queue.bucket[b]
    queue.bucket[b] = entry


@kernel
def start_from(
    queue: Queue, low: np.uint64, label: Array, source: Array, source_label: Array, first: int,
    last: int,
) -> np.uint64:  # fmt: skip
    """Enter the sources that lie within the limit; return how many nodes that makes.

    Of several sources at a node the best is entered last and makes the others void, so the
    entries used are at most as many as sources.
    """
    empty = ~np.uint64(0) >> (np.uint64(32) - low)
    reached = np.uint64(0)
    for s in range(first, last):
        at = source[s]
        there = np.uint64(source_label[s])
        before = np.uint64(label[at])
        if there >> low <= queue.limit and there < before:
            queue.touched[reached] = at
            reached += np.uint64(before == empty)
            label[at] = there
            enter(queue, np.uint64(s - first + 1), at, there, there >> low)
    return reached


@kernel
def settle(
    graph: tuple[Array, Array, Array], queue: Queue, low: np.uint64, label: Array, source: Array,
    source_label: Array, first: int, last: int,
) -> int | np.int64:  # fmt: skip
    """Lower all labels within the limit; return how many nodes were reached, -1 = no room.

    `label` holds ones in all bits before and the least labels after; ticks are the bits from
    `low` up. Sources are those from `first` to `last`. Without room all is put back.
    """
    start, target, cost = graph
    one = np.uint64(1)
    empty = ~np.uint64(0) >> (np.uint64(32) - low)
    room = np.uint64(queue.follow.size)
    used = np.uint64(last - first + 1)
    if used > room:
        return -1
    reached = start_from(queue, low, label, source, source_label, first, last)
    for b in range(np.uint64(queue.bucket.size)):
        while queue.bucket[b] != 0:
            entry = queue.bucket[b]
            queue.bucket[b] = queue.follow[entry]
            at = queue.node[entry]
            here = np.uint64(label[at])
            if queue.key[entry] != here:
                continue
            left = queue.limit - (here >> low)
            arc = np.uint64(start[at])
            end = np.uint64(start[np.uint64(at) + one])
            if used + (end - arc) > room:
                queue.bucket[:] = 0
                label[queue.touched[:reached]] = empty
                return -1
            while arc < end:
                step = np.uint64(cost[arc])
                to = target[arc]
                arc += one
                there = here + (step << low)
                before = np.uint64(label[to])
                if step <= left and there < before:
                    queue.touched[reached] = to
                    reached += np.uint64(before == empty)
                    label[to] = there
                    # Homes lead nowhere; queueing them as well would cost a fifth more.
                    if start[to] != start[np.uint64(to) + one]:
                        enter(queue, used, to, there, there >> low)
                        used += one
    return np.int64(reached)
