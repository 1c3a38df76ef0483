"""Schema files and the checker that tells all faults."""

import geopandas as gpd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st

from greenmap import i18n
from greenmap.errors import Faults
from greenmap.model.schema import aliases, check_table, load_schema, normal

TABLES = ("communities", "homes", "amenities")


@pytest.mark.parametrize("name", (*TABLES, "coordinates"))
def test_a_heading_means_one_column(name):
    seen = {}
    schema = load_schema(name)
    for column in schema.columns:
        for alias in column.aliases:
            assert seen.setdefault(normal(alias), column.name) == column.name, alias
    for alias in schema.index_aliases:
        assert normal(alias) not in seen, alias


@pytest.mark.parametrize("name", TABLES)
def test_every_column_has_a_heading_in_both_languages(name):
    schema = load_schema(name)
    for column in (schema.index, *(column.name for column in schema.columns)):
        for lang in ("zh", "en"):
            assert i18n.text(f"columns.{column}", lang)


def test_sixty_and_sixty_five_are_never_read_for_each_other():
    for alias, column in aliases("homes").items():
        if column.startswith("elderly_"):
            others = {"60", "65", "80"} - {column[-2:]}
            assert not any(other in alias for other in others), alias
    for vague in ("老年人", "老年人口", "elderly", "老人"):
        assert vague not in aliases("homes")


AFTER = ["", " ", "　", "（人）", "(2020)"]


@given(st.sampled_from(sorted(aliases("homes"))), st.sampled_from(AFTER))
def test_headings_are_compared_without_blanks_and_brackets(alias, after):
    found = normal(f" {alias.upper()}{after}", brackets=False)
    assert found in (alias, normal(alias, brackets=False))


def good():
    return gpd.GeoDataFrame(
        {"people": [3.0, None], "community_id": ["c", None]},
        geometry=[shapely.Point(101.7, 26.5)] * 2,
        index=gpd.pd.Index(["a", "b"], name="home_id"),
        crs=4326,
    )


def keys(table, name="homes"):
    faults = Faults()
    before = table.copy() if isinstance(table, gpd.GeoDataFrame) else None
    check_table(table, name, source="x", faults=faults)
    if before is not None:
        assert_geodataframe_equal(table, before)
    for fault in faults:
        assert fault.text("zh") and fault.text("en")
    return [fault.key for fault in faults]


def test_a_sound_table_has_no_faults():
    assert keys(good()) == []


def test_every_fault_of_a_table_is_told():
    wrong = good().set_axis(["a", "a"]).assign(people=[-1.0, float("inf")], elderly_60=["x", "2"])
    shapes = gpd.GeoSeries([shapely.box(0, 0, 1, 1), None], index=wrong.index)  # no CRS
    wrong = gpd.GeoDataFrame(wrong.drop(columns=["community_id", "geometry"]), geometry=shapes)
    assert sorted(keys(wrong)) == sorted([
        "model.index_name", "model.index_twice", "model.crs_missing", "model.geometry_type",
        "model.geometry_empty", "model.columns_missing", "model.not_a_number",
        "model.not_a_number", "model.too_small",
    ])  # fmt: skip


def test_ids_must_be_text():
    assert keys(good().set_axis(gpd.pd.Index([1, 2], name="home_id"))) == ["model.index_text"]


def test_a_word_outside_the_list_is_told():
    assert keys(good().assign(people_source=["measured", "guessed"])) == ["model.value_unknown"]


def test_something_else_than_a_table_is_told():
    assert keys([1, 2]) == ["model.not_a_table"]
