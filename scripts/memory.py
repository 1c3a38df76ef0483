"""Measure what the engine holds: a street file laid out K × K times, one process per run.

``python scripts/memory.py FILE --tile 8`` prints a table for ``docs/memory.md``.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from benchmark_timing import own_peak_mb
from benchmark_worlds import read_world, tiled

BANDS = np.array([300_000, 600_000, 900_000])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="street file")
    parser.add_argument("--tile", type=int, default=8)
    parser.add_argument("--budgets", type=float, nargs="*", default=[8.0, 0.0], help="GB")
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    return parser.parse_args()


def run(file: str, memory_gb: str, threads: str) -> None:
    """One run in a process of its own: seconds, peaks in MB, digest of the tables."""
    from greenmap.engine.csr import build_csr
    from greenmap.engine.groups import group_size, tables_by_groups
    from greenmap.engine.search import Sources

    with np.load(file) as given:
        world = {name: given[name] for name in given.files}
    begin = own_peak_mb()
    nodes, size = int(world["nodes"]), int(world["category"].max()) + 1
    reverse = build_csr(nodes, world["head"], world["tail"], world["ticks"])
    at = np.arange(world["place"].size + 1)
    sources = Sources(at, world["place"], np.zeros(at.size - 1, int), at, world["category"])
    del world
    built = own_peak_mb()
    group = group_size(reverse, categories=size, rows=nodes, bands=BANDS.size,
                       threads=int(threads), memory_gb=float(memory_gb))  # fmt: skip
    rows = np.arange(nodes, dtype=np.int32)
    start = time.perf_counter()
    tables = tables_by_groups(
        reverse, sources, categories=size, rows=rows, n_rows=nodes, take=rows, bands=BANDS,
        limit=int(BANDS[-1]), threads=int(threads), memory_gb=float(memory_gb),
    )  # fmt: skip
    taken = time.perf_counter() - start
    digest = hashlib.sha256()
    for table in tables:
        digest.update(table.data)
    megabytes = f"{begin:.0f} {built:.0f} {own_peak_mb():.0f}"
    print(group, f"{taken:.1f} {megabytes} {digest.hexdigest()[:12]}")


def main() -> None:
    """Write the world to a file and run each case on it."""
    given = arguments()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "world.npz"
        world = tiled(read_world(given.file), given.tile)
        tail, head, ticks = (array.astype(np.uint32) for array in world.arcs)
        np.savez(file, nodes=world.n, tail=tail, head=head, ticks=ticks,
                 place=world.place.astype(np.uint32), category=world.category)  # fmt: skip
        print(f"{world.name}: {world.n:,} nodes, {tail.size:,} arcs, {world.place.size:,} places")
        del world, tail, head, ticks
        print("| GB allowed | threads | categories at once | s | MB before | built | peak |")
        print("|---|---|---|---|---|---|---|")
        for memory_gb in given.budgets:
            for threads in given.threads:
                words = [sys.executable, __file__, "--run", str(file), str(memory_gb), str(threads)]
                said = subprocess.run(words, stdout=subprocess.PIPE, text=True,
                                      check=True).stdout  # fmt: skip
                *cells, digest = said.split()
                print(f"| {memory_gb:g} | {threads} | {' | '.join(cells)} | {digest}", flush=True)


if __name__ == "__main__":
    run(*sys.argv[2:]) if sys.argv[1:2] == ["--run"] else main()
