"""Streets written as an office would hand them over: bare centrelines with class names."""

import geopandas as gpd
import numpy as np
import shapely

from greenmap.read.osm_streets import read_osm_streets

CLASS_OF = {
    "motorway": "高速公路", "motorway_link": "高速公路", "trunk": "主干路", "trunk_link": "主干路",
    "primary": "主干路", "primary_link": "主干路", "secondary": "次干路",
    "secondary_link": "次干路",
    "tertiary": "支路", "tertiary_link": "支路", "unclassified": "街道", "residential": "小区路",
    "service": "内部道路", "living_street": "街巷", "pedestrian": "步行街", "footway": "步行道",
    "path": "步行道", "track": "乡村道路", "cycleway": "非机动车道", "steps": "梯道",
    "construction": "在建", "proposed": "规划路",
}


def centrelines(osm, *, levels=False):
    """One feature a way, as drawn: crossings aren't split, nothing but class, name and level."""
    streets = read_osm_streets(osm)
    seen = np.isfinite(streets.lon)
    owner = np.repeat(np.arange(len(streets.way_id)), np.diff(streets.ref_start))
    xy = np.column_stack([streets.lon, streets.lat])[seen]
    owner = owner[seen]
    long = np.bincount(owner, minlength=len(streets.way_id)) > 1
    keep = long[owner]
    number, which = np.unique(owner[keep], return_inverse=True)
    shapes = shapely.linestrings(xy[keep], indices=which)
    tags = {name: values[number] for name, values in streets.tags.items()}
    outline = tags["area"] == "yes"  # a square's edge is no centreline
    table = gpd.GeoDataFrame({
        "道路等级": [CLASS_OF.get(kind, "其他道路") for kind in tags["highway"]],
        "道路名称": tags["name"],
    }, geometry=shapes, crs="EPSG:4326")
    if levels:
        up = ~np.isin(tags["bridge"].astype(str), ("None", "no"))
        down = ~np.isin(tags["tunnel"].astype(str), ("None", "no"))
        given = np.array([float(v) if str(v).lstrip("-").isdigit() else np.nan
                          for v in tags["layer"]])
        stated = np.where(np.isnan(given), up * 1.0 - down * 1.0, given)
        table["层级"] = np.where(up | down, np.where(stated == 0, up * 1.0 - down, stated), 0)
    return table[~outline].reset_index(drop=True)


def write_shapefile(table, path, *, crs="EPSG:4490", encoding="GBK"):
    table.to_crs(crs).to_file(path, encoding=encoding, engine="pyogrio")
    return path
