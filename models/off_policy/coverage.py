"""How often intervals held the truth at every row of a simulated log, and how wide they were at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.off_policy.estimator import PolicyValue
from models.off_policy.simulation import Trial, draw_scenario, run_trial


@dataclass(frozen=True, slots=True)
class Coverage:
    """`coverage` is the share of logs whose truth lay in the interval after every row.

    `relative_half_width` is the median, over logs, of half the interval at the end, divided by the truth.
    """

    coverage: float
    relative_half_width: float


@dataclass(frozen=True, slots=True)
class CoverageFigures:
    """Figures over `runs` logs, by estimator and for the worst of the three.

    `fixed_time` and `fixed_time_at_end` are the shares of logs that the usual interval of 95 % covers: looked
    at after every row from the thousandth on, and at the end only. `effective_sample_share` is the median
    share of a log that is left, `weight_cap` the median cap.
    """

    runs: int
    worst: Coverage
    ips: Coverage
    snips: Coverage
    dr: Coverage
    fixed_time: float
    fixed_time_at_end: float
    effective_sample_share: float
    weight_cap: float


def run_trials(*, runs: int, impressions: int, seed: int) -> Iterator[Trial]:
    """Draw so many scenarios, and a log of each; the same seed gives the same."""
    for run in range(runs):
        # Each log has a seed of its own: more runs repeat the first ones.
        generator = np.random.default_rng([seed, run])
        yield run_trial(draw_scenario(generator), impressions=impressions, generator=generator)


def coverage_figures(trials: Sequence[Trial]) -> CoverageFigures:
    """Put figures together, of one trial or more."""
    truths = [trial.truth for trial in trials]
    ips = _coverage([t.ips_missed for t in trials], [t.estimate.ips for t in trials], truths)
    snips = _coverage([t.snips_missed for t in trials], [t.estimate.snips for t in trials], truths)
    dr = _coverage([t.dr_missed for t in trials], [t.estimate.dr for t in trials], truths)
    three = (ips, snips, dr)
    shares = [t.estimate.effective_sample_size / t.estimate.count for t in trials]
    return CoverageFigures(
        runs=len(trials),
        worst=Coverage(
            coverage=min(one.coverage for one in three),
            relative_half_width=max(one.relative_half_width for one in three),
        ),
        ips=ips,
        snips=snips,
        dr=dr,
        fixed_time=1.0 - float(np.mean([t.fixed_time_missed for t in trials])),
        fixed_time_at_end=1.0 - float(np.mean([t.fixed_time_at_end_missed for t in trials])),
        effective_sample_share=float(np.median(shares)),
        weight_cap=float(np.median([t.cap for t in trials])),
    )


def _coverage(missed: Sequence[bool], values: Sequence[PolicyValue], truths: Sequence[float]) -> Coverage:
    widths = [(one.high - one.low) / 2.0 / truth for one, truth in zip(values, truths, strict=True)]
    return Coverage(1.0 - float(np.mean(missed)), float(np.median(widths)))
