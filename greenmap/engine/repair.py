"""Nearest places kept up to date: only labels that an edit touches are searched again.

A label is ``ticks << 32 | place``, as in :mod:`greenmap.engine.search`. When an arc grows longer
or a source goes, labels lose what held them up; those that nothing else holds up are found
first (G. Ramalingam and T. Reps, *J. Algorithms* 21, 1996), then searched from the labels
around them. An arc of no length holds nothing up: two such arcs could hold up each other.
What is lost is then a little too much, and found again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from greenmap.engine.csr import Array
from greenmap.engine.kernel import kernel
from greenmap.units import UNREACHED

_NEAR, _LATER, _CHANGED, _LOST = np.uint8(1), np.uint8(2), np.uint8(4), np.uint8(8)


class Room(NamedTuple):
    """Room for one repair of n labels, empty before and after.

    Parameters
    ----------
    stack : array of uint32 (arcs + 2 n,)
        Nodes whose label may have lost its hold.
    near, later, changed : array of uint32 (n,)
        Nodes to handle now and afterwards, and those that have a new label.
    state : array of uint8 (n,)
        Which of these a node is in.
    """

    stack: Array
    near: Array
    later: Array
    changed: Array
    state: Array


@kernel
def over(label: np.uint64, step: np.uint32, limit: np.uint64) -> np.uint64:
    """Return the label an arc leads to, ones = beyond the limit."""
    none, ticks = ~np.uint64(0), label >> np.uint64(32)
    if label == none or step == UNREACHED or np.uint64(step) + ticks > limit:
        return none
    return label + (np.uint64(step) << np.uint64(32))


@kernel
def held_up(
    forth: tuple[Array, Array], label: Array, own: Array, node: int, limit: np.uint64, state: Array
) -> bool:
    """Say whether a label stands without the arcs and sources that went."""
    if own[node] == label[node]:
        return True
    start, arc = forth
    for a in range(start[node], start[node + 1]):
        other = arc[a, 0]
        holds = arc[a, 1] > 0 and not state[other] & _LOST
        if holds and over(label[other], arc[a, 1], limit) == label[node]:
            return True
    return False


@kernel
def lose(
    back: tuple[Array, Array], forth: tuple[Array, Array], label: Array, own: Array,
    limit: np.uint64, room: Room, waiting: int,
) -> int:  # fmt: skip
    """Find the labels that nothing holds up, from those on the stack; return how many."""
    start, arc = back
    stack, _, _, changed, state = room
    lost = 0
    while waiting > 0:
        waiting -= 1
        node = stack[waiting]
        if state[node] & _LOST or held_up(forth, label, own, node, limit, state):
            continue
        state[node] |= _LOST | _CHANGED
        changed[lost] = node
        lost += 1
        for a in range(start[node], start[node + 1]):
            to, there = arc[a, 0], over(label[node], arc[a, 1], limit)
            if there != ~np.uint64(0) and label[to] == there and not state[to] & _LOST:
                stack[waiting] = to
                waiting += 1
    return lost


@kernel
def lower(label: Array, node: int, value: np.uint64, room: Room, count: Array) -> None:
    """Give a node a lower label and put it on the lists; `count` is of changed and later."""
    _, _, later, changed, state = room
    if value < label[node]:
        label[node] = value
        if not state[node] & _CHANGED:
            changed[count[0]] = node
            count[0] += 1
        if not state[node] & _LATER:
            later[count[1]] = node
            count[1] += 1
        state[node] |= _CHANGED | _LATER


@kernel
def spread(
    back: tuple[Array, Array], label: Array, limit: np.uint64, width: np.uint64, room: Room,
    count: Array,
) -> None:  # fmt: skip
    """Carry lowered labels on, those within `width` of the least one first."""
    start, arc = back
    _, near, later, _, state = room
    size, half = near.size, np.uint64(32)
    while count[1] > 0:
        least = label[later[0]]
        for i in range(count[1]):
            least = min(least, label[later[i]])
        top, waiting, rest, first = (least >> half) + width, 0, 0, 0
        for i in range(count[1]):
            node = later[i]
            if label[node] >> half <= top:
                near[waiting] = node
                waiting += 1
                state[node] = state[node] & ~_LATER | _NEAR
            else:
                later[rest] = node
                rest += 1
        count[1] = rest
        while waiting > 0:
            node = near[first]
            first, waiting = (first + 1) % size, waiting - 1
            state[node] &= ~_NEAR
            for a in range(start[node], start[node + 1]):
                there, to = over(label[node], arc[a, 1], limit), arc[a, 0]
                if there < label[to] and (there >> half > top or state[to] & _LATER):
                    lower(label, to, there, room, count)
                elif there < label[to]:
                    state[to] |= _LATER  # keeps it off that list
                    lower(label, to, there, room, count)
                    state[to] &= ~_LATER
                    if not state[to] & _NEAR:
                        near[(first + waiting) % size] = to
                        waiting += 1
                        state[to] |= _NEAR


@kernel
def repair(
    graphs: tuple[tuple[Array, Array], tuple[Array, Array]], label: Array, own: Array,
    limit: np.uint64, width: np.uint64, room: Room, arcs: Array, sources: Array,
) -> int:  # fmt: skip
    """Put labels right after an edit; return how many changed, listed in ``room.changed``.

    `graphs` are the reverse graph and its reverse, edited already. `arcs` are rows of tail,
    head, ticks before and after; `sources` rows of node and its label from there before. `own`
    is the label of each node from the places that stand there, edited already.
    """
    back, forth = graphs
    none, waiting, count = ~np.uint64(0), 0, np.zeros(2, np.int64)
    for a in range(arcs.shape[0]):
        tail, head, before = arcs[a, 0], arcs[a, 1], over(label[arcs[a, 0]], arcs[a, 2], limit)
        if arcs[a, 3] > arcs[a, 2] and before != none and before == label[head]:
            room.stack[waiting] = head
            waiting += 1
    for s in range(sources.shape[0]):
        if sources[s, 1] != none and label[sources[s, 0]] == sources[s, 1]:
            room.stack[waiting] = sources[s, 0]
            waiting += 1
    lost = lose(back, forth, label, own, limit, room, waiting)
    for i in range(lost):
        label[room.changed[i]] = none
    count[0] = lost
    start, arc = forth
    for i in range(lost):
        node = room.changed[i]
        lower(label, node, own[node], room, count)
        for a in range(start[node], start[node + 1]):
            lower(label, node, over(label[arc[a, 0]], arc[a, 1], limit), room, count)
    for a in range(arcs.shape[0]):
        tail, head = arcs[a, 0], arcs[a, 1]
        lower(label, head, over(label[tail], arcs[a, 3], limit), room, count)
    for s in range(sources.shape[0]):
        lower(label, sources[s, 0], own[sources[s, 0]], room, count)
    spread(back, label, limit, width, room, count)
    for i in range(count[0]):
        room.state[room.changed[i]] = 0
    return int(count[0])


@kernel
def repair_all(
    graphs: tuple[tuple[Array, Array], tuple[Array, Array]], labels: Array, owns: Array,
    limit: np.uint64, width: np.uint64, room: Room, arcs: Array, sources: Array, first: int,
    last: int, row: Array, ticks: Array, place: Array,
) -> int:  # fmt: skip
    """Repair the labels of some categories and note them in the tables; return cells changed."""
    half, low, cells = np.uint64(32), np.uint64(UNREACHED), 0
    for c in range(first, last):
        label = labels[c]
        changed = repair(graphs, label, owns[c], limit, width, room, arcs, sources)
        for i in range(changed):
            node = room.changed[i]
            if row[node] >= 0:
                ticks[row[node], c] = label[node] >> half
                place[row[node], c] = label[node] & low
                cells += 1
    return cells
