import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from measure_world import LAT, LON, STEP, homes_at, line_network, places_at

from greenmap import settings
from greenmap.errors import NetworkError, ProfileError, TableError
from greenmap.measure.reach import attach_all, reach
from greenmap.network.tables import network_from_tables
from greenmap.units import UNREACHED


def test_metres_are_read_off_the_line():
    # places at 2 and 9: home 0 is 200 m from 2, home 5 is 300 m from 2 and 400 m from 9
    table = reach(line_network(), homes_at([0, 5, 9]), places_at([2, 9]), profile="metres")
    assert table.nearest[:, 0].tolist() == [200.0, 300.0, 0.0]
    assert table.place_id[table.place[:, 0]].tolist() == ["amenity0", "amenity0", "amenity1"]


def test_minutes_follow_the_profile():
    # 300 m at 72 and 54 m/min
    for profile, speed in (("adult", 72), ("elderly", 54)):
        table = reach(line_network(), homes_at([5]), places_at([2]), profile=profile)
        # three edges, each rounded once to 1 ms
        assert table.nearest[0, 0] == pytest.approx(300 / speed, abs=3 * 0.5 / 60_000)


def test_counts_are_within_each_band_and_the_limit_counts():
    # from node 5: places at 4 (100 m), 2 (300 m), 9 (400 m), 0 (500 m)
    table = reach(line_network(), homes_at([5]), places_at([4, 2, 9, 0]), profile="metres",
                  bands=(100, 300, 499.999, 500))
    assert table.within[0, 0].tolist() == [1, 2, 3, 4]


def test_a_place_with_several_entrances_counts_once_and_its_nearest_is_taken():
    places = places_at([0, 8, 3], place_id=["school", "school", "shop"])
    table = reach(line_network(), homes_at([7]), places, profile="metres", bands=(1000,))
    assert table.nearest[0, 0] == 100.0
    assert table.place_id[table.place[0, 0]] == "school"
    assert table.within[0, 0, 0] == 2


def test_equal_walks_go_to_the_lower_place_id_in_any_row_order():
    for ids in (["b", "a"], ["a", "b"]):
        table = reach(line_network(), homes_at([5]), places_at([3, 7], place_id=ids),
                      profile="metres")
        assert table.place_id[table.place[0, 0]] == "a"


def test_unreached_is_beyond_every_limit():
    nodes = pd.DataFrame({"node": [0, 1, 2, 3], "lon": [101.7, 101.701, 101.71, 101.711],
                          "lat": 26.58})
    edges = pd.DataFrame({"u": [0, 2], "v": [1, 3], "length_m": [100.0, 100.0]})
    table = reach(network_from_tables(nodes, edges), homes_at([0]), places_at([3]),
                  profile="metres")
    assert table.ticks[0, 0] == UNREACHED
    assert np.isinf(table.nearest[0, 0]) and table.place[0, 0] == -1
    frame = table.to_frame("pharmacy")
    assert not frame["reached"].iloc[0] and np.isnan(frame["value"].iloc[0])
    assert not (table.nearest <= 1e12).any()


def test_a_home_off_the_street_is_not_attached_and_reaches_nothing():
    homes = homes_at([5]).drop(columns="node")
    homes = homes.set_geometry(homes.geometry.translate(0, 0.01))  # about 1.1 km north
    table = reach(line_network(), homes, places_at([5]), profile="metres")
    assert table.attached.tolist() == [False]
    assert table.ticks[0, 0] == UNREACHED


def test_the_leg_to_the_street_is_walked():
    # 0.0005 degrees of latitude = 55.4 m (110.8 km a degree at 26.6 N)
    homes = homes_at([5]).drop(columns="node")
    homes = homes.set_geometry(homes.geometry.translate(0, 0.0005))
    table = reach(line_network(), homes, places_at([5]), profile="metres")
    assert table.nearest[0, 0] == pytest.approx(55.4, abs=0.1)


def test_index_in_is_index_out_and_nothing_is_written_into_the_tables():
    homes, places = homes_at([3, 1, 2]).iloc[[2, 0, 1]], places_at([5, 6])
    before = homes.copy(), places.copy()
    table = reach(line_network(), homes, places, profile="metres")
    assert table.home_id.tolist() == homes.index.tolist()
    assert table.to_frame("pharmacy").index.tolist() == homes.index.tolist()
    pd.testing.assert_frame_equal(homes, before[0])
    pd.testing.assert_frame_equal(places, before[1])


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_rows_and_threads_move_nothing(threads):
    generator = np.random.default_rng(1)
    homes = homes_at(generator.integers(0, 11, 40))
    places = places_at(generator.integers(0, 11, 30),
                       category=generator.choice(["pharmacy", "bank", "clinic"], 30))
    reference = reach(line_network(), homes, places, profile="adult")
    shuffled = homes.iloc[generator.permutation(40)], places.iloc[generator.permutation(30)]
    with settings.use(threads=threads):
        table = reach(line_network(), *shuffled, profile="adult")
    back = pd.Index(table.home_id).get_indexer(reference.home_id)
    for name in ("ticks", "place", "within", "attached", "edge_ticks"):
        assert getattr(table, name)[back].tobytes() == getattr(reference, name).tobytes()


def test_no_places_at_all_is_an_answer():
    table = reach(line_network(), homes_at([1]), places_at([]), profile="adult",
                  sets={"pharmacy": np.zeros(0, bool)})
    assert np.isinf(table.nearest).all() and table.within.sum() == 0


def test_attachments_are_made_once_and_serve_every_profile():
    network, homes, places = line_network(), homes_at([0, 9]), places_at([4])
    attachments = attach_all(network, homes, places)
    for profile in ("adult", "metres"):
        one = reach(network, homes, places, profile=profile)
        other = reach(network, homes, places, profile=profile, attachments=attachments)
        assert one.ticks.tolist() == other.ticks.tolist()


def test_what_is_not_there_is_named():
    network, homes, places = line_network(), homes_at([0]), places_at([4])
    with pytest.raises(ProfileError, match="jogger"):
        reach(network, homes, places, profile="jogger")
    with pytest.raises(NetworkError, match="77"):
        reach(network, homes_at([77]), places)
    table = reach(network, homes, places)
    with pytest.raises(TableError, match="cinema"):
        table.to_frame("cinema")
    with pytest.raises(TableError, match="nobody"):
        table.at("nobody")
    assert table.at("home0")["reached"].tolist() == [True]
    assert isinstance(homes, gpd.GeoDataFrame)


def test_a_home_beside_an_island_joins_the_next_street():
    # node 11 – 12: a stub of path 33 m north of the street that nothing joins
    nodes = pd.DataFrame({"node": range(13), "lon": [LON + STEP * n for n in (*range(11), 5, 6)],
                          "lat": [LAT] * 11 + [LAT + 0.0003] * 2})
    edges = pd.DataFrame({"u": [*range(10), 11], "v": [*range(1, 11), 12]})
    network = network_from_tables(nodes, edges)
    homes = homes_at([5]).drop(columns="node")
    homes = homes.set_geometry(homes.geometry.translate(0, 0.0003))
    table = reach(network, homes, places_at([5]), profile="metres")
    # 0.0003 degrees of latitude = 33.2 m back to the street
    assert table.nearest[0, 0] == pytest.approx(33.2, abs=0.1)
