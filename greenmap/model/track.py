"""Track: where a programme stands, target by target, and who is left."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from greenmap.model.programme import Programme

TRACK_STATES = ("met", "not_met", "not_due", "not_known")


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Where a programme stands.

    Parameters
    ----------
    programme : Programme
        Its targets and their sentences.
    as_of : str
        Date of the newest status; empty where there is none.
    table : DataFrame
        One row per target, and city where it is counted by city: ``target_id``,
        ``city``, ``by``, ``metric``, ``value``, ``total``, ``done``,
        ``unknown`` (communities whose status isn't known), ``rate`` (0…1),
        ``needed``, ``more`` (how many more are needed as of the newest status),
        ``state``, ``reason``, ``choice`` (chosen, not_chosen or open where targets conflict).
    history : DataFrame
        One row per city and date of the status: ``city``, ``date``, ``done``,
        ``total``, ``rate``.
    left : DataFrame
        Communities without the title, cheapest to bring over first: ``rank``,
        ``community_id``, ``name``, ``city``, ``district``,
        ``rank_in_district``, ``subdistrict``, ``status``, ``gaps``,
        ``not_known`` (clauses), ``people``, ``enough_for`` (targets that would be met with it and
        all before it).
    """

    programme: Programme
    as_of: str
    table: pd.DataFrame
    history: pd.DataFrame
    left: pd.DataFrame

    def _repr_html_(self) -> str:
        return self.table.to_html()
