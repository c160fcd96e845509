"""The baseline ranker: River's own logistic regression over the same candidates, was it played or not.

It is what stood closest to hand before `models/ranker.py`, and stays to be measured beside it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from river import linear_model, optim

from models.examples import Example
from models.features import ITEM_FEATURES, Float32s
from models.recall import weigh

NEGATIVES: Final = 4
"""Of an example's thirty: more cost time and say little."""
LEARNING_RATE: Final = 0.01


class RiverLogistic:
    """Learns P(played) of a candidate by its features, one item at a time.

    >>> from models.features import FEATURES, Feature
    >>> items = np.zeros((FEATURES, 5), np.float16)
    >>> items[Feature.RULES, 0] = 1.0
    >>> baseline = RiverLogistic()
    >>> for _ in range(10): baseline.learn_one(Example(items, np.zeros((2, 5), np.float16)))
    >>> scores = baseline.score(items.astype(np.float32))
    >>> bool(scores[0] > scores[1])
    True
    """

    def __init__(self) -> None:
        self._model = linear_model.LogisticRegression(
            optimizer=optim.Adam(lr=LEARNING_RATE), intercept_lr=LEARNING_RATE
        )

    def learn_one(self, example: Example) -> None:
        """Learn that the first item was played, and that the next four were not."""
        rows = example.features[:ITEM_FEATURES, : 1 + NEGATIVES].astype(np.float64).T.tolist()
        for place, row in enumerate(rows):
            self._model.learn_one(dict(enumerate(row)), place == 0)

    def score(self, features: Float32s) -> Float32s:
        """Score n items by their features (float32, FEATURES x n): float32, n, the intercept left out."""
        known = self._model.weights
        weights = np.array([known.get(feature, 0.0) for feature in range(ITEM_FEATURES)], np.float32)
        return weigh(features, weights)
