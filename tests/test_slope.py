"""Slopes: up is not down, the flat is the flat, bridges keep their ends' heights."""

import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import sample_oracle as oracle
import shapely
from hypothesis import given
from hypothesis import strategies as st
from rasterio import Affine

from greenmap.engine.slope import slope_efforts, slope_factor, stretch_grades
from greenmap.errors import CrsError, InputFaults, NetworkError, UnreadableFileError
from greenmap.measure.isochrones import isochrones
from greenmap.measure.reach import reach
from greenmap.model.profile import Profile, load_profile, profile_ids
from greenmap.network.open import read_network
from greenmap.network.price import BLOCKED, price
from greenmap.network.slope import with_heights
from greenmap.network.store import load_network, save_network
from greenmap.network.tables import network_from_tables
from greenmap.read.raster import sample_heights
from greenmap.sample import write_sample
from greenmap.studies.check import check_study
from greenmap.studies.study_file import read_study

WALKER = Profile("w", "w", "w", speed_m_per_min=60.0)  # 1 m/s: a metre is 1,000 ticks
METRES = Profile("m", "m", "m", speed_m_per_min=None)
CAPPED = Profile("c", "c", "c", speed_m_per_min=60.0, slope_cap=1.0)
WHEELS = Profile("v", "v", "v", speed_m_per_min=60.0, max_grade=0.0833)


def terrain(path, values, *, west=101.70, north=26.60, cell=0.001, crs="EPSG:4326", nodata=-9999.0,
            dtype="float32"):  # fmt: skip
    values = np.asarray(values, dtype)
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
        dtype=dtype, crs=crs, transform=Affine(cell, 0, west, 0, -cell, north), nodata=nodata,
    ) as file:  # fmt: skip
        file.write(values, 1)
    return path


def streets(*edges, lengths=None, **columns):
    """Nodes 1, 2, 3 … at 101.7005, 101.7015 … on one parallel, in the middle of cells."""
    last = max(max(edge) for edge in edges)
    nodes = pd.DataFrame({"node": range(1, last + 1), "lat": 26.5995,
                          "lon": [101.7005 + 0.001 * k for k in range(last)]})  # fmt: skip
    table = pd.DataFrame({"u": [e[0] for e in edges], "v": [e[1] for e in edges], **columns})
    if lengths is not None:
        table["length_m"] = lengths
    return network_from_tables(nodes, table)


def heights_given(network, *profiles):
    """A network with heights at equal steps along each edge, as one list per edge."""
    start = np.cumsum([0, *map(len, profiles)])
    return replace(network, height_start=start, height_m=np.concatenate(profiles).astype(float))


def test_the_factors_are_those_of_the_table():
    # Tobler's curve over its value on the flat, three decimals
    slope = [-0.20, -0.15, -0.10, -0.083, -0.05, -0.03, 0.0, 0.03, 0.05, 0.083, 0.10, 0.15, 0.20]
    factor = [0.705, 0.839, 1.0, 1.061, 1.191, 1.111, 1.0, 0.900, 0.839, 0.748, 0.705, 0.592, 0.497]
    assert slope_factor(np.array(slope)).round(3).tolist() == factor
    assert slope_factor(np.array(slope), cap=1.0).max() == 1.0


def test_up_is_slower_than_down():
    # 100 m rising 10 m: up exp(0.35) = 1.41907, down exp(0) = 1 of 100,000 ticks
    hill = heights_given(streets((1, 2), lengths=[100.0]), [0, 10])
    cost = price(hill, WALKER)
    assert (cost.forward.tolist(), cost.backward.tolist()) == ([141_907], [100_000])
    # 5 % down is the quickest: exp(-0.175) = 0.83946; the capped walker gains nothing
    gentle = heights_given(streets((1, 2), lengths=[100.0]), [0, 5])
    assert price(gentle, WALKER).backward.tolist() == [83_946]
    assert price(gentle, CAPPED).backward.tolist() == [100_000]


def test_a_hill_between_ends_of_one_height_costs_both_ways():
    # 50 m up 10 %, 50 m down 10 %: (1.41907 + 1) / 2, though the ends' rise is 0
    hill = heights_given(streets((1, 2), lengths=[100.0]), [0, 5, 0])
    assert hill.rise_m.tolist() == [0.0]
    cost = price(hill, WALKER)
    assert (cost.forward.tolist(), cost.backward.tolist()) == ([120_953], [120_953])


def test_metres_stay_metres_and_slope_can_be_taken_away():
    plain = streets((1, 2), lengths=[100.0])
    hill = heights_given(plain, [0, 30])
    assert price(hill, METRES).forward.tolist() == [100_000]
    assert price(hill, WALKER, without=("slope",)).forward.tolist() == [100_000]
    assert price(hill, WHEELS).forward.tolist() == [BLOCKED]
    assert price(hill, WHEELS, without=("slope",)).forward.tolist() == [100_000]


def test_streets_steeper_than_a_wheelchair_climbs_are_blocked_both_ways():
    # 8 % may be used; a stretch of 9 % blocks the whole street, even downhill
    two = streets((1, 2), (2, 3), lengths=[60.0, 60.0])
    ways = heights_given(two, [0, 2.4, 4.8], [0, 2.7, 2.7])
    cost = price(ways, WHEELS)
    assert (cost.forward == BLOCKED).tolist() == [False, True]
    assert (cost.backward == BLOCKED).tolist() == [False, True]
    assert (price(two, WHEELS).forward != BLOCKED).all()  # no terrain: nothing is known steep


def test_a_flight_takes_its_stairs_factor_or_its_slope_whichever_is_more():
    elder = replace(CAPPED, stairs_factor=2.5)
    flight = streets((1, 2), lengths=[10.0], highway=["steps"])
    assert price(flight, elder).forward.tolist() == [25_000]
    assert price(flight, elder, without=("steps",)).forward.tolist() == [10_000]
    # 20 % up alone: exp(0.7) = 2.01375 < 2.5; 40 % up: exp(1.4) = 4.0552 > 2.5
    assert price(heights_given(flight, [0, 2]), elder).forward.tolist() == [25_000]
    steep = heights_given(flight, [0, 4])
    assert price(steep, elder).forward.tolist() == [40_552]
    assert price(steep, elder, without=("steps",)).forward.tolist() == [10_000]
    assert price(steep, elder, without=("slope",)).forward.tolist() == [25_000]


def test_unknown_heights_and_edges_without_length_are_flat():
    ways = heights_given(streets((1, 2), (2, 3), lengths=[100.0, 0.0]), [0, np.nan, 10], [0, 9])
    assert price(ways, WALKER).forward.tolist() == [100_000, 0]


grades = st.floats(-3, 3)
STREETS = {stairs: streets((1, 2), highway=["steps" if stairs else "residential"])
           for stairs in (False, True)}  # fmt: skip


@given(st.lists(grades, min_size=1, max_size=4), st.floats(0, 2000), st.booleans())
def test_nobody_slower_on_the_flat_is_quicker_on_a_slope(steps, length_m, stairs):
    """Ordered speed, cap and stairs factor suffice; the profiles that ship are so ordered."""
    rise = np.cumsum([0.0, *steps]) * length_m / len(steps)
    hill = heights_given(replace(STREETS[stairs], length_m=np.array([length_m])), rise)
    adult, elderly, wheels = (load_profile(p) for p in ("adult", "elderly", "wheelchair"))
    quick, slow = price(hill, adult), price(hill, elderly)
    assert (slow.forward >= quick.forward).all() and (slow.backward >= quick.backward).all()
    rolled = price(hill, wheels)
    assert (rolled.forward >= slow.forward).all()
    if stairs:
        assert (rolled.forward == BLOCKED).all() and (rolled.backward == BLOCKED).all()


@given(st.lists(grades, min_size=1, max_size=6))
def test_walking_back_is_walking_along_turned_round(steps):
    grade, edge = np.array(steps), np.zeros(len(steps), np.int64)
    along, back = slope_efforts(grade, edge, 1)
    turned, again = slope_efforts(-grade[::-1], edge, 1)
    assert along == pytest.approx(again) and back == pytest.approx(turned)


def test_stretches_never_run_from_one_edge_into_the_next():
    grade, edge = stretch_grades(
        np.array([0.0, 3, 50, 50, 53]), np.array([0, 2, 5]), np.array([30.0, 60.0])
    )
    assert grade.tolist() == [0.1, 0.0, 0.1] and edge.tolist() == [0, 1, 1]


def points(ids, lons, **columns):
    place = gpd.GeoSeries.from_xy(lons, [26.5995] * len(ids), crs="EPSG:4326")
    return gpd.GeoDataFrame({**columns}, geometry=place.to_numpy(), index=ids, crs="EPSG:4326")


def hillside():
    """1,000 m and 1,000 m of street, 10 % up all the way; the school at the middle node."""
    hill = heights_given(streets((1, 2), (2, 3), lengths=[1000.0, 1000.0]), [0, 100], [100, 200])
    school = points(["s"], [101.7015], category="school", place_id="s", node=2)
    return hill, school


def test_homes_below_walk_longer_than_homes_above():
    # half way along each street: 500 m up at exp(0.35) and 500 m down at 1, at 60 m/min
    hill, school = hillside()
    homes = points(["below", "above"], [101.7010, 101.7020])
    walk = reach(hill, homes, school, profile=WALKER, search_limit=40).nearest[:, 0]
    assert walk == pytest.approx([500 * np.exp(0.35) / 60, 500 / 60], abs=1e-3)


def test_homes_that_split_a_street_change_no_walk():
    hill, school = hillside()
    ends = points(["low", "high"], [0.0, 0.0], node=[1, 3])
    alone = reach(hill, ends, school, profile=WALKER, search_limit=40).ticks
    lons = np.linspace(101.7006, 101.7024, 37)
    many = points(["low", "high", *map(str, range(37))], [0.0, 0.0, *lons])
    many["node"] = pd.array([1, 3, *[None] * 37], dtype="Int64")
    assert np.array_equal(reach(hill, many, school, profile=WALKER, search_limit=40).ticks[:2],
                          alone)  # fmt: skip
    assert alone[:, 0].tolist() == [1_419_068, 1_000_000]


def test_isochrones_reach_farther_up_the_hill_than_down():
    # towards the school in 5 min: from above 300 m, from below 300 / exp(0.35) = 211 m; ground
    # off the street is flat and at most 25 m wide, so it may add 25 (1 - 1 / exp(0.35)) = 7 m
    nodes = pd.DataFrame({"node": [1, 2, 3], "lon": [101.69, 101.70, 101.71], "lat": 26.5995})
    street = network_from_tables(nodes, pd.DataFrame({"u": [1, 2], "v": [2, 3]}))
    length = street.length_m[0]
    hill = heights_given(street, [0, length / 10], [length / 10, length / 5])
    school = points(["s"], [101.70], category="school", place_id="s", node=2)
    area = isochrones(hill, school, profile=WALKER, bands_min=(5.0,), cell_m=2.0).geometry.iloc[0]
    line = shapely.LineString(np.column_stack([hill.x, hill.y]))
    left, _, right, _ = area.intersection(line).bounds
    assert right - hill.x[1] == pytest.approx(300, abs=4)
    assert 211 - 4 < hill.x[1] - left < 211 + 7 + 4


# ---- heights from a raster -------------------------------------------------------------


def test_heights_lie_between_the_middles_of_cells(tmp_path):
    file = terrain(tmp_path / "dem.tif", [[0, 10, 20], [40, 50, 60]])
    lon = np.array([101.7005, 101.7010, 101.7005, 101.7012, 101.70, 101.69, 200.0])
    lat = np.array([26.5995, 26.5995, 26.5990, 26.5992, 26.60, 26.5995, 95.0])
    # cell middle; half way right; half way down; 0.7 right and 0.3 down = 7 + 12; corner: the
    # border cell; outside; nowhere
    expected = [0, 5, 20, 19, 0, np.nan, np.nan]
    np.testing.assert_allclose(sample_heights(file, lon, lat), expected, atol=1e-3)


def test_cells_without_data_count_only_where_they_weigh(tmp_path):
    file = terrain(tmp_path / "dem.tif", [[7, -9999], [7, -9999]])
    lon, lat = np.array([101.7005, 101.7006]), np.array([26.5993, 26.5993])
    height = sample_heights(file, lon, lat)
    assert height[0] == pytest.approx(7) and np.isnan(height[1])


def test_a_raster_in_metres_is_read_at_the_same_places(tmp_path):
    # height = easting within a 3-degree zone: at the central meridian 500,000 m
    values = np.tile(np.arange(-450, 550, 100), (10, 1))
    file = terrain(tmp_path / "dem.tif", values, west=499_500, north=2_941_500, cell=100,
                   crs="EPSG:4543")  # fmt: skip
    with rasterio.open(file) as raster:
        middle = (raster.bounds.bottom + raster.bounds.top) / 2
    from pyproj import Transformer

    back = Transformer.from_crs("EPSG:4543", "EPSG:4326", always_xy=True)
    lon, lat = back.transform([500_000.0, 500_123.0], [middle, middle])
    height = sample_heights(file, np.array(lon), np.array(lat))
    assert height == pytest.approx([0, 123], abs=1e-3)


def test_a_wide_raster_is_read_piece_by_piece(tmp_path, monkeypatch):
    values = np.arange(48).reshape(6, 8) ** 1.5
    file = terrain(tmp_path / "dem.tif", values)
    draw = np.random.default_rng(0)
    lon, lat = 101.70 + draw.uniform(0, 0.008, 300), 26.60 - draw.uniform(0, 0.006, 300)
    whole = sample_heights(file, lon, lat)
    monkeypatch.setattr("greenmap.read.raster._TILE", 2)
    assert np.array_equal(sample_heights(file, lon, lat), whole)
    assert np.isfinite(whole).all()


def test_a_raster_without_crs_or_that_is_none_is_refused(tmp_path):
    with pytest.raises(CrsError):
        sample_heights(terrain(tmp_path / "dem.tif", [[1]], crs=None), np.zeros(1), np.zeros(1))
    (tmp_path / "text.tif").write_text("no raster")
    with pytest.raises(UnreadableFileError):
        sample_heights(tmp_path / "text.tif", np.zeros(1), np.zeros(1))


def test_a_street_takes_the_heights_of_its_ground(tmp_path):
    # 0.001 degrees of longitude at 26.6 N are 99.5 m: four stretches; cells 0, 10, 20 m
    network = streets((1, 2), (3, 2))
    high = with_heights(network, terrain(tmp_path / "dem.tif", [[0, 10, 20]] * 2))
    assert high.height_start.tolist() == [0, 5, 10]
    assert high.height_m.round(3).tolist() == [0, 2.5, 5, 7.5, 10, 20, 17.5, 15, 12.5, 10]
    assert high.rise_m.round(3).tolist() == [10, -10]
    assert high.notes["edges_no_height"] == 0 and high.digest != network.digest
    assert network.height_m is None


def test_a_flat_terrain_costs_what_no_terrain_costs(tmp_path):
    network = streets((1, 2), (2, 3), lengths=[123.456, 77.7], highway=["steps", "path"])
    flat = with_heights(network, terrain(tmp_path / "dem.tif", np.full((2, 3), 1234.567)))
    for walker in map(load_profile, profile_ids()):
        for way in ("forward", "backward"):
            one, other = getattr(price(network, walker), way), getattr(price(flat, walker), way)
            assert one.tobytes() == other.tobytes(), walker.id


def test_streets_beyond_the_terrain_are_flat_and_counted(tmp_path):
    network = streets((1, 2), (2, 3), (3, 4))
    high = with_heights(network, terrain(tmp_path / "dem.tif", [[0, 10, -9999, 0]] * 2))
    assert np.isnan(high.rise_m).tolist() == [False, True, True]
    assert high.notes["edges_no_height"] == 2


def test_a_terrain_of_elsewhere_is_refused_by_its_share(tmp_path):
    network = streets((1, 2), (2, 3), (3, 4))
    with pytest.raises(NetworkError) as caught:
        with_heights(network, terrain(tmp_path / "dem.tif", [[1, 2]] * 2, west=101.699))
    # node 1 alone lies on it: half of one of three streets
    assert (caught.value.key, caught.value.facts["share"]) == ("terrain.too_little", "17%")
    with pytest.raises(NetworkError, match="0%"):
        with_heights(network, terrain(tmp_path / "far.tif", [[1, 2]], west=10.0))


BRIDGE = """<osm version="0.6">{nodes}
<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way>
<way id="2"><nd ref="2"/><nd ref="3"/><nd ref="4"/><tag k="highway" v="footway"/>{tag}</way>
<way id="3"><nd ref="4"/><nd ref="5"/><tag k="highway" v="residential"/></way></osm>"""


def valley(tmp_path, tag):
    nodes = "".join(f'<node id="{k + 1}" lon="{101.7005 + 0.001 * k:.4f}" lat="26.5995"/>'
                    for k in range(5))
    file = tmp_path / "valley.osm"
    file.write_text(BRIDGE.format(nodes=nodes, tag=tag))
    dem = terrain(tmp_path / "dem.tif", [[12, 10, -80, 20, 22]] * 2)
    return with_heights(read_network(file, cache=False), dem)


@pytest.mark.parametrize("tag", ['<tag k="bridge" v="yes"/>', '<tag k="tunnel" v="yes"/>'])
def test_a_bridge_runs_from_end_to_end(tmp_path, tag):
    # from 10 m to 20 m over a gorge: two equal halves of 5 m
    high = valley(tmp_path, tag)
    assert high.rise_m.round(3).tolist() == [-2, 5, 5, 2]
    span = high.height_m[high.height_start[1] : high.height_start[3]]
    assert span.round(2).tolist() == [10, 11.25, 12.5, 13.75, 15, 15, 16.25, 17.5, 18.75, 20]


def test_a_street_that_is_no_bridge_goes_down_into_the_valley(tmp_path):
    high = valley(tmp_path, '<tag k="bridge" v="no"/>')
    assert high.rise_m.round(3).tolist() == [-2, -90, 100, 2]


def test_heights_are_kept_with_the_network(tmp_path):
    high = valley(tmp_path, '<tag k="bridge" v="yes"/>')
    again = load_network(save_network(high, tmp_path / "net.npz"))
    assert np.array_equal(again.height_m, high.height_m)
    assert again.bridged_way.tolist() == [2] and again.digest == high.digest


# ---- studies -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hilly(tmp_path_factory):
    """The sample with its terrain named."""
    study = Path(write_sample(tmp_path_factory.mktemp("hilly"))) / "study.toml"
    study.write_text(flat_text(study) + '\n[terrain]\ndem = "dem.tif"\n', "utf-8")
    return study


def flat_text(study):
    """Return a study's text without its terrain, walls and gates."""
    sections = re.split(r"(?m)^(?=\[)", study.read_text("utf-8"))
    return "".join(part for part in sections
                   if not part.startswith(("[terrain]", "[barriers]", "[gates]", "[compounds]")))


class Slow(oracle.Walk):
    """The separate reckoning, where a flight takes its factor or its slope."""

    def _effort(self, a, b, length, tags):
        along = super()._effort(a, b, length, tags | {"highway": "path"})
        return [max(e, 2.5 * length) for e in along] if tags["highway"] == "steps" else along


def test_walks_on_the_samples_slopes_agree_with_a_separate_reckoning(hilly):
    files = oracle.Files(hilly.parent)
    slow = Slow(files, height=lambda at: sample_heights(hilly.with_name("dem.tif"),
                                                        *np.transpose(at)))  # fmt: skip
    stations = [k for k, p in enumerate(files.places)
                if p["category"] == "elderly_service_station" and p["status"] == "open"]
    expected = slow.to_nearest(stations, 2000) / 54
    study = read_study(hilly)
    open_ = study.amenities[(study.amenities["status"] == "open")
                            & (study.amenities["category"] == "elderly_service_station")]
    streets = read_network(hilly.with_name("streets.osm"), cache=False)  # no walls
    high = with_heights(streets, hilly.with_name("dem.tif"))
    walk = reach(high, study.homes, open_, profile="elderly").nearest[:, 0]
    both = np.isfinite(expected)
    assert both.sum() > 800
    off = np.abs(walk[both] - expected[both])
    # theirs knows heights at junctions only, ours every 30 m: a few walks over a crest differ
    assert (off < 0.001).mean() > 0.95 and off.max() < 0.1


def test_a_study_says_whether_it_has_heights(hilly):
    study = read_study(hilly)
    assert "dem.tif" in {one["path"] for one in study.inputs if one["role"] == "terrain"}
    assert study.network.notes["edges_no_height"] == 0
    assert "terrain.not_given" not in {f.key for f in check_study(hilly).found}
    plain = hilly.with_name("plain.toml")
    plain.write_text(flat_text(hilly), "utf-8")
    assert "terrain.not_given" in {f.key for f in check_study(plain).found}


def test_a_wrong_terrain_is_a_fault_of_the_study(hilly):
    far = terrain(hilly.with_name("far.tif"), [[1, 2]])
    wrong = hilly.with_name("wrong.toml")
    wrong.write_text(hilly.read_text("utf-8").replace("dem.tif", far.name), "utf-8")
    with pytest.raises(InputFaults) as caught:
        read_study(wrong)
    assert [f.key for f in caught.value.faults] == ["terrain.too_little"]


@pytest.mark.slow
def test_a_real_city_is_not_the_same_up_and_down(shared_data):
    network = read_network(shared_data / "osm/porto_alegre_2020.osm.pbf")
    high = with_heights(network, shared_data / "dem/porto_alegre_srtm.tif")
    adult = load_profile("adult")
    flat, sloped = price(network, adult), price(high, adult)
    assert np.array_equal(flat.forward, flat.backward)
    assert (sloped.forward != sloped.backward).mean() > 0.5
    assert high.notes["edges_no_height"] < 0.05 * high.n_edges
