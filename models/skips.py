"""The skip model: how likely the next play of an item is a skip, learned online from every play.

Logistic regression on buckets by FTRL-Proximal (McMahan et al. 2013), number for number River's
`LogisticRegression(FTRLProximal(...))`, which a test holds beside it, compiled: the trainer learns a block of
plays in the time that River's dictionaries take for one (decision 14). A bucket that was seen often takes
small steps and a new one large ones, so that probabilities are calibrated from the start.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled, unlocked
from models.learned_bytes import LearnedBytes
from models.recollection import Float64s
from models.skip_examples import SkipExample, are_buckets
from models.skip_facts import BUCKETS, LAYOUT, SPEAKING
from models.sources.scan import Int32s

Bools = npt.NDArray[np.bool_]

_NO_BUCKETS: Final = f"not one bucket of each fact and cross, {SPEAKING} in all"
_BYTES: Final = LearnedBytes("skip model", version=1, layout=LAYOUT, number=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class SkipWeights:
    """What workers predict with: `weights` (float64, BUCKETS) after `version` plays."""

    version: int
    weights: Float64s


@compiled
def predict_skips(buckets: Int32s, weights: Float64s) -> Float64s:
    """Probabilities (float64, n) that plays of n items, with these buckets (int32, SPEAKING x n), are skips.

    `weights` (float64, BUCKETS) are those of `SkipWeights`.

    >>> predict_skips(np.zeros((SPEAKING, 2), np.int32), np.zeros(BUCKETS)).tolist()
    [0.5, 0.5]
    """
    scores = np.zeros(buckets.shape[1])
    for speaking in range(len(buckets)):
        for row in range(len(scores)):
            scores[row] += weights[buckets[speaking, row]]
    chances: Float64s = 1.0 / (1.0 + np.exp(-scores))
    return chances


class SkipModel:
    """Learns to tell skips from plays, in River's form: `learn_one`, `predict_proba_one`, `clone`.

    `step` is the first step of a bucket, `caution` how many plays' worth of doubt it starts with, `shrinkage`
    how strongly weights are held near 0 (FTRL-Proximal's alpha, beta and L2).

    >>> from models.skip_examples import FIRST_BUCKETS
    >>> model, buckets = SkipModel(), FIRST_BUCKETS
    >>> for _ in range(9):
    ...     model.learn_one(SkipExample(buckets, skipped=True))
    >>> model.predict_one(buckets), model.weights().version
    (True, 9)
    """

    def __init__(self, *, step: float = 0.06, caution: float = 1.0, shrinkage: float = 1.0) -> None:
        self.step = step
        self.caution = caution
        self.shrinkage = shrinkage
        self.learned = 0
        """Plays learned."""
        self._numbers = np.zeros((3, BUCKETS))
        """Weights, FTRL's sums z and its sums of squared gradients n."""

    def learn_one(self, example: SkipExample) -> None:
        """Learn how one play went.

        Raises:
            ValueError: there is no such bucket; nothing was learned.
        """
        self.learn_many(example.buckets[None], np.array([example.skipped]))

    def learn_many(self, buckets: Int32s, skipped: Bools) -> None:
        """Learn how n plays went, one after the other: what spoke of each (int32, n x SPEAKING), bool, n.

        Raises:
            ValueError: there is no such bucket, or not as many answers as plays; nothing was learned.
        """
        if not are_buckets(buckets):
            raise ValueError(_NO_BUCKETS)
        if len(buckets) != len(skipped):
            raise ValueError(f"{len(buckets)} plays and {len(skipped)} answers")
        _learn(self._numbers, buckets, skipped, self.step, self.caution, self.shrinkage)
        self.learned += len(skipped)

    def predict_proba_one(self, buckets: Int32s) -> dict[bool, float]:
        """Tell how likely a play of an item is a skip, by the buckets (int32, SPEAKING) that speak of it.

        Raises:
            ValueError: there is no such bucket.
        """
        if not are_buckets(buckets[None]):
            raise ValueError(_NO_BUCKETS)
        chance = float(predict_skips(buckets[:, None], self._numbers[0])[0])
        return {False: 1.0 - chance, True: chance}

    def predict_one(self, buckets: Int32s) -> bool:
        """Whether a play of an item is rather a skip, by the buckets (int32, SPEAKING) that speak of it."""
        return self.predict_proba_one(buckets)[True] > 0.5

    def clone(self) -> SkipModel:
        """Make a model with the same hyper-parameters that has learned nothing."""
        return SkipModel(step=self.step, caution=self.caution, shrinkage=self.shrinkage)

    def weights(self) -> SkipWeights:
        """Export what workers predict with."""
        return SkipWeights(self.learned, self._numbers[0].copy())

    def _restore(self, *, learned: int, numbers: Float64s) -> None:
        self.learned = learned
        self._numbers = numbers


@unlocked
def _learn(
    numbers: Float64s, buckets: Int32s, skipped: Bools, step: float, caution: float, shrinkage: float
) -> None:
    """Take a step of FTRL-Proximal for each play; as in River, a weight is made of the sums before it."""
    weights, sums, squares = numbers[0], numbers[1], numbers[2]
    for play in range(len(skipped)):
        score = 0.0
        for bucket in buckets[play]:
            score += weights[bucket]
        gradient = 1.0 / (1.0 + math.exp(-score)) - (1.0 if skipped[play] else 0.0)
        square = gradient * gradient
        for bucket in buckets[play]:
            root = math.sqrt(squares[bucket])
            if sums[bucket] != 0.0:
                weights[bucket] = -sums[bucket] / ((caution + root) / step + shrinkage)
            sigma = (math.sqrt(squares[bucket] + square) - root) / step
            sums[bucket] += gradient - sigma * weights[bucket]
            squares[bucket] += square


def encode_skip_weights(weights: SkipWeights) -> bytes:
    """Write weights as versioned bytes."""
    return _BYTES.encode(weights.version, weights.weights)


def decode_skip_weights(data: bytes) -> SkipWeights:
    """Read weights.

    Raises:
        CorruptState: the version, the table of buckets or the length is another, or a number is not finite.
    """
    return SkipWeights(*_BYTES.decode(data, count=BUCKETS))


def encode_skip_model(model: SkipModel) -> bytes:
    """Write weights and optimizer state as versioned bytes; hyper-parameters are settings, not state."""
    return _BYTES.encode(model.learned, model._numbers)


def decode_skip_model(data: bytes, model: SkipModel | None = None) -> SkipModel:
    """Make a model like `model` (the default one if None) that goes on, bit for bit, where the bytes end.

    Raises:
        CorruptState: the version, the table of buckets or the length is another, or a number is not finite.
    """
    learned, numbers = _BYTES.decode(data, count=3 * BUCKETS)
    restored = SkipModel() if model is None else model.clone()
    restored._restore(learned=learned, numbers=numbers.reshape(3, BUCKETS))
    return restored
