"""Study: one city's checked inputs; Assessment: everything measured on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.errors import StudyError
from greenmap.model.attachment import Attachment
from greenmap.model.completeness_rule import CompletenessRule
from greenmap.model.crs import to_study
from greenmap.model.ledger import check_ledger
from greenmap.model.profile import Profile, load_profile
from greenmap.model.reach_table import ReachTable
from greenmap.model.release import check_release
from greenmap.model.standard import Standard
from greenmap.model.walk_network import WalkNetwork, freeze

COVERED, NOT_COVERED, UNKNOWN = range(3)
ANSWERS = ("covered", "not_covered", "unknown")
ASSUMED_SHARE_MAX = 0.2
"""A fifth of a unit's people: our choice, no text gives one."""
STATES = ("met", "not_met", "not_known", "not_applicable", "measured")


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """What a study stands on. Its tables share the network's CRS, metres.

    Parameters
    ----------
    communities, homes, amenities : GeoDataFrame
        Checked tables in any CRS; the study holds them in `crs`.
    network : WalkNetwork
        Built street network in `crs`.
    standard : Standard
        What is asked for.
    share : float, optional
        Share of people a clause must cover (0…1): the study's own choice. Without
        it coverage is measured and nothing is judged.
    name : str
        Shown on every page.
    profiles : mapping of str to Profile
        By id; those the standard names, and ``adult``, are added.
    bands : tuple of float
        Minutes shown on maps and counted.
    lang : {"zh", "en"}
        Language of what is written.
    as_of : str
        Date of the data, as the study says.
    collected : tuple of str
        Categories that some source claims to be complete in; ``("all",)`` for
        all. Default: what the amenities table says of itself.
    inputs : tuple of dict
        One per source: name, role, digest, rows, CRS, datum, encoding, as_of.
    fictional : bool
        Made-up data; every page says so.
    ledger : DataFrame, optional
        Departments' ledgers (台账), one row per facility, located or not; see
        :func:`greenmap.model.ledger.check_ledger`.
    ledger_notes, ledger_candidates : DataFrame, optional
        What :func:`greenmap.match_ledger` noted, and the places it offers for
        rows it could not place.
    assumed_share_max : float
        Where more than this share of a unit's people are covered only through an assumed gate,
        and the verdict hangs on them, the answer is *not known*.
    survey : DataFrame, optional
        What was asked on the spot: ``unit_id``, ``item_id`` (a clause of the
        standard, or an item of a score sheet), ``value``, ``date``
        (yyyy-mm-dd), ``role``, ``source``; one row per answer.
    include : tuple of str
        Confidences (``memory``, ``unsure``) whose figures are scored all the
        same; every table marks them.
    development : str
        ``"new"`` or ``"existing"``, where all communities are of one kind and
        none says so itself.
    residential : GeoDataFrame, optional
        Residential land as polygons, for shares of land.
    catchments : mapping of str to DataFrame, optional
        By clause, which school children belong to, as
        :func:`greenmap.school_places` takes it.
    completeness : CompletenessRule, optional
        When a category that nobody declared complete counts as collected
        after all. Default: never.
    release : {"internal", "public"}
        Public outputs hold counts and minutes only: no homes, gates or places.
    map_approval : str
        The 审图号, which public outputs carry.

    Raises
    ------
    StudyError
        The share isn't between 0 and 1, a public release has no 审图号, or
        homes don't say which community they belong to.
    """

    communities: gpd.GeoDataFrame
    homes: gpd.GeoDataFrame
    amenities: gpd.GeoDataFrame
    network: WalkNetwork
    standard: Standard
    share: float | None = None
    name: str = ""
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    bands: tuple[float, ...] = (5.0, 10.0, 15.0)
    lang: str = "zh"
    as_of: str = ""
    collected: tuple[str, ...] | None = None
    inputs: tuple[dict[str, Any], ...] = ()
    fictional: bool = False
    ledger: pd.DataFrame | None = None
    assumed_share_max: float = ASSUMED_SHARE_MAX
    survey: pd.DataFrame | None = None
    include: tuple[str, ...] = ()
    development: str = ""
    residential: gpd.GeoDataFrame | None = None
    completeness: CompletenessRule | None = None
    release: str = "internal"
    map_approval: str = ""
    ledger_notes: pd.DataFrame | None = None
    ledger_candidates: pd.DataFrame | None = None
    catchments: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_release(self.release, self.map_approval)
        if self.share is not None and not 0 < self.share <= 1:
            raise StudyError("measure.share_range", share=self.share)
        if "community_id" not in self.homes:
            raise StudyError("measure.homes_without_community")
        if self.ledger is not None:
            check_ledger(self.ledger)
        for name in ("communities", "homes", "amenities"):
            object.__setattr__(self, name, to_study(getattr(self, name), self.crs))
        if self.residential is not None:
            object.__setattr__(self, "residential", to_study(self.residential, self.crs))
        names = dict.fromkeys((*self.profiles, *self.standard.profiles, "adult"))
        known = {name: self.profiles.get(name) or load_profile(name) for name in names}
        object.__setattr__(self, "profiles", MappingProxyType(known))
        if self.collected is None:
            said = tuple(self.amenities.attrs.get("collected", ()))
            object.__setattr__(self, "collected", ("all",) if "all" in said else said)

    @property
    def crs(self) -> str:
        """The study's CRS, metres."""
        return self.network.crs

    def is_collected(self, categories: tuple[str, ...]) -> bool:
        """Whether absence of all `categories` may be believed."""
        collected = self.collected or ()
        return "all" in collected or set(categories) <= set(collected)


@dataclass(frozen=True, slots=True, eq=False)
class HomeAnswers:
    """What every home answers to every clause.

    Parameters
    ----------
    home_id : (h,) array of str
        In the order of the homes table.
    clause_id : tuple of str
        k clauses.
    state : (h, k) array of uint8
        Into :data:`ANSWERS`: covered, not covered, unknown.
    reason : (h, k) array of str
        Why unknown, or why not covered; empty otherwise.
    value : (h, k) array of float
        Walk to the nearest place that serves, in the clause's unit; ``inf``
        where none was found within the search limit, missing where not asked.
    amenity_id : (h, k) array of str or None
        The place that serves.
    weight : (h, k) array of float
        People the clause counts in that home.
    search_limit : tuple of float
        Per clause, in its unit: how far was searched.
    relieved : (h, k) array of float
        Walk if the reason named (a wall, a slope …) were taken away; missing
        where nothing was tried.
    assumed : (h, k) array of bool
        Covered only because a gate is assumed to be there; None: not looked at.
    value_no_waits : (h, k) array of float
        `value` if nobody waited at crossings; None: waits aren't counted.
    """

    home_id: npt.NDArray[np.object_]
    clause_id: tuple[str, ...]
    state: npt.NDArray[np.uint8]
    reason: npt.NDArray[np.object_]
    value: npt.NDArray[np.float64]
    amenity_id: npt.NDArray[np.object_]
    weight: npt.NDArray[np.float64]
    search_limit: tuple[float, ...]
    relieved: npt.NDArray[np.float64] | None = None
    assumed: npt.NDArray[np.bool_] | None = None
    value_no_waits: npt.NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        freeze(self)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per home and clause.

        Returns
        -------
        DataFrame
            Index (``home_id``, ``clause_id``): ``answer``, ``reason``,
            ``value`` (``inf`` = not found), ``amenity_id``, ``people``.
        """
        index = pd.MultiIndex.from_product([self.home_id, self.clause_id],
                                           names=["home_id", "clause_id"])
        return pd.DataFrame({
            "answer": np.array(ANSWERS, dtype=object)[self.state.ravel()],
            "reason": self.reason.ravel(),
            "value": self.value.ravel(),
            "amenity_id": self.amenity_id.ravel(),
            "people": self.weight.ravel(),
        }, index=index)


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """Coverage of every unit by every clause, and the homes' answers behind it.

    Parameters
    ----------
    table : DataFrame
        Index (``unit_id``, ``clause_id``): ``level``, ``unit_name``,
        ``people``, ``people_covered``, ``people_unknown``, ``share`` (0…1),
        ``required``, ``state``, ``state_80``, ``state_90``, ``state_100``,
        ``reason``, ``walk_median``, ``walk_p90`` (``inf`` = beyond the search),
        ``walk_unit``, ``people_basis``, ``people_assumed`` (of those covered: who is so only
        through an assumed gate), ``share_low`` (nobody not known is covered),
        ``share_high`` (everybody not known is). Where waits are counted also
        ``people_covered_no_waits``, ``walk_median_no_waits`` and ``walk_p90_no_waits``.
    answers : HomeAnswers
        Per home.
    """

    table: pd.DataFrame
    answers: HomeAnswers


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """Everything one run found out.

    Parameters
    ----------
    study : Study
        What was asked.
    reaches : mapping of str to ReachTable
        By profile.
    coverage : DataFrame
        See :class:`Coverage`.
    answers : HomeAnswers
        Per home and clause.
    gaps : GeoDataFrame
        短板: index ``gap_id``, ranked by people missing.
    checks : DataFrame
        待核实: index ``check_id``, ranked by people unknown.
    snaps : DataFrame
        One row per home and place: how it was put on the streets.
    isochrones : GeoDataFrame
        ``category``, ``profile``, ``band_min``, ``geometry`` in the study CRS.
    units : DataFrame
        See :func:`greenmap.model.unit.list_units`.
    manifest : dict
        Digests, arguments, versions: plain values only.
    gates : DataFrame
        Per community what is known of its gates, see
        :func:`greenmap.measure.count_gates.count_gates`; empty without barriers.
    completeness : DataFrame, optional
        See :func:`greenmap.measure.completeness.check_completeness`.
    sensitivity : DataFrame, optional
        What :func:`greenmap.measure.sensitivity.sensitivity` found, if it was asked.
    attachments : tuple of Attachment, optional
        How homes and places stand on the streets.
    radius, radius_homes : DataFrame, optional
        See :class:`greenmap.measure.radius.RadiusFigures`.
    groups, worst : DataFrame, optional
        See :mod:`greenmap.measure.fairness`.
    crowding : DataFrame, optional
        Index (``category``, ``place_id``), see
        :func:`greenmap.measure.capacity.crowd_places`; None where no capacity
        is known.
    islands : GeoDataFrame, optional
        Parts of the streets that don't hang together with the rest, see
        :func:`greenmap.network.islands.island_lines`.
    schools : DataFrame, optional
        See :func:`greenmap.measure.capacity.catchment_places`.
    """

    study: Study
    reaches: Mapping[str, ReachTable]
    coverage: pd.DataFrame
    answers: HomeAnswers
    gaps: gpd.GeoDataFrame
    checks: pd.DataFrame
    snaps: pd.DataFrame
    isochrones: gpd.GeoDataFrame
    units: pd.DataFrame
    manifest: dict[str, Any]
    gates: pd.DataFrame = field(default_factory=pd.DataFrame)
    completeness: pd.DataFrame | None = None
    sensitivity: pd.DataFrame | None = None
    attachments: tuple[Attachment, Attachment] | None = None
    radius: pd.DataFrame | None = None
    radius_homes: pd.DataFrame | None = None
    groups: pd.DataFrame | None = None
    worst: pd.DataFrame | None = None
    crowding: pd.DataFrame | None = None
    islands: gpd.GeoDataFrame | None = None
    schools: pd.DataFrame | None = None

    def _repr_html_(self) -> str:
        judged = self.coverage[self.coverage["level"] == "community"]
        counts = judged["state"].value_counts()
        return counts.rename("clauses × communities").to_frame().to_html()
