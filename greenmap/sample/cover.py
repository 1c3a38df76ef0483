"""Greedy cover: put each next place where it serves most people not yet served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from greenmap.sample.walking import Bools, Ints

TARGET = 0.985  # share served, of each group, that is enough


@dataclass(frozen=True, slots=True)
class Demand:
    """Who has to be served, and by which sites."""

    served: Bools  # (rows, sites)
    weight: npt.NDArray[np.int64]  # (rows,) people; whole numbers, so that sums are exact
    group: Ints  # (rows,) each group has to be content


def choose(demand: Demand, *, start: Sequence[int], usable: Bools) -> list[int]:
    """Return sites, each serving most people left, until all groups are content.

    Ties go to the lower site. A group that is content asks for no more.

    Parameters
    ----------
    demand : Demand
        Rows of people.
    start : sequence of int
        Sites that stand already.
    usable : (sites,) bool array
        Where more may stand.

    Returns
    -------
    list of int
        In the order they were chosen; `start` is not among them.

    Examples
    --------
    >>> served = np.array([[True, False], [True, True], [False, True]])
    >>> row = Demand(served, np.array([1, 1, 5]), np.zeros(3, int))
    >>> choose(row, start=[], usable=np.ones(2, bool))
    [1, 0]
    """
    left = demand.weight.copy()
    whole = np.bincount(demand.group, weights=left)
    gain = left @ demand.served.astype(np.int64)
    picked: list[int] = []

    def settle(rows: Ints) -> None:
        rows = rows[left[rows] > 0]
        np.subtract(gain, left[rows] @ demand.served[rows].astype(np.int64), out=gain)
        left[rows] = 0

    def stand(site: int) -> None:
        settle(np.flatnonzero(demand.served[:, site]))
        content = np.bincount(demand.group, weights=left) <= (1 - TARGET) * whole
        settle(np.flatnonzero(content[demand.group]))

    for site in start:
        stand(site)
    while (best := int(np.argmax(np.where(usable, gain, 0)))) >= 0:
        if not usable[best] or gain[best] <= 0:
            break
        picked.append(best)
        stand(best)
    return picked
