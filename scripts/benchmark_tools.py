"""The tools compared: ``prepare(world, threads)`` returns a function that answers W1."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from benchmark_worlds import M_PER_MIN, PER_63000, World

UNREACHED = 0xFFFF_FFFF
BANDS = (300_000, 600_000, 900_000)  # 5, 10, 15 min in ticks of 1 ms
Tables = tuple[np.ndarray, np.ndarray]


def sources_of(place: np.ndarray, category: np.ndarray) -> object:
    """Places as the engine takes them: one entrance and one category each."""
    from greenmap.engine.search import Sources

    number = np.arange(len(place) + 1)
    return Sources(number, place, np.zeros(len(place), int), number, category)


def asked(world: World) -> dict[str, object]:
    """What W1 asks of the engine."""
    return {"categories": len(PER_63000), "rows": np.arange(world.n), "n_rows": world.n,
            "bands": BANDS, "limit": BANDS[-1]}  # fmt: skip


def greenmap_engine(world: World, threads: int) -> Callable[[], Tables]:
    """The engine of this project; the graph in memory, all else counted."""
    from greenmap.engine.counting import counts_and_nearest
    from greenmap.engine.csr import build_csr

    graph = build_csr(world.n, *world.arcs)
    sources, given = sources_of(world.place, world.category), asked(world)

    def answer() -> Tables:
        ticks, _, within = counts_and_nearest(graph, sources, threads=threads, **given)
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
    from scipy.sparse.csgraph import dijkstra

    matrix = world.matrix()
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


def osmnx_recipe(world: World, threads: int) -> Callable[[], Tables]:
    """What OSMnx's examples do, one `ego_graph` per node, for nodes drawn with a fixed seed."""
    import networkx as nx

    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(world.n))
    arcs = (array.tolist() for array in world.arcs)
    graph.add_weighted_edges_from(zip(*arcs, strict=True), weight="time")
    held = np.zeros((world.n, len(PER_63000)), np.uint16)
    np.add.at(held, (world.place, world.category), 1)

    def answer() -> Tables:
        nearest, within = empty_tables(world)
        for node in drawn(world, RECIPE_NODES).tolist():
            part = nx.ego_graph(graph, node, radius=BANDS[-1], distance="time")
            found = nx.single_source_dijkstra_path_length(part, node, weight="time")
            at, walk = np.array(list(found)), np.array(list(found.values()))
            for b, band in enumerate(BANDS):
                within[node, :, b] = held[at[walk <= band]].sum(axis=0)
            for c in np.flatnonzero(within[node, :, -1]):
                nearest[node, c] = walk[held[at, c] > 0].min()
        return nearest, within

    return answer


def drawn(world: World, count: int) -> np.ndarray:
    """Nodes drawn with a fixed seed; all, where there are no more."""
    return np.sort(np.random.default_rng(9).choice(world.n, min(count, world.n), replace=False))


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


def cityseer_layers(world: World, threads: int) -> Callable[[], Tables]:
    """Its land-use accessibility, finding the street of each place included; on all cores."""
    import geopandas as gpd
    from cityseer import config, rustalgos
    from cityseer.metrics import layers

    logging.getLogger("cityseer").setLevel(logging.ERROR)
    config.QUIET_MODE = True
    x, y, lines = streets_as_long(world)
    keys = [str(node) for node in range(world.n)]
    streets = rustalgos.graph.NetworkStructure()
    for key, east, north in zip(keys, x.tolist(), y.tolist(), strict=True):
        streets.add_street_node(key, east, north, True, 1.0)
    for tail, head, there, back in zip(
        world.tail.tolist(), world.head.tolist(), *lines, strict=True
    ):
        streets.add_street_edge(tail, head, 0, keys[tail], keys[head], there)
        streets.add_street_edge(head, tail, 0, keys[head], keys[tail], back)
    streets.validate()
    streets.build_edge_rtree()
    table = {"ns_node_idx": range(world.n), "live": True, "weight": 1.0}
    nodes = gpd.GeoDataFrame(table, index=keys, geometry=gpd.points_from_xy(x, y), crs=3857)
    names, m_per_tick = list(PER_63000), M_PER_MIN / 60_000
    places = gpd.GeoDataFrame(
        {"category": np.array(names)[world.category]},
        geometry=gpd.points_from_xy(x[world.place], y[world.place]), crs=3857)
    reach_m = [round(band * m_per_tick) for band in BANDS]

    def answer() -> Tables:
        found = layers.compute_accessibilities(
            places, "category", names, nodes.copy(), streets, distances=reach_m,
            speed_m_s=M_PER_MIN / 60, decay_fn="1")
        nearest, within = empty_tables(world)
        for c, name in enumerate(names):
            walk = found[f"cc_{name}_nearest_max_{reach_m[-1]}"].to_numpy(float)
            reached = np.isfinite(walk)
            nearest[reached, c] = np.rint(walk[reached] / m_per_tick)
            for b, metres in enumerate(reach_m):
                within[:, c, b] = found[f"cc_{name}_{metres}"].to_numpy()
        return nearest, within

    return answer


def streets_as_long(world: World) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Draw each street just as long as it is, for tools that take lengths from lines.

    Nodes move closer together, by a tenth, so that a line bent at its middle is long enough.
    Returns x, y and the lines there and back as text.
    """
    import shapely

    x, y = 0.9 * world.x, 0.9 * world.y
    along = np.stack([x[world.head] - x[world.tail], y[world.head] - y[world.tail]], axis=1)
    straight = np.hypot(*along.T)
    length = world.ticks * (M_PER_MIN / 60_000)
    bend = np.sqrt(np.maximum(length**2 - straight**2, 0)) / 2
    across = along[:, ::-1] * (-1, 1) / np.where(straight > 0, straight, 1)[:, None]
    ends = [np.stack([x[node], y[node]], axis=1) for node in (world.tail, world.head)]
    middle = (ends[0] + ends[1]) / 2 + bend[:, None] * across
    lines = shapely.linestrings(np.stack([ends[0], middle, ends[1]], axis=1))
    both = lines, shapely.reverse(lines)
    return x, y, tuple(shapely.to_wkt(way, rounding_precision=-1) for way in both)


RECIPE_NODES = 40


@dataclass(frozen=True)
class Tool:
    """A tool, the package it needs, and how far it can be asked to answer alike."""

    prepare: Callable[[World, int], Callable[[], Tables]]
    package: str
    threads: int = 1
    sample: int = 0
    """Answers for so many nodes only; its times are scaled up. 0: for all."""
    least_ticks: int = 0
    """What it takes a street to be that is shorter than this."""
    own_floats: bool = False
    """It adds up lengths of lines in floating point."""

    @property
    def installed(self) -> bool:
        """Is its package there?"""
        return importlib.util.find_spec(self.package) is not None

    @property
    def ours(self) -> bool:
        """Is it this project?"""
        return self.package == "greenmap"

    def rows(self, world: World) -> np.ndarray:
        """Nodes it answers for."""
        return drawn(world, self.sample) if self.sample else np.arange(world.n)


OURS, BOTH = "greenmap, 1 thread", "greenmap, 2 threads"
TOOLS = {
    OURS: Tool(greenmap_engine, "greenmap"),
    BOTH: Tool(greenmap_engine, "greenmap", threads=2),
    "scipy": Tool(scipy_dijkstra, "scipy"),
    "pandana, precomputed": Tool(pandana_precomputed, "pandana", least_ticks=1),
    "cityseer": Tool(cityseer_layers, "cityseer", own_floats=True),
    "networkx": Tool(networkx_dijkstra, "networkx"),
    "osmnx recipe": Tool(osmnx_recipe, "osmnx", sample=RECIPE_NODES),
}
