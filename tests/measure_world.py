"""The line world: a street of ten 100 m edges, nodes 0 … 10, the data far wider than the street.

    0 --- 1 --- 2 --- 3 --- ... --- 10        100 m each

Homes and places stand on nodes, so every walk can be read off: |difference| x 100 m.
"""

from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap.model.standard import Clause, Standard
from greenmap.model.study import Study
from greenmap.network.tables import network_from_tables

LON, LAT, STEP = 101.7, 26.58, 0.001005  # about 100 m of longitude at this latitude


@cache
def line_network(*, reach_data_m=5000.0, n=11, lengths=100.0):
    nodes = pd.DataFrame({"node": range(n), "lon": LON + STEP * np.arange(n), "lat": LAT})
    edges = pd.DataFrame({"u": range(n - 1), "v": range(1, n), "length_m": lengths})
    margin = reach_data_m / 111_000
    extent = shapely.box(LON - margin, LAT - 0.05, LON + STEP * (n - 1) + margin, LAT + 0.05)
    return network_from_tables(nodes, edges, extent=extent)


def at_nodes(nodes, prefix):
    points = gpd.points_from_xy(LON + STEP * np.asarray(nodes, float), np.full(len(nodes), LAT))
    index = pd.Index([f"{prefix}{n}" for n in range(len(nodes))], name=f"{prefix}_id")
    return gpd.GeoDataFrame({"node": np.asarray(nodes)}, geometry=points, index=index, crs=4326)


def homes_at(nodes, people=10.0, community="A", **columns):
    homes = at_nodes(nodes, "home")
    homes["people"] = people
    homes["community_id"] = community
    for name, values in columns.items():
        homes[name] = values
    return homes


def places_at(nodes, category="pharmacy", **columns):
    places = at_nodes(nodes, "amenity")
    places["category"] = category
    places["place_id"] = places.index
    for name, values in columns.items():
        places[name] = values
    return places


def communities(names=("A",), **columns):
    """Squares of 11 edges' width over the line, one per name, all the same."""
    area = shapely.box(LON - STEP / 2, LAT - STEP, LON + 10.5 * STEP, LAT + STEP)
    table = gpd.GeoDataFrame({"name": [f"社区{n}" for n in names]}, geometry=[area] * len(names),
                             index=pd.Index(names, name="community_id"), crs=4326)
    for name, values in columns.items():
        table[name] = values
    return table


def clause(**changes):
    values = {"id": "pharmacy-300m", "kind": "reach", "categories": ("pharmacy",), "limit": 300.0,
              "unit": "m", "profile": "metres", "people": "all", "zh": "药店", "en": "A pharmacy",
              "source_zh": "无", "source_en": "none", "confidence": "verified"}
    return Clause(**(values | changes))


def line_study(homes, places, *clauses, collected=("all",), share=0.9, network=None,
               areas=None, **changes):
    standard = Standard(id="t", zh="测", en="test", clauses=clauses or (clause(),))
    return Study(communities() if areas is None else areas, homes, places,
                 network or line_network(), standard, share=share, collected=collected, **changes)
