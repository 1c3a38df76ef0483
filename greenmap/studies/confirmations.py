"""Confirmations: the file beside a study in which confirmed figures are kept."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from greenmap.errors import Faults, StandardError
from greenmap.model.confirmation import Confirmation, confirm
from greenmap.model.standard import load_standard

CONFIRMED_FILE = "standards_confirmed.toml"
_TEXTS = ("standard", "clause", "figure", "page", "who", "date")


def read_confirmations(folder: Path) -> tuple[Confirmation, ...]:
    """Read the confirmations kept in a folder.

    Parameters
    ----------
    folder : Path
        The study's.

    Returns
    -------
    tuple of Confirmation
        None where there is no such file.

    Raises
    ------
    StandardError
        The file isn't TOML.
    InputFaults
        Entries that lack a field or hold another kind of thing.
    """
    path = folder / CONFIRMED_FILE
    if not path.is_file():
        return ()
    try:
        rows = tomllib.loads(path.read_text("utf-8-sig")).get("confirmation", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StandardError("standard.toml_broken", file=path.name, detail=str(error)) from error
    faults = Faults()
    found = [_one(row, n, faults) for n, row in enumerate(rows, start=1)]
    faults.raise_if_any()
    return tuple(one for one in found if one is not None)


def _one(row: dict[str, Any], number: int, faults: Faults) -> Confirmation | None:
    names = {f.name for f in fields(Confirmation)}
    value = row.get("value")
    pair = isinstance(value, list) and all(isinstance(v, int | float) for v in value)
    sound = (set(row) == names and all(isinstance(row[name], str) for name in _TEXTS)
             and (pair or isinstance(value, int | float)) and not isinstance(value, bool))
    if not sound:
        faults.add("standard.confirm_entry", file=CONFIRMED_FILE, number=number,
                   fields=", ".join(sorted(names)))
        return None
    return Confirmation(**{**row, "value": tuple(value) if pair else float(value)})  # type: ignore[arg-type]


def confirm_figure(study: str | Path, clause: str, *, value: tuple[float, ...], page: str,
                   who: str, date: str, figure: str = "", standard: str = "") -> Confirmation:
    """Keep a figure that somebody read in the printed text.

    Parameters
    ----------
    study : str or Path
        The study file; the confirmation is kept beside it.
    clause : str
        Id of the clause.
    value : (1,) or (2,) tuple of float
        As printed.
    page, who, date : str
        Where it stands, who read it, when (yyyy-mm-dd).
    figure : str, optional
        Which figure; needed only where more than one is open.
    standard : str, optional
        Id; default the study's.

    Returns
    -------
    Confirmation

    Raises
    ------
    StandardError
        The figure isn't clear.
    InputFaults
        See :func:`greenmap.model.confirmation.confirm`. Nothing is kept then.
    """
    path = Path(study)
    named = standard or _standard_of(path)
    held = load_standard(path.parent / named if named.endswith(".toml") else named)
    asked = held.clause(clause)
    open_ = (figure,) if figure else asked.unconfirmed()
    if len(open_) != 1:
        raise StandardError("standard.confirm_which", clause=clause,
                            known=", ".join(open_ or asked.figures) or "-")
    given = tuple(float(v) for v in value)
    one = Confirmation(held.id, clause, open_[0], given if len(given) > 1 else given[0],  # type: ignore[arg-type]
                       page, who, date)
    kept = [c for c in read_confirmations(path.parent)
            if (c.standard, c.clause, c.figure) != (one.standard, one.clause, one.figure)]
    confirm(held, [one])
    _write(path.parent / CONFIRMED_FILE, [*kept, one])
    return one


def _standard_of(path: Path) -> str:
    if not path.is_file():
        raise StandardError("standard.confirm_study", file=path.name)
    try:
        said = tomllib.loads(path.read_text("utf-8-sig")).get("study", {}).get("standard")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StandardError("standard.toml_broken", file=path.name, detail=str(error)) from error
    if not isinstance(said, str):
        raise StandardError("standard.confirm_study", file=path.name)
    return said


def _write(path: Path, rows: list[Confirmation]) -> None:
    parts = []
    for row in sorted(rows, key=lambda c: (c.standard, c.clause, c.figure)):
        lines = [f"{name} = {_toml(value)}" for name, value in asdict(row).items()]
        parts.append("[[confirmation]]\n" + "\n".join(lines) + "\n")
    beside = path.with_name(f".{path.name}.new")
    beside.write_text("\n".join(parts), encoding="utf-8", newline="\n")
    beside.replace(path)


def _toml(value: Any) -> str:
    if isinstance(value, str):
        text = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(c if c >= " " else f"\\u{ord(c):04x}" for c in text) + '"'
    if isinstance(value, tuple | list):
        return "[" + ", ".join(repr(float(v)) for v in value) + "]"
    return repr(float(value))
