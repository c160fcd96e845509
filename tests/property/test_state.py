"""A listener's stored state: bytes bring it back, and wherever writing is cut, it is a state that was."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import Catalogue
from models.errors import CorruptState
from models.events import EVENT_CODES, Event, EventType, stable_key
from models.own_weights import OwnWeights
from models.profile import update_profile
from models.state import (
    changed_values,
    encode_head,
    head_key,
    new_listener,
    restore_listener,
    stored_offset,
    stored_rings,
    stored_segments,
)
from streams.settings import Settings

NOBODY = OwnWeights()

RING = 128
USER = "ann"


def learn(listener, offset):
    """What the personalizer does to the state, without its models."""
    event = Event(
        id="1", type=EventType.PLAY, user=USER, at=1e9 + 200 * offset, item=f"t:{offset % 7}", ms_played=10**5
    )
    vector = np.full(64, 0.125, np.float32)
    listener.profile = update_profile(listener.profile, event, vector=vector, weight=1.0, own=NOBODY)
    listener.history.append(
        stable_key(event.item),
        index=0,
        artist=-1,
        at_seconds=int(event.at),
        ms_played=event.ms_played,
        code=EVENT_CODES[event.type],
    )
    listener.offset = offset


def store(values, stored):
    for key, value in values:
        if value is None:
            stored.pop(key, None)
        else:
            stored[key] = value


def restore(stored):
    head = stored.get(head_key(USER))
    keys = stored_segments(head, USER, ring_events=RING) if head else []
    values = {key: stored.get(key) for key in [head_key(USER), *keys]}
    return restore_listener(USER, values, ring_events=RING, catalogue=Catalogue())


@given(st.lists(st.integers(1, 90), min_size=1, max_size=8), st.data())
def test_wherever_writing_is_cut_the_state_is_one_that_was(batches, data):
    listener, stored, heads = new_listener(USER, ring_events=RING), {}, {-1: b""}
    offset = 0
    for size in batches:
        before, first = listener.history.count, offset
        for _ in range(size):
            learn(listener, offset)
            heads[offset] = encode_head(listener)
            offset += 1
        writes = list(changed_values(listener, count_before=before).items())
        cut = data.draw(st.integers(0, len(writes)), label="cut")
        after_crash = dict(stored)
        store(writes[:cut], after_crash)
        survivor = restore(after_crash)
        assert survivor.offset < 0 or encode_head(survivor) == heads[survivor.offset]
        for _, ring in stored_rings(after_crash):
            # At most the segment is left over that was still to be deleted.
            assert ring.at.tolist()[-len(survivor.history) :] == survivor.history.at.tolist()
        included = survivor.offset + 1 - first
        before = survivor.history.count - included
        for missing in range(first + included, offset):
            learn(survivor, missing)
        store(changed_values(survivor, count_before=before).items(), after_crash)
        store(writes, stored)
        assert after_crash == stored


def test_all_keys_of_a_listener_begin_with_the_id():
    listener = new_listener(USER, ring_events=RING)
    for offset in range(300):
        learn(listener, offset)
    assert all(key.startswith(b"ann\0") for key in changed_values(listener, count_before=0))


def test_state_is_bounded():
    listener, stored = new_listener(USER, ring_events=RING), {}
    for offset in range(3_000):
        before = listener.history.count
        learn(listener, offset)
        store(changed_values(listener, count_before=before).items(), stored)
        assert sum(map(len, stored.values())) < most_bytes(RING)
    assert most_bytes(Settings().ring_events) <= 160 * 1024


def most_bytes(ring_events):
    """What a listener takes: a ring with its open end, and a profile with as many bans as it holds."""
    return 16 * (ring_events + 63) + 4_000


@pytest.mark.parametrize("spoil", [lambda b: b[:5], lambda b: b + b"\0", lambda b: b"\7" + b[1:]])
def test_a_spoilt_head_is_refused(spoil):
    listener = new_listener(USER, ring_events=RING)
    learn(listener, 0)
    with pytest.raises(CorruptState):
        stored_offset(spoil(encode_head(listener)))


def test_a_ring_is_read_without_knowing_how_long_it_may_be():
    listener, stored = new_listener(USER, ring_events=RING), {}
    for offset in range(400):
        before = listener.history.count
        learn(listener, offset)
        store(changed_values(listener, count_before=before).items(), stored)
        ((user, ring),) = stored_rings({b"\0segue\0applied": b"", **stored})
        assert (user, ring.count, ring.at.tolist()) == (USER, offset + 1, listener.history.at.tolist())


def test_a_ring_with_a_segment_missing_is_refused():
    listener = new_listener(USER, ring_events=RING)
    for offset in range(300):
        learn(listener, offset)
    stored = changed_values(listener, count_before=0)
    del stored[stored_segments(stored[head_key(USER)], USER, ring_events=RING)[-1]]
    with pytest.raises(CorruptState):
        list(stored_rings(stored))
