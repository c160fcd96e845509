"""Popular: what everyone plays most these weeks; it speaks where nothing else is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.sources.scan import Float32s, Int32s


@compiled
def recall_popularity(items: Int32s, popularity: npt.NDArray[np.float64], top: Int32s) -> Float32s:
    """Everyone's plays of each item (catalogue positions), as a share of the most played one's, 0 to 1.

    `popularity` holds log2(plays, each counting half after a week) + time in half-lives by position, and
    `top` the positions of the most played items, -1 where free. A share needs no clock, so that a listener
    whose last event lies years back, in a replay say, is told the same.
    """
    most = -np.inf
    for item in top:
        if item >= 0:
            most = max(most, popularity[item])
    shares = np.zeros(len(items), np.float32)
    for number in range(len(items)):
        if most > -np.inf:
            shares[number] = np.exp2(max(min(popularity[items[number]] - most, 0.0), -60.0))
    return shares
