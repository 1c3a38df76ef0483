"""What a batch of searches finds, row by row: the kernels of :mod:`greenmap.engine.counting`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from greenmap.engine.batch import Batch, clear, settle_batch
from greenmap.engine.csr import Array
from greenmap.engine.kernel import kernel
from greenmap.engine.lanes import LANES, fetch_row, lanes_within, lesser_sum, lowest
from greenmap.engine.scalar import greater, lesser
from greenmap.engine.settle import Queue
from greenmap.engine.skeleton import Hung

_AHEAD = 16  # rows; what is asked for when it is needed takes half of the time

class Work(NamedTuple):
    """What is searched from and what is counted: s searches.

    Parameters
    ----------
    node, ticks : array of uint32 (k,)
        Entrances, at nodes of the skeleton.
    entrance_start : array of int64 (s + 1,)
        First entrance of each search.
    category : array of int64 (s,)
        Category of each search.
    places : array of uint16 (s,)
        How many places of that category it stands for.
    place : array of uint32 (s,)
        The lowest of their numbers.
    bands : array of uint32 (B,)
        Rising limits in ticks.
    """

    node: Array
    ticks: Array
    entrance_start: Array
    category: Array
    places: Array
    place: Array
    bands: Array


class Found(NamedTuple):
    """What one thread has found, by slot and category.

    Parameters
    ----------
    places : array of uint16 (slots, C, B)
        Places whose walk ends in each band, not those before it.
    nearest : array of uint64 (slots, C)
        ``~(ticks << 32 | place)``: the greatest is nearest, 0 = none. No slots at all if it
        isn't wanted.
    span : array of int64 (2,)
        First slot touched, and the one after the last.
    """

    places: Array
    nearest: Array
    span: Array


@kernel
def gather_batch(
    batch: Batch, queue: Queue, reached: int | np.int64, hung: Hung, slots: Array, walks: Array,
    span: Array,
) -> np.uint64:  # fmt: skip
    """List slot and walks of all that hangs on the nodes a batch reached; return how many.

    What hangs between two nodes is looked at from the first, or from the second if that one
    alone is reached.
    """
    _, start, slot, end_start, end_slot = hung
    one, wide, listed = np.uint64(1), np.uint64(LANES), np.uint64(0)
    label, number = batch.label, batch.number
    low, high = span[0], span[1]
    for t in range(np.uint64(reached)):
        at, v = (t + one) * wide, np.uint64(queue.touched[t])
        first, last = np.uint64(start[v]), np.uint64(start[v + one])
        low, high = lesser(low, np.int64(first)), greater(high, np.int64(last))
        for i in range(first, last):
            other = np.uint64(number[slot[i, 0]])
            lesser_sum(label, at, slot[i, 1], other * wide, slot[i, 2], walks, listed * wide)
            slots[listed] = i
            listed += one
        for e in range(np.uint64(end_start[v]), np.uint64(end_start[v + one])):
            alone, back = np.int64(end_slot[e, 0]), end_slot[e, 2]
            if number[end_slot[e, 1]] == 0:
                low, high = lesser(low, alone), greater(high, alone + 1)
                lesser_sum(label, at, back, at, back, walks, listed * wide)
                slots[listed] = alone
                listed += one
    span[0], span[1] = low, high
    return listed


@kernel
def note_batch(
    slots: Array, walks: Array, listed: np.uint64, work: Work, first: int, found: Found
) -> None:
    """Note the walks listed, each to the places of its search; the batch begins with `first`."""
    bands, categories, places, place = work.bands, work.category, work.places, work.place
    counted, nearest = found.places, found.nearest
    one, half, last = np.uint64(1), np.uint64(32), np.uint64(bands.size - 1)
    wanted, limit = nearest.size > 0, bands[last]
    for w in range(listed):
        ahead = np.uint64(slots[lesser(w + np.uint64(_AHEAD), listed - one)])
        fetch_row(counted, ahead)
        fetch_row(nearest, ahead)
        slot, at = np.uint64(slots[w]), w * np.uint64(LANES)
        lanes = lanes_within(walks, at, limit)
        while lanes != 0:
            lane = lowest(lanes)
            lanes &= lanes - one
            walk, s = np.uint64(walks[at + lane]), np.uint64(first) + lane
            band = np.uint64(0)
            for b in range(last):
                band += np.uint64(bands[b] < walk)
            c = np.uint64(categories[s])
            counted[slot, c, band] += places[s]
            if wanted:
                label = ~(walk << half | np.uint64(place[s]))
                nearest[slot, c] = greater(nearest[slot, c], label)


@kernel
def count_places(
    graph: tuple[Array, Array], into: tuple[Array, Array], queue: Queue, batch: Batch, hung: Hung,
    work: Work, first: int, last: int, slots: Array, walks: Array, found: Found,
) -> int:  # fmt: skip
    """Search from each entrance set and note its places wherever they are within the limit.

    Returns the first search that was not done for want of room in the queue, else `last`.
    """
    while first < last:
        end = lesser(first + LANES, last)
        reached = settle_batch(
            graph, into, queue, batch, work.node, work.ticks, work.entrance_start, first, end
        )
        if reached < 0:
            return first
        listed = gather_batch(batch, queue, reached, hung, slots, walks, found.span)
        note_batch(slots, walks, listed, work, first, found)
        clear(queue, reached, batch)
        first = end
    return last


@kernel
def put_rows(
    row: Array, found: Found, first: int, last: int, within: Array, ticks: Array, place: Array
) -> None:
    """Put what one thread found in some slots into the tables of all rows."""
    places, nearest, _ = found
    half, wanted = np.uint64(32), nearest.size > 0
    categories, bands = np.uint64(places.shape[1]), np.uint64(places.shape[2])
    for i in range(np.uint64(first), np.uint64(last)):
        r = np.uint64(row[i])
        for c in range(categories):
            counted = np.uint16(0)
            for b in range(bands):
                counted += places[i, c, b]
                within[r, c, b] = counted
        if wanted:
            for c in range(categories):
                label = ~nearest[i, c]
                ticks[r, c], place[r, c] = label >> half, np.uint32(label)


def add_up(found: Found, other: Found, first: int, last: int) -> None:
    """Add what another thread found in some slots."""
    found.places[first:last] += other.places[first:last]
    nearest = found.nearest[first:last]
    np.maximum(nearest, other.nearest[first:last], out=nearest)
