"""Descent: the steps by which the numbers of the network learn, compiled.

RMSProp (Tieleman and Hinton 2012), number for number River's `optim.RMSProp`, which a test holds beside it
(decision 14).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled, unlocked
from models.features import FEATURES, Float32s
from models.network import listwise_gradient

ROWS: Final = FEATURES + 2
"""Numbers that an example keeps of each item: its features, and what a listener's own weights added."""

MEAN_STEPS: Final = 300
"""Steps over which the numbers that are served are averaged."""
LATENESS: Final = 3.0
"""By how much the late ones of fewer steps count more."""

Int64s = npt.NDArray[np.int64]


@unlocked
def learn_choices(
    numbers: Float32s,
    usual: Float32s,
    mean: Float32s,
    learned: int,
    rows: Float32s,
    items: Int64s,
    rate: np.float32,
    decay: float,
    least: np.float32,
) -> int:
    """Take a step for each choice, in place, towards ranking the first of its items above the others.

    `rows` (float32) holds ROWS x k numbers for each choice, one after the other, and `items` (int64) each k,
    0 where there was no choice. `numbers` and `usual` are those of `descend`, `mean` is that of `follow`.
    Returns how many choices were learned, those `learned` before included.
    """
    end = 0
    for k in items:
        start, end = end, end + ROWS * k
        if k:
            example = rows[start:end].reshape(ROWS, k)
            gradient = listwise_gradient(example[:FEATURES], example[FEATURES:], numbers)
            descend(numbers, usual, gradient, rate, decay, least)
            learned += 1
            follow(mean, numbers, learned)
    return learned


@compiled
def descend(
    numbers: Float32s,
    usual: Float32s,
    gradient: Float32s,
    rate: np.float32,
    decay: float,
    least: np.float32,
) -> None:
    """Take one step of RMSProp down a gradient, in place: all float32 and equally long.

    `usual` are the running means of the squared gradients, which `decay` forgets; `rate` is the step of a
    number whose gradient is as usual, and `least` keeps one without gradients from dividing by zero.

    >>> numbers, usual = np.zeros(1, np.float32), np.ones(1, np.float32)
    >>> descend(numbers, usual, np.ones(1, np.float32), np.float32(0.25), 0.5, np.float32(0))
    >>> numbers.tolist(), usual.tolist()
    ([-0.25], [1.0])
    """
    kept, fresh = np.float32(decay), np.float32(1.0 - decay)
    for number in range(len(numbers)):
        usual[number] = kept * usual[number] + fresh * (gradient[number] * gradient[number])
        numbers[number] -= rate / np.sqrt(usual[number] + least) * gradient[number]


@compiled
def follow(mean: Float32s, numbers: Float32s, steps: int) -> None:
    """Let the mean of numbers (float32, equally long), in place, follow them after one more of `steps`.

    The late steps of a short run count most, and of a long one the last hundreds (Polyak and Juditsky 1992;
    Shamir and Zhang 2013): where a single step leads is half chance.

    >>> mean = np.zeros(1, np.float32)
    >>> follow(mean, np.ones(1, np.float32), 1)
    >>> float(mean[0])
    1.0
    """
    share = np.float32(max(1.0 / MEAN_STEPS, (1.0 + LATENESS) / (steps + LATENESS)))
    for number in range(len(mean)):
        mean[number] += share * (numbers[number] - mean[number])
