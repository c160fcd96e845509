"""The ranker: features to scores, learned online from what was played and what was not.

One step a play, on the gradient of the listwise softmax (Cao et al. 2007, ListNet; sampled as in BPR, Rendle
et al. 2009): the played item should win against the candidates that were not played. River's optimizer takes
the step; workers score with the exported weights.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
from river import optim
from river.utils.math import sigmoid

from models.candidates import Candidates
from models.compiled import compiled
from models.crosses import WEIGHT_NAMES, WEIGHTS, Float32s, Float64s, average, expand, weigh
from models.errors import CorruptState
from models.events import stable_key
from models.examples import Example
from models.features import Feature
from models.recall import RECALL

VERSION: Final = 1
_WEIGHTS: Final = struct.Struct("<BqQ")  # version, layout, examples learned
_WEIGHT_LAYOUT: Final = stable_key("\n".join(WEIGHT_NAMES))
"""Numbers mean nothing under another table of features; bytes that were written under one are refused."""


@dataclass(frozen=True, slots=True, eq=False)
class RankerWeights:
    """What workers score with: `weights` (float64, WEIGHTS) after `version` examples."""

    version: int
    weights: Float64s


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Candidates and their scores (float64, n), in the order in which they were generated."""

    candidates: Candidates
    scores: Float64s


def score(features: Float32s, weights: RankerWeights) -> Float64s:
    """Score n items by their features (float32, FEATURES x n): float64, n.

    Two scores differ by the log-odds of one item against the other.
    """
    return weigh(features, weights.weights)


class Ranker:
    """Learns to rank candidates, in River's form: `learn_one`, `predict_proba_one`, `clone`.

    It starts from the weights that chose the candidates, so that it ranks well before its first example.
    `learning_rate` is the step of a weight whose gradients are as large as usual, `decay` how slowly the
    usual is forgotten, `caution` what is added to its square so that the first steps are small (RMSProp,
    Tieleman and Hinton 2012).

    >>> ranker, items = Ranker(), np.zeros((len(Feature), 2), np.float16)
    >>> items[Feature.RULES, 0] = 1.0
    >>> before = ranker.predict_proba_one(items[:, 0])[True]
    >>> ranker.learn_one(Example(items))
    >>> ranker.predict_proba_one(items[:, 0])[True] > before, ranker.weights().version
    (True, 1)
    """

    def __init__(self, *, learning_rate: float = 0.005, decay: float = 0.999, caution: float = 1e-4) -> None:
        self.learning_rate = learning_rate
        self.decay = decay
        self.caution = caution
        self._optimizer = optim.RMSProp(lr=learning_rate, rho=decay, eps=caution)
        self._weights = np.zeros(WEIGHTS)
        self._weights[: len(Feature)] = [RECALL.get(feature, 0.0) for feature in Feature]

    def learn_one(self, example: Example) -> None:
        """Take one step towards ranking the played item, the first one, above the others.

        Raises:
            ValueError: a feature is not finite; nothing was learned.
        """
        features = example.features.astype(np.float32)
        if not np.isfinite(features).all():
            raise ValueError("a feature is not finite: the ranker would never recover")
        self._optimizer.step(self._weights, _listwise_gradient(features, self._weights))

    def predict_proba_one(self, features: Float32s) -> dict[bool, float]:
        """The logistic function of the score of one item (float32, FEATURES)."""
        chance = float(sigmoid(float(expand(features.astype(np.float64)) @ self._weights)))
        return {False: 1.0 - chance, True: chance}

    def predict_one(self, features: Float32s) -> bool:
        """Whether the score of one item is above 0."""
        return self.predict_proba_one(features)[True] > 0.5

    def clone(self) -> Ranker:
        """Make a ranker with the same hyper-parameters that has learned nothing."""
        return Ranker(learning_rate=self.learning_rate, decay=self.decay, caution=self.caution)

    def weights(self) -> RankerWeights:
        """Export what workers score with."""
        return RankerWeights(self._optimizer.n_iterations, self._weights.copy())

    def _restore(self, *, learned: int, weights: Float64s, usual: Float64s) -> None:
        self._weights = weights
        self._optimizer.n_iterations = learned
        self._optimizer.g2 = usual

    def _usual(self) -> Float64s:
        """The running mean of each weight's squared gradient, which the optimizer divides by."""
        usual: Float64s | None = self._optimizer.g2
        return np.zeros(WEIGHTS) if usual is None else usual


@compiled
def _listwise_gradient(features: Float32s, weights: Float64s) -> Float64s:
    """The gradient of -log softmax(played), the first item of `features`.

    With q the softmax of the other items and H its entropy it is -s(H - d) x, where x is the played item less
    the mean of the others under q, d its score, and s the logistic function.
    """
    scores = weigh(features, weights)
    others = np.exp(scores[1:] - scores[1:].max())
    others /= others.sum()
    difference = expand(features[:, 0].astype(np.float64)) - average(features[:, 1:], others)
    entropy, margin = 0.0, 0.0
    for share in others:
        entropy -= share * np.log(max(share, 1e-300))
    for weight in range(len(weights)):
        margin += difference[weight] * weights[weight]
    gradient: Float64s = -difference / (1.0 + np.exp(min(margin - entropy, 500.0)))
    return gradient


def encode_weights(weights: RankerWeights) -> bytes:
    """Write weights as versioned bytes."""
    return _encode(weights.version, weights.weights)


def decode_weights(data: bytes) -> RankerWeights:
    """Read weights.

    Raises:
        CorruptState: the version, the table of features or the length is another, or a number is not finite.
    """
    learned, numbers = _decode(data, count=WEIGHTS)
    return RankerWeights(learned, numbers)


def encode_ranker(ranker: Ranker) -> bytes:
    """Write weights and optimizer state as versioned bytes; hyper-parameters are settings, not state."""
    weights = ranker.weights()
    return _encode(weights.version, np.concatenate((weights.weights, ranker._usual())))


def decode_ranker(data: bytes, ranker: Ranker | None = None) -> Ranker:
    """Make a ranker like `ranker` (the default one if None) that goes on, bit for bit, where the bytes end.

    Raises:
        CorruptState: the version, the table of features or the length is another, or a number is not finite.
    """
    learned, numbers = _decode(data, count=2 * WEIGHTS)
    restored = Ranker() if ranker is None else ranker.clone()
    restored._restore(learned=learned, weights=numbers[:WEIGHTS], usual=numbers[WEIGHTS:])
    return restored


def _encode(learned: int, numbers: Float64s) -> bytes:
    return _WEIGHTS.pack(VERSION, _WEIGHT_LAYOUT, learned) + numbers.astype("<f8").tobytes()


def _decode(data: bytes, *, count: int) -> tuple[int, Float64s]:
    if len(data) != _WEIGHTS.size + 8 * count:
        raise CorruptState(f"ranker of {len(data)} bytes, expected {_WEIGHTS.size + 8 * count}")
    version, layout, learned = _WEIGHTS.unpack_from(data)
    if (version, layout) != (VERSION, _WEIGHT_LAYOUT):
        raise CorruptState(f"ranker of version {version}, or of another table of features")
    numbers = np.frombuffer(data, "<f8", offset=_WEIGHTS.size).astype(np.float64)
    if not np.isfinite(numbers).all():
        raise CorruptState("ranker with a number that is not finite")
    return learned, numbers
