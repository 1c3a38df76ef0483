"""A hand-sized assessment: three communities in two subdistricts, seven homes, three clauses.

What each home answers is written down here, not measured; coverage, gaps and checks follow.
Age 3-6: 甲 20 + 5, 乙 4, 丙 30: 乙 is a group under ten, and alone so in its subdistrict.
"""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Point, Polygon, box

from greenmap.measure.find_gaps import find_checks, find_gaps
from greenmap.measure.units_judged import judge_units
from greenmap.model.manifest import make_manifest
from greenmap.model.profile import load_profile
from greenmap.model.standard import load_standard
from greenmap.model.study import Assessment, Coverage, HomeAnswers, Study
from greenmap.model.unit import list_units
from greenmap.model.walk_network import WalkNetwork

CRS = "EPSG:4543"
CLAUSES = ("kindergarten-300m", "convenience-5min", "park-500m")
TRICK = '=HYPERLINK("http://x.invalid","乙")'
X, Y = 500_000.0, 2_940_000.0

# home: community, people, age_3_6, then per clause (state, reason, value, amenity)
# states: 0 covered, 1 not covered, 2 unknown
HOMES = {
    "h1": ("510402001001", 100.0, 20.0, (0, "", 120.5, "k1"), (0, "", 1 / 3, "s1"),
           (1, "none_near", np.inf, None)),
    "h2": ("510402001001", 40.0, 5.0, (1, "detour", 900.0, "k1"), (0, "", 5.0, "s1"),
           (1, "none_near", np.inf, None)),
    "h3": ("510402001002", 60.0, 4.0, (1, "none_near", np.inf, None), (0, "", 2.0, "s1"),
           (2, "place_not_sure", 700.0, "p1")),
    "h4": ("510402001002", 10.0, 0.0, (2, "not_attached", np.nan, None),
           (2, "not_attached", np.nan, None),
           (2, "not_attached", np.nan, None)),
    "h5": ("510402002001", 200.0, 30.0, (0, "", 300.0, "k1"), (1, "none_near", 22.25, "s1"),
           (0, "", 450.0, "p1")),
    "h6": ("510402002001", np.nan, 0.0, (0, "", 200.0, "k1"), (0, "", 3.0, "s1"),
           (0, "", 450.0, "p1")),
    "h7": (None, 7.0, 1.0, (2, "edge_of_data", np.inf, None), (0, "", 1.0, "=s1"),
           (2, "edge_of_data", np.inf, None)),
}


def communities() -> gpd.GeoDataFrame:
    names = ["甲社区", TRICK, "丙/社区"]
    return gpd.GeoDataFrame(
        {"name": names, "subdistrict": ["东街", "东街", "西街"], "district": "东区"},
        index=pd.Index(["510402001001", "510402001002", "510402002001"], name="community_id"),
        geometry=[box(X + 200 * n, Y, X + 200 * n + 200, Y + 200) for n in range(3)], crs=CRS)


def homes() -> gpd.GeoDataFrame:
    rows = pd.DataFrame.from_dict({k: v[:3] for k, v in HOMES.items()}, orient="index",
                                  columns=["community_id", "people", "age_3_6"])
    return gpd.GeoDataFrame(rows.rename_axis("home_id"),
                            geometry=[Point(X + 80 * n + 10, Y + 50) for n in range(len(HOMES))],
                            crs=CRS)


def amenities() -> gpd.GeoDataFrame:
    table = gpd.GeoDataFrame(
        {"category": ["kindergarten", "convenience_store", "park", None],
         "place_id": ["k1", "s1", "p1", "u1"], "status": ["open", "open", None, "closed"],
         "name": ["第一幼儿园", "@便利店", "河滨公园", "+旧楼"],
         "area_m2": [None, None, None, 50.0],
         "source": "设施.csv"},
        index=pd.Index(["k1", "=s1", "p1", "u1"], name="amenity_id"),
        geometry=[Point(X + 100, Y), Point(X + 300, Y), Point(X + 500, Y), Point(X + 9000, Y)],
        crs=CRS)
    table.attrs["collected"] = ("kindergarten", "convenience_store")
    return table


def network() -> WalkNetwork:
    """One street of 600 m along the south side."""
    return WalkNetwork(
        node_id=np.array([1, 2]), lon=np.array([101.7, 101.706]), lat=np.array([26.6, 26.6]),
        x=np.array([X, X + 600]), y=np.array([Y, Y]), crs=CRS,
        tail=np.array([0], np.uint32), head=np.array([1], np.uint32),
        length_m=np.array([600.0]), forward=np.array([True]), backward=np.array([True]),
        kind=np.array([0], np.uint8), kinds=("residential",), private=np.array([False]),
        way_id=np.array([7]), shape_start=np.array([0, 2]),
        shape_xy=np.array([[X, Y], [X + 600, Y]]),
        extent=Polygon(box(X - 100, Y - 100, X + 700, Y + 300)), exits=np.array([False, False]),
        component=np.array([0, 0], np.int32), digest="0" * 64, source="streets.osm",
        notes={"ways": 1})


def study(share: float | None = 0.9, **changes: object) -> Study:
    whole = load_standard("fifteen-minute-generic")
    standard = dataclasses.replace(
        whole, clauses=tuple(c for name in CLAUSES for c in whole.clauses if c.id == name))
    made = Study(
        communities=communities(), homes=homes(), amenities=amenities(), network=network(),
        standard=standard, share=share, name="虚构区 A&B", as_of="2022-03", fictional=True,
        profiles={name: load_profile(name) for name in ("adult", "metres")},
        inputs=({"name": "设施.csv", "role": "amenities", "rows": 4, "rows_in": 5,
                 "digest": "ab" * 32,
                 "datum": "gcj02", "encoding": "gb18030", "crs": "EPSG:4326",
                 "as_of": "2022-01",
                 "left_out": {"exact_repeat": 1}, "dropped_columns": ("电话",)},))
    return dataclasses.replace(made, **changes)


def answers(asked: Study) -> HomeAnswers:
    cells = {home: row[3:] for home, row in HOMES.items()}
    order = list(asked.homes.index)

    def column(n: int, dtype: object) -> np.ndarray:
        out = np.empty((len(order), len(CLAUSES)), dtype=dtype)
        for i, home in enumerate(order):
            for k in range(len(CLAUSES)):
                out[i, k] = cells[home][k][n]
        return out

    people = asked.homes["people"].fillna(0).to_numpy()
    weight = np.column_stack([asked.homes["age_3_6"].to_numpy(), people, people])
    return HomeAnswers(home_id=np.array(order, object), clause_id=CLAUSES,
                       state=column(0, np.uint8), reason=column(1, object),
                       value=column(2, float), amenity_id=column(3, object), weight=weight,
                       search_limit=(3000.0, 40.0, 3000.0))


def snaps() -> pd.DataFrame:
    rows = [("home", h, h != "h4", np.nan if h == "h4" else 12.5,
             "too_far" if h == "h4" else "edge") for h in HOMES]
    rows += [("amenity", a, a != "u1", 3.25 if a != "u1" else 8400.0,
              "edge" if a != "u1" else "outside_data") for a in amenities().index]
    return pd.DataFrame(rows, columns=["role", "id", "attached", "leg_m", "status"]
                        ).set_index(["role", "id"])


def assessment(asked: Study | None = None) -> Assessment:
    """Return the whole result; homes in the order of the study's table."""
    asked = asked or study()
    found = answers(asked)
    bases = ["measured", "measured", "measured"]
    coverage = Coverage(judge_units(found, asked, bases), found)
    areas = gpd.GeoDataFrame(
        {"category": ["kindergarten"], "profile": ["adult"], "band_min": [5.0]},
        geometry=[box(X, Y, X + 400, Y + 200)], crs=CRS)
    return Assessment(
        study=asked, reaches={}, coverage=coverage.table, answers=found,
        gaps=find_gaps(coverage, asked), checks=find_checks(coverage, asked), snaps=snaps(),
        isochrones=areas, units=list_units(asked.communities),
        manifest=make_manifest(asked, arguments={"attach_limit_m": 100.0, "search_min": 40.0}))
