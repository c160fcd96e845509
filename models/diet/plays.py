"""What a play says of a listener's diet: measured against what was played before it."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.diet.diet import DAY_SECONDS, Diet, Side, move_means
from models.diet.measures import (
    MEASURES,
    Float32s,
    IndexArray,
    Measure,
    Uint32s,
    share_of,
    surprise,
)
from models.item_space import STEPS, StepArray, multiply
from models.recollection import Float64s

Bools = npt.NDArray[np.bool_]

COMPARED: Final = 16
"""Earlier plays that a play is compared with; the mean over many plays makes up for so few."""
APART: Final = 29
"""Events between them: 16 reach back 464 events, beyond an album and an evening."""

_PLAYED: Final = int(Side.PLAYED)


def count_play(
    diet: Diet,
    position: int,
    *,
    heard: IndexArray,
    good: Bools,
    taste: Float32s,
    vectors: StepArray,
    plays: Uint32s,
    total_plays: int,
    at: float,
) -> Diet:
    """Count a play of 30 seconds or more of the item at a catalogue position: `measure_play`, in one pass.

    What comes late counts as if it came at the last known time.
    """
    now = max(diet.at, at)
    days = (now - diet.at) / DAY_SECONDS
    means, narrow = _count_play(
        diet.means, days, diet.narrow, position, heard, good, taste, vectors, plays, total_plays
    )
    return Diet(now, means, diet.exposures, narrow)


@compiled
def _count_play(
    means: Float32s,
    days: float,
    narrow: bool,
    position: int,
    heard: IndexArray,
    good: Bools,
    taste: Float32s,
    vectors: StepArray,
    plays: Uint32s,
    total_plays: int,
) -> tuple[Float32s, bool]:
    measured = measure_play(position, heard, good, taste, vectors, plays, total_plays)
    return move_means(means, _PLAYED, measured, days, narrow)


@compiled
def measure_play(
    position: int,
    heard: IndexArray,
    good: Bools,
    taste: Float32s,
    vectors: StepArray,
    plays: Uint32s,
    total_plays: int,
) -> Float64s:
    """Measure a play of 30 seconds or more of the item at `position`: float64, `MEASURES`; NaN for the first.

    `heard` (int32) and `good` (bool) are those of the ring before it, `taste` (float32, 64) the lasting one,
    and the others as for `measure_slate`. Its distance is the mean of 1 - cosine with 16 plays spread over
    the last 464 events: the mean of that over many plays estimates the distance within all of them, without
    a matrix of pairs. It was liked, for it was played.
    """
    distance = _distance_to_heard(position, heard, good, vectors)
    measured = np.full(MEASURES, np.nan)
    if np.isnan(distance):
        return measured
    along = 0.0
    for dimension in range(len(taste)):
        along += taste[dimension] * vectors[position, dimension]
    share = share_of(plays[position], total_plays)
    measured[Measure.DISTANCE] = distance
    measured[Measure.NOVELTY] = -math.log2(share)
    measured[Measure.SERENDIPITY] = 0.0 if _is_among(position, heard) else surprise(along / STEPS)
    measured[Measure.POPULARITY] = share
    return measured


@compiled
def _distance_to_heard(position: int, heard: IndexArray, good: Bools, vectors: StepArray) -> float:
    """Mean distance to plays spread over the end of the ring, the newest first; NaN where there is none."""
    products, compared = 0, 0
    own = vectors[position].astype(np.int16)
    reach = min(len(heard), COMPARED * APART)
    for event in range(len(heard) - 1, len(heard) - reach - 1, -max(1, reach // COMPARED)):
        if good[event]:
            product = multiply(own, vectors[heard[event]])
            products += int(product)
            compared += 1
    return 1.0 - products / (STEPS * STEPS * compared) if compared else np.nan


@compiled
def _is_among(position: int, heard: IndexArray) -> bool:
    wanted, found = np.int32(position), np.int32(0)
    for event in range(len(heard)):
        found = np.int32(found | np.int32(heard[event] == wanted))
    return bool(found)
