"""Findings: what was read, and what a study can live with but its reader should know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from greenmap import i18n, settings
from greenmap.errors import Fault
from greenmap.model.category import load_categories
from greenmap.model.crs import to_study
from greenmap.model.schema import first_few
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.attach import attach
from greenmap.network.datum_evidence import LEAST_POINTS, DatumEvidence
from greenmap.read.osm_source import ENDINGS
from greenmap.read.source import DELIMITED, WORKBOOKS
from greenmap.studies.about_people import doubtful_people, found_people
from greenmap.studies.completeness_check import about_completeness
from greenmap.studies.detail import found_waits
from greenmap.studies.edits import found_edits, undone_edits
from greenmap.studies.ledgers import doubtful_ledgers, found_ledgers
from greenmap.studies.places import join_sources
from greenmap.studies.roads import doubtful_roads, found_roads
from greenmap.studies.sources import Sources
from greenmap.studies.survey import doubtful_survey
from greenmap.studies.walls import doubtful_walls, found_walls

_ATTACHED = ("edge", "node")


def list_found(sources: Sources) -> tuple[Fault, ...]:
    """List what was read: every source, categories with their counts, people, streets.

    Parameters
    ----------
    sources : Sources

    Returns
    -------
    tuple of Fault
    """
    found = [_source(one) for one in sources.inputs]
    found += [Fault("study.found_map_service", {
        "path": one["path"] or one["name"],
        "service": i18n.text(f"report.{one['map_service']}")})
        for one in sources.inputs if one.get("map_service")]
    if sources.standard is not None:
        found.append(Fault("study.found_standard", {
            "name": sources.standard.name(_lang()), "clauses": len(sources.standard.clauses),
            "profiles": ", ".join(p.name(_lang()) for p in sources.profiles.values())}))
    if sources.amenities:
        rows = pd.concat([t[["category"]].astype(object) for t in sources.amenities])
        counts = rows["category"].value_counts()
        known = [f"{_category(key)} {counts[key]}" for key in load_categories() if key in counts]
        found.append(Fault("study.found_categories",
                           {"count": len(known), "categories": ", ".join(known) or "-"}))
    if sources.homes is not None:
        people = sources.homes["people"]
        found.append(Fault("study.found_homes", {
            "homes": len(people), "people": f"{people.sum():.0f}", "known": int(people.count())}))
    found += found_people(sources.homes, sources.communities)
    found += found_ledgers(sources.ledger)
    found += _about_datums(sources)
    if sources.network is not None:
        net = sources.network
        found.append(Fault("study.found_network", {
            "nodes": net.n_nodes, "edges": net.n_edges, "crs": net.crs,
            "km": f"{net.length_m.sum() / 1000:.1f}"}))
        if sources.text:
            found += [*found_roads(sources.text, net), *found_edits(sources.text, net)]
        found += _steps(net)
        found += found_walls(net)
        found += found_waits(net)
        if net.height_m is None:
            found.append(Fault("terrain.not_given", {}))
    return tuple(found)


def _about_datums(sources: Sources) -> Iterable[Fault]:
    """What the streets say of each table's datum; what they contradict is a fault elsewhere."""
    for table in (*sources.amenities, *([] if sources.homes is None else [sources.homes])):
        found: DatumEvidence | None = table.attrs.get("datum_evidence")
        if found is None:
            continue
        verdict = found.verdict
        if table.attrs.get("datum_rule", {}).get("rule") == "auto":
            verdict = "auto"
        if verdict in ("auto", "fits", "unclear", "too_few"):
            yield Fault(f"study.found_datum_{verdict}", _datum_facts(table, found))


def _datum_facts(table: gpd.GeoDataFrame, found: DatumEvidence) -> dict[str, Any]:
    scores = ", ".join(f"{key} {score:.1f}" for key, score in found.scores.items())
    return {"path": _name(table), "declared": found.declared, "best": found.best,
            "points": found.points, "least": LEAST_POINTS, "scores": scores,
            "offset": f"{found.offset_m:.0f}"}


def _steps(network: WalkNetwork) -> Iterable[Fault]:
    """Tell how many flights of steps there are, and what is known of ramps beside them."""
    steps = np.array([kind == "steps" for kind in network.kinds], bool)[network.kind]
    flights = np.unique(network.way_id[steps])
    if not len(flights):
        return
    facts = {"count": len(flights), "metres": f"{network.length_m[steps].sum():.0f}"}
    if network.ramped is None:
        yield Fault("study.found_steps", facts)
    else:
        ramped = np.unique(network.way_id[steps & network.ramped])
        yield Fault("study.found_steps_ramps", facts | {"ramped": len(ramped),
                                                        "bare": len(flights) - len(ramped)})


def _source(one: dict[str, Any]) -> Fault:
    parts = [f"{key} {one[key]}" for key in ("encoding", "crs", "datum", "layer", "as_of")
             if one.get(key)]
    return Fault("study.found_source", {
        "role": i18n.text(f"report.role_{one['role']}"), "path": one["path"] or one["name"],
        "rows": one["rows"], "rows_in": one.get("rows_in", one["rows"]),
        "facts": ", ".join(parts)})


def _lang() -> str:
    return settings.current().lang


def _category(key: str) -> str:
    known = load_categories()[key]
    return known.zh if _lang() == "zh" else known.en


def list_warnings(sources: Sources) -> tuple[Fault, ...]:
    """List what the study can live with, each with what it does to the results.

    Parameters
    ----------
    sources : Sources

    Returns
    -------
    tuple of Fault
    """
    warnings: list[Fault] = []
    assert sources.text is not None
    if "share" not in sources.text.study:
        warnings.append(Fault("study.warn_no_share", {}))
    warnings += _about_reading(sources)
    warnings += _about_amenities(sources)
    warnings += about_completeness(sources)
    warnings += doubtful_ledgers(sources.ledger)
    if sources.survey is not None and sources.amenities:
        warnings += doubtful_survey(sources.survey, join_sources(sources.text, sources.amenities))
    if sources.homes is not None:
        warnings += _about_homes(sources, sources.homes)
        warnings += doubtful_people(sources.homes)
    if sources.communities is not None:
        warnings += _about_communities(sources, sources.communities)
    if sources.network is not None:
        warnings += _about_terrain(sources, sources.network)
        warnings += _about_streets(sources, sources.network)
        warnings += doubtful_walls(sources.network)
        warnings += undone_edits(sources.text, sources.network)
        warnings += doubtful_roads(sources.text, sources.network, sources.communities)
    return tuple(warnings)


def _about_reading(sources: Sources) -> Iterable[Fault]:
    text = sources.text
    assert text is not None
    entries = {f"[[amenities]] {n}": entry for n, entry in enumerate(text.amenities, start=1)}
    for section, entry in ({"[communities]": text.communities} | entries | {"[homes]": text.homes}
                           ).items():
        flat = entry.get("path", "").lower().endswith((*DELIMITED, *WORKBOOKS))
        if flat and "datum" not in entry:
            yield Fault("study.warn_datum", {"path": entry["path"], "section": section})
    for table in (*sources.amenities, *([] if sources.homes is None else [sources.homes])):
        if table.attrs.get("datum_rule", {}).get("rule") == "accepted":
            yield Fault("study.warn_datum_accepted",
                        _datum_facts(table, table.attrs["datum_evidence"]))
    for one in sources.inputs:
        if columns := one.get("dropped_columns"):
            yield Fault("study.warn_personal", {"path": one["path"], "columns": ", ".join(columns)})
        if causes := one.get("left_out"):
            told = [f"{i18n.text(f'read.cause_{cause}')} {rows}" for cause, rows in causes.items()]
            yield Fault("study.warn_left_out", {"path": one["path"], "causes": ", ".join(told)})


def _name(table: gpd.GeoDataFrame) -> str:
    return str(table.attrs.get("source", {}).get("name", ""))


def _about_amenities(sources: Sources) -> Iterable[Fault]:
    for table in sources.amenities:
        kinds = table.attrs.get("unclassified", ())
        name = _name(table)
        if closed := table.attrs.get("closed_by_name", ()):
            yield Fault("study.warn_closed", {
                "path": name, "count": len(closed), "names": first_few([own for _, own in closed])})
        # Most of what a street file holds is no facility; nobody need place it.
        if kinds and not name.endswith(ENDINGS):
            yield Fault("study.warn_unclassified", {
                "path": name, "rows": sum(n for _, n in kinds),
                "kinds": first_few([f"{kind} × {count}" for kind, count in kinds])})
    yield from _about_duplicates(sources)
    claimed = {key for table in sources.amenities for key in table.attrs.get("collected", ())}
    if sources.ledger is not None:
        claimed |= set(sources.ledger.amenities.attrs["collected"])
    own = sources.text.study.get("collected", ()) if sources.text else ()
    claimed |= {own} if isinstance(own, str) else set(own)
    if sources.standard is not None and sources.amenities and "all" not in claimed:
        missing = [_category(k) for k in sources.standard.categories if k not in claimed]
        if missing:
            yield Fault("study.warn_not_collected",
                        {"count": len(missing), "categories": ", ".join(missing)})


def _about_duplicates(sources: Sources) -> Iterable[Fault]:
    if sources.text is None or not sources.amenities:
        return
    found = join_sources(sources.text, sources.amenities).attrs["duplicates"]
    for decision in ("merged", "repeat", "review"):
        if pairs := [one for one in found if one.decision == decision]:
            yield Fault(f"study.warn_duplicates_{decision}", {
                "count": len(pairs),
                "pairs": first_few([f"{one.kept_name or one.kept} = {one.other_name or one.other} "
                                    f"({one.metres:g} m)" for one in pairs])})


def _about_homes(sources: Sources, homes: gpd.GeoDataFrame) -> Iterable[Fault]:
    for key, rows in (("study.warn_no_people", homes["people"].isna()),
                      ("study.warn_outside", homes["community_id"].isna())):
        if rows.any() and sources.communities is not None:
            yield Fault(key, {"count": int(rows.sum()), "ids": first_few(list(homes.index[rows]))})
    clauses = sources.standard.clauses if sources.standard else ()
    groups = dict.fromkeys(c.people for c in clauses if c.people not in ("all", *homes.columns))
    if groups:
        yield Fault("study.warn_no_groups", {
            "groups": ", ".join(i18n.text(f"term.people_{group}") for group in groups)})


def _about_communities(sources: Sources, communities: gpd.GeoDataFrame) -> Iterable[Fault]:
    evidence: DatumEvidence | None = communities.attrs.get("datum_evidence")
    if evidence is not None and evidence.verdict in ("likely", "other"):
        yield Fault("study.warn_boundary_datum", _datum_facts(communities, evidence))
    names = communities["name"]
    pairs = communities.attrs.get("overlaps", ())
    if pairs:
        yield Fault("study.warn_overlaps", {
            "count": len(pairs),
            "pairs": first_few([f"{names[a]} × {names[b]} {area:.0f} m²" for a, b, area in pairs])})
    if twice := communities.attrs.get("name_twice", ()):
        yield Fault("study.warn_name_twice", {"count": len(twice), "names": first_few(twice)})
    if repaired := communities.attrs.get("repaired", ()):
        yield Fault("study.warn_repaired", {"count": len(repaired), "ids": first_few(repaired)})
    if sources.homes is not None:
        people = sources.homes["people"].fillna(1).groupby(sources.homes["community_id"]).sum()
        empty = names[people.reindex(names.index).fillna(0).to_numpy() == 0]
        if len(empty):
            yield Fault("study.warn_nobody", {"count": len(empty), "names": first_few(list(empty))})
    if sources.network is not None:
        bare = names[_without_streets(communities, sources.network)]
        if len(bare):
            yield Fault("study.warn_no_streets",
                        {"count": len(bare), "names": first_few(list(bare))})


def _without_streets(communities: gpd.GeoDataFrame, network: WalkNetwork) -> Any:
    edge = np.repeat(np.arange(network.n_edges), np.diff(network.shape_start))
    streets = shapely.linestrings(network.shape_xy, indices=edge)
    areas = to_study(communities, network.crs).geometry.to_numpy()
    crossed, _ = shapely.STRtree(streets).query(areas, predicate="intersects")
    return ~np.isin(np.arange(len(areas)), crossed)


def _about_terrain(sources: Sources, network: WalkNetwork) -> Iterable[Fault]:
    if count := network.notes.get("edges_no_height"):
        assert sources.text is not None
        yield Fault("terrain.unknown_edges", {"file": sources.text.terrain["dem"], "count": count,
                                              "edges": network.n_edges})


def _about_streets(sources: Sources, network: WalkNetwork) -> Iterable[Fault]:
    tables: Sequence[tuple[str, gpd.GeoDataFrame, bool]] = [
        ("homes", sources.homes, False), *(("amenities", t, True) for t in sources.amenities)]
    for role, table, public in tables:
        if table is None or not len(table):
            continue
        status = attach(network, to_study(table, network.crs), public_only=public).status
        for why in sorted(set(status) - set(_ATTACHED)):
            off = table.index[status == why]
            yield Fault(f"study.warn_off_street_{why}", {
                "role": i18n.text(f"report.role_{role}"), "path": _name(table),
                "count": len(off), "ids": first_few(list(off))})
