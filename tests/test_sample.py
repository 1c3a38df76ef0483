"""The embedded sample: the same each time, fictional on its face, and its truth file true."""

import re
import sqlite3
import subprocess
import sys
import time
import tomllib
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import sample_oracle as oracle
import shapely
from pyproj import Geod

import greenmap as gm
from greenmap.model.category import classify_amap, load_categories
from greenmap.model.datum import gcj02_to_wgs84
from greenmap.model.standard import load_standard

KEPT = Path(__file__).parents[1] / "data" / "sample"
TEXT_FORMS = {".osm", ".csv", ".geojson", ".toml", ".txt"}
DEGREE_M = 110_904  # of latitude, at 33 N


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return gm.write_sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def files(folder):
    return oracle.Files(folder)


@pytest.fixture(scope="session")
def plain(files):
    """Answers on the walking network as it is drawn, by community and clause."""
    return {(a["community_id"], a["clause"]): a
            for a in oracle.answers(files, oracle.Walk(files))}


@pytest.fixture(scope="session")
def honoured(files, folder):
    """Answers with gates, walls, slope and stairs honoured."""
    import rasterio

    with rasterio.open(folder / "dem.tif") as dem:
        band, to_cell = dem.read(1).astype(float), ~dem.transform

    def height(lonlat):
        lon, lat = np.transpose(lonlat)
        column = to_cell.a * lon + to_cell.c - 0.5
        row = to_cell.e * lat + to_cell.f - 0.5
        c, r = np.floor(column).astype(int), np.floor(row).astype(int)
        u, v = column - c, row - r
        return ((1 - u) * (1 - v) * band[r, c] + u * (1 - v) * band[r, c + 1]
                + (1 - u) * v * band[r + 1, c] + u * v * band[r + 1, c + 1])

    flat = oracle.answers(files, oracle.Walk(files, honour=True), oracle.METRES)
    slow = oracle.Walk(files, honour=True, height=height)
    return {(a["community_id"], a["clause"]): a
            for a in (*flat, *oracle.answers(files, slow, oracle.MINUTES))}


def planted(files, **said):
    return {(g["community_id"], g["clause"]): g for g in files.truth["gap"]
            if all(g[key] == value for key, value in said.items())}


def trap(files, kind):
    return next(t for t in files.truth["trap"] if t["kind"] == kind)


# ---- the same each time ----------------------------------------------------------------------

def test_the_kept_heights_are_those_the_code_makes(folder):
    import rasterio

    with rasterio.open(folder / "dem.tif") as made, rasterio.open(KEPT / "dem.tif") as kept:
        assert (made.read(1) == kept.read(1)).all() and made.transform == kept.transform


def test_the_kept_text_forms_are_what_the_code_writes(folder):
    made = {f.name for f in folder.iterdir() if f.suffix in TEXT_FORMS}
    assert made | {"dem.tif"} == {f.name for f in KEPT.iterdir()}  # the study names its heights
    for name in sorted(made):
        assert (folder / name).read_bytes() == (KEPT / name).read_bytes(), name
    assert sum(f.stat().st_size for f in KEPT.iterdir()) < 3_000_000


def test_writing_again_gives_equal_content_within_three_seconds(folder, tmp_path):
    (tmp_path / "study.toml").write_text("old")
    (tmp_path / "mine.doc").write_text("left alone")
    spent = []
    while len(spent) < 3 and (not spent or min(spent) > 3.0):  # a busy machine counts double
        started = time.process_time()
        gm.write_sample(tmp_path)
        spent.append(time.process_time() - started)
    assert min(spent) <= 3.0
    assert {f.name for f in tmp_path.iterdir()} == {f.name for f in folder.iterdir()} | {"mine.doc"}
    for file in folder.iterdir():
        other = tmp_path / file.name
        if file.suffix == ".gpkg":  # its header holds the clock
            assert dump(file) == dump(other)
        elif file.suffix == ".dbf":  # so do three bytes of this one
            assert file.read_bytes()[4:] == other.read_bytes()[4:]
        else:
            assert file.read_bytes() == other.read_bytes(), file.name


def dump(path):
    with sqlite3.connect(path) as base:
        lines = [line for line in base.iterdump() if "gpkg_contents" not in line]
    base.close()
    return lines


def test_another_seed_is_another_city_with_the_same_gaps(tmp_path, files):
    other = oracle.Files(gm.write_sample(tmp_path, seed=1))
    assert other.homes != files.homes
    seen = {(a["community_id"], a["clause"]): a
            for a in oracle.answers(other, oracle.Walk(other))}
    assert found(seen) == expected(other)


def test_importing_greenmap_does_not_draw_the_city():
    code = "import sys, greenmap; sys.exit('greenmap.sample' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ---- the truth file is true -------------------------------------------------------------------

def found(answers):
    """Return what the study's share of 0.9 makes of the answers, met ones left out."""
    out = {}
    for key, a in answers.items():
        if a["covered"] >= 0.9:
            continue
        sure = a["covered"] + a["unknown"] < 0.9
        out[key] = ("not_met", a["cause"]) if sure else ("not_known", a["reason"])
    return out


def expected(files):
    return {k: (g["state"], g["seen_as"]) for k, g in planted(files, visible_in="plain").items()}


def test_the_plain_network_shows_all_and_only_the_planted_gaps(files, plain):
    assert len(plain) == 11 * 19
    assert found(plain) == expected(files)


def test_with_walls_gates_and_slope_all_and_only_the_planted_gaps_are_there(files, honoured):
    assert {k: state for k, (state, _) in found(honoured).items()} == {
        k: g["state"] for k, g in planted(files).items()}


@pytest.mark.parametrize("way", ["plain", "honoured"])
def test_no_answer_hangs_on_a_thread(files, way, request):
    """Met clearly, or missed clearly: what isn't planted is 0.95 or better, a gap 0.8 or worse."""
    answers = request.getfixturevalue(way)
    hidden = planted(files, visible_in="full") if way == "plain" else {}
    for key, a in answers.items():
        gap = planted(files).get(key)
        if gap is None or key in hidden:
            assert a["covered"] + a["unknown"] >= 0.95, key
        elif gap["state"] == "not_met":
            assert a["covered"] + a["unknown"] <= 0.8, key
        else:
            assert a["covered"] <= 0.88, key
            assert a["covered"] + a["unknown"] >= 0.95, key


def test_the_truth_file_counts_its_people(files, plain):
    for key, gap in planted(files).items():
        assert gap["people"] == plain[key]["people"]
        assert 0 < gap["people_kept"] <= gap["people"]


def test_every_cause_is_planted(files):
    assert {g["cause"] for g in files.truth["gap"]} == {
        "none_near", "river", "rail", "wall", "gate", "slope", "steps", "not_attached",
        "place_not_sure"}
    assert all((g["visible_in"] == "full") == (g["seen_as"] == "") for g in files.truth["gap"])


# ---- traps ------------------------------------------------------------------------------------

def test_the_clinic_is_near_the_estate_and_25_minutes_away(files):
    estate = trap(files, "estate")
    clinic = next(k for k, p in enumerate(files.places) if p["amenity_id"] == estate["amenity_id"])
    homes = [k for k, h in enumerate(files.homes) if h["home_id"] in estate["home_ids"]]
    walked = oracle.Walk(files).to_nearest([clinic], 5000)[homes]
    straight = np.linalg.norm(files.xy(files.homes)[homes] - files.xy(files.places)[clinic], axis=1)
    assert np.median(straight) < 300
    assert 22 <= np.median(walked) / 72 <= 28  # adults, 72 m/min


def test_five_small_compounds_have_eleven_walls_between_them(files):
    five = trap(files, "five_compounds")
    gated = files.gated()
    assert len(five["compounds"]) == 5 and len(five["walls"]) == len(set(five["walls"])) == 11
    whole = shapely.union_all([gated[name] for name in five["compounds"]]).convex_hull
    by_number = {number: refs for number, _, refs in files.ways}
    for number in five["walls"]:
        wall = shapely.LineString([files.node[n] for n in by_number[number]])
        assert whole.buffer(1e-7).covers(wall)


def test_compounds_have_walls_and_one_to_three_gates(files):
    gated = files.gated()
    assert 12 <= len(gated) <= 20
    geod = Geod(ellps="WGS84")
    for name, ground in gated.items():
        assert 0.5 <= abs(geod.geometry_area_perimeter(ground)[0]) / 1e4 <= 6.0, name
    rings = [refs for _, t, refs in files.ways if t.get("residential") == "gated"]
    gates = [[n for n in set(refs) if files.node_tags[n].get("barrier") == "gate"]
             for refs in rings]
    assert {len(g) for g in gates} == {1, 2, 3}
    assert {files.node_tags[n]["access"] for g in gates for n in g} == {"yes", "private", "no"}
    barriers = {n for _, t, refs in files.ways if t.get("barrier") in ("wall", "fence")
                for n in refs}
    assert all(n in barriers for g in gates for n in g)


def test_only_two_bridges_and_one_underpass_cross_river_and_railway(files):
    water = shapely.Polygon(next(
        [files.node[n] for n in refs] for _, t, refs in files.ways if t.get("water") == "river"))
    rails = shapely.MultiLineString([
        [files.node[n] for n in refs] for _, t, refs in files.ways if "railway" in t])
    streets = [(t, shapely.LineString([files.node[n] for n in refs]))
               for _, t, refs in files.ways if "highway" in t]
    wet = [t for t, path in streets if path.intersects(water)]
    over = [t for t, path in streets if path.intersects(rails)]
    assert [t.get("bridge") for t in wet] == ["yes", "yes"]
    assert [t.get("tunnel") for t in over] == ["yes"]


def test_streets_are_one_piece_but_for_the_island(files):
    graph = nx.Graph()
    for _, tags, refs in files.ways:
        if "highway" in tags:
            graph.add_edges_from(pairwise(refs))
    parts = sorted(nx.connected_components(graph), key=len)
    island = next(refs for number, _, refs in files.ways
                  if [number] == trap(files, "island")["ways"])
    assert len(parts) == 2 and parts[0] == set(island)


def test_the_farm_row_lies_more_than_100_m_from_any_street(files):
    far = {files.homes[k]["home_id"]
           for k in np.flatnonzero(~np.isfinite(oracle.Walk(files).home_leg))}
    assert far == set(trap(files, "not_attached")["home_ids"]) and len(far) == 21


def test_streets_go_on_1300_m_beyond_the_communities(files):
    west, south, east, north = shapely.total_bounds(
        [shapely.geometry.shape(f["geometry"]) for f in files.communities.values()])
    lon_m = DEGREE_M * np.cos(np.radians(33))
    assert (north - south) * DEGREE_M < 2000 and (east - west) * lon_m < 2000
    b = files.bounds
    assert min((south - b["minlat"]) * DEGREE_M, (b["maxlat"] - north) * DEGREE_M,
               (west - b["minlon"]) * lon_m, (b["maxlon"] - east) * lon_m) > 1300
    ends = shapely.MultiPoint([files.node[n] for _, t, refs in files.ways
                               if "highway" in t for n in refs]).bounds
    assert ends[0] < b["minlon"] and ends[1] < b["minlat"]  # cut by the bounds, not ending short
    assert ends[2] > b["maxlon"] and ends[3] > b["maxlat"]


# ---- the tables -------------------------------------------------------------------------------

def test_everything_says_that_it_is_fictional(folder, files):
    with (folder / "study.toml").open("rb") as file:
        study = tomllib.load(file)["study"]
    assert study["fictional"] is True and study["share"] == 0.9
    assert all("虚构" in p["name"] for p in files.places)
    for feature in files.communities.values():
        record = feature["properties"]
        assert all("虚构" in record[k] for k in ("name", "subdistrict", "district", "city"))
    for name in ("streets.osm", "truth.toml", "study.toml", "communities.geojson", "说明.txt"):
        head = (folder / name).read_text("utf-8")[:400].lower()
        assert "虚构" in head and "fictional" in (folder / name).read_text("utf-8").lower()


def test_communities_tile_the_district_in_two_subdistricts(files):
    shapes = [shapely.geometry.shape(f["geometry"]) for f in files.communities.values()]
    assert 8 <= len(shapes) <= 12
    assert all(re.fullmatch(r"99\d{10}", code) for code in files.communities)
    assert len({f["properties"]["subdistrict"] for f in files.communities.values()}) == 2
    whole = shapely.union_all(shapes)
    assert whole.geom_type == "Polygon" and not whole.interiors
    assert sum(s.area for s in shapes) == pytest.approx(whole.area, rel=1e-9)
    by_code = dict(zip(files.communities, shapes, strict=True))
    for home in files.homes:
        at = shapely.Point(float(home["lon"]), float(home["lat"]))
        assert by_code[home["community_id"]].contains(at)


def test_homes_hold_people_by_age_and_add_up(files):
    homes = pd.DataFrame(files.homes)
    ages = ["age_0_3", "age_3_6", "age_6_12", "age_12_15", "elderly_60"]
    n = homes[["people", *ages, "elderly_65", "elderly_80", "floors"]].astype(int)
    assert 600 <= len(homes) <= 1500 and homes["home_id"].is_unique
    assert (n[ages].sum(axis=1) <= n["people"]).all() and (n["people"] > 0).all()
    assert ((n["elderly_80"] <= n["elderly_65"]) & (n["elderly_65"] <= n["elderly_60"])).all()
    assert set(homes["compound"]) - {""} == set(files.gated())
    outlines = {f"w{number}" for number, t, _ in files.ways if "building" in t}
    assert set(homes["building_id"]) == outlines
    for code, feature in files.communities.items():
        own = n.loc[homes["community_id"] == code, "people"]
        assert feature["properties"]["people"] == own.sum()


def test_every_category_of_the_checklist_is_there(files):
    wanted = {c.categories[0] for c in load_standard("fifteen-minute-generic").clauses}
    assert {p["category"] for p in files.places} == wanted
    area = {p["amenity_id"]: float(p["area_m2"]) for p in files.places if p["area_m2"]}
    for place in files.places:
        if place["category"] == "park" and place["amenity_id"] not in decoys(files):
            assert area[place["amenity_id"]] >= 5000
        if place["category"] == "pocket_park":
            assert 2000 <= area.get(place["amenity_id"], 2000) <= 5000


def decoys(files):
    return {t["amenity_id"] for t in files.truth["trap"] if t["kind"] == "decoy"}


def test_amap_table_is_the_same_places_shifted_and_coded(folder, files):
    table = pd.read_csv(folder / "amenities_gcj02_gbk.csv", encoding="gb18030", dtype=str)
    assert (folder / "amenities_gcj02_gbk.csv").read_bytes().count(b"\r\n") == len(table) + 1
    open_ = pd.DataFrame([p for p in files.places if p["status"] == "open"])
    assert list(table["name"]) == list(open_["name"])
    shifted = table["location"].str.split(",", expand=True).astype(float).to_numpy()
    lon, lat = gcj02_to_wgs84(shifted[:, 0], shifted[:, 1])
    true = open_[["lon", "lat"]].astype(float).to_numpy()
    away = oracle.GEOD.inv(lon, lat, true[:, 0], true[:, 1])[2]
    assert away.max() < 0.12  # six decimals
    assert oracle.GEOD.inv(*shifted.T, true[:, 0], true[:, 1])[2].min() > 200
    for row, category in zip(table.itertuples(), open_["category"], strict=True):
        # Amap has one code for parks of any size
        want = "park" if category == "pocket_park" else category
        assert classify_amap(row.typecode, row.type, row.name) == (want,), row.name


def test_the_workbook_holds_the_same_facilities_under_a_title(folder, files):
    sheet = pd.read_excel(folder / "amenities.xlsx", header=None, dtype=object)
    assert "虚构" in sheet.iloc[0, 0] and sheet.iloc[0, 1:].isna().all()
    table = sheet.iloc[2:].set_axis(sheet.iloc[1], axis=1)
    chinese = {c.zh: key for key, c in load_categories().items()}
    assert list(table["设施类别"].map(chinese)) == [p["category"] for p in files.places]
    assert list(table["设施编号"]) == [p["amenity_id"] for p in files.places]
    assert list(table["经度"]) == [float(p["lon"]) for p in files.places]
    read = gm.read_amenities(folder / "amenities.xlsx", datum="wgs84", collected="all")
    assert list(read["category"]) == [p["category"] for p in files.places]
    assert list(read["status"]) == [p["status"] for p in files.places]


def test_binary_forms_hold_the_same_as_the_text_forms(folder, files):
    text = gpd.read_file(folder / "communities.geojson")
    pack = gpd.read_file(folder / "communities.gpkg")
    shape = gpd.read_file(folder / "communities.shp")
    assert (folder / "communities.cpg").read_text() == "GBK"
    assert list(shape.columns[:3]) == ["社区编码", "社区名称", "街道"]
    assert all(len(c.encode("gbk")) <= 10 for c in shape.columns)
    assert list(text["community_id"]) == list(pack["community_id"]) == list(shape["社区编码"])
    assert shape.crs.to_epsg() == 4548 and text.geometry.equals(pack.geometry)
    plane = text.to_crs(4548).geometry
    assert (shape.geometry.symmetric_difference(plane).area < 1).all()
    homes = gpd.read_file(folder / "homes.gpkg")
    assert list(homes["home_id"]) == [h["home_id"] for h in files.homes]
    assert list(homes["people"]) == [int(h["people"]) for h in files.homes]


def test_pbf_and_xml_hold_the_same(folder, files):
    import osmium

    nodes, ways = {}, []
    for item in osmium.FileProcessor(str(folder / "streets.pbf")):
        if item.is_node():
            nodes[item.id] = (round(item.location.lon, 7), round(item.location.lat, 7))
        else:
            ways.append((item.id, dict(item.tags), [n.ref for n in item.nodes]))
    assert nodes == files.node and ways == files.ways
    box = osmium.io.Reader(str(folder / "streets.pbf")).header().box()
    assert box.bottom_left.lon == pytest.approx(files.bounds["minlon"], abs=1e-7)


def test_rasters_cover_the_streets_and_count_everybody(folder, files):
    import rasterio

    with rasterio.open(folder / "population.tif") as raster:
        band = raster.read(1, masked=True)
    assert band.sum() == sum(int(h["people"]) for h in files.homes)
    with rasterio.open(folder / "dem.tif") as raster:
        west, south, east, north = raster.bounds
        band = raster.read(1)
    lon, lat = np.transpose([files.node[n] for _, t, refs in files.ways
                             if "highway" in t for n in refs])
    assert west < lon.min() and lon.max() < east and south < lat.min() and lat.max() < north
    assert 20 < band.max() - np.median(band) < 26  # the hill


def test_idle_rooms_say_what_may_go_there(folder, files):
    rooms = pd.read_csv(folder / "idle_rooms.csv", dtype={"community_id": str})
    known = set(load_categories())
    assert (rooms["area_m2"] > 0).all() and set(rooms["community_id"]) <= set(files.communities)
    assert all(set(held.split(";")) <= known for held in rooms["may_hold"])


# ---- the audit finds it -----------------------------------------------------------------------

def test_the_audit_finds_all_and_only_the_planted_gaps(folder, files):
    result = gm.assess(gm.read_study(folder / "study.toml"))
    gaps = dict(zip(zip(result.gaps["community_id"], result.gaps["clause_id"], strict=True),
                    result.gaps["cause"], strict=True))
    checks = dict(zip(zip(result.checks["community_id"], result.checks["clause_id"], strict=True),
                      result.checks["reason"], strict=True))
    assert gaps == {k: g["cause"] for k, g in planted(files, state="not_met").items()}
    assert checks == {k: g["cause"] for k, g in planted(files, state="not_known").items()}


def test_streets_alone_show_what_the_truth_file_says_they_show(folder, files):
    study = (folder / "study.toml").read_text("utf-8")
    plain = re.sub(r"\[(barriers|compounds|terrain)\][^\[]*", "", study)
    path = folder / "plain.toml"
    path.write_text(plain, encoding="utf-8")
    try:
        result = gm.assess(gm.read_study(path), with_isochrones=False)
    finally:
        path.unlink()
    gaps = dict(zip(zip(result.gaps["community_id"], result.gaps["clause_id"], strict=True),
                    result.gaps["cause"], strict=True))
    expected = {k: g["seen_as"] for k, g in planted(files, visible_in="plain").items()
                if g["state"] == "not_met"}
    # the stairs up the hill slow the elderly on the streets as drawn
    expected |= {k: "steps" for k, g in planted(files, visible_in="full").items()
                 if g["cause"] == "steps"}
    assert gaps == expected
