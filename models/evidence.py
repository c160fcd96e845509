"""From evidence to features: what the sources found, scaled to numbers near 0 to 1.

Features are filled column by column, because a plain loop over one array is what a compiler turns into
vector instructions; row by row the same takes five times as long.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from models.compiled import compiled
from models.features import POOL_FEATURES, Feature
from models.moment import Moment
from models.sources.artists import Artists
from models.sources.everyone import Followers
from models.sources.habits import Habits
from models.sources.scan import Float32s, Int32s, Plays
from models.sources.sessions import Sessions
from models.sources.successors import Successors

COUNT: Final = np.float32(0.17329)
"""Scale of a count: 1 at 54 plays."""
WHOLE_COUNT: Final = np.float32(0.1386)
"""Scale of a count that does not decay: 1 at 148."""
AGE: Final = np.float32(0.05)
"""Scale of an age in minutes: 1 at two years."""
PROBABILITY: Final = np.float32(0.1003)
"""Scale of 1000 x a probability: 1 where it is 1."""
NO_ARTIST_AGE: Final = np.float32(1.2)
"""An artist that the ring does not hold is as far away as one of thirty years ago."""


class Evidence(NamedTuple):
    """Everything that the sources found for one request, by item number and artist number."""

    plays: Plays
    moment: Moment
    successors: Successors
    everyone: Followers
    sessions: Sessions
    habits: Habits
    artists: Artists
    popularity: Float32s
    neighbours: Float32s
    """Co-listening with what was heard, over the best item's."""
    votes: Float32s
    """Votes of what was heard, over the best item's, 0 to 1."""
    neighbour: Int32s
    """Number of the item that speaks loudest for it there, -1 if none does."""
    heard: Float32s
    """Where the items that spoke lie together, float32, 256."""


@compiled
def fill_features(found: Evidence) -> Float32s:
    """Scale the evidence to the features of the pool, float32, POOL_FEATURES x item numbers."""
    plays = found.plays
    columns = np.zeros((POOL_FEATURES, len(found.popularity)), np.float32)
    _fill_sequences(columns, found)
    _fill_artists(columns, plays, found.artists)
    # A slice of all columns would have gaps between its rows, and loops over those are not vectorised.
    _fill_habits(columns, found.habits)
    _fill_unheard(columns, plays.in_ring)
    _scale(columns[Feature.POPULARITY], found.popularity, np.float32(1000), PROBABILITY)
    _scale(columns[Feature.NEIGHBOURS], found.neighbours, np.float32(1000), PROBABILITY)
    columns[Feature.NEIGHBOURS_SHARE] = found.neighbours
    columns[Feature.VOTES] = found.votes
    if len(plays.item):
        columns[Feature.JUST_PLAYED, plays.item[-1]] = 1
    return columns


@compiled
def _fill_sequences(columns: Float32s, found: Evidence) -> None:
    thousand = np.float32(1000)
    successors, everyone, sessions = found.successors, found.everyone, found.sessions
    for order in range(3):
        for item in range(columns.shape[1]):
            trusted = successors.orders[order, item] * successors.trust[order]
            columns[Feature.FIRST_ORDER + order, item] = trusted
    _scale(columns[Feature.LONGEST_MATCH], successors.longest, np.float32(1), np.float32(0.27))
    _scale(columns[Feature.RULES], successors.rules, thousand, PROBABILITY)
    _scale(columns[Feature.EVERYONE_AFTER_LAST], everyone.after_last, thousand, PROBABILITY)
    _scale(columns[Feature.EVERYONE_AFTER_CONTEXT], everyone.after_context, thousand, PROBABILITY)
    _scale(columns[Feature.SESSIONS_NEAR], sessions.near, thousand, PROBABILITY)
    _scale(columns[Feature.SESSIONS_BAG], sessions.bag, thousand, PROBABILITY)


@compiled
def _fill_artists(columns: Float32s, plays: Plays, found: Artists) -> None:
    """Scale by artist number first, there are fewer of them, then hand out to the items."""
    one, size = np.float32(1), len(found.follows)
    scaled = np.empty((5, size), np.float32)
    _scale(scaled[0], found.follows, np.float32(1000), PROBABILITY)
    _scale(scaled[1], found.rules, np.float32(1000), PROBABILITY)
    _scale(scaled[2], found.lately, one, COUNT)
    _scale(scaled[3], found.lasting, one, COUNT)
    _scale(scaled[4], found.newest_age, np.float32(1 / 60), AGE)
    last = plays.artist_of[plays.item[-1]] if len(plays.item) else -1
    for item in range(columns.shape[1]):
        artist = plays.artist_of[item]
        columns[Feature.ARTIST_AGE, item] = NO_ARTIST_AGE
        if 0 <= artist < size:
            columns[Feature.ARTIST_FOLLOWS, item] = scaled[0, artist]
            columns[Feature.ARTIST_RULES, item] = scaled[1, artist]
            columns[Feature.ARTIST_LATELY, item] = scaled[2, artist]
            columns[Feature.ARTIST_LASTING, item] = scaled[3, artist]
            columns[Feature.ARTIST_AGE, item] = scaled[4, artist]
            columns[Feature.SAME_ARTIST, item] = artist == last


@compiled
def _fill_habits(columns: Float32s, habits: Habits) -> None:
    """Fill in the items of the ring, whose numbers are the first."""
    one, per_minute = np.float32(1), np.float32(1 / 60)
    _scale(columns[Feature.PLAYED_LATELY], habits.lately, one, COUNT)
    _scale(columns[Feature.PLAYED_MONTH], habits.month, one, COUNT)
    _scale(columns[Feature.PLAYED_YEARS], habits.years, one, COUNT)
    _scale(columns[Feature.PLAYS], habits.plays, one, WHOLE_COUNT)
    _scale(columns[Feature.SESSIONS], habits.sessions, one, WHOLE_COUNT)
    _scale(columns[Feature.AGE], habits.newest_age, per_minute, AGE)
    _scale(columns[Feature.OLDEST], habits.oldest_age, per_minute, AGE)
    _scale(columns[Feature.FRESHNESS], habits.plays_since, one, np.float32(-0.1))
    _scale(columns[Feature.RETURN], _overdue(habits), one, np.float32(0.15))
    variety = np.float32(0.1) * log2_1p(np.float32(len(habits.plays)))
    for item in range(len(habits.plays)):
        plays, skips = habits.plays[item], habits.skips[item]
        columns[Feature.FRESHNESS, item] += variety
        columns[Feature.LAST_SKIPPED, item] = habits.last_skipped[item]
        columns[Feature.SKIP_SHARE, item] = (skips + 0.5) / (plays + skips + 1.5)
        columns[Feature.IN_SESSION, item] = min(3.0, habits.in_session[item]) / 3.0


@compiled
def _overdue(habits: Habits) -> Float32s:
    """Time since the last play over the usual time between sessions, 0 for an item of one session.

    Smoothed by a minute and half an hour, so that two plays in one evening are no habit.
    """
    overdue = np.zeros(len(habits.plays), np.float32)
    for item in range(len(overdue)):
        spread = habits.oldest_age[item] - habits.newest_age[item] + 1800.0
        overdue[item] = (habits.newest_age[item] + 60.0) * (habits.sessions[item] - 1.0) / spread
    return overdue


@compiled
def _fill_unheard(columns: Float32s, first: int) -> None:
    columns[Feature.UNHEARD, first:] = 1
    columns[Feature.AGE, first:] = 1
    columns[Feature.OLDEST, first:] = 1
    columns[Feature.FRESHNESS, first:] = -1
    columns[Feature.SKIP_SHARE, first:] = 0.5 / 1.5


@compiled
def fill_moment(columns: Float32s, moment: Moment, trust: float) -> None:
    """Fill in the features of the moment, the same for every candidate."""
    columns[Feature.MOMENT_SESSION] = np.float32(0.125) * log2_1p(np.float32(moment.session_plays))
    columns[Feature.MOMENT_GOOD] = moment.good
    columns[Feature.MOMENT_FAMILIAR] = moment.familiar
    columns[Feature.MOMENT_REPEATED] = moment.repeated
    columns[Feature.MOMENT_SAME_ARTIST] = moment.same_artist
    columns[Feature.MOMENT_TRUST] = trust


@compiled
def _scale(column: Float32s, values: Float32s, factor: np.float32, scale: np.float32) -> None:
    """Fill a column with log2(1 + factor x value) x scale."""
    for row in range(len(values)):
        column[row] = log2_1p(values[row] * factor) * scale


@compiled
def log2_1p(x: np.float32) -> np.float32:
    """log2(1 + x) for a float32 x >= 0 within 2e-4, exact where 1 + x is a power of two, never falling.

    The exponent of the float32 plus a quartic in its mantissa, which compilers vectorise; a library
    logarithm for every feature would take longer than everything else together.

    >>> [float(log2_1p(np.float32(x))) for x in (0, 1, 7)]
    [0.0, 1.0, 3.0]
    """
    bits = np.float32(np.float32(1) + x).view(np.int32)
    mantissa = np.float32(bits & 0x7FFFFF) * np.float32(2.0**-23)
    bend = np.float32(0.43807325) + mantissa * (np.float32(-0.23669342) + mantissa * np.float32(0.0803073))
    return np.float32((bits >> 23) - 127) + mantissa + mantissa * (np.float32(1) - mantissa) * bend
