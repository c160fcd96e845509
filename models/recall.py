"""Recall: the fixed score that chooses which proposed items become candidates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from models.features import Feature

RECALL: Final[Mapping[Feature, float]] = {
    Feature.FIRST_ORDER: 1.0,
    Feature.SECOND_ORDER: 1.5,
    Feature.THIRD_ORDER: 1.5,
    Feature.LONGEST_MATCH: 0.5,
    Feature.RULES: 0.5,
    Feature.EVERYONE_AFTER_CONTEXT: 1.5,
    Feature.SESSIONS_NEAR: 0.5,
    Feature.SESSIONS_BAG: 1.5,
    Feature.ARTIST_RULES: 1.5,
    Feature.SAME_ARTIST: 0.5,
    Feature.ARTIST_AGE: -1.0,
    Feature.PLAYED_LATELY: 1.0,
    Feature.PLAYED_MONTH: 0.5,
    Feature.PLAYED_YEARS: 0.5,
    Feature.LAST_SKIPPED: -0.5,
    Feature.IN_SESSION: -1.5,
    Feature.AGE: -0.5,
    Feature.RETURN: 1.0,
    Feature.UNHEARD: -0.5,
    Feature.POPULARITY: 0.5,
}
"""Weights of the score that chooses candidates; the ranker starts from them. Round on purpose: they must
hold for everyone, and the ranker refines them."""

RECALL_WEIGHTS: Final = np.array([RECALL.get(feature, 0.0) for feature in Feature], np.float32)
