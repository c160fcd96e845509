"""Sessions: what earlier sessions that resemble this one held."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from models.compiled import compiled
from models.sources.scan import Float32s, Int32s, Plays

OCCURRENCES: Final = 10
"""Earlier plays of each item of the context that are matches."""
BEFORE: Final = 10
AFTER: Final = 30
"""Plays before and after a match that are its neighbours."""
BEFORE_WEIGHT: Final = 0.5
SKIP_WEIGHT: Final = 0.3
SKIPPED_MATCH_WEIGHT: Final = 0.4
CONTEXT_SCALE: Final = 6.0
POSITION_SCALE: Final = 4.0
TIME_SCALE_DAYS: Final = 120.0
LEAST_SIMILARITY: Final = 1e-4


class Sessions(NamedTuple):
    """Evidence for each item number, float32; the strongest is 1, without a neighbour all are 0."""

    near: Float32s
    """Neighbours weighted by how near they stand to the place of the next play."""
    bag: Float32s
    """Neighbours wherever they stand."""
    because: Int32s
    """Number of the context item whose match speaks loudest, -1 if none."""


@compiled
def recall_sessions(plays: Plays, room: int, now_seconds: float) -> Sessions:
    """Let earlier sessions with items of this one propose the plays around them.

    Sequence- and time-aware session kNN (Garg et al. 2019, STAN; Ludewig and Jannach 2018) over the ring.
    """
    found = Sessions(np.zeros(room, np.float32), np.zeros(room, np.float32), np.full(room, -1, np.int32))
    if plays.context == 0:
        return found
    loudest = np.zeros(room, np.float32)
    similarity = _similar_sessions(plays)
    for back in range(1, plays.context + 1):
        source = len(plays.item) - back
        match, seen = plays.earlier[source], 0
        while match >= 0 and seen < OCCURRENCES:
            days = (now_seconds - plays.at[match]) / 86_400.0
            like = similarity[plays.session[match] - plays.session[0]] * _voice(plays, back)
            like *= np.exp(-max(0.0, days) / TIME_SCALE_DAYS)
            if like > LEAST_SIMILARITY and plays.session[match] != plays.session[-1]:
                _add_before(plays, match, back, like, found)
                _add_after(plays, match, back, like, found, loudest)
            match, seen = plays.earlier[match], seen + 1
    _scale_to_one(found.near)
    _scale_to_one(found.bag)
    return found


@compiled
def _voice(plays: Plays, back: int) -> float:
    good = plays.good[len(plays.good) - back]
    return float(np.exp(-(back - 1) / CONTEXT_SCALE)) * (1.0 if good else SKIPPED_MATCH_WEIGHT)


@compiled
def _similar_sessions(plays: Plays) -> Float32s:
    """Sum, for each session of the ring, the voices of the context items that it holds."""
    similarity = np.zeros(plays.session[-1] - plays.session[0] + 1, np.float32)
    for back in range(1, plays.context + 1):
        match, seen = plays.earlier[len(plays.item) - back], 0
        while match >= 0 and seen < OCCURRENCES:
            similarity[plays.session[match] - plays.session[0]] += _voice(plays, back)
            match, seen = plays.earlier[match], seen + 1
    return similarity


@compiled
def _add_before(plays: Plays, match: int, back: int, like: float, found: Sessions) -> None:
    """Add the plays before a match; the next play would stand `back` places after it."""
    nearer = np.exp(-1.0 / POSITION_SCALE)
    kernel = BEFORE_WEIGHT * like * np.exp(-(1 + back) / POSITION_SCALE)
    for place in range(match - 1, max(match - BEFORE, 0) - 1, -1):
        if plays.session[place] != plays.session[match]:
            return
        weight = 1.0 if plays.good[place] else SKIP_WEIGHT
        found.near[plays.item[place]] += kernel * weight
        found.bag[plays.item[place]] += like * weight
        kernel *= nearer


@compiled
def _add_after(plays: Plays, match: int, back: int, like: float, found: Sessions, loudest: Float32s) -> None:
    """Add the plays after a match; the nearest to the place `back` after it counts most."""
    nearer = np.exp(-1.0 / POSITION_SCALE)
    kernel = like * np.exp(-(back - 1) / POSITION_SCALE)
    for place in range(match + 1, min(match + AFTER + 1, len(plays.item))):
        if plays.session[place] != plays.session[match]:
            return
        weight = 1.0 if plays.good[place] else SKIP_WEIGHT
        item = plays.item[place]
        found.near[item] += kernel * weight
        found.bag[item] += like * weight
        if kernel * weight > loudest[item]:
            loudest[item] = kernel * weight
            found.because[item] = plays.item[match]
        kernel = kernel / nearer if place - match < back else kernel * nearer


@compiled
def _scale_to_one(evidence: Float32s) -> None:
    strongest = np.float32(0)
    for item in range(len(evidence)):
        strongest = max(strongest, evidence[item])
    for item in range(len(evidence)):
        if evidence[item] > 0:
            evidence[item] /= strongest
