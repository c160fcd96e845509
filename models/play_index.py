"""The plays of a ring, indexed as they come: items and artists numbered, repeats chained, habits counted.

A request reads this and not the whole ring. It depends on nothing but what the ring holds and who made what:
it is made anew when a segment is sealed or an artist becomes known, and grows play by play until then, in the
same order and with the same arithmetic.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.numbering import Int32s, Int64s, Numbering, give_number, new_numbering
from models.recollection import Bools, Float64s, Recollections, Uint8s, new_recollections, recollect
from models.segments import SEGMENT_EVENTS

EXTRA_ITEMS: Final = 2048
"""Room for items outside the ring: 64 popular ones, 24 after each of 8, 32 by each of some 56 artists."""
HALF_LIVES_HOURS: Final = (72.0, 720.0, 8760.0)
"""Plays count half after three days, a month, a year."""
NEWEST, OLDEST, PLAYS, SKIPS, SESSIONS = range(5)
"""What is counted of each item: its last play and its first one, plays of 30 seconds or more and shorter
ones, and the sessions with either."""

TimeArray = npt.NDArray[np.uint32]
Uint32s = npt.NDArray[np.uint32]


class PlayIndex(NamedTuple):
    """The plays of a ring, oldest first, skips included; `size` (int64, 1) of them, and room for more.

    `item` (int32) is the number of the item of each play, `at` (uint32) when it ended, `session` (int32) its
    session, `ms` (uint32) how long it was heard, `good` (bool) whether for 30 seconds or more, `earlier`
    (int32) the play of the same item before it, -1 for none, `earlier_by_artist` (int32) that of the same
    artist, and `skips` (uint8) the skips among the eight plays before it: bits, the last one lowest.

    By item number, `counts` (int32, 5 x items) is what `NEWEST` to `SESSIONS` say, `decayed` (float64, 3 x
    items) the good plays, each counting half after each of `HALF_LIVES_HOURS`, as of `reference` (float64, 1,
    Unix seconds), `ends` (uint32, 2 x items) when the last and the first play ended, `recalled` what the last
    eight plays say, and `artist_of` (int32, with room for items outside the ring) the number of the artist,
    -1 if unknown. By artist number, `newest_by_artist` (int32) is the last play, and `recalled_by_artist`
    what the last eight say.
    """

    size: Int64s
    item: Int32s
    at: TimeArray
    session: Int32s
    ms: Uint32s
    good: Bools
    earlier: Int32s
    earlier_by_artist: Int32s
    skips: Uint8s
    items: Numbering
    counts: Int32s
    decayed: Float64s
    reference: Float64s
    ends: Uint32s
    recalled: Recollections
    artists: Numbering
    artist_of: Int32s
    newest_by_artist: Int32s
    recalled_by_artist: Recollections


@compiled
def index_plays(
    index: Int32s,
    at: TimeArray,
    session: Int32s,
    played: Uint32s,
    good: Bools,
    is_play: Bools,
    sealed: int,
    artist_at: Int32s,
) -> PlayIndex:
    """Index the plays among the events of a ring, of which the first `sealed` are sealed.

    `played` (uint32) holds milliseconds x 32, and `artist_at` (int32) the artist of each catalogue position,
    -1 if unknown. Habits are counted as of the last sealed event, or of the first one where none is sealed.
    """
    # No more than a segment comes before the index is made anew.
    room = np.count_nonzero(is_play) + SEGMENT_EVENTS
    items = _count_items(index, is_play) + SEGMENT_EVENTS
    plays = PlayIndex(
        np.zeros(1, np.int64),
        np.empty(room, np.int32),
        np.empty(room, np.uint32),
        np.empty(room, np.int32),
        np.empty(room, np.uint32),
        np.empty(room, np.bool_),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.uint8),
        new_numbering(items + EXTRA_ITEMS),
        np.zeros((5, items), np.int32),
        np.zeros((3, items), np.float64),
        np.zeros(1, np.float64),
        np.empty((2, items), np.uint32),
        new_recollections(items),
        new_numbering(items + EXTRA_ITEMS),
        np.empty(items + EXTRA_ITEMS, np.int32),
        np.full(items, -1, np.int32),
        new_recollections(items),
    )
    if len(at):
        plays.reference[0] = at[max(0, sealed - 1)]
    for event in range(len(index)):
        if is_play[event]:
            position = index[event]
            artist, ms = artist_at[position], played[event] >> 5
            _append(plays, position, artist, at[event], session[event], ms, good[event])
    for number in range(plays.items.known[0]):
        _recall_item(plays, number)
    for number in range(plays.artists.known[0]):
        _recall_artist(plays, number)
    return plays


@compiled
def add_play(
    plays: PlayIndex, position: int, artist: int, at: int, session: int, ms: int, good: bool
) -> None:
    """Add the newest play, of the item and by the artist (-1 if unknown) at catalogue positions, in place."""
    number = _append(plays, position, artist, at, session, ms, good)
    _recall_item(plays, number)
    if plays.artist_of[number] >= 0:
        _recall_artist(plays, plays.artist_of[number])


@compiled
def _recall_item(plays: PlayIndex, number: int) -> None:
    recollect(plays.recalled, number, plays.counts[NEWEST, number], plays.good, plays.skips, plays.earlier)


@compiled
def _recall_artist(plays: PlayIndex, number: int) -> None:
    newest, earlier = plays.newest_by_artist[number], plays.earlier_by_artist
    recollect(plays.recalled_by_artist, number, newest, plays.good, plays.skips, earlier)


@compiled
def _append(plays: PlayIndex, position: int, artist: int, at: int, session: int, ms: int, good: bool) -> int:
    play, counts = plays.size[0], plays.counts
    known = plays.items.known[0]
    number = give_number(plays.items, position)
    if number == known:
        plays.earlier[play] = -1
        counts[OLDEST, number] = play
        plays.ends[OLDEST, number] = at
        counts[SESSIONS, number] = 1
        plays.artist_of[number] = give_number(plays.artists, artist) if artist >= 0 else -1
    else:
        plays.earlier[play] = counts[NEWEST, number]
        counts[SESSIONS, number] += plays.session[counts[NEWEST, number]] != session
    counts[NEWEST, number] = play
    plays.ends[NEWEST, number] = at
    counts[PLAYS if good else SKIPS, number] += 1
    plays.item[play], plays.at[play] = number, at
    plays.session[play], plays.ms[play], plays.good[play] = session, ms, good
    _chain_artist(plays, play, plays.artist_of[number])
    plays.skips[play] = (plays.skips[play - 1] << 1 | (not plays.good[play - 1])) & 255 if play else 0
    plays.size[0] = play + 1
    if good:
        hours = (at - plays.reference[0]) / 3600.0
        for horizon in range(3):
            # The bound keeps numbers finite for who comes back after eight years; then nothing else counts.
            half_lives = min(hours / HALF_LIVES_HOURS[horizon], 1000.0)
            plays.decayed[horizon, number] += np.exp2(half_lives)
    return int(number)


@compiled
def _chain_artist(plays: PlayIndex, play: int, artist: int) -> None:
    plays.earlier_by_artist[play] = -1
    if artist >= 0:
        plays.earlier_by_artist[play] = plays.newest_by_artist[artist]
        plays.newest_by_artist[artist] = play


@compiled
def _count_items(index: Int32s, is_play: Bools) -> int:
    items = new_numbering(len(index))
    for event in range(len(index)):
        if is_play[event]:
            give_number(items, index[event])
    return int(items.known[0])
