"""What an OSM file says of barriers."""

import pytest

from greenmap.read.osm_barriers import read_osm_barriers

NODES = {1: (0, 0), 2: (4, 0), 3: (4, 4), 4: (0, 4), 5: (2, 0), 6: (9, 9)}
GATES = {
    5: {"barrier": "gate", "access": "private"},
    6: {"barrier": "lift_gate", "locked": "yes", "step_count": "3"},
    2: {"barrier": "bollard"},
}
RING = (1, 5, 2, 3, 4, 1)
WAYS = [
    (RING, {"barrier": "wall"}),
    ((1, 3), {"barrier": "fence"}),
    ((1, 3), {"barrier": "kerb"}),
    ((1, 3), {"barrier": "gate"}),
    ((1, 3), {"railway": "rail"}),
    ((1, 3), {"railway": "rail", "tunnel": "yes"}),
    ((1, 3), {"railway": "subway", "bridge": "yes"}),
    ((1, 3), {"railway": "tram"}),
    ((1, 3), {"waterway": "river"}),
    ((1, 3), {"waterway": "river", "tunnel": "culvert"}),
    (RING, {"natural": "water"}),
    (RING, {"natural": "water", "water": "pool"}),
    (RING, {"landuse": "residential", "name": "甲苑"}),
    (RING, {"landuse": "residential"}),
    ((1, 3), {"highway": "footway", "bridge": "yes"}),
    ((1, 3), {"highway": "footway", "layer": "-1"}),
    ((1, 3), {"highway": "footway", "layer": "0", "tunnel": "no"}),
]


def _tags(tags):
    return "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    text = ['<osm version="0.6">']
    for number, (x, y) in NODES.items():
        at = f'lon="{101.7 + x / 1000}" lat="{26.5 + y / 1000}"'
        text.append(f'<node id="{number}" {at}>{_tags(GATES.get(number, {}))}</node>')
    for number, (nodes, tags) in enumerate(WAYS, start=100):
        refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
        text.append(f'<way id="{number}">{refs}{_tags(tags)}</way>')
    file = tmp_path_factory.mktemp("osm") / "walls.osm"
    file.write_text("".join([*text, "</osm>"]), "utf-8")
    return read_osm_barriers(file)


def test_walls_rail_and_water_but_no_kerb_tram_tunnel_or_pool(found):
    kinds = {int(name.removeprefix("way/")): kind for name, kind in found.walls["kind"].items()}
    assert kinds == {100: "wall", 101: "fence", 104: "rail", 108: "water", 110: "water"}


def test_gates_with_who_may_pass(found):
    assert found.gates["access"].to_dict() == {
        "node/5": "residents", "node/6": "closed", "way/103": "all"}  # fmt: skip
    assert set(found.gates["source"]) == {"mapped"}
    assert found.gates["steps"].dropna().to_dict() == {"node/6": 3.0}
    middle = found.gates.geometry["way/103"]
    assert (middle.x, middle.y) == pytest.approx((101.702, 26.502))


def test_compounds_are_residential_areas_with_a_name(found):
    assert found.compounds["name"].to_dict() == {"way/112": "甲苑"}


def test_streets_off_the_ground_are_spared(found):
    assert found.free_way == (114, 115)
