"""What all candidate sources read: items and artists numbered, plays chained to earlier ones.

Nothing that is added for a request outlives it: there is no scratch that could leak into the next one.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.index_memory import PackedIndex, PlayIndex, open_index
from models.numbering import Numbering, copy_numbering, give_number
from models.play_counts import TimeArray, Uint32s
from models.recollection import Bools, Float64s, Recollections

CONTEXT_PLAYS: Final = 8
"""Last plays of the current session that speak of what comes next."""

Int32s = npt.NDArray[np.int32]
Float32s = npt.NDArray[np.float32]


class Plays(NamedTuple):
    """The plays of a ring, oldest first (n of them), skips included; items and artists go by number.

    All are those of `PlayIndex`, those by play n long; `items`, `artists` and `artist_of` are copies, to
    which what is proposed from outside the ring is added. `newest_by_artist` is as long as there are artists
    in the ring. `in_ring` counts the items of the ring, whose numbers are the first, and `context` the last
    plays, at most 8, of the current session.
    """

    item: Int32s
    at: TimeArray
    session: Int32s
    ms: Uint32s
    good: Bools
    earlier: Int32s
    earlier_by_artist: Int32s
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
    in_ring: int
    context: int


@compiled
def scan_plays(packed: PackedIndex) -> Plays:
    """Take indexed plays, and make room for items that are not among them."""
    indexed = open_index(packed)
    in_ring = indexed.items.known[0]
    artist_of = np.empty(len(indexed.artist_of), np.int32)
    artist_of[:in_ring] = indexed.artist_of[:in_ring]
    return _plays_of(indexed, copy_numbering(indexed.items), copy_numbering(indexed.artists), artist_of)


@compiled
def read_plays(packed: PackedIndex) -> Plays:
    """Take indexed plays to read only: nothing is to be numbered."""
    indexed = open_index(packed)
    return _plays_of(indexed, indexed.items, indexed.artists, indexed.artist_of)


@compiled
def _plays_of(indexed: PlayIndex, items: Numbering, artists: Numbering, artist_of: Int32s) -> Plays:
    size = indexed.size[0]
    session = indexed.session[:size]
    return Plays(
        indexed.item[:size],
        indexed.at[:size],
        session,
        indexed.ms[:size],
        indexed.good[:size],
        indexed.earlier[:size],
        indexed.earlier_by_artist[:size],
        items,
        indexed.counts,
        indexed.decayed,
        indexed.reference,
        indexed.ends,
        indexed.recalled,
        artists,
        artist_of,
        indexed.newest_by_artist[: indexed.artists.known[0]],
        indexed.recalled_by_artist,
        indexed.items.known[0],
        count_in_session(session, CONTEXT_PLAYS),
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
def number_artists(
    items: Numbering, artists: Numbering, artist_of: Int32s, artist_at: Int32s, first: int
) -> None:
    """Number the artists of the items from number `first` on, in place."""
    for item in range(first, items.known[0]):
        artist = artist_at[items.value[item]]
        artist_of[item] = give_number(artists, artist) if artist >= 0 else -1
