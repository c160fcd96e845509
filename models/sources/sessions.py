"""Sessions: what was played in earlier sessions that resemble this one."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.sources.scan import Plays

OCCURRENCES: Final = 10
BEFORE: Final = 10
AFTER: Final = 30
"""Places before and after a match whose plays are neighbours."""
TIME_SCALE_DAYS: Final = 120.0
POSITION_SCALE: Final = 4.0
SKIP_WEIGHT: Final = 0.3

Float32s = npt.NDArray[np.float32]
Int32s = npt.NDArray[np.int32]


class Sessions(NamedTuple):
    """Evidence for each number, float32 of length `room`, the strongest 1 (all 0 without a neighbour)."""

    near: Float32s
    """Neighbours weighted by how near their place is to the place of the next play."""
    bag: Float32s
    """Neighbours wherever they stand."""
    because: Int32s
    """Number of the context item whose match speaks loudest, -1 if none."""


@compiled
def recall_sessions(plays: Plays, room: int, now_seconds: float) -> Sessions:
    """Let earlier sessions with items of this one propose their neighbours.

    Sequence- and time-aware session kNN (Garg et al. 2019, STAN; Ludewig and Jannach 2018) over the ring.
    """
    near = np.zeros(room, np.float32)
    bag = np.zeros(room, np.float32)
    because = np.full(room, -1, np.int32)
    loudest = np.zeros(room, np.float32)
    if plays.context == 0:
        return Sessions(near, bag, because)
    similarity = _similar_sessions(plays)
    for back in range(1, plays.context + 1):
        source = len(plays.number) - back
        voice = _voice(plays, back)
        match, seen = plays.earlier[source], 0
        while match >= 0 and seen < OCCURRENCES:
            if plays.session[match] != plays.session[-1]:
                days = (now_seconds - plays.at[match]) / 86_400.0
                like = similarity[plays.session[match] - plays.session[0]] * voice
                like *= np.exp(-days / TIME_SCALE_DAYS)
                if like > 1e-4:
                    _add_neighbours(plays, match, back, like, near, bag, loudest, because)
            match, seen = plays.earlier[match], seen + 1
    if near.max() > 0:
        near /= near.max()
        bag /= bag.max()
    return Sessions(near, bag, because)


@compiled
def _voice(plays: Plays, back: int) -> float:
    return np.exp(-(back - 1) / 6.0) * (1.0 if plays.good[len(plays.number) - back] else 0.4)


@compiled
def _similar_sessions(plays: Plays) -> Float32s:
    """Sum, for each session of the ring, the voices of the context items that it holds."""
    similarity = np.zeros(plays.session[-1] - plays.session[0] + 1, np.float32)
    for back in range(1, plays.context + 1):
        match, seen = plays.earlier[len(plays.number) - back], 0
        while match >= 0 and seen < OCCURRENCES:
            similarity[plays.session[match] - plays.session[0]] += _voice(plays, back)
            match, seen = plays.earlier[match], seen + 1
    return similarity


@compiled
def _add_neighbours(
    plays: Plays,
    match: int,
    back: int,
    like: float,
    near: Float32s,
    bag: Float32s,
    loudest: Float32s,
    because: Int32s,
) -> None:
    """Add the plays around a match; `back` places after it the next play would stand."""
    session = plays.session[match]
    nearer = np.exp(-1.0 / POSITION_SCALE)
    kernel, place = 0.5 * like * np.exp(-(1 + back) / POSITION_SCALE), match - 1
    while place >= 0 and place >= match - BEFORE and plays.session[place] == session:
        weight = 1.0 if plays.good[place] else SKIP_WEIGHT
        near[plays.number[place]] += kernel * weight
        bag[plays.number[place]] += like * weight
        kernel *= nearer
        place -= 1
    kernel, place = like * np.exp(-(back - 1) / POSITION_SCALE), match + 1
    item = plays.number[match]
    while place < len(plays.number) and place <= match + AFTER and plays.session[place] == session:
        weight = 1.0 if plays.good[place] else SKIP_WEIGHT
        neighbour = plays.number[place]
        near[neighbour] += kernel * weight
        bag[neighbour] += like * weight
        if kernel * weight > loudest[neighbour]:
            loudest[neighbour] = kernel * weight
            because[neighbour] = item
        kernel = kernel / nearer if place - match < back else kernel * nearer
        place += 1
