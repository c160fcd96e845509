"""Taste moves towards what is played, away from what is skipped, and survives its bytes."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np

from models.errors import CorruptState
from models.events import Event, EventType, stable_key
from models.item_space import DIMENSIONS
from models.own_weights import OwnWeights
from models.profile import (
    Profile,
    decode_profile,
    encode_profile,
    update_profile,
)
from models.taste import update_taste

NOBODY = OwnWeights()

vectors = st_np.arrays(np.float32, DIMENSIONS, elements=st.floats(-1, 1, width=32))


def unit(vector):
    length = np.linalg.norm(vector.astype(np.float64))
    return (vector / length if length > 0 else vector).astype(np.float32)


def play(at, *, item="t:1", ms=200_000, type=EventType.PLAY):
    return Event(id="1", type=type, user="ann", at=at, item=item, ms_played=ms)


@given(vectors, vectors, st.floats(0.01, 3), st.floats(0.01, 1))
def test_a_taste_update_lies_between_the_old_taste_and_the_item(old, item, weight, decay):
    old, item = unit(old), unit(item)
    assume(old.any() and item.any() and float(old @ item) > -0.99)
    new = unit(update_taste(old, item, weight, decay))
    between = float(old @ item)
    assert float(new @ old) >= between - 1e-4
    assert float(new @ item) >= between - 1e-4


@given(vectors, vectors, st.floats(0.01, 3))
def test_a_negative_weight_moves_away(old, item, weight):
    old, item = unit(old), unit(item)
    assume(old.any() and item.any())
    new = update_taste(old, item, -weight, 1.0)
    assert float(new @ item) <= float(old @ item) + 1e-4


@given(st.lists(st.tuples(st.floats(1, 2e9), st.sampled_from(list(EventType)), vectors), max_size=12))
def test_decode_brings_back_what_was_encoded(steps):
    profile = Profile()
    for at, kind, vector in steps:
        profile = update_profile(
            profile, play(at, type=kind), vector=unit(vector), weight=1.0, own=OwnWeights()
        )
    data = encode_profile(profile)
    restored = decode_profile(data)
    assert encode_profile(restored) == data
    assert (restored.at, restored.skip_rate, restored.banned) == (
        profile.at,
        profile.skip_rate,
        profile.banned,
    )


def test_time_never_runs_backwards():
    late = update_profile(
        Profile(at=1e9), play(5e8), vector=np.ones(DIMENSIONS, np.float32), weight=1.0, own=OwnWeights()
    )
    assert late.at == 1e9
    assert (late.evidence == 1).all()


def test_session_taste_fades_before_the_years():
    vector = unit(np.ones(DIMENSIONS))
    first = update_profile(Profile(), play(1e9), vector=vector, weight=1.0, own=NOBODY)
    later = update_profile(
        first, play(1e9 + 86_400), vector=np.zeros_like(vector), weight=0.0, own=OwnWeights()
    )
    session, weeks, years = np.linalg.norm(later.evidence, axis=1)
    assert session < 1e-6
    assert 0.9 < weeks < years


def test_a_ban_is_remembered_until_a_like_takes_it_back():
    zero = np.zeros(DIMENSIONS, np.float32)
    banned = update_profile(Profile(), play(1, type=EventType.BAN), vector=zero, weight=0.0, own=NOBODY)
    assert banned.banned == (stable_key("t:1"),)
    assert (
        update_profile(banned, play(2, type=EventType.LIKE), vector=zero, weight=0.0, own=NOBODY).banned == ()
    )


@pytest.mark.parametrize("spoil", [lambda d: d[:-1], lambda d: d + b"\0", lambda d: b"", "nan"])
def test_spoilt_bytes_are_refused(spoil):
    data = encode_profile(Profile())
    spoilt = data[:33] + np.float32("nan").tobytes() + data[37:] if spoil == "nan" else spoil(data)
    with pytest.raises(CorruptState):
        decode_profile(spoilt)
