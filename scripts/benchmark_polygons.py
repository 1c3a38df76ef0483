"""W2: 15-minute polygons beside buffers in GEOS and Valhalla."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from benchmark_profile import hot_spots
from benchmark_timing import Bar, Part, Timed, in_turn, say
from benchmark_tools import BANDS, BOTH, OURS
from benchmark_worlds import M_PER_MIN

LIMIT = BANDS[-1]
ORIGINS, TIMED = 200, 40
VALHALLA, BUFFERS = "Valhalla", "buffer + union (GEOS), search not counted"


@dataclass(frozen=True)
class Ground:
    """A network laid out for walks to some origins."""

    network: object
    walker: object
    origins: object
    put: object
    laid: tuple

    @classmethod
    def of(cls, pbf: Path, origins: int) -> Ground:
        """Read a network and draw origins on it with a fixed seed."""
        import geopandas as gpd

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
        return cls(network, walker, places, put, lay_out_streets(network, walker, put))

    def polygons(self, first: int, threads: int = 1) -> object:
        """Draw the catchments of the first origins; the streets are laid out already."""
        from greenmap import settings
        from greenmap.measure import catchments as module

        put = type(self.put)(*(getattr(self.put, name)[:first] for name in
                               ("ids", "edge", "fraction", "node", "leg_m", "status")))  # fmt: skip
        graph, *rest = self.laid
        laid = replace(graph, entrance_node=graph.entrance_node[:first]), *rest
        lay_out, module.lay_out_streets = module.lay_out_streets, lambda *given: laid
        try:
            with settings.use(threads=threads):
                return module.catchments(self.network, self.origins.iloc[:first],
                                         profile=self.walker, attachment=put).geometry  # fmt: skip
        finally:
            module.lay_out_streets = lay_out


def polygons(pbf: Path, rounds: int) -> Part:
    """One 15-minute polygon per origin."""
    import shapely

    say(f"W2, {pbf.name}")
    ground = Ground.of(pbf, ORIGINS)
    ours = ground.polygons(ORIGINS)
    parts = [reached_lines(ground, row) for row in range(TIMED)]

    def buffers() -> list[shapely.Geometry]:
        return [shapely.union_all(shapely.buffer(lines, 25)) for lines in parts]

    truth = buffers()
    iou = overlap(ours[:TIMED], truth)
    alike = ground.polygons(ORIGINS, threads=2).geom_equals_identical(ours).all()
    if iou.min() < 0.97 or not ours.is_valid.all() or not alike:
        sys.exit("W2: polygons are invalid, differ on two threads, or differ from the buffers "
                 f"(IoU {iou.min():.3f})")  # fmt: skip
    tools: dict[str, Callable[[], object]] = {
        OURS: lambda: ground.polygons(TIMED), BOTH: lambda: ground.polygons(TIMED, threads=2),
        BUFFERS: buffers}  # fmt: skip
    with TemporaryDirectory() as folder:
        where = [(point.x, point.y) for point in ground.origins.geometry[:TIMED]]
        valhalla, note = valhalla_tool(pbf, where, Path(folder))
        if valhalla:
            tools[VALHALLA] = valhalla
            theirs = overlap(valhalla_shapes(valhalla(), ground.network.crs), truth)
            note += f" (mean overlap {theirs.mean():.2f})."
        timed = in_turn(tools, rounds)
    area = np.mean([shape.area for shape in ours]) / 1e6
    part = page_part(pbf, timed, iou, f"mean {area:.2f} km²", note)
    if not all(bar.met(bar.bar) for bar in part.bars):
        part.lines.extend(hot_spots(lambda: ground.polygons(TIMED), "W2"))
    return part


def page_part(pbf: Path, timed: Timed, iou: np.ndarray, area: str, note: str) -> Part:
    """Rows of Markdown and lines of the bar."""
    name = pbf.name.partition(".")[0]
    asked = {VALHALLA: 2, BUFFERS: 25}
    bars = [Bar(f"W2, {name}: times faster than {tool.partition(' (')[0]}",
                timed.ratio(tool, BOTH), bar, one_thread=timed.ratio(tool, OURS))
            for tool, bar in asked.items() if tool in timed.taken]  # fmt: skip
    bars.append(Bar(f"W2, {name}: least overlap (IoU) with the buffers", iou.min(), 0.97))
    return Part([
        f"### W2: one 15-minute polygon, {pbf.name}", "",
        f"{TIMED} of {ORIGINS} origins drawn with a fixed seed, {area}. Streets "
        f"cut exactly at the limit, 25 m wide; intersection over union with the buffers of the "
        f"reached streets: mean {iou.mean():.3f}, least {iou.min():.3f} (checked: at least "
        f"0.97). Buffers and Valhalla run on one thread. {note}", "",
        *timed.table(TIMED, "ms a polygon", OURS), "",
    ], bars)  # fmt: skip


def overlap(shapes: object, truth: object) -> np.ndarray:
    """Intersection over union, pair by pair."""
    return np.array([one.intersection(two).area / one.union(two).area
                     for one, two in zip(shapes, truth, strict=True)])  # fmt: skip


def reached_lines(ground: Ground, row: int) -> np.ndarray:
    """Pieces of street within the limit of an origin, cut where it is reached."""
    import shapely
    import shapely.ops

    from greenmap.engine.ground import reached_part
    from greenmap.engine.rounds import Rounds
    from greenmap.network.attach import edge_lines

    graph, reverse, fronts = ground.laid
    rounds = Rounds(reverse, LIMIT)
    at = slice(row, row + 1)
    nodes = rounds.search(graph.entrance_node[at], graph.entrance_ticks[at])
    found, shapes = [], ground.network.shape_start
    for node in nodes.tolist():
        for front in range(fronts.start[node], fronts.start[node + 1]):
            low, high = reached_part(rounds.label, np.uint64(LIMIT), fronts.way, fronts.part,
                                     node, front)  # fmt: skip
            if low < high:
                line = np.searchsorted(shapes, fronts.way[front, 3], "right") - 1
                found.append((int(line), low, high))
    lines = edge_lines(ground.network, np.array([edge for edge, _, _ in found], np.int64))
    cut = [line if (low, high) == (0, 1) else shapely.ops.substring(line, low, high, True)
           for line, (_, low, high) in zip(lines, found, strict=True)]  # fmt: skip
    return np.array(cut, dtype=object)


def valhalla_tool(pbf: Path, where: list[tuple[float, float]], folder: Path
                  ) -> tuple[Callable[[], list[dict]] | None, str]:  # fmt: skip
    """Valhalla on tiles of the same file; it makes its own choice of streets."""
    if importlib.util.find_spec("valhalla") is None:
        return None, "Valhalla isn't installed: skipped."
    import valhalla

    builder = Path(valhalla.__file__).parent / "bin" / "valhalla_build_tiles"
    if not builder.is_file():
        return None, "The installed Valhalla has no tile builder: skipped."
    tiles, archive = folder / "tiles", folder / "tiles.tar"
    tiles.mkdir()
    archive.touch()
    config = valhalla.get_config(tile_extract=str(archive), tile_dir=str(tiles), verbose=False)
    building = {**config, "mjolnir": {k: v for k, v in config["mjolnir"].items()
                                      if k != "tile_extract"}}  # fmt: skip
    (folder / "valhalla.json").write_text(json.dumps(building), "utf-8")
    subprocess.run([str(builder), "-c", str(folder / "valhalla.json"), str(pbf)], check=True,
                   capture_output=True, cwd=folder)  # fmt: skip
    with tarfile.open(archive, "w") as tar:
        for file in sorted(tiles.rglob("*.gph")):
            tar.add(file, arcname=str(file.relative_to(tiles)))
    actor = valhalla.Actor(config)
    walk = {"costing": "pedestrian", "polygons": True, "contours": [{"time": LIMIT / 60_000}],
            "costing_options": {"pedestrian": {"walking_speed": M_PER_MIN * 0.06}}}  # fmt: skip

    def run() -> list[dict]:
        return [actor.isochrone({"locations": [{"lon": lon, "lat": lat}], **walk})
                for lon, lat in where]  # fmt: skip

    return run, ("Valhalla draws the ground between streets too, by its own choice of streets and "
                 "on its own grid, so its polygons aren't held against the buffers")  # fmt: skip


def valhalla_shapes(replies: list[dict], crs: object) -> object:
    """Polygons of Valhalla's replies, in metres."""
    import geopandas as gpd
    import shapely

    shapes = [shapely.union_all([shapely.from_geojson(json.dumps(feature["geometry"]))
                                 for feature in reply["features"]]) for reply in replies]
    return gpd.GeoSeries(shapes, crs=4326).to_crs(crs).make_valid()  # fmt: skip
