"""Homes from a population raster: nobody lost, nobody made up."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio import Affine

from greenmap.errors import CrsError, TableError, UnreadableFileError
from greenmap.read.raster import homes_from_raster

# three rows, four columns of 0.01 degrees from (101.70, 26.60) down
PEOPLE = np.array([[1, 0, 2.5, -99999], [0, 4, 8, 16], [-99999, 32, 0, 64]], "float32")


def raster(path, values=PEOPLE, crs="EPSG:4326", nodata=-99999.0):
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
        dtype="float32", crs=crs, transform=Affine(0.01, 0, 101.70, 0, -0.01, 26.60), nodata=nodata,
    ) as file:  # fmt: skip
        file.write(values, 1)
    return path


def test_one_home_a_cell_at_its_centre(tmp_path):
    homes = homes_from_raster(raster(tmp_path / "people.tif"))
    assert homes["people"].to_dict() == {
        "r0c0": 1, "r0c2": 2.5, "r1c1": 4, "r1c2": 8, "r1c3": 16, "r2c1": 32, "r2c3": 64,
    }  # fmt: skip
    assert homes.attrs["people_total"] == 127.5
    point = homes.geometry["r1c2"]
    assert (round(point.x, 9), round(point.y, 9)) == (101.725, 26.585)
    assert set(homes["people_source"]) == {"estimated"}


def areas(*bounds):
    return gpd.GeoDataFrame(
        {"name": ["甲"]}, geometry=[shapely.box(*bounds)],
        index=gpd.pd.Index(["甲"], name="community_id"), crs=4326,
    )  # fmt: skip


def test_only_cells_around_the_communities_are_read_and_keep_their_ids(tmp_path):
    file = raster(tmp_path / "people.tif")
    homes = homes_from_raster(file, communities=areas(101.712, 26.572, 101.728, 26.588))
    # whole cells around the box: rows 1-2, columns 1-2; all three centres lie inside it
    assert homes["people"].to_dict() == {"r1c1": 4, "r1c2": 8, "r2c1": 32}
    assert homes["community_id"].tolist() == ["甲"] * 3
    with pytest.raises(TableError) as caught:
        homes_from_raster(file, communities=areas(10, 10, 11, 11))
    assert caught.value.key == "read.raster_elsewhere"


def test_a_raster_in_metres_comes_to_degrees(tmp_path):
    file = tmp_path / "metres.tif"
    with rasterio.open(
        file, "w", driver="GTiff", height=1, width=1, count=1, dtype="float32",
        crs="EPSG:4543", transform=Affine(100, 0, 499_950, 0, -100, 2_941_050),
    ) as out:  # fmt: skip
        out.write(np.array([[7]], "float32"), 1)
    homes = homes_from_raster(file)
    assert homes.geometry.iloc[0].x == pytest.approx(102, abs=1e-9)  # the central meridian


@pytest.mark.parametrize(
    ("values", "options", "key"),
    [
        (np.array([[1, -5]], "float32"), {}, "read.negative_cells"),
        (np.array([[0, -99999]], "float32"), {}, "read.empty_raster"),
    ],
)
def test_impossible_rasters_are_refused(tmp_path, values, options, key):
    with pytest.raises(TableError) as caught:
        homes_from_raster(raster(tmp_path / "people.tif", values, **options))
    assert caught.value.key == key


def test_a_raster_without_crs_or_that_is_none_is_refused(tmp_path):
    with pytest.raises(CrsError):
        homes_from_raster(raster(tmp_path / "people.tif", crs=None))
    (tmp_path / "text.tif").write_text("no raster")
    with pytest.raises(UnreadableFileError):
        homes_from_raster(tmp_path / "text.tif")


def test_a_real_raster_keeps_its_total(shared_data):
    homes = homes_from_raster(
        shared_data / "population/spb_vasilyevsky_pop_3arcsec_worldpop_style.tif"
    )
    assert homes["people"].sum() == 271_977
