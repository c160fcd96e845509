"""The measures of a diet by hand, its means as they fade, its bytes, and the alarm on lives that narrow."""

import dataclasses
import math

import numpy as np
import pytest

from models.diet.alarm import MOST_EXPLORATION, is_narrow
from models.diet.diet import (
    DIET_BYTES,
    MOST_EXPOSURES,
    POTS,
    Diet,
    Horizon,
    Side,
    decode_diet,
    encode_diet,
    expose,
    pots_of,
    update_diet,
)
from models.diet.measures import Measure, distance_within, gini, measure_slate, share_of
from models.diet.plays import count_play, measure_play
from models.diet.shown import count_slate, measure_shown
from models.errors import CorruptState
from models.listeners import Population, simulate
from models.standalone import Standalone

DAY = 86_400.0
PLAYS = np.array([8, 4, 2, 2, 0], np.uint32)
"""Of 16: self-informations of 1, 2, 3, 3 and, as if played once, 4 bits."""


def axes(*dimensions):
    """Unit vectors in steps, each along a dimension; None is unknown."""
    vectors = np.zeros((len(dimensions), 64), np.int8)
    for row, dimension in enumerate(dimensions):
        if dimension is not None:
            vectors[row, dimension] = 127
    return vectors


VECTORS = axes(0, 0, 1, 2, None)


def measured(positions, unheard=0.0, cosine=0.0, liked=1.0, vectors=VECTORS):
    positions = np.array(positions, np.int32)
    told = np.full(len(positions), unheard, np.float32), np.full(len(positions), cosine, np.float32)
    return measure_slate(positions, *told, np.full(len(positions), liked), vectors, PLAYS, 16)


def test_a_slate_is_as_wide_as_its_pairs_are_apart():
    # Of the pairs of 0, 1 and 2 one is alike and two are at a right angle.
    assert measured([0, 1, 2])[Measure.DISTANCE] == pytest.approx(2 / 3)
    assert measured([0, 1])[Measure.DISTANCE] == 0.0
    assert measured([0, 4])[Measure.DISTANCE] == 1.0
    opposite = np.concatenate((axes(0), -axes(0)))
    assert distance_within(np.array([0, 1], np.int32), opposite) == 2.0


def test_novelty_and_popularity_are_means_over_the_items():
    shown = measured([0, 1, 2, 4])
    assert shown[Measure.NOVELTY] == pytest.approx((1 + 2 + 3 + 4) / 4)
    assert shown[Measure.POPULARITY] == pytest.approx((8 + 4 + 2 + 1) / 16 / 4)


def test_serendipity_needs_all_three_new_and_far_and_liked():
    assert measured([0, 1], unheard=1.0)[Measure.SERENDIPITY] == 1.0
    assert measured([0, 1], unheard=0.0)[Measure.SERENDIPITY] == 0.0
    assert measured([0, 1], unheard=1.0, cosine=0.75, liked=0.5)[Measure.SERENDIPITY] == 0.125
    assert measured([0, 1], unheard=1.0, cosine=-0.5)[Measure.SERENDIPITY] == 1.0


def test_an_empty_slate_and_a_single_item_measure_nothing_apart():
    assert measured([]).tolist() == [0.0, 0.0, 0.0, 0.0]
    assert measured([3])[Measure.DISTANCE] == 0.0


def test_gini_by_hand():
    # Of 1, 2 and 5 pairwise differences sum to 16; over 2 x 3 x 8.
    assert gini(np.array([5, 1, 2], np.uint32)) == pytest.approx(16 / 48)
    assert gini(np.zeros(4, np.uint32)) == 0.0


def test_a_share_is_never_zero_nor_more_than_all():
    assert share_of(0, 0) == 1.0
    assert share_of(9, 4) == 1.0


def a_play(position, heard, good=None, taste=None):
    heard = np.array(heard, np.int32)
    good = np.ones(len(heard), np.bool_) if good is None else np.array(good)
    taste = np.eye(64, dtype=np.float32)[1] if taste is None else taste
    return measure_play(position, heard, good, taste, VECTORS, PLAYS, 16)


def test_a_play_is_compared_with_the_plays_before_it():
    assert np.isnan(a_play(0, [])).all()
    assert a_play(0, [1, 2])[Measure.DISTANCE] == 0.5
    assert a_play(0, [1, 2], good=[True, False])[Measure.DISTANCE] == 0.0
    assert a_play(0, [1, 2])[Measure.NOVELTY] == 1.0
    assert a_play(2, [0, 1])[Measure.POPULARITY] == 2 / 16


def test_a_play_surprises_the_first_time_and_off_the_beaten_track():
    assert a_play(0, [1, 2])[Measure.SERENDIPITY] == 1.0
    assert a_play(2, [0, 1])[Measure.SERENDIPITY] == pytest.approx(0.0)
    assert a_play(0, [0, 1])[Measure.SERENDIPITY] == 0.0


def test_a_play_reaches_back_beyond_the_evening():
    heard = [2] * 300 + [0] * 164
    assert a_play(0, heard)[Measure.DISTANCE] == pytest.approx(300 / 464, abs=0.06)
    assert a_play(0, [2] * 8_000 + [0] * 500)[Measure.DISTANCE] == 0.0


def test_a_play_counts_in_one_pass_as_in_two():
    heard, good, taste = np.array([1, 2], np.int32), np.ones(2, np.bool_), np.ones(64, np.float32)
    first = update_diet(Diet(), Side.PLAYED, np.ones(4), at=DAY)
    at_once = count_play(
        first,
        3,
        heard=heard,
        good=good,
        taste=taste,
        vectors=VECTORS,
        plays=PLAYS,
        total_plays=16,
        at=9 * DAY,
    )
    told = measure_play(3, heard, good, taste, VECTORS, PLAYS, 16)
    assert encode_diet(at_once) == encode_diet(update_diet(first, Side.PLAYED, told, at=9 * DAY))


def test_a_slate_counts_in_one_pass_as_in_three():
    people = Population(seed=4, listeners=2, items=60, artists=8)
    core = Standalone(ring_events=64)
    core.learn_catalog(people.catalogue.records())
    for offset, event in enumerate(simulate(people, events=80, start_at=1e9)):
        core.process_one(event, offset=offset)
    listener, skips, rows = core.listener(event.user), core.personalizer.weights.skips, np.arange(9, 0, -2)
    candidates, catalogue = core.personalizer.predict(listener).candidates, core.catalogue
    first, at = listener.diet, listener.diet.at + DAY
    measured = measure_shown(rows, candidates, catalogue, skips=skips)
    pots = pots_of(catalogue.artist[candidates.positions[rows]], catalogue.artists.keys)
    in_three = expose(update_diet(first, Side.SHOWN, measured, at=at), pots)
    at_once = count_slate(first, rows, candidates, catalogue, skips=skips, at=at)
    assert encode_diet(at_once) == encode_diet(in_three)


def test_evidence_counts_half_after_a_half_life():
    diet = update_diet(Diet(), Side.PLAYED, np.ones(4), at=100 * DAY)
    diet = update_diet(diet, Side.PLAYED, np.zeros(4), at=114 * DAY)
    assert diet.mean(Side.PLAYED, Measure.NOVELTY, Horizon.WEEKS) == pytest.approx(0.5 / 1.5)
    faded = 2 ** (-14 / 120)
    assert diet.mean(Side.PLAYED, Measure.NOVELTY, Horizon.MONTHS) == pytest.approx(faded / (1 + faded))
    assert diet.evidence(Side.PLAYED, Horizon.WEEKS) == 1.5


def test_what_is_shown_does_not_move_what_is_played_but_time_goes_on():
    played = update_diet(Diet(), Side.PLAYED, np.ones(4), at=100 * DAY)
    diet = update_diet(played, Side.SHOWN, np.zeros(4), at=114 * DAY)
    assert diet.mean(Side.PLAYED, Measure.DISTANCE, Horizon.WEEKS) == 1.0
    assert diet.evidence(Side.PLAYED, Horizon.WEEKS) == 0.5
    assert diet.evidence(Side.SHOWN, Horizon.WEEKS) == 1.0


def test_what_comes_late_or_cannot_be_measured_turns_nothing_back():
    diet = update_diet(Diet(), Side.PLAYED, np.ones(4), at=100 * DAY)
    late = update_diet(diet, Side.PLAYED, np.ones(4), at=50 * DAY)
    assert (late.at, late.evidence(Side.PLAYED, Horizon.WEEKS)) == (100 * DAY, 2.0)
    unknown = update_diet(diet, Side.PLAYED, np.full(4, math.nan), at=114 * DAY)
    assert unknown.evidence(Side.PLAYED, Horizon.WEEKS) == 0.5
    assert np.isfinite(unknown.means).all()


def test_exposure_is_counted_by_artist_and_halved_when_full():
    keys = np.array([3, 3 + POTS, -1], np.int64)
    pots = pots_of(np.array([0, 1, -1, 2], np.int32), keys)
    assert pots.tolist() == [3, 3, (2**64 - 1) % POTS]
    diet = expose(Diet(), pots)
    assert diet.exposures.sum() == 3
    assert diet.exposure_gini > 0.9
    for _ in range(MOST_EXPOSURES // 60 + 1):
        diet = expose(diet, np.zeros(60, np.uint16))
    assert MOST_EXPOSURES // 2 <= diet.exposures.sum() <= MOST_EXPOSURES // 2 + 120
    assert diet.exposures[3] == 1


def lived():
    diet = expose(Diet(), np.arange(9, dtype=np.uint16))
    for day in range(9):
        diet = update_diet(diet, Side(day % 2), np.full(4, day / 9), at=day * DAY)
    return dataclasses.replace(diet, narrow=True)


def test_a_diet_survives_its_bytes():
    data = encode_diet(lived())
    assert len(data) == DIET_BYTES <= 200
    assert encode_diet(decode_diet(data)) == data
    back = decode_diet(data)
    assert (back.at, back.narrow) == (8 * DAY, True)
    np.testing.assert_array_equal(back.means, lived().means)
    np.testing.assert_array_equal(back.exposures, lived().exposures)


@pytest.mark.parametrize("start", [0, 9, 9 + 4 * 7])
def test_bytes_with_a_number_that_is_none_are_refused(start):
    data = bytearray(encode_diet(lived()))
    data[start : start + 8] = b"\xff" * 8
    with pytest.raises(CorruptState):
        decode_diet(bytes(data))


def test_bytes_of_another_length_or_of_impossible_counts_are_refused():
    data = encode_diet(lived())
    for other in (b"", data[:-1], data + b"\0", data[: -2 * POTS] + b"\xff" * 2 * POTS):
        with pytest.raises(CorruptState):
            decode_diet(other)
    negative = bytearray(data)
    negative[9 + 16 : 9 + 20] = np.array([-1.0], "<f4").tobytes()
    with pytest.raises(CorruptState):
        decode_diet(bytes(negative))
    unclear = bytearray(data)
    unclear[8] = 7
    with pytest.raises(CorruptState):
        decode_diet(bytes(unclear))


def live(days, distance_on, *, seed=0, plays=20, novelty=10.0, album=10):
    """The diets at the end of each day: `plays` a day, albums of plays that share how far they are."""
    draw, diet, told = np.random.default_rng(seed), Diet(), []
    for day in range(days):
        for play in range(plays):
            if play % album == 0:
                wobble = draw.normal(0, 0.15)
            measures = np.array([distance_on(day) + wobble + draw.normal(0, 0.1), novelty, 0.1, 0.01])
            diet = update_diet(diet, Side.PLAYED, measures, at=DAY * (1 + day) + 200.0 * play)
        told.append(diet)
    return told


@pytest.mark.parametrize("seed", range(5))
def test_a_life_that_stays_as_it_is_raises_no_alarm(seed):
    assert not any(diet.narrow for diet in live(400, lambda day: 0.8, seed=seed))


@pytest.mark.parametrize("seed", range(3))
def test_a_life_that_narrows_is_noticed_and_one_that_widens_again_is_let_go(seed):
    told = live(320, lambda day: 0.5 if 180 <= day < 220 else 0.8, seed=seed)
    narrow = [day for day, diet in enumerate(told) if diet.narrow]
    assert 182 <= narrow[0] <= 200, "not for a day or two, and long before two half-lives"
    assert 220 <= narrow[-1] <= 270
    assert narrow == list(range(narrow[0], narrow[-1] + 1)), "it does not flicker"
    assert all(1.0 < told[day].exploration <= MOST_EXPLORATION for day in narrow)
    assert told[150].exploration == told[-1].exploration == 1.0


def test_a_narrow_life_that_goes_on_becomes_the_usual_one():
    told = live(800, lambda day: 0.5 if day >= 180 else 0.8)
    assert told[230].narrow
    assert not told[-1].narrow


def test_less_novelty_alone_is_noticed_too():
    told = live(180, lambda day: 0.8)[-1]
    for day in range(180, 220):
        for _ in range(20):
            told = update_diet(told, Side.PLAYED, np.array([0.8, 5.0, 0.1, 0.01]), at=DAY * (1 + day))
    assert told.narrow


def test_nothing_is_said_of_a_listener_who_is_hardly_known():
    assert not any(diet.narrow for diet in live(15, lambda day: 0.8 if day < 5 else 0.1))


@pytest.mark.parametrize(
    "below, before, raised", [(0.05, False, False), (0.05, True, True), (0.03, True, False)]
)
def test_between_the_thresholds_the_alarm_stays_as_it_was(below, before, raised):
    months = np.array([0.8, 10.0, 0.1, 0.01, 900.0], np.float32)
    weeks = np.array([0.8 * (1 - below), 10.0, 0.1, 0.01, 300.0], np.float32)
    assert is_narrow(weeks, months, before) == raised
