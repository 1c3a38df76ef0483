"""Manifest: what a result rests on, as plain values that two equal runs share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from math import isfinite, isnan
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap import __version__
from greenmap.model.standard import Standard
from greenmap.model.study import Study

PACKAGES = ("numpy", "pandas", "geopandas", "shapely", "pyproj", "osmium", "numba")
"""Whose versions may move a number."""

_FORMAT = "greenmap.manifest/1"
_DECIMALS_DEGREES = 9
_DECIMALS_METRES = 4


def table_digest(table: pd.DataFrame) -> str:
    """Digest a table's content, whatever the order of its rows and columns.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame
        Index, columns and geometry count; coordinates are rounded to 9 decimals
        of a degree, 4 of a metre.

    Returns
    -------
    str
        SHA-256 of the sorted rows, hexadecimal.

    Examples
    --------
    >>> one = pd.DataFrame({"name": ["a", "b"]}, index=["01", "02"])
    >>> table_digest(one) == table_digest(one.iloc[::-1])
    True
    >>> table_digest(one) == table_digest(one.assign(name=["a", "c"]))
    False
    """
    columns = sorted(map(str, table.columns))
    crs = getattr(table, "crs", None)
    digest = hashlib.sha256(json.dumps([columns, crs and crs.to_string()]).encode())
    levels = (table.index.get_level_values(n) for n in range(table.index.nlevels))
    parts = [_texts(level.to_series()) for level in levels]
    by_name = {str(name): name for name in table.columns}
    parts += [_texts(table[by_name[name]]) for name in columns]
    rows = ("\x1f".join(row) + "\x1e" for row in sorted(zip(*parts, strict=True)))
    digest.update("".join(rows).encode())
    return digest.hexdigest()


def _texts(values: pd.Series) -> list[str]:
    if isinstance(values.dtype, gpd.array.GeometryDtype):
        degrees = values.crs is not None and values.crs.is_geographic
        decimals = _DECIMALS_DEGREES if degrees else _DECIMALS_METRES
        rounded = shapely.transform(values.to_numpy(), lambda xy: np.round(xy, decimals) + 0.0)
        return [text or "" for text in shapely.to_wkb(rounded, hex=True, byte_order=1)]
    if isinstance(values.dtype, pd.StringDtype):
        return values.fillna("").tolist()
    if values.dtype == np.float64:
        return [_number(value) for value in values.tolist()]
    return [_text(value) for value in values.astype(object).tolist()]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (float, np.floating)):
        return _number(float(value))
    return "" if value is None or value is pd.NA or value is pd.NaT else str(value)


def _number(value: float) -> str:
    if value.is_integer():
        return str(int(value))  # 3 and 3.0 are one answer
    return "" if isnan(value) else repr(value)


def standard_digest(standard: Standard) -> str:
    """Digest a standard: every clause, wording and figure.

    Parameters
    ----------
    standard : Standard

    Returns
    -------
    str
        SHA-256, hexadecimal.
    """
    text = json.dumps(asdict(standard), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def plain(value: Any) -> Any:
    r"""Turn a value into what JSON can hold, without folders of this machine.

    Parameters
    ----------
    value : object
        Mappings, sequences, NumPy scalars, paths; an absolute path keeps its
        last part only. Not-finite numbers become text or None.

    Returns
    -------
    object

    Examples
    --------
    >>> plain({"bands": (5.0, 10.0), "file": "C:\\data\\社区.shp", "limit": float("inf")})
    {'bands': [5.0, 10.0], 'file': '社区.shp', 'limit': 'inf'}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not isfinite(value):
        return None if isnan(value) else str(value)
    if isinstance(value, (str, Path)):
        return _without_folder(str(value))
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def _without_folder(text: str) -> str:
    if PureWindowsPath(text).drive and PureWindowsPath(text).is_absolute():
        return PureWindowsPath(text).name
    return PurePosixPath(text).name if PurePosixPath(text).is_absolute() else text


def _versions() -> dict[str, str]:
    versions = {"greenmap": __version__}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:  # conda may carry a package without its papers
            versions[name] = "?"
    return versions


def make_manifest(study: Study, *, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """List what a result rests on.

    Parameters
    ----------
    study : Study
        What was measured.
    arguments : mapping
        The arguments that may change a number.

    Returns
    -------
    dict
        Plain values, no clock, no folder, no thread count: equal inputs give
        equal manifests in whatever order their rows come.
    """
    network, tables = study.network, (
        ("communities", study.communities), ("homes", study.homes), ("amenities", study.amenities))
    content = {
        "format": _FORMAT,
        "versions": _versions(),
        "study": {"name": study.name, "lang": study.lang, "as_of": study.as_of, "crs": study.crs,
                  "fictional": study.fictional, "share": study.share, "bands": study.bands,
                  "collected": sorted(study.collected or ())},
        "standard": {"id": study.standard.id, "clauses": len(study.standard.clauses),
                     "digest": standard_digest(study.standard)},
        "profiles": {key: asdict(profile) for key, profile in sorted(study.profiles.items())},
        "inputs": list(study.inputs),
        "tables": {name: {"rows": len(table), "digest": table_digest(table)}
                   for name, table in tables},
        "network": {"source": network.source, "nodes": network.n_nodes, "edges": network.n_edges,
                    "digest": network.digest, "notes": dict(network.notes)},
        "arguments": dict(arguments),
    }
    kept: dict[str, Any] = plain(content)
    return kept


def write_manifest(manifest: Mapping[str, Any], path: Path) -> None:
    """Write a manifest as JSON: sorted keys, UTF-8, a newline at the end.

    Parameters
    ----------
    manifest : mapping
        From :func:`make_manifest`.
    path : Path
        File to write.
    """
    text = json.dumps(plain(manifest), ensure_ascii=False, indent=2, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
