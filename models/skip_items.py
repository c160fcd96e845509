"""Facts of an item that tell a skip from a play: what the listener did with it and with its artist before."""

from __future__ import annotations

from typing import Final

import numpy as np

from models.compiled import compiled
from models.numbering import find_number
from models.play_counts import NEWEST, TimeArray
from models.skip_facts import UNKNOWN, SkipFact
from models.skip_moment import kind_moods, kind_of, session_shares
from models.sources.scan import Float32s, Int32s, Plays

FOLLOWED_PLAYS: Final = 12
"""Earlier plays of the last item that say what follows it."""


@compiled
def fill_items(facts: Float32s, plays: Plays, positions: Int32s, now_seconds: float) -> None:
    """Fill in facts (float32, FACTS x n) of the items at catalogue positions, in place."""
    kinds, session, followed = kind_moods(plays), session_shares(plays), _followed(plays)
    recalled, at, count = plays.recalled, plays.at, len(plays.item)
    newest_of = plays.counts[NEWEST]
    follows = 1.0 if count and plays.earlier[-1] >= 0 else 0.0
    for row in range(len(positions)):
        number = find_number(plays.items, positions[row])
        newest = newest_of[number] if 0 <= number < plays.in_ring else -1
        facts[SkipFact.KIND_MOOD, row] = kinds[kind_of(plays.good, newest)]
        facts[SkipFact.KIND_IN_SESSION, row] = session[1 if newest >= 0 else 0]
        facts[SkipFact.FOLLOWS, row] = follows
        if newest >= 0:
            facts[SkipFact.SURPRISE, row] = recalled.surprise[number]
            facts[SkipFact.PLAYS_SINCE, row] = count - newest
            facts[SkipFact.FOLLOWS, row] += followed[number]
            facts[SkipFact.PLAY_HOURS, row] = _hours_since(at, recalled.played[number], now_seconds)
            facts[SkipFact.SKIP_HOURS, row] = _hours_since(at, recalled.skipped[number], now_seconds)
            facts[SkipFact.HOURS, row] = _hours_since(at, newest, now_seconds)


@compiled
def _followed(plays: Plays) -> Int32s:
    """By item number (int32): 1 where it followed the last item before, 2 where it was skipped then."""
    followed, play = np.zeros(plays.in_ring, np.int32), len(plays.item) - 1
    for _ in range(FOLLOWED_PLAYS):
        play = plays.earlier[play] if play >= 0 else -1
        if play < 0:
            break
        follower = plays.item[play + 1]
        if followed[follower] == 0:
            followed[follower] = 1 if plays.good[play + 1] else 2
    return followed


@compiled
def _hours_since(at: TimeArray, play: int, now_seconds: float) -> float:
    # A clock may have been put back.
    return max(0.0, now_seconds - at[play]) / 3600.0 if play >= 0 else UNKNOWN


@compiled
def fill_artists(facts: Float32s, plays: Plays, artists: Int32s) -> None:
    """Fill in facts (float32, FACTS x n) of items by artists at catalogue positions, -1 unknown, in place."""
    newest_of = plays.newest_by_artist
    for row in range(len(artists)):
        number = find_number(plays.artists, artists[row]) if artists[row] >= 0 else -1
        newest = newest_of[number] if 0 <= number < len(newest_of) else -1
        if newest >= 0:
            facts[SkipFact.ARTIST_SURPRISE, row] = plays.recalled_by_artist.surprise[number]
            facts[SkipFact.ARTIST_PLAYS_SINCE, row] = len(plays.item) - newest
