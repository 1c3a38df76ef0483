"""Who stands where: places with entrances and categories, kept up to date as they change."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from greenmap.engine.csr import Array, read_only
from greenmap.engine.search import Sources

SPARE = 256
NO_LABEL = ~np.uint64(0)


class Doors(NamedTuple):
    """Places with their entrances and categories, and who stands at which node.

    Parameters
    ----------
    first, last : array of int64 (p,)
        Entrances of each place, a stretch of the next three.
    node, ticks : array of uint32 (k,)
        Where an entrance stands, and the walk from there; read-only.
    place : array of int64 (k,)
        Whose it is.
    at, other : array of int64 (n,), (k,)
        An entrance at each node, and another at the same node; -1 = none.
    category_start, category : array of int64 (p + 1,), (c,)
        Categories of each place.
    """

    first: Array
    last: Array
    node: Array
    ticks: Array
    place: Array
    at: Array
    other: Array
    category_start: Array
    category: Array


class DoorBook:
    """The entrances of places, with room for more.

    Parameters
    ----------
    sources : Sources
        Places with entrances and categories.
    number : array of uint32 (p,)
        Number of each place in labels.
    categories : int
        Number of categories.
    limit : int
        Ticks; an entrance farther off its node counts for nothing.
    """

    def __init__(self, sources: Sources, number: Array, categories: int, limit: int) -> None:
        self.n_places, self._number, self._limit = sources.n_places, number, limit
        p, k = self.n_places + SPARE, sources.node.size + SPARE
        of = np.repeat(np.arange(self.n_places), np.diff(sources.category_start))
        of, category = np.unique(np.stack([of, sources.category.astype(np.int64)]), axis=1)
        self.in_category = np.bincount(category, minlength=categories)
        self._pairs, self._entrances = category.size, sources.node.size
        self._node, self._leg = padded(sources.node, k), padded(sources.ticks, k)
        start = sources.entrance_start
        owner = np.repeat(np.arange(self.n_places), np.diff(start))
        first_pair = np.searchsorted(of, np.arange(self.n_places + 1))
        self.doors = Doors(
            padded(start[:-1], p), padded(start[1:], p), read_only(self._node, np.uint32),
            read_only(self._leg, np.uint32), padded(owner, k), np.empty(0, np.int64),
            np.full(k, -1), padded(first_pair, p + 1, category.size), padded(category, p + k),
        )  # fmt: skip

    def make_nodes(self, n_nodes: int) -> None:
        """List the entrances by node, of so many nodes."""
        fresh = self.doors.at.size == 0
        self.doors = self.doors._replace(at=padded(self.doors.at, n_nodes, -1))
        if fresh:
            for door in range(self._entrances):
                self._stand(door)

    def categories(self, place: int) -> Array:
        """Return the categories of a place."""
        start = self.doors.category_start
        kinds: Array = self.doors.category[start[place] : start[place + 1]]
        return kinds

    def stretch(self, place: int) -> tuple[int, int]:
        """Return the first entrance of a place, and the one after its last."""
        return int(self.doors.first[place]), int(self.doors.last[place])

    def nodes(self, stretch: tuple[int, int]) -> Array:
        """Return the nodes of some entrances."""
        return self._node[slice(*stretch)].astype(np.int64)

    def own_label(self, node: int, category: int) -> np.uint64:
        """Return the label a node has from the places of a category that stand there."""
        own, door = NO_LABEL, int(self.doors.at[node])
        while door >= 0:
            place = int(self.doors.place[door])
            if self._leg[door] <= self._limit and category in self.categories(place):
                leg = np.uint64(self._leg[door]) << np.uint64(32)
                own = min(own, leg | np.uint64(self._number[place]))
            door = int(self.doors.other[door])
        return own

    def own_labels(self) -> tuple[Array, Array, Array]:
        """Return node, category and label wherever a place stands."""
        door = np.arange(self._entrances)
        place = self.doors.place[door]
        size = np.diff(self.doors.category_start)[place]
        each = np.repeat(door, size)
        step = np.arange(each.size) - np.repeat(np.cumsum(size) - size, size)
        category = self.doors.category[self.doors.category_start[place[each]] + step]
        label = self._leg[each].astype(np.uint64) << np.uint64(32)
        label |= self._number[place[each]].astype(np.uint64)
        near = self._leg[each] <= self._limit
        return self._node[each][near], category[near], label[near]

    def renumber(self, before: Array, after: Array) -> None:
        """Give places other numbers; those not listed keep theirs."""
        at = np.minimum(np.searchsorted(before, self._number), max(before.size - 1, 0))
        if before.size:
            self._number = np.where(before[at] == self._number, after[at], self._number)

    def add(self, kinds: Array, number: int) -> int:
        """Add a place without entrances; return its position."""
        place, pairs = self.n_places, self._pairs + kinds.size
        doors = self.doors
        if place == doors.first.size:
            size = 2 * place
            doors = doors._replace(
                first=padded(doors.first, size), last=padded(doors.last, size),
                category_start=padded(doors.category_start, size + 1, self._pairs),
            )  # fmt: skip
        if pairs > doors.category.size:
            doors = doors._replace(category=padded(doors.category, 2 * pairs))
        self.doors = doors
        self._number = np.append(self._number, np.uint32(number))
        self.in_category[kinds] += 1
        doors.category[self._pairs : pairs] = kinds
        doors.category_start[place + 1 :] = self._pairs = pairs
        self.n_places += 1
        return place

    def move(self, place: int, node: Array, leg: Array) -> None:
        """Give a place other entrances."""
        for door in range(*self.stretch(place)):
            self._leave(door)
        first, end = self._entrances, self._entrances + node.size
        if end > self._node.size:
            self._make_room(2 * end)
        self._node[first:end], self._leg[first:end] = node, leg
        self.doors.place[first:end] = place
        self.doors.first[place], self.doors.last[place] = first, end
        self._entrances = end
        for door in range(first, end):
            self._stand(door)

    def _make_room(self, size: int) -> None:
        self._node, self._leg = padded(self._node, size), padded(self._leg, size)
        self.doors = self.doors._replace(
            node=read_only(self._node, np.uint32), ticks=read_only(self._leg, np.uint32),
            place=padded(self.doors.place, size), other=padded(self.doors.other, size, -1),
        )  # fmt: skip

    def _stand(self, door: int) -> None:
        """Put an entrance on the list of its node."""
        node = self._node[door]
        self.doors.other[door], self.doors.at[node] = self.doors.at[node], door

    def _leave(self, door: int) -> None:
        """Take an entrance off the list of its node."""
        node, other = self._node[door], self.doors.other
        if self.doors.at[node] == door:
            self.doors.at[node] = other[door]
            return
        before = self.doors.at[node]
        while other[before] != door:
            before = other[before]
        other[before] = other[door]


def padded(values: Array, size: int, value: int = 0) -> Array:
    """Copy an array into a longer one."""
    longer = np.full(size, value, np.asarray(values).dtype)
    longer[: len(values)] = values
    return longer
