"""Whether slates are drawn as often as their propensities say: Pearson's chi-square test."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.arm_pooling import Floats
from models.arms import Int64s
from models.carousel.environment import SLOTS
from models.carousel.live import Live, draw_slates

LEAST_EXPECTED: Final = 5.0
"""Cells that expect fewer draws are taken together, as the test wants it (Cochran 1954)."""
AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Goodness:
    """Pearson's statistic over the first place, or the first two in order, of `draws` slates."""

    chi_square: float
    degrees_of_freedom: int
    p_value: float
    draws: int


def check_propensities(live: Live, *, listener: int, draws: int, seed: int) -> dict[str, Goodness]:
    """Draw a listener's slate over and over; compare the places drawn with the reported propensities."""
    scores, temperatures = live.score(np.array([listener]))
    random = np.random.default_rng(seed)
    slates, propensities = [], []
    for start in range(0, draws, AT_ONCE):
        many = min(AT_ONCE, draws - start)
        uniforms = random.random((many, SLOTS))
        drawn = draw_slates(np.repeat(scores, many, axis=0), np.repeat(temperatures, many), uniforms)
        slates.append(drawn[0][:, :2])
        propensities.append(drawn[1][:, :2])
    places, chances = np.concatenate(slates), np.concatenate(propensities)
    pairs = places[:, 0] * scores.shape[1] + places[:, 1]
    return {
        "first_place": compare(places[:, 0], chances[:, 0]),
        "first_two_places": compare(pairs, chances.prod(axis=1)),
    }


def least_certain(live: Live, *, among: int) -> int:
    """Of so many listeners, the one whose first place is the most open: a test that can fail."""
    scores, temperatures = live.score(np.arange(among))
    over_best = (scores - scores.max(axis=1, keepdims=True)) / temperatures[:, None]
    return int(np.exp(over_best).sum(axis=1).argmax())


def compare(outcomes: Int64s, propensities: Floats) -> Goodness:
    """Test n outcomes (int64, n) against the propensity that each was reported with (float64, n).

    >>> loaded = compare(np.array([1, 2, 3, 4, 5, 6] * 50 + [6] * 60), np.full(360, 1 / 6))
    >>> loaded.chi_square, loaded.degrees_of_freedom, round(loaded.p_value, 6)
    (50.0, 5, 0.0)
    """
    draws = len(outcomes)
    _, first, counts = np.unique(outcomes, return_index=True, return_counts=True)
    expected = propensities[first] * draws
    common = expected >= LEAST_EXPECTED
    observed, foreseen = counts[common].astype(np.float64), expected[common]
    rest = draws - foreseen.sum()
    if rest >= LEAST_EXPECTED:
        observed, foreseen = np.append(observed, draws - observed.sum()), np.append(foreseen, rest)
    chi_square = float(((observed - foreseen) ** 2 / foreseen).sum())
    degrees = max(1, len(observed) - 1)
    return Goodness(chi_square, degrees, chance_above(chi_square, degrees), draws)


def chance_above(chi_square: float, degrees_of_freedom: int) -> float:
    """P(a chi-square variable is larger), by the cube root (Wilson and Hilferty 1931).

    From three degrees of freedom on it is within .005 of the exact value.

    >>> round(chance_above(18.307, 10), 3), round(chance_above(124.342, 100), 3)
    (0.05, 0.05)
    """
    width = 2.0 / (9.0 * degrees_of_freedom)
    away = ((chi_square / degrees_of_freedom) ** (1.0 / 3.0) - (1.0 - width)) / math.sqrt(width)
    return 0.5 * math.erfc(away / math.sqrt(2.0))
