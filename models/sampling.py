"""Drawing a row: Plackett-Luce under the artist cap, with the exact probability of every choice."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled

ROW: Final = 10
"""The stretch of a row within which an artist may come at most `ARTIST_CAP` times."""
ARTIST_CAP: Final = 2
NO_CAP: Final = ROW

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


@compiled
def draw_row(
    scores: FloatArray,
    artists: IndexArray,
    places: int,
    temperature: float,
    floor: float,
    cap: int,
    uniforms: FloatArray,
) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Draw a row by Plackett-Luce, at most `cap` items of an artist in any ten places running.

    Place by place an item is drawn among those that are left and whose artist (-1: unknown, never capped)
    has room: with probability `floor` each alike, otherwise in proportion to exp(score / temperature).
    Returns the chosen rows of `scores` and the probability of each draw given the draws before it (float64,
    in (0, 1]); their product is the exact probability of the whole row. It ends early where nothing is left.

    Source: Luce 1959, Plackett 1975.

    >>> chosen, propensities = draw_row(np.array([0.0, 0.0]), np.array([-1, -1], np.int32), places=2,
    ...     temperature=1.0, floor=0.0, cap=2, uniforms=np.array([0.9, 0.5]))
    >>> chosen.tolist(), propensities.tolist()
    ([1, 0], [0.5, 1.0])
    """
    places = min(places, len(scores))
    chosen = np.empty(places, np.int64)
    propensity = np.empty(places, np.float64)
    strength = np.zeros(len(scores), np.float64)
    free = np.ones(len(scores), np.bool_)
    crowd = np.zeros(len(scores), np.int32)
    base = np.inf
    for place in range(places):
        if place >= ROW:
            _count_artist(crowd, artists, chosen[place - ROW], -1)
        best, total, room = _sum_room(scores, strength, free, crowd, cap)
        if room == 0:
            return chosen[:place], propensity[:place]
        # Strengths are relative to a score not far above the best that is left, so that the odds of the last
        # places are as exact as those of the first.
        if base < best or (base - best) / temperature > 200.0:
            base = best
            for row in range(len(scores)):
                # An item without room now may score far more; when it has room again, it is the new base.
                exponent = min((scores[row] - base) / temperature, 200.0)
                strength[row] = math.exp(exponent) if free[row] else 0.0
            best, total, room = _sum_room(scores, strength, free, crowd, cap)
        drawn = _draw_one(strength, free, crowd, cap, total, room, floor, uniforms[place])
        chosen[place] = drawn
        propensity[place] = (1.0 - floor) * strength[drawn] / total + floor / room
        strength[drawn] = 0.0
        free[drawn] = False
        _count_artist(crowd, artists, drawn, 1)
    return chosen, propensity


@compiled
def _draw_one(
    strength: FloatArray,
    free: Bools,
    crowd: IndexArray,
    cap: int,
    total: float,
    room: int,
    floor: float,
    uniform: float,
) -> int:
    """Draw one of the `room` items that may come, whose strengths add up to `total`."""
    evenly = uniform < floor
    left = uniform / floor * room if evenly else (uniform - floor) / (1.0 - floor) * total
    drawn = -1
    for row in range(len(strength)):
        if free[row] and crowd[row] < cap and (evenly or strength[row] > 0.0):
            drawn = row
            left -= 1.0 if evenly else strength[row]
            if left < 0.0:
                break
    return drawn


@compiled
def _sum_room(
    scores: FloatArray, strength: FloatArray, free: Bools, crowd: IndexArray, cap: int
) -> tuple[float, float, int]:
    """The best score, the sum of strengths and the number of items left whose artist has room."""
    best, total, room = -np.inf, 0.0, 0
    for row in range(len(scores)):
        if free[row] and crowd[row] < cap:
            best = max(best, scores[row])
            total += strength[row]
            room += 1
    return best, total, room


@compiled
def _count_artist(crowd: IndexArray, artists: IndexArray, row: int, one: int) -> None:
    """Add `one` to how many items of its artist each row finds within reach; unknown artists never count."""
    if artists[row] >= 0:
        for other in range(len(artists)):
            crowd[other] += one * (artists[other] == artists[row])
