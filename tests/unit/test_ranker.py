"""The ranker steps as River does, along the gradient of the listwise softmax, and survives as plain bytes."""

import dataclasses

import numpy as np
import pytest
from river import optim

from models.candidates import Candidates
from models.descent import MEAN_STEPS, ROWS
from models.errors import CorruptState
from models.examples import Example, draw_example
from models.features import FEATURES, ITEM_FEATURES, POOL_FEATURES, Feature
from models.network import (
    CAUTION,
    DECAY,
    HIDDEN,
    LEARNING_RATE,
    LEAST_SQUARE,
    LINEAR,
    MOMENTS,
    NUMBERS,
    OUTPUTS,
    SHIFTS,
    UNITS,
    blame_terms,
    excite,
    listwise_gradient,
    new_network,
    score_items,
    surprise,
)
from models.own_weights import FADE, OWN, OwnWeights, decode_own, encode_own, learn_own
from models.ranker import Ranker, decode_ranker, decode_weights, encode_ranker, encode_weights
from models.recall import RECALL, START
from models.skip_facts import SPEAKING
from tests.learned_bytes import refuses_other_bytes

NOBODY = OwnWeights()


def examples(count, *, seed=0, items=31):
    rng = np.random.default_rng(seed)
    return [example_of(rng.random((FEATURES, items)), 0.1 * rng.random((2, items))) for _ in range(count)]


def example_of(features, own=None):
    """An example whose items share one moment."""
    numbers = np.zeros((ROWS, features.shape[1]), np.float16)
    numbers[:FEATURES] = features
    numbers[ITEM_FEATURES:FEATURES] = numbers[ITEM_FEATURES:FEATURES, :1]
    numbers[FEATURES:] = 0 if own is None else own
    return Example(numbers)


def columns(choices):
    """What `learn_many` takes; None is a play without a choice."""
    rows = [choice.numbers.ravel() for choice in choices if choice is not None]
    items = [0 if choice is None else choice.numbers.shape[1] for choice in choices]
    return np.concatenate(rows), np.array(items)


def plain_scores(features, numbers):
    """Both stages by the book, in float64."""
    features, numbers = features.astype(np.float64), numbers.astype(np.float64)
    units = numbers[UNITS:MOMENTS].reshape(HIDDEN, ITEM_FEATURES) @ features[:ITEM_FEATURES]
    units += numbers[MOMENTS:SHIFTS].reshape(HIDDEN, -1) @ features[ITEM_FEATURES:]
    units += numbers[SHIFTS:OUTPUTS][:, None]
    ranked = numbers[LINEAR:UNITS] @ features[:ITEM_FEATURES] + numbers[OUTPUTS:] @ np.maximum(units, 0)
    return numbers[:POOL_FEATURES] @ features[:POOL_FEATURES], ranked


def taught(count=50):
    ranker = Ranker()
    for example in examples(count):
        ranker.learn_one(example)
    return ranker


def some_candidates(count):
    features = np.tile(np.arange(count, dtype=np.float32), (FEATURES, 1))
    nothing = np.zeros(count, np.float32)
    buckets = np.zeros((SPEAKING, count), np.int32)
    return Candidates(
        np.arange(count, dtype=np.int32), features, nothing, nothing, buckets, np.full(count, -1, np.int32)
    )


def draw(candidates, played, **how):
    hidden = excite(candidates.features, new_network(seed=0))
    return draw_example(candidates.features, hidden, played, NOBODY, **how)


def score(features, weights, own):
    return score_items(features, weights.numbers, own.terms)[0]


def test_it_steps_as_river_does():
    ranker, numbers, choices = Ranker(), new_network(seed=0), examples(50)
    river = optim.RMSProp(lr=LEARNING_RATE, rho=DECAY, eps=LEAST_SQUARE)
    river.g2 = np.full(NUMBERS, CAUTION, np.float32)
    mean = np.zeros(NUMBERS)
    for steps, choice in enumerate(choices, start=1):
        example = choice.numbers.astype(np.float32)
        gradient = listwise_gradient(example[:FEATURES], example[FEATURES:], numbers)
        numbers = river.step(numbers, gradient)
        mean += (numbers - mean) * max(1 / MEAN_STEPS, 4 / (steps + 3))
    ranker.learn_many(*columns(choices))
    assert np.abs(numbers - new_network(seed=0)).max() > 0.01
    assert np.abs(ranker._numbers - numbers).max() < 1e-7
    assert np.abs(ranker.weights().numbers - mean).max() < 1e-6 < np.abs(mean - numbers).max()
    assert ranker._usual == pytest.approx(river.g2, rel=1e-6)


def test_many_choices_are_learned_as_one_after_the_other():
    one_by_one, together = taught(5), taught(5)
    choices = [None, *examples(3, seed=1), None, None, *examples(20, seed=2, items=7), None]
    for choice in choices:
        if choice is not None:
            one_by_one.learn_one(choice)
    together.learn_many(*columns(choices))
    assert encode_ranker(together) == encode_ranker(one_by_one)
    assert together.weights().version == 28
    together.learn_many(np.empty(0, np.float16), np.zeros(3, np.int64))
    assert encode_ranker(together) == encode_ranker(one_by_one)


def test_the_exported_score_is_the_log_odds_of_the_probability():
    ranker = taught()
    features = examples(1, seed=9, items=40)[0].features.astype(np.float32)
    chances = 1 / (1 + np.exp(-score(features, ranker.weights(), NOBODY).astype(np.float64)))
    for item, chance in zip(features.T, chances, strict=True):
        assert abs(ranker.predict_proba_one(item)[True] - chance) < 1e-12
        assert ranker.predict_one(item) == (chance > 0.5)


def test_the_compiled_score_is_that_of_the_network_by_the_book():
    ranker, rng = taught(), np.random.default_rng(4)
    own = OwnWeights(rng.normal(size=OWN).astype(np.float32))
    for items in (0, 1, 7, 300):
        features = example_of(rng.random((FEATURES, items))).features.astype(np.float32)
        numbers = ranker.weights().numbers.copy()
        numbers[LINEAR:UNITS] += own.terms[:ITEM_FEATURES]
        numbers[OUTPUTS:] += own.terms[ITEM_FEATURES:]
        expected = plain_scores(features, numbers)[1]
        assert score(features, ranker.weights(), own) == pytest.approx(expected, abs=1e-4)


def test_an_item_scores_the_same_bits_alone_and_among_others():
    ranker = taught()
    features = examples(1, seed=9, items=300)[0].features.astype(np.float32)
    together = score(features, ranker.weights(), NOBODY)
    alone = [score(features[:, [item]], ranker.weights(), NOBODY)[0] for item in range(300)]
    assert together.tolist() == alone


def test_a_step_goes_down_the_gradient_of_the_listwise_softmax_of_both_stages():
    ranker = Ranker()
    before, example = ranker.weights().numbers.astype(np.float64), examples(1)[0]
    added = example.numbers[FEATURES:]

    def loss(numbers):
        total = 0.0
        for scored, own in zip(plain_scores(example.features, numbers), added, strict=True):
            scores = scored + own
            total += np.log(np.exp(scores - scores.max()).sum()) + scores.max() - scores[0]
        return total

    some = np.random.default_rng(2).choice(NUMBERS, 400, replace=False)
    gradient = np.array(
        [(loss(before + nudge) - loss(before - nudge)) / 2e-4 for nudge in np.eye(NUMBERS)[some] * 1e-4]
    )
    found = listwise_gradient(
        example.features.astype(np.float32), added.astype(np.float32), before.astype(np.float32)
    )
    assert found[some] == pytest.approx(gradient, rel=2e-2, abs=1e-4)
    ranker.learn_one(example)
    moved = before - ranker.weights().numbers
    clear = np.abs(found) > 1e-3
    assert (np.sign(moved[clear]) == np.sign(found[clear])).all()


def test_it_starts_from_the_weights_that_choose_candidates():
    start = Ranker().weights()
    assert start.version == 0
    assert {feature: start.recall[feature] for feature in RECALL} == dict(RECALL)
    assert (start.numbers[LINEAR : LINEAR + POOL_FEATURES] == START).all()
    assert not new_network(seed=0)[SHIFTS:OUTPUTS].any()


def test_it_learns_what_a_linear_ranker_cannot():
    rng, ranker = np.random.default_rng(5), Ranker(learning_rate=0.003, decay=0.99)
    hits = []
    for _ in range(6_000):
        features = rng.random((FEATURES, 10)).astype(np.float16)
        # Best is what lies in the middle: no weight says that.
        best = int(np.argmin(np.abs(features[Feature.RULES].astype(float) - 0.5)))
        one = example_of(np.roll(features, -best, axis=1))
        hits.append(int(np.argmax(score(one.features.astype(np.float32), ranker.weights(), NOBODY))) == 0)
        ranker.learn_one(one)
    assert np.mean(hits[:50]) < 0.3
    assert np.mean(hits[-500:]) > 0.45


def test_a_listener_who_chooses_otherwise_is_followed_at_once():
    rng, own, network = np.random.default_rng(5), OwnWeights(), new_network(seed=0)
    weights, places = Ranker().weights(), []
    for _ in range(2_000):
        features = example_of(rng.random((FEATURES, 20))).features.astype(np.float32)
        best = int(np.argmin(features[Feature.POPULARITY]))
        scores = score(features, weights, own)
        places.append(np.sum(scores > scores[best]))
        own = learn_own(own, features, excite(features, network), scores, scores, best)
    assert np.mean(places[-100:]) < np.mean(places[:50]) / 3
    again = decode_own(encode_own(own))
    assert (again.numbers == own.numbers).all()
    assert (again.usual == own.usual).all()


def test_own_weights_fade_back_in_the_outputs_only():
    own = OwnWeights(np.ones(OWN, np.float32))
    features = np.zeros((FEATURES, 3), np.float32)
    hidden = excite(features, new_network(seed=0))
    faded = learn_own(own, features, hidden, features[0], features[0], 0).numbers
    assert (faded[: OWN - HIDDEN] == 1).all()
    assert (faded[OWN - HIDDEN :] == FADE).all()


def test_own_outputs_are_learned_faster_than_own_terms():
    features = np.random.default_rng(1).random((FEATURES, 9)).astype(np.float32)
    hidden = excite(features, new_network(seed=0))
    learned = learn_own(NOBODY, features, hidden, features[0], features[1], 4)
    gradient = blame_terms(features, hidden, surprise(features[1], 4))
    steps = -learned.terms * np.sqrt(learned.usual[POOL_FEATURES:] + LEAST_SQUARE)
    assert steps[:ITEM_FEATURES] == pytest.approx(LEARNING_RATE * gradient[:ITEM_FEATURES], rel=1e-4)
    assert steps[ITEM_FEATURES:] == pytest.approx(12 * LEARNING_RATE * gradient[ITEM_FEATURES:], rel=1e-4)


@pytest.mark.parametrize("cut", [0, 1, -1, -8])
def test_own_weights_that_were_cut_are_refused(cut):
    with pytest.raises(CorruptState):
        decode_own(encode_own(NOBODY)[:cut])


def test_own_weights_under_another_table_of_features_start_anew():
    data = bytearray(encode_own(OwnWeights(np.ones(OWN, np.float32))))
    data[0] ^= 1
    assert not decode_own(bytes(data)).numbers.any()
    data[0] ^= 1
    data[8:12] = np.float32(np.nan).tobytes()
    with pytest.raises(CorruptState, match="finite"):
        decode_own(bytes(data))


def test_a_restored_ranker_goes_on_bit_for_bit():
    ranker = taught()
    restored = decode_ranker(encode_ranker(ranker))
    for example in examples(100, seed=3):
        ranker.learn_one(example)
        restored.learn_one(example)
    assert encode_ranker(ranker) == encode_ranker(restored)
    assert encode_ranker(decode_ranker(encode_ranker(Ranker()))) == encode_ranker(Ranker())


def test_a_clone_has_the_hyper_parameters_and_nothing_else():
    ranker = Ranker(learning_rate=0.1, decay=0.9, caution=0.5, seed=4)
    ranker.learn_one(examples(1)[0])
    clone = ranker.clone()
    assert (clone.learning_rate, clone.decay, clone.caution, clone.seed) == (0.1, 0.9, 0.5, 4)
    untaught = Ranker(learning_rate=0.1, decay=0.9, caution=0.5, seed=4)
    assert encode_ranker(clone) == encode_ranker(untaught) != encode_ranker(Ranker())


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_not_learned(bad):
    ranker = taught(3)
    before = encode_ranker(ranker)
    for row in (Feature.AGE, ROWS - 1):
        good, poisoned = examples(2)
        poisoned.numbers[row, 4] = bad
        with pytest.raises(ValueError, match="finite"):
            ranker.learn_one(poisoned)
        with pytest.raises(ValueError, match="finite"):
            ranker.learn_many(*columns([good, poisoned]))
    assert encode_ranker(ranker) == before


@pytest.mark.parametrize("size", [0.0, 1e-6, 1e3, 6e4])
def test_extreme_features_leave_the_weights_finite(size):
    ranker = Ranker()
    for example in examples(30):
        example.features[:] *= np.float16(size)
        ranker.learn_one(example)
    assert np.isfinite(ranker.weights().numbers).all()


@pytest.mark.parametrize(
    ("encoded", "decode"),
    [
        (encode_ranker(Ranker()), decode_ranker),
        (encode_weights(Ranker().weights()), decode_weights),
    ],
)
def test_other_bytes_are_refused(encoded, decode):
    refuses_other_bytes(encoded, decode)


def test_weights_that_are_not_finite_are_refused():
    weights = dataclasses.replace(Ranker().weights(), numbers=np.full(NUMBERS, np.nan, np.float32))
    with pytest.raises(CorruptState, match="finite"):
        decode_weights(encode_weights(weights))


def test_an_example_is_the_played_item_beside_others_drawn_without_replacement():
    candidates = some_candidates(100)
    example = draw(candidates, 42, seed=7)
    drawn = example.features[0].tolist()
    assert drawn[0] == 42
    assert len(drawn) == len(set(drawn)) == 31
    assert draw(candidates, 42, seed=7).features.tobytes() == example.features.tobytes()
    assert draw(candidates, 42, seed=8).features.tobytes() != example.features.tobytes()


def test_every_other_candidate_is_drawn_as_often():
    counts = np.zeros(20)
    for seed in range(4_000):
        drawn = draw(some_candidates(20), 3, negatives=5, seed=seed)
        counts[drawn.features[0, 1:].astype(int)] += 1
    others = np.delete(counts, 3)
    assert counts[3] == 0
    assert np.abs(others / 4_000 - 5 / 19).max() < 0.035


def test_what_was_no_candidate_has_no_place_and_the_only_one_is_no_example():
    assert some_candidates(5).place_of(9) == -1
    assert some_candidates(5).place_of(3) == 3
    assert draw(some_candidates(1), 0, seed=1) is None
    assert draw(some_candidates(5), 0, seed=1).features.shape == (FEATURES, 5)


def test_an_example_tells_what_the_listeners_own_weights_added():
    rng, ranker = np.random.default_rng(8), taught()
    own = OwnWeights(rng.normal(size=OWN).astype(np.float32))
    features = example_of(rng.random((FEATURES, 40))).features.astype(np.float32)
    hidden = excite(features, ranker.weights().numbers)
    example = draw_example(features, hidden, 5, own, seed=3)
    added = score(example.features.astype(np.float32), ranker.weights(), own)
    added -= score(example.features.astype(np.float32), ranker.weights(), NOBODY)
    assert example.numbers[FEATURES + 1] == pytest.approx(added, rel=2e-3, abs=2e-2)
