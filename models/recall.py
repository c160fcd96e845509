"""Recall: the linear stage, which chooses the candidates from the pool; where it starts before it learns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from models.compiled import compiled
from models.features import POOL_FEATURES, Feature, Float32s

RECALL: Final[Mapping[Feature, float]] = {
    Feature.FIRST_ORDER: 0.5,
    Feature.SECOND_ORDER: 2.0,
    Feature.THIRD_ORDER: 2.0,
    Feature.LONGEST_MATCH: 0.75,
    Feature.RULES: 0.5,
    Feature.EVERYONE_AFTER_LAST: 0.25,
    Feature.EVERYONE_AFTER_CONTEXT: 1.5,
    Feature.SESSIONS_NEAR: 0.5,
    Feature.SESSIONS_BAG: 2.0,
    Feature.ARTIST_RULES: 2.0,
    Feature.SAME_ARTIST: 0.5,
    Feature.ARTIST_LASTING: -0.5,
    Feature.ARTIST_AGE: -1.0,
    Feature.PLAYED_LATELY: 0.75,
    Feature.PLAYED_MONTH: 0.5,
    Feature.PLAYED_YEARS: 0.5,
    Feature.PLAYS: 0.25,
    Feature.SKIP_SHARE: 0.25,
    Feature.IN_SESSION: -2.0,
    Feature.JUST_PLAYED: 0.25,
    Feature.AGE: -0.25,
    Feature.OLDEST: -0.5,
    Feature.RETURN: 0.5,
    Feature.UNHEARD: 0.25,
    Feature.POPULARITY: 0.5,
    Feature.NEIGHBOURS: 1.0,
    Feature.VOTES: 1.0,
}
"""What both stages start from. Round on purpose: it must hold for everyone, and is learned from there."""

START: Final = np.array([RECALL.get(Feature(feature), 0.0) for feature in range(POOL_FEATURES)], np.float32)


@compiled
def weigh(features: Float32s, weights: Float32s) -> Float32s:
    """Weigh n items (float32, at least k x n) by k weights: float32, n.

    Sums feature after feature; a matrix product would sum in an order that depends on the machine.

    >>> weigh(np.array([[1, 2], [3, 4]], np.float32), np.array([1, 10], np.float32)).tolist()
    [31.0, 42.0]
    """
    scores = np.zeros(features.shape[1], np.float32)
    for feature in range(len(weights)):
        if weights[feature] != 0:
            for item in range(len(scores)):
                scores[item] += weights[feature] * features[feature, item]
    return scores
