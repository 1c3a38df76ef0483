"""Tables of nearest places and counts that follow edits: a street, a place, an entrance.

Only what an edit can change is searched again: :mod:`greenmap.engine.repair` for the nearest,
:mod:`greenmap.engine.recount` for the counts. After any edits the tables are those of a full
run on the edited graph.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from greenmap.engine.corridor import Ball, make_buckets
from greenmap.engine.counting import MOST, check_bands, counts
from greenmap.engine.csr import Array, Csr, build_csr, read_only, whole
from greenmap.engine.doors import NO_LABEL, SPARE, DoorBook, padded
from greenmap.engine.mutable import arc_slot, loosen, put_arc, tails, tighten
from greenmap.engine.recount import Points, Searches, Tables, recount_place, recount_street
from greenmap.engine.repair import Room, repair_all
from greenmap.engine.search import Sources, check_sources, nearest_source, pack
from greenmap.errors import NetworkError
from greenmap.units import UNREACHED

_STEPS = 32


class LiveTables:
    """Nearest places and counts of a graph that is edited.

    Parameters
    ----------
    n_nodes : int
        Number of nodes.
    tail, head, ticks : array of int (m,)
        Arcs in the direction of walking; 0xFFFFFFFF = may not be walked.
    sources : Sources
        Places with entrances and categories.
    marks : array of int, optional
        Nodes to which the walk is kept up to date in one more column of `ticks`.
    number : array of int (p,), optional
        Number of each place in `place`; of equally near places the lowest is taken.
        Default: their positions.
    categories, rows, n_rows, bands, limit, threads
        As in :func:`greenmap.engine.counting.counts_and_nearest`.

    Attributes
    ----------
    ticks, number, within : array
        The tables, kept up to date in place: walk to the nearest place uint32
        (r, C), its number uint32 (0xFFFFFFFF = none), places within each limit
        uint16 (r, C, B).

    Raises
    ------
    NetworkError
        Arcs, sources, rows or bands that don't fit, or over 65,535 places of one category.

    Examples
    --------
    Three nodes in a line, 5 ticks apart, a place at the first; then a second at the last.

    >>> place = Sources([0, 1], [0], [0], [0, 1], [0])
    >>> live = LiveTables(3, [0, 1, 1, 2], [1, 0, 2, 1], [5] * 4, place, categories=1,
    ...                   rows=[0, 1, 2], n_rows=3, bands=[10], limit=10)
    >>> live.add_place([2], [0], [0], number=1)
    1
    >>> live.ticks[:, 0].tolist(), live.number[:, 0].tolist(), live.within[:, 0, 0].tolist()
    ([0, 5, 0], [0, 0, 1], [2, 2, 2])
    >>> live.set_street(0, 1, UNREACHED, UNREACHED)
    >>> live.ticks[:, 0].tolist(), live.within[:, 0, 0].tolist()
    ([0, 5, 0], [1, 1, 1])
    """

    def __init__(
        self, n_nodes: int, tail: npt.ArrayLike, head: npt.ArrayLike, ticks: npt.ArrayLike,
        sources: Sources, *, categories: int, rows: npt.ArrayLike, n_rows: int,
        bands: npt.ArrayLike, limit: int, number: npt.ArrayLike | None = None,
        marks: npt.ArrayLike | None = None, threads: int = 1,
    ) -> None:  # fmt: skip
        back, row = build_csr(n_nodes, head, tail, ticks), np.asarray(rows, np.int64)
        check_sources(back, sources, row, n_rows, categories)
        self._limit, limits = int(whole([limit], UNREACHED, "limit")[0]), check_bands(bands)
        self.n_nodes = n_nodes
        given = np.arange(sources.n_places) if number is None else np.asarray(number)
        numbers = whole(given, UNREACHED, "number").astype(np.uint32)
        self._book = DoorBook(sources, numbers, categories, self._limit)
        self.within = counts(back, sources, categories=categories, rows=row, n_rows=n_rows,
                             bands=limits, threads=threads)  # fmt: skip
        columns = categories + (marks is not None)
        self.ticks = np.full((n_rows, columns), UNREACHED, np.uint32)
        self.number = self.ticks.copy()
        self._tables = Tables(row.astype(np.int32), limits, self.within)
        self._of_places: tuple[Array, ...] = tuple(np.empty((3, 2, 0)))
        self._label = np.full((columns, n_nodes), NO_LABEL)
        self._own = self._label.copy()
        self._lay_out(back)
        if marks is not None:
            self._own[-1, whole(marks, n_nodes, "marks")] = 0
        self._search_all()
        self._edit_nothing()

    def _edit_nothing(self) -> None:
        """Load the kernels, so that the first edit takes no longer than the others."""
        none = np.full((1, 2), UNREACHED, np.uint32)
        put_arc(np.array([0, 1], np.uint32), none, 0, 0, 0)
        self._ticks_of(0, 0)
        self._repair(np.empty((0, 4), np.uint32), np.empty((0, 2), np.uint64), 0, 0)
        self._recount_place(0, (0, 0), (0, 0))
        self._recount_street((0, 0), np.zeros((2, 2), np.uint32))

    def _lay_out(self, back: Csr) -> None:
        """Lay out both graphs with free slots and spare nodes, and room for the searches."""
        tail = tails(back.start)
        forth = build_csr(back.n_nodes, back.target, tail, back.cost)
        size = back.n_nodes + max(SPARE, back.n_nodes // 64)
        spare = size - back.n_nodes
        self._back, self._forth = loosen(back, spare), loosen(forth, spare)
        arcs = self._back.arc.shape[0]
        near, later, changed = np.empty((3, size), np.uint32)
        stack, state = np.empty(arcs + 2 * size, np.uint32), np.zeros(size, np.uint8)
        self._room = Room(stack, near, later, changed, state)
        self._label, self._own = (
            np.concatenate([given, np.full((len(given), size - given.shape[1]), NO_LABEL)], axis=1)
            for given in (self._label, self._own)
        )
        self._tables = self._tables._replace(row=padded(self._tables.row, size, -1))
        self._book.make_nodes(size)
        self._make_searches(size, back.mean_ticks)

    def _make_searches(self, size: int, mean_ticks: int) -> None:
        limit = int(self._tables.bands[-1])
        label = np.full((6, size), limit + 1, np.uint32)
        label[5], touched = 0, np.empty((6, size + 1), np.uint32)
        ceiling, each = label[4:].copy(), np.arange(size + 1)
        balls = tuple(Ball(label[k], ceiling[max(k - 4, 0)], touched[k]) for k in range(6))
        self._searches = Searches(make_buckets(size, limit, mean_ticks), balls)
        self._rows = Points(
            each[:-1], each[1:], read_only(each[:-1], np.uint32),
            read_only(np.zeros(size), np.uint32), label[:2],
            np.empty((2, size), np.int64), np.empty(size, np.int64),
        )  # fmt: skip

    def _places(self) -> Points:
        """Give the places as points, with room for all."""
        doors = self._book.doors
        size = doors.first.size
        if self._of_places[0].shape[1] < size:
            walk, near = np.full((2, size), UNREACHED, np.uint32), np.empty((2, size), np.int64)
            self._of_places = walk, near, np.empty(size, np.int64)
        return Points(doors.first, doors.last, doors.node, doors.ticks, *self._of_places)

    def _search_all(self) -> None:
        """Find all labels, and note them in the tables."""
        source = tighten(self._back, self.n_nodes)
        node, category, label = self._book.own_labels()
        np.minimum.at(self._own, (category, node), label)
        row = self._tables.row[: self.n_nodes]
        for c, own in enumerate(self._own):
            at = np.flatnonzero(own != NO_LABEL)
            walk, place = own[at] >> np.uint64(32), own[at] & np.uint64(UNREACHED)
            found = nearest_source(source, at, walk, place, self._limit)
            self._label[c, : self.n_nodes] = pack(*found)
            for table, values in zip((self.ticks, self.number), found, strict=True):
                table[row[row >= 0], c] = values[row >= 0]

    # ---- places ------------------------------------------------------------------------------

    def add_place(
        self, node: npt.ArrayLike, ticks: npt.ArrayLike, category: npt.ArrayLike, *, number: int
    ) -> int:
        """Add a place.

        Parameters
        ----------
        node, ticks : array of int (k,)
            Nodes of its entrances, and the walk from there.
        category : array of int (c,)
            Categories it belongs to.
        number : int
            Its number in `number`.

        Returns
        -------
        int
            Its position, for :meth:`set_entrances`.

        Raises
        ------
        NetworkError
            A node or category that isn't there, or over 65,535 places of one category.
        """
        kinds = np.unique(whole(category, self.within.shape[1], "category")).astype(np.int64)
        whole([number], UNREACHED, "number")
        over = kinds[self._book.in_category[kinds] >= MOST]
        if over.size:
            found = int(self._book.in_category[over[0]]) + 1
            raise NetworkError("engine.too_many_places", category=int(over[0]), found=found,
                               top=MOST)  # fmt: skip
        self._check_entrances(node, ticks)
        place = self._book.add(kinds, number)
        self.set_entrances(place, node, ticks)
        return place

    def _check_entrances(self, node: npt.ArrayLike, ticks: npt.ArrayLike) -> tuple[Array, Array]:
        at, leg = whole(node, self.n_nodes, "node"), whole(ticks, UNREACHED, "ticks")
        if at.size != leg.size:
            raise NetworkError("engine.arcs_size", found=[at.size, leg.size])
        return at, leg

    def set_entrances(self, place: int, node: npt.ArrayLike, ticks: npt.ArrayLike) -> None:
        """Give a place other entrances; none at all takes it away.

        Parameters
        ----------
        place : int
            Its position.
        node, ticks : array of int (k,)
            Nodes of its entrances, and the walk from there.

        Raises
        ------
        NetworkError
            A place or node that isn't there.
        """
        whole([place], self._book.n_places, "place")
        at, leg = self._check_entrances(node, ticks)
        was, kinds = self._book.stretch(place), self._book.categories(place)
        touched = np.unique(np.append(self._book.nodes(was), at).astype(np.int64))
        before = self._own[kinds][:, touched]
        self._book.move(place, at, leg)
        for c, own in zip(kinds.tolist(), before, strict=True):
            self._own[c, touched] = [self._book.own_label(node, c) for node in touched.tolist()]
            sources = np.stack([touched.astype(np.uint64), own], axis=1)
            self._repair(np.empty((0, 4), np.uint32), sources, c, c + 1)
        self._recount_place(place, was, self._book.stretch(place))

    def entrances(self, place: int) -> tuple[Array, Array]:
        """Return nodes and ticks of a place's entrances."""
        stretch = slice(*self._book.stretch(place))
        doors = self._book.doors
        return doors.node[stretch].astype(np.int64), doors.ticks[stretch].astype(np.int64)

    def renumber(self, before: npt.ArrayLike, after: npt.ArrayLike) -> None:
        """Give all places other numbers, in the same order.

        Parameters
        ----------
        before, after : array of int (k,)
            Numbers in use, rising, and what they become.
        """
        old, new = np.asarray(before, np.uint32), np.asarray(after, np.uint32)
        self._book.renumber(old, new)
        columns = slice(0, self.within.shape[1])
        for labels in (self._label[columns], self._own[columns]):
            used = labels != NO_LABEL
            at = np.searchsorted(old, (labels[used] & np.uint64(UNREACHED)).astype(np.uint32))
            labels[used] = labels[used] >> np.uint64(32) << np.uint64(32) | new[at]
        used = self.number[:, columns] != UNREACHED
        shown = self.number[:, columns][used]
        self.number[:, columns][used] = new[np.searchsorted(old, shown)]

    # ---- streets -----------------------------------------------------------------------------

    def add_node(self) -> int:
        """Add a node without streets and without a row; return its number."""
        if self.n_nodes == self._room.state.size:
            self._lay_out(tighten(self._back, self.n_nodes))
        self.n_nodes += 1
        return self.n_nodes - 1

    def set_street(self, a: int, b: int, there: int, back: int, *, splits: bool = False) -> None:
        """Set the cost of walking between two nodes directly, both ways.

        Parameters
        ----------
        a, b : int
            Nodes. Of parallel streets the caller gives the cheapest.
        there, back : int
            Ticks from `a` to `b`, and from `b` to `a`; 0xFFFFFFFF = may not be walked.
        splits : bool
            The street is part of one that is split at a new node: no walk between
            other nodes changes, so no count does.

        Raises
        ------
        NetworkError
            A node that isn't there.
        """
        whole([a, b], self.n_nodes, "node")
        ticks = whole([back, there], UNREACHED + 1, "ticks").astype(np.uint32)
        ends = (a, b), (b, a)
        before = np.array([self._ticks_of(*pair) for pair in ends], np.uint32)
        if a == b or (before == ticks).all():
            return
        if not splits:
            for tail, head in ends:
                self._put(tail, head, UNREACHED)
            self._recount_street((a, b), np.stack([before, ticks]))
        for (tail, head), cost in zip(ends, ticks.tolist(), strict=True):
            self._put(tail, head, cost)
        arcs = np.array([[a, b, before[0], ticks[0]], [b, a, before[1], ticks[1]]], np.uint32)
        self._repair(arcs, np.empty((0, 2), np.uint64), 0, len(self._label))

    def _ticks_of(self, tail: int, head: int) -> int:
        slot = arc_slot(self._back.start, self._back.arc, tail, head)
        return UNREACHED if slot < 0 else int(self._back.arc[slot, 1])

    def _put(self, tail: int, head: int, ticks: int) -> None:
        """Set an arc of the reverse graph, and the same arc of its reverse."""
        while not (put_arc(self._back.start, self._back.arc, tail, head, ticks)
                   and put_arc(self._forth.start, self._forth.arc, head, tail, ticks)):  # fmt: skip
            self._lay_out(tighten(self._back, self.n_nodes))

    def _repair(self, arcs: Array, sources: Array, first: int, last: int) -> None:
        repair_all(
            (self._back.locked, self._forth.locked), self._label, self._own,
            np.uint64(self._limit), np.uint64(self._limit // _STEPS + 1), self._room, arcs,
            sources, first, last, self._tables.row, self.ticks, self.number,
        )  # fmt: skip

    def _recount_place(self, place: int, was: tuple[int, int], now: tuple[int, int]) -> None:
        doors = self._book.doors
        recount_place(self._back.locked, self._searches, doors, self._tables, place, (was, now))

    def _recount_street(self, ends: tuple[int, int], ticks: Array) -> None:
        """Recount what a street changes that is shut now."""
        graphs, points = (self._back.locked, self._forth.locked), (self._rows, self._places())
        recount_street(graphs, self._searches, self._book.doors, self._tables, points, ends, ticks)
