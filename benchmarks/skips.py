"""Who predicts skips how well: each model predicts each play, then learns it, from the same causal facts.

The facts of a play are read before anything of it is known but its item. `python -m benchmarks.skips LOG...`
prints the table; the LightGBM row needs the package lightgbm.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from rich.console import Console
from rich.table import Table
from river import linear_model, optim, preprocessing

from benchmarks.skip_plays import RING_EVENTS, Play, read_plays
from models.skip_buckets import find_skip_buckets
from models.skip_examples import SkipExample
from models.skip_facts import FACTS, SkipFact
from models.skip_figures import SkipFigures, SkipMetrics
from models.skips import SkipModel

TRAININGS: Final = 30
"""Times LightGBM is trained anew: on each of the 734 days of three logs it would take some 17 minutes."""
TREES: Final = 150

Predict = Callable[[Play], float]
Learn = Callable[[Play], None]


@dataclass(frozen=True, slots=True)
class SkipRow:
    """A model, its figures, and the microseconds that predicting and learning one play take it."""

    model: str
    figures: SkipFigures
    microseconds: float


def validate(name: str, plays: Sequence[Play], predict: Predict, learn: Learn) -> SkipRow:
    """Predict each play, then learn it."""
    metrics, began = SkipMetrics(), time.perf_counter()
    chances = []
    for play in plays:
        chances.append(predict(play))
        learn(play)
    seconds = time.perf_counter() - began
    for play, chance in zip(plays, chances, strict=True):
        metrics.add(chance, play.skipped, session=(play.user, play.session))
    return SkipRow(name, metrics.figures(), 1e6 * seconds / len(plays))


def segue(plays: Sequence[Play]) -> SkipRow:
    """Validate the skip model of `models.skips`."""
    model = SkipModel()
    buckets = np.empty(0, np.int32)

    def predict(play: Play) -> float:
        nonlocal buckets
        buckets = find_skip_buckets(play.facts[:, None].copy())[:, 0]
        return model.predict_proba_one(buckets)[True]

    def learn(play: Play) -> None:
        model.learn_one(SkipExample(buckets, play.skipped))

    return validate("segue: buckets, crosses, FTRL", plays, predict, learn)


def running_average(plays: Sequence[Play], *, step: float = 0.3) -> SkipRow:
    """Validate the running average of the listener's own skips."""
    shares: dict[str, float] = {}

    def learn(play: Play) -> None:
        share = shares.get(play.user, 0.5)
        shares[play.user] = share + step * (play.skipped - share)

    return validate("running average of own skips", plays, lambda play: shares.get(play.user, 0.5), learn)


def dense_logistic(plays: Sequence[Play]) -> SkipRow:
    """Validate River's logistic regression on the same facts as numbers, long tails as logarithms."""
    model = preprocessing.StandardScaler() | linear_model.LogisticRegression(optim.AdaGrad(0.1))
    numbers: dict[str, float] = {}

    def predict(play: Play) -> float:
        nonlocal numbers
        named = zip(SkipFact, play.facts.tolist(), strict=True)
        numbers = {fact.name: _tamed(value) for fact, value in named}
        return float(model.predict_proba_one(numbers)[True])

    return validate(
        "River logistic regression", plays, predict, lambda play: model.learn_one(numbers, play.skipped)
    )


def _tamed(value: float) -> float:
    return math.copysign(math.log2(1.0 + abs(value)), value)


def lightgbm_retrained(plays: Sequence[Play], *, trainings: int = TRAININGS) -> SkipRow:
    """Validate LightGBM, trained anew on all days before at the first play of a day, `trainings` times."""
    import lightgbm  # noqa: PLC0415 - only this row needs it

    table = np.array([play.facts for play in plays])
    skipped = np.array([play.skipped for play in plays])
    new_days = np.flatnonzero(np.diff([play.day for play in plays])) + 1
    dues = [int(new_days[new_days >= due][0]) for due in np.linspace(500, new_days[-1], trainings)]
    options = {"objective": "binary", "verbose": -1, "num_threads": 1, "learning_rate": 0.05}
    metrics, chances, began = SkipMetrics(), np.full(len(plays), 0.5), time.perf_counter()
    for first, end in zip(dues, (*dues[1:], len(plays)), strict=True):
        known = lightgbm.Dataset(table[:first], skipped[:first])
        booster = lightgbm.train({**options, "min_data_in_leaf": 50, "lambda_l2": 5.0}, known, TREES)
        chances[first:end] = booster.predict(table[first:end]) if end > first else 0.0
    seconds = time.perf_counter() - began
    for play, chance in zip(plays, chances.tolist(), strict=True):
        metrics.add(chance, play.skipped, session=(play.user, play.session))
    name = f"LightGBM, trained {len(set(dues))} times"
    return SkipRow(name, metrics.figures(), 1e6 * seconds / len(plays))


def compare_skip_models(plays: Sequence[Play], *, with_lightgbm: bool = True) -> list[SkipRow]:
    """Validate every model on the same plays."""
    rows = [running_average(plays), dense_logistic(plays), segue(plays)]
    return [*rows, lightgbm_retrained(plays)] if with_lightgbm else rows


def main(
    paths: Annotated[list[Path], typer.Argument(help="Listening logs as CSV, merged by time.")],
    ring_events: int = RING_EVENTS,
    with_lightgbm: bool = True,
) -> None:
    """Print how well each model predicts skips."""
    plays = read_plays(paths, ring_events=ring_events)
    table = Table("", "AUC", "within sessions", "ECE", "µs a play", box=None)
    for row in compare_skip_models(plays, with_lightgbm=with_lightgbm):
        figures = row.figures
        numbers = (figures.auc, figures.within_session_auc, figures.calibration_error)
        table.add_row(row.model, *(f"{number:.4f}" for number in numbers), f"{row.microseconds:.1f}")
    Console().print(f"{len(plays):,} plays, {FACTS} facts each", table)


if __name__ == "__main__":
    typer.run(main)
