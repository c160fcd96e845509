"""Facts of an item that tell a skip from a play: what the listener did with it and with its artist before."""

from __future__ import annotations

from typing import Final

import numpy as np

from models.compiled import compiled
from models.numbering import find_number
from models.play_index import NEWEST, Bools, TimeArray
from models.skip_facts import SkipFact
from models.skip_moment import USUAL, Float64s, kind_moods, kind_of, session_shares
from models.sources.scan import Float32s, Int32s, Plays

RECALLED_PLAYS: Final = 8
"""Last plays of an item, and of an artist, that speak of it; and plays before each that speak of its mood."""
FOLLOWED_PLAYS: Final = 12
"""Earlier plays of the last item that say what follows it."""


def _moods() -> Float64s:
    """The mood after each run of eight plays, whose skips are the bits that are set, the last one lowest."""
    skips = np.arange(1 << RECALLED_PLAYS)[:, None] >> np.arange(RECALLED_PLAYS) & 1
    before = USUAL * 0.7**RECALLED_PLAYS
    moods: Float64s = before + (skips * 0.3 * 0.7 ** np.arange(RECALLED_PLAYS)).sum(axis=1)
    return moods


_MOODS: Final = _moods()


@compiled
def fill_items(facts: Float32s, plays: Plays, positions: Int32s, now_seconds: float) -> None:
    """Fill in facts (float32, FACTS x n) of the items at catalogue positions, in place."""
    kinds, session, followed = kind_moods(plays), session_shares(plays), _followed(plays)
    good, earlier, at, count = plays.good, plays.earlier, plays.at, len(plays.item)
    newest_of = plays.counts[NEWEST]
    follows = 1.0 if count and earlier[-1] >= 0 else 0.0
    for row in range(len(positions)):
        number = find_number(plays.items, positions[row])
        newest = newest_of[number] if 0 <= number < plays.in_ring else -1
        facts[SkipFact.KIND_MOOD, row] = kinds[kind_of(good, newest)]
        facts[SkipFact.KIND_IN_SESSION, row] = session[1 if newest >= 0 else 0]
        facts[SkipFact.FOLLOWS, row] = follows
        if newest >= 0:
            facts[SkipFact.SURPRISE, row] = _surprise(good, earlier, newest)
            facts[SkipFact.PLAYS_SINCE, row] = count - newest
            facts[SkipFact.FOLLOWS, row] += followed[number]
            _fill_hours(facts[:, row], good, earlier, at, newest, now_seconds)


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
def _fill_hours(
    facts: Float32s, good: Bools, earlier: Int32s, at: TimeArray, newest: int, now_seconds: float
) -> None:
    play, left = newest, RECALLED_PLAYS
    while play >= 0 and left > 0:
        since = SkipFact.PLAY_HOURS if good[play] else SkipFact.SKIP_HOURS
        if facts[since] < 0.0:
            # A clock may have been put back.
            facts[since] = max(0.0, now_seconds - at[play]) / 3600.0
        play = earlier[play]
        left -= 1
    facts[SkipFact.HOURS] = max(0.0, now_seconds - at[newest]) / 3600.0


@compiled
def fill_artists(facts: Float32s, plays: Plays, artists: Int32s) -> None:
    """Fill in facts (float32, FACTS x n) of items by artists at catalogue positions, -1 unknown, in place."""
    newest_of = _newest_by_artist(plays)
    surprises = np.full(len(newest_of), np.nan)
    for row in range(len(artists)):
        number = find_number(plays.artists, artists[row]) if artists[row] >= 0 else -1
        newest = newest_of[number] if 0 <= number < len(newest_of) else -1
        if newest >= 0:
            if np.isnan(surprises[number]):
                surprises[number] = _surprise(plays.good, plays.earlier_by_artist, newest)
            facts[SkipFact.ARTIST_SURPRISE, row] = surprises[number]
            facts[SkipFact.ARTIST_PLAYS_SINCE, row] = len(plays.item) - newest


@compiled
def _newest_by_artist(plays: Plays) -> Int32s:
    """The last play of each artist, by number (int32), -1 for none."""
    newest = np.full(plays.artists.known[0], -1, np.int32)
    for item in range(plays.in_ring):
        artist = plays.artist_of[item]
        if artist >= 0:
            newest[artist] = max(newest[artist], plays.counts[NEWEST, item])
    return newest


@compiled
def _surprise(good: Bools, earlier: Int32s, newest: int) -> float:
    """Mean of skips less moods over the last eight plays of a chain that ends with `newest`, damped by two.

    The mood of a play is the share of skips among the eight plays before it, the last ones counting most.
    """
    total, counted, play = 0.0, 0, newest
    while play >= 0 and counted < RECALLED_PLAYS:
        run = 0
        for before in range(max(0, play - RECALLED_PLAYS), play):
            run = run * 2 + (0 if good[before] else 1)
        total += (0.0 if good[play] else 1.0) - _MOODS[run]
        counted += 1
        play = earlier[play]
    return total / (counted + 2.0)
