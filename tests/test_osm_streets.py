"""Streets of an OSM file, whatever stands in their tags and wherever their nodes lie."""

from xml.sax.saxutils import quoteattr

import numpy as np
import pytest

from greenmap.read.osm_streets import read_osm_streets


def osm(folder, nodes, ways):
    """Write a file: nodes as (id, lon, lat), ways as (id, tags, node ids)."""
    lines = [f'<node id="{k}" version="1" lon="{lon}" lat="{lat}"/>' for k, lon, lat in nodes]
    for way, tags, refs in ways:
        inner = [f'<nd ref="{ref}"/>' for ref in refs]
        inner += [f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items()]
        lines.append(f'<way id="{way}" version="1">{"".join(inner)}</way>')
    path = folder / "streets.osm"
    path.write_text(f'<osm version="0.6">{"".join(lines)}</osm>', "utf-8")
    return path


NODES = [(1, 101.7, 26.5), (2, 101.7012345, 26.5), (3, -0.0000001, -33.25)]


@pytest.mark.parametrize("name", [
    "炳草岗大街", "Rua 5, lote=2 n°3", "100%", "%20%", "a@b", "x1y2,n3", "tab\tline", "🚶", " N1",
])  # fmt: skip
def test_any_sign_may_stand_in_a_tag(tmp_path, name):
    path = osm(tmp_path, NODES, [(7, {"highway": "path", "name": name, "odd,=% key": "n"}, [1, 2])])
    found = read_osm_streets(path)
    assert found.tags["name"].tolist() == [name]
    assert found.tags["highway"].tolist() == ["path"]
    assert found.tags["foot"].tolist() == [None]


def test_places_are_those_of_the_file_to_the_last_digit(tmp_path):
    found = read_osm_streets(osm(tmp_path, NODES, [(7, {"highway": "path"}, [3, 1, 2])]))
    assert found.ref.tolist() == [3, 1, 2]
    assert found.lon.tolist() == [-0.0000001, 101.7, 101.7012345]
    assert found.lat.tolist() == [-33.25, 26.5, 26.5]


def test_a_node_off_the_earth_has_no_place(tmp_path):
    path = osm(tmp_path, [*NODES, (4, 200.0, 10.0)], [(7, {"highway": "path"}, [1, 4, 5])])
    assert np.isnan(read_osm_streets(path).lon).tolist() == [False, True, True]


def test_ways_without_nodes_are_kept(tmp_path):
    found = read_osm_streets(osm(tmp_path, NODES, [(7, {"highway": "path"}, [])]))
    assert (found.way_id.tolist(), found.ref_start.tolist(), found.ref.size) == ([7], [0, 0], 0)


def test_ways_are_sorted_with_all_that_is_theirs(tmp_path):
    ways = [(9 - k, {"highway": f"kind{k}"}, [1, 2, 3][: k + 1]) for k in range(3)]
    found = read_osm_streets(osm(tmp_path, NODES, ways))
    assert found.way_id.tolist() == [7, 8, 9]
    assert found.tags["highway"].tolist() == ["kind2", "kind1", "kind0"]
    assert found.ref_start.tolist() == [0, 3, 5, 6]
    assert found.ref.tolist() == [1, 2, 3, 1, 2, 1]
    assert found.lon.tolist() == [NODES[k][1] for k in (0, 1, 2, 0, 1, 0)]


def test_ids_are_kept_to_the_last_digit(tmp_path):
    big = 2**53 + 1  # not a double
    path = osm(tmp_path, [*NODES, (big, 1.0, 1.0)], [(7, {"highway": "path"}, [1, big])])
    assert read_osm_streets(path).ref.tolist() == [1, big]
