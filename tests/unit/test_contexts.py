"""Contexts have buckets, each bucket a taste of its own, and few enough of them are remembered."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.contexts import (
    MOST_BUCKETS,
    ContextTastes,
    buckets_of,
    decode_contexts,
    encode_contexts,
    mean_direction,
    update_contexts,
)
from models.errors import CorruptState
from models.events import Context, Device, Event, EventType
from models.item_space import DIMENSIONS
from models.own_weights import OwnWeights
from models.profile import Profile, decode_profile, encode_profile, update_profile

JAZZ, TECHNO = np.eye(DIMENSIONS, dtype=np.float32)[:2]


def moved(known, buckets, vector, weight):
    """Tastes after one event."""
    holding = np.array(buckets, np.uint8)
    return ContextTastes(
        *update_contexts(known.buckets, known.evidence, holding, vector, weight), len(holding)
    )


def direction(known):
    return mean_direction(known.evidence, known.now)


def played(*plays):
    """Tastes after plays of (vector, buckets)."""
    known = ContextTastes()
    for vector, buckets in plays:
        known = moved(known, buckets, vector, 1.0)
    return known


def unix(day, hour):
    return datetime(2024, 1, day, hour, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("day", "hour", "offset_min", "bucket"),
    [
        (1, 3, 0, 0),  # the first was a Monday
        (1, 9, 0, 1),
        (5, 23, 0, 3),
        (6, 3, 0, 4),
        (7, 13, 0, 6),
        (7, 23, 120, 0),  # Monday already, where the listener is
        (6, 3, -240, 3),  # Friday still
    ],
)
def test_hours_and_weekdays_are_the_listeners_own(day, hour, offset_min, bucket):
    assert buckets_of(Context(utc_offset_min=offset_min), at=unix(day, hour)) == [bucket]


def test_everything_that_is_known_has_a_bucket_of_its_own():
    context = Context(device=Device.CAR, activity="commute", weather="rain", place="home")
    buckets = buckets_of(context, at=0.0)
    assert len(set(buckets)) == 5
    assert max(buckets) < 128
    same_name = buckets_of(Context(activity="home", weather="home", place="home"), at=0.0)
    assert len(set(same_name)) == 4


def test_a_bucket_is_moved_by_what_is_played_in_it_and_by_nothing_else():
    known = played((JAZZ, [3]), (TECHNO, [1]))
    assert direction(known).tolist() == TECHNO.tolist()
    back = moved(known, [3], np.zeros(DIMENSIONS, np.float32), 0.0)
    assert direction(back).tolist() == JAZZ.tolist()
    assert (back.evidence[-1] < known.evidence[0] + 1e-9).all()


def test_the_direction_is_the_mean_over_the_buckets_that_hold():
    known = played((JAZZ, [3]), (TECHNO, [20]), (JAZZ, [3, 40]))
    both = moved(known, [3, 20], JAZZ, 0.0)
    assert direction(both)[:2] == pytest.approx([0.5, 0.5])
    assert not direction(ContextTastes()).any()


def test_a_skip_moves_away():
    known = moved(ContextTastes(), [3], JAZZ, -0.25)
    assert direction(known)[0] == -1


def test_the_bucket_that_held_longest_ago_makes_room():
    known = played(*[(JAZZ, [bucket]) for bucket in range(MOST_BUCKETS)], (JAZZ, [0]), (TECHNO, [99]))
    assert known.buckets.tolist() == [*range(2, MOST_BUCKETS), 0, 99]


contexts = st.lists(
    st.tuples(
        st.lists(st.integers(0, 127), min_size=1, max_size=5, unique=True),
        st.integers(0, 2**32 - 1),
        st.floats(-3, 3),
    ),
    max_size=40,
)


@given(contexts)
def test_they_survive_their_bytes_bit_for_bit_and_stay_bounded(events):
    known = ContextTastes()
    for buckets, seed, weight in events:
        vector = np.random.default_rng(seed).normal(size=DIMENSIONS)
        vector = (vector / np.linalg.norm(vector)).astype(np.float32)
        known = moved(known, buckets, vector, weight)
        assert np.linalg.norm(direction(known)) < 1 + 1e-5
    data = encode_contexts(known)
    again = decode_contexts(data)
    assert len(data) <= 2 + MOST_BUCKETS * (1 + 2 * DIMENSIONS)
    assert (again.buckets.tolist(), again.now) == (known.buckets.tolist(), known.now)
    assert again.evidence.tobytes() == known.evidence.tobytes()
    assert direction(again).tobytes() == direction(known).tobytes()


@pytest.mark.parametrize("cut", [0, 1, -1, -DIMENSIONS])
def test_bytes_that_were_cut_are_refused(cut):
    with pytest.raises(CorruptState):
        decode_contexts(encode_contexts(played((JAZZ, [3])))[:cut])


def test_a_number_that_is_not_finite_is_refused():
    data = encode_contexts(played((JAZZ, [3])))
    with pytest.raises(CorruptState, match="finite"):
        decode_contexts(data[:-2] + np.float16(np.nan).tobytes())
    with pytest.raises(CorruptState):
        decode_contexts(data[:1] + b"\x02" + data[2:])


def test_a_profile_holds_them_and_publishes_their_direction():
    event = Event("1", EventType.PLAY, "ann", unix(1, 9), item="t:1", ms_played=40_000)
    profile = update_profile(Profile(), event, vector=JAZZ, weight=1.0, own=OwnWeights())
    assert profile.contexts.buckets.tolist() == [1]
    assert profile.tastes[3].tolist() == JAZZ.tolist()
    again = decode_profile(encode_profile(profile))
    assert again.tastes.tobytes() == profile.tastes.tobytes()
