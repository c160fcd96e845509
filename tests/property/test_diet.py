"""Whatever is played and shown, measures keep their bounds, order says nothing, and bytes survive."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np

from models.diet.calibration import calibrate_scores, divergence, hellinger
from models.diet.diet import (
    DIET_BYTES,
    Diet,
    Horizon,
    Side,
    decode_diet,
    encode_diet,
    expose,
    update_diet,
)
from models.diet.measures import MEASURES, Measure, gini, measure_slate
from models.errors import CorruptState

ITEMS = 40
_DRAW = np.random.default_rng(0)
_UNIT = _DRAW.normal(size=(ITEMS, 64))
VECTORS = np.rint(127 * _UNIT / np.linalg.norm(_UNIT, axis=1, keepdims=True)).astype(np.int8)
VECTORS[::9] = 0

slates = st.lists(st.integers(0, ITEMS - 1), min_size=2, max_size=60, unique=True)
plays = st_np.arrays(np.uint32, ITEMS, elements=st.integers(0, 2**31))
shares = st_np.arrays(np.float64, 5, elements=st.integers(0, 128)).filter(np.any)
hundredths = st.integers(-800, 800).map(lambda one: one / 100)
days = st.lists(st.tuples(st.sampled_from(Side), st.floats(0, 400 * 86_400.0), st.floats(0, 1)), max_size=40)


def measure(positions, everyones):
    positions = np.array(positions, np.int32)
    chance = positions / ITEMS
    new, far = (positions % 2).astype(np.float32), (2 * chance - 1).astype(np.float32)
    total = int(everyones.sum(dtype=np.int64))
    return measure_slate(positions, new, far, chance, VECTORS, everyones, total)


@given(slates, plays)
def test_measures_keep_their_bounds(positions, everyones):
    told = measure(positions, everyones)
    assert -0.05 <= told[Measure.DISTANCE] <= 2.05, "steps of a vector are rounded"
    assert 0 <= told[Measure.NOVELTY] <= 64
    assert 0 <= told[Measure.SERENDIPITY] <= 1
    assert 0 < told[Measure.POPULARITY] <= 1


@given(slates, plays, st.randoms(use_true_random=False))
def test_the_order_of_a_slate_says_nothing(positions, everyones, random):
    shuffled = positions.copy()
    random.shuffle(shuffled)
    here, there = measure(positions, everyones), measure(shuffled, everyones)
    assert here[Measure.DISTANCE] == there[Measure.DISTANCE]
    np.testing.assert_allclose(here, there, rtol=1e-12)


@given(slates)
def test_the_distance_is_the_mean_over_all_pairs(positions):
    units = VECTORS[positions].astype(np.float64) / 127
    pairs = [1 - units[a] @ units[b] for a in range(len(units)) for b in range(a)]
    told = measure(positions, np.ones(ITEMS, np.uint32))
    assert told[Measure.DISTANCE] == pytest.approx(np.mean(pairs))


@given(st_np.arrays(np.uint32, st.integers(1, 60), elements=st.integers(0, 1000)), st.integers(1, 9))
def test_gini_knows_shares_only(counts, factor):
    assert 0 <= gini(counts) < 1
    assert gini(np.roll(counts, 1)) == gini(counts)
    assert gini((counts * factor).astype(np.uint32)) == pytest.approx(gini(counts))


@given(days)
def test_a_diet_keeps_its_bounds_and_its_bytes(lived):
    diet = Diet()
    for side, at, number in lived:
        diet = expose(update_diet(diet, side, np.full(MEASURES, number), at=at), np.zeros(9, np.uint16))
        data = encode_diet(diet)
        assert len(data) == DIET_BYTES
        assert encode_diet(decode_diet(data)) == data
    assert diet.at == max([at for _, at, _ in lived], default=0.0)
    assert ((diet.means[:, :MEASURES] >= 0) & (diet.means[:, :MEASURES] <= 1 + 1e-6)).all()
    assert (diet.means[:, MEASURES] >= 0).all()
    assert diet.means[:, MEASURES].max() <= len(lived)


@given(st.floats(0, 3650))
def test_evidence_never_grows_by_waiting(waited_days):
    diet = update_diet(Diet(), Side.PLAYED, np.ones(MEASURES), at=86_400.0)
    later = update_diet(diet, Side.SHOWN, np.ones(MEASURES), at=86_400.0 * (1 + waited_days))
    for horizon, half_life in zip(Horizon, (14.0, 120.0), strict=True):
        expected = 2.0 ** (-waited_days / half_life)
        assert later.evidence(Side.PLAYED, horizon) == pytest.approx(expected, rel=1e-5)


@given(st.binary(min_size=0, max_size=2 * DIET_BYTES))
def test_bytes_are_read_back_as_they_are_or_refused(data):
    try:
        diet = decode_diet(data)
    except CorruptState:
        return
    assert encode_diet(diet) == data


@given(st.lists(st.tuples(hundredths, st.integers(0, 4)), max_size=80), shares, st.floats(0, 0.9))
def test_calibrated_scores_stay_finite_and_lose_none_of_the_best_of_each_group(items, told, strength):
    scores, groups = np.array([one for one, _ in items]), np.array([one for _, one in items], np.int64)
    calibrated = calibrate_scores(scores, groups, told / told.sum(), 20, strength)
    assert np.isfinite(calibrated).all()
    best = np.argsort(-calibrated, kind="stable")[:20]
    for group in range(5):
        chosen = [scores[item] for item in best if groups[item] == group]
        assert chosen == sorted(scores[groups == group], reverse=True)[: len(chosen)]


@given(shares, shares)
def test_distances_of_shares_keep_their_bounds(one, other):
    one, other = one / one.sum(), other / other.sum()
    assert -1e-12 <= divergence(one, other) <= 4.61
    assert hellinger(one, other) == hellinger(other, one) <= 1 + 1e-12
    assert divergence(one, one) == pytest.approx(0, abs=1e-12)
