"""The other works: isochrone polygons (W2), reach sets (W3), edits (W4), file to result (W6).

Each checks its answers first and returns lines of Markdown.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from benchmark_tools import BANDS, UNREACHED
from benchmark_worlds import M_PER_MIN, PER_63000, World

LIMIT = BANDS[-1]
ORIGINS, WALKER = 200, {"id": "bench", "en": "bench", "zh": "bench"}


@dataclass(frozen=True)
class Timed:
    """Seconds of each round, by tool."""

    taken: dict[str, list[float]]

    def table(self, per: int, unit: str, ours: str) -> list[str]:
        """Rows of Markdown: milliseconds per piece of work, and ratios round by round."""
        lines = [f"| tool | {unit} (least–greatest) | slower by |", "|---|---|---|"]
        for name, all_of in self.taken.items():
            each = [1000 * seconds / per for seconds in all_of]
            pairs = zip(all_of, self.taken[ours], strict=False)
            ratio = statistics.median(a / b for a, b in pairs)
            lines.append(f"| {name} | {statistics.median(each):.3g} ({min(each):.3g}–"
                         f"{max(each):.3g}) | {ratio:.3g} |")  # fmt: skip
        return lines


def in_turn(tools: dict[str, Callable[[], object]], rounds: int) -> Timed:
    """Time tools one after the other, round by round; those over 5 s once."""
    taken: dict[str, list[float]] = {name: [] for name in tools}
    for turn in range(rounds):
        for name, run in tools.items():
            if turn == 0 or taken[name][0] < 5:
                begun = time.perf_counter()
                run()
                taken[name].append(time.perf_counter() - begun)
    return Timed(taken)


# ---- W2 -------------------------------------------------------------------------------------


def polygons(pbf: Path, rounds: int, origins: int = ORIGINS) -> list[str]:
    """One 15-minute polygon per origin, beside buffers in GEOS and Valhalla."""
    import geopandas as gpd
    import shapely

    from greenmap.measure import catchments as module
    from greenmap.measure.isochrones import lay_out_streets
    from greenmap.model.profile import Profile
    from greenmap.network.attach import attach
    from greenmap.network.open import read_network

    network = read_network(pbf, cache=False)
    walker = Profile("bench", "bench", "bench", speed_m_per_min=M_PER_MIN)
    main = np.flatnonzero(network.component == 0)
    node = np.random.default_rng(3).choice(main, origins, replace=False)
    where = gpd.points_from_xy(network.lon[node], network.lat[node])
    places = gpd.GeoDataFrame({"node": network.node_id[node]}, geometry=where, crs=4326)
    put = attach(network, places)
    laid = lay_out_streets(network, walker, put)
    module.lay_out_streets = lambda *given: laid  # type: ignore[attr-defined]
    ours = module.catchments(network, places, profile=walker, attachment=put).geometry
    few = range(min(40, origins))
    parts = [reached_lines(network, laid, row) for row in few]

    def truth() -> list[shapely.Geometry]:
        return [shapely.union_all(shapely.buffer(lines, 25)) for lines in parts]

    iou = [one.intersection(two).area / one.union(two).area
           for one, two in zip(ours, truth(), strict=False)]  # fmt: skip
    if min(iou) < 0.97 or not ours.is_valid.all():
        sys.exit(f"W2: polygons are invalid or differ from the buffers (IoU {min(iou):.3f})")
    tools: dict[str, Callable[[], object]] = {
        "greenmap": lambda: module.catchments(network, places.iloc[list(few)], profile=walker,
                                              attachment=first_rows(put, len(few))),
        "buffer + union (GEOS), search not counted": truth,
    }  # fmt: skip
    valhalla, note = valhalla_tool(pbf, [(p.x, p.y) for p in where[: len(few)]])
    if valhalla:
        tools["Valhalla"] = valhalla
    timed = in_turn(tools, rounds)
    area = np.mean([shape.area for shape in ours]) / 1e6
    return [
        f"### W2: one 15-minute polygon, {pbf.name}", "",
        f"{len(few)} of {origins} origins drawn with a fixed seed, mean {area:.2f} km². Streets "
        f"cut exactly at the limit, 25 m wide; intersection over union with the buffers of the "
        f"reached streets: mean {np.mean(iou):.3f}, least {min(iou):.3f} (checked: at least "
        f"0.97). {note}", "",
        *timed.table(len(few), "ms a polygon", "greenmap"), "",
    ]  # fmt: skip


def first_rows(put: object, count: int) -> object:
    return type(put)(*(getattr(put, name)[:count] for name in
                       ("ids", "edge", "fraction", "node", "leg_m", "status")))  # fmt: skip


def reached_lines(network: object, laid: tuple, row: int) -> np.ndarray:
    """Pieces of street within the limit of an origin, cut where it is reached."""
    import shapely
    import shapely.ops

    from greenmap.engine.ground import reached_part
    from greenmap.engine.rounds import Rounds
    from greenmap.network.attach import edge_lines

    graph, reverse, fronts = laid
    rounds = Rounds(reverse, LIMIT)
    at = slice(row, row + 1)
    nodes = rounds.search(graph.entrance_node[at], graph.entrance_ticks[at])
    found = []
    for node in nodes.tolist():
        for front in range(fronts.start[node], fronts.start[node + 1]):
            low, high = reached_part(rounds.label, np.uint64(LIMIT), fronts.other, fronts.ticks,
                                     fronts.part, node, front)  # fmt: skip
            if low < high:
                found.append((int(fronts.line[front]), low, high))
    lines = edge_lines(network, np.array([edge for edge, _, _ in found], np.int64))
    cut = [line if (low, high) == (0, 1) else shapely.ops.substring(line, low, high, True)
           for line, (_, low, high) in zip(lines, found, strict=True)]  # fmt: skip
    return np.array(cut, dtype=object)


def valhalla_tool(pbf: Path, where: list[tuple[float, float]]
                  ) -> tuple[Callable[[], object] | None, str]:  # fmt: skip
    """Valhalla on tiles of the same file; it makes its own choice of streets."""
    if importlib.util.find_spec("valhalla") is None:
        return None, "Valhalla isn't installed: skipped."
    import valhalla

    folder = Path(tempfile.mkdtemp())
    tiles, archive = folder / "tiles", folder / "tiles.tar"
    tiles.mkdir()
    archive.touch()
    config = valhalla.get_config(tile_extract=str(archive), tile_dir=str(tiles), verbose=False)
    building = {**config, "mjolnir": {k: v for k, v in config["mjolnir"].items()
                                      if k != "tile_extract"}}  # fmt: skip
    (folder / "valhalla.json").write_text(json.dumps(building), "utf-8")
    builder = Path(valhalla.__file__).parent / "bin" / "valhalla_build_tiles"
    if not builder.is_file():
        return None, "The installed Valhalla has no tile builder: skipped."
    subprocess.run([str(builder), "-c", str(folder / "valhalla.json"), str(pbf)], check=True,
                   capture_output=True, cwd=folder)  # fmt: skip
    with tarfile.open(archive, "w") as tar:
        for file in sorted(tiles.rglob("*.gph")):
            tar.add(file, arcname=str(file.relative_to(tiles)))
    actor = valhalla.Actor(config)
    walk = {"costing": "pedestrian", "polygons": True, "contours": [{"time": LIMIT / 60_000}],
            "costing_options": {"pedestrian": {"walking_speed": M_PER_MIN * 0.06}}}  # fmt: skip

    def run() -> object:
        return [actor.isochrone({"locations": [{"lon": lon, "lat": lat}], **walk})
                for lon, lat in where]  # fmt: skip

    run()
    return run, "Valhalla draws by its own choice of streets and its own grid: not compared."


# ---- W3 -------------------------------------------------------------------------------------


def both_ways(world: World) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (np.append(world.tail, world.head), np.append(world.head, world.tail),
            np.tile(world.ticks, 2))  # fmt: skip


def reach_sets(world: World, rounds: int, origins: int = ORIGINS) -> list[str]:
    """All nodes within 15 minutes of each origin, with their walks."""
    import networkx as nx
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    from greenmap.engine.csr import build_csr
    from greenmap.engine.rounds import reach_sets as all_sets

    tail, head, ticks = both_ways(world)
    origin = np.random.default_rng(3).choice(world.n, origins, replace=False)
    own = build_csr(world.n, tail, head, ticks)
    weight = np.maximum(ticks.astype(float), 1e-9)
    matrix = coo_matrix((weight, (tail, head)), shape=(world.n, world.n)).tocsr()
    graph = nx.Graph()
    graph.add_weighted_edges_from(
        zip(world.tail.tolist(), world.head.tolist(), world.ticks.tolist(), strict=True))

    def ours() -> tuple[np.ndarray, ...]:
        return all_sets(own, origin, limit=LIMIT)

    def scipy() -> np.ndarray:
        return dijkstra(matrix, indices=origin, limit=LIMIT + 0.5)

    def networkx() -> list[dict[int, int]]:
        return [nx.single_source_dijkstra_path_length(graph, int(node), cutoff=LIMIT)
                for node in origin]  # fmt: skip

    walks = np.rint(scipy())
    pairs = 0
    start, reached, label_of = ours()
    for k, (row, other) in enumerate(zip(walks, networkx(), strict=True)):
        nodes, label = (x[start[k] : start[k + 1]] for x in (reached, label_of))
        there = np.flatnonzero(row <= LIMIT)
        order = np.argsort(nodes)
        same = np.array_equal(nodes[order], there) and np.array_equal(label[order], row[there])
        if not same or other != dict(zip(nodes.tolist(), label.tolist(), strict=True)):
            sys.exit(f"W3, {world.name}: reach sets differ")
        pairs += there.size
    timed = in_turn({"greenmap": ours, "scipy": scipy, "networkx": networkx}, rounds)
    return [f"### W3: {origins} reach sets, {world.name}", "",
            f"{pairs:,} nodes within 15 minutes; all three tools agree on each walk.", "",
            *timed.table(1, "ms", "greenmap"), ""]  # fmt: skip


# ---- W4 -------------------------------------------------------------------------------------


def edits(world: World, count: int = 50) -> list[str]:
    """Random edits; after each, every cell of both tables is compared with a full run."""
    from greenmap.engine.delta import LiveTables

    live = LiveTables(world.n, *both_ways(world), sources_of(world.place, world.category),
                      **sizes(world))  # fmt: skip
    streets = {(a, b): t for a, b, t in zip(world.tail.tolist(), world.head.tolist(),
                                            world.ticks.tolist(), strict=True)}  # fmt: skip
    doors = {k: [node] for k, node in enumerate(world.place.tolist())}
    kinds = dict(enumerate(world.category.tolist()))
    generator = np.random.default_rng(11)
    taken: dict[str, list[float]] = {}
    for turn in range(-10, count):  # the first ten see that all is compiled
        name, run = one_edit(world, live, streets, doors, kinds, generator, turn)
        begun = time.perf_counter()
        run()
        if turn >= 0:
            taken.setdefault(name, []).append(1000 * (time.perf_counter() - begun))
        if not as_full_run(world, live, streets, doors, kinds):
            sys.exit(f"W4, {world.name}: after edit {turn} ({name}) tables differ")
    every = [ms for each in taken.values() for ms in each]
    rows = [f"| {name} | {len(ms)} | {statistics.median(ms):.2f} | {max(ms):.2f} |"
            for name, ms in (*taken.items(), ("all", every))]  # fmt: skip
    return [f"### W4: {count} random edits, {world.name}", "",
            "After each edit every cell of the tables of W1 was equal to a full run on the "
            "edited graph.", "",
            "| edit | number | median ms | worst ms |", "|---|---|---|---|", *rows, ""]  # fmt: skip


def sources_of(place: np.ndarray, category: np.ndarray) -> object:
    from greenmap.engine.search import Sources

    number = np.arange(len(place) + 1)
    return Sources(number, place, np.zeros(len(place), int), number, category)


def sizes(world: World) -> dict[str, object]:
    return {"categories": len(PER_63000), "rows": np.arange(world.n), "n_rows": world.n,
            "bands": BANDS, "limit": LIMIT}  # fmt: skip


def one_edit(world, live, streets, doors, kinds, generator, turn):  # type: ignore[no-untyped-def]
    """Draw an edit, note it in the plain lists, and return its name and what to time."""
    name = ("street closed", "street added", "place added", "place removed",
            "entrance added")[turn % 5]  # fmt: skip
    if name == "street closed":
        a, b = list(streets)[generator.integers(len(streets))]
        streets[a, b] = UNREACHED
        return name, lambda: live.set_street(a, b, UNREACHED, UNREACHED)
    if name == "street added":
        a = int(generator.choice(world.place))
        off = np.hypot(world.x - world.x[a], world.y - world.y[a])
        b = int(generator.choice(np.flatnonzero((off > 150) & (off < 800))))
        ticks = int(off[b] / M_PER_MIN * 60_000)
        streets.pop((b, a), None)
        streets[a, b] = ticks
        return name, lambda: live.set_street(a, b, ticks, ticks)
    node = int(generator.choice(world.place))
    if name == "place added":
        number = len(doors)
        doors[number], kinds[number] = [node], turn % len(PER_63000)
        return name, lambda: live.add_place([node], [0], [kinds[number]], number=number)
    number = int(generator.choice(list(doors)))
    doors[number] = [] if name == "place removed" else [*doors[number], node]
    return name, lambda: live.set_entrances(number, doors[number], [0] * len(doors[number]))


def as_full_run(world, live, streets, doors, kinds):  # type: ignore[no-untyped-def]
    from greenmap.engine.counting import counts_and_nearest
    from greenmap.engine.csr import build_csr
    from greenmap.engine.search import Sources

    ends = np.array(list(streets), np.int64).T
    ticks = np.tile(np.fromiter(streets.values(), np.int64), 2)
    graph = build_csr(world.n, np.append(*ends), np.append(*ends[::-1]), ticks)
    start = np.concatenate([[0], np.cumsum([len(nodes) for nodes in doors.values()])])
    node = np.array([node for nodes in doors.values() for node in nodes], np.int64)
    sources = Sources(start, node, np.zeros(node.size, int), np.arange(len(doors) + 1),
                      np.fromiter(kinds.values(), np.int64))  # fmt: skip
    walk, place, within = counts_and_nearest(graph, sources, **sizes(world))
    number = np.where(place < 0, UNREACHED, place).astype(np.uint32)
    return (np.array_equal(live.ticks, walk) and np.array_equal(live.within, within)
            and np.array_equal(live.number, number))  # fmt: skip


# ---- W6 -------------------------------------------------------------------------------------

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
"""


def whole_process(pbf: Path, rounds: int, places: int = 6800) -> list[str]:
    """From the street file and a place table to W1 tables, each in a process of its own."""
    from greenmap.network.open import read_network

    network = read_network(pbf, cache=False)
    generator = np.random.default_rng(5)
    main = np.flatnonzero(network.component == 0)
    node = network.node_id[generator.choice(main, places)]
    category = generator.integers(0, len(PER_63000), places)
    lines, answers = [], set()
    with TemporaryDirectory() as folder:
        table = Path(folder) / "places.npz"
        np.savez(table, node=node, category=category)
        for what in ("file", "cache"):
            taken, last = [], {}
            for _ in range(rounds + 1):  # the first fills the caches, and isn't counted
                begun = time.perf_counter()
                run = subprocess.run(
                    [sys.executable, "-c", WHOLE, str(pbf), str(table), what, folder],
                    check=True, capture_output=True, text=True)  # fmt: skip
                taken.append(time.perf_counter() - begun)
                last, answer = json.loads(run.stdout)
                answers.add(answer)
            ends = [0.0, *last.values()]
            steps = ", ".join(f"{name} {b - a:.2f}" for name, a, b in
                              zip(last, ends[:-1], ends[1:], strict=True))  # fmt: skip
            lines.append(f"| from the {what} | {statistics.median(taken[1:]):.2f} "
                         f"({min(taken[1:]):.2f}–{max(taken[1:]):.2f}) | {steps} |")  # fmt: skip
    if len(answers) > 1:
        sys.exit(f"W6, {pbf.name}: answers from file and cache differ")
    return [f"### W6: {pbf.name} and {places:,} places to the tables of W1", "",
            f"A process of its own each time, kernels compiled before; all {network.n_nodes:,} "
            f"nodes of the file's streets are rows; 2 threads; answers are the same.", "",
            "| | seconds (least–greatest) | of these |", "|---|---|---|", *lines, ""]  # fmt: skip


# ---- where the time goes ---------------------------------------------------------------------


def where_time_goes(world: World) -> list[str]:
    """Leave out one part of W1 after the other; the differences are what the parts take."""
    from greenmap.engine.counting import counts, counts_and_nearest
    from greenmap.engine.csr import build_csr
    from greenmap.engine.search import source_nodes
    from greenmap.engine.settle import make_queue, settle
    from greenmap.engine.skeleton import build_skeleton

    tail, head, ticks = both_ways(world)
    graph = build_csr(world.n, tail, head, ticks)
    sources, kept = sources_of(world.place, world.category), np.arange(world.n)
    given = sizes(world)
    keep = source_nodes(graph, sources)
    skeleton = build_skeleton(graph, keep=keep, rows=kept)
    label = np.full(skeleton.graph.n_nodes, UNREACHED, np.uint32)
    queue = make_queue(skeleton.graph, LIMIT, room=1 << 18)
    node = np.unique(skeleton.number[world.place])
    node.flags.writeable = False
    zero = np.zeros(node.size, np.uint32)
    zero.flags.writeable = False

    def search() -> int:
        total = 0
        for k in range(node.size):
            reached = settle(skeleton.graph.arrays, queue, np.uint64(0), label, node, zero, k,
                             k + 1)  # fmt: skip
            label[queue.touched[:reached]] = UNREACHED
            total += int(reached)
        return total

    def count() -> object:
        return counts(graph, sources, **{k: v for k, v in given.items() if k != "limit"})

    parts = {
        "finding the skeleton": lambda: build_skeleton(graph, keep=keep, rows=kept),
        "searching, called place by place from Python": search,
        "counting without nearest, whole": count,
        "all of W1": lambda: counts_and_nearest(graph, sources, **given),
    }
    timed = in_turn(parts, 5)
    rows = [f"| {name} | {1000 * statistics.median(all_of):.1f} |"
            for name, all_of in timed.taken.items()]  # fmt: skip
    return [
        f"## Where the time goes: W1, {world.name}, one thread", "",
        f"The searches run on a skeleton of {skeleton.graph.n_nodes:,} of {world.n:,} nodes and "
        f"reach {search():,} of its nodes from {node.size:,} nodes with places; all others hang "
        f"on it.", "", "| part | ms |", "|---|---|", *rows, "",
        "Calling the searches from Python costs time of its own, so that line is more than their "
        "share of the others.", "",
    ]  # fmt: skip
