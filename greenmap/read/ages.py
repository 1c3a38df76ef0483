"""Age bands of a population table to the groups clauses count; only what adds up exactly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

GROUPS: Mapping[str, tuple[int, int | None]] = {
    "age_0_3": (0, 3), "age_3_6": (3, 6), "age_6_12": (6, 12), "age_12_15": (12, 15),
    "elderly_60": (60, None), "elderly_65": (65, None), "elderly_80": (80, None),
}  # fmt: skip
"""First year of age, and the first beyond; None has no end."""

Band = tuple[int, int | None]
_SPAN = re.compile(r"(\d{1,3})(?:周?岁)?[-~—–至到](\d{1,3})(?:周?岁)?(?:人口|人数)?")
_OPEN = re.compile(r"(\d{1,3})(?:周?岁)?(?:及?以上|\+|及以上人口)(?:人口|人数)?")
_ONE = re.compile(r"(\d{1,3})周?岁(?:人口|人数)?")


def read_band(heading: str) -> Band | None:
    """Read an age band of whole years: 60-64岁 holds those of 60 to 64.

    Bands of statistics don't share a year: the last one named belongs to them.

    Examples
    --------
    >>> read_band("60—64岁"), read_band("85岁及以上"), read_band("7岁"), read_band("户数")
    ((60, 65), (85, None), (7, 8), None)
    """
    text = re.sub(r"\s+|[（(]人[）)]", "", unicodedata.normalize("NFKC", heading))
    if found := _SPAN.fullmatch(text):
        first, last = int(found[1]), int(found[2])
        return (first, last + 1) if last >= first else None
    if found := _OPEN.fullmatch(text):
        return int(found[1]), None
    if found := _ONE.fullmatch(text):
        return int(found[1]), int(found[1]) + 1
    return None


def bands_of(wanted: Band, bands: Iterable[Band]) -> tuple[Band, ...] | None:
    """Choose bands that together hold exactly the ages wanted.

    Parameters
    ----------
    wanted : (first, end)
        Years; no end is None.
    bands : iterable of (first, end)
        Those the table has.

    Returns
    -------
    tuple of (first, end) or None
        In order, without overlap; None where they don't add up.

    Examples
    --------
    >>> bands_of((60, None), [(0, 15), (15, 60), (60, 65), (65, None)])
    ((60, 65), (65, None))
    >>> bands_of((65, None), [(60, 70), (70, None)]) is None
    True
    """
    by_first: dict[int, list[Band]] = {}
    for band in bands:
        by_first.setdefault(band[0], []).append(band)

    def onward(year: int) -> tuple[Band, ...] | None:
        if year == wanted[1]:
            return ()
        # narrow bands first: an open one may be the sum of them
        for band in sorted(by_first.get(year, []), key=lambda b: (b[1] is None, b[1] or 0)):
            if band[1] is None:
                if wanted[1] is None:
                    return (band,)
            elif (rest := onward(band[1])) is not None:
                return (band, *rest)
        return None

    return onward(wanted[0])
