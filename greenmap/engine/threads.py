"""Pieces of work side by side, on the calling thread and on threads kept from call to call.

Starting a thread takes as long as hundreds of short searches.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from typing import TypeVar

Piece = TypeVar("Piece")
Done = TypeVar("Done")

_FEWEST = 8
"""Threads one may ask for on any machine; those nobody asks for are never started."""


@cache
def _kept(process: int) -> ThreadPoolExecutor:
    """Return the threads of a process, none of them started yet; a fork has none of ours."""
    return ThreadPoolExecutor(max(os.cpu_count() or 1, _FEWEST) - 1, f"greenmap-{process}")


def side_by_side(
    work: Callable[[Piece], Done], pieces: Iterable[Piece], *, threads: int
) -> list[Done]:
    """Do pieces of work that let go of the GIL, several at a time.

    Whoever is free takes the next piece. Nobody waits for a thread that others keep busy, so
    work may itself be split.

    Parameters
    ----------
    work : callable
        Takes a piece.
    pieces : iterable
        In the order they are begun.
    threads : int
        Most that work at a time, the calling one included.

    Returns
    -------
    list
        What came of each piece, in their order.

    Examples
    --------
    >>> side_by_side(lambda n: n * n, range(4), threads=2)
    [0, 1, 4, 9]
    """
    left = deque(enumerate(pieces))
    done: dict[int, Done] = {}

    def take() -> None:
        while left:
            try:
                number, piece = left.popleft()
            except IndexError:  # somebody was quicker
                return
            done[number] = work(piece)

    others = [
        _kept(os.getpid()).submit(copy_context().run, take)
        for _ in range(min(threads, len(left)) - 1)
    ]
    try:
        take()
    finally:
        left.clear()
        for other in others:
            if not other.cancel():
                other.result()
    return [done[number] for number in sorted(done)]
