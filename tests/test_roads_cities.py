"""Real streets written out as bare centrelines and read back: what is lost, and by which rule."""

import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from centreline_files import centrelines, write_shapefile

import greenmap as gm
from greenmap.read.osm_streets import read_osm_streets

CITIES = {"panzhihua": ("panzhihua_2022.osm", "EPSG:4543"),
          "haidian": ("beijing_haidian_qinghuadonglu_2026.osm", "EPSG:4548")}
NEAR = 0.05


def points(network, nodes, prefix, **columns):
    index = pd.Index([f"{prefix}{k}" for k in nodes])
    return gpd.GeoDataFrame(columns, index=index, crs=network.crs,
                            geometry=gpd.points_from_xy(network.x[nodes], network.y[nodes]))


def walks(network, homes, places):
    table = gm.reach(network, homes, places, profile="adult").to_frame()
    return table["value"].astype(float)


def split_at_the_maps_nodes(osm, table, crs):
    """The same lines cut at nodes that ways share, meeting at their ends and nowhere else."""
    streets = read_osm_streets(osm)
    ref, times = np.unique(streets.ref, return_counts=True)
    shared = streets.ref[np.isin(streets.ref, ref[times > 1])]
    at = {ref: k for k, ref in enumerate(streets.ref.tolist())}
    keep = [at[one] for one in np.unique(shared).tolist()]
    junction = shapely.multipoints(np.column_stack([streets.lon[keep], streets.lat[keep]]))
    places = {tuple(xy) for xy in shapely.get_coordinates(junction).round(7).tolist()}
    rows, shapes = [], []
    for row, line in enumerate(table.geometry):
        xy = shapely.get_coordinates(line)
        cut = [0] + [k for k in range(1, len(xy) - 1) if tuple(xy[k].round(7).tolist()) in places]
        for a, b in zip(cut, [*cut[1:], len(xy) - 1], strict=True):
            rows.append(row)
            shapes.append(shapely.LineString(xy[a:b + 1]))
    made = gpd.GeoDataFrame({"highway": table["highway"].to_numpy(object)[rows],
                             "level": np.arange(len(rows))}, geometry=shapes, crs="EPSG:4326")
    return gm.network_from_roads(made, crs=crs)


def larger(mapped, other):
    both = np.isfinite(mapped) & (mapped > 0)
    away = ((other - mapped).abs() / mapped)[both]
    return away, away[away > NEAR].index


@pytest.mark.parametrize("city", CITIES)
def test_bare_centrelines_walk_like_the_map(shared_data, tmp_path, city):
    name, crs = CITIES[city]
    osm = shared_data / "osm" / name
    mapped = gm.read_network(osm, crs=crs, cache=False)
    mainland = np.flatnonzero(mapped.component == 0)
    homes = points(mapped, mainland[::3], "h", people=1.0, community_id="c")
    chosen = mainland[3::len(mainland) // 120][:120]
    kinds = ["pharmacy", "primary_school", "park"]
    places = points(mapped, chosen, "p", category=np.resize(kinds, len(chosen)), status="open")
    places["place_id"] = places.index
    homes.index.name, places.index.name = "home_id", "amenity_id"
    as_mapped = walks(mapped, homes, places)

    def read_back(levels):
        table = centrelines(osm, levels=levels)
        file = write_shapefile(table, tmp_path / f"道路{levels:d}.shp", crs=crs)
        roads = gm.read_roads(file)
        assert roads.attrs["source"]["encoding"] == "gb18030"
        assert not roads.attrs["classes_unknown"]
        return roads, gm.network_from_roads(roads, crs=crs)

    bare, network = read_back(False)
    away, off = larger(as_mapped, walks(network, homes, places))
    told = read_back(True)[1]
    still, unsaid = larger(as_mapped, walks(told, homes, places))
    cut = split_at_the_maps_nodes(osm, bare, crs)
    _, unexplained = larger(as_mapped, walks(cut, homes, places))
    shares = {"pairs": len(away), "median": float(away.median()),
              "within": float((away <= NEAR).mean()),
              "within_with_levels": float((still <= NEAR).mean()),
              "levels_not_told": len(off.difference(unsaid)),
              "crossing_the_map_does_not_join": len(unsaid.difference(unexplained)),
              "unexplained": len(unexplained)}
    print(city, shares)
    assert away.median() <= NEAR and still.median() <= NEAR
    assert (still <= NEAR).mean() >= 0.99  # with a column of levels
    assert not len(unexplained), shares
    assert network.length_m.sum() == pytest.approx(mapped.length_m.sum(), rel=0.001)


@pytest.mark.slow
def test_a_city_of_ninety_thousand_centrelines_is_read_in_time(shared_data):
    start = time.process_time()
    roads = gm.read_roads(shared_data / "osm" / "wuhan_streets.parquet")
    network = gm.network_from_roads(roads)
    took = time.process_time() - start
    assert len(roads) == 92_667
    assert network.n_edges > 90_000
    # the map's own motorways are left out, the rest stays whole
    assert network.notes["left_out class=motorway"] == 2080
    assert took < 30, f"{took:.1f} s"
