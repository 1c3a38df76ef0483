"""A park of 200 m x 200 m, corners (0, 0) and (200, 200), and the ways into it.

    y = -20   street, x from -100 to 300
    x = 100   path from (100, -20) to (100, 60): crosses the edge at (100, 0)
    y = 150   path from (-60, 150) to (60, 150): crosses the edge at (0, 150)
"""

from dataclasses import replace
from pathlib import Path
from shutil import copytree

import assessment_world
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import walled_world
from hypothesis import given
from hypothesis import strategies as st
from measure_world import homes_at, line_network, places_at

from greenmap.measure.reach import attach_all, reach
from greenmap.network.entrances import find_entrances
from greenmap.network.open import read_network
from greenmap.network.tables import network_from_tables
from greenmap.read.osm_entrances import (
    ENTRANCE_KEYS,
    bridge_ways,
    tagged_entrances,
)
from greenmap.read.osm_file import read_osm_features
from greenmap.read.osm_places import amenities_from_osm
from greenmap.report.listing import list_facilities
from greenmap.studies import read_study

X, Y, CRS = 470_000.0, 2_940_000.0, "EPSG:4543"
STREET = [(-100, -20), (100, -20), (300, -20)]
SOUTH = [(100, -20), (100, 60)]
WEST = [(-60, 150), (60, 150)]
PARK = shapely.box(0, 0, 200, 200)


def network(*ways, **tags):
    """Ways as lists of points; every point is a node."""
    points = sorted({point for way in ways for point in way})
    nodes = gpd.GeoDataFrame({"node": range(len(points))}, crs=CRS, geometry=[
        shapely.Point(X + x, Y + y) for x, y in points])
    rows = [(points.index(a), points.index(b), way)
            for way, line in enumerate(ways) for a, b in zip(line, line[1:], strict=False)]
    edges = pd.DataFrame(rows, columns=["u", "v", "way"])
    for name, values in tags.items():
        edges[name] = [values[way] for way in edges["way"]]
    return network_from_tables(nodes, edges, crs=CRS)


def places(*shapes, **columns):
    index = pd.Index([f"p{k}" for k in range(len(shapes))], name="amenity_id")
    moved = [shapely.affinity.translate(shape, X, Y) for shape in shapes]
    table = gpd.GeoDataFrame({"category": "park", "area_m2": 40_000.0} | columns, index=index,
                             geometry=moved, crs=CRS)
    return table.assign(place_id=table.index) if "place_id" not in columns else table


def points(*xy, **columns):
    return gpd.GeoDataFrame(columns, geometry=[shapely.Point(X + x, Y + y) for x, y in xy], crs=CRS)


def found(table):
    """id, x, y, rule of every row."""
    x, y = table.geometry.x - X, table.geometry.y - Y
    return [(k, round(a, 3), round(b, 3), rule) for k, a, b, rule in
            zip(table.index, x, y, table["entrance_rule"], strict=True)]


def test_paths_that_cross_the_edge_are_entrances_in_the_order_of_the_edge():
    table = find_entrances(places(PARK), network(STREET, SOUTH, WEST))
    # the ring runs clockwise from (0, 0): up the west side first
    assert found(table) == [("p0", 0, 150, "path"), ("p0@2", 100, 0, "path")]
    assert table["place_id"].tolist() == ["p0", "p0"]
    assert table["area_m2"].tolist() == [40_000.0, 40_000.0]


def test_the_order_doesn_t_depend_on_how_the_outline_was_drawn():
    corners = [(0, 0), (200, 0), (200, 200), (0, 200)]
    streets = network(STREET, SOUTH, WEST)
    for first in range(4):
        turned = corners[first:] + corners[:first]
        for ring in (turned, turned[::-1]):
            table = find_entrances(places(shapely.Polygon(ring)), streets)
            assert [row[:3] for row in found(table)] == [("p0", 0, 150), ("p0@2", 100, 0)]


def test_rules_are_tried_in_order_and_only_the_best_is_used():
    streets = network(STREET, SOUTH, WEST)
    tagged, gates = points((200, 70)), points((30, -4))
    assert found(find_entrances(places(PARK), streets, tagged=tagged)) == [
        ("p0", 200, 70, "tagged")]
    assert found(find_entrances(places(PARK), streets, tagged=tagged, gates=gates)) == [
        ("p0", 30, -4, "surveyed")]
    # without a path in: the street is 20 m off, all along the south edge
    (row,) = found(find_entrances(places(PARK), network(STREET)))
    assert row[2:] == (0, "nearest") and 0 <= row[1] <= 200


def test_a_gate_is_within_5_m_of_the_edge_and_open_to_visitors():
    streets = network(STREET, SOUTH)
    for y, rule in ((-5.0, "surveyed"), (-5.01, "path"), (4.9, "surveyed"), (5.1, "path")):
        table = find_entrances(places(PARK), streets, gates=points((30, y)))
        assert table["entrance_rule"].tolist() == [rule], y
    for access, rule in (("all", "surveyed"), ("unknown", "surveyed"), ("closed", "path"),
                         ("residents", "path")):
        gates = points((30, 0), access=[access])
        table = find_entrances(places(PARK), streets, gates=gates)
        assert table["entrance_rule"].tolist() == [rule], access


def test_a_street_along_the_edge_is_no_crossing_but_is_nearest():
    # the street is drawn on the park's south edge; the other path only touches a corner
    street = [(-100, 0), (0, 0), (200, 0), (300, 0)]
    streets = network(street, [(100, 300), (200, 200), (300, 100)])
    (row,) = found(find_entrances(places(PARK), streets))
    assert row[2:] == (0, "nearest")


def test_a_path_that_ends_on_the_edge_is_an_entrance():
    streets = network(STREET, [(100, -20), (100, 0)])
    assert found(find_entrances(places(PARK), streets)) == [("p0", 100, 0, "path")]


def test_a_path_for_residents_only_lets_no_visitor_in():
    streets = network(STREET, SOUTH, WEST, access=["", "private", ""])
    assert found(find_entrances(places(PARK), streets)) == [("p0", 0, 150, "path")]


def test_a_wall_across_a_path_shuts_it_and_surveyed_gates_come_with_the_walls():
    area = walled_world.areas((0, 0, 200, 200)).assign(category="park", place_id="c0")
    paths = walled_world.streets(
        {1: (-100, -20), 2: (100, -20), 3: (100, 60), 4: (-60, 150), 5: (60, 150), 6: (-100, 150)},
        [(1, 2), (2, 3), (6, 4), (4, 5), (1, 6)])
    fence = walled_world.lines(walled_world.ring(0, 0, 200, 200), kind="fence")

    def entrances(gates):
        table = find_entrances(area, walled_world.walled(paths, walls=fence, gates=gates))
        xy = shapely.get_coordinates(table.geometry.to_numpy()) - walled_world.CORNER
        return [(*place, rule) for place, rule in
                zip(xy.round(3).tolist(), table["entrance_rule"], strict=True)]

    def gate(access, source):
        return walled_world.points((100, 0), access=[access], source=[source])

    # no gate known: one is assumed where each street meets the fence
    assert entrances(None) == [(0, 150, "path"), (100, 0, "path")]
    # a gate known: the fence shuts the other path
    assert entrances(gate("all", "mapped")) == [(100, 0, "path")]
    assert entrances(gate("all", "surveyed")) == [(100, 0, "surveyed")]
    # none open to visitors: nothing better is known than the nearest point
    for access, source in (("residents", "mapped"), ("closed", "surveyed")):
        assert [row[2] for row in entrances(gate(access, source))] == ["nearest"]


def test_a_bridge_over_the_park_is_no_gate_one_that_ends_in_it_is():
    over = [(50, -20), (50, 100), (50, 260)]
    street = [(-100, -20), (50, -20), (100, -20), (300, -20)]
    streets = network(street, over, SOUTH)
    assert [row[1] for row in found(find_entrances(places(PARK), streets))] == [50, 100, 50]
    table = find_entrances(places(PARK), streets, bridges=[1])
    assert found(table) == [("p0", 100, 0, "path")]
    table = find_entrances(places(PARK), streets, bridges=[1, 2])
    assert found(table) == [("p0", 100, 0, "path")]
    # with the bridge as only way the street is nearest, not the bridge
    (row,) = found(find_entrances(places(PARK), network(street, over), bridges=[1]))
    assert row[3] == "nearest"


def test_entrances_within_10_m_are_one():
    paths = [[(x, -20), (x, 30)] for x in (50, 59, 61, 75)]
    table = find_entrances(places(PARK), network(*paths))
    # from (0, 0) clockwise the south side is last, eastern end first: 75, 61 (14 m), not 59
    # (2 m), 50 (11 m)
    assert [row[1] for row in found(table)] == [75, 61, 50]


def test_points_lines_and_empty_places_stay_one_row():
    line = shapely.LineString([(0, 0), (10, 0)])
    table = places(shapely.Point(5, 5), line, PARK)
    table.loc["none"] = table.iloc[0]
    table.loc["none", "geometry"] = None
    entrances = find_entrances(table, network(STREET, SOUTH))
    assert entrances["entrance_rule"].tolist() == ["point", "point", "path", "point"]
    assert entrances.geometry.iloc[0] == table.geometry.iloc[0]
    assert entrances.geometry.iloc[3] is None
    assert table.geometry.iloc[2].geom_type == "Polygon"  # the input is left alone


def test_without_a_street_an_area_stands_as_a_point_inside_it():
    nobody = network(STREET, access=["private"])
    table = find_entrances(places(PARK), nobody)
    assert table["entrance_rule"].tolist() == ["point"]
    assert shapely.affinity.translate(PARK, X, Y).contains(table.geometry.iloc[0])


def test_ids_are_unique_with_several_categories_and_parts():
    both = shapely.union_all([PARK, shapely.box(300, 0, 400, 100)])
    streets = network(STREET, SOUTH, [(300, -20), (350, -20), (350, 50)])
    table = places(both, both, place_id="p0")
    table.index = pd.Index(["p0", "p0#2"], name="amenity_id")
    entrances = find_entrances(table, streets)
    assert entrances.index.is_unique and len(entrances) == 4
    assert sorted(entrances.index) == ["p0", "p0#2", "p0#2@2", "p0@2"]
    assert {row[1] for row in found(entrances)} == {100, 350}


def test_row_order_changes_nothing_and_any_crs_is_kept():
    table = places(PARK, shapely.box(300, 0, 400, 100), shapely.Point(0, 0)).to_crs(4326)
    table.attrs["collected"] = ("park",)
    streets = network(STREET, SOUTH, WEST)
    one = find_entrances(table, streets)
    other = find_entrances(table.iloc[::-1], streets)
    assert one.crs == "EPSG:4326" and one.attrs["collected"] == ("park",)
    assert found(one.sort_index().to_crs(CRS)) == found(other.sort_index().to_crs(CRS))


@given(st.lists(st.integers(0, 10), min_size=1, max_size=5), st.integers(0, 10),
       st.integers(0, 10))
def test_more_entrances_are_never_farther_and_count_once(doors, another, home):
    """A law: one place, its doors at nodes of the line world."""
    def measured(nodes):
        table = places_at(nodes, place_id="park")
        return reach(line_network(), homes_at([home]), table, profile="metres", bands=(1000,))

    before, after = measured(doors), measured([*doors, another])
    assert after.ticks[0, 0] <= before.ticks[0, 0]
    assert after.nearest[0, 0] == 100 * min(abs(home - door) for door in [*doors, another])
    assert before.within[0, 0, 0] == after.within[0, 0, 0] == 1


OSM = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6"><bounds minlat="26.49" minlon="101.69" maxlat="26.52" maxlon="101.72"/>
{nodes}
<way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="1"/>
  <tag k="leisure" v="park"/></way>
<way id="2"><nd ref="5"/><nd ref="6"/><tag k="highway" v="residential"/></way>
<way id="3"><nd ref="5"/><nd ref="7"/><tag k="highway" v="footway"/><tag k="bridge" v="yes"/></way>
</osm>"""
AT = {1: (0, 0), 2: (2, 0), 3: (2, 2), 4: (0, 2), 5: (1, -1), 6: (3, -1), 7: (1, 5)}


def osm_file(folder, **tags):
    def node(number, x, y):
        own = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.get(f"n{number}", {}).items())
        return (f'<node id="{number}" lat="{26.5 + y / 1000:.4f}" lon="{101.7 + x / 1000:.4f}">'
                f"{own}</node>")

    text = OSM.format(nodes="\n".join(node(n, *xy) for n, xy in AT.items()))
    file = folder / "park.osm"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize(("tags", "rule"), [
    ({"entrance": "yes"}, "tagged"), ({"barrier": "gate"}, "tagged"),
    ({"entrance": "main", "access": "private"}, "nearest"), ({"entrance": "no"}, "nearest"),
    ({"barrier": "gate", "access": "private", "foot": "yes"}, "tagged"),
    ({"barrier": "gate", "locked": "yes"}, "nearest"), ({"barrier": "bollard"}, "nearest"),
])
def test_entrances_of_a_street_file(tmp_path, tags, rule):
    file = osm_file(tmp_path, n3=tags)
    ways_in = read_osm_features(file, keys=ENTRANCE_KEYS)
    assert bridge_ways(ways_in).tolist() == [3]
    table = find_entrances(
        amenities_from_osm(read_osm_features(file), outlines=True),
        read_network(file, cache=False), tagged=tagged_entrances(ways_in),
        bridges=bridge_ways(ways_in))
    assert table["entrance_rule"].tolist() == [rule]
    assert table.index.tolist() == ["way/1"]
    if rule == "tagged":
        xy = np.array([table.geometry.x.iloc[0], table.geometry.y.iloc[0]])
        assert xy == pytest.approx([101.702, 26.502], abs=1e-8)


PARK_IN_STUDY = """  <node id="{0}1" version="1" lat="28.9602" lon="118.8720"/>
  <node id="{0}2" version="1" lat="28.9602" lon="118.8725"/>
  <node id="{0}3" version="1" lat="28.9620" lon="118.8725"><tag k="entrance" v="main"/></node>
  <node id="{0}4" version="1" lat="28.9620" lon="118.8720"/>
  <way id="{0}" version="1"><nd ref="{0}1"/><nd ref="{0}2"/><nd ref="{0}3"/><nd ref="{0}4"/>
    <nd ref="{0}1"/><tag k="leisure" v="park"/></way>
</osm>"""


def test_a_study_s_areas_get_entrances_and_its_points_stay(tmp_path):
    study = Path(copytree(Path(__file__).parent / "data/studies/small", tmp_path / "small"))
    streets = study / "streets.osm"
    text = streets.read_text("utf-8")
    streets.write_text(text.replace("</osm>", PARK_IN_STUDY.format(900)), "utf-8")
    table = read_study(study / "study.toml").amenities
    assert table.loc["way/900", "entrance_rule"] == "tagged"
    lon_lat = table.loc[["way/900"]].to_crs(4326).geometry.iloc[0].coords[0]
    assert lon_lat == pytest.approx((118.8725, 28.9620), abs=1e-7)
    # 0.0005 x 0.0018 degrees at 29 N: 48.7 m x 199.5 m
    assert table.loc["way/900", "area_m2"] == pytest.approx(48.7 * 199.5, rel=0.01)
    assert (table["entrance_rule"].dropna() == "point").sum() == 1  # the pharmacy of the map
    assert table["entrance_rule"].isna().sum() == len(table) - 2  # those of the csv file


def test_the_facility_table_says_how_each_entrance_was_found():
    result = assessment_world.assessment()
    assert "entrance_rule" not in list_facilities(result, "en")
    ruled = result.study.amenities.assign(entrance_rule="nearest")
    table = list_facilities(replace(result, study=replace(result.study, amenities=ruled)), "zh")
    assert set(table["entrance_rule"]) == {"边界上离路网最近的点"}


def test_every_entrance_of_a_real_city_is_on_an_edge_of_its_area(shared_data):
    file = shared_data / "osm/panzhihua_2022.osm"
    streets = read_network(file, cache=False)
    areas = amenities_from_osm(read_osm_features(file), outlines=True)
    ways_in = read_osm_features(file, keys=ENTRANCE_KEYS)
    table = find_entrances(areas, streets, tagged=tagged_entrances(ways_in),
                           bridges=bridge_ways(ways_in))
    outline = areas.drop_duplicates("place_id").set_index("place_id").to_crs(streets.crs).boundary
    inside = table[table["entrance_rule"] != "point"].to_crs(streets.crs)
    away = inside.geometry.distance(gpd.GeoSeries(outline.reindex(inside["place_id"]).to_numpy(),
                                                  index=inside.index, crs=streets.crs))
    assert len(inside) > 100 and away.max() < 0.01
    assert set(table["place_id"]) == set(areas["place_id"])
    # a path leads right up to the entrances it makes
    joined = attach_all(streets, table.iloc[:0], table).entrances
    by_path = (table["entrance_rule"] == "path").to_numpy()
    assert np.median(joined.leg_m[by_path]) < 0.01
