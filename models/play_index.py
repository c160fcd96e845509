"""The plays of a ring, indexed as they come: items numbered, repeats chained, habits counted.

A request reads this and not the whole ring. It depends on nothing but what the ring holds: it is made anew
when a segment is sealed and grows play by play until the next one, in the same order and with the same
arithmetic.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.numbering import Int32s, Int64s, Numbering, give_number, new_numbering
from models.segments import SEGMENT_EVENTS

EXTRA_ITEMS: Final = 2048
"""Room for items outside the ring: 64 popular ones, 24 after each of 8, 32 by each of some 56 artists."""
HALF_LIVES_HOURS: Final = (72.0, 720.0, 8760.0)
"""Plays count half after three days, a month, a year."""
NEWEST, OLDEST, PLAYS, SKIPS, SESSIONS = range(5)
"""What is counted of each item: its last play and its first one, plays of 30 seconds or more and shorter
ones, and the sessions with either."""

TimeArray = npt.NDArray[np.uint32]
Float64s = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class PlayIndex(NamedTuple):
    """The plays of a ring, oldest first, skips included; `size` (int64, 1) of them, and room for more.

    `item` (int32) is the number of the item of each play, `at` (uint32) when it ended, `session` (int32) its
    session, `good` (bool) whether it was a play of 30 seconds or more, and `earlier` (int32) the play of the
    same item before it, -1 for none. By item number, `counts` (int32, 5 x items) is what `NEWEST` to
    `SESSIONS` say, and `decayed` (float64, 3 x items) the good plays, each counting half after each of
    `HALF_LIVES_HOURS`, as of `reference` (float64, 1, Unix seconds).
    """

    size: Int64s
    item: Int32s
    at: TimeArray
    session: Int32s
    good: Bools
    earlier: Int32s
    items: Numbering
    counts: Int32s
    decayed: Float64s
    reference: Float64s


@compiled
def index_plays(
    index: Int32s, at: TimeArray, session: Int32s, good: Bools, is_play: Bools, sealed: int
) -> PlayIndex:
    """Index the plays among the events of a ring, of which the first `sealed` are sealed.

    Habits are counted as of the last sealed event, or of the first one where none is sealed.
    """
    # No more than a segment comes before the index is made anew.
    room = np.count_nonzero(is_play) + SEGMENT_EVENTS
    items = _count_items(index, is_play) + SEGMENT_EVENTS
    plays = PlayIndex(
        np.zeros(1, np.int64),
        np.empty(room, np.int32),
        np.empty(room, np.uint32),
        np.empty(room, np.int32),
        np.empty(room, np.bool_),
        np.empty(room, np.int32),
        new_numbering(items + EXTRA_ITEMS),
        np.zeros((5, items), np.int32),
        np.zeros((3, items), np.float64),
        np.zeros(1, np.float64),
    )
    if len(at):
        plays.reference[0] = at[max(0, sealed - 1)]
    for event in range(len(index)):
        if is_play[event]:
            add_play(plays, index[event], at[event], session[event], good[event])
    return plays


@compiled
def add_play(plays: PlayIndex, position: int, at: int, session: int, good: bool) -> None:
    """Add the newest play, of the item at a catalogue position, in place."""
    play, counts = plays.size[0], plays.counts
    known = plays.items.known[0]
    number = give_number(plays.items, position)
    if number == known:
        plays.earlier[play] = -1
        counts[OLDEST, number] = play
        counts[SESSIONS, number] = 1
    else:
        plays.earlier[play] = counts[NEWEST, number]
        counts[SESSIONS, number] += plays.session[counts[NEWEST, number]] != session
    counts[NEWEST, number] = play
    counts[PLAYS if good else SKIPS, number] += 1
    plays.item[play], plays.at[play] = number, at
    plays.session[play], plays.good[play] = session, good
    plays.size[0] = play + 1
    if good:
        hours = (at - plays.reference[0]) / 3600.0
        for horizon in range(3):
            # The bound keeps numbers finite for who comes back after eight years; then nothing else counts.
            half_lives = min(hours / HALF_LIVES_HOURS[horizon], 1000.0)
            plays.decayed[horizon, number] += np.exp2(half_lives)


@compiled
def _count_items(index: Int32s, is_play: Bools) -> int:
    items = new_numbering(len(index))
    for event in range(len(index)):
        if is_play[event]:
            give_number(items, index[event])
    return int(items.known[0])
