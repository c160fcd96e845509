"""Simulated A/B experiments whose truth is known: daily plays of listeners who differ, judged every day."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.experiments.moments import Estimate, RatioMoments, difference
from models.experiments.sequential import always_valid
from models.experiments.trial import EXPECTED_LIFT, LEAST_LISTENERS

FIXED_WIDTH: Final = 1.96
"""Standard errors of a test at .05 that looks once."""
THERE_FROM_THE_START: Final = 0.3
WEEKEND: Final = (1.0, 1.0, 1.0, 1.0, 1.1, 1.3, 1.2)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Listeners of each of two variants, who play at their own rates, by the day a Poisson number.

    `plays` a day and listener on average; rates differ between listeners by `variation` (their standard
    deviation over their mean), and of one listener from day to day by `moods`, which keep the share
    `memory` of yesterday's. If `staggered`, listeners come over the first half of the `days`. The second
    variant plays `lift` more.
    """

    listeners: int
    days: int
    plays: float = 3.0
    variation: float = 0.5
    moods: float = 0.5
    memory: float = 0.0
    staggered: bool = True
    lift: float = 0.0


@dataclass(frozen=True, slots=True)
class Stops:
    """The day, from 1, on which each way to judge found a difference; infinity where it did not.

    `peeking` is a fixed test at every look, `planned` one at the last day alone.
    """

    always_valid: float
    peeking: float
    planned: float


def run(world: World, *, seed: int, expected_lift: float = EXPECTED_LIFT) -> Stops:
    """Run one experiment; the same seed gives the same one."""
    valid = peeking = planned = math.inf
    scale = 0.0
    for day, control, variant in _looks(world, np.random.default_rng(seed)):
        found = difference(control, variant)
        scale = scale or expected_lift * (control.value + variant.value) / 2.0
        if valid == math.inf and 0.0 not in always_valid(found, scale=scale):
            valid = day
        significant = abs(found.value) > FIXED_WIDTH * found.standard_error
        if peeking == math.inf and significant:
            peeking = day
        planned = day if significant else math.inf
    return Stops(valid, peeking, planned)


def _looks(world: World, draws: np.random.Generator) -> Iterator[tuple[int, Estimate, Estimate]]:
    variants = [_totals(world, lift, draws) for lift in (0.0, world.lift)]
    for day in range(world.days):
        moments = []
        for plays, days in variants:
            here = days[:, day] > 0
            moments.append(RatioMoments.of(plays[here, day], days[here, day]))
        control, variant = (one.estimate() for one in moments)
        enough = min(one.listeners for one in moments) >= LEAST_LISTENERS
        if control is not None and variant is not None and enough and control.value + variant.value > 0.0:
            yield day + 1, control, variant


def _totals(world: World, lift: float, draws: np.random.Generator) -> tuple[Floats, Floats]:
    """Plays and days since the first, of each listener up to each day: float64, listeners x days."""
    shape = (world.listeners, world.days)
    rates = world.plays * (1.0 + lift) * _log_normal(draws.standard_normal(world.listeners), world.variation)
    moods = draws.standard_normal(shape)
    for day in range(1, world.days if world.memory else 0):
        moods[:, day] *= math.sqrt(1.0 - world.memory**2)
        moods[:, day] += world.memory * moods[:, day - 1]
    week = np.resize(WEEKEND, world.days)
    first = draws.integers(0, max(1, world.days // 2), world.listeners)
    first[: int(THERE_FROM_THE_START * world.listeners) if world.staggered else world.listeners] = 0
    present = np.arange(world.days) >= first[:, None]
    plays = draws.poisson(rates[:, None] * _log_normal(moods, world.moods) * week) * present
    return np.cumsum(plays, 1, dtype=np.float64), np.cumsum(present, 1, dtype=np.float64)


def _log_normal(normal: Floats, variation: float) -> Floats:
    """Numbers of mean 1 whose standard deviation is `variation`."""
    variance = math.log1p(variation**2)
    factors: Floats = np.exp(math.sqrt(variance) * normal - variance / 2.0)
    return factors
