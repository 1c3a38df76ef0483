"""Slope: how much longer a climb takes than the flat, as arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]

STEEPEST = 1.0
"""Grades beyond 45 degrees are taken as this: they are faults of the terrain, not streets."""


def slope_factor(grade: F8, *, cap: float | None = None) -> F8:
    """Return the walking speed on a grade as a factor of the speed on the flat.

    Parameters
    ----------
    grade : array (k,)
        Rise over run, negative downhill. NaN counts as flat.
    cap : float, optional
        Greatest factor; None: none.

    Returns
    -------
    array (k,)
        1 on the flat, greatest (1.19) at 5 % downhill.

    Notes
    -----
    ``exp(-3.5 (|S + 0.05| - 0.05))``: Tobler (1993), *Three presentations on geographical
    analysis and modeling*, divided by its value on the flat.

    Examples
    --------
    >>> slope_factor(np.array([-0.05, 0.0, 0.1])).round(3).tolist()
    [1.191, 1.0, 0.705]
    >>> slope_factor(np.array([-0.05, 0.0, 0.1]), cap=1.0).round(3).tolist()
    [1.0, 1.0, 0.705]
    """
    steep = np.clip(np.nan_to_num(grade), -STEEPEST, STEEPEST)
    factor = np.exp(-3.5 * (np.abs(steep + 0.05) - 0.05))
    factor[steep == 0] = 1.0  # not 1 - 1e-17: a flat terrain costs what no terrain costs
    return factor if cap is None else np.minimum(factor, cap)


def stretch_grades(height_m: F8, start: I8, length_m: F8) -> tuple[F8, I8]:
    """Return the grade of every stretch between two heights along an edge.

    Parameters
    ----------
    height_m : array (k,), metres
        Heights along the edges, equally far apart on each, both ends included.
    start : array (m + 1,) int64
        Where each edge's heights start; two at least.
    length_m : array (m,), metres
        Of the edges.

    Returns
    -------
    grade : array (k - m,)
        From tail to head; NaN where a height is unknown or the edge has no length.
    edge : array (k - m,) int64
        Whose stretch it is.

    Examples
    --------
    >>> grade, edge = stretch_grades(
    ...     np.array([0.0, 1.0, 0.0, 5.0, 5.0]), np.array([0, 3, 5]), np.array([40.0, 9.0]))
    >>> grade.tolist(), edge.tolist()
    ([0.05, -0.05, 0.0], [0, 0, 1])
    """
    count = np.diff(start)
    edge = np.repeat(np.arange(len(count)), count - 1)
    last = np.zeros(len(height_m), bool)
    last[start[1:] - 1] = True
    rise = np.diff(height_m, append=np.nan)[~last]
    run = (length_m / (count - 1))[edge]
    grade = np.full(len(rise), np.nan)
    np.divide(rise, run, out=grade, where=run > 0)
    return grade, edge


def slope_efforts(grade: F8, edge: I8, m: int, *, cap: float | None = None) -> tuple[F8, F8]:
    """Return how many times longer each edge takes than on the flat, along and back.

    Parameters
    ----------
    grade, edge : arrays
        From :func:`stretch_grades`; the stretches of an edge are equally long.
    m : int
        Number of edges.
    cap : float, optional
        Greatest speed factor.

    Returns
    -------
    forward, backward : array (m,)
        Exactly 1 on the flat.

    Examples
    --------
    >>> up, down = slope_efforts(np.array([0.1]), np.array([0]), 1)
    >>> up.round(3).tolist(), down.round(3).tolist()
    ([1.419], [1.0])
    """
    count = np.bincount(edge, minlength=m)
    forward, backward = (
        np.bincount(edge, weights=1 / slope_factor(way * grade, cap=cap), minlength=m) / count
        for way in (1.0, -1.0)
    )
    return forward, backward
