"""Manifest: equal studies have equal ones, whatever the order of rows; other content another."""

import dataclasses
import json

import assessment_world as world
import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from greenmap.model.manifest import (
    make_manifest,
    plain,
    standard_digest,
    table_digest,
    write_manifest,
)
from greenmap.model.profile import load_profile

ARGUMENTS = {"attach_limit_m": 100.0, "search_min": 40.0}


def points(x=0.0, crs="EPSG:4326"):
    return gpd.GeoDataFrame({"people": [1.0, None]}, index=["a", "b"],
                            geometry=[Point(x, 0), Point(1, 1)], crs=crs)


def test_order_of_rows_and_columns_does_not_matter():
    table = world.homes()
    shuffled = table.iloc[::-1][["geometry", "age_3_6", "people", "community_id"]]
    assert table_digest(shuffled) == table_digest(table)


@pytest.mark.parametrize("change", [
    lambda t: t.assign(people=[1.0, 2.0]),
    lambda t: t.rename(index={"a": "c"}),
    lambda t: t.rename(columns={"people": "residents"}),
    lambda t: t.set_crs("EPSG:4490", allow_override=True),
    lambda t: t.iloc[:1],
    lambda t: points(x=2e-9),
])
def test_any_change_of_content_changes_the_digest(change):
    assert table_digest(change(points())) != table_digest(points())


def test_noise_below_the_rounding_does_not():
    assert table_digest(points(x=1e-11)) == table_digest(points())
    assert table_digest(points(x=1e-6, crs=world.CRS)) == table_digest(points(crs=world.CRS))


def test_numbers_count_by_value_and_missing_by_absence():
    floats = pd.DataFrame({"a": [1.0, None]})
    objects = pd.DataFrame({"a": pd.array([1, pd.NA], dtype="Int64")})
    assert table_digest(floats) == table_digest(objects)


def test_text_cannot_imitate_a_border_between_cells():
    one = pd.DataFrame({"a": ["x"], "b": ["y z"]}, index=["i"])
    other = pd.DataFrame({"a": ["x y"], "b": ["z"]}, index=["i"])
    assert table_digest(one) != table_digest(other)


def test_equal_studies_have_equal_manifests():
    study = world.study()
    turned = dataclasses.replace(
        study, communities=study.communities.iloc[::-1], homes=study.homes.iloc[::-1],
        amenities=study.amenities.iloc[::-1], profiles=dict(reversed(study.profiles.items())))
    assert make_manifest(turned, arguments=ARGUMENTS) == make_manifest(study, arguments=ARGUMENTS)


def test_what_changes_a_number_changes_the_manifest():
    base = make_manifest(world.study(), arguments=ARGUMENTS)
    slower = dataclasses.replace(load_profile("adult"), speed_m_per_min=50)
    profiles = {**world.study().profiles, "adult": slower}
    assert make_manifest(world.study(share=0.8), arguments=ARGUMENTS) != base
    assert make_manifest(world.study(profiles=profiles), arguments=ARGUMENTS) != base
    assert make_manifest(world.study(), arguments={**ARGUMENTS, "search_min": 30}) != base


def test_the_standard_is_in_it_down_to_the_last_figure():
    standard = world.study().standard
    clause = dataclasses.replace(standard.clauses[0], limit=301.0)
    changed = dataclasses.replace(standard, clauses=(clause, *standard.clauses[1:]))
    assert standard_digest(changed) != standard_digest(standard)


def test_no_folder_of_this_machine_gets_in():
    assert plain({"a": "/home/me/data/社区.shp", "b": r"D:\工作\poi.csv", "c": "poi/a.csv"}) == {
        "a": "社区.shp", "b": "poi.csv", "c": "poi/a.csv"}


def test_counts_are_the_tables(tmp_path):
    manifest = make_manifest(world.study(), arguments=ARGUMENTS)
    assert {name: one["rows"] for name, one in manifest["tables"].items()} == {
        "communities": 3, "homes": 7, "amenities": 4}
    write_manifest(manifest, tmp_path / "manifest.json")
    text = (tmp_path / "manifest.json").read_text("utf-8")
    assert text.endswith("}\n")
    assert json.loads(text) == manifest
    assert list(json.loads(text)) == sorted(manifest)
