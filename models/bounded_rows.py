"""Rows with a bounded number of slots, learned in a stream: who is weak makes room."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled

SUCCESSOR_DECAY: Final = 0.998
FREE: Final = 0
"""Who stands in a slot that nobody took yet; slots are taken in their order, and never given back."""


@compiled
def add_successor(
    row: npt.NDArray[np.int64], weights: npt.NDArray[np.float32], successor: int, weight: float
) -> None:
    """Strengthen one successor, in place; when the row is full the weakest makes room."""
    chosen = 0
    for slot in range(len(row)):
        weights[slot] *= SUCCESSOR_DECAY
    for slot in range(len(row)):
        if row[slot] == successor and weights[slot] > 0:
            weights[slot] += weight
            return
        if weights[slot] < weights[chosen]:
            chosen = slot
    row[chosen] = successor
    weights[chosen] = weight


@compiled
def add_neighbour(
    row: npt.NDArray[np.int64], weights: npt.NDArray[np.float32], neighbour: int, weight: float
) -> None:
    """Strengthen one neighbour, in place, or weaken it by a weight below 0.

    While slots are free (0), weights are sums: below 0 for what was turned down more than heard, and the same
    in any order. In a full row one without a slot takes from the weakest, and takes its slot once it weighs
    as much: the counters of Misra and Gries (1982), on the weakest alone. Replacing it by lot, or inheriting
    its weight (Space-Saving, Metwally et al. 2005), was measured to be worse by a fifth.

    >>> row, weights = np.zeros(2, np.int64), np.zeros(2, np.float32)
    >>> for neighbour, weight in ((7, 3.0), (8, 2.0), (9, 1.5), (9, 1.5)):
    ...     add_neighbour(row, weights, neighbour, weight)
    >>> row.tolist(), weights.tolist()
    ([7, 9], [3.0, 1.5])
    """
    weakest = 0
    for slot in range(len(row)):
        if row[slot] in (neighbour, FREE):
            row[slot] = neighbour
            weights[slot] += weight
            return
        if weights[slot] < weights[weakest]:
            weakest = slot
    if weight <= 0:
        return
    if weights[weakest] <= weight:
        row[weakest] = neighbour
        weights[weakest] = weight
    else:
        weights[weakest] -= weight
