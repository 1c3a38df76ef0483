"""assess: one call from a study to everything measured on it; only reach, cover and find_gaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

from greenmap import progress, settings
from greenmap.engine.threads import side_by_side
from greenmap.measure.capacity import catchment_places, crowd_places
from greenmap.measure.causes import list_trials
from greenmap.measure.completeness import check_completeness
from greenmap.measure.count_gates import count_gates
from greenmap.measure.cover import cover
from greenmap.measure.fairness import walks_by_group, worst_tenth
from greenmap.measure.find_gaps import find_checks, find_gaps
from greenmap.measure.isochrones import isochrones
from greenmap.measure.match_clauses import Mask, match_clauses
from greenmap.measure.radius import compare_radius
from greenmap.measure.reach import MEMORY_GB, SEARCH_MIN, Attachments, attach_all, reach
from greenmap.measure.straight import StraightWays
from greenmap.measure.unit_ground import audits_compounds
from greenmap.model.manifest import make_manifest
from greenmap.model.reach_table import ReachTable
from greenmap.model.standard import Clause
from greenmap.model.study import Assessment, Study
from greenmap.model.unit import list_units
from greenmap.network.hurdles import ASSUMED, CLOSED
from greenmap.network.islands import island_lines

Asked = TypeVar("Asked")
MAP_MARGIN_M = 500.0
"""How far around the communities isochrones are drawn."""


def assess(study: Study, *, attach_limit_m: float = 100.0, search_min: float = SEARCH_MIN,
           with_isochrones: bool = True) -> Assessment:
    """Measure a study: who walks to what, what each community lacks, what isn't known.

    Parameters
    ----------
    study : Study
        From :func:`greenmap.read_study`, or put together from tables.
    attach_limit_m : float
        Farthest that a home or entrance may lie off the street, metres.
    search_min : float
        How far nearest places are looked for, minutes; 3,000 m for metres.
    with_isochrones : bool
        Whether to draw the maps' isochrones as well.

    Returns
    -------
    Assessment

    Raises
    ------
    NetworkError
        The tables name nodes the network doesn't have.
    """
    steps = 2 * len(study.standard.profiles) + 3
    progress.report(0, steps, "measure.attaching")
    attachments = attach_all(study.network, study.homes, study.amenities,
                             attach_limit_m=attach_limit_m)
    reaches: dict[str, ReachTable] = {}
    for done, name in enumerate(study.standard.profiles, start=1):
        progress.report(done, steps, "measure.reaching", profile=name)
        reaches[name] = reach_clauses(study, name, attachments, search_min)
    trials = _all_trials(study, attachments, attach_limit_m, steps)
    progress.report(steps - 2, steps, "measure.covering")
    completeness, ways = check_completeness(study), StraightWays(study.homes, study.amenities)
    coverage = cover(reaches, study, trials=trials, sure=reach_sure(study, attachments),
                     no_waits=_without_waits(study, attachments, search_min), ways=ways,
                     completeness=completeness)
    progress.report(steps - 1, steps, "measure.drawing")
    areas = _isochrones(study, attachments) if with_isochrones else _no_isochrones(study)
    figures = compare_radius(study, coverage.answers, ways=ways)
    progress.report(steps, steps, "measure.done")
    found = Assessment(
        study=study, reaches=reaches, coverage=coverage.table, answers=coverage.answers,
        gaps=find_gaps(coverage, study), checks=find_checks(coverage, study),
        snaps=_snaps(attachments), isochrones=areas, units=_units(study),
        manifest={**make_manifest(study, arguments={"attach_limit_m": attach_limit_m,
                                                    "search_min": search_min,
                                                    **_assuming(study)}),
                  "attached": _counts(attachments)},
        gates=count_gates(study, coverage.answers),
        attachments=(attachments.homes, attachments.entrances),
        islands=None if attachments.islands is None else island_lines(study.network,
                                                                      attachments.islands),
        completeness=completeness,
        radius=figures.table, radius_homes=figures.homes,
        groups=walks_by_group(study, coverage.answers),
        worst=worst_tenth(study, coverage.answers),
        crowding=crowd_places(study, attachments),
    )
    return replace(found, schools=catchment_places(found))


def reach_limit(result: Assessment, clause: Clause) -> float:
    """Return how far was searched for a clause, in its unit."""
    return result.reaches[clause.profile].search_limit


def _units(study: Study) -> pd.DataFrame:
    return list_units(study.communities, study.homes if audits_compounds(study) else None)


def _clauses(study: Study, profile: str) -> list[Clause]:
    return [c for c in study.standard.clauses if c.kind == "reach" and c.profile == profile]


def reach_clauses(study: Study, name: str, attachments: Attachments, search_min: float,
                  without: tuple[str, ...] = (), memory_gb: float = MEMORY_GB) -> ReachTable:
    """Walk to what one profile's clauses ask for."""
    clauses = _clauses(study, name)
    walker = study.profiles[name]
    timed = walker.unit == "min"
    counted = {c.limit for c in clauses if c.min_count > 1}
    counted |= {a.limit or c.limit for c in clauses for a in c.alternatives if a.min_count > 1}
    return reach(
        study.network, study.homes, study.amenities, profile=walker,
        bands=sorted({*study.bands, *counted}) if timed else sorted({c.limit for c in clauses}
                                                                    | counted),
        search_limit=search_min if timed else None,
        sets=match_clauses(study.amenities, clauses), attachments=attachments, without=without,
        memory_gb=memory_gb,
    )


def _walks_to_clauses(study: Study, put: Attachments, farthest: Mapping[str, float],
                      without: tuple[str, ...] = ()) -> dict[str, ReachTable]:
    """Walk to what several profiles' clauses ask for, as far as is said for each."""
    return _two_at_a_time(
        lambda one: reach_clauses(study, one[0], put, one[1], without, MEMORY_GB / 2),
        {name: (name, limit) for name, limit in farthest.items()})


def _without_waits(study: Study, attachments: Attachments, search_min: float
                   ) -> dict[str, ReachTable] | None:
    """Walk again without waits at crossings; None where none are counted."""
    if study.network.wait_s is None:
        return None
    farthest = {name: search_min for name in study.standard.profiles
                if study.profiles[name].unit == "min"}
    return _walks_to_clauses(study, attachments, farthest, without=("crossing",))


def _trials(study: Study, name: str, put: Attachments, taking: str = "") -> dict[str, ReachTable]:
    """Walk again, to the clauses' limits only, with one thing taken away at a time.

    `taking` leaves out the trials that don't take this away.
    """
    clauses = _clauses(study, name)
    farthest = max(c.limit for c in clauses)
    sets = match_clauses(study.amenities, clauses)
    trials = list_trials(study.network, study.profiles[name], study.profiles["adult"])
    trials = {cause: trial for cause, trial in trials.items()
              if not taking or taking in trial.without}
    return _two_at_a_time(
        lambda trial: reach(
            study.network, study.homes, study.amenities, profile=trial.profile,
            without=trial.without, bands=(farthest,), search_limit=farthest, sets=sets,
            attachments=put, memory_gb=MEMORY_GB / 2), trials)


def _two_at_a_time(walk: Callable[[Asked], ReachTable], asked: Mapping[str, Asked]
                   ) -> dict[str, ReachTable]:
    """Walk several times: while one walk lays out its streets, another searches."""
    threads = settings.current().threads

    def alone(one: Asked) -> ReachTable:
        with settings.use(threads=max(threads // 2, 1)):
            return walk(one)

    tables = side_by_side(alone, asked.values(), threads=min(threads, 2))
    return dict(zip(asked, tables, strict=True))


def _all_trials(study: Study, attachments: Attachments, attach_limit_m: float, steps: int
                ) -> dict[str, dict[str, ReachTable]]:
    """Make every profile's trials.

    Everybody keeps the place on the streets that was found for them; where walls are taken
    away they may use the one beyond as well, so taking away never lengthens a walk.
    """
    names, found = study.standard.profiles, {}
    for done, name in enumerate(names, start=len(names) + 1):
        progress.report(done, steps, "measure.explaining", profile=name)
        found[name] = _trials(study, name, attachments)
    if study.network.barriers is None:
        return found
    bare = replace(study.network, barriers=None)
    freed = attach_all(bare, study.homes, study.amenities, attach_limit_m=attach_limit_m)
    for name, tables in found.items():  # apart, for they stand elsewhere on the streets
        for cause, other in _trials(study, name, freed, taking="wall").items():
            tables[cause] = replace(other, ticks=np.minimum(tables[cause].ticks, other.ticks))
    return found


def reach_sure(study: Study, attachments: Attachments) -> dict[str, ReachTable] | None:
    """Walk again to the clauses' limits with assumed gates shut; None where nothing is assumed."""
    hurdle = study.network.hurdle
    gates = hurdle is not None and bool((hurdle == ASSUMED).any())
    if not (gates or attachments.homes.assumed.any() or attachments.entrances.assumed.any()):
        return None
    network = study.network
    if hurdle is not None:
        network = replace(network, hurdle=np.where(hurdle == ASSUMED, CLOSED, hurdle))
    homes, entrances = (replace(part, edge=np.where(part.assumed, -1, part.edge))
                        for part in (attachments.homes, attachments.entrances))
    put = Attachments(homes, entrances)
    shut = replace(study, network=network)
    farthest = {name: max((c.limit for c in _clauses(study, name)), default=SEARCH_MIN)
                for name in study.standard.profiles}
    return _walks_to_clauses(shut, put, farthest)


def _isochrones(study: Study, attachments: Attachments) -> gpd.GeoDataFrame:
    """One layer per set of places and timed profile; clauses in metres as the adult walks."""
    wanted: dict[str, dict[str, Mask]] = {}
    for clause in study.standard.clauses:
        if clause.kind == "reach":
            name = clause.profile if clause.unit == "min" else "adult"
            sets = match_clauses(study.amenities, [clause])
            wanted.setdefault(name, {})[clause.target] = sets[clause.target]
    west, south, east, north = study.communities.total_bounds
    bounds = (west - MAP_MARGIN_M, south - MAP_MARGIN_M, east + MAP_MARGIN_M, north + MAP_MARGIN_M)
    parts = [
        isochrones(study.network, study.amenities, profile=study.profiles[name],
                   bands_min=study.bands, sets=sets, attachment=attachments.entrances,
                   bounds=bounds)
        for name, sets in wanted.items()
    ]
    return pd.concat(parts, ignore_index=True) if parts else _no_isochrones(study)


def _no_isochrones(study: Study) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"category": [], "profile": [], "band_min": []}, geometry=[],
                            crs=study.crs)


def _counts(attachments: Attachments) -> dict[str, dict[str, int]]:
    """How many homes and places could be put on the streets, and why not the others."""
    parts = {"homes": attachments.homes, "amenities": attachments.entrances}
    return {role: {str(status): int(n) for status, n in
                   zip(*np.unique(part.status.astype(str), return_counts=True), strict=True)}
            for role, part in parts.items()}


def _assuming(study: Study) -> dict[str, float]:
    """How much may rest on assumed gates; without barriers nothing does."""
    known = study.network.barriers is not None
    return {"assumed_share_max": study.assumed_share_max} if known else {}


def _snaps(attachments: Attachments) -> pd.DataFrame:
    frames = {"home": attachments.homes.to_frame(), "amenity": attachments.entrances.to_frame()}
    return pd.concat(frames, names=["role", "id"])
