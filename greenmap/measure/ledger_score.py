"""How alike a ledger's row and a place are: in name, in address, in community."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from greenmap.model.address import Address, compound_core
from greenmap.model.place_name import CONTRASTS, PlaceName

SAME, SAME_CORE, NEAR, OTHER = 3, 2, 1, 0
"""Levels of likeness of two names."""
NEAR_RATIO = 75.0
"""Share of signs in common, per cent, from which two names may be one with a slip of the pen."""
RULED_OUT = 60.0
"""Most that a place ruled out can score: shown to whoever looks at the row, after the others."""
WEIGHTS = {"name": 0.6, "address": 0.25, "community": 0.15}
"""Of the score shown; what isn't known is left out and the rest weighed anew."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What speaks for and against one place.

    Parameters
    ----------
    name : int
        `SAME` … `OTHER`.
    ratio : float
        Share of signs in common, 0…100.
    address : float
        1 same door, 0.5 same street, 0 another one; missing where not known.
    community : float
        1 inside or at the edge of the community said, 0 elsewhere; missing
        where not known.
    against : str
        What rules the place out: ``seat``, ``branch``, ``contrast``; "".
    """

    name: int
    ratio: float
    address: float = np.nan
    community: float = np.nan
    against: str = ""

    @property
    def score(self) -> float:
        """Likeness, 0…100, for the order of candidates; it accepts nothing by itself."""
        known = {"name": self.ratio / 100, "address": self.address, "community": self.community}
        known = {part: value for part, value in known.items() if not np.isnan(value)}
        total = sum(WEIGHTS[part] for part in known)
        score = 100 * sum(WEIGHTS[part] * value for part, value in known.items()) / total
        return float(min(score, RULED_OUT) if self.against else score)


def compare_names(one: PlaceName, other: PlaceName) -> tuple[int, float, str]:
    """Say how alike two names are, and what rules out that they are one.

    Numbers, words of branches and signs such as 东 and 西 tell neighbours
    apart: where these differ nothing else counts.

    Parameters
    ----------
    one, other : PlaceName
        From :func:`greenmap.model.place_name.read_name`.

    Returns
    -------
    level : int
        `SAME`, `SAME_CORE`, `NEAR` or `OTHER`.
    ratio : float
        Share of signs in common, 0…100.
    against : str

    Examples
    --------
    >>> from greenmap.model.place_name import read_name
    >>> compare_names(read_name("望江社区卫生服务站"), read_name("望江卫生站"))[::2]
    (2, '')
    >>> compare_names(read_name("城东幼儿园"), read_name("城西幼儿园"))[::2]
    (1, 'contrast')
    """
    ratio = fuzz.ratio(one.whole, other.whole)
    if one.whole == other.whole:
        level = SAME
    elif one.core == other.core and len(one.core) > 1:
        level, ratio = SAME_CORE, max(ratio, 90.0)
    elif ratio >= NEAR_RATIO or _contained(one.core, other.core):
        level = NEAR
    else:
        level = OTHER
    against = ""
    if one.seat and other.seat and not one.seat & other.seat:
        against = "seat"
    elif one.branch != other.branch:
        against = "branch"
    elif level < SAME_CORE and CONTRASTS & (
        _differing(one.core, other.core) | _differing(other.core, one.core)
    ):
        against = "contrast"
    return level, float(ratio), against


def _contained(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) > 1 and short in long


def _differing(one: str, other: str) -> set[str]:
    """Signs that one name has and the other hasn't, where the two part."""
    found: set[str] = set()
    for op in Levenshtein.editops(one, other).as_list():
        kind, here, there = str(op[0]), int(op[1]), int(op[2])
        found |= set(one[here : here + 1]) if kind != "insert" else set()
        found |= set(other[there : there + 1]) if kind != "delete" else set()
    return found


def compare_addresses(one: Address | None, other: Address | None) -> float:
    """Say how alike two addresses are.

    Parameters
    ----------
    one, other : Address, optional
        From :func:`greenmap.model.address.read_address`.

    Returns
    -------
    float
        1 same door or building, 0.5 same street or compound and no number to
        the contrary, 0 another door; missing where one isn't known.

    Examples
    --------
    >>> from greenmap.model.address import read_address as read
    >>> compare_addresses(read("锦园小区3栋"), read("锦园3号楼"))
    1.0
    >>> compare_addresses(read("人民路3号"), read("人民路5号")), compare_addresses(None, None)
    (0.0, nan)
    """
    if one is None or other is None or not one.road or not other.road:
        return float("nan")
    if one.road != other.road and compound_core(one.road) != compound_core(other.road):
        return 0.0 if one.exact and other.exact else float("nan")
    if one.vague or other.vague or not one.exact or not other.exact:
        return 0.5
    if one.number != other.number:
        return 0.0
    if one.building and other.building and one.building != other.building:
        return 0.0
    return 1.0 if one.number or one.building == other.building else 0.5


def may_be_accepted(like: Likeness, *, alone: bool) -> bool:
    """Whether the likeness is enough to take the place without asking.

    =====================  ====================================================
    name                   and
    =====================  ====================================================
    the same               in the community said, address not another; or it
                           isn't known and no other place has the name; or
                           elsewhere, with the same door
    same but for its kind  in the community said, address not another; or the
                           same door
    near                   the same door, not in another community
    =====================  ====================================================

    Parameters
    ----------
    like : Likeness
    alone : bool
        No other place or row bears a name as near.

    Returns
    -------
    bool
    """
    if like.against:
        return False
    here, door = like.community, like.address
    if like.name == SAME:
        return bool(door == 1 or (door != 0 and (here == 1 or (np.isnan(here) and alone))))
    if like.name == SAME_CORE:
        return bool((here == 1 and door != 0) or (door == 1 and here != 0))
    return bool(like.name == NEAR and door == 1 and here != 0)
