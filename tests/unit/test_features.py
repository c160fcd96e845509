"""The table of features holds together."""

import numpy as np
import pytest

from models.best import PLACES, place_best
from models.candidates import RANKED
from models.evidence import log2_1p
from models.features import FEATURES, MEANINGS, SOURCE_NAMES, SOURCES, Feature, sources_of


def test_every_feature_has_a_column_a_name_and_a_meaning():
    assert [int(feature) for feature in Feature] == list(range(FEATURES))
    assert set(MEANINGS) == set(Feature)
    assert all(meaning.least < meaning.most and meaning.text for meaning in MEANINGS.values())


def test_each_source_is_named_by_its_features_and_by_no_other():
    for feature in Feature:
        features = np.zeros((FEATURES, 2), np.float32)
        features[feature, 1] = 0.25
        expected = tuple(name for name, shown in SOURCES.items() if feature in shown)
        assert SOURCE_NAMES[sources_of(features, 1)] == expected
        assert SOURCE_NAMES[sources_of(features, 0)] == ()
    assert SOURCE_NAMES[sources_of(np.ones((FEATURES, 1), np.float32), 0)] == tuple(SOURCES)


def test_the_places_of_five_features_are_told_and_each_has_its_own():
    told = [feature for feature in Feature if feature.name.endswith("_PLACE")]
    assert len(told) == len(RANKED)
    assert told == list(range(Feature.FIRST_ORDER_PLACE, Feature.FIRST_ORDER_PLACE + len(RANKED)))
    for feature, place in zip(RANKED.tolist(), told, strict=True):
        assert Feature(feature).name.startswith(place.name.removesuffix("_PLACE"))


def test_the_best_eight_above_zero_are_placed_and_the_first_of_equals_leads():
    values = np.random.default_rng(3).integers(0, 12, (200, 40)).astype(np.float32)
    for row in values:
        shares = np.empty(40, np.float32)
        place_best(row, shares)
        order = [item for item in np.argsort(-row, kind="stable") if row[item] > 0][:PLACES]
        expected = np.zeros(40, np.float32)
        expected[order] = 1 / np.arange(1, len(order) + 1)
        assert shares == pytest.approx(expected)


def test_the_fast_logarithm_is_near_the_true_one_and_never_falls():
    x = np.concatenate((np.linspace(0, 4, 5_001), np.geomspace(4, 1e9, 5_001))).astype(np.float32)
    fast = np.array([log2_1p(value) for value in x])
    assert fast == pytest.approx(np.log2(1 + x.astype(np.float64)), abs=2e-4)
    assert (np.diff(fast) >= 0).all()
