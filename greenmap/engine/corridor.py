"""Bounded searches from a few nodes, in buckets that need no room to spare.

A search keeps to the corridor of nodes from which it may still lead somewhere: `hop` is the
least walk from each node to where the search is wanted, noughts to search all around. A node
is in one bucket at most, so lists with links both ways hold them all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from greenmap.engine.csr import Array
from greenmap.engine.kernel import kernel
from greenmap.units import UNREACHED


class Buckets(NamedTuple):
    """Buckets of nodes, all empty between searches.

    Parameters
    ----------
    limit : uint64
        Largest ticks that count as reached.
    shift : uint64
        A bucket is ``1 << shift`` ticks wide.
    follow, precede : array of uint32 (n + k,)
        The next and the one before in a ring: a bucket, of k, is entry n and up and
        heads its ring; a node in no bucket is a ring of its own.
    """

    limit: np.uint64
    shift: np.uint64
    follow: Array
    precede: Array


class Ball(NamedTuple):
    """What one search reached.

    Parameters
    ----------
    label : array of uint32 (n,)
        Ticks, ones = not reached; all ones between searches.
    touched : array of uint32 (n + 1,)
        The nodes reached.
    """

    label: Array
    touched: Array


def make_buckets(n_nodes: int, limit: int, mean_ticks: int) -> Buckets:
    """Make the buckets for searches of a graph.

    Parameters
    ----------
    n_nodes : int
        Its nodes.
    limit : int
        Ticks.
    mean_ticks : int
        Mean of its arcs.

    Returns
    -------
    Buckets
    """
    shift = max(mean_ticks.bit_length() - 1, limit.bit_length() - 16, 0)
    ring = np.arange(n_nodes + (limit >> shift) + 1, dtype=np.uint32)
    return Buckets(np.uint64(limit), np.uint64(shift), ring, ring.copy())


@kernel
def enter(
    buckets: Buckets, ball: Ball, node: np.uint64, ticks: np.uint64, reached: np.uint64
) -> np.uint64:
    """Lower a node's label and put the node into its bucket; return how many nodes were reached."""
    _, shift, follow, precede = buckets
    label, touched = ball
    if label[node] == UNREACHED:
        touched[reached] = node
        reached += np.uint64(1)
    label[node] = ticks
    follow[precede[node]], precede[follow[node]] = follow[node], precede[node]
    bucket = np.uint64(label.size) + (ticks >> shift)
    last = precede[bucket]
    follow[last], precede[bucket] = node, node
    follow[node], precede[node] = bucket, last
    return reached


@kernel
def enter_all(
    buckets: Buckets, ball: Ball, node: Array, ticks: Array, first: int, last: int,
    reached: np.uint64,
) -> np.uint64:  # fmt: skip
    """Enter some sources, those beyond the limit left out."""
    for s in range(first, last):
        at, there = np.uint64(node[s]), np.uint64(ticks[s])
        if there <= buckets.limit and there < ball.label[at]:
            reached = enter(buckets, ball, at, there, reached)
    return reached


@kernel
def search(
    graph: tuple[Array, Array], buckets: Buckets, hop: Array, ball: Ball, reached: np.uint64
) -> np.uint64:
    """Lower all labels within the limit from those entered; return how many nodes were reached.

    Labels are exact on walks that, with the hop from there, keep within the limit.
    """
    start, arcs = graph
    limit, shift, follow, precede = buckets
    label, touched = ball
    one, nodes = np.uint64(1), np.uint64(label.size)
    for b in range(nodes, np.uint64(follow.size)):
        at = np.uint64(follow[b])
        while at != b:
            after = np.uint64(follow[at])
            follow[b], precede[after] = after, b
            follow[at] = precede[at] = at
            here = np.uint64(label[at])
            arc, end = np.uint64(start[at]), np.uint64(start[at + one])
            while arc < end:
                to = np.uint64(arcs[arc, 0])
                there, before = here + np.uint64(arcs[arc, 1]), np.uint64(label[to])
                if there < before and there + np.uint64(hop[to]) <= limit:
                    touched[reached] = to
                    reached += np.uint64(before == UNREACHED)
                    label[to] = there
                    left, right = np.uint64(precede[to]), np.uint64(follow[to])
                    follow[left], precede[right] = right, left
                    bucket = nodes + (there >> shift)
                    last = np.uint64(precede[bucket])
                    follow[last], precede[bucket] = to, to
                    follow[to], precede[to] = bucket, last
                arc += one
            at = np.uint64(follow[b])
    return reached


@kernel
def sweep(ball: Ball, reached: np.uint64) -> np.uint64:
    """Empty the labels of a search; return nought."""
    for t in range(reached):
        ball.label[ball.touched[t]] = UNREACHED
    return np.uint64(0)
