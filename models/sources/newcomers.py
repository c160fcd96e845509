"""Newcomers: items that nobody plays yet whose content places them near what the listener heard."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.factors import compare_factors
from models.item_arrays import ItemArrays
from models.numbering import find_number, give_number
from models.sources.scan import Float32s, Int32s, Plays

PROPOSED: Final = 10
LEAST_COSINE: Final = 0.2
"""What is less alike is not worth proposing; most pairs of items are below it."""
SHARE: Final = 0.5
"""Of the co-listening of the best item, what a newcomer is taken to have if it were where the taste is."""


@compiled
def propose_newcomers(plays: Plays, heard: Float32s, known: ItemArrays) -> tuple[Int32s, Float32s]:
    """Number the newcomers nearest to `heard` (float32, 256) that are not in the ring.

    Returns their numbers and, until somebody plays them, what stands in for their co-listening: 0 to .5.
    """
    items = known.newcomers.positions
    rows = np.arange(len(items)).astype(np.int32)
    cosines = compare_factors(heard, rows, known.newcomers.factors, known.newcomers.lengths)
    nearest, count = np.empty(PROPOSED, np.int32), 0
    for nth in range(len(items)):
        if cosines[nth] < LEAST_COSINE:
            continue
        place = min(count, PROPOSED - 1)
        if count == PROPOSED and not _leads(nth, nearest[place], cosines, items, known.keys):
            continue
        if find_number(plays.items, items[nth]) >= 0:
            continue
        while place > 0 and _leads(nth, nearest[place - 1], cosines, items, known.keys):
            nearest[place] = nearest[place - 1]
            place -= 1
        nearest[place], count = nth, min(count + 1, PROPOSED)
    numbers = np.empty(count, np.int32)
    for nth in range(count):
        numbers[nth] = give_number(plays.items, items[nearest[nth]])
    return numbers, np.float32(SHARE) * cosines[nearest[:count]]


@compiled
def _leads(one: int, other: int, cosines: Float32s, items: Int32s, keys: npt.NDArray[np.int64]) -> bool:
    """Whether the first of two is nearer, or equally near with the lower key."""
    if cosines[one] == cosines[other]:
        return bool(keys[items[one]] < keys[items[other]])
    return bool(cosines[one] > cosines[other])
