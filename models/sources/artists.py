"""Artists: who is played lately and for years, and who usually follows whom."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from models.compiled import compiled
from models.sources.scan import Float32s, Plays

OCCURRENCES: Final = 32
"""Earlier plays of each artist of the context whose successors count."""
WINDOW: Final = 6
SKIP_WEIGHT: Final = 0.2
AFTER_SKIP_WEIGHT: Final = 0.5
SKIPPED_VOICE: Final = 0.4
FADE: Final = 0.95
LATELY_HALF_LIFE_HOURS: Final = 3.0
LATELY_HOURS: Final = 60.0
"""Plays older than twenty half-lives, a millionth each, are not counted."""
WORTH_PROPOSING: Final = 0.05
"""Evidence from which on an artist's most played items are candidates."""


class Artists(NamedTuple):
    """Evidence for each artist number, float32."""

    follows: Float32s
    """Probability that the artist comes directly after the last one."""
    rules: Float32s
    """Sum over the context of 1/distance-weighted probabilities to come within six plays."""
    lately: Float32s
    """Plays, each counting half after three hours."""
    lasting: Float32s
    """Plays, each counting half after a month."""
    newest_age: Float32s
    """Seconds since the last play of any length."""
    worth_proposing: Float32s
    """1 where the artist's most played items are candidates: one that follows, and the last one."""


@compiled
def recall_artists(plays: Plays, month: Float32s, newest_age: Float32s, now_seconds: float) -> Artists:
    """Count, age and chain the artists of the ring.

    `month` and `newest_age` (float32, by item number) are the plays of each item, counting half after a
    month, and the seconds since its last one.
    """
    size = plays.artists.known[0]
    found = Artists(
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
        np.zeros(size, np.float32),
        np.full(size, -1.0, np.float32),
        np.zeros(size, np.float32),
    )
    _add_up_items(plays, month, newest_age, found)
    _count_late_plays(plays, now_seconds, found)
    for back in range(1, plays.context + 1):
        _add_rules(plays, back, found)
    for artist in range(size):
        found.worth_proposing[artist] = max(found.rules[artist], found.follows[artist]) > WORTH_PROPOSING
    if len(plays.item) and plays.artist_of[plays.item[-1]] >= 0:
        found.worth_proposing[plays.artist_of[plays.item[-1]]] = 1
    return found


@compiled
def _add_up_items(plays: Plays, month: Float32s, newest_age: Float32s, found: Artists) -> None:
    for item in range(plays.in_ring):
        artist = plays.artist_of[item]
        if artist < 0:
            continue
        found.lasting[artist] += month[item]
        if found.newest_age[artist] < 0 or newest_age[item] < found.newest_age[artist]:
            found.newest_age[artist] = newest_age[item]


@compiled
def _count_late_plays(plays: Plays, now_seconds: float, found: Artists) -> None:
    """Count back to the first old play; one that was told late, behind it, is old news too."""
    for play in range(len(plays.item) - 1, -1, -1):
        age_hours = max(0.0, now_seconds - plays.at[play]) / 3600.0
        if age_hours > LATELY_HOURS:
            break
        if plays.good[play]:
            artist = plays.artist_of[plays.item[play]]
            if artist >= 0:
                found.lately[artist] += np.exp2(-age_hours / LATELY_HALF_LIFE_HOURS)


@compiled
def _add_rules(plays: Plays, back: int, found: Artists) -> None:
    """Add the artists after that of the context play `back` places from the end: their shares of all plays.

    Artists that are unknown have their share too, which nobody gets.
    """
    source = len(plays.item) - back
    within, directly = np.zeros(len(found.rules)), np.zeros(len(found.rules))
    all_within, all_directly, fade = 0.0, 0.0, 1.0
    occurrence, seen = plays.earlier_by_artist[source], 0
    while occurrence >= 0 and seen < OCCURRENCES:
        weight = fade * (1.0 if plays.good[occurrence] else AFTER_SKIP_WEIGHT)
        for after in range(occurrence + 1, min(occurrence + WINDOW + 1, len(plays.item))):
            if plays.session[after] != plays.session[occurrence]:
                break
            share = weight * (1.0 if plays.good[after] else SKIP_WEIGHT) / (after - occurrence)
            next_share = share if after == occurrence + 1 else 0.0
            all_within += share
            all_directly += next_share
            artist = plays.artist_of[plays.item[after]]
            if artist >= 0:
                within[artist] += share
                directly[artist] += next_share
        fade *= FADE
        occurrence, seen = plays.earlier_by_artist[occurrence], seen + 1
    voice = (1.0 if plays.good[source] else SKIPPED_VOICE) / back
    for artist in range(len(within)):
        if within[artist] > 0:
            found.rules[artist] += voice * within[artist] / all_within
            if back == 1 and all_directly > 0:
                found.follows[artist] = directly[artist] / all_directly
