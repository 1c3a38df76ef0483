"""Outline of a community: a boundary, or only a hull drawn around what belongs together."""

from __future__ import annotations

import pandas as pd

OUTLINE, HULL = "outline", "hull"
"""Column of the communities, and its word for what is indicative only."""


def is_hull(communities: pd.DataFrame) -> bool:
    """Whether outlines are hulls (示意范围), by which nothing may be counted.

    Parameters
    ----------
    communities : DataFrame
        Optional column ``outline``.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_hull(pd.DataFrame({"name": ["甲"]})), is_hull(pd.DataFrame({"outline": ["hull"]}))
    (False, True)
    """
    return OUTLINE in communities.columns and bool((communities[OUTLINE] == HULL).any())
