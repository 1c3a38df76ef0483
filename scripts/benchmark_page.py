"""The page and the chart."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path

from benchmark_tables import Result, lines_of
from benchmark_timing import Bar, Part
from benchmark_tools import OURS, RECIPE_NODES
from benchmark_worlds import M_PER_MIN, PER_63000

PEERS = {  # package to import: distributions that hold it
    "scipy": ("scipy",), "networkx": ("networkx",), "osmnx": ("osmnx",), "pandana": ("pandana",),
    "cityseer": ("cityseer",), "valhalla": ("pyvalhalla", "pyvalhalla-weekly"),
}  # fmt: skip

ABOUT = """# Benchmark

`make bench` writes this page; {again}. **W1**: for every node of a street graph, the walk to the
nearest place of each of {categories} categories, and the number of places of each category within
5, 10 and 15 minutes, at {speed:g} m/min, in ticks of 1 ms; 15 minutes sharp counts as reached.
Every tool gets the same graph in memory; building the graph, the lists of neighbours and the
order of nodes greenmap keeps with it, contraction and precomputing are not counted.
What greenmap does per set of places (finding the
skeleton of the graph, ordering the places) is counted, and so is what cityseer does (finding the
street of each place).

Results are checked equal, cell by cell, before any time is taken{spot}. A tool that differs in any
cell is timed only if why is known, and the page says it. Tools run in turn in one process; seconds
are the median of {rounds} runs with the least and the greatest; a tool that needs more than 5 s
runs once, one that needs less than 0.1 s five times in a row, and the median of these counts:
otherwise it would pay for what the tool before it left in the caches.
*Slower by* is the median over rounds of its time over that of greenmap on one thread in
the same round. scipy and networkx run on one thread, pandana and cityseer on all cores. The osmnx
recipe, one `nx.ego_graph` per node, is run and checked for {recipe} nodes drawn with a fixed seed,
and its time scaled to all of them. Peak memory is that of a process of its own, libraries and
graph included, the lists the graph is made from let go. A *pair* is a node that has a place of one
node within 15 minutes.
A load average well above the threads in use means that others worked on the machine meanwhile:
ratios taken in turn hold better than seconds then, and two threads show less than they can.

Streets: those open to everybody, walkable both ways, the largest connected part, simplified to
junctions and dead ends. Places: drawn with a fixed seed, more where streets are dense,
{per_63000:,} per 63,000 nodes. cityseer takes lengths from lines: it gets lines as long as the
streets are.
"""


def machine() -> str:
    """Name the processor, the system and the versions."""
    names = ("greenmap", "numpy", "numba", *(name for each in PEERS.values() for name in each))
    versions = []
    for name in names:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        lines = info.read_text("utf-8").splitlines()
        cpu = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), cpu)
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{cpu}, {os.cpu_count()} cores; {system}; {', '.join(versions)}."


def how_near(bars: list[Bar]) -> list[str]:
    """Every line of the bar: measured, asked for, met."""
    met = sum(bar.met(bar.bar) for bar in bars)
    return ["## The bar and the goal: how near", "",
            f"{met} of {len(bars)} lines are met. Ratios are medians of ratios taken in the same "
            "round, to greenmap on two threads, with one thread beside it.", "",
            "| | measured | on one thread | bar | met | goal | met |",
            "|---|---|---|---|---|---|---|", *(bar.row() for bar in bars), ""]  # fmt: skip


def chart(results: list[Result], file: Path) -> None:
    """Bars of how many times slower each tool is, on a scale of powers of ten."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(len(results), 1, figsize=(7, 1 + 1.8 * len(results)), squeeze=False)
    for result, ax in zip(results, axes[:, 0], strict=True):
        names = list(result.timed.taken)[::-1]
        ratio = [result.timed.ratio(name, OURS) for name in names]
        colours = ["#1b7837" if name.startswith("greenmap") else "#9e9e9e" for name in names]
        bars = ax.barh(names, ratio, color=colours)
        times = [f"{value:,.0f}×" if value > 20 else f"{value:.2g}×" for value in ratio]
        ax.bar_label(bars, times, padding=3, fontsize=8)
        ax.set_xscale("log")
        ax.set_xlim(0.3, max(ratio) * 4)
        ax.set_title(f"{result.world.name}: time for W1, greenmap on one thread = 1", fontsize=9)
        ax.tick_params(labelsize=8)
        ax.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(file, dpi=120, metadata={"Software": None})
    plt.close(figure)


def write_page(results: list[Result], works: list[Part], *, bars: list[Bar], skipped: list[str],
               rounds: int, out: Path, command: str) -> None:  # fmt: skip
    """Write the page and its chart; whole after each step, so that a stopped run leaves one."""
    out.mkdir(parents=True, exist_ok=True)
    chart(results, out / "benchmark.png")
    spot = ""
    if not all("scipy" in result.timed.taken for result in results):
        spot = "; where scipy would take minutes, it checks 200 nodes drawn with a fixed seed"
    about = ABOUT.format(
        again=f"this one was made with `{command}`", categories=len(PER_63000), speed=M_PER_MIN,
        rounds=rounds, spot=spot, recipe=RECIPE_NODES, per_63000=sum(PER_63000.values()))
    lines = [about, machine(), ""]
    if skipped:
        lines += [f"Skipped, not installed: {', '.join(skipped)}.", ""]
    lines += [*how_near(bars), "## Beside other tools", "",
              "![How many times slower](benchmark.png)", ""]  # fmt: skip
    for result in results:
        lines += [*lines_of(result), ""]
    if works:
        lines += ["## Other works", "", *(line for part in works for line in part.lines)]
    (out / "benchmark.md").write_text("\n".join(lines).rstrip() + "\n", "utf-8")
