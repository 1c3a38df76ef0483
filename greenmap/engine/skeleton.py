"""The part of a graph that must be searched, and where all other nodes hang on it.

Dead ends need no search of their own, nor do nodes with two neighbours: whoever gets there
comes from one end of a chain or from the other. What is left are the places searched from,
the junctions between them, and the chains; a node beside them is reached at the lesser of two
sums, so nothing is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from greenmap.engine.csr import Array, Csr, read_only, zeros
from greenmap.engine.kernel import kernel
from greenmap.engine.scalar import add_ticks, lesser
from greenmap.units import UNREACHED

_CLUSTER = 256


class Hung(NamedTuple):
    """Rows in the order of the nodes they hang on; r rows, s skeleton nodes.

    A row hangs between two nodes, or on one that stands for both.

    Parameters
    ----------
    row : array of uint32 (r,)
        Row of each slot.
    start : array of uint32 (s + 1,)
        First slot of each node: those it is the first end of.
    slot : array of uint32 (r, 3)
        Second end, ticks from the first, ticks from the second; 0xFFFFFFFF = not from there.
    end_start : array of uint32 (s + 1,)
    end_slot : array of uint32 (k, 3)
        The slots a node is the second end of, if the first is another: which slot, first
        end, ticks from the second.
    """

    row: Array
    start: Array
    slot: Array
    end_start: Array
    end_slot: Array


@dataclass(frozen=True, slots=True)
class Skeleton:
    """What is searched instead of a whole graph.

    Parameters
    ----------
    graph : Csr
        Arcs between skeleton nodes, each as long as its chain.
    into : Csr
        The same arcs by the node they lead to: whence, and the ticks.
    node : array of uint32 (s,)
        Their numbers in the whole graph; neighbours are near each other.
    number : array of uint32 (n,)
        The other way round, 0xFFFFFFFF = hung on the skeleton.
    hung : Hung
        Where rows hang.
    """

    graph: Csr
    into: Csr
    node: Array
    number: Array
    hung: Hung


@kernel
def join_ways(
    start: Array, arc: Array, into: Array, back: Array, first: Array, ways: Array
) -> np.int64:
    """List each node's neighbours once: who, the ticks to them, the ticks from them.

    Returns how many there are; `into` and `back` are room for arcs by their head.
    """
    n = start.size - 1
    for a in range(arc.shape[0]):
        into[np.uint64(arc[a, 0]) + np.uint64(2)] += np.uint32(1)
    for v in range(n):
        into[v + 2] += into[v + 1]
    for v in range(n):
        for a in range(start[v], start[v + 1]):
            at = np.uint64(arc[a, 0]) + np.uint64(1)
            back[into[at], 0] = v
            back[into[at], 1] = arc[a, 1]
            into[at] += np.uint32(1)
    used = np.int64(0)
    for v in range(n):
        first[v] = used
        out, back_at = np.int64(start[v]), np.int64(into[v])
        while out < start[v + 1] or back_at < into[v + 1]:
            there = arc[out, 0] if out < start[v + 1] else UNREACHED
            here = back[back_at, 0] if back_at < into[v + 1] else UNREACHED
            ways[used, 0] = lesser(there, here)
            ways[used, 1] = arc[out, 1] if there <= here else UNREACHED
            ways[used, 2] = back[back_at, 1] if here <= there else UNREACHED
            out += there <= here
            back_at += here <= there
            used += 1
    first[n] = used
    return used


@kernel
def near_each_other(
    first: Array, ways: Array, cluster: int, order: Array, seen: Array, later: Array
) -> None:
    """Order nodes so that neighbours lie together: cluster after cluster, outward from each.

    `seen` is false for each node, `later` has room for all neighbours and one more.
    """
    done = np.int64(0)
    for root in range(order.size):
        if seen[root]:
            continue
        waiting, taken = np.int64(1), np.int64(0)
        later[0] = root
        while taken < waiting:
            seed = later[taken]
            taken += 1
            if seen[seed]:
                continue
            seen[seed] = True
            order[done] = seed
            at, end, full = done, done + 1, done + cluster
            while at < end:
                for w in range(first[order[at]], first[order[at] + np.uint32(1)]):
                    to = ways[w, 0]
                    if not seen[to]:
                        if end < full:
                            seen[to] = True
                            order[end] = to
                            end += 1
                        else:
                            later[waiting] = to
                            waiting += 1
                at += 1
            done = end


def neighbours(graph: Csr) -> tuple[Array, Array, Array]:
    """Tell who is whose neighbour, whichever way an arc leads; found once for each graph.

    Parameters
    ----------
    graph : Csr
        n nodes.

    Returns
    -------
    first : array of uint32 (n + 1,)
        First neighbour of each node.
    ways : array of uint32 (k, 3)
        Neighbour, ticks to it, ticks from it; 0xFFFFFFFF = not that way.
    order : array of uint32 (n,)
        The nodes, neighbours near each other.
    """
    found = graph.neighbours
    if found is None:
        nodes, arcs = graph.n_nodes, graph.arc.shape[0]
        into, back = np.zeros(nodes + 2, np.uint32), np.empty((arcs, 2), np.uint32)
        first, ways = np.empty(nodes + 1, np.uint32), np.empty((2 * arcs, 3), np.uint32)
        ways = ways[: join_ways(*graph.arrays, into, back, first, ways)]
        order, later = np.empty(nodes, np.uint32), np.empty(len(ways) + 1, np.uint32)
        near_each_other(first, ways, _CLUSTER, order, np.zeros(nodes, np.bool_), later)
        found = read_only(first, "u4"), read_only(ways, "u4"), read_only(order, "u4")
        object.__setattr__(graph, "neighbours", found)
    return found


@kernel
def peel(
    first: Array, ways: Array, kept: Array, left: Array, child: Array, sibling: Array,
    down: Array, ready: Array,
) -> None:  # fmt: skip
    """Take off dead ends until none is left that isn't kept.

    Writes the neighbours left to each node (0xFFFFFFFF = taken off), the first child of each
    node and the next child of its parent (0xFFFFFFFF = none), and the ticks from the parent;
    `ready` is room.
    """
    waiting = np.int64(0)
    for v in range(left.size):
        left[v] = first[v + 1] - first[v]
        child[v] = UNREACHED
        if left[v] == 1 and not kept[v]:
            ready[waiting] = v
            waiting += 1
    while waiting > 0:
        waiting -= 1
        v = ready[waiting]
        if left[v] != 1:
            continue
        w = np.int64(first[v])
        while left[ways[w, 0]] == UNREACHED:
            w += 1
        u = ways[w, 0]
        left[v] = UNREACHED
        down[v] = ways[w, 2]
        sibling[v] = child[u]
        child[u] = v
        left[u] -= np.uint32(1)
        if left[u] == 1 and not kept[u]:
            ready[waiting] = u
            waiting += 1


@kernel
def hang(
    v: np.uint32, ends: tuple[np.uint32, np.uint32, np.uint32], peeled: tuple[Array, ...],
    rows: Array, stack: Array, row: Array, slot: Array, used: np.int64,
) -> np.int64:  # fmt: skip
    """Hang a node's row, and those of the dead ends behind it; return the slots used.

    `ends` are the second end, and the ticks from the first and from the second.
    """
    child, sibling, down = peeled
    stack[0, 0], stack[0, 1], stack[0, 2] = v, ends[1], ends[2]
    deep = 1
    while deep > 0:
        deep -= 1
        at, one, two = stack[deep, 0], stack[deep, 1], stack[deep, 2]
        if rows[at] >= 0:
            row[used] = rows[at]
            slot[used, 0], slot[used, 1], slot[used, 2] = ends[0], one, two
            used += 1
        c = child[at]
        while c != UNREACHED:
            stack[deep, 0] = c
            stack[deep, 1] = add_ticks(one, down[c])
            stack[deep, 2] = add_ticks(two, down[c])
            deep += 1
            c = sibling[c]
    return used


@kernel
def follow(
    a: np.uint32, w: int, first: Array, ways: Array, left: Array, number: Array, path: Array
) -> tuple[int, np.uint32, np.uint32, np.uint32]:
    """Walk from a skeleton node along one way to the next one.

    Returns how many nodes lie between, the skeleton node, and the ticks to and from it. `path`
    holds, for each node between, itself, the ticks to it, and those back to it from the next.
    """
    before, at, ticks, back = a, ways[w, 0], ways[w, 1], ways[w, 2]
    length = 0
    while number[at] == UNREACHED:
        on = np.uint64(first[at])
        while ways[on, 0] == before or left[ways[on, 0]] == UNREACHED:
            on += np.uint64(1)
        path[length, 0], path[length, 1], path[length, 2] = at, ticks, ways[on, 2]
        length += 1
        before, at, ticks = at, ways[on, 0], add_ticks(ticks, ways[on, 1])
        back = add_ticks(back, path[length - 1, 2])
    return length, at, ticks, back


class Room(NamedTuple):
    """What :func:`trace` writes: arcs from nodes, rows by slot, arcs into nodes, what it needs."""

    arc_start: Array
    arc: Array
    row: Array
    start: Array
    slot: Array
    into_start: Array
    into: Array
    hung: Array
    path: Array
    stack: Array


def make_room(nodes: int, ways: int, slots: int, every: int) -> Room:
    """Make room for a skeleton of some nodes; `every` are the nodes of the graph."""
    kept = (nodes + 1,), (ways, 2), (slots,), (nodes + 1,), (slots, 3)
    pieces = kept, ((nodes + 1,), (ways, 2)), ((every,), (every, 3), (every, 3))
    arrays = [zeros(*((shape, np.uint32) for shape in piece)) for piece in pieces]
    return Room(*arrays[0], *arrays[1], *arrays[2])


@kernel
def trace(
    first: Array, ways: Array, left: Array, peeled: tuple[Array, ...], node: Array,
    number: Array, rows: Array, room: Room,
) -> tuple[np.int64, np.int64, np.int64]:  # fmt: skip
    """Follow every chain: arcs of the skeleton from and into nodes, and what hangs where.

    Returns how many arcs from and into nodes there are, and how many slots.
    """
    arc_start, arc, row, start, slot, into_start, into, hung, path, stack = room
    s, arcs, intos, used = node.size, np.int64(0), np.int64(0), np.int64(0)
    for i in range(s):
        a, here = node[i], np.uint32(i)
        arc_start[i], into_start[i], start[i] = arcs, intos, used
        used = hang(a, (here, np.uint32(0), np.uint32(0)), peeled, rows, stack, row, slot, used)
        for w in range(first[a], first[a + np.uint32(1)]):
            if left[ways[w, 0]] == UNREACHED:
                continue
            between, b, ticks, whole_back = follow(a, w, first, ways, left, number, path)
            if b != a:
                arc[arcs, 0], arc[arcs, 1] = number[b], ticks
                arcs += ticks != UNREACHED
                into[intos, 0], into[intos, 1] = number[b], whole_back
                intos += whole_back != UNREACHED
            if between > 0 and hung[path[0, 0]] == 0:
                back = np.uint32(0)
                for p in range(between - 1, -1, -1):
                    hung[path[p, 0]] = 1
                    back = add_ticks(back, path[p, 2])
                    ends = number[b], path[p, 1], back
                    used = hang(path[p, 0], ends, peeled, rows, stack, row, slot, used)
    arc_start[s], into_start[s], start[s] = arcs, intos, used
    return arcs, intos, used


@kernel
def sort_ends(start: Array, slot: Array, end_start: Array, end_slot: Array) -> np.int64:
    """List per node the slots it is the second end of, if the first end is another.

    Returns how many; `end_start` is zeros for the nodes and two more.
    """
    nodes = start.size - 1
    for v in range(nodes):
        for i in range(start[v], start[v + 1]):
            end_start[np.uint64(slot[i, 0]) + np.uint64(2)] += np.uint32(slot[i, 0] != v)
    for v in range(nodes):
        end_start[v + 2] += end_start[v + 1]
    for v in range(nodes):
        for i in range(start[v], start[v + 1]):
            if slot[i, 0] != v:
                k = np.uint64(slot[i, 0]) + np.uint64(1)
                at = end_start[k]
                end_slot[at, 0], end_slot[at, 1], end_slot[at, 2] = i, v, slot[i, 2]
                end_start[k] += np.uint32(1)
    return np.int64(end_start[nodes])


def build_skeleton(graph: Csr, *, keep: Array, rows: Array) -> Skeleton:
    """Find the skeleton of a graph.

    Parameters
    ----------
    graph : Csr
        The graph to be searched.
    keep : array of bool (n,)
        Nodes that stay whatever their neighbours: those searched from.
    rows : array of int (n,)
        Row of each node, -1 = none.

    Returns
    -------
    Skeleton
        Rows no search from a kept node can reach are not hung.

    Examples
    --------
    A line of four nodes, 5 ticks apart, with only its first node kept: the rest is a dead end.

    >>> from greenmap.engine.csr import build_csr
    >>> line = build_csr(4, [0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2], [5] * 6)
    >>> found = build_skeleton(line, keep=np.arange(4) == 0, rows=np.arange(4))
    >>> found.node.tolist(), found.hung.row.tolist(), found.hung.slot[:, 1].tolist()
    ([0], [0, 1, 2, 3], [0, 5, 10, 15])
    """
    keep, rows = read_only(keep, np.bool_), read_only(rows, np.int32)
    first, ways, order = neighbours(graph)
    left, child, sibling, down, ready = np.empty((5, graph.n_nodes), np.uint32)
    peel(first, ways, keep, left, child, sibling, down, ready)
    stays = keep | ((left != UNREACHED) & (left != 2) & (left != 0))
    node = order[stays[order]]
    number = np.full(graph.n_nodes, UNREACHED, np.uint32)
    number[node] = np.arange(node.size, dtype=np.uint32)
    slots = int(np.count_nonzero(rows >= 0))
    room = make_room(node.size, ways.shape[0], slots, graph.n_nodes)
    arcs, intos, used = trace(first, ways, left, (child, sibling, down), node, number, rows, room)
    slot = room.slot[:used]
    end_start, end_slot = np.zeros(node.size + 2, np.uint32), np.empty_like(slot)
    ends = end_slot[: sort_ends(room.start, slot, end_start, end_slot)]
    hung = room.row[:used], room.start, slot, end_start[:-1], ends
    there, back = Csr(room.arc_start, room.arc[:arcs]), Csr(room.into_start, room.into[:intos])
    alike = all(map(np.array_equal, there.arrays, back.arrays))
    return Skeleton(
        there, there if alike else back,
        read_only(node, np.uint32), read_only(number, np.uint32),
        Hung(*(read_only(array, np.uint32) for array in hung)),
    )  # fmt: skip
