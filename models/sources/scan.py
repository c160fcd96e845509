"""What all candidate sources read: items and artists numbered, plays chained to earlier ones.

Nothing that is added for a request outlives it: there is no scratch that could leak into the next one.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.numbering import Numbering, copy_numbering, give_number, new_numbering
from models.play_index import EXTRA_ITEMS, Bools, Float64s, PlayIndex, TimeArray

CONTEXT_PLAYS: Final = 8
"""Last plays of the current session that speak of what comes next."""

Int32s = npt.NDArray[np.int32]
Float32s = npt.NDArray[np.float32]


class Plays(NamedTuple):
    """The plays of a ring, oldest first (n of them), skips included; items and artists go by number.

    `item`, `at`, `session`, `good` and `earlier` are those of `PlayIndex`, n long, and `counts`, `decayed`
    and `reference` its own. `earlier_by_artist` (int32, n) is the play of the same artist before it, -1 for
    none. `artist_of` (int32, by item number) is the number of the artist, -1 if unknown. `in_ring` counts
    the items of the ring, whose numbers are the first, and `context` the last plays, at most 8, of the
    current session.
    """

    item: Int32s
    at: TimeArray
    session: Int32s
    good: Bools
    earlier: Int32s
    earlier_by_artist: Int32s
    items: Numbering
    counts: Int32s
    decayed: Float64s
    reference: Float64s
    artists: Numbering
    artist_of: Int32s
    in_ring: int
    context: int


@compiled
def scan_plays(indexed: PlayIndex, artist_at: Int32s) -> Plays:
    """Number and chain the artists of indexed plays, and make room for items that are not among them.

    `artist_at` (int32) is the artist of each catalogue position, -1 if unknown.
    """
    size, items = indexed.size[0], copy_numbering(indexed.items)
    item, session = indexed.item[:size], indexed.session[:size]
    in_ring = items.known[0]
    artists = new_numbering(in_ring + EXTRA_ITEMS)
    artist_of = np.empty(len(items.value), np.int32)
    number_artists(items, artists, artist_of, artist_at, 0)
    return Plays(
        item,
        indexed.at[:size],
        session,
        indexed.good[:size],
        indexed.earlier[:size],
        _chain_artists(item, artist_of, artists.known[0]),
        items,
        indexed.counts,
        indexed.decayed,
        indexed.reference,
        artists,
        artist_of,
        in_ring,
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
