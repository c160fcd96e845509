"""Habits: what the listener plays again and again, lately or for years."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from models.compiled import compiled
from models.sources.scan import FRESH_PLAYS, Float32s, Plays

HALF_LIVES_HOURS: Final = (72.0, 720.0, 8760.0)
"""Plays count half after three days, a month, a year."""


class Habits(NamedTuple):
    """What the ring holds of each of its items, float32, by item number."""

    lately: Float32s
    """Plays, each counting half after three days; `month` and `years` alike."""
    month: Float32s
    years: Float32s
    plays: Float32s
    skips: Float32s
    in_session: Float32s
    """Plays of any length in the current session."""
    sessions: Float32s
    """Sessions with a play of any length."""
    newest_age: Float32s
    """Seconds since the last play of any length."""
    oldest_age: Float32s
    """Seconds since the first one in the ring."""
    plays_since: Float32s
    """Plays of any item since the last of this one, that one included."""
    last_skipped: Float32s
    """1 where the last play was a skip."""


@compiled
def recall_habits(plays: Plays, now_seconds: float) -> Habits:
    """Count and age every item of the ring, in one pass from the newest play to the oldest."""
    count, habits = len(plays.item), _no_habits(plays.in_ring)
    counted_in = np.full(plays.in_ring, -1, np.int32)
    session, age = -1, 0.0
    lately, month, years = 0.0, 0.0, 0.0
    for play in range(count - 1, -1, -1):
        if plays.session[play] != session or count - play <= FRESH_PLAYS:
            session = plays.session[play]
            age = max(0.0, now_seconds - plays.at[play])
            lately, month, years = _share(age, 0), _share(age, 1), _share(age, 2)
        item = plays.item[play]
        if habits.newest_age[item] < 0:
            habits.newest_age[item] = age
            habits.plays_since[item] = count - play
            habits.last_skipped[item] = not plays.good[play]
        habits.oldest_age[item] = age
        habits.in_session[item] += session == plays.session[-1]
        habits.sessions[item] += counted_in[item] != session
        counted_in[item] = session
        if plays.good[play]:
            habits.plays[item] += 1
            habits.lately[item] += lately
            habits.month[item] += month
            habits.years[item] += years
        else:
            habits.skips[item] += 1
    return habits


@compiled
def _no_habits(size: int) -> Habits:
    table = np.zeros((11, size), np.float32)
    habits = Habits(
        table[0],
        table[1],
        table[2],
        table[3],
        table[4],
        table[5],
        table[6],
        table[7],
        table[8],
        table[9],
        table[10],
    )
    habits.newest_age[:] = -1.0
    return habits


@compiled
def _share(age_seconds: float, horizon: int) -> float:
    return float(np.exp2(-age_seconds / (3600.0 * HALF_LIVES_HOURS[horizon])))
