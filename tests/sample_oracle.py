"""A slow, separate reckoning of the sample from its text files alone: xml, csv and networkx.

Nothing of greenmap is used, so that the truth file is proved and not asserted. Edges are single
segments, split at the nearest point of every home and place. `honour` also shuts locked gates,
keeps strangers out of residents' gates, sends the homes of compounds without mapped lanes
straight to their gates, and, where heights are given, slows climbs (Tobler scaled to the flat)
and stairs (2.5).
"""

from __future__ import annotations

import csv
import json
import tomllib
from collections import defaultdict
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import shapely
from pyproj import Geod, Transformer

GEOD = Geod(ellps="WGS84")
TO_PLANE = Transformer.from_crs("EPSG:4326", "EPSG:4548", always_xy=True)
# The limits of fifteen-minute-generic in metres (72 and 54 m/min), whose homes count, least area.
CLAUSES = {
    "kindergarten-300m": (("kindergarten",), 300, "age_3_6", 0),
    "primary-500m": (("primary_school",), 500, "age_6_12", 0),
    "junior-1000m": (("junior_secondary_school",), 1000, "age_12_15", 0),
    "health-station-500m": (("community_health_station",), 500, "elderly_60", 0),
    "nursery-10min": (("nursery",), 720, "age_0_3", 0),
    "elderly-station-5min": (("elderly_service_station",), 270, "elderly_60", 0),
    "elderly-day-care-5min": (("elderly_day_care",), 270, "elderly_60", 0),
    "convenience-5min": (("convenience_store",), 360, "people", 0),
    "market-8min": (("wet_market",), 576, "people", 0),
    "pharmacy-8min": (("pharmacy",), 432, "elderly_60", 0),
    "restaurant-8min": (("restaurant",), 576, "people", 0),
    "laundry-8min": (("laundry",), 576, "people", 0),
    "hairdresser-8min": (("hairdresser",), 576, "people", 0),
    "supermarket-15min": (("supermarket",), 1080, "people", 0),
    "repair-15min": (("repair_shop",), 1080, "people", 0),
    "bus-500m": (("bus_stop",), 500, "people", 0),
    "park-500m": (("park",), 500, "people", 5000),
    "pocket-park-300m": (("pocket_park", "park"), 300, "elderly_60", 2000),
    "car-parking-150m": (("car_parking",), 150, "people", 0),
}
MINUTES = [k for k in CLAUSES if k.endswith("min")]
METRES = [k for k in CLAUSES if k not in MINUTES]


class Files:
    """The sample's text files as read."""

    def __init__(self, folder):
        root = ElementTree.parse(folder / "streets.osm").getroot()
        self.node, self.node_tags, self.ways = {}, {}, []
        for item in root:
            tags = {t.get("k"): t.get("v") for t in item.findall("tag")}
            if item.tag == "node":
                self.node[int(item.get("id"))] = (float(item.get("lon")), float(item.get("lat")))
                self.node_tags[int(item.get("id"))] = tags
            elif item.tag == "way":
                refs = [int(r.get("ref")) for r in item.findall("nd")]
                self.ways.append((int(item.get("id")), tags, refs))
            else:
                self.bounds = {k: float(v) for k, v in item.attrib.items()}
        self.homes = table(folder / "homes.csv")
        self.places = table(folder / "amenities_wgs84.csv")
        self.truth = tomllib.loads((folder / "truth.toml").read_text("utf-8"))
        features = json.loads((folder / "communities.geojson").read_text("utf-8"))["features"]
        self.communities = {f["properties"]["community_id"]: f for f in features}

    def xy(self, rows):
        lon = [float(r["lon"]) for r in rows]
        return np.column_stack(TO_PLANE.transform(lon, [float(r["lat"]) for r in rows]))

    def gated(self):
        """Return the name and polygon (lon, lat) of every gated compound."""
        return {t["name"]: shapely.Polygon([self.node[n] for n in refs])
                for _, t, refs in self.ways if t.get("residential") == "gated"}


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


class Walk:
    """The walking graph with every home and place hung into it."""

    def __init__(self, files, *, honour=False, height=None):
        self.files, self.honour = files, honour
        self.segments = [(a, b, tags) for _, tags, refs in files.ways if "highway" in tags
                         for a, b in zip(refs, refs[1:], strict=False)]
        ids = sorted({n for s in self.segments for n in s[:2]})
        self.plane = dict(zip(ids, np.column_stack(
            TO_PLANE.transform(*zip(*(files.node[n] for n in ids), strict=True))), strict=True))
        self.height = None if height is None else dict(zip(ids, height(
            [files.node[n] for n in ids]), strict=True))
        self.public = {n for a, b, t in self.segments if t.get("access") != "private"
                       for n in (a, b)}
        five = next(t for t in files.truth["trap"] if t["kind"] == "five_compounds")["compounds"]
        self.by_gate = {k: h["compound"] for k, h in enumerate(files.homes)
                        if honour and h["compound"] in five}
        self.hung = defaultdict(list)
        self.graph = nx.DiGraph()
        self.home_leg = self._hang(files.xy(files.homes), "home", range(len(self.segments)))
        open_ = [k for k, s in enumerate(self.segments) if s[2].get("access") != "private"]
        self.place_leg = self._hang(files.xy(files.places), "place", open_)
        self._link()
        if honour:
            self._gates()

    def _hang(self, xy, kind, usable):
        usable = np.asarray(usable)
        lines = np.array([shapely.LineString([self.plane[a], self.plane[b]])
                          for a, b, _ in self.segments], dtype=object)[usable]
        points = shapely.points(xy)
        which, near = shapely.STRtree(lines).query_nearest(
            points, max_distance=100, all_matches=False)
        legs = np.full(len(xy), np.inf)
        for k, line in zip(which, near, strict=True):
            if kind == "home" and k in self.by_gate:
                continue
            legs[k] = shapely.distance(points[k], lines[line])
            part = shapely.line_locate_point(lines[line], points[k], normalized=True)
            self.hung[int(usable[line])].append((part, (kind, int(k))))
        return legs

    def _link(self):
        for k, (a, b, tags) in enumerate(self.segments):
            length = GEOD.inv(*self.files.node[a], *self.files.node[b])[2]
            forth, back = self._effort(a, b, length, tags)
            stops = [(0.0, a), *sorted(self.hung[k]), (1.0, b)]
            for (p, u), (q, v) in zip(stops, stops[1:], strict=False):
                self._arc(u, v, (q - p) * forth, tags)
                self._arc(v, u, (q - p) * back, tags)

    def _effort(self, a, b, length, tags):
        if self.height is None or length == 0 or {"bridge", "tunnel"} & set(tags):
            return length, length
        slope = (self.height[b] - self.height[a]) / length
        slow = 2.5 if tags["highway"] == "steps" else 1.0
        return [length * slow * max(1, np.exp(3.5 * (abs(s + 0.05) - 0.05)))
                for s in (slope, -slope)]

    def _arc(self, u, v, metres, tags):
        private = tags.get("access") == "private"
        if private and u in self.public and v not in self.public:
            return
        old = self.graph.get_edge_data(u, v, {"metres": np.inf})["metres"]
        self.graph.add_edge(u, v, metres=min(metres, old))

    def _gates(self):
        gated = self.files.gated()
        shapely.prepare(list(gated.values()))
        for node, tags in self.files.node_tags.items():
            if tags.get("barrier") != "gate" or node not in self.graph:
                continue
            outside = [u for u in self.graph.predecessors(node) if isinstance(u, int)
                       and not any(p.contains(shapely.Point(self.files.node[u]))
                                   for p in gated.values())]
            if tags["access"] == "no":
                self.graph.remove_node(node)
            elif tags["access"] == "private":
                self.graph.remove_edges_from([(u, node) for u in outside])
        for k, name in self.by_gate.items():
            ring = next(refs for _, t, refs in self.files.ways if t.get("name") == name)
            gate = next(n for n in ring if self.files.node_tags[n].get("barrier") == "gate")
            at = (float(self.files.homes[k]["lon"]), float(self.files.homes[k]["lat"]))
            self.home_leg[k] = 0
            self.graph.add_edge(("home", k), gate,
                                metres=GEOD.inv(*at, *self.files.node[gate])[2])

    def to_nearest(self, places, cutoff):
        """Return metres on foot from every home to the nearest of the places, inf beyond."""
        graph = self.graph.reverse(copy=False)
        found = np.full(len(self.files.homes), np.inf)
        starts = [p for p in places if np.isfinite(self.place_leg[p])]
        view = nx.DiGraph(graph)
        view.add_weighted_edges_from(
            [("start", ("place", p), self.place_leg[p]) for p in starts], weight="metres")
        if not starts:
            return found
        far = nx.single_source_dijkstra_path_length(view, "start", cutoff=cutoff, weight="metres")
        for k in range(len(found)):
            if ("home", k) in far:
                found[k] = far["home", k] + self.home_leg[k]
        return found


def answers(files, walk, clauses=tuple(CLAUSES)):
    """Yield per community and clause: people, shares covered and unknown, cause of the rest."""
    home_xy, place_xy = files.xy(files.homes), files.xy(files.places)
    straight = np.hypot(*(home_xy[:, None] - place_xy[None]).transpose(2, 0, 1))
    where = np.array([h["community_id"] for h in files.homes])
    lost = ~np.isfinite(walk.home_leg)
    for clause in clauses:
        categories, limit, group, least = CLAUSES[clause]
        fit = [k for k, p in enumerate(files.places)
               if p["category"] in categories and p["status"] == "open"]
        sure = [k for k in fit if not least or float(files.places[k]["area_m2"] or 0) >= least]
        unsure = [k for k in fit if least and not files.places[k]["area_m2"]]
        covered = walk.to_nearest(sure, limit + 1) <= limit
        unknown = ~covered & (lost | (walk.to_nearest(unsure, limit + 1) <= limit))
        near = (straight[:, sure] <= limit).any(axis=1)
        people = np.array([float(h[group]) for h in files.homes])
        for community in files.communities:
            w = np.where(where == community, people, 0)
            causes = {"none_near": w[~covered & ~unknown & ~near].sum(),
                      "detour": w[~covered & ~unknown & near].sum()}
            doubts = {"not_attached": w[unknown & lost].sum(),
                      "place_not_sure": w[unknown & ~lost].sum()}
            yield {"community_id": community, "clause": clause, "people": w.sum(),
                   "covered": w[covered].sum() / w.sum(), "unknown": w[unknown].sum() / w.sum(),
                   "cause": max(causes, key=causes.get), "reason": max(doubts, key=doubts.get)}
