"""A hand-sized street of three communities, measured for real: what the maps are tested on.

One street of 1,200 m runs east along y = 50, with a lane of 300 m north from x = 600. Community
01 lies at x 0-400, 02 at 400-800, 03 at 800-1200; each has four homes 10 m off the street, at
50, 150, 250 and 350 m from its own west end. A shop stands at x = 100 and a kindergarten at
x = 600, both on the street; parks were never collected.

Convenience store in 5 min at 72 m/min = 360 m: all of 01 (at most 250 + 10 m); of 02 only the
home at 450 (350 + 10); none of 03. Kindergarten in 300 m: the homes from 310 to 890. So with
a share of 0.9: shop met, not met, not met; kindergarten not met (only the home at 350), met,
not met (only the home at 850); park not known everywhere.
"""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from shapely.geometry import Point, box

from greenmap.measure.assess import assess
from greenmap.model.profile import load_profile
from greenmap.model.standard import load_standard
from greenmap.model.study import Assessment, Study
from greenmap.model.walk_network import WalkNetwork

CRS = "EPSG:4543"
X, Y = 470_000.0, 2_940_000.0
CLAUSES = ("kindergarten-300m", "convenience-5min", "park-500m")
IDS = ("510402001001", "510402001002", "510402001003")
TAG, CLOSING, BRACES = "<img src=x onerror=alert(1)>", "乙</script>{% x %}", "丙{{ 7*7 }}区"


def network(source: str = "streets.osm") -> WalkNetwork:
    """The street in pieces of 100 m, and the lane."""
    x = np.r_[np.arange(13) * 100.0, 600.0] + X
    y = np.r_[np.full(13, 50.0), 350.0] + Y
    tail, head = np.r_[np.arange(12), 6], np.r_[np.arange(1, 13), 13]
    lon, lat = pyproj.Transformer.from_crs(CRS, 4326, always_xy=True).transform(x, y)
    m = len(tail)
    shape = np.column_stack([x, y])[np.column_stack([tail, head]).ravel()]
    return WalkNetwork(
        node_id=np.arange(14), lon=lon, lat=lat, x=x, y=y, crs=CRS,
        tail=tail.astype(np.uint32), head=head.astype(np.uint32),
        length_m=np.hypot(x[head] - x[tail], y[head] - y[tail]),
        forward=np.ones(m, bool), backward=np.ones(m, bool),
        kind=np.r_[np.zeros(12), 1].astype(np.uint8), kinds=("residential", "footway"),
        private=np.zeros(m, bool), way_id=np.r_[np.full(12, 1), 2],
        shape_start=np.arange(0, 2 * m + 1, 2), shape_xy=shape,
        extent=box(X - 3000, Y - 3000, X + 4200, Y + 3400), exits=np.zeros(14, bool),
        component=np.zeros(14, np.int32), digest="0" * 64, source=source, notes={})


def communities(names: tuple[str, str, str] = ("甲社区", "乙社区", "丙社区")) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"name": names}, index=pd.Index(IDS, name="community_id"),
        geometry=[box(X + 400 * n, Y, X + 400 * n + 400, Y + 400) for n in range(3)], crs=CRS)


def homes() -> gpd.GeoDataFrame:
    at = [400 * n + d for n in range(3) for d in (50, 150, 250, 350)]
    people = np.full(12, 100.0)
    people[1] = 7.0
    return gpd.GeoDataFrame(
        {"people": people, "age_3_6": people / 10, "community_id": np.repeat(IDS, 4)},
        index=pd.Index([f"h{n:02d}" for n in range(12)], name="home_id"),
        geometry=[Point(X + d, Y + 60) for d in at], crs=CRS)


def amenities(name: str = "东街便利店") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"category": ["convenience_store", "kindergarten", None], "place_id": ["s1", "k1", "u1"],
         "name": [name, "第一幼儿园", "旧楼"], "status": ["open", "open", None],
         "area_m2": [80.0, None, None]},
        index=pd.Index(["s1", "k1", "u1"], name="amenity_id"),
        geometry=[Point(X + 100, Y + 50), Point(X + 600, Y + 50), Point(X + 900, Y + 50)], crs=CRS)


def study(**changes: object) -> Study:
    """The study; fields of it may be replaced."""
    whole = load_standard("fifteen-minute-generic")
    standard = dataclasses.replace(
        whole, clauses=tuple(c for name in CLAUSES for c in whole.clauses if c.id == name))
    fields: dict[str, object] = {
        "communities": communities(), "homes": homes(), "amenities": amenities(),
        "network": network(), "standard": standard, "share": 0.9, "name": "三社区",
        "as_of": "2022-03", "collected": ("kindergarten", "convenience_store"),
        "profiles": {name: load_profile(name) for name in ("adult", "metres")},
        "inputs": ({"name": "设施.csv", "role": "amenities", "rows": 3, "as_of": "2022-01"},)}
    return Study(**{**fields, **changes})


def assessment(**changes: object) -> Assessment:
    """Measure the study."""
    return assess(study(**changes))


def hostile() -> Assessment:
    """Names that would run, close a script or fill a template, if they were not escaped."""
    return assessment(communities=communities((TAG, CLOSING, BRACES)),
                      amenities=amenities(f"{TAG}{CLOSING}{BRACES}"), name=f"{CLOSING}{TAG}")
