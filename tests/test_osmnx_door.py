"""OSMnx in and out: tables, GraphML, and the web against a server of our own."""

import json
import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import networkx as nx
import numpy as np
import osmnx
import pandas as pd
import pytest
import shapely

from greenmap import settings
from greenmap.errors import InputError, InputFaults, NetworkError, WebError
from greenmap.network.export import to_osmnx
from greenmap.network.open import read_network
from greenmap.network.tables import network_from_tables
from greenmap.read.osm_streets import read_osm_streets

WORLDS = Path(__file__).parent / "worlds"
AREA = shapely.box(101.69, 26.49, 101.72, 26.51)
CORE = ("node_id", "lon", "lat", "tail", "head", "length_m", "forward", "backward", "kind",
        "private", "way_id", "shape_start", "component")  # fmt: skip


def world(name):
    return read_network(WORLDS / f"{name}.osm", cache=False)


def same(one, other):
    for name in CORE:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert one.kinds == other.kinds
    assert np.abs(one.shape_xy - other.shape_xy).max() < 1e-6


# ── tables ──────────────────────────────────────────────────────────────────────────────────


def tables(**columns):
    nodes = pd.DataFrame({"x": [101.70, 101.71, 101.72], "y": 26.5}, index=[5, 6, 7])
    edges = pd.DataFrame({"u": [5, 6, 6], "v": [6, 5, 7], "key": 0, "osmid": [1, 1, 2], **columns})
    return nodes, edges.set_index(["u", "v", "key"])


def test_opposite_rows_become_one_two_way_edge_and_lone_rows_are_one_way():
    network = network_from_tables(*tables(length=[900.0, 900.0, 800.0]))
    assert network.node_id.tolist() == [5, 6, 7]
    assert network.length_m.tolist() == [900.0, 800.0]  # given lengths are kept
    assert network.forward.tolist() == [True, True]
    assert network.backward.tolist() == [True, False]
    assert network.notes == {"rows_read": 3, "edges_one_way": 1}


def test_undirected_when_told_so_and_directed_when_told_so():
    nodes, edges = tables(length=[900.0, 900.0, 800.0])
    assert network_from_tables(nodes, edges, directed=False).backward.tolist() == [True, True]
    plain = edges.reset_index()[["u", "v", "length"]].iloc[[2]]
    assert network_from_tables(nodes, plain).backward.tolist() == [True]
    assert network_from_tables(nodes, plain, directed=True).backward.tolist() == [False]


def test_a_one_way_street_for_vehicles_is_walked_both_ways():
    about = {"length": [9.0, 9.0, 8.0], "oneway": [False, False, True], "reversed": False}
    assert network_from_tables(*tables(**about)).backward.tolist() == [True, True]
    assert network_from_tables(*tables(**about), directed=True).backward.tolist() == [True, False]


def test_two_streets_between_the_same_nodes_stay_two():
    nodes, edges = tables(length=[900.0, 950.0, 800.0])
    assert network_from_tables(nodes, edges, directed=False).n_edges == 3


def test_lengths_are_measured_where_blank_and_motorways_left_out():
    about = {"length": [np.nan, np.nan, 5.0], "highway": ["path", "path", ["motorway"]]}
    network = network_from_tables(*tables(**about))
    assert network.n_edges == 1
    assert network.length_m[0] == pytest.approx(996.4, abs=1)  # 0.01 degrees at 26.5 N
    assert network.notes["left_out highway=motorway"] == 1


def test_a_merged_street_with_steps_has_steps():
    about = {"length": 1.0, "highway": [["path", "steps"], ["steps", "path"], "footway"]}
    network = network_from_tables(*tables(**about))
    assert [network.kinds[k] for k in network.kind] == ["steps", "footway"]


def test_all_faults_of_the_tables_are_told_at_once():
    nodes, edges = tables(length=[900.0, "far", 800.0])
    nodes = pd.concat([nodes.iloc[:2], nodes.iloc[:1].assign(y=99.0)])
    with pytest.raises(InputFaults) as caught:
        network_from_tables(nodes, edges)
    assert [fault.key for fault in caught.value.faults] == [
        "network.tables_coordinates",
        "network.tables_ids_repeat",
        "network.tables_node_lost",
        "network.tables_length",
    ]
    with pytest.raises(InputFaults, match="u v"):
        network_from_tables(tables()[0], pd.DataFrame({"from": [1]}))
    with pytest.raises(NetworkError, match="negative"), settings.use(lang="en"):
        network_from_tables(*tables(length=-1.0))


def test_tables_are_not_changed_and_their_order_does_not_matter():
    nodes, edges = tables(length=[900.0, 900.0, 800.0])
    before = nodes.copy(), edges.copy()
    one = network_from_tables(nodes, edges)
    assert nodes.equals(before[0])
    assert edges.equals(before[1])
    assert network_from_tables(nodes.iloc[::-1], edges.iloc[::-1]).digest == one.digest


def test_projected_nodes_are_brought_to_degrees():
    graph = osmnx.project_graph(to_osmnx(world("grid")), to_crs="EPSG:4543")
    nodes, edges = osmnx.graph_to_gdfs(graph)
    found = network_from_tables(nodes, edges)
    assert found.lon == pytest.approx(world("grid").lon, abs=1e-9)
    assert found.crs == "EPSG:4543"


# ── graphs ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["line", "grid", "river", "compound"])
def test_out_to_graphml_and_back_is_the_same_network(name, tmp_path):
    network = world(name)
    osmnx.save_graphml(to_osmnx(network), tmp_path / "g.graphml")
    back = read_network(tmp_path / "g.graphml")
    same(back, network)
    # which ways are bridges counts in the digest, and OSMnx's tables don't carry it
    bridges = network.bridged_way is not None and len(network.bridged_way) > 0
    assert bridges == (name == "river")
    assert (back.digest == network.digest) == (not bridges)
    same(network_from_tables(*osmnx.graph_to_gdfs(to_osmnx(network))), network)


def test_one_way_for_walkers_survives_the_round_trip(tmp_path):
    for way in ("yes", "-1"):
        text = (WORLDS / "line.osm").read_text("utf-8")
        text = text.replace('v="steps"/>', f'v="steps"/><tag k="oneway:foot" v="{way}"/>')
        (tmp_path / "line.osm").write_text(text, "utf-8")
        network = read_network(tmp_path / "line.osm", cache=False)
        assert network.forward.all() != network.backward.all()
        osmnx.save_graphml(to_osmnx(network), tmp_path / "g.graphml")
        same(read_network(tmp_path / "g.graphml"), network)


def test_osmnx_routes_on_the_exported_graph():
    river = world("river")
    graph = to_osmnx(river)
    route = osmnx.routing.shortest_path(graph, 1, 4, weight="length")
    assert route == [1, 2, 3, 6, 5, 4]
    assert nx.path_weight(graph, route, "length") == pytest.approx(river.length_m[:5].sum())


def test_a_simplified_graph_keeps_every_metre_and_its_bends(tmp_path):
    graph = osmnx.simplify_graph(to_osmnx(world("compound")))
    osmnx.save_graphml(graph, tmp_path / "g.graphml")
    found = read_network(tmp_path / "g.graphml")
    assert found.length_m.sum() == pytest.approx(world("compound").length_m.sum())
    assert np.diff(found.shape_start).max() > 2
    assert found.forward.all()
    assert found.backward.all()
    ends = found.shape_xy[found.shape_start[:-1]]
    assert ends == pytest.approx(np.column_stack([found.x, found.y])[found.tail], abs=1e-6)
    again = to_osmnx(found)
    osmnx.save_graphml(again, tmp_path / "h.graphml")
    same(read_network(tmp_path / "h.graphml"), found)


# ── web ─────────────────────────────────────────────────────────────────────────────────────


def answer(name):
    """What Overpass would say of a world."""
    streets = read_osm_streets(WORLDS / f"{name}.osm")
    nodes = dict(zip(streets.ref.tolist(), zip(streets.lon, streets.lat, strict=True), strict=True))
    elements = [{"type": "node", "id": k, "lon": x, "lat": y} for k, (x, y) in nodes.items()]
    for k, way in enumerate(streets.way_id.tolist()):
        refs = streets.ref[streets.ref_start[k] : streets.ref_start[k + 1]].tolist()
        tags = {tag: values[k] for tag, values in streets.tags.items() if values[k]}
        elements.append({"type": "way", "id": way, "nodes": refs, "tags": tags})
    return {"elements": elements}


PLACE = {"place_id": 1, "osm_type": "relation", "osm_id": 1, "lat": "26.5", "lon": "101.703",
         "boundingbox": ["26.499", "26.503", "101.7", "101.706"], "class": "boundary",
         "type": "administrative", "importance": 0.5, "display_name": "柯城区",
         "geojson": shapely.box(101.7, 26.499, 101.706, 26.503).__geo_interface__}  # fmt: skip


@contextmanager
def server(name="compound", status=200, extra=None, pause_s=0.0):
    """A stand-in for Overpass and Nominatim; yields the questions it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def reply(self, body, code=200):
            self.send_response(code)
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            asked.append(self.path)
            if "search" in self.path:
                found = [PLACE] if "%E6%9F%AF" in self.path else []
                return self.reply(json.dumps(found).encode())
            return self.reply(b"Connected as: 1\nCurrent time: x\nRate limit: 0\n\n2 slots\n")

        def do_POST(self):
            asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            time.sleep(pause_s)
            self.reply(json.dumps(answer(name) | (extra or {})).encode(), status)

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    threading.Thread(target=http.serve_forever, daemon=True).start()
    before = osmnx.settings.overpass_url, osmnx.settings.nominatim_url
    address = f"http://127.0.0.1:{http.server_port}/"
    osmnx.settings.overpass_url, osmnx.settings.nominatim_url = address + "api", address
    try:
        yield asked
    finally:
        osmnx.settings.overpass_url, osmnx.settings.nominatim_url = before
        http.shutdown()
        http.server_close()


@contextmanager
def dead_server():
    with socket.socket() as held:  # bound but not listening: connections are refused
        held.bind(("127.0.0.1", 0))
        before = osmnx.settings.overpass_url
        osmnx.settings.overpass_url = f"http://127.0.0.1:{held.getsockname()[1]}/api"
        try:
            yield
        finally:
            osmnx.settings.overpass_url = before


@pytest.fixture
def cache(tmp_path):
    with settings.use(cache_dir=tmp_path, web_timeout_s=5, lang="en"):
        yield tmp_path


def test_streets_of_an_area_equal_those_of_the_file(cache):
    with server() as asked:
        network = read_network(place=AREA)
    same(network, world("compound"))
    assert network.private.any()  # the inner lane of the compound is kept
    assert network.source == "OpenStreetMap"
    assert len([question for question in asked if question.startswith("data=")]) == 1


def test_a_named_place_is_widened_so_that_walks_stay_inside(cache):
    with server():
        network = read_network(place="柯城区")
    assert network.n_edges == world("compound").n_edges
    assert not network.exits.any()  # 1,600 m beyond the boundary on all sides


def test_the_second_time_no_server_is_needed(cache):
    with server():
        first = read_network(place=AREA)
    with dead_server():
        assert read_network(place=AREA).digest == first.digest
    assert list(cache.glob("networks/*.npz"))


def test_answers_are_kept_apart_from_networks(cache):
    with server() as asked:
        first = read_network(place=AREA, cache=False)
        with settings.use(web_timeout_s=9):
            assert read_network(place=AREA, cache=False).digest == first.digest
    assert len([question for question in asked if question.startswith("data=")]) == 1


def test_a_dead_server_is_named_at_once(cache):
    began = time.monotonic()
    with dead_server(), pytest.raises(WebError, match=r"127\.0\.0\.1 didn't answer"):
        read_network(place=AREA)
    assert time.monotonic() - began < 5


def test_a_slow_server_is_not_waited_for(cache):
    with server(pause_s=3.0), settings.use(web_timeout_s=1), pytest.raises(WebError) as caught:
        read_network(place=AREA)
    assert caught.value.key == "network.web_timeout"
    assert caught.value.facts["timeout_s"] == 1


@pytest.mark.parametrize("about", [
    {"status": 504},
    {"status": 429},
    {"extra": {"remark": "runtime error: Query timed out"}},
])  # fmt: skip
def test_an_error_or_half_an_answer_is_refused_and_not_kept(cache, about):
    with server(**about), pytest.raises(WebError):
        read_network(place=AREA)
    assert [path for path in cache.rglob("*") if path.is_file()] == []
    with server():
        assert read_network(place=AREA).n_edges == world("compound").n_edges


def test_unknown_places_and_empty_areas_are_named(cache):
    with server():
        with pytest.raises(NetworkError, match="nowhere"):
            read_network(place="nowhere")
        with pytest.raises(NetworkError) as caught:
            read_network(place=shapely.box(10, 10, 10.01, 10.01))
        assert caught.value.key == "network.web_nothing"
    for wrong in (42, "", shapely.Point(1, 2)):
        with pytest.raises(InputError, match="place"):
            read_network(place=wrong)


def test_osmnx_is_left_as_it_was(cache):
    before = {name: getattr(osmnx.settings, name) for name in dir(osmnx.settings)}
    resolve = socket.getaddrinfo
    with dead_server(), pytest.raises(WebError):
        read_network(place=AREA)
    after = {name: getattr(osmnx.settings, name) for name in dir(osmnx.settings)}
    assert after == before
    assert socket.getaddrinfo is resolve
