"""How often always-valid experiments err, how soon they end, and what interleaving saves.

`python -m benchmarks.experiments` prints the tables; `--json` the figures.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Final

import numpy as np
import orjson
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.machine import describe_machine
from benchmarks.simulated_clicks import SLATES, draw_slates, listeners_by_ab, listeners_by_interleaving
from benchmarks.simulated_trials import Stops, World, run

NOTHING: Final[dict[str, tuple[World, float]]] = {
    "steady listeners": (World(listeners=300, days=60, variation=0.3, staggered=False), 0.1),
    "who come one by one": (World(listeners=300, days=60, variation=0.8), 0.1),
    "in moods that last": (World(listeners=300, days=60, variation=0.3, moods=1.0, memory=0.95), 0.2),
    "all alike, few plays": (World(listeners=300, days=60, plays=0.05, variation=0.01, moods=0.01), 0.5),
}
"""Worlds in which variants do not differ, and the lift that is looked for; small noise is the hard case, for
the more is known for each lift that is looked for, the more often a test may err."""
LIFT: Final = 0.05
LIFTED: Final = World(listeners=4_000, days=28, lift=LIFT)
NOISES: Final = (0.15, 0.1)
"""Of the two rankings."""
POOL: Final = 3_000
MOST_LISTENERS: Final = 60_000


@dataclass(frozen=True, slots=True)
class Errors:
    """Shares of A/A experiments in which a difference was found."""

    always_valid: float
    peeking: float
    planned: float


@dataclass(frozen=True, slots=True)
class Power:
    """Shares of A/B experiments in which the lift was found, and after how many days at the median."""

    always_valid: float
    planned: float
    median_days: float
    planned_days: int


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Listeners and slates at the median until the better ranking is sure, and how much better it is."""

    lift: float
    listeners_interleaving: float
    listeners_ab: float
    slates_interleaving: float
    slates_ab: float
    times_fewer: float
    errors_interleaving: float
    """The share of interleaved rankings of which none is better in which one was found to be."""


def errors(world: World, expected_lift: float, *, runs: int) -> Errors:
    """Run A/A experiments."""
    stops = [run(world, seed=seed, expected_lift=expected_lift) for seed in range(runs)]
    return Errors(*_shares(stops))


def power(world: World, *, runs: int) -> Power:
    """Run A/B experiments."""
    stops = [run(world, seed=seed) for seed in range(runs)]
    valid, _, planned = _shares(stops)
    return Power(valid, planned, float(np.median([one.always_valid for one in stops])), world.days)


def sensitivity(*, runs: int) -> Sensitivity:
    """Tell two rankings apart by interleaving and by A/B, both with always-valid intervals."""
    slates = draw_slates(POOL, noises=NOISES, seed=0)
    first, second = slates.clicks_per_slate()
    seeds, most = range(runs), MOST_LISTENERS
    interleaved = np.median([listeners_by_interleaving(slates, most=most // 10, seed=seed) for seed in seeds])
    ab = np.median([listeners_by_ab(slates, most=most, seed=seed) for seed in seeds])
    same = slates.mirrored()
    wrong = [
        listeners_by_interleaving(same, most=most // 10, seed=seed) < np.inf for seed in range(10 * runs)
    ]
    return Sensitivity(
        lift=round(second / first - 1.0, 4),
        listeners_interleaving=float(interleaved),
        listeners_ab=float(ab),
        slates_interleaving=float(SLATES * interleaved),
        slates_ab=float(SLATES * ab),
        times_fewer=round(float(ab / interleaved), 1),
        errors_interleaving=round(float(np.mean(wrong)), 4),
    )


def _shares(stops: list[Stops]) -> tuple[float, float, float]:
    found = np.isfinite([(one.always_valid, one.peeking, one.planned) for one in stops]).mean(0)
    return (round(float(found[0]), 4), round(float(found[1]), 4), round(float(found[2]), 4))


def main(
    runs: Annotated[int, typer.Option(min=100, help="A/A experiments of each world.")] = 1_000,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Print how often experiments err, how soon they end, and what interleaving saves."""
    wrong = {name: errors(world, lift, runs=runs) for name, (world, lift) in NOTHING.items()}
    found = power(LIFTED, runs=runs // 5)
    saved = sensitivity(runs=runs // 20)
    if as_json:
        figures = {
            "runs": runs,
            "false_positives": {name: asdict(one) for name, one in wrong.items()},
            "lift": LIFT,
            "power": asdict(found),
            "interleaving": asdict(saved),
            "machine": asdict(describe_machine()),
        }
        typer.echo(orjson.dumps(figures))
        return
    table = Table("A/A, a difference found", "always valid", "peeking", "planned", box=None)
    for name, one in wrong.items():
        table.add_row(name, *(f"{share:.1%}" for share in (one.always_valid, one.peeking, one.planned)))
    Console().print(
        table, _as_table(f"A/B, {LIFT:.0%} more", found), _as_table("two rankings", saved), sep="\n\n"
    )


def _as_table(title: str, figures: Power | Sensitivity) -> Table:
    table = Table(title, "", box=None)
    for name, number in asdict(figures).items():
        table.add_row(name.replace("_", " "), f"{number:,g}")
    return table


if __name__ == "__main__":
    typer.run(main)
