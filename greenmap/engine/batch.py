"""Sixteen bounded searches side by side, from sources that lie near each other.

One ordinary search from all of them finds the nodes any of them reaches. These are numbered
anew, in the order they were reached; then all sixteen walks to each node are lowered at once by
those to the nodes before it, over and over, forward and backward in turn, until none falls. No
label can be lowered further then, so all are the least.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from greenmap.engine.csr import Array
from greenmap.engine.kernel import kernel
from greenmap.engine.lanes import ARCS, LANES, pull
from greenmap.engine.settle import Queue, settle
from greenmap.engine.skeleton import Skeleton
from greenmap.units import UNREACHED


class Batch(NamedTuple):
    """Room for one batch of searches on a skeleton of s nodes.

    Parameters
    ----------
    least : array of uint32 (s,)
        Labels of the search from all sources, all ones between batches.
    number : array of uint32 (s,)
        Number of each node in the batch, from 1 up; 0 = not reached.
    label : array of uint32 ((s + 1) * LANES,)
        Ticks per number and search, limit + 1 = not reached; number 0 never is.
    to : array of uint64 (r,)
        Which node's labels a step lowers, by its first lane: a step for every four arcs.
    arc : array of uint32 (r, ARCS, 2)
        By which node's, and the ticks between them. What a step lacks of four arcs comes from
        number 0.
    """

    least: Array
    number: Array
    label: Array
    to: Array
    arc: Array


def empty_lanes(rows: int) -> Array:
    """Make room for the labels of some nodes, none of them across two lines of the cache.

    Parameters
    ----------
    rows : int
        Nodes.

    Returns
    -------
    array of uint32 (rows * LANES,)

    Examples
    --------
    >>> empty_lanes(3).size, empty_lanes(3).ctypes.data % (4 * LANES)
    (48, 0)
    """
    words = np.empty((rows + 1) * LANES, np.uint32)
    skip = -(words.ctypes.data // words.itemsize) % LANES
    return words[skip : skip + rows * LANES]


def make_batch(skeleton: Skeleton) -> Batch:
    """Make room for the batches of one thread; what isn't reached takes up address space only.

    Parameters
    ----------
    skeleton : Skeleton
        To be searched.

    Returns
    -------
    Batch
    """
    nodes, arcs = skeleton.node.size, skeleton.into.arc.shape[0]
    steps = nodes + arcs // ARCS + 1
    return Batch(
        np.full(nodes, UNREACHED, np.uint32),
        np.zeros(nodes, np.uint32),
        empty_lanes(nodes + 1),
        np.empty(steps, np.uint64),
        np.empty((steps, ARCS, 2), np.uint32),
    )


@kernel
def list_steps(
    into: tuple[Array, Array], touched: Array, reached: int | np.int64, batch: Batch
) -> np.uint64:
    """Number the nodes reached and list their arcs, four to a step; return how many steps."""
    start, arcs = into
    number, one, wide, many = batch.number, np.uint64(1), np.uint64(LANES), np.uint64(ARCS)
    for t in range(np.uint64(reached)):
        number[touched[t]] = t + one
    used = np.uint64(0)
    for t in range(np.uint64(reached)):
        v = np.uint64(touched[t])
        a, end = np.uint64(start[v]), np.uint64(start[v + one])
        while a < end:
            batch.to[used] = (t + one) * wide
            for k in range(many):
                there = a + k < end
                batch.arc[used, k, 0] = number[arcs[a + k, 0]] if there else 0
                batch.arc[used, k, 1] = arcs[a + k, 1] if there else 0
            used += one
            a += many
    return used


@kernel
def sweep(label: Array, to: Array, arc: Array, steps: np.uint64) -> None:
    """Lower all labels until none falls, forward and backward in turn."""
    one = np.uint64(1)
    fell = True
    while fell:
        lowered = np.uint64(0)
        for i in range(steps):
            lowered |= pull(label, to[i], arc, i)
        fell = lowered != 0
        if fell:
            lowered = np.uint64(0)
            for i in range(steps):
                back = steps - i - one
                lowered |= pull(label, to[back], arc, back)
            fell = lowered != 0


@kernel
def settle_batch(
    graph: tuple[Array, Array], into: tuple[Array, Array], queue: Queue, batch: Batch,
    source: Array, ticks: Array, entrance_start: Array, first: int, last: int,
) -> int | np.int64:  # fmt: skip
    """Search from the entrances of searches `first` to `last`, a lane each.

    Returns how many nodes are reached, listed in the queue; -1 = no room in it.
    """
    doors = entrance_start[first], entrance_start[last]
    reached = settle(graph, queue, batch.least, source, ticks, doors[0], doors[1])
    if reached > 0:
        steps = list_steps(into, queue.touched, reached, batch)
        wide, label = np.uint64(LANES), batch.label
        for i in range((np.uint64(reached) + np.uint64(1)) * wide):
            label[i] = np.uint32(queue.limit + np.uint64(1))
        for s in range(first, last):
            for e in range(entrance_start[s], entrance_start[s + 1]):
                if ticks[e] <= queue.limit:
                    lane = np.uint64(batch.number[source[e]]) * wide + np.uint64(s - first)
                    label[lane] = min(label[lane], ticks[e])
        sweep(label, batch.to, batch.arc, steps)
    return reached


@kernel
def clear(queue: Queue, reached: int | np.int64, batch: Batch) -> None:
    """Forget which nodes a batch reached."""
    for t in range(np.uint64(reached)):
        v = np.uint64(queue.touched[t])
        batch.number[v] = 0
        batch.least[v] = UNREACHED
