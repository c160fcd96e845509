"""Two rankings on simulated listeners, told apart by interleaving and by an A/B experiment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.experiments.interleaving import interleave
from models.experiments.moments import RatioMoments, difference
from models.experiments.sequential import always_valid
from models.experiments.trial import EXPECTED_LIFT, LEAST_LISTENERS

PLACES: Final = 10
CANDIDATES: Final = 30
SLATES: Final = 5
"""That each listener sees."""
LOOK_EVERY: Final = 50
"""Listeners between two looks."""
CLICKS: Final = 0.5
"""Chance that what fits perfectly and stands on top is played, of a listener like the average."""
VARIATION: Final = 0.8
"""Between listeners, of that chance: standard deviation over mean."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Slates:
    """Drawn slates: the chance that each place is played, by a listener whose factor is 1.

    Of `first` and `second`, the rankings alone, and `both` interleaved (float64, slates x places); `signs`
    are +1 where the second ranking picked, -1 where the first did.
    """

    first: Floats
    second: Floats
    both: Floats
    signs: Floats

    def clicks_per_slate(self) -> tuple[float, float]:
        """Of the first ranking and of the second, on average."""
        return float(self.first.sum(1).mean()), float(self.second.sum(1).mean())

    def mirrored(self) -> Slates:
        """These, and the same with the rankings exchanged: so that neither is better, exactly."""
        first, second = np.vstack([self.first, self.second]), np.vstack([self.second, self.first])
        return Slates(first, second, np.vstack([self.both] * 2), np.vstack([self.signs, -self.signs]))


def draw_slates(count: int, *, noises: tuple[float, float], seed: int) -> Slates:
    """Draw slates of two rankings that know each item's fit up to a noise; places are looked at less below.

    Source of the click model: Craswell, Zoeter, Taylor and Ramsey 2008 (by position).
    """
    draws = np.random.default_rng(seed)
    looked_at = 1.0 / np.arange(1.0, PLACES + 1.0) ** 0.7
    alone: list[list[Floats]] = [[], []]
    both: list[Floats] = []
    signs: list[list[float]] = []
    for _ in range(count):
        fits = draws.beta(1.0, 3.0, CANDIDATES)
        rankings = [np.argsort(-fits - noise * draws.standard_normal(CANDIDATES)) for noise in noises]
        names = [[str(item) for item in ranking] for ranking in rankings]
        picks = interleave(names[0], names[1], places=PLACES, uniforms=draws.random(PLACES // 2).tolist())
        for chances, ranking in zip(alone, rankings, strict=True):
            chances.append(looked_at * fits[ranking[:PLACES]])
        both.append(looked_at * fits[[int(pick.item) for pick in picks]])
        signs.append([2.0 * pick.team - 1.0 for pick in picks])
    return Slates(np.array(alone[0]), np.array(alone[1]), np.array(both), np.array(signs))


def listeners_by_interleaving(slates: Slates, *, most: int, seed: int) -> float:
    """How many listeners came before the better ranking was sure, at looks; infinity where `most` did not do.

    Each listener counts as one: what the second ranking won less what the first won, over all plays.
    """
    draws = np.random.default_rng(seed)
    shown, factors = _listeners(slates, most, draws)
    played = _played(slates.both[shown], factors, draws)
    won, all_plays = (played * slates.signs[shown]).sum((1, 2)), played.sum((1, 2))
    sums = _running_sums(won, all_plays)
    for listeners in range(LEAST_LISTENERS, most + 1, LOOK_EVERY):
        found = RatioMoments(listeners, *sums[listeners - 1]).estimate()
        if 0.0 not in always_valid(found, scale=EXPECTED_LIFT):
            return listeners
    return math.inf


def listeners_by_ab(slates: Slates, *, most: int, seed: int) -> float:
    """As `listeners_by_interleaving`, but each listener sees one ranking; plays by the slate are compared."""
    draws = np.random.default_rng(seed)
    halves = []
    for chances in (slates.first, slates.second):
        shown, factors = _listeners(slates, most // 2, draws)
        halves.append(_running_sums(_played(chances[shown], factors, draws).sum((1, 2)), SLATES))
    scale = 0.0
    for each in range(LEAST_LISTENERS, most // 2 + 1, LOOK_EVERY // 2):
        first, second = (RatioMoments(each, *sums[each - 1]).estimate() for sums in halves)
        if first is None or second is None:
            continue
        scale = scale or EXPECTED_LIFT * (first.value + second.value) / 2.0
        if 0.0 not in always_valid(difference(first, second), scale=scale):
            return 2 * each
    return math.inf


def _listeners(
    slates: Slates, count: int, draws: np.random.Generator
) -> tuple[npt.NDArray[np.int64], Floats]:
    """The slates that each listener sees, and how readily they play."""
    shown = draws.integers(0, len(slates.both), (count, SLATES))
    variance = math.log1p(VARIATION**2)
    factors: Floats = np.exp(math.sqrt(variance) * draws.standard_normal(count) - variance / 2.0)
    return shown, CLICKS * factors


def _played(chances: Floats, factors: Floats, draws: np.random.Generator) -> Floats:
    played: Floats = (draws.random(chances.shape) < chances * factors[:, None, None]).astype(np.float64)
    return played


def _running_sums(x: Floats, y: Floats | int) -> Sequence[list[float]]:
    """After each listener, the sums of x, y, x², xy and y² so far."""
    y = np.broadcast_to(np.asarray(y, np.float64), x.shape)
    running: list[list[float]] = np.cumsum([x, y, x * x, x * y, y * y], axis=1).T.tolist()
    return running
