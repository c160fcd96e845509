"""Artists: which artists go on from here, and what is played most by them."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.sources.scan import Plays

OCCURRENCES: Final = 64
WINDOW: Final = 6
HALF_LIVES_HOURS: Final = (3.0, 720.0)

Float32s = npt.NDArray[np.float32]


class Artists(NamedTuple):
    """Evidence for each artist number (k of them), float32."""

    following: Float32s
    """Probability that the artist comes directly after the last one."""
    rules: Float32s
    """Artists that came within six plays after those of the context."""
    decayed: Float32s
    """Plays, each counting half after each half-life, (k, 2)."""
    newest_age: Float32s
    """Seconds since the last play of any length."""
    in_session: Float32s
    """Plays of any length in the current session."""


@compiled
def recall_artists(plays: Plays, now_seconds: float) -> Artists:
    """Count, age and chain the artists of the ring."""
    artists, count = plays.artists.count[0], len(plays.number)
    following = np.zeros(artists, np.float32)
    rules = np.zeros(artists, np.float32)
    for back in range(1, plays.context + 1):
        _rules_from(plays, back, following, rules)
    decayed = np.zeros((artists, 2), np.float32)
    newest_age = np.full(artists, -1.0, np.float32)
    in_session = np.zeros(artists, np.float32)
    session, age, recent, lasting = -1, 0.0, 0.0, 0.0
    for play in range(count - 1, -1, -1):
        artist = plays.artist_of[plays.number[play]]
        if artist < 0:
            continue
        if plays.session[play] != session or count - play <= 64:
            session = plays.session[play]
            age = max(0.0, now_seconds - plays.at[play])
            recent = 2.0 ** (-age / (3600.0 * HALF_LIVES_HOURS[0]))
            lasting = 2.0 ** (-age / (3600.0 * HALF_LIVES_HOURS[1]))
        if newest_age[artist] < 0:
            newest_age[artist] = age
        in_session[artist] += session == plays.session[-1]
        if plays.good[play]:
            decayed[artist, 0] += recent
            decayed[artist, 1] += lasting
    return Artists(following, rules, decayed, newest_age, in_session)


@compiled
def _rules_from(plays: Plays, back: int, following: Float32s, rules: Float32s) -> None:
    """Add the artists that came after the artist of the context play `back` places from the end."""
    count = len(plays.number)
    source = count - back
    voice = (1.0 if plays.good[source] else 0.4) / back
    total, directly = 0.0, 0.0
    for adding in (False, True):
        if adding and total <= 0:
            return
        occurrence, seen, fade = plays.earlier_by_artist[source], 0, 1.0
        while occurrence >= 0 and seen < OCCURRENCES:
            weight = fade * (1.0 if plays.good[occurrence] else 0.5)
            for distance in range(1, WINDOW + 1):
                after = occurrence + distance
                if after >= count or plays.session[after] != plays.session[occurrence]:
                    break
                share = weight * (1.0 if plays.good[after] else 0.2) / distance
                artist = plays.artist_of[plays.number[after]]
                if not adding:
                    total += share
                    directly += share if distance == 1 else 0.0
                elif artist >= 0:
                    rules[artist] += voice * share / total
                    if distance == 1 and back == 1:
                        following[artist] += share / directly
            fade *= 0.95
            occurrence, seen = plays.earlier_by_artist[occurrence], seen + 1
