"""Words by key, in Chinese and English; both tables are complete, which a test holds.

``locales/<lang>/<part>.toml`` holds ``name = "text with {facts}"``; the key is
``"<part>.<name>"``. A locale is read on first use.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")
_FOLDER = Path(__file__).parent / "locales"


@cache
def table(part: str, lang: str) -> dict[str, str]:
    """Return one part's messages.

    Parameters
    ----------
    part : str
        File stem under ``locales/<lang>``.
    lang : {"zh", "en"}
        Language.

    Returns
    -------
    dict
        Name to text.

    Examples
    --------
    >>> table("term", "zh")["state_met"]
    '达标'
    """
    return tomllib.loads((_FOLDER / lang / f"{part}.toml").read_text("utf-8"))


def text(key: str, lang: str | None = None, /, **facts: Any) -> str:
    """Return the sentence for a key.

    Parameters
    ----------
    key : str
        ``"<part>.<name>"``.
    lang : {"zh", "en"}, optional
        Default: the current settings' language.
    **facts
        Fill the ``{places}`` of the text.

    Returns
    -------
    str

    Examples
    --------
    >>> text("term.state_not_known", "en")
    'not known'
    """
    if lang is None:
        from greenmap import settings

        lang = settings.current().lang
    part, _, name = key.partition(".")
    return table(part, lang)[name].format(**facts)
