"""Layers: a GIS finds what was found, and no homes in what is handed on."""

import assessment_world as world
import geopandas as gpd
import pyogrio
import pytest

from greenmap.report.layers import write_homes, write_results


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("layers")
    result = world.assessment()
    write_results(result, folder / "results.gpkg")
    write_homes(result, folder / "homes.gpkg")
    return result, folder


def test_layers_without_homes(written):
    _, folder = written
    names = [name for name, _ in pyogrio.list_layers(folder / "results.gpkg")]
    assert names == ["communities", "subdistrict", "district", "gaps", "checks", "facilities",
                     "isochrones"]


def test_communities_carry_every_answer(written):
    result, folder = written
    table = gpd.read_file(folder / "results.gpkg", layer="communities").set_index("community_id")
    assert table.crs == world.CRS
    assert sorted(table.index) == sorted(result.study.communities.index)
    for unit, row in table.iterrows():
        for clause in world.CLAUSES:
            truth = result.coverage.loc[(unit, clause)]
            name = clause.replace("-", "_")
            assert row[f"state_{name}"] == truth["state"]
    assert table.loc["510402002001", "share_convenience_5min"] == 0
    assert table["share_kindergarten_300m"].isna().sum() == 2  # too few, and the one beside


def test_upper_units_cover_their_communities(written):
    _, folder = written
    table = gpd.read_file(folder / "results.gpkg", layer="subdistrict").set_index("name")
    assert table.area.to_dict() == pytest.approx({"东街": 80_000, "西街": 40_000})
    assert table.loc["东街", "share_convenience_5min"] == pytest.approx(200 / 210)


def test_beyond_the_search_is_missing_not_a_number(written):
    _, folder = written
    gaps = gpd.read_file(folder / "results.gpkg", layer="gaps").set_index("clause_id")
    assert gaps.loc["park-500m", "walk_p90"] != gaps.loc["park-500m", "walk_p90"]
    homes = gpd.read_file(folder / "homes.gpkg").set_index("home_id")
    assert homes["walk_park_500m"].isna().tolist() == [True, True, False, True, False, False, True]
    assert homes["answer_park_500m"].tolist() == [
        "not_covered", "not_covered", "unknown", "unknown", "covered", "covered", "unknown"]


def test_homes_tell_no_ages(written):
    _, folder = written
    assert not [c for c in gpd.read_file(folder / "homes.gpkg").columns if "age" in c]


def test_checks_lie_on_their_communities(written):
    result, folder = written
    checks = gpd.read_file(folder / "results.gpkg", layer="checks").set_index("check_id")
    assert set(checks.index) == set(result.checks.index)
    own = result.study.communities.geometry["510402001002"]
    assert checks.geometry.iloc[0].equals(own)


def test_a_study_with_no_gap_still_writes_every_layer(tmp_path):
    result = world.assessment(world.study(share=None))
    assert result.gaps.empty
    write_results(result, tmp_path / "r.gpkg")
    assert gpd.read_file(tmp_path / "r.gpkg", layer="gaps").empty
