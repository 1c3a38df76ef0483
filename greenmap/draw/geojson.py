"""GeoJSON: the text of shapes, written straight from their coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

_NAMES = ("Point", "LineString", "LineString", "Polygon", "MultiPoint", "MultiLineString",
          "MultiPolygon")
"""By the number GEOS gives a kind of shape."""

_COLLECTION = 7
_BATCH = 1 << 15
"""Points written at a time: their digits stay in the processor's cache."""


def geometry_texts(shapes: npt.NDArray[Any], lon_lat: npt.NDArray[np.float64], *,
                   decimals: int) -> list[str | None]:
    """Write shapes as GeoJSON geometries.

    Parameters
    ----------
    shapes : array (n,) of shapely.Geometry
        Of any kinds.
    lon_lat : array (points, 2) of float64
        Degrees of all their points, in the order of
        :func:`shapely.get_coordinates`.
    decimals : int
        Of a degree, six at most.

    Returns
    -------
    list of str
        None for those missing or empty.

    Raises
    ------
    ValueError
        A point that isn't on the earth.

    Examples
    --------
    >>> line = np.array([shapely.LineString([(0, 0), (1, 1)])])
    >>> geometry_texts(line, np.array([[117, 30], [-0.5, 30.25]]), decimals=5)
    ['{"type":"LineString","coordinates":[[117.0,30.0],[-0.5,30.25]]}']
    """
    if not (np.abs(lon_lat) <= 360).all():
        raise ValueError("a point has no longitude and latitude")
    parts, part_of = shapely.get_parts(shapes, return_index=True)
    filled = ~shapely.is_empty(parts)
    parts, part_of = parts[filled], part_of[filled]
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    extent = shapely.get_dimensions(parts)
    whole = np.flatnonzero(extent < 2)
    lines, line_of = np.concatenate([rings, parts[whole]]), np.concatenate([ring_of, whole])
    order = np.argsort(line_of, kind="stable")
    lines, line_of = lines[order], line_of[order]
    told = _point_lists(lon_lat, shapely.get_num_coordinates(lines), decimals)
    told = _bracketed(told, extent[line_of] > 0)
    told = _bracketed(_joined(told, line_of, len(parts)), extent == 2)
    kind = shapely.get_type_id(shapes)
    told = _bracketed(_joined(told, part_of, len(shapes)), kind > 3)
    texts = [f'{{"type":"{_NAMES[k]}","coordinates":{text}}}' if 0 <= k < _COLLECTION else None
             for k, text in zip(kind.tolist(), told, strict=True)]
    ends = np.cumsum(shapely.get_num_coordinates(shapes))
    for n in np.flatnonzero(kind == _COLLECTION).tolist():
        members = shapely.get_parts(shapes[n])
        points = lon_lat[ends[n] - shapely.get_num_coordinates(shapes[n]):ends[n]]
        inner = filter(None, geometry_texts(members, points, decimals=decimals))
        texts[n] = f'{{"type":"GeometryCollection","geometries":[{",".join(inner)}]}}'
    for n in np.flatnonzero(shapely.is_empty(shapes)).tolist():
        texts[n] = None
    return texts


def _bracketed(texts: list[str], where: npt.NDArray[np.bool_]) -> list[str]:
    return [f"[{text}]" if so else text for text, so in zip(texts, where.tolist(), strict=True)]


def _joined(texts: Sequence[str], of: npt.NDArray[np.int64], n: int) -> list[str]:
    """One text for each of `n`, of those that belong to it; `of` is sorted."""
    starts = np.searchsorted(of, np.arange(n + 1)).tolist()
    return [",".join(texts[start:end]) for start, end in pairwise(starts)]


def _point_lists(lon_lat: npt.NDArray[np.float64], counts: npt.NDArray[np.int64],
                 decimals: int) -> list[str]:
    """``[117.0,30.0],[117.1,30.0]`` for each run of `counts` points."""
    written = [_written(lon_lat[n:n + _BATCH], decimals) for n in range(0, len(lon_lat), _BATCH)]
    text = "".join(batch for batch, _ in written)
    lengths = np.concatenate([np.zeros(1, np.int64), *[length for _, length in written]])
    starts = np.cumsum(lengths)[np.concatenate([[0], np.cumsum(counts)])].tolist()
    return [f"{text[start + 2:end]}]" for start, end in pairwise(starts)]


def _written(lon_lat: npt.NDArray[np.float64], decimals: int
             ) -> tuple[str, npt.NDArray[np.int64]]:
    """``],[117.0,30.0`` for each point, one behind the other, and the length of each."""
    signs = np.empty((len(lon_lat), 2, 8 + decimals), np.uint8)
    kept = np.ones(signs.shape, np.bool_)
    signs[:, 0, :3], signs[:, 1, 2], signs[..., 3], signs[..., 7] = (
        np.frombuffer(b"],[", np.uint8), ord(","), ord("-"), ord("."))
    kept[:, 1, :2] = False
    ticks = np.rint(lon_lat * 10**decimals).astype(np.int32)
    kept[..., 3] = ticks < 0
    rest, more = np.abs(ticks), np.zeros(ticks.shape, np.bool_)
    for column in range(7 + decimals, 7, -1):  # zeros at the end aren't written
        rest, digit = np.divmod(rest, 10)
        signs[..., column] = digit + ord("0")
        more |= digit > 0
        kept[..., column] = more
    for column in (6, 5, 4):  # nor are those in front
        kept[..., column] = rest > 0
        rest, digit = np.divmod(rest, 10)
        signs[..., column] = digit + ord("0")
    kept[..., (6, 8)] = True
    lengths = np.count_nonzero(kept.reshape(len(kept), -1), axis=1)
    return signs[kept].tobytes().decode("ascii"), lengths
