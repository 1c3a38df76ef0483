"""Which nodes hang together: connected parts of an undirected graph."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def components(
    n: int, tail: npt.NDArray[np.integer], head: npt.NDArray[np.integer]
) -> npt.NDArray[np.int32]:
    """Number the connected parts, the one of most nodes first.

    Parameters
    ----------
    n : int
        Number of nodes.
    tail, head : array (m,) of int
        Ends of each edge; direction is not looked at.

    Returns
    -------
    array (n,) int32
        0 for the largest part; equal sizes are ordered by their lowest node.

    Notes
    -----
    Hooking and pointer jumping on whole arrays: Zhang, Azad and Buluç, *FastSV*, SIAM PP 2020.

    Examples
    --------
    >>> components(5, np.array([3, 1]), np.array([4, 2])).tolist()
    [2, 0, 0, 1, 1]
    """
    parent = np.arange(n, dtype=np.int64)
    ends = np.concatenate([tail, head]).astype(np.int64)
    others = np.concatenate([head, tail]).astype(np.int64)
    grand = parent.copy()
    while len(ends):
        reached = grand[others]
        np.minimum.at(parent, parent[ends], reached)
        np.minimum.at(parent, ends, reached)
        np.minimum(parent, grand, out=parent)
        after = parent[parent]
        if np.array_equal(after, grand):
            break
        grand = after
    root, lowest, label, size = np.unique(
        grand, return_index=True, return_inverse=True, return_counts=True
    )
    rank = np.empty(len(root), np.int32)
    rank[np.lexsort((lowest, -size))] = np.arange(len(root), dtype=np.int32)
    return rank[label]
