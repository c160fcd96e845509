"""The table of features holds together."""

import numpy as np
import pytest

from models.crosses import CROSSES, WEIGHT_NAMES, WEIGHTS, expand, weigh
from models.evidence import log2_1p
from models.features import FEATURE_NAMES, FEATURES, MEANINGS, SOURCES, Feature, proposed_by


def test_every_feature_has_a_column_a_name_and_a_meaning():
    assert [int(feature) for feature in Feature] == list(range(FEATURES))
    assert set(MEANINGS) == set(Feature)
    assert len(set(FEATURE_NAMES)) == FEATURES
    assert all(meaning.least < meaning.most and meaning.text for meaning in MEANINGS.values())


def test_each_source_is_named_by_its_features_and_by_no_other():
    for feature in Feature:
        row = np.zeros((1, FEATURES), np.float32)
        row[0, feature] = 0.25
        assert proposed_by(row) == [tuple(name for name, shown in SOURCES.items() if feature in shown)]
    assert proposed_by(np.ones((2, FEATURES), np.float32)) == [tuple(SOURCES)] * 2
    assert proposed_by(np.zeros((0, FEATURES), np.float32)) == []


def test_no_cross_comes_twice():
    assert len({frozenset(cross) for cross in CROSSES}) == len(CROSSES)
    assert len(set(WEIGHT_NAMES)) == WEIGHTS == FEATURES + len(CROSSES)


def test_weighing_is_the_product_with_the_expanded_rows():
    rng = np.random.default_rng(1)
    features, weights = rng.random((50, FEATURES)).astype(np.float32), rng.normal(size=WEIGHTS)
    assert weigh(features, weights) == pytest.approx(expand(features) @ weights, abs=1e-12)
    assert len(weigh(features[:0], weights)) == 0


def test_the_fast_logarithm_is_near_the_true_one_and_never_falls():
    x = np.concatenate((np.linspace(0, 4, 5_001), np.geomspace(4, 1e9, 5_001))).astype(np.float32)
    fast = np.array([log2_1p(value) for value in x])
    assert fast == pytest.approx(np.log2(1 + x.astype(np.float64)), abs=2e-4)
    assert (np.diff(fast) >= 0).all()
