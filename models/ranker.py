"""The ranker: features to scores in two stages, learned online from what was played and what was not.

A linear stage over the whole pool keeps the best 200; linear terms and 48 hidden units rank them. Each play
takes a step on the gradient of the listwise softmax (Cao et al. 2007, ListNet; sampled as in BPR, Rendle
et al. 2009): the played item should win against candidates that were not played. Workers score with the
exported numbers and add what is a listener's own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.candidates import Candidates
from models.descent import ROWS, learn_choices
from models.examples import Example
from models.features import LAYOUT, POOL_FEATURES, Float32s
from models.learned_bytes import LearnedBytes
from models.network import (
    CAUTION,
    DECAY,
    LEARNING_RATE,
    LEAST_SQUARE,
    NUMBERS,
    TERMS,
    new_network,
    score_items,
)
from models.own_weights import OwnWeights

Float16s = npt.NDArray[np.float16]
Int64s = npt.NDArray[np.int64]

_BYTES: Final = LearnedBytes("ranker", version=3, layout=LAYOUT, number=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class RankerWeights:
    """What workers score with: `numbers` (float32, NUMBERS) after `version` examples."""

    version: int
    numbers: Float32s

    @property
    def recall(self) -> Float32s:
        """Weights of the linear stage, float32, POOL_FEATURES."""
        return self.numbers[:POOL_FEATURES]


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Candidates and their scores (float32, n), in the order in which they were generated.

    `hidden` (float32, HIDDEN x n) is what the units answered: a listener's own outputs are learned from it.
    """

    candidates: Candidates
    scores: Float32s
    hidden: Float32s


def rank(candidates: Candidates, weights: RankerWeights, own: OwnWeights) -> Ranking:
    """Score candidates for a listener; two scores differ by the log-odds of one item against the other."""
    scores, hidden = score_items(candidates.features, weights.numbers, own.terms)
    return Ranking(candidates, scores + candidates.odds, hidden)


class Ranker:
    """Learns to rank candidates, in River's form: `learn_one`, `predict_proba_one`, `clone`.

    It starts from the weights that chose the candidates, so that it ranks well before its first example.
    `learning_rate` is the step of a number whose gradients are as large as usual, `decay` how slowly the
    usual is forgotten, `caution` the square that it starts from, so that the first steps are small (RMSProp,
    Tieleman and Hinton 2012), and `seed` draws the hidden units.

    >>> from models.features import Feature
    >>> ranker, items = Ranker(), np.zeros((len(Feature), 2), np.float16)
    >>> items[Feature.RULES, 0] = 1.0
    >>> before = ranker.predict_proba_one(items[:, 0])[True]
    >>> ranker.learn_one(Example(np.concatenate((items, np.zeros((2, 2), np.float16)))))
    >>> ranker.predict_proba_one(items[:, 0])[True] > before, ranker.weights().version
    (True, 1)
    """

    def __init__(
        self,
        *,
        learning_rate: float = LEARNING_RATE,
        decay: float = DECAY,
        caution: float = CAUTION,
        seed: int = 0,
    ) -> None:
        self.learning_rate = learning_rate
        self.decay = decay
        self.caution = caution
        self.seed = seed
        self.learned = 0
        """Examples learned."""
        self._numbers = new_network(seed=seed)
        self._usual = np.full(NUMBERS, caution, np.float32)
        self._mean = self._numbers.copy()

    def learn_one(self, example: Example) -> None:
        """Step towards ranking the played item, the first one, above the others.

        Raises:
            ValueError: a number is not finite; nothing was learned.
        """
        self.learn_many(example.numbers.ravel(), np.array([example.numbers.shape[1]]))

    def learn_many(self, rows: Float16s, items: Int64s) -> None:
        """Learn examples one after the other: the numbers of all (float16, flat), and how many items of each.

        Raises:
            ValueError: a number is not finite, or one is missing; nothing was learned.
        """
        if len(rows) != ROWS * items.sum():
            raise ValueError(f"{len(rows)} numbers for {items.sum()} items")
        if not np.isfinite(rows).all():
            raise ValueError("a number is not finite: the ranker would never recover")
        rate, least = np.float32(self.learning_rate), np.float32(LEAST_SQUARE)
        state = self._numbers, self._usual, self._mean, self.learned
        self.learned = learn_choices(*state, rows.astype(np.float32), items, rate, self.decay, least)

    def predict_proba_one(self, features: Float32s) -> dict[bool, float]:
        """The logistic function of the score of one item (float32, FEATURES) for a listener who is new."""
        one = features.astype(np.float32).reshape(-1, 1)
        scores, _ = score_items(one, self._mean, np.zeros(TERMS, np.float32))
        chance = 1.0 / (1.0 + math.exp(-max(float(scores[0]), -700.0)))
        return {False: 1.0 - chance, True: chance}

    def predict_one(self, features: Float32s) -> bool:
        """Whether the score of one item is above 0."""
        return self.predict_proba_one(features)[True] > 0.5

    def clone(self) -> Ranker:
        """Make a ranker with the same hyper-parameters that has learned nothing."""
        return Ranker(
            learning_rate=self.learning_rate,
            decay=self.decay,
            caution=self.caution,
            seed=self.seed,
        )

    def weights(self) -> RankerWeights:
        """Export what workers score with: the mean of the last steps."""
        return RankerWeights(self.learned, self._mean.copy())

    def _restore(self, *, learned: int, numbers: Float32s, usual: Float32s, mean: Float32s) -> None:
        self.learned = learned
        self._numbers = numbers
        self._usual = usual
        self._mean = mean


def encode_weights(weights: RankerWeights) -> bytes:
    """Write weights as versioned bytes."""
    return _BYTES.encode(weights.version, weights.numbers)


def decode_weights(data: bytes) -> RankerWeights:
    """Read weights.

    Raises:
        CorruptState: the version, the table of features or the length is another, or a number is not finite.
    """
    learned, numbers = _BYTES.decode(data, count=NUMBERS)
    return RankerWeights(learned, numbers)


def encode_ranker(ranker: Ranker) -> bytes:
    """Write weights and optimizer state as versioned bytes; hyper-parameters are settings, not state."""
    return _BYTES.encode(ranker.learned, np.concatenate((ranker._numbers, ranker._usual, ranker._mean)))


def decode_ranker(data: bytes, ranker: Ranker | None = None) -> Ranker:
    """Make a ranker like `ranker` (the default one if None) that goes on, bit for bit, where the bytes end.

    Raises:
        CorruptState: the version, the table of features or the length is another, or a number is not finite.
    """
    learned, numbers = _BYTES.decode(data, count=3 * NUMBERS)
    restored = Ranker() if ranker is None else ranker.clone()
    own, usual, mean = (part.copy() for part in numbers.reshape(3, NUMBERS))
    restored._restore(learned=learned, numbers=own, usual=usual, mean=mean)
    return restored
