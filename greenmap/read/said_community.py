"""所属社区: which community a ledger's word for it means, and which words mean none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from greenmap.model.place_name import half_width
from greenmap.read.community_names import Names, core_name, names_of


def seats_of(communities: pd.DataFrame | None, *, small: bool = False) -> tuple[str, ...]:
    """Return the names that may stand before any name or address of a study.

    Parameters
    ----------
    communities : DataFrame, optional
        ``city``, ``district``, and, if `small`, ``subdistrict`` and ``name``.
    small : bool
        Streets' offices and communities as well, as addresses have them.

    Returns
    -------
    tuple of str
        Sorted.
    """
    if communities is None:
        return ()
    columns = ("city", "district", *(("subdistrict", "name") if small else ()))
    said = [communities[c].dropna().astype(str) for c in columns if c in communities]
    return tuple(sorted({name for names in said for name in names}))


def resolve_communities(
    ledger: pd.DataFrame, communities: pd.DataFrame, aliases: Mapping[str, str] | None = None
) -> tuple[pd.Series[Any], list[dict[str, Any]]]:
    """Say which community each row of a ledger names.

    Parameters
    ----------
    ledger : DataFrame
        ``community_said``, optional ``subdistrict_said``.
    communities : DataFrame
        Index ``community_id``; ``name``, optional ``subdistrict`` …
    aliases : mapping of str to str, optional
        Old name to name now.

    Returns
    -------
    community_id : Series of str or None
        On the ledger's index.
    notes : list of dict
        ``kind`` ``community_unknown``, ``community_ambiguous`` or
        ``community_blank``, with the row's position.

    Examples
    --------
    >>> areas = pd.DataFrame({"name": ["虚构望江社区"], "district": ["虚构区"]}, index=["01"])
    >>> rows = pd.DataFrame({"community_said": ["望江居委会", "河西社区"]})
    >>> found, notes = resolve_communities(rows, areas)
    >>> found.tolist(), [note["kind"] for note in notes]
    (['01', None], ['community_unknown'])
    """
    codes = {str(key) for key in communities.index}
    names = names_of(communities, aliases)
    short = _short_names(communities)
    above = ledger.get("subdistrict_said", pd.Series(None, index=ledger.index, dtype=object))
    found: list[str | None] = []
    notes: list[dict[str, Any]] = []
    for position, (said, office) in enumerate(zip(ledger["community_said"], above, strict=True)):
        ids = (said,) if said in codes else _find(said, office, names, short)
        found.append(ids[0] if len(ids) == 1 else None)
        if len(ids) != 1:
            kind = "ambiguous" if ids else "unknown" if said else "blank"
            notes.append({"kind": f"community_{kind}", "position": position, "said": said or "",
                          "found": ", ".join(ids)})
    return pd.Series(found, index=ledger.index, dtype=object), notes


def _find(said: str | None, office: str | None, names: Names, short: Names) -> tuple[str, ...]:
    return names.find(said, office) or short.find(said, office)


def _short_names(communities: pd.DataFrame) -> Names:
    """Communities under their names without the city's and district's in front."""
    seats = [half_width(seat) for seat in seats_of(communities)]
    fronts = sorted({*seats, *(s[:-1] for s in seats if len(s) > 2)}, key=len, reverse=True)

    def bare(name: str) -> str:
        core = core_name(name)
        for front in fronts:
            if core.startswith(front) and len(core) >= len(front) + 2:
                return core[len(front):]
        return core

    return names_of(communities.assign(name=[bare(str(name)) for name in communities["name"]]))
