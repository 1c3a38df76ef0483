"""ReachTable: what one profile reaches from every home, as arrays with two indexes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.errors import TableError
from greenmap.model.walk_network import freeze
from greenmap.units import UNREACHED, from_ticks

Ticks = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class ReachTable:
    """Walks from homes to the nearest places, one profile.

    Parameters
    ----------
    profile : str
        Profile id.
    unit : {"min", "m"}
        What `bands` and values are in.
    home_id : (h,) array of str
        In the order of the homes table.
    place_id : (p,) array of str
        Sorted; `place` points into it.
    categories : tuple of str
        c columns: the values of the amenities' ``category``.
    bands : tuple of float
        b limits, ascending, in `unit`.
    search_limit : float
        How far was searched, in `unit`; beyond it nothing is known but "more".
    ticks : (h, c) array of uint32
        Walk to the nearest place; ``UNREACHED`` where none was found.
    place : (h, c) array of int32
        Which place; -1 where none was found.
    within : (h, c, b) array of uint16
        Places within each band; a place with several entrances counts once.
    attached : (h,) array of bool
        Whether the home could be put on the streets.
    edge_ticks : (h,) array of uint32
        Walk to the nearest point where the street data end.
    entrance_attached : (e,) array of bool
        Whether each row of the amenities table could be put on the streets.
    """

    profile: str
    unit: str
    home_id: npt.NDArray[np.object_]
    place_id: npt.NDArray[np.object_]
    categories: tuple[str, ...]
    bands: tuple[float, ...]
    search_limit: float
    ticks: Ticks
    place: npt.NDArray[np.int32]
    within: npt.NDArray[np.uint16]
    attached: npt.NDArray[np.bool_]
    edge_ticks: Ticks
    entrance_attached: npt.NDArray[np.bool_]

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def nearest(self) -> npt.NDArray[np.float64]:
        """(h, c) walks in `unit`; ``inf`` where no place was found."""
        return from_ticks(self.ticks, self.unit)

    def column(self, category: str) -> int:
        """Return the number of a category's column.

        Raises
        ------
        TableError
            The category was not searched.
        """
        try:
            return self.categories.index(category)
        except ValueError:
            raise TableError("measure.category_not_searched", category=category,
                             known=", ".join(self.categories)) from None

    def to_frame(self, category: str | None = None) -> pd.DataFrame:
        """Return one row per home, or per home and category.

        Parameters
        ----------
        category : str, optional
            Only this one; then the index is ``home_id`` alone.

        Returns
        -------
        DataFrame
            ``value`` (`unit`; missing where not reached), ``unit``, ``reached``,
            ``place_id``, and ``within_<band>`` counts.
        """
        wanted = self.categories if category is None else (category,)
        frames = [self._one(name) for name in wanted]
        if category is not None:
            return frames[0]
        return pd.concat(dict(zip(wanted, frames, strict=True)), names=["category"]).swaplevel()

    def _one(self, category: str) -> pd.DataFrame:
        c = self.column(category)
        reached = self.ticks[:, c] != UNREACHED
        place = np.full(len(self.home_id), None, dtype=object)
        place[reached] = self.place_id[self.place[reached, c]]
        columns = {
            "value": np.where(reached, self.nearest[:, c], np.nan),
            "unit": self.unit,
            "reached": reached,
            "place_id": place,
            **{f"within_{band:g}": self.within[:, c, b] for b, band in enumerate(self.bands)},
        }
        return pd.DataFrame(columns, index=pd.Index(self.home_id, name="home_id"))

    def at(self, home_id: str) -> pd.DataFrame:
        """Return one home's row for every category.

        Raises
        ------
        TableError
            No such home.
        """
        where = np.flatnonzero(self.home_id == home_id)
        if not where.size:
            raise TableError("measure.home_unknown", home=home_id)
        return pd.concat({c: self._one(c).iloc[[where[0]]] for c in self.categories}).droplevel(1)
