"""The one scan over the ring: items and artists numbered, and every play chained to the one before it.

All candidate sources read this view. Numbers are dense and given newest first, so whatever is computed by
number needs arrays as long as the ring, never as long as the catalogue, and comes in an order that depends
on the history alone.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.catalogue import Catalogue
from models.compiled import compiled
from models.history import History

CONTEXT_PLAYS: Final = 8
"""Plays of the current session that speak of what comes next."""

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Float32s = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

EXTRA: Final = 1024
"""Room for items that are not in the ring."""


class Numbering(NamedTuple):
    """Distinct values in the order in which they were numbered, found through a hash table.

    `value` (int32) holds the value of each number, `count` (int64, 1) how many there are, `table` (int32)
    the numbers by hash, -1 where free.
    """

    table: Int32s
    value: Int32s
    count: Int64s


class Plays(NamedTuple):
    """The plays of a ring, oldest first (n of them), skips included; items and artists go by number.

    `number` (int32, n) is the item of each play, `artist_of` (int32, by number) its artist (-1 unknown).
    `earlier` (int32, n) is the last play of the same item before, `earlier_by_artist` of the same artist,
    -1 where there is none. `context` counts the last plays, at most 8, that belong to the current session.
    """

    number: Int32s
    at: Int64s
    session: Int32s
    good: Bools
    earlier: Int32s
    earlier_by_artist: Int32s
    items: Numbering
    artists: Numbering
    artist_of: Int32s
    context: int


def scan_plays(history: History, catalogue: Catalogue) -> Plays:
    """Number the items and artists of the plays in a ring, newest first, and chain repeats."""
    index, at, session, good = history.index, history.at, history.session, history.good
    is_play = history.is_play
    if not is_play.all():
        index, at, session, good = index[is_play], at[is_play], session[is_play], good[is_play]
    return _scan(index, at, session, good, catalogue.artist)


@compiled
def _scan(index: Int32s, at: Int64s, session: Int32s, good: Bools, artist_at: Int32s) -> Plays:
    items = new_numbering(len(index) + EXTRA)
    number = np.empty(len(index), np.int32)
    earlier = np.full(len(index), -1, np.int32)
    oldest_seen = np.empty(len(index), np.int32)
    for play in range(len(index) - 1, -1, -1):
        known = items.count[0]
        item = give_number(items, index[play])
        if item < known:
            earlier[oldest_seen[item]] = play
        oldest_seen[item] = play
        number[play] = item
    artists = new_numbering(items.count[0] + EXTRA)
    artist_of = np.full(len(items.value), -1, np.int32)
    number_artists(items, artists, artist_of, artist_at, 0)
    earlier_by_artist = _chain(number, artist_of, artists.count[0])
    context = 0
    while context < min(CONTEXT_PLAYS, len(index)) and session[len(index) - 1 - context] == session[-1]:
        context += 1
    return Plays(number, at, session, good, earlier, earlier_by_artist, items, artists, artist_of, context)


@compiled
def new_numbering(room: int) -> Numbering:
    """Make an empty numbering with room for that many values."""
    places = 64
    while places < 2 * room:
        places *= 2
    return Numbering(np.full(places, -1, np.int32), np.empty(room, np.int32), np.zeros(1, np.int64))


@compiled
def _place_of(numbering: Numbering, value: int) -> int:
    """Find where the table holds a value, or would (open addressing).

    The multiplier is Knuth's (The Art of Computer Programming 3, 6.4): neighbours spread over the table.
    """
    mask = len(numbering.table) - 1
    place = ((value * 2654435761) >> 12) & mask
    while numbering.table[place] >= 0 and numbering.value[numbering.table[place]] != value:
        place = (place + 1) & mask
    return place


@compiled
def find_number(numbering: Numbering, value: int) -> int:
    """Look up the number of a value, -1 if it has none."""
    return numbering.table[_place_of(numbering, value)]


@compiled
def give_number(numbering: Numbering, value: int) -> int:
    """Look up the number of a value, the next free one if it has none.

    >>> numbering = new_numbering(8)
    >>> [give_number(numbering, value) for value in (7, 9, 7)], find_number(numbering, 4)
    ([0, 1, 0], -1)
    """
    place = _place_of(numbering, value)
    if numbering.table[place] < 0:
        numbering.table[place] = numbering.count[0]
        numbering.value[numbering.count[0]] = value
        numbering.count[0] += 1
    return numbering.table[place]


@compiled
def number_artists(
    items: Numbering, artists: Numbering, artist_of: Int32s, artist_at: Int32s, first: int
) -> None:
    """Number the artists of the items from number `first` on; `artist_at` holds them by position."""
    for item in range(first, items.count[0]):
        artist = artist_at[items.value[item]]
        if artist >= 0:
            artist_of[item] = give_number(artists, artist)


@compiled
def _chain(number: Int32s, artist_of: Int32s, artists: int) -> Int32s:
    earlier = np.full(len(number), -1, np.int32)
    newest = np.full(artists, -1, np.int32)
    for play in range(len(number)):
        artist = artist_of[number[play]]
        if artist >= 0:
            earlier[play] = newest[artist]
            newest[artist] = play
    return earlier
