"""Notes: what is told of a table, kept in its ``attrs`` without being copied at every step."""

from __future__ import annotations

from typing import Any


class Notes(tuple[Any, ...]):
    """Rows of plain values that nobody changes.

    pandas copies a table's ``attrs`` in depth whenever it makes a table or column of it; a long
    list of what was left out would be taken apart a thousand times.

    Examples
    --------
    >>> from copy import deepcopy
    >>> notes = Notes([("shop=kiosk", 3)])
    >>> notes, deepcopy(notes) is notes
    ((('shop=kiosk', 3),), True)
    """

    __slots__ = ()

    def __deepcopy__(self, memo: dict[int, Any]) -> Notes:
        return self
