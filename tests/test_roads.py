"""Road centrelines: the door, the network they make, and every way a file can be wrong."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from centreline_files import centrelines, write_shapefile

import greenmap as gm
from greenmap.errors import InputError
from greenmap.network.road_cover import bare_communities
from greenmap.read.roads import read_roads

CRS = "EPSG:4543"
X, Y = 500000.0, 2940000.0


def table(*rows, crs=CRS, **columns):
    """Lines given in metres from (X, Y)."""
    shapes = [shapely.LineString([(X + a, Y + b) for a, b in row]) for row in rows]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)


def written(tmp_path, layer, name="道路中心线.shp"):
    file = tmp_path / name
    if file.suffix == ".shp":
        return write_shapefile(layer, file, crs=layer.crs or CRS)
    if file.suffix == ".parquet":
        layer.to_parquet(file)
    else:
        layer.to_file(file, engine="pyogrio")
    return file


def cross(**columns):
    return table([(0, 0), (100, 0)], [(40, -30), (40, 50)], **columns)


@pytest.mark.parametrize("name", ["a.shp", "a.gpkg", "a.geojson", "a.gdb", "a.parquet"])
def test_every_format_gives_the_same_network(tmp_path, name):
    made = cross(**{"class": ["主干路", "支路"], "name": ["江滨路", "新村路"]})
    layer = made.to_crs("EPSG:4326") if name.endswith("geojson") else made
    network = gm.network_from_roads(gm.read_roads(written(tmp_path, layer, name)), crs=CRS)
    # one crossing: five nodes, four edges of 40, 60, 30 and 50 m
    assert (network.n_nodes, network.n_edges) == (5, 4)
    assert sorted(network.length_m.round(1)) == pytest.approx([30, 40, 50, 60], abs=0.1)
    assert network.kinds == ("primary", "tertiary")
    assert network.forward.all() and network.backward.all()


def test_classes_levels_and_who_may_walk(tmp_path):
    rows = [[(0, k * 10), (50, k * 10)] for k in range(7)]
    layer = table(*rows, 等级=["快速路", "次干道", "小区路", "梯道", "甲级", "规划路", "主干路"],
                  路名=["三环", "石桥路", None, None, None, None, "渡仁大桥"],
                  通行=[None, None, "封闭", None, None, None, None])
    roads = read_roads(written(tmp_path, layer, "r.gpkg"))
    assert roads["class"].tolist() == ["expressway", "sub_arterial", "compound_road", "steps",
                                       None, "planned", "arterial"]
    assert roads["foot"].tolist() == ["no", None, None, None, None, None, None]
    assert roads["level"].tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert roads.attrs["classes_unknown"] == (("甲级", 1),)
    assert roads.attrs["levels_by"] == {"name": 1}
    own = read_roads(written(tmp_path, layer, "r2.gpkg"), classes={"甲级": "主干路"})
    assert own["class"].tolist()[4] == "arterial"


def test_expressways_and_planned_roads_are_left_out_and_counted(tmp_path):
    layer = cross(道路等级=["快速路", "支路"])
    network = gm.network_from_roads(read_roads(written(tmp_path, layer)), crs=CRS)
    assert network.n_edges == 1  # the street passes the expressway, unsplit
    assert network.notes["left_out class=expressway"] == 1
    assert network.notes["roads_walked"] == 1


@pytest.mark.parametrize(("columns", "edges"), [
    ({}, 4),
    ({"层级": [0, 1]}, 2),
    ({"层级": ["地面", "高架"]}, 2),
    ({"是否桥梁": ["否", "是"]}, 2),
    ({"道路名称": ["江滨路", "渡口大桥"]}, 2),
    ({"道路名称": ["江滨路", "大桥路"]}, 4),
    ({"道路等级": ["主干路", "人行天桥"]}, 2),
])
def test_what_passes_above_is_not_joined(tmp_path, columns, edges):
    network = gm.network_from_roads(read_roads(written(tmp_path, cross(**columns))), crs=CRS)
    assert network.n_edges == edges
    assert len(network.bridged_way) == (edges == 2)


def test_names_can_be_switched_off(tmp_path):
    file = written(tmp_path, cross(道路名称=["江滨路", "渡口大桥"]))
    assert read_roads(file, levels="none")["level"].tolist() == [0, 0]


def test_the_order_of_rows_does_not_matter(tmp_path):
    layer = table([(0, 0), (100, 0)], [(40, -30), (40, 50)], [(100.6, 0), (180, 5)],
                  [(0, 0), (100, 0)], [(90, 3), (90, 60)],
                  道路等级=["支路", "街巷", "支路", "支路", "步行道"])
    one = gm.network_from_roads(read_roads(written(tmp_path, layer)), crs=CRS)
    mixed = layer.iloc[[3, 1, 4, 0, 2]].reset_index(drop=True)
    two = gm.network_from_roads(read_roads(written(tmp_path, mixed, "b.shp")), crs=CRS)
    assert one.digest == two.digest
    assert one.repairs["kind"].tolist() == two.repairs["kind"].tolist()


def test_repairs_are_listed_with_places(tmp_path):
    # joined: the third starts 0.6 m beyond the first's end (both its ends and the other count);
    # twice: the fourth is the first, backwards; near miss: the fifth stops 3 m short of the first;
    # open ends: (0, 0), both of the second, the far ends of the third and fifth
    layer = table([(0, 0), (100, 0)], [(40, -30), (40, 50)], [(100.6, 0), (180, 5)],
                  [(100, 0), (0, 0)], [(90, 3), (90, 60)])
    network = gm.network_from_roads(read_roads(written(tmp_path, layer)), crs=CRS)
    counts = network.repairs["kind"].value_counts().to_dict()
    assert counts == {"near_miss": 1, "joined": 2, "twice": 1, "open_end": 5}
    miss = network.repairs.iloc[0]
    assert (miss["kind"], miss["road"]) == ("near_miss", "5")
    assert miss["distance_m"] == pytest.approx(3, abs=0.01)
    assert (miss.geometry.x, miss.geometry.y) == pytest.approx((X + 90, Y + 3), abs=0.01)
    assert network.notes["roads_joined"] == 2
    assert network.notes["roads_near_miss"] == 1


def test_a_short_lane_is_no_near_miss_of_its_own_street(tmp_path):
    layer = table([(0, 0), (100, 0)], [(40, 0), (40, 8)])
    network = gm.network_from_roads(read_roads(written(tmp_path, layer)), crs=CRS)
    assert "near_miss" not in set(network.repairs["kind"])


def told(file, **about):
    with pytest.raises(InputError) as caught:
        gm.network_from_roads(read_roads(file, **about), crs=CRS)
    return caught.value


def keys(error):
    return [fault.key for fault in getattr(error, "faults", ())] or [error.key]


def test_degrees_without_a_crs_are_asked_about(tmp_path):
    layer = cross().to_crs("EPSG:4326")
    file = written(tmp_path, layer, "degrees.shp")
    file.with_suffix(".prj").unlink()
    error = told(file)
    assert keys(error) == ["model.crs_missing"]
    assert "EPSG:4490" in error.text("zh")
    assert len(read_roads(file, crs="EPSG:4490")) == 2


def test_lines_that_never_meet_are_refused_with_their_distance(tmp_path):
    # twelve parallel lines, 5 m apart
    layer = table(*([(0, 5 * k), (80, 5 * k)] for k in range(12)))
    error = told(written(tmp_path, layer))
    assert error.key == "network.roads_never_meet"
    assert error.facts["count"] == error.facts["lines"] == 12
    assert error.facts["median"] == "5.0"
    assert error.facts["rows"].startswith("1, 2, 3")


DXF_HEAD = "\n".join(("0", "SECTION", "2", "HEADER", "9", "$ACADVER", "1", "AC1015",
                      "9", "$DWGCODEPAGE", "3", "ANSI_936", "0", "ENDSEC", ""))


def drawing(head=DXF_HEAD, road="道路中心线"):
    def entity(kind, layer, *pairs):
        return f"0\n{kind}\n8\n{layer}\n" + "".join(f"{a}\n{b}\n" for a, b in pairs)

    def line(layer, *points, closed=0):
        pairs = [pair for x, y in points for pair in ((10, X + x), (20, Y + y))]
        return entity("LWPOLYLINE", layer, (90, len(points)), (70, closed), *pairs)

    body = line(road, (0, 0), (100, 0)) + line(road, (40, -30), (40, 50))
    body += line("图框", (-500, -500), (500, -500), (500, 500), (-500, 500), closed=1)
    body += entity("TEXT", "道路注记", (10, X), (20, Y), (40, 5), (1, "滨河路"))
    body += entity("POINT", "高程点", (10, X + 5), (20, Y + 5))
    return head + "0\nSECTION\n2\nENTITIES\n" + body + "0\nENDSEC\n0\nEOF\n"


@pytest.mark.parametrize(("head", "encoding"), [(DXF_HEAD, "gbk"), (DXF_HEAD, "utf-8"),
                                                ("", "gbk")])
def test_a_drawing_gives_its_roads_and_lists_the_rest(tmp_path, head, encoding):
    file = tmp_path / "总图.dxf"
    file.write_bytes(drawing(head).encode(encoding))
    roads = read_roads(file, crs=CRS)
    assert len(roads) == 2
    # frame, note and point lie on other layers than 道路中心线
    assert [cause for _, cause in roads.attrs["left_out"]] == ["other_cad_layer"] * 3
    assert gm.network_from_roads(roads, crs=CRS).n_edges == 4


def test_a_drawing_without_a_road_layer_keeps_its_lines_only(tmp_path):
    file = tmp_path / "总图.dxf"
    file.write_bytes(drawing(road="0").encode("gbk"))
    roads = read_roads(file, crs=CRS)
    assert sorted(cause for _, cause in roads.attrs["left_out"]) == ["frame", "not_a_line",
                                                                     "not_a_line"]
    error = told(file, crs=CRS, layer="管线")
    assert error.key == "read.no_layer" and "图框" in error.facts["have"]


def test_a_drawing_does_not_say_its_crs(tmp_path):
    file = tmp_path / "总图.dxf"
    file.write_bytes(drawing().encode("gbk"))
    assert keys(told(file)) == ["model.crs_missing"]


def test_a_drawing_marked_secret_stops_the_run(tmp_path):
    file = tmp_path / "总图.dxf"
    file.write_bytes(drawing().replace("滨河路", "秘密★10年").encode("gbk"))
    error = told(file, crs=CRS)
    assert error.key == "read.secret_title" and "秘密★" in error.text("zh")


def test_road_surfaces_are_no_centrelines(tmp_path):
    layer = table([(0, 0), (100, 0)]).assign(geometry=lambda t: t.buffer(5))
    assert told(written(tmp_path, layer, "面.gpkg")).key == "read.roads_no_lines"


def test_a_table_without_shapes_is_no_road(tmp_path):
    file = tmp_path / "路.csv"
    file.write_text("道路名称,道路等级\n江滨路,支路\n", "utf-8")
    assert told(file).key == "read.roads_flat"


def test_levels_that_are_classes_are_refused(tmp_path):
    layer = table(*([(0, 9 * k), (80, 9 * k)] for k in range(30)), level=[1, 2, 3] * 10)
    assert keys(told(written(tmp_path, layer, "r.gpkg"))) == ["read.road_level_odd"]
    assert (read_roads(tmp_path / "r.gpkg", levels="names")["level"] == 0).all()


def test_words_that_cannot_be_read_are_told_at_once(tmp_path):
    layer = cross(层级=["上头", "0"], 可步行=["也许", "是"])
    error = told(written(tmp_path, layer), classes={"甲": "没有这类"})
    assert keys(error) == ["read.road_class_unknown", "read.word_unknown", "read.road_level"]
    assert "上头" in error.text("zh") and "1" in error.text("en")
    file = written(tmp_path, cross(), "b.shp")
    assert keys(told(file, levels="column")) == ["read.road_no_levels"]
    assert keys(told(file, levels="yes")) == ["read.road_levels"]


def test_nothing_to_walk_is_refused(tmp_path):
    file = written(tmp_path, cross(道路等级=["高速公路", "规划路"]))
    assert told(file).key == "network.nothing_walkable"


def grid(width, height, step=100.0):
    rows = [[(0, y), (width, y)] for y in np.arange(0, height + 1, step)]
    rows += [[(x, 0), (x, height)] for x in np.arange(0, width + 1, step)]
    return rows


def test_a_community_without_roads_is_where_the_data_end():
    # roads fill 0..600; the second community, 600..1200, has none but the one at its edge:
    # 150 m of its 600 m lie beside that road, a quarter; at 640 it falls below
    roads = table(*grid(600, 600)).assign(highway="tertiary", foot=None, access=None, level=0)
    areas = gpd.GeoDataFrame(
        {"name": ["东", "西"]}, crs=CRS, index=["a", "b"],
        geometry=[shapely.box(X, Y, X + 600, Y + 600), shapely.box(X + 640, Y, X + 1240, Y + 600)])
    lines = roads.geometry.to_numpy()
    assert bare_communities(areas.geometry.to_numpy(), lines).tolist() == [False, True]
    network = gm.network_from_roads(roads, crs=CRS, communities=areas)
    east = network.exits[network.x > X + 590]
    assert east.all()  # every junction beside it may lead into it
    assert not network.exits[(abs(network.x - X - 300) < 1) & (abs(network.y - Y - 300) < 1)].any()


def test_ground_nobody_drew_is_no_data():
    # an L of streets: arms of 3 km, 400 m wide. The bay between them, 2.6 km wide, is no data:
    # what lies along its shore may lead into it, though the convex hull holds half of it
    rows = grid(400, 3000) + [[(a + 400, b) for a, b in row] for row in grid(2600, 400)]
    roads = table(*rows).assign(highway="tertiary", foot=None, access=None, level=0)
    network = gm.network_from_roads(roads, crs=CRS)
    shore = (np.abs(network.x - X - 400) < 1) & (network.y > Y + 1500)
    assert shore.sum() > 10 and network.exits[shore].all()
    assert not shapely.contains_xy(network.extent, X + 1500, Y + 1500)
    # the corner lies between both arms
    inner = (np.abs(network.x - X - 200) < 1) & (np.abs(network.y - Y - 200) < 1)
    assert not network.exits[inner].any()
    # a lake of 900 m that streets enclose is data
    ring = table([(0, 0), (900, 0)], [(900, 0), (900, 900)], [(900, 900), (0, 900)],
                 [(0, 900), (0, 0)]).assign(highway="tertiary", foot=None, access=None, level=0)
    assert shapely.contains_xy(gm.network_from_roads(ring, crs=CRS).extent, X + 450, Y + 450)


@pytest.fixture(scope="module")
def road_study(tmp_path_factory):
    """The sample city with its streets as bare centrelines, and no street file."""
    folder = tmp_path_factory.mktemp("roads")
    study = gm.write_sample(folder) / "study.toml"
    write_shapefile(centrelines(folder / "streets.osm", levels=True), folder / "道路中心线.shp")
    return study


def test_a_study_runs_on_centrelines_alone(road_study):
    text = road_study.read_text("utf-8")
    before = gm.read_study(road_study)
    own = road_study.with_name("roads.toml")
    kept = text.split("[barriers]")[0]
    head, tail = kept.split("[network]")
    own.write_text(head + '[roads]\npath = "道路中心线.shp"\n', "utf-8")
    assert "streets.osm" in tail
    report = gm.check_study(own, lang="zh")
    assert report.ok, report.text()
    assert "道路中心线 道路中心线.shp" in report.text()
    after = gm.read_study(own)
    assert after.network.source == "道路中心线.shp"
    assert [one["role"] for one in after.inputs].count("roads") == 1
    drawn = before.network.length_m.sum()
    assert after.network.length_m.sum() == pytest.approx(drawn, rel=0.01)


def test_a_study_merges_centrelines_with_its_street_file(road_study):
    text = road_study.read_text("utf-8")
    own = road_study.with_name("both.toml")
    own.write_text(text + '\n[roads]\npath = "道路中心线.shp"\n', "utf-8")
    report = gm.check_study(own, lang="zh")
    assert report.ok, report.text()
    # the same streets twice: nothing is added, all of the second is left out
    assert "两个路网已合并，以 [roads] 为准" in report.text()
    assert "补入 0.0 km" in report.text()
    before, both = gm.read_study(road_study).network, gm.read_study(own).network
    assert both.source == "道路中心线.shp + streets.osm"
    hurdles = [np.bincount(net.hurdle).tolist() for net in (before, both)]
    assert hurdles[0][1:] == hurdles[1][1:]  # walls and gates of the street file still count
    own.write_text(own.read_text("utf-8") + 'wins = "both"\n', "utf-8")
    assert [fault.key for fault in gm.check_study(own).faults] == ["study.roads_wins"]


def test_roads_of_another_place_are_refused(road_study, tmp_path):
    # read in the next zone of 3 degrees, the city's roads lie some 280 km off
    folder = road_study.parent
    made = gpd.read_file(folder / "道路中心线.shp").to_crs("EPSG:4548")
    made.to_file(folder / "带号错.gpkg", engine="pyogrio")
    own = road_study.with_name("elsewhere.toml")
    text = road_study.read_text("utf-8").split("[network]")[0]
    own.write_text(text + '[roads]\npath = "带号错.gpkg"\ncrs = "EPSG:4547"\n', "utf-8")
    fault = gm.check_study(own, lang="zh").faults[0]
    assert fault.key == "study.roads_elsewhere"
    assert 250 < float(fault.facts["km"]) < 310 and "EPSG:4547" in fault.text("zh")


@pytest.mark.slow
def test_roads_of_half_the_city_make_no_false_gap(road_study):
    # west of the middle only: three communities have no road, and are named
    folder = road_study.parent
    areas = gpd.read_file(folder / "communities.geojson")
    west, south, east, north = areas.total_bounds
    table = centrelines(folder / "streets.osm", levels=True)
    half = table.clip(shapely.box(west - 1, south - 1, (west + east) / 2, north + 1))
    half = half[half.geometry.geom_type.isin(["LineString", "MultiLineString"])]
    write_shapefile(half, folder / "半.shp")
    own = road_study.with_name("half.toml")
    text = road_study.read_text("utf-8").split("[network]")[0]
    own.write_text(text + '[roads]\npath = "半.shp"\n', "utf-8")
    bare = next(warning for warning in gm.check_study(own).warnings
                if warning.key == "study.warn_road_bare")
    assert bare.facts["count"] == 3
    coverage = gm.assess(gm.read_study(own)).coverage
    whole = road_study.with_name("whole.toml")
    whole.write_text(text + '[roads]\npath = "道路中心线.shp"\n', "utf-8")
    full = gm.assess(gm.read_study(whole)).coverage
    gaps = coverage.index[coverage["state"] == "not_met"]
    assert (full.loc[gaps, "state"] == "not_met").all()
    names = set(bare.facts["names"].split(", "))
    own_rows = coverage[coverage["unit_name"].isin(names) & (coverage["required"].notna())]
    assert set(own_rows["state"]) == {"not_known"}
