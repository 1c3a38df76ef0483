"""Street edits of a study: the planner's links, applied to its streets and told row by row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from greenmap import i18n, settings
from greenmap.errors import Fault, Faults
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.edits import apply_edits
from greenmap.read.edits import read_edits
from greenmap.studies.study_text import StudyText
from greenmap.studies.tables import attempt

_READ = ("layer", "encoding", "crs", "datum", "columns")


def with_edits(text: StudyText, network: WalkNetwork | None, faults: Faults
               ) -> WalkNetwork | None:
    """Apply the links of ``[edits]`` to the streets.

    Parameters
    ----------
    text : StudyText
        The study file.
    network : WalkNetwork, optional
        Streets, before walls and terrain.
    faults : Faults
        Takes what is wrong with the file.

    Returns
    -------
    WalkNetwork or None
        As given where the study names no edits, or a fault stands in the way.
    """
    entry = text.edits
    if "path" not in entry:
        return network
    edits = attempt(faults, lambda: read_edits(
        text.file(entry["path"]), **{k: entry[k] for k in _READ if k in entry},
        as_of=entry.get("as_of", text.study.get("as_of"))))
    if edits is None or network is None:
        return network
    edited = attempt(faults, lambda: apply_edits(network, edits))
    if edited is None or edited.edit_log is None:
        return network
    log = edited.edit_log.copy()
    log.attrs = dict(edits.attrs)
    return replace(edited, edit_log=log)


def found_edits(text: StudyText, network: WalkNetwork) -> Iterable[Fault]:
    """Tell how many edits were done.

    Parameters
    ----------
    text : StudyText
        The study file.
    network : WalkNetwork

    Yields
    ------
    Fault
        Nothing where the study has no edits.
    """
    log = network.edit_log
    if log is None:
        return
    facts: dict[str, Any] = {"path": text.edits["path"], "rows": len(log),
                             "done": int(log["done"].sum()), "undone": int((~log["done"]).sum())}
    for action, name in (("add", "added"), ("remove", "removed")):
        own = log[log["done"] & (log["action"] == action)]
        facts |= {name: len(own), f"{name}_m": f"{own['metres'].sum():.0f}"}
    yield Fault("edits.found", facts)


def undone_edits(text: StudyText, network: WalkNetwork) -> Iterable[Fault]:
    """Name every edit that could not be done, and why.

    Parameters
    ----------
    text : StudyText
        The study file.
    network : WalkNetwork

    Yields
    ------
    Fault
    """
    log = network.edit_log
    if log is None:
        return
    for edit, row in log[~log["done"]].iterrows():
        why = i18n.text(f"edits.reason_{row['reason']}", settings.current().lang,
                        streets=row["streets"])
        yield Fault("edits.undone", {"path": text.edits["path"], "id": edit, "reason": why})


def edit_input(text: StudyText, network: WalkNetwork) -> Iterable[dict[str, Any]]:
    """Say what the file of edits gave, as a record of the study's sources.

    Parameters
    ----------
    text : StudyText
        The study file.
    network : WalkNetwork

    Yields
    ------
    dict
        Nothing where the study has no edits.
    """
    log = network.edit_log
    if log is None:
        return
    source = log.attrs.get("source", {})
    yield {"written": text.edits["path"], "name": source.get("name", ""), "rows": len(log),
           "rows_in": source.get("rows_in"), "left_out": log.attrs.get("left_out", ()),
           "dropped_columns": log.attrs.get("dropped_columns", ()),
           **{key: source.get(key) for key in ("encoding", "crs", "datum", "layer", "as_of")}}
