"""The network of the ranker: a linear stage over the pool, then linear terms and 48 hidden units.

All its numbers lie in one float32 array, so that one optimizer steps them all and one block of bytes holds
them. A score is the sum of linear terms and of a layer of rectified linear units (Nair and Hinton 2010) over
the features of an item; the moment, the same for all candidates, shifts the units once a request.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.features import FEATURES, ITEM_FEATURES, MOMENT_FEATURES, POOL_FEATURES, Float32s
from models.recall import START, weigh

HIDDEN: Final = 48
"""Units, an even number."""
LINEAR: Final = POOL_FEATURES
"""Where the linear terms of the second stage begin, behind the weights of the first."""
UNITS: Final = LINEAR + ITEM_FEATURES
MOMENTS: Final = UNITS + HIDDEN * ITEM_FEATURES
SHIFTS: Final = MOMENTS + HIDDEN * MOMENT_FEATURES
OUTPUTS: Final = SHIFTS + HIDDEN
NUMBERS: Final = OUTPUTS + HIDDEN
TERMS: Final = ITEM_FEATURES + HIDDEN

LEARNING_RATE: Final = 8.7e-4
"""How RMSProp steps the numbers, everybody's and a listener's own; `Ranker` says what each means."""
DECAY: Final = 0.9997
CAUTION: Final = 3e-7
LEAST_SQUARE: Final = 3e-10
"""What keeps a number without gradients from dividing by zero."""

Float64s = npt.NDArray[np.float64]


def new_network(*, seed: int) -> Float32s:
    """Make the numbers (float32, NUMBERS) of a network that has learned nothing: it ranks by recall.

    Units start at random, scaled by what feeds them (He et al. 2015).
    """
    numbers = np.zeros(NUMBERS, np.float32)
    numbers[:POOL_FEATURES] = numbers[LINEAR : LINEAR + POOL_FEATURES] = START
    draws = np.random.default_rng(seed)
    numbers[UNITS:SHIFTS] = draws.normal(0, np.sqrt(2 / FEATURES), SHIFTS - UNITS)
    numbers[OUTPUTS:] = draws.normal(0, np.sqrt(1 / HIDDEN), HIDDEN)
    return numbers


@compiled
def score_items(features: Float32s, numbers: Float32s, own: Float32s) -> tuple[Float32s, Float32s]:
    """Score n items by their features (float32, FEATURES x n): float32, n, and what the units answered.

    `own` (float32, TERMS) is added to the linear terms and the outputs of all.
    """
    hidden = excite(features, numbers)
    return add_up(features, hidden, add_terms(numbers, own)), hidden


@compiled
def add_terms(numbers: Float32s, own: Float32s) -> Float32s:
    """The linear terms and the outputs of a network, one behind the other, with a listener's own: TERMS."""
    terms = own.copy()
    terms[:ITEM_FEATURES] += numbers[LINEAR:UNITS]
    terms[ITEM_FEATURES:] += numbers[OUTPUTS:]
    return terms


@compiled
def add_up(features: Float32s, hidden: Float32s, terms: Float32s) -> Float32s:
    """Sum linear terms and outputs (float32, TERMS) over n items and what the units answered: float32, n."""
    scores = weigh(features, terms[:ITEM_FEATURES])
    for unit in range(HIDDEN):
        output = terms[ITEM_FEATURES + unit]
        for item in range(len(scores)):
            scores[item] += output * hidden[unit, item]
    return scores


@compiled
def blame_terms(features: Float32s, hidden: Float32s, shares: Float32s) -> Float32s:
    """The gradient by linear terms and outputs (float32, TERMS) where that by the scores is `shares`."""
    gradient = np.empty(TERMS, np.float32)
    average(features[:ITEM_FEATURES], shares, gradient[:ITEM_FEATURES])
    average(hidden, shares, gradient[ITEM_FEATURES:])
    return gradient


@compiled
def excite(features: Float32s, numbers: Float32s) -> Float32s:
    """What each unit answers to n items (float32, FEATURES x n): float32, HIDDEN x n, none below 0.

    Two units and six features at a time: what is loaded is used often, and each sum keeps its order, so that
    an item scores the same bits among others and alone.
    """
    hidden = np.empty((HIDDEN, features.shape[1]), np.float32)
    shifts, rest = _shift_units(features, numbers), ITEM_FEATURES % 6
    weights = numbers[UNITS:MOMENTS].reshape(HIDDEN, ITEM_FEATURES)
    for unit in range(0, HIDDEN, 2):
        left, right, w, v = hidden[unit], hidden[unit + 1], weights[unit], weights[unit + 1]
        left[:], right[:] = shifts[unit], shifts[unit + 1]
        for x in range(rest):
            wx, vx, column = w[x], v[x], features[x]
            for item in range(len(left)):
                left[item] += wx * column[item]
                right[item] += vx * column[item]
        for x in range(rest, ITEM_FEATURES, 6):
            a, b, c = features[x], features[x + 1], features[x + 2]
            d, e, f = features[x + 3], features[x + 4], features[x + 5]
            wa, wb, wc, wd, we, wf = w[x], w[x + 1], w[x + 2], w[x + 3], w[x + 4], w[x + 5]
            va, vb, vc, vd, ve, vf = v[x], v[x + 1], v[x + 2], v[x + 3], v[x + 4], v[x + 5]
            for i in range(len(left)):
                left[i] = left[i] + wa * a[i] + wb * b[i] + wc * c[i] + wd * d[i] + we * e[i] + wf * f[i]
                right[i] = right[i] + va * a[i] + vb * b[i] + vc * c[i] + vd * d[i] + ve * e[i] + vf * f[i]
        for item in range(len(left)):
            left[item] = max(left[item], np.float32(0))
            right[item] = max(right[item], np.float32(0))
    return hidden


@compiled
def _shift_units(features: Float32s, numbers: Float32s) -> Float32s:
    """Add the moment, which stands in the features of the first item, to the bias of each unit."""
    shifts = numbers[SHIFTS:OUTPUTS].copy()
    weights = numbers[MOMENTS:SHIFTS].reshape(HIDDEN, MOMENT_FEATURES)
    if features.shape[1]:
        for unit in range(HIDDEN):
            for moment in range(MOMENT_FEATURES):
                shifts[unit] += weights[unit, moment] * features[ITEM_FEATURES + moment, 0]
    return shifts


@compiled
def listwise_gradient(features: Float32s, own: Float32s, numbers: Float32s) -> Float32s:
    """The gradient of -log softmax(played), the first of n items, for both stages: float32, NUMBERS.

    `own` (float32, 2 x n) is what the listener's own weights add to the scores of each stage.

    Source: Cao et al. 2007, ListNet, with one relevant item; rectifiers as in Nair and Hinton 2010.
    """
    gradient = np.empty(NUMBERS, np.float32)
    recalled = weigh(features, numbers[:POOL_FEATURES]) + own[0]
    average(features[:POOL_FEATURES], surprise(recalled, 0), gradient[:POOL_FEATURES])
    hidden = excite(features, numbers)
    scores = add_up(features, hidden, add_terms(numbers, np.zeros(TERMS, np.float32))) + own[1]
    shares = surprise(scores, 0)
    average(features[:ITEM_FEATURES], shares, gradient[LINEAR:UNITS])
    _descend_units(features, hidden, shares, numbers, gradient)
    return gradient


@compiled
def surprise(scores: Float32s, played: int) -> Float32s:
    """The gradient of -log softmax(played) by the scores: each softmax share, less 1 for the played: float32.

    >>> surprise(np.zeros(4, np.float32), 1).tolist()
    [0.25, -0.75, 0.25, 0.25]
    """
    shares: Float64s = np.exp(scores.astype(np.float64) - scores.max())
    shares /= shares.sum()
    shares[played] -= 1.0
    return shares.astype(np.float32)


@compiled
def average(features: Float32s, shares: Float32s, mean: Float32s) -> None:
    """Sum the features (float32, k x n) of n items under their shares into `mean` (float32, k).

    Four sums side by side: one alone would wait for itself at every item.
    """
    whole = len(shares) // 4 * 4
    for feature in range(len(mean)):
        row = features[feature]
        first = second = third = fourth = np.float32(0)
        for item in range(0, whole, 4):
            first += row[item] * shares[item]
            second += row[item + 1] * shares[item + 1]
            third += row[item + 2] * shares[item + 2]
            fourth += row[item + 3] * shares[item + 3]
        for item in range(whole, len(shares)):
            first += row[item] * shares[item]
        mean[feature] = (first + second) + (third + fourth)


@compiled
def _descend_units(
    features: Float32s, hidden: Float32s, shares: Float32s, numbers: Float32s, gradient: Float32s
) -> None:
    """Carry the shares back through the units: to outputs, shifts, moments and weights."""
    average(hidden, shares, gradient[OUTPUTS:])
    # Item by item, all features of one side by side: that is what compilers vectorise.
    items = features[:ITEM_FEATURES].T.copy()
    gradient[UNITS:MOMENTS] = 0
    units = gradient[UNITS:MOMENTS].reshape(HIDDEN, ITEM_FEATURES)
    moments = gradient[MOMENTS:SHIFTS].reshape(HIDDEN, MOMENT_FEATURES)
    for unit in range(HIDDEN):
        output, total, row = numbers[OUTPUTS + unit], np.float32(0), units[unit]
        for item in range(len(shares)):
            if hidden[unit, item] > 0:
                blame = shares[item] * output
                total += blame
                for feature in range(ITEM_FEATURES):
                    row[feature] += blame * items[item, feature]
        gradient[SHIFTS + unit] = total
        for moment in range(MOMENT_FEATURES):
            moments[unit, moment] = total * features[ITEM_FEATURES + moment, 0]
