"""Radius: the figure offices draw with circles (口径一) beside the walked one (口径二).

A radius says who lives near a place as the crow flies; a walk says who can get there. Where both
are given, those near but not covered are listed, with what keeps them away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from greenmap.measure.match_clauses import match_clauses
from greenmap.measure.reach_answer import limit_in_metres
from greenmap.measure.roll import (
    Members,
    Reasons,
    call_roll,
    number_reasons,
    sum_by_reason,
    sum_by_unit,
)
from greenmap.measure.straight import StraightWays
from greenmap.model.clause import Clause
from greenmap.model.study import COVERED, HomeAnswers, Study
from greenmap.model.unit import list_units, parents_of

LARGEST = 3
"""How many causes of the difference are named."""

_PEOPLE = ["people", "radius_people", "walked_people", "between_people", "between_unknown"]
_CAUSES = [f"{what}_{n}" for n in range(1, LARGEST + 1) for what in ("cause", "people")]

_ARC = 32  # segments of a quarter circle: areas true to 0.1 per mille


@dataclass(frozen=True, slots=True, eq=False)
class RadiusFigures:
    """The two figures side by side.

    Parameters
    ----------
    table : DataFrame
        Index (``unit_id``, ``clause_id``): ``level``, ``unit_name``,
        ``radius_m``, ``people``, ``radius_people``, ``radius_share`` (口径一),
        ``walked_people``, ``walked_share`` (口径二), ``between_people`` (near
        but not covered), ``between_unknown`` (of these, not known),
        ``cause_1`` … ``cause_3`` and ``people_1`` … ``people_3``,
        ``land_share`` (口径一 as residential land; missing without such land).
    homes : DataFrame
        One row per home and clause that make the difference: ``home_id``,
        ``clause_id``, ``community_id``, ``straight_m``, ``radius_m``, ``walk``
        (``inf`` = not found), ``walk_unit``, ``reason``, ``people``.
    """

    table: pd.DataFrame
    homes: pd.DataFrame


def compare_radius(study: Study, answers: HomeAnswers, *, ways: StraightWays | None = None
                   ) -> RadiusFigures:
    """Measure the radius figure beside the walked one.

    The radius is the one the source gives; else the limit in metres; else
    what the walker covers straight ahead within the limit's minutes. Clauses
    whose figures nobody confirmed have neither figure.

    Parameters
    ----------
    study : Study
    answers : HomeAnswers
        Of the same study.
    ways : StraightWays, optional
        From the study's homes to its amenities. Default: measured here.

    Returns
    -------
    RadiusFigures
        Sums of parents equal those of their children; people are missing where
        only floor area or homes could be counted.
    """
    clauses = [c for c in study.standard.clauses
               if c.kind == "reach" and not c.unconfirmed(study.include)]
    sets = match_clauses(study.amenities, clauses)
    ways = ways or StraightWays(study.homes, study.amenities)
    near: dict[str, npt.NDArray[np.bool_]] = {}
    radii, homes = {}, []
    for clause in clauses:
        straight = ways.to(sets[clause.target])[0]
        radius = radii[clause.id] = clause.radius_m or limit_in_metres(clause, study)
        close = straight <= radius
        for other in clause.alternatives:
            close |= ways.to(sets[other.target])[0] <= (other.limit or np.inf)
        near[clause.id] = close
        homes.append(_homes(clause, study, answers, close, straight, radius))
    reasons = number_reasons(answers)
    rows = [row for level, members in call_roll(study).items()
            for row in _units(answers, near, reasons, level, members)]
    land = {c.id: _land(c, study, sets, radii[c.id]) for c in clauses}
    return RadiusFigures(_table(rows, radii, land, study),
                         pd.concat(homes, ignore_index=True) if homes
                         else pd.DataFrame(columns=list(_HOMES)))


_HOMES = ("home_id", "clause_id", "community_id", "straight_m", "radius_m", "walk", "walk_unit",
          "reason", "people")


def _homes(clause: Clause, study: Study, answers: HomeAnswers, near: npt.NDArray[np.bool_],
           straight: npt.NDArray[np.float64], radius: float) -> pd.DataFrame:
    k = answers.clause_id.index(clause.id)
    between = near & (answers.state[:, k] != COVERED) & (answers.weight[:, k] > 0)
    rows = np.flatnonzero(between)
    rows = rows[np.argsort(answers.home_id[rows].astype(str), kind="stable")]
    return pd.DataFrame({
        "home_id": answers.home_id[rows], "clause_id": clause.id,
        "community_id": study.homes["community_id"].to_numpy(object)[rows],
        "straight_m": straight[rows], "radius_m": radius, "walk": answers.value[rows, k],
        "walk_unit": clause.unit, "reason": answers.reason[rows, k],
        "people": answers.weight[rows, k]}, columns=list(_HOMES))


def _units(answers: HomeAnswers, near: Mapping[str, npt.NDArray[np.bool_]], reasons: Reasons,
           level: str, members: Members) -> Iterator[tuple[object, ...]]:
    """Both figures of one level's units, one clause after the other."""
    for clause, close in near.items():
        k = answers.clause_id.index(clause)
        weight, state = answers.weight[:, k], answers.state[:, k]
        between = weight * (close & (state != COVERED))
        sums = sum_by_unit(members, np.column_stack([
            weight, weight * close, weight * (state == COVERED), between,
            between * (state > COVERED + 1)]))
        causes = sum_by_reason(members, between, Reasons(reasons.names, reasons.code[:, k]))
        for unit, people in zip(members.ids, sums.tolist(), strict=True):
            yield unit, clause, level, *people, *_largest(causes.get(unit, {}))


def _largest(causes: Mapping[str, float]) -> list[object]:
    """The largest causes with their people, ties by name."""
    ranked = sorted((-n, why) for why, n in causes.items())[:LARGEST]
    cells: list[object] = [cell for n, why in ranked for cell in (why, -n)]
    return cells + ["", np.nan] * (LARGEST - len(ranked))


def _land(clause: Clause, study: Study, sets: Mapping[str, npt.NDArray[np.bool_]], radius: float
          ) -> dict[str, float]:
    """Share of each unit's residential land that lies within the radius."""
    if study.residential is None or study.residential.empty:
        return {}
    points = study.amenities.geometry.to_numpy()
    discs = [shapely.buffer(points[sets[clause.target]], radius, quad_segs=_ARC)]
    discs += [shapely.buffer(points[sets[a.target]], a.limit or radius, quad_segs=_ARC)
              for a in clause.alternatives]
    served = shapely.union_all(np.concatenate(discs))
    land = shapely.union_all(study.residential.geometry.to_numpy())
    areas = study.communities.geometry
    own = shapely.intersection(areas.to_numpy(), land)
    whole = pd.Series(shapely.area(own), index=areas.index)
    part = pd.Series(shapely.area(shapely.intersection(own, served)), index=areas.index)
    shares: dict[str, float] = {}
    for parent in parents_of(study.communities).values():
        total = whole.groupby(parent, sort=True).sum()
        ratio = part.groupby(parent, sort=True).sum() / total.where(total > 0)
        shares |= {str(unit): float(share) for unit, share in ratio.items()}
    return shares


def _table(rows: Sequence[tuple[object, ...]], radii: Mapping[str, float],
           land: Mapping[str, Mapping[str, float]], study: Study) -> pd.DataFrame:
    columns = ["level", "unit_name", "radius_m", "people", "radius_people", "radius_share",
               "walked_people", "walked_share", "between_people", "between_unknown", *_CAUSES,
               "land_share"]
    if not rows:
        return pd.DataFrame(columns=columns)
    units = list_units(study.communities)
    table = pd.DataFrame(rows, columns=["unit_id", "clause_id", "level", *_PEOPLE, *_CAUSES])
    table["radius_m"] = table["clause_id"].map(radii)
    table["land_share"] = [land[clause].get(unit, np.nan) for unit, clause in
                           zip(table["unit_id"], table["clause_id"], strict=True)]
    for name in ("radius", "walked"):
        table[f"{name}_share"] = table[f"{name}_people"] / table["people"].where(
            table["people"] > 0)
    table["unit_name"] = table["unit_id"].map(units["name"])
    place = {unit: n for n, unit in enumerate(units.index)}
    table["rank"] = table["unit_id"].map(place)
    table = table.sort_values("rank", kind="stable").set_index(["unit_id", "clause_id"])
    for n in range(1, LARGEST + 1):
        table[f"cause_{n}"] = table[f"cause_{n}"].astype(object)
    if "people" not in study.homes or study.homes["people"].isna().all():
        counts = [c for c in columns if c.endswith("people") or c.startswith("people")]
        table[[*counts, "between_unknown"]] = np.nan
    return table[columns]
