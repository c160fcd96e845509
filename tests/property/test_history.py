"""The ring equals a naive list, survives its bytes, and is a function of what was appended."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import CorruptState
from models.events import SESSION_GAP_SECONDS, ItemKey
from models.history import History, restore_history
from models.index_memory import new_index, open_index
from models.segments import SEGMENT_EVENTS

CAPACITY = 2 * SEGMENT_EVENTS

stored_events = st.lists(
    st.tuples(
        st.integers(-(2**63), 2**63 - 1),  # item
        st.integers(0, 10_000),  # seconds since the event before
        st.integers(0, 2**27 - 1),  # ms played
        st.integers(0, 13),  # code
    ),
    max_size=400,
)


def fill(events):
    history, at = History(capacity_events=CAPACITY), 1_600_000_000
    for item, pause, ms, code in events:
        at += pause
        history.append(ItemKey(item), index=item % 1000, artist=-1, at_seconds=at, ms_played=ms, code=code)
    return history


def kept(events):
    """What a ring must hold: the last sealed segments that fit, and the open end."""
    first = max(0, len(events) // SEGMENT_EVENTS * SEGMENT_EVENTS - CAPACITY)
    return events[first:]


@given(stored_events)
def test_ring_equals_a_naive_list(events):
    history = fill(events)
    expected = kept(events)
    assert history.count == len(events)
    assert history.item.tolist() == [item for item, *_ in expected]
    assert history.ms_played.tolist() == [ms for _, _, ms, _ in expected]
    assert history.code.tolist() == [code for *_, code in expected]
    assert history.index.tolist() == [item % 1000 for item, *_ in expected]


@given(stored_events)
def test_sessions_change_after_each_long_pause(events):
    history = fill(events)
    at, ms, session = history.at, history.ms_played, history.session
    pauses = at[1:] - ms[1:] / 1000 - at[:-1]
    assert (np.diff(session) == (pauses > SESSION_GAP_SECONDS)).all()


@given(stored_events)
def test_bytes_bring_the_ring_back(events):
    history = fill(events)
    restored = restore_history(
        count=history.count,
        segments=[history.segment(number) for number in history.sealed],
        open_end=history.open_end(),
        capacity_events=CAPACITY,
    )
    for column in ("item", "at", "ms_played", "code"):
        assert (getattr(restored, column) == getattr(history, column)).all()
    assert (np.diff(restored.session) == np.diff(history.session)).all()
    assert (restored.sealed, restored.open_end()) == (history.sealed, history.open_end())


@pytest.mark.parametrize("cut", ["segment", "open_end", "missing"])
def test_wrong_lengths_are_refused(cut):
    history = fill([(1, 1, 40_000, 0)] * 100)
    segments, open_end = [history.segment(0)], history.open_end()
    if cut == "segment":
        segments = [segments[0][:-1]]
    elif cut == "open_end":
        open_end += b"\0"
    else:
        segments = []
    with pytest.raises(CorruptState):
        restore_history(count=100, segments=segments, open_end=open_end, capacity_events=CAPACITY)


ARTISTS = (np.arange(1000) // 7 % 100 - 1).astype(np.int32)
"""The artist of each of 1,000 items, some of them unknown."""


def indexed(history):
    return open_index(history.plays(ARTISTS, version=0))


def plain(plays):
    """An index as bytes; sessions as where they change."""
    size, items, artists = (int(n) for n in (plays.size[0], plays.items.known[0], plays.artists.known[0]))
    chains = plays.earlier, plays.earlier_by_artist
    by_play = [column[:size] for column in (plays.item, plays.at, plays.ms, plays.good, plays.skips, *chains)]
    by_item = [plays.items.value[:items], plays.artist_of[:items]]
    by_item += [rows[:, :items] for rows in (plays.counts, plays.decayed, plays.ends)]
    by_item += [column[:items] for column in plays.recalled]
    by_artist = [plays.artists.value[:artists], plays.newest_by_artist[:artists]]
    by_artist += [column[:artists] for column in plays.recalled_by_artist]
    changes = np.diff(plays.session[:size]) != 0
    return [column.tobytes() for column in (*by_play, *by_item, *by_artist, changes, plays.reference)]


@given(stored_events, st.integers(1, 50))
def test_an_index_that_grew_equals_one_made_anew(events, every):
    grown, at = History(capacity_events=CAPACITY), 1_600_000_000
    assert indexed(grown).size[0] == 0
    for place, (item, pause, ms, code) in enumerate(events):
        at += pause
        index = item % 1000
        grown.append(
            ItemKey(item),
            index=index,
            artist=int(ARTISTS[index]),
            at_seconds=at,
            ms_played=ms,
            code=code // 7,
        )
        if place % every == 0:
            assert indexed(grown).size[0] == np.count_nonzero(grown.is_play)
    segments = [grown.segment(number) for number in grown.sealed]
    anew = restore_history(
        count=grown.count, segments=segments, open_end=grown.open_end(), capacity_events=CAPACITY
    )
    anew.index[:] = grown.index
    assert plain(indexed(grown)) == plain(indexed(anew))


def test_an_index_is_made_anew_when_an_artist_becomes_known():
    history = fill([(1, 1, 40_000, 0), (2, 1, 40_000, 0), (1, 1, 40_000, 0)])
    nobody, one = np.full(1000, -1, np.int32), np.zeros(1000, np.int32)
    assert open_index(history.plays(nobody, version=0)).earlier_by_artist[:3].tolist() == [-1, -1, -1]
    assert open_index(history.plays(one, version=0)).earlier_by_artist[:3].tolist() == [-1, -1, -1]
    assert open_index(history.plays(one, version=1)).earlier_by_artist[:3].tolist() == [-1, 0, 1]


def arrays_of(index):
    for column in index:
        yield from arrays_of(column) if isinstance(column, tuple) else [column]


@given(st.integers(0, 300), st.integers(0, 200))
def test_the_arrays_of_an_index_fill_its_memory_and_share_none_of_it(plays, items):
    packed = new_index(plays, items)
    assert packed.plays >= plays
    assert packed.items >= items
    arrays = list(arrays_of(open_index(packed)))
    assert sum(array.nbytes for array in arrays) == packed.memory.nbytes
    for nth, array in enumerate(arrays):
        assert array.ctypes.data % array.itemsize == 0
        array.view(np.uint8).reshape(-1)[:] = nth
    assert all((array.view(np.uint8) == nth).all() for nth, array in enumerate(arrays))
