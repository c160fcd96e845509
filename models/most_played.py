"""The most played: short rows that hold the most played items of all, or of an artist."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.items import NEVER


@compiled
def take_in(row: npt.NDArray[np.int32], position: int, popularity: npt.NDArray[np.float64]) -> int:
    """Put an item among the most played ones where it is one; returns who made room, -1 for nobody.

    That is the item itself where it was there before, or comes after all of them. `row` holds catalogue
    positions, -1 where free, and is changed in place; `popularity` is by position.

    >>> row, popularity = np.array([2, 1], np.int32), np.array([9.0, 1.0, 5.0])
    >>> take_in(row, 0, popularity), row.tolist()
    (1, [2, 0])
    """
    weakest, least = -1, popularity[position]
    for place in range(len(row)):
        if row[place] == position:
            return position
        other = popularity[row[place]] if row[place] >= 0 else NEVER
        if other < least:
            weakest, least = place, other
    if weakest < 0:
        return position
    displaced = int(row[weakest])
    row[weakest] = position
    return displaced
