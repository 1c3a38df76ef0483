"""Our walks against distances that two independent programs computed, node by node."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from greenmap.engine.counting import counts
from greenmap.engine.csr import build_csr
from greenmap.engine.search import Sources, nearest
from greenmap.model.profile import Profile
from greenmap.network.attach import attach
from greenmap.network.compose import compose
from greenmap.network.price import price
from greenmap.network.tables import network_from_tables
from greenmap.units import from_ticks

METRES = Profile("metres", "米", "metres", speed_m_per_min=None)
LIMIT_M, BAND_M, NEAR_M = 1_200, 1_000, 0.02


def table(folder, name):
    parquet = folder / f"{name}.parquet"
    return pd.read_parquet(parquet) if parquet.exists() else pd.read_csv(folder / f"{name}.csv")


def at_nodes(ids):
    """Points that name their node; nothing is attached, so they need no place."""
    empty = gpd.GeoSeries([None] * len(ids), crs="EPSG:4326")
    return gpd.GeoDataFrame({"node": list(ids)}, geometry=empty)


@pytest.mark.slow
@pytest.mark.parametrize("city", ["panzhihua", "helsinki_centre", "las_palmas"])
def test_every_node_is_as_far_as_two_other_programs_say(shared_data, city):
    folder = shared_data / "reference"
    nodes, edges = (table(folder, f"{city}_{name}") for name in ("nodes", "edges"))
    places, expected = (table(folder, f"{city}_{name}") for name in ("pois", "expected"))
    kinds = [column.removesuffix("_m") for column in expected if column.endswith("_m")]

    network = network_from_tables(nodes, edges)
    homes = attach(network, at_nodes(expected["node"]))
    doors = attach(network, at_nodes(places["snap_node"]))
    graph = compose(network, price(network, METRES), METRES, homes, doors)
    reverse = build_csr(graph.n_nodes, graph.head, graph.tail, graph.ticks)
    rows = np.full(graph.n_nodes, -1, np.int32)
    rows[graph.home_node] = np.arange(len(expected))
    one_each = np.arange(len(places) + 1)
    sources = Sources(
        entrance_start=one_each,
        node=graph.entrance_node,
        ticks=graph.entrance_ticks,
        category_start=one_each,
        category=places["kind"].map(kinds.index).to_numpy(),
    )
    about = {"categories": len(kinds), "rows": rows, "n_rows": len(expected)}
    ticks, _ = nearest(reverse, sources, limit=LIMIT_M * 1000, threads=2, **about)
    found_m = from_ticks(ticks, "m")
    for k, kind in enumerate(kinds):
        truth_m = expected[f"{kind}_m"].to_numpy()
        near = truth_m <= LIMIT_M - NEAR_M
        assert near.any()
        assert np.abs(found_m[near, k] - truth_m[near]).max() <= NEAR_M, kind
        assert np.isinf(found_m[truth_m > LIMIT_M + NEAR_M, k]).all(), kind

    (counted,) = [column for column in expected if column.endswith("_within_1000m")]
    kind = kinds.index(counted.removesuffix("_within_1000m"))
    bands = np.array([BAND_M - NEAR_M, BAND_M, BAND_M + NEAR_M]) * 1000
    within = counts(reverse, sources, bands=bands.astype(np.uint32), threads=2, **about)[:, kind]
    low, at, high = within.T.astype(int)
    truth = expected[counted].to_numpy()
    # where no place is within 2 cm of the limit the counts are equal; else they lie between
    assert ((low <= truth) & (truth <= high)).all()
    assert (at == truth)[low == high].all()
