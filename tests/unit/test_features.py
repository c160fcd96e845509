"""The table of features holds together."""

import numpy as np
import pytest

from models.crosses import CROSSES, WEIGHT_NAMES, WEIGHTS, average, expand, weigh
from models.evidence import log2_1p
from models.features import FEATURE_NAMES, FEATURES, MEANINGS, SOURCE_NAMES, SOURCES, Feature, sources_of


def test_every_feature_has_a_column_a_name_and_a_meaning():
    assert [int(feature) for feature in Feature] == list(range(FEATURES))
    assert set(MEANINGS) == set(Feature)
    assert len(set(FEATURE_NAMES)) == FEATURES
    assert all(meaning.least < meaning.most and meaning.text for meaning in MEANINGS.values())


def test_each_source_is_named_by_its_features_and_by_no_other():
    for feature in Feature:
        features = np.zeros((FEATURES, 2), np.float32)
        features[feature, 1] = 0.25
        expected = tuple(name for name, shown in SOURCES.items() if feature in shown)
        assert SOURCE_NAMES[sources_of(features, 1)] == expected
        assert SOURCE_NAMES[sources_of(features, 0)] == ()
    assert SOURCE_NAMES[sources_of(np.ones((FEATURES, 1), np.float32), 0)] == tuple(SOURCES)


def test_no_cross_comes_twice():
    assert len({frozenset(cross) for cross in CROSSES}) == len(CROSSES)
    assert len(set(WEIGHT_NAMES)) == WEIGHTS == FEATURES + len(CROSSES)


def test_weighing_is_the_product_with_the_expanded_rows():
    rng = np.random.default_rng(1)
    features, weights = rng.random((FEATURES, 50)).astype(np.float32), rng.normal(size=WEIGHTS)
    expanded = np.array([expand(item) for item in features.T.astype(np.float64)])
    assert weigh(features, weights) == pytest.approx(expanded @ weights, abs=1e-12)
    assert len(weigh(features[:, :0], weights)) == 0
    shares = rng.dirichlet(np.ones(50))
    assert average(features, shares) == pytest.approx(shares @ expanded, abs=1e-12)


def test_the_fast_logarithm_is_near_the_true_one_and_never_falls():
    x = np.concatenate((np.linspace(0, 4, 5_001), np.geomspace(4, 1e9, 5_001))).astype(np.float32)
    fast = np.array([log2_1p(value) for value in x])
    assert fast == pytest.approx(np.log2(1 + x.astype(np.float64)), abs=2e-4)
    assert (np.diff(fast) >= 0).all()
