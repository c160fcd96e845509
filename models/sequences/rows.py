"""Bounded rows: for each item the others that go with it, weighted; the weakest makes room.

A full row subtracts what is new from its weakest slot and replaces it once the new weight is larger: on
co-occurrence in a stream that keeps more than Space-Saving or random replacement do (the rule is that of
Misra and Gries, Finding repeated elements, 1982, with weights).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled

Int32s = npt.NDArray[np.int32]
Float32s = npt.NDArray[np.float32]

FREE: Final = -1


class Rows(NamedTuple):
    """One row an item: `others` (int32, items x slots, -1 where free) and their `weights` (float32)."""

    others: Int32s
    weights: Float32s


def new_rows(items: int, slots: int) -> Rows:
    """Make empty rows."""
    return Rows(np.full((items, slots), FREE, np.int32), np.zeros((items, slots), np.float32))


@compiled
def strengthen(rows: Rows, item: int, other: int, weight: float) -> None:
    """Add to the weight of `other` in the row of `item`; slots fill from the first.

    >>> rows = new_rows(1, 2)
    >>> for other, weight in ((7, 2.0), (8, 1.0), (9, 0.75), (9, 0.75)): strengthen(rows, 0, other, weight)
    >>> rows.others.tolist(), rows.weights.tolist()
    ([[7, 9]], [[2.0, 0.75]])
    """
    others, weights = rows.others[item], rows.weights[item]
    weakest = 0
    for slot in range(len(others)):
        if others[slot] == other:
            weights[slot] += weight
            return
        if others[slot] == FREE:
            others[slot], weights[slot] = other, weight
            return
        if weights[slot] < weights[weakest]:
            weakest = slot
    if weight >= weights[weakest]:
        others[weakest], weights[weakest] = other, weight
    else:
        weights[weakest] -= weight
