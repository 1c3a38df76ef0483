"""Colours and signs that colour-blind readers and a grey printer can tell apart.

Class colours are ColorBrewer's 5-class RdYlBu and 5-class Purples (C. Brewer, colorbrewer2.org,
Apache 2.0), both listed there as colour-blind safe; signs use M. Okabe and K. Ito's colours (2008)
and differ in shape as well.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SHARE_COLOURS = ("#d7191c", "#fdae61", "#ffffbf", "#abd9e9", "#2c7bb6")
"""Low share to high share."""

SHARE_BREAKS = (0.4, 0.6, 0.8, 0.9)
"""Lower ends of the second and later share classes; the break belongs to the upper class."""

WALK_COLOURS = ("#2c7bb6", "#abd9e9", "#ffffbf", "#fdae61", "#d7191c")
"""Short walk to long walk."""

WALK_BREAKS = (0.5, 1.0, 1.5, 2.0)
"""Upper ends of the first walk classes, as parts of the clause's limit, which they include."""

UNKNOWN_COLOUR = "#8a8a8a"
NOT_APPLICABLE_COLOUR = "#dcdcdc"
STREET_COLOUR = "#b9b4aa"
STREET_OVER_COLOUR = "#5e5e5e"
"""Where streets are drawn over coloured areas."""

RANGE_OPACITY = 0.55
AREA_OPACITY = 0.8
"""Of walking ranges and of communities, on the map and in its legend."""

UNKNOWN_CLASS = 5
HOME_COLOURS = (*WALK_COLOURS, UNKNOWN_COLOUR)
"""By class of a home: five walk classes, not known."""

_BANDS = ("#54278f", "#756bb1", "#9e9ac8", "#cbc9e2", "#f2f0f7")

SIGNS = {
    "education": ("square", "#0072B2"),
    "health": ("cross", "#D55E00"),
    "elderly": ("diamond", "#D55E00"),
    "culture": ("triangle", "#0072B2"),
    "sports": ("triangle", "#009E73"),
    "green": ("diamond", "#009E73"),
    "governance": ("square", "#000000"),
    "commerce": ("square", "#E69F00"),
    "logistics": ("triangle", "#E69F00"),
    "municipal": ("diamond", "#56B4E9"),
    "transport": ("square", "#56B4E9"),
}
"""Shape and colour of each group of categories."""

OTHER_SIGN = ("triangle", "#000000")


def share_class(share: float) -> int:
    """Return the class of a share, 0 (lowest) to 4.

    Parameters
    ----------
    share : float
        0…1.

    Examples
    --------
    >>> share_class(0.9), share_class(0.899), share_class(0)
    (4, 3, 0)
    """
    return sum(share >= lower for lower in SHARE_BREAKS)


def walk_classes(walk: npt.NDArray[np.float64], *, limit: float) -> npt.NDArray[np.int64]:
    """Return the class of each walk, 0 (shortest) to 4.

    Parameters
    ----------
    walk : array
        Minutes or metres; ``inf`` is the longest class.
    limit : float
        The clause's limit, same unit. Classes 0 and 1 keep it.

    Returns
    -------
    array of int
        Same shape.

    Examples
    --------
    >>> walk_classes(np.array([4, 8, 8.1, 20, np.inf]), limit=8).tolist()
    [0, 1, 2, 4, 4]
    """
    return np.searchsorted(np.array(WALK_BREAKS) * limit, walk, side="left")


def band_colours(count: int) -> tuple[str, ...]:
    """Return colours for nested bands, darkest for the shortest.

    Parameters
    ----------
    count : int
        How many bands; the lightest colour serves all beyond five.

    Examples
    --------
    >>> band_colours(2)
    ('#54278f', '#cbc9e2')
    """
    if count >= len(_BANDS):
        return _BANDS + _BANDS[-1:] * (count - len(_BANDS))
    steps = {1: (2,), 2: (0, 3), 3: (1, 2, 3), 4: (0, 1, 2, 3)}[max(count, 1)]
    return tuple(_BANDS[n] for n in steps)


def sign(group: str) -> tuple[str, str]:
    """Return shape and colour of a group of categories.

    Examples
    --------
    >>> sign("health")
    ('cross', '#D55E00')
    """
    return SIGNS.get(group, OTHER_SIGN)
