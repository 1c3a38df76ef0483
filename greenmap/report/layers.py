"""Layers: what a GIS opens. GeoPackages in the study's CRS, columns by canonical name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely

from greenmap.model.release import is_public
from greenmap.model.small_group import groups_hidden
from greenmap.model.study import ANSWERS, Assessment
from greenmap.model.unit import UPPER, parents_of
from greenmap.report.listing import amenity_snaps

_GDAL = {"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z",  # equal results make equal files
         # Files are written aside, and moved in when whole: a half one needs no journal.
         "OGR_SQLITE_SYNCHRONOUS": "OFF", "OGR_SQLITE_JOURNAL": "OFF"}


COARSE_M = 10.0
"""To what outlines are rounded in a public release, metres."""


def _inside(result: Assessment) -> dict[str, gpd.GeoDataFrame]:
    """Layers that stay in the office: they say where single places are."""
    layers = {"facilities": _facilities(result), "isochrones": result.isochrones}
    if result.study.network.repairs is not None and len(result.study.network.repairs):
        layers["roads_to_check"] = result.study.network.repairs
    return layers


def _coarse(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rounded = shapely.set_precision(layer.geometry.to_numpy(), COARSE_M)
    whole = np.where(shapely.is_empty(rounded), layer.geometry.to_numpy(), rounded)
    return layer.set_geometry(gpd.GeoSeries(whole, index=layer.index, crs=layer.crs))


def write_results(result: Assessment, path: Path) -> None:
    """Write units, gaps, field checks, facilities and isochrones; no homes.

    Parameters
    ----------
    result : Assessment
    path : Path
        A ``.gpkg``. Layers: ``communities`` and one per upper level, with
        ``state_<clause>`` and ``share_<clause>``; ``gaps``, ``checks``,
        ``facilities``, ``isochrones``; ``roads_to_check`` where streets are
        centrelines. A public release holds none of these three, and outlines to
        :data:`COARSE_M` only.
    """
    communities = result.study.communities
    wide = _wide(result)
    layers = {"communities": communities[["name", "geometry"]].join(wide)}
    parents = parents_of(communities)
    for level in UPPER:
        if level in parents:
            layers[level] = _dissolved(communities, parents[level]).join(wide)
    layers["gaps"] = _gaps(result)
    layers["checks"] = _checks(result, layers)
    if is_public(result.study):
        layers = {name: _coarse(layer) for name, layer in layers.items()}
    else:
        layers |= _inside(result)
    path.unlink(missing_ok=True)
    with _set_up():
        for name, layer in layers.items():
            shape = "Point" if name in ("facilities", "roads_to_check") else "MultiPolygon"
            _write(layer.sort_index(), path, name, shape)


def write_homes(result: Assessment, path: Path) -> None:
    """Write the homes with what each answers; for use inside the office only.

    Parameters
    ----------
    result : Assessment
    path : Path
        A ``.gpkg`` with the layer ``homes``: people as a whole number, no ages;
        ``answer_<clause>`` and ``walk_<clause>``, missing where beyond the search.
    """
    homes, answers = result.study.homes, result.answers
    columns: dict[str, object] = {}
    if "people" in homes:
        columns["people"] = homes["people"].astype(float).round().to_numpy()
    columns["community_id"] = homes["community_id"].to_numpy(object)
    for k, clause in enumerate(answers.clause_id):
        value = answers.value[:, k]
        columns[f"answer_{_field(clause)}"] = np.array(ANSWERS, object)[answers.state[:, k]]
        columns[f"walk_{_field(clause)}"] = np.where(np.isfinite(value), value, np.nan)
    path.unlink(missing_ok=True)
    layer = gpd.GeoDataFrame(columns, index=homes.index, geometry=homes.geometry)
    with _set_up():
        _write(layer.sort_index(), path, "homes", "Point")


def write_snaps(result: Assessment, path: Path) -> None:
    """Write how every home and place is put on the streets, and streets that stand alone.

    Parameters
    ----------
    result : Assessment
    path : Path
        A ``.gpkg`` with the layers ``snaps`` (``role``, ``id``, ``status``, ``attached``,
        ``assumed``, ``leg_m``) and, where there are any, ``islands``.
    """
    tables = {"home": result.study.homes, "amenity": result.study.amenities}
    columns = ["status", "attached", "assumed", "leg_m"]
    parts = [gpd.GeoDataFrame(
        pd.DataFrame(result.snaps.loc[role]).reindex(index=table.index, columns=columns)
        .rename_axis("id").reset_index()
        .assign(role=role), geometry=table.geometry.to_numpy(), crs=result.study.crs)
        for role, table in tables.items() if len(table)]
    path.unlink(missing_ok=True)
    with _set_up():
        if parts:
            whole = pd.concat(parts, ignore_index=True).sort_values(["role", "id"])
            _write(whole.set_index(["role", "id"]), path, "snaps", "Point")
        if result.islands is not None and len(result.islands):
            _write(result.islands.sort_index(), path, "islands", "MultiLineString")


@contextmanager
def _set_up() -> Iterator[None]:
    before = {name: pyogrio.get_gdal_config_option(name) for name in _GDAL}
    pyogrio.set_gdal_config_options(_GDAL)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def _write(layer: gpd.GeoDataFrame, path: Path, name: str, shape: str) -> None:
    pyogrio.write_dataframe(layer.reset_index(), path, layer=name, driver="GPKG",
                            geometry_type=shape, promote_to_multi=shape != "Point")


def _field(clause: str) -> str:
    return clause.replace("-", "_")


def _wide(result: Assessment) -> pd.DataFrame:
    table = result.coverage[["state", "share"]].copy()
    hidden = groups_hidden(result) != ""
    table.loc[hidden, "share"] = np.nan
    columns = {}
    for clause in result.answers.clause_id:
        one = table.xs(clause, level="clause_id")
        columns[f"state_{_field(clause)}"] = one["state"].astype(object)
        columns[f"share_{_field(clause)}"] = one["share"].astype(float)
    return pd.DataFrame(columns)


def _dissolved(communities: gpd.GeoDataFrame, parent: pd.Series) -> gpd.GeoDataFrame:
    ids = sorted(parent.unique())
    shapes = [shapely.union_all(communities.geometry[parent == unit].to_numpy()) for unit in ids]
    return gpd.GeoDataFrame({"name": [unit.rsplit("/", 1)[-1] for unit in ids]},
                            index=pd.Index(ids, name="unit_id"), geometry=shapes,
                            crs=communities.crs)


def _checks(result: Assessment, layers: dict[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    shapes = pd.concat([layer.geometry for layer in layers.values()])
    hidden = _hidden(result, result.checks)
    return gpd.GeoDataFrame(
        result.checks.assign(people_unknown=result.checks["people_unknown"].mask(hidden)),
        geometry=shapes.reindex(result.checks["community_id"]).to_numpy(),
        crs=result.study.crs)


def _gaps(result: Assessment) -> gpd.GeoDataFrame:
    gaps = result.gaps.copy()
    hidden = _hidden(result, gaps)
    for name in ("people_missing", "people_unknown", "people", "share"):
        gaps[name] = gaps[name].astype(float).mask(hidden)
    gaps["people_by_cause"] = gaps["people_by_cause"].astype(object).mask(hidden)
    gaps["walk_p90"] = gaps["walk_p90"].astype(float).replace(np.inf, np.nan)
    return gaps


def _hidden(result: Assessment, rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    marks = groups_hidden(result)
    keys = pd.MultiIndex.from_arrays([rows["community_id"], rows["clause_id"]])
    return marks.reindex(keys).fillna("").ne("").to_numpy()


def _facilities(result: Assessment) -> gpd.GeoDataFrame:
    table = result.study.amenities
    kept = [name for name in ("place_id", "name", "category", "status", "area_m2", "source",
                              "entrance_rule") if name in table]
    return table[[*kept, "geometry"]].join(amenity_snaps(result))
