"""W3: all that is within 15 minutes of each of 200 nodes."""

from __future__ import annotations

import sys

import numpy as np
from benchmark_profile import hot_spots
from benchmark_timing import Bar, Part, in_turn, say
from benchmark_tools import BANDS, BOTH, OURS
from benchmark_worlds import World

LIMIT, ORIGINS = BANDS[-1], 200


def reach_sets(world: World, rounds: int) -> Part:
    """All nodes within 15 minutes of each origin, with their walks."""
    import networkx as nx
    from scipy.sparse.csgraph import dijkstra

    from greenmap.engine.csr import build_csr
    from greenmap.engine.rounds import reach_sets as all_sets

    say(f"W3, {world.name}")
    origin = np.random.default_rng(3).choice(world.n, min(ORIGINS, world.n), replace=False)
    own = build_csr(world.n, *world.arcs)
    matrix = world.matrix()
    graph = nx.Graph()
    graph.add_weighted_edges_from(
        zip(world.tail.tolist(), world.head.tolist(), world.ticks.tolist(), strict=True))

    def ours(threads: int = 1) -> tuple[np.ndarray, ...]:
        return all_sets(own, origin, limit=LIMIT, threads=threads)

    def scipy() -> np.ndarray:
        return dijkstra(matrix, indices=origin, limit=LIMIT + 0.5)

    def scipy_sets() -> tuple[np.ndarray, ...]:
        """Also taken out of the table of all nodes that scipy answers with."""
        walks = scipy().ravel()
        there = np.flatnonzero(np.isfinite(walks))
        return *np.divmod(there, world.n), walks[there]

    def networkx() -> list[dict[int, int]]:
        return [nx.single_source_dijkstra_path_length(graph, int(node), cutoff=LIMIT)
                for node in origin]  # fmt: skip

    walks = np.rint(scipy()), networkx()
    pairs, _ = (same_sets(world, ours(threads), *walks) for threads in (1, 2))
    timed = in_turn({OURS: ours, BOTH: lambda: ours(2), "scipy": scipy,
                     "scipy, listed": scipy_sets, "networkx": networkx}, rounds)  # fmt: skip
    bar = Bar(f"W3, {world.name}: times faster than scipy", timed.ratio("scipy", BOTH), 10,
              one_thread=timed.ratio("scipy", OURS))  # fmt: skip
    lines = [f"### W3: {origin.size} reach sets, {world.name}", "",
             f"{pairs:,} nodes within 15 minutes; all three tools agree on each walk. scipy "
             "answers with a table of all nodes; *listed* takes what is reached out of it.", "",
             *timed.table(1, "ms", OURS), ""]  # fmt: skip
    return Part(lines if bar.met(bar.bar) else lines + hot_spots(ours, "W3"), [bar])


def same_sets(world: World, ours: tuple, scipy: np.ndarray, networkx: list) -> int:
    """Stop unless all agree; return the number of walks."""
    start, reached, label_of = ours
    pairs = 0
    for k, (row, other) in enumerate(zip(scipy, networkx, strict=True)):
        nodes, label = (x[start[k] : start[k + 1]] for x in (reached, label_of))
        there = np.flatnonzero(row <= LIMIT)
        order = np.argsort(nodes)
        same = np.array_equal(nodes[order], there) and np.array_equal(label[order], row[there])
        if not same or other != dict(zip(nodes.tolist(), label.tolist(), strict=True)):
            sys.exit(f"W3, {world.name}: reach sets differ")
        pairs += there.size
    return pairs
