"""The blend: evidence -> scores, its weights learned online by a softmax over all items."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.sequences.rows import Float32s

Float64s = npt.NDArray[np.float64]

RATE: Final = 0.01
MEMORY: Final = 0.999
START: Final = (1.0, 1.0, 0.5, 1.0, 1.0, 0.0, 0.0)
"""A weight for each row of evidence, before anything was learned."""


class Blend(NamedTuple):
    """`weights` and running mean `squares` of their gradients (float64, one each a row of evidence)."""

    weights: Float64s
    squares: Float64s


def new_blend() -> Blend:
    """Trust all evidence alike."""
    return Blend(np.array(START), np.full(len(START), 1e-3))


@compiled
def blend_scores(blend: Blend, evidence: Float32s, heard: npt.NDArray[np.int32]) -> Float64s:
    """Score every item (columns of `evidence`); what the listener had already gets -inf."""
    scores = np.zeros(evidence.shape[1])
    for row in range(len(evidence)):
        for item in range(len(scores)):
            scores[item] += blend.weights[row] * evidence[row, item]
    for item in heard:
        if item >= 0:
            scores[item] = -np.inf
    return scores


@compiled
def learn_blend(blend: Blend, evidence: Float32s, scores: Float64s, target: int) -> None:
    """Make one step of cross-entropy towards the item that came, each weight at its own pace (RMSProp).

    `scores` are those of `blend_scores`; nothing is learned from an item that had none.
    """
    if scores[target] == -np.inf:
        return
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    for row in range(len(evidence)):
        slope = -float(evidence[row, target])
        for item in range(len(shares)):
            slope += shares[item] * evidence[row, item]
        blend.squares[row] = MEMORY * blend.squares[row] + (1.0 - MEMORY) * slope * slope
        blend.weights[row] -= RATE * slope / (math.sqrt(blend.squares[row]) + 0.01)
