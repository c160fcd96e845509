"""Habits: what the listener plays again and again, lately or for years."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.compiled import compiled
from models.play_counts import HALF_LIVES_HOURS, NEWEST, OLDEST, PLAYS, SESSIONS, SKIPS
from models.sources.scan import Float32s, Plays, count_in_session


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
    """Age what is counted of every item of the ring."""
    count, counts, habits = len(plays.item), plays.counts, _no_habits(plays.in_ring)
    hours = max(0.0, now_seconds - plays.reference[0]) / 3600.0
    for horizon, decayed in enumerate((habits.lately, habits.month, habits.years)):
        left = np.exp2(-hours / HALF_LIVES_HOURS[horizon])
        for item in range(plays.in_ring):
            # A clock that is behind makes no play count for more than one.
            decayed[item] = min(plays.decayed[horizon, item] * left, float(counts[PLAYS, item]))
    for item in range(plays.in_ring):
        habits.plays[item] = counts[PLAYS, item]
        habits.skips[item] = counts[SKIPS, item]
        habits.sessions[item] = counts[SESSIONS, item]
        habits.newest_age[item] = max(0.0, now_seconds - plays.ends[NEWEST, item])
        habits.oldest_age[item] = max(0.0, now_seconds - plays.ends[OLDEST, item])
        habits.plays_since[item] = count - counts[NEWEST, item]
        habits.last_skipped[item] = plays.recalled.skipped[item] == counts[NEWEST, item]
    for play in range(count - count_in_session(plays.session, count), count):
        habits.in_session[plays.item[play]] += 1
    return habits


@compiled
def _no_habits(size: int) -> Habits:
    table = np.zeros((11, size), np.float32)
    return Habits(
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
