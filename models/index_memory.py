"""The index of a listener's plays as one block of memory, opened as arrays inside compiled passes.

Python hands arrays to compiled code one by one: the 27 of an index would take longer than some passes do.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.numbering import Int32s, Int64s, Numbering, table_places
from models.play_counts import TimeArray, Uint32s
from models.recollection import Bools, Float64s, Recollections, Uint8s

EXTRA_ITEMS: Final = 2304
"""Room for items outside the ring: 64 popular, 110 beside, 24 after each of 8, 32 by each of 60 artists."""
ALIGNMENT: Final = 8
"""Room comes in multiples of this, so that every array begins where its numbers may."""

Number = TypeVar("Number", bound=np.generic)


class PackedIndex(NamedTuple):
    """A `PlayIndex` in one block of bytes, with room for as many plays and items: multiples of 8."""

    memory: Uint8s
    plays: int
    items: int


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
def new_index(plays: int, items: int) -> PackedIndex:
    """Make an empty index with room for at least as many plays and items."""
    plays += -plays % ALIGNMENT
    items += -items % ALIGNMENT
    by_play, by_item = 6 * 4 + 2, 5 * 4 + 3 * 8 + 2 * 4 + 2 * 3 * 4 + 4
    outside = 2 * 4 * table_places(items + EXTRA_ITEMS) + 3 * 4 * (items + EXTRA_ITEMS)
    memory = np.empty(4 * ALIGNMENT + plays * by_play + items * by_item + outside, np.uint8)
    packed = PackedIndex(memory, plays, items)
    _clear(open_index(packed))
    return packed


@compiled
def _clear(index: PlayIndex) -> None:
    index.size[0] = index.items.known[0] = index.artists.known[0] = 0
    index.reference[0] = 0.0
    index.skips[:] = 0
    index.items.table[:], index.artists.table[:] = -1, -1
    index.counts[:], index.decayed[:] = 0, 0.0
    index.newest_by_artist[:] = -1
    for recalled in (index.recalled, index.recalled_by_artist):
        recalled.surprise[:] = 0.0
        recalled.played[:], recalled.skipped[:] = -1, -1


@compiled
def open_index(packed: PackedIndex) -> PlayIndex:
    """The arrays of an index, where they lie: what is written to them is written to it."""
    memory, plays, items = packed.memory, packed.plays, packed.items
    numbers, places = items + EXTRA_ITEMS, table_places(items + EXTRA_ITEMS)
    size, end = _take(memory, 0, 1, 8, np.int64)
    known_items, end = _take(memory, end, 1, 8, np.int64)
    known_artists, end = _take(memory, end, 1, 8, np.int64)
    reference, end = _take(memory, end, 1, 8, np.float64)
    item, end = _take(memory, end, plays, 4, np.int32)
    at, end = _take(memory, end, plays, 4, np.uint32)
    session, end = _take(memory, end, plays, 4, np.int32)
    ms, end = _take(memory, end, plays, 4, np.uint32)
    earlier, end = _take(memory, end, plays, 4, np.int32)
    earlier_by_artist, end = _take(memory, end, plays, 4, np.int32)
    good, end = _take(memory, end, plays, 1, np.bool_)
    skips, end = _take(memory, end, plays, 1, np.uint8)
    decayed, end = _take(memory, end, 3 * items, 8, np.float64)
    counts, end = _take(memory, end, 5 * items, 4, np.int32)
    ends, end = _take(memory, end, 2 * items, 4, np.uint32)
    recalled, end = _take_recollections(memory, end, items)
    recalled_by_artist, end = _take_recollections(memory, end, items)
    newest_by_artist, end = _take(memory, end, items, 4, np.int32)
    artist_of, end = _take(memory, end, numbers, 4, np.int32)
    item_table, end = _take(memory, end, places, 4, np.int32)
    item_value, end = _take(memory, end, numbers, 4, np.int32)
    artist_table, end = _take(memory, end, places, 4, np.int32)
    artist_value, end = _take(memory, end, numbers, 4, np.int32)
    return PlayIndex(
        size,
        item,
        at,
        session,
        ms,
        good,
        earlier,
        earlier_by_artist,
        skips,
        Numbering(item_table, item_value, known_items),
        counts.reshape(5, items),
        decayed.reshape(3, items),
        reference,
        ends.reshape(2, items),
        recalled,
        Numbering(artist_table, artist_value, known_artists),
        artist_of,
        newest_by_artist,
        recalled_by_artist,
    )


@compiled
def _take(
    memory: Uint8s, at: int, count: int, size: int, kind: type[Number]
) -> tuple[npt.NDArray[Number], int]:
    """`count` numbers of `size` bytes that begin at a byte, and where they end."""
    end = at + size * count
    return memory[at:end].view(kind), end


@compiled
def _take_recollections(memory: Uint8s, at: int, items: int) -> tuple[Recollections, int]:
    surprise, end = _take(memory, at, items, 4, np.float32)
    played, end = _take(memory, end, items, 4, np.int32)
    skipped, end = _take(memory, end, items, 4, np.int32)
    return Recollections(surprise, played, skipped), end
