"""Why an item is here, where its shelf does not say so: what the ranker's score of it is made of.

Rectified units are linear around each item, so that its score is exactly a sum over the features: a feature
times the terms and the active units through which it acts. What a feature adds is counted from its mean over
the candidates, for what they all have puts none above the others. The features that speak of the same thing
add up, and what adds most is the reason. Only what an item has more of than usual can speak for it: to be
less popular than others is no way of being popular, whatever the ranker makes of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.features import ITEM_FEATURES, Feature, Float32s
from models.network import HIDDEN, MOMENTS, UNITS
from models.slate import Because

SPOKEN_FOR: Final[Mapping[Because, tuple[Feature, ...]]] = {
    Because.PLAYED_AFTER: (
        *(Feature.FIRST_ORDER, Feature.SECOND_ORDER, Feature.THIRD_ORDER, Feature.LONGEST_MATCH),
        *(Feature.RULES, Feature.EVERYONE_AFTER_LAST, Feature.EVERYONE_AFTER_CONTEXT),
        *(Feature.FIRST_ORDER_PLACE, Feature.LONGEST_MATCH_PLACE, Feature.EVERYONE_PLACE),
    ),
    Because.SAME_SESSION: (
        *(Feature.SESSIONS_NEAR, Feature.SESSIONS_BAG),
        *(Feature.SESSIONS_NEAR_PLACE, Feature.SESSIONS_BAG_PLACE),
    ),
    Because.ON_REPEAT: (
        *(Feature.PLAYED_LATELY, Feature.PLAYED_MONTH, Feature.PLAYED_YEARS),
        *(Feature.PLAYS, Feature.SESSIONS),
    ),
    Because.REDISCOVER: (Feature.RETURN,),
    Because.SAME_ARTIST: (
        *(Feature.ARTIST_FOLLOWS, Feature.ARTIST_RULES, Feature.SAME_ARTIST),
        *(Feature.ARTIST_LATELY, Feature.ARTIST_LASTING),
    ),
    Because.ALSO_PLAYED: (
        *(Feature.NEIGHBOURS, Feature.NEIGHBOURS_SHARE, Feature.VOTES),
        *(Feature.FACTORS, Feature.NEIGHBOURS_PLACE, Feature.VOTES_PLACE),
    ),
    Because.YOUR_TASTE: (Feature.TASTE_SESSION, Feature.TASTE_WEEKS, Feature.TASTE_YEARS),
    Because.MOMENT: (Feature.TASTE_CONTEXT,),
    Because.POPULAR: (Feature.POPULARITY,),
}
"""The features that speak of each reason. Those that speak of none, such as skips, move all reasons alike."""
Int64s = npt.NDArray[np.int64]

REASONS: Final = tuple(Because)
"""Reasons by the number that compiled passes know them by."""
REFERRING: Final = frozenset((Because.PLAYED_AFTER, Because.SAME_SESSION, Because.ALSO_PLAYED))
"""Those that refer to another item."""
REFERS: Final = np.array([reason in REFERRING for reason in REASONS], np.bool_)
"""The same, by number."""
_POPULAR: Final = REASONS.index(Because.POPULAR)
_ON_REPEAT: Final = REASONS.index(Because.ON_REPEAT)
_ALSO_PLAYED: Final = REASONS.index(Because.ALSO_PLAYED)
_ALIKE: Final = REASONS.index(Because.ALIKE)
_CHOSEN: Final = REASONS.index(Because.CHOSEN_ARTIST)
_SPOKEN: Final = np.array([feature for spoken in SPOKEN_FOR.values() for feature in spoken], np.int64)
_SPOKEN_FOR: Final = np.array(
    [REASONS.index(reason) for reason, spoken in SPOKEN_FOR.items() for _ in spoken], np.int64
)


@compiled
def add_up_reasons(
    features: Float32s, hidden: Float32s, items: Int64s, numbers: Float32s, terms: Float32s
) -> Float32s:
    """What each of `REASONS` adds to the scores of k items beyond that of a usual one: float32, REASONS x k.

    `features` (float32, FEATURES x n) and `hidden` (float32, HIDDEN x n) are those of all candidates, of
    which `items` (int64, k) are places, `numbers` those of the network, and `terms` its terms with the
    listener's own (`add_terms`).
    """
    added = np.zeros((len(REASONS), len(items)), np.float32)
    active = (hidden > 0)[:, items].astype(np.float32)
    weights = numbers[UNITS:MOMENTS].reshape(HIDDEN, ITEM_FEATURES)
    acting = np.empty(len(items), np.float32)
    for spoken in range(len(_SPOKEN)):
        feature = _SPOKEN[spoken]
        acting[:] = terms[feature]
        for unit in range(HIDDEN):
            through, row = terms[ITEM_FEATURES + unit] * weights[unit, feature], active[unit]
            for place in range(len(acting)):
                acting[place] += through * row[place]
        column, reason = features[feature], added[_SPOKEN_FOR[spoken]]
        usual = column.sum() / np.float32(max(1, len(column)))
        # What an item has little of is no reason for it, even if that puts it above others.
        least = max(np.float32(0), usual)
        for place in range(len(acting)):
            value = column[items[place]]
            reason[place] += acting[place] * (value - usual) if value > least else np.float32(0)
    return added


@compiled
def choose_reason(added: Float32s, heard: bool, explained: bool, chosen: bool) -> int:
    """The reason that adds most, by its place in `REASONS`; where none adds anything, what is known of it.

    `chosen` says that the artist of an item that was not `heard` was chosen at the start: a better answer to
    somebody of whom nothing else is known. Neighbours that no item that was played `explained` are those of
    an item that nobody has played: it is like them.
    """
    if chosen and not heard:
        return _CHOSEN
    known = _ON_REPEAT if heard else _ALSO_PLAYED if explained else _POPULAR
    best, most = known, np.float32(0)
    for reason in range(len(added)):
        if added[reason] > most:
            best, most = reason, added[reason]
    return _ALIKE if best == _ALSO_PLAYED and not explained else best
