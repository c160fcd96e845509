"""Successors: what usually follows what is playing, for this listener and for everyone."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.sources.scan import Numbering, Plays, find_number

OCCURRENCES: Final = 20
"""Earlier plays of the current item whose successors count."""
RULE_OCCURRENCES: Final = 10
RULE_WINDOW: Final = 10
LONGEST_MATCH: Final = 12
SKIP_WEIGHT: Final = 0.2
ACROSS_SESSIONS_WEIGHT: Final = 0.3

Float32s = npt.NDArray[np.float32]
Int32s = npt.NDArray[np.int32]


class Successors(NamedTuple):
    """Evidence for each number, float32 of length `room`; probabilities add up to at most 1."""

    first: Float32s
    """Probability after the last play (order 1)."""
    second: Float32s
    third: Float32s
    longest: Float32s
    """Length of the longest match between the present and a moment before the item, plus its recency."""
    rules: Float32s
    """Sequential rules from each play of the context to the plays that came within ten after it."""
    because: Int32s
    """Number of the context item that speaks loudest through `rules`, -1 if none."""
    confidence: Float32s
    """How far orders 1, 2 and 3 can be trusted, (3,), from 0 to 1."""


@compiled
def recall_successors(plays: Plays, room: int) -> Successors:
    """Find what followed earlier plays of what is playing now.

    Variable-order Markov prediction with back-off (Begleiter, El-Yaniv and Yona 2004) and sequential rules
    with 1/distance weights (Ludewig and Jannach 2018), both recomputed from the ring.
    """
    first = np.zeros(room, np.float32)
    second = np.zeros(room, np.float32)
    third = np.zeros(room, np.float32)
    longest = np.zeros(room, np.float32)
    confidence = _orders(plays, first, second, third, longest)
    rules = np.zeros(room, np.float32)
    because = np.full(room, -1, np.int32)
    loudest = np.zeros(room, np.float32)
    for back in range(1, plays.context + 1):
        _rules_from(plays, back, rules, loudest, because)
    return Successors(first, second, third, longest, rules, because, confidence)


@compiled
def _orders(
    plays: Plays, first: Float32s, second: Float32s, third: Float32s, longest: Float32s
) -> Float32s:
    confidence = np.zeros(3, np.float32)
    total = np.zeros(3)
    if plays.context == 0:
        return confidence
    now = len(plays.number) - 1
    fade = np.ones(3)
    occurrence, seen = plays.earlier[now], 0
    while occurrence >= 0 and seen < OCCURRENCES:
        following = plays.number[occurrence + 1]
        good = plays.good[occurrence + 1]
        length = match_length(plays, occurrence, now)
        weight = 1.0 if good else SKIP_WEIGHT
        if plays.session[occurrence + 1] == plays.session[occurrence]:
            first[following] += weight * fade[0]
            total[0] += weight * fade[0]
            if length >= 2:
                second[following] += weight * fade[1]
                total[1] += weight * fade[1]
                fade[1] *= 0.8
            if length >= 3:
                third[following] += weight * fade[2]
                total[2] += weight * fade[2]
                fade[2] *= 0.8
        elif good:
            first[following] += ACROSS_SESSIONS_WEIGHT * fade[0]
            total[0] += ACROSS_SESSIONS_WEIGHT * fade[0]
        fade[0] *= 0.97
        strength = length + 0.9 * np.exp((occurrence - now) / 20_000.0)
        if not good:
            strength *= 0.5
            if occurrence + 2 <= now:
                after = plays.number[occurrence + 2]
                longest[after] = max(longest[after], strength * 0.9)
        longest[following] = max(longest[following], strength)
        occurrence, seen = plays.earlier[occurrence], seen + 1
    if total[0] > 0:
        first /= total[0]
        confidence[0] = total[0] / (total[0] + 2.0)
    if total[1] > 0:
        second /= total[1]
        confidence[1] = total[1] / (total[1] + 1.0)
    if total[2] > 0:
        third /= total[2]
        confidence[2] = total[2] / (total[2] + 0.5)
    return confidence


@compiled
def match_length(plays: Plays, then: int, now: int) -> int:
    """Count how many plays up to `then` equal those up to `now`, at most 12; the last ones are equal."""
    length = 1
    while (
        length < LONGEST_MATCH
        and length <= then
        and plays.number[then - length] == plays.number[now - length]
    ):
        length += 1
    return length


@compiled
def _rules_from(plays: Plays, back: int, rules: Float32s, loudest: Float32s, because: Int32s) -> None:
    """Add the rules of the context play `back` places from the end (1 is the last play)."""
    count = len(plays.number)
    source = count - back
    item = plays.number[source]
    total = 0.0
    for adding in (False, True):
        if adding and total <= 0:
            return
        voice = (1.0 if plays.good[source] else 0.5) / back
        occurrence, seen, fade = plays.earlier[source], 0, 1.0
        limit = RULE_OCCURRENCES if back > 1 else 2 * RULE_OCCURRENCES
        while occurrence >= 0 and seen < limit:
            weight = fade * (1.0 if plays.good[occurrence] else 0.5)
            for distance in range(1, RULE_WINDOW + 1):
                after = occurrence + distance
                if after >= count or plays.session[after] != plays.session[occurrence]:
                    break
                following = plays.number[after]
                if following == item:
                    continue
                share = weight * (1.0 if plays.good[after] else SKIP_WEIGHT) / distance
                if not adding:
                    total += share
                    continue
                rules[following] += voice * share / total
                if voice * share / total > loudest[following]:
                    loudest[following] = voice * share / total
                    because[following] = item
            fade *= 0.94
            occurrence, seen = plays.earlier[occurrence], seen + 1


class CommonSuccessors(NamedTuple):
    """Evidence from everyone's successor rows, float32 of length `room`."""

    after_last: Float32s
    """Share in the row of the last play."""
    after_context: Float32s
    """Sum over the context of the shares, the play j places back with weight 1/j, halved for a skip."""
    because: Int32s
    """Number of the context item that speaks loudest, -1 if none."""


@compiled
def recall_common_successors(
    plays: Plays, numbering: Numbering, rows: Int32s, shares: Float32s, room: int
) -> CommonSuccessors:
    """Read everyone's rows of the items in the context."""
    after_last = np.zeros(room, np.float32)
    after_context = np.zeros(room, np.float32)
    because = np.full(room, -1, np.int32)
    loudest = np.zeros(room, np.float32)
    for back in range(1, plays.context + 1):
        source = plays.number[len(plays.number) - back]
        item = numbering.value[source]
        voice = (1.0 if plays.good[len(plays.number) - back] else 0.5) / back
        for slot in range(rows.shape[1]):
            if shares[item, slot] <= 0:
                continue
            number = find_number(numbering, rows[item, slot])
            if number < 0:
                continue
            said = voice * shares[item, slot]
            after_context[number] += said
            if back == 1:
                after_last[number] += shares[item, slot]
            if said > loudest[number]:
                loudest[number] = said
                because[number] = source
    return CommonSuccessors(after_last, after_context, because)
