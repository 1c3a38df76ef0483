"""W1, the tables of nearest walks and counts: answers checked, tools timed in turn and weighed."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from benchmark_timing import Bar, Timed, in_turn, own_peak_mb, say
from benchmark_tools import BANDS, BOTH, OURS, PER_63000, TOOLS, UNREACHED, Tables, Tool, drawn
from benchmark_worlds import World

MOST_DIFFERENT = 1e-4
"""Share of cells in which a tool that adds up lengths in floating point may differ."""

LOOKED_AT = 20


@dataclass(frozen=True)
class Difference:
    """Cells in which a tool differs, of how many; why, if that is known and it is timed."""

    cells: int
    of: int
    why: str = ""


@dataclass(frozen=True)
class Result:
    """Times of the tools that agree, those that differ, peak memory, and what was asked for."""

    world: World
    timed: Timed
    differ: dict[str, Difference]
    peak_mb: dict[str, float]
    pairs: int
    load: float


def walks_from(world: World, rows: np.ndarray) -> Iterator[np.ndarray]:
    """Walks from some nodes to all, by scipy; infinite beyond the limit and a little."""
    from scipy.sparse.csgraph import dijkstra

    matrix = world.matrix()
    for row in rows:
        yield np.rint(dijkstra(matrix, indices=row, limit=BANDS[-1] + 9.5))


def spot_check(world: World, tables: Tables, rows: int = 200) -> None:
    """Search some rows forward with scipy: the graph is too large to do all."""
    which = drawn(world, rows)
    for row, every in zip(which, walks_from(world, which), strict=True):
        every[every > BANDS[-1]] = np.inf
        walk = every[world.place]
        for c in range(len(PER_63000)):
            own = walk[world.category == c]
            least = own.min() if np.isfinite(own).any() else UNREACHED
            counted = [int((own <= band).sum()) for band in BANDS]
            if tables[0][row, c] != least or tables[1][row, c].tolist() != counted:
                sys.exit(f"{world.name}: row {row}, category {c} differs from scipy")


def compare(world: World, name: str, truth: Tables, given: Tables) -> Difference:
    """Count the cells in which a tool differs, and find out why."""
    tool = TOOLS[name]
    rows = tool.rows(world)
    one, other = ([table[rows] for table in tables] for tables in (truth, given))
    cells, of = (sum(f(a != b) for a, b in zip(one, other, strict=True))
                 for f in (np.count_nonzero, np.size))  # fmt: skip
    why = ""
    if cells and tool.least_ticks:
        longer = replace(world, ticks=np.maximum(world.ticks, tool.least_ticks))
        as_it_sees = TOOLS[OURS].prepare(longer, 1)()
        if all(np.array_equal(a[rows], b) for a, b in zip(as_it_sees, other, strict=True)):
            short = np.count_nonzero(world.ticks < tool.least_ticks)
            why = (f"it takes streets without length, of which there are {short}, to be "
                   f"{tool.least_ticks} ms long; with streets of that length no cell differs")
    elif tool.own_floats and 0 < cells <= MOST_DIFFERENT * of:
        why = float_reason(world, rows, one, other)
    return Difference(int(cells), int(of), why)


def float_reason(world: World, rows: np.ndarray, one: list, other: list) -> str:
    """Do sums in floating point explain it: walks a tick off, places a tick from a limit?"""
    walks = np.stack([one[0], other[0]]).astype(np.int64)
    off = np.ptp(walks[:, (walks < UNREACHED).all(axis=0)], axis=0)
    few = np.argwhere(one[1] != other[1])[:LOOKED_AT]
    for (_, c, b), walk in zip(few, walks_from(world, rows[few[:, 0]]), strict=True):
        own = walk[world.place[world.category == c]]
        if not (np.abs(own - BANDS[b]) <= 1).any():
            return ""
    if off.max(initial=0) > 1:
        return ""
    return (f"it adds up lengths of lines in floating point; no walk is more than 1 ms off, and in "
            f"each of {len(few)} differing counts looked at a place is within 1 ms of the limit")


def check(world: World, ready: dict, names: list[str]) -> dict[str, Difference]:
    """Compare all tools with ours; ours must agree with scipy."""
    truth = ready[OURS]()
    if "scipy" not in names:
        spot_check(world, truth)
    found = {}
    for name in names:
        begun = time.perf_counter()
        given = ready[name]()
        took = time.perf_counter() - begun
        one = compare(world, name, truth, given)
        say(f"  {name}: {one.cells or 'no'} of {one.of:,} cells differ, {took:.2f} s")
        if one.cells and (name == "scipy" or TOOLS[name].ours):
            sys.exit(f"{world.name}: {name} differs from {OURS} in {one.cells} cells; "
                     "no times taken")  # fmt: skip
        if one.cells:
            found[name] = one
    return found


def time_in_turn(
    world: World, names: list[str], rounds: int
) -> tuple[int, Timed, dict[str, Difference]]:
    """Check the answers, then time those tools that agree one after the other, round by round."""
    ready = {name: TOOLS[name].prepare(world, TOOLS[name].threads) for name in names}
    differ = check(world, ready, names)
    agree = {name: run for name, run in ready.items()
             if name not in differ or differ[name].why}  # fmt: skip
    timed = in_turn(agree, rounds)
    scale = {name: world.n / TOOLS[name].rows(world).size for name in agree}
    taken = {name: [scale[name] * s for s in each] for name, each in timed.taken.items()}
    return count_pairs(world), Timed(taken), differ


def count_pairs(world: World) -> int:
    """Count node × node with places in it, within 15 minutes."""
    node = np.unique(world.place)
    # Spread over the categories, of which none may hold more than 65,535 places.
    one = replace(world, place=node, category=np.arange(node.size) % len(PER_63000))
    return int(TOOLS[OURS].prepare(one, 1)()[1][:, :, -1].sum(dtype=np.int64))


def peak_mb(name: str, file: Path) -> float:
    """Peak memory of a process that does nothing but this."""
    run = subprocess.run([sys.executable, __file__, name, str(file)], check=True,
                         capture_output=True, text=True)  # fmt: skip
    return float(run.stdout.split()[-1])


def measure(world: World, names: list[str], rounds: int) -> Result:
    """Check, time and weigh the tools on one world."""
    say(f"W1, {world.name}: {world.n:,} nodes, {world.tail.size:,} edges")
    load = os.getloadavg()[0]
    pairs, timed, differ = time_in_turn(world, names, rounds)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "world.npz"
        np.savez(file, **asdict(world))
        peak = {name: peak_mb(name, file) for name in timed.taken if not TOOLS[name].sample}
    return Result(world, timed, differ, peak, pairs, load)


# ---- the page -------------------------------------------------------------------------------

FASTER = (
    # how the network's name begins, tool, bar, goal: times faster
    ("porto", "scipy", 22, 30), ("porto", "pandana, precomputed", 45, 60),
    ("porto", "cityseer", 150, 200), ("heidelberg", "scipy", 9, None),
    ("heidelberg", "pandana, precomputed", 25, None),
)  # fmt: skip


def lines_of(result: Result) -> list[str]:
    """Rows of Markdown for one world."""
    world, timed = result.world, result.timed
    lines = [
        f"### W1: {world.name}", "",
        f"{world.n:,} nodes, {world.tail.size:,} edges, {world.place.size:,} places, "
        f"{result.pairs:,} pairs; load average at the start {result.load:.1f}.", "",
        "| tool | seconds (least–greatest) | slower by | slower than 2 threads by "
        "| million pairs/s | peak MB |",
        "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, taken in timed.taken.items():
        sample = f", {TOOLS[name].rows(world).size} nodes" if TOOLS[name].sample else ""
        peak = f"{result.peak_mb[name]:.0f}" if name in result.peak_mb else ""
        lines.append(
            f"| {name}{sample} | {statistics.median(taken):.4g} ({min(taken):.4g}–"
            f"{max(taken):.4g}) | {timed.ratio(name, OURS):.3g} | {timed.ratio(name, BOTH):.3g} "
            f"| {result.pairs / statistics.median(taken) / 1e6:.3g} | {peak} |"
        )
    return lines + [said(name, one) for name, one in result.differ.items()]


def said(name: str, one: Difference) -> str:
    """Say in how many cells a tool differs, and why."""
    where = f"\n{name} differs from scipy and greenmap in {one.cells:,} of {one.of:,} cells"
    return f"{where}: {one.why or 'not timed'}."


def bars_of(result: Result) -> list[Bar]:
    """Lines of the bar that this network stands for; ratios on both threads, and on one."""
    world, timed = result.world, result.timed
    plain = world.name if " " not in world.name else ""
    bars = [
        Bar(f"W1, {world.name}: times faster than {tool}", timed.ratio(tool, BOTH), bar, goal,
            timed.ratio(tool, OURS))
        for begin, tool, bar, goal in FASTER
        if plain.lower().startswith(begin) and tool in timed.taken
    ]  # fmt: skip
    rate = result.pairs / timed.median(OURS) / 1e6
    bars.append(Bar(f"W1, {world.name}: million pairs/s on one core", rate, 20, one_thread=rate))
    if world.n > 900_000:
        bars += [
            Bar(f"W1, {world.name}: seconds", timed.median(BOTH), 0.7, 0.6, timed.median(OURS),
                cost=True),
            Bar(f"W1, {world.name}: peak MB", result.peak_mb[BOTH], 700,
                one_thread=result.peak_mb[OURS], cost=True),
        ]  # fmt: skip
    return bars


def peak_of(tool: Tool, file: Path) -> float:
    """Let a tool answer for a world in a file; peak memory of this process."""
    with np.load(file) as kept:  # what the tool doesn't keep of it is let go
        answer = tool.prepare(World(**{key: kept[key] for key in kept.files}), tool.threads)
    answer()
    return own_peak_mb()


if __name__ == "__main__":  # one tool on one world, for its peak memory
    print(peak_of(TOOLS[sys.argv[1]], Path(sys.argv[2])))
