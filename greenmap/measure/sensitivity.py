"""sensitivity: which answers hang on the pace that is assumed, or on where exactly gates stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap import progress
from greenmap.measure.assess import reach_clauses, reach_sure
from greenmap.measure.cover import cover
from greenmap.measure.reach import SEARCH_MIN, Attachments, attach_all
from greenmap.model.reach_table import ReachTable
from greenmap.model.study import Study
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.hurdles import CLOSED, UNKNOWN
from greenmap.units import UNREACHED

VARIANTS = ("slower", "faster", "gates_farther", "gates_nearer")
"""What is tried, one at a time."""

LEAST_CHANGE = 0.05
"""Share by which a unit that isn't judged has to change to be listed."""


def sensitivity(study: Study, *, speed_share: float = 0.1, gate_m: float = 50.0,
                attach_limit_m: float = 100.0, search_min: float = SEARCH_MIN) -> pd.DataFrame:
    """Assess again with everybody slower and faster, and gates farther and nearer.

    Parameters
    ----------
    study : Study
        From :func:`greenmap.read_study`.
    speed_share : float
        How much slower and faster all walk (0.1: ten per cent). Clauses in metres don't change.
    gate_m : float, metres
        How far each gate may stand from where it is put: every passage of a gate takes so much
        longer, or shorter on the way that is shortest now.
    attach_limit_m, search_min : float
        As for :func:`greenmap.assess`.

    Returns
    -------
    DataFrame
        Index (``unit_id``, ``clause_id``), only those whose answer changes in some variant: its
        ``state``, or without a required share its ``share`` by 0.05. ``level``, ``unit_name``,
        ``state``, ``share``, and ``state_`` and ``share_`` of each of :data:`VARIANTS`.
        ``attrs["compared"]`` counts the answers compared.

    Notes
    -----
    ±10 % is about the spread of measured means of adults (1.07–1.29 m/s); 50 m is what a gate
    read off a map may be off by. Both are our choice.
    """
    put = attach_all(study.network, study.homes, study.amenities, attach_limit_m=attach_limit_m)
    base = _judged(study, put, search_min)
    found = base[["level", "unit_name", "state", "share"]].copy()
    changed = np.zeros(len(base), bool)
    for done, (name, table) in enumerate(_variants(study, put, search_min, speed_share, gate_m)):
        progress.report(done, len(VARIANTS), "measure.varying")
        found[f"state_{name}"], found[f"share_{name}"] = table["state"], table["share"]
        changed |= (table["state"] != base["state"]).to_numpy()
        moved = (table["share"] - base["share"]).abs() >= LEAST_CHANGE
        changed |= (moved & (base["reason"] == "no_share")).to_numpy()
    progress.report(len(VARIANTS), len(VARIANTS), "measure.varying")
    judged = ~base["reason"].isin(["other_unit", "nobody"])
    listed = found[changed]
    listed.attrs["compared"] = int(judged.sum())
    return listed


def _variants(study: Study, put: Attachments, search_min: float, speed_share: float,
              gate_m: float) -> Iterator[tuple[str, pd.DataFrame]]:
    for name, factor in (("slower", 1 - speed_share), ("faster", 1 + speed_share)):
        paced = {key: p if p.speed_m_per_min is None else
                 replace(p, speed_m_per_min=p.speed_m_per_min * factor)
                 for key, p in study.profiles.items()}
        yield name, _judged(replace(study, profiles=paced), put, search_min)
    farther = replace(study, network=_longer_gates(study.network, gate_m))
    yield "gates_farther", _judged(farther, put, search_min)
    yield "gates_nearer", _judged(study, put, search_min, nearer_m=gate_m)


def _judged(study: Study, put: Attachments, search_min: float, *, nearer_m: float = 0.0
            ) -> pd.DataFrame:
    reaches = {name: reach_clauses(study, name, put, search_min)
               for name in study.standard.profiles}
    if nearer_m:
        reaches = {name: _nearer(table, study, put, search_min, nearer_m)
                   for name, table in reaches.items()}
    sure = reach_sure(study, put)
    table: pd.DataFrame = cover(reaches, study, sure=sure).table
    return table


def _gates(network: WalkNetwork) -> npt.NDArray[np.bool_]:
    if network.hurdle is None:
        return np.zeros(network.n_edges, bool)
    found: npt.NDArray[np.bool_] = (network.hurdle >= CLOSED) & (network.hurdle <= UNKNOWN)
    return found


def _longer_gates(network: WalkNetwork, more_m: float) -> WalkNetwork:
    return replace(network, length_m=network.length_m + np.where(_gates(network), more_m, 0.0))


def _nearer(table: ReachTable, study: Study, put: Attachments, search_min: float,
            nearer_m: float) -> ReachTable:
    """Take `nearer_m` off for every gate on the way: one more tick for each tells how many."""
    walker = study.profiles[table.profile]
    tick = replace(study, network=_longer_gates(study.network, 1 / walker.ticks_per_m))
    counted = reach_clauses(tick, table.profile, put, search_min)
    known = (table.ticks != UNREACHED) & (counted.ticks != UNREACHED)
    gates = np.where(known, counted.ticks.astype(np.int64) - table.ticks, 0)
    less = np.rint(gates * nearer_m * walker.ticks_per_m).astype(np.int64)
    ticks = np.where(known, np.maximum(table.ticks.astype(np.int64) - less, 0), table.ticks)
    return replace(table, ticks=ticks.astype(np.uint32))
