"""count_gates: what is known of each community's gates, and how many answers rest on a guess."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from greenmap.measure.people import count_people
from greenmap.measure.roll import in_order
from greenmap.model.barrier import Barriers
from greenmap.model.outline import is_hull
from greenmap.model.study import HomeAnswers, Study
from greenmap.network.gates import GATE_M, with_gates

COLUMNS = ("surveyed", "mapped", "assumed", "unknown", "compounds", "compounds_ungated",
           "people", "people_assumed", "share_assumed")


def count_gates(study: Study, answers: HomeAnswers) -> pd.DataFrame:
    """Count gates per community by where they are known from.

    Parameters
    ----------
    study : Study
        Its network holds the barriers.
    answers : HomeAnswers
        Per home and clause.

    Returns
    -------
    DataFrame
        Index ``community_id``, sorted; columns :data:`COLUMNS`. ``surveyed``, ``mapped`` and
        ``assumed`` gates stand in the community or at most 5 m off; ``unknown`` are those of
        the first two of which nobody says who may pass. ``people_assumed`` live where the
        answer to at least one clause rests on an assumed gate. People are missing where only
        floor area or homes could be counted. No rows where the network has no barriers.
    """
    barriers = study.network.barriers
    if barriers is None:
        return pd.DataFrame(columns=list(COLUMNS), index=pd.Index([], name="community_id"))
    areas = study.communities.geometry.sort_index()
    table = _gates(barriers, areas.to_numpy(), areas.index)
    if is_hull(study.communities):
        table = table.astype(float) * np.nan  # nobody knows in whose community a gate stands
    weight, basis = count_people(study.homes, study.communities, "all")
    rests = np.zeros(len(weight), bool) if answers.assumed is None else answers.assumed.any(axis=1)
    order = in_order(study.homes)
    community = study.homes["community_id"].to_numpy(dtype=object)[order]
    people = pd.DataFrame({"people": weight[order], "people_assumed": (weight * rests)[order]})
    sums = people.groupby(community).sum().reindex(table.index).fillna(0.0)
    table[["people", "people_assumed"]] = sums
    table["share_assumed"] = (sums["people_assumed"] / sums["people"]).where(sums["people"] > 0)
    if basis in ("floor_area", "homes"):
        table[["people", "people_assumed"]] = np.nan
    return table[list(COLUMNS)]


def _gates(barriers: Barriers, areas: np.ndarray[tuple[int], np.dtype[np.object_]],
           index: pd.Index) -> pd.DataFrame:
    place = shapely.points(barriers.gate_x, barriers.gate_y)
    gate, area = shapely.STRtree(areas).query(place, predicate="dwithin", distance=GATE_M)
    source, access = barriers.gate_source[gate], barriers.gate_access[gate]
    kinds = {name: source == name for name in ("surveyed", "mapped", "assumed")}
    kinds["unknown"] = (access == "unknown") & ~kinds["assumed"]
    within, owner = shapely.STRtree(areas).query(
        shapely.point_on_surface(barriers.compound), predicate="within")
    ungated = ~with_gates(barriers, shapely.boundary(barriers.compound))
    count = len(areas)
    columns = {name: np.bincount(area[rows], minlength=count) for name, rows in kinds.items()}
    columns["compounds"] = np.bincount(owner, minlength=count)
    columns["compounds_ungated"] = np.bincount(owner[ungated[within]], minlength=count)
    return pd.DataFrame(columns, index=index)
