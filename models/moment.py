"""The moment: how the session goes, the same for every candidate; it decides which evidence to trust."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from models.compiled import compiled
from models.sources.scan import Plays

LATELY: Final = 16
"""Plays that say how the listener listens now."""


class Moment(NamedTuple):
    """Where the session stands; the shares are of the last 16 plays and 0 without a play."""

    session_plays: int
    """Plays of any length in the current session."""
    last_skipped: float
    good: float
    familiar: float
    """Plays of items that were in the ring before."""
    repeated: float
    """Plays of items that the same session had before."""
    same_artist: float
    """Plays by the artist of the play before."""
    as_before: float
    """Plays of the item that followed the same item the last time."""


@compiled
def read_moment(plays: Plays) -> Moment:
    """Look back over the last plays."""
    count = len(plays.number)
    session_plays = 0
    while session_plays < count and plays.session[count - 1 - session_plays] == plays.session[-1]:
        session_plays += 1
    good, familiar, repeated, same_artist, as_before = 0, 0, 0, 0, 0
    first = max(1, count - LATELY)
    for play in range(first, count):
        good += plays.good[play]
        before = plays.earlier[play]
        familiar += before >= 0
        repeated += before >= 0 and plays.session[before] == plays.session[play]
        same_artist += plays.artist_of[plays.number[play]] == plays.artist_of[plays.number[play - 1]]
        then = plays.earlier[play - 1]
        as_before += then >= 0 and plays.number[then + 1] == plays.number[play]
    seen = max(1, count - first)
    last_skipped = 1.0 if count and not plays.good[-1] else 0.0
    return Moment(
        session_plays,
        last_skipped,
        good / seen,
        familiar / seen,
        repeated / seen,
        same_artist / seen,
        as_before / seen,
    )
