"""A city's own grid (地方坐标系): placed by a few points known in both systems.

What turns the grid into longitudes is often confidential: it is worked out where it is needed and
kept nowhere. Only how well the points fit is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from greenmap.errors import Faults
from greenmap.model.crs import WGS84, study_crs
from greenmap.model.schema import first_few, load_schema
from greenmap.read.source import DELIMITED, WORKBOOKS, existing_file
from greenmap.read.tables import read_table
from greenmap.read.values import parse_numbers

F8 = npt.NDArray[np.float64]
NAME = "local grid"
"""What stands for the CRS in records of a source on a local grid."""
LIMIT_M = 1.0
"""Largest misfit of a control point, metres: our own limit, a road's kerb."""
_NEAR_M = 100.0  # nearer together, a centimetre at the points is metres across the city
_SCALE = 0.01  # a grid of metres is never a hundredth too long


@dataclass(frozen=True, slots=True, repr=False)
class LocalGrid:
    """A similarity from a city's grid to a metre system. Its figures are never written.

    Parameters
    ----------
    residual_m : float
        Largest misfit of the control points; missing (NaN) with two points,
        which any similarity fits.
    points : int
        Control points.
    """

    residual_m: float
    points: int
    _turn: complex
    _shift: complex
    _crs: str

    def __repr__(self) -> str:
        return f"LocalGrid({self.points} points)"

    def to_wgs84(self, shapes: Any) -> gpd.GeoSeries:
        """Return shapes of the grid (x east, y north, metres) in WGS 84."""
        def move(xy: F8) -> F8:
            there = self._turn * (xy[:, 0] + 1j * xy[:, 1]) + self._shift
            return np.column_stack((there.real, there.imag))

        moved = shapely.transform(shapely.force_2d(np.asarray(shapes, object)), move)
        return gpd.GeoSeries(moved, crs=self._crs).to_crs(WGS84)


def read_local_grid(path: str | Path) -> LocalGrid:
    """Fit a city's grid to its control points.

    Parameters
    ----------
    path : path
        csv or xlsx with two or more rows: ``grid_x`` (东, easting in the grid,
        metres), ``grid_y`` (北, northing), and ``lon``, ``lat`` of the same
        points in WGS 84 or CGCS2000, degrees.

    Returns
    -------
    LocalGrid
        Similarity (turn, scale, shift) by least squares.

    Raises
    ------
    InputFaults
        Fewer than two points, cells that are no numbers, points that coincide,
        a misfit above :data:`LIMIT_M`, a scale that is not that of metres.
    MissingFileError, UnreadableFileError, TableError

    Notes
    -----
    With complex numbers ``w = turn * z + shift``; the least-squares turn is
    ``sum(conj(z0) w0) / sum(|z0|^2)`` of the points taken from their means.
    """
    faults = Faults()
    columns = _columns(path, faults)
    faults.raise_if_any()
    file = Path(path).name
    x, y, lon, lat = (columns[name] for name in ("grid_x", "grid_y", "lon", "lat"))
    if len(x) < 2:
        faults.add("local_grid.too_few", file=file, found=len(x))
        faults.raise_if_any()
    crs = study_crs(lon, lat)
    target = gpd.GeoSeries(shapely.points(lon, lat), crs=WGS84).to_crs(crs)
    here, there = x + 1j * y, target.x.to_numpy() + 1j * target.y.to_numpy()
    turn, shift = _similarity(here, there)
    misfit = np.abs(turn * here + shift - there)
    if (found := _refused(here, there, turn, misfit)) is not None:
        faults.add(f"local_grid.{found}", file=file, found=f"{misfit.max():.2f}",
                   limit=f"{LIMIT_M:g}", row=int(misfit.argmax()) + 1)
    faults.raise_if_any()
    return LocalGrid(float(misfit.max()) if len(x) > 2 else float("nan"), len(x), complex(turn),
                     complex(shift), crs)


def _refused(here: Any, there: Any, turn: complex, misfit: F8) -> str | None:
    """Why control points can't be used, if they can't."""
    if np.abs(here - here.mean()).max() < _NEAR_M:
        return "one_place"
    if abs(abs(turn) - 1) <= _SCALE and misfit.max() <= LIMIT_M:
        return None
    exchanged = here.imag + 1j * here.real
    again, shift = _similarity(exchanged, there)
    if abs(abs(again) - 1) <= _SCALE and np.abs(again * exchanged + shift - there).max() <= LIMIT_M:
        return "swapped"
    return "scale" if abs(abs(turn) - 1) > _SCALE else "misfit"


def _similarity(here: Any, there: Any) -> tuple[complex, complex]:
    from_mean, to_mean = here - here.mean(), there - there.mean()
    size = float((np.abs(from_mean) ** 2).sum())
    turn = complex((np.conj(from_mean) * to_mean).sum() / size) if size else complex(np.nan)
    return turn, complex(there.mean() - turn * here.mean())


def _columns(path: str | Path, faults: Faults) -> dict[str, F8]:
    existing_file(path, endings=DELIMITED + WORKBOOKS)
    raw = read_table(path, "control_points", faults=faults)
    wanted = [column.name for column in load_schema("control_points").columns]
    lacking = [name for name in wanted if name not in raw.frame]
    if lacking:
        faults.add("local_grid.columns", file=raw.file, columns=", ".join(lacking),
                   have=", ".join(map(str, raw.frame.columns)))
        return {}
    columns = {}
    for name in wanted:
        columns[name], wrong = parse_numbers(raw.frame[name])
        wrong |= ~np.isfinite(columns[name])
        if wrong.any():
            faults.add("local_grid.not_numbers", file=raw.file, column=name,
                       rows=first_few(raw.rows[wrong].tolist()))
    return columns
