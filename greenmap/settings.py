"""Comfort only: cache folder, threads, progress, language. No setting changes a number."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

Progress = Callable[[int, int, str], None]


def _user_cache() -> Path:
    given = os.environ.get("GREENMAP_CACHE")
    if given:
        return Path(given)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
    else:
        base = os.environ.get("XDG_CACHE_HOME")
    try:
        home = Path.home() / ".cache"
    except RuntimeError:  # no home folder at all
        home = Path(os.curdir) / ".cache"
    return (Path(base) if base else home) / "greenmap"


def _user_lang() -> str:
    given = os.environ.get("GREENMAP_LANG") or locale.getlocale()[0] or ""
    return "zh" if given.lower().startswith(("zh", "chinese")) else "en"


def _threads() -> int:
    return max(1, min(8, os.cpu_count() or 1))


@dataclass(frozen=True, slots=True)
class Settings:
    """What makes work comfortable and changes no number.

    Parameters
    ----------
    cache_dir : Path
        Where built networks, what street files hold, where homes and places join the streets,
        and compiled kernels are kept; safe to delete.
    threads : int
        Threads of the engine's kernels.
    progress : callable, optional
        Called with (done, total, what).
    lang : {"zh", "en"}
        Language of messages.
    web_timeout_s : float
        How long to wait for a web service, seconds.
    """

    cache_dir: Path = field(default_factory=_user_cache)
    threads: int = field(default_factory=_threads)
    progress: Progress | None = None
    lang: str = field(default_factory=_user_lang)
    web_timeout_s: float = 60.0


_changed: ContextVar[Settings | None] = ContextVar("greenmap_settings", default=None)


@cache
def _default() -> Settings:
    return Settings()


def current() -> Settings:
    """Return the settings in force.

    Examples
    --------
    >>> current().threads >= 1
    True
    """
    return _changed.get() or _default()


@contextmanager
def use(**changes: Any) -> Iterator[Settings]:
    """Change settings inside a ``with`` block.

    Parameters
    ----------
    **changes
        Fields of :class:`Settings`.

    Yields
    ------
    Settings

    Examples
    --------
    >>> with use(threads=1) as now:
    ...     now.threads
    1
    """
    token = _changed.set(replace(current(), **changes))
    try:
        yield current()
    finally:
        _changed.reset(token)
