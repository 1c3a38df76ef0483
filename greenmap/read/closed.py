"""Places whose name says they are closed: 暂停营业, 已搬迁 and the like."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

_WORDS = (
    r"暂停营业|暂停开放|暂时停业|暂时关闭|停业(?!务)|停办|已停业|已停办|已停用|已关闭|已关停|已搬迁|已搬走|已迁走|"
    r"已迁址|已拆除|已撤销|已撤并|已注销|已倒闭|永久关闭|永久停业"
)
# In brackets anywhere, or at the end: 停业 inside a name may be part of it.
_CLOSED = re.compile(
    rf"[（(\[【][^）)\]】]*(?:{_WORDS})[^（(\[【]*[）)\]】]|[\s\-－—·](?:{_WORDS})$|已[^已]{{2,3}}$"
)
_SURE = re.compile(_WORDS)
_NEGATED = re.compile(r"未停|不停业|无停业")


def says_closed(name: Any) -> bool:
    """Whether a name says that the place is closed.

    Parameters
    ----------
    name : object
        Cell of a column of names.

    Returns
    -------
    bool

    Examples
    --------
    >>> [says_closed(name) for name in ("滨河药店(暂停营业)", "滨河药店", "滨河幼儿园已搬迁", None)]
    [True, False, True, False]
    """
    if not isinstance(name, str) or _NEGATED.search(name):
        return False
    found = _CLOSED.search(name.strip())
    return found is not None and _SURE.search(found.group()) is not None


def close_by_name(
    status: pd.Series[Any], names: pd.Series[Any]
) -> tuple[pd.Series[Any], tuple[tuple[str, str], ...]]:
    """Close the places whose name says so, where nothing else says they are open.

    Parameters
    ----------
    status : Series
        ``open`` … ; the table says it in no column of its own, or leaves
        it blank.
    names : Series
        On the same index.

    Returns
    -------
    status : Series
        A new one.
    closed : tuple of (id, name)
        Those closed.
    """
    shut = names.map(says_closed).to_numpy(bool)
    closed = tuple((str(key), str(name)) for key, name in names[shut].items())
    return status.where(~shut, "closed"), closed
