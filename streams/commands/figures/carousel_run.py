"""One seed of the carousel, in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from multiprocessing.sharedctypes import Synchronized
from typing import Final

from models.carousel.environment import Carousel
from models.carousel.goodness import Goodness, check_propensities, least_certain
from models.carousel.live import Live
from models.carousel.population import draw_population
from models.carousel.trial import new_policies, play_rounds
from streams.commands.figures.carousel_data import CarouselData

DRAWS: Final = 200_000
LOOKED_AT: Final = 500
"""Listeners among whom the one is sought on whom propensities are tested."""
TESTED_AFTER: Final = 3
"""Rounds after which propensities are tested: something is known, and much is still drawn."""
_rounds_done: list[Synchronized[int]] = []


@dataclass(frozen=True, slots=True)
class SeedFigures:
    """Cumulative regret of each policy by round, and the test of the live policy's propensities, if asked."""

    curves: Mapping[str, list[float]]
    goodness: Mapping[str, Goodness]


def share_progress(done: Synchronized[int]) -> None:
    """Let this process count the rounds that it has played."""
    _rounds_done.append(done)


def run_seed(data: CarouselData, *, rounds: int, listeners: int, seed: int, draws: int) -> SeedFigures:
    """Draw a population and play the rounds; early on, draw one listener's slate `draws` times."""
    carousel = Carousel(draw_population(data.users, seed=seed), data.weights)
    policies = new_policies(carousel)
    regrets: dict[str, list[float]] = {name: [] for name in policies}
    live, goodness = policies["live"], {}
    played = play_rounds(carousel, policies, rounds=rounds, listeners=listeners, seed=seed)
    for number, missed in enumerate(played, start=1):
        for name, regret in missed.items():
            regrets[name].append(regret)
        for done in _rounds_done:
            with done.get_lock():
                done.value += 1
        if draws and number == min(rounds, TESTED_AFTER) and isinstance(live, Live):
            listener = least_certain(live, among=LOOKED_AT)
            goodness = check_propensities(live, listener=listener, draws=draws, seed=seed)
    return SeedFigures({name: list(accumulate(values)) for name, values in regrets.items()}, goodness)
