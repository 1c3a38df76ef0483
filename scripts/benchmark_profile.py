"""Where the time goes, for lines of the bar that aren't met."""

from __future__ import annotations

import cProfile
import pstats
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from benchmark_tools import asked, sources_of
from benchmark_worlds import World

TOP = 8


def hot_spots(run: Callable[[], object], work: str) -> list[str]:
    """Functions by the time spent in themselves and in what is built into Python."""
    profile = cProfile.Profile()
    profile.runcall(run)
    return by_function(pstats.Stats(profile), work)


def by_function(stats: pstats.Stats, work: str) -> list[str]:
    return by_time(stats, work, lambda file, name: f"{module(file)}: {name}")


def packages(file: Path, work: str) -> list[str]:
    """Packages of a profile in a file, as `hot_spots`."""
    return by_time(pstats.Stats(str(file)), work, lambda file, name: module(file, parts=2))


def module(file: str, parts: int = 9) -> str:
    """Name of the module of a file; of other packages than greenmap, of the package."""
    path = Path(file).with_suffix("").parts
    if "greenmap" in path[:-1]:
        after = len(path) - path[::-1].index("greenmap") - 1
        return ".".join(path[after : after + parts])
    if "site-packages" in path:
        return path[path.index("site-packages") + 1]
    return "built into Python" if file == "~" else "Python's own library"


def by_time(stats: pstats.Stats, work: str, label: Callable[[str, str], str]) -> list[str]:
    """Rows of Markdown, the longest first."""
    spent: Counter[str] = Counter()
    for (file, _, name), (*_, own, _, callers) in stats.stats.items():  # type: ignore[attr-defined]
        if file != "~":
            spent[label(file, name)] += own
        else:  # what is built into Python counts where it is called from
            for (caller, _, of), (*_, part, _) in callers.items():
                spent[label(caller, of)] += part
    whole = sum(spent.values())
    rows = [f"| {name} | {1000 * own:.2g} | {own / whole:.0%} |"
            for name, own in spent.most_common(TOP) if own > whole / 100]  # fmt: skip
    return [f"Where the time goes in {work}, under Python's profiler ({1000 * whole:.3g} ms):", "",
            "| where | ms | share |", "|---|---|---|", *rows, ""]  # fmt: skip


def parts_of_w1(world: World) -> list[str]:
    """Functions and kernels of W1 on one thread."""
    from greenmap.engine.counting import counts_and_nearest
    from greenmap.engine.csr import build_csr
    from greenmap.engine.search import source_nodes
    from greenmap.engine.skeleton import build_skeleton

    graph = build_csr(world.n, *world.arcs)
    sources, given = sources_of(world.place, world.category), asked(world)
    counts_and_nearest(graph, sources, **given)
    lines = hot_spots(lambda: counts_and_nearest(graph, sources, **given),
                      f"W1, {world.name}, on one thread")  # fmt: skip
    skeleton = build_skeleton(graph, keep=source_nodes(graph, sources), rows=given["rows"])
    searches = np.unique(np.stack([world.place, world.category]), axis=1).shape[1]
    return [*lines, f"There are {searches:,} searches, one for each door and category, on a "
            f"skeleton of {skeleton.graph.n_nodes:,} of {world.n:,} nodes; all others hang on it.",
            ""]  # fmt: skip
