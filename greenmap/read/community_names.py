"""Names of communities: what is left without 居委会 and 街道, and which community is meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from greenmap.errors import Faults
from greenmap.read.tables import read_table
from greenmap.read.values import as_text

_OFFICE = re.compile(r"(?:居民|村民)?委员会$|[居村]委会?$|工作站$|党群服务中心$")
_ABOVE = re.compile(r"^.*?(?:街道办事处|街道|(?<=.{2})镇|(?<=.{2})乡)(?=.{2,})")
_KIND = re.compile(r"社区$")
_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")


def core_name(name: str) -> str:
    """Return a community's name without what offices put before and after it.

    Blanks, brackets, the subdistrict in front, and 社区, 居委会 and the like at the end are
    taken off; a village (村) keeps its word, for a community beside it may bear its name.

    Examples
    --------
    >>> core_name("梅园街道 滨河社区居民委员会"), core_name("滨河居委会"), core_name("滨河村委会")
    ('滨河', '滨河', '滨河村')
    """
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).lower()
    text = _BRACKETS.sub("", text) or text
    shorter = _ABOVE.sub("", text) or text
    village = shorter.endswith(("村委会", "村民委员会"))
    bare = _OFFICE.sub("", shorter)
    if village and not bare.endswith("村"):
        bare += "村"
    return _KIND.sub("", bare) or bare or shorter


def without_office(name: str) -> str:
    """Return a community's name without 居委会 at its end, where 社区 stands before it.

    Examples
    --------
    >>> without_office("滨河社区居委会"), without_office("滨河居委会")
    ('滨河社区', '滨河居委会')
    """
    bare = _OFFICE.sub("", name)
    return bare if bare.endswith("社区") else name


@dataclass(frozen=True, slots=True)
class Names:
    """Which community a name means; made once for many look-ups.

    Parameters
    ----------
    known : mapping of str to tuple of str
        Core name to the ids of the communities that bear it.
    above : mapping of str to str
        Community id to its subdistrict, as compared; "" where not known.
    old : mapping of str to str
        Core of an old name to the core of the name now.
    """

    known: Mapping[str, tuple[str, ...]]
    above: Mapping[str, str]
    old: Mapping[str, str]

    def find(self, name: str | None, subdistrict: str | None = None) -> tuple[str, ...]:
        """Return the ids a name may mean: none, one, or several that can't be told apart."""
        if not name:
            return ()
        core = core_name(name)
        found = self.known.get(core) or self.known.get(self.old.get(core, ""), ())
        if len(found) > 1:
            inside = _plain(subdistrict) or _plain(name)
            near = tuple(i for i in found if self.above[i] and self.above[i] in inside)
            found = near if len(near) == 1 else found
        return found


def names_of(communities: pd.DataFrame, aliases: Mapping[str, str] | None = None) -> Names:
    """Prepare the names of communities for look-up.

    Parameters
    ----------
    communities : DataFrame
        Index ``community_id``; ``name``, optional ``subdistrict``.
    aliases : mapping of str to str, optional
        Old name to name now, see :func:`read_aliases`.

    Returns
    -------
    Names

    Examples
    --------
    >>> table = pd.DataFrame({"name": ["梅园社区"]}, index=["510402001001"])
    >>> names_of(table, {"青龙社区": "梅园社区"}).find("青龙居委会")
    ('510402001001',)
    """
    known: dict[str, tuple[str, ...]] = {}
    for key, name in zip(communities.index, communities["name"], strict=True):
        known[core_name(str(name))] = (*known.get(core_name(str(name)), ()), str(key))
    above = communities.get("subdistrict", pd.Series("", index=communities.index))
    return Names(
        {core: tuple(sorted(ids)) for core, ids in known.items()},
        {str(key): _plain(word) for key, word in above.items()},
        {core_name(old): core_name(new) for old, new in (aliases or {}).items()},
    )


def _plain(word: object) -> str:
    text = unicodedata.normalize("NFKC", word) if isinstance(word, str) else ""
    return re.sub(r"\s+", "", text).removesuffix("街道办事处").removesuffix("街道")


def read_aliases(path: str | Path) -> dict[str, str]:
    """Read the table of communities' old names.

    Parameters
    ----------
    path : path
        csv or xlsx with a column of old names and one of names now (原名称, 现名称).

    Returns
    -------
    dict of str to str
        Old name to name now.

    Raises
    ------
    InputFaults
        A column is missing, a name is blank, or an old name means two communities.
    MissingFileError, UnreadableFileError, EncodingError, TableError
    """
    faults = Faults()
    raw = read_table(path, "aliases", faults=faults)
    for column in ("old", "name"):
        if column not in raw.frame.columns:
            faults.add("people.alias_column", file=raw.file,
                       have=", ".join(map(str, raw.frame.columns)))
            faults.raise_if_any()
    old, new = as_text(raw.frame["old"]), as_text(raw.frame["name"])
    found: dict[str, str] = {}
    for row, before, now in zip(raw.rows.tolist(), old, new, strict=True):
        if before is None or now is None:
            faults.add("people.alias_blank", file=raw.file, row=row)
        else:
            for one in _several(before):
                if core_name(found.setdefault(one, now)) != core_name(now):
                    faults.add("people.alias_twice", file=raw.file, row=row, name=one,
                               first=found[one], second=now)
    faults.raise_if_any()
    return found


def _several(cell: str) -> Iterable[str]:
    """Old names stand in one cell, parted by 、 or /."""
    return [part.strip() for part in re.split(r"[、/;]", unicodedata.normalize("NFKC", cell))
            if part.strip()]
