"""The situation: what the policy of shelves looks at, a few numbers about a listener at a moment."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.chance import draw_uniforms
from models.compiled import compiled
from models.contexts import PARTS
from models.features import Feature, Float32s
from models.item_space import DIMENSIONS

TASTE_DIRECTIONS: Final = 8
"""Of the 64 dimensions of taste, random directions (Achlioptas 2003) along which shelves are told apart."""
_MOMENT: Final = np.array(
    [
        Feature.MOMENT_SESSION,
        Feature.MOMENT_GOOD,
        Feature.MOMENT_FAMILIAR,
        Feature.MOMENT_REPEATED,
        Feature.MOMENT_SAME_ARTIST,
    ],
    np.int64,
)
SITUATION: Final = 1 + len(_MOMENT) + 6 + TASTE_DIRECTIONS
"""Numbers: 1, the moment, skip rate, plays so far, parts of the day after the first, weekend, and taste."""
STEPS: Final = 127
"""Numbers from -1 to 1 are kept in whole steps, so that what is remembered is what was looked at."""

Steps = npt.NDArray[np.int8]
Float64s = npt.NDArray[np.float64]

_SIGNS: Final = np.where(
    draw_uniforms(np.uint64(8), DIMENSIONS * TASTE_DIRECTIONS).reshape(TASTE_DIRECTIONS, DIMENSIONS) < 0.5,
    np.float32(-0.5),
    np.float32(0.5),
)


@compiled
def describe_situation(
    features: Float32s, taste: Float32s, skip_rate: float, plays: int, part_of_week: int
) -> Steps:
    """Describe a moment (int8, SITUATION) by its features (float32, FEATURES x n) and a taste (float32, 64).

    `part_of_week` is that of `ContextTastes`, -1 where it is unknown.
    """
    numbers = np.zeros(SITUATION, np.float64)
    numbers[0] = 1.0
    if features.shape[1]:
        for nth in range(len(_MOMENT)):
            numbers[1 + nth] = features[_MOMENT[nth], 0]
    first = 1 + len(_MOMENT)
    numbers[first] = skip_rate
    numbers[first + 1] = np.log2(1.0 + plays) / 16.0
    if part_of_week % PARTS > 0:
        numbers[first + 1 + part_of_week % PARTS] = 1.0
    numbers[first + 5] = part_of_week >= PARTS
    for direction in range(TASTE_DIRECTIONS):
        along = np.float32(0)
        for dimension in range(DIMENSIONS):
            along += _SIGNS[direction, dimension] * taste[dimension]
        numbers[first + 6 + direction] = along
    steps = np.empty(SITUATION, np.int8)
    for place in range(SITUATION):
        steps[place] = np.rint(min(1.0, max(-1.0, numbers[place])) * STEPS)
    return steps


def in_numbers(situation: Steps) -> Float64s:
    """The numbers (float64) that whole steps stand for; the first is 1."""
    return situation / float(STEPS)
