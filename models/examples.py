"""Examples: what the ranker learns from, drawn from the candidates of a play."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.chance import draw_uniforms
from models.compiled import compiled
from models.descent import ROWS
from models.features import FEATURES, POOL_FEATURES
from models.half import Uint16s, to_half
from models.network import add_up
from models.own_weights import OwnWeights
from models.recall import weigh

NEGATIVES: Final = 30
"""Candidates in an example that were not played: 1% of MRR below all 300, and a tenth of the bytes."""

Float16s = npt.NDArray[np.float16]
Float32s = npt.NDArray[np.float32]
Int32s = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """What the ranker learns from: `numbers` (float16, ROWS x k) of the played item, then of k - 1 others.

    The first rows are the features, the last two what the listener's own weights added to the scores of each
    stage: the trainer learns what is left. Two bytes a number are what an example keeps on its way: nobody
    learns from more.
    """

    numbers: Float16s

    @property
    def features(self) -> Float16s:
        """The features, float16, FEATURES x k."""
        return self.numbers[:FEATURES]


def draw_example(
    features: Float32s,
    hidden: Float32s,
    played: int,
    own: OwnWeights,
    *,
    negatives: int = NEGATIVES,
    seed: int,
) -> Example | None:
    """Put the played candidate beside `negatives` others, drawn uniformly without replacement by `seed`.

    None if it is the only one. `features` (float32, FEATURES x n) are those of all candidates, and `hidden`
    (float32, HIDDEN x n) is what the units of the ranker answered to them.
    """
    drawn = _draw(features, hidden, played, own.numbers, negatives, np.uint64(seed))
    return Example(drawn.view(np.float16)) if drawn.shape[1] > 1 else None


@compiled
def _draw(
    features: Float32s,
    hidden: Float32s,
    played: int,
    own: Float32s,
    negatives: int,
    seed: np.uint64,
) -> Uint16s:
    """The numbers of an example, as the bits of a float16 each."""
    chosen = _choose(features.shape[1], played, negatives, seed)
    numbers = np.empty((ROWS, len(chosen)), np.float32)
    drawn = numbers[:FEATURES]
    answers = np.empty((len(hidden), len(chosen)), np.float32)
    # Row by row: what lies side by side is read together.
    for row in range(len(drawn)):
        drawn[row] = features[row][chosen]
    for row in range(len(answers)):
        answers[row] = hidden[row][chosen]
    numbers[FEATURES] = weigh(drawn, own[:POOL_FEATURES])
    numbers[FEATURES + 1] = add_up(drawn, answers, own[POOL_FEATURES:])
    return to_half(numbers.ravel()).reshape(numbers.shape)


@compiled
def _choose(candidates: int, played: int, negatives: int, seed: np.uint64) -> Int32s:
    """The played one's place, then those of the others: the first steps of a shuffle (Fisher and Yates)."""
    places = np.arange(candidates).astype(np.int32)
    places[0], places[played] = played, 0
    drawn = draw_uniforms(seed, min(negatives, candidates - 1))
    for nth in range(len(drawn)):
        left = candidates - 1 - nth
        other = 1 + nth + min(int(drawn[nth] * left), left - 1)
        places[1 + nth], places[other] = places[other], places[1 + nth]
    return places[: 1 + len(drawn)]
