"""Shelves ask for what their queries say, about what their anchors are."""

import numpy as np
import pytest

from models.features import FEATURES, Feature
from models.shelves import SHELVES
from models.shelves.anchors import About, Anchor, Pool, find_anchors
from models.shelves.query import FACTS, Condition, Fact, find_eligible, list_conditions, state_facts

RNG = np.random.default_rng(4)
COUNT = 80


@pytest.fixture
def features():
    drawn = RNG.random((FEATURES, COUNT)).astype(np.float32)
    drawn[RNG.random(drawn.shape) < 0.4] = 0
    return drawn


@pytest.fixture
def pool():
    return Pool(
        keys=np.arange(COUNT, dtype=np.int64),
        artists=RNG.integers(-1, 6, COUNT).astype(np.int32),
        explained=np.ones(COUNT, np.bool_),
        explaining=RNG.integers(-1, 6, COUNT).astype(np.int32),
        editorial=RNG.integers(-1, 3, COUNT).astype(np.int32),
        locale=RNG.integers(-1, 3, (COUNT, 2)).astype(np.int32),
        in_top=RNG.random(COUNT) < 0.3,
        skip_chances=np.zeros(COUNT),
        groups=np.zeros(COUNT, np.int64),
    )


ABOUT = About(
    last_played=7,
    moment=5,
    banned=np.zeros(0, np.int64),
    chosen=np.zeros(0, np.int32),
    followed=np.array([2, 4], np.int32),
    locales=np.array([1], np.int32),
    shares=np.zeros(1),
)


def holds(condition: Condition, features, facts, item):
    value = features[condition.of, item] if condition.of < FEATURES else facts[condition.of - FEATURES, item]
    return bool(np.float32(condition.least) <= value <= np.float32(condition.most))


def test_every_shelf_gets_what_its_query_says(features, pool):
    anchors = find_anchors(features, pool, np.arange(COUNT), ABOUT)
    facts = state_facts(features, pool, anchors, ABOUT)
    eligible = find_eligible(features, facts, list_conditions([kind.query for kind in SHELVES]), len(SHELVES))
    for kind, found in zip(SHELVES, eligible, strict=True):
        expected = [
            all(any(holds(condition, features, facts, item) for condition in clause) for clause in kind.query)
            for item in range(COUNT)
        ]
        assert found.tolist() == expected, kind.id
    assert eligible[0].all()
    assert all(0 < row.sum() < COUNT for row in eligible[1:])


def test_facts_compare_a_candidate_with_others_and_with_anchors(features, pool):
    anchors = find_anchors(features, pool, np.arange(COUNT), ABOUT)
    facts = state_facts(features, pool, anchors, ABOUT)

    def fact(which):
        return facts[which - FEATURES].astype(bool)

    popularity, unheard = features[Feature.POPULARITY], features[Feature.UNHEARD] > 0
    assert (fact(Fact.IN_TOP) == pool.in_top).all()
    assert (fact(Fact.RARE) == (popularity <= np.sort(popularity)[COUNT // 2])).all()
    assert (fact(Fact.BY_FAVOURITE) == (pool.artists == anchors[Anchor.FAVOURITE])).all()
    fans = (pool.explaining == anchors[Anchor.FANS_OF]) & (pool.artists != pool.explaining) & unheard
    assert (fact(Fact.FOR_FANS) == fans).all()
    assert (fact(Fact.BY_FOLLOWED) == np.isin(pool.artists, ABOUT.followed)).all()
    assert (fact(Fact.EDITORIAL) == (pool.editorial == anchors[Anchor.EDITORIAL])).all()
    assert (fact(Fact.NEAR) == (pool.locale == 1).any(axis=1)).all()
    nothing = Pool(*(column[:0] for column in pool))
    assert state_facts(features[:, :0], nothing, anchors, ABOUT).shape == (FACTS, 0)


def test_anchors_are_what_weighs_most(features, pool):
    anchors = find_anchors(features, pool, np.arange(COUNT), ABOUT)
    lasting = [features[Feature.ARTIST_LASTING][pool.artists == artist].sum() for artist in range(6)]
    assert anchors[Anchor.FAVOURITE] == int(np.argmax(lasting))
    others = (features[Feature.UNHEARD] > 0) & (pool.artists != pool.explaining)
    unheard = [features[Feature.UNHEARD][others & (pool.explaining == artist)].sum() for artist in range(6)]
    assert anchors[Anchor.FANS_OF] == int(np.argmax(unheard))
    high = 1 / (10 + np.arange(COUNT))
    assert anchors[Anchor.EDITORIAL] == int(
        np.argmax([high[pool.editorial == one].sum() for one in range(3)])
    )
    assert (anchors[Anchor.LAST_PLAY], anchors[Anchor.MOMENT], anchors[Anchor.PLACE]) == (7, 5, 1)


def test_without_anything_to_be_about_there_is_no_anchor(features, pool):
    nobody, nothing = np.full(COUNT, -1, np.int32), np.zeros(0, np.int32)
    alone = pool._replace(artists=nobody, explaining=nobody, editorial=nobody)
    about = About(-1, -1, np.zeros(0, np.int64), nothing, nothing, nothing, np.zeros(1))
    anchors = find_anchors(features, alone, np.arange(COUNT), about)
    assert anchors.tolist() == [0] + [-1] * (len(Anchor) - 1)


def test_shelves_have_ids_of_their_own_and_titles_that_name_their_anchors():
    assert len({kind.id for kind in SHELVES}) == len({kind.arm for kind in SHELVES}) == len(SHELVES)
    assert [kind.id for kind in SHELVES if kind.pinned] == ["next-up"] == [SHELVES[0].id]
    named = {kind.anchor for kind in SHELVES if "{anchor}" in kind.title}
    assert named == {Anchor.LAST_PLAY, Anchor.FAVOURITE, Anchor.FANS_OF, Anchor.MOMENT, Anchor.EDITORIAL}
