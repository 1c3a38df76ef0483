"""Standard: what a community should have, as clauses read from a text file.

What a clause needs is data, see :mod:`greenmap.model.clause`, so a local edition is another file,
not other code: ``extends = "gb50180-2018"`` takes a standard over and changes single clauses.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from greenmap.errors import StandardError
from greenmap.model.clause import (
    CONFIRMED,
    KINDS,
    LEVELS,
    PEOPLE,
    Alternative,
    Clause,
)
from greenmap.model.standard_file import make_standard
from greenmap.model.standard_record import Group, Standard, Tier

__all__ = ["CONFIRMED", "KINDS", "LEVELS", "PEOPLE", "Alternative", "Clause", "Group", "Standard",
           "Tier", "load_standard", "standard_ids", "standard_table"]


@cache
def standard_ids() -> tuple[str, ...]:
    """Return the ids of the standards that ship.

    Examples
    --------
    >>> "fifteen-minute-generic" in standard_ids()
    True
    """
    folder = resources.files("greenmap") / "standards"
    return tuple(sorted(Path(f.name).stem for f in folder.iterdir() if f.name.endswith(".toml")))


def load_standard(source: str | Path) -> Standard:
    """Load a standard that ships, or one of your own.

    Parameters
    ----------
    source : str or Path
        An id such as ``"fifteen-minute-generic"``, or the path of a TOML file.
        A file whose ``[standard]`` says ``extends = "gb50180-2018"`` takes that
        standard over and changes the clauses it repeats by id.

    Returns
    -------
    Standard

    Raises
    ------
    StandardError
        Unknown id, or the file isn't TOML.
    InputFaults
        Every clause that breaks the grammar, told at once.

    Examples
    --------
    >>> standard = load_standard("fifteen-minute-generic")
    >>> standard.clauses[0].id, standard.clauses[0].limit, standard.clauses[0].unit
    ('kindergarten-300m', 300.0, 'm')
    """
    table, file = standard_table(source)
    return make_standard(table, file, standard_table)


def standard_table(source: str | Path) -> tuple[dict[str, Any], str]:
    """Read a standard's file as it is written.

    Parameters
    ----------
    source : str or Path
        As for :func:`load_standard`.

    Returns
    -------
    tuple of (dict, str)
        The parsed file and its name.

    Raises
    ------
    StandardError
        Unknown id, or the file isn't TOML.
    """
    if str(source) in standard_ids():
        file = resources.files("greenmap") / "standards" / f"{source}.toml"
        return tomllib.loads(file.read_text("utf-8")), f"{source}.toml"
    path = Path(source)
    if path.suffix != ".toml" or not path.is_file():
        raise StandardError("standard.unknown", id=str(source),
                            known=", ".join(standard_ids()))
    try:
        return tomllib.loads(path.read_text("utf-8-sig")), path.name
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StandardError("standard.toml_broken", file=path.name, detail=str(error)) from error
