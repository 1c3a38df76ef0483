"""Walls of a study: barriers, gates and compounds it names, put across its streets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import shapely

from greenmap import i18n, settings
from greenmap.errors import Fault, Faults
from greenmap.model.barrier import SOURCES, WALLS, make_barriers
from greenmap.model.hours import open_at
from greenmap.model.schema import first_few
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.gates import count_hurdles, with_gates
from greenmap.network.hurdles import WALL
from greenmap.network.kept import with_barriers_kept
from greenmap.read.barriers import read_barriers, read_compounds, read_gates
from greenmap.read.osm_barriers import OsmBarriers, read_osm_barriers
from greenmap.studies.datum_check import AUTO, check_gates_datum
from greenmap.studies.streets import street_file
from greenmap.studies.study_text import StudyText
from greenmap.studies.tables import attempt, table_args

_DOORS = {"barriers": read_barriers, "gates": read_gates, "compounds": read_compounds}


def with_walls(text: StudyText, network: WalkNetwork | None, faults: Faults, *,
               gates: Sequence[gpd.GeoDataFrame] = ()) -> WalkNetwork | None:
    """Read the walls, gates and compounds a study names, and cut its streets.

    Gates of the street file count wherever its walls or compounds do, beside surveyed ones.

    Parameters
    ----------
    text : StudyText
        The study file.
    network : WalkNetwork, optional
        Its streets, without heights.
    faults : Faults
        Takes what is wrong with any of the files.
    gates : sequence of GeoDataFrame
        Gates as the field survey found them; they stand in for those of the same id.

    Returns
    -------
    WalkNetwork or None
        As given where no walls are named, or a fault stands in the way.
    """
    if not (text.barriers or text.gates or _walled(text)):
        return network
    before = len(faults)
    own = {name: _own(text, name, faults) for name in _DOORS}
    _check_hours(text, own["gates"], faults)
    mapped = _mapped(text, faults)
    if network is None or len(faults) > before:
        return network
    if mapped is not None:
        own["gates"].append(mapped.gates)
        if text.barriers.get("osm"):
            own["barriers"].append(mapped.walls)
        if text.compounds.get("osm"):
            own["compounds"].append(mapped.compounds)
    if own["gates"] and text.gates.get("path"):
        own["gates"][0] = check_gates_datum(text, network, own["gates"][0], _stood_in(own), faults)
    if len(faults) > before:
        return network
    checked = {str(gate) for table in gates for gate in table.index}
    own["gates"] = [*gates, *(t[~t.index.astype(str).isin(checked)] for t in own["gates"])]
    barriers = make_barriers(
        network.crs, walls=own["barriers"], gates=own["gates"], compounds=own["compounds"],
        free_way=mapped.free_way if mapped is not None else (), at=text.study.get("at"))
    return attempt(faults, lambda: with_barriers_kept(network, barriers)) or network


def _stood_in(own: Mapping[str, list[gpd.GeoDataFrame]]) -> list[gpd.GeoSeries]:
    """Lines that gates may stand in: walls, and the edges of compounds."""
    walls = [table.geometry[table["kind"].fillna("wall").isin(WALLS)]
             if "kind" in table.columns else table.geometry for table in own["barriers"]]
    lines = [*walls, *(table.geometry for table in own["compounds"])]
    return [line.where(line.geom_type.str.endswith("LineString"), line.boundary)
            for line in lines]


def _walled(text: StudyText) -> bool:
    """Whether the compounds' outlines are walls; ``walls = false`` says they only hold people."""
    return bool(text.compounds) and text.compounds.get("walls") is not False


def _check_hours(text: StudyText, gates: list[gpd.GeoDataFrame], faults: Faults) -> None:
    """Refuse surveyed hours that can't be read, where the study asks for a time of day."""
    at = text.study.get("at")
    for table in gates:
        if at is None or "hours" not in table:
            continue
        written = table["hours"].dropna()
        bad = [f"{name} {hours}" for name, hours in written.items() if open_at(hours, at) is None]
        if bad:
            faults.add("study.gate_hours", count=len(bad), gates=first_few(bad),
                       file=text.gates["path"])


def _own(text: StudyText, name: str, faults: Faults) -> list[gpd.GeoDataFrame]:
    entry = getattr(text, name)
    if "path" not in entry or entry.get("walls") is False:
        return []
    if entry.get("datum") == AUTO:  # settled on the walls, once they are known
        entry = {**entry, "datum": "wgs84"}
    read = _DOORS[name]
    table = attempt(faults, lambda: read(text.file(entry["path"]), **table_args(entry, text)))
    return [] if table is None else [table]


def _mapped(text: StudyText, faults: Faults) -> OsmBarriers | None:
    asking = [name for name in ("barriers", "compounds") if getattr(text, name).get("osm")]
    if not asking:
        return None
    file = street_file(text, f"[{asking[0]}]", faults)
    return None if file is None else attempt(faults, lambda: read_osm_barriers(file))


def found_walls(network: WalkNetwork) -> Iterable[Fault]:
    """Tell what was read of walls and gates, and what they do to the streets.

    Parameters
    ----------
    network : WalkNetwork

    Yields
    ------
    Fault
        Nothing where the network has no barriers.
    """
    barriers = network.barriers
    if barriers is None:
        return
    lang = settings.current().lang
    kinds = Counter(barriers.wall_kind.tolist())
    told = [f"{i18n.text(f'study.wall_{kind}', lang)} {kinds[kind]}" for kind in sorted(kinds)]
    yield Fault("study.found_walls", {"count": len(barriers.wall), "kinds": ", ".join(told) or "-",
                                      "compounds": len(barriers.compound)})
    hurdles, gates = count_hurdles(network), barriers.gates_by_source()
    unknown = int((barriers.gate_access[barriers.gate_source != "assumed"] == "unknown").sum())
    with_hours = int((barriers.gate_hours != "").sum())
    if with_hours:
        yield Fault("study.found_hours", {"count": with_hours})
    yield Fault("study.found_gates", {name: gates[name] for name in SOURCES} | {
        "unknown": unknown, "cut": hurdles[WALL],
        "passed": sum(hurdles.values()) - hurdles[WALL]})


def doubtful_walls(network: WalkNetwork) -> Iterable[Fault]:
    """Name the compounds of which no gate is known.

    Parameters
    ----------
    network : WalkNetwork

    Yields
    ------
    Fault
        At most one.
    """
    barriers = network.barriers
    if barriers is None or not len(barriers.compound):
        return
    bare = ~with_gates(barriers, shapely.boundary(barriers.compound))
    if bare.any():
        both = zip(barriers.compound_name[bare], barriers.compound_id[bare], strict=True)
        yield Fault("study.warn_no_gates", {
            "count": int(bare.sum()), "names": first_few([name or id_ for name, id_ in both])})


def wall_inputs(text: StudyText, network: WalkNetwork) -> Iterable[dict[str, Any]]:
    """Say for each of the sections barriers, gates and compounds what its source gave.

    Parameters
    ----------
    text : StudyText
        The study file.
    network : WalkNetwork
        With its barriers.

    Yields
    ------
    dict
        ``role``, ``written`` (the path in the study file), ``rows``.
    """
    barriers = network.barriers
    if barriers is None:
        return
    rows = {"barriers": int((barriers.wall_kind != "compound").sum()),
            "gates": int((barriers.gate_source == "surveyed").sum()),
            "compounds": len(barriers.compound)}
    for role, count in rows.items():
        entry = getattr(text, role)
        written = entry.get("path") or (text.network.get("path") if entry.get("osm") else None)
        if written is not None:
            yield {"role": role, "written": written, "rows": count,
                   "as_of": entry.get("as_of", text.study.get("as_of"))}
