"""The district's streets: arterials, bridges, underpass, inner streets, the hill's paths."""

from __future__ import annotations

from greenmap.sample.lines import Line, line
from greenmap.sample.plan import BRIDGES_Y, HILL, TERRACE, UNDERPASS_X, Rect, X, Y

NORTH_SOUTH = ("西环路", "人民路", "滨河西路", "滨河东路", "东环路")
WEST_EAST = ("南环路", "建设路", "铁南路", "铁北路", "北环路")

# Inner streets of each superblock: the x of its north-south one, the y of its
# west-east ones. Superblocks are named by row (N, M, S) and column (A, B, C).
INNER: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "NB": ((-90.0,), (520.0,)),
    "NC": ((560.0,), (520.0,)),
    "MA": ((-546.0,), (-35.0, 100.0)),
    "MB": ((-75.0,), (-30.0,)),
    "MC": ((535.0,), (-10.0,)),
    "SA": ((-595.0,), (-530.0,)),
    "SB": ((-100.0,), (-525.0,)),
    "SC": ((555.0,), (-525.0,)),
}
INNER_NAMES = {
    "NB": ("站前巷", "团结路"), "NC": ("玉兰路", "团结东路"), "MA": ("和安路", "和南街", "和北街"),
    "MB": ("柳荫路", "望江街"), "MC": ("东岸路", "芦花街"), "SA": ("古井街", "石桥街"),
    "SB": ("槐树路", "桥南路"), "SC": ("圩上路", "桥东路"),
}  # fmt: skip
FOOT_LANE_X = -770.0  # the lane at the western foot of the hill
SIDE_LANES_X = (-480.0, -500.0)  # south and north of it
_COLUMNS = {"A": (X[0], X[1]), "B": (X[1], X[2]), "C": (X[3], X[4])}
_ROWS = {"S": (Y[0], Y[1]), "M": (Y[1], Y[2]), "N": (Y[3], Y[4])}


def superblock(name: str) -> Rect:
    """Return a superblock's rectangle between its arterials.

    Parameters
    ----------
    name : str
        Row (N, M, S) and column (A, B, C).

    Returns
    -------
    west, south, east, north : float
        Plan metres.

    Examples
    --------
    >>> superblock("NC")
    (270.0, 270.0, 840.0, 780.0)
    """
    (south, north), (west, east) = _ROWS[name[0]], _COLUMNS[name[1]]
    return west, south, east, north


def parcels(name: str) -> list[Rect]:
    """Return a superblock's parcels between its inner streets.

    Parameters
    ----------
    name : str
        See `superblock`.

    Returns
    -------
    list of rectangles
        From the south-west, row by row.

    Examples
    --------
    >>> parcels("NC")[0]
    (270.0, 270.0, 560.0, 520.0)
    """
    west, south, east, north = superblock(name)
    xs, ys = (west, *INNER[name][0], east), (south, *INNER[name][1], north)
    return [
        (x0, y0, x1, y1)
        for y0, y1 in zip(ys, ys[1:], strict=False)
        for x0, x1 in zip(xs, xs[1:], strict=False)
    ]


def city_streets() -> list[Line]:
    """Return the district's arterials, bridges, underpass and inner streets.

    Returns
    -------
    list of Line
    """
    made = [*_arterials(), *_crossings()]
    for name, (xs, ys) in INNER.items():
        west, south, east, north = superblock(name)
        names = INNER_NAMES[name]
        made += [line([(x, south), (x, north)], highway="residential", name=names[0]) for x in xs]
        for y, street in zip(ys, names[1:], strict=True):
            kind = "tertiary" if y in BRIDGES_Y else "residential"
            made.append(line([(west, y), (east, y)], highway=kind, name=street))
    return made


def _arterials() -> list[Line]:
    made = []
    for x, name in zip(X, NORTH_SOUTH, strict=True):
        tags = {"highway": "tertiary" if name.startswith("滨河") else "secondary", "name": name}
        made += [line([(x, Y[0]), (x, Y[2])], **tags), line([(x, Y[3]), (x, Y[4])], **tags)]
    for y, name in zip(Y, WEST_EAST, strict=True):
        tags = {"highway": "tertiary" if name.startswith("铁") else "secondary", "name": name}
        made += [line([(X[0], y), (X[2], y)], **tags), line([(X[3], y), (X[4], y)], **tags)]
    return made


def _crossings() -> list[Line]:
    """Return the two bridges and the one underpass."""
    bridge = {"highway": "tertiary", "bridge": "yes", "layer": "1"}
    tunnel = {"highway": "secondary", "tunnel": "yes", "layer": "-1", "sidewalk": "both"}
    under = [(UNDERPASS_X, Y[2]), (UNDERPASS_X, Y[3])]
    return [
        line([(X[2], BRIDGES_Y[0]), (X[3], BRIDGES_Y[0])], name="桥南路大桥", **bridge),
        line([(X[2], BRIDGES_Y[1]), (X[3], BRIDGES_Y[1])], name="团结桥", **bridge),
        line(under, name="人民路下穿道", **tunnel),
    ]


def hill_paths() -> list[Line]:
    """Return the streets of the hill: foot lane, ramp, steps, terrace, side lanes.

    Returns
    -------
    list of Line
    """
    x, y = HILL
    west, south, east, north = superblock("NA")
    foot, lane = FOOT_LANE_X, -440.0
    ramp = [(foot, y), (-730.0, y + 5), (-690.0, y - 6), (-650.0, y + 4), (x - 20, y)]
    low, high = TERRACE[1], TERRACE[3]
    street = {"highway": "residential"}
    return [
        line([(foot, south), (foot, north)], name="岭脚巷", **street),
        line(ramp, highway="service", name="岭上坡道", surface="concrete"),
        line([(x - 20, y), (x + 20, y)], highway="footway", name="岭顶小路"),
        line([(x + 20, y), (x + 120, y)], highway="steps", name="百步梯", step_count="78"),
        line([(x + 120, y), (lane, y)], highway="footway"),
        line([(lane, low), (lane, high)], name="岭东台地", **street),
        line([(lane, low), (east, low)], name="台地南路", **street),
        line([(lane, high), (east, high)], name="台地北路", **street),
        line([(west, 350.0), (SIDE_LANES_X[0], 350.0)], name="岭南街", **street),
        line([(SIDE_LANES_X[0], 350.0), (SIDE_LANES_X[0], south)], name="岭南巷", **street),
        line([(west, 690.0), (SIDE_LANES_X[1], 690.0)], name="岭北街", **street),
        line([(SIDE_LANES_X[1], 690.0), (SIDE_LANES_X[1], north)], name="岭北巷", **street),
    ]
