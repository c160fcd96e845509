"""How varied, how little known and how surprising a list is: measures beyond accuracy, in whole-number sums.

Distance: Ziegler et al. 2005. Novelty: Vargas and Castells 2011. Serendipity: unexpected and still liked, Ge
et al. 2010; unexpected is what lies far from the profile, Kaminskas and Bridge 2016. Lift: Abdollahpouri et
al. 2020.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.item_space import STEPS, StepArray
from models.recollection import Float64s

IndexArray = npt.NDArray[np.int32]
Float32s = npt.NDArray[np.float32]
Uint32s = npt.NDArray[np.uint32]
Uint16s = npt.NDArray[np.uint16]

_WHOLE: Final = float(STEPS * STEPS)
"""The product of a unit vector in whole steps with itself."""


class Measure(IntEnum):
    """Where each measure stands in what `measure_slate` and `measure_play` return."""

    DISTANCE = 0
    """Mean of 1 - cosine over pairs of a list, in [0, 2]; what has no vector is 1 away from everything."""
    NOVELTY = 1
    """Mean of -log2 of an item's share in everyone's plays: bits."""
    SERENDIPITY = 2
    """Mean of unheard x far from taste x liked, in [0, 1]."""
    POPULARITY = 3
    """Mean share of an item in everyone's plays, in [0, 1]."""


MEASURES: Final = len(Measure)


@compiled
def measure_slate(
    positions: IndexArray,
    unheard: Float32s,
    cosines: Float32s,
    liked: Float64s,
    vectors: StepArray,
    plays: Uint32s,
    total_plays: int,
) -> Float64s:
    """Measure n items that are shown together: float64, `MEASURES`; zeros for an empty slate.

    `positions` (int32, n) are catalogue positions. Of each item (n): `unheard` is 1 where the listener never
    heard it, `cosines` those with the listener's lasting taste, `liked` the chance that it is not skipped.
    `vectors` (int8, in steps) and everyone's `plays` are those of the catalogue, `total_plays` their sum. In
    any order of the items the distance is the same to the last bit, the rest within a rounding.

    >>> none, half = np.zeros(2, np.float32), np.full(2, 0.5)
    >>> apart = np.zeros((2, 64), np.int8)
    >>> apart[0, 0] = apart[1, 1] = 127
    >>> plays = np.array([3, 1], np.uint32)
    >>> measure_slate(np.arange(2, dtype=np.int32), none + 1, none, half, apart, plays, 4).round(3).tolist()
    [1.0, 1.208, 0.5, 0.5]
    """
    measured = np.zeros(MEASURES)
    for nth in range(len(positions)):
        share = share_of(plays[positions[nth]], total_plays)
        measured[Measure.NOVELTY] -= math.log2(share)
        measured[Measure.SERENDIPITY] += unheard[nth] * surprise(cosines[nth]) * liked[nth]
        measured[Measure.POPULARITY] += share
    measured /= max(1, len(positions))
    measured[Measure.DISTANCE] = distance_within(positions, vectors)
    return measured


@compiled
def distance_within(positions: IndexArray, vectors: StepArray) -> float:
    """Mean of 1 - cosine over the pairs of n items, by |sum of vectors|^2; 0 for fewer than two.

    A sum of cosines of all pairs is the square of the summed vector without the squares of each: linear in n.
    """
    count = len(positions)
    if count < 2:
        return 0.0
    total = np.zeros(vectors.shape[1], np.int32)
    own = 0
    for position in positions:
        squares = np.int32(0)
        for dimension in range(len(total)):
            step = np.int32(vectors[position, dimension])
            total[dimension] += step
            squares = np.int32(squares + step * step)
        own += int(squares)
    squared = 0
    for number in total:
        squared += int(number) * int(number)
    return 1.0 - (squared - own) / (_WHOLE * count * (count - 1))


@compiled
def share_of(plays: int, total_plays: int) -> float:
    """An item's share in everyone's plays, in (0, 1]; what nobody played counts as if played once.

    >>> share_of(0, 8), share_of(2, 8)
    (0.125, 0.25)
    """
    return min(1.0, max(1, plays) / max(1, total_plays))


@compiled
def surprise(cosine: float) -> float:
    """How far an item lies from taste, in [0, 1]: 1 - cosine, and no more than 1 beyond a right angle."""
    return min(1.0, max(0.0, 1.0 - cosine))


def popularity_lift(shown: float, played: float) -> float:
    """How much more popular what is shown is than what is played: 0 not at all, 1 twice, -0.5 half as much.

    Both are mean shares of plays; 0 where nothing was played.

    >>> popularity_lift(0.02, 0.01), popularity_lift(0.01, 0.02)
    (1.0, -0.5)
    """
    return shown / played - 1.0 if played > 0 else 0.0


@compiled
def gini(counts: Uint32s | Uint16s) -> float:
    """How unevenly n counts are spread, in [0, 1): 0 all alike, (n - 1) / n all in one; 0 for no count.

    >>> gini(np.array([2, 2], np.uint32)), gini(np.array([0, 9, 0, 0], np.uint32))
    (0.0, 0.75)
    """
    total, weighed = 0.0, 0.0
    ascending = np.sort(counts)
    for place in range(len(ascending)):
        total += ascending[place]
        weighed += (2.0 * (place + 1) - len(ascending) - 1.0) * ascending[place]
    return weighed / (len(ascending) * total) if total > 0 else 0.0
