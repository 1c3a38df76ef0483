"""The tools compared: ``prepare(world, threads)`` returns a function that answers W1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from benchmark_worlds import PER_63000, World

UNREACHED = 0xFFFF_FFFF
BANDS = (300_000, 600_000, 900_000)  # 5, 10, 15 min in ticks of 1 ms
Tables = tuple[np.ndarray, np.ndarray]


def greenmap_engine(world: World, threads: int) -> Callable[[], Tables]:
    """The engine of this project; the graph in memory, all else counted."""
    from greenmap.engine.counting import counts_and_nearest
    from greenmap.engine.csr import build_csr
    from greenmap.engine.search import Sources

    ends = np.append(world.tail, world.head), np.append(world.head, world.tail)
    graph = build_csr(world.n, *ends, np.tile(world.ticks, 2))
    number = np.arange(world.place.size + 1)
    sources = Sources(number, world.place, np.zeros(world.place.size, int), number, world.category)

    def answer() -> Tables:
        ticks, _, within = counts_and_nearest(
            graph, sources, categories=len(PER_63000), rows=np.arange(world.n), n_rows=world.n,
            bands=BANDS, limit=BANDS[-1], threads=threads,
        )  # fmt: skip
        return ticks, within

    return answer


def empty_tables(world: World) -> Tables:
    nearest = np.full((world.n, len(PER_63000)), UNREACHED, np.uint32)
    return nearest, np.zeros((*nearest.shape, len(BANDS)), np.uint16)


def places_at(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Nodes that hold places, and how many of each category."""
    node, at = np.unique(world.place, return_inverse=True)
    held = np.zeros((node.size, len(PER_63000)), np.uint16)
    np.add.at(held, (at, world.category), 1)
    return node, held


def add_walks(tables: Tables, held: np.ndarray, at: np.ndarray, walk: np.ndarray) -> None:
    """Add what one searched node holds to the counts of the nodes it is reached from."""
    for c in np.flatnonzero(held):
        for b, band in enumerate(BANDS):
            tables[1][at[walk <= band], c, b] += held[c]


def scipy_dijkstra(world: World, threads: int) -> Callable[[], Tables]:
    """One many-source search per category, and one bounded search per place's node."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    ends = np.append(world.tail, world.head), np.append(world.head, world.tail)
    # A stored zero would be no edge at all for scipy.
    weight = np.maximum(np.tile(world.ticks, 2).astype(float), 1e-9)
    matrix = coo_matrix((weight, ends), shape=(world.n, world.n)).tocsr()
    limit = BANDS[-1] + 0.5

    def answer() -> Tables:
        tables = empty_tables(world)
        for c in range(len(PER_63000)):
            own = np.unique(world.place[world.category == c])
            walk = dijkstra(matrix, indices=own, min_only=True, limit=limit)
            reached = np.isfinite(walk)
            tables[0][reached, c] = np.rint(walk[reached])
        node, held = places_at(world)
        lot = max(1, min(64, 4_000_000 // world.n + 1))
        for first in range(0, node.size, lot):
            for walk, own in zip(dijkstra(matrix, indices=node[first : first + lot], limit=limit),
                                 held[first : first + lot], strict=True):  # fmt: skip
                at = np.flatnonzero(walk <= limit)
                add_walks(tables, own, at, np.rint(walk[at]))
        return tables

    return answer


def networkx_dijkstra(world: World, threads: int) -> Callable[[], Tables]:
    """One search with a cut-off per place's node."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(world.n))
    edges = zip(world.tail.tolist(), world.head.tolist(), world.ticks.tolist(), strict=True)
    graph.add_weighted_edges_from(edges)

    def answer() -> Tables:
        tables = empty_tables(world)
        for node, own in zip(*places_at(world), strict=True):
            found = nx.single_source_dijkstra_path_length(graph, int(node), cutoff=BANDS[-1])
            at, walk = np.array(list(found)), np.array(list(found.values()))
            add_walks(tables, own, at, walk)
            for c in np.flatnonzero(own):
                tables[0][at, c] = np.minimum(tables[0][at, c], walk)
        return tables

    return answer


def pandana_precomputed(world: World, threads: int) -> Callable[[], Tables]:
    """Contraction hierarchy with ranges precomputed, which isn't counted."""
    import pandana
    import pandas as pd

    # pandana keeps whole thousandths, cut off; it doesn't reach the limit itself.
    limit = (BANDS[-1] + 0.5) / 1000
    weight = pd.DataFrame({"seconds": (world.ticks + 0.25) / 1000})
    net = pandana.Network(*map(pd.Series, (world.x, world.y, world.tail, world.head)), weight)
    net.precompute(limit)

    def answer() -> Tables:
        tables = empty_tables(world)
        for c, name in enumerate(PER_63000):
            own = world.place[world.category == c]
            net.set_pois(name, limit, 1, pd.Series(world.x[own]), pd.Series(world.y[own]))
            walk = net.nearest_pois(limit, name, num_pois=1)[1].to_numpy()
            tables[0][walk < limit, c] = np.rint(walk[walk < limit] * 1000)
            net.set(pd.Series(own), name=name)
            for b, band in enumerate(BANDS):
                found = net.aggregate((band + 0.5) / 1000, type="count", decay="flat", name=name)
                tables[1][:, c, b] = found.to_numpy()
        return tables

    return answer


TOOLS = {
    "greenmap, 1 thread": (greenmap_engine, 1, "greenmap"),
    "greenmap, 2 threads": (greenmap_engine, 2, "greenmap"),
    "scipy": (scipy_dijkstra, 1, "scipy"),
    "pandana, precomputed": (pandana_precomputed, 1, "pandana"),
    "networkx": (networkx_dijkstra, 1, "networkx"),
}
OURS = "greenmap, 1 thread"
