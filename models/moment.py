"""The moment: how the session goes; the same for every candidate, it says which evidence to trust."""

from __future__ import annotations

from typing import Final, NamedTuple

from models.compiled import compiled
from models.sources.scan import Plays, count_in_session

LATELY_PLAYS: Final = 16
"""Plays that say how the listener listens now."""
LONG_SESSION_PLAYS: Final = 256


class Moment(NamedTuple):
    """Where the session stands; the shares are of the last 16 plays, 0 without a play."""

    session_plays: int
    """Plays of any length in the current session, counted up to 256."""
    good: float
    """Share of plays that were not skipped."""
    familiar: float
    """Share of plays whose item was in the ring before."""
    repeated: float
    """Share of plays whose item the same session had before."""
    same_artist: float
    """Share of plays by the artist of the play before."""


@compiled
def read_moment(plays: Plays) -> Moment:
    """Look back over the last plays."""
    count = len(plays.item)
    good, familiar, repeated, same_artist = 0, 0, 0, 0
    first = max(1, count - LATELY_PLAYS)
    for play in range(first, count):
        earlier = plays.earlier[play]
        artist = plays.artist_of[plays.item[play]]
        good += plays.good[play]
        familiar += earlier >= 0
        repeated += earlier >= 0 and plays.session[earlier] == plays.session[play]
        same_artist += artist >= 0 and artist == plays.artist_of[plays.item[play - 1]]
    seen = max(1, count - first)
    session_plays = count_in_session(plays.session, LONG_SESSION_PLAYS)
    return Moment(session_plays, good / seen, familiar / seen, repeated / seen, same_artist / seen)
