"""Hand-sized worlds with walls: plane metres from a corner in Zhejiang, lengths as drawn."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from greenmap.engine.csr import build_csr
from greenmap.engine.search import distances
from greenmap.model.barrier import make_barriers
from greenmap.model.profile import Profile
from greenmap.network.attach import attach
from greenmap.network.compose import compose
from greenmap.network.price import price
from greenmap.network.tables import network_from_tables
from greenmap.network.walls import with_barriers
from greenmap.units import UNREACHED

CRS = "EPSG:4549"
CORNER = np.array([500_000.0, 3_200_000.0])
METRES = Profile("m", "m", "m", speed_m_per_min=None)
_EARTH = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)


def streets(nodes, edges, private=()):
    """Straight streets between numbered nodes (x, y in metres)."""
    lon, lat = _EARTH.transform(*(np.array([*nodes.values()], float) + CORNER).T)
    at = pd.DataFrame({"node": list(nodes), "lon": lon, "lat": lat})
    table = pd.DataFrame({
        "u": [a for a, _ in edges], "v": [b for _, b in edges],
        "length_m": [float(np.hypot(*np.subtract(nodes[a], nodes[b]))) for a, b in edges],
        "access": ["private" if edge in private else None for edge in edges],
    })  # fmt: skip
    return network_from_tables(at, table, crs=CRS)


def lines(*paths, prefix="w", **columns):
    shapes = [shapely.linestrings(np.array(path, float) + CORNER) for path in paths]
    index = [f"{prefix}{k}" for k in range(len(paths))]
    return gpd.GeoDataFrame(columns, index=index, geometry=shapes, crs=CRS)


def points(*places, prefix="g", **columns):
    shapes = shapely.points(np.array(places, float).reshape(-1, 2) + CORNER)
    index = [f"{prefix}{k}" for k in range(len(places))]
    return gpd.GeoDataFrame(columns, index=index, geometry=shapes, crs=CRS)


def ring(west, south, east, north):
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def areas(*boxes, prefix="c", **columns):
    table = lines(*(ring(*box) for box in boxes), prefix=prefix, **columns)
    return table.set_geometry([shapely.Polygon(shape) for shape in table.geometry], crs=CRS)


def walled(network, walls=None, gates=None, compounds=None, free_way=()):
    given = [[table] if table is not None else [] for table in (walls, gates, compounds)]
    made = make_barriers(CRS, walls=given[0], gates=given[1], compounds=given[2], free_way=free_way)
    return with_barriers(network, made)


def walks(network, homes, places, *, without=(), attached=None, limit_m=100.0):
    """Metres from each home to each place, legs included; inf where there is no walk."""
    one, other = attached or (
        attach(network, homes, limit_m=limit_m),
        attach(network, places, limit_m=limit_m, public_only=True),
    )
    graph = compose(network, price(network, METRES, without=without), METRES, one, other)
    csr = build_csr(graph.n_nodes, graph.tail, graph.head, graph.ticks)
    table = np.full((len(homes), len(places)), np.inf)
    for h, start in enumerate(graph.home_node.tolist()):
        if start >= 0:
            far = distances(csr, np.array([start]), np.zeros(1, np.uint32), limit=10**8)
            for e in np.flatnonzero(graph.entrance_node >= 0):
                at = far[graph.entrance_node[e]]
                if at != UNREACHED:
                    table[h, e] = (int(at) + int(graph.entrance_ticks[e])) / 1000
    return table


# The compound of the issue: a wall round 400 m x 400 m, a street 5 m outside it, one gate in the
# south and a lane from there to the north; the home stands at its end, the school behind the wall.
OUTER = {1: (-5, -5), 2: (200, -5), 3: (405, -5), 4: (405, 405), 5: (200, 405), 6: (-5, 405)}
INNER = {7: (200, 200), 8: (200, 360)}
COMPOUND = OUTER | INNER
ROUND = [(1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 1)]
LANE = [(2, 7), (7, 8)]
HOME, SCHOOL, GATE = (200, 360), (200, 405), (200, 0)
