"""Green cover from a raster and from polygons."""

from __future__ import annotations

import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from greenmap.errors import TableError, UnreadableFileError
from greenmap.read.green import read_green
from greenmap.read.raster import write_raster

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
