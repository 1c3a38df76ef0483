"""Whole processes: W6, start-up, the first run's compilation, a study from end to end."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import numpy as np
from benchmark_profile import packages
from benchmark_timing import Bar, Part, say, spread
from benchmark_worlds import PER_63000

W6_BARS = {"file": 2.5, "cache": 1.2}
HOMES = 100_000

WHOLE = """
import time, sys, json
begun = time.perf_counter()
import numpy as np
import greenmap as gm
file, places, cache = sys.argv[1], sys.argv[2], sys.argv[3] == "cache"
gm.use(cache_dir=sys.argv[4])
from greenmap.network.open import read_network
network = read_network(file, cache=cache)
steps = {"imports and network": time.perf_counter() - begun}
from greenmap.engine.counting import counts_and_nearest
from greenmap.engine.csr import build_csr
from greenmap.engine.search import Sources
from greenmap.model.profile import Profile
from greenmap.network.price import price
kept = np.load(places)
ticks = price(network, Profile("b", "b", "b", speed_m_per_min=80.0))
tail = np.append(network.tail, network.head)
head = np.append(network.head, network.tail)
cost = np.append(ticks.forward, ticks.backward)
reverse = build_csr(network.n_nodes, head, tail, cost)
node = np.searchsorted(network.node_id, kept["node"])
steps["price and lay out"] = time.perf_counter() - begun
number = np.arange(node.size + 1)
sources = Sources(number, node, np.zeros(node.size, int), number, kept["category"])
table = counts_and_nearest(reverse, sources, categories=10, rows=np.arange(network.n_nodes),
    n_rows=network.n_nodes, bands=[300000, 600000, 900000], limit=900000, threads=2)
steps["tables"] = time.perf_counter() - begun
print(json.dumps([steps, int(table[2].sum(dtype=np.int64))]))
import gc
gc.freeze()  # as the command line does: no last collection
"""

# An installer leaves bytecode beside the packages; where none can be written it is kept here.
BYTECODE = {"PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(Path(gettempdir()) / "greenmap-bytecode")}


def seconds(arguments: list[str], **environment: str) -> tuple[float, str]:
    """Run Python with some arguments; how long it took and what it printed."""
    begun = time.perf_counter()
    run = subprocess.run([sys.executable, *arguments], check=False, capture_output=True, text=True,
                         env={**os.environ, **BYTECODE, **environment})  # fmt: skip
    if run.returncode:
        sys.exit(f"{' '.join(arguments)[:200]} failed:\n{run.stderr}")
    return time.perf_counter() - begun, run.stdout


def whole_process(pbf: Path, rounds: int, places: int = 6800) -> Part:
    """W6: from the street file and a place table to W1 tables, each in a process of its own."""
    from greenmap.network.open import read_network

    say(f"W6, {pbf.name}")
    network = read_network(pbf, cache=False)
    generator = np.random.default_rng(5)
    main = np.flatnonzero(network.component == 0)
    node = network.node_id[generator.choice(main, places)]
    category = generator.integers(0, len(PER_63000), places)
    rows, bars, answers, profiles = [], [], set(), []
    with TemporaryDirectory() as folder:
        table, script = Path(folder) / "places.npz", Path(folder) / "whole.py"
        np.savez(table, node=node, category=category)
        script.write_text(WHOLE, "utf-8")
        for what, bar in W6_BARS.items():
            taken, last = [], {}
            for _ in range(rounds + 1):  # the first fills the caches, and isn't counted
                command = [str(script), str(pbf), str(table), what, folder]
                took, printed = seconds(command)
                taken.append(took)
                last, answer = json.loads(printed)
                answers.add(answer)
            ends = [0.0, *last.values()]
            steps = ", ".join(f"{name} {b - a:.2f}" for name, a, b in
                              zip(last, ends[:-1], ends[1:], strict=True))  # fmt: skip
            rows.append(f"| from the {what} | {spread(taken[1:])} | {steps} |")
            bars.append(Bar(f"W6, {pbf.name.partition('.')[0]}: seconds from the {what}",
                            statistics.median(taken[1:]), bar, cost=True))  # fmt: skip
            if not bars[-1].met(bar):
                where = Path(folder) / "profile"
                seconds(["-m", "cProfile", "-o", str(where), *command])
                profiles += packages(where, f"W6 from the {what}")
    if len(answers) > 1:
        sys.exit(f"W6, {pbf.name}: answers from file and cache differ")
    lines = [f"### W6: {pbf.name} and {places:,} places to the tables of W1", "",
             f"A process of its own each time, kernels and bytecode compiled before; all "
             f"{network.n_nodes:,} nodes of the file's streets are rows; 2 threads; answers are "
             f"the same.", "",
             "| | seconds (least–greatest) | of these, in the last run |", "|---|---|---|", *rows,
             "", *profiles]  # fmt: skip
    return Part(lines, bars)


def first_runs(rounds: int) -> Part:
    """Start-up, and what `greenmap demo` takes longer with nothing compiled."""
    say("start-up and first run")
    starts = {"import greenmap": (["-c", "import greenmap"], 0.5),
              "greenmap --help": (["-m", "greenmap", "--help"], 0.6)}  # fmt: skip
    rows, bars = [], []
    for name, (arguments, bar) in starts.items():
        taken = [seconds(arguments)[0] for _ in range(rounds + 1)][1:]
        rows.append(f"| {name} | {spread(taken)} |")
        bars.append(Bar(f"`{name}`: seconds", statistics.median(taken), bar, cost=True))
    pairs = [_first_and_later() for _ in range(rounds + 1)][1:]  # the first leaves bytecode
    more = [first - later for first, later in pairs]
    for name, taken in zip(("nothing compiled", "compiled before"), zip(*pairs, strict=True),
                           strict=True):  # fmt: skip
        rows.append(f"| greenmap demo, {name} | {spread(list(taken))} |")
    rows.append(f"| the first longer than the later, in each pair | {spread(more)} |")
    bars.append(Bar("`greenmap demo` with nothing compiled: more seconds than later",
                    statistics.median(more), 8, cost=True))  # fmt: skip
    lines = ["### Start-up and first run", "",
             "Processes of their own; kernels are compiled into an empty folder.", "",
             "| | seconds (least–greatest) |", "|---|---|", *rows, ""]  # fmt: skip
    return Part(lines, bars)


def _first_and_later() -> tuple[float, float]:
    """Seconds of a run that compiles everything, and of the next."""
    with TemporaryDirectory() as folder:
        demo = ["-m", "greenmap", "demo", "--quiet", "--out", str(Path(folder) / "demo")]
        first, later = (seconds(demo, NUMBA_CACHE_DIR=folder)[0] for _ in range(2))
    return first, later


def study_end_to_end(file: Path, rounds: int) -> Part:
    """`greenmap assess` on a study, all pages written; attachment of homes if it has walls."""
    say(f"whole study: {file.name}")
    with TemporaryDirectory() as folder:
        command = ["-m", "greenmap", "assess", str(file), "--quiet", "--out", folder]
        taken = [seconds(command)[0] for _ in range(rounds + 1)][1:]
        where = Path(folder) / "profile"
        bars = [Bar(f"{file.name} from end to end: seconds", statistics.median(taken), 15,
                    cost=True)]  # fmt: skip
        lines = [f"### From end to end: {file.name}", "",
                 f"`greenmap assess` in a process of its own, all pages and maps included, caches "
                 f"warm: {spread(taken)} s. The study:", "",
                 "```toml", file.read_text("utf-8").strip(), "```", ""]  # fmt: skip
        if not bars[0].met(bars[0].bar):
            seconds(["-m", "cProfile", "-o", str(where), *command])
            lines += packages(where, "it")
    attached = attachment(file)
    return Part(lines + attached.lines, bars + attached.bars)


def attachment(file: Path) -> Part:
    """Put 100,000 homes on a study's streets, none through a wall; nothing without walls."""
    import greenmap as gm
    from greenmap.network.attach import attach

    study = gm.read_study(file)
    if study.network.barriers is None:
        return Part([])
    number = np.arange(HOMES)
    homes = study.homes.iloc[number % len(study.homes)].set_axis(number.astype(str))
    attach(study.network, homes.iloc[:500])
    begun = time.perf_counter()
    put = attach(study.network, homes)
    took = time.perf_counter() - begun
    return Part(
        [f"Putting {HOMES:,} homes (its {len(study.homes):,}, repeated) on its streets, looking "
         f"for the nearest street that no wall hides: {took:.3g} s; {put.attached.mean():.1%} "
         "find one.", ""],
        [Bar(f"{file.name}: seconds to attach {HOMES:,} homes with walls", took, 15, cost=True)],
    )  # fmt: skip
