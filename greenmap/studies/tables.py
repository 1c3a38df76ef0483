"""Tables of a study: what a section says about one, as arguments of the door that reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from greenmap.errors import Faults, InputError
from greenmap.read.source import is_control_file
from greenmap.studies.study_text import StudyText

T = TypeVar("T")
_TABLE_KEYS = ("layer", "encoding", "crs", "datum", "id", "name", "columns")


def attempt(faults: Faults, read: Callable[[], T | None]) -> T | None:
    """Do something that may find a fault; note the fault and go on.

    Examples
    --------
    >>> faults = Faults()
    >>> def broken():
    ...     raise InputError("term.unit_m")
    >>> attempt(faults, broken), len(faults)
    (None, 1)
    """
    try:
        return read()
    except InputError as error:
        faults.take(error)
        return None


def table_args(entry: Mapping[str, Any], text: StudyText) -> dict[str, Any]:
    """Return what a section says about its table, as arguments of a door."""
    args = {key: entry[key] for key in _TABLE_KEYS if key in entry}
    if "crs" in args:
        args["crs"] = system(args["crs"], text)
    return {**args, "as_of": as_of(entry, text)}


def system(crs: str, text: StudyText) -> str:
    """Return a CRS as a door takes it: a table of control points with its folder."""
    return str(text.file(crs)) if is_control_file(crs) else crs


def as_of(entry: Mapping[str, Any], text: StudyText) -> str | None:
    """Return the date of a section's data: its own, else the study's."""
    date: str | None = entry.get("as_of", text.study.get("as_of"))
    return date
