"""Road centrelines of a study: read, made a network, merged with another, and told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from greenmap.errors import Fault, Faults, InputFaults
from greenmap.model.crs import to_study
from greenmap.model.schema import first_few
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.attach import edge_lines
from greenmap.network.centrelines import JOIN_M, NEAR_M, network_from_roads
from greenmap.network.merging import MATCH_M, merge_networks
from greenmap.network.road_cover import bare_communities
from greenmap.read.roads import read_roads
from greenmap.studies.study_text import StudyText
from greenmap.studies.tables import system

_READ = ("layer", "encoding", "crs", "datum", "columns", "classes", "levels")


def read_road_network(
    text: StudyText, crs: str, communities: gpd.GeoDataFrame | None
) -> WalkNetwork:
    """Read the centrelines of ``[roads]`` and make them a network.

    Parameters
    ----------
    text : StudyText
        With ``[roads] path``.
    crs : str
        Metre system.
    communities : GeoDataFrame, optional
        Whose ground is asked about.

    Returns
    -------
    WalkNetwork
    """
    entry = text.roads
    said = {k: entry[k] for k in _READ if k in entry}
    if "crs" in said:
        said["crs"] = system(said["crs"], text)
    roads = read_roads(text.file(entry["path"]), **said,
                       as_of=entry.get("as_of", text.study.get("as_of")))
    network = network_from_roads(
        roads, crs=crs, join_m=float(entry.get("join_m", JOIN_M)),
        near_m=float(entry.get("near_m", NEAR_M)), communities=communities)
    assert network.repairs is not None
    network.repairs.attrs = dict(roads.attrs)
    if communities is not None:
        _check_place(entry, network, communities)
    return network


def _check_place(entry: Mapping[str, Any], network: WalkNetwork, communities: gpd.GeoDataFrame
                 ) -> None:
    """Refuse roads that lie somewhere else altogether: their CRS is wrong, or the file."""
    own = shapely.convex_hull(shapely.multipoints(np.column_stack([network.x, network.y])))
    areas = shapely.union_all(to_study(communities, network.crs).geometry.to_numpy())
    apart = shapely.distance(own, areas)
    if apart > 0:
        said = network.repairs.attrs["source"].get("crs") if network.repairs is not None else "-"
        faults = Faults()
        faults.add("study.roads_elsewhere", path=entry["path"], km=f"{apart / 1000:.1f}", crs=said)
        raise InputFaults(faults)


def merged(text: StudyText, roads: WalkNetwork, streets: WalkNetwork) -> WalkNetwork:
    """Merge the centrelines with the streets of ``[network]``, as ``wins`` says.

    Parameters
    ----------
    text : StudyText
        The study file; ``[roads] wins`` is ``"roads"`` unless it says ``"osm"``.
    roads, streets : WalkNetwork
        In one CRS.

    Returns
    -------
    WalkNetwork
    """
    wins = text.roads.get("wins", "roads")
    if wins not in ("roads", "osm"):
        faults = Faults()
        faults.add("study.roads_wins", file=text.path.name, found=wins)
        raise InputFaults(faults)
    first, second = (roads, streets) if wins == "roads" else (streets, roads)
    match_m = float(text.roads.get("match_m", MATCH_M))
    return merge_networks(first, second, match_m=match_m, repairs=roads.repairs)


def found_roads(text: StudyText, network: WalkNetwork) -> Iterable[Fault]:
    """Tell what the centrelines gave, and how they were merged.

    Parameters
    ----------
    text : StudyText
        The study file.
    network : WalkNetwork

    Yields
    ------
    Fault
        Nothing where the study has no centrelines.
    """
    table, notes = network.repairs, network.notes
    if table is None:
        return
    joined = table.loc[table["kind"] == "joined", "distance_m"]
    by = table.attrs.get("levels_by", {})
    yield Fault("study.found_roads", {
        "path": text.roads.get("path", ""), "rows": notes["roads_read"],
        "walked": notes["roads_walked"], "crossings": notes["roads_crossings"],
        "joined": notes["roads_joined"], "farthest": f"{joined.max():.2f}" if len(joined) else "0",
        "join_m": f"{text.roads.get('join_m', JOIN_M):g}", "twice": notes["roads_twice"],
        "near": notes["roads_near_miss"], "near_m": f"{text.roads.get('near_m', NEAR_M):g}",
        "open": notes["roads_open_end"], "raised": sum(by.values()),
        "by": ", ".join(f"{why} {count}" for why, count in by.items()) or "-"})
    if "merged_links" in notes:
        km = {name: f"{notes[f'merged_metres_{name}'] / 1000:.1f}"
              for name in ("kept", "added", "dropped")}
        yield Fault("study.found_merged", {
            "winner": "[network]" if text.roads.get("wins") == "osm" else "[roads]", **km,
            "links": notes["merged_links"], "loose": notes["merged_loose"]})


def doubtful_roads(text: StudyText, network: WalkNetwork, communities: gpd.GeoDataFrame | None
                   ) -> Iterable[Fault]:
    """Name what the owner of the centrelines should look at.

    Parameters
    ----------
    text : StudyText
        The study file.
    network : WalkNetwork
    communities : GeoDataFrame, optional

    Yields
    ------
    Fault
    """
    table = network.repairs
    if table is None:
        return
    path = text.roads.get("path", "")
    if unknown := table.attrs.get("classes_unknown", ()):
        yield Fault("study.warn_road_classes", {
            "path": path, "count": sum(count for _, count in unknown),
            "classes": first_few([f"{word} × {count}" for word, count in unknown])})
    closed = [f"{name.removeprefix('left_out class=')} × {count}"
              for name, count in network.notes.items() if name.startswith("left_out class=")]
    if closed:
        yield Fault("study.warn_road_closed", {"path": path, "kinds": ", ".join(closed)})
    near = table[table["kind"] == "near_miss"]
    if len(near):
        rows = [f"{a} ↔ {b}" for a, b in zip(near["road"], near["other"], strict=True)]
        yield Fault("study.warn_road_near", {
            "path": path, "count": len(near), "rows": first_few(rows),
            "least": f"{near['distance_m'].min():.1f}", "most": f"{near['distance_m'].max():.1f}",
            "join_m": f"{text.roads.get('join_m', JOIN_M):g}"})
    lines = edge_lines(network, np.arange(network.n_edges))
    if communities is not None:
        areas = to_study(communities, network.crs).geometry.to_numpy()
        bare = communities["name"][bare_communities(areas, lines)]
        if len(bare):
            yield Fault("study.warn_road_bare", {
                "path": path, "count": len(bare), "names": first_few(list(bare))})
    yield from _bare_compounds(network, lines)


def _bare_compounds(network: WalkNetwork, lines: Any) -> Iterable[Fault]:
    """Compounds that no road enters."""
    barriers = network.barriers
    if barriers is None or not len(barriers.compound):
        return
    inner = shapely.buffer(barriers.compound, -5.0)
    held, _ = shapely.STRtree(lines).query(inner, predicate="intersects")
    bare = ~np.isin(np.arange(len(inner)), held)
    if bare.any():
        both = zip(barriers.compound_name[bare], barriers.compound_id[bare], strict=True)
        yield Fault("study.warn_compounds_bare", {
            "count": int(bare.sum()), "names": first_few([name or id_ for name, id_ in both])})


def road_input(text: StudyText, network: WalkNetwork) -> Iterable[dict[str, Any]]:
    """Say what the file of centrelines gave, as a record of the study's sources.

    Parameters
    ----------
    text : StudyText
        The study file.
    network : WalkNetwork

    Yields
    ------
    dict
        Nothing where the study has no centrelines.
    """
    if network.repairs is None:
        return
    attrs = network.repairs.attrs
    source = attrs.get("source", {})
    yield {"written": text.roads["path"], "name": source.get("name", ""),
           "rows": source.get("rows_out", 0), "rows_in": source.get("rows_in"),
           "left_out": attrs.get("left_out", ()),
           "dropped_columns": attrs.get("dropped_columns", ()),
           **{key: source.get(key) for key in ("encoding", "crs", "datum", "layer", "digest",
                                               "as_of")}}
