"""The binary map files: GeoPackage, shapefile in GBK, rasters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from greenmap.sample import relief
from greenmap.sample.city import City
from greenmap.sample.tables import Rows, community_rows

SHAPE_CRS = "EPSG:4548"  # CGCS2000, three-degree zone of 117 E
SHAPE_COLUMNS = {
    "community_id": "社区编码", "name": "社区名称", "subdistrict": "街道", "district": "区",
    "city": "市", "built_year": "建成年份", "people": "常住人口",
}  # fmt: skip


def write_communities(city: City, folder: Path) -> None:
    """Write communities.gpkg (WGS 84) and communities.shp (CGCS2000, GBK, Chinese columns).

    Parameters
    ----------
    city : City
        As made.
    folder : Path
        Where to write.
    """
    import geopandas as gpd
    import shapely

    records, rings = zip(*community_rows(city), strict=True)
    table = gpd.GeoDataFrame(
        list(records), geometry=[shapely.Polygon(ring) for ring in rings], crs="EPSG:4326"
    )
    table.to_file(folder / "communities.gpkg", layer="communities")
    plane = table.to_crs(SHAPE_CRS).rename(columns=SHAPE_COLUMNS)
    plane.to_file(folder / "communities.shp", encoding="GBK")


def write_homes(rows: Rows, path: Path) -> None:
    """Write the homes as a GeoPackage of points.

    Parameters
    ----------
    rows : rows
        The homes' table.
    path : Path
        A file ending in .gpkg.
    """
    import geopandas as gpd
    import pandas as pd

    frame = pd.DataFrame(rows[1:], columns=[str(c) for c in rows[0]]).replace({"": None})
    where = gpd.points_from_xy(frame.pop("lon").astype(float), frame.pop("lat").astype(float))
    gpd.GeoDataFrame(frame, geometry=where, crs="EPSG:4326").to_file(path, layer="homes")


def write_rasters(city: City, bounds: relief.Bounds, folder: Path) -> None:
    """Write dem.tif and population.tif.

    Parameters
    ----------
    city : City
        As made.
    bounds : west, south, east, north
        Degrees.
    folder : Path
        Where to write.
    """
    from greenmap.read.raster import write_raster

    made: dict[str, Any] = {"dem": relief.heights, "population": relief.people}
    for name, fill in made.items():
        values, (west, south, east, north) = fill(city, bounds)
        write_raster(
            folder / f"{name}.tif", values, west=west, south=south, east=east, north=north,
            nodata=relief.NODATA,
        )  # fmt: skip
