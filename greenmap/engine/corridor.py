"""Bounded searches from a few nodes, in buckets that need no room to spare.

A search keeps to the corridor of nodes from which it may still lead somewhere in time: labels
begin at a ceiling, and only what is below is noted. A node is in one bucket at most, so rings
of nodes hold them all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from greenmap.engine.csr import Array
from greenmap.engine.kernel import kernel


class Buckets(NamedTuple):
    """Buckets of nodes, all empty between searches.

    Parameters
    ----------
    limit : uint64
        Largest ticks that count as reached.
    shift : uint64
        A bucket is ``1 << shift`` ticks wide.
    ring : array of uint32 (n + k, 2)
        The next and the one before in a ring: a bucket, of k, is entry n and up and
        heads its ring; a node in no bucket is a ring of its own.
    """

    limit: np.uint64
    shift: np.uint64
    ring: Array


class Ball(NamedTuple):
    """What one search reached.

    Parameters
    ----------
    label : array of uint32 (n,)
        Ticks; between searches the ceiling.
    ceiling : array of uint32 (n,)
        More than what is wanted to know of each node: more than the limit, if not less.
    touched : array of uint32 (n + 1,)
        The nodes reached.
    """

    label: Array
    ceiling: Array
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
    return Buckets(np.uint64(limit), np.uint64(shift), np.stack([ring, ring], axis=1))


@kernel
def put(
    ring: Array, shift: np.uint64, label: Array, ceiling: Array, touched: Array, node: np.uint64,
    ticks: np.uint64, reached: np.uint64,
) -> np.uint64:  # fmt: skip
    """Lower a node's label and put it into its bucket; return how many nodes were reached."""
    touched[reached] = node
    reached += np.uint64(label[node] == ceiling[node])
    label[node] = ticks
    before, after = np.uint64(ring[node, 1]), np.uint64(ring[node, 0])
    ring[before, 0], ring[after, 1] = after, before
    bucket = np.uint64(label.size) + (ticks >> shift)
    last = np.uint64(ring[bucket, 1])
    ring[last, 0], ring[bucket, 1] = node, node
    ring[node, 0], ring[node, 1] = bucket, last
    return reached


@kernel
def enter(
    buckets: Buckets, ball: Ball, node: Array, ticks: Array, first: int, last: int,
    reached: np.uint64,
) -> np.uint64:  # fmt: skip
    """Enter some sources; return how many nodes were reached so far."""
    _, shift, ring = buckets
    label, ceiling, touched = ball
    for s in range(first, last):
        at, there = np.uint64(node[s]), np.uint64(ticks[s])
        if there < label[at]:
            reached = put(ring, shift, label, ceiling, touched, at, there, reached)
    return reached


@kernel
def search(
    graph: tuple[Array, Array], buckets: Buckets, ball: Ball, reached: np.uint64
) -> np.uint64:
    """Lower all labels from those entered; return how many nodes were reached.

    They are exact on walks that keep below the ceiling.
    """
    start, arcs = graph
    _, shift, ring = buckets
    label, ceiling, touched = ball
    one = np.uint64(1)
    for b in range(np.uint64(label.size), np.uint64(ring.shape[0])):
        at = np.uint64(ring[b, 0])
        while at != b:
            after = np.uint64(ring[at, 0])
            ring[b, 0], ring[after, 1] = after, b
            ring[at, 0] = ring[at, 1] = at
            here = np.uint64(label[at])
            arc, end = np.uint64(start[at]), np.uint64(start[at + one])
            while arc < end:
                to = np.uint64(arcs[arc, 0])
                there = here + np.uint64(arcs[arc, 1])
                if there < label[to]:
                    reached = put(ring, shift, label, ceiling, touched, to, there, reached)
                arc += one
            at = np.uint64(ring[b, 0])
    return reached


@kernel
def sweep(ball: Ball, reached: np.uint64) -> np.uint64:
    """Raise the labels of a search to the ceiling; return nought."""
    for t in range(reached):
        ball.label[ball.touched[t]] = ball.ceiling[ball.touched[t]]
    return np.uint64(0)
