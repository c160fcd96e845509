"""The one scan over the ring: items and artists numbered, every play chained to the one before it.

All candidate sources read this view. Numbers are dense and given newest first, so what is computed by number
needs arrays as long as the ring, never as long as the catalogue, and stands in an order that depends on the
history alone. Nothing outlives the request: there is no scratch that could leak into the next one.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.history import TimeArray

CONTEXT_PLAYS: Final = 8
"""Last plays of the current session that speak of what comes next."""
EXTRA_ITEMS: Final = 2048
"""Room for items outside the ring: 64 popular ones, 24 after each of 8, 32 by each of some 56 artists."""
FRESH_PLAYS: Final = 64
"""Among the newest plays minutes matter; further back one age serves a whole session."""

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Float32s = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]


class Numbering(NamedTuple):
    """Distinct values (catalogue positions), numbered in the order in which they came.

    `value` (int32) holds the value of each number, `known` (int64, 1) how many there are, `table` (int32, a
    power of two long) the numbers by hash, -1 where free.
    """

    table: Int32s
    value: Int32s
    known: Int64s


class Plays(NamedTuple):
    """The plays of a ring, oldest first (n of them), skips included; items and artists go by number.

    `item` (int32, n) is the number of the item of each play, `good` (bool, n) whether it was a play of 30
    seconds or more, `at` (uint32, n) when it ended, `session` (int32, n) its session. `earlier` (int32, n) is
    the play of the same item before it and `earlier_by_artist` the play of the same artist, -1 for none.
    `artist_of` (int32, by item number) is the number of the artist, -1 if unknown. `in_ring` counts the
    items of the ring, whose numbers are the first, and `context` the last plays, at most 8, of the current
    session.
    """

    item: Int32s
    at: TimeArray
    session: Int32s
    good: Bools
    earlier: Int32s
    earlier_by_artist: Int32s
    items: Numbering
    artists: Numbering
    artist_of: Int32s
    in_ring: int
    context: int


@compiled
def keep_plays(
    index: Int32s, at: TimeArray, session: Int32s, good: Bools, is_play: Bools
) -> tuple[Int32s, TimeArray, Int32s, Bools]:
    """Keep the plays among events, skips included, of any length."""
    count = 0
    for event in range(len(is_play)):
        count += is_play[event]
    if count == len(is_play):
        return index, at, session, good
    # One more than needed: writing whatever comes and moving on for plays only is faster than a branch.
    kept_index, kept_at = np.empty(count + 1, np.int32), np.empty(count + 1, np.uint32)
    kept_session, kept_good = np.empty(count + 1, np.int32), np.empty(count + 1, np.bool_)
    place = 0
    for event in range(len(is_play)):
        kept_index[place], kept_at[place] = index[event], at[event]
        kept_session[place], kept_good[place] = session[event], good[event]
        place += is_play[event]
    return kept_index[:count], kept_at[:count], kept_session[:count], kept_good[:count]


@compiled
def scan_plays(index: Int32s, at: TimeArray, session: Int32s, good: Bools, artist_at: Int32s) -> Plays:
    """Number the items and artists of plays, given by catalogue position and oldest first; chain repeats.

    `artist_at` (int32) is the artist of each catalogue position, -1 if unknown.
    """
    items = new_numbering(len(index) + EXTRA_ITEMS)
    item, earlier = _number_items(items, index)
    in_ring = items.known[0]
    artists = new_numbering(in_ring + EXTRA_ITEMS)
    artist_of = np.empty(len(items.value), np.int32)
    number_artists(items, artists, artist_of, artist_at, 0)
    earlier_by_artist = _chain_artists(item, artist_of, artists.known[0])
    context = count_in_session(session, CONTEXT_PLAYS)
    return Plays(
        item, at, session, good, earlier, earlier_by_artist, items, artists, artist_of, in_ring, context
    )


@compiled
def count_in_session(session: Int32s, most: int) -> int:
    """Count the last plays that belong to the last one's session, up to `most`.

    >>> count_in_session(np.array([3, 3, 4, 4, 4], np.int32), 8)
    3
    """
    count = 0
    while count < min(most, len(session)) and session[len(session) - 1 - count] == session[-1]:
        count += 1
    return count


@compiled
def new_numbering(room: int) -> Numbering:
    """Make an empty numbering with room for that many values."""
    # Up to three quarters full: what is scanned has to stay in the processor's cache.
    places = 64
    while 3 * places < 4 * room:
        places *= 2
    return Numbering(np.full(places, -1, np.int32), np.empty(room, np.int32), np.zeros(1, np.int64))


@compiled
def find_number(numbering: Numbering, value: int) -> int:
    """Look up the number of a value, -1 if it has none."""
    return int(numbering.table[_place_of(numbering, value)])


@compiled
def give_number(numbering: Numbering, value: int) -> int:
    """Look up the number of a value, the next free one if it has none, -1 if none is free.

    >>> numbering = new_numbering(2)
    >>> [give_number(numbering, value) for value in (7, 9, 7, 4)], find_number(numbering, 4)
    ([0, 1, 0, -1], -1)
    """
    place = _place_of(numbering, value)
    count = numbering.known[0]
    if numbering.table[place] < 0 and count < len(numbering.value):
        numbering.table[place] = count
        numbering.value[count] = value
        numbering.known[0] = count + 1
    return int(numbering.table[place])


@compiled
def _place_of(numbering: Numbering, value: int) -> int:
    """Find where the table holds a value or would hold it: open addressing.

    The multiplier is Knuth's (The Art of Computer Programming 3, 6.4): neighbours spread over the table.
    """
    mask = len(numbering.table) - 1
    place = (value * 2_654_435_761 >> 12) & mask
    while numbering.table[place] >= 0 and numbering.value[numbering.table[place]] != value:
        place = (place + 1) & mask
    return place


@compiled
def number_artists(
    items: Numbering, artists: Numbering, artist_of: Int32s, artist_at: Int32s, first: int
) -> None:
    """Number the artists of the items from number `first` on, in place."""
    for item in range(first, items.known[0]):
        artist = artist_at[items.value[item]]
        artist_of[item] = give_number(artists, artist) if artist >= 0 else -1


@compiled
def _number_items(items: Numbering, index: Int32s) -> tuple[Int32s, Int32s]:
    """Number the item of each play, newest first, and find the play of it before."""
    item = np.empty(len(index), np.int32)
    earlier = np.full(len(index), -1, np.int32)
    oldest_seen = np.full(len(index), -1, np.int32)
    for play in range(len(index) - 1, -1, -1):
        number = give_number(items, index[play])
        item[play] = number
        if oldest_seen[number] >= 0:
            earlier[oldest_seen[number]] = play
        oldest_seen[number] = play
    return item, earlier


@compiled
def _chain_artists(item: Int32s, artist_of: Int32s, artists: int) -> Int32s:
    """For each play, the play by the same artist before it."""
    earlier = np.full(len(item), -1, np.int32)
    newest = np.full(artists, -1, np.int32)
    for play in range(len(item)):
        artist = artist_of[item[play]]
        if artist >= 0:
            earlier[play] = newest[artist]
            newest[artist] = play
    return earlier
