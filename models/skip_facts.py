"""The table of what tells a skip from a play: facts, their buckets, and the crosses of two facts.

A fact falls into one of 17 buckets between 16 edges, a cross of two facts into one of 9 x 9 wider ones. Each
bucket has a weight of its own, so that a linear model says *this often* where no shape is assumed, and *this
counts when that holds*. Facts, edges and crosses were chosen by measurement on three listening histories.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from models.events import stable_key

UNKNOWN: Final = -9.0
"""A fact that the ring does not hold; it falls into bucket 0."""


class SkipFact(IntEnum):
    """Facts of the moment, then facts of an item; a mood is the share of skips lately."""

    MOOD = 0
    MOOD_SLOW = 1
    RUN = 2
    """Plays since the last skip; less than 0: skips since the last play of 30 seconds or more."""
    GAP = 3
    """Minutes between the ends of the last two plays."""
    GAP_BEFORE = 4
    """Minutes between the ends of the two plays before the last."""
    GAP_OF_FIVE = 5
    """Minutes between the ends of the last play and of the fifth before it."""
    HEARD = 6
    """Seconds of the last play that were heard."""
    HEARD_BEFORE = 7
    """Seconds of the play before it that were heard."""
    SURPRISE = 8
    """Skips of the item beyond what the mood of the time explains, a play, -1 to 1."""
    SKIP_HOURS = 9
    """Hours since its last skip, among its last eight plays."""
    PLAY_HOURS = 10
    """Hours since its last play of 30 seconds or more, among its last eight plays."""
    HOURS = 11
    """Hours since its last play of any length."""
    PLAYS_SINCE = 12
    """Plays of anything since its last one, that one included."""
    KIND_MOOD = 13
    """Share of skips lately among items that were new, or liked, or skipped the time before, as it is."""
    KIND_IN_SESSION = 14
    """Share of skips in the session among items as new, or as known, as it is."""
    FOLLOWS = 15
    """0 nothing is known to follow the last item, 1 others do, 2 it does, 3 it does and was skipped."""
    EVERYONE = 16
    """Share of skips among everyone's plays of it."""
    ARTIST_SURPRISE = 17
    """As SURPRISE, of its artist."""
    ARTIST_PLAYS_SINCE = 18
    """Plays of anything since the last of its artist, that one included."""


FACTS: Final = len(SkipFact)
MOMENT_FACTS: Final = int(SkipFact.SURPRISE)
"""The first facts, the same for every item."""

_SHARES: Final = tuple(nth / 16 for nth in range(16))
_SURPRISES: Final = tuple((2 * nth - 15) / 16 for nth in range(16))
_MINUTES: Final = (0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 60, 180, 600, 1440)
_HOURS: Final = (0, 0.05, 0.25, 0.5, 1, 2, 4, 8, 16, 24, 48, 96, 240, 720, 2160, 8760)
_SECONDS: Final = (0, 1, 2, 3, 5, 8, 12, 20, 30, 60, 120, 150, 180, 210, 240, 300)
_PLAYS: Final = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256, 512, 1024, 2048)
_RUNS: Final = (-20, -12, -8, -5, -3, -2, -1, 1, 2, 3, 4, 6, 8, 12, 20, 30)
_CODES: Final = tuple(range(16))

EDGES: Final[dict[SkipFact, tuple[float, ...]]] = {
    SkipFact.MOOD: _SHARES,
    SkipFact.MOOD_SLOW: _SHARES,
    SkipFact.RUN: _RUNS,
    SkipFact.GAP: _MINUTES,
    SkipFact.GAP_BEFORE: _MINUTES,
    SkipFact.GAP_OF_FIVE: _MINUTES,
    SkipFact.HEARD: _SECONDS,
    SkipFact.HEARD_BEFORE: _SECONDS,
    SkipFact.SURPRISE: _SURPRISES,
    SkipFact.SKIP_HOURS: _HOURS,
    SkipFact.PLAY_HOURS: _HOURS,
    SkipFact.HOURS: _HOURS,
    SkipFact.PLAYS_SINCE: _PLAYS,
    SkipFact.KIND_MOOD: _SHARES,
    SkipFact.KIND_IN_SESSION: _SHARES,
    SkipFact.FOLLOWS: _CODES,
    SkipFact.EVERYONE: _SHARES,
    SkipFact.ARTIST_SURPRISE: _SURPRISES,
    SkipFact.ARTIST_PLAYS_SINCE: _PLAYS,
}
"""A fact is in bucket b when b of its 16 edges are at or below it."""

CROSSES: Final[tuple[tuple[SkipFact, SkipFact], ...]] = (
    (SkipFact.MOOD, SkipFact.GAP),
    (SkipFact.MOOD, SkipFact.PLAYS_SINCE),
    (SkipFact.MOOD, SkipFact.SURPRISE),
    (SkipFact.GAP, SkipFact.HEARD),
    (SkipFact.GAP, SkipFact.HEARD_BEFORE),
    (SkipFact.GAP, SkipFact.PLAYS_SINCE),
    (SkipFact.GAP, SkipFact.EVERYONE),
    (SkipFact.GAP_BEFORE, SkipFact.SKIP_HOURS),
    (SkipFact.GAP_OF_FIVE, SkipFact.HEARD),
    (SkipFact.HEARD, SkipFact.HOURS),
)

FACT_BUCKETS: Final = 17
WIDE_BUCKETS: Final = 9
"""Buckets of a fact in a cross: two of its own side by side, and bucket 0, the unknown, by itself."""
SPEAKING: Final = FACTS + len(CROSSES)
"""Buckets that speak of one item."""
BUCKETS: Final = FACT_BUCKETS * FACTS + WIDE_BUCKETS**2 * len(CROSSES)
"""Buckets that have a weight: those of the first fact, of the second one and so on, then of the crosses."""


def describe_layout() -> str:
    """Say what each bucket stands for.

    >>> describe_layout().splitlines()[0][:24]
    'MOOD: 0.0, 0.0625, 0.125'
    """
    facts = (f"{fact.name}: {', '.join(map(str, EDGES[fact]))}" for fact in SkipFact)
    return "\n".join((*facts, *(f"{left.name} x {right.name}" for left, right in CROSSES)))


LAYOUT: Final = stable_key(describe_layout())
"""Numbers mean nothing under another table; bytes that were written under one are refused."""
