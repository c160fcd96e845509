"""The table of features: numbers about (listener, item, moment) that the ranker weighs.

A feature is added here, with its range and meaning, and filled in `models/evidence.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, unique
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.events import stable_key

Float32s = npt.NDArray[np.float32]


@unique
class Feature(IntEnum):
    """The column of each feature; what it means stands in `MEANINGS`."""

    FIRST_ORDER = 0
    SECOND_ORDER = 1
    THIRD_ORDER = 2
    LONGEST_MATCH = 3
    RULES = 4
    EVERYONE_AFTER_LAST = 5
    EVERYONE_AFTER_CONTEXT = 6
    SESSIONS_NEAR = 7
    SESSIONS_BAG = 8
    ARTIST_FOLLOWS = 9
    ARTIST_RULES = 10
    SAME_ARTIST = 11
    ARTIST_LATELY = 12
    ARTIST_LASTING = 13
    ARTIST_AGE = 14
    PLAYED_LATELY = 15
    PLAYED_MONTH = 16
    PLAYED_YEARS = 17
    PLAYS = 18
    SESSIONS = 19
    SKIP_SHARE = 20
    LAST_SKIPPED = 21
    IN_SESSION = 22
    JUST_PLAYED = 23
    AGE = 24
    OLDEST = 25
    FRESHNESS = 26
    RETURN = 27
    UNHEARD = 28
    POPULARITY = 29
    NEIGHBOURS = 30
    NEIGHBOURS_SHARE = 31
    VOTES = 32
    TASTE_SESSION = 33
    TASTE_WEEKS = 34
    TASTE_YEARS = 35
    TASTE_CONTEXT = 36
    FACTORS = 37
    FIRST_ORDER_PLACE = 38
    LONGEST_MATCH_PLACE = 39
    EVERYONE_PLACE = 40
    SESSIONS_NEAR_PLACE = 41
    SESSIONS_BAG_PLACE = 42
    NEIGHBOURS_PLACE = 43
    VOTES_PLACE = 44
    MOMENT_SESSION = 45
    MOMENT_GOOD = 46
    MOMENT_FAMILIAR = 47
    MOMENT_REPEATED = 48
    MOMENT_SAME_ARTIST = 49
    MOMENT_TRUST = 50


class Meaning(NamedTuple):
    """What a feature says, and between which numbers it lies."""

    least: float
    most: float
    text: str


MEANINGS: Final[Mapping[Feature, Meaning]] = {
    Feature.FIRST_ORDER: Meaning(0, 1, "P(item | last play) x trust in it"),
    Feature.SECOND_ORDER: Meaning(0, 1, "P(item | last two plays) x trust in it"),
    Feature.THIRD_ORDER: Meaning(0, 1, "P(item | last three plays) x trust in it"),
    Feature.LONGEST_MATCH: Meaning(0, 1.1, "log2(1 + longest match with the past before the item) x .27"),
    Feature.RULES: Meaning(0, 1.3, "sequential rules from the session; log-scaled probability"),
    Feature.EVERYONE_AFTER_LAST: Meaning(0, 1, "share in everyone's successors of the last play; log-scaled"),
    Feature.EVERYONE_AFTER_CONTEXT: Meaning(0, 1.3, "the same summed over the session; log-scaled"),
    Feature.SESSIONS_NEAR: Meaning(0, 1, "similar sessions, near this place of theirs; log-scaled"),
    Feature.SESSIONS_BAG: Meaning(0, 1, "similar sessions, any place; log-scaled"),
    Feature.ARTIST_FOLLOWS: Meaning(0, 1, "P(artist | last artist); log-scaled"),
    Feature.ARTIST_RULES: Meaning(0, 1.3, "rules between artists from the session; log-scaled"),
    Feature.SAME_ARTIST: Meaning(0, 1, "1 if by the artist of the last play"),
    Feature.ARTIST_LATELY: Meaning(0, 2.5, "log2(1 + artist's plays, half-life 3 hours) x .173"),
    Feature.ARTIST_LASTING: Meaning(0, 2.5, "log2(1 + artist's plays, half-life a month) x .173"),
    Feature.ARTIST_AGE: Meaning(0, 1.4, "log2(1 + minutes since the artist's last play) x .05; 1.2 if none"),
    Feature.PLAYED_LATELY: Meaning(0, 2.5, "log2(1 + plays, half-life 3 days) x .173"),
    Feature.PLAYED_MONTH: Meaning(0, 2.5, "log2(1 + plays, half-life a month) x .173"),
    Feature.PLAYED_YEARS: Meaning(0, 2.5, "log2(1 + plays, half-life a year) x .173"),
    Feature.PLAYS: Meaning(0, 2, "log2(1 + plays in the ring) x .139"),
    Feature.SESSIONS: Meaning(0, 2, "log2(1 + sessions of the ring with it) x .139"),
    Feature.SKIP_SHARE: Meaning(0, 1, "(skips + 0.5) / (plays + skips + 1.5)"),
    Feature.LAST_SKIPPED: Meaning(0, 1, "1 if its last play was a skip"),
    Feature.IN_SESSION: Meaning(0, 1, "its plays and skips in this session, up to 3, / 3"),
    Feature.JUST_PLAYED: Meaning(0, 1, "1 if it is the last play"),
    Feature.AGE: Meaning(0, 1.4, "log2(1 + minutes since its last play) x .05; 1 if none"),
    Feature.OLDEST: Meaning(0, 1.4, "log2(1 + minutes since its first play in the ring) x .05; 1 if none"),
    Feature.FRESHNESS: Meaning(-1.6, 1.6, "log2(items in the ring / plays since its last) x .1; -1 if none"),
    Feature.RETURN: Meaning(
        0, 6, "log2(1 + time since its last play / its usual time between sessions) x .15"
    ),
    Feature.UNHEARD: Meaning(0, 1, "1 if it is not in the ring"),
    Feature.POPULARITY: Meaning(0, 1, "everyone's plays, half-life a week, over the top item's; log-scaled"),
    Feature.NEIGHBOURS: Meaning(0, 1, "co-listening with what was heard, over the best item's; log-scaled"),
    Feature.NEIGHBOURS_SHARE: Meaning(0, 1, "the same, as a share"),
    Feature.VOTES: Meaning(
        0, 1, "votes of what was heard, those that say the same sharing one, over the best's"
    ),
    Feature.TASTE_SESSION: Meaning(-1, 1, "cosine with this session's taste, 0 if either is unknown"),
    Feature.TASTE_WEEKS: Meaning(-1, 1, "cosine with the taste of these weeks"),
    Feature.TASTE_YEARS: Meaning(-1, 1, "cosine with the taste of these years"),
    Feature.TASTE_CONTEXT: Meaning(-1, 1, "mean cosine with the tastes of hour, weekday, device and so on"),
    Feature.FACTORS: Meaning(-1, 1, "cosine with the items heard last, by who listens to them"),
    Feature.FIRST_ORDER_PLACE: Meaning(
        0, 1, "1 / its place among the candidates by FIRST_ORDER; 0 from the 9th on"
    ),
    Feature.LONGEST_MATCH_PLACE: Meaning(0, 1, "the same by LONGEST_MATCH"),
    Feature.EVERYONE_PLACE: Meaning(0, 1, "the same by EVERYONE_AFTER_CONTEXT"),
    Feature.SESSIONS_NEAR_PLACE: Meaning(0, 1, "the same by SESSIONS_NEAR"),
    Feature.SESSIONS_BAG_PLACE: Meaning(0, 1, "the same by SESSIONS_BAG"),
    Feature.NEIGHBOURS_PLACE: Meaning(0, 1, "the same by NEIGHBOURS"),
    Feature.VOTES_PLACE: Meaning(0, 1, "the same by VOTES"),
    Feature.MOMENT_SESSION: Meaning(0, 1.1, "log2(1 + plays in this session, up to 256) x .125"),
    Feature.MOMENT_GOOD: Meaning(0, 1, "share of the last 16 plays that were not skipped"),
    Feature.MOMENT_FAMILIAR: Meaning(0, 1, "share of the last 16 plays heard before"),
    Feature.MOMENT_REPEATED: Meaning(0, 1, "share of the last 16 plays heard before in their session"),
    Feature.MOMENT_SAME_ARTIST: Meaning(0, 1, "share of the last 16 plays by the artist before them"),
    Feature.MOMENT_TRUST: Meaning(0, 1, "trust in FIRST_ORDER: how well known the way on from here is"),
}
FEATURES: Final = len(Feature)
POOL_FEATURES: Final = int(Feature.TASTE_SESSION)
"""The first ones are known of the whole pool, before the candidates are chosen from it."""
ITEM_FEATURES: Final = int(Feature.MOMENT_SESSION)
"""Those before the moment's differ from candidate to candidate."""
MOMENT_FEATURES: Final = FEATURES - ITEM_FEATURES
LAYOUT: Final = stable_key("\n".join(feature.name for feature in Feature))
"""Numbers mean nothing under another table of features; bytes that were written under one are refused."""

SOURCES: Final[Mapping[str, tuple[Feature, ...]]] = {
    "successors": (Feature.FIRST_ORDER, Feature.LONGEST_MATCH, Feature.RULES),
    "everyone": (Feature.EVERYONE_AFTER_CONTEXT,),
    "sessions": (Feature.SESSIONS_BAG,),
    "habits": (Feature.SESSIONS,),
    "artists": (Feature.ARTIST_FOLLOWS, Feature.ARTIST_RULES, Feature.SAME_ARTIST),
    "neighbours": (Feature.NEIGHBOURS,),
    "popular": (Feature.POPULARITY,),
}
"""The features that show, where one is above zero, that a candidate source speaks for an item."""

_SHOWN: Final = np.array(
    [(source, feature) for source, shown in enumerate(SOURCES.values()) for feature in shown], np.int64
)
SOURCE_NAMES: Final = tuple(
    tuple(name for bit, name in enumerate(SOURCES) if bits >> bit & 1) for bits in range(2 ** len(SOURCES))
)
"""The candidate sources, in the order of `SOURCES`, by the bits that `sources_of` gives."""


@compiled
def sources_of(features: Float32s, item: int) -> int:
    """The candidate sources that speak for an item of `features` (float32, FEATURES x n), one bit each.

    >>> features = np.zeros((FEATURES, 1), np.float32)
    >>> features[[Feature.RULES, Feature.POPULARITY]] = 0.5
    >>> SOURCE_NAMES[sources_of(features, 0)]
    ('successors', 'popular')
    """
    bits = 0
    for shown in range(len(_SHOWN)):
        if features[_SHOWN[shown, 1], item] > 0:
            bits |= 1 << _SHOWN[shown, 0]
    return bits
