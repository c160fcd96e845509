"""Factors: items as vectors of 256 dimensions, so that the cosine of two says how alike their listeners are.

A factorization of the damped co-listening matrix by a very sparse random projection (Li, Hastie and Church
2006; FastRP, Chen et al. 2019): a vector is the sum of the random signatures of an item's neighbours. Nothing
is trained jointly, so an item is refreshed in some microseconds, from its rows alone, on all workers alike.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.item_space import add_signature, multiply
from models.row_pool import INVERSE, OWN, Links

FACTORS: Final = 256
"""Dimensions: 128 reach five sixths of the recall."""
SIGNATURE_POWER: Final = 5 / 7
"""A neighbour's signature counts by its audience to the power of -.5: its voice to the power of this."""
WHOLE: Final = 1 << 20
"""Weights are summed as whole numbers of this size, so that the order of the rows changes nothing."""

Float32s = npt.NDArray[np.float32]
Int8s = npt.NDArray[np.int8]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]


@compiled
def sketch_items(
    positions: Int32s, links: Links, voice: Float32s, keys: Int64s, factors: Int8s, lengths: Float32s
) -> None:
    """Write anew, in place, the vectors (int8, n x 256) of `positions` and how long they are (float32, n).

    An item without neighbours has the length 0.
    """
    for position in positions:
        total = np.zeros(FACTORS, np.int64)
        for kind in (OWN, INVERSE):
            start = links.start[kind, position]
            for slot in range(start, start + links.size[kind, position]):
                other = links.other[slot]
                weight = links.weight[slot] * voice[other] ** SIGNATURE_POWER
                add_signature(total, keys[other], round(weight * WHOLE))
        lengths[position] = quantise(total, factors[position])


@compiled
def place_item(mapping: npt.NDArray[np.float64], places: Int32s, values: Float32s, vector: Int8s) -> float:
    """Write the vector of an item that nobody plays, by its content, and return how long it is.

    `mapping` (float64, features x 256) is that of `ContentRidge`.
    """
    total = np.zeros(FACTORS)
    for nth in range(len(places)):
        row = mapping[places[nth]]
        for dimension in range(FACTORS):
            total[dimension] += values[nth] * row[dimension]
    return quantise(np.round(total * WHOLE).astype(np.int64), vector)


@compiled
def quantise(total: npt.NDArray[np.int64], vector: Int8s) -> float:
    """Write a vector as int8 numbers, the largest one as 127 or -127, and return their length."""
    largest = np.abs(total).max()
    vector[:] = 0
    squares = 0
    if largest > 0:
        for dimension in range(len(total)):
            number = round(127.0 * total[dimension] / largest)
            vector[dimension] = number
            squares += number * number
    return float(np.sqrt(squares))


@compiled
def add_up_factors(positions: Int32s, factors: Int8s, lengths: Float32s) -> Float32s:
    """The sum of the unit vectors of items, brought to length 1 (float32, 256), or 0 where none has one."""
    total = np.zeros(FACTORS, np.float32)
    for position in positions:
        if lengths[position] > 0:
            vector, share = factors[position], np.float32(1) / lengths[position]
            for dimension in range(FACTORS):
                total[dimension] += share * np.float32(vector[dimension])
    length = np.sqrt((total * total).sum())
    return total / length if length > 0 else total


@compiled
def compare_factors(taste: Float32s, positions: Int32s, factors: Int8s, lengths: Float32s) -> Float32s:
    """The cosines of items with a vector (float32, 256), within .01; 0 where either is 0.

    The products stay below 2^23.
    """
    cosines = np.zeros(len(positions), np.float32)
    largest = np.abs(taste).max()
    if largest == 0:
        return cosines
    whole = np.round(taste * (np.float32(127) / largest)).astype(np.int16)
    own = np.sqrt((whole.astype(np.float32) ** 2).sum())
    for item in range(len(positions)):
        vector, length = factors[positions[item]], lengths[positions[item]]
        total = multiply(whole, vector)
        # Behind the sum: under a condition it takes four times as long.
        if length > 0:
            cosines[item] = total / (own * length)
    return cosines
