"""Ledger (台账): what a department keeps of its facilities, often without coordinates."""

from __future__ import annotations

import pandas as pd

from greenmap.errors import StudyError

LEDGER_COLUMNS = (
    "name", "category", "community_id", "community_said", "address", "capacity", "floor_m2",
    "area_m2", "classes", "inclusive", "register_id", "place_id", "match", "score", "source",
    "as_of",
)  # fmt: skip
"""Columns a study's ledger has at least, in this order."""

MATCHES = ("accepted", "review", "none")
"""What the search for a row's place may end with."""


def check_ledger(ledger: pd.DataFrame) -> None:
    """Hold a ledger against the columns the clauses read.

    Parameters
    ----------
    ledger : DataFrame
        Index ``ledger_id`` (text); `LEDGER_COLUMNS`. ``place_id`` is the place
        the row was matched to, missing where it lies nobody knows where;
        ``match`` is one of `MATCHES`.

    Raises
    ------
    StudyError
        A column is missing, an id stands twice, or ``match`` holds another word.

    Examples
    --------
    >>> import pandas as pd
    >>> check_ledger(pd.DataFrame(columns=list(LEDGER_COLUMNS)).rename_axis("ledger_id"))
    """
    missing = [column for column in LEDGER_COLUMNS if column not in ledger]
    if missing:
        raise StudyError("model.ledger_columns", columns=", ".join(missing))
    if not ledger.index.is_unique:
        twice = sorted(set(ledger.index[ledger.index.duplicated()].astype(str)))
        raise StudyError("model.ledger_twice", ids=", ".join(twice[:5]))
    other = sorted(set(ledger["match"].astype(str)) - set(MATCHES))
    if other:
        raise StudyError("model.ledger_match", found=", ".join(other), known=", ".join(MATCHES))


def count_unlocated(ledger: pd.DataFrame | None, categories: tuple[str, ...]) -> dict[str, int]:
    """Count a ledger's facilities of some categories that lie nobody knows where.

    They serve clauses that count places per community (``present``): a
    ledger's 所属社区 is enough for these.

    Parameters
    ----------
    ledger : DataFrame, optional
        As :func:`check_ledger` wants it.
    categories : tuple of str
        Of a clause.

    Returns
    -------
    dict
        community_id to the count; rows of no known community are in none.

    Examples
    --------
    >>> rows = [("A", "nursery", "01", None), ("B", "nursery", "01", "F1")]
    >>> table = pd.DataFrame(rows, columns=["name", "category", "community_id", "place_id"])
    >>> count_unlocated(table, ("nursery",))
    {'01': 1}
    """
    if ledger is None:
        return {}
    open_rows = ledger[ledger["category"].isin(categories) & ledger["place_id"].isna()]
    counts = open_rows["community_id"].dropna().value_counts()
    return {str(community): int(counts[community]) for community in sorted(counts.index)}
