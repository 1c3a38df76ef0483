"""Record text: a table of a TOML file held against the record it should become."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from greenmap.errors import Faults, UnreadableFileError

T = TypeVar("T")
_IS: Mapping[str, tuple[type, ...]] = {
    "str": (str,), "float": (int, float), "int": (int,), "bool": (bool,), "tuple": (list, tuple)}


def make_record(kind: type[T], row: Any, *, file: str, entry: str, faults: Faults,
                words: Mapping[str, tuple[str, ...]] | None = None) -> T | None:
    """Make a record of what a file says; every fault of the entry is noted.

    Parameters
    ----------
    kind : type
        A dataclass whose fields are texts, numbers, flags or tuples.
    row : mapping
        Keys and values as the file has them.
    file, entry : str
        For the messages.
    faults : Faults
        Takes unknown and missing fields, wrong types and wrong words.
    words : mapping of str to tuple of str, optional
        Fields that may only hold one of some words.

    Returns
    -------
    record or None
        None where a fault was noted.

    Examples
    --------
    >>> from greenmap.errors import Fault
    >>> faults = Faults()
    >>> make_record(Fault, {"kay": "x"}, file="a.toml", entry="1", faults=faults) is None
    True
    >>> [fault.key for fault in faults]
    ['record.unknown_field', 'record.missing_field']
    """
    before, where = len(faults), {"file": file, "entry": entry}
    if not isinstance(row, dict):
        faults.add("record.not_a_table", **where)
        return None
    known: dict[str, Field[Any]] = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    for name in sorted(set(row) - set(known)):
        faults.add("record.unknown_field", **where, field=name, known=", ".join(known))
    for name, field in known.items():
        if name not in row:
            if field.default is MISSING and field.default_factory is MISSING:
                faults.add("record.missing_field", **where, field=name)
        elif not _fits(row[name], str(field.type)):
            faults.add("record.wrong_type", **where, field=name, found=row[name],
                       expected=str(field.type))
        elif words and name in words and row[name] not in words[name]:
            faults.add("record.wrong_word", **where, field=name, found=row[name],
                       known=", ".join(words[name]))
    if len(faults) > before:
        return None
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in row.items()})


def _fits(value: Any, said: str) -> bool:
    base = said.split("[")[0].split(" ")[0]
    return isinstance(value, _IS[base]) and (base == "bool" or not isinstance(value, bool))


def read_record_file(source: str | Path, folder: str) -> tuple[dict[str, Any], str]:
    """Read a file that ships, by its id, or one of the user's own, by its path.

    Parameters
    ----------
    source : str or Path
        Id or path of a TOML file.
    folder : str
        Folder of the package where the ids are looked for.

    Returns
    -------
    table : dict
    file : str
        Name of the file, for messages.

    Raises
    ------
    UnreadableFileError
        Neither an id nor a TOML file; or not TOML in UTF-8.
    """
    if str(source) in shipped(folder):
        place = resources.files("greenmap") / folder / f"{source}.toml"
        return tomllib.loads(place.read_text("utf-8")), f"{source}.toml"
    path = Path(source)
    if path.suffix != ".toml" or not path.is_file():
        raise UnreadableFileError("record.unknown_file", id=str(source), kind=folder,
                                  known=", ".join(shipped(folder)))
    try:
        return tomllib.loads(path.read_text("utf-8-sig")), path.name
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableFileError("record.not_toml", file=path.name, detail=str(error)) from error


def shipped(folder: str) -> tuple[str, ...]:
    """Return the ids of the files that ship in a folder of the package.

    Examples
    --------
    >>> "hegang" in shipped("programmes")
    True
    """
    place = resources.files("greenmap") / folder
    return tuple(sorted(Path(f.name).stem for f in place.iterdir() if f.name.endswith(".toml")))
