"""How far homes and places are off the street, and streets that stand apart, told in tables."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from measure_world import homes_at, line_study, places_at
from walled_world import CRS, areas, points, streets

from greenmap.measure.assess import assess
from greenmap.report.layers import write_snaps
from greenmap.report.snap_sheet import list_islands, list_snaps


@pytest.fixture(scope="module")
def result():
    # A street of 300 m; 20 m north of it a stub of 40 m that nothing joins. One home stands by
    # the stub, 15 m off it (35 m off the street), one 5 m off the street, one 200 m off.
    network = streets({1: (0, 0), 2: (300, 0), 3: (100, 20), 4: (140, 20)}, [(1, 2), (3, 4)])
    homes = points((120, 35), (50, 5), (200, 200), prefix="h").assign(
        people=[7.0, 2.0, 1.0], community_id="k0").rename_axis("home_id")
    places = points((10, 0), prefix="p").assign(category="pharmacy", place_id="p0")
    area = areas((-10, -10, 400, 300), prefix="k").assign(name="k").rename_axis("community_id")
    study = line_study(homes, places.rename_axis("amenity_id"), network=network, areas=area)
    return assess(study, with_isochrones=False)


def test_every_home_and_place_is_counted_with_how_far_off_it_is(result):
    table = list_snaps(result, "en").set_index(["snap_role", "snap_status"])
    joined = table.loc[("homes", "joined")]
    # the stub is an island: its home joins the street, 35 m off
    assert (joined["snap_count"], joined["snap_longest_m"]) == (2, pytest.approx(35, abs=0.1))
    assert joined["snap_first"] == "h0, h1"
    off = table.loc[("homes", "outside the street data")]
    assert (off["snap_count"], off["snap_share"]) == (1, pytest.approx(1 / 3))
    assert table.loc[("facilities", "joined"), "snap_median_m"] == pytest.approx(0, abs=1e-6)


def test_streets_apart_are_listed_with_who_lives_there(result):
    table = list_islands(result, "en")
    row = table.iloc[0]
    assert (row["homes"], row["people"], row["places"], row["island"]) == (1, 7.0, 0, "yes")
    assert row["length_m"] == pytest.approx(40, abs=0.1)
    assert result.islands.geometry.iloc[0].length == pytest.approx(40, abs=0.1)
    whole = assess(line_study(homes_at([1]), places_at([0])), with_isochrones=False)
    assert list_islands(whole, "en").empty


def test_both_are_layers_too(result, tmp_path):
    write_snaps(result, tmp_path / "snaps.gpkg")
    assert [name for name, _ in pyogrio.list_layers(tmp_path / "snaps.gpkg")] == [
        "snaps", "islands"]
    snaps = gpd.read_file(tmp_path / "snaps.gpkg", layer="snaps")
    assert snaps["role"].tolist() == ["amenity", "home", "home", "home"]
    assert snaps["attached"].tolist() == [True, True, True, False]
    assert snaps.crs == CRS


def test_people_who_are_not_known_are_no_zero(result):
    bare = replace(result.study, homes=result.study.homes.drop(columns="people"))
    found = assess(bare, with_isochrones=False)
    assert np.isnan(found.islands["people"].iloc[0])
    assert pd.isna(list_islands(found, "zh")["people"].iloc[0])
