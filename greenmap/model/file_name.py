"""File name: names out of data, made safe for Windows, Linux and a zip; never a path."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

MAX_LENGTH = 80
"""Characters; 80 Chinese ones and an ending stay under the 255 bytes of most disks."""

_FORBIDDEN = set('<>:"/\\|?*')
_DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT")
                                          for n in "123456789¹²³")}


def safe_name(text: str) -> str:
    """Make one file name, without ending, of any text.

    Parameters
    ----------
    text : str
        From data: may hold slashes, control characters, anything.

    Returns
    -------
    str
        1 to 80 characters; Chinese is kept.

    Examples
    --------
    >>> safe_name("510402001001_滨河社区")
    '510402001001_滨河社区'
    >>> safe_name("../../etc/passwd"), safe_name("con"), safe_name(" . ")
    ('.._.._etc_passwd', '_con', '_')
    """
    normal = unicodedata.normalize("NFC", text)
    kept = "".join("_" if c in _FORBIDDEN or unicodedata.category(c)[0] == "C" else c
                   for c in normal)
    kept = kept.strip()[:MAX_LENGTH].rstrip(" .")
    # Windows takes `con.anything` for the console, too.
    device = kept.split(".")[0].strip().upper() in _DEVICES
    return f"_{kept}"[:MAX_LENGTH] if device else kept or "_"


def distinct_names(stems: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Make file names, without ending, of which no two are alike.

    Parameters
    ----------
    stems : iterable of (key, text)
        Keys are unique.

    Returns
    -------
    dict
        Key to name. Names that would fall together once made safe, or on a disk
        that doesn't tell A from a, get a number, in the order of keys.

    Examples
    --------
    >>> distinct_names([("2", "a?"), ("1", "A/")])
    {'1': 'A_', '2': 'a__2'}
    """
    taken: set[str] = set()
    names: dict[str, str] = {}
    for key, text in sorted(stems):
        stem = chosen = safe_name(text)
        number = 1
        while chosen.casefold() in taken:
            number += 1
            chosen = f"{stem[:MAX_LENGTH - 8]}_{number}"
        taken.add(chosen.casefold())
        names[key] = chosen
    return names


def page_names(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Name one page per unit, ``<code>_<name>.html``, no two alike.

    Parameters
    ----------
    names : iterable of (code, name)
        Codes are unique.

    Returns
    -------
    dict
        Code to file name, see :func:`distinct_names`.

    Examples
    --------
    >>> page_names([("b/1", "东"), ("b?1", "东"), ("a", "西")])
    {'a': 'a_西.html', 'b/1': 'b_1_东.html', 'b?1': 'b_1_东_2.html'}
    """
    stems = distinct_names((code, f"{code}_{name}") for code, name in names)
    return {code: f"{stem}.html" for code, stem in stems.items()}
