"""What one search finds, noted row by row: the kernels of :mod:`greenmap.engine.counting`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from greenmap.engine.csr import Array
from greenmap.engine.kernel import kernel
from greenmap.engine.settle import Queue, settle
from greenmap.engine.skeleton import Hung
from greenmap.units import UNREACHED

_BLOCK = 256


class Work(NamedTuple):
    """What is searched from and what is counted: s searches, c search × category.

    Parameters
    ----------
    node, ticks : array of uint32 (k,)
        Entrances, at nodes of the skeleton.
    entrance_start, category_start : array of int64 (s + 1,)
        First entrance, and first category, of each search.
    category : array of int64 (c,)
        Categories of each search.
    places : array of uint16 (c,)
        How many places of that category it stands for.
    place : array of uint32 (c,)
        The lowest of their numbers.
    bands : array of uint32 (B,)
        Rising limits in ticks.
    """

    node: Array
    ticks: Array
    entrance_start: Array
    category_start: Array
    category: Array
    places: Array
    place: Array
    bands: Array


class Found(NamedTuple):
    """What one thread has found, by category and slot.

    Parameters
    ----------
    places : array of uint16 (C, slots, B)
        Places whose walk ends in each band, not those before it.
    nearest : array of uint64 (C, slots)
        ``~(ticks << 32 | place)``: the greatest is nearest, 0 = none. No slots at all if it
        isn't wanted.
    span : array of int64 (2,)
        First slot touched, and the one after the last.
    """

    places: Array
    nearest: Array
    span: Array


@kernel
def gather(
    hung: Hung, label: Array, touched: Array, reached: int | np.int64, limit: np.uint64,
    walks: Array, span: Array,
) -> np.int64:  # fmt: skip
    """List slot and walk of all that hangs on the nodes reached; return how many.

    What hangs between two nodes is looked at from the first, or from the second if that one
    alone is reached.
    """
    _, start, slot, end_start, end_slot = hung
    one, low, high, listed = np.uint64(1), span[0], span[1], np.uint64(0)
    for t in range(np.uint64(reached)):
        at = np.uint64(touched[t])
        here = np.uint64(label[at])
        first, last = np.uint64(start[at]), np.uint64(start[at + one])
        low, high = min(low, np.int64(first)), max(high, np.int64(last))
        for i in range(first, last):
            walk = min(here + slot[i, 1], np.uint64(label[slot[i, 0]]) + slot[i, 2])
            walks[listed, 0], walks[listed, 1] = i, walk
            listed += np.uint64(walk <= limit)
        for e in range(np.uint64(end_start[at]), np.uint64(end_start[at + one])):
            walk, other = here + end_slot[e, 2], np.int64(end_slot[e, 0])
            low, high = min(low, other), max(high, other + 1)
            walks[listed, 0], walks[listed, 1] = other, walk
            listed += np.uint64(walk <= limit and label[end_slot[e, 1]] == UNREACHED)
    for t in range(np.uint64(reached)):
        label[touched[t]] = UNREACHED
    span[0], span[1] = low, high
    return np.int64(listed)


@kernel
def note(walks: Array, listed: np.int64, work: Work, s: int, found: Found) -> None:
    """Note the walks listed to all places of a search."""
    bands, last = work.bands, np.uint64(work.bands.size - 1)
    half, wanted = np.uint64(32), found.nearest.size > 0
    for c in range(work.category_start[s], work.category_start[s + 1]):
        places, count = found.places[work.category[c]], work.places[c]
        nearest, lowest = found.nearest[work.category[c]], np.uint64(work.place[c])
        for w in range(np.uint64(listed)):
            slot, walk = np.uint64(walks[w, 0]), np.uint64(walks[w, 1])
            band = np.uint64(0)
            for b in range(last):
                band += np.uint64(bands[b] < walk)
            places[slot, band] += count
            if wanted:
                nearest[slot] = max(nearest[slot], ~(walk << half | lowest))


@kernel
def count_places(
    graph: tuple[Array, Array], queue: Queue, label: Array, hung: Hung, work: Work, first: int,
    last: int, walks: Array, found: Found,
) -> int:  # fmt: skip
    """Search from each entrance set and note its places wherever they are within the limit.

    Returns the first search that was not done for want of room in the queue, else `last`.
    """
    for s in range(first, last):
        doors = work.entrance_start[s], work.entrance_start[s + 1]
        low = np.uint64(0)
        reached = settle(graph, queue, low, label, work.node, work.ticks, doors[0], doors[1])
        if reached < 0:
            return s
        listed = gather(hung, label, queue.touched, reached, queue.limit, walks, found.span)
        note(walks, listed, work, s, found)
    return last


@kernel
def add_up(
    row: Array, found: Found, first: int, last: int, within: Array, ticks: Array, place: Array
) -> None:
    """Add what one thread found in some slots to the tables of all rows.

    By blocks of slots, so that the rows they belong to stay at hand for all categories.
    """
    places, nearest, span = found
    half, low = np.uint64(32), np.uint64(UNREACHED)
    top = np.uint64(min(last, span[1]))
    for block in range(np.uint64(max(first, span[0])), top, np.uint64(_BLOCK)):
        end = min(block + np.uint64(_BLOCK), top)
        for c in range(np.uint64(within.shape[1])):
            for i in range(block, end):
                within_band = np.uint16(0)
                for b in range(np.uint64(within.shape[2])):
                    within_band += places[c, i, b]
                    within[row[i], c, b] += within_band
            if nearest.size:
                for i in range(block, end):
                    r = np.uint64(row[i])
                    before = np.uint64(ticks[r, c]) << half | np.uint64(place[r, c]) & low
                    label = min(~nearest[c, i], before)
                    ticks[r, c], place[r, c] = label >> half, label & low
