"""Classes and levels of roads, from the words offices write: ``roads.toml`` and names."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from greenmap.model.schema import normal
from greenmap.read.values import as_text, plain

_BRACKETS = re.compile(r"[(（【\[].*?[)）】\]]")
_SIDE = re.compile(r"[东南西北左右上下辅主]?[段侧线行幅]$|\d+号?$")
_ABOVE = re.compile(
    r"(桥|高架|高架路|高架道路|立交|跨线|上跨)$|(bridge|overpass|flyover|viaduct|elevated)$", re.I
)
_BELOW = re.compile(
    r"(隧道|隧洞|地道|下穿|下穿道|下穿通道|地下通道|地下道|涵洞)$|(tunnel|underpass)$", re.I
)
_LEVELS = {
    "地面": 0, "地面层": 0, "地面道路": 0, "ground": 0, "none": 0, "no": 0, "否": 0,
    "高架": 1, "高架层": 1, "桥": 1, "桥梁": 1, "桥面": 1, "地上": 1, "bridge": 1, "elevated": 1,
    "地下": -1, "地下层": -1, "隧道": -1, "地道": -1, "下穿": -1, "tunnel": -1, "underground": -1,
}  # fmt: skip
_OSM = frozenset((
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential",
    "living_street", "service", "pedestrian", "track", "road", "footway", "path", "steps",
    "cycleway", "bridleway", "corridor", "construction", "proposed", "motorway_link",
    "trunk_link", "primary_link", "secondary_link", "tertiary_link",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class RoadClass:
    """What a walker makes of a class of roads.

    Parameters
    ----------
    name : str
        Ours, as in ``roads.toml``; or an OSM ``highway`` value.
    highway : str
        OSM value whose rules apply.
    foot : str, optional
        ``"no"``: not walked along.
    level : int
        Above (1) or below (-1) what it passes.
    """

    name: str
    highway: str
    foot: str | None = None
    level: int = 0


@cache
def road_classes() -> Mapping[str, RoadClass]:
    """Return our classes by name.

    Examples
    --------
    >>> road_classes()["arterial"].highway, road_classes()["expressway"].foot
    ('primary', 'no')
    """
    own = {
        name: RoadClass(name, row["highway"], row.get("foot"), row.get("level", 0))
        for name, row in _rows().items()
    }
    return own | {name: RoadClass(name, name) for name in sorted(_OSM - own.keys())}


@cache
def rule_text() -> str:
    """Return ``roads.toml`` as text."""
    return resources.files("greenmap").joinpath("roads.toml").read_text("utf-8")


@cache
def _rows() -> dict[str, Any]:
    return tomllib.loads(rule_text())


@cache
def _words() -> dict[str, str]:
    known = {_compared(word): name for name, row in _rows().items() for word in row["words"]}
    return {name: name for name in road_classes()} | known


def _compared(word: str) -> str:
    return normal(_BRACKETS.sub("", plain(word))).replace("_", " ").strip().replace(" ", "_")


def road_class(word: str, own: Mapping[str, str] | None = None) -> str | None:
    """Return our class for a word of an office's, None where it isn't known.

    Parameters
    ----------
    word : str
        As it stands in the file.
    own : mapping of str to str, optional
        The study's words, each with a class of ours or a word we know.

    Examples
    --------
    >>> road_class("城市次干道（规划）"), road_class("Branch Road"), road_class("430501")
    ('sub_arterial', 'branch', 'arterial')
    >>> road_class("甲级", {"甲级": "主干路"}), road_class("甲级")
    ('arterial', None)
    """
    said = {_compared(key): value for key, value in (own or {}).items()}
    form = _compared(word)
    if form in said:
        form = _compared(said[form])
    return _words().get(form)


def level_of_name(name: str) -> int:
    """Return the level a road's name tells: 1 bridges and elevated roads, -1 tunnels, else 0.

    Only the end of a name counts: 石桥路 is a street, 石桥 a bridge.

    Examples
    --------
    >>> [level_of_name(n) for n in ("炳草岗大桥", "石桥路", "渡仁隧道(北线)", "Bridge Street")]
    [1, 0, -1, 0]
    """
    bare = _BRACKETS.sub("", plain(name)).strip()
    for _ in range(2):
        bare = _SIDE.sub("", bare).strip()
    if _BELOW.search(bare):
        return -1
    return 1 if _ABOVE.search(bare) else 0


def levels_of_cells(cells: pd.Series[Any]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Read a column of levels.

    Parameters
    ----------
    cells : Series, shape (n,)
        Numbers, or words such as 地面, 高架, 隧道.

    Returns
    -------
    level : array of float64, shape (n,)
        NaN where blank or unreadable.
    unreadable : array of bool, shape (n,)

    Examples
    --------
    >>> level, bad = levels_of_cells(pd.Series(["0", "高架", None, "？"]))
    >>> level.tolist(), bad.tolist()
    ([0.0, 1.0, nan, nan], [False, False, False, True])
    """
    text = as_text(cells)
    known = {word: _level(word) for word in text.dropna().unique()}
    level = text.map(known).to_numpy(float, na_value=np.nan)
    return level, np.isnan(level) & text.notna().to_numpy()


def _level(word: str) -> float:
    word = plain(word).lower()
    if word in _LEVELS:
        return float(_LEVELS[word])
    try:
        number = float(word)
    except ValueError:
        return np.nan
    return number if number.is_integer() and abs(number) <= 10 else np.nan


def is_yes(cells: pd.Series[Any]) -> npt.NDArray[np.bool_]:
    """Return which cells of a column like ``bridge`` say yes.

    Examples
    --------
    >>> is_yes(pd.Series(["是", "F", None, "viaduct", 1])).tolist()
    [True, False, False, True, True]
    """
    no = ("", "0", "f", "n", "否", "无", "no", "false", "none", "不是")
    text = as_text(cells)
    yes = {word: plain(word).lower() not in no for word in text.dropna().unique()}
    return text.map(yes).fillna(False).to_numpy(bool)
