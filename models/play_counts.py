"""Steps that keep the index of plays up: chains of the same item or artist, counts, fading sums.

Each goes over the plays from `first` to before `last`, in place, with the columns that `PlayIndex` names.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.numbering import Int32s
from models.recollection import Bools, Float64s

HALF_LIVES_HOURS: Final = (72.0, 720.0, 8760.0)
"""Plays count half after three days, a month, a year."""
NEWEST, OLDEST, PLAYS, SKIPS, SESSIONS = range(5)
"""What is counted of each item: its last play and its first one, plays of 30 seconds or more and shorter
ones, and the sessions with either."""

TimeArray = npt.NDArray[np.uint32]
Uint32s = npt.NDArray[np.uint32]


@compiled
def count_plays(
    item: Int32s,
    at: TimeArray,
    session: Int32s,
    good: Bools,
    earlier: Int32s,
    counts: Int32s,
    ends: Uint32s,
    first: int,
    last: int,
) -> None:
    """Chain plays to the one of the same item before it, and count what `NEWEST` to `SESSIONS` say."""
    for play in range(first, last):
        number = item[play]
        if counts[SESSIONS, number] == 0:
            earlier[play] = -1
            counts[OLDEST, number], ends[OLDEST, number] = play, at[play]
            counts[SESSIONS, number] = 1
        else:
            earlier[play] = counts[NEWEST, number]
            counts[SESSIONS, number] += session[earlier[play]] != session[play]
        counts[NEWEST, number], ends[NEWEST, number] = play, at[play]
        counts[PLAYS if good[play] else SKIPS, number] += 1


@compiled
def decay_plays(
    item: Int32s, at: TimeArray, good: Bools, decayed: Float64s, reference: float, first: int, last: int
) -> None:
    """Add good plays to the sums (float64, 3 x items) that count them half after each of the half-lives."""
    for play in range(first, last):
        if good[play]:
            hours = (at[play] - reference) / 3600.0
            for horizon in range(3):
                # Finite for who comes back after eight years; nothing else counts then.
                half_lives = min(hours / HALF_LIVES_HOURS[horizon], 1000.0)
                decayed[horizon, item[play]] += np.exp2(half_lives)


@compiled
def chain_artists(
    item: Int32s, artist_of: Int32s, earlier: Int32s, newest: Int32s, first: int, last: int
) -> None:
    """Chain plays to the one of the same artist before it, -1 for none or where it is unknown."""
    for play in range(first, last):
        artist = artist_of[item[play]]
        earlier[play] = -1
        if artist >= 0:
            earlier[play] = newest[artist]
            newest[artist] = play
