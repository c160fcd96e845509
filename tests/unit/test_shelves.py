"""Shelves ask for what their queries say."""

import numpy as np
import pytest

from models.features import FEATURES, Feature
from models.shelves import SHELVES
from models.shelves.query import Condition, Fact, find_eligible, list_conditions, state_facts

RNG = np.random.default_rng(4)
COUNT = 80


@pytest.fixture
def features():
    drawn = RNG.random((FEATURES, COUNT)).astype(np.float32)
    drawn[RNG.random(drawn.shape) < 0.4] = 0
    return drawn


def holds(condition: Condition, features, facts, item):
    value = features[condition.of, item] if condition.of < FEATURES else facts[condition.of - FEATURES, item]
    return bool(np.float32(condition.least) <= value <= np.float32(condition.most))


def test_every_shelf_gets_what_its_query_says(features):
    facts = state_facts(features, RNG.random(COUNT) < 0.3)
    eligible = find_eligible(features, facts, list_conditions([kind.query for kind in SHELVES]), len(SHELVES))
    for kind, found in zip(SHELVES, eligible, strict=True):
        expected = [
            all(any(holds(condition, features, facts, item) for condition in clause) for clause in kind.query)
            for item in range(COUNT)
        ]
        assert found.tolist() == expected, kind.id
    assert eligible[0].all()
    assert all(0 < row.sum() < COUNT for row in eligible[1:])


def test_facts_compare_a_candidate_with_others(features):
    in_top = RNG.random(COUNT) < 0.3
    facts = state_facts(features, in_top)
    popularity = features[Feature.POPULARITY]
    assert (facts[Fact.IN_TOP - FEATURES] == in_top).all()
    assert (facts[Fact.RARE - FEATURES] == (popularity <= np.sort(popularity)[COUNT // 2])).all()
    assert state_facts(features[:, :0], in_top[:0]).shape == (len(Fact), 0)


def test_shelves_have_ids_of_their_own():
    assert len({kind.id for kind in SHELVES}) == len(SHELVES)
    assert [kind.id for kind in SHELVES if kind.follows_play] == ["because-you-played"]
