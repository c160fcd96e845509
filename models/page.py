"""Drawing a page: which rows in which order, what stands on each, and the exact odds of every choice."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.chance import draw_uniforms
from models.compiled import compiled
from models.sampling import Bools, FloatArray, IndexArray, draw_row

POLICY: Final = "plackett-luce/4"
POLICIES: Final = 3
"""The one that draws, and two that look on."""
MOST_ROWS: Final = 6
"""What a home screen shows."""
MOST_PLACES: Final = 32
"""Of a row."""
DEPTH: Final = 60
"""Candidates, best first, that a row draws from; the rest is too unlikely to be worth the time."""

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Float32s = npt.NDArray[np.float32]


class Rules(NamedTuple):
    """How each of s rows is drawn, one number a row: see `draw_row`, and the fewest items worth showing."""

    places: Int64s
    temperatures: FloatArray
    floors: FloatArray
    fewest: Int64s
    caps: Int64s
    pinned: Bools
    """Whether it stands above those that are drawn."""


class Leanings(NamedTuple):
    """What p policies make of s rows: the first one draws, the others would have drawn in its place.

    `scores` is p x s; each policy has a temperature and a floor, as in `draw_row`.
    """

    scores: FloatArray
    """p x s: the reward that an impression of each row is expected to bring."""
    temperatures: FloatArray
    floors: FloatArray


class Page(NamedTuple):
    """r rows, and their n items one after the other."""

    rows: Int64s
    """Which rows they are, from top to bottom."""
    odds: FloatArray
    """p x r: with which probability each policy chooses this row below those above it."""
    values: FloatArray
    """p x r: the reward that each policy would expect of its choice there."""
    counts: Int64s
    """How many items stand on each."""
    items: Int64s
    propensities: FloatArray


@compiled
def draw_page(
    scores: FloatArray,
    artists: IndexArray,
    order: Int64s,
    eligible: Bools,
    rules: Rules,
    temperatures: FloatArray,
    leanings: Leanings,
    seed: np.uint64,
) -> Page:
    """Draw row below row, each from what those above it left, and its items as `draw_row` draws them.

    Pinned rows come first, in their order. Then a row is drawn by Plackett-Luce among those for which enough
    is left: with the odds given, the probability of the whole page is their product, exactly. `order`
    (int64, n) lists the items, best first, and `eligible` (bool, s x n) says which may stand on which of s
    rows, whose `temperatures` (float64, s) take the place of those of the rules.
    """
    uniforms = draw_uniforms(seed, MOST_ROWS * (1 + MOST_PLACES))
    rows, counts = np.empty(MOST_ROWS, np.int64), np.zeros(MOST_ROWS, np.int64)
    odds, values = np.ones((2, len(leanings.scores), MOST_ROWS), np.float64)
    chosen, propensities = np.empty(len(uniforms), np.int64), np.empty(len(uniforms), np.float64)
    free, left = np.ones(len(scores), np.bool_), np.ones(len(eligible), np.bool_)
    end, drawn = 0, 0
    while drawn < MOST_ROWS:
        some = _open_rows(eligible, free, left, rules)
        if len(some) == 0:
            break
        row = _choose_row(some, leanings, uniforms[drawn], odds[:, drawn], values[:, drawn])
        items = _best_eligible(order, eligible[row], free, DEPTH)
        picks, chances = draw_row(
            scores[items],
            artists[items],
            rules.places[row],
            temperatures[row],
            rules.floors[row],
            rules.caps[row],
            uniforms[MOST_ROWS + drawn * MOST_PLACES :],
        )
        chosen[end : end + len(picks)] = items[picks]
        propensities[end : end + len(picks)] = chances
        free[items[picks]] = False
        left[row] = False
        rows[drawn], counts[drawn] = row, len(picks)
        end += len(picks)
        drawn += 1
    return Page(
        rows[:drawn], odds[:, :drawn], values[:, :drawn], counts[:drawn], chosen[:end], propensities[:end]
    )


@compiled
def sum_up(page: Page, scores: FloatArray, arms: Int64s) -> tuple[Int32s, Float32s]:
    """The arms and numbers of a `Decision`; `arms` (int64, s) name rows, `scores` are those of leanings."""
    chosen, numbers = np.zeros(MOST_ROWS, np.int32), np.zeros((2 * POLICIES + 2, MOST_ROWS), np.float32)
    for place in range(len(page.rows)):
        row = page.rows[place]
        chosen[place] = arms[row]
        for policy in range(POLICIES):
            numbers[policy, place] = page.odds[policy, place]
            numbers[POLICIES + policy, place] = page.values[policy, place]
        numbers[2 * POLICIES, place] = scores[1, row]
    return chosen, numbers


@compiled
def _open_rows(eligible: Bools, free: Bools, left: Bools, rules: Rules) -> Int64s:
    """Which rows may come next: those that are `left` and have enough, or the first pinned one among them."""
    some, count = np.empty(len(left), np.int64), 0
    for row in range(len(left)):
        # What has too little left will never have more.
        left[row] = left[row] and _has_enough(eligible[row], free, rules.fewest[row])
        if left[row]:
            if rules.pinned[row]:
                some[0] = row
                return some[:1]
            some[count] = row
            count += 1
    return some[:count]


@compiled
def _choose_row(
    some: Int64s, leanings: Leanings, uniform: float, odds: FloatArray, values: FloatArray
) -> int:
    """Draw one row by the first policy; `odds` and `values` take what each policy makes of it."""
    pick = 0
    for policy in range(len(odds)):
        chances = odds_of(
            leanings.scores[policy][some], leanings.temperatures[policy], leanings.floors[policy]
        )
        if policy == 0:
            below = np.cumsum(chances)
            pick = min(np.searchsorted(below, uniform * below[-1], side="right"), len(some) - 1)
        odds[policy] = chances[pick]
        values[policy] = (chances * leanings.scores[1][some]).sum()
    return int(some[pick])


@compiled
def odds_of(scores: FloatArray, temperature: float, floor: float) -> FloatArray:
    """The probabilities of n choices, float64: `floor` each alike, the rest by exp(score / temperature).

    >>> odds_of(np.array([0.0, 0.0, -np.inf]), 1.0, 0.3).round(3).tolist()
    [0.45, 0.45, 0.1]
    """
    strength = np.exp((scores - scores.max()) / temperature)
    chances: FloatArray = (1.0 - floor) / strength.sum() * strength + floor / len(scores)
    return chances


@compiled
def _has_enough(eligible: Bools, free: Bools, fewest: int) -> bool:
    count = 0
    for item in range(len(free)):
        count += eligible[item] and free[item]
        if count >= fewest:
            return True
    return False


@compiled
def _best_eligible(order: Int64s, eligible: Bools, free: Bools, depth: int) -> Int64s:
    best, count = np.empty(depth, np.int64), 0
    for item in order:
        if eligible[item] and free[item]:
            best[count] = item
            count += 1
            if count == depth:
                break
    return best[:count]
