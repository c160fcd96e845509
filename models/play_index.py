"""The plays of a ring, indexed as they come: items and artists numbered, repeats chained, habits counted.

A request reads this and not the whole ring. It depends on nothing but what the ring holds and who made what:
it is made anew when a segment is sealed or an artist becomes known, and grows play by play until then, in the
same order and with the same arithmetic.
"""

from __future__ import annotations

import numpy as np

from models.compiled import compiled
from models.index_memory import PackedIndex, PlayIndex, new_index, open_index
from models.numbering import Int32s, Numbering, give_number, new_numbering
from models.play_counts import NEWEST, TimeArray, Uint32s, chain_artists, count_plays, decay_plays
from models.recollection import Bools, Recollections, recollect
from models.segments import SEGMENT_EVENTS


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
) -> PackedIndex:
    """Index the plays among the events of a ring, of which the first `sealed` are sealed.

    `played` (uint32) holds milliseconds x 32, and `artist_at` (int32) the artist of each catalogue position,
    -1 if unknown. Habits are counted as of the last sealed event, or of the first one where none is sealed.
    """
    # No more than a segment comes before the index is made anew.
    room = int(np.count_nonzero(is_play)) + SEGMENT_EVENTS
    packed = new_index(room, _count_items(index, is_play) + SEGMENT_EVENTS)
    plays = open_index(packed)
    if len(at):
        plays.reference[0] = at[max(0, sealed - 1)]
    index = index[is_play]
    columns = at[is_play], session[is_play], played[is_play], good[is_play]
    _add_plays(plays, index, artist_at[index], columns[0], columns[1], columns[2], columns[3])
    return packed


@compiled
def add_play(
    packed: PackedIndex, index: int, artist: int, at: int, session: int, played: int, good: bool
) -> None:
    """Add the newest play, in place: `index` and `artist` are catalogue positions, -1 if unknown."""
    _add_plays(
        open_index(packed),
        np.full(1, index, np.int32),
        np.full(1, artist, np.int32),
        np.full(1, at, np.uint32),
        np.full(1, session, np.int32),
        np.full(1, played, np.uint32),
        np.full(1, good, np.bool_),
    )


@compiled
def _add_plays(
    plays: PlayIndex,
    index: Int32s,
    artist: Int32s,
    at: TimeArray,
    session: Int32s,
    played: Uint32s,
    good: Bools,
) -> None:
    """Add the newest n plays, in place.

    Step by step over all plays, each with the few arrays that it needs: to take all of them out of the index
    for every play would cost five times as much.
    """
    first = plays.size[0]
    last = first + len(index)
    plays.at[first:last], plays.session[first:last] = at, session
    plays.ms[first:last], plays.good[first:last] = played >> 5, good
    plays.size[0] = last
    _number(plays.items, plays.item, plays.artists, plays.artist_of, index, artist, first)
    count_plays(
        plays.item, plays.at, plays.session, plays.good, plays.earlier, plays.counts, plays.ends, first, last
    )
    decay_plays(plays.item, plays.at, plays.good, plays.decayed, plays.reference[0], first, last)
    chain_artists(plays.item, plays.artist_of, plays.earlier_by_artist, plays.newest_by_artist, first, last)
    for play in range(max(1, first), last):
        plays.skips[play] = (plays.skips[play - 1] << 1 | (not plays.good[play - 1])) & 255
    items = plays.item[first:last]
    artists = plays.artist_of[items]
    _recall(plays.recalled, plays.counts[NEWEST], items, first, plays, plays.earlier)
    _recall(plays.recalled_by_artist, plays.newest_by_artist, artists, first, plays, plays.earlier_by_artist)


@compiled
def _number(
    items: Numbering,
    item: Int32s,
    artists: Numbering,
    artist_of: Int32s,
    index: Int32s,
    artist: Int32s,
    first: int,
) -> None:
    for nth in range(len(index)):
        known = items.known[0]
        number = give_number(items, index[nth])
        item[first + nth] = number
        if number == known:
            artist_of[number] = give_number(artists, artist[nth]) if artist[nth] >= 0 else -1


@compiled
def _recall(
    found: Recollections, newest: Int32s, played: Int32s, first: int, plays: PlayIndex, earlier: Int32s
) -> None:
    """Recall anew whose numbers (int32, -1 for none) were `played` from the play `first` on, once each."""
    good, skips = plays.good, plays.skips
    for nth in range(len(played)):
        number = played[nth]
        if number >= 0 and newest[number] == first + nth:
            recollect(found, number, first + nth, good, skips, earlier)


@compiled
def _count_items(index: Int32s, is_play: Bools) -> int:
    items = new_numbering(len(index))
    for event in range(len(index)):
        if is_play[event]:
            give_number(items, index[event])
    return int(items.known[0])
