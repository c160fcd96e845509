"""The first item space: random indexing (Kanerva et al. 2000; Sahlgren 2005).

An item's vector is the normalised sum of the random signatures of what it is played with and of its
artist. Signatures are drawn from the key alone, so every worker agrees on them without talking, and sums
are integers, so their order does not matter.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.chance import GOLDEN_GAMMA, mix
from models.compiled import compiled

DIMENSIONS: Final = 64
SIGNATURE_NONZEROS: Final = 8
"""Entries of +1 or -1 in a signature; the rest is zero (sparse signatures add up with little noise)."""

STEPS: Final = 127
"""Numbers of a unit vector are kept in steps of 1/127, one byte each: a cosine of two is within .01."""

VectorArray = npt.NDArray[np.float32]
StepArray = npt.NDArray[np.int8]


@compiled
def to_steps(vectors: npt.NDArray[np.float32]) -> StepArray:
    """Round unit vectors, of any shape, to whole steps, int8.

    >>> to_steps(np.array([1.0, -0.5, 0.001], np.float32)).tolist()
    [127, -64, 0]
    """
    steps: StepArray = np.rint(vectors * np.float32(STEPS)).astype(np.int8)
    return steps


@compiled
def from_steps(steps: StepArray) -> VectorArray:
    """Unit vectors, or nearly, float32, from whole steps."""
    return steps.astype(np.float32) / np.float32(STEPS)


@compiled
def multiply(whole: npt.NDArray[np.int16], steps: StepArray) -> np.int32:
    """The product of a vector of whole numbers and one in steps, equally long; it must stay below 2^31.

    A sum of whole numbers is the same in any order, so that a compiler takes many at once: an eighth of the
    time.

    >>> multiply(np.array([2, -3], np.int16), np.array([127, 1], np.int8))
    251
    """
    total = np.int32(0)
    for dimension in range(len(whole)):
        total = np.int32(total + np.int32(whole[dimension]) * np.int32(steps[dimension]))
    return total


@compiled
def add_signature(total: npt.NDArray[np.int32] | npt.NDArray[np.int64], key: int, weight: int) -> None:
    """Add `weight` times the signature of `key` to `total` (a power of two entries), in place."""
    state = np.uint64(key)
    for _ in range(SIGNATURE_NONZEROS):
        state = state + GOLDEN_GAMMA
        bits = mix(state)
        place = np.int64(bits & np.uint64(len(total) - 1))
        if (bits >> np.uint64(63)) != np.uint64(0):
            total[place] += weight
        else:
            total[place] -= weight


def signature(key: int) -> npt.NDArray[np.int32]:
    """Draw the signature of a key: int32, 64 entries, at most 8 of them not zero.

    >>> bool((signature(7) == signature(7)).all()), int(abs(signature(7)).sum()) <= 8
    (True, True)
    """
    total = np.zeros(DIMENSIONS, np.int32)
    add_signature(total, key, 1)
    return total
