"""The skip model: how likely the next play of an item is a skip, learned online from every play.

Logistic regression on buckets by FTRL-Proximal (McMahan et al. 2013), both River's. A bucket that was seen
often takes small steps and a new one large ones, so that probabilities are calibrated from the start.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from river import base, linear_model, optim
from river.utils import VectorDict

from models.compiled import compiled
from models.learned_bytes import LearnedBytes
from models.skip_examples import SkipExample
from models.skip_facts import BUCKETS, LAYOUT, SPEAKING
from models.skip_moment import Float64s
from models.sources.scan import Int32s

_BYTES: Final = LearnedBytes("skip model", version=1, layout=LAYOUT, number=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class SkipWeights:
    """What workers predict with: `weights` (float64, BUCKETS) after `version` plays."""

    version: int
    weights: Float64s


def predict_skips(buckets: Int32s, weights: SkipWeights) -> Float64s:
    """Probabilities (float64, n) that plays of n items, with these buckets (int32, SPEAKING x n), are skips.

    >>> predict_skips(np.zeros((SPEAKING, 2), np.int32), SkipWeights(0, np.zeros(BUCKETS))).tolist()
    [0.5, 0.5]
    """
    return _predict(buckets, weights.weights)


@compiled
def _predict(buckets: Int32s, weights: Float64s) -> Float64s:
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

    >>> model, buckets = SkipModel(), np.arange(SPEAKING, dtype=np.int32)
    >>> for _ in range(9):
    ...     model.learn_one(SkipExample(buckets, skipped=True))
    >>> model.predict_one(buckets), model.weights().version
    (True, 9)
    """

    def __init__(self, *, step: float = 0.06, caution: float = 1.0, shrinkage: float = 1.0) -> None:
        self.step = step
        self.caution = caution
        self.shrinkage = shrinkage
        self._optimizer = optim.FTRLProximal(alpha=step, beta=caution, l2=shrinkage)
        # The buckets of any fact add up to an intercept.
        self._model = linear_model.LogisticRegression(self._optimizer, intercept_lr=0.0)
        self._restore(learned=0, numbers=np.zeros((3, BUCKETS)))

    def learn_one(self, example: SkipExample) -> None:
        """Learn how one play went.

        Raises:
            ValueError: there is no such bucket; nothing was learned.
        """
        speaking = _speaking(example.buckets)
        self._model.learn_one(speaking, example.skipped)
        # Only what spoke has moved; to export all of River's dictionary takes as long as to learn.
        moved = self._model.weights
        for bucket in example.buckets.tolist():
            self._exported[bucket] = moved[bucket]

    def predict_proba_one(self, buckets: Int32s) -> dict[bool, float]:
        """Tell how likely a play of an item is a skip, by the buckets (int32, SPEAKING) that speak of it."""
        model: base.Classifier = self._model
        chances = model.predict_proba_one(_speaking(buckets))
        return {False: chances[False], True: chances[True]}

    def predict_one(self, buckets: Int32s) -> bool:
        """Whether a play of an item is rather a skip, by the buckets (int32, SPEAKING) that speak of it."""
        return self.predict_proba_one(buckets)[True] > 0.5

    def clone(self) -> SkipModel:
        """Make a model with the same hyper-parameters that has learned nothing."""
        return SkipModel(step=self.step, caution=self.caution, shrinkage=self.shrinkage)

    def weights(self) -> SkipWeights:
        """Export what workers predict with."""
        return SkipWeights(self.learned, self._exported.copy())

    @property
    def learned(self) -> int:
        """Plays learned."""
        return int(self._optimizer.n_iterations)

    def _restore(self, *, learned: int, numbers: Float64s) -> None:
        """Go on from weights, FTRL's sums z and its sums of squared gradients n (float64, 3 x BUCKETS)."""
        # Every bucket has its place from the start: River adds up in the order of the smaller dictionary.
        self._model._weights = VectorDict(dict(enumerate(numbers[0].tolist())))
        self._exported = numbers[0].copy()
        self._optimizer.z.update(enumerate(numbers[1].tolist()))
        self._optimizer.n.update(enumerate(numbers[2].tolist()))
        self._optimizer.n_iterations = learned

    def _numbers(self) -> Float64s:
        held = (self._model.weights, self._optimizer.z, self._optimizer.n)
        return np.array([_by_bucket(numbers) for numbers in held])


def _speaking(buckets: Int32s) -> dict[Hashable, float]:
    numbers: list[int] = buckets.tolist()
    speaking: dict[Hashable, float] = dict.fromkeys(numbers, 1.0)
    if len(speaking) != SPEAKING or min(numbers) < 0 or max(numbers) >= BUCKETS:
        raise ValueError(f"not {SPEAKING} different buckets from 0 to {BUCKETS - 1}")
    return speaking


def _by_bucket(numbers: Mapping[Hashable, float]) -> Float64s:
    return np.array([numbers[bucket] for bucket in range(BUCKETS)])


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
    return _BYTES.encode(model.learned, model._numbers())


def decode_skip_model(data: bytes, model: SkipModel | None = None) -> SkipModel:
    """Make a model like `model` (the default one if None) that goes on, bit for bit, where the bytes end.

    Raises:
        CorruptState: the version, the table of buckets or the length is another, or a number is not finite.
    """
    learned, numbers = _BYTES.decode(data, count=3 * BUCKETS)
    restored = SkipModel() if model is None else model.clone()
    restored._restore(learned=learned, numbers=numbers.reshape(3, BUCKETS))
    return restored
