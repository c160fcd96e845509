"""The skip model equals River's, learns from what was known before a play, and survives as plain bytes."""

import dataclasses

import numpy as np
import pytest
from river import linear_model, optim

from benchmarks.skip_plays import Listening
from models.errors import CorruptState
from models.events import EVENT_CODES, Event, EventType, ItemKey
from models.history import History
from models.skip_buckets import find_skip_buckets, read_skip_facts
from models.skip_examples import FIRST_BUCKETS, SkipExample, are_buckets
from models.skip_facts import (
    BUCKETS,
    CROSSES,
    EDGES,
    FACT_BUCKETS,
    FACTS,
    MOMENT_FACTS,
    SPEAKING,
    UNKNOWN,
    WIDE_BUCKETS,
    SkipFact,
)
from models.skip_figures import SkipMetrics
from models.skips import (
    SkipModel,
    decode_skip_model,
    decode_skip_weights,
    encode_skip_model,
    encode_skip_weights,
    predict_skips,
)
from models.sources.scan import scan_plays
from tests.learned_bytes import refuses_other_bytes

ARTISTS = np.array([0, 0, 1, 1, 2, -1], np.int32)
"""The artist of each of six items, by catalogue position."""
PLAYED, SKIPPED = 200_000, 5_000
NEVER = np.zeros(6, np.uint32)


def some_buckets(count, *, seed=0):
    facts = np.random.default_rng(seed).normal(scale=20, size=(FACTS, count)).astype(np.float32)
    return find_skip_buckets(facts)


def examples(count, *, seed=0):
    buckets = some_buckets(count, seed=seed)
    skips = np.random.default_rng(seed).random(count) < 0.4
    return [SkipExample(buckets[:, nth].copy(), bool(skips[nth])) for nth in range(count)]


def taught(count=60):
    model = SkipModel()
    for example in examples(count):
        model.learn_one(example)
    return model


def listened(*plays, ring=64, minutes=4):
    """A history of (position, milliseconds), `minutes` apart."""
    history = History(capacity_events=ring)
    for nth, (position, ms) in enumerate(plays):
        at = 1_000_000 + 60 * minutes * nth
        artist = int(ARTISTS[position])
        history.append(
            ItemKey(position + 1), index=position, artist=artist, at_seconds=at, ms_played=ms, code=0
        )
    return history


def facts_of(history, *, later=0.0, played=NEVER, skipped=NEVER):
    everything = np.arange(6, dtype=np.int32)
    now = float(history.at[-1]) + later if len(history) else 0.0
    plays = scan_plays(history.plays(ARTISTS, version=0))
    return read_skip_facts(plays, everything, ARTISTS, played, skipped, now)


@pytest.mark.parametrize(
    ("model", "optimizer"),
    [
        (SkipModel(), optim.FTRLProximal(alpha=0.06, beta=1.0, l2=1.0)),
        (
            SkipModel(step=0.3, caution=2.0, shrinkage=0.1),
            optim.FTRLProximal(alpha=0.3, beta=2.0, l2=0.1),
        ),
    ],
)
def test_it_learns_and_predicts_as_river_does(model, optimizer):
    # The buckets of any fact add up to an intercept.
    river = linear_model.LogisticRegression(optimizer, intercept_lr=0.0)
    for example in examples(300):
        speaking = dict.fromkeys(example.buckets.tolist(), 1.0)
        expected = river.predict_proba_one(speaking)[True]
        assert abs(model.predict_proba_one(example.buckets)[True] - expected) < 1e-12
        river.learn_one(speaking, example.skipped)
        model.learn_one(example)
    learned, known = model.weights().weights, river.weights
    assert learned.any()
    assert np.abs(learned - [known.get(bucket, 0.0) for bucket in range(BUCKETS)]).max() < 1e-12


def test_many_plays_are_learned_as_one_after_the_other():
    one_by_one, together, plays = taught(), taught(), examples(100, seed=3)
    for example in plays:
        one_by_one.learn_one(example)
    together.learn_many(
        np.array([example.buckets for example in plays]), np.array([example.skipped for example in plays])
    )
    assert encode_skip_model(together) == encode_skip_model(one_by_one)
    together.learn_many(np.empty((0, SPEAKING), np.int32), np.empty(0, np.bool_))
    assert encode_skip_model(together) == encode_skip_model(one_by_one)


def test_the_exported_prediction_is_the_model_s():
    model = taught(300)
    buckets = some_buckets(40, seed=9)
    exported = predict_skips(buckets, model.weights().weights)
    for item in range(40):
        chances = model.predict_proba_one(buckets[:, item])
        assert abs(chances[True] - exported[item]) < 1e-12
        assert chances[False] == 1.0 - chances[True]
        assert model.predict_one(buckets[:, item]) == (exported[item] > 0.5)


def test_it_learns_who_skips_what():
    rng, model, metrics = np.random.default_rng(5), SkipModel(), SkipMetrics()
    for nth in range(6_000):
        facts = np.full((FACTS, 1), UNKNOWN, np.float32)
        facts[SkipFact.SURPRISE] = rng.uniform(-1, 1)
        buckets = find_skip_buckets(facts)[:, 0]
        skipped = bool(rng.random() < (1 + facts[SkipFact.SURPRISE, 0]) / 2)
        if nth >= 2_000:
            metrics.add(model.predict_proba_one(buckets)[True], skipped, session=nth % 50)
        model.learn_one(SkipExample(buckets, skipped))
    # No model could do better than .833.
    assert metrics.figures().auc > 0.81
    assert metrics.figures().within_session_auc > 0.81
    assert metrics.figures().calibration_error < 0.08


def test_a_restored_model_goes_on_bit_for_bit():
    for learned in (0, 1, 60):
        model = taught(learned)
        restored = decode_skip_model(encode_skip_model(model))
        for example in examples(100, seed=3):
            assert model.predict_proba_one(example.buckets) == restored.predict_proba_one(example.buckets)
            model.learn_one(example)
            restored.learn_one(example)
        assert encode_skip_model(model) == encode_skip_model(restored)
        assert model.weights().version == learned + 100


def test_a_clone_has_the_hyper_parameters_and_nothing_else():
    model = SkipModel(step=0.1, caution=2.0, shrinkage=3.0)
    model.learn_one(examples(1)[0])
    clone = model.clone()
    assert (clone.step, clone.caution, clone.shrinkage) == (0.1, 2.0, 3.0)
    assert encode_skip_model(clone) == encode_skip_model(SkipModel())


def test_the_state_is_bounded():
    assert len(encode_skip_model(taught(2_000))) == len(encode_skip_model(SkipModel())) < 28_000


@pytest.mark.parametrize("place", range(SPEAKING))
def test_what_is_no_bucket_is_not_learned(place):
    model, good = taught(3), some_buckets(3, seed=5).T.copy()
    before, end = encode_skip_model(model), [*FIRST_BUCKETS[1:], BUCKETS][place]
    for right in (FIRST_BUCKETS[place], end - 1):
        good[1, place] = right
        assert are_buckets(good)
    for wrong in (FIRST_BUCKETS[place] - 1, end):
        buckets = good.copy()
        buckets[1, place] = wrong
        with pytest.raises(ValueError, match="bucket"):
            model.learn_many(buckets, np.ones(3, np.bool_))
        with pytest.raises(ValueError, match="bucket"):
            model.learn_one(SkipExample(buckets[1], skipped=True))
        with pytest.raises(ValueError, match="bucket"):
            model.predict_proba_one(buckets[1])
    assert encode_skip_model(model) == before


@pytest.mark.parametrize(
    ("encoded", "decode"),
    [
        (encode_skip_model(SkipModel()), decode_skip_model),
        (encode_skip_weights(SkipModel().weights()), decode_skip_weights),
    ],
)
def test_other_bytes_are_refused(encoded, decode):
    refuses_other_bytes(encoded, decode)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_are_refused(bad):
    weights = dataclasses.replace(SkipModel().weights(), weights=np.full(BUCKETS, bad))
    with pytest.raises(CorruptState, match="finite"):
        decode_skip_weights(encode_skip_weights(weights))
    data = encode_skip_model(SkipModel())
    with pytest.raises(CorruptState, match="finite"):
        decode_skip_model(data[:-8] + np.float64(bad).tobytes())


@pytest.mark.parametrize("fact", list(SkipFact))
def test_every_fact_has_16_rising_edges(fact):
    assert len(EDGES[fact]) == FACT_BUCKETS - 1
    assert (np.diff(EDGES[fact]) > 0).all()
    assert EDGES[fact][0] > UNKNOWN or fact is SkipFact.RUN


@pytest.mark.parametrize("value", [-1e9, UNKNOWN, 0.0, 0.5, 3.0, 1e9, np.nan, np.inf, -np.inf])
def test_every_value_has_its_bucket_and_no_two_facts_share_one(value):
    buckets = find_skip_buckets(np.full((FACTS, 3), value, np.float32))
    assert buckets.shape == (SPEAKING, 3)
    first = [FACT_BUCKETS * fact for fact in range(FACTS)]
    first += [FACT_BUCKETS * FACTS + WIDE_BUCKETS**2 * cross for cross in range(len(CROSSES))]
    ends = np.array([*first[1:], BUCKETS])
    assert FIRST_BUCKETS.tolist() == first
    for item in buckets.T:
        assert (first <= item).all() and (item < ends).all()


def test_many_items_have_the_buckets_that_each_has_alone():
    facts = np.random.default_rng(3).normal(scale=9, size=(FACTS, 20)).astype(np.float32)
    facts[:MOMENT_FACTS] = facts[:MOMENT_FACTS, :1]
    together = find_skip_buckets(facts)
    for item in range(20):
        assert (find_skip_buckets(facts[:, item : item + 1].copy())[:, 0] == together[:, item]).all()


def test_nothing_is_known_before_the_first_play():
    facts = facts_of(History(capacity_events=64))
    unknown = {SkipFact.GAP, SkipFact.HEARD, SkipFact.HOURS, SkipFact.SURPRISE, SkipFact.ARTIST_SURPRISE}
    assert (facts[sorted(unknown)] == UNKNOWN).all()
    assert facts[SkipFact.MOOD] == pytest.approx(0.3)
    assert (facts[SkipFact.FOLLOWS] == 0).all()
    assert (find_skip_buckets(facts) >= 0).all()


def test_facts_of_the_moment():
    facts = facts_of(listened((0, PLAYED), (1, SKIPPED), (2, SKIPPED), minutes=3))[:, 0]
    assert facts[SkipFact.RUN] == -2
    assert facts[SkipFact.GAP] == facts[SkipFact.GAP_BEFORE] == 3
    assert facts[SkipFact.GAP_OF_FIVE] == UNKNOWN
    assert facts[SkipFact.HEARD] == facts[SkipFact.HEARD_BEFORE] == 5
    assert facts[SkipFact.MOOD] == pytest.approx(0.3 / 8 + 0.75)
    assert facts_of(listened((0, SKIPPED), (1, PLAYED)))[SkipFact.RUN, 0] == 1


def test_facts_of_items():
    facts = facts_of(listened((0, PLAYED), (1, SKIPPED), (0, PLAYED), minutes=30), later=1_800.0)
    assert facts[SkipFact.HOURS, :3].tolist() == [0.5, 1.0, UNKNOWN]
    assert facts[SkipFact.PLAY_HOURS, :3].tolist() == [0.5, UNKNOWN, UNKNOWN]
    assert facts[SkipFact.SKIP_HOURS, :3].tolist() == [UNKNOWN, 1.0, UNKNOWN]
    assert facts[SkipFact.PLAYS_SINCE, :3].tolist() == [1, 2, UNKNOWN]
    assert facts[SkipFact.FOLLOWS, :3].tolist() == [1, 3, 1]
    assert facts[SkipFact.SURPRISE, 0] < 0 < facts[SkipFact.SURPRISE, 1]
    assert facts[SkipFact.ARTIST_PLAYS_SINCE].tolist() == [1, 1] + [UNKNOWN] * 4


def test_a_skip_surprises_less_among_skips():
    alone = facts_of(listened(*[(4, PLAYED)] * 8, (0, SKIPPED)))
    among = facts_of(listened(*[(4, SKIPPED)] * 8, (0, SKIPPED)))
    assert alone[SkipFact.SURPRISE, 0] > 3 * among[SkipFact.SURPRISE, 0] > 0


def test_kinds_of_items_have_their_own_moods():
    liked, new = facts_of(listened((0, PLAYED), *[(0, PLAYED), (1, PLAYED)] * 4, (2, SKIPPED)))[:, [0, 3]].T
    assert liked[SkipFact.KIND_MOOD] < new[SkipFact.KIND_MOOD]
    assert liked[SkipFact.KIND_IN_SESSION] < new[SkipFact.KIND_IN_SESSION]


def test_everyone_counts():
    played, skipped = np.arange(6, dtype=np.uint32), np.full(6, 4, np.uint32)
    facts = facts_of(listened((0, PLAYED)), played=played, skipped=skipped)
    assert facts[SkipFact.EVERYONE] == pytest.approx(5 / (played + 7.0))


def test_a_clock_that_was_put_back_makes_no_age_negative():
    facts = facts_of(listened((0, PLAYED), (1, SKIPPED), minutes=-5), later=-9_000.0)
    assert facts[SkipFact.GAP, 0] == 0
    assert facts[SkipFact.HOURS, 0] == facts[SkipFact.HOURS, 1] == 0


def test_what_is_no_play_was_not_heard():
    history = listened((0, PLAYED))
    like = EVENT_CODES[EventType.LIKE]
    history.append(ItemKey(1), index=0, artist=-1, at_seconds=1_000_001, ms_played=0, code=like)
    assert facts_of(history)[[SkipFact.HEARD, SkipFact.HEARD_BEFORE], 0].tolist() == [200, UNKNOWN]


def test_a_long_ring_is_read_as_any_other():
    plays = [(nth % 5, SKIPPED if nth % 3 else PLAYED) for nth in range(300)]
    facts = facts_of(listened(*plays, ring=128))
    assert np.isfinite(facts).all()
    assert (facts[SkipFact.SURPRISE, :5] != UNKNOWN).all()


def test_the_figures_are_those_of_all_pairs():
    rng, metrics = np.random.default_rng(2), SkipMetrics()
    chances, skipped, sessions = rng.integers(0, 9, 60) / 8, rng.random(60) < 0.4, rng.integers(0, 6, 60)
    for chance, skip, session in zip(chances.tolist(), skipped.tolist(), sessions.tolist(), strict=True):
        metrics.add(chance, skip, session=session)

    def auc(*, within):
        won = [
            1.0 if chances[one] > chances[other] else 0.5 if chances[one] == chances[other] else 0.0
            for one in np.flatnonzero(skipped)
            for other in np.flatnonzero(~skipped)
            if not within or sessions[one] == sessions[other]
        ]
        return np.mean(won)

    figures = metrics.figures()
    assert figures.auc == pytest.approx(auc(within=False))
    assert figures.within_session_auc == pytest.approx(auc(within=True))


def test_honest_chances_have_no_calibration_error():
    metrics = SkipMetrics()
    for nth in range(10):
        metrics.add(0.3, nth < 3, session=0)
        metrics.add(0.95, nth < 5, session=0)
    assert metrics.figures().calibration_error == pytest.approx(0.45 / 2)
    assert SkipMetrics().figures().plays == 0


def test_what_is_known_before_a_play_does_not_depend_on_it():
    def facts(ms_played, *, at=0.0):
        log = [
            Event(str(nth), EventType.PLAY, "ann", 6e4 + 200.0 * nth, item=f"t:{nth % 3}", ms_played=ms)
            for nth, ms in enumerate([PLAYED, SKIPPED, PLAYED, SKIPPED, PLAYED])
        ]
        log[-1] = dataclasses.replace(log[-1], ms_played=ms_played, at=log[-1].at + at)
        return [play.facts.tolist() for play in Listening(ring_events=64).plays(log)]

    assert facts(0) == facts(PLAYED) == facts(PLAYED, at=9e4)
