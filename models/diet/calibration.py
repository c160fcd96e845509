"""Calibrated scores: a row in the proportions of what the listener plays (Steck, RecSys 2018).

The row that maximises (1 - strength) x sum of scores - strength x places x KL(p || q), where p are the shares
of the groups in the listener's plays and q those in the row, is built place by place. Scores are log-odds and
places x KL is the log-likelihood that the row lost by its proportions: the same unit, in rows of any length.

Places that are still empty count as filled in the listener's proportions. So the first place costs next to
nothing, whatever its group, a group pays once it has more than its share, and the sum over all places is the
whole row's divergence.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.recollection import Float64s

KEPT: Final = 0.01
"""q is mixed with so much of p, so that a group which is missing costs much, but not everything (Steck)."""

Int64s = npt.NDArray[np.int64]


@compiled
def calibrate_scores(
    scores: Float64s, groups: Int64s, shares: Float64s, places: int, strength: float
) -> Float64s:
    """Change n scores (float64) so that the best of them, as many as `places`, follow the listener's shares.

    `groups` (int64, n) names the group of each item, `shares` (float64, k, sums to 1 or is all 0) those of
    the listener; `strength` is in [0, 1). Returns the scores less what each item costs the row's proportions
    at its turn, times strength / (1 - strength), and no less than what comes after it: still log-odds, in the
    order of the calibrated row, those outside of it behind it. A draw from them has exact propensities, like
    any other. With a strength of 0, or a listener without shares, they are the scores, bit for bit.

    >>> scores, groups = np.array([3.0, 2.9, 2.8, 2.0]), np.array([0, 0, 0, 1])
    >>> calibrate_scores(scores, groups, np.array([0.5, 0.5]), 2, 0.0).tolist()
    [3.0, 2.9, 2.8, 2.0]
    >>> np.argsort(-calibrate_scores(scores, groups, np.array([0.5, 0.5]), 2, 0.5)).tolist()[:2]
    [0, 3]
    """
    calibrated = scores.copy()
    places = min(places, len(scores))
    if strength <= 0.0 or places == 0 or shares.sum() <= 0.0:
        return calibrated
    weight = strength / (1.0 - strength)
    counts, left = np.zeros(len(shares)), np.ones(len(scores), np.bool_)
    costs, row = np.empty(len(shares)), np.empty(places, np.int64)
    for place in range(places):
        _cost_next(counts, shares, place, places, costs)
        best = -1
        for item in range(len(scores)):
            if left[item]:
                calibrated[item] = scores[item] - weight * costs[groups[item]]
                if best < 0 or calibrated[item] > calibrated[best]:
                    best = item
        row[place] = best
        left[best] = False
        counts[groups[best]] += 1.0
    # What mends the row's proportions may be worth more than what stands before it, which is lifted with it.
    for place in range(places - 2, -1, -1):
        following = np.nextafter(calibrated[row[place + 1]], np.inf)
        calibrated[row[place]] = max(calibrated[row[place]], following)
    return calibrated


@compiled
def _cost_next(counts: Float64s, shares: Float64s, place: int, places: int, costs: Float64s) -> None:
    """Fill in by how much the next place, if it goes to each group, raises places x KL."""
    now, without = 0.0, 0.0
    for group in range(len(shares)):
        if shares[group] > 0.0:
            filled = counts[group] + (places - place) * shares[group]
            now += shares[group] * math.log(shares[group] / _mixed(filled, shares[group], places))
            without += shares[group] * _log_ratio(counts, shares, group, place, places)
    for group in range(len(shares)):
        costs[group] = places * (without - now)
        if shares[group] > 0.0:
            filled = counts[group] + 1.0 + (places - place - 1) * shares[group]
            given = math.log(shares[group] / _mixed(filled, shares[group], places))
            costs[group] += (
                places * shares[group] * (given - _log_ratio(counts, shares, group, place, places))
            )


@compiled
def _log_ratio(counts: Float64s, shares: Float64s, group: int, place: int, places: int) -> float:
    """log(p / q) of a group to which the next place does not go."""
    filled = counts[group] + (places - place - 1) * shares[group]
    return math.log(shares[group] / _mixed(filled, shares[group], places))


@compiled
def _mixed(filled: float, share: float, places: int) -> float:
    return (1.0 - KEPT) * filled / places + KEPT * share


@compiled
def shares_of(groups: Int64s, count: int) -> Float64s:
    """The share of each of `count` groups among n items (int64): float64, zeros where there is no item.

    >>> shares_of(np.array([0, 1, 1, 1]), 3).tolist()
    [0.25, 0.75, 0.0]
    """
    shares = np.zeros(count)
    for group in groups:
        shares[group] += 1.0
    return shares / max(1, len(groups))


@compiled
def divergence(shares: Float64s, shown: Float64s) -> float:
    """KL(p || q) of the listener's shares and those shown, q mixed with 1% of p: 0 calibrated, at most 4.61.

    >>> even = np.array([0.5, 0.5])
    >>> divergence(even, even), round(divergence(np.array([1.0, 0.0]), np.array([0.0, 1.0])), 2)
    (0.0, 4.61)
    """
    total = 0.0
    for group in range(len(shares)):
        if shares[group] > 0.0:
            mixed = (1.0 - KEPT) * shown[group] + KEPT * shares[group]
            total += shares[group] * math.log(shares[group] / mixed)
    return total


def hellinger(shares: Float64s, shown: Float64s) -> float:
    """The Hellinger distance of two distributions: 0 the same, 1 nothing in common; it knows no mixing.

    >>> hellinger(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    1.0
    """
    return math.sqrt(float(((np.sqrt(shares) - np.sqrt(shown)) ** 2).sum()) / 2.0)
