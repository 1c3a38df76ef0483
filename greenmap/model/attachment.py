"""Where homes and places meet the street: one row each, those not attached with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from greenmap.model.walk_network import F8, I4, I8, Bool, Objects, freeze

_PER_POINT = ("ids", "edge", "fraction", "node", "leg_m", "status", "assumed")


@dataclass(frozen=True, slots=True, eq=False)
class Attachment:
    """How each of k points joins a walking network.

    Parameters
    ----------
    ids : array (k,) object
        The points' index, in the order given.
    edge : array (k,) int32
        Edge of the network, -1 if none.
    fraction : array (k,), 0 to 1
        Place along the edge, from its tail.
    node : array (k,) int32
        Node position where the source named one, else -1.
    leg_m : array (k,), metres
        From the point to the street; known also for points too far to be attached.
    status : array (k,) object
        ``"edge"``, ``"node"``; or why not: ``"too_far"``, ``"no_street"``,
        ``"outside_data"``, ``"no_location"``.
    assumed : array (k,) bool
        The leg crosses a wall, railway or water, because no street can be seen from the point:
        a gate is assumed there. Default: none.
    more_row, more_node, more_leg_m : array (j,)
        Further straight legs: of which point, sorted; to which node; metres. Who lives in a
        compound without mapped paths may leave by any of its gates. Default: none.
    """

    ids: Objects
    edge: I4
    fraction: F8
    node: I4
    leg_m: F8
    status: Objects
    assumed: Bool = field(default_factory=lambda: np.zeros(0, bool))
    more_row: I4 = field(default_factory=lambda: np.zeros(0, np.int32))
    more_node: I4 = field(default_factory=lambda: np.zeros(0, np.int32))
    more_leg_m: F8 = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        if len(self.assumed) != len(self.ids):
            object.__setattr__(self, "assumed", np.zeros(len(self.ids), bool))
        freeze(self)

    def take(self, rows: I8) -> Attachment:
        """Return the attachment of some of the points.

        Parameters
        ----------
        rows : array (j,) int64
            Positions, in any order, also repeated.

        Returns
        -------
        Attachment
        """
        low, high = (np.searchsorted(self.more_row, rows, side) for side in ("left", "right"))
        owner = np.repeat(np.arange(len(rows)), high - low)
        first = np.cumsum(high - low) - (high - low)
        kept = low[owner] + np.arange(len(owner)) - first[owner]
        own = {name: getattr(self, name)[rows] for name in _PER_POINT}
        return Attachment(**own, more_row=owner.astype(np.int32), more_node=self.more_node[kept],
                          more_leg_m=self.more_leg_m[kept])

    @property
    def attached(self) -> Bool:
        """True where a walk can start, shape (k,)."""
        return (self.edge >= 0) | (self.node >= 0)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a point, index `ids`.

        Returns
        -------
        pandas.DataFrame
            Columns edge, fraction, node, leg_m, status, attached, assumed.

        Examples
        --------
        >>> import numpy as np
        >>> one = Attachment(
        ...     np.array(["h1"], object), np.array([-1], np.int32), np.array([np.nan]),
        ...     np.array([-1], np.int32), np.array([250.0]), np.array(["too_far"], object),
        ... )
        >>> one.to_frame()[["leg_m", "status"]]
            leg_m   status
        h1  250.0  too_far
        """
        return pd.DataFrame(
            {
                "edge": self.edge,
                "fraction": self.fraction,
                "node": self.node,
                "leg_m": self.leg_m,
                "status": self.status,
                "attached": self.attached,
                "assumed": self.assumed,
            },
            index=pd.Index(self.ids, dtype=object),
        )
