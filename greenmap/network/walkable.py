"""Which ways an adult may walk, by the rule file ``walkable.toml``: a rule is data, not code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from greenmap.model.walk_network import Bool, Objects

Rule = dict[str, dict[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Walkable:
    """What the rule says of w ways.

    Parameters
    ----------
    keep, private, forward, backward : array (w,) bool
        Walked at all; by residents only; in the way's direction; against it.
    reason : array (w,) object
        ``"tag=value"`` for ways left out, else ``""``.
    """

    keep: Bool
    private: Bool
    forward: Bool
    backward: Bool
    reason: Objects


@cache
def rule_text() -> str:
    """Return ``walkable.toml`` as text; part of a cached network's key."""
    return resources.files("greenmap").joinpath("walkable.toml").read_text("utf-8")


@cache
def _rule() -> Rule:
    return tomllib.loads(rule_text())


def left_out_kinds() -> frozenset[str]:
    """Return the ``highway`` values nobody walks.

    Examples
    --------
    >>> "motorway" in left_out_kinds()
    True
    """
    return frozenset(_rule()["left_out"]["highway"])


def walkable(tags: Mapping[str, Objects]) -> Walkable:
    """Judge ways by their tags.

    Parameters
    ----------
    tags : dict of array (w,) object
        Tag values, None where absent; needs ``highway``, others may be missing.

    Returns
    -------
    Walkable

    Examples
    --------
    >>> found = walkable({
    ...     "highway": np.array(["motorway", "service", "service"], object),
    ...     "access": np.array([None, "private", "private"], object),
    ...     "foot": np.array([None, None, "yes"], object),
    ... })
    >>> found.keep.tolist(), found.private.tolist()
    ([False, True, True], [False, True, False])
    >>> found.reason[0]
    'highway=motorway'
    """
    rule = _rule()
    count = len(tags["highway"])
    allowed = _has(tags, "foot", rule["foot_allowed"]["foot"], count)
    reason = np.full(count, "", object)
    for tag, values in rule["left_out"].items():
        hit = _has(tags, tag, values, count) & (reason == "")
        if tag == "access":
            hit &= ~allowed
        reason[hit] = [f"{tag}={value}" for value in tags.get(tag, reason)[hit]]
    private = _has(tags, "access", rule["private"]["access"], count) & ~allowed
    private |= _has(tags, "foot", rule["private"]["foot"], count)
    only_forward = _has(tags, "oneway:foot", rule["one_way"]["forward"], count)
    only_backward = _has(tags, "oneway:foot", rule["one_way"]["backward"], count)
    return Walkable(reason == "", private, ~only_backward, ~only_forward, reason)


def _has(tags: Mapping[str, Objects], tag: str, values: list[str], count: int) -> Bool:
    if tag not in tags:
        return np.zeros(count, bool)
    wanted = set(values)
    return np.array([value in wanted for value in tags[tag].tolist()], bool)
