"""Walls: the lines nobody walks across, and the gates in them, as a page shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from greenmap.draw.layers import Box, Json, shape_texts, to_json
from greenmap.model.barrier import WALLS, Barriers


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Walls and gates of the city, each with its GeoJSON feature."""

    walls: shapely.STRtree
    boxes: npt.NDArray[np.float64]
    wall_texts: list[str]
    gate_xy: npt.NDArray[np.float64]
    gate_texts: list[str]


def wall_lines(barriers: Barriers, box: Box) -> Json:
    """Draw the walls inside a box, and the gates in them.

    Parameters
    ----------
    barriers : Barriers
        Of the network; railways and water are left out.
    box : tuple of float
        Left, bottom, right, top, in their CRS, metres.

    Returns
    -------
    Json
        GeoJSON FeatureCollection; ``access`` is ``wall`` for a line, and who may
        pass for a gate.
    """
    drawn, area, low, high = _drawn(barriers), shapely.box(*box), box[:2], box[2:]
    near = np.sort(drawn.walls.query(area))
    crossing = ~((drawn.boxes[near, :2] > low) & (drawn.boxes[near, 2:] < high)).all(axis=1)
    found = [drawn.wall_texts[n] for n in near.tolist()]
    cut = shapely.intersection(drawn.walls.geometries[near[crossing]], area)
    for n, text in zip(np.flatnonzero(crossing).tolist(),
                       _features(cut, barriers.crs, ["wall"] * len(cut)), strict=True):
        found[n] = text
    here = np.flatnonzero(((drawn.gate_xy >= low) & (drawn.gate_xy <= high)).all(axis=1))
    found += [drawn.gate_texts[n] for n in here.tolist()]
    return Json('{"type":"FeatureCollection","features":[' + ",".join(filter(None, found)) + "]}")


@lru_cache(maxsize=1)
def _drawn(barriers: Barriers) -> _Drawn:
    """All walls and gates: every page takes some of them."""
    walls = barriers.wall[np.isin(barriers.wall_kind.astype(str), WALLS)]
    xy = np.column_stack([barriers.gate_x, barriers.gate_y])
    # Where a wall crosses itself it comes in pieces, as it does when a box cuts it.
    boxes = shapely.bounds(walls)
    whole = shapely.intersection(walls, shapely.box(*(boxes + (-1, -1, 1, 1)).T))
    return _Drawn(shapely.STRtree(walls), boxes,
                  _features(whole, barriers.crs, ["wall"] * len(walls)), xy,
                  _features(shapely.points(xy), barriers.crs, barriers.gate_access))


def _features(shapes: npt.NDArray[Any], crs: str, access: Iterable[str]) -> list[str]:
    """A GeoJSON feature for each; empty where there is no shape."""
    told = {who: to_json({"access": who}) for who in set(access)}
    return ["" if text is None else
            f'{{"type":"Feature","properties":{told[who]},"geometry":{text}}}'
            for text, who in zip(shape_texts(shapes, crs), access, strict=True)]
