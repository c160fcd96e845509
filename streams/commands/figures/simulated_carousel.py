"""The carousel, simulated: a process for each seed, then one table or one JSON object of all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ProcessPoolExecutor, wait
from dataclasses import asdict
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Final

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from streams.commands.console import stderr
from streams.commands.figures.carousel_data import CarouselData, read_carousel
from streams.commands.figures.carousel_run import DRAWS, SeedFigures, run_seed, share_progress
from streams.commands.figures.plot import plot_regret

OURS: Final = "live"
POLL_SECONDS: Final = 0.2


def simulate_carousel(
    folder: Path, *, rounds: int, listeners: int, seeds: Sequence[int], plot: Path | None, as_json: bool
) -> None:
    """Run every policy with each of the seeds, and print, or draw, what they missed."""
    found = _run(read_carousel(folder), rounds, listeners, seeds)
    mean = _mean_curves(found)
    if plot is not None:
        plot_regret(plot, {_title(name): curve for name, curve in mean.items()})
    document = _document(found, mean, rounds=rounds, listeners=listeners, seeds=seeds)
    if as_json:
        typer.echo(orjson.dumps(document))
    else:
        Console().print(_table(found, mean), _last_line(found), sep="\n\n")


def _run(data: CarouselData, rounds: int, listeners: int, seeds: Sequence[int]) -> list[SeedFigures]:
    """Run the seeds in as many processes as there are cores, behind a progress bar."""
    columns = (TextColumn("Simulating"), BarColumn(), TimeRemainingColumn())
    context = get_context("spawn")
    done = context.Value("l", 0)
    workers = min(len(seeds), os.cpu_count() or 1)
    with (
        Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as progress,
        ProcessPoolExecutor(workers, context, share_progress, (done,)) as pool,
    ):
        task = progress.add_task("", total=rounds * len(seeds))
        # One seed is enough for the check of propensities: they are exact in any state of the policy.
        jobs = [
            pool.submit(
                run_seed,
                data,
                rounds=rounds,
                listeners=listeners,
                seed=seed,
                draws=DRAWS if seed == seeds[0] else 0,
            )
            for seed in seeds
        ]
        while _unfinished(jobs):
            progress.update(task, completed=_count(done))
        return [job.result() for job in jobs]


def _unfinished(jobs: Sequence[Future[SeedFigures]]) -> bool:
    finished, waiting = wait(jobs, timeout=POLL_SECONDS, return_when=FIRST_EXCEPTION)
    return bool(waiting) and not any(job.exception() for job in finished)


def _count(done: Synchronized[int]) -> int:
    return done.value


def _mean_curves(found: Sequence[SeedFigures]) -> dict[str, list[float]]:
    """Cumulative regret by round, the mean over seeds, the live policy first."""
    return {
        name: [sum(values) / len(found) for values in zip(*(one.curves[name] for one in found), strict=True)]
        for name in found[0].curves
    }


def _document(
    found: Sequence[SeedFigures],
    mean: dict[str, list[float]],
    *,
    rounds: int,
    listeners: int,
    seeds: Sequence[int],
) -> dict[str, object]:
    regret = {name: round(curve[-1], 1) for name, curve in mean.items()}
    return {
        "environment": "carousel",
        "population": "synthetic",
        "rounds": rounds,
        "listeners": listeners,
        "seeds": list(seeds),
        "regret": regret,
        "ratios": {name: round(regret[OURS] / regret[name], 4) for name in regret if name != OURS},
        "regret_by_seed": {name: [round(one.curves[name][-1], 1) for one in found] for name in regret},
        "propensities": asdict(found[0].goodness["first_two_places"]),
        "propensities_first_place": asdict(found[0].goodness["first_place"]),
    }


def _table(found: Sequence[SeedFigures], mean: dict[str, list[float]]) -> Table:
    table = Table("policy", box=None)
    for column in ("cumulative regret", "lowest", "highest", "live ÷ it"):
        table.add_column(column, justify="right")
    for name, curve in sorted(mean.items(), key=lambda item: item[1][-1]):
        ends = [one.curves[name][-1] for one in found]
        ratio = "" if name == OURS else f"{mean[OURS][-1] / curve[-1]:.3f}"
        table.add_row(_title(name), f"{curve[-1]:,.0f}", f"{min(ends):,.0f}", f"{max(ends):,.0f}", ratio)
    return table


def _title(name: str) -> str:
    return name.replace("_", " ")


def _last_line(found: Sequence[SeedFigures]) -> str:
    pairs = found[0].goodness["first_two_places"]
    return (
        f"Propensities of the live policy over {pairs.draws:,} draws: chi-square {pairs.chi_square:,.1f}, "
        f"{pairs.degrees_of_freedom:,} degrees of freedom, p = {pairs.p_value:.3f}."
    )
