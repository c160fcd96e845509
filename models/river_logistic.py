"""The baseline ranker: River's own logistic regression over the same candidates, was it played or not.

It is what stood closest to hand before `models/ranker.py`, and stays to be measured beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from river import linear_model, optim

from models.events import Event, stable_key
from models.examples import Example, draw_example
from models.features import ITEM_FEATURES, Float32s
from models.own_weights import OwnWeights
from models.recall import weigh
from models.standalone import NextUp, Standalone

NEGATIVES: Final = 4
"""Of an example's thirty: more cost time and say little."""
LEARNING_RATE: Final = 0.01


class RiverLogistic:
    """Learns P(played) of a candidate by its features, one item at a time.

    >>> from models.features import FEATURES, Feature
    >>> items = np.zeros((FEATURES + 2, 5), np.float16)
    >>> items[Feature.RULES, 0] = 1.0
    >>> baseline = RiverLogistic()
    >>> for _ in range(10): baseline.learn_one(Example(items))
    >>> scores = baseline.score(items[:FEATURES].astype(np.float32))
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


class RiverNextUp:
    """The whole system with the baseline as its ranker, as a recommender to be validated."""

    def __init__(self, core: Standalone) -> None:
        self._core = core
        self._next_up = NextUp(core)
        self._baseline = RiverLogistic()
        self._learned = 0

    def recommend(self, user: str, *, most: int) -> Sequence[str]:
        """The best candidates by the baseline's scores; nothing where nothing is known."""
        candidates = self._core.personalizer.predict(self._core.listener(user)).candidates
        best = np.argsort(-self._baseline.score(candidates.features), kind="stable")[:most]
        return [self._core.catalogue.ids[position] for position in candidates.positions[best].tolist()]

    def learn_one(self, event: Event) -> None:
        """Learn an event, the choice behind a play first."""
        if event.is_play:
            listener = self._core.listener(event.user)
            ranking = listener.prediction or self._core.personalizer.predict(listener)
            features = ranking.candidates.features
            played = ranking.candidates.place_of(self._core.catalogue.position_of(stable_key(event.item)))
            if played >= 0:
                example = draw_example(features, ranking.hidden, played, OwnWeights(), seed=self._learned)
                if example is not None:
                    self._baseline.learn_one(example)
        self._next_up.learn_one(event)
        self._learned += 1
