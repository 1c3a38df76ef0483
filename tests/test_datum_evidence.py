"""Datum evidence: on hand-made towns, where the fit of every reading is known, and real ones."""

import shutil

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from greenmap.errors import Faults, InputFaults
from greenmap.model.datum import DATUMS, from_wgs84, to_wgs84
from greenmap.network.datum_evidence import CERTAIN, LEAD, find_datum
from greenmap.network.open import read_network
from greenmap.network.tables import network_from_tables
from greenmap.read.osm_file import read_osm_buildings
from greenmap.studies import check_study, read_study
from greenmap.studies.datum_check import without_auto
from greenmap.studies.study_text import read_study_text

# true GCJ-02 and BD-09 offsets at the two towns, metres, from an independent implementation
TRUE_M = {("panzhihua", "gcj02"): 425, ("panzhihua", "bd09"): 847,
          ("beijing_haidian", "gcj02"): 550, ("beijing_haidian", "bd09"): 1348}  # fmt: skip
OSM = {"panzhihua": "panzhihua_2022.osm",
       "beijing_haidian": "beijing_haidian_qinghuadonglu_2026.osm"}  # fmt: skip


def lattice(lon0, lat0, *, seed):
    """A town 2.4 km wide, streets 150 to 450 m apart, 400 houses of 20 x 20 m put at random."""
    draw = np.random.default_rng(seed)
    gaps = draw.uniform(0.5, 1.5, (2, 8))
    east, north = (np.concatenate([[0], np.cumsum(g / g.sum())]) * 0.024 for g in gaps)
    nodes = pd.DataFrame(
        [(i * 9 + j, lon0 + east[i], lat0 + north[j]) for i in range(9) for j in range(9)],
        columns=["node_id", "lon", "lat"],
    )
    ends = [(i * 9 + j, (i + 1) * 9 + j) for i in range(8) for j in range(9)]
    ends += [(i * 9 + j, i * 9 + j + 1) for i in range(9) for j in range(8)]
    edges = pd.DataFrame(ends, columns=["u", "v"]).assign(length_m=300.0)
    x, y = lon0 + draw.random(400) * 0.024, lat0 + draw.random(400) * 0.024
    houses = gpd.GeoSeries(shapely.box(x - 1e-4, y - 1e-4, x + 1e-4, y + 1e-4), crs=4326)
    return network_from_tables(nodes, edges), houses


def as_read(lon, lat, *, truth, declared):
    """Places whose file is in one datum, read as another."""
    lon, lat = to_wgs84(*from_wgs84(lon, lat, datum=truth), datum=declared)
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=4326)


@pytest.fixture(scope="module")
def town():
    return lattice(101.70, 26.57, seed=1)


def middles(houses, count):
    return houses.geometry.bounds.pipe(
        lambda b: ((b.minx + b.maxx)[:count] / 2, (b.miny + b.maxy)[:count] / 2)
    )


@pytest.mark.parametrize("truth", DATUMS)
@pytest.mark.parametrize("declared", DATUMS)
def test_places_in_houses_name_their_datum(town, truth, declared):
    network, houses = town
    points = as_read(*middles(houses, 80), truth=truth, declared=declared)
    found = find_datum(network, points, declared=declared, buildings=houses)
    assert found.verdict == ("fits" if truth == declared else "other")
    assert (found.best, found.ground) == (truth, "buildings")
    assert (found.offset_m > 300) == (truth != declared)


def test_places_put_anywhere_accuse_nobody(town):
    network, houses = town
    for seed in range(20):
        draw = np.random.default_rng(seed)
        lon, lat = 101.70 + draw.random(100) * 0.024, 26.57 + draw.random(100) * 0.024
        points = as_read(lon, lat, truth="wgs84", declared="wgs84")
        found = find_datum(network, points, declared="wgs84", buildings=houses)
        assert found.verdict == "unclear", (seed, found)


def test_few_places_tell_nothing(town):
    network, houses = town
    points = as_read(*middles(houses, 12), truth="gcj02", declared="wgs84")
    found = find_datum(network, points, declared="wgs84", buildings=houses)
    assert (found.verdict, found.best, found.certain) == ("too_few", "wgs84", False)
    assert found.points <= 12


def test_two_datums_in_one_table_are_found(town):
    network, houses = town
    lon, lat = middles(houses, 120)
    right = as_read(lon[:60], lat[:60], truth="wgs84", declared="wgs84")
    wrong = as_read(lon[60:], lat[60:], truth="bd09", declared="wgs84")
    points = pd.concat([right, wrong], ignore_index=True)
    found = find_datum(network, points, declared="wgs84", buildings=houses)
    assert (found.verdict, found.best) == ("mixed", "bd09")
    # rows named are those that sit in a house as BD-09 and not as WGS 84
    assert sum(row >= 60 for row in found.rows) >= 0.9 * len(found.rows) > 0


def test_order_of_rows_does_not_count(town):
    network, houses = town
    points = as_read(*middles(houses, 90), truth="gcj02", declared="wgs84")
    one = find_datum(network, points, declared="wgs84", buildings=houses)
    other = find_datum(network, points.iloc[::-1], declared="wgs84", buildings=houses)
    assert one == other


def test_streets_serve_where_no_outlines_are():
    """All places 10 m beside streets at odd distances: any shift puts most of them elsewhere."""
    network, _ = lattice(101.70, 26.57, seed=2)
    draw = np.random.default_rng(3)
    lon, lat = 101.70 + draw.random(400) * 0.024, 26.57 + draw.random(400) * 0.024
    lon[:200] = draw.choice(np.unique(network.lon)[:-1], 200) + 0.0001  # 10 m east of a street
    lat[200:] = draw.choice(np.unique(network.lat)[:-1], 200) + 0.0001  # 11 m north of one
    points = as_read(lon, lat, truth="gcj02", declared="wgs84")
    found = find_datum(network, points, declared="wgs84")
    assert found.ground == "streets"
    assert (found.verdict, found.best) == ("other", "gcj02")


def test_where_nothing_is_shifted_nothing_is_asked():
    network, houses = lattice(-15.43, 28.10, seed=1)
    points = as_read(*middles(houses, 50), truth="wgs84", declared="wgs84")
    assert find_datum(network, points, declared="wgs84", buildings=houses) is None


def poi(shared_data, city, datum):
    """The same places as the map, in a datum, by another implementation than ours."""
    if datum == "wgs84":
        table = pd.read_csv(shared_data / "poi" / f"{city}_poi_truth_wgs84.csv")
        return table["lon"].to_numpy(), table["lat"].to_numpy()
    if datum == "bd09":
        table = pd.read_csv(shared_data / "poi" / f"{city}_poi_baidu_style_bd09_utf8bom.csv")
        return table["经度"].to_numpy(), table["纬度"].to_numpy()
    (file,) = (shared_data / "poi").glob(f"{city}_poi_amap_style_*.csv")
    table = pd.read_csv(file, encoding="gb18030" if "gbk" in file.name else "utf-8")
    return table["location"].str.split(",", expand=True).astype(float).to_numpy().T


@pytest.mark.parametrize("city", OSM)
def test_towns_with_a_known_truth(shared_data, city):
    streets = shared_data / "osm" / OSM[city]
    network, outlines = read_network(streets), read_osm_buildings(streets).geometry
    for truth in DATUMS:
        raw = poi(shared_data, city, truth)
        for declared in DATUMS:
            lon, lat = to_wgs84(*raw, datum=declared)
            points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=4326)
            found = find_datum(network, points, declared=declared, buildings=outlines)
            assert found.verdict == ("fits" if truth == declared else "other"), found
            assert found.best == truth
            wrong = [score for key, score in found.scores.items() if key != truth]
            assert found.scores[truth] >= CERTAIN and max(wrong) <= found.scores[truth] - LEAD
            if declared == "wgs84" and truth != "wgs84":
                assert found.offset_m == pytest.approx(TRUE_M[city, truth], abs=20)
            # streets alone are not enough in these towns, and say so
            assert find_datum(network, points, declared=declared).verdict == "unclear"


def test_twelve_places_of_guixi_are_too_few(shared_data):
    streets = shared_data / "osm" / "guixi_2024.osm"
    network, outlines = read_network(streets), read_osm_buildings(streets).geometry
    table = pd.read_csv(shared_data / "poi" / "guixi_poi_truth_wgs84.csv")
    for declared in DATUMS:
        lon, lat = to_wgs84(table["lon"], table["lat"], datum=declared)
        points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=4326)
        found = find_datum(network, points, declared=declared, buildings=outlines)
        assert (found.verdict, found.best) == ("too_few", declared)


def panzhihua_study(shared_data, folder, *lines):
    """A study of the Amap-style table; what it says of the table besides its path in `lines`."""
    names = ("osm/panzhihua_2022.osm", "boundaries/panzhihua_compounds_wgs84.geojson",
             "poi/panzhihua_poi_amap_style_gcj02_gbk.csv")  # fmt: skip
    for name in names:
        shutil.copy(shared_data / name, folder)
    streets, boundaries, places = (name.rsplit("/", 1)[1] for name in names)
    study = folder / "study.toml"
    study.write_text(
        "\n".join([
            "[study]", 'standard = "fifteen-minute-generic"', "share = 0.9",
            "[communities]", f'path = "{boundaries}"',
            "[[amenities]]", f'path = "{places}"', 'collected = "all"', *lines,
            "[homes]", "osm_buildings = true", "[network]", f'path = "{streets}"',
        ]), "utf-8",
    )  # fmt: skip
    return study


def test_a_study_stops_at_a_wrong_datum(shared_data, tmp_path):
    with pytest.raises(InputFaults) as stopped:
        read_study(panzhihua_study(shared_data, tmp_path, 'datum = "wgs84"'))
    (fault,) = stopped.value.faults
    assert fault.key == "study.datum_other"
    assert (fault.facts["best"], fault.facts["declared"]) == ("gcj02", "wgs84")
    assert int(fault.facts["offset"]) == pytest.approx(425, abs=20)
    assert 'datum = "gcj02"' in fault.text("zh") and "425 米" in fault.text("zh")


def test_a_study_is_silent_at_the_right_datum(shared_data, tmp_path):
    report = check_study(panzhihua_study(shared_data, tmp_path, 'datum = "gcj02"'))
    assert report.ok
    assert [fault.key for fault in report.found if "datum" in fault.key] == [
        "study.found_datum_fits"
    ]
    assert not [fault for fault in report.warnings if "datum" in fault.key]


def test_accept_goes_on_and_says_so(shared_data, tmp_path):
    study = panzhihua_study(shared_data, tmp_path, 'datum = "bd09"', "accept = true")
    (record,) = (one for one in read_study(study).inputs if one["role"] == "amenities")
    assert (record["datum"], record["datum_rule"]["rule"]) == ("bd09", "accepted")
    assert "study.warn_datum_accepted" in [fault.key for fault in check_study(study).warnings]


def test_auto_takes_the_datum_that_is_certain(shared_data, tmp_path):
    auto = read_study(panzhihua_study(shared_data, tmp_path, 'datum = "auto"'))
    (record,) = (one for one in auto.inputs if one["role"] == "amenities")
    assert record["datum"] == "gcj02"
    rule = record["datum_rule"]
    assert (rule["rule"], rule["best"]) == ("auto", "gcj02")
    assert rule["scores"]["gcj02"] >= CERTAIN
    said = read_study(panzhihua_study(shared_data, tmp_path, 'datum = "gcj02"'))
    assert auto.amenities.geometry.equals(said.amenities.geometry)


def test_auto_asks_where_it_can_not_tell(shared_data, tmp_path):
    study = panzhihua_study(shared_data, tmp_path, 'datum = "auto"')
    table = tmp_path / "panzhihua_poi_amap_style_gcj02_gbk.csv"
    lines = table.read_bytes().splitlines(keepends=True)
    table.write_bytes(b"".join(lines[:13]))  # twelve places
    text = study.read_text("utf-8").replace("[communities]", '[communities]\ndatum = "auto"')
    study.write_text(text, "utf-8")
    keys = [fault.key for fault in check_study(study).faults]
    assert keys == ["study.datum_auto_area", "study.datum_auto_unsure"]


@pytest.mark.parametrize(("lon", "lat"), [(24.94, 60.17), (-15.43, 28.10), (114.17, 22.32),
                                          (121.51, 25.05), (113.55, 22.19)])
def test_towns_where_maps_are_not_shifted_are_never_accused(lon, lat):
    """Helsinki, Las Palmas; Hong Kong, Taipei and Macau are inside the box, not the border."""
    network, houses = lattice(lon, lat, seed=1)
    points = as_read(*middles(houses, 60), truth="wgs84", declared="wgs84")
    assert find_datum(network, points, declared="wgs84", buildings=houses) is None


def gates_on(areas, count):
    """One point on the edge of each area, a third of the way round."""
    edges = shapely.boundary(areas.to_numpy()[:count])
    return shapely.get_coordinates(shapely.line_interpolate_point(edges, 1 / 3, normalized=True)).T


@pytest.mark.parametrize("truth", DATUMS)
@pytest.mark.parametrize("declared", DATUMS)
def test_ten_gates_in_walls_name_their_datum(town, truth, declared):
    network, houses = town
    gates = as_read(*gates_on(houses, 10), truth=truth, declared=declared)
    found = find_datum(network, gates, declared=declared, walls=houses.boundary)
    assert found.verdict == ("fits" if truth == declared else "other")
    assert (found.best, found.ground) == (truth, "walls")


def test_seven_gates_are_too_few_and_gates_anywhere_accuse_nobody(town):
    network, houses = town
    few = as_read(*gates_on(houses, 7), truth="gcj02", declared="wgs84")
    assert find_datum(network, few, declared="wgs84", walls=houses.boundary).verdict == "too_few"
    for seed in range(20):
        draw = np.random.default_rng(seed)
        lon, lat = 101.70 + draw.random(12) * 0.024, 26.57 + draw.random(12) * 0.024
        points = as_read(lon, lat, truth="wgs84", declared="wgs84")
        found = find_datum(network, points, declared="wgs84", walls=houses.boundary)
        assert found.verdict == "unclear", (seed, found)


def gated_study(shared_data, folder, *lines, truth="gcj02"):
    """Panzhihua's compounds as walls, and surveyed gates on their edges in a datum of their own."""
    study = panzhihua_study(shared_data, folder, 'datum = "gcj02"')
    areas = gpd.read_file(folder / "panzhihua_compounds_wgs84.geojson").geometry
    lon, lat = from_wgs84(*gates_on(areas, 12), datum=truth)
    rows = [f"D{k},开放,{x:.7f},{y:.7f}" for k, (x, y) in enumerate(zip(lon, lat, strict=True))]
    (folder / "gates.csv").write_text("\n".join(["大门编号,通行,lon,lat", *rows]), "utf-8")
    named = ["", "[compounds]", 'path = "panzhihua_compounds_wgs84.geojson"', "[gates]",
             'path = "gates.csv"', *lines]
    study.write_text(study.read_text("utf-8") + "\n".join(named), "utf-8")
    return study


def test_gates_in_a_wrong_datum_stop_the_study_and_auto_finds_it(shared_data, tmp_path):
    report = check_study(gated_study(shared_data, tmp_path, 'datum = "wgs84"'))
    (fault,) = report.faults
    assert fault.key == "study.datum_other"
    assert (fault.facts["section"], fault.facts["best"]) == ("[gates]", "gcj02")
    assert int(fault.facts["offset"]) == pytest.approx(425, abs=20)
    assert "围墙" in fault.text("zh") and 'datum = "gcj02"' in fault.text("zh")
    network = read_study(gated_study(shared_data, tmp_path, 'datum = "auto"')).network
    assert network.barriers.gates_by_source()["surveyed"] == 12  # none off the walls


def test_walls_and_compounds_cannot_ask_for_auto(shared_data, tmp_path):
    study = gated_study(shared_data, tmp_path)
    text = study.read_text("utf-8").replace("[compounds]", '[compounds]\ndatum = "auto"')
    study.write_text(text, "utf-8")
    faults = Faults()
    plain = without_auto(read_study_text(study, faults), faults)
    assert [fault.facts["section"] for fault in faults] == ["[compounds]"]
    assert plain.compounds["datum"] == "wgs84"
