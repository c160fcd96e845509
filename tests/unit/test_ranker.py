"""The ranker is River's, steps along the gradient of the listwise softmax, and survives as plain bytes."""

import dataclasses

import numpy as np
import pytest

from models.candidates import Candidates
from models.crosses import WEIGHTS, expand
from models.errors import CorruptState
from models.examples import Example, decode_example, draw_example, encode_example
from models.features import FEATURES, Feature
from models.ranker import Ranker, decode_ranker, decode_weights, encode_ranker, encode_weights, score
from models.recall import RECALL


def examples(count, *, seed=0, items=31):
    rng = np.random.default_rng(seed)
    return [Example(rng.random((FEATURES, items)).astype(np.float16)) for _ in range(count)]


def expanded(features):
    return np.array([expand(item) for item in features.T.astype(np.float64)])


def taught(count=50):
    ranker = Ranker()
    for example in examples(count):
        ranker.learn_one(example)
    return ranker


def some_candidates(count):
    features = np.tile(np.arange(count, dtype=np.float32), (FEATURES, 1))
    return Candidates(np.arange(count, dtype=np.int32), features, np.full(count, -1, np.int32))


def test_the_exported_score_is_the_log_odds_of_the_probability():
    ranker = taught()
    features = examples(1, seed=9, items=40)[0].features.astype(np.float32)
    chances = 1 / (1 + np.exp(-score(features, ranker.weights())))
    for item, chance in zip(features.T, chances, strict=True):
        assert abs(ranker.predict_proba_one(item)[True] - chance) < 1e-12
        assert ranker.predict_one(item) == (chance > 0.5)


def test_a_step_goes_down_the_gradient_of_the_listwise_softmax():
    step = 1e-6
    # So much caution makes RMSProp plain gradient descent.
    ranker = Ranker(learning_rate=step, decay=0.999, caution=1e6)
    before, example = ranker.weights().weights, examples(1)[0]
    rows = expanded(example.features)

    def loss(weights):
        scores = rows @ weights
        return np.log(np.exp(scores - scores.max()).sum()) + scores.max() - scores[0]

    nudges = np.eye(WEIGHTS) * 1e-5
    gradient = np.array([(loss(before + nudge) - loss(before - nudge)) / 2e-5 for nudge in nudges])
    ranker.learn_one(example)
    moved = (before - ranker.weights().weights) / step * np.sqrt(1e6)
    assert moved == pytest.approx(gradient, rel=1e-3, abs=1e-4)


def test_it_starts_from_the_weights_that_choose_candidates():
    start = Ranker().weights()
    assert start.version == 0
    assert {feature: start.weights[feature] for feature in RECALL} == dict(RECALL)
    assert np.count_nonzero(start.weights) == len(RECALL)


def test_it_learns_what_the_listener_chooses():
    rng, ranker = np.random.default_rng(5), Ranker()
    wanted = rng.normal(size=WEIGHTS)
    hits = []
    for _ in range(4_000):
        features = rng.random((FEATURES, 10)).astype(np.float16)
        best = int(np.argmax(expanded(features) @ wanted))
        hits.append(best == int(np.argmax(score(features.astype(np.float32), ranker.weights()))))
        ranker.learn_one(Example(np.roll(features, -best, axis=1)))
    assert np.mean(hits[:30]) < 0.5
    assert np.mean(hits[-500:]) > 0.7


def test_a_restored_ranker_goes_on_bit_for_bit():
    ranker = taught()
    restored = decode_ranker(encode_ranker(ranker))
    for example in examples(100, seed=3):
        ranker.learn_one(example)
        restored.learn_one(example)
    assert encode_ranker(ranker) == encode_ranker(restored)
    assert encode_ranker(decode_ranker(encode_ranker(Ranker()))) == encode_ranker(Ranker())


def test_a_clone_has_the_hyper_parameters_and_nothing_else():
    ranker = Ranker(learning_rate=0.1, decay=0.9, caution=0.5)
    ranker.learn_one(examples(1)[0])
    clone = ranker.clone()
    assert (clone.learning_rate, clone.decay, clone.caution) == (0.1, 0.9, 0.5)
    assert encode_ranker(clone) == encode_ranker(Ranker())


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_not_learned(bad):
    ranker = taught(3)
    before = encode_ranker(ranker)
    poisoned = examples(1)[0]
    poisoned.features[Feature.AGE, 4] = bad
    with pytest.raises(ValueError, match="finite"):
        ranker.learn_one(poisoned)
    assert encode_ranker(ranker) == before
    with pytest.raises(CorruptState, match="finite"):
        decode_example(encode_example(poisoned))


@pytest.mark.parametrize("size", [0.0, 1e-6, 1e3, 6e4])
def test_extreme_features_leave_the_weights_finite(size):
    ranker = Ranker()
    for example in examples(30):
        ranker.learn_one(Example(example.features * np.float16(size)))
    assert np.isfinite(ranker.weights().weights).all()


def test_an_example_of_31_items_survives_in_under_4_kilobytes():
    example = examples(1)[0]
    data = encode_example(example)
    assert len(data) < 4_000
    assert (decode_example(data).features == example.features).all()
    assert encode_example(decode_example(data)) == data


@pytest.mark.parametrize(
    ("encoded", "decode"),
    [
        (encode_example(examples(1)[0]), decode_example),
        (encode_ranker(Ranker()), decode_ranker),
        (encode_weights(Ranker().weights()), decode_weights),
    ],
)
def test_other_bytes_are_refused(encoded, decode):
    decode(encoded)
    another_table = encoded[:3] + bytes([encoded[3] ^ 1]) + encoded[4:]
    for bad in (b"", encoded[:-1], encoded + b"\0", b"\x07" + encoded[1:], another_table):
        with pytest.raises(CorruptState):
            decode(bad)


def test_weights_that_are_not_finite_are_refused():
    weights = dataclasses.replace(Ranker().weights(), weights=np.full(WEIGHTS, np.nan))
    with pytest.raises(CorruptState, match="finite"):
        decode_weights(encode_weights(weights))


def test_an_example_is_the_played_item_beside_others_drawn_without_replacement():
    candidates = some_candidates(100)
    example = draw_example(candidates, 42, seed=7)
    drawn = example.features[0].tolist()
    assert drawn[0] == 42
    assert len(drawn) == len(set(drawn)) == 31
    assert draw_example(candidates, 42, seed=7).features.tobytes() == example.features.tobytes()
    assert draw_example(candidates, 42, seed=8).features.tobytes() != example.features.tobytes()


def test_every_other_candidate_is_drawn_as_often():
    counts = np.zeros(20)
    for seed in range(4_000):
        drawn = draw_example(some_candidates(20), 3, negatives=5, seed=seed)
        counts[drawn.features[0, 1:].astype(int)] += 1
    others = np.delete(counts, 3)
    assert counts[3] == 0
    assert np.abs(others / 4_000 - 5 / 19).max() < 0.035


def test_what_was_no_candidate_is_no_example():
    assert draw_example(some_candidates(5), 9, seed=1) is None
    assert draw_example(some_candidates(1), 0, seed=1) is None
    assert draw_example(some_candidates(5), 0, seed=1).features.shape == (FEATURES, 5)
