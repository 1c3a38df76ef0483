"""Green cover from a raster and from polygons."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from greenmap.errors import InputFaults, TableError, UnreadableFileError
from greenmap.read.green import read_green
from greenmap.read.raster import write_raster
from greenmap.studies import read_study

pytest.importorskip("exactextract")  # the extra "raster"

WEST, SOUTH, CELL = 101.70, 26.50, 0.001


def areas():
    """A covers cells (0, 0) and the western half of (0, 1); B nothing of the raster."""
    a = shapely.box(WEST, SOUTH, WEST + 1.5 * CELL, SOUTH + CELL)
    b = shapely.box(WEST + 1, SOUTH, WEST + 1 + CELL, SOUTH + CELL)
    return gpd.GeoDataFrame({"name": ["甲", "乙"]}, geometry=[a, b], crs=4326,
                            index=pd.Index(["A", "B"], name="community_id"))


@pytest.fixture
def raster(tmp_path):
    file = tmp_path / "ndvi.tif"
    write_raster(file, np.array([[0.1, 0.6]]), west=WEST, south=SOUTH, east=WEST + 2 * CELL,
                 north=SOUTH + CELL, nodata=-1.0)
    return file


def test_a_cell_counts_by_the_part_of_it_inside(raster):
    # one cell of 0.1 and half a cell of 0.6: of what is known a third is green
    table = read_green(raster, areas(), at_least=0.3)
    whole = areas().to_crs("EPSG:4543").area.iloc[0]
    assert table.loc["A", "green_m2"] == pytest.approx(whole / 3, rel=2e-3)
    assert np.isnan(table.loc["B", "green_m2"])


def test_classes_and_the_rule_are_needed(raster):
    with pytest.raises(TableError) as error:
        read_green(raster, areas())
    assert error.value.key == "read.green_rule"
    table = read_green(raster, areas(), classes=[0.25])
    assert table.loc["A", "green_m2"] == 0


def test_the_missing_extra_is_named(raster, monkeypatch):
    monkeypatch.setitem(sys.modules, "exactextract", None)
    with pytest.raises(UnreadableFileError) as error:
        read_green(raster, areas(), at_least=0.3)
    assert error.value.key == "read.needs_raster"


def test_polygons_that_overlap_count_once(tmp_path):
    half = shapely.box(WEST, SOUTH, WEST + 0.75 * CELL, SOUTH + CELL)
    file = tmp_path / "green.gpkg"
    gpd.GeoDataFrame({"name": ["一", "二"]}, geometry=[half, half], crs=4326).to_file(file)
    table = read_green(file, areas())
    whole = areas().to_crs("EPSG:4543").area.iloc[0]
    assert table["green_m2"].tolist() == [pytest.approx(whole / 2, rel=2e-3), 0.0]


def study_with(tmp_path, *lines):
    """The small study, a [green] section, and polygons that cover the west half of its land."""
    folder = tmp_path / "study"
    if not folder.exists():
        shutil.copytree(Path(__file__).parent / "data/studies/small", folder)
    west, south, east, north = gpd.read_file(folder / "communities.geojson").total_bounds
    half = shapely.box(west - 1, south - 1, (west + east) / 2, north + 1)
    gpd.GeoDataFrame({"name": ["山"]}, geometry=[half], crs=4326).to_file(folder / "green.gpkg")
    write_raster(folder / "ndvi.tif", np.array([[0.6]]), west=west - 1, south=south - 1,
                 east=east + 1, north=north + 1, nodata=-1.0)
    file = folder / "green.toml"
    text = (folder / "study.toml").read_text("utf-8")
    file.write_text("\n".join([text, "[green]", *lines]), "utf-8")
    return file


def test_a_study_names_its_green(tmp_path):
    # polygons: of a whole that is halved, at most all and at least some is green
    study = read_study(study_with(tmp_path, 'path = "green.gpkg"'))
    green, whole = study.communities["green_m2"], study.communities.area
    assert (green <= whole * (1 + 1e-9)).all() and 0 < green.sum() < whole.sum()
    record = study.inputs[-1]
    assert (record["role"], record["path"], record["rows"]) == ("green", "green.gpkg", len(green))
    # one cell of 0.6 over everything: all is green at 0.3, nothing at 0.7
    for least, part in ((0.3, 1.0), (0.7, 0.0)):
        study = read_study(study_with(tmp_path, 'path = "ndvi.tif"', f"at_least = {least}"))
        assert study.communities["green_m2"].tolist() == pytest.approx(
            (study.communities.area * part).tolist(), rel=2e-3)
        assert study.inputs[-1]["at_least"] == least


@pytest.mark.parametrize(("lines", "key"), [
    (('path = "ndvi.tif"',), "read.green_rule"),
    (('path = "ndvi.tif"', "at_least = 0.3", "classes = [1]"), "read.green_rule"),
    (('path = "ndvi.tif"', 'at_least = "0.3"'), "study.bad_number"),
    (('path = "ndvi.tif"', "classes = 3"), "study.bad_numbers"),
    (('path = "green.gpkg"', "at_least = 0.3"), "read.green_polygons"),
    (('path = "green.gpkg"', 'datum = "auto"'), "study.datum_auto_area"),
    (('path = "grren.gpkg"',), "study.file_missing_near"),
    (("at_least = 0.3",), "study.one_source"),
])
def test_each_way_to_be_wrong_is_named(tmp_path, lines, key):
    with pytest.raises(InputFaults) as error:
        read_study(study_with(tmp_path, *lines))
    assert key in [fault.key for fault in error.value.faults]


def test_green_given_twice_is_named(tmp_path):
    file = study_with(tmp_path, 'path = "green.gpkg"')
    land = file.with_name("communities.geojson")
    gpd.read_file(land).assign(green_m2=5.0).to_file(land)
    with pytest.raises(InputFaults) as error:
        read_study(file)
    assert [fault.key for fault in error.value.faults] == ["study.green_twice"]
