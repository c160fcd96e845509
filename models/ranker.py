"""The ranker: features to scores, learned online from what was played and what was not.

One step a play, on the gradient of the listwise softmax (Cao et al. 2007, ListNet; sampled as in BPR, Rendle
et al. 2009): the played item should win against the candidates that were not played. River's logistic
regression takes the step; workers score with the exported weights.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, Protocol

import numpy as np
from river import linear_model, optim, utils

from models.candidates import Candidates
from models.compiled import compiled
from models.crosses import WEIGHT_NAMES, WEIGHTS, Float32s, Float64s, average, expand, weigh
from models.errors import CorruptState
from models.events import stable_key
from models.examples import Example
from models.features import Feature
from models.recall import RECALL

VERSION: Final = 1
_IN_ORDER: Final = itemgetter(*WEIGHT_NAMES)
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


class _Classifier(Protocol):
    """What the ranker uses of River's logistic regression, which is typed in part only."""

    _weights: utils.VectorDict[str, float]

    @property
    def weights(self) -> dict[str, float]: ...

    def learn_one(self, x: dict[str, float], y: bool, w: float) -> None: ...

    def predict_proba_one(self, x: dict[str, float]) -> dict[bool, float]: ...


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
        self._model: _Classifier = linear_model.LogisticRegression(
            optimizer=self._optimizer, intercept_lr=0.0
        )
        start = np.zeros(WEIGHTS)
        start[: len(Feature)] = [RECALL.get(feature, 0.0) for feature in Feature]
        self._exported: RankerWeights | None = None
        self._restore(learned=0, weights=start, usual=None)

    def learn_one(self, example: Example) -> None:
        """Take one step towards ranking the played item, the first one, above the others.

        Raises:
            ValueError: a feature is not finite; nothing was learned.
        """
        features = example.features.astype(np.float32)
        if not np.isfinite(features).all():
            raise ValueError("a feature is not finite: the ranker would never recover")
        difference, emphasis = _listwise_step(features, self.weights().weights)
        self._model.learn_one(_named(difference), True, w=emphasis)
        self._exported = None

    def predict_proba_one(self, features: Float32s) -> dict[bool, float]:
        """The logistic function of the score of one item (float32, FEATURES), as River gives it."""
        return self._model.predict_proba_one(_named(expand(features.astype(np.float64))))

    def predict_one(self, features: Float32s) -> bool:
        """Whether the score of one item is above 0."""
        return self.predict_proba_one(features)[True] > 0.5

    def clone(self) -> Ranker:
        """Make a ranker with the same hyper-parameters that has learned nothing."""
        return Ranker(learning_rate=self.learning_rate, decay=self.decay, caution=self.caution)

    def weights(self) -> RankerWeights:
        """Export what workers score with."""
        if self._exported is None:
            weights = np.array(_IN_ORDER(self._model.weights))
            self._exported = RankerWeights(self._optimizer.n_iterations, weights)
        return self._exported

    def _restore(self, *, learned: int, weights: Float64s, usual: Float64s | None) -> None:
        # River has no public way to restore a model from plain numbers.
        self._model._weights = utils.VectorDict(_named(weights))
        self._optimizer.n_iterations = learned
        self._optimizer.g2 = None if usual is None else utils.VectorDict(_named(usual))
        self._exported = None

    def _usual(self) -> Float64s:
        """The running mean of each weight's squared gradient, which the optimizer divides by."""
        usual = self._optimizer.g2
        return np.zeros(WEIGHTS) if usual is None else np.array(_IN_ORDER(usual))


@compiled
def _listwise_step(features: Float32s, weights: Float64s) -> tuple[Float64s, float]:
    """What River learns from, and with which weight, so that its step is that of the listwise softmax.

    With q the softmax of the other items and H its entropy, the gradient of -log softmax(played) is
    -s(H - d) x, where x is the played item less the mean of the others under q, d its score, and s the
    logistic function. River's gradient for x is -s(-d) x, so the weight is their ratio, which lies between
    1 and e^H.
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
    odds = min(margin, 500.0)
    return difference, (1.0 + np.exp(odds)) / (1.0 + np.exp(odds - entropy))


def _named(row: Float64s) -> dict[str, float]:
    return dict(zip(WEIGHT_NAMES, row.tolist(), strict=True))


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
    usual = numbers[WEIGHTS:] if learned else None
    restored._restore(learned=learned, weights=numbers[:WEIGHTS], usual=usual)
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
