"""Facts of the moment that tell a skip from a play: the listener's mood, the same for every item.

Only what was known when the listener's last event ended: when the next play begins is its end less its
length, and so tells whether it is a skip.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from models.compiled import compiled
from models.recollection import USUAL, Bools, Float64s
from models.skip_facts import FACTS, UNKNOWN, SkipFact
from models.sources.scan import Float32s, Plays, count_in_session

WINDOW_PLAYS: Final = 64
"""Last plays that speak of the listener's mood."""


@compiled
def recall_mood(plays: Plays) -> Float32s:
    """Read the facts of the moment (float32, FACTS); those of an item are left unknown."""
    facts, count = np.full(FACTS, UNKNOWN, np.float32), len(plays.item)
    facts[SkipFact.MOOD] = _recent_share(plays.good, 0.5)
    facts[SkipFact.MOOD_SLOW] = _recent_share(plays.good, 0.05)
    facts[SkipFact.RUN] = _run(plays.good)
    if count > 1:
        facts[SkipFact.GAP] = _minutes(plays, count - 2, count - 1)
    if count > 2:
        facts[SkipFact.GAP_BEFORE] = _minutes(plays, count - 3, count - 2)
    if count > 5:
        facts[SkipFact.GAP_OF_FIVE] = _minutes(plays, count - 6, count - 1)
    for back in range(min(2, count)):
        facts[SkipFact.HEARD + back] = plays.ms[count - 1 - back] / 1000.0
    return facts


@compiled
def _recent_share(good: Bools, step: float) -> float:
    """Share of skips among the last 64 plays, each moving it by `step`.

    >>> _recent_share(np.array([True, False]), 0.5)
    0.575
    """
    share = USUAL
    for play in range(max(0, len(good) - WINDOW_PLAYS), len(good)):
        share += step * ((0.0 if good[play] else 1.0) - share)
    return share


@compiled
def _run(good: Bools) -> int:
    run, last = 0, len(good) - 1
    while run < min(WINDOW_PLAYS, len(good)) and good[last - run] == good[last]:
        run += 1
    return run if run and good[last] else -run


@compiled
def _minutes(plays: Plays, older: int, newer: int) -> float:
    # Times are unsigned, and a clock may have been put back.
    return max(0.0, float(plays.at[newer]) - float(plays.at[older])) / 60.0


@compiled
def kind_moods(plays: Plays) -> Float64s:
    """Share of skips lately (float64, 3) among items that were new, liked or skipped the last time."""
    moods, count = np.full(3, USUAL), len(plays.item)
    for play in range(max(0, count - WINDOW_PLAYS), count):
        kind = kind_of(plays.good, plays.earlier[play])
        moods[kind] += 0.2 * ((0.0 if plays.good[play] else 1.0) - moods[kind])
    return moods


@compiled
def kind_of(good: Bools, earlier: int) -> int:
    """Tell what an item was when `earlier` was its last play, -1 for none: 0 new, 1 liked, 2 skipped."""
    return 0 if earlier < 0 else 1 if good[earlier] else 2


@compiled
def session_shares(plays: Plays) -> Float64s:
    """Share of skips in the session (float64, 2) among items that were new, and that were known."""
    count, all_plays, all_skips = len(plays.item), 2.0, 2.0 * USUAL
    counted, skipped = np.zeros(2), np.zeros(2)
    for play in range(count - count_in_session(plays.session, WINDOW_PLAYS), count):
        known = 0 if plays.earlier[play] < 0 else 1
        skip = 0.0 if plays.good[play] else 1.0
        counted[known] += 1.0
        skipped[known] += skip
        all_plays += 1.0
        all_skips += skip
    return (skipped + 2.0 * all_skips / all_plays) / (counted + 2.0)
