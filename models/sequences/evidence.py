"""What speaks for each item as the next one of a listener, as numbers from 0 to about 1.

Sequential rules over several items (Kamehkhosh, Jannach and Ludewig, 2017), nearest neighbours among
listeners (Ludewig and Jannach, Evaluation of session-based recommendation algorithms, 2018) and random
indexing (Kanerva, Kristofersson and Holst, 2000), each computed from bounded rows when it is asked for.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.sequences.memory import Memory
from models.sequences.rows import FREE, Float32s, Int32s, Rows

Int64s = npt.NDArray[np.int64]

NEIGHBOURS: Final = 50
"""Nearest listeners that are heard."""


class Evidence(IntEnum):
    """The rows of what speaks for an item."""

    TOGETHER = 0
    FOLLOWS = 1
    NEXT = 2
    LISTENERS = 3
    TASTE = 4
    COUNT = 5
    ONCE = 6


EVIDENCE: Final = len(Evidence)
"""Rows of evidence."""


@compiled
def find_evidence(memory: Memory, listener: int, recent: Int32s, items: int) -> Float32s:
    """Weigh the first `items` items for a listener whose last ones are `recent`, the newest first.

    Gives float32, EVIDENCE x items; who hears most stands at 1 in each row, whatever its scale. Reads only.
    """
    found = np.zeros((EVIDENCE, items), np.float32)
    count = memory.times[:items]
    # What goes with everything says little, and rare items are compared on equal terms with common ones.
    _add_rows(found[Evidence.TOGETHER], memory.together, recent, count, 30.0, 1.0)
    _add_rows(found[Evidence.FOLLOWS], memory.follows, recent, count, 8.0, 0.5)
    _add_rows(found[Evidence.NEXT], memory.near, recent[:1], count, 1.0, 0.5)
    _ask_listeners(found[Evidence.LISTENERS], memory, listener, recent)
    _compare_taste(found[Evidence.TASTE], memory, recent)
    for item in range(items):
        found[Evidence.TOGETHER, item] /= (count[item] + 1.0) ** 0.3
        found[Evidence.FOLLOWS, item] /= math.sqrt(count[item] + 1.0)
        found[Evidence.COUNT, item] = math.log1p(count[item]) / 5.0
        found[Evidence.ONCE, item] = count[item] == 1
    for row in range(Evidence.COUNT):
        _to_scale(found[row])
    return found


@compiled
def _add_rows(
    scores: Float32s, rows: Rows, recent: Int32s, count: Int64s, reach: float, damping: float
) -> None:
    """Add up the rows of recent items; older ones fade over `reach`, common ones count less."""
    for back in range(len(recent)):
        item = recent[back]
        weight = math.exp(-back / reach) / (count[item] + 1.0) ** damping
        for slot in range(rows.others.shape[1]):
            other = rows.others[item, slot]
            if other == FREE:
                break
            scores[other] += weight * rows.weights[item, slot]


@compiled
def _ask_listeners(scores: Float32s, memory: Memory, listener: int, recent: Int32s) -> None:
    """Add up what the nearest listeners had: those who share recent and rare items."""
    likeness = np.zeros(len(memory.length), np.float32)
    for back in range(len(recent)):
        item = recent[back]
        weight = math.exp(-back / 20.0) / math.sqrt(memory.times[item] + 1.0)
        for other in memory.listeners[item]:
            if other not in (FREE, listener):
                likeness[other] += weight
    likeness /= np.sqrt(memory.length + 5.0).astype(np.float32)
    kth = max(0, len(likeness) - NEIGHBOURS)
    least = np.partition(likeness, kth)[kth]
    for other in range(len(likeness)):
        if likeness[other] > 0 and likeness[other] >= least:
            for item in memory.heard[other]:
                if item != FREE:
                    scores[item] += likeness[other]


@compiled
def _compare_taste(scores: Float32s, memory: Memory, recent: Int32s) -> None:
    """Fill in the cosines, if positive, with the mean direction of recent items."""
    taste = np.zeros(memory.vector.shape[1])
    for back in range(len(recent)):
        vector = memory.vector[recent[back]].astype(np.float64)
        length = math.sqrt((vector * vector).sum())
        if length > 0:
            taste += math.exp(-back / 15.0) / length * vector
    norm = math.sqrt((taste * taste).sum())
    for item in range(len(scores)):
        product, squares = 0.0, 0.0
        for dimension in range(len(taste)):
            value = float(memory.vector[item, dimension])
            product += taste[dimension] * value
            squares += value * value
        if product > 0:
            scores[item] = product / (norm * math.sqrt(squares))


@compiled
def _to_scale(scores: Float32s) -> None:
    """Bring scores of any scale to 0 to 1, logarithmic near the top."""
    most = scores.max()
    if most > 0:
        for item in range(len(scores)):
            scores[item] = math.log1p(20.0 * scores[item] / most) / math.log(21.0)
