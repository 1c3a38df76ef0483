"""Standard diff: what one standard asks otherwise than another, clause by clause."""

from __future__ import annotations

from dataclasses import fields

import pandas as pd

from greenmap.model.clause import Clause
from greenmap.model.standard_record import Standard

_NAMES = tuple(f.name for f in fields(Clause) if f.name != "id")


def diff_standards(first: Standard, second: Standard) -> pd.DataFrame:
    """List what differs between two standards.

    Parameters
    ----------
    first, second : Standard

    Returns
    -------
    DataFrame
        ``clause_id``, ``field`` (``clause`` where only one of them has it),
        ``before``, ``after`` (text, empty where there is none).

    Examples
    --------
    >>> from greenmap.model.standard import load_standard
    >>> standard = load_standard("gb50180-2018")
    >>> len(diff_standards(standard, standard))
    0
    """
    old, new = ({c.id: c for c in s.clauses} for s in (first, second))
    rows: list[tuple[str, str, str, str]] = []
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            rows.append((name, "clause", old[name].zh, ""))
        elif name not in old:
            rows.append((name, "clause", "", new[name].zh))
        else:
            rows += [(name, field, _text(a), _text(b)) for field in _NAMES
                     if (a := getattr(old[name], field)) != (b := getattr(new[name], field))]
    return pd.DataFrame(rows, columns=["clause_id", "field", "before", "after"])


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(" = ".join(map(str, v)) if isinstance(v, tuple) else str(v)
                         for v in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
