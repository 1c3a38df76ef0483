"""Versions of files: copies and older ones are set aside, and it is said for which they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from greenmap.studies.folder_scan import Candidate

_OLD = re.compile(r"旧|老版|作废|备份|历史|过期|废弃|副本|复件|草稿|初稿|"
                  r"(^|[^a-z])(old|bak|backup|copy)([^a-z]|$)|[（(]\d+[)）]\.", re.I)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?:[01]\d(?:[0-3]\d)?)?(?!\d)")
_WORDS = re.compile(r"最新|新版|终稿|定稿|正式|final|new|[（(]\d+[)）]|v\d+|[\d._\-年月日]+", re.I)
SEVERAL = ("amenities", "ledger", "network", "unused")
"""Roles of which a study may have more than one; of streets a person must choose."""


def without_versions(found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Set copies and older versions aside.

    Of equal bytes the shortest path stays. A file whose name or folder says
    旧, 备份, 副本, old and the like goes where another serves the same; of
    names alike but for the year or date the latest stays.

    Parameters
    ----------
    found : iterable of Candidate
        From :func:`greenmap.studies.folder_scan.scan_folder`.

    Returns
    -------
    tuple of Candidate
        All of them; those set aside are ``unused`` with ``reason`` and ``other``.

    Examples
    --------
    >>> files = [Candidate("界线.shp", "communities"), Candidate("旧/界线.shp", "communities")]
    >>> [(one.role, one.reason) for one in without_versions(files)]
    [('communities', ''), ('unused', 'older')]
    """
    kept = list(found)
    first: dict[tuple[str, str | None], Candidate] = {}
    for one in sorted(kept, key=lambda c: (bool(_OLD.search(c.path)), len(c.path), c.path)):
        if one.digest and one.role != "unused":
            first.setdefault((one.digest, one.layer), one)
    for k, one in enumerate(kept):
        same = first.get((one.digest, one.layer))
        if same is not None and same.path != one.path and one.role != "unused":
            kept[k] = _aside(one, "duplicate", same)
    for role in sorted({one.role for one in kept} - {"unused"}):
        kept = _without_old(kept, role)
    return tuple(kept)


def _aside(one: Candidate, reason: str, other: Candidate) -> Candidate:
    return replace(one, role="unused", reason=reason, other=other.path)


def _without_old(kept: list[Candidate], role: str) -> list[Candidate]:
    mine = [one for one in kept if one.role == role]
    families: dict[str, list[Candidate]] = {}
    for one in mine:
        families.setdefault("" if role not in SEVERAL else _family(one), []).append(one)
    gone: dict[tuple[str, str | None], Candidate] = {}
    for group in families.values():
        fresh = [one for one in group if not _OLD.search(one.path)]
        if fresh and len(fresh) < len(group):
            gone |= {(one.path, one.layer): fresh[0] for one in group if one not in fresh}
        dated = [one for one in fresh if _YEAR.search(one.path)]
        if len(dated) == len(fresh) > 1 and len({_family(one) for one in fresh}) == 1:
            last = max(fresh, key=lambda one: (_YEAR.findall(one.path)[-1], one.path))
            gone |= {(one.path, one.layer): last for one in fresh
                     if _YEAR.findall(one.path)[-1] < _YEAR.findall(last.path)[-1]}
    return [_aside(one, "older", gone[one.path, one.layer])
            if one.role == role and (one.path, one.layer) in gone else one for one in kept]


def _family(one: Candidate) -> str:
    """A file's name without year, version and what marks it as old."""
    name = one.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return _WORDS.sub("", _OLD.sub("", f"{name}.")).strip(" .")
