"""W4: edits of a place, a street or an entrance, each followed by the whole tables of W1."""

from __future__ import annotations

import cProfile
import itertools
import pstats
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from benchmark_profile import by_function
from benchmark_timing import Bar, Part, say
from benchmark_tools import PER_63000, UNREACHED, asked, sources_of
from benchmark_worlds import M_PER_MIN, World

MEDIAN_MS, WORST_MS = 1, 5


def edits(world: World, count: int = 50) -> Part:
    """Random edits: gone through with a full run after each, then once more for their times."""
    say(f"W4, {world.name}")
    go_through(world, count, lambda name, run: run(), check=True)
    taken: list[tuple[str, float]] = []

    def clock(name: str, run: Callable[[], object]) -> None:
        begun = time.perf_counter()
        run()
        taken.append((name, 1000 * (time.perf_counter() - begun)))

    go_through(world, count, clock)
    kinds = {kind: [ms for name, ms in taken if name == kind] for kind, _ in taken}
    kinds["all"] = every = [ms for _, ms in taken]
    rows = [f"| {name} | {len(ms)} | {statistics.median(ms):.2f} | {max(ms):.2f} |"
            for name, ms in kinds.items()]  # fmt: skip
    bars = [
        Bar(f"W4, {world.name}: ms an edit, median of {count}", statistics.median(every),
            MEDIAN_MS, cost=True),
        Bar(f"W4, {world.name}: ms an edit, worst of {count}", max(every), WORST_MS, cost=True),
    ]  # fmt: skip
    lines = [f"### W4: {count} random edits, {world.name}", "",
             "After each edit every cell of the tables of W1 was equal to a full run on the "
             "edited graph; then the same edits were made once more, and timed.", "",
             "| edit | number | median ms | worst ms |", "|---|---|---|---|", *rows,
             ""]  # fmt: skip
    if not all(bar.met(bar.bar) for bar in bars):
        lines += profile_of(world, count, every.index(max(every)))
    return Part(lines, bars)


def profile_of(world: World, count: int, turn: int) -> list[str]:
    """Where the time goes in one of the edits."""
    profile, turns = cProfile.Profile(), itertools.count()
    go_through(world, count, lambda name, run: (
        profile.runcall(run) if next(turns) == turn else run()))  # fmt: skip
    return by_function(pstats.Stats(profile), f"the slowest edit of W4, {world.name}")


def go_through(world: World, count: int, call: Callable[[str, Callable], object], *,
               check: bool = False) -> None:  # fmt: skip
    """Draw edits, let each be called, and stop unless the tables are those of a full run.

    The tables are looked at after each edit if asked for, and after the last in any case.
    """
    from greenmap.engine.delta import LiveTables

    live = LiveTables(world.n, *world.arcs, sources_of(world.place, world.category),
                      **asked(world))  # fmt: skip
    streets = {(a, b): t for a, b, t in zip(world.tail.tolist(), world.head.tolist(),
                                            world.ticks.tolist(), strict=True)}  # fmt: skip
    doors = {k: [node] for k, node in enumerate(world.place.tolist())}
    kinds = dict(enumerate(world.category.tolist()))
    generator = np.random.default_rng(11)
    for turn in range(count):
        name, run = one_edit(world, live, streets, doors, kinds, generator, turn)
        call(name, run)
        if (check or turn == count - 1) and not as_full_run(world, live, streets, doors, kinds):
            sys.exit(f"W4, {world.name}: after edit {turn} ({name}) tables differ")


def one_edit(world, live, streets, doors, kinds, generator, turn):  # type: ignore[no-untyped-def]
    """Draw an edit, note it in the plain lists, and return its name and what to time."""
    name = ("street closed", "street added", "place added", "place removed", "entrance added",
            "entrance removed")[turn % 6]  # fmt: skip
    if name == "street closed":
        a, b = list(streets)[generator.integers(len(streets))]
        streets[a, b] = UNREACHED
        return name, lambda: live.set_street(a, b, UNREACHED, UNREACHED)
    if name == "street added":
        a = int(generator.choice(world.place))
        off = np.hypot(world.x - world.x[a], world.y - world.y[a])
        b = int(generator.choice(np.flatnonzero((off > 150) & (off < 800))))
        ticks = int(off[b] / M_PER_MIN * 60_000)
        streets.pop((b, a), None)
        streets[a, b] = ticks
        return name, lambda: live.set_street(a, b, ticks, ticks)
    node = int(generator.choice(world.place))
    if name == "place added":
        number = len(doors)
        doors[number], kinds[number] = [node], turn % len(PER_63000)
        return name, lambda: live.add_place([node], [0], [kinds[number]], number=number)
    fewest = 2 if name == "entrance removed" else 0  # one of several: with its last a place goes
    number = int(generator.choice([k for k, at in doors.items() if len(at) >= fewest]))
    doors[number] = {"place removed": [], "entrance added": [*doors[number], node],
                     "entrance removed": doors[number][1:]}[name]  # fmt: skip
    return name, lambda: live.set_entrances(number, doors[number], [0] * len(doors[number]))


def as_full_run(world, live, streets, doors, kinds):  # type: ignore[no-untyped-def]
    from greenmap.engine.counting import counts_and_nearest
    from greenmap.engine.csr import build_csr
    from greenmap.engine.search import Sources

    ends = np.array(list(streets), np.int64).T
    ticks = np.tile(np.fromiter(streets.values(), np.int64), 2)
    graph = build_csr(world.n, np.append(*ends), np.append(*ends[::-1]), ticks)
    start = np.concatenate([[0], np.cumsum([len(nodes) for nodes in doors.values()])])
    node = np.array([node for nodes in doors.values() for node in nodes], np.int64)
    sources = Sources(start, node, np.zeros(node.size, int), np.arange(len(doors) + 1),
                      np.fromiter(kinds.values(), np.int64))  # fmt: skip
    walk, place, within = counts_and_nearest(graph, sources, **asked(world))
    number = np.where(place < 0, UNREACHED, place).astype(np.uint32)
    return (np.array_equal(live.ticks, walk) and np.array_equal(live.within, within)
            and np.array_equal(live.number, number))  # fmt: skip
