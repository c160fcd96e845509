"""How one event moves a taste, whatever the taste is of: a session, years, an hour of the day."""

from __future__ import annotations

import numpy as np

from models.compiled import compiled
from models.item_space import VectorArray


@compiled
def update_taste(evidence: VectorArray, item: VectorArray, weight: float, decay: float) -> VectorArray:
    """Move taste towards the item, or away from it by a negative weight; never past it.

    The direction of the result lies between those of `evidence` and of `item` for a positive weight.

    >>> old, item = np.array([1, 0], np.float32), np.array([0, 1], np.float32)
    >>> update_taste(old, item, 1.0, 0.5).tolist()
    [0.5, 1.0]
    """
    moved = np.empty_like(evidence)
    for dimension in range(len(moved)):
        moved[dimension] = evidence[dimension] * np.float32(decay) + item[dimension] * np.float32(weight)
    return moved
