"""Habits: what the listener plays again and again, lately or for years."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.sources.scan import Plays

HALF_LIVES_HOURS: Final = (6.0, 72.0, 720.0, 8760.0)
FRESH_EVENTS: Final = 64
"""Among the newest plays minutes matter; further back one age serves a whole session."""

Float32s = npt.NDArray[np.float32]
_SECONDS: Final = np.array([3600.0 * hours for hours in HALF_LIVES_HOURS])


class Habits(NamedTuple):
    """What the ring holds of each of its items, one row an item number."""

    decayed: Float32s
    """Plays, each counting half after each half-life, (m, 4)."""
    plays: Float32s
    skips: Float32s
    in_session: Float32s
    """Plays of any length in the current session."""
    sessions: Float32s
    """Sessions with a play of any length."""
    newest_age: Float32s
    """Seconds since the last play of any length."""
    oldest_age: Float32s
    plays_since: Float32s
    """Plays of all items since the last of this one."""
    last_skipped: Float32s
    """1 where the last play was a skip."""


def recall_habits(plays: Plays, *, now_seconds: float) -> Habits:
    """Count and age every item of the ring."""
    return Habits(*_habits(plays, now_seconds, _SECONDS))


@compiled
def _habits(
    plays: Plays, now_seconds: float, half_lives: npt.NDArray[np.float64]
) -> tuple[Float32s, Float32s, Float32s, Float32s, Float32s, Float32s, Float32s, Float32s, Float32s]:
    items, count = plays.items.count[0], len(plays.number)
    decayed = np.zeros((items, 4), np.float32)
    good = np.zeros(items, np.float32)
    skips = np.zeros(items, np.float32)
    in_session = np.zeros(items, np.float32)
    sessions = np.zeros(items, np.float32)
    newest_age = np.full(items, -1.0, np.float32)
    oldest_age = np.zeros(items, np.float32)
    plays_since = np.zeros(items, np.float32)
    last_skipped = np.zeros(items, np.float32)
    last_session = np.full(items, -1, np.int32)
    shares = np.zeros(4, np.float32)
    current, session, age = plays.session[-1] if count else 0, -1, 0.0
    for play in range(count - 1, -1, -1):
        if plays.session[play] != session or count - play <= FRESH_EVENTS:
            session = plays.session[play]
            age = max(0.0, now_seconds - plays.at[play])
            for horizon in range(4):
                shares[horizon] = 2.0 ** (-age / half_lives[horizon])
        item = plays.number[play]
        if newest_age[item] < 0:
            newest_age[item] = age
            plays_since[item] = count - 1 - play
            last_skipped[item] = not plays.good[play]
        oldest_age[item] = age
        in_session[item] += session == current
        if last_session[item] != session:
            last_session[item] = session
            sessions[item] += 1
        if plays.good[play]:
            good[item] += 1
            for horizon in range(4):
                decayed[item, horizon] += shares[horizon]
        else:
            skips[item] += 1
    return decayed, good, skips, in_session, sessions, newest_age, oldest_age, plays_since, last_skipped
