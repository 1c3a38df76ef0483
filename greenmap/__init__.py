"""Audit the 15-minute life circle: who can walk to what, what is lacking, and why.

The names below are loaded when first used, so importing greenmap is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from greenmap.check_files import write_check
    from greenmap.draw.city_map import draw_coverage
    from greenmap.draw.community_map import draw_community
    from greenmap.measure.assess import assess
    from greenmap.measure.capacity import crowding, school_places
    from greenmap.measure.catchments import catchments
    from greenmap.measure.completeness import check_completeness
    from greenmap.measure.cover import cover
    from greenmap.measure.fairness import walks_by_group, worst_tenth
    from greenmap.measure.find_gaps import find_checks, find_gaps
    from greenmap.measure.isochrones import isochrones
    from greenmap.measure.match_clauses import match_clauses
    from greenmap.measure.match_ledger import match_ledger
    from greenmap.measure.radius import compare_radius
    from greenmap.measure.reach import attach_all, reach
    from greenmap.measure.route import route
    from greenmap.measure.score import score
    from greenmap.measure.sensitivity import sensitivity
    from greenmap.measure.track import track
    from greenmap.measure.walks_within import walks_within
    from greenmap.measure.what_if import WhatIf, what_if
    from greenmap.model.profile import Profile, load_profile
    from greenmap.model.programme import load_programme
    from greenmap.model.score_sheet import load_score_sheet
    from greenmap.model.standard import load_standard
    from greenmap.model.standard_diff import diff_standards
    from greenmap.model.study import Assessment, Study
    from greenmap.network.centrelines import network_from_roads
    from greenmap.network.edits import apply_edits
    from greenmap.network.entrances import find_entrances
    from greenmap.network.export import to_osmnx
    from greenmap.network.merging import merge_networks
    from greenmap.network.open import read_network
    from greenmap.network.slope import with_heights
    from greenmap.network.spread_people import spread_people
    from greenmap.network.store import save_network
    from greenmap.network.tables import network_from_tables
    from greenmap.read.amenities import read_amenities
    from greenmap.read.communities import read_communities
    from greenmap.read.doors import read_doors
    from greenmap.read.edits import read_edits
    from greenmap.read.green import read_green
    from greenmap.read.homes import read_homes
    from greenmap.read.join import join_amenities
    from greenmap.read.ledger import read_ledger
    from greenmap.read.located import read_located
    from greenmap.read.population import read_people
    from greenmap.read.roads import read_roads
    from greenmap.read.status import read_status
    from greenmap.report.ledger_book import write_ledger, write_unlocated
    from greenmap.report.score_book import write_score
    from greenmap.report.shapefile import write_shapefile
    from greenmap.report.survey_book import write_survey, write_survey_log
    from greenmap.report.write import write_report
    from greenmap.results import write_results
    from greenmap.sample import write_sample
    from greenmap.settings import use
    from greenmap.studies import begin_study, check_study, init_study, read_study
    from greenmap.studies.ledgers import check_located, match_study_ledgers
    from greenmap.studies.survey import read_survey
    from greenmap.track_files import write_track

__version__ = "0.1.0"

_HOME = {
    "write_sample": "greenmap.sample",
    "begin_study": "greenmap.studies",
    "init_study": "greenmap.studies",
    "check_study": "greenmap.studies",
    "write_check": "greenmap.check_files",
    "read_study": "greenmap.studies",
    "read_communities": "greenmap.read.communities",
    "read_green": "greenmap.read.green",
    "read_homes": "greenmap.read.homes",
    "read_people": "greenmap.read.population",
    "spread_people": "greenmap.network.spread_people",
    "read_amenities": "greenmap.read.amenities",
    "join_amenities": "greenmap.read.join",
    "read_network": "greenmap.network.open",
    "read_roads": "greenmap.read.roads",
    "network_from_roads": "greenmap.network.centrelines",
    "merge_networks": "greenmap.network.merging",
    "read_edits": "greenmap.read.edits",
    "apply_edits": "greenmap.network.edits",
    "save_network": "greenmap.network.store",
    "network_from_tables": "greenmap.network.tables",
    "with_heights": "greenmap.network.slope",
    "to_osmnx": "greenmap.network.export",
    "find_entrances": "greenmap.network.entrances",
    "load_standard": "greenmap.model.standard",
    "diff_standards": "greenmap.model.standard_diff",
    "load_profile": "greenmap.model.profile",
    "Profile": "greenmap.model.profile",
    "Study": "greenmap.model.study",
    "Assessment": "greenmap.model.study",
    "match_clauses": "greenmap.measure.match_clauses",
    "attach_all": "greenmap.measure.reach",
    "reach": "greenmap.measure.reach",
    "route": "greenmap.measure.route",
    "walks_within": "greenmap.measure.walks_within",
    "sensitivity": "greenmap.measure.sensitivity",
    "what_if": "greenmap.measure.what_if",
    "WhatIf": "greenmap.measure.what_if",
    "isochrones": "greenmap.measure.isochrones",
    "catchments": "greenmap.measure.catchments",
    "check_completeness": "greenmap.measure.completeness",
    "cover": "greenmap.measure.cover",
    "find_gaps": "greenmap.measure.find_gaps",
    "compare_radius": "greenmap.measure.radius",
    "walks_by_group": "greenmap.measure.fairness",
    "worst_tenth": "greenmap.measure.fairness",
    "crowding": "greenmap.measure.capacity",
    "school_places": "greenmap.measure.capacity",
    "find_checks": "greenmap.measure.find_gaps",
    "assess": "greenmap.measure.assess",
    "load_programme": "greenmap.model.programme",
    "read_status": "greenmap.read.status",
    "load_score_sheet": "greenmap.model.score_sheet",
    "score": "greenmap.measure.score",
    "write_score": "greenmap.report.score_book",
    "track": "greenmap.measure.track",
    "write_survey": "greenmap.report.survey_book",
    "read_survey": "greenmap.studies.survey",
    "write_survey_log": "greenmap.report.survey_book",
    "draw_coverage": "greenmap.draw.city_map",
    "draw_community": "greenmap.draw.community_map",
    "write_report": "greenmap.report.write",
    "write_shapefile": "greenmap.report.shapefile",
    "write_results": "greenmap.results",
    "write_track": "greenmap.track_files",
    "read_ledger": "greenmap.read.ledger",
    "read_doors": "greenmap.read.doors",
    "read_located": "greenmap.read.located",
    "match_ledger": "greenmap.measure.match_ledger",
    "write_ledger": "greenmap.report.ledger_book",
    "write_unlocated": "greenmap.report.ledger_book",
    "match_study_ledgers": "greenmap.studies.ledgers",
    "check_located": "greenmap.studies.ledgers",
    "use": "greenmap.settings",
}
"""Public names in the order of the work, and where each lives."""

__all__ = ["Assessment", "Profile", "Study", "WhatIf", "apply_edits", "assess", "attach_all",
           "begin_study", "catchments", "check_completeness", "check_located",
           "check_study", "compare_radius", "cover", "crowding", "diff_standards",
           "draw_community", "draw_coverage", "find_checks", "find_entrances",
           "find_gaps", "init_study", "isochrones", "join_amenities", "load_profile",
           "load_programme", "load_score_sheet", "load_standard", "match_clauses",
           "match_ledger", "match_study_ledgers", "merge_networks",
           "network_from_roads", "network_from_tables", "reach", "read_amenities",
           "read_communities", "read_doors", "read_edits", "read_green", "read_homes",
           "read_ledger", "read_located", "read_network", "read_people", "read_roads",
           "read_status", "read_study", "read_survey", "route", "save_network",
           "school_places", "score", "sensitivity", "spread_people", "to_osmnx",
           "track", "use", "walks_by_group", "walks_within", "what_if", "with_heights",
           "worst_tenth", "write_check", "write_ledger", "write_report", "write_results",
           "write_sample", "write_score", "write_shapefile", "write_survey",
           "write_survey_log", "write_track", "write_unlocated"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'greenmap' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
