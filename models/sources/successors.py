"""Successors: what followed when this listener was here before."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from models.compiled import compiled
from models.sources.scan import Float32s, Int32s, Plays

OCCURRENCES: Final = 20
"""Earlier plays of the current item whose successors count."""
CONTEXT_OCCURRENCES: Final = 10
"""The same for the other items of the context."""
WINDOW: Final = 10
"""Plays after an occurrence that its rules name."""
LONGEST_MATCH: Final = 12
SKIP_WEIGHT: Final = 0.2
AFTER_SKIP_WEIGHT: Final = 0.5
NEXT_SESSION_WEIGHT: Final = 0.3
"""A play that opened the next session follows loosely."""
FADES: Final = (0.97, 0.8, 0.8)
"""How much less the next older occurrence counts, at orders 1, 2 and 3."""
DOUBTS: Final = (2.0, 1.0, 0.5)
"""Evidence at which orders 1, 2 and 3 are half trusted."""
RULE_FADE: Final = 0.94
RECENCY_SCALE_PLAYS: Final = 20_000.0


class Successors(NamedTuple):
    """Evidence for each item number, float32; probabilities add up to 1 or are all 0."""

    orders: Float32s
    """Probabilities given the last one, two and three plays, (3, room)."""
    longest: Float32s
    """Length of the longest match between the last plays and those before this item, below 13."""
    rules: Float32s
    """Sum over the context of 1/distance-weighted probabilities to come within ten plays."""
    because: Int32s
    """Number of the context item that speaks loudest through `rules`, -1 if none."""
    trust: Float32s
    """How far the orders can be trusted, (3,), 0 to 1: evidence / (evidence + doubt)."""


@compiled
def recall_successors(plays: Plays, room: int) -> Successors:
    """Find what followed the last plays whenever they occurred before.

    Variable-order Markov prediction with back-off (Begleiter, El-Yaniv and Yona 2004) and sequential rules
    (Ludewig and Jannach 2018), recomputed from the ring.
    """
    found = Successors(
        np.zeros((3, room), np.float32),
        np.zeros(room, np.float32),
        np.zeros(room, np.float32),
        np.full(room, -1, np.int32),
        np.zeros(3, np.float32),
    )
    loudest = np.zeros(room, np.float32)
    if plays.context > 0:
        _add_orders(plays, found)
    for back in range(1, plays.context + 1):
        total = _add_rules(plays, back, 0.0, found, loudest)
        if total > 0:
            _add_rules(plays, back, total, found, loudest)
    return found


@compiled
def _add_orders(plays: Plays, found: Successors) -> None:
    """Add what followed earlier plays of the last item, by how many plays before them match as well."""
    now = len(plays.item) - 1
    total, fade = np.zeros(3), np.ones(3)
    occurrence, seen = plays.earlier[now], 0
    while occurrence >= 0 and seen < OCCURRENCES:
        following, good = plays.item[occurrence + 1], plays.good[occurrence + 1]
        length = match_length(plays.item, occurrence, now)
        weight = 1.0 if good else SKIP_WEIGHT
        orders = min(length, 3)
        if plays.session[occurrence + 1] != plays.session[occurrence]:
            weight, orders = NEXT_SESSION_WEIGHT if good else 0.0, 1
        for order in range(orders):
            found.orders[order, following] += weight * fade[order]
            total[order] += weight * fade[order]
            fade[order] *= FADES[order]
        _keep_longest(plays, found.longest, occurrence, length)
        occurrence, seen = plays.earlier[occurrence], seen + 1
    for order in range(3):
        if total[order] > 0:
            for item in range(found.orders.shape[1]):
                found.orders[order, item] /= total[order]
            found.trust[order] = total[order] / (total[order] + DOUBTS[order])


@compiled
def _keep_longest(plays: Plays, longest: Float32s, occurrence: int, length: int) -> None:
    """Raise the successor's longest match; a skipped successor counts half, the play after it nearly full."""
    now = len(plays.item) - 1
    strength = length + 0.9 * np.exp((occurrence - now) / RECENCY_SCALE_PLAYS)
    if not plays.good[occurrence + 1]:
        strength *= AFTER_SKIP_WEIGHT
        if occurrence + 2 <= now:
            after = plays.item[occurrence + 2]
            longest[after] = max(longest[after], 0.9 * strength)
    following = plays.item[occurrence + 1]
    longest[following] = max(longest[following], strength)


@compiled
def match_length(item: Int32s, then: int, now: int) -> int:
    """Count how many plays up to `then` equal those up to `now`, at most 12; the last ones are equal.

    >>> match_length(np.array([5, 1, 2, 3, 1, 2], np.int32), 2, 5)
    2
    """
    length = 1
    while length < LONGEST_MATCH and length <= then and item[then - length] == item[now - length]:
        length += 1
    return length


@compiled
def _add_rules(plays: Plays, back: int, total: float, found: Successors, loudest: Float32s) -> float:
    """Add the rules of the context play `back` places from the end, divided by `total`.

    Returns the sum of what was found; with a `total` of 0 that is all, nothing is added.
    """
    source = len(plays.item) - back
    voice = (1.0 if plays.good[source] else AFTER_SKIP_WEIGHT) / back
    most = OCCURRENCES if back == 1 else CONTEXT_OCCURRENCES
    weight_found, fade = 0.0, 1.0
    occurrence, seen = plays.earlier[source], 0
    while occurrence >= 0 and seen < most:
        weight = fade * (1.0 if plays.good[occurrence] else AFTER_SKIP_WEIGHT)
        for after in range(occurrence + 1, min(occurrence + WINDOW + 1, len(plays.item))):
            if plays.session[after] != plays.session[occurrence]:
                break
            following = plays.item[after]
            if following == plays.item[source]:
                continue
            share = weight * (1.0 if plays.good[after] else SKIP_WEIGHT) / (after - occurrence)
            weight_found += share
            if total > 0:
                said = voice * share / total
                found.rules[following] += said
                if said > loudest[following]:
                    loudest[following] = said
                    found.because[following] = plays.item[source]
        fade *= RULE_FADE
        occurrence, seen = plays.earlier[occurrence], seen + 1
    return weight_found
