"""Tell how far long work has come, to whoever listens. Nothing is printed here."""

from __future__ import annotations

from typing import Any

from greenmap import i18n, settings


def report(done: int, total: int, key: str, **facts: Any) -> None:
    """Tell the settings' progress callback.

    Parameters
    ----------
    done, total : int
        Steps done, and steps in all.
    key : str
        Message key of what is being done.
    **facts
        Fill the message.

    Examples
    --------
    >>> seen = []
    >>> with settings.use(progress=lambda *step: seen.append(step), lang="en"):
    ...     report(1, 3, "term.state_met")
    >>> seen
    [(1, 3, 'met')]
    """
    listener = settings.current().progress
    if listener is not None:
        listener(done, total, i18n.text(key, **facts))
